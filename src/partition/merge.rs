//! Takes the plans of all parts together: which plans are right, the whole plan, its repair, its check.
//!
//! Nothing the plans say of times and costs is believed: their decisions are timed on the whole instance, where stocks are whole
//! again and everybody is as early as the others allow. The plan that leaves has passed `verify` against the whole.

use super::PartitionError;
use super::border::{Repaired, repair};
use super::figures::{PartOfLine, is_on_the_border};
use super::identity::{self, Identity};
use crate::diagnostic::{Diagnostic, codes};
use crate::model::Instance;
use crate::plan::Plan;
use crate::problem::Problem;
use crate::schedule::{Schedule, settle_left_shifted};
use crate::solution::{CostBreakdown, FORMAT, Kpis, Run, Solution, Status};
use crate::solve::{Options, plan_of, solution_of};
use crate::units::Money;
use crate::validate::validate;
use crate::verify::verify;
use rustc_hash::FxHashMap;

/// The plan of the whole, and how it came about.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Merged {
    /// The plan; it has passed `verify` on the whole instance.
    pub solution: Solution,
    /// What the parts' plans say they cost, added up.
    pub stated: Money,
    /// What the plans cost together on the whole instance, before the repair.
    pub put_together: CostBreakdown,
    /// Orders that must be made and were in none of the plans.
    pub unplanned_before: usize,
    /// Orders that lines of several parts could make.
    pub border_orders: usize,
    /// Orders the parts had left out and the repair put in.
    pub recalled: usize,
    /// Iterations of the search along the cut.
    pub iterations: u64,
}

/// Puts the plans of all parts of a partition of `instance` together and repairs across the cut, for as long as `options` say.
///
/// Of the options, the method, the start and setting orders aside mean nothing here. With iterations, the same plans and seed
/// give the same plan on any number of threads.
///
/// # Errors
/// [`PartitionError::Parts`] where a part is missing or given twice, or a plan is not of this instance as it is now;
/// [`PartitionError::Instance`] for an instance with errors.
pub fn merge(instance: &Instance, plans: &[Solution], options: &Options) -> Result<Merged, PartitionError> {
    let faults = validate(instance);
    if faults.iter().any(Diagnostic::is_error) {
        return Err(PartitionError::Instance(faults));
    }
    let faults = judge(instance, plans)?;
    if !faults.is_empty() {
        return Err(PartitionError::Parts(faults));
    }
    let problem = Problem::new(instance);
    let part_of = part_of_line(instance, &problem, plans);
    let (plan, schedule) = timed(&problem, plan_of(instance, &problem, &all_of(instance, plans)))?;
    let (put_together, unplanned_before) = (schedule.cost, schedule.unplanned);
    let border_orders = problem.orders.ids().filter(|&order| is_on_the_border(&problem, order, &part_of)).count();
    let Repaired { plan: better, schedule: better_schedule, recalled, iterations, stopped_by } =
        repair(&problem, (&plan, &schedule), &part_of, options).map_err(PartitionError::Internal)?;
    let mut run = Run {
        version: env!("CARGO_PKG_VERSION").to_string(),
        seed: options.seed,
        method: "merge".to_string(),
        stopped_by: Some(stopped_by),
        iterations: (iterations > 0).then_some(iterations),
        ..Run::default()
    };
    // The repaired plan, or should it not hold, the one it began with.
    for (plan, schedule) in [(&better, &better_schedule), (&plan, &schedule)] {
        let mut solution = solution_of(instance, &problem, plan, schedule);
        let verification = verify(instance, &solution);
        if verification.is_sound() {
            run.elapsed_seconds = options.iterations.is_none().then(|| (options.clock)().as_secs_f64());
            solution.run = run;
            let stated = plans.iter().map(|plan| plan.cost.total).sum();
            return Ok(Merged {
                solution,
                stated,
                put_together,
                unplanned_before,
                border_orders,
                recalled,
                iterations,
            });
        }
        let first = verification.breaches.first().map(ToString::to_string).unwrap_or_default();
        run.faults.push(format!("a merged plan did not pass the check: {first}"));
    }
    Err(PartitionError::Internal(run.faults.pop().unwrap_or_default()))
}

/// What is wrong with the set of plans.
fn judge(instance: &Instance, plans: &[Solution]) -> Result<Vec<Diagnostic>, PartitionError> {
    let fingerprint = identity::fingerprint(instance).map_err(|fault| PartitionError::Internal(fault.to_string()))?;
    let whole = identity::name_of(instance);
    let mut faults = Vec::new();
    let mut first: Option<usize> = None;
    let mut seen: FxHashMap<usize, usize> = FxHashMap::default();
    for (at, plan) in plans.iter().enumerate() {
        let pointer = format!("/parts/{at}/instance");
        let named = plan.instance.as_deref().unwrap_or_default();
        let Some(identity) = Identity::read(named).filter(|identity| identity.whole == whole) else {
            let message = format!("The plan is of \"{named}\", which is no part of \"{whole}\".");
            let remedy = "Give the plans of the parts that `lotwise partition` made of this instance.";
            faults.push(Diagnostic::error(codes::PART_FOREIGN, pointer, message, remedy));
            continue;
        };
        if identity.fingerprint != fingerprint {
            let message = format!("The instance is not what part {} was cut from any more.", identity.number);
            let remedy = "Partition the instance as it is now and plan the parts anew, or give the instance as it was.";
            faults.push(Diagnostic::error(codes::PART_STALE, pointer, message, remedy));
            continue;
        }
        let parts = *first.get_or_insert(identity.parts);
        if identity.parts != parts {
            let message = format!("Part {} is of {} parts, others are of {parts}.", identity.number, identity.parts);
            let remedy = "Give the plans of one partition.";
            faults.push(Diagnostic::error(codes::PART_MIXED, pointer, message, remedy));
            continue;
        }
        if let Some(earlier) = seen.insert(identity.number, at) {
            let message = format!("Part {} is already at /parts/{earlier}.", identity.number);
            faults.push(Diagnostic::error(codes::PART_TWICE, pointer, message, "Give one plan of each part."));
        }
    }
    // Which parts are missing shows only once the others are the right ones.
    if faults.is_empty() {
        let parts = first.unwrap_or(1);
        for number in (1..=parts).filter(|number| !seen.contains_key(number)) {
            let message = format!("There is no plan of part {number} of {parts}.");
            let remedy = "Solve that part and give its plan too.";
            faults.push(Diagnostic::error(codes::PART_MISSING, "/parts", message, remedy));
        }
    }
    Ok(faults)
}

/// All plans' decisions as one.
fn all_of(instance: &Instance, plans: &[Solution]) -> Solution {
    Solution {
        format: FORMAT.to_string(),
        instance: instance.name.clone(),
        status: Status::Unknown,
        cost: CostBreakdown::default(),
        bound: None,
        gap: None,
        clash: None,
        lots: plans.iter().flat_map(|plan| plan.lots.iter().cloned()).collect(),
        orders: Vec::new(),
        lines: plans.iter().flat_map(|plan| plan.lines.iter().cloned()).collect(),
        kpis: Kpis::default(),
        run: Run::default(),
        meta: None,
    }
}

/// The part each line is in: every plan lists its lines.
fn part_of_line(instance: &Instance, problem: &Problem, plans: &[Solution]) -> PartOfLine {
    let mut parts: FxHashMap<&str, usize> = FxHashMap::default();
    for (part, plan) in plans.iter().enumerate() {
        plan.lines.iter().for_each(|line| {
            parts.insert(&line.id, part);
        });
    }
    let part = |line: &crate::model::Line| parts.get(line.id.as_str()).copied().unwrap_or(0);
    let part_of: PartOfLine = instance.lines.iter().map(part).collect();
    debug_assert_eq!(part_of.len(), problem.lines.len());
    part_of
}

/// A plan's times; orders that cannot be timed on the whole instance (a plan that was edited) are left out.
fn timed(problem: &Problem, mut plan: Plan) -> Result<(Plan, Schedule), PartitionError> {
    loop {
        match settle_left_shifted(problem, &mut plan) {
            Ok(schedule) => return Ok((plan, schedule)),
            Err(fault) if fault.orders.is_empty() => {
                return Err(PartitionError::Internal("the merged plan cannot be timed".to_string()));
            }
            Err(fault) => {
                let orders: Vec<_> = fault.orders.iter().map(|&(order, _)| order).collect();
                plan = plan.without(problem, &orders);
            }
        }
    }
}
