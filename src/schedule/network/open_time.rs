//! When a line works: its calendar's open time and the overtime it opens.
//!
//! Which windows of overtime a line opens is decided while operations move. Each choice of windows has a clock of its
//! own, made once and shared by all timetables in which the line opens them.

use super::facts::{NEVER, Network};
use super::journal::Done;
use super::timetable::Timetable;
use crate::problem::{LineIdx, Problem};
use crate::schedule::LineClock;
use crate::units::Seconds;
use std::sync::Arc;

/// A line's clock.
#[derive(Clone, Debug)]
pub(crate) struct OpenTime<'p> {
    clock: LineClock<'p>,
    /// The one window of a line that never closes.
    window: Option<(i64, i64)>,
}

impl<'p> OpenTime<'p> {
    /// The open time a clock goes by.
    pub fn new(clock: LineClock<'p>) -> Self {
        let only = clock.open.windows().next().filter(|_| clock.open.windows().len() == 1);
        Self { window: only.map(|only| (only.from.0, only.to.0)), clock }
    }

    /// First second and end of a run after a changeover on the line free from `free` on, not before `ready`.
    #[inline]
    pub fn next(&self, free: i64, setup: i64, ready: i64, run: i64) -> Option<(i64, i64)> {
        if let Some((from, to)) = self.window {
            let set_up = if setup > 0 { free.max(from) + setup } else { free };
            let start = set_up.max(ready).max(from);
            return (start + run <= to).then_some((start, start + run));
        }
        let slot = self.clock.next(Seconds(free), Seconds(setup), Seconds(ready), Seconds(run))?;
        Some((slot.start.0, slot.end.0))
    }

    /// When the changeover of a run is done on the line free from `free` on.
    pub fn set_up(&self, free: i64, setup: i64) -> i64 {
        if setup == 0 {
            return free;
        }
        self.clock.place(Seconds(free), Seconds(setup)).map_or(i64::MAX, |placed| placed.to.0)
    }

    /// The latest second from which a changeover is done by `by`; `by` itself without one.
    pub fn set_up_from(&self, by: i64, setup: i64) -> i64 {
        if setup == 0 {
            return by;
        }
        self.latest(by, setup).map_or(-NEVER, |placed| placed.0)
    }

    /// First second and end of the latest work that ends by `by`.
    #[inline]
    pub fn latest(&self, by: i64, work: i64) -> Option<(i64, i64)> {
        if let Some((from, to)) = self.window {
            let end = by.min(to);
            return (end - work >= from).then_some((end - work, end));
        }
        self.clock.place_latest(Seconds(by), Seconds(work)).map(|placed| (placed.from.0, placed.to.0))
    }
}

/// The overtime a line opens, and its clock then.
#[derive(Debug)]
pub(crate) struct Overtime {
    /// Sorted positions of the line's windows.
    pub windows: Vec<usize>,
    cost: i64,
    open: OpenTime<'static>,
}

impl Overtime {
    /// The choice of some windows (sorted positions) of a line.
    pub fn new(problem: &Problem, line: u32, windows: Vec<usize>) -> Self {
        let facts = &problem.lines[LineIdx(line)];
        let clock = LineClock::owned(problem.open_time(facts, windows.iter().copied()), facts.pausable);
        let cost = windows.iter().map(|&window| facts.overtime[window].cost.0).sum();
        Self { windows, cost, open: OpenTime::new(clock) }
    }
}

impl Timetable {
    /// What each line opens at the start; nothing is kept for lines without overtime.
    pub(super) fn first_overtime(network: &Network<'_>) -> Vec<Option<Arc<Overtime>>> {
        let lines = network.problem.lines.enumerate();
        let opened = lines.map(|(id, line)| {
            let windows = network.plan.overtime[id].clone();
            (!line.overtime.is_empty()).then(|| Arc::new(Overtime::new(network.problem, id.0, windows)))
        });
        opened.collect()
    }

    /// What all open overtime costs.
    pub(super) fn overtime_cost(&self) -> i64 {
        self.overtime.iter().flatten().map(|opened| opened.cost).sum()
    }

    /// When a line works.
    #[inline]
    pub fn open_time<'a>(&'a self, network: &'a Network<'_>, line: u32) -> &'a OpenTime<'a> {
        match &self.overtime[line as usize] {
            Some(opened) => &opened.open,
            None => &network.lines[line as usize].open,
        }
    }

    /// The overtime each line opens; none for lines that have none.
    pub fn overtime(&self) -> &[Option<Arc<Overtime>>] {
        &self.overtime
    }

    /// Lets a line open other windows of its overtime; what ends behind the first second concerned is to be timed anew.
    pub fn open(&mut self, network: &Network<'_>, line: u32, opened: Arc<Overtime>) {
        let Some(before) = self.overtime[line as usize].take() else { return };
        self.costs.steady += opened.cost - before.cost;
        let windows = &network.problem.lines[LineIdx(line)].overtime;
        let changed = |one: &Overtime, other: &Overtime| {
            let alone = one.windows.iter().filter(|window| other.windows.binary_search(window).is_err());
            alone.map(|&window| windows[window].span.from.0).min()
        };
        let from = changed(&before, &opened).into_iter().chain(changed(&opened, &before)).min();
        self.overtime[line as usize] = Some(opened);
        self.journal.done.push(Done::Opened { line, before });
        for place in 0..self.sequences[line as usize].len() {
            let operation = self.sequences[line as usize][place];
            // What ends by then stays as it is; only how long it could wait may change.
            if from.is_some_and(|from| self.here[operation as usize].end > from) {
                self.mark(operation);
            }
            self.mark_waiting(operation);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::working_time::WorkingTime;

    #[test]
    fn a_line_that_is_open_once_is_timed_as_its_clock_says() {
        let clock = || LineClock::owned(WorkingTime::always(Seconds(10), Seconds(40)), true);
        let (open, clock) = (OpenTime::new(clock()), clock());
        assert_eq!(open.window, Some((10, 40)));
        let span = |placed: Option<(Seconds, Seconds)>| placed.map(|(from, to)| (from.0, to.0));
        for free in 0..45 {
            for work in 1..33 {
                let latest = clock.place_latest(Seconds(free), Seconds(work)).map(|placed| (placed.from, placed.to));
                assert_eq!(open.latest(free, work), span(latest), "{work} by {free}");
                let begins = span(latest).map_or(-NEVER, |latest| latest.0);
                assert_eq!((open.set_up_from(free, work), open.set_up_from(free, 0)), (begins, free));
                let done = clock.place(Seconds(free), Seconds(work)).map_or(i64::MAX, |placed| placed.to.0);
                assert_eq!((open.set_up(free, work), open.set_up(free, 0)), (done, free));
                for (setup, ready) in [(0, 0), (5, 0), (0, 22), (5, 22), (5, 39)] {
                    let slot = clock.next(Seconds(free), Seconds(setup), Seconds(ready), Seconds(work));
                    let slot = span(slot.map(|slot| (slot.start, slot.end)));
                    assert_eq!(open.next(free, setup, ready, work), slot, "{work} from {free}, {setup}, {ready}");
                }
            }
        }
    }
}
