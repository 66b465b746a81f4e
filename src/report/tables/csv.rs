//! Tables as CSV: UTF-8, comma, RFC 4180 quoting, one header line.
//!
//! A spreadsheet runs what begins with `=`, `+`, `-` or `@` as a formula, wherever the file came from. Text that does
//! (or begins with a tab or a carriage return) gets an apostrophe in front, which spreadsheets take for "this is
//! text" and the importer takes off again; text that begins with apostrophes before such a sign gets one more, so that
//! nothing is lost. Numbers and instants are never touched.

use super::{Cell, Sheet};
use crate::import::plan_table::guarded;
use std::io::{self, Write};

/// Writes a table.
///
/// # Errors
/// What `out` says.
pub fn write_csv(sheet: &Sheet, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(out);
    writer.write_record(&sheet.columns)?;
    for row in &sheet.rows {
        writer.write_record(row.iter().map(shown))?;
    }
    writer.flush()
}

fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => guarded(text).into_owned(),
        Cell::Count(count) => count.to_string(),
        Cell::Number(number) => number.to_string(),
        Cell::Money(money) => money.to_string(),
        Cell::Instant(instant) => instant.to_string(),
        Cell::Flag(flag) => if *flag { "yes" } else { "no" }.to_string(),
    }
}
