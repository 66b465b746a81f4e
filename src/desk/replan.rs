//! Replanning: yesterday's plan and what happened become tonight's instance, and tonight's plan begins from yesterday's.
//!
//! [`facts_of`] writes what happened into the instance; [`replan`] then puts new and changed orders into the plan that
//! is left, where they harm least, and searches on from there. What is kept is measured by [`Stability`].

use super::actuals::Actuals;
use super::insertion::{insert_missing, left_out};
use super::standing::sound_part;
use super::{DeskError, facts};
use crate::diagnostic::Diagnostic;
use crate::model::{Duration, Instance, Instant, LotEntry};
use crate::problem::Problem;
use crate::solution::{CostBreakdown, Kpis, LineEntry, Run, Solution, Status};
use crate::solve::{Options, Outcome, Progress, plan_of, solution_of, solve};
use crate::units::{HOUR, Money, Seconds};
use rustc_hash::FxHashMap;
use serde::Serialize;

/// How to go on from a plan.
#[derive(Clone, Debug)]
pub struct ReplanOptions {
    /// From the instant on, so long nothing of the plan may change: what starts within it is a fact.
    pub frozen: Seconds,
    /// Price of putting an operation on another line. Without it the instance's baseline says; where there is none, a fifth
    /// of the median cost of a day late.
    pub line_change_cost: Option<Money>,
    /// Price of moving a start by an hour. Without it the instance's baseline says; where there is none, a two-hundredth of
    /// the median cost of a day late.
    pub start_change_cost_per_hour: Option<Money>,
    /// The instance the plan was made for: names the variants of orders that have been cancelled.
    pub previous: Option<Instance>,
    /// By how much a start may move and still count as untouched.
    pub tolerance: Seconds,
}

impl Default for ReplanOptions {
    /// Nothing frozen but what has begun, the instance's prices, an hour of tolerance.
    fn default() -> Self {
        Self {
            frozen: Seconds::ZERO,
            line_change_cost: None,
            start_change_cost_per_hour: None,
            previous: None,
            tolerance: HOUR,
        }
    }
}

/// An order of which nothing is left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Delivered {
    /// The order.
    pub order: String,
    /// When its last lot finished here was delivered; none where it was finished before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Instant>,
    /// How late that was.
    pub lateness: Duration,
}

/// The instance with what happened written into it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct WithFacts {
    /// The instance: what solve takes.
    #[serde(skip)]
    pub instance: Instance,
    /// What is left of the plan, as decisions; its times are yesterday's.
    #[serde(skip)]
    pub start: Solution,
    /// Orders of which nothing is left; they are not in the instance any more.
    pub delivered: Vec<Delivered>,
    /// What the planner should know about how the instance was written.
    pub noted: Vec<String>,
    /// Warnings about the actuals.
    pub warnings: Vec<Diagnostic>,
}

/// How much of a plan the next one keeps. Facts are not counted: they cannot change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Stability {
    /// Lots of the plan before that are still to be made.
    pub kept_lots: usize,
    /// Those all operations of which are on the lines they were on.
    pub on_their_lines: usize,
    /// Those that start within the tolerance of when they did besides.
    pub untouched: usize,
    /// `untouched / kept_lots`; 1 without lots.
    pub untouched_share: f64,
    /// Mean time by which the starts of their operations moved, in hours.
    pub mean_move_hours: f64,
}

/// The plan that follows another.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Replanned {
    /// How the instance came about.
    pub facts: WithFacts,
    /// The plan, and what was noticed on the way.
    #[serde(skip)]
    pub outcome: Outcome,
    /// What of the plan before is kept.
    pub stability: Stability,
    /// Orders of the plan before that the instance does not have any more and that were not delivered.
    pub cancelled: Vec<String>,
    /// Orders that were not in the plan before.
    pub added: Vec<String>,
}

/// Writes into `instance` what became of `baseline` by `at`, as `docs/format.md` states facts.
///
/// `instance` is the one the plan was made for, with orders added, changed or taken out since; its `done` and `start` are
/// those the plan was made with (a `start` at `at` says that stocks are those of `at`).
///
/// # Errors
/// [`DeskError::Question`] for faults of the actuals and of `at`, [`DeskError::Instance`] for those of the instance.
pub fn facts_of(
    instance: &Instance,
    baseline: &Solution,
    at: Instant,
    actuals: &Actuals,
    options: &ReplanOptions,
) -> Result<WithFacts, DeskError> {
    let facts = facts::facts(instance, baseline, at, actuals, options)?;
    let start = start_of(&facts.instance, baseline);
    Ok(WithFacts {
        instance: facts.instance,
        start,
        delivered: facts.delivered,
        noted: facts.noted,
        warnings: facts.warnings,
    })
}

/// Makes the plan that follows `baseline` at `at`.
///
/// # Errors
/// As [`facts_of`] and [`solve`].
pub fn replan(
    instance: &Instance,
    baseline: &Solution,
    at: Instant,
    actuals: &Actuals,
    (options, solve_options): (&ReplanOptions, &Options),
    progress: &mut dyn FnMut(&Progress),
) -> Result<Replanned, DeskError> {
    let mut facts = facts_of(instance, baseline, at, actuals, options)?;
    facts.start = completed(&facts.instance, &facts.start)?;
    let solve_options = Options { start: Some(facts.start.clone()), ..solve_options.clone() };
    let outcome = solve(&facts.instance, &solve_options, progress)?;
    let stability = stability(&facts.instance, &outcome.solution, options.tolerance);
    let known = |id: &str| facts.instance.orders.iter().any(|order| order.id == id);
    let delivered = |id: &str| facts.delivered.iter().any(|order| order.order == id);
    let before = || baseline.orders.iter().map(|order| order.id.as_str());
    let cancelled = before().filter(|id| !known(id) && !delivered(id)).map(str::to_string).collect();
    let orders = facts.instance.orders.iter().map(|order| &order.id);
    let added = orders.filter(|id| before().all(|before| before != id.as_str())).cloned().collect();
    Ok(Replanned { facts, outcome, stability, cancelled, added })
}

/// What is left of a plan as decisions: the lots of the instance's baseline, fitted to what is left of their items.
fn start_of(instance: &Instance, baseline: &Solution) -> Solution {
    let known = instance.baseline.clone().unwrap_or_default();
    let mut lots: Vec<LotEntry> = known.lots;
    let is_fact = |lot: &LotEntry| {
        known.frozen_until.is_some_and(|until| lot.operations.iter().any(|operation| operation.start < until))
    };
    let mut of_item: FxHashMap<(&str, String), Vec<usize>> = FxHashMap::default();
    for (index, lot) in lots.iter().enumerate() {
        let order = instance.orders.iter().find(|order| order.id == lot.order);
        if let Some(order) = order {
            of_item.entry((order.id.as_str(), lot.item.clone())).or_default().push(index);
        }
    }
    let mut gone = vec![false; lots.len()];
    for order in &instance.orders {
        for (at, item) in order.items.iter().enumerate() {
            let Some(own) = of_item.get(&(order.id.as_str(), item.name(at))) else { continue };
            let (facts, mut free): (Vec<usize>, Vec<usize>) = own.iter().partition(|&&index| is_fact(&lots[index]));
            let mut rest = item.remaining() - facts.iter().map(|&index| lots[index].quantity).sum::<i64>();
            free.sort_by_key(|&index| lots[index].lot);
            // As they are as far as the pieces go; the last takes what is over.
            for (place, &index) in free.iter().enumerate() {
                let last = place + 1 == free.len();
                let own = lots[index].quantity;
                let takes = if last || rest - own < item.minimum_lot { rest } else { own };
                lots[index].quantity = takes.max(0);
                gone[index] = takes <= 0;
                rest -= takes.max(0);
            }
        }
    }
    let mut index = 0;
    lots.retain(|_| {
        index += 1;
        !gone[index - 1]
    });
    let start = instance.start;
    let open = |line: &LineEntry| LineEntry {
        overtime: line.overtime.iter().copied().filter(|from| *from >= start).collect(),
        ..line.clone()
    };
    Solution {
        format: crate::solution::FORMAT.to_string(),
        instance: instance.name.clone(),
        status: Status::Unknown,
        cost: CostBreakdown::default(),
        bound: None,
        gap: None,
        clash: None,
        lots,
        orders: Vec::new(),
        lines: baseline.lines.iter().map(open).collect(),
        kpis: Kpis::default(),
        run: Run::default(),
        meta: None,
    }
}

/// The plan that is left with the orders it lacks put in where they harm least; as it is where it cannot be timed.
fn completed(instance: &Instance, start: &Solution) -> Result<Solution, DeskError> {
    let (instance, _) = sound_part(instance)?;
    let problem = Problem::new(&instance);
    let plan = plan_of(&instance, &problem, start);
    let missing = left_out(&problem, &plan);
    let Some(inserted) = insert_missing(&problem, &plan, missing) else { return Ok(start.clone()) };
    Ok(solution_of(&instance, &problem, &inserted.plan, &inserted.schedule))
}

/// How much of an instance's baseline a plan keeps; a start that moved by at most `tolerance` has not moved.
pub fn stability(instance: &Instance, solution: &Solution, tolerance: Seconds) -> Stability {
    let Some(baseline) = &instance.baseline else { return Stability { untouched_share: 1.0, ..Stability::default() } };
    let names = super::actuals::by_name(&solution.lots);
    let until = baseline.frozen_until.unwrap_or(instance.start);
    let mut stability = Stability::default();
    let (mut moved, mut operations) = (0i64, 0i64);
    for lot in &baseline.lots {
        let mut counted = lot.operations.iter().filter(|operation| operation.start >= until).peekable();
        let known = instance.orders.iter().any(|order| order.id == lot.order);
        if !known || counted.peek().is_none() {
            continue;
        }
        stability.kept_lots += 1;
        let (mut on_lines, mut in_time) = (true, true);
        for before in counted {
            let key = (lot.order.as_str(), lot.item.as_str(), lot.lot, before.operation.as_deref());
            let Some(&(index, at)) = names.get(&key) else {
                (on_lines, in_time) = (false, false);
                continue;
            };
            let now = &solution.lots[index].operations[at];
            let by = (now.start.seconds.0 - before.start.seconds.0).abs();
            on_lines &= now.line == before.line;
            in_time &= by <= tolerance.0;
            moved += by;
            operations += 1;
        }
        stability.on_their_lines += usize::from(on_lines);
        stability.untouched += usize::from(on_lines && in_time);
    }
    let round = |value: f64| (value * 10_000.0).round() / 10_000.0;
    stability.untouched_share = match stability.kept_lots {
        0 => 1.0,
        lots => round(stability.untouched as f64 / lots as f64),
    };
    stability.mean_move_hours = if operations > 0 { round(moved as f64 / 3_600.0 / operations as f64) } else { 0.0 };
    stability
}
