//! Who runs when: construction, the integer program where it fits, and the check of what leaves.

#[cfg(feature = "mip")]
use super::bounds::Bounding;
use super::budget::Budget;
use super::incumbent::{Candidate, Incumbent};
use super::{Method, Options, Progress, SolveError, answer, clashes, recombination, start};
use crate::heuristic::construct::{Allowance, construct, earliest_due_date, operations_of};
use crate::heuristic::coupled;
use crate::heuristic::replicas::{Effort, Epoch};
use crate::heuristic::search;
use crate::model::Instance;
use crate::plan::Plan;
use crate::plan::pool::Pool;
use crate::problem::Problem;
use crate::proof::clash;
#[cfg(not(feature = "mip"))]
use crate::proof::relaxations;
use crate::schedule::settle_left_shifted;
use crate::solution::{ClashEntry, Run, Solution, Status, StoppedBy, relative_gap};
use crate::units::Money;
use crate::verify::verify;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Solves an instance without errors.
pub(super) fn run(
    instance: &Instance,
    options: &Options,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Solution, SolveError> {
    let problem = Problem::new(instance);
    let budget = Budget::new(options, operations_of(&problem));
    let mut incumbent = Incumbent::new(&problem, &budget, progress);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads.unwrap_or(0))
        .thread_name(|index| format!("lotwise-{index}"))
        .build()
        .map_err(|fault| SolveError::Internal(format!("no worker threads: {fault}")))?;

    if let Some(start) = &options.start {
        guarded(&mut incumbent, "start", |incumbent| {
            let mut plan = start::plan_of(instance, &problem, start);
            if let Ok(schedule) = settle_left_shifted(&problem, &mut plan) {
                incumbent.offer("start", plan, schedule);
            }
        });
    }
    incumbent.phase("construct");
    if options.method == Method::Dispatch {
        guarded(&mut incumbent, "dispatch", |incumbent| {
            let made = earliest_due_date(&problem);
            incumbent.offer(made.rule, made.plan, made.schedule);
        });
    } else {
        guarded(&mut incumbent, "construct", |incumbent| {
            let (go_on, another) = (|| budget.go_on(), || budget.is_within(CONSTRUCTION));
            let made = pool.install(|| construct(&problem, Allowance { go_on: &go_on, another: &another }));
            incumbent.offer(made.rule, made.plan, made.schedule);
        });
    }
    let mut clashing_orders = None;
    if incumbent.best().is_some_and(|best| best.schedule.unplanned > 0) {
        guarded(&mut incumbent, "clash", |_| clashing_orders = clashing(instance, &problem));
    }
    if options.method == Method::Mip {
        guarded(&mut incumbent, "allocation", |incumbent| allocate(&problem, options, &budget, incumbent));
    }
    let mut bounding = None;
    if matches!(options.method, Method::Auto | Method::Mip) {
        let threads = pool.current_num_threads();
        guarded(&mut incumbent, "bound", |incumbent| {
            bounding = Some(Bounding::begin(&problem, &budget, threads, incumbent));
        });
    }
    if matches!(options.method, Method::Auto | Method::Heuristic) && !incumbent.is_proved() {
        incumbent.phase("search");
        let bounding = bounding.as_mut();
        guarded(&mut incumbent, "search", |incumbent| improve(&problem, options, &budget, &pool, bounding, incumbent));
    }
    if let Some(mut bounding) = bounding {
        guarded(&mut incumbent, "bound", |incumbent| bounding.finish(&problem, &budget, incumbent));
    }
    if incumbent.best().is_none() {
        // Every construction failed: the plainest rule is the last resort before giving up.
        guarded(&mut incumbent, "dispatch", |incumbent| {
            let made = earliest_due_date(&problem);
            incumbent.offer(made.rule, made.plan, made.schedule);
        });
    }
    incumbent.phase("verify");
    let (bound, iterations) = (incumbent.bound(), incumbent.iterations);
    let stopped_by =
        if incumbent.is_proved() { StoppedBy::Done } else { budget.stopped_by(incumbent.out_of_time, iterations) };
    let (incumbents, faults) = (std::mem::take(&mut incumbent.history), std::mem::take(&mut incumbent.faults));
    let bounds = std::mem::take(&mut incumbent.bounds);
    let candidates = incumbent.into_candidates();
    let run = Run {
        version: env!("CARGO_PKG_VERSION").to_string(),
        seed: options.seed,
        method: options.method.name().to_string(),
        stopped_by: Some(stopped_by),
        elapsed_seconds: None,
        iterations: (iterations > 0).then_some(iterations),
        incumbents,
        bounds,
        faults,
    };
    let mut solution = first_sound(instance, &problem, candidates, run)?;
    state_bound(&mut solution, bound);
    state_clash(&mut solution, clashing_orders);
    solution.run.elapsed_seconds = budget.seconds();
    Ok(solution)
}

/// Writes down what is proved of a plan.
fn state_bound(solution: &mut Solution, bound: Option<Money>) {
    let Some(bound) = bound.filter(|_| solution.kpis.unplanned == 0) else { return };
    let cost = solution.cost.total;
    if bound > cost {
        // One of the two is wrong; the plan has been checked.
        solution.run.faults.push(format!("bound: {bound} was said to be proved, and a plan costs {cost}"));
        return;
    }
    solution.bound = Some(bound);
    solution.gap = Some(relative_gap(cost, bound));
    if bound == cost {
        solution.status = Status::Optimal;
    }
}

/// Writes down that the orders that must be made cannot all be.
fn state_clash(solution: &mut Solution, clash: Option<ClashEntry>) {
    let Some(clash) = clash else { return };
    if solution.status != Status::Unknown {
        // One of the two is wrong; the plan has been checked.
        solution.run.faults.push(format!("clash: said to be proved, and a plan makes all: {}", clash.message));
        return;
    }
    (solution.status, solution.clash) = (Status::Infeasible, Some(clash));
}

/// The best candidate that passes the independent check; what did not is recorded as a fault.
fn first_sound(
    instance: &Instance,
    problem: &Problem,
    candidates: Vec<Candidate>,
    mut run: Run,
) -> Result<Solution, SolveError> {
    for candidate in candidates {
        let mut solution = answer::solution(instance, problem, &candidate.plan, &candidate.schedule);
        let verification = verify(instance, &solution);
        if verification.is_sound() {
            solution.run = run;
            return Ok(solution);
        }
        let first = verification.breaches.first().map(ToString::to_string).unwrap_or_default();
        run.faults.push(format!("a plan of {} did not pass the check: {first}", candidate.source));
    }
    Err(SolveError::Internal(run.faults.pop().unwrap_or_else(|| "no plan was made".to_string())))
}

/// Runs a part that may panic; a panic is recorded and the solve goes on with what it has.
fn guarded(incumbent: &mut Incumbent<'_>, part: &'static str, work: impl FnOnce(&mut Incumbent<'_>)) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| work(incumbent))) {
        let message = panic
            .downcast_ref::<&str>()
            .map(ToString::to_string)
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a panic without a message".to_string());
        incumbent.faults.push(format!("{part}: {message}"));
    }
}

/// Searches on from the best plan so far.
fn improve(
    problem: &Problem,
    options: &Options,
    budget: &Budget,
    pool: &rayon::ThreadPool,
    mut bounding: Option<&mut Bounding>,
    incumbent: &mut Incumbent<'_>,
) {
    let Some(best) = incumbent.best().filter(|_| budget.go_on()).cloned() else { return };
    let proved = AtomicBool::new(false);
    let failed: Mutex<Option<String>> = Mutex::new(None);
    let arrived: Mutex<Option<Plan>> = Mutex::new(None);
    let choose = |pool: Pool| {
        recombination::choose(pool, options, budget).unwrap_or_else(|fault| {
            failed.lock().map(|mut failed| *failed = Some(fault)).ok();
            None
        })
    };
    let effort = Effort {
        seed: options.seed,
        iterations: options.iterations,
        remaining: &|| budget.remaining(),
        used: budget.used(),
        cancelled: &|| budget.is_cancelled() || proved.load(Ordering::Relaxed),
        pool,
        chooser: options.recombine.then_some(&choose),
        arrived: &|| arrived.lock().ok().and_then(|mut arrived| arrived.take()),
    };
    let mut tell = |epoch: Epoch| {
        incumbent.iterations = epoch.iterations;
        if let Some((plan, schedule)) = epoch.better {
            incumbent.offer(epoch.source, plan, schedule);
        }
        if let Some(bounding) = &mut bounding {
            let known = incumbent.best().map(|best| best.schedule.value());
            bounding.listen(problem, budget, incumbent);
            let better = incumbent.best().filter(|best| Some(best.schedule.value()) != known);
            if let Some((better, mut arrived)) = better.zip(arrived.lock().ok()) {
                *arrived = Some(better.plan.clone());
            }
        }
        proved.store(incumbent.is_proved(), Ordering::Relaxed);
        incumbent.tick(epoch.done);
    };
    let out_of_time = if search::covers(problem) {
        search::search(problem, &best.plan, &best.schedule, effort, &mut tell);
        false
    } else {
        coupled::search(problem, &best.plan, &best.schedule, effort, &mut tell)
    };
    incumbent.out_of_time = out_of_time;
    incumbent.faults.extend(failed.into_inner().ok().flatten());
}

/// Construction's share of the time, beyond the rules that win most often.
const CONSTRUCTION: f64 = 0.08;

/// The node budget of the allocation where no clock is read: one for so many iterations of the search, and at most. It has
/// no more decisions than there are iterations either.
#[cfg(feature = "mip")]
const ITERATIONS_PER_NODE: u64 = 50;
#[cfg(feature = "mip")]
const MOST_NODES: u64 = 200;

/// The nodes of an integer program under so many iterations of the search.
#[cfg(feature = "mip")]
pub(super) fn nodes_of(iterations: u64) -> u64 {
    (iterations / ITERATIONS_PER_NODE).clamp(1, MOST_NODES)
}

/// Lets the integer program decide who makes what; the schedule makes it exact. Only where it is asked for: of what the
/// search reaches without it, it was measured to win nothing (`docs/experiments.md`).
#[cfg(feature = "mip")]
fn allocate(problem: &Problem, options: &Options, budget: &Budget, incumbent: &mut Incumbent<'_>) {
    use crate::mip;
    if !budget.go_on() {
        return;
    }
    incumbent.phase("allocation");
    let seconds = budget.remaining().filter(|_| options.iterations.is_none()).map(|left| left.as_secs_f64());
    let nodes = options.iterations.map_or(MOST_NODES, nodes_of);
    let limits = mip::Limits {
        seconds,
        nodes: seconds.is_none().then_some(nodes),
        decisions: options.iterations.map_or(usize::MAX, |all| usize::try_from(all).unwrap_or(usize::MAX)),
        seed: options.seed,
        ..mip::Limits::default()
    };
    let start = incumbent.best().map(|best| best.plan.clone());
    match mip::allocate(problem, start.as_ref(), &limits, &|| !budget.go_on()) {
        Ok(Some(mut plan)) => {
            if let Ok(schedule) = settle_left_shifted(problem, &mut plan) {
                incumbent.offer("allocation", plan, schedule);
            }
        }
        Ok(None) | Err(mip::MipError::Cancelled) => {}
        Err(fault) => incumbent.faults.push(format!("allocation: {fault}")),
    }
}

/// Orders that are proved to clash, if any.
fn clashing(instance: &Instance, problem: &Problem) -> Option<ClashEntry> {
    clash::find(problem).map(|clash| clashes::entry(instance, problem, &clash))
}

/// Without the feature `mip` nothing is proved but what needs no search.
#[cfg(not(feature = "mip"))]
struct Bounding;

#[cfg(not(feature = "mip"))]
impl Bounding {
    fn begin(problem: &Problem, _: &Budget, _: usize, incumbent: &mut Incumbent<'_>) -> Self {
        incumbent.raise_bound("relaxation", relaxations::floor(problem));
        Self
    }
    fn listen(&mut self, _: &Problem, _: &Budget, _: &mut Incumbent<'_>) {}
    fn finish(&mut self, _: &Problem, _: &Budget, _: &mut Incumbent<'_>) {}
}

/// Without the feature `mip` there is no integer program.
#[cfg(not(feature = "mip"))]
fn allocate(_: &Problem, _: &Options, _: &Budget, _: &mut Incumbent<'_>) {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::{Parameters, generate};
    use crate::plan::OpIdx;
    use crate::units::Seconds;

    fn instance() -> Instance {
        let asked = Parameters { orders: Some(6), lines: Some(2), ..Parameters::default() };
        generate("parallel", &asked).expect("the parameters are in range")
    }

    fn candidate(problem: &Problem, source: &'static str) -> Candidate {
        let made = earliest_due_date(problem);
        Candidate { source, plan: made.plan, schedule: made.schedule }
    }

    #[test]
    fn what_does_not_pass_the_check_is_not_handed_out() {
        let instance = instance();
        let problem = Problem::new(&instance);
        let wrong = || {
            let (mut late, mut cheap) = (candidate(&problem, "late"), candidate(&problem, "cheap"));
            late.schedule.operations[OpIdx(0)].end += Seconds(1);
            cheap.schedule.cost.total -= Money(1);
            vec![late, cheap]
        };
        let sound = candidate(&problem, "sound");
        let cost = sound.schedule.cost.total;
        let all = wrong().into_iter().chain([sound]).collect();
        let plan = first_sound(&instance, &problem, all, Run::default()).expect("one of them is sound");
        assert_eq!(plan.cost.total, cost);
        let faults = &plan.run.faults;
        assert!(faults.len() == 2 && faults[0].contains("late") && faults[1].contains("cheap"), "{faults:?}");
        let none = first_sound(&instance, &problem, wrong(), Run::default());
        assert!(matches!(none, Err(SolveError::Internal(_))), "{none:?}");
    }

    #[test]
    fn what_the_plan_contradicts_is_not_stated() {
        let instance = instance();
        let problem = Problem::new(&instance);
        let plan = first_sound(&instance, &problem, vec![candidate(&problem, "sound")], Run::default());
        let plan = plan.expect("it is sound");
        let cost = plan.cost.total;
        let (mut stated, mut contradicted) = (plan.clone(), plan);
        state_bound(&mut stated, Some(cost));
        assert_eq!((stated.bound, stated.status), (Some(cost), Status::Optimal));
        state_bound(&mut contradicted, Some(cost + Money(1)));
        assert_eq!((contradicted.bound, contradicted.status), (None, Status::Feasible));
        assert_eq!(contradicted.run.faults.len(), 1);
        let clash = serde_json::json!({ "code": "capacity", "message": "No.", "orders": ["A"] });
        let clash: ClashEntry = serde_json::from_value(clash).expect("it has all it must have");
        state_clash(&mut contradicted, Some(clash.clone()));
        assert_eq!((contradicted.clash.as_ref(), contradicted.status), (None, Status::Feasible));
        assert_eq!(contradicted.run.faults.len(), 2);
        contradicted.status = Status::Unknown;
        state_clash(&mut contradicted, Some(clash));
        assert_eq!((contradicted.clash.is_some(), contradicted.status), (true, Status::Infeasible));
    }
}
