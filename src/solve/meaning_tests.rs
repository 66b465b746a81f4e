//! The hand-computed plans of tests/meaning, timed and priced by the planner's own code.
//!
//! tests/meaning.rs holds the independent checker to these files; here their decisions alone (lots, sequences,
//! overtime, who is left out) are handed to `schedule`, which must come to the same instants and the same cost, term
//! by term. What the two implementations have in common is then only the arithmetic written in the files.

use super::{answer, start};
use crate::model::{Instance, LotEntry};
use crate::problem::Problem;
use crate::schedule::{evaluate, settle};
use crate::solution::{OrderEntry, OrderStatus, Solution};
use crate::validate;
use crate::verify::verify;
use serde_json::Value;
use std::path::PathBuf;

/// Files whose plan has an equal that starts earlier: two orders planned at one time pull a moved pair either way.
const TIES: [&str; 1] = ["10-baseline-waiting-for-its-place"];

struct Case {
    name: String,
    instance: Instance,
    plan: Solution,
}

fn cases() -> Vec<Case> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/meaning");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let read = |path: PathBuf| {
        let file: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let instance = serde_json::from_value(file["instance"].clone()).unwrap();
        Case { name, instance, plan: serde_json::from_value(file["plan"].clone()).unwrap() }
    };
    let cases: Vec<Case> = paths.into_iter().map(read).collect();
    assert!(cases.len() >= 30, "only {} files", cases.len());
    cases
}

/// A lot as one line: what it is, and where and when each of its operations is.
fn lot_line(lot: &LotEntry) -> String {
    let mut operations: Vec<String> = lot
        .operations
        .iter()
        .map(|operation| {
            let name = operation.operation.as_deref().unwrap_or("-");
            let setup = operation.setup_start.map(|at| at.seconds.0);
            format!("{name} {} {setup:?} {} {}", operation.line, operation.start.seconds.0, operation.end.seconds.0)
        })
        .collect();
    operations.sort();
    format!("{}/{}/{} x{}: {}", lot.order, lot.item, lot.lot, lot.quantity, operations.join(", "))
}

fn lot_lines(plan: &Solution) -> Vec<String> {
    let mut lines: Vec<String> = plan.lots.iter().map(lot_line).collect();
    lines.sort();
    lines
}

/// The sum of all starts.
fn starts(plan: &Solution) -> i64 {
    plan.lots.iter().flat_map(|lot| &lot.operations).map(|operation| operation.start.seconds.0).sum()
}

/// An order as one line; why one is unplanned may be said in other words.
fn order_line(order: &OrderEntry) -> String {
    let delivery = order.delivery.map(|at| at.seconds.0);
    format!("{} {:?} {delivery:?} {} {}", order.id, order.status, order.lateness.0.0, order.cost.0)
}

fn order_lines(plan: &Solution) -> Vec<String> {
    let mut lines: Vec<String> = plan.orders.iter().map(order_line).collect();
    lines.sort();
    lines
}

/// What of `found` is not as `expected` has it, a line each.
fn differences(name: &str, expected: &[String], found: &[String], into: &mut Vec<String>) {
    let missing = expected.iter().filter(|line| !found.contains(line));
    let beyond = found.iter().filter(|line| !expected.contains(line));
    into.extend(missing.map(|line| format!("{name}: by hand   {line}")));
    into.extend(beyond.map(|line| format!("{name}: schedule  {line}")));
}

#[test]
fn the_schedule_comes_to_the_plans_computed_by_hand() {
    let mut differing = Vec::new();
    for Case { name, instance, plan: by_hand } in cases() {
        let faults = validate::validate(&instance);
        assert!(!validate::has_errors(&faults), "{name}: {faults:?}");
        let problem = Problem::new(&instance);
        let mut plan = start::plan_of(&instance, &problem, &by_hand);
        let schedule = match settle(&problem, &mut plan) {
            Ok(schedule) => schedule,
            Err(infeasible) => {
                differing.push(format!("{name}: {infeasible:?}"));
                continue;
            }
        };
        let found = answer::solution(&instance, &problem, &plan, &schedule);
        if TIES.contains(&name.as_str()) {
            assert!(verify(&instance, &found).is_sound() && starts(&found) < starts(&by_hand), "{name} is no tie");
        } else {
            differences(&name, &lot_lines(&by_hand), &lot_lines(&found), &mut differing);
            differences(&name, &order_lines(&by_hand), &order_lines(&found), &mut differing);
        }
        for ((term, expected), (_, cost)) in by_hand.cost.terms().into_iter().zip(found.cost.terms()) {
            if expected != cost {
                differing.push(format!("{name}: {term} by hand {expected:?}, schedule {cost:?}"));
            }
        }
        if by_hand.cost.total != found.cost.total {
            differing.push(format!("{name}: total by hand {:?}, schedule {:?}", by_hand.cost.total, found.cost.total));
        }
        let left_out = by_hand.orders.iter().filter(|order| order.status == OrderStatus::Unplanned).count();
        assert_eq!(schedule.unplanned, left_out, "{name}");
    }
    assert!(differing.is_empty(), "{} differences:\n{}", differing.len(), differing.join("\n"));
}

/// Settling only decides who takes scarce materials first; a plan that needs no such decision is left as it is.
#[test]
fn settling_a_plan_computed_by_hand_changes_nothing_twice() {
    for Case { name, instance, plan: by_hand } in cases() {
        let problem = Problem::new(&instance);
        let mut plan = start::plan_of(&instance, &problem, &by_hand);
        let Ok(settled) = settle(&problem, &mut plan) else { continue };
        let again = evaluate(&problem, &plan).unwrap();
        assert_eq!(settled.cost, again.cost, "{name}");
        assert!(settled.operations.iter().eq(again.operations.iter()), "{name}");
    }
}
