//! Small plants that can be checked by hand, and plans of random ones.

use crate::common::instances::{anything, every_feature};
use lotwise::model::{Instance, Instant, read_instance};
use lotwise::solution::Solution;
use lotwise::solve::{Method, Options, solve};
use serde_json::{Value, json};

pub fn options(iterations: u64) -> Options {
    let method = Method::Heuristic;
    Options { method, time_limit: None, iterations: Some(iterations), threads: Some(1), ..Options::default() }
}

pub fn read(value: &Value) -> Instance {
    read_instance(value.to_string().as_bytes()).unwrap_or_else(|fault| panic!("{:?}", fault.faults))
}

pub fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

pub fn plan(instance: &Instance) -> Solution {
    solve(instance, &options(500), &mut |_| {}).unwrap().solution
}

/// How many random instances; more by `LOTWISE_CASES`.
pub fn cases() -> u64 {
    std::env::var("LOTWISE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(150)
}

/// Plans of random instances, poor ones on purpose: the first that comes, so that orders are late.
pub fn random_plans(cases: u64) -> impl Iterator<Item = (u64, Instance, Solution)> {
    (0..cases).filter_map(|seed| {
        let instance = anything(seed, every_feature());
        let method = if seed % 2 == 0 { Method::Dispatch } else { Method::Heuristic };
        let solution = solve(&instance, &Options { method, ..options(20) }, &mut |_| {}).ok()?.solution;
        Some((seed, instance, solution))
    })
}

/// One press that makes 60 an hour from 08:00 on, open from 08:00 to 16:00 on weekdays.
pub fn press(orders: Value) -> Value {
    json!({
        "format": "lotwise/1", "name": "press", "start": "2026-11-23T08:00:00Z",
        "calendars": [{ "id": "day", "weekly": [{ "days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "16:00" }] }],
        "lines": [{ "id": "press", "calendar": "day", "rates": [{ "units_per_hour": 60 }] }],
        "variants": [{ "id": "mug" }],
        "orders": orders,
    })
}
