//! Every plan of every method passes the independent check, on random instances that use the whole format.
//!
//! `solve` itself refuses a plan that does not pass; here that refusal is a failed test.

use lotwise::generate::{Parameters, generate};
use lotwise::solve::{Method, Options, SolveError, solve};
use lotwise::verify::{left_shift_breaches, verify};

fn anything(seed: u64) -> lotwise::model::Instance {
    generate("anything", &Parameters { seed, ..Parameters::default() }).unwrap()
}

fn options(method: Method) -> Options {
    Options { method, time_limit: None, iterations: Some(2_000), threads: Some(2), ..Options::default() }
}

/// How many random instances; more by `LOTWISE_CASES`.
fn cases() -> u64 {
    std::env::var("LOTWISE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(400)
}

#[test]
fn every_method_agrees_with_verify() {
    let mut solved = 0;
    let mut failures: Vec<String> = Vec::new();
    for seed in 0..cases() {
        let instance = anything(seed);
        for method in [Method::Dispatch, Method::Heuristic] {
            match solve(&instance, &options(method), &mut |_| {}) {
                Ok(outcome) => {
                    solved += 1;
                    let verification = verify(&instance, &outcome.solution);
                    let shifted = left_shift_breaches(&instance, &outcome.solution);
                    let faults = outcome.solution.run.faults.iter().cloned();
                    let breaches = verification.breaches.iter().chain(&shifted).map(ToString::to_string);
                    failures.extend(faults.chain(breaches).map(|text| format!("seed {seed} {method:?}: {text}")));
                }
                Err(SolveError::Invalid(faults)) => {
                    assert!(!faults.is_empty(), "seed {seed}: invalid without a fault");
                }
                Err(other) => failures.push(format!("seed {seed} {method:?}: {other}")),
            }
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures[..failures.len().min(20)].join("\n"));
    assert!(solved > cases(), "only {solved} plans: the generator makes too much that is invalid");
}
