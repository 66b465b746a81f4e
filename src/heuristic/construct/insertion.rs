//! Best insertion with regret, for the complete model, each trial a full evaluation: for small instances.
//!
//! Orders enter one at a time. Of the next few by due date, the one that would lose most by not getting its best line
//! (the regret; Potvin and Rousseau 1993 for routing) goes in first; its operations are put at the ends of lines and
//! then, one by one, at the best position of any line.

use super::{Constructed, GoOn};
use crate::plan::{LotIdx, OpIdx, Plan};
use crate::problem::{LineIdx, OrderIdx, Problem};
use crate::schedule::{Infeasible, Schedule, evaluate, settle_roughly};
use crate::units::Money;
use rayon::prelude::*;

/// How many orders compete to be inserted next.
const WINDOW: usize = 3;

type Value = (usize, Money);

/// An order inserted at its best.
struct Inserted {
    plan: Plan,
    /// How much worse the second best line of the last operation is.
    regret: Value,
}

/// The plan made by inserting every order at its best positions; none where time ran out.
pub(super) fn best_insertion(problem: &Problem, go_on: GoOn<'_>) -> Option<Constructed> {
    let mut waiting: Vec<OrderIdx> =
        problem.orders.ids().filter(|&order| !problem.orders[order].nothing_left).collect();
    waiting.sort_by_key(|&order| {
        (problem.orders[order].due.or(problem.orders[order].deadline).unwrap_or(problem.end), order)
    });
    let mut plan = Plan::empty(problem);
    while !waiting.is_empty() {
        if !go_on() {
            return None;
        }
        let candidates: Vec<Option<Inserted>> =
            waiting.par_iter().take(WINDOW).map(|&order| insert_order(problem, &plan, order)).collect();
        let chosen = candidates.into_iter().enumerate().max_by_key(|(index, inserted)| {
            (inserted.as_ref().map(|inserted| inserted.regret), std::cmp::Reverse(*index))
        });
        let (index, inserted) = chosen?;
        waiting.remove(index);
        if let Some(inserted) = inserted {
            plan = inserted.plan;
        }
    }
    let schedule = settle_roughly(problem, &mut plan).ok()?;
    Some(Constructed { rule: "regret-insertion", plan, schedule })
}

/// Inserts an order; none where it fits nowhere, or where refusing it costs less.
fn insert_order(problem: &Problem, plan: &Plan, order: OrderIdx) -> Option<Inserted> {
    let before = evaluate(problem, plan).ok()?;
    let mut trial = plan.clone();
    let mut regret = (0, Money::ZERO);
    let lots = trial.add_order(problem, order, |_| 1);
    append_at_ends(problem, &mut trial, &lots)?;
    for lot in lots {
        for &step in &problem.route_of(trial.lots[lot].item).topological {
            let operation = trial.operation(lot, usize::from(step));
            if !trial.is_fact(problem, operation) {
                regret = move_to_best(problem, &mut trial, operation)?;
            }
        }
    }
    let after = evaluate(problem, &trial).ok()?;
    (after.value() < before.value() || problem.orders[order].reject_cost.is_none())
        .then_some(Inserted { plan: trial, regret })
}

/// Puts every operation of some lots at the end of its first line, predecessors first.
fn append_at_ends(problem: &Problem, plan: &mut Plan, lots: &[LotIdx]) -> Option<()> {
    for &lot in lots {
        for &step in &problem.route_of(plan.lots[lot].item).topological {
            let operation = plan.operation(lot, usize::from(step));
            if plan.is_fact(problem, operation) {
                continue;
            }
            let kind = plan.kind(problem, operation);
            // The line with the least to do so far; the best position is looked for afterwards.
            let mode = problem.modes(kind).iter().min_by_key(|mode| plan.sequences[mode.line].len())?;
            plan.sequences[mode.line].push(operation);
            take_materials(problem, plan, operation, mode.line);
        }
    }
    Some(())
}

/// Enters an operation as the last to take from the scarce supplies it draws on at a line; it leaves all others.
fn take_materials(problem: &Problem, plan: &mut Plan, operation: OpIdx, line: LineIdx) {
    let kind = plan.kind(problem, operation);
    let takes = &problem.kinds[kind].takes;
    if takes.is_empty() {
        return;
    }
    let drawn: Vec<_> = takes
        .iter()
        .filter_map(|&(material, _)| problem.supply_lookup.supply(material, problem.lines[line].site))
        .filter(|&supply| problem.supplies[supply].scarce)
        .collect();
    for supply in problem.supplies.ids() {
        let takers = &mut plan.takings[supply];
        let standing = takers.contains(&operation);
        if drawn.contains(&supply) && !standing {
            takers.push(operation);
        } else if !drawn.contains(&supply) && standing {
            takers.retain(|&taker| taker != operation);
        }
    }
}

/// Moves an operation to the position at which the plan's value is least; returns by how much the second best line is
/// worse. None where no position is feasible.
fn move_to_best(problem: &Problem, plan: &mut Plan, operation: OpIdx) -> Option<Value> {
    for sequence in plan.sequences.iter_mut() {
        sequence.retain(|&other| other != operation);
    }
    let kind = plan.kind(problem, operation);
    let mut by_line: Vec<(Value, LineIdx, usize)> = Vec::new();
    for mode in problem.modes(kind) {
        take_materials(problem, plan, operation, mode.line);
        let mut best: Option<(Value, LineIdx, usize)> = None;
        for position in 0..=plan.sequences[mode.line].len() {
            plan.sequences[mode.line].insert(position, operation);
            let tried: Result<Schedule, Infeasible> = evaluate(problem, plan);
            plan.sequences[mode.line].remove(position);
            if let Ok(schedule) = tried
                && best.is_none_or(|(value, ..)| schedule.value() < value)
            {
                best = Some((schedule.value(), mode.line, position));
            }
        }
        by_line.extend(best);
    }
    by_line.sort_unstable_by_key(|&(value, line, position)| (value, line, position));
    let &(value, line, position) = by_line.first()?;
    plan.sequences[line].insert(position, operation);
    take_materials(problem, plan, operation, line);
    Some(match by_line.get(1) {
        Some(&(second, ..)) => (second.0 - value.0, second.1 - value.1),
        // No other line: nothing is lost by waiting but the place on this one.
        None => (0, Money::ZERO),
    })
}
