//! Instances of the worst shapes: everything on one line, thousands of setup classes, a hundred thousand windows, routes
//! a thousand deep. Each is validated, solved and checked by the real command within stated time and memory.
//!
//! `make test` runs them at a twentieth of their size; `make test-shapes` (`LOTWISE_SHAPES=1`) whole, in the release profile.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Seconds a call may take, a search beyond its limit: some five times what it takes at full size, and enough for any in the
/// profile of the tests and beside others.
const PATIENCE: f64 = 3.0;
/// What a call may take in MiB: any, and besides at a shape's full size.
const LEAST_MEMORY: u64 = 100;
const MEMORY: u64 = 1_024;
/// Seconds the search is given.
const LIMIT: f64 = 10.0;

/// The part of its full size a shape is made in.
fn share() -> usize {
    std::env::var("LOTWISE_SHAPES").map_or(20, |text| text.parse().unwrap())
}

/// Seconds and the most memory of a call, in MiB; it must succeed.
#[track_caller]
fn measured(folder: &Path, call: &[&str]) -> (f64, u64) {
    let begun = Instant::now();
    let errors = fs::File::create(folder.join("errors")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_lotwise"));
    let command = command.current_dir(folder).args(call).stdout(Stdio::null()).stderr(errors);
    let mut child = command.spawn().unwrap();
    let mut peak = 0;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        let told = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let kilobytes =
            told.lines().find_map(|line| line.strip_prefix("VmHWM:")).map(|text| text.trim_end_matches("kB"));
        peak = kilobytes.and_then(|text| text.trim().parse::<u64>().ok()).unwrap_or(0).max(peak);
        sleep(Duration::from_millis(5));
    };
    let said = fs::read_to_string(folder.join("errors")).unwrap();
    assert_eq!(status.code(), Some(0), "{call:?}: {said}");
    (begun.elapsed().as_secs_f64(), peak >> 10)
}

fn hold(name: &str, instance: &Value) {
    let folder = tempfile::tempdir().unwrap();
    let text = instance.to_string();
    fs::write(folder.path().join("instance.json"), &text).unwrap();
    let limit = LIMIT / share() as f64;
    let limit_text = format!("{limit}s");
    let calls: [&[&str]; 3] = [
        &["validate", "instance.json"],
        &["solve", "instance.json", "-o", "plan.json", "-q", "--time-limit", &limit_text],
        &["check", "instance.json", "plan.json"],
    ];
    print!("{name:32} {:6.1} MB", text.len() as f64 / 1e6);
    for call in calls {
        let (seconds, peak) = measured(folder.path(), call);
        print!("   {} {seconds:6.2} s {peak:5} MiB", call[0]);
        let patience = PATIENCE + if call[0] == "solve" { limit } else { 0.0 };
        let memory = LEAST_MEMORY + MEMORY / share() as u64;
        assert!(seconds < patience && peak < memory, "{name}: {call:?} took {seconds} s and {peak} MiB");
    }
    println!();
}

fn order(index: usize, variant: &str) -> Value {
    json!({ "id": format!("o{index}"), "due": "2026-12-23T08:00:00Z", "late_cost_per_day": 10, "reject_cost": 1_000_000,
        "items": [{ "variant": variant, "quantity": 1 + index % 9 }] })
}

fn instance(lines: Value, variants: Vec<Value>, orders: Vec<Value>) -> Value {
    json!({ "format": "lotwise/1", "start": "2026-11-23T08:00:00Z", "lines": lines, "variants": variants, "orders": orders,
        "end": "2046-11-23T08:00:00Z" })
}

#[test]
fn one_line_with_100_000_lots() {
    let variants: Vec<Value> =
        ["red", "blue"].map(|colour| json!({ "id": colour, "attributes": { "colour": colour } })).into();
    let orders = (0..100_000 / share()).map(|index| order(index, ["red", "blue"][index % 2])).collect();
    let lines =
        json!([{ "id": "press", "cost_per_hour": 5, "changeovers": "ink", "rates": [{ "units_per_hour": 600 }] }]);
    let mut instance = instance(lines, variants, orders);
    instance["changeovers"] = json!([{ "id": "ink", "rules": [{ "attribute": "colour", "time": "PT5M", "cost": 1 }] }]);
    hold("one line, 100,000 lots", &instance);
}

#[test]
fn one_item_in_10_000_lots() {
    let variants = vec![json!({ "id": "mug" })];
    let lots = 10_000 / share();
    let mut order = order(0, "mug");
    order["items"][0] = json!({ "variant": "mug", "quantity": lots * 3, "maximum_lots": lots });
    let lines =
        json!([{ "id": "a", "rates": [{ "units_per_hour": 60 }] }, { "id": "b", "rates": [{ "units_per_hour": 50 }] }]);
    hold("one item in 10,000 lots", &instance(lines, variants, vec![order]));
}

/// Few lots are tried, however many are allowed.
#[test]
fn one_item_of_1_000_000_000_pieces_in_any_number_of_lots() {
    let mut order = order(0, "mug");
    order["items"][0] = json!({ "variant": "mug", "quantity": 1_000_000_000, "maximum_lots": u32::MAX });
    let lines = json!([{ "id": "a", "rates": [{ "seconds_per_unit": 0.01 }] }, { "id": "b", "rates": [{ "seconds_per_unit": 0.02 }] }]);
    hold("one item in any number of lots", &instance(lines, vec![json!({ "id": "mug" })], vec![order]));
}

#[test]
fn setup_classes_5_000_of_them() {
    // At least so many that tables of all pairs are not made any more.
    let classes = (5_000 / share()).max(2_100);
    let variants = (0..classes)
        .map(|index| json!({ "id": format!("v{index}"), "attributes": { "colour": format!("c{index}"), "size": format!("s{}", index % 70) } }))
        .collect();
    let orders = (0..classes * 2).map(|index| order(index, &format!("v{}", index % classes))).collect();
    let line = |id: &str| json!({ "id": id, "changeovers": "ink", "rates": [{ "units_per_hour": 600 }] });
    let mut instance = instance(json!([line("a"), line("b"), line("c"), line("d")]), variants, orders);
    let mut rules: Vec<Value> = (0..classes)
        .map(|index| json!({ "attribute": "colour", "from": format!("c{index}"), "time": format!("PT{}M", 1 + index % 30) }))
        .collect();
    rules.push(json!({ "attribute": "size", "time": "PT2M", "cost": 3 }));
    instance["changeovers"] = json!([{ "id": "ink", "rules": rules }]);
    hold("5,000 setup classes", &instance);
}

#[test]
fn calendars_with_100_000_windows() {
    use lotwise::{model::Instant, units::Seconds};
    let begin = Instant::parse("2026-11-23T08:00:00Z").unwrap().seconds.0;
    let at = |seconds: i64| Instant::utc(Seconds(begin + seconds)).to_string();
    let windows: Vec<Value> = (0..100_000 / share() as i64)
        .map(|index| json!({ "from": at(index * 3_600 + 600), "to": at(index * 3_600 + 1_200) }))
        .collect();
    let overtime: Vec<Value> = (0..1_000 / share() as i64)
        .map(|index| json!({ "from": at(index * 36_000 + 700), "to": at(index * 36_000 + 1_100), "cost": 5 }))
        .collect();
    let variants = vec![json!({ "id": "mug" })];
    // Some come with the last windows, so that all of the calendar is looked at.
    let late = at(90_000 / share() as i64 * 3_600);
    let order = |index: usize| {
        let mut order = order(index, "mug");
        if index.is_multiple_of(50) {
            order["release"] = json!(late);
        }
        order
    };
    let orders = (0..5_000 / share()).map(order).collect();
    let line = |id: &str, pausable: bool| json!({ "id": id, "calendar": "day", "pausable": pausable, "rates": [{ "units_per_hour": 60 }] });
    let mut instance = instance(json!([line("a", true), line("b", false)]), variants, orders);
    instance["calendars"] = json!([{ "id": "day", "closed": windows, "overtime": overtime }]);
    hold("calendars of 100,000 windows", &instance);
}

#[test]
fn routes_1_000_deep() {
    let steps = 1_000 / share();
    let step = |index: usize| match index {
        0 => json!({ "id": "0", "stage": "s0" }),
        _ => {
            json!({ "id": index.to_string(), "stage": format!("s{}", index % 10), "after": [(index - 1).to_string()], "lag": "PT1M" })
        }
    };
    let operations: Vec<Value> = (0..steps).map(step).collect();
    let variants = vec![json!({ "id": "mug", "route": "long" })];
    let orders = (0..20).map(|index| order(index, "mug")).collect();
    let lines: Vec<Value> =
        (0..10).map(|stage| json!({ "id": format!("l{stage}"), "stage": format!("s{stage}"), "rates": [{ "units_per_hour": 600 }] })).collect();
    let mut instance = instance(json!(lines), variants, orders);
    instance["routes"] = json!([{ "id": "long", "operations": operations }]);
    hold("routes 1,000 deep, 20 orders", &instance);
}

/// An operation that waits for all the others, and a material everybody takes.
#[test]
fn a_route_1_000_wide_and_one_scarce_material() {
    let width = 1_000 / share();
    let mut operations: Vec<Value> =
        (0..width).map(|index| json!({ "id": index.to_string(), "stage": format!("s{}", index % 10) })).collect();
    let all: Vec<String> = (0..width).map(|index| index.to_string()).collect();
    operations.push(json!({ "id": "join", "stage": "s0", "after": all }));
    let variants = vec![
        json!({ "id": "mug", "route": "wide", "materials": [{ "id": "clay", "per_unit": 0.5, "operation": "join" }] }),
    ];
    let orders = (0..10).map(|index| order(index, "mug")).collect();
    let lines: Vec<Value> =
        (0..10).map(|stage| json!({ "id": format!("l{stage}"), "stage": format!("s{stage}"), "rates": [{ "units_per_hour": 600 }] })).collect();
    let mut instance = instance(json!(lines), variants, orders);
    instance["routes"] = json!([{ "id": "wide", "operations": operations }]);
    let arrivals: Vec<Value> =
        (1..50).map(|day| json!({ "at": format!("2026-12-{:02}T08:00:00Z", 1 + day % 28), "quantity": 0.5 })).collect();
    instance["materials"] = json!([{ "id": "clay", "stock": 3, "arrivals": arrivals }]);
    hold("a route 1,000 wide, material", &instance);
}
