//! lotwise plans small-batch, multi-variant orders onto production lines.

pub mod diagnostic;
#[cfg(feature = "mip")]
pub(crate) mod mip;
pub mod model;
pub(crate) mod plan;
pub(crate) mod problem;
pub(crate) mod schedule;
pub mod solution;
pub mod solve;
pub mod units;
pub(crate) mod working_time;
