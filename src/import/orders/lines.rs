//! Rows to order lines: each row is read once and is then a sale, a return, or left out for one stated reason.
//!
//! The reasons are tried in a fixed order: blank, ill-shaped, date, days asked for, code, product, quantity, return,
//! price, description. A row outside the days asked for is not judged any further, and neither is one whose code is
//! not a product: a bank charge needs no quantity.

use super::dates::{self, DateFormat, Moment};
use super::mapping::{Incomplete, Mapping};
use super::numbers::{self, Decimal};
use super::report::{ImportReport, LISTED, Reason};
use super::rules::Rules;
use super::table::{Column, Row, Table};
use super::{ImportOptions, shown};
use crate::diagnostic::{Diagnostic, Severity, codes};
use crate::units::{Money, Pieces};
use jiff::tz::TimeZone;
use rustc_hash::FxHashMap;

/// The most pieces one row may order or return: nobody makes a thousand million of anything in small batches.
const MOST_PIECES: Pieces = 1_000_000_000;

/// Texts that occur again and again, each kept once.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: FxHashMap<String, u32>,
    names: Vec<String>,
}

impl Names {
    pub fn intern(&mut self, name: &str) -> u32 {
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        let index = self.names.len() as u32;
        self.known.insert(name.to_string(), index);
        self.names.push(name.to_string());
        index
    }
    pub fn get(&self, index: u32) -> &str {
        &self.names[index as usize]
    }
    pub fn len(&self) -> usize {
        self.names.len()
    }
}

/// A code, folded.
#[derive(Debug)]
struct Code {
    is_product: bool,
    /// The first description a sale gave it.
    description: String,
}

/// One order line, sale or return.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// Where it stands in the dump.
    pub line: u64,
    /// Index of the order; no order's for a return, which stands on a credit note.
    pub order: u32,
    /// Index of the folded code.
    pub code: u32,
    pub customer: Option<u32>,
    /// Raw text of the region column.
    pub region: Option<u32>,
    pub placed: Option<jiff::Timestamp>,
    pub due: Option<jiff::Timestamp>,
    /// Pieces still wanted; of a return, pieces brought back.
    pub pieces: Pieces,
    /// Price of a piece.
    pub price: Money,
}

/// Everything read off the rows.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub sales: Vec<Line>,
    pub returns: Vec<Line>,
    pub orders: Names,
    pub codes: Names,
    pub customers: Names,
    pub regions: Names,
    raw_codes: FxHashMap<String, u32>,
    known: Vec<Code>,
    /// The first rows that `strict` refuses, and how many there are.
    refused: Vec<Diagnostic>,
    refused_rows: u64,
}

/// What the cells are read with.
pub(super) struct Reading<'a> {
    pub mapping: &'a Mapping,
    pub options: &'a ImportOptions,
    pub rules: &'a Rules,
    pub zone: &'a TimeZone,
    pub decimal: Decimal,
    pub date_format: Option<DateFormat>,
}

/// Why a row is no line, and what is wrong where that is not plain.
type Refusal = (Reason, Option<String>);

fn unreadable<T>(message: String) -> Result<T, Refusal> {
    Err((Reason::Unreadable, Some(message)))
}

impl Lines {
    /// Reads all rows of `table`.
    ///
    /// # Errors
    /// With `strict`, every row that is unreadable or no product (the first [`LISTED`] in full, the rest counted).
    pub fn read(table: &Table<'_>, reading: &Reading<'_>, report: &mut ImportReport) -> Result<Self, Vec<Diagnostic>> {
        let mut lines = Self::default();
        let mut rows = table.rows();
        while let Some(row) = rows.next_row() {
            report.rows.read += 1;
            match lines.line(table, &row, reading) {
                Ok(line) if line.pieces > 0 => lines.sales.push(line),
                Ok(line) => lines.returns.push(Line { pieces: -line.pieces, ..line }),
                Err(refusal) => lines.refuse(refusal, &row, report),
            }
        }
        if reading.options.strict && lines.refused_rows > 0 {
            let more = lines.refused_rows - lines.refused.len() as u64;
            if more > 0 {
                let message = format!("{more} more rows are unreadable or no products.");
                lines.refused.push(Diagnostic::error(codes::IMPORT_ROW_UNREADABLE, "", message, REMEDY));
            }
            return Err(lines.refused);
        }
        Ok(lines)
    }

    fn refuse(&mut self, (reason, message): Refusal, row: &Row<'_>, report: &mut ImportReport) {
        report.leave_out(reason, row.line);
        let code = match reason {
            Reason::Unreadable => codes::IMPORT_ROW_UNREADABLE,
            Reason::NotAProduct => codes::IMPORT_NOT_A_PRODUCT,
            _ => return,
        };
        self.refused_rows += 1;
        if self.refused.len() >= LISTED && report.faults.len() >= LISTED {
            return;
        }
        let message = message.unwrap_or_else(|| format!("{} is not a product.", shown(row.cell(Column::Code))));
        let fault = Diagnostic::error(code, format!("/line/{}", row.line), message, REMEDY);
        if reason == Reason::Unreadable && report.faults.len() < LISTED {
            report.faults.push(fault.clone().with_severity(Severity::Warning));
        }
        if self.refused.len() < LISTED {
            self.refused.push(fault);
        }
    }

    /// Reads one row; a line of negative pieces is a return.
    fn line(&mut self, table: &Table<'_>, row: &Row<'_>, reading: &Reading<'_>) -> Result<Line, Refusal> {
        if row.is_blank() {
            return Err((Reason::Blank, None));
        }
        if !row.is_whole() {
            return unreadable(format!("The row has {} fields, the header {}.", row.fields(), row.width));
        }
        let placed = moment(table, row, Column::Date, reading)?;
        if let Some(moment) = placed {
            let ImportOptions { from, to, .. } = reading.options;
            if from.is_some_and(|from| moment.date < from) || to.is_some_and(|to| moment.date > to) {
                return Err((Reason::OutsideDates, None));
            }
        }
        let code = self.code(row.cell(Column::Code), reading)?;
        let pieces = pieces(row.cell(Column::Quantity), reading.decimal)?;
        let price = price(table, row, reading, pieces < 0)?;
        let description = row.cell(Column::Description);
        if pieces > 0 {
            let skips = reading.mapping.lines.without_description == Incomplete::Skip;
            if skips && table.has(Column::Description) && description.is_empty() {
                return Err((Reason::NoDescription, None));
            }
            let known = &mut self.known[code as usize];
            if known.description.is_empty() {
                known.description = description.to_string();
            }
        }
        let order = row.cell(Column::Order);
        if order.is_empty() {
            return unreadable("The row names no order.".into());
        }
        let promised = !row.cell(Column::Due).is_empty();
        let due = if promised { moment(table, row, Column::Due, reading)? } else { None };
        let named = |names: &mut Names, cell: &str| (!cell.is_empty()).then(|| names.intern(cell));
        Ok(Line {
            line: row.line,
            order: if pieces > 0 { self.orders.intern(order) } else { u32::MAX },
            code,
            customer: named(&mut self.customers, row.cell(Column::Customer)),
            region: named(&mut self.regions, row.cell(Column::Region)),
            placed: placed.map(|moment| timestamp(moment, reading.zone, false)).transpose()?,
            due: due.map(|moment| timestamp(moment, reading.zone, true)).transpose()?,
            pieces,
            price,
        })
    }

    fn code(&mut self, raw: &str, reading: &Reading<'_>) -> Result<u32, Refusal> {
        if raw.is_empty() {
            return unreadable("The row has no code.".into());
        }
        let index = match self.raw_codes.get(raw) {
            Some(known) => *known,
            None => {
                let folded = reading.mapping.products.case.fold(raw);
                let index = self.codes.intern(&folded);
                if index as usize == self.known.len() {
                    let is_product = reading.rules.is_product(&folded);
                    self.known.push(Code { is_product, description: String::new() });
                }
                self.raw_codes.insert(raw.to_string(), index);
                index
            }
        };
        if self.known[index as usize].is_product { Ok(index) } else { Err((Reason::NotAProduct, None)) }
    }

    /// The description of a code, as the first sale that has one gives it.
    pub fn description(&self, code: u32) -> &str {
        &self.known[code as usize].description
    }
}

/// The date in `column`; none where the mapping does not name it.
fn moment(table: &Table<'_>, row: &Row<'_>, column: Column, reading: &Reading<'_>) -> Result<Option<Moment>, Refusal> {
    if !table.has(column) {
        return Ok(None);
    }
    let cell = row.cell(column);
    let Some(format) = reading.date_format else {
        return unreadable(format!("{} is not a date.", shown(cell)));
    };
    match dates::parse(cell, format) {
        Some(moment) => Ok(Some(moment)),
        None => unreadable(format!("{} is not a date of the form {format}.", shown(cell))),
    }
}

const REMEDY: &str = "Correct the row or the mapping, or import without --strict, which leaves such rows out.";

fn pieces(cell: &str, decimal: Decimal) -> Result<Pieces, Refusal> {
    let Some(scaled) = numbers::parse(cell, decimal).filter(|scaled| scaled % numbers::WHOLE == 0) else {
        return unreadable(format!("{} is not a whole number of pieces.", shown(cell)));
    };
    let pieces = scaled / numbers::WHOLE;
    if pieces.abs() > MOST_PIECES {
        return unreadable(format!("{pieces} pieces are more than a row may hold."));
    }
    if pieces == 0 { Err((Reason::NoQuantity, None)) } else { Ok(pieces) }
}

/// The price of a piece; a return needs none.
fn price(table: &Table<'_>, row: &Row<'_>, reading: &Reading<'_>, is_return: bool) -> Result<Money, Refusal> {
    if is_return || !table.has(Column::Price) {
        return Ok(Money::ZERO);
    }
    let cell = row.cell(Column::Price);
    let value = if cell.is_empty() { Some(0) } else { numbers::parse(cell, reading.decimal) };
    match value {
        Some(0) if reading.mapping.lines.without_price == Incomplete::Skip => Err((Reason::NoPrice, None)),
        Some(value) if value >= 0 => Ok(Money(value)),
        _ => unreadable(format!("{} is not a price.", shown(cell))),
    }
}

/// The instant of a local time; a due date without a time of day lasts until its end.
fn timestamp(moment: Moment, zone: &TimeZone, is_due: bool) -> Result<jiff::Timestamp, Refusal> {
    let day_end = is_due && moment.time.is_none();
    let local = if day_end {
        moment.date.tomorrow().map(|next| next.to_datetime(jiff::civil::Time::midnight()))
    } else {
        Ok(moment.datetime())
    };
    let instant = local.and_then(|local| match moment.offset_seconds {
        Some(offset) => jiff::tz::Offset::from_seconds(offset)?.to_timestamp(local),
        // Local times that a clock change skips or repeats take the offset before it, as calendars do.
        None => zone.to_ambiguous_timestamp(local).compatible(),
    });
    instant.or_else(|_| unreadable(format!("{} is out of range.", moment.datetime())))
}
