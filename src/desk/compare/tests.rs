use super::*;
use crate::model::{InstanceBuilder, Line, Order, Variant};
use serde_json::json;

fn instance() -> Instance {
    let order = |id: &str| Order::new(id).item("v", 10);
    InstanceBuilder::new(Instant::parse("2026-11-23T08:00:00Z").unwrap())
        .line(Line::new("a").units_per_hour(10))
        .line(Line::new("b").units_per_hour(10))
        .variant(Variant::new("v"))
        .order(order("A"))
        .order(order("B"))
        .order(order("C"))
        .order(order("D"))
        .build()
}

/// A plan of lots (order, pieces, line, hour of the start) and orders (id, status, minutes late).
fn plan(lots: &[(&str, i64, &str, u32)], orders: &[(&str, &str, u32)], lateness: f64) -> Solution {
    let at = |hour: u32| format!("2026-11-23T{hour:02}:00:00Z");
    let lot = |(order, quantity, line, hour): &(&str, i64, &str, u32)| {
        json!({ "order": order, "item": "0", "quantity": quantity,
            "operations": [{ "line": line, "start": at(*hour), "end": at(hour + 1) }] })
    };
    let delivered = |id: &str| lots.iter().find(|lot| lot.0 == id).map(|lot| at(lot.3 + 1));
    let order = |(id, status, late): &(&str, &str, u32)| {
        let mut entry = json!({ "id": id, "status": status, "cost": 0, "lateness": format!("PT{late}M") });
        if let Some(delivery) = delivered(id) {
            entry["delivery"] = json!(delivery);
        }
        entry
    };
    let cost = json!({ "total": 10.0 + lateness, "production": 10, "changeover": 0, "overtime": 0, "lateness": lateness,
        "holding": 0, "rejection": 0, "short_run": 0, "transport": 0, "baseline": 0, "makespan": 0 });
    serde_json::from_value(json!({ "format": "lotwise-plan/1", "status": "feasible", "cost": cost,
        "lots": lots.iter().map(lot).collect::<Vec<_>>(), "orders": orders.iter().map(order).collect::<Vec<_>>() }))
    .unwrap()
}

#[test]
fn a_plan_compared_with_itself_has_not_changed() {
    let same = plan(&[("A", 10, "a", 8), ("B", 10, "b", 8)], &[("A", "on_time", 0), ("B", "late", 30)], 5.0);
    let found = compare(&instance(), &same, &same, &CompareOptions::default());
    assert_eq!((found.orders.len(), found.lots.len(), found.overtime.len()), (0, 0, 0));
    assert_eq!((found.stability.kept, found.stability.untouched_share), (2, 1.0));
    assert_eq!(found.order_counts.unchanged, 2);
    assert!(found.cost.iter().all(|term| term.change == Money::ZERO));
}

#[test]
fn every_kind_of_change_is_told_once() {
    let before = plan(
        &[("A", 10, "a", 8), ("B", 10, "a", 9), ("C", 10, "b", 8), ("gone", 5, "b", 9)],
        &[("A", "on_time", 0), ("B", "late", 60), ("C", "on_time", 0), ("gone", "on_time", 0)],
        5.0,
    );
    let mut after = plan(
        &[("A", 10, "a", 8), ("B", 10, "b", 8), ("C", 10, "b", 9), ("D", 10, "a", 9)],
        &[("A", "on_time", 0), ("B", "late", 30), ("C", "late", 15), ("D", "on_time", 0)],
        2.5,
    );
    let overtime = json!([{ "id": "a", "overtime": ["2026-11-23T18:00:00Z"] }]);
    after.lines = serde_json::from_value(overtime).unwrap();
    let found = compare(&instance(), &before, &after, &CompareOptions::default());

    let verdicts: Vec<(&str, OrderVerdict)> = found.orders.iter().map(|o| (o.id.as_str(), o.verdict)).collect();
    let expected = [
        ("B", OrderVerdict::Gained),
        ("C", OrderVerdict::Lost),
        ("D", OrderVerdict::Added),
        ("gone", OrderVerdict::Removed),
    ];
    assert_eq!(verdicts, expected);
    assert_eq!(found.orders[1].delivery_move_hours, Some(1.0));
    let stability = found.stability;
    assert_eq!((stability.kept, stability.untouched, stability.untouched_share), (3, 1, 0.3333));
    assert_eq!((stability.other_line, stability.other_start, stability.other_quantity), (1, 1, 0));
    assert_eq!((stability.added, stability.removed), (1, 1));
    // A stayed, B and C moved by an hour each.
    assert_eq!(stability.mean_start_move_hours, 0.6667);
    let lots: Vec<&str> = found.lots.iter().map(|lot| lot.order.as_str()).collect();
    assert_eq!(lots, ["B", "C", "D", "gone"]);
    assert_eq!(found.lots[3].quantity_after, None);
    let terms: Vec<(&str, String)> = found.cost.iter().map(|term| (term.term, term.change.to_string())).collect();
    assert_eq!(terms, [("total", "-2.5".into()), ("production", "0".into()), ("lateness", "-2.5".into())]);
    assert_eq!((found.overtime.len(), found.overtime[0].opened), (1, true));
}

#[test]
fn a_start_within_the_tolerance_and_other_pieces_are_told_apart() {
    let before = plan(&[("A", 10, "a", 8), ("B", 10, "a", 9)], &[], 0.0);
    let after = plan(&[("A", 10, "a", 9), ("B", 8, "a", 9)], &[], 0.0);
    let hour = CompareOptions { tolerance: Duration(Seconds(3_600)) };
    let found = compare(&instance(), &before, &after, &hour);
    assert_eq!((found.stability.untouched, found.stability.other_quantity), (1, 1));
    assert_eq!((found.lots.len(), found.lots[0].operations.len()), (1, 0));
    let exact = compare(&instance(), &before, &after, &CompareOptions::default());
    assert_eq!((exact.stability.untouched, exact.stability.other_start), (0, 1));
}
