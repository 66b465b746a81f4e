//! One line's clock: where a changeover and a run fall in its open time.

use crate::problem::{Line, Problem};
use crate::units::Seconds;
use crate::working_time::{Placement, WorkingTime};
use std::borrow::Cow;

/// A line with its open time, overtime included.
#[derive(Clone, Debug)]
pub(crate) struct LineClock<'p> {
    /// Its open time.
    pub open: Cow<'p, WorkingTime>,
    pausable: bool,
}

/// Where a changeover and the run after it fall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    /// First second of the changeover; none where it takes no time.
    pub setup_start: Option<Seconds>,
    /// First second of the run.
    pub start: Seconds,
    /// The second after its last.
    pub end: Seconds,
}

impl<'p> LineClock<'p> {
    /// The clock of a line that opens the given overtime windows.
    pub fn new(problem: &'p Problem, line: &Line, overtime: &[usize]) -> Self {
        let open = if overtime.is_empty() {
            Cow::Borrowed(&problem.calendars[line.calendar])
        } else {
            Cow::Owned(problem.open_time(line, overtime.iter().copied()))
        };
        Self { open, pausable: line.pausable }
    }

    /// The clock of open time that is nobody's.
    pub fn owned(open: WorkingTime, pausable: bool) -> Self {
        Self { open: Cow::Owned(open), pausable }
    }

    /// The clock of given open time.
    pub fn of_open_time(open: &'p WorkingTime, pausable: bool) -> Self {
        Self { open: Cow::Borrowed(open), pausable }
    }

    /// The earliest place for work of at least a second, not before `ready`.
    pub fn place(&self, ready: Seconds, work: Seconds) -> Option<Placement> {
        if self.pausable { self.open.place_pausable(ready, work) } else { self.open.place_whole(ready, work) }
    }

    /// The latest place for work of at least a second that ends by `by`.
    pub fn place_latest(&self, by: Seconds, work: Seconds) -> Option<Placement> {
        self.open.place_latest(by, work, self.pausable)
    }

    /// The earliest changeover and run on a line free from `free` on, the run not before `ready`.
    ///
    /// The changeover goes first and as early as it can: nothing is gained by keeping the line waiting for it.
    pub fn next(&self, free: Seconds, changeover: Seconds, ready: Seconds, run: Seconds) -> Option<Slot> {
        let (setup_start, set_up) = if changeover > Seconds::ZERO {
            let setup = self.place(free, changeover)?;
            (Some(setup.from), setup.to)
        } else {
            (None, free)
        };
        let placed = self.place(set_up.max(ready), run)?;
        Some(Slot { setup_start, start: placed.from, end: placed.to })
    }
}
