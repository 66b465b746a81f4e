//! Integer programs that fit the problem: order allocation over time buckets, recombination of lines' plans, and proofs
//! (`columns`, `periods`).
//!
//! The allocation decides who makes what, roughly when, over all orders at once: good where capacity is the question,
//! where a search that moves one lot at a time is short-sighted. `proof/demand` says what is to be placed and where it could
//! be, `buckets` cuts time, `allocation` (with `capacity`, `carry`, `runs` and `coupling`) states the program, `highs` solves it,
//! `answer` reads it, and
//! `decode` turns the answer into sequences that `schedule` times and prices exactly. What is estimated here is
//! therefore never seen outside: a plan is as good as its schedule says, whatever the program thought of it.
//!
//! The allocation proves nothing: its costs are guesses by bucket. `recombination` chooses among plans of single lines that
//! somebody else came across. See `docs/mip.md`. This module knows no search, no incumbent pool and no clock but its own limit's.

mod allocation;
mod answer;
mod buckets;
mod capacity;
mod carry;
mod columns;
mod coupling;
mod decode;
pub(crate) mod export;
pub(crate) mod highs;
mod names;
mod periods;
pub(crate) mod prover;
pub(crate) mod recombination;
mod runs;
#[cfg(test)]
mod tests;

pub(crate) use columns::with_column_pricing;

use crate::plan::Plan;
use crate::problem::Problem;
use crate::proof::demand::Demand;
use crate::schedule::{Schedule, evaluate};
use crate::units::Seconds;
use std::time::{Duration, Instant};

/// Buckets are made coarser to stay below this many yes-or-no decisions, above which the solver finds nothing good in its
/// seconds (measured).
const MOST_DECISIONS: usize = 3_000;

/// What a run of the program may use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Seconds from the call on; none: no clock is read.
    pub seconds: Option<f64>,
    /// Nodes of the branch and bound tree; none: as many as it takes.
    pub nodes: Option<u64>,
    /// Yes-or-no decisions of the program: its first relaxation with its cuts takes time before any node does.
    pub decisions: usize,
    /// Threads of the solver.
    pub threads: usize,
    /// Seed of the solver's random choices.
    pub seed: u64,
    /// It ends when the best solution is proved to be within this share of the program's optimum.
    pub relative_gap: f64,
}

impl Default for Limits {
    /// One thread, no limits but half a percent: the costs are guesses by more than that.
    fn default() -> Self {
        Self { seconds: None, nodes: None, decisions: MOST_DECISIONS, threads: 1, seed: 1, relative_gap: 0.005 }
    }
}

impl Limits {
    fn deadline(&self) -> Option<Instant> {
        // A century is no limit, and what is not a number none either.
        let seconds = self.seconds?.clamp(0.0, 3e9);
        Some(Instant::now() + Duration::from_secs_f64(if seconds.is_nan() { 3e9 } else { seconds }))
    }
}

/// Why there is no answer; none of these is a reason to stop planning.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MipError {
    /// A number the solver could not take, or gave.
    #[error("a number of the program or of its answer is not finite")]
    NotFinite,
    /// The solver failed.
    #[error("the solver failed: {0}")]
    Solver(String),
    /// Leaving everything out always is a solution, so this is wrong whenever it is said of an allocation.
    #[error("the solver calls a program infeasible that has a solution")]
    Infeasible,
    /// Decisions that are neither yes nor no.
    #[error("the solver's answer is no solution: a decision is neither yes nor no")]
    Undecided,
    /// Running out of memory inside the solver would end the process.
    #[error("there is too little memory for the solver")]
    Memory,
    /// The solver did not keep its time limit and was left behind.
    #[error("the solver did not keep its time limit")]
    Overrun,
    /// Somebody asked to end.
    #[error("cancelled")]
    Cancelled,
}

/// The plan the program comes to, timed and repaired exactly; none where it finds none within `limits`.
///
/// `incumbent` is where the solver starts, and what it makes in several lots stays so. The plan may well be worse than
/// the incumbent: who asks compares. With `limits.seconds` unset the answer depends on the arguments alone.
///
/// # Errors
/// See [`MipError`]. Never panics for what the solver does, and returns soon after the limit even if the solver does
/// not (its thread is then left to end by itself).
pub(crate) fn allocate(
    problem: &Problem,
    incumbent: Option<&Plan>,
    limits: &Limits,
    cancelled: &(dyn Fn() -> bool + Sync),
) -> Result<Option<Plan>, MipError> {
    let deadline = limits.deadline();
    let known = incumbent.and_then(|plan| Some((plan, evaluate(problem, plan).ok()?)));
    let demand = Demand::new(problem, incumbent);
    let Some(count) = allocation::bucket_count(problem, &demand, limits.decisions.min(MOST_DECISIONS)) else {
        return Ok(None);
    };
    let buckets = buckets::Buckets::new(problem, &demand, count, known.as_ref().and_then(|(_, known)| last_end(known)));
    let allocation = allocation::Allocation::new(problem, &demand, &buckets, None);
    if cancelled() {
        return Err(MipError::Cancelled);
    }
    let start = known.as_ref().map(|(plan, schedule)| allocation.start(&allocation.places_in(plan, schedule)));
    let asked = allocation.asked();
    let (program, key) = allocation.into_program(start.unwrap_or_default());
    let Some(values) = highs::minimise(program, asked, limits, deadline, cancelled)? else { return Ok(None) };
    Ok(decode::decode(problem, &demand, &key.read(&values)))
}

/// The greatest common divisor; of 0 and a number, the number.
fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a.abs() } else { gcd(b, a % b) }
}

/// The least multiple of a positive step that is no less than an amount.
fn rounded_up(amount: i64, step: i64) -> i64 {
    amount.div_euclid(step) * step + if amount.rem_euclid(step) > 0 { step } else { 0 }
}

/// When the last operation of a schedule ends.
fn last_end(schedule: &Schedule) -> Option<Seconds> {
    schedule.operations.iter().map(|timed| timed.end).max()
}
