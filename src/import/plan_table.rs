//! The report's lot table (CSV) read back: the lots of a plan, for a baseline or a plan to start from.
//!
//! Only the columns that say what was decided are read (`order`, `item`, `lot`, `quantity`, `variant`, `operation`,
//! `line`, `setup_start`, `start`, `end`, `overtime`); others may stand there too, in any order, or be gone. A spreadsheet may have
//! saved it with semicolons or a byte order mark. Nothing here knows the instance: whether the names exist is for
//! whoever uses the lots.

use super::orders::Delimiter;
use crate::diagnostic::{Diagnostic, codes, did_you_mean};
use crate::model::{Instant, LotEntry, OperationEntry};
use csv::{ReaderBuilder, StringRecord};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Faults listed at most; what is wrong with one row is often wrong with all.
const LISTED: usize = 50;

/// The columns read.
const COLUMNS: [&str; 11] =
    ["order", "item", "lot", "quantity", "variant", "operation", "line", "setup_start", "start", "end", "overtime"];
/// Those that may be missing.
const OPTIONAL: [&str; 5] = ["lot", "variant", "operation", "setup_start", "overtime"];

/// A row's cells by the names of [`COLUMNS`].
struct Row<'r> {
    record: &'r StringRecord,
    positions: &'r FxHashMap<&'static str, usize>,
}

/// What is wrong with a row: the column, and a clause after "the cell".
type Fault = (&'static str, String);

/// What a lot table holds.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct LotTable {
    /// The lots, in the order of their first rows; rows of one lot may stand apart.
    pub lots: Vec<LotEntry>,
    /// Beginnings of overtime windows in which a line works.
    pub overtime: BTreeMap<String, BTreeSet<Instant>>,
}

/// Reads a lot table.
///
/// # Errors
/// Missing columns, and every row that cannot be read (the first 50), with its line.
pub fn read_lots(text: &[u8]) -> Result<LotTable, Vec<Diagnostic>> {
    let text = std::str::from_utf8(text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text)).map_err(|fault| {
        let line = text[..fault.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        let message = format!("The table is not UTF-8: line {line} holds bytes it does not allow.");
        vec![Diagnostic::error(codes::IMPORT_ENCODING, "", message, "Save it as CSV UTF-8.")]
    })?;
    let (delimiter, positions) = header(text)?;
    let mut reader = ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let mut table = LotTable::default();
    let mut known: FxHashMap<(String, String, u32), usize> = FxHashMap::default();
    let mut faults = Vec::new();
    let mut record = StringRecord::new();
    while let Ok(true) = reader.read_record(&mut record) {
        let line = record.position().map_or(0, csv::Position::line);
        let row = Row { record: &record, positions: &positions };
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if let Err((column, clause)) = row.add_to(&mut table, &mut known) {
            faults.push(unreadable(line, column, &clause));
            if faults.len() == LISTED {
                break;
            }
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    if table.lots.is_empty() {
        let message = "The table has a header and no rows.";
        return Err(vec![Diagnostic::error(
            codes::IMPORT_NO_ROWS,
            "",
            message,
            "Write it again: lotwise report --csv.",
        )]);
    }
    Ok(table)
}

impl Row<'_> {
    fn cell(&self, column: &str) -> &str {
        self.positions.get(column).and_then(|&position| self.record.get(position)).unwrap_or_default().trim()
    }

    fn name(&self, column: &'static str) -> Result<String, Fault> {
        let text = unguarded(self.cell(column));
        if text.is_empty() { Err((column, "is empty".into())) } else { Ok(text.to_string()) }
    }

    fn optional_name(&self, column: &str) -> Option<String> {
        Some(unguarded(self.cell(column)).to_string()).filter(|text| !text.is_empty())
    }

    fn instant(&self, column: &'static str) -> Result<Instant, Fault> {
        let cell = self.cell(column);
        let shown = super::orders::shown(cell);
        Instant::parse(cell).map_err(|fault| (column, format!("{shown} {}", fault.message)))
    }

    fn add_to(&self, table: &mut LotTable, known: &mut FxHashMap<(String, String, u32), usize>) -> Result<(), Fault> {
        let not_whole = |column: &'static str| {
            let shown = super::orders::shown(self.cell(column));
            move |_| (column, format!("{shown} is not a whole number"))
        };
        let (order, item) = (self.name("order")?, self.name("item")?);
        let lot = match self.cell("lot") {
            "" => 0,
            number => number.parse().map_err(not_whole("lot"))?,
        };
        let quantity = self.cell("quantity").parse().map_err(not_whole("quantity"))?;
        let setup_start = if self.cell("setup_start").is_empty() { None } else { Some(self.instant("setup_start")?) };
        let operation = OperationEntry {
            operation: self.optional_name("operation"),
            line: self.name("line")?,
            setup_start,
            start: self.instant("start")?,
            end: self.instant("end")?,
            meta: None,
        };
        let opened = self.cell("overtime").split_whitespace();
        let opened: Vec<Instant> = opened
            .map(|text| {
                Instant::parse(text).map_err(|fault| ("overtime", format!("holds an instant that {}", fault.message)))
            })
            .collect::<Result<_, _>>()?;
        if !opened.is_empty() {
            table.overtime.entry(operation.line.clone()).or_default().extend(opened);
        }
        let lots = &mut table.lots;
        if let Some(&place) = known.get(&(order.clone(), item.clone(), lot)) {
            if lots[place].quantity != quantity {
                let message = format!("is {quantity}, but {} in an earlier row of the same lot", lots[place].quantity);
                return Err(("quantity", message));
            }
            lots[place].operations.push(operation);
            return Ok(());
        }
        known.insert((order.clone(), item.clone(), lot), lots.len());
        let variant = self.optional_name("variant");
        lots.push(LotEntry { order, item, lot, quantity, variant, operations: vec![operation], meta: None });
        Ok(())
    }
}

fn unreadable(line: u64, column: &str, clause: &str) -> Diagnostic {
    let message = format!("Line {line}: the cell {column} {clause}.");
    let remedy = "Correct the cell; docs/report.md says what stands in each column.";
    Diagnostic::error(codes::IMPORT_ROW_UNREADABLE, format!("/line/{line}"), message, remedy)
}

/// The delimiter under which most columns are found, and where they stand.
fn header(text: &str) -> Result<(u8, FxHashMap<&'static str, usize>), Vec<Diagnostic>> {
    let read = |delimiter: Delimiter| {
        let mut record = StringRecord::new();
        let mut builder = ReaderBuilder::new();
        let mut reader = builder.delimiter(delimiter.byte()).has_headers(false).from_reader(text.as_bytes());
        // The text is UTF-8, and an empty header lacks every column, which is said below.
        let _ = reader.read_record(&mut record);
        record
    };
    let positions = |record: &StringRecord| -> FxHashMap<&'static str, usize> {
        let place = |column: &'static str| Some((column, record.iter().position(|name| name.trim() == column)?));
        COLUMNS.iter().filter_map(|&column| place(column)).collect()
    };
    let found = Delimiter::ALL.map(|delimiter| (delimiter, positions(&read(delimiter))));
    let best = found.into_iter().max_by_key(|(_, found)| found.len());
    let (delimiter, found) = best.unwrap_or((Delimiter::Comma, FxHashMap::default()));
    let missing = COLUMNS.iter().filter(|&column| !OPTIONAL.contains(column) && !found.contains_key(column));
    let header = read(delimiter);
    let shown: Vec<&str> = header.iter().map(str::trim).filter(|name| name.len() <= 60).take(40).collect();
    let faults: Vec<Diagnostic> = missing
        .map(|column| {
            let near = did_you_mean(column, shown.iter().copied());
            let near = near.map_or_else(String::new, |near| format!(" Did you mean {}?", super::orders::shown(near)));
            let remedy = format!("Give it a lot table as `lotwise report --csv` writes it.{near}");
            let message = format!("The table has no column \"{column}\".");
            Diagnostic::error(codes::IMPORT_COLUMN_MISSING, "/line/1", message, remedy)
        })
        .collect();
    if faults.is_empty() { Ok((delimiter.byte(), found)) } else { Err(faults) }
}

/// Whether a spreadsheet would take the text for a formula, or for one that was guarded before.
fn tempting(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
}

/// The text as a CSV cell no spreadsheet runs: an apostrophe before what begins like a formula.
pub fn guarded(text: &str) -> Cow<'_, str> {
    if tempting(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text [`guarded`] was given.
pub fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| tempting(text)).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_guarded_comes_back_and_begins_no_formula() {
        for text in ["", "SO-1", "=1+1", "+49", "-3", "@SUM(A1)", "'=x", "''-", "'quoted'", "'", "\tx", "a=b"] {
            let cell = guarded(text);
            assert_eq!(unguarded(&cell), text);
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{cell:?}");
        }
    }

    #[test]
    fn rows_of_a_lot_become_one_lot_whatever_the_order_of_columns_and_the_delimiter() {
        let text = "\u{feff}end;start;line;quantity;item;order;operation;note\n\
            2026-11-23T09:00:00Z;2026-11-23T08:00:00Z;cut-1;40;0;'=A;cut;x\n;;;;;;;\n\
            2026-11-23T12:00:00+01:00;2026-11-23T10:00:00Z;sew-1;40;0;'=A;sew;\n";
        let lots = read_lots(text.as_bytes()).unwrap().lots;
        assert_eq!(lots.len(), 1);
        assert_eq!((lots[0].order.as_str(), lots[0].lot, lots[0].quantity), ("=A", 0, 40));
        assert_eq!(lots[0].operations.len(), 2);
        assert_eq!(lots[0].operations[1].end.to_string(), "2026-11-23T12:00:00+01:00");
    }

    #[test]
    fn every_bad_row_is_named_with_its_line_and_column() {
        let text = "order,item,lot,quantity,line,start,end\n\
            A,0,0,40,l,2026-11-23T08:00:00Z,2026-11-23T09:00:00Z\n\
            A,0,0,41,l,2026-11-23T09:00:00Z,2026-11-23T10:00:00Z\n\
            B,0,x,1,l,2026-11-23T09:00:00Z,2026-11-23T10:00:00Z\n\
            C,,0,1,l,2026-11-23T09:00:00Z,2026-11-23T10:00:00Z\n\
            D,0,0,1,l,tomorrow,2026-11-23T10:00:00Z\n";
        let faults = read_lots(text.as_bytes()).unwrap_err();
        let shown: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
        assert_eq!(faults.len(), 4, "{shown:?}");
        assert!(shown[0].starts_with("Line 3: the cell quantity is 41, but 40"), "{shown:?}");
        assert!(shown[1].starts_with("Line 4: the cell lot \"x\" is not a whole"), "{shown:?}");
        assert!(shown[2].starts_with("Line 5: the cell item is empty"), "{shown:?}");
        assert!(shown[3].starts_with("Line 6: the cell start \"tomorrow\""), "{shown:?}");
        let missing = read_lots(b"order,item,quantity,line,begin,end\n").unwrap_err();
        assert_eq!((missing.len(), missing[0].code), (1, codes::IMPORT_COLUMN_MISSING));
        assert_eq!(read_lots(b"\xff").unwrap_err()[0].code, codes::IMPORT_ENCODING);
    }
}
