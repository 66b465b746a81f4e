//! What a comparison tells: the answer's shape, as JSON has it.

use crate::model::{Duration, Instant};
use crate::solution::OrderStatus;
use crate::units::{Money, Pieces};
use serde::Serialize;

/// What changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The total first, then each term that one of the plans has.
    pub cost: Vec<TermChange>,
    /// How much of the first plan stands in the second.
    pub stability: Stability,
    /// Orders by what they gained or lost.
    pub order_counts: OrderCounts,
    /// Orders whose status, delivery or cost changed, in the order of the instance.
    pub orders: Vec<OrderChange>,
    /// Lots that changed, in the order of the second plan; those that are gone come last.
    pub lots: Vec<LotChange>,
    /// Overtime windows one of the plans opens and the other does not.
    pub overtime: Vec<OvertimeChange>,
}

/// A cost term in both plans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TermChange {
    /// Its name: `total`, `production`, ...
    pub term: &'static str,
    /// In the first plan.
    pub before: Money,
    /// In the second.
    pub after: Money,
    /// `after - before`.
    pub change: Money,
}

/// How much of the first plan stands in the second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Stability {
    /// Lots in both plans: same order, item and number.
    pub kept: usize,
    /// Of those, the ones with the same pieces and every operation on the same line at the same start.
    pub untouched: usize,
    /// `untouched / kept` to four places; 1 where no lot is kept.
    pub untouched_share: f64,
    /// Kept lots with an operation on another line.
    pub other_line: usize,
    /// Kept lots on their lines with an operation that starts at another time.
    pub other_start: usize,
    /// Kept lots of other pieces.
    pub other_quantity: usize,
    /// Lots only the second plan has.
    pub added: usize,
    /// Lots only the first plan has.
    pub removed: usize,
    /// Mean time by which the starts of kept operations moved, hours.
    pub mean_start_move_hours: f64,
}

/// Orders by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OrderCounts {
    /// Better off: made instead of left out, on time instead of late, less late.
    pub gained: usize,
    /// Worse off.
    pub lost: usize,
    /// Neither, but delivered at another time or at another cost.
    pub moved: usize,
    /// As before.
    pub unchanged: usize,
    /// Only in the second plan.
    pub added: usize,
    /// Only in the first plan.
    pub removed: usize,
}

/// What became of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "`OrderCounts` says what each is")]
pub enum OrderVerdict {
    Gained,
    Lost,
    Moved,
    Unchanged,
    Added,
    Removed,
}

/// An order in both plans.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OrderChange {
    /// The order.
    pub id: String,
    /// What became of it.
    pub verdict: OrderVerdict,
    /// In the first plan; null where it is not in it.
    pub before: Option<OrderState>,
    /// In the second.
    pub after: Option<OrderState>,
    /// By how much its delivery moved, hours, later is positive; null where one plan does not deliver it.
    pub delivery_move_hours: Option<f64>,
}

/// What a plan states of an order.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OrderState {
    /// `on_time`, `late`, `rejected`, `unplanned`.
    pub status: OrderStatus,
    /// When it is delivered.
    pub delivery: Option<Instant>,
    /// How late it is.
    pub lateness: Duration,
    /// What it costs.
    pub cost: Money,
}

/// A lot that changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LotChange {
    /// Its order.
    pub order: String,
    /// Its item.
    pub item: String,
    /// Its number.
    pub lot: u32,
    /// Pieces in the first plan; null where it is not in it.
    pub quantity_before: Option<Pieces>,
    /// Pieces in the second.
    pub quantity_after: Option<Pieces>,
    /// Operations that changed.
    pub operations: Vec<OperationChange>,
}

/// An operation that changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OperationChange {
    /// Its name in the route.
    pub operation: Option<String>,
    /// Line and start in the first plan.
    pub before: Option<Place>,
    /// In the second.
    pub after: Option<Place>,
}

/// Where and when an operation starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Place {
    /// The line.
    pub line: String,
    /// First second of its run.
    pub start: Instant,
}

/// An overtime window that one of the plans opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OvertimeChange {
    /// The line.
    pub line: String,
    /// The window's beginning.
    pub from: Instant,
    /// Whether it is the second plan that opens it.
    pub opened: bool,
}
