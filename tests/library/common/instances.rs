//! Random instances for property tests.

use lotwise::generate::{GENERATORS, Parameters, Range, generate};
use lotwise::model::Instance;
use proptest::bits;
use proptest::prelude::*;

/// Every bit of the feature set of `anything`.
pub fn every_feature() -> u64 {
    let generator = GENERATORS.iter().find(|generator| generator.name == "anything").expect("anything exists");
    match generator.parameters.iter().find(|parameter| parameter.name == "features").expect("it has features").range {
        Range::Integers { most, .. } => most as u64,
        Range::Choices(_) => unreachable!("features are a bit set"),
    }
}

/// The tiny instance of `seed` that uses some of `features`.
pub fn anything(seed: u64, features: u64) -> Instance {
    let set = vec![("features".to_string(), features.to_string())];
    generate("anything", &Parameters { seed, set, ..Parameters::default() }).expect("the parameters are in range")
}

/// Any tiny instance. Shrinking switches features off, one after the other, and leaves the rest of it as it was.
pub fn any_instance() -> impl Strategy<Value = Instance> {
    // The union of three random sets has seven bits in eight set and shrinks like each of them.
    let mask = || bits::u64::masked(every_feature());
    let features = (mask(), mask(), mask()).prop_map(|(a, b, c)| a | b | c);
    (any::<u64>().no_shrink(), features).prop_map(|(seed, features)| anything(seed, features))
}
