//! A dump as a table: its delimiter, the columns the mapping names, and its rows with their line numbers.
//!
//! Knows text and headers; what the cells mean is for others. The delimiter is the one under which the header line
//! holds most of the mapped columns, which no count of commas in descriptions can mislead.

use super::mapping::{Columns, Delimiter};
use crate::diagnostic::{Diagnostic, codes, did_you_mean};
use csv::{ReaderBuilder, StringRecord};

/// The mapped columns, in the order of [`Column`].
const COLUMNS: usize = 9;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Order,
    Code,
    Quantity,
    Date,
    Due,
    Description,
    Price,
    Customer,
    Region,
}

/// An opened table: the header is understood, the rows are still to be read.
#[derive(Debug)]
pub(super) struct Table<'a> {
    text: &'a str,
    pub delimiter: Delimiter,
    /// Position of each mapped column.
    positions: [Option<usize>; COLUMNS],
    /// Fields of the header.
    width: usize,
}

impl<'a> Table<'a> {
    /// Finds the delimiter (unless `delimiter` says it) and the mapped columns.
    ///
    /// # Errors
    /// [`codes::IMPORT_NO_ROWS`] for an empty text; [`codes::IMPORT_COLUMN_MISSING`] and
    /// [`codes::IMPORT_COLUMN_REPEATED`] for every column concerned.
    pub fn open(text: &'a str, columns: &Columns, delimiter: Option<Delimiter>) -> Result<Self, Vec<Diagnostic>> {
        let tried = delimiter.map_or(Delimiter::ALL.to_vec(), |delimiter| vec![delimiter]);
        let mut best: Option<(usize, usize, Delimiter, StringRecord)> = None;
        for delimiter in tried {
            let header = header(text, delimiter)?;
            let wanted = wanted(columns);
            let names: Vec<String> = header.iter().map(folded).collect();
            let found = wanted.iter().flatten().filter(|name| names.contains(&folded(name))).count();
            if best.as_ref().is_none_or(|(most, width, ..)| (found, header.len()) > (*most, *width)) {
                best = Some((found, header.len(), delimiter, header));
            }
        }
        let Some((_, width, delimiter, header)) = best else { return Err(vec![empty()]) };
        let positions = positions(&header, columns)?;
        Ok(Self { text, delimiter, positions, width })
    }

    /// Whether the mapping names `column`.
    pub fn has(&self, column: Column) -> bool {
        self.positions[column as usize].is_some()
    }

    /// The rows after the header.
    pub fn rows(&self) -> Rows<'_> {
        let mut rows = Rows {
            table: self,
            reader: reader(self.text, self.delimiter),
            record: StringRecord::new(),
            counted: 0,
            line: 1,
        };
        rows.advance();
        rows
    }
}

/// A walk over a table's rows.
pub(super) struct Rows<'a> {
    table: &'a Table<'a>,
    reader: csv::Reader<&'a [u8]>,
    record: StringRecord,
    /// Bytes of the text whose line ends are counted in `line`.
    counted: usize,
    line: u64,
}

/// One row: its cells and the line it begins on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'r> {
    record: &'r StringRecord,
    positions: &'r [Option<usize>; COLUMNS],
    /// The line of the file it begins on; the header is line 1 (unless blank lines stand before it).
    pub line: u64,
    /// Fields of the header.
    pub width: usize,
}

impl Rows<'_> {
    /// The next row.
    pub fn next_row(&mut self) -> Option<Row<'_>> {
        if !self.advance() {
            return None;
        }
        Some(Row { record: &self.record, positions: &self.table.positions, line: self.line, width: self.table.width })
    }

    fn advance(&mut self) -> bool {
        // The text is UTF-8 and the reader takes rows of any width, so nothing is left to fail.
        let more = self.reader.read_record(&mut self.record);
        if !matches!(more, Ok(true)) {
            return false;
        }
        let start = self.record.position().map_or(0, |position| position.byte() as usize);
        let bytes = self.table.text.as_bytes();
        // The reader's position stands before blank lines it then skips.
        let blank = bytes[start..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let upto = start + blank;
        for index in self.counted..upto {
            let ends = match bytes[index] {
                b'\n' => true,
                b'\r' => bytes.get(index + 1) != Some(&b'\n'),
                _ => false,
            };
            self.line += u64::from(ends);
        }
        self.counted = upto;
        true
    }
}

impl Row<'_> {
    /// The cell of `column`, trimmed; empty where the mapping does not name it or the row ends before it.
    pub fn cell(&self, column: Column) -> &str {
        self.positions[column as usize].and_then(|position| self.record.get(position)).unwrap_or_default().trim()
    }

    /// Fields of this row.
    pub fn fields(&self) -> usize {
        self.record.len()
    }

    /// Whether it has as many fields as the header.
    pub fn is_whole(&self) -> bool {
        self.fields() == self.width
    }

    /// Whether every cell is blank.
    pub fn is_blank(&self) -> bool {
        self.record.iter().all(|cell| cell.trim().is_empty())
    }
}

fn reader(text: &str, delimiter: Delimiter) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().delimiter(delimiter.byte()).has_headers(false).flexible(true).from_reader(text.as_bytes())
}

fn header(text: &str, delimiter: Delimiter) -> Result<StringRecord, Vec<Diagnostic>> {
    let mut record = StringRecord::new();
    match reader(text, delimiter).read_record(&mut record) {
        Ok(true) => Ok(record),
        _ => Err(vec![empty()]),
    }
}

fn empty() -> Diagnostic {
    Diagnostic::error(codes::IMPORT_NO_ROWS, "", "The dump is empty.", "Export it again, with its header line.")
}

pub(super) fn folded(name: &str) -> String {
    name.chars().filter(|sign| !sign.is_whitespace()).flat_map(char::to_lowercase).collect()
}

fn wanted(columns: &Columns) -> [Option<&str>; COLUMNS] {
    [
        Some(columns.order.as_str()),
        Some(&columns.code),
        Some(&columns.quantity),
        columns.date.as_deref(),
        columns.due.as_deref(),
        columns.description.as_deref(),
        columns.price.as_deref(),
        columns.customer.as_deref(),
        columns.region.as_deref(),
    ]
}

fn positions(header: &StringRecord, columns: &Columns) -> Result<[Option<usize>; COLUMNS], Vec<Diagnostic>> {
    // A header line of junk may hold millions of fields: names are compared, but only so many are shown.
    let names: Vec<String> = header.iter().map(folded).collect();
    let shown: Vec<&str> = header.iter().map(str::trim).filter(|name| name.len() <= 60).take(40).collect();
    let mut positions = [None; COLUMNS];
    let mut faults = Vec::new();
    for (position, name) in positions.iter_mut().zip(wanted(columns)) {
        let Some(name) = name else { continue };
        let mut places = names.iter().enumerate().filter(|(_, known)| **known == folded(name)).map(|(place, _)| place);
        *position = places.next();
        if position.is_none() {
            let near = did_you_mean(name, shown.iter().copied()).map(|near| format!(" Did you mean \"{near}\"?"));
            let message = format!("The header has no column {}.", super::shown(name));
            let listed = super::shown(&shown.join(", "));
            let remedy =
                format!("Correct the mapping's `columns`; the header reads {listed}.{}", near.unwrap_or_default());
            faults.push(Diagnostic::error(codes::IMPORT_COLUMN_MISSING, "/line/1", message, remedy));
        } else if places.next().is_some() {
            let message = format!("The header has more than one column {}.", super::shown(name));
            let remedy = "Rename all but one in the dump's header.";
            faults.push(Diagnostic::error(codes::IMPORT_COLUMN_REPEATED, "/line/1", message, remedy));
        }
    }
    if faults.is_empty() { Ok(positions) } else { Err(faults) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Columns {
        Columns {
            order: "Order No".into(),
            code: "code".into(),
            quantity: "Qty".into(),
            description: Some("Text".into()),
            ..Columns::default()
        }
    }

    #[test]
    fn the_delimiter_is_the_one_that_finds_the_columns() {
        for (text, delimiter) in [
            ("order no;CODE;qty;text, long, with, commas;text\n", Delimiter::Semicolon),
            ("OrderNo,Code,Qty,Text\n", Delimiter::Comma),
            ("Order  No\tCode\tQty\tText\n", Delimiter::Tab),
            ("orderno| code |qty|text\n", Delimiter::Pipe),
        ] {
            assert_eq!(Table::open(text, &columns(), None).unwrap().delimiter, delimiter, "{text}");
        }
    }

    #[test]
    fn missing_and_repeated_columns_are_all_named() {
        let faults = Table::open("OrderNo;Cod;Text;text\n", &columns(), None).unwrap_err();
        let codes: Vec<_> = faults.iter().map(|fault| fault.code).collect();
        assert_eq!(codes, [codes::IMPORT_COLUMN_MISSING, codes::IMPORT_COLUMN_MISSING, codes::IMPORT_COLUMN_REPEATED]);
        assert!(faults[0].remedy.contains("Did you mean \"Cod\"?"), "{}", faults[0].remedy);
        assert_eq!(Table::open("", &columns(), None).unwrap_err()[0].code, codes::IMPORT_NO_ROWS);
    }

    #[test]
    fn rows_know_the_line_they_begin_on() {
        let text = "\nOrderNo;Code;Qty;Text\r\n1;a;1;\"two\nlines\"\n\n\n2;b;1;\"say \"\"x\"\"\"\r\n3;c\n";
        let table = Table::open(text, &columns(), None).unwrap();
        let mut rows = table.rows();
        let mut seen = Vec::new();
        while let Some(row) = rows.next_row() {
            seen.push((row.line, row.cell(Column::Order).to_string(), row.cell(Column::Description).to_string()));
            assert_eq!(row.is_whole(), row.cell(Column::Order) != "3");
        }
        let expected = [(3, "1", "two\nlines"), (7, "2", "say \"x\""), (8, "3", "")];
        assert_eq!(seen, expected.map(|(line, order, text)| (line, order.to_string(), text.to_string())));
    }
}
