//! The command from outside, as a process: what it says, what it writes, how it ends.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod process;

mod cli;
mod desk;
#[cfg(unix)]
mod faults;
mod fleet;
mod hostile;
#[cfg(unix)]
mod promises;
mod small_instances;
