//! Plans computed by hand, one small file each in tests/meaning: the rule, the arithmetic, the instance, the plan.
//!
//! The checker must find nothing wrong and come to the same costs; and each change listed under `breaches` must give
//! the breach it names. A plan is as early as it can be unless waiting saves money.

use lotwise::diagnostic::codes;
use lotwise::model::Instance;
use lotwise::solution::Solution;
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

#[test]
fn arithmetic_is_written_out() {
    for Case { name, file } in cases() {
        assert!(file["arithmetic"].as_array().is_some_and(|lines| !lines.is_empty()), "{name}");
    }
}
