//! See `bodies::structured`: instances made by the generator of every feature, so that nearly all of them are sound.
#![no_main]

#[path = "../bodies.rs"]
#[allow(dead_code, reason = "each target runs one of the bodies")]
mod bodies;
#[path = "../mutation.rs"]
mod mutation;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;

/// What the bytes decide.
#[derive(Arbitrary, Debug)]
struct Case {
    seed: u64,
    features: u64,
    changes: Vec<u64>,
}

fuzz_target!(|case: Case| {
    bodies::structured(case.seed, case.features, &case.changes, mutation::mutated);
});
