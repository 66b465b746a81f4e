//! The log of a solve, as integer programming solvers print theirs: a row for every better plan and every better bound.
//!
//! Columns: seconds, who found it, whether it is a plan (`*`) or a bound, cost of the best plan, bound, gap, unplanned
//! orders. Knows only what [`Progress`] says, and keeps the last cost and bound so that every row is whole.

use lotwise::report::text::money;
use lotwise::solve::Progress;
use lotwise::units::Money;
use std::fmt::Write as _;

/// Rows between two heads.
const PAGE: usize = 40;

/// What is known so far.
#[derive(Debug, Default)]
pub struct Table {
    cost: Option<Money>,
    bound: Option<Money>,
    unplanned: usize,
    rows: usize,
}

impl Table {
    /// The text for one event, each line with its end; none for events that are no row.
    pub fn row(&mut self, progress: &Progress) -> Option<String> {
        let (seconds, source, is_plan, gap, iterations) = match progress {
            Progress::Incumbent { source, cost, bound, gap, unplanned, iterations, seconds, .. } => {
                (self.cost, self.unplanned) = (Some(*cost), *unplanned);
                self.bound = bound.or(self.bound);
                (*seconds, *source, true, *gap, Some(*iterations))
            }
            Progress::Bound { source, bound, cost, gap, seconds } => {
                self.bound = Some(*bound);
                self.cost = cost.or(self.cost);
                (*seconds, *source, false, *gap, None)
            }
            _ => return None,
        };
        let mut text = String::new();
        if self.rows.is_multiple_of(PAGE) {
            let _ = writeln!(
                text,
                "{:>9}  {:<14} {:>12} {:>16} {:>16} {:>9}  unplanned",
                "seconds", "source", "iterations", "cost", "bound", "gap"
            );
        }
        self.rows += 1;
        let amount = |amount: Option<Money>| amount.map_or_else(|| "-".to_string(), money);
        let _ = writeln!(
            text,
            "{:>9}  {:<14} {:>12} {:>16} {:>16} {:>9}  {}",
            seconds.map_or_else(|| "-".to_string(), |seconds| format!("{seconds:.2}")),
            format!("{}{source}", if is_plan { "* " } else { "  " }),
            iterations.map_or_else(String::new, |iterations| iterations.to_string()),
            amount(self.cost),
            amount(self.bound),
            gap.map_or_else(|| "-".to_string(), share),
            self.unplanned
        );
        Some(text)
    }
}

/// A gap as people write it.
pub fn share(gap: f64) -> String {
    format!("{:.2} %", gap * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_shows_the_best_plan_and_the_best_bound_and_ticks_are_no_rows() {
        let mut table = Table::default();
        let plan = Progress::Incumbent {
            source: "construct",
            cost: Money(1_250_000),
            bound: None,
            gap: None,
            unplanned: 0,
            late: 2,
            iterations: 0,
            seconds: Some(0.25),
        };
        let first = table.row(&plan).unwrap();
        let lines: Vec<&str> = first.lines().collect();
        assert_eq!(lines.len(), 2, "a head, then the row");
        let fields: Vec<&str> = lines[1].split_whitespace().collect();
        assert_eq!(fields, ["0.25", "*", "construct", "0", "125", "-", "-", "0"]);
        let bound = Progress::Bound {
            source: "columns",
            bound: Money(1_000_000),
            cost: Some(Money(1_250_000)),
            gap: Some(0.2),
            seconds: None,
        };
        let second = table.row(&bound).unwrap();
        let fields: Vec<&str> = second.split_whitespace().collect();
        assert_eq!(fields, ["-", "columns", "125", "100", "20.00", "%", "0"]);
        assert!(table.row(&Progress::Tick { done: 0.5, iterations: 9, seconds: None }).is_none());
    }

    #[test]
    fn the_head_comes_back() {
        let mut table = Table::default();
        let bound = Progress::Bound { source: "columns", bound: Money(1), cost: None, gap: None, seconds: None };
        let heads = (0..PAGE + 1).filter(|_| table.row(&bound).unwrap().contains("seconds")).count();
        assert_eq!(heads, 2);
    }
}
