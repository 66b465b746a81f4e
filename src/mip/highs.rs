//! The one file that names the solver: HiGHS through good_lp for whole programs, on a thread of their own, and as it is
//! for linear programs that grow by columns, on the thread of whoever generates them.
//!
//! What HiGHS does in practice decides the shape of this file:
//! - Its `Model` is not `Send`, and its task executor belongs to the thread that first solves: two solves on one thread
//!   that ask for different numbers of threads fail. A fresh thread per solve settles both.
//! - A time limit is usually, not always, kept, and an interrupt may be heard late: the caller waits on a channel and
//!   goes on when its time is over. The thread is then left behind (a deliberate leak: it holds its model until HiGHS
//!   notices its own limit, and nobody listens to it any more).
//! - It counts by the wall clock: set forward, that ends a solve early, and it is asked again for the time that is left.
//! - Running out of memory aborts the process. The size rule bounds what a program needs (measured: below 100 MiB), and
//!   nothing is begun where so much and a reserve cannot be had.
//! - A NaN in the objective is answered with "optimal", numbers past 1e20 are infinite to it: every number is checked
//!   before it is handed over, and every value that comes back.
//! - Its status is taken as a hint only: a wrong "infeasible" or "optimal" costs a plan, never a wrong claim, because
//!   only values leave this file and they are decoded and priced exactly.
//!
//! Knows nothing of lots, lines or buckets.

use super::{Limits, MipError};
use ::highs::{ColProblem, HighsModelStatus, Model, Row, Sense};
use good_lp::solvers::highs::{HighsParallelType, highs};
use good_lp::{
    Constraint, Expression, IntoAffineExpression, ProblemVariables, ResolutionError, Solution, SolutionStatus,
    SolverModel, Variable,
};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Numbers of this size and above are as good as infinite to the solver; ours stay far below.
const LARGEST_NUMBER: f64 = 1e15;
/// What must be left of the address space before the solver is called, in bytes.
const MEMORY: usize = 192 << 20;
/// How far from a whole number a decision may be.
const WHOLE: f64 = 1e-3;
/// How often the caller looks whether somebody asked to end.
const LISTENING_INTERVAL: Duration = Duration::from_millis(20);
/// How much longer than its own limit the solver may take before it is left behind, and how much sooner it may take its time for
/// over before it is asked again.
const GRACE: Duration = Duration::from_millis(250);
/// How often it is asked at most: it counts by the wall clock, and somebody may set that forward.
const MOST_ASKED: usize = 3;

/// A program to minimise, as plain data that may change threads.
#[derive(Clone)]
pub(super) struct Program {
    /// Its variables, with bounds and kinds.
    pub variables: ProblemVariables,
    /// What to minimise.
    pub objective: Expression,
    /// What must hold.
    pub constraints: Vec<Constraint>,
    /// Values to start from: whatever is left out starts at 0. The solver keeps the integer ones and completes the rest.
    pub start: Vec<(Variable, f64)>,
}

impl Program {
    /// Whether every number is one the solver can take.
    fn is_finite(&self) -> bool {
        let fits = |number: f64| number.is_finite() && number.abs() < LARGEST_NUMBER;
        let expression_fits = |expression: &Expression| {
            let sum_of_sizes: f64 = expression.linear_coefficients().map(|(_, factor)| factor.abs()).sum();
            fits(sum_of_sizes) && fits(expression.constant())
        };
        expression_fits(&self.objective)
            && self.constraints.iter().all(|constraint| expression_fits(constraint.expression()))
            && self.start.iter().all(|&(_, value)| fits(value))
    }
}

/// Whether the memory a program may need could be had now: asked for, and given back untouched.
fn has_memory(bytes: usize) -> bool {
    std::hint::black_box(Vec::<u8>::new()).try_reserve_exact(std::hint::black_box(bytes)).is_ok()
}

/// The values of the `asked` variables, yes-or-no decisions all of them, in the best solution found within `limits`; none where none was found.
///
/// Without a `deadline` no clock is read: only nodes are counted, the answer is the same on every run, and only
/// `cancelled` ends the wait.
///
/// # Errors
/// See [`MipError`]. An overrun and a cancellation leave the solver's thread behind, to end at its own limit.
pub(super) fn minimise(
    program: Program,
    asked: Vec<Variable>,
    limits: &Limits,
    deadline: Option<Instant>,
    cancelled: &(dyn Fn() -> bool + Sync),
) -> Result<Option<Vec<f64>>, MipError> {
    let Some(values) = best_values(program, asked, limits, deadline, cancelled)? else { return Ok(None) };
    if !values.iter().all(|value| value.is_finite()) {
        return Err(MipError::NotFinite);
    }
    let is_decided = |value: &f64| value.abs() < WHOLE || (value - 1.0).abs() < WHOLE;
    if values.iter().all(is_decided) { Ok(Some(values)) } else { Err(MipError::Undecided) }
}

/// The same for variables of any kind, whatever the solver says of them.
pub(super) fn best_values(
    program: Program,
    asked: Vec<Variable>,
    limits: &Limits,
    deadline: Option<Instant>,
    cancelled: &(dyn Fn() -> bool + Sync),
) -> Result<Option<Vec<f64>>, MipError> {
    if !program.is_finite() {
        return Err(MipError::NotFinite);
    }
    if !has_memory(MEMORY) {
        return Err(MipError::Memory);
    }
    let limits = *limits;
    let found: Arc<Found> = Arc::default();
    let finds = Arc::clone(&found);
    #[cfg(test)]
    let fault = faults::take();
    let ended = apart("program", deadline, cancelled, move || {
        #[cfg(test)]
        if let Some(fault) = fault {
            return faults::answer(fault, &asked, &finds);
        }
        let is_left = || deadline.is_some_and(|deadline| Instant::now() + GRACE < deadline);
        asked_again(program, &asked, is_left, &finds, |program| solve_here(program, &asked, &limits, deadline))
    });
    match found.take() {
        // However it ended later.
        Some(values) => Ok(Some(values)),
        None => ended.map(|()| None),
    }
}

/// The last values found, in sight of the caller before the solver's thread ends, if ever it does.
#[derive(Debug, Default)]
struct Found(Mutex<Option<Vec<f64>>>);

impl Found {
    fn set(&self, values: Vec<f64>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(values);
    }

    fn take(&self) -> Option<Vec<f64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Asks, and where the solver takes its time for over while some is left goes on from what it found.
///
/// # Errors
/// Those of the last solve; what was found before it stays.
fn asked_again(
    mut program: Program,
    asked: &[Variable],
    is_left: impl Fn() -> bool,
    found: &Found,
    mut solve: impl FnMut(Program) -> Result<Ended, MipError>,
) -> Result<(), MipError> {
    for times in 1..=MOST_ASKED {
        // Solving takes the program; a copy only where it may be asked for again.
        let mut again = (times < MOST_ASKED && is_left()).then(|| program.clone());
        let Ended { values, out_of_time } = solve(program)?;
        if let Some(values) = values {
            if let Some(again) = &mut again {
                again.start = asked.iter().copied().zip(values.iter().copied()).collect();
            }
            found.set(values);
        }
        match again {
            Some(again) if out_of_time && is_left() => program = again,
            _ => break,
        }
    }
    Ok(())
}

/// Asks on a thread of its own, which is left behind if it does not answer by the deadline.
///
/// # Errors
/// See [`MipError`].
pub(super) fn apart<T: Send + 'static>(
    name: &str,
    deadline: Option<Instant>,
    cancelled: &(dyn Fn() -> bool + Sync),
    ask: impl FnOnce() -> Result<T, MipError> + Send + 'static,
) -> Result<T, MipError> {
    let (sender, receiver) = channel();
    let worker = std::thread::Builder::new().name(name.to_string()).spawn(move || {
        // The receiver may be gone: then nobody wants the answer.
        let _ = sender.send(ask());
    });
    worker.map_err(|error| MipError::Solver(error.to_string()))?;
    listen(&receiver, deadline, cancelled)
}

/// A linear program `min cost x, a x >= low, 0 <= x <= most` to which columns are added between solves; its basis is kept.
///
/// Stays on the thread that made it. Where the solver errs there is no answer and the program is spent: whoever asks
/// must be able to do without.
pub(super) struct LinearProgram {
    model: Option<Model>,
    rows: Vec<Row>,
}

/// What a linear program comes to: hints, all of it.
pub(super) struct LinearAnswer {
    /// The value of the objective.
    pub value: f64,
    /// By row.
    pub duals: Vec<f64>,
    /// By column.
    pub values: Vec<f64>,
}

impl LinearProgram {
    /// A program with rows and no columns.
    pub fn new(low: &[f64]) -> Self {
        let mut problem = ColProblem::new();
        let rows = low.iter().map(|&low| problem.add_row(low..)).collect();
        let mut model = if has_memory(MEMORY) { problem.try_optimise(Sense::Minimise).ok() } else { None };
        if let Some(model) = &mut model {
            model.make_quiet();
            // Options that do not exist would be no reason to stop either.
            let _ = model.try_set_option("threads", 1);
            let _ = model.try_set_option("parallel", "choose");
        }
        Self { model, rows }
    }

    /// Adds a column with its entries (row, factor).
    pub fn add(&mut self, cost: f64, most: f64, entries: &[(usize, f64)]) {
        let fits = |number: f64| number.is_finite() && number.abs() < LARGEST_NUMBER;
        let Some(model) = &mut self.model else { return };
        let sound = fits(cost) && entries.iter().all(|&(_, factor)| fits(factor));
        let entries = entries.iter().map(|&(row, factor)| (self.rows[row], factor));
        if !sound || model.try_add_column(cost, 0.0..=most, entries).is_err() {
            self.model = None;
        }
    }

    /// Solves; none where the solver does not come to an optimum it can name.
    pub fn solve(&mut self) -> Option<LinearAnswer> {
        let answer = self.solved();
        #[cfg(test)]
        let answer = faults::linear_answer(answer);
        answer
    }

    fn solved(&mut self) -> Option<LinearAnswer> {
        let solved = self.model.take().filter(|_| has_memory(MEMORY))?.try_solve().ok()?;
        let answer = (solved.status() == HighsModelStatus::Optimal).then(|| {
            let solution = solved.get_solution();
            LinearAnswer {
                value: solved.objective_value(),
                duals: solution.dual_rows().to_vec(),
                values: solution.columns().to_vec(),
            }
        });
        self.model = Some(Model::from(solved));
        let finite = |numbers: &[f64]| numbers.iter().all(|number| number.is_finite());
        answer.filter(|answer| answer.value.is_finite() && finite(&answer.duals) && finite(&answer.values))
    }
}

/// How a solve ended.
struct Ended {
    /// Those asked for in the best solution; none where none was found.
    values: Option<Vec<f64>>,
    /// Whether it may have ended because the solver took its time for over.
    out_of_time: bool,
}

/// Waits for the answer, but not past the deadline and its grace, nor after a cancellation.
fn listen<T>(
    receiver: &Receiver<Result<T, MipError>>,
    deadline: Option<Instant>,
    cancelled: &(dyn Fn() -> bool + Sync),
) -> Result<T, MipError> {
    loop {
        match receiver.recv_timeout(LISTENING_INTERVAL) {
            Ok(answer) => return answer,
            // The thread is gone without a word: it panicked.
            Err(RecvTimeoutError::Disconnected) => return Err(MipError::Solver("its thread failed".to_string())),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if cancelled() {
            return Err(MipError::Cancelled);
        }
        if deadline.is_some_and(|deadline| Instant::now() > deadline + GRACE) {
            return Err(MipError::Overrun);
        }
    }
}

/// Builds and solves the model on the current thread.
fn solve_here(
    program: Program,
    asked: &[Variable],
    limits: &Limits,
    deadline: Option<Instant>,
) -> Result<Ended, MipError> {
    let Program { variables, objective, constraints, start } = program;
    if variables.is_empty() {
        return Ok(Ended { values: None, out_of_time: false });
    }
    let mut model = variables.minimise(objective).using(highs);
    model.set_verbose(false);
    for constraint in constraints {
        model.add_constraint(constraint);
    }
    // `parallel=choose` under a node limit answers the same on any number of threads; `on` does not.
    model = model
        .set_option("output_flag", false)
        .set_option("log_to_console", false)
        .set_parallel(HighsParallelType::Choose)
        .set_threads(u32::try_from(limits.threads.clamp(1, 64)).unwrap_or(1))
        .set_option("random_seed", (limits.seed % 1_000_000_007) as i32)
        .set_option("mip_rel_gap", limits.relative_gap);
    if let Some(nodes) = limits.nodes {
        model = model.set_option("mip_max_nodes", i32::try_from(nodes).unwrap_or(i32::MAX));
    }
    if let Some(deadline) = deadline {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Ended { values: None, out_of_time: true });
        }
        model = model.set_time_limit(left.as_secs_f64());
    }
    if !start.is_empty() {
        model = good_lp::WithInitialSolution::with_initial_solution(model, start);
    }
    match model.solve() {
        Ok(solution) => {
            let values: Vec<f64> = asked.iter().map(|&variable| solution.value(variable)).collect();
            let out_of_time = matches!(solution.status(), SolutionStatus::TimeLimit);
            let finite = values.iter().all(|value| value.is_finite());
            if finite { Ok(Ended { values: Some(values), out_of_time }) } else { Err(MipError::NotFinite) }
        }
        Err(ResolutionError::Infeasible) => Err(MipError::Infeasible),
        // No solution within the limits: there is nothing to decode.
        Err(ResolutionError::Other("NoSolutionFound")) => Ok(Ended { values: None, out_of_time: true }),
        Err(error) => Err(MipError::Solver(error.to_string())),
    }
}

#[cfg(test)]
pub(crate) mod faults;

#[cfg(test)]
mod tests;
