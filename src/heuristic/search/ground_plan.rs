//! Between a plan and the ground its search runs on.

use crate::plan::{Fate, LotIdx, Plan};
use crate::problem::{OrderIdx, Problem};
use crate::schedule::incremental::{Ground, LotId, State, UNPLANNED_PENALTY};
use crate::schedule::{Schedule, settle};
use crate::units::{IdVec, Money};

/// A plan on its ground: the unchanging part, and the state the search begins with.
pub(crate) struct GroundPlan {
    /// The plan with lots also for the orders that are left out.
    plan: Plan,
    pub ground: Ground,
    pub state: State,
    /// Value of the plan the search begins with, by the reference evaluation.
    value: (usize, Money),
}

/// Whether lines of a problem are separable, so that this search applies.
pub(crate) fn covers(problem: &Problem) -> bool {
    Ground::covers(problem)
}

/// A plan's value as one number, as prices have it.
fn worth((unplanned, cost): (usize, Money)) -> i64 {
    unplanned as i64 * UNPLANNED_PENALTY + cost.0
}

impl GroundPlan {
    /// The ground of a whole plan; none where it cannot be timed on it.
    pub fn new(problem: &Problem, start: &Plan, schedule: &Schedule) -> Option<Self> {
        let mut plan = start.clone();
        let mut left_out: Vec<LotIdx> = Vec::new();
        for order in problem.orders.ids().filter(|&order| start.fates[order] == Fate::LeftOut) {
            left_out.extend(plan.add_order(problem, order, |_| 1));
        }
        left_out.retain(|&lot| !plan.is_fact(problem, plan.operation(lot, 0)));
        let lines: Vec<_> = problem.lines.ids().collect();
        let ground = Ground::new(problem, &plan, schedule, &lines, &left_out);
        let mut lot_of: IdVec<LotIdx, LotId> = IdVec::filled(LotId::MAX, plan.lots.len());
        for (id, lot) in ground.lots.iter().enumerate() {
            lot_of[lot.plan_lot] = id as LotId;
        }
        let sequences: Vec<Vec<LotId>> = plan
            .sequences
            .iter()
            .map(|sequence| sequence.iter().map(|&operation| lot_of[plan.operations[operation].lot]).collect())
            .collect();
        let state = State::new(&ground, &sequences)?;
        Some(Self { plan, ground, state, value: schedule.value() })
    }

    /// The plan of given sequences with its exact schedule; none where the reference evaluation refuses it.
    pub fn finish(&self, problem: &Problem, sequences: &[Vec<LotId>]) -> Option<(Plan, Schedule)> {
        let mut plan = self.plan.clone();
        let mut made = vec![false; self.ground.lots.len()];
        for (line, lots) in self.ground.lines.iter().zip(sequences) {
            plan.sequences[line.line] =
                lots.iter().map(|&lot| plan.operation(self.ground.lots[lot as usize].plan_lot, 0)).collect();
            for &lot in lots {
                made[lot as usize] = true;
            }
        }
        let left_out: Vec<OrderIdx> = self
            .ground
            .orders
            .iter()
            .filter(|order| order.lots.iter().any(|&lot| !made[lot as usize]))
            .map(|order| order.order)
            .collect();
        if !left_out.is_empty() {
            plan = plan.without(problem, &left_out);
        }
        let schedule = settle(problem, &mut plan).ok()?;
        debug_assert_eq!(self.by_price(sequences), Some(worth(schedule.value()) - worth(self.value)));
        Some((plan, schedule))
    }

    /// What the sequences are worth against the start, by the sum of prices: must be what the reference says.
    fn by_price(&self, sequences: &[Vec<LotId>]) -> Option<i64> {
        Some(State::new(&self.ground, sequences)?.cost() - self.state.cost())
    }
}
