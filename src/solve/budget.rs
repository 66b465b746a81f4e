//! How long to go on: a clock, an iteration count, a flag.

use super::{CancelFlag, Clock, Options};
use crate::solution::StoppedBy;
use std::time::Duration;

/// What a solve may use.
pub(crate) struct Budget {
    clock: Clock,
    cancel: CancelFlag,
    time_limit: Option<Duration>,
    /// Search iterations; with them the clock is neither read nor shown.
    pub iterations: Option<u64>,
    /// Kept free at the end for verifying and writing, which grow with the plan.
    reserve: Duration,
}

impl Budget {
    /// The budget of `options` for a plan of so many operations.
    pub fn new(options: &Options, operations: usize) -> Self {
        // Verifying and writing a plan takes some microseconds an operation, more where the machine has other work.
        let reserve = Duration::from_millis(100) + Duration::from_micros(25) * operations as u32;
        Self {
            clock: options.clock.clone(),
            cancel: options.cancel.clone(),
            time_limit: options.time_limit,
            iterations: options.iterations,
            reserve,
        }
    }

    /// Whether to go on.
    pub fn go_on(&self) -> bool {
        !self.cancel.is_cancelled() && self.remaining().is_none_or(|left| left > Duration::ZERO)
    }

    /// Whether less than so large a share of the time is used; always where no clock is read.
    pub fn is_within(&self, share: f64) -> bool {
        let limit = self.time_limit.filter(|_| self.iterations.is_none());
        limit.is_none_or(|limit| (self.clock)() < limit.mul_f64(share))
    }

    /// Whether somebody asked to end.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// Time left; none without a limit.
    pub fn remaining(&self) -> Option<Duration> {
        let limit = self.time_limit?;
        Some(limit.saturating_sub((self.clock)()).saturating_sub(self.reserve.min(limit / 4)))
    }

    /// Time since the clock's zero; none where no clock is read.
    pub fn used(&self) -> Duration {
        if self.iterations.is_some() { Duration::ZERO } else { (self.clock)() }
    }

    /// Seconds since the clock's zero, where a plan may hold them.
    pub fn seconds(&self) -> Option<f64> {
        self.iterations.is_none().then(|| ((self.clock)().as_secs_f64() * 1_000.0).round() / 1_000.0)
    }

    /// Why it ended, after so many iterations; `out_of_time` where something ended for want of time, though some is left by now.
    pub fn stopped_by(&self, out_of_time: bool, iterations: u64) -> StoppedBy {
        if self.cancel.is_cancelled() {
            StoppedBy::Cancelled
        } else if out_of_time || self.remaining().is_some_and(|left| left == Duration::ZERO) {
            StoppedBy::Time
        // Replicas share the limit evenly; a few iterations may be left over.
        } else if self.iterations.is_some_and(|limit| limit.saturating_sub(iterations) < 8) {
            StoppedBy::Iterations
        } else {
            StoppedBy::Done
        }
    }
}
