//! Rows of periods: plants whose lines run nothing but lots of one length, told by what the search and the bound both need.

use super::facts::{Network, OpId};

impl Network<'_> {
    /// Whether every line is a row of periods: all its runs are equally long and its changeovers take no time; each order is
    /// one lot of one operation on the one line that can run it, must be made, and some are charged for being early; and
    /// nothing else couples lots or charges for when they are made (makespan, scarce materials, baseline, overtime, minimum runs).
    ///
    /// Lots are those of the plan the network was made of: whether an item could be made in several is not asked.
    pub fn is_rows_of_periods(&self) -> bool {
        let problem = self.problem;
        let plain_order = |order: &crate::problem::Order| order.reject_cost.is_none() && !order.nothing_left;
        let one_way = |operation: OpId| self.modes_of(operation).len() == 1;
        self.makespan_cost_per_hour == 0
            && self.takes.is_empty()
            && problem.baseline.lots.is_empty()
            && self.operations.len() == self.orders.len()
            && self.orders.iter().all(|order| order.lots.len() == 1)
            && self.orders.iter().any(|order| order.holding_cost_per_day > 0)
            && problem.orders.iter().all(plain_order)
            && problem.lines.iter().all(|line| line.minimum_run.is_none() && line.overtime.is_empty())
            && (0..self.operations.len() as OpId).all(one_way)
            && (0..self.lines.len()).all(|line| self.is_even(line as u32))
    }

    /// Whether all runs on a line are equally long and its changeovers take no time.
    fn is_even(&self, line: u32) -> bool {
        let mut runs = self.modes.iter().filter(|mode| mode.line == line).map(|mode| mode.run);
        let first = runs.next();
        self.changes_take_no_time(&self.lines[line as usize]) && runs.all(|run| Some(run) == first)
    }
}
