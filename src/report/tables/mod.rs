//! The plan as tables: one row per order, per line, per operation of a lot; the cells of CSV files and workbooks alike.
//!
//! Instants are RFC 3339 with their offset, hours and money are decimals. `docs/report.md` lists the columns.

mod csv;
mod lines;
mod lots;
mod orders;
mod restated;
#[cfg(feature = "spreadsheet")]
mod workbook;

pub use csv::write_csv;
pub(in crate::report) use orders::status_word;
pub use restated::plan_of_lots;
#[cfg(feature = "spreadsheet")]
pub use workbook::{WorkbookError, workbook};

use super::kpis::Tolerance;
use super::register::Register;
use crate::model::Instant;
use crate::units::{Money, Pieces, Seconds};

/// What the tables hold.
#[derive(Clone, Copy, Debug, Default)]
pub struct TableOptions {
    /// What counts as on time and in full.
    pub tolerance: Tolerance,
    /// Whether customers are named.
    pub customers: bool,
}

/// A table.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// `orders`, `lines` or `lots`.
    pub name: &'static str,
    /// The header.
    pub columns: Vec<&'static str>,
    /// The rows, each as long as the header.
    pub rows: Vec<Vec<Cell>>,
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A name or a word.
    Text(String),
    /// A count.
    Count(i64),
    /// A share, or hours, to four places.
    Number(f64),
    /// In the instance's currency.
    Money(Money),
    /// An instant, as local time of the instance's zone.
    Instant(Instant),
    /// Yes or no.
    Flag(bool),
}

impl Cell {
    fn text(text: Option<&str>) -> Self {
        text.map_or(Self::Empty, |text| Self::Text(text.to_string()))
    }
    fn count(count: impl TryInto<i64>) -> Self {
        Self::Count(count.try_into().unwrap_or(i64::MAX))
    }
    fn pieces(pieces: Pieces) -> Self {
        Self::Count(pieces)
    }
    fn hours(time: Seconds) -> Self {
        Self::Number(super::kpis::ratio(time.0, 3_600))
    }
}

/// All three tables.
pub fn sheets(register: &Register<'_>, options: &TableOptions) -> [Sheet; 3] {
    [orders::sheet(register, options), lines_sheet(register), lots::sheet(register, options)]
}

/// The table of lines alone.
pub(in crate::report) fn lines_sheet(register: &Register<'_>) -> Sheet {
    lines::sheet(register)
}

/// Instants in the zone of the instance.
fn instant(register: &Register<'_>, at: Option<Seconds>) -> Cell {
    at.map_or(Cell::Empty, |at| Cell::Instant(Instant::in_zone(at, &register.problem.zone)))
}
