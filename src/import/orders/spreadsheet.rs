//! A workbook (XLSX) as a table of text, so that whatever is true of a text dump is true of a sheet.
//!
//! Each row of the sheet becomes the line of the same number; a cell's own line breaks become blanks. Dates become text
//! whether the cell says that it is one or holds a bare serial number in a mapped date column; numbers become text with
//! the decimal sign that was asked for, and cells that hold numbers as text stay as they are. Sheets that are hidden are
//! not looked at. Nothing here knows what the columns mean, but for the dates.

use super::dates::{DateFormat, FieldOrder};
use super::mapping::{Columns, Delimiter};
use super::numbers::Decimal;
use super::table::{Table, folded};
use crate::diagnostic::{Diagnostic, codes, did_you_mean};
use calamine::{Cell, Data, ExcelDateTime, ExcelDateTimeType, Range, Reader, SheetVisible, Xlsx, XlsxError};
use std::io::{self, Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use zip::ZipArchive;

/// Serials that are dates of this format's years; smaller ones are more likely to be counts in a wrong column.
const SERIALS: std::ops::Range<f64> = 1.0..219_511.0;

/// What an archive may come to once it is unpacked, in bytes. A few kilobytes can be made to unpack to any size, and the
/// workbook's texts are held all at once.
const MOST_UNPACKED: u64 = 1 << 30;
/// Cells of the rectangle around all cells with a value: two far corners would be a sheet of 17 thousand million.
const MOST_CELLS: u64 = 30_000_000;

/// Rows and columns of a sheet at most (Excel's specifications and limits). Lines before the first row become text.
const ROWS: u32 = 1 << 20;
const COLUMNS: u32 = 1 << 14;

/// How cells become text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Writing<'a> {
    pub columns: &'a Columns,
    pub decimal: Option<Decimal>,
    pub date_format: Option<DateFormat>,
}

/// A sheet as text: tabs between cells, the line's number the row's.
#[derive(Debug)]
pub(super) struct SheetText {
    pub name: String,
    pub text: String,
}

/// Whether the bytes are a ZIP archive, which a table of text never is.
pub(super) fn is_workbook(dump: &[u8]) -> bool {
    dump.starts_with(b"PK\x03\x04")
}

/// The sheet `wanted` names, or the only one that has the mapped columns.
///
/// # Errors
/// Bytes that are no workbook, a sheet that is not there, no sheet or several with the columns.
pub(super) fn read(dump: &[u8], wanted: Option<&str>, writing: &Writing<'_>) -> Result<SheetText, Vec<Diagnostic>> {
    assert_unpackable(dump, MOST_UNPACKED)?;
    let mut book: Xlsx<_> = parsed(|| Xlsx::new(Cursor::new(dump)).map_err(|fault| unreadable(&fault)))?;
    let is_1904 = book.has_1904_epoch();
    let visible = book.sheets_metadata().iter().filter(|sheet| sheet.visible == SheetVisible::Visible);
    let names: Vec<String> = visible.map(|sheet| sheet.name.clone()).collect();
    let chosen = match wanted {
        None => names.clone(),
        Some(wanted) => {
            let found = names.iter().find(|name| folded(name) == folded(wanted));
            vec![found.ok_or_else(|| missing_sheet(wanted, &names))?.clone()]
        }
    };
    let mut with_columns = Vec::new();
    let mut faults = Vec::new();
    for name in chosen {
        let range = parsed(|| range(&mut book, &name))?;
        let text = as_text(&range, writing, is_1904);
        match Table::open(&text, writing.columns, Some(Delimiter::Tab)) {
            Ok(_) => with_columns.push(SheetText { name, text }),
            Err(of_sheet) if !text.trim().is_empty() => faults.push((name, of_sheet)),
            Err(_) => {}
        }
    }
    match (with_columns.len(), faults.len()) {
        (1, _) => Ok(with_columns.remove(0)),
        (0, 0) => {
            let message = "The workbook's sheets are empty.";
            Err(vec![Diagnostic::error(codes::IMPORT_NO_ROWS, "", message, "Export it again, with its rows.")])
        }
        (0, 1) => Err(faults.remove(0).1),
        (0, _) => {
            let message = format!("No sheet has all the columns the mapping names; there are {}.", listed(&names));
            let remedy = "Correct the mapping's `columns`, or say which sheet is meant: --sheet NAME.";
            Err(vec![Diagnostic::error(codes::IMPORT_COLUMN_MISSING, "", message, remedy)])
        }
        _ => {
            let several: Vec<String> = with_columns.into_iter().map(|sheet| sheet.name).collect();
            let message = format!("The orders could stand on several sheets: {}.", listed(&several));
            let remedy = "Say which one is meant: --sheet NAME, or `table.sheet` in the mapping.";
            Err(vec![Diagnostic::error(codes::IMPORT_OPTIONS, "", message, remedy)])
        }
    }
}

/// Refuses an archive whose files unpack to more than `most` bytes: by unpacking them, for what it says of itself is a claim.
fn assert_unpackable(dump: &[u8], most: u64) -> Result<(), Vec<Diagnostic>> {
    let mut archive = ZipArchive::new(Cursor::new(dump)).map_err(|fault| unreadable(&fault))?;
    let mut left = most;
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(|fault| unreadable(&fault))?;
        let unpacked = io::copy(&mut file.take(left + 1), &mut io::sink()).map_err(|fault| unreadable(&fault))?;
        left = left.checked_sub(unpacked).ok_or_else(|| too_large(&format!("{} MiB unpacked", most >> 20)))?;
    }
    Ok(())
}

/// What the parser makes of a workbook. Cells named "A99999999999" took it beyond its numbers: a panic, where overflow is checked.
fn parsed<T>(parse: impl FnOnce() -> Result<T, Vec<Diagnostic>>) -> Result<T, Vec<Diagnostic>> {
    catch_unwind(AssertUnwindSafe(parse)).unwrap_or_else(|_| Err(unreadable(&"its parser broke off")))
}

/// The cells of a sheet, unless the rectangle around them is larger than any dump.
fn range(book: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Range<Data>, Vec<Diagnostic>> {
    let mut reader = match book.worksheet_cells_reader(name) {
        Ok(reader) => reader,
        // A sheet that is a chart.
        Err(XlsxError::NotAWorksheet(_)) => return Ok(Range::default()),
        Err(fault) => return Err(unreadable(&fault)),
    };
    let mut cells: Vec<Cell<Data>> = Vec::new();
    let (mut first, mut last) = ((u32::MAX, u32::MAX), (0, 0));
    while let Some(cell) = reader.next_cell().map_err(|fault| unreadable(&fault))? {
        let value = Data::from(cell.get_value().clone());
        if value == Data::Empty {
            continue;
        }
        let (row, column) = cell.get_position();
        if row >= ROWS || column >= COLUMNS {
            return Err(unreadable(&format!(
                "a cell stands in row {} and column {}",
                u64::from(row) + 1,
                u64::from(column) + 1
            )));
        }
        first = (first.0.min(row), first.1.min(column));
        last = (last.0.max(row), last.1.max(column));
        let area = u64::from(last.0 - first.0 + 1) * u64::from(last.1 - first.1 + 1);
        if area.max(cells.len() as u64) > MOST_CELLS {
            return Err(too_large(&format!("{MOST_CELLS} cells")));
        }
        cells.push(Cell::new((row, column), value));
    }
    Ok(Range::from_sparse(cells))
}

fn too_large(what: &str) -> Vec<Diagnostic> {
    let message = format!("The workbook is larger than {what}.");
    let remedy = "Take out what is no order line (a far cell, other sheets), or export the sheet as CSV UTF-8.";
    vec![Diagnostic::error(codes::FILE_TOO_LARGE, "", message, remedy)]
}

fn unreadable(fault: &dyn std::fmt::Display) -> Vec<Diagnostic> {
    let message = format!("The file is an archive, but no workbook that can be read: {fault}.");
    let remedy = "Save it again as XLSX without a password, or export the sheet as CSV UTF-8.";
    vec![Diagnostic::error(codes::IMPORT_ENCODING, "", message, remedy)]
}

fn missing_sheet(wanted: &str, names: &[String]) -> Vec<Diagnostic> {
    let near = did_you_mean(wanted, names.iter().map(String::as_str));
    let near = near.map_or_else(String::new, |near| format!(" Did you mean {}?", super::shown(near)));
    let message = format!("The workbook has no visible sheet {}.", super::shown(wanted));
    let remedy = format!("Name one of {}.{near}", listed(names));
    vec![Diagnostic::error(codes::IMPORT_OPTIONS, "", message, remedy)]
}

fn listed(names: &[String]) -> String {
    names.iter().take(20).map(|name| super::shown(name)).collect::<Vec<_>>().join(", ")
}

/// The sheet as lines; those before its first used row are blank, as are rows without any value.
fn as_text(range: &Range<Data>, writing: &Writing<'_>, is_1904: bool) -> String {
    let Some((first, _)) = range.start() else { return String::new() };
    let mut text = "\n".repeat(first as usize);
    let dated = [writing.columns.date.as_deref(), writing.columns.due.as_deref()];
    let dated: Vec<String> = dated.into_iter().flatten().map(folded).collect();
    let mut date_columns: Option<Vec<bool>> = None;
    for row in range.rows() {
        if row.iter().all(|cell| matches!(cell, Data::Empty)) {
            text.push('\n');
            continue;
        }
        // The first row with a value is the header.
        let is_date = date_columns
            .get_or_insert_with(|| row.iter().map(|cell| dated.contains(&folded(&cell.to_string()))).collect());
        for (column, cell) in row.iter().enumerate() {
            if column > 0 {
                text.push('\t');
            }
            push_quoted(&mut text, &shown(cell, is_date.get(column) == Some(&true), writing, is_1904));
        }
        text.push('\n');
    }
    text
}

fn push_quoted(text: &mut String, cell: &str) {
    let clean: String = cell.chars().map(|sign| if matches!(sign, '\n' | '\r' | '\t') { ' ' } else { sign }).collect();
    if clean.contains('"') {
        text.push('"');
        text.push_str(&clean.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(&clean);
    }
}

fn shown(cell: &Data, in_date_column: bool, writing: &Writing<'_>, is_1904: bool) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Float(value) if in_date_column && SERIALS.contains(value) => date(*value, writing, is_1904),
        Data::Int(value) if in_date_column && SERIALS.contains(&(*value as f64)) => {
            date(*value as f64, writing, is_1904)
        }
        Data::Int(value) => value.to_string(),
        Data::Float(value) => number(*value, writing.decimal),
        Data::DateTime(value) if value.is_datetime() => date(value.as_f64(), writing, is_1904),
        other => other.to_string(),
    }
}

/// The date in the format asked for, with its time of day unless that is midnight.
fn date(serial: f64, writing: &Writing<'_>, is_1904: bool) -> String {
    // A serial is a fraction of a day: half a second up, and 08:25:59.9999 is 08:26:00 as the sheet shows it.
    let rounded = serial + 0.5 / 86_400.0;
    let (year, month, day, hour, minute, second, _) =
        ExcelDateTime::new(rounded, ExcelDateTimeType::DateTime, is_1904).to_ymd_hms_milli();
    let format = writing.date_format.unwrap_or(DateFormat {
        order: FieldOrder::YearFirst,
        separator: Some('-'),
        two_digit_year: false,
    });
    let sign = format.separator.map_or_else(String::new, String::from);
    let year = if format.two_digit_year { format!("{:02}", year % 100) } else { format!("{year:04}") };
    let (month, day) = (format!("{month:02}"), format!("{day:02}"));
    let parts = match format.order {
        FieldOrder::YearFirst => [year, month, day],
        FieldOrder::DayFirst => [day, month, year],
        FieldOrder::MonthFirst => [month, day, year],
    };
    let date = parts.join(&sign);
    if (hour, minute, second) == (0, 0, 0) { date } else { format!("{date} {hour:02}:{minute:02}:{second:02}") }
}

/// A number as the sheet shows it: 15 digits, which take off what binary fractions leave behind.
fn number(value: f64, decimal: Option<Decimal>) -> String {
    let value = format!("{value:.14e}").parse().unwrap_or(value);
    let mut text = value.to_string();
    if let Some((_, fraction)) = text.split_once('.') {
        // Three places could be read as thousands; a fourth proves what the sign is.
        if fraction.len() == 3 {
            text.push('0');
        }
    }
    if decimal == Some(Decimal::Comma) { text.replace('.', ",") } else { text }
}
