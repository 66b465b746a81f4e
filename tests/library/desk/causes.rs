//! What is said of late orders, on plants small enough to know better.

use super::plants::*;
use lotwise::desk::{Change, ExplainOptions, explain};
use lotwise::model::Instance;
use lotwise::solution::{OrderStatus, Solution};
use lotwise::solve::solve;
use serde_json::{Value, json};

fn explained(instance: &Instance, solution: &Solution, order: &str) -> Value {
    let options = ExplainOptions { order: Some(order.to_string()), ..ExplainOptions::default() };
    let found = explain(instance, solution, &options).unwrap();
    serde_json::to_value(&found.orders[0]).unwrap()
}

fn codes(explanation: &Value) -> Vec<&str> {
    explanation["causes"].as_array().unwrap().iter().map(|cause| cause["code"].as_str().unwrap()).collect()
}

fn remedy<'a>(explanation: &'a Value, change: &str) -> &'a Value {
    let remedies = explanation["remedies"].as_array().unwrap();
    remedies.iter().find(|remedy| remedy["change"] == change).unwrap_or_else(|| panic!("{change}: {explanation}"))
}

#[test]
fn an_order_behind_a_dearer_one_is_told_who_holds_its_place() {
    // A takes 08:00 to 14:00 and is worth more; B then takes 14:00 to 16:00 and 08:00 to 10:00 of the next day.
    let instance = read(&press(json!([
        { "id": "A", "due": "2026-11-23T14:00:00Z", "late_cost_per_day": 900, "items": [{ "variant": "mug", "quantity": 360 }] },
        { "id": "B", "due": "2026-11-23T16:00:00Z", "late_cost_per_day": 100, "items": [{ "variant": "mug", "quantity": 240 }] },
    ])));
    let solution = plan(&instance);
    let found = explained(&instance, &solution, "B");
    assert_eq!(found["delivery"], "2026-11-24T10:00:00Z");
    let full = found["causes"].as_array().unwrap().iter().find(|cause| cause["code"] == "line-full").unwrap();
    assert_eq!((&full["orders"], &full["each_enough"]), (&json!(["A"]), &json!(["A"])), "{found}");
    // Without A it is made from 08:00 to 12:00: 22 hours earlier.
    assert_eq!(full["gain"], "PT22H");
    // No time before the promise is closed, so no overtime helps.
    let changes: Vec<&str> =
        found["remedies"].as_array().unwrap().iter().map(|one| one["change"].as_str().unwrap()).collect();
    assert_eq!(changes, ["ahead", "promise"], "{found}");
    assert_eq!(remedy(&found, "promise")["due"], "2026-11-24T10:00:00Z");
    // Ahead: B from 08:00 to 12:00, A until 10:00 of the next day, 20 h late: 750 for it, 75 saved on B.
    assert_eq!(remedy(&found, "ahead")["plan_cost"], json!(675));
    assert_eq!(remedy(&found, "ahead")["harmed"], json!(["A"]));
}

#[test]
fn overtime_is_sized_to_the_minute_and_not_a_minute_longer() {
    // 10 hours of work from 08:00 on, due the next day at 09:00: eight hours the first day, one the second, one is lacking.
    let instance = read(&press(json!([
        { "id": "A", "due": "2026-11-24T09:00:00Z", "late_cost_per_day": 100, "items": [{ "variant": "mug", "quantity": 600 }] },
    ])));
    let solution = plan(&instance);
    let found = explained(&instance, &solution, "A");
    assert_eq!(codes(&found), ["no-open-time", "closed-time"], "{found}");
    let window = &remedy(&found, "overtime")["windows"][0];
    assert_eq!(window["existing"], false);
    let length = at(window["to"].as_str().unwrap()).seconds.0 - at(window["from"].as_str().unwrap()).seconds.0;
    assert_eq!(length, 3_600, "{window}");
}

#[test]
fn a_late_release_and_a_late_material_are_told_with_what_would_do() {
    // Released at 12:00 and due at 14:00 with three hours of work: 11:00 would do.
    let mut value = press(json!([
        { "id": "A", "release": "2026-11-23T12:00:00Z", "due": "2026-11-23T14:00:00Z", "late_cost_per_day": 100,
          "items": [{ "variant": "mug", "quantity": 180 }] },
    ]));
    let instance = read(&value);
    let found = explained(&instance, &plan(&instance), "A");
    assert_eq!(codes(&found)[0], "release-late", "{found}");
    assert_eq!(remedy(&found, "release")["release"], "2026-11-23T11:00:00Z");
    // The same three hours, clay for 100 mugs there and for the rest from 13:00 on: 80 more would do.
    value["materials"] =
        json!([{ "id": "clay", "stock": 100, "arrivals": [{ "at": "2026-11-23T13:00:00Z", "quantity": 500 }] }]);
    value["variants"][0]["materials"] = json!([{ "id": "clay", "per_unit": 1 }]);
    value["orders"][0].as_object_mut().unwrap().remove("release");
    let instance = read(&value);
    let found = explained(&instance, &plan(&instance), "A");
    assert_eq!(codes(&found)[0], "material-late", "{found}");
    assert_eq!(remedy(&found, "material")["more"], json!(80));
}

#[test]
fn a_refusal_is_told_with_the_price_of_making_it() {
    // The press is full until the promise of both: whichever is made second is two hours late, at 100 an hour.
    let instance = read(&press(json!([
        { "id": "A", "due": "2026-11-23T10:00:00Z", "late_cost_per_day": 2400, "items": [{ "variant": "mug", "quantity": 120 }] },
        { "id": "B", "due": "2026-11-23T10:00:00Z", "late_cost_per_day": 2400, "reject_cost": 150,
          "items": [{ "variant": "mug", "quantity": 120 }] },
    ])));
    let solution = plan(&instance);
    assert_eq!(solution.orders[1].status, OrderStatus::Rejected);
    let found = explained(&instance, &solution, "B");
    assert_eq!(codes(&found), ["cheaper-to-refuse"]);
    assert_eq!(found["alternatives"][0]["cost"], json!(200), "{found}");
    // In time it is only ahead of A, which is then two hours late.
    assert_eq!(remedy(&found, "reject_cost")["reject_cost"], json!(200));
    assert_eq!(remedy(&found, "reject_cost")["harmed"], json!(["A"]));
}

#[test]
fn a_kit_is_late_by_its_last_item_and_a_stage_by_the_one_before() {
    let instance = read(&json!({
        "format": "lotwise/1", "start": "2026-11-23T08:00:00Z",
        "lines": [
            { "id": "cut", "stage": "cut", "rates": [{ "units_per_hour": 30 }] },
            { "id": "sew", "stage": "sew", "rates": [{ "units_per_hour": 60 }] },
            { "id": "print", "stage": "print", "rates": [{ "units_per_hour": 60 }] }],
        "routes": [
            { "id": "shirt", "operations": [{ "id": "cut", "stage": "cut" }, { "id": "sew", "stage": "sew", "after": ["cut"] }] },
            { "id": "mug", "operations": [{ "id": "print", "stage": "print" }] }],
        "variants": [{ "id": "shirt", "route": "shirt" }, { "id": "mug", "route": "mug" }],
        // Cut until 10:00, sewn until 11:00: an hour late; the mugs are there at 08:30.
        "orders": [{ "id": "K", "due": "2026-11-23T10:00:00Z", "late_cost_per_day": 24,
            "items": [{ "variant": "shirt", "quantity": 60 }, { "variant": "mug", "quantity": 30 }] }],
    }));
    let found = explained(&instance, &plan(&instance), "K");
    let found_codes = codes(&found);
    assert!(found_codes.contains(&"kit-last-item") && found_codes.contains(&"stage-before"), "{found}");
    let kit = found["causes"].as_array().unwrap().iter().find(|cause| cause["code"] == "kit-last-item").unwrap();
    assert_eq!((&kit["parts"], &kit["delivery_without"]), (&json!(["0 (shirt)"]), &json!("2026-11-23T08:30:00Z")));
    let timeline: Vec<&str> =
        found["timeline"].as_array().unwrap().iter().map(|one| one["end"].as_str().unwrap()).collect();
    assert_eq!(timeline, ["2026-11-23T08:30:00Z", "2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z"]);
}

/// What is said of an order alone holds for a plant that makes nothing else and in which being late is ruinous.
#[test]
fn no_order_is_on_time_alone_that_is_said_never_to_be() {
    let mut refuted = Vec::new();
    let mut looked_at = 0;
    for (seed, instance, solution) in random_plans(cases() * 6) {
        let explained =
            explain(&instance, &solution, &ExplainOptions { most: 0, ..ExplainOptions::default() }).unwrap();
        for explanation in explained.orders.iter().filter(|_| instance.baseline.is_none()) {
            let said = |code: &str| {
                let causes = serde_json::to_value(&explanation.causes).unwrap();
                causes.as_array().unwrap().iter().any(|cause| cause["code"] == code)
            };
            if !said("no-open-time") && !said("too-little-time") {
                continue;
            }
            let mut order = instance.orders.iter().find(|order| order.id == explanation.order).unwrap().clone();
            order.late_cost_per_day = Some(lotwise::units::Money(100_000 * lotwise::units::Money::SCALE));
            order.reject_cost = None;
            let alone = Instance { orders: vec![order], ..instance.clone() };
            let Ok(made) = solve(&alone, &options(500), &mut |_| {}) else { continue };
            looked_at += 1;
            if made.solution.orders[0].status == OrderStatus::OnTime {
                refuted.push((seed, explanation.order.clone()));
            }
        }
    }
    assert!(refuted.is_empty(), "{refuted:?}");
    assert!(looked_at > 10, "only {looked_at} were said to be late even alone");
}

#[test]
fn every_late_order_has_a_cause_and_a_promise_that_would_be_kept() {
    let mut late = 0;
    for (seed, instance, solution) in random_plans(cases()) {
        let explained = explain(&instance, &solution, &ExplainOptions::default()).unwrap();
        let stated: Vec<&str> = solution
            .orders
            .iter()
            .filter(|order| order.status != OrderStatus::OnTime)
            .map(|order| order.id.as_str())
            .collect();
        assert_eq!(explained.orders.len(), stated.len(), "seed {seed}");
        for explanation in explained.orders.iter().filter(|one| one.status == OrderStatus::Late) {
            late += 1;
            assert!(!explanation.causes.is_empty(), "seed {seed}: {explanation:?}");
            let promised = explanation.remedies.iter().any(|remedy| matches!(remedy.change, Change::Promise { .. }));
            assert!(promised, "seed {seed}: {explanation:?}");
        }
    }
    assert!(late > 20, "only {late} late orders");
}
