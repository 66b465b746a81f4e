//! Between a plan and the ground its search runs on.

use crate::plan::{Fate, Plan, Portion};
use crate::problem::{LineIdx, OrderIdx, Problem};
use crate::schedule::incremental::{Ground, LotId, State, UNPLANNED_PENALTY};
use crate::schedule::{Schedule, settle};
use crate::units::Money;

/// A plan on its ground: the unchanging part, and the state the search begins with.
pub(crate) struct GroundPlan {
    /// The plan the search begins with.
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
        let left_out: Vec<OrderIdx> =
            problem.orders.ids().filter(|&order| start.fates[order] == Fate::LeftOut).collect();
        let lines: Vec<_> = problem.lines.ids().collect();
        let ground = Ground::new(problem, start, schedule, &lines, &left_out);
        let sequences = sequences_of(start, &lines);
        let state = State::new(&ground, &sequences)?;
        Some(Self { plan: start.clone(), ground, state, value: schedule.value() })
    }

    /// The plan of given sequences with its exact schedule; none where the reference evaluation refuses it.
    pub fn finish(&self, problem: &Problem, sequences: &[Vec<LotId>]) -> Option<(Plan, Schedule)> {
        let state = State::new(&self.ground, sequences)?;
        let left_out = self.ground.orders.iter().enumerate().filter(|&(order, _)| !state.is_made(order as u32));
        let left_out: Vec<OrderIdx> = left_out.map(|(_, facts)| facts.order).collect();
        let mut plan = self.plan.rearranged(problem, &arrangement(&self.ground, sequences), &left_out);
        let schedule = settle(problem, &mut plan).ok()?;
        // What the prices add up to must be what the reference says.
        debug_assert_eq!(state.cost() - self.state.cost(), worth(schedule.value()) - worth(self.value));
        Some((plan, schedule))
    }
}

/// The lots of a ground made of some lines of a plan, in the sequences that has: they are its first ones.
pub(super) fn sequences_of(plan: &Plan, lines: &[LineIdx]) -> Vec<Vec<LotId>> {
    let mut first = 0;
    let of_line = |&line: &LineIdx| {
        let next = first + plan.sequences[line].len() as LotId;
        (std::mem::replace(&mut first, next)..next).collect()
    };
    lines.iter().map(of_line).collect()
}

/// What each line of a ground runs.
pub(super) fn arrangement(ground: &Ground, sequences: &[Vec<LotId>]) -> Vec<(LineIdx, Vec<Portion>)> {
    let portions = |lots: &Vec<LotId>| lots.iter().map(|&lot| ground.portions[lot as usize]).collect();
    ground.lines.iter().zip(sequences).map(|(line, lots)| (line.line, portions(lots))).collect()
}
