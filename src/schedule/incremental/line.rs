//! A line and its working clock: open windows laid end to end, so that work done is a number of seconds.
//!
//! Simulation of a line runs on this clock. Clock time is looked up only for a lot that may be late.

use super::sequence::Step;
use crate::problem::{LineIdx, MinimumRun};
use crate::schedule::Run;
use crate::units::{DAY, Money, Seconds};

/// A line.
#[derive(Clone, Debug)]
pub(crate) struct LineFacts {
    /// The line in the problem.
    pub line: LineIdx,
    /// Open windows: first second, second after the last.
    pub windows: Vec<(i64, i64)>,
    /// Working seconds before each window, and at the end in all.
    pub before: Vec<i64>,
    /// Whether work is never put off because a window is too short for it, so that a delay stays the same number of
    /// working seconds down the line until a release absorbs it.
    pub rigid: bool,
    /// Shifts up to so many working seconds pass over the closed time of one window at most, and that only for lots that
    /// end within this of its opening.
    pub near: i64,
    /// When the first decided run or changeover may begin.
    pub available_from: i64,
    /// The same on the working clock.
    pub first_second: i64,
    /// The class it is in then; [`ANY_CLASS`]: the first lot needs no changeover.
    pub initial_class: u32,
    /// Position of its changeover tables; none: nothing is ever changed over.
    pub table: Option<usize>,
    /// The minimum run, where there is one.
    pub minimum_run: Option<MinimumRunFacts>,
}

/// A state from which nothing needs a changeover.
pub(crate) const ANY_CLASS: u32 = u32::MAX;

/// A line's minimum run.
#[derive(Clone, Debug)]
pub(crate) struct MinimumRunFacts {
    pub minimum: MinimumRun,
    /// Value by lot: what tells runs apart.
    pub values: Vec<u32>,
    /// The run the facts leave behind.
    pub initial: Option<Run>,
}

impl LineFacts {
    /// Working seconds before an instant.
    pub(super) fn worked_before(&self, instant: i64) -> i64 {
        let next = self.windows.partition_point(|&(from, _)| from < instant);
        match next.checked_sub(1) {
            Some(index) => self.before[index] + instant.min(self.windows[index].1) - self.windows[index].0,
            None => 0,
        }
    }

    /// All working seconds there are.
    #[inline]
    pub(super) fn total(&self) -> i64 {
        self.before[self.windows.len()]
    }

    /// The instant at which so many working seconds (at least 1, at most all) are over.
    #[inline]
    pub(super) fn instant_of(&self, worked: i64) -> i64 {
        if let [(from, _)] = self.windows[..] {
            return from + worked;
        }
        let window = self.before.partition_point(|&before| before < worked) - 1;
        self.windows[window].0 + worked - self.before[window]
    }

    /// The same with a guess of the window it lies in.
    #[inline(always)]
    pub(super) fn instant_near(&self, window: u32, worked: i64) -> i64 {
        let (window, before) = (window as usize, &self.before);
        if before[window] < worked && worked <= before[window + 1] {
            return self.windows[window].0 + worked - before[window];
        }
        self.instant_of(worked)
    }

    /// What is saved at most by a lot that may jump back over the closed time before its window.
    pub(super) fn jump_cost(&self, step: &Step) -> i64 {
        let window = step.window as usize;
        if window == 0 || step.end - self.before[window] > self.near {
            return 0;
        }
        let closed = Seconds(self.windows[window].0 - self.windows[window - 1].1);
        Money(step.lateness.cost_per_day).pro_rata(closed, DAY).0.saturating_add(1)
    }

    /// The window in which a working second ends.
    pub(super) fn window_of(&self, worked: i64) -> u32 {
        (self.before.partition_point(|&before| before < worked) - 1) as u32
    }

    /// The class a lot leaves the line in; where nothing is ever changed over, all are one.
    #[inline]
    pub(super) fn class(&self, class: u32) -> u32 {
        if self.table.is_some() { class } else { ANY_CLASS }
    }

    /// Does `work` seconds, not before the working second `from`: the working second it ends at, or some second past
    /// [`total`](Self::total) where it cannot end.
    #[inline]
    pub(super) fn place(&self, from: i64, work: i64) -> i64 {
        if self.rigid || work == 0 {
            return from + work;
        }
        self.place_whole(from, work)
    }

    /// The same where work fits whole into one window.
    fn place_whole(&self, from: i64, work: i64) -> i64 {
        let next = self.before.partition_point(|&before| before <= from);
        let windows = &self.before[next..];
        if windows.first().is_some_and(|&end| from + work <= end) {
            return from + work;
        }
        let fitting = windows.windows(2).find(|bounds| bounds[0] + work <= bounds[1]);
        fitting.map_or(self.total() + 1, |bounds| bounds[0] + work)
    }
}
