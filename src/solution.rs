//! The plan as the outside sees it: text ids, instants, costs; the file `lotwise-plan/1`.
//!
//! A solution is decisions and their consequences, written by the solver and read back by `check`, `--start` and
//! re-planning. Nothing in it is trusted when it is read: `verify` recomputes everything from instance and plan.

use crate::diagnostic::{Diagnostic, codes};
use crate::model::order::MAXIMUM_PIECES;
use crate::model::read::{ReadError, read_file};
use crate::model::scalar::{is_default, present, schema_of_plan_duration, schema_of_plan_money, total_duration};
use crate::model::schema::file_schema;
use crate::model::walk::MAXIMUM_LISTED;
use crate::model::{Duration, Instant, LotEntry, Meta};
use crate::units::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The only `format` of plans this version reads and writes.
pub const FORMAT: &str = "lotwise-plan/1";

/// A plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Solution {
    /// Always `lotwise-plan/1`.
    pub format: String,
    /// The instance's name.
    #[serde(default)]
    pub instance: Option<String>,
    /// What is known about the plan.
    pub status: Status,
    /// What it costs, term by term.
    pub cost: CostBreakdown,
    /// A proved lower bound on the cost of every plan, or null: never an estimate.
    #[serde(default)]
    pub bound: Option<Money>,
    /// (cost - bound) / cost to four places; 0 when equal, null without a bound.
    #[serde(default)]
    pub gap: Option<f64>,
    /// With `infeasible`: the orders that cannot all be made, and why.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub clash: Option<ClashEntry>,
    /// The lots of the orders that are made.
    pub lots: Vec<LotEntry>,
    /// Every order of the instance.
    pub orders: Vec<OrderEntry>,
    /// Lines: what they open and how they are used.
    #[serde(default)]
    pub lines: Vec<LineEntry>,
    /// Figures over the whole plan.
    #[serde(default)]
    pub kpis: Kpis,
    /// How the plan came about.
    #[serde(default)]
    pub run: Run,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}

/// What is known about a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Cost equals bound: proved.
    Optimal,
    /// All orders that must be made are; better plans may exist.
    Feasible,
    /// Proved that the orders that must be made cannot all be.
    Infeasible,
    /// Some orders that must be made are unplanned; nothing is proved.
    Unknown,
}

/// The cost of a plan, term by term.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CostBreakdown {
    /// The sum of the terms.
    pub total: Money,
    /// Working time and pieces of runs.
    pub production: Money,
    /// Changeovers: their cost and working time.
    pub changeover: Money,
    /// Overtime windows opened.
    pub overtime: Money,
    /// Orders delivered after `due`.
    pub lateness: Money,
    /// Orders delivered before `due`.
    pub holding: Money,
    /// Orders left out.
    pub rejection: Money,
    /// Runs below the minimum.
    pub short_run: Money,
    /// Transit between sites and delivery.
    pub transport: Money,
    /// Changes to the baseline.
    pub baseline: Money,
    /// Time from `start` to the last end.
    pub makespan: Money,
}

impl CostBreakdown {
    /// The terms by name, in the order of the file, without `total`.
    pub fn terms(&self) -> [(&'static str, Money); 10] {
        [
            ("production", self.production),
            ("changeover", self.changeover),
            ("overtime", self.overtime),
            ("lateness", self.lateness),
            ("holding", self.holding),
            ("rejection", self.rejection),
            ("short_run", self.short_run),
            ("transport", self.transport),
            ("baseline", self.baseline),
            ("makespan", self.makespan),
        ]
    }

    /// The same terms with `total` set to their sum.
    #[must_use]
    pub fn summed(mut self) -> Self {
        self.total = self.terms().into_iter().map(|(_, cost)| cost).sum();
        self
    }
}

/// What becomes of an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderEntry {
    /// The order.
    pub id: String,
    /// Whether it is delivered, and when it was promised.
    pub status: OrderStatus,
    /// When it is delivered; none when it is not.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Instant>,
    /// How late it is.
    #[serde(default, deserialize_with = "total_duration", skip_serializing_if = "is_default")]
    pub lateness: Duration,
    /// Lateness, holding and rejection cost.
    pub cost: Money,
    /// Why it is unplanned.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// What becomes of an order, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Delivered by `due`, or without one.
    OnTime,
    /// Delivered after `due`.
    Late,
    /// Left out, at its `reject_cost`.
    Rejected,
    /// Must be made and is not.
    Unplanned,
}

/// Why an order is unplanned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// A stable code.
    pub code: String,
    /// One sentence.
    pub message: String,
}

/// Orders that must be made and cannot all be: already these alone, whatever else is ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClashEntry {
    /// `no-place`, `capacity` or `material`.
    pub code: String,
    /// The proof in a sentence or two.
    pub message: String,
    /// The orders; without any one of them this proves nothing.
    pub orders: Vec<String>,
    /// The lines concerned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
    /// The materials concerned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub materials: Vec<String>,
    /// From when on.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub from: Option<Instant>,
    /// Until when.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub to: Option<Instant>,
}

/// What a line opens, and how it is used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LineEntry {
    /// The line.
    pub id: String,
    /// The beginnings of the overtime windows it opens.
    #[serde(default)]
    pub overtime: Vec<Instant>,
    /// Operations on it.
    #[serde(default)]
    pub operations: usize,
    /// Working time of its runs.
    #[serde(default, deserialize_with = "total_duration")]
    pub run_time: Duration,
    /// Working time of its changeovers.
    #[serde(default, deserialize_with = "total_duration")]
    pub changeover_time: Duration,
    /// Changeovers that take time.
    #[serde(default)]
    pub changeovers: usize,
}

/// Figures over the whole plan; shares are between 0 and 1, to four places.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Kpis {
    /// Orders of the instance.
    pub orders: usize,
    /// Orders delivered by `due`, or without one.
    pub on_time: usize,
    /// Orders delivered after `due`.
    pub late: usize,
    /// Orders left out at their price.
    pub rejected: usize,
    /// Orders that must be made and are not.
    pub unplanned: usize,
    /// `on_time / orders`; 1 without orders.
    pub on_time_share: f64,
    /// Lots in the plan.
    pub lots: usize,
    /// Operations in the plan.
    pub operations: usize,
    /// Pieces in lots.
    pub pieces: i64,
    /// Working hours of runs.
    pub run_hours: f64,
    /// Working hours of changeovers.
    pub changeover_hours: f64,
    /// Changeovers that take time.
    pub changeovers: usize,
    /// Mean lateness of late orders, hours.
    pub mean_lateness_hours: f64,
    /// Largest lateness, hours.
    pub worst_lateness_hours: f64,
    /// Mean time from an order's release to its delivery, hours.
    pub mean_lead_time_hours: f64,
    /// Working time over open time, from `start` to the last end.
    pub utilisation: f64,
    /// From `start` to the last end, hours.
    pub makespan_hours: f64,
}

/// How a plan came about. With an iteration budget it holds no clock reading.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Run {
    /// The program's version.
    pub version: String,
    /// The seed of every random stream.
    pub seed: u64,
    /// How the plan was asked for: `auto`, `dispatch`, `heuristic` or `mip`.
    pub method: String,
    /// What ended the search.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub stopped_by: Option<StoppedBy>,
    /// From process start to the plan, where a clock was used.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub elapsed_seconds: Option<f64>,
    /// Search iterations made.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub iterations: Option<u64>,
    /// Cost against time: each better plan as it was found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub incumbents: Vec<IncumbentEntry>,
    /// Bound against time: each better bound as it was proved.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bounds: Vec<BoundEntry>,
    /// What went wrong inside without costing the plan.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<String>,
}

/// What ended a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum StoppedBy {
    /// Nothing more to try, or proved optimal.
    Done,
    /// The time limit.
    Time,
    /// The iteration limit.
    Iterations,
    /// A signal or the caller.
    Cancelled,
}

/// One better plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IncumbentEntry {
    /// Seconds since process start, where a clock was used.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// Iterations made so far.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub iteration: Option<u64>,
    /// What found it.
    pub source: String,
    /// Its cost.
    pub cost: Money,
    /// Orders that must be made and are not.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unplanned: usize,
}

/// One better bound: no plan that makes all orders that must be made costs less.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct BoundEntry {
    /// Seconds since process start, where a clock was used.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// What proved it.
    pub source: String,
    /// The bound.
    pub bound: Money,
}

/// Reads a plan from JSON text, with or without a byte-order mark.
///
/// # Errors
/// Every fault of form at once, as for an instance; whether the plan is true is for `verify`.
pub fn read_solution(text: &[u8]) -> Result<Solution, ReadError> {
    let solution = read_file(text, plan_schema, FORMAT, |solution: &Solution| &solution.format)?;
    let out_of_range = |&(_, lot): &(usize, &LotEntry)| lot.quantity.unsigned_abs() > MAXIMUM_PIECES.unsigned_abs();
    let fault = |(index, lot): (usize, &LotEntry)| {
        let message = format!("The quantity {} is outside the {MAXIMUM_PIECES} pieces a lot may have.", lot.quantity);
        Diagnostic::error(
            codes::OUT_OF_RANGE,
            format!("/lots/{index}/quantity"),
            message,
            "Write a number nearer to zero.",
        )
    };
    let faults = solution.lots.iter().enumerate().filter(out_of_range).map(fault);
    let faults: Vec<Diagnostic> = faults.take(MAXIMUM_LISTED).collect();
    if faults.is_empty() { Ok(solution) } else { Err(ReadError { faults }) }
}

/// The schema of a plan file.
pub fn plan_schema() -> schemars::Schema {
    let mut schema = file_schema::<Solution>();
    if let Some(money) = schema.pointer_mut("/$defs/Money") {
        *money = schema_of_plan_money();
    }
    if let Some(duration) = schema.pointer_mut("/$defs/Duration") {
        *duration = schema_of_plan_duration();
    }
    schema
}

/// `(cost - bound) / cost` to four places, rounded half up; 0 when equal.
pub fn relative_gap(cost: Money, bound: Money) -> f64 {
    if cost == bound || cost.0 == 0 {
        return 0.0;
    }
    let scaled = (i128::from(cost.0) - i128::from(bound.0)) * 20_000 / i128::from(cost.0);
    ((scaled + 1).div_euclid(2)) as f64 / 10_000.0
}
