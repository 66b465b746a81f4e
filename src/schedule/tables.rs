//! Changeover times and costs between setup classes as tables, for those who look them up a million times a second.

use crate::problem::{Changeover, ChangeoversIdx, Problem};
use crate::units::{HOUR, Id, Money};

/// Changeover times and costs (the line's hours included) between classes, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    pub classes: usize,
    pub seconds: Vec<u32>,
    /// Empty where all are zero.
    pub costs: Vec<i64>,
}

impl Table {
    /// The table of a set on a line of that price an hour.
    fn new(problem: &Problem, cost_per_hour: Money, set: ChangeoversIdx) -> Self {
        let set = &problem.changeovers[set];
        let classes = set.classes();
        let pairs = (0..classes).flat_map(|from| (0..classes).map(move |to| (from, to)));
        let between: Vec<Changeover> = pairs.map(|(from, to)| set.between(Id::at(from), Id::at(to))).collect();
        let seconds = between.iter().map(|pair| u32::try_from(pair.time.0).unwrap_or(u32::MAX)).collect();
        let mut costs: Vec<i64> =
            between.iter().map(|pair| (pair.cost + cost_per_hour.pro_rata(pair.time, HOUR)).0).collect();
        if costs.iter().all(|&cost| cost == 0) {
            costs = Vec::new();
        }
        Self { classes, seconds, costs }
    }

    /// The position of that table among `tables`, to which it is added unless a twin is there: lines alike in set and price
    /// share one.
    pub fn position(tables: &mut Vec<Self>, problem: &Problem, cost_per_hour: Money, set: ChangeoversIdx) -> usize {
        let own = Self::new(problem, cost_per_hour, set);
        tables.iter().position(|twin| *twin == own).unwrap_or_else(|| {
            tables.push(own);
            tables.len() - 1
        })
    }
}
