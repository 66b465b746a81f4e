//! Plans without an integer program: construction by rules and insertion, and search.
//!
//! Knows problem, plan and schedule; never the integer programs, with which it meets in `solve` only.

pub(crate) mod construct;
pub(crate) mod coupled;
mod critical;
pub(crate) mod moves;
mod periods;
mod random;
pub(crate) mod replicas;
pub(crate) mod search;
