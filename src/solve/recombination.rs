//! The search's lines' plans, put before the integer program that chooses among them: where it is asked for.
//!
//! Not part of `auto`: of what the search reaches without it, it was measured to win nothing (`docs/experiments.md`).

use super::Options;
use super::budget::Budget;
use crate::plan::pool::Pool;

/// The share of what is left of the time limit that choosing may take once, and at most, in seconds.
#[cfg(feature = "mip")]
const SHARE: f64 = 0.05;
#[cfg(feature = "mip")]
const MOST_SECONDS: f64 = 3.0;

/// A better choice than the one known, as positions in the pool; none where none was found in its time.
///
/// # Errors
/// What went wrong, for the plan's list of faults.
#[cfg(feature = "mip")]
pub(super) fn choose(pool: Pool, options: &Options, budget: &Budget) -> Result<Option<Vec<usize>>, String> {
    use crate::mip::{Limits, MipError, recombination};
    let remaining = budget.remaining().filter(|_| options.iterations.is_none());
    let limits = Limits {
        seconds: remaining.map(|left| (left.as_secs_f64() * SHARE).min(MOST_SECONDS)),
        nodes: options.iterations.map(super::strategy::nodes_of),
        seed: options.seed,
        relative_gap: 0.0,
        ..Limits::default()
    };
    match recombination::choose(pool, &limits, &|| !budget.go_on()) {
        Ok(chosen) => Ok(chosen),
        // Out of its time is nothing to speak of here.
        Err(MipError::Cancelled | MipError::Overrun) => Ok(None),
        Err(fault) => Err(format!("recombination: {fault}")),
    }
}

/// Without the feature `mip` nobody chooses.
#[cfg(not(feature = "mip"))]
pub(super) fn choose(_: Pool, _: &Options, _: &Budget) -> Result<Option<Vec<usize>>, String> {
    Ok(None)
}

#[cfg(all(test, feature = "mip"))]
mod tests {
    use super::super::{Solution, solve};
    use super::*;
    use crate::generate::{Parameters, generate};

    fn solved(seed: u64, threads: usize) -> Solution {
        let parameters = Parameters { seed, orders: Some(30), lines: Some(6), ..Parameters::default() };
        let instance = generate("parallel", &parameters).expect("the parameters are in range");
        let options = Options {
            time_limit: None,
            iterations: Some(40_000),
            threads: Some(threads),
            recombine: true,
            ..Options::default()
        };
        solve(&instance, &options, &mut |_| {}).expect("a plan").solution
    }

    #[test]
    fn plans_come_of_it_and_they_are_the_same_on_any_number_of_threads() {
        let mut chosen = 0;
        for seed in 1..=3 {
            let solution = solved(seed, 1);
            assert_eq!((solution.kpis.unplanned, solution.run.faults.len()), (0, 0));
            chosen += solution.run.incumbents.iter().filter(|entry| entry.source == "recombination").count();
            let text = |solution: &Solution| serde_json::to_string(solution).expect("a plan is JSON");
            assert_eq!(text(&solution), text(&solved(seed, 2)));
        }
        assert!(chosen > 0, "no better plan came of it");
    }
}
