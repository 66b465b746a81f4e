//! The planner's desk: questions about plans, each a function whose answer serialises to JSON.

pub mod compare;

pub use compare::{CompareOptions, Comparison, compare};
