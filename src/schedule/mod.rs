//! The only place that knows times and costs.
//!
//! [`evaluate`] is the reference: a plan's exact times and cost from scratch, written to be clearly right rather than
//! fast. Whatever prices a change faster must agree with it to the last ten-thousandth. A future rule of the format
//! (shared tools, crews, maximum lags) enters in `coupling`, where one line's timing learns of another's.

mod cost;
mod coupling;
mod delay;
mod forms;
pub(crate) mod incremental;
mod line;
mod line_timing;
#[cfg(test)]
mod line_timing_tests;
pub(crate) mod network;
mod polyline;
mod settle;
mod tables;
mod takers;
#[cfg(test)]
mod test_plans;
mod timing;
pub(crate) mod what_if;
#[cfg(test)]
mod what_if_tests;

pub(crate) use cost::Run;
pub(crate) use cost::price_line;
pub(crate) use delay::{MANY_OPERATIONS, may_pay as waiting_may_pay};
pub(crate) use line::LineClock;
pub(crate) use settle::{settle, settle_left_shifted, settle_roughly};
pub(crate) use timing::{Infeasible, Obstacle, Timed};

use crate::plan::{OpIdx, Plan};
use crate::problem::{OrderIdx, Problem};
use crate::solution::CostBreakdown;
use crate::units::{IdVec, Seconds};

/// A plan's times and cost.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    /// When each operation happens.
    pub operations: IdVec<OpIdx, Timed>,
    /// When each order is delivered; none for those left out.
    pub deliveries: IdVec<OrderIdx, Option<Seconds>>,
    /// What it costs. An order that must be made and is left out costs nothing here: count those first.
    pub cost: CostBreakdown,
    /// Orders that must be made and are left out.
    pub unplanned: usize,
}

impl Schedule {
    /// What plans are compared by: fewer unplanned orders first, then cost.
    pub fn value(&self) -> (usize, crate::units::Money) {
        (self.unplanned, self.cost.total)
    }
}

/// A plan's times and cost with every operation as early as it can be, whether or not waiting would save money.
///
/// # Errors
/// As [`evaluate`].
#[cfg(debug_assertions)]
fn earliest(problem: &Problem, plan: &Plan) -> Result<Schedule, Infeasible> {
    cost::price(problem, plan, timing::earliest(problem, plan)?)
}

/// The exact times and cost of a plan: every operation as early as its place in the sequences allows, but later where
/// waiting saves money (holding costs, moved starts).
///
/// # Errors
/// The orders that cannot be delivered as the plan has it, each with what stands in the way.
pub(crate) fn evaluate(problem: &Problem, plan: &Plan) -> Result<Schedule, Infeasible> {
    let mut operations = timing::earliest(problem, plan)?;
    if delay::may_pay(problem) {
        delay::delay(problem, plan, &mut operations);
    }
    cost::price(problem, plan, operations)
}

/// The same with waiting one by one alone: never cheaper, and much faster where holding costs are charged.
pub(crate) fn evaluate_roughly(problem: &Problem, plan: &Plan) -> Result<Schedule, Infeasible> {
    let mut operations = timing::earliest(problem, plan)?;
    if delay::may_pay(problem) {
        delay::delay_one_by_one_only(problem, plan, &mut operations);
    }
    cost::price(problem, plan, operations)
}
