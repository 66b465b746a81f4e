//! Plans computed by hand, one small file each in tests/meaning: the rule, the arithmetic, the instance, the plan.
//!
//! The checker must find nothing wrong and come to the same costs; and each change listed under `breaches` must give
//! the breach it names. A plan is as early as it can be unless waiting saves money.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its file has failed")]

use lotwise::diagnostic::codes;
use lotwise::model::{Instance, Instant};
use lotwise::solution::Solution;
use lotwise::units::Seconds;
use lotwise::verify::{left_shift_breaches, verify};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;

struct Case {
    name: String,
    file: Value,
}

fn cases() -> Vec<Case> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/meaning");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        let file = serde_json::from_str(&text).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
        Case { name: path.file_stem().unwrap().to_string_lossy().into_owned(), file }
    };
    paths.into_iter().map(read).collect()
}

fn parse(name: &str, file: &Value) -> (Instance, Solution) {
    let instance = serde_json::from_value(file["instance"].clone());
    let plan = serde_json::from_value(file["plan"].clone());
    (
        instance.unwrap_or_else(|fault| panic!("{name}: instance: {fault}")),
        plan.unwrap_or_else(|fault| panic!("{name}: plan: {fault}")),
    )
}

/// The file with one of its `breaches` applied: `set` from pointer to value, `remove` of pointers.
fn changed(file: &Value, change: &Value) -> Value {
    let mut file = file.clone();
    let place = |pointer: &str| {
        let (parent, token) = pointer.rsplit_once('/').unwrap();
        (parent.to_string(), token.to_string())
    };
    for (pointer, value) in change["set"].as_object().into_iter().flatten() {
        let (parent, token) = place(pointer);
        match file.pointer_mut(&parent).unwrap_or_else(|| panic!("nothing at {parent}")) {
            Value::Array(list) if token == "-" => list.push(value.clone()),
            Value::Array(list) => list[token.parse::<usize>().unwrap()] = value.clone(),
            parent => parent[token] = value.clone(),
        }
    }
    for pointer in change["remove"].as_array().into_iter().flatten() {
        let (parent, token) = place(pointer.as_str().unwrap());
        match file.pointer_mut(&parent).unwrap_or_else(|| panic!("nothing at {parent}")) {
            Value::Array(list) => drop(list.remove(token.parse().unwrap())),
            parent => drop(parent.as_object_mut().unwrap().remove(&token).unwrap()),
        }
    }
    file
}

#[test]
fn hand_computed_plans_hold_and_cost_what_they_say() {
    let mut failed = 0;
    for Case { name, file } in cases() {
        let (instance, plan) = parse(&name, &file);
        let verification = verify(&instance, &plan);
        for breach in verification.breaches.iter().chain(&left_shift_breaches(&instance, &plan)) {
            println!("{name}: {breach}");
            failed += 1;
        }
        assert_eq!(verification.is_sound(), verification.breaches.is_empty());
        if verification.cost != plan.cost {
            println!("{name}: comes to {:?}", verification.cost);
            failed += 1;
        }
    }
    assert_eq!(failed, 0);
}

#[test]
fn every_change_listed_gives_its_breach() {
    let mut failed = 0;
    for Case { name, file } in cases() {
        for change in file["breaches"].as_array().unwrap() {
            let wanted = change["code"].as_str().unwrap();
            let (instance, plan) = parse(&name, &changed(&file, change));
            let breaches = match wanted {
                codes::BREACH_LEFT_SHIFT => left_shift_breaches(&instance, &plan),
                _ => verify(&instance, &plan).breaches,
            };
            let found: BTreeSet<&str> = breaches.iter().map(|breach| breach.code).collect();
            if !found.contains(wanted) {
                println!("{name}: {change} gave {found:?}");
                failed += 1;
            }
            for breach in breaches {
                assert!(breach.is_error() && breach.code.starts_with("breach-") && !breach.remedy.is_empty());
            }
        }
    }
    assert_eq!(failed, 0);
}

#[test]
fn a_wrong_end_is_told_with_the_right_one() {
    let mut told = 0;
    for Case { name, file } in cases() {
        for change in file["breaches"].as_array().unwrap() {
            let mut ends = change["set"].as_object().into_iter().flatten().filter(|(place, _)| place.ends_with("/end"));
            let (Some((place, _)), 1) = (ends.next_back(), change["set"].as_object().map_or(0, |set| set.len())) else {
                continue;
            };
            let Some(right) = file.pointer(place).and_then(Value::as_str).filter(|right| right.ends_with('Z')) else {
                continue;
            };
            let (instance, plan) = parse(&name, &changed(&file, change));
            let breaches = verify(&instance, &plan).breaches;
            for breach in breaches
                .iter()
                .filter(|breach| breach.code == codes::BREACH_RUN_END && breach.pointer == place["/plan".len()..])
            {
                assert!(breach.message.contains(right), "{name}: {} does not say {right}", breach.message);
                told += 1;
            }
        }
    }
    assert!(told > 0, "some plan has a wrong end alone");
}

#[test]
fn every_breach_code_and_every_rule_is_shown() {
    let cases = cases();
    let shown = cases.iter().flat_map(|case| case.file["breaches"].as_array().unwrap());
    let shown: BTreeSet<&str> = shown.map(|change| change["code"].as_str().unwrap()).collect();
    let known = codes::ALL.iter().map(|(code, _)| *code).filter(|code| code.starts_with("breach-"));
    let missing: Vec<&str> = known.filter(|code| !shown.contains(code)).collect();
    assert!(missing.is_empty(), "no test shows {missing:?}");
    for rule in 1..=11 {
        let count = cases.iter().filter(|case| case.file["rule"].as_str().unwrap().starts_with(&format!("{rule}. ")));
        assert!(count.count() >= 2, "rule {rule} needs two plans");
    }
}

/// Pointers to all values below `value`, and the values.
fn leaves(value: &Value, pointer: &str, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(index, value)| leaves(value, &format!("{pointer}/{index}"), found));
        }
        Value::Object(object) => {
            object.iter().for_each(|(name, value)| leaves(value, &format!("{pointer}/{name}"), found));
        }
        _ => found.push((pointer.to_string(), value.clone())),
    }
}

fn set(file: &Value, pointer: &str, value: Value) -> Value {
    changed(file, &serde_json::json!({ "set": { pointer: value } }))
}

#[test]
fn no_number_or_instant_of_a_plan_can_be_changed_unnoticed() {
    let mut unnoticed = 0;
    for Case { name, file } in cases() {
        let mut found = Vec::new();
        leaves(&file["plan"], "/plan", &mut found);
        for (pointer, value) in found {
            let field = pointer.rsplit('/').next().unwrap();
            let others: Vec<Value> = match (field, &value) {
                // A changeover may lie anywhere before its run; a lower bound may be lower.
                ("setup_start" | "bound", _) => continue,
                ("start" | "end" | "delivery", Value::String(text)) => {
                    let instant = Instant::parse(text).unwrap();
                    let moved = |seconds| Instant::utc(instant.seconds + Seconds(seconds)).to_string();
                    vec![moved(1).into(), moved(-1).into()]
                }
                ("quantity" | "lot", Value::Number(number)) => vec![(number.as_i64().unwrap() + 1).into()],
                ("cost", Value::Number(number)) => vec![(number.as_f64().unwrap() + 1.0).into()],
                (_, Value::Number(number)) if pointer.starts_with("/plan/cost/") => {
                    vec![(number.as_f64().unwrap() + 1.0).into()]
                }
                ("order" | "item" | "operation" | "line" | "id", Value::String(_)) => vec!["nobody's".into()],
                ("lateness", _) => vec!["PT1S".into()],
                _ => continue,
            };
            for other in others.into_iter().filter(|other| *other != value) {
                let (instance, plan) = parse(&name, &set(&file, &pointer, other.clone()));
                if verify(&instance, &plan).is_sound() {
                    println!("{name}: {pointer} = {other} goes unnoticed");
                    unnoticed += 1;
                }
            }
        }
    }
    assert_eq!(unnoticed, 0);
}

#[test]
fn nothing_a_file_says_makes_the_checker_fail() {
    for Case { name, file } in cases() {
        let mut found = Vec::new();
        leaves(&file["plan"], "/plan", &mut found);
        leaves(&file["instance"], "/instance", &mut found);
        for (pointer, value) in found {
            let others: Vec<Value> = match &value {
                Value::Number(_) => vec![0.into(), 999_999_999_999_999_i64.into(), i64::MAX.into(), i64::MIN.into()],
                Value::String(text) if Instant::parse(text).is_ok() => {
                    vec!["1900-01-01T00:00:00Z".into(), "2499-12-31T23:59:59Z".into()]
                }
                Value::String(text) if text.starts_with('P') => vec!["PT0S".into(), "P36525D".into()],
                Value::String(_) => vec!["".into(), "nobody's".into(), "A".into(), "b".into()],
                Value::Bool(flag) => vec![(!flag).into()],
                _ => continue,
            };
            let changes = others.into_iter().map(|other| set(&file, &pointer, other));
            let removed = changed(&file, &serde_json::json!({ "remove": [pointer] }));
            for file in changes.chain([removed]) {
                // What the format does not read at all never reaches the checker.
                let instance = serde_json::from_value::<Instance>(file["instance"].clone());
                let plan = serde_json::from_value::<Solution>(file["plan"].clone());
                if let (Ok(instance), Ok(plan)) = (instance, plan) {
                    let verification = verify(&instance, &plan);
                    assert_eq!(verification.orders.len(), instance.orders.len(), "{name}");
                    left_shift_breaches(&instance, &plan);
                }
            }
        }
    }
}

#[test]
fn arithmetic_is_written_out() {
    for Case { name, file } in cases() {
        assert!(file["arithmetic"].as_array().is_some_and(|lines| !lines.is_empty()), "{name}");
    }
}

#[test]
fn the_documentation_lists_every_code() {
    let page = include_str!("../docs/check.md");
    for (code, summary) in codes::ALL.iter().filter(|(code, _)| code.starts_with("breach-")) {
        assert!(page.contains(&format!("| `{code}` |")) && page.contains(summary), "{code}");
    }
}
