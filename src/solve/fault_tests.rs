//! A solver that errs costs nothing but its slice of the time: the run goes on, with a plan, and names the fault.

use super::*;
use crate::generate::{Parameters, generate};
use crate::mip::highs::faults::{Fault, inject};

/// Small enough for the allocation to be tried, late enough for it to matter.
fn instance() -> Instance {
    let parameters = Parameters { seed: 3, orders: Some(12), lines: Some(2), ..Parameters::default() };
    generate("parallel", &parameters).expect("the parameters are in range")
}

fn solved(fault: Option<Fault>, method: Method, limit: Duration) -> (Solution, Duration) {
    if let Some(fault) = fault {
        inject(fault);
    }
    let options = Options { time_limit: Some(limit), threads: Some(1), method, ..Options::default() };
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
        for method in [Method::Auto, Method::Mip] {
            let (solution, taken) = solved(Some(fault), method, limit);
            assert_eq!(solution.kpis.unplanned, 0, "{fault:?}");
            assert!(solution.clash.is_none() && solution.status != Status::Infeasible, "{fault:?}");
            let faults = &solution.run.faults;
            // A second, and another one for a machine that is busy with other tests.
            assert!(taken < limit + Duration::from_secs(2), "{fault:?} with {method:?} took {taken:?}");
            if matches!((fault, method), (Fault::Hangs, Method::Mip)) {
                // All of the time is the solver's slice: it ends with the run, as one that has not finished does.
                continue;
            }
            assert!(faults.len() == 1 && faults[0].contains(word), "{fault:?} with {method:?}: {faults:?}");
        }
    }
}

#[test]
fn a_wrong_plan_of_the_solver_is_worth_what_the_schedule_says() {
    for fault in [Fault::TakesEverything, Fault::TakesNothing] {
        let (solution, _) = solved(Some(fault), Method::Auto, Duration::from_secs(1));
        assert_eq!(solution.kpis.unplanned, 0, "{fault:?}");
        assert!(solution.run.faults.is_empty(), "{fault:?}: {:?}", solution.run.faults);
    }
}
