//! The allocation program as text, for people who have a solver of their own or teach with it.

use crate::diagnostic::Diagnostic;
use crate::heuristic::construct::earliest_due_date;
use crate::mip::export::{Dialect, text};
use crate::model::Instance;
use crate::problem::Problem;
use crate::validate::validate;

/// How a program is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProgramFormat {
    /// An LP file, as CPLEX, Gurobi, HiGHS, SCIP and CBC read it.
    Lp,
    /// An MPS file with free columns.
    Mps,
}

/// Why there is no text.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The instance has faults: all of them.
    #[error("the instance has {} faults", .0.len())]
    Invalid(Vec<Diagnostic>),
    /// No line could run any operation, or nothing is left to be made.
    #[error("there is nothing to decide")]
    NothingToDecide,
}

/// The order allocation of an instance as an integer program in `format`; the same text each time.
///
/// `buckets` is how many time buckets there are, 4 to 30; without it as many as `solve` would take around the plan of the
/// earliest-due-date rule. Costs are in units of the currency, times in hours, names made of the ids. `docs/mip.md` has
/// the mathematics.
///
/// # Errors
/// See [`ExportError`].
pub fn allocation_program(
    instance: &Instance,
    format: ProgramFormat,
    buckets: Option<usize>,
) -> Result<String, ExportError> {
    let diagnostics = validate(instance);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(ExportError::Invalid(diagnostics));
    }
    let problem = Problem::new(instance);
    let known = earliest_due_date(&problem);
    let dialect = match format {
        ProgramFormat::Lp => Dialect::Lp,
        ProgramFormat::Mps => Dialect::Mps,
    };
    text(instance, &problem, Some(&known.plan), (dialect, buckets)).ok_or(ExportError::NothingToDecide)
}
