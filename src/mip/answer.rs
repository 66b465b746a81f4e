//! Into the program and out again: a plan as a start, the solver's values as an assignment.

use super::allocation::{Allocation, Choice, LARGEST_COST, sum};
use super::highs::Program;
use crate::plan::{LotIdx, Plan};
use crate::problem::{ItemIdx, LineIdx};
use crate::schedule::Schedule;
use crate::units::{IdVec, Pieces};
use good_lp::Variable;
use rustc_hash::FxHashMap;

/// A place chosen for an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The line.
    pub line: LineIdx,
    /// The bucket its end falls in.
    pub bucket: usize,
}

/// What the program decides.
#[derive(Clone, Debug)]
pub(super) struct Assignment {
    /// By operation of the demand; none where its order is left out.
    pub places: Vec<Option<Place>>,
    /// Overtime windows each line opens, sorted.
    pub overtime: IdVec<LineIdx, Vec<usize>>,
}

impl Allocation<'_> {
    /// Where a plan has everything; none for what it leaves out or makes where the program has no place for it.
    pub fn places_in(&self, plan: &Plan, schedule: &Schedule) -> Assignment {
        let mut lots: FxHashMap<ItemIdx, Vec<(u32, Pieces, LotIdx)>> = FxHashMap::default();
        for (id, lot) in plan.lots.enumerate() {
            lots.entry(lot.item).or_default().push((lot.number, lot.quantity, id));
        }
        let mut assignment =
            Assignment { places: vec![None; self.demand.operations.len()], overtime: plan.overtime.clone() };
        for lot in &self.demand.lots {
            let Some(known) = lots.get(&lot.item) else { continue };
            // Made in one lot where the program has parts: all of them take its place.
            let same = known.iter().find(|(number, quantity, _)| (*number, *quantity) == (lot.number, lot.quantity));
            let Some(&(_, _, id)) = same.or(known.first().filter(|_| known.len() == 1)) else { continue };
            for (step, operation) in lot.steps.iter().enumerate() {
                let Some(operation) = *operation else { continue };
                let timed = schedule.operations[plan.operation(id, step)];
                let place = Place { line: timed.line, bucket: self.buckets.of(timed.end) };
                let known =
                    self.choices_of(operation).iter().any(|c| c.mode.line == place.line && c.bucket == place.bucket);
                assignment.places[operation] = known.then_some(place);
            }
        }
        assignment
    }

    /// The values of the decisions under an assignment, to start from.
    pub fn start(&self, assignment: &Assignment) -> Vec<(Variable, f64)> {
        let mut start = Vec::new();
        for choice in &self.choices {
            let place = Place { line: choice.mode.line, bucket: choice.bucket };
            if assignment.places[choice.operation] == Some(place) {
                start.push((choice.variable, 1.0));
            }
        }
        for (id, variable) in self.left_out.enumerate() {
            let operations =
                self.demand.lots_of[id].iter().flat_map(|&lot| self.demand.lots[lot].steps.iter().flatten());
            if let Some(variable) = *variable
                && operations.into_iter().any(|&operation| assignment.places[operation].is_none())
            {
                start.push((variable, 1.0));
            }
        }
        let open = |line: LineIdx, window: usize| assignment.overtime[line].contains(&window);
        start.extend(self.overtime.iter().filter(|&&(l, w, _)| open(l, w)).map(|&(_, _, variable)| (variable, 1.0)));
        start
    }

    /// The variables [`Self::read`] needs the values of.
    pub fn asked(&self) -> Vec<Variable> {
        let overtime = self.overtime.iter().map(|&(_, _, variable)| variable);
        self.choices.iter().map(|choice| choice.variable).chain(overtime).collect()
    }

    /// The program as it goes to the solver.
    pub fn into_program(self, start: Vec<(Variable, f64)>) -> (Program, AnswerKey) {
        let key = AnswerKey {
            operations: self.demand.operations.len(),
            lines: self.problem.lines.len(),
            choices: self.choices,
            overtime: self.overtime,
        };
        let largest = self.costs.iter().map(|&(_, cost)| cost).fold(1.0, f64::max);
        let scale = (LARGEST_COST / largest).min(1.0);
        let objective = sum(self.costs.into_iter().map(|(variable, cost)| (variable, cost * scale)));
        let program = Program { variables: self.variables, objective, constraints: self.constraints, start };
        (program, key)
    }
}

/// What the values of an answer stand for.
pub(super) struct AnswerKey {
    operations: usize,
    lines: usize,
    choices: Vec<Choice>,
    overtime: Vec<(LineIdx, usize, Variable)>,
}

impl AnswerKey {
    /// The assignment that values (of [`Allocation::asked`], in its order) stand for: of each operation the choice
    /// nearest to yes, if it is nearer to yes than to no.
    pub fn read(&self, values: &[f64]) -> Assignment {
        let mut nearest = vec![0.5; self.operations];
        let mut places = vec![None; self.operations];
        for (choice, &value) in self.choices.iter().zip(values) {
            if value > nearest[choice.operation] {
                nearest[choice.operation] = value;
                places[choice.operation] = Some(Place { line: choice.mode.line, bucket: choice.bucket });
            }
        }
        let mut overtime = IdVec::filled(Vec::new(), self.lines);
        for (&(line, window, _), &value) in self.overtime.iter().zip(&values[self.choices.len()..]) {
            if value > 0.5 {
                overtime[line].push(window);
            }
        }
        Assignment { places, overtime }
    }
}
