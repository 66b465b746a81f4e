//! First plans, built in one pass by many rules side by side; the best is kept.
//!
//! Two families: [`list`] takes the lots in an order and puts each where it ends first or costs least (list
//! scheduling); [`dispatch`] goes through time and lets each line that falls free choose among the lots that wait
//! (dispatching, with the apparent-tardiness-cost index with setups of Lee, Bhaskaran and Pinedo 1997). Where there
//! are few operations, [`insertion`] then places whole orders at their best positions, dearest regret first.
//! [`repair`] rejects what is cheaper to refuse, brings back what was squeezed out and opens overtime that pays.

mod dispatch;
mod insertion;
mod list;
mod repair;
mod shop;

use crate::plan::Plan;
use crate::problem::Problem;
use crate::schedule::{Schedule, settle};
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

pub(crate) use list::{alone, earliest_due_date};

/// Whether to go on; asked between steps that take a few milliseconds.
pub(crate) type GoOn<'a> = &'a (dyn Fn() -> bool + Sync);

/// A plan with its exact schedule.
#[derive(Clone, Debug)]
pub(crate) struct Constructed {
    /// What made it.
    pub rule: &'static str,
    /// The plan.
    pub plan: Plan,
    /// Its times and cost.
    pub schedule: Schedule,
}

impl Constructed {
    /// The same with lines timed exactly where waiting saves money.
    fn settled(mut self, problem: &Problem) -> Self {
        if let Some(schedule) =
            settle(problem, &mut self.plan).ok().filter(|exact| exact.value() <= self.schedule.value())
        {
            self.schedule = schedule;
        }
        self
    }
}

/// Above this many operations construction is by rules alone.
const INSERTION_OPERATIONS: usize = 80;
/// Above this many operations only the list rules that have won on large instances are tried.
const ALL_RULES_OPERATIONS: usize = 4_000;
/// Above this many operations only as many rules as there are commonly threads.
const FEW_RULES_OPERATIONS: usize = 30_000;
/// The first rule places so many items without hearing the clock.
const PATIENCE: usize = 4_000;

/// The best plan of all rules; on equal value the first rule's, so that threads change nothing.
///
/// Runs in rayon's current pool. `go_on` is asked between rules and within them; at least one plan is always made, though not
/// always of all orders: where time runs out, those not placed yet stay left out.
pub(crate) fn construct(problem: &Problem, go_on: GoOn<'_>) -> Constructed {
    let operations = operations_of(problem);
    let size = if operations > FEW_RULES_OPERATIONS {
        Size::Huge
    } else if operations > ALL_RULES_OPERATIONS {
        Size::Large
    } else {
        Size::Small
    };
    let first = (size == Size::Huge).then_some(Rule::List(list::FREE_FIRST));
    let rules: Vec<Rule> = first.into_iter().chain(rules().into_iter().filter(|rule| size <= rule.up_to())).collect();
    let made: Vec<Constructed> = rules
        .into_par_iter()
        .enumerate()
        .filter(|(index, _)| *index == 0 || go_on())
        .map(|(index, rule)| if index == 0 { rule.apply(problem, &patient(go_on)) } else { rule.apply(problem, go_on) })
        .collect();
    let best = best_of(made).map_or_else(|| earliest_due_date(problem), |best| best.settled(problem));
    let best = repair::repair(problem, best, go_on);
    if operations > INSERTION_OPERATIONS || !go_on() {
        return best;
    }
    let inserted = insertion::best_insertion(problem, go_on).map(|made| repair::repair(problem, made, go_on));
    best_of(std::iter::once(best.clone()).chain(inserted).collect()).unwrap_or(best)
}

/// Hears the clock only from the so many times on that it is asked: the first plan of all but the largest instances is made whole,
/// however little time is given, for it takes less than it takes to say so.
fn patient(go_on: GoOn<'_>) -> impl Fn() -> bool + Sync {
    let asked = AtomicUsize::new(0);
    move || asked.fetch_add(1, Ordering::Relaxed) < PATIENCE || go_on()
}

/// The first of the plans of least value.
fn best_of(plans: Vec<Constructed>) -> Option<Constructed> {
    plans.into_iter().min_by_key(|made| made.schedule.value())
}

/// Operations there would be if every order were made in whole lots.
pub(crate) fn operations_of(problem: &Problem) -> usize {
    problem.items.ids().map(|item| problem.route_of(item).steps.len()).sum()
}

/// How large an instance a rule is tried on; the times of `benches/spine.rs` set the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Size {
    Small,
    Large,
    Huge,
}

/// One way to build a plan.
#[derive(Clone, Copy, Debug)]
enum Rule {
    List(list::Rule),
    Dispatch(dispatch::Rule),
}

impl Rule {
    fn apply(self, problem: &Problem, go_on: GoOn<'_>) -> Constructed {
        match self {
            Self::List(rule) => rule.apply(problem, go_on),
            Self::Dispatch(rule) => rule.apply(problem, go_on),
        }
    }

    fn up_to(self) -> Size {
        match self {
            Self::List(rule) => rule.up_to,
            // A decision compares the heads of all queues, and there are as many decisions as operations.
            Self::Dispatch(_) => Size::Small,
        }
    }
}

fn rules() -> Vec<Rule> {
    let lists = list::RULES.iter().copied().map(Rule::List);
    lists.chain(dispatch::RULES.iter().copied().map(Rule::Dispatch)).collect()
}
