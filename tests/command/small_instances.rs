//! The small instances through the command: exit status, what becomes of each order, and the costs of their page.

use assert_cmd::Command;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::Output;

/// Runs the command where the instances are.
fn lotwise(arguments: &[&str]) -> Output {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("instances");
    Command::cargo_bin("lotwise").unwrap().current_dir(folder).args(arguments).output().unwrap()
}

/// Solves an instance, has the plan checked, and gives it.
fn solve(name: &str, exit: i32, more: &[&str]) -> Value {
    let instance = format!("{name}/instance.json");
    let output = lotwise(&[&["solve", &instance, "--iterations", "2000", "--quiet"], more].concat());
    assert_eq!(output.status.code(), Some(exit), "{output:?}");
    let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plan.json");
    std::fs::write(&file, &output.stdout).unwrap();
    let checked = lotwise(&["check", &instance, &file.to_string_lossy()]);
    assert_eq!(checked.status.code(), Some(0), "{checked:?}");
    plan
}

/// What becomes of each order.
fn statuses(plan: &Value) -> Value {
    plan["orders"].as_array().unwrap().iter().map(|order| json!([order["id"], order["status"]])).collect()
}

/// Compares costs by their value: 130 and 130.0 are one amount.
#[track_caller]
fn assert_costs(plan: &Value, expected: &[(&str, f64)]) {
    for (term, cost) in plan["cost"].as_object().unwrap() {
        let wanted = expected.iter().find(|(name, _)| name == term).map_or(0.0, |(_, cost)| *cost);
        assert_eq!(cost.as_f64().unwrap(), wanted, "{term} in {}", plan["cost"]);
    }
}

#[test]
fn three_orders_make_the_white_ones_first() {
    let plan = solve("three-orders", 0, &[]);
    assert_costs(&plan, &[("total", 130.0), ("production", 90.0), ("changeover", 25.0), ("lateness", 15.0)]);
    assert_eq!(statuses(&plan), json!([["A", "on_time"], ["B", "late"], ["C", "on_time"]]));
    assert_eq!(plan["orders"][1]["lateness"], "PT1H30M");
    let before = solve("three-orders", 0, &["--method", "dispatch"]);
    assert_eq!(before["cost"]["total"].as_f64(), Some(160.0), "what the page says of the spreadsheet");
}

#[test]
fn lateness_falls_on_whom_it_costs_least() {
    let plan = solve("lateness", 0, &[]);
    assert_costs(&plan, &[("total", 2.0), ("lateness", 2.0)]);
    assert_eq!(statuses(&plan), json!([["patient", "late"], ["urgent", "on_time"]]));
    assert_eq!(
        (&plan["orders"][0]["lateness"], &plan["orders"][0]["delivery"]),
        (&json!("PT2H"), &json!("2026-11-23T12:00:00Z"))
    );
}

#[test]
fn an_order_is_turned_down_where_that_is_cheaper() {
    let plan = solve("rejection", 0, &[]);
    assert_costs(&plan, &[("total", 130.0), ("production", 90.0), ("rejection", 40.0)]);
    assert_eq!(statuses(&plan), json!([["worth-it", "on_time"], ["too-cheap", "rejected"]]));
    assert_eq!(plan["lots"].as_array().unwrap().len(), 1);
}

#[test]
fn what_must_be_made_and_does_not_fit_is_unplanned_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plan.json");
    let call = ["solve", "unplanned/instance.json", "--iterations", "2000", "-o", &file.to_string_lossy()];
    let output = lotwise(&call);
    // 3 where an integer program proves it, else 4.
    assert!([Some(3), Some(4)].contains(&output.status.code()), "{output:?}");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["error"]["issues"].as_array().unwrap().len(), 1, "{document}");
    let plan: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let unplanned: Vec<&Value> =
        plan["orders"].as_array().unwrap().iter().filter(|order| order["status"] == "unplanned").collect();
    assert_eq!(unplanned.len(), 1, "one of two");
    assert!(["first", "second"].contains(&unplanned[0]["id"].as_str().unwrap()));
    assert!(unplanned[0]["reason"]["code"].is_string() && unplanned[0]["reason"]["message"].is_string());
    assert!([json!("unknown"), json!("infeasible")].contains(&plan["status"]));
    assert_eq!((&plan["bound"], &plan["gap"]), (&Value::Null, &Value::Null));
    assert_eq!(plan["orders"][2]["status"], "on_time");
    assert_costs(&plan, &[]);
    assert_eq!(lotwise(&["check", "unplanned/instance.json", &file.to_string_lossy()]).status.code(), Some(0));
}

#[test]
fn orders_with_faults_of_their_own_are_set_aside_on_request() {
    let refused = lotwise(&["solve", "set-aside/instance.json", "--iterations", "200"]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    let document: Value = serde_json::from_slice(&refused.stdout).unwrap();
    assert!(document["error"]["message"].as_str().unwrap().contains("--set-aside"), "{document}");
    let issues = document["error"]["issues"].as_array().unwrap();
    let mut codes: Vec<&str> = issues
        .iter()
        .filter(|issue| issue["severity"] == "error")
        .map(|issue| issue["code"].as_str().unwrap())
        .collect();
    codes.sort_unstable();
    assert_eq!(codes, ["no-eligible-line", "unknown-variant"]);

    let plan = solve("set-aside", 6, &["--set-aside"]);
    assert_costs(&plan, &[]);
    assert_eq!(statuses(&plan), json!([["good", "on_time"], ["no-line-can", "unplanned"], ["dangling", "unplanned"]]));
    assert_eq!(plan["orders"][1]["reason"]["code"], "no-eligible-line");
    assert_eq!(plan["orders"][2]["reason"]["code"], "unknown-variant");
}
