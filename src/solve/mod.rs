//! From an instance to the best plan the budget buys: strategy, budget, incumbent, progress, outcome.
//!
//! The library prints nothing, installs no signal handlers and does not touch rayon's global pool: the clock, the
//! cancel flag and the progress listener are passed in.

mod answer;
#[cfg(feature = "mip")]
mod bounds;
mod budget;
mod clashes;
#[cfg(feature = "mip")]
mod export;
#[cfg(all(test, feature = "mip"))]
mod fault_tests;
mod incumbent;
mod kpis;
#[cfg(test)]
mod meaning_tests;
mod reasons;
mod recombination;
mod start;
mod strategy;

pub(crate) use answer::solution as solution_of;
pub(crate) use budget::Budget;
#[cfg(feature = "mip")]
pub use export::{ExportError, ProgramFormat, allocation_program};
pub(crate) use start::plan_of;

use crate::diagnostic::Diagnostic;
use crate::model::Instance;
use crate::solution::{CostBreakdown, Solution, Status, StoppedBy};
use crate::units::Money;
use crate::validate;
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Time since the process (or service call) began; never goes backwards.
pub type Clock = Arc<dyn Fn() -> Duration + Send + Sync>;

/// A flag that asks a running solve to end with its best plan so far.
#[derive(Clone, Debug, Default)]
pub struct CancelFlag(Arc<AtomicBool>);

impl CancelFlag {
    /// The flag behind a signal handler's `Arc`, e.g. `signal_hook::flag::register`.
    pub fn from_arc(flag: Arc<AtomicBool>) -> Self {
        Self(flag)
    }
    /// Asks to end.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
    /// Whether somebody asked.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Which part of the program makes the plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Method {
    /// What pays at this size: construction, search, and beside it a proved bound.
    #[default]
    Auto,
    /// Earliest due date first on the line that is free first: what a spreadsheet does. The "before".
    Dispatch,
    /// Construction and search only.
    Heuristic,
    /// The integer programs alone, from a constructed plan: allocation over time buckets, then a proved bound.
    Mip,
}

/// How to solve. `..Options::default()` gives the rest.
#[derive(Clone)]
pub struct Options {
    /// Ends the search when the clock passes it; counts from the clock's zero.
    pub time_limit: Option<Duration>,
    /// Ends the search after so many iterations; then no clock is read and the same seed gives the same plan.
    pub iterations: Option<u64>,
    /// Seed of every random stream.
    pub seed: u64,
    /// Threads to use; the machine's cores without it.
    pub threads: Option<usize>,
    /// Which part of the program makes the plan.
    pub method: Method,
    /// A plan to start from.
    pub start: Option<Solution>,
    /// Lets an integer program put plans together from lines' plans that the search came across: off, for it was measured to
    /// win nothing on average. Needs the feature `mip`; without it, and where lines are not separable, nothing changes.
    pub recombine: bool,
    /// Leaves out orders that have faults of their own and lists them as unplanned.
    pub set_aside: bool,
    /// Asks a running solve to end.
    pub cancel: CancelFlag,
    /// Time since the process began.
    pub clock: Clock,
}

impl Method {
    /// The name used on the command line and in plans.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Dispatch => "dispatch",
            Self::Heuristic => "heuristic",
            Self::Mip => "mip",
        }
    }
}

impl Default for Options {
    /// 30 seconds, seed 1, all cores, a clock that starts now.
    fn default() -> Self {
        let started = Instant::now();
        Self {
            time_limit: Some(Duration::from_secs(30)),
            iterations: None,
            seed: 1,
            threads: None,
            method: Method::Auto,
            start: None,
            recombine: false,
            set_aside: false,
            cancel: CancelFlag::default(),
            clock: Arc::new(move || started.elapsed()),
        }
    }
}

/// What happens while solving, for a bar or a log.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Progress {
    /// A phase begins: `compile`, `construct`, `allocation`, `search`, `bound`, `verify`.
    Phase {
        /// Its name.
        phase: &'static str,
        /// Seconds since the clock's zero; none with an iteration budget.
        seconds: Option<f64>,
    },
    /// A better plan.
    Incumbent {
        /// What found it.
        source: &'static str,
        /// Its cost.
        cost: Money,
        /// A proved lower bound, where there is one.
        bound: Option<Money>,
        /// `(cost - bound) / cost` to four places; none without a bound or while orders that must be made are missing.
        gap: Option<f64>,
        /// Orders that must be made and are not.
        unplanned: usize,
        /// Orders delivered late.
        late: usize,
        /// Iterations so far.
        iterations: u64,
        /// Seconds since the clock's zero; none with an iteration budget.
        seconds: Option<f64>,
    },
    /// A better bound is proved.
    Bound {
        /// What proved it.
        source: &'static str,
        /// No plan costs less.
        bound: Money,
        /// Cost of the best plan, unless orders that must be made are missing from it.
        cost: Option<Money>,
        /// `(cost - bound) / cost` to four places.
        gap: Option<f64>,
        /// Seconds since the clock's zero; none with an iteration budget.
        seconds: Option<f64>,
    },
    /// The search goes on.
    Tick {
        /// Share of the budget used, 0 to 1.
        done: f64,
        /// Iterations so far.
        iterations: u64,
        /// Seconds since the clock's zero; none with an iteration budget.
        seconds: Option<f64>,
    },
}

/// The end of a solve.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// The best plan found; it has passed `verify`.
    pub solution: Solution,
    /// What was noticed about the instance: notes, warnings, and with `set_aside` the faults of the orders left out.
    pub diagnostics: Vec<Diagnostic>,
    /// Orders left out for faults of their own.
    pub set_aside: Vec<String>,
}

impl Outcome {
    /// What ended the search.
    pub fn stopped_by(&self) -> Option<StoppedBy> {
        self.solution.run.stopped_by
    }
    /// Whether all orders that must be made are in the plan.
    pub fn is_complete(&self) -> bool {
        matches!(self.solution.status, Status::Optimal | Status::Feasible)
    }
    /// The cost, term by term.
    pub fn cost(&self) -> CostBreakdown {
        self.solution.cost
    }
}

/// Why there is no outcome.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SolveError {
    /// The instance has faults: all of them.
    #[error("the instance has {} faults", .0.len())]
    Invalid(Vec<Diagnostic>),
    /// A fault of the program: the plan it made did not pass `verify`, or a worker failed before any plan stood.
    #[error("internal fault: {0}")]
    Internal(String),
}

/// Makes the best plan `options` allow for `instance`.
///
/// `progress` is called from the calling thread, a few times a second at most besides incumbents.
///
/// ```
/// use lotwise::model::{InstanceBuilder, Instant, Line, Order, Variant};
/// use lotwise::solve::{Options, solve};
/// let start = Instant::parse("2026-11-23T08:00:00Z").unwrap();
/// let due = Instant::parse("2026-11-24T08:00:00Z").unwrap();
/// let instance = InstanceBuilder::new(start)
///     .line(Line::new("press").units_per_hour(60))
///     .variant(Variant::new("mug"))
///     .order(Order::new("SO-1").due(due).item("mug", 120))
///     .build();
/// let options = Options { time_limit: None, iterations: Some(100), ..Options::default() };
/// let outcome = solve(&instance, &options, &mut |_| {})?;
/// assert_eq!(outcome.solution.kpis.on_time, 1);
/// # Ok::<(), lotwise::solve::SolveError>(())
/// ```
///
/// # Errors
/// [`SolveError::Invalid`] for an instance with faults (with `set_aside`, faults that are not one order's own).
pub fn solve(
    instance: &Instance,
    options: &Options,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Outcome, SolveError> {
    let diagnostics = validate::validate(instance);
    if !diagnostics.iter().any(Diagnostic::is_error) {
        let solution = strategy::run(instance, options, progress)?;
        return Ok(Outcome { solution, diagnostics, set_aside: Vec::new() });
    }
    let reduced = options.set_aside.then(|| validate::set_aside(instance, &diagnostics)).flatten();
    let Some((reduced, faults)) = reduced else { return Err(SolveError::Invalid(diagnostics)) };
    let mut solution = strategy::run(&reduced, options, progress)?;
    reasons::list_set_aside(instance, &mut solution, &faults);
    Ok(Outcome { solution, diagnostics, set_aside: faults.into_iter().map(|(order, _)| order).collect() })
}
