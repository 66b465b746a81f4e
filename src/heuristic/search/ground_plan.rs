//! Between a plan and the ground its search runs on.

use crate::plan::{Fate, LinePlan, OpIdx, Plan, Portion};
use crate::problem::{LineIdx, OrderIdx, Problem};
use crate::schedule::incremental::{Arrangement, Ground, LotId, State, UNPLANNED_PENALTY};
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
pub(super) fn worth((unplanned, cost): (usize, Money)) -> i64 {
    unplanned as i64 * UNPLANNED_PENALTY + cost.0
}

impl GroundPlan {
    /// The ground of a whole plan; none where it cannot be timed on it.
    pub fn new(problem: &Problem, start: &Plan, schedule: &Schedule) -> Option<Self> {
        let left_out: Vec<OrderIdx> =
            problem.orders.ids().filter(|&order| start.fates[order] == Fate::LeftOut).collect();
        let lines: Vec<_> = problem.lines.ids().collect();
        let ground = Ground::new(problem, start, schedule, &lines, &left_out);
        let state = State::new(&ground, &arrangement_of(start, &lines))?;
        Some(Self { plan: start.clone(), ground, state, value: schedule.value() })
    }

    /// The state of another plan; none where a lot of it is none of the ground's, or items may be made in several forms,
    /// which may have lots alike.
    pub fn state_of(&self, plan: &Plan) -> Option<State> {
        if !self.ground.divided.is_empty() {
            return None;
        }
        let mut lots: Vec<(Portion, LotId)> = self.ground.portions.iter().copied().zip(0..).collect();
        lots.sort_unstable();
        let lot = |&operation: &OpIdx| {
            let portion = plan.lots[plan.operations[operation].lot].portion();
            lots.binary_search_by_key(&portion, |&(portion, _)| portion).ok().map(|place| lots[place].1)
        };
        let lines = || self.ground.lines.iter().map(|line| line.line);
        let sequences = lines().map(|line| plan.sequences[line].iter().map(lot).collect()).collect::<Option<_>>()?;
        let opened = lines().map(|line| opened_by(plan, line)).collect();
        State::new(&self.ground, &Arrangement { sequences, opened })
    }

    /// The plan of given decisions with its exact schedule; none where the reference evaluation refuses it.
    pub fn finish(&self, problem: &Problem, decided: &Arrangement) -> Option<(Plan, Schedule)> {
        let state = State::new(&self.ground, decided)?;
        let left_out = left_out_of(&self.ground, &state);
        let mut plan = self.plan.rearranged(problem, &line_plans(&self.ground, decided), &left_out);
        let schedule = settle(problem, &mut plan).ok()?;
        // What the prices add up to must be what the reference says.
        debug_assert_eq!(state.cost() - self.state.cost(), worth(schedule.value()) - worth(self.value));
        Some((plan, schedule))
    }
}

/// The orders of a ground that a state does not make.
pub(super) fn left_out_of(ground: &Ground, state: &State) -> Vec<OrderIdx> {
    let left_out = ground.orders.iter().enumerate().filter(|&(order, _)| !state.is_made(order as u32));
    left_out.map(|(_, facts)| facts.order).collect()
}

/// The decisions a plan made for some lines, on a ground made of them: their lots are its first ones.
pub(super) fn arrangement_of(plan: &Plan, lines: &[LineIdx]) -> Arrangement {
    let mut first = 0;
    let lots = |&line: &LineIdx| {
        let next = first + plan.sequences[line].len() as LotId;
        (std::mem::replace(&mut first, next)..next).collect()
    };
    let sequences = lines.iter().map(lots).collect();
    Arrangement { sequences, opened: lines.iter().map(|&line| opened_by(plan, line)).collect() }
}

/// The overtime a plan opens on a line.
fn opened_by(plan: &Plan, line: LineIdx) -> Vec<u32> {
    plan.overtime[line].iter().map(|&window| window as u32).collect()
}

/// What each line of a ground does.
pub(super) fn line_plans(ground: &Ground, decided: &Arrangement) -> Vec<LinePlan> {
    let of_line = |line: usize| LinePlan {
        line: ground.lines[line].line,
        lots: decided.sequences[line].iter().map(|&lot| ground.portions[lot as usize]).collect(),
        overtime: decided.opened[line].iter().map(|&window| window as usize).collect(),
    };
    (0..ground.lines.len()).map(of_line).collect()
}
