//! What an import did, row by row: nothing a dump holds vanishes without a count and a line number here.
//!
//! Every row read is either used or stands under exactly one reason, so `rows.read = rows.used + sum of left out`.

use super::Delimiter;
use super::dates::DateFormat;
use super::numbers::Decimal;
use crate::diagnostic::Diagnostic;
use crate::model::Instant;
use crate::units::Pieces;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// Line numbers and row faults kept for each reason; the counts go on.
pub const LISTED: usize = 20;

/// What an import did.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ImportReport {
    /// How the table was written.
    pub table: TableReport,
    /// Rows by what became of them.
    pub rows: RowCounts,
    /// Rows that became no item, by reason.
    pub left_out: BTreeMap<Reason, LeftOut>,
    /// Lines of negative quantity.
    pub returns: ReturnCounts,
    /// What the instance holds.
    pub orders: OrderCounts,
    /// The first unreadable rows, each with what is wrong with it.
    pub faults: Vec<Diagnostic>,
}

/// How the table was written, as recognised or set.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct TableReport {
    /// WHATWG name of the encoding.
    pub encoding: &'static str,
    /// Whether it began with a byte order mark.
    pub byte_order_mark: bool,
    /// The sheet, where the dump is a workbook; its encoding is then `xlsx`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// What stands between fields.
    pub delimiter: Delimiter,
    /// The decimal sign; none where no number needed one.
    pub decimal: Option<Decimal>,
    /// How dates are written; none without dates.
    pub date_format: Option<DateFormat>,
}

/// Rows by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RowCounts {
    /// All after the header, except empty lines.
    pub read: u64,
    /// Those with pieces in an item.
    pub used: u64,
    /// Of those, the ones added to an item that another row began.
    pub merged: u64,
}

/// Why a row became no item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reason {
    /// Its date lies outside the days asked for.
    OutsideDates,
    /// It has no cell with text.
    Blank,
    /// A field it needs cannot be read; see the report's faults.
    Unreadable,
    /// The mapping says its code is not a product.
    NotAProduct,
    /// Its quantity is zero.
    NoQuantity,
    /// It has no price above zero, and the mapping skips such rows.
    NoPrice,
    /// It has no description, and the mapping skips such rows.
    NoDescription,
    /// It is a return that was taken off earlier lines, wholly or in part.
    ReturnNetted,
    /// It is a return of what no earlier line of the same customer ordered.
    ReturnUnmatched,
    /// It is a return, and no customer is named.
    ReturnWithoutCustomer,
    /// It is a return, and the mapping drops returns.
    ReturnDropped,
    /// It ordered what was returned later, all of it.
    Cancelled,
}

impl Reason {
    pub(super) fn sentence(self) -> &'static str {
        match self {
            Reason::OutsideDates => "outside the days asked for",
            Reason::Blank => "blank",
            Reason::Unreadable => "unreadable",
            Reason::NotAProduct => "not a product",
            Reason::NoQuantity => "quantity zero",
            Reason::NoPrice => "no price",
            Reason::NoDescription => "no description",
            Reason::ReturnNetted => "returns, taken off earlier lines",
            Reason::ReturnUnmatched => "returns without an earlier line",
            Reason::ReturnWithoutCustomer => "returns without a customer",
            Reason::ReturnDropped => "returns, dropped",
            Reason::Cancelled => "wholly returned later",
        }
    }
}

/// Rows under one reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LeftOut {
    /// How many.
    pub rows: u64,
    /// The lines the first [`LISTED`] of them begin on.
    pub lines: Vec<u64>,
}

/// Lines of negative quantity on products.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReturnCounts {
    /// How many.
    pub rows: u64,
    /// Their pieces.
    pub pieces: Pieces,
    /// Of those, the pieces taken off earlier lines.
    pub netted_pieces: Pieces,
}

/// What came of the dump.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct OrderCounts {
    /// Orders made.
    pub orders: usize,
    /// Their items.
    pub items: usize,
    /// Their pieces.
    pub pieces: Pieces,
    /// Customers named on them.
    pub customers: usize,
    /// Variants ordered.
    pub variants: usize,
    /// Of those, the ones the plant defines.
    pub variants_from_plant: usize,
    /// Orders whose rows name different customers or regions; the first counts.
    pub in_two_minds: usize,
    /// First and last instant an order was placed, as the dump has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placed: Option<(Instant, Instant)>,
    /// Days by which all dates were moved.
    pub shifted_days: i64,
    /// The instance's start.
    pub start: Option<Instant>,
}

impl ImportReport {
    pub(super) fn leave_out(&mut self, reason: Reason, line: u64) {
        let entry = self.left_out.entry(reason).or_default();
        entry.rows += 1;
        if entry.lines.len() < LISTED {
            entry.lines.push(line);
        }
    }

    /// Rows under `reason`.
    pub fn rows_left_out(&self, reason: Reason) -> u64 {
        self.left_out.get(&reason).map_or(0, |entry| entry.rows)
    }
}

impl fmt::Display for ImportReport {
    /// A dozen lines for people.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (table, rows, orders) = (&self.table, &self.rows, &self.orders);
        let mark = if table.byte_order_mark { " with a byte order mark" } else { "" };
        let decimal = table.decimal.map_or(String::new(), |sign| format!(", decimal sign `{sign}`"));
        let dates = table.date_format.map_or(String::new(), |format| format!(", dates {format}"));
        let sheet = table.sheet.as_ref().map_or_else(String::new, |name| format!(", sheet {}", super::shown(name)));
        writeln!(out, "table    {}{mark}{sheet}, {} between fields{decimal}{dates}", table.encoding, table.delimiter)?;
        writeln!(out, "rows     {} read, {} used, {} of them merged", rows.read, rows.used, rows.merged)?;
        for (reason, entry) in &self.left_out {
            let lines: Vec<String> = entry.lines.iter().take(5).map(u64::to_string).collect();
            let more = if entry.rows > lines.len() as u64 { ", ..." } else { "" };
            let noun = if entry.rows == 1 { "line" } else { "lines" };
            writeln!(out, "         {:>6} {} ({noun} {}{more})", entry.rows, reason.sentence(), lines.join(", "))?;
        }
        for fault in self.faults.iter().take(3) {
            writeln!(out, "         line {}: {}", fault.pointer.trim_start_matches("/line/"), fault.message)?;
        }
        if self.returns.rows > 0 {
            let ReturnCounts { rows, pieces, netted_pieces } = self.returns;
            writeln!(out, "returns  {pieces} pieces on {rows} rows, {netted_pieces} pieces taken off earlier lines")?;
        }
        let OrderCounts { orders: count, items, pieces, variants, .. } = orders;
        write!(out, "orders   {count} with {items} items, {pieces} pieces of {variants} variants")?;
        writeln!(out, " ({} defined by the plant)", orders.variants_from_plant)?;
        if orders.in_two_minds > 0 {
            writeln!(out, "         {} name two customers or regions; the first counts", orders.in_two_minds)?;
        }
        if let Some((first, last)) = orders.placed {
            writeln!(out, "placed   {first} to {last}")?;
        }
        if orders.shifted_days != 0 {
            writeln!(out, "         moved by {} days", orders.shifted_days)?;
        }
        orders.start.map_or(Ok(()), |start| writeln!(out, "start    {start}"))
    }
}
