//! A line of a shop: its working clock, its changeovers, and every lot's mode on it.
//!
//! Times are working seconds, open windows laid end to end, so that a plan of the line is a sum. Lines alike in all of it
//! are one line that stands for several.

use super::order::reachable;
use super::shop::{Lots, set_of};
use crate::problem::{LineIdx, Problem};
use crate::units::{HOUR, Id};
use rustc_hash::FxHashMap;

/// Above this many setup classes on a line, tables are not worth their memory.
const MOST_CLASSES: usize = 200;
/// Prices and times above this could leave `i64` when they are added up.
pub(super) const LARGEST: i64 = 1 << 44;

/// A lot on a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Mode {
    /// Working seconds; 0 where the line cannot run it.
    pub run: i64,
    /// Production, delivery, and the line change against the baseline.
    pub cost: i64,
    /// From the end of the run to delivery.
    pub journey: i64,
    pub class: u16,
    /// The working second before which no run starts.
    pub earliest: i64,
    /// Up to this working second lateness costs nothing.
    pub on_time: i64,
    /// After this working second it must not end.
    pub last: i64,
}

/// Lines that are alike.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub same: Vec<LineIdx>,
    /// Open windows: first second, second after the last.
    pub windows: Vec<(i64, i64)>,
    /// Working seconds before each window, and in all.
    pub before: Vec<i64>,
    /// Whether work is never put off because a window is too short for it.
    pub rigid: bool,
    /// The working second at which it is free.
    pub free: i64,
    pub initial: u16,
    pub classes: usize,
    /// Changeover seconds and costs between classes, row by row; the last row is the initial state.
    pub seconds: Vec<i64>,
    pub costs: Vec<i64>,
    /// By lot.
    pub modes: Vec<Mode>,
    /// The lots it can run.
    pub able: Vec<usize>,
    /// By lot, those that may come right after it, and those that may come at any time after it.
    pub followers: Vec<Lots>,
    pub reachable: Vec<Lots>,
}

impl Line {
    /// Working seconds before an instant.
    pub fn worked_before(&self, instant: i64) -> i64 {
        match self.windows.partition_point(|&(from, _)| from < instant).checked_sub(1) {
            Some(index) => self.before[index] + instant.min(self.windows[index].1) - self.windows[index].0,
            None => 0,
        }
    }

    /// The instant at which so many working seconds (at least 1) are over.
    #[inline]
    pub fn instant_of(&self, worked: i64) -> i64 {
        if let [(from, _)] = self.windows[..] {
            return from + worked;
        }
        let window = self.before.partition_point(|&before| before < worked) - 1;
        self.windows[window].0 + worked - self.before[window]
    }

    /// Whether a delay stays the same number of working seconds until a release absorbs it.
    pub fn is_rigid(&self) -> bool {
        self.rigid
    }

    /// All working seconds there are.
    pub fn total(&self) -> i64 {
        self.before[self.windows.len()]
    }

    /// Does `work`, not before the working second `from`: the working second it ends at, past all where it cannot end.
    #[inline]
    pub fn place(&self, from: i64, work: i64) -> i64 {
        if self.rigid || work == 0 {
            return from + work;
        }
        let next = self.before.partition_point(|&before| before <= from);
        let windows = &self.before[next..];
        if windows.first().is_some_and(|&end| from + work <= end) {
            return from + work;
        }
        let fitting = windows.windows(2).find(|bounds| bounds[0] + work <= bounds[1]);
        fitting.map_or(self.total() + 1, |bounds| bounds[0] + work)
    }

    /// Runs a lot after a class from a working second on: when it ends and what the changeover costs; none where it
    /// cannot end in time.
    #[inline]
    pub fn run(&self, from: i64, class: u16, lot: usize) -> Option<(i64, i64)> {
        let mode = &self.modes[lot];
        let pair = usize::from(class) * self.classes + usize::from(mode.class);
        let ready = self.place(from, self.seconds[pair]).max(mode.earliest);
        let end = self.place(ready, mode.run);
        (end <= mode.last).then(|| (end, self.costs[pair]))
    }
}

impl Line {
    /// Holds a lot to ends in a range of instants, the first excluded.
    pub fn narrow(&mut self, lot: usize, after: Option<i64>, by: Option<i64>) {
        let mode = self.modes[lot];
        let ends_after = after.map(|after| self.worked_before(after) + 1 - mode.run);
        let earliest = ends_after.map_or(mode.earliest, |earliest| mode.earliest.max(earliest));
        let last = by.map_or(mode.last, |by| mode.last.min(self.worked_before(by)));
        self.modes[lot] = Mode { earliest, last, ..mode };
        if mode.run == 0 {
            return;
        }
        // Held to its times, it can no longer be told that it had better change places with another.
        for &other in &self.able {
            self.followers[other] |= 1 << lot;
        }
        self.followers[lot] = set_of(&self.able) & !(1 << lot);
        self.reachable = reachable(&self.followers);
        if self.place(self.free.max(earliest), mode.run) > last {
            self.forbid(lot);
        }
    }

    /// Takes a lot off the line.
    pub fn forbid(&mut self, lot: usize) {
        self.modes[lot] = Mode::default();
        self.able.retain(|&other| other != lot);
    }

    /// Fills the tables of the classes that occur.
    pub fn tabulate(&mut self, problem: &Problem, id: LineIdx, numbers: &FxHashMap<u32, u16>) -> Option<()> {
        let facts = &problem.lines[id];
        self.classes = numbers.len();
        if self.classes > MOST_CLASSES {
            return None;
        }
        let mut classes = vec![0u32; self.classes];
        for (&class, &number) in numbers {
            classes[usize::from(number)] = class;
        }
        self.initial = self.classes as u16;
        let rows = classes.iter().map(|&class| Some(Id::at(class as usize))).chain([facts.initial_class]);
        for from in rows {
            for &to in &classes {
                let between = problem.changeover(facts, from, Id::at(to as usize));
                self.seconds.push(between.time.0);
                self.costs.push((between.cost + facts.cost_per_hour.pro_rata(between.time, HOUR)).0);
            }
        }
        let fits = |&value: &i64| value < LARGEST;
        (self.seconds.iter().all(fits) && self.costs.iter().all(fits)).then_some(())
    }

    /// Whether two lines do the same with every lot.
    pub fn is_like(&self, other: &Self) -> bool {
        self.windows == other.windows
            && self.rigid == other.rigid
            && self.free == other.free
            && self.seconds == other.seconds
            && self.costs == other.costs
            && self.modes == other.modes
    }
}
