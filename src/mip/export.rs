//! The allocation program as text for other solvers: LP files (CPLEX's) and free MPS files, which nearly all of them read.
//!
//! Written from the very variables and constraints our own solver is given, with the costs as they are, not scaled.
//! Knows no files: text comes out.

use super::allocation::{Allocation, bucket_count, sum};
use super::names::Names;
use super::{MOST_DECISIONS, buckets, last_end};
use crate::model::Instance;
use crate::plan::Plan;
use crate::problem::Problem;
use crate::proof::demand::Demand;
use crate::schedule::evaluate;
use good_lp::{Constraint, Expression, IntoAffineExpression, ProblemVariables, Variable};
use rustc_hash::FxHashMap;
use std::fmt::Write as _;

/// Terms on one line of an LP file: some readers stop at 255 characters or so.
const TERMS_PER_LINE: usize = 3;

/// How a program is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// LP, as CPLEX, Gurobi, HiGHS, SCIP and CBC read it.
    Lp,
    /// MPS with free columns.
    Mps,
}

/// A program with its numbers in order.
struct Listing<'a> {
    variables: Vec<(&'a str, f64, bool)>,
    objective: Vec<(usize, f64)>,
    rows: Vec<Row<'a>>,
}

struct Row<'a> {
    name: &'a str,
    is_equality: bool,
    terms: Vec<(usize, f64)>,
    bound: f64,
}

/// The allocation of a problem as text; none where nothing is to be decided.
///
/// `wanted` is how many buckets; without it the grid is as fine as the one `solve` would use around `incumbent`, and at least the coarsest where it would not try.
pub(crate) fn text(
    instance: &Instance,
    problem: &Problem,
    incumbent: Option<&Plan>,
    (dialect, wanted): (Dialect, Option<usize>),
) -> Option<String> {
    let known = incumbent.and_then(|plan| evaluate(problem, plan).ok());
    let demand = Demand::new(problem, incumbent);
    if demand.operations.iter().all(|operation| operation.modes.is_empty()) {
        return None;
    }
    let count = wanted.or_else(|| bucket_count(problem, &demand, MOST_DECISIONS)).unwrap_or(buckets::FEWEST);
    let buckets = buckets::Buckets::new(problem, &demand, count, known.as_ref().and_then(last_end));
    let names = Names::new(instance);
    let allocation = Allocation::new(problem, &demand, &buckets, Some(&names));
    let objective = sum(allocation.costs.iter().copied());
    let head = head(instance, allocation.buckets.count());
    Some(write(&head, &allocation.variables, &objective, &allocation.constraints, dialect))
}

/// What a reader must know, without marks of comments.
fn head(instance: &Instance, buckets: usize) -> Vec<String> {
    let currency = instance.currency.as_deref().unwrap_or("money");
    // A name with a line's end in it would end the comment.
    let printable = |text: &str| text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    vec![
        format!("lotwise {}: order allocation over {buckets} time buckets", env!("CARGO_PKG_VERSION")),
        format!("instance: {}", printable(instance.name.as_deref().unwrap_or("without a name"))),
        format!(
            "objective: {}, to be minimised, scale 1, offset 0; costs by bucket are estimates,",
            printable(currency)
        ),
        "and what no decision changes (facts of the baseline) is not in it: it is no bound".to_string(),
        "times are hours".to_string(),
        "run.ORDER.LOT.STEP.LINE.tBUCKET  1: the operation runs on the line and ends in the bucket".to_string(),
        "leave_out.ORDER  1: the order is left out; overtime.LINE.WINDOW  1: the window is opened".to_string(),
    ]
}

/// Writes a program of which every variable and constraint has a name.
fn write(
    head: &[String],
    variables: &ProblemVariables,
    objective: &Expression,
    constraints: &[Constraint],
    dialect: Dialect,
) -> String {
    let listing = Listing::new(variables, objective, constraints);
    match dialect {
        Dialect::Lp => listing.lp(head),
        Dialect::Mps => listing.mps(head),
    }
}

impl<'a> Listing<'a> {
    fn new(variables: &'a ProblemVariables, objective: &Expression, constraints: &'a [Constraint]) -> Self {
        let mut place: FxHashMap<Variable, usize> = FxHashMap::default();
        let mut listed = Vec::with_capacity(variables.len());
        for (variable, kind) in variables.iter_variables_with_def() {
            place.insert(variable, listed.len());
            listed.push((kind.get_name(), kind.get_max(), kind.is_integer()));
        }
        // An expression is a hash map: in the order of the variables the text is the same each time.
        let terms = |expression: &Expression| {
            let known = expression.linear_coefficients().filter(|&(_, factor)| factor != 0.0);
            let mut terms: Vec<(usize, f64)> = known.map(|(variable, factor)| (place[&variable], factor)).collect();
            terms.sort_unstable_by_key(|&(index, _)| index);
            terms
        };
        let rows = constraints.iter().map(|constraint| Row {
            name: constraint.name().unwrap_or_default(),
            is_equality: constraint.is_equality(),
            terms: terms(constraint.expression()),
            // Constraints are held as `expression <= 0`.
            bound: 0.0 - constraint.expression().constant(),
        });
        // A row without terms says `0 <= bound`: true, or the program would not have been stated.
        let rows = rows.filter(|row| !row.terms.is_empty()).collect();
        Self { objective: terms(objective), rows, variables: listed }
    }

    fn lp(&self, head: &[String]) -> String {
        let mut text = String::new();
        for line in head {
            let _ = writeln!(text, "\\ {line}");
        }
        text.push_str("Minimize\n cost:");
        // An empty objective is not understood everywhere.
        let nothing = [(0, 0.0)];
        self.lp_terms(&mut text, if self.objective.is_empty() { &nothing } else { &self.objective });
        text.push_str("\nSubject To\n");
        for row in &self.rows {
            let _ = write!(text, " {}:", row.name);
            self.lp_terms(&mut text, &row.terms);
            let _ = writeln!(text, " {} {}", if row.is_equality { "=" } else { "<=" }, row.bound);
        }
        text.push_str("Bounds\n");
        for &(name, most, is_integer) in
            self.variables.iter().filter(|(_, most, is_integer)| !is_integer && most.is_finite())
        {
            debug_assert!(!is_integer, "yes-or-no decisions have a section of their own");
            let _ = writeln!(text, " 0 <= {name} <= {most}");
        }
        text.push_str("Binary\n");
        for (name, _, _) in self.variables.iter().filter(|(_, _, is_integer)| *is_integer) {
            let _ = writeln!(text, " {name}");
        }
        text.push_str("End\n");
        text
    }

    fn lp_terms(&self, text: &mut String, terms: &[(usize, f64)]) {
        for (count, &(index, factor)) in terms.iter().enumerate() {
            if count > 0 && count % TERMS_PER_LINE == 0 {
                text.push_str("\n  ");
            }
            let sign = if factor < 0.0 { '-' } else { '+' };
            let _ = write!(text, " {sign} {} {}", factor.abs(), self.variables[index].0);
        }
    }

    fn mps(&self, head: &[String]) -> String {
        let mut text = String::new();
        for line in head {
            let _ = writeln!(text, "* {line}");
        }
        text.push_str("NAME lotwise\nROWS\n N cost\n");
        let mut columns: Vec<Vec<(&str, f64)>> = vec![Vec::new(); self.variables.len()];
        for &(index, factor) in &self.objective {
            columns[index].push(("cost", factor));
        }
        for row in &self.rows {
            let _ = writeln!(text, " {} {}", if row.is_equality { 'E' } else { 'L' }, row.name);
            for &(index, factor) in &row.terms {
                columns[index].push((row.name, factor));
            }
        }
        text.push_str("COLUMNS\n");
        let mut markers = 0;
        let mut inside = false;
        for (&(name, _, is_integer), entries) in self.variables.iter().zip(&columns) {
            if is_integer != inside {
                let kind = if is_integer { "INTORG" } else { "INTEND" };
                let _ = writeln!(text, " MARK{markers} 'MARKER' '{kind}'");
                (markers, inside) = (markers + 1, is_integer);
            }
            if entries.is_empty() {
                // A column is declared by having an entry.
                let _ = writeln!(text, " {name} cost 0");
            }
            for (row, factor) in entries {
                let _ = writeln!(text, " {name} {row} {factor}");
            }
        }
        if inside {
            let _ = writeln!(text, " MARK{markers} 'MARKER' 'INTEND'");
        }
        text.push_str("RHS\n");
        for row in self.rows.iter().filter(|row| row.bound != 0.0) {
            let _ = writeln!(text, " RHS {} {}", row.name, row.bound);
        }
        text.push_str("BOUNDS\n");
        for &(name, most, is_integer) in &self.variables {
            if is_integer {
                let _ = writeln!(text, " BV BND {name}");
            } else if most.is_finite() {
                let _ = writeln!(text, " UP BND {name} {most}");
            }
        }
        text.push_str("ENDATA\n");
        text
    }
}

#[cfg(test)]
#[path = "export_tests.rs"]
mod tests;
