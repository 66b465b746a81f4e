//! The tables as one workbook (XLSX), and the plan's figures and costs on a sheet before them.
//!
//! Text is written as text, so that no cell can become a formula. Instants are ISO text with their offset: a
//! spreadsheet's dates know no offsets.

use super::{Cell, Sheet};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

/// A workbook that could not be made: too many rows for a sheet, a text too long for a cell.
#[derive(Debug, thiserror::Error)]
#[error("the workbook cannot be made: {0}")]
pub struct WorkbookError(#[from] XlsxError);

/// The bytes of a workbook: figures, orders, lines, lots.
///
/// # Errors
/// More rows than a sheet holds (1,048,576).
pub fn workbook(figures: &[(String, Cell)], sheets: &[Sheet]) -> Result<Vec<u8>, WorkbookError> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    let page = book.add_worksheet().set_name("plan")?;
    for (row, (name, cell)) in figures.iter().enumerate() {
        let row = u32::try_from(row).unwrap_or(u32::MAX);
        page.write_string(row, 0, name)?;
        write(page, row, 1, cell)?;
    }
    page.set_column_width(0, 30)?.set_column_width(1, 28)?;
    for sheet in sheets {
        let page = book.add_worksheet().set_name(sheet.name)?;
        let mut widths: Vec<usize> = sheet.columns.iter().map(|name| name.len()).collect();
        for (column, name) in (0_u16..).zip(&sheet.columns) {
            page.write_string_with_format(0, column, *name, &bold)?;
        }
        for (row, cells) in (1_u32..).zip(&sheet.rows) {
            for (column, cell) in (0_u16..).zip(cells) {
                let written = write(page, row, column, cell)?;
                let width = &mut widths[usize::from(column)];
                *width = written.max(*width);
            }
        }
        for (column, width) in (0_u16..).zip(widths) {
            page.set_column_width(column, width.min(40) as f64 + 1.5)?;
        }
        page.set_freeze_panes(1, 1)?;
        let (last_row, last_column) = (sheet.rows.len() as u32, sheet.columns.len() as u16 - 1);
        page.autofilter(0, 0, last_row.max(1), last_column)?;
    }
    Ok(book.save_to_buffer()?)
}

/// Writes a cell; returns how many characters it shows.
fn write(page: &mut Worksheet, row: u32, column: u16, cell: &Cell) -> Result<usize, XlsxError> {
    /// The longest text a cell holds.
    const LONGEST: usize = 32_767;
    let text = |text: &str| -> String { text.chars().take(LONGEST).collect() };
    match cell {
        Cell::Empty => Ok(0),
        Cell::Text(name) => page.write_string(row, column, text(name)).map(|_| name.chars().count()),
        // Beyond 15 digits a spreadsheet would round: no count here is that large, but a hostile plan may say so.
        Cell::Count(count) if count.unsigned_abs() >= 1 << 53 => {
            page.write_string(row, column, count.to_string()).map(|_| 20)
        }
        Cell::Count(count) => page.write_number(row, column, *count as f64).map(|_| count.to_string().len()),
        Cell::Number(number) => page.write_number(row, column, *number).map(|_| 10),
        Cell::Money(money) => page.write_number(row, column, money.to_f64()).map(|_| 12),
        Cell::Instant(instant) => page.write_string(row, column, instant.to_string()).map(|_| 25),
        Cell::Flag(flag) => page.write_string(row, column, if *flag { "yes" } else { "no" }).map(|_| 3),
    }
}
