//! The planner's desk: why is this order late, what would help, can I promise Friday, what happened since yesterday.
//!
//! Each question is a function of an instance and a plan with options of its own, and its answer a structure that
//! serialises to JSON and can be said in words (`text`). Nothing here knows times or costs: it takes causes away, puts
//! orders in, and lets `schedule` and `solve` say what follows. No plan that is read is trusted: it is checked first.

pub mod actuals;
pub mod agility;
pub mod bottlenecks;
mod change;
pub mod compare;
pub mod explain;
mod facts;
pub(crate) mod insertion;
mod made_anyway;
pub mod quote;
pub mod replan;
mod simulate;
mod standing;

pub use actuals::{Actuals, read_actuals};
pub use agility::{Agility, AgilityOptions, agility};
pub use bottlenecks::{BottleneckOptions, Bottlenecks, bottlenecks};
pub use change::{Change, OpenedWindow, apply_change};
pub use compare::{CompareOptions, Comparison, compare};
pub use explain::{ExplainOptions, Explanations, explain};
pub use quote::{QuoteOptions, Quotes, accept, quote, read_order};
pub use replan::{ReplanOptions, Replanned, facts_of, replan};
pub use simulate::{Conditions, simulate};

use crate::diagnostic::Diagnostic;
use crate::solve::SolveError;

/// Why a question has no answer.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeskError {
    /// The instance has faults: all of them.
    #[error("the instance has {} faults", .0.len())]
    Instance(Vec<Diagnostic>),
    /// The plan does not hold on the instance: every breach.
    #[error("the plan has {} breaches", .0.len())]
    Plan(Vec<Diagnostic>),
    /// What is asked about, or the actuals, has faults: all of them.
    #[error("the question has {} faults", .0.len())]
    Question(Vec<Diagnostic>),
    /// A fault of the program.
    #[error("internal fault: {0}")]
    Internal(String),
}

impl From<SolveError> for DeskError {
    fn from(fault: SolveError) -> Self {
        match fault {
            SolveError::Invalid(faults) => Self::Instance(faults),
            SolveError::Internal(message) => Self::Internal(message),
        }
    }
}
