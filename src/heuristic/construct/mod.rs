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
#[cfg(test)]
mod tests;

use crate::heuristic::search::covers as lines_stand_alone;
use crate::plan::Plan;
use crate::problem::Problem;
use crate::schedule::{Schedule, settle_left_shifted};
use crate::units::{DAY, HOUR, Seconds};
use list::Choice;
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
            settle_left_shifted(problem, &mut self.plan).ok().filter(|exact| exact.value() <= self.schedule.value())
        {
            self.schedule = schedule;
        }
        self
    }
}

/// Above this many operations construction is by rules alone.
const INSERTION_OPERATIONS: usize = 80;
/// Above this many operations the first rule is the quickest.
const QUICK_FIRST_OPERATIONS: usize = 30_000;
/// So many rules are tried while there is time at all; the others while construction has not had its share of it.
const FIRST_RULES: usize = 6;
/// Above this many operations the first plan matters long enough for the best dispatching rule to be tuned, in at most so many rounds.
const TUNED_OPERATIONS: usize = 1_000;
const TUNING_ROUNDS: usize = 4;
/// The first rule places so many items without hearing the clock.
const PATIENCE: usize = 4_000;

/// How long construction may go on; both are asked by several threads.
#[derive(Clone, Copy)]
pub(crate) struct Allowance<'a> {
    /// Whether there is time at all; asked between steps that take a few milliseconds.
    pub go_on: GoOn<'a>,
    /// Whether it has had less than its share of the time: another rule may then be tried.
    pub another: GoOn<'a>,
}

impl Allowance<'_> {
    /// As long as it takes.
    pub const UNLIMITED: Self = Self { go_on: &|| true, another: &|| true };
}

/// The best plan of all rules; on equal value the first rule's, so that threads change nothing.
///
/// Runs in rayon's current pool. At least one plan is always made, though not always of all orders: where time runs out, those
/// not placed yet stay left out.
pub(crate) fn construct(problem: &Problem, allowance: Allowance<'_>) -> Constructed {
    let go_on = allowance.go_on;
    let operations = operations_of(problem);
    let quick = (operations > QUICK_FIRST_OPERATIONS).then_some(Rule::List(list::FREE_FIRST));
    let alone = lines_stand_alone(problem);
    // A bridge hands the rules out one by one, the first ones first; which thread takes which makes no difference.
    let best = quick
        .into_iter()
        .chain(RULES.into_iter().filter(|rule| !(alone && rule.is_short_sighted())))
        .enumerate()
        .par_bridge()
        .filter(|&(index, _)| index == 0 || go_on() && (index < FIRST_RULES || (allowance.another)()))
        .map(|(index, rule)| {
            let made = if index == 0 { rule.apply(problem, &patient(go_on)) } else { rule.apply(problem, go_on) };
            (index, rule, made)
        })
        .min_by_key(|(index, _, made)| (made.schedule.value(), *index));
    let best = match best {
        None => return earliest_due_date(problem),
        Some((_, Rule::Dispatch(rule), best)) if operations > TUNED_OPERATIONS && !alone => {
            tuned(problem, rule, best, allowance)
        }
        Some((_, _, best)) => best,
    };
    let best = repair::repair(problem, best, go_on);
    if operations > INSERTION_OPERATIONS || !go_on() {
        return best;
    }
    let inserted = insertion::best_insertion(problem, go_on).map(|made| repair::repair(problem, made, go_on));
    best_of(std::iter::once(best.clone()).chain(inserted).collect()).unwrap_or(best)
}

/// The plan of a rule with its two numbers tried larger and smaller, as long as that helps.
fn tuned(problem: &Problem, mut rule: dispatch::Rule, mut best: Constructed, allowance: Allowance<'_>) -> Constructed {
    for _ in 0..TUNING_ROUNDS {
        let made = rule
            .neighbours()
            .into_par_iter()
            .enumerate()
            .filter(|_| (allowance.go_on)() && (allowance.another)())
            .map(|(index, rule)| (index, rule, rule.apply(problem, allowance.go_on)))
            .min_by_key(|(index, _, made)| (made.schedule.value(), *index));
        match made.filter(|(_, _, made)| made.schedule.value() < best.schedule.value()) {
            Some((_, better, made)) => (rule, best) = (better, made),
            None => break,
        }
    }
    best
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

/// A plan that looks ahead is dearer than one that looks at what is due next, but has fewer changeovers; where lines stand alone
/// the search makes of it a cheaper one, and where they are coupled it has mostly to take what it finds.
const SHORT_SIGHT: f64 = 0.1;

/// The rules, those first that win most often on the factories of `instances/` (`docs/experiments.md`): the last ones are left
/// out where instances are so large that trying them takes the search's time.
const RULES: [Rule; 13] = [
    Rule::List(list::BY_DUE_DATE),
    Rule::Dispatch(dispatch::Rule::new("atcs-setups", 0.3, 0.1)),
    Rule::Dispatch(dispatch::Rule::new("atcs-near", 0.05, 0.25)),
    Rule::List(list::Rule::new("list-cheap-1d", DAY, Choice::Cheapest, true)),
    Rule::List(list::Rule::new("list-due-1d", DAY, Choice::EndsFirst, true)),
    Rule::Dispatch(dispatch::Rule::new("atcs-near-setups", 0.05, 0.05)),
    Rule::List(list::Rule::new("list-due-12h", Seconds(12 * HOUR.0), Choice::EndsFirst, true)),
    Rule::List(list::Rule::new("list-cheap-14d", Seconds(14 * DAY.0), Choice::Cheapest, false)),
    Rule::Dispatch(dispatch::Rule::new("atcs", 0.15, 0.5)),
    Rule::List(list::Rule::new("list-cheap-3d", Seconds(3 * DAY.0), Choice::Cheapest, false)),
    Rule::List(list::Rule::new("list-due-3d", Seconds(3 * DAY.0), Choice::EndsFirst, false)),
    Rule::List(list::Rule::new("list-cheap", Seconds(1), Choice::Cheapest, true)),
    Rule::List(list::Rule::new("list-due-7d", Seconds(7 * DAY.0), Choice::EndsFirst, false)),
];

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

    fn is_short_sighted(self) -> bool {
        matches!(self, Self::Dispatch(rule) if rule.look_ahead < SHORT_SIGHT)
    }
}
