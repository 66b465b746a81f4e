//! How full the lines are: open, run and changeover hours of each line, day by day (or in longer steps).

use crate::report::kpis::ratio;
use crate::report::register::{LineRecord, Register};
use crate::units::{DAY, Seconds};
use crate::working_time::Span;
use jiff::ToSpan;
use serde::Serialize;

/// Steps between bars, in days; the first that needs no more than [`MOST`] bars is taken.
const STEPS: [i64; 6] = [1, 7, 14, 28, 91, 364];
/// Bars at most.
const MOST: i64 = 62;

/// The load chart's numbers.
#[derive(Debug, Serialize)]
pub(super) struct Load {
    /// Beginnings of the bars, seconds since the page's origin, and the end of the last.
    edges: Vec<i64>,
    /// Days a bar stands for.
    days: i64,
    /// For each line and bar: open, run and changeover hours.
    hours: Vec<Vec<[f64; 3]>>,
}

impl Load {
    /// The load from `start` to the last end.
    pub(super) fn new(register: &Register<'_>, origin: Seconds) -> Self {
        let horizon = register.horizon();
        let days = *STEPS.iter().find(|step| horizon.length().0 / (DAY.0 * **step) < MOST).unwrap_or(&364);
        let edges = edges(register, horizon, days);
        let hours = register.lines.iter().map(|line| hours(register, line, &edges)).collect();
        Self { edges: edges.iter().map(|edge| (*edge - origin).0).collect(), days, hours }
    }
}

/// Local midnights `days` apart, from the one before `horizon` to the one after it.
fn edges(register: &Register<'_>, horizon: Span, days: i64) -> Vec<Seconds> {
    let zone = &register.problem.zone;
    let first = jiff::Timestamp::from_second(horizon.from.0).ok().map(|at| zone.to_datetime(at).date());
    let midnight = |date: jiff::civil::Date| {
        let local = zone.to_ambiguous_zoned(date.to_datetime(jiff::civil::Time::midnight())).compatible().ok()?;
        Some(Seconds(local.timestamp().as_second()))
    };
    let dates = std::iter::successors(first, |date| date.checked_add(days.days()).ok());
    let mut edges = Vec::new();
    for edge in dates.map_while(midnight) {
        edges.push(edge);
        // A year and a half of years, should a calendar ever run away.
        if edge >= horizon.to || edges.len() > 500 {
            break;
        }
    }
    edges
}

fn hours(register: &Register<'_>, line: &LineRecord, edges: &[Seconds]) -> Vec<[f64; 3]> {
    let horizon = register.horizon();
    let bars = edges.len().saturating_sub(1);
    let mut sums = vec![[0_i64; 3]; bars];
    for (bar, sum) in sums.iter_mut().enumerate() {
        let (from, to) = (edges[bar].max(horizon.from), edges[bar + 1].min(horizon.to));
        sum[0] = line.open.working_between(from, to.max(from)).0;
    }
    for run in &register.runs[line.runs.clone()] {
        for (kind, span) in [(1, Some(run.span)), (2, run.setup)] {
            let Some(span) = span else { continue };
            let first = edges.partition_point(|edge| *edge <= span.from).saturating_sub(1);
            for bar in (first..bars).take_while(|&bar| edges[bar] < span.to) {
                let (from, to) = (span.from.max(edges[bar]).max(horizon.from), span.to.min(edges[bar + 1]));
                sums[bar][kind] += line.open.working_between(from, to.max(from)).0;
            }
        }
    }
    sums.into_iter().map(|sum| sum.map(|seconds| ratio(seconds, 3_600))).collect()
}
