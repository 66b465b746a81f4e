//! lotwise plans small-batch, multi-variant orders onto production lines.

pub mod diagnostic;
pub mod generate;
pub mod model;
pub mod solution;
pub mod solve;
pub mod units;
pub(crate) mod working_time;
