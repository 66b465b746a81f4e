//! lotwise plans small-batch, multi-variant orders onto production lines.

pub mod diagnostic;
pub mod model;
pub mod solution;
pub mod solve;
pub mod units;
pub mod verify;
pub(crate) mod working_time;
