//! What was measured, as text, CSV and JSON: the same figures in each.
//!
//! Costs are exact decimals; the mean of several is rounded half up to what money keeps. The gap is that of the mean
//! to the best known, in percent. Where the best known is 0 it is 0 if the mean is too, and else there is none. Costs
//! of runs that left orders unplanned say nothing and are not among them; the status counts those runs.

use crate::cli::text::printable;
use lotwise::units::Money;
use serde::Serialize;
use std::io::{self, Write};
use std::time::Duration;

/// One solve.
#[derive(Clone, Debug)]
pub struct Run {
    /// What the plan costs; none if it leaves out what must be made.
    pub cost: Option<Money>,
    /// The bound it proves.
    pub bound: Option<Money>,
    /// Whether it is proved optimal.
    pub optimal: bool,
    /// Whether there was a search behind the construction.
    pub searched: bool,
    /// How long it took.
    pub seconds: f64,
}

/// One instance.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Row {
    /// Its name.
    pub instance: String,
    /// The best known cost.
    pub best_known: Option<Money>,
    /// The cheapest of our plans.
    pub best: Option<Money>,
    /// The mean of our plans.
    pub mean: Option<Money>,
    /// The dearest of our plans.
    pub worst: Option<Money>,
    /// How far the mean is above the best known, percent.
    pub gap_percent: Option<f64>,
    /// The best bound we proved.
    pub bound: Option<Money>,
    /// `optimal`, `feasible`, `unplanned` (with the number of such runs) or `refused`.
    pub status: String,
    /// Whether the search ran; if not, the plans are those of construction.
    pub searched: bool,
    /// Mean time of a run.
    pub seconds: Option<f64>,
    /// Runs made.
    pub runs: usize,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// All instances.
#[derive(Debug, Serialize)]
pub struct Table {
    version: &'static str,
    seeds: u64,
    time_limit_seconds: Option<f64>,
    iterations: Option<u64>,
    /// One per instance.
    pub rows: Vec<Row>,
}

/// The last line.
#[derive(Debug, PartialEq, Serialize)]
struct Summary {
    instances: usize,
    refused: usize,
    /// Rows whose gap is known, and the mean over them.
    compared: usize,
    mean_gap_percent: Option<f64>,
    /// Rows whose best plan costs what the best known does, and less.
    equal_to_best_known: usize,
    below_best_known: usize,
}

impl Row {
    /// An instance that was not run, and why.
    pub fn refused(instance: &str, best_known: Option<Money>, reason: String) -> Self {
        let (instance, status) = (instance.to_string(), "refused".to_string());
        Self { instance, best_known, status, reason: Some(reason), ..Self::default() }
    }

    /// What several runs of an instance come to.
    pub fn of(instance: &str, best_known: Option<Money>, runs: &[Run]) -> Self {
        let costs: Vec<Money> = runs.iter().filter_map(|run| run.cost).collect();
        let mean = mean(&costs);
        let unplanned = runs.len() - costs.len();
        let status = match runs {
            [] => "not run".to_string(),
            _ if unplanned > 0 => format!("unplanned {unplanned}/{}", runs.len()),
            _ if runs.iter().all(|run| run.optimal) => "optimal".to_string(),
            _ => "feasible".to_string(),
        };
        let seconds = runs.iter().map(|run| run.seconds).sum::<f64>() / runs.len().max(1) as f64;
        Self {
            instance: instance.to_string(),
            best_known,
            best: costs.iter().min().copied(),
            mean,
            worst: costs.iter().max().copied(),
            gap_percent: mean.zip(best_known).and_then(|(mean, best)| gap_percent(mean, best)),
            bound: runs.iter().filter_map(|run| run.bound).max(),
            status,
            searched: !runs.is_empty() && runs.iter().all(|run| run.searched),
            seconds: (!runs.is_empty()).then(|| rounded(seconds)),
            runs: runs.len(),
            reason: None,
        }
    }
}

/// The mean, rounded half up.
fn mean(costs: &[Money]) -> Option<Money> {
    let count = i128::try_from(costs.len()).ok().filter(|count| *count > 0)?;
    let sum: i128 = costs.iter().map(|cost| i128::from(cost.0)).sum();
    i64::try_from((2 * sum + count).div_euclid(2 * count)).ok().map(Money)
}

fn gap_percent(mean: Money, best: Money) -> Option<f64> {
    if mean == best {
        return Some(0.0);
    }
    (best.0 > 0).then(|| rounded((mean.0 - best.0) as f64 / best.0 as f64 * 100.0))
}

/// To three places.
fn rounded(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

/// The columns of text and CSV.
const COLUMNS: [&str; 11] = [
    "instance",
    "best_known",
    "best",
    "mean",
    "worst",
    "gap_percent",
    "bound",
    "status",
    "searched",
    "seconds",
    "runs",
];

impl Table {
    /// A table without rows.
    pub fn new(seeds: u64, time_limit: Option<Duration>, iterations: Option<u64>) -> Self {
        let time_limit_seconds = time_limit.map(|limit| limit.as_secs_f64());
        Self { version: env!("CARGO_PKG_VERSION"), seeds, time_limit_seconds, iterations, rows: Vec::new() }
    }

    fn summary(&self) -> Summary {
        let gaps: Vec<f64> = self.rows.iter().filter_map(|row| row.gap_percent).collect();
        let pairs = || self.rows.iter().filter_map(|row| row.best.zip(row.best_known));
        Summary {
            instances: self.rows.len(),
            refused: self.rows.iter().filter(|row| row.reason.is_some()).count(),
            compared: gaps.len(),
            mean_gap_percent: (!gaps.is_empty()).then(|| rounded(gaps.iter().sum::<f64>() / gaps.len() as f64)),
            equal_to_best_known: pairs().filter(|(ours, known)| ours == known).count(),
            below_best_known: pairs().filter(|(ours, known)| ours < known).count(),
        }
    }

    /// For people: columns in line, then what it comes to.
    pub fn text(&self) -> String {
        let rows: Vec<[String; 11]> = std::iter::once(COLUMNS.map(|title| title.replace('_', " ")))
            .chain(
                self.rows.iter().map(|row| cells(row).map(|cell| if cell.is_empty() { "-".to_string() } else { cell })),
            )
            .collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; 11] = std::array::from_fn(width);
        let mut text = String::new();
        for row in &rows {
            let line: Vec<String> = row.iter().zip(widths).enumerate().map(aligned).collect();
            text += line.join("  ").trim_end();
            text.push('\n');
        }
        for row in self.rows.iter().filter(|row| row.reason.is_some()) {
            let reason = printable(row.reason.as_deref().unwrap_or_default()).into_owned();
            text += &format!("{} was refused: {reason}\n", printable(&row.instance));
        }
        if self.rows.iter().any(|row| row.runs > 0 && !row.searched) {
            text += "searched: no = the plans are those of construction: nothing is left to search, or no time was left for it\n";
        }
        let Summary { instances, refused, compared, mean_gap_percent, equal_to_best_known, below_best_known } =
            self.summary();
        text += &format!("{instances} instances, {refused} refused, {} seeds", self.seeds);
        if let Some(gap) = mean_gap_percent {
            text += &format!(
                "; mean gap {gap:.3} % over {compared}; the best plan equals the best known on {equal_to_best_known} and is below it on {below_best_known}"
            );
        }
        text.push('\n');
        text
    }

    /// For spreadsheets: the rows alone.
    pub fn csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(COLUMNS.iter().chain(&["reason"]))?;
        for row in &self.rows {
            let reason = row.reason.clone().unwrap_or_default();
            writer.write_record(cells(row).iter().chain(&[reason]))?;
        }
        writer.flush()
    }

    /// For programs.
    pub fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        #[derive(Serialize)]
        struct Whole<'a> {
            #[serde(flatten)]
            table: &'a Table,
            summary: Summary,
        }
        serde_json::to_writer_pretty(&mut *out, &Whole { table: self, summary: self.summary() })?;
        out.write_all(b"\n")
    }
}

/// Names to the left, figures to the right.
fn aligned((column, (cell, width)): (usize, (&String, usize))) -> String {
    let left = ["instance", "status", "searched"].contains(&COLUMNS[column]);
    if left { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
}

fn cells(row: &Row) -> [String; 11] {
    let money = |cost: Option<Money>| cost.map_or_else(String::new, |cost| cost.to_string());
    let decimal = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.3}"));
    [
        printable(&row.instance).into_owned(),
        money(row.best_known),
        money(row.best),
        money(row.mean),
        money(row.worst),
        decimal(row.gap_percent),
        money(row.bound),
        row.status.clone(),
        if row.runs == 0 { String::new() } else { (if row.searched { "yes" } else { "no" }).to_string() },
        decimal(row.seconds),
        row.runs.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(cost: Option<i64>) -> Run {
        let cost = cost.map(|cost| Money(cost * Money::SCALE));
        Run { cost, bound: None, optimal: false, searched: true, seconds: 0.5 }
    }

    fn whole(cost: i64) -> Option<Money> {
        Some(Money(cost * Money::SCALE))
    }

    #[test]
    fn a_row_is_what_its_runs_come_to() {
        let row = Row::of("a", whole(100), &[run(Some(101)), run(Some(103)), run(Some(101))]);
        assert_eq!((row.best, row.worst, row.mean), (whole(101), whole(103), Some(Money(1_016_667))));
        assert_eq!((row.gap_percent, row.status.as_str(), row.seconds), (Some(1.667), "feasible", Some(0.5)));
    }

    #[test]
    fn runs_without_all_orders_are_counted_and_not_compared() {
        let row = Row::of("a", whole(100), &[run(None), run(Some(110))]);
        assert_eq!((row.mean, row.status.as_str()), (whole(110), "unplanned 1/2"));
        let row = Row::of("a", whole(100), &[run(None)]);
        assert_eq!((row.mean, row.gap_percent), (None, None));
    }

    #[test]
    fn nothing_is_divided_by_a_best_known_of_nothing() {
        assert_eq!(Row::of("a", whole(0), &[run(Some(0))]).gap_percent, Some(0.0));
        assert_eq!(Row::of("a", whole(0), &[run(Some(5))]).gap_percent, None);
        assert_eq!(Row::of("a", None, &[run(Some(5))]).gap_percent, None);
    }

    #[test]
    fn the_three_forms_say_the_same() {
        let mut table = Table::new(2, Some(Duration::from_secs(2)), None);
        table.rows.push(Row::of("a", whole(100), &[run(Some(101)), run(Some(100))]));
        table.rows.push(Row::of("b", whole(8), &[run(Some(7))]));
        table.rows.push(Row::refused("c, d", None, "Line 3 is wrong.".to_string()));
        let text = table.text();
        assert!(text.starts_with("instance  best known  best   mean  worst  gap percent"), "{text}");
        assert!(text.contains("c, d was refused: Line 3 is wrong.\n3 instances, 1 refused, 2 seeds"), "{text}");
        assert!(text.contains("mean gap -6.000 % over 2"), "{text}");
        assert!(text.ends_with("equals the best known on 1 and is below it on 1\n"), "{text}");
        let (mut csv, mut json) = (Vec::new(), Vec::new());
        table.csv(&mut csv).unwrap();
        let csv = String::from_utf8(csv).unwrap();
        assert_eq!(csv.lines().nth(1), Some("a,100,100,100.5,101,0.500,,feasible,yes,0.500,2,"));
        assert_eq!(csv.lines().nth(3), Some("\"c, d\",,,,,,,refused,,,0,Line 3 is wrong."));
        table.json(&mut json).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!((&json["rows"][0]["mean"], &json["rows"][2]["best"]), (&100.5.into(), &serde_json::Value::Null));
        assert_eq!((&json["summary"]["mean_gap_percent"], &json["summary"]["refused"]), (&(-6.0).into(), &1.into()));
    }
}
