//! Minimum runs: what the runs of a value lack, all together.
//!
//! A run begins where its value does (`carry`); those of value `g` on a line lack at least
//! `quantity * (runs of g) - pieces of g`, for a run with more than enough makes up for none here that has too little, and
//! counts for nothing in truth. A run that facts have begun goes on with the pieces it has.

use super::allocation::{Allocation, money};
use super::carry::{Carried, State, carry, one_at_a_time};
use super::names::Names;
use crate::problem::LineIdx;
use crate::schedule::Run;
use crate::units::Money;
use good_lp::Variable;
use std::collections::BTreeMap;

/// Prices what the runs of every line with a minimum lack.
pub(super) fn constrain(allocation: &mut Allocation<'_>) {
    for line in allocation.problem.lines.ids() {
        let minimum = allocation.problem.lines[line].minimum_run;
        if let Some(minimum) = minimum.filter(|minimum| minimum.shortfall_cost_per_unit > Money::ZERO) {
            price(allocation, line, minimum);
        }
    }
}

/// The choices of a line that make one value.
struct Value {
    state: State,
    /// Pieces each choice runs.
    pieces: Vec<(Variable, f64)>,
}

fn price(allocation: &mut Allocation<'_>, line: LineIdx, minimum: crate::problem::MinimumRun) {
    let problem = allocation.problem;
    let values = values(allocation, line, minimum.by);
    let begun_by_facts = Run::of_facts(problem, line, minimum);
    let mut states: Vec<(&State, Option<Carried>)> = Vec::new();
    for (&value, Value { state, pieces }) in &values {
        let before = begun_by_facts.filter(|run| run.value == value);
        let carried = carry(allocation, line, state, 0.0, before.is_some());
        let name = |names: &Names| format!("lacking.{}.{}", names.line(line), state.key);
        // In full runs, so that the row's numbers are small.
        let full = minimum.quantity as f64;
        let lacking = allocation.amount(name, f64::INFINITY, money(minimum.shortfall_cost_per_unit) * full);
        // What a run that facts have begun lacks is charged whether it goes on or not, but for one of lost orders alone.
        let begun_lacks = before.map_or(0.0, |run| f64::from(u8::from(run.charged)) - run.pieces as f64 / full);
        let runs = carried.iter().map(|&(begun, _)| (begun, 1.0));
        let made = pieces.iter().map(|&(choice, pieces)| (choice, -pieces / full));
        allocation.at_most(name, runs.chain(made).chain([(lacking, -1.0)]), -begun_lacks);
        states.push((state, Some(carried)));
    }
    one_at_a_time(allocation, line, "run", &states);
}

/// The values a line can make.
fn values(allocation: &Allocation<'_>, line: LineIdx, by: usize) -> BTreeMap<u32, Value> {
    let (problem, demand) = (allocation.problem, allocation.demand);
    let mut values: BTreeMap<u32, Value> = BTreeMap::new();
    for &position in &allocation.of_line[line] {
        let choice = &allocation.choices[position];
        let operation = &demand.operations[choice.operation];
        let value = problem.run_values[by][operation.kind];
        let quantity = demand.lots[operation.lot].quantity;
        let pieces = problem.rate_on(operation.kind, line).map_or(quantity, |rate| rate.pieces_run(quantity));
        let none = || vec![Vec::new(); allocation.buckets.count()];
        let known = values.entry(value).or_insert_with(|| Value {
            state: State { key: format!("r{value}"), choices: none() },
            pieces: Vec::new(),
        });
        known.state.choices[choice.bucket].push(choice.variable);
        known.pieces.push((choice.variable, pieces as f64));
    }
    values
}
