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
        let again = (times < MOST_ASKED && is_left()).then(|| program.clone());
        let Ended { values, out_of_time } = solve(program)?;
        let start = values.as_ref().map(|values| asked.iter().copied().zip(values.iter().copied()).collect());
        if let Some(values) = values {
            found.set(values);
        }
        match again {
            Some(again) if out_of_time && is_left() => {
                program = Program { start: start.unwrap_or(again.start), ..again }
            }
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
mod tests {
    use super::*;
    use good_lp::{constraint, variable};

    fn limits() -> Limits {
        Limits::default()
    }

    fn soon() -> Option<Instant> {
        Some(Instant::now() + Duration::from_secs(60))
    }

    /// max 3a + 2b + 2c, a + b + c <= 2 over binaries: 5.
    fn knapsack(factor: f64) -> (Program, Vec<Variable>) {
        let mut variables = ProblemVariables::new();
        let chosen: Vec<Variable> = (0..3).map(|_| variables.add(variable().binary())).collect();
        let objective = -factor * chosen[0] - 2.0 * chosen[1] - 2.0 * chosen[2];
        let constraints = vec![constraint!(chosen[0] + chosen[1] + chosen[2] <= 2)];
        (Program { variables, objective, constraints, start: Vec::new() }, chosen)
    }

    #[test]
    fn a_small_program_is_solved() {
        let (program, chosen) = knapsack(3.0);
        let values = minimise(program, chosen, &limits(), soon(), &|| false).unwrap().unwrap();
        assert!(values[0] > 0.5, "the dearest is taken: {values:?}");
        assert_eq!(values.iter().filter(|&&value| value > 0.5).count(), 2);
    }

    #[test]
    fn threads_may_differ_from_call_to_call() {
        for threads in [1, 2, 1] {
            let (program, chosen) = knapsack(3.0);
            let limits = Limits { threads, ..limits() };
            assert!(minimise(program, chosen, &limits, soon(), &|| false).unwrap().is_some());
        }
    }

    #[test]
    fn numbers_the_solver_cannot_take_are_refused() {
        for bad in [f64::NAN, f64::INFINITY, 1e30] {
            let (program, chosen) = knapsack(bad);
            let answer = minimise(program, chosen, &limits(), soon(), &|| false);
            assert!(matches!(answer, Err(MipError::NotFinite)), "{bad}: {answer:?}");
        }
    }

    #[test]
    fn what_has_no_solution_is_said_to_and_an_empty_program_has_no_answer() {
        let (mut program, chosen) = knapsack(3.0);
        program.constraints.push(constraint!(chosen[0] + chosen[1] >= 3));
        assert_eq!(minimise(program, chosen, &limits(), soon(), &|| false), Err(MipError::Infeasible));
        let empty = Program {
            variables: ProblemVariables::new(),
            objective: Expression::default(),
            constraints: Vec::new(),
            start: Vec::new(),
        };
        assert!(minimise(empty, Vec::new(), &limits(), soon(), &|| false).unwrap().is_none());
    }

    #[test]
    fn a_solver_that_takes_its_time_for_over_is_asked_again_from_what_it_found() {
        let (program, chosen) = knapsack(3.0);
        // Half a solution at first, then nothing, then another; the fourth is never asked for.
        let answers = [Some(vec![0.0, 1.0, 0.0]), None, Some(vec![1.0, 1.0, 0.0]), Some(vec![0.0; 3])];
        // Asked for the `fails`-th time it errs.
        let ask = |left: bool, of_time: usize, fails: usize| {
            let mut begun_from = Vec::new();
            let found = Found::default();
            let solve = |program: Program| {
                begun_from.push(program.start.iter().map(|&(_, value)| value).collect::<Vec<f64>>());
                let asked = begun_from.len();
                if asked == fails {
                    return Err(MipError::Infeasible);
                }
                Ok(Ended { values: answers[asked - 1].clone(), out_of_time: asked <= of_time })
            };
            let ended = asked_again(program.clone(), &chosen, || left, &found, solve);
            assert_eq!(ended.is_err(), fails > 0, "{ended:?}");
            (found.take(), begun_from)
        };
        assert_eq!(ask(true, 0, 0), (answers[0].clone(), vec![vec![]]), "it ended by itself");
        assert_eq!(ask(false, 4, 0), (answers[0].clone(), vec![vec![]]), "no time is left");
        let twice = vec![vec![], vec![0.0, 1.0, 0.0]];
        assert_eq!(ask(true, 1, 0), (answers[0].clone(), twice.clone()), "what was found stays");
        assert_eq!(ask(true, 4, 2), (answers[0].clone(), twice), "also where the solver then errs");
        assert_eq!(ask(true, 4, 1), (None, vec![vec![]]), "nothing was found before it erred");
        let thrice = vec![vec![], vec![0.0, 1.0, 0.0], vec![0.0, 1.0, 0.0]];
        assert_eq!(ask(true, 4, 0), (answers[2].clone(), thrice), "and not for ever");
    }

    #[test]
    fn what_was_found_counts_where_the_solver_overruns_after_it() {
        let (program, chosen) = knapsack(3.0);
        faults::inject(faults::Fault::FindsAndHangs);
        let soon = Some(Instant::now() + Duration::from_millis(50));
        let values = minimise(program, chosen.clone(), &limits(), soon, &|| false);
        assert_eq!(values, Ok(Some(vec![0.0; chosen.len()])));
    }

    #[test]
    fn memory_that_cannot_be_had_is_seen_before_the_solver_asks_for_it() {
        assert!(has_memory(1 << 20));
        assert!(!has_memory(usize::MAX / 4), "more than any address space");
    }

    #[test]
    fn the_wait_ends_without_the_solver() {
        // A solver that never answers: the sender is kept alive.
        let (sender, receiver) = channel::<Result<(), MipError>>();
        let passed = Instant::now();
        assert!(matches!(listen(&receiver, Some(passed), &|| false), Err(MipError::Overrun)));
        assert!(matches!(listen(&receiver, None, &|| true), Err(MipError::Cancelled)));
        drop(sender);
        assert!(matches!(listen(&receiver, None, &|| false), Err(MipError::Solver(_))), "a thread that panicked");
    }

    #[test]
    fn an_exhausted_limit_gives_nothing() {
        let (program, chosen) = knapsack(3.0);
        assert!(minimise(program, chosen, &limits(), Some(Instant::now()), &|| false).unwrap().is_none());
    }

    /// Run by the next test in a process of its own.
    #[test]
    #[ignore = "the child of the_solver_prints_nothing"]
    fn solves_for_the_parent() {
        let (program, chosen) = knapsack(3.0);
        assert!(minimise(program, chosen, &limits(), soon(), &|| false).unwrap().is_some());
    }

    #[test]
    fn the_solver_prints_nothing() {
        // HiGHS writes to the C library's stdout, which the harness does not capture: only a process shows it.
        let child = std::process::Command::new(std::env::current_exe().unwrap())
            .args([
                "--ignored",
                "--exact",
                "mip::highs::tests::solves_for_the_parent",
                "--nocapture",
                "--test-threads=1",
            ])
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&child.stdout);
        assert!(text.contains("1 passed"), "{text}");
        let known = ["running 1 test", "test mip::highs::tests::solves_for_the_parent", "test result", "ok"];
        let strange: Vec<&str> =
            text.lines().filter(|line| !line.is_empty() && !known.iter().any(|k| line.starts_with(k))).collect();
        assert!(strange.is_empty(), "{strange:?}");
        let errors = String::from_utf8_lossy(&child.stderr);
        assert!(!errors.contains("HiGHS"), "{errors}");
    }
}
