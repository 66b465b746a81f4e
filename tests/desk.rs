//! The planner's questions, on small plants that can be checked by hand and on random ones that use the whole format.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "common/instances.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod instances;

#[path = "desk/capacity.rs"]
mod capacity;
#[path = "desk/causes.rs"]
mod causes;
#[path = "desk/plants.rs"]
mod plants;
#[path = "desk/quotes.rs"]
mod quotes;
#[path = "desk/remedies.rs"]
mod remedies;
#[path = "desk/replanning.rs"]
mod replanning;
