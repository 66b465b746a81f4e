//! The best plan so far, the ones it replaced, and who is told about it.

use super::Progress;
use super::budget::Budget;
use crate::plan::Plan;
use crate::problem::Problem;
use crate::schedule::Schedule;
use crate::solution::relative_gap;
use crate::solution::{BoundEntry, IncumbentEntry};
use crate::units::Money;

/// A plan with its exact schedule and where it came from.
#[derive(Clone)]
pub(super) struct Candidate {
    pub source: &'static str,
    pub plan: Plan,
    pub schedule: Schedule,
}

/// The best plan so far.
pub(super) struct Incumbent<'a> {
    problem: &'a Problem,
    budget: &'a Budget,
    progress: &'a mut dyn FnMut(&Progress),
    /// Best last; the ones before it, replaced or never as good, are there for the day the best does not pass `verify`.
    candidates: Vec<Candidate>,
    /// Each better plan as it was found.
    pub history: Vec<IncumbentEntry>,
    /// Each better bound as it was proved.
    pub bounds: Vec<BoundEntry>,
    /// What went wrong without costing the plan.
    pub faults: Vec<String>,
    /// Search iterations made so far.
    pub iterations: u64,
    /// Whether the search ended for want of time, though some is left that it kept for its last plan.
    pub out_of_time: bool,
    /// No plan that makes all orders that must be made costs less.
    bound: Option<Money>,
}

/// How many plans are kept.
const KEPT: usize = 3;

impl<'a> Incumbent<'a> {
    /// No plan yet.
    pub fn new(problem: &'a Problem, budget: &'a Budget, progress: &'a mut dyn FnMut(&Progress)) -> Self {
        let (candidates, history, bounds, faults) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self {
            problem,
            budget,
            progress,
            candidates,
            history,
            bounds,
            faults,
            iterations: 0,
            out_of_time: false,
            bound: None,
        }
    }

    /// Says that a phase begins.
    pub fn phase(&mut self, phase: &'static str) {
        (self.progress)(&Progress::Phase { phase, seconds: self.budget.seconds() });
    }

    /// Says how far the search is.
    pub fn tick(&mut self, done: f64) {
        let (iterations, seconds) = (self.iterations, self.budget.seconds());
        (self.progress)(&Progress::Tick { done, iterations, seconds });
    }

    /// Offers a plan; returns whether it is better than all before.
    pub fn offer(&mut self, source: &'static str, plan: Plan, schedule: Schedule) -> bool {
        if self.best().is_some_and(|best| best.schedule.value() <= schedule.value()) {
            if self.candidates.len() < KEPT {
                let is_better = |known: &Candidate| known.schedule.value() <= schedule.value();
                let place = self.candidates.iter().position(is_better).unwrap_or_default();
                self.candidates.insert(place, Candidate { source, plan, schedule });
            }
            return false;
        }
        let (unplanned, cost) = schedule.value();
        let seconds = self.budget.seconds();
        let iteration = (self.iterations > 0).then_some(self.iterations);
        self.history.push(IncumbentEntry { seconds, iteration, source: source.to_string(), cost, unplanned });
        let orders = self.problem.orders.enumerate();
        let late = orders.filter(|(id, order)| schedule.deliveries[*id] > order.due && order.due.is_some()).count();
        let iterations = self.iterations;
        let bound = self.bound;
        let gap = bound.filter(|_| unplanned == 0).map(|bound| relative_gap(cost, bound));
        (self.progress)(&Progress::Incumbent { source, cost, bound, gap, unplanned, late, iterations, seconds });
        self.candidates.push(Candidate { source, plan, schedule });
        if self.candidates.len() > KEPT {
            self.candidates.remove(0);
        }
        true
    }

    /// Takes a proved bound; a lower one than before says nothing.
    pub fn raise_bound(&mut self, source: &'static str, bound: Money) {
        if self.bound.is_some_and(|known| known >= bound) {
            return;
        }
        self.bound = Some(bound);
        let complete = self.best().filter(|best| best.schedule.unplanned == 0);
        let cost = complete.map(|best| best.schedule.cost.total);
        let gap = cost.map(|cost| relative_gap(cost, bound));
        let seconds = self.budget.seconds();
        self.bounds.push(BoundEntry { seconds, source: source.to_string(), bound });
        (self.progress)(&Progress::Bound { source, bound, cost, gap, seconds });
    }

    /// Whether no plan is better than the best so far.
    pub fn is_proved(&self) -> bool {
        let complete = self.best().filter(|best| best.schedule.unplanned == 0);
        complete.zip(self.bound).is_some_and(|(best, bound)| bound >= best.schedule.cost.total)
    }

    /// The best plan so far.
    pub fn best(&self) -> Option<&Candidate> {
        self.candidates.last()
    }

    /// The best plans, best first.
    pub fn into_candidates(self) -> Vec<Candidate> {
        self.candidates.into_iter().rev().collect()
    }

    /// What is proved.
    pub fn bound(&self) -> Option<Money> {
        self.bound
    }
}
