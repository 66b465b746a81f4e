//! Quality cannot slip silently: a fixed set of generated instances, planned by iterations, against recorded costs and bounds.
//!
//! Seeds and iterations are fixed and no clock is read, so the costs are the same on every machine until the program changes.
//! A change may trade one instance for another: each may cost a little more than recorded, all together hardly anything.
//! `LOTWISE_RECORD=1 cargo test --test library quality::` writes the table anew; the difference is then seen where the change is
//! reviewed.

use lotwise::generate::{Parameters, generate};
use lotwise::model::Instance;
use lotwise::solve::{Method, Options, solve};
use lotwise::units::Money;
use lotwise::verify;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Generator, orders, lines (0: by the generator), settings, what times cost, iterations.
type Row = (&'static str, usize, usize, &'static [(&'static str, &'static str)], Times, u64);

/// What times cost in an instance.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Times {
    /// What the generator says.
    AsMade,
    /// The makespan and nothing else.
    Makespan,
}
use Times::{AsMade, Makespan};

const SEEDS: [u64; 2] = [11, 12];

const ROWS: &[Row] = &[
    ("parallel", 12, 3, &[], AsMade, 100_000),
    ("parallel", 14, 3, &[("tardiness_percent", "70")], AsMade, 900_000),
    ("parallel", 40, 1, &[("tardiness_percent", "70")], AsMade, 200_000),
    ("parallel", 50, 5, &[], AsMade, 300_000),
    ("parallel", 120, 8, &[("tardiness_percent", "70")], AsMade, 500_000),
    ("parallel", 60, 6, &[], Makespan, 200_000),
    ("plant", 80, 6, &[("bulk_percent", "20"), ("load_percent", "95"), ("overtime", "evenings")], AsMade, 300_000),
    ("garment", 12, 0, &[], AsMade, 10_000),
    ("garment", 8, 0, &[("items", "2")], Makespan, 5_000),
    ("xunxi", 15, 0, &[], AsMade, 15_000),
    ("by-you", 25, 0, &[("load_percent", "200")], AsMade, 15_000),
    ("new-brand", 12, 0, &[], AsMade, 15_000),
    ("cluster", 8, 0, &[], AsMade, 10_000),
    ("farm", 20, 0, &[], AsMade, 15_000),
    ("print-on-demand", 150, 0, &[], AsMade, 100_000),
];

/// One instance may cost this much more than recorded, and all together, by the geometric mean of (cost + 1).
const ONE_WORSE: f64 = 1.1;
const ALL_WORSE: f64 = 1.01;
/// A bound may be this much lower.
#[cfg(feature = "mip")]
const BOUND_WORSE: f64 = 0.99;

fn instance(row: &Row, seed: u64) -> Instance {
    let &(name, orders, lines, set, times, _) = row;
    let set = set.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let lines = Some(lines).filter(|&lines| lines > 0);
    let mut made = generate(name, &Parameters { seed, orders: Some(orders), lines, set, days: None }).unwrap();
    if times == Makespan {
        made.objective.makespan_cost_per_hour = Money(36_000_000);
        for order in &mut made.orders {
            (order.due, order.late_cost_per_day, order.late_cost_once) = (None, None, None);
            (order.holding_cost_per_day, order.reject_cost) = (Money::ZERO, None);
        }
    }
    made
}

/// Planned by iterations; the plan has passed the independent check.
fn planned(instance: &Instance, method: Method, iterations: u64) -> lotwise::solution::Solution {
    let options =
        Options { time_limit: None, iterations: Some(iterations), method, threads: Some(2), ..Options::default() };
    let solution = solve(instance, &options, &mut |_| {}).unwrap().solution;
    assert!(verify::verify(instance, &solution).is_sound());
    assert_eq!(solution.run.faults, Vec::<String>::new());
    solution
}

fn label(row: &Row, seed: u64) -> String {
    let &(name, orders, lines, set, times, iterations) = row;
    let mut label = format!("{name} {orders}");
    if lines > 0 {
        let _ = write!(label, "x{lines}");
    }
    set.iter().for_each(|(name, value)| write!(label, " {name}={value}").unwrap());
    if times == Makespan {
        label.push_str(" makespan");
    }
    format!("{label} seed {seed}, {iterations} iterations")
}

fn table(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/quality").join(name)
}

/// A recorded table, `label;amount` on each line.
fn recorded(name: &str) -> Vec<(String, f64)> {
    let text = std::fs::read_to_string(table(name)).unwrap();
    let rows = text.lines().skip(1).map(|line| line.rsplit_once(';').unwrap());
    rows.map(|(label, amount)| (label.to_string(), amount.parse().unwrap())).collect()
}

/// Compares with the recorded table, or writes it; `ratio` says how much worse a value may be than the one recorded.
fn hold(name: &str, now: &[(String, Money)], worse: impl Fn(f64, f64) -> bool) -> Vec<f64> {
    if std::env::var_os("LOTWISE_RECORD").is_some() {
        let lines = now.iter().map(|(label, amount)| format!("{label};{amount}\n"));
        std::fs::write(table(name), format!("instance;amount\n{}", lines.collect::<String>())).unwrap();
    }
    let known = recorded(name);
    let labels = |rows: &[(String, f64)]| rows.iter().map(|(label, _)| label.clone()).collect::<Vec<_>>();
    let now: Vec<(String, f64)> =
        now.iter().map(|(label, amount)| (label.clone(), amount.0 as f64 / 10_000.0)).collect();
    assert_eq!(labels(&now), labels(&known), "the set has changed: record it");
    for ((label, now), (_, before)) in now.iter().zip(&known) {
        println!("{before:>14.4} {now:>14.4}  {label}");
        assert!(!worse(*now, *before), "{label}: {now} where {before} is recorded");
    }
    now.iter().zip(&known).map(|((_, now), (_, before))| (now + 1.0) / (before + 1.0)).collect()
}

#[test]
fn plans_cost_no_more_than_recorded() {
    let mut now = Vec::new();
    for row in ROWS {
        for seed in SEEDS {
            let solution = planned(&instance(row, seed), Method::Heuristic, row.5);
            assert_eq!(solution.kpis.unplanned, 0, "{}", label(row, seed));
            now.push((label(row, seed), solution.cost.total));
        }
    }
    let ratios = hold("costs.csv", &now, |now, before| now + 1.0 > (before + 1.0) * ONE_WORSE);
    let mean = (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp();
    println!("{mean:.4} of what is recorded");
    assert!(mean <= ALL_WORSE, "all together cost {mean:.4} times what is recorded");
}

#[cfg(feature = "mip")]
#[test]
fn bounds_are_no_lower_than_recorded() {
    const BOUNDED: &[Row] = &[
        ("parallel", 12, 3, &[], AsMade, 20_000),
        ("parallel", 20, 3, &[("tardiness_percent", "70")], AsMade, 20_000),
        ("parallel", 25, 1, &[("tardiness_percent", "70"), ("families", "1")], AsMade, 20_000),
        ("parallel", 15, 4, &[], Makespan, 20_000),
        ("garment", 8, 0, &[], AsMade, 500),
        ("farm", 12, 0, &[], AsMade, 1_000),
    ];
    let mut now = Vec::new();
    for row in BOUNDED {
        let solution = planned(&instance(row, SEEDS[0]), Method::Auto, row.5);
        now.push((label(row, SEEDS[0]), solution.bound.unwrap_or(Money::ZERO)));
    }
    hold("bounds.csv", &now, |now, before| now < before * BOUND_WORSE);
}
