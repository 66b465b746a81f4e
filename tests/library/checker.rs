//! What the checker holds against a plan where several things pull at one lot; rules one by one are in `tests/meaning`.

use lotwise::diagnostic::codes;
use lotwise::model::Instance;
use lotwise::solution::Solution;
use lotwise::solve::{Method, Options, solve};
use lotwise::verify::{left_shift_breaches, verify};
use serde_json::{Value, json};

/// Three lines of a piece a minute, each for a variant of its own, from 08:00 on.
fn plant(orders: Value) -> Value {
    let line = |id: &str, variant: &str| json!({ "id": id, "rates": [{ "match": { "variant": variant }, "seconds_per_unit": 60 }] });
    json!({
        "format": "lotwise/1", "start": at("08:00"), "end": "2026-11-30T08:00:00Z",
        "lines": [line("one", "a"), line("two", "b"), line("three", "c")],
        "variants": [{ "id": "a" }, { "id": "b" }, { "id": "c" }],
        "orders": orders
    })
}

fn at(time: &str) -> String {
    format!("2026-11-23T{time}:00Z")
}

/// A's lot on line one in the plan in force.
fn in_force(quantity: u64, from: &str, to: &str) -> Value {
    let operation = json!({ "line": "one", "start": at(from), "end": at(to) });
    json!([{ "order": "A", "item": "0", "lot": 0, "quantity": quantity, "operations": [operation] }])
}

/// A piece of any variant takes one of a tape, of which there is this.
fn take_tape(file: &mut Value, mut tape: Value) {
    tape["id"] = json!("tape");
    file["materials"] = json!([tape]);
    for variant in file["variants"].as_array_mut().unwrap() {
        variant["materials"] = json!([{ "id": "tape", "per_unit": 1 }]);
    }
}

fn instance(file: &Value) -> Instance {
    serde_json::from_value(file.clone()).unwrap()
}

/// The plan that dispatch makes, once `change` has been made to it.
fn changed(file: &Value, change: impl FnOnce(&mut Value)) -> Solution {
    let options = Options { method: Method::Dispatch, time_limit: None, iterations: Some(1), ..Options::default() };
    let made = solve(&instance(file), &options, &mut |_| {}).unwrap().solution;
    let mut plan = serde_json::to_value(&made).unwrap();
    change(&mut plan);
    serde_json::from_value(plan).unwrap()
}

/// The plan that dispatch makes, with the lots of `moved` (order, item, from, to) at other times.
fn plan(file: &Value, moved: &[(&str, &str, &str, &str)]) -> Solution {
    changed(file, |plan| {
        for (order, item, from, to) in moved {
            let lots = plan["lots"].as_array_mut().unwrap();
            let lot = lots.iter_mut().find(|lot| lot["order"] == *order && lot["item"] == *item).unwrap();
            lot["operations"][0]["start"] = json!(at(from));
            lot["operations"][0]["end"] = json!(at(to));
        }
    })
}

/// The lots that could start earlier, by pointer.
fn shifted(file: &Value, moved: &[(&str, &str, &str, &str)]) -> usize {
    let plan = plan(file, moved);
    let breaches = left_shift_breaches(&instance(file), &plan);
    assert!(breaches.iter().all(|breach| breach.code == codes::BREACH_LEFT_SHIFT));
    breaches.len()
}

#[test]
fn a_lot_waits_for_its_order_only_where_it_is_the_last_one() {
    // Held from 20:00 on. Item 1 takes ten hours: whatever item 0 does, the order arrives when item 1 does.
    let file = plant(json!([
        { "id": "A", "items": [{ "variant": "c", "quantity": 10 }] },
        { "id": "B", "due": at("20:00"), "late_cost_per_day": 1, "holding_cost_per_day": 100,
          "items": [{ "variant": "a", "quantity": 10 }, { "variant": "b", "quantity": 600 }] },
        { "id": "C", "items": [{ "variant": "c", "quantity": 10 }] }
    ]));
    let last = ("B", "1", "10:00", "20:00");
    assert_eq!(shifted(&file, &[("B", "0", "08:00", "08:10"), last]), 0);
    assert_eq!(shifted(&file, &[("B", "0", "15:00", "15:10"), last]), 1);
    assert_eq!(shifted(&file, &[("B", "0", "19:50", "20:00"), ("B", "1", "08:00", "18:00")]), 0);
}

/// One lot that began at 08:00 in the plan in force, and now begins at 12:00.
fn kept_back(change: impl FnOnce(&mut Value)) -> usize {
    let mut file = plant(
        json!([{ "id": "A", "due": at("20:00"), "late_cost_per_day": 1, "items": [{ "variant": "a", "quantity": 60 }] }]),
    );
    file["baseline"] = json!({ "start_change_cost_per_hour": 1, "lots": in_force(60, "08:00", "09:00") });
    change(&mut file);
    shifted(&file, &[("A", "0", "12:00", "13:00")])
}

#[test]
fn waiting_is_weighed_by_what_it_saves_and_costs() {
    // An hour earlier costs 2 of holding, or 0.5, and saves 1 of change to the plan in force.
    assert_eq!(kept_back(|file| file["orders"][0]["holding_cost_per_day"] = json!(48)), 0);
    assert_eq!(kept_back(|file| file["orders"][0]["holding_cost_per_day"] = json!(12)), 1);
    // In force from 20:00: an hour earlier costs 1 of change and saves 2 of makespan, or 0.5.
    let later = |makespan: f64| {
        kept_back(|file| {
            file["objective"] = json!({ "makespan_cost_per_hour": makespan });
            file["baseline"]["lots"] = in_force(60, "20:00", "21:00");
        })
    };
    assert_eq!((later(2.0), later(0.5)), (1, 0));
}

#[test]
fn a_fact_at_the_very_start_takes_its_material() {
    let with = |stock: u64| {
        let mut file = plant(json!([
            { "id": "A", "items": [{ "variant": "a", "quantity": 30 }] },
            { "id": "B", "items": [{ "variant": "b", "quantity": 15 }] }
        ]));
        take_tape(&mut file, json!({ "stock": stock }));
        file["baseline"] = json!({ "frozen_until": at("08:01"), "lots": in_force(30, "08:00", "08:30") });
        file
    };
    let (enough, short) = (with(45), with(44));
    let plan = plan(&enough, &[]);
    assert!(verify(&instance(&enough), &plan).is_sound());
    let found: Vec<&str> = verify(&instance(&short), &plan).breaches.iter().map(|breach| breach.code).collect();
    assert_eq!(found, [codes::BREACH_MATERIAL]);
}

#[test]
fn what_a_fact_will_take_is_kept_for_it() {
    // 45 are there and A's fact takes 30 at noon: B's 30 wait for what comes at two.
    let mut file = plant(json!([
        { "id": "A", "items": [{ "variant": "a", "quantity": 30 }] },
        { "id": "B", "items": [{ "variant": "b", "quantity": 30 }] }
    ]));
    take_tape(&mut file, json!({ "stock": 45, "arrivals": [{ "at": at("14:00"), "quantity": 30 }] }));
    file["baseline"] = json!({ "frozen_until": at("13:00"), "lots": in_force(30, "12:00", "12:30") });
    let plan = plan(&file, &[]);
    assert!(verify(&instance(&file), &plan).is_sound());
    let start = plan.lots.iter().find(|lot| lot.order == "B").unwrap().operations[0].start.to_string();
    assert_eq!(start, at("14:00"));
}

#[test]
fn of_rules_that_match_the_first_counts_however_narrow_the_others_are() {
    let between = |rules: Value| {
        let mut file = plant(json!([
            { "id": "A", "items": [{ "variant": "a", "quantity": 10 }] },
            { "id": "B", "items": [{ "variant": "b", "quantity": 10 }] }
        ]));
        file["changeovers"] = json!([{ "id": "c", "rules": rules }]);
        file["lines"] = json!([{ "id": "one", "changeovers": "c", "setup_state": { "variant": "a" },
            "rates": [{ "seconds_per_unit": 60 }] }]);
        let plan = plan(&file, &[]);
        assert!(verify(&instance(&file), &plan).is_sound());
        plan.kpis.changeover_hours * 60.0
    };
    let any = json!({ "attribute": "variant", "time": "PT6M" });
    let narrow = json!({ "attribute": "variant", "from": "a", "to": "b", "time": "PT12M" });
    let matrix = json!({ "attribute": "variant", "values": ["a", "b"], "seconds": [[0, 1_080], [1_080, 0]] });
    let minutes =
        [[&any, &narrow], [&narrow, &any], [&any, &matrix], [&matrix, &any]].map(|rules| between(json!(rules)));
    assert_eq!(minutes, [6.0, 12.0, 6.0, 18.0]);
}

/// Codes and pointers of what is wrong with a plan once `change` has been made to it.
fn breaches(file: &Value, change: impl FnOnce(&mut Value)) -> Vec<String> {
    let found = verify(&instance(file), &changed(file, change)).breaches;
    found.iter().map(|breach| format!("{} {}", breach.code, breach.pointer)).collect()
}

#[test]
fn an_order_that_lacks_a_lot_is_not_delivered() {
    let file = plant(json!([
        { "id": "A", "due": at("08:05"), "late_cost_per_day": 24, "deadline": at("18:00"),
          "items": [{ "variant": "a", "quantity": 10 }, { "variant": "b", "quantity": 20 }] }
    ]));
    assert_eq!(breaches(&file, |_| {}), [] as [&str; 0]);
    let without = breaches(&file, |plan| drop(plan["lots"].as_array_mut().unwrap().remove(1)));
    // Nobody can say when it is delivered: it comes to nothing, and nothing is held against what is stated of it.
    assert_eq!(without, ["breach-quantity /lots", "breach-cost /cost/lateness", "breach-cost /cost/total"]);
    let message = {
        let plan = plan(&file, &[("A", "1", "18:00", "18:20")]);
        let found = verify(&instance(&file), &plan).breaches;
        found.into_iter().find(|breach| breach.code == codes::BREACH_DEADLINE).unwrap()
    };
    assert_eq!(message.pointer, "/orders/0/delivery");
    assert!(message.message.contains("Order A is delivered at 2026-11-23T18:20:00Z"), "{}", message.message);
}

#[test]
fn what_is_done_breaks_no_deadline_and_a_fact_that_is_missing_is_called_by_its_name() {
    let file = plant(json!([
        { "id": "A", "deadline": at("07:00"), "items": [{ "variant": "a", "quantity": 10, "done": 10 }] },
        { "id": "B", "items": [{ "variant": "b", "quantity": 10 }] }
    ]));
    assert_eq!(breaches(&file, |_| {}), [] as [&str; 0]);
    let mut begun = plant(json!([{ "id": "A", "items": [{ "variant": "a", "quantity": 10 }] }]));
    begun["baseline"] = json!({ "frozen_until": at("08:00"), "lots": in_force(10, "07:55", "08:05") });
    let without = changed(&begun, |plan| plan["lots"] = json!([]));
    let found = verify(&instance(&begun), &without).breaches;
    let missing = found.iter().find(|breach| breach.code == codes::BREACH_FROZEN_MISSING).unwrap();
    assert_eq!(missing.message, "The frozen operation order A item 0 lot 0 is not in the plan.");
}
