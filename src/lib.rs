//! lotwise plans small-batch, multi-variant orders onto production lines.

pub mod diagnostic;
pub mod generate;
pub(crate) mod heuristic;
pub mod model;
pub(crate) mod plan;
pub(crate) mod problem;
pub(crate) mod schedule;
pub mod solution;
pub mod solve;
pub mod units;
pub mod validate;
pub mod verify;
pub(crate) mod working_time;
