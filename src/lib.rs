//! lotwise plans small-batch, multi-variant orders onto production lines.

pub mod diagnostic;
pub mod import;
pub mod model;
pub mod report;
pub mod solution;
pub mod solve;
pub mod units;
pub mod validate;
pub(crate) mod working_time;
