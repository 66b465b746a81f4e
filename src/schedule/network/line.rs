//! A line as the network sees it: its clock, its changeovers, the run its facts leave behind.

use super::facts::Network;
use super::open_time::OpenTime;
use crate::problem::{Changeover, ChangeoversIdx, ClassIdx, LineIdx, MinimumRun, Problem};
use crate::schedule::tables::Table;
use crate::schedule::{LineClock, Run};
use crate::units::{HOUR, Id, Money};

/// A state from which nothing needs a changeover.
pub(super) const ANY_CLASS: u32 = u32::MAX;

/// Largest number of classes for which a line gets tables of its own.
const MOST_CLASSES: usize = 1_024;

/// A line.
#[derive(Clone, Debug)]
pub(crate) struct LineFacts<'p> {
    /// When it works, with the overtime of the plan the network was made of.
    pub open: OpenTime<'p>,
    /// When the first decided run or changeover may begin.
    pub available_from: i64,
    /// The class it is in then.
    pub initial_class: u32,
    /// Position of its changeover table.
    pub(super) table: Option<usize>,
    /// Its changeovers, where there are too many classes for a table.
    pub(super) set: Option<ChangeoversIdx>,
    pub(super) cost_per_hour: i64,
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
        let set = line.changeovers;
        let dense = set.filter(|&set| problem.changeovers[set].classes() <= MOST_CLASSES);
        let table = dense.map(|set| Table::position(tables, problem, line.cost_per_hour, set));
        let minimum_run =
            line.minimum_run.map(|minimum| MinimumRunFacts { minimum, initial: Run::of_facts(problem, id, minimum) });
        Self {
            open: OpenTime::new(LineClock::new(problem, line, overtime)),
            available_from: line.available_from.0,
            initial_class: line.initial_class.map_or(ANY_CLASS, |class| class.0),
            table,
            set: set.filter(|_| dense.is_none()),
            cost_per_hour: line.cost_per_hour.0,
            place: line.site.map_or(0, |site| site.position() + 1),
            minimum_run,
        }
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
