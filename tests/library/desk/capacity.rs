//! Bottlenecks and agility: what an hour is worth, and how much more a plant takes.

use super::plants::*;
use lotwise::desk::{AgilityOptions, BottleneckOptions, agility, bottlenecks};
use serde_json::{Value, json};

#[test]
fn an_hour_is_worth_what_it_saves() {
    // Ten hours of work due at the end of the first day: two hours are lacking, and 16 h pass until 10:00 of the next. With
    // an hour more before, it is done at 09:00: an hour less of lateness, at 10 an hour.
    let instance = read(&press(json!([
        { "id": "A", "due": "2026-11-23T16:00:00Z", "late_cost_per_day": 240, "items": [{ "variant": "mug", "quantity": 600 }] },
    ])));
    let asked = BottleneckOptions { search: options(50), ..BottleneckOptions::default() };
    let found = bottlenecks(&instance, &plan(&instance), &asked, &mut |_| {}).unwrap();
    assert_eq!((found.lines[0].open_hours, found.lines[0].run_hours, found.lines[0].load), (10.0, 10.0, 1.0));
    assert_eq!(found.hours[0].worth.to_string(), "10", "{:?}", found.hours);
    assert_eq!(found.hours[0].retimed, found.hours[0].worth);
}

/// What an hour saves the plan as it is has nothing to do with an order that is turned down, even where that is the first.
#[test]
fn an_hour_is_worth_the_same_beside_an_order_that_is_turned_down() {
    let instance = read(&press(json!([
        { "id": "Z", "reject_cost": 1, "due": "2026-11-23T16:00:00Z", "late_cost_per_day": 2400,
          "items": [{ "variant": "mug", "quantity": 1200 }] },
        { "id": "A", "due": "2026-11-23T16:00:00Z", "late_cost_per_day": 240, "items": [{ "variant": "mug", "quantity": 600 }] },
    ])));
    let plan = plan(&instance);
    assert_eq!(plan.orders[0].status, lotwise::solution::OrderStatus::Rejected);
    let asked = BottleneckOptions { search: options(50), ..BottleneckOptions::default() };
    let found = bottlenecks(&instance, &plan, &asked, &mut |_| {}).unwrap();
    assert_eq!(found.hours[0].retimed.to_string(), "10", "{:?}", found.hours);
    assert_eq!(found.hours[0].worth.to_string(), "10", "{:?}", found.hours);
}

#[test]
fn changeovers_are_told_by_what_changes() {
    let instance = read(&json!({
        "format": "lotwise/1", "start": "2026-11-23T08:00:00Z",
        "changeovers": [{ "id": "ink", "rules": [{ "attribute": "colour", "time": "PT30M", "cost": 5 }] }],
        "lines": [{ "id": "press", "changeovers": "ink", "setup_state": { "colour": "white" }, "rates": [{ "units_per_hour": 60 }] }],
        "variants": [{ "id": "red", "attributes": { "colour": "red" } }],
        "orders": [{ "id": "A", "items": [{ "variant": "red", "quantity": 60 }] }],
    }));
    let asked = BottleneckOptions { search: options(50), ..BottleneckOptions::default() };
    let found = bottlenecks(&instance, &plan(&instance), &asked, &mut |_| {}).unwrap();
    let one = &found.changeovers[0];
    assert_eq!((one.count, one.hours, one.cost.to_string().as_str()), (1, 0.5, "5"));
    assert_eq!(one.changes, [("colour".to_string(), "white".to_string(), "red".to_string())]);
}

#[test]
fn a_plant_that_is_half_full_takes_twice_as_much_and_not_much_more() {
    // One order a day of four hours, on a press that is open eight: 100 % more fits, each order due a day after it came.
    let orders: Vec<Value> = (23..28)
        .map(|day| json!({ "id": format!("D{day}"), "release": format!("2026-11-{day}T00:00:00Z"), "due": format!("2026-11-{}T00:00:00Z", day + 2),
            "late_cost_per_day": 100, "items": [{ "variant": "mug", "quantity": 240 }] }))
        .collect();
    let mut value = press(json!(orders));
    value["start"] = json!("2026-11-23T00:00:00Z");
    value["calendars"][0]["weekly"][0]["days"] = json!(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
    let instance = read(&value);
    let asked = AgilityOptions {
        samples: 2,
        demand_days: Some(5),
        within_days: 10,
        search: options(50),
        ..AgilityOptions::default()
    };
    let found = agility(&instance, &asked, &mut |_| {}).unwrap();
    assert_eq!(found.days_needed.most, Some(0), "{found:?}");
    let least = found.largest_increase.least.unwrap();
    assert!((95..=130).contains(&least), "{found:?}");
    assert!(found.samples.iter().all(|sample| sample.limiting_line.as_deref() == Some("press")));
    // Nothing but orders costs, so a piece is never dearer for being one of few.
    assert_eq!(found.largest_decrease.least, Some(95));
}
