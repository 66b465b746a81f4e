//! A line and its working clock: open windows laid end to end, so that work done is a number of seconds.
//!
//! Simulation of a line runs on this clock. Clock time is looked up only for a lot that may be late. Overtime that is
//! opened makes another clock of it, ahead of the one without by the overtime that has passed.

use super::sequence::Step;
use crate::problem::{LineIdx, MinimumRun};
use crate::schedule::Run;
use crate::units::{DAY, Money, Seconds};

/// A line.
#[derive(Clone, Debug)]
pub(crate) struct LineFacts {
    /// The line in the problem.
    pub line: LineIdx,
    /// Open windows without overtime: first second, second after the last.
    pub windows: Vec<(i64, i64)>,
    /// Whether work may stop at closing.
    pub pausable: bool,
    /// Mean working seconds of the runs it can do.
    pub mean_run: i64,
    /// When the first decided run or changeover may begin.
    pub available_from: i64,
    /// The class it is in then; [`ANY_CLASS`]: the first lot needs no changeover.
    pub initial_class: u32,
    /// Position of its changeover tables; none: nothing is ever changed over.
    pub table: Option<usize>,
    /// The minimum run, where there is one.
    pub minimum_run: Option<MinimumRunFacts>,
    /// Overtime it may open, earliest first or not, as the calendar has it.
    pub overtime: Vec<OvertimeFacts>,
}

/// A window of overtime.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OvertimeFacts {
    /// First second, second after the last; the same where it lies outside the horizon.
    pub from: i64,
    pub to: i64,
    pub cost: i64,
}

/// A line's working clock with some of its overtime opened.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    /// Open windows: first second, second after the last.
    windows: Vec<(i64, i64)>,
    /// Working seconds before each window, and at the end in all.
    before: Vec<i64>,
    /// Whether work is never put off because a window is too short for it, so that a delay stays the same number of
    /// working seconds down the line until a release absorbs it.
    pub rigid: bool,
    /// Shifts up to so many working seconds pass over the closed time of one window at most, and that only for lots that
    /// end within this of its opening.
    pub near: i64,
    /// Working seconds before the first decided run or changeover may begin.
    pub first_second: i64,
    /// The overtime opened: positions in [`LineFacts::overtime`], sorted.
    pub opened: Vec<u32>,
    /// What that costs.
    pub cost: i64,
    /// The same windows, earliest first, each with the seconds of those before it.
    added: Vec<(i64, i64, i64)>,
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
    /// The class a lot leaves the line in; where nothing is ever changed over, all are one.
    #[inline]
    pub(super) fn class(&self, class: u32) -> u32 {
        if self.table.is_some() { class } else { ANY_CLASS }
    }

    /// The clock with some overtime opened: sorted positions.
    pub fn clock(&self, opened: &[u32]) -> Clock {
        let open = || opened.iter().map(|&window| self.overtime[window as usize]);
        let mut extra: Vec<(i64, i64)> = open().map(|window| (window.from, window.to)).collect();
        extra.retain(|&(from, to)| from < to);
        extra.sort_unstable();
        let mut added = Vec::with_capacity(extra.len());
        let mut sum = 0;
        for &(from, to) in &extra {
            added.push((from, to, sum));
            sum += to - from;
        }
        let windows = if extra.is_empty() { self.windows.clone() } else { together(&self.windows, &extra) };
        let mut before = Vec::with_capacity(windows.len() + 1);
        before.push(0);
        for &(from, to) in &windows {
            before.push(before[before.len() - 1] + to - from);
        }
        let shortest = windows.iter().skip(1).map(|&(from, to)| to - from).min().unwrap_or(i64::MAX);
        let near = if windows.len() > 1 { (2 * self.mean_run).min(shortest) } else { i64::MAX };
        let rigid = self.pausable || windows.len() == 1;
        let cost = open().map(|window| window.cost).sum();
        let mut clock = Clock { windows, before, rigid, near, first_second: 0, opened: opened.to_vec(), cost, added };
        clock.first_second = clock.worked_before(self.available_from);
        clock
    }
}

/// Two sorted lists of windows that do not overlap as one, touching windows joined.
fn together(windows: &[(i64, i64)], extra: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut all: Vec<(i64, i64)> = Vec::with_capacity(windows.len() + extra.len());
    let (mut windows, mut extra) = (windows.iter().peekable(), extra.iter().peekable());
    loop {
        let first = match (windows.peek(), extra.peek()) {
            (Some(one), Some(other)) if one < other => windows.next(),
            (_, Some(_)) => extra.next(),
            (_, None) => windows.next(),
        };
        let Some(&(from, to)) = first else { return all };
        match all.last_mut() {
            Some(last) if last.1 >= from => last.1 = last.1.max(to),
            _ => all.push((from, to)),
        }
    }
}

impl Clock {
    /// Working seconds before an instant.
    pub(super) fn worked_before(&self, instant: i64) -> i64 {
        let next = self.windows.partition_point(|&(from, _)| from < instant);
        match next.checked_sub(1) {
            Some(index) => self.before[index] + instant.min(self.windows[index].1) - self.windows[index].0,
            None => 0,
        }
    }

    /// Whether it opens any overtime.
    #[inline(always)]
    pub(super) fn has_overtime(&self) -> bool {
        !self.added.is_empty()
    }

    /// Working seconds of opened overtime before an instant: by so much this clock is ahead of that without overtime.
    pub(super) fn added_before(&self, instant: i64) -> i64 {
        let next = self.added.partition_point(|&(from, ..)| from < instant);
        match next.checked_sub(1) {
            Some(index) => {
                let (from, to, before) = self.added[index];
                before + instant.min(to) - from
            }
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

    /// By how many working seconds the line must come to a lot earlier, at least, before its changeover or its run fits into
    /// a window it skips now. The line waits `idle` working seconds before it in all.
    pub(super) fn fits_earlier_by(&self, step: &Step, idle: i64) -> i64 {
        let came = step.end - step.run - idle - step.setup;
        let set_up = self.place(came, step.setup);
        let ready = set_up.max(step.earliest);
        // So much was left of the window before, or of several that are too short by themselves.
        let by = |length: i64, skipped: i64| if skipped > 0 { length - skipped } else { i64::MAX };
        by(step.setup, set_up - step.setup - came).min(by(step.run, step.end - step.run - ready))
    }

    /// The window in which a working second ends.
    pub(super) fn window_of(&self, worked: i64) -> u32 {
        (self.before.partition_point(|&before| before < worked) - 1) as u32
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
