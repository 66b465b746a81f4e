//! What a ground says of all plans on it: the temperatures, when to stop and which program may be asked go by it.

use super::ground_plan::GroundPlan;
use crate::heuristic::construct::{Allowance, Constructed, construct};
use crate::problem::Problem;
use crate::schedule::incremental::Ground;
use serde_json::{Value, json};

/// The ground of a plant of two lines: one makes all, a piece in 60 seconds for 3, the other half of it in 90 seconds for 2.
fn ground(change: impl FnOnce(&mut Value)) -> Ground {
    let mut file = json!({
        "format": "lotwise/1", "start": "2026-11-23T08:00:00Z", "end": "2026-12-23T08:00:00Z",
        "changeovers": [{ "id": "c", "rules": [
            { "attribute": "variant", "values": ["a", "b"], "seconds": [[0, 60], [120, 0]] }] }],
        "lines": [
            { "id": "one", "changeovers": "c", "setup_state": { "variant": "a" }, "rates": [{ "seconds_per_unit": 60, "cost_per_unit": 3 }] },
            { "id": "two", "rates": [{ "match": { "variant": "b" }, "seconds_per_unit": 90, "cost_per_unit": 2 }] }],
        "variants": [{ "id": "a" }, { "id": "b" }],
        "orders": [
            { "id": "A", "items": [{ "variant": "a", "quantity": 10 }] },
            { "id": "B", "items": [{ "variant": "b", "quantity": 20 }] }]
    });
    change(&mut file);
    let problem = Problem::new(&serde_json::from_value(file).unwrap());
    let Constructed { plan, schedule, .. } = construct(&problem, Allowance::UNLIMITED);
    GroundPlan::new(&problem, &plan, &schedule).unwrap().ground
}

/// Order A besides has an item that is begun on the second line, and ends ten hours after it is due.
fn begun(file: &mut Value) {
    let order = json!({ "id": "A", "due": "2026-11-23T08:00:00Z", "late_cost_per_day": 24,
            "items": [{ "variant": "a", "quantity": 10 }, { "variant": "b", "quantity": 1 }] });
    file["orders"][0] = order;
    let operation = json!({ "line": "two", "start": "2026-11-23T08:00:00Z", "end": "2026-11-23T18:00:00Z" });
    file["baseline"] = json!({ "frozen_until": "2026-11-23T08:01:00Z",
            "lots": [{ "order": "A", "item": "1", "quantity": 1, "operations": [operation] }] });
}

#[test]
fn the_floor_is_each_order_at_its_cheapest() {
    let money = |units: i64| units * 10_000;
    assert_eq!(ground(|_| {}).cost_floor(), money(10 * 3 + 20 * 2));
    // Left out where that is cheaper; what is late is not counted, for nothing says that it must be.
    let reject = |cost: u64| ground(move |file| file["orders"][1]["reject_cost"] = json!(cost)).cost_floor();
    assert_eq!((reject(39), reject(41)), (money(30 + 39), money(30 + 40)));
    let late = |file: &mut Value| {
        file["orders"][0]["due"] = json!("2026-11-23T08:00:00Z");
        file["orders"][0]["late_cost_once"] = json!(100);
        file["orders"][0]["late_cost_per_day"] = json!(1);
    };
    assert_eq!(ground(late).cost_floor(), money(70));
    // But what is begun is over at 18:00, whatever is decided, and A with it ten hours late.
    assert_eq!(ground(begun).cost_floor(), money(70 + 10));
    // An item in its cheapest form: a lot costs an hour's wage for what is fixed of it, and two lots twice that.
    let divided = |file: &mut Value| {
        file["orders"][1]["items"][0]["maximum_lots"] = json!(2);
        file["lines"][1]["cost_per_hour"] = json!(10);
        file["lines"][1]["rates"][0]["fixed_time"] = json!("PT1H");
        file["lines"][0]["rates"][0]["cost_per_unit"] = json!(30);
    };
    assert_eq!(ground(divided).cost_floor(), money(10 * 30 + 20 * 2 + 10 + 5));
}

#[test]
fn all_is_late_where_every_order_is_due_at_the_start_and_dearer_by_the_second() {
    let orders = |second: Value| {
        ground(move |file| {
            let due = json!({ "due": "2026-11-23T08:00:00Z", "late_cost_per_day": 1 });
            for (order, facts) in file["orders"].as_array_mut().unwrap().iter_mut().zip([due, second]) {
                order.as_object_mut().unwrap().extend(facts.as_object().unwrap().clone());
            }
        })
        .is_all_late()
    };
    assert!(orders(json!({ "due": "2026-11-23T08:00:00Z", "late_cost_per_day": 5 })));
    assert!(!orders(json!({ "due": "2026-11-23T08:00:01Z", "late_cost_per_day": 5 })));
    assert!(!orders(json!({ "due": "2026-11-23T08:00:00Z", "late_cost_per_day": 0, "late_cost_once": 5 })));
    assert!(!orders(json!({})));
}

#[test]
fn the_makespan_is_all_that_is_charged_where_no_order_is() {
    let charged = |makespan: u64, order: Value| {
        ground(move |file| {
            file["objective"] = json!({ "makespan_cost_per_hour": makespan });
            file["orders"][0].as_object_mut().unwrap().extend(order.as_object().unwrap().clone());
        })
        .charges_only_makespan()
    };
    let due = "2026-11-24T08:00:00Z";
    assert!(charged(1, json!({})));
    assert!(!charged(0, json!({})));
    assert!(charged(1, json!({ "due": due, "late_cost_per_day": 0 })));
    assert!(!charged(1, json!({ "due": due, "late_cost_per_day": 1 })));
    assert!(!charged(1, json!({ "due": due, "late_cost_per_day": 0, "late_cost_once": 1 })));
}

#[test]
fn lines_are_chosen_apart_where_nothing_is_counted_over_several() {
    let apart = |change: fn(&mut Value)| ground(change).is_line_by_line();
    assert!(apart(|_| {}));
    assert!(!apart(|file| file["objective"] = json!({ "makespan_cost_per_hour": 1 })));
    assert!(!apart(|file| file["orders"][1]["items"][0]["maximum_lots"] = json!(2)));
    assert!(!apart(|file| file["orders"][1]["items"] = json!([
        { "variant": "b", "quantity": 5 }, { "variant": "a", "quantity": 5 }])));
    // What is begun of an order is delivered whatever the lines choose.
    assert!(!apart(begun));
}

#[test]
fn changeovers_and_times_are_means_of_what_lots_may_meet() {
    let ground = ground(|_| {});
    // Line one has 60 and 120 seconds, and none from and to a state in which nothing is set up; line two has none at all.
    assert_eq!(ground.mean_changeover(), (180.0 / 6.0 + 0.0) / 2.0);
    // A can only be run on one; B takes 1,200 there and 1,800 on two.
    assert_eq!(ground.mean_time(), (600.0 + 1_200.0) / 2.0);
}
