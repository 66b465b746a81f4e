//! A line as the network sees it: its clock, its changeovers, the run its facts leave behind.

use super::facts::{NEVER, Network};
use crate::problem::{Changeover, ChangeoversIdx, ClassIdx, LineIdx, MinimumRun, Problem};
use crate::schedule::tables::Table;
use crate::schedule::{LineClock, Run};
use crate::units::{HOUR, Id, Money, Seconds};

/// A state from which nothing needs a changeover.
pub(super) const ANY_CLASS: u32 = u32::MAX;

/// Largest number of classes for which a line gets tables of its own.
const MOST_CLASSES: usize = 1_024;

/// A line.
#[derive(Clone, Debug)]
pub(crate) struct LineFacts<'p> {
    clock: LineClock<'p>,
    /// The one window of a line that never closes.
    window: Option<(i64, i64)>,
    /// When the first decided run or changeover may begin.
    pub available_from: i64,
    /// The class it is in then.
    pub initial_class: u32,
    /// Position of its changeover table.
    table: Option<usize>,
    /// Its changeovers, where there are too many classes for a table.
    set: Option<ChangeoversIdx>,
    cost_per_hour: i64,
    /// Its site's number among places; 0 without a site.
    pub place: usize,
    pub minimum_run: Option<MinimumRunFacts>,
}

/// A line's minimum run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MinimumRunFacts {
    pub minimum: MinimumRun,
    /// The run the facts leave behind.
    pub initial: Option<Run>,
}

impl<'p> LineFacts<'p> {
    /// A line that opens the given overtime windows; its table joins `tables` unless a twin is there.
    pub fn new(problem: &'p Problem, id: LineIdx, overtime: &[usize], tables: &mut Vec<Table>) -> Self {
        let line = &problem.lines[id];
        let clock = LineClock::new(problem, line, overtime);
        let only = clock.open.windows().next().filter(|_| clock.open.windows().len() == 1);
        let window = only.map(|only| (only.from.0, only.to.0));
        let set = line.changeovers;
        let dense = set.filter(|&set| problem.changeovers[set].classes() <= MOST_CLASSES);
        let table = dense.map(|set| Table::position(tables, problem, line.cost_per_hour, set));
        let minimum_run =
            line.minimum_run.map(|minimum| MinimumRunFacts { minimum, initial: Run::of_facts(problem, id, minimum) });
        Self {
            window,
            available_from: line.available_from.0,
            initial_class: line.initial_class.map_or(ANY_CLASS, |class| class.0),
            table,
            set: set.filter(|_| dense.is_none()),
            cost_per_hour: line.cost_per_hour.0,
            place: line.site.map_or(0, |site| site.position() + 1),
            minimum_run,
            clock,
        }
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

impl Network<'_> {
    /// Working seconds of a changeover on a line.
    #[inline]
    pub fn setup_time(&self, line: &LineFacts<'_>, from: u32, to: u32) -> i64 {
        if from == ANY_CLASS {
            return 0;
        }
        match line.table {
            Some(table) => {
                let table = &self.tables[table];
                i64::from(table.seconds[from as usize * table.classes + to as usize])
            }
            None => self.look_up(line, from, to).time.0,
        }
    }

    /// What a changeover on a line costs.
    pub fn setup_cost(&self, line: &LineFacts<'_>, from: u32, to: u32) -> i64 {
        if from == ANY_CLASS {
            return 0;
        }
        match line.table {
            Some(table) => {
                let table = &self.tables[table];
                table.costs.get(from as usize * table.classes + to as usize).copied().unwrap_or(0)
            }
            None => {
                let changeover = self.look_up(line, from, to);
                (changeover.cost + Money(line.cost_per_hour).pro_rata(changeover.time, HOUR)).0
            }
        }
    }

    /// Whether all changeovers of a line cost nothing but time.
    pub fn changes_cost_nothing(&self, line: &LineFacts<'_>) -> bool {
        line.cost_per_hour == 0
            && match (line.table, line.set) {
                (Some(table), _) => self.tables[table].costs.iter().all(|&cost| cost == 0),
                (None, set) => set.is_none(),
            }
    }

    /// Whether no changeover of a line takes time.
    pub fn changes_take_no_time(&self, line: &LineFacts<'_>) -> bool {
        match (line.table, line.set) {
            (Some(table), _) => self.tables[table].seconds.iter().all(|&seconds| seconds == 0),
            (None, set) => set.is_none(),
        }
    }

    fn look_up(&self, line: &LineFacts<'_>, from: u32, to: u32) -> Changeover {
        let set = line.set.map(|set| &self.problem.changeovers[set]);
        set.map_or(Changeover::NONE, |set| set.between(ClassIdx(from), ClassIdx(to)))
    }
}
