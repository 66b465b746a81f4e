//! A solver that errs costs nothing but its slice of the time: the run goes on, with a plan, and names the fault.

use super::budget::Budget;
use super::incumbent::Incumbent;
use super::*;
use crate::generate::{Parameters, generate};
use crate::heuristic::construct::earliest_due_date;
use crate::mip::highs::faults::{Fault, LinearFault, inject, inject_linear};
use crate::plan::Plan;
use crate::problem::Problem;
use crate::schedule::settle;
use std::thread;

/// Small enough for the allocation to be tried, late enough for it to matter.
fn instance() -> Instance {
    let parameters = Parameters { seed: 3, orders: Some(12), lines: Some(2), ..Parameters::default() };
    generate("parallel", &parameters).expect("the parameters are in range")
}

/// By the method that asks for the allocation.
fn solved(fault: Fault, limit: Duration) -> (Solution, Duration) {
    inject(fault);
    let options = Options { time_limit: Some(limit), threads: Some(1), method: Method::Mip, ..Options::default() };
    let begun = Instant::now();
    let outcome = solve(&instance(), &options, &mut |_| {}).expect("a plan, whatever the solver does");
    (outcome.solution, begun.elapsed())
}

#[test]
fn the_run_goes_on_without_the_solver_and_names_its_fault() {
    let limit = Duration::from_secs(2);
    let named = [
        (Fault::Fails, "out of order"),
        (Fault::Panics, "thread failed"),
        (Fault::Hangs, "time limit"),
        (Fault::GivesFractions, "neither yes nor no"),
        (Fault::GivesNoNumbers, "not finite"),
        (Fault::SaysInfeasible, "infeasible"),
    ];
    for (fault, word) in named {
        let (solution, taken) = solved(fault, limit);
        assert_eq!(solution.kpis.unplanned, 0, "{fault:?}");
        assert!(solution.clash.is_none() && solution.status != Status::Infeasible, "{fault:?}");
        let faults = &solution.run.faults;
        // A second, and another one for a machine that is busy with other tests.
        assert!(taken < limit + Duration::from_secs(2), "{fault:?} took {taken:?}");
        // All of the time is the solver's slice: one that hangs ends with the run, as one that has not finished does.
        let named = faults.len() == 1 && faults[0].contains(word);
        assert!(named || matches!(fault, Fault::Hangs), "{fault:?}: {faults:?}");
    }
}

#[test]
fn a_wrong_plan_of_the_solver_is_worth_what_the_schedule_says() {
    for fault in [Fault::TakesEverything, Fault::TakesNothing] {
        let (solution, _) = solved(fault, Duration::from_secs(1));
        assert_eq!(solution.kpis.unplanned, 0, "{fault:?}");
        assert!(solution.run.faults.is_empty(), "{fault:?}: {:?}", solution.run.faults);
    }
}

#[test]
fn a_choice_among_lines_plans_that_errs_costs_no_plan() {
    let parameters = Parameters { seed: 1, orders: Some(30), lines: Some(6), ..Parameters::default() };
    let instance = generate("parallel", &parameters).expect("the parameters are in range");
    let options =
        Options { time_limit: None, iterations: Some(20_000), threads: Some(1), recombine: true, ..Options::default() };
    let mut named = 0;
    for fault in [Fault::Fails, Fault::Panics, Fault::GivesFractions, Fault::SaysInfeasible, Fault::TakesEverything] {
        inject(fault);
        let solution = solve(&instance, &options, &mut |_| {}).expect("a plan, whatever the solver does").solution;
        assert_eq!(solution.kpis.unplanned, 0, "{fault:?}");
        let faults = &solution.run.faults;
        assert!(faults.iter().all(|text| text.starts_with("recombination: ")), "{fault:?}: {faults:?}");
        named += faults.len();
    }
    assert_eq!(named, 4, "all but the choice that takes everything are faults");
}

const LINEAR_FAULTS: [LinearFault; 8] = [
    LinearFault::Fails,
    LinearFault::Panics,
    LinearFault::Hangs,
    LinearFault::GivesOtherDuals,
    LinearFault::GivesHugeDuals,
    LinearFault::GivesNoDuals,
    LinearFault::SaysTooMuch,
    LinearFault::SaysTooLittle,
];

/// Small enough for its optimum to be proved.
fn provable() -> Instance {
    let parameters = Parameters { seed: 5, orders: Some(8), lines: Some(2), ..Parameters::default() };
    generate("parallel", &parameters).expect("the parameters are in range")
}

fn bounded(instance: &Instance, fault: Option<LinearFault>, options: &Options) -> Solution {
    inject_linear(fault);
    let outcome = solve(instance, options, &mut |_| {}).expect("a plan, whatever the solver does");
    inject_linear(None);
    outcome.solution
}

/// The solver only suggests prices: whatever it suggests, no bound is above the optimum.
#[test]
fn a_linear_program_that_errs_proves_nothing_wrong() {
    let instance = provable();
    let counted = Options { time_limit: None, iterations: Some(3_000), threads: Some(1), ..Options::default() };
    let truth = bounded(&instance, None, &counted);
    assert_eq!((truth.status, truth.bound), (Status::Optimal, Some(truth.cost.total)), "{:?}", truth.run);
    assert!(truth.run.bounds.iter().any(|entry| entry.source == "columns"), "columns are asked for: {:?}", truth.run);
    for fault in LINEAR_FAULTS {
        // Where no clock is read, a solver that hangs is ended by the limit of time that may stand beside.
        let limit = matches!(fault, LinearFault::Hangs).then_some(Duration::from_secs(2));
        let begun = Instant::now();
        let plan = bounded(&instance, Some(fault), &Options { time_limit: limit, ..counted.clone() });
        assert!(begun.elapsed() < Duration::from_secs(15), "{fault:?}: {:?}", begun.elapsed());
        let bound = plan.bound.expect("a floor at least");
        assert!(bound <= truth.cost.total, "{fault:?}: {bound} is above the optimum {}", truth.cost.total);
        assert!(plan.cost.total >= truth.cost.total && plan.kpis.unplanned == 0, "{fault:?}: {:?}", plan.cost);
        assert_eq!(plan.status == Status::Optimal, bound == plan.cost.total, "{fault:?}");
        let failed = plan.run.faults.iter().any(|text| text.contains("its thread failed"));
        assert_eq!(failed, matches!(fault, LinearFault::Panics), "{fault:?}: {:?}", plan.run.faults);
    }
}

/// With iterations and nothing else, only somebody's asking ends the wait for a solver that hangs.
#[test]
fn a_solver_that_hangs_without_a_clock_hears_a_cancellation() {
    let hanging: [(Option<Fault>, Option<LinearFault>); 2] =
        [(Some(Fault::Hangs), None), (None, Some(LinearFault::Hangs))];
    for (fault, linear) in hanging {
        if let Some(fault) = fault {
            inject(fault);
        }
        let method = if fault.is_some() { Method::Mip } else { Method::Auto };
        let options =
            Options { time_limit: None, iterations: Some(2_000), threads: Some(1), method, ..Options::default() };
        let cancel = options.cancel.clone();
        let asking = thread::spawn(move || {
            thread::sleep(Duration::from_millis(800));
            cancel.cancel();
        });
        let begun = Instant::now();
        let plan = bounded(&instance(), linear, &options);
        assert!(begun.elapsed() < Duration::from_secs(10), "{fault:?} {linear:?}: {:?}", begun.elapsed());
        assert_eq!((plan.run.stopped_by, plan.kpis.unplanned), (Some(StoppedBy::Cancelled), 0));
        asking.join().expect("it only sleeps");
    }
}

/// The other faults end by themselves, and the plan names them as it does under a limit of time.
#[test]
fn with_iterations_the_run_goes_on_without_the_solver_too() {
    for fault in [Fault::Fails, Fault::Panics, Fault::GivesFractions, Fault::GivesNoNumbers, Fault::SaysInfeasible] {
        let bytes = || {
            inject(fault);
            let options = Options {
                time_limit: None,
                iterations: Some(500),
                threads: Some(1),
                method: Method::Mip,
                ..Options::default()
            };
            let outcome = solve(&instance(), &options, &mut |_| {}).expect("a plan, whatever the solver does");
            assert_eq!((outcome.solution.run.faults.len(), outcome.solution.kpis.unplanned), (1, 0), "{fault:?}");
            serde_json::to_string(&outcome.solution).expect("a plan is JSON")
        };
        assert_eq!(bytes(), bytes(), "{fault:?}");
    }
}

#[test]
fn a_plan_that_was_never_the_best_is_there_for_the_day_the_best_fails_the_check() {
    let instance = instance();
    let problem = Problem::new(&instance);
    let budget = Budget::new(&Options { iterations: Some(1), time_limit: None, ..Options::default() }, 12);
    let mut nobody = |_: &Progress| {};
    let mut incumbent = Incumbent::new(&problem, &budget, &mut nobody);
    let made = earliest_due_date(&problem);
    assert!(incumbent.offer("start", made.plan, made.schedule));
    let mut nothing = Plan::empty(&problem);
    let schedule = settle(&problem, &mut nothing).expect("nothing is always in time");
    assert!(!incumbent.offer("nothing", nothing, schedule));
    let sources: Vec<&str> = incumbent.into_candidates().iter().map(|candidate| candidate.source).collect();
    assert_eq!(sources, ["start", "nothing"]);
}
