//! What `validate` means: setting orders aside, what is held against an order and what is not, and its speed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use lotwise::diagnostic::{Diagnostic, Severity, codes};
use lotwise::model::{Amount, InstanceBuilder, Instant, Item, Line, Order, Rate, Route, RouteOperation, Variant};
use lotwise::model::{Instance, Named, read_instance};
use lotwise::validate::{has_errors, set_aside, validate};
use serde_json::{Value, json};
use std::time::Instant as Clock;

fn plant() -> Value {
    json!({
        "format": "lotwise/1", "start": "2026-11-23T08:00:00Z", "end": "2026-12-07T08:00:00Z",
        "calendars": [{ "id": "day", "weekly": [{ "days": ["mon"], "from": "08:00", "to": "12:00" }] }],
        "lines": [{ "id": "press", "calendar": "day", "rates": [{ "units_per_hour": 60 }] }],
        "variants": [{ "id": "mug" }],
        "orders": [{ "id": "SO-1", "items": [{ "variant": "mug", "quantity": 10 }] }]
    })
}

fn instance(change: impl FnOnce(&mut Value)) -> Instance {
    let mut file = plant();
    change(&mut file);
    read_instance(file.to_string().as_bytes()).unwrap()
}

fn codes_of(change: impl FnOnce(&mut Value)) -> Vec<&'static str> {
    validate(&instance(change)).into_iter().map(|fault| fault.code).collect()
}

#[test]
fn setting_aside_leaves_out_the_orders_at_fault_and_nothing_else() {
    let file = instance(|file| {
        file["orders"] = json!([
            { "id": "A", "items": [{ "variant": "mug", "quantity": 10 }] },
            { "id": "B", "items": [{ "variant": "mgu", "quantity": 0 }] },
            { "id": "C", "items": [{ "variant": "mug", "quantity": 5 }] },
            { "id": "C", "items": [{ "variant": "mug", "quantity": 6 }] },
            { "id": "D", "deadline": "2026-11-23T08:05:00Z", "items": [{ "variant": "mug", "quantity": 10 }] },
            { "id": "E", "deadline": "2026-11-23T08:05:00Z", "reject_cost": 1, "items": [{ "variant": "mug", "quantity": 10 }] }
        ]);
    });
    let (rest, reasons) = set_aside(&file, &validate(&file)).unwrap();
    let kept: Vec<&str> = rest.orders.iter().map(|order| order.id.as_str()).collect();
    // Nothing says which C is meant: both go. E may be rejected, so its impossible deadline is no error.
    assert_eq!(kept, ["A", "E"]);
    let reasons: Vec<(&str, &str)> = reasons.iter().map(|(order, fault)| (order.as_str(), fault.code)).collect();
    assert_eq!(reasons, [("B", codes::UNKNOWN_VARIANT), ("C", codes::DUPLICATE_ID), ("D", codes::DEADLINE_IMPOSSIBLE)]);
    assert_eq!(Instance { orders: file.orders.clone(), ..rest.clone() }, file);
    assert!(!has_errors(&validate(&rest)));
}

#[test]
fn faults_of_the_plant_cannot_be_set_aside() {
    let file = instance(|file| {
        file["lines"][0]["calendar"] = json!("dya");
        file["orders"][0]["items"][0]["variant"] = json!("cup");
    });
    assert!(set_aside(&file, &validate(&file)).is_none());
}

#[test]
fn a_deadline_to_the_second_is_possible_and_a_second_less_is_not() {
    // 60 an hour from 08:00: 240 pieces end at 12:00 on Monday; 241 not before the next Monday, 08:01.
    let at = |deadline: &str, quantity: i64| {
        codes_of(|file| {
            file["orders"][0]["deadline"] = json!(deadline);
            file["orders"][0]["items"][0]["quantity"] = json!(quantity);
        })
    };
    assert!(at("2026-11-23T12:00:00Z", 240).is_empty());
    assert_eq!(at("2026-11-23T11:59:59Z", 240), [codes::DEADLINE_IMPOSSIBLE]);
    assert!(at("2026-11-30T08:01:00Z", 241).is_empty());
    assert_eq!(at("2026-11-30T08:00:59Z", 241), [codes::DEADLINE_IMPOSSIBLE]);
    // Two Mondays of four hours are all there is.
    assert!(at("2027-01-01T00:00:00Z", 480).is_empty());
    assert_eq!(at("2027-01-01T00:00:00Z", 481), [codes::CANNOT_END]);
}

#[test]
fn overtime_lots_yield_and_done_count_in_the_best_case() {
    let late = |change: fn(&mut Value)| {
        codes_of(|file| {
            file["orders"][0]["deadline"] = json!("2026-11-23T12:00:00Z");
            file["orders"][0]["items"][0]["quantity"] = json!(300);
            change(file);
        })
    };
    assert_eq!(late(|_| ()), [codes::DEADLINE_IMPOSSIBLE]);
    assert!(late(|file| file["orders"][0]["items"][0]["done"] = json!(60)).is_empty());
    assert!(late(|file| file["orders"][0]["items"][0]["maximum_lots"] = json!(2)).is_empty());
    assert!(late(|file| file["lines"][0]["rates"][0]["units_per_hour"] = json!(75)).is_empty());
    assert_eq!(
        late(|file| file["lines"][0]["rates"][0] = json!({ "units_per_hour": 75, "yield": 0.99 })),
        [codes::DEADLINE_IMPOSSIBLE]
    );
    assert!(
        late(|file| {
            file["calendars"][0]["overtime"] =
                json!([{ "from": "2026-11-23T12:00:00Z", "to": "2026-11-23T13:00:00Z", "cost": 1 }]);
            file["orders"][0]["deadline"] = json!("2026-11-23T13:00:00Z");
        })
        .is_empty()
    );
}

#[test]
fn lags_transits_and_deliveries_count_in_the_best_case() {
    let ends_at = |deadline: &str| {
        codes_of(|file| {
            file["sites"] =
                json!([{ "id": "a" }, { "id": "b", "deliveries": [{ "region": "east", "time": "PT30M" }] }]);
            file["transits"] = json!([{ "from": "a", "to": "b", "time": "PT1H" }]);
            file["lines"] = json!([
                { "id": "cut", "site": "a", "stage": "cut", "rates": [{ "seconds_per_unit": 60 }] },
                { "id": "sew", "site": "b", "stage": "sew", "rates": [{ "seconds_per_unit": 120 }] }
            ]);
            file["routes"] = json!([{ "id": "r", "operations": [
                { "id": "sew", "stage": "sew", "after": ["cut"], "lag": "PT5M" }, { "id": "cut", "stage": "cut" }
            ] }]);
            file["variants"][0]["route"] = json!("r");
            file["orders"][0]["region"] = json!("east");
            file["orders"][0]["deadline"] = json!(deadline);
        })
    };
    // 08:00 + 10 min + 5 min + 1 h + 20 min + 30 min.
    assert!(ends_at("2026-11-23T10:05:00Z").is_empty());
    assert_eq!(ends_at("2026-11-23T10:04:59Z"), [codes::DEADLINE_IMPOSSIBLE]);
}

#[test]
fn finished_and_frozen_orders_are_not_held_against_dates() {
    let past = json!("2026-11-01T08:00:00Z");
    assert_eq!(codes_of(|file| file["orders"][0]["deadline"] = past.clone()), [codes::DEADLINE_BEFORE_RELEASE]);
    assert!(
        codes_of(|file| {
            file["orders"][0]["deadline"] = past.clone();
            file["orders"][0]["items"][0]["done"] = json!(12);
        })
        .is_empty()
    );
    assert!(
        codes_of(|file| {
            file["orders"][0]["deadline"] = past.clone();
            file["baseline"] = json!({ "frozen_until": "2026-11-23T09:00:00Z", "lots": [
                { "order": "SO-1", "item": "0", "quantity": 10, "operations": [
                    { "line": "press", "start": "2026-11-22T03:00:00Z", "end": "2026-11-23T08:10:00Z" }
                ] }
            ] });
        })
        .is_empty()
    );
}

#[test]
fn a_rate_that_matches_first_decides_even_where_a_later_one_is_found_faster() {
    // The general rate stands first, so the variant's own, slower one never counts.
    let file = |rates: Value| {
        codes_of(|file| {
            file["lines"][0] = json!({ "id": "press", "rates": rates });
            file["orders"][0]["deadline"] = json!("2026-11-23T08:10:00Z");
        })
    };
    let fast = json!({ "seconds_per_unit": 60 });
    let slow = json!({ "match": { "variant": "mug" }, "seconds_per_unit": 61 });
    assert!(file(json!([fast, slow])).is_empty());
    assert_eq!(file(json!([slow, fast])), [codes::DEADLINE_IMPOSSIBLE]);
}

#[test]
fn an_order_may_not_drown_in_notes() {
    let faults: Vec<Diagnostic> = validate(&instance(|file| {
        let orders: Vec<Value> = (0..500)
            .map(|number| {
                json!({ "id": format!("SO-{number}"), "due": "2026-11-25T08:00:00Z",
                    "items": [{ "variant": "mug", "quantity": 1 }] })
            })
            .collect();
        file["orders"] = json!(orders);
    }));
    assert_eq!(faults.len(), 1);
    assert_eq!((faults[0].code, faults[0].severity), (codes::LATE_COST_DEFAULT, Severity::Note));
}

/// A plant of two stages with `lines` lines, 5,000 variants with a rate of their own each, and `orders` orders.
fn large(lines: usize, orders: usize) -> Instance {
    let start = Instant::parse("2026-11-23T08:00:00Z").unwrap();
    let mut builder = InstanceBuilder::new(start);
    let step = |id: &str, after: &[&str]| RouteOperation {
        id: id.to_string(),
        stage: Some(id.to_string()),
        after: after.iter().map(|name| (*name).to_string()).collect(),
        ..RouteOperation::default()
    };
    builder = builder.route(Route {
        id: "r".to_string(),
        operations: vec![step("cut", &[]), step("sew", &["cut"])],
        meta: None,
    });
    for number in 0..lines {
        let stage = if number % 2 == 0 { "cut" } else { "sew" };
        let mut line = Line { stage: Some(stage.to_string()), ..Line::new(format!("line-{number}")) };
        for family in 0..50 {
            line.rates.push(Rate {
                matches: Some(Named::from([("family", format!("f{family}"))])),
                units_per_hour: Some(Amount::whole(100_000)),
                ..Rate::default()
            });
        }
        builder = builder.line(line);
    }
    for number in 0..5_000 {
        let variant = Variant::new(format!("v{number}")).attribute("family", format!("f{}", number % 50));
        builder = builder.variant(Variant { route: Some("r".to_string()), ..variant });
    }
    let due = Instant::parse("2026-12-23T08:00:00Z").unwrap();
    for number in 0..orders {
        let item = Item { variant: format!("v{}", number % 5_000), quantity: 10, ..Item::default() };
        let order = Order { due: Some(due), deadline: Some(due), items: vec![item], ..Order::default() };
        builder = builder.order(Order { id: format!("SO-{number}"), ..order });
    }
    builder.build()
}

/// Not a timed test: it fails only where time has left the linear by an order of magnitude, and prints what it took.
#[test]
fn a_hundred_thousand_orders_are_judged_in_reasonable_time() {
    let file = large(200, 100_000);
    let clock = Clock::now();
    let faults = validate(&file);
    println!("100,000 orders on 200 lines: {:?}", clock.elapsed());
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), [codes::LATE_COST_DEFAULT]);
    assert!(clock.elapsed().as_secs() < 30, "{:?}", clock.elapsed());
}

/// A thousand million pieces in a thousand lots of three operations, at two sites, with everything that costs something, little each.
fn vast() -> Value {
    json!({
        "format": "lotwise/1", "start": "2026-11-23T08:00:00Z", "objective": {},
        "sites": [{ "id": "south", "deliveries": [{ "region": "east" }] }, { "id": "north", "deliveries": [] }],
        "transits": [{ "from": "north", "to": "south" }, { "from": "south", "to": "north" }],
        "calendars": [{ "id": "late", "open": [{ "from": "2026-11-23T08:00:00Z", "to": "2026-12-23T08:00:00Z" }],
            "overtime": [{ "from": "2026-12-24T08:00:00Z", "to": "2026-12-24T09:00:00Z", "cost": 1 }] }],
        "changeovers": [{ "id": "wash", "rules": [{ "attribute": "colour" }] }],
        "lines": [
            { "id": "cutter", "site": "north", "stage": "cut", "calendar": "late", "changeovers": "wash",
              "rates": [{ "seconds_per_unit": 1 }] },
            { "id": "sewer", "site": "south", "stage": "sew", "rates": [{ "seconds_per_unit": 1 }],
              "minimum_run": { "by": "variant", "quantity": 1_000 } },
            { "id": "packer", "site": "north", "stage": "pack", "rates": [{ "seconds_per_unit": 1 }] }
        ],
        "routes": [{ "id": "shirt", "operations": [{ "id": "cut", "stage": "cut" }, { "id": "sew", "stage": "sew", "after": ["cut"] },
            { "id": "pack", "stage": "pack", "after": ["sew"] }] }],
        "materials": [{ "id": "cloth", "stock": 1, "arrivals": [{ "at": "2026-11-24T08:00:00Z", "quantity": 500_000_000_000_u64 }] }],
        "variants": [{ "id": "red", "route": "shirt", "attributes": { "colour": "red" }, "materials": [{ "id": "cloth", "per_unit": 0.001 }] }],
        "orders": [{ "id": "SO-1", "region": "east", "due": "2026-12-01T08:00:00Z",
            "items": [{ "variant": "red", "quantity": 1_000_000_000, "maximum_lots": 1_000 }] }],
        "baseline": { "lots": [] }
    })
}

/// Worked out by hand: what an order may come to is 1.44 x 10^17 ten-thousandths (a sixteenth of a quarter of 2^63) and 10^12
/// seconds, everything together 2.3 x 10^18. A piece is counted two seconds an operation, for one second and a yield of 1
/// rounded up; so the order has 1.67 million hours, 3,000 runs, two journeys, and up to 7 million hours or 292,000 days between any two instants.
#[test]
fn sums_that_would_leave_the_range_are_refused_whatever_drives_them() {
    let fields: [(&str, Value, Value); 22] = [
        ("/lines/0/cost_per_hour", json!(6_000_000), json!(20_000_000)),
        ("/lines/1/rates/0/cost_per_unit", json!(4_000), json!(10_000)),
        ("/transits/0/cost_per_unit", json!(6_000), json!(9_000)),
        ("/sites/0/deliveries/0/cost_per_unit", json!(8_000), json!(20_000)),
        ("/changeovers/0/rules/0/cost", json!(4_000_000_000_u64), json!(10_000_000_000_u64)),
        ("/lines/1/minimum_run/shortfall_cost_per_unit", json!(4_000_000), json!(10_000_000)),
        ("/baseline/line_change_cost", json!(4_000_000_000_u64), json!(10_000_000_000_u64)),
        ("/baseline/start_change_cost_per_hour", json!(600), json!(1_500)),
        ("/orders/0/late_cost_per_day", json!(30_000_000), json!(54_000_000)),
        ("/objective/late_cost_per_day", json!(30_000_000), json!(54_000_000)),
        ("/orders/0/holding_cost_per_day", json!(30_000_000), json!(54_000_000)),
        ("/orders/0/late_cost_once", json!(8_000_000_000_000_u64), json!(20_000_000_000_000_u64)),
        ("/orders/0/reject_cost", json!(8_000_000_000_000_u64), json!(20_000_000_000_000_u64)),
        ("/calendars/0/overtime/0/cost", json!(100_000_000_000_000_u64), json!(300_000_000_000_000_u64)),
        ("/objective/makespan_cost_per_hour", json!(20_000_000), json!(50_000_000)),
        ("/lines/1/rates/0/fixed_time", json!("P7300D"), json!("P14600D")),
        ("/changeovers/0/rules/0/time", json!("P3650D"), json!("P7300D")),
        ("/lines/1/rates/0", json!({ "seconds_per_unit": 300 }), json!({ "seconds_per_unit": 700 })),
        ("/lines/1/rates/0", json!({ "units_per_hour": 12 }), json!({ "units_per_hour": 5 })),
        ("/lines/1/rates/0/yield", json!(0.004), json!(0.001)),
        ("/variants/0/materials/0/per_unit", json!(40), json!(100)),
        ("/materials/0/stock", json!(1_500_000_000_000_u64), json!(2_000_000_000_000_u64)),
    ];
    let refused = |pointer: &str, value: &Value, with_baseline: bool| {
        let mut file = vast();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        match file.pointer_mut(parent).unwrap() {
            Value::Array(list) => list[name.parse::<usize>().unwrap()] = value.clone(),
            object => object[name] = value.clone(),
        }
        if !with_baseline {
            file.as_object_mut().unwrap().remove("baseline");
        }
        let faults = validate(&read_instance(file.to_string().as_bytes()).unwrap());
        faults.iter().any(|fault| fault.code == codes::OUT_OF_RANGE)
    };
    for (pointer, within, beyond) in &fields {
        assert!(!refused(pointer, within, true), "{pointer}: {within} is within the range");
        assert!(refused(pointer, beyond, true), "{pointer}: {beyond} is beyond it");
    }
    // Without a plan in force nothing lies before the start or the due date, and there are only 246,000 days.
    assert!(!refused("/orders/0/late_cost_per_day", &json!(54_000_000), false));
}

#[test]
fn items_of_one_name_are_told_apart_in_orders_of_two_and_of_three() {
    for items in [2, 3] {
        let twice = |file: &mut Value| {
            let item = json!({ "id": "front", "variant": "mug", "quantity": 5 });
            file["orders"][0]["items"] = Value::Array(vec![item; items]);
        };
        assert_eq!(codes_of(twice), vec![codes::DUPLICATE_ID; items - 1]);
    }
    // The second item goes by its index, and so does the first by that name.
    let by_index = |file: &mut Value| {
        file["orders"][0]["items"] =
            json!([{ "id": "1", "variant": "mug", "quantity": 5 }, { "variant": "mug", "quantity": 5 }]);
    };
    assert_eq!(codes_of(by_index), [codes::DUPLICATE_ID]);
}

#[test]
fn a_way_that_ends_nowhere_makes_no_deadline_possible() {
    // Two cutters: what the quick one cuts can only be sewn where nothing leads on to the packer.
    let by = |deadline: &str| {
        codes_of(|file| {
            file["sites"] = json!([{ "id": "a" }, { "id": "b" }, { "id": "c" }, { "id": "d" }, { "id": "e" }]);
            file["transits"] =
                json!([{ "from": "a", "to": "b" }, { "from": "c", "to": "d" }, { "from": "d", "to": "e" }]);
            let line = |id: &str, site: &str, stage: &str, rate: u64| json!({ "id": id, "site": site, "stage": stage, "rates": [{ "units_per_hour": rate }] });
            file["lines"] = json!([
                line("quick", "a", "cut", 1_000),
                line("slow", "c", "cut", 1),
                line("near", "b", "sew", 1_000),
                line("far", "d", "sew", 1_000),
                line("packer", "e", "pack", 1_000)
            ]);
            file["routes"] = json!([{ "id": "shirt", "operations": [
                { "id": "cut", "stage": "cut" }, { "id": "sew", "stage": "sew", "after": ["cut"] },
                { "id": "pack", "stage": "pack", "after": ["sew"] }] }]);
            file["variants"][0]["route"] = json!("shirt");
            file["orders"][0]["deadline"] = json!(deadline);
        })
    };
    assert_eq!(by("2026-11-23T19:00:00Z"), [] as [&str; 0]);
    assert_eq!(by("2026-11-23T17:00:00Z"), [codes::DEADLINE_IMPOSSIBLE]);
}

#[test]
fn what_the_plan_in_force_has_twice_holds_its_line_when_its_order_is_set_aside() {
    let fact = |from: &str, to: &str| json!({ "line": "press", "start": format!("2026-11-23T{from}:00Z"), "end": format!("2026-11-23T{to}:00Z") });
    let file = instance(|file| {
        file["orders"] = json!([
            { "id": "A", "items": [{ "variant": "mug", "quantity": 20, "maximum_lots": 2 }] },
            { "id": "B", "items": [{ "variant": "mug", "quantity": 10 }] }
        ]);
        let both = [fact("08:00", "08:10"), fact("08:20", "08:30")];
        file["baseline"] = json!({ "frozen_until": "2026-11-23T09:00:00Z", "lots": [
            { "order": "A", "item": "0", "lot": 0, "quantity": 10, "operations": both },
            { "order": "A", "item": "0", "lot": 0, "quantity": 10, "operations": [fact("08:40", "08:50")] }
        ] });
    });
    let (rest, reasons) = set_aside(&file, &validate(&file)).unwrap();
    assert_eq!(reasons.iter().map(|(order, _)| order.as_str()).collect::<Vec<_>>(), ["A"]);
    let lots = &rest.baseline.as_ref().unwrap().lots;
    assert_eq!(lots.iter().map(|lot| (lot.lot, lot.operations.len())).collect::<Vec<_>>(), [(0, 1), (2, 1), (1, 1)]);
    let starts = lots.iter().map(|lot| lot.operations[0].start.to_string());
    assert_eq!(starts.collect::<Vec<_>>(), ["2026-11-23T08:00:00Z", "2026-11-23T08:40:00Z", "2026-11-23T08:20:00Z"]);
    assert!(!has_errors(&validate(&rest)), "{:?}", validate(&rest));
}

#[test]
fn a_limit_is_allowed_and_one_more_is_not() {
    let none: [&str; 0] = [];
    // 36,600 days from the start.
    let end = |end: &str| codes_of(|file| file["end"] = json!(end));
    assert_eq!(end("2127-02-07T08:00:00Z"), none);
    assert_eq!(end("2127-02-07T08:00:01Z"), [codes::HORIZON_TOO_LONG]);
    // A lot of the plan in force: pieces, and instants that meet.
    let lot = |quantity: u64, setup: &str, start: &str| {
        codes_of(|file| {
            file["baseline"] = json!({ "frozen_until": "2026-11-23T09:00:00Z", "lots": [
                { "order": "SO-1", "item": "0", "lot": 0, "quantity": quantity, "operations": [
                    { "line": "press", "setup_start": setup, "start": start, "end": "2026-11-23T10:00:00Z" }] }] });
        })
    };
    let (eight, nine) = ("2026-11-23T08:00:00Z", "2026-11-23T09:00:00Z");
    assert_eq!(lot(1_000_000_000_000, nine, nine), none);
    assert_eq!(lot(1_000_000_000_001, nine, nine), [codes::OUT_OF_RANGE]);
    assert_eq!(lot(10, nine, eight), [codes::BASELINE_TIMES]);
    // What starts when freezing ends is not frozen: only what is has to leave pieces for a lot of its own.
    assert_eq!(lot(5, eight, eight), [codes::BASELINE_LOT]);
    assert_eq!(lot(5, nine, nine), none);
    // Overtime that begins when the one before ends.
    let overtime = |from: &str| {
        codes_of(|file| {
            file["calendars"][0]["overtime"] = json!([
                { "from": "2026-11-24T18:00:00Z", "to": "2026-11-24T19:00:00Z", "cost": 1 },
                { "from": from, "to": "2026-11-24T20:00:00Z", "cost": 1 }]);
        })
    };
    assert_eq!(overtime("2026-11-24T19:00:00Z"), none);
    assert_eq!(overtime("2026-11-24T18:59:59Z"), [codes::OVERTIME_OVERLAP]);
}

#[test]
fn half_a_matrix_and_one_beside_a_time_are_told_whichever_half_it_is() {
    let rule = |mut rule: Value| {
        rule["attribute"] = json!("variant");
        codes_of(|file| {
            file["changeovers"] = json!([{ "id": "c", "rules": [rule] }]);
            file["lines"][0]["changeovers"] = json!("c");
        })
    };
    let both = |field: &str, value: Value| json!({ field: value, "values": ["mug"], "seconds": [[0]] });
    for half in
        [json!({ "values": ["mug"] }), json!({ "seconds": [[0]] }), json!({ "costs": [[0]] })].into_iter().chain([
            both("from", json!("mug")),
            both("to", json!("mug")),
            both("time", json!("PT1M")),
            both("cost", json!(1)),
        ])
    {
        assert_eq!(rule(half.clone()), [codes::CHANGEOVER_RULE], "{half}");
    }
    assert_eq!(rule(json!({ "values": ["mug"], "costs": [[0]] })), [] as [&str; 0]);
}

#[test]
fn a_rate_matches_by_all_it_names() {
    let of = |material: &str| {
        codes_of(|file| {
            let variant =
                |id: &str, material: &str| json!({ "id": id, "attributes": { "colour": "red", "material": material } });
            file["variants"] = json!([variant("mug", material), variant("cup", "glass"), variant("jug", "clay")]);
            let by =
                |material: &str| json!({ "match": { "colour": "red", "material": material }, "units_per_hour": 60 });
            file["lines"][0]["rates"] = json!([by("clay"), by("glass")]);
        })
    };
    assert_eq!(of("clay"), [] as [&str; 0]);
    assert_eq!(of("stone"), [codes::NO_ELIGIBLE_LINE]);
}

#[test]
fn an_order_is_measured_by_its_own_variant_and_with_all_it_may_cost() {
    // The second variant alone is too slow for so many pieces, whatever was measured before it.
    let file = instance(|file| {
        file["lines"][0]["rates"] = json!([
            { "match": { "variant": "pot" }, "seconds_per_unit": 40_000 }, { "units_per_hour": 3_600 }]);
        file["variants"] = json!([{ "id": "mug" }, { "id": "pot" }, { "id": "cup" }]);
        let order = |id: &str, variant: &str| json!({ "id": id, "reject_cost": 1, "items": [{ "variant": variant, "quantity": 20_000_000 }] });
        file["orders"] = json!([order("A", "mug"), order("B", "pot"), order("C", "cup")]);
    });
    let faults: Vec<Diagnostic> =
        validate(&file).into_iter().filter(|fault| fault.code == codes::OUT_OF_RANGE).collect();
    assert_eq!(faults.iter().map(|fault| fault.pointer.as_str()).collect::<Vec<_>>(), ["/orders/1"]);
    assert!(faults[0].message.contains("working time"), "{}", faults[0].message);
    assert!(has_errors(&validate(&file)));
}

#[test]
fn numbers_of_an_item_are_judged_one_by_one() {
    let none: [&str; 0] = [];
    let item = |fields: Value| {
        codes_of(|file| {
            file["orders"][0]["items"][0].as_object_mut().unwrap().extend(fields.as_object().unwrap().clone())
        })
    };
    assert_eq!(item(json!({ "maximum_lots": 0 })), [codes::LOT_LIMITS]);
    assert_eq!(item(json!({ "minimum_lot": 0 })), [codes::LOT_LIMITS]);
    assert_eq!(item(json!({ "done": 1_000_000_000_000_u64 })), none);
    assert_eq!(item(json!({ "done": 1_000_000_000_001_u64 })), [codes::OUT_OF_RANGE]);
    // Ten pieces make two lots of five, and none of six; in one lot, or done, nobody asks.
    assert_eq!(item(json!({ "maximum_lots": 2, "minimum_lot": 5 })), none);
    assert_eq!(item(json!({ "maximum_lots": 2, "minimum_lot": 6 })), [codes::LOT_LIMITS]);
    assert_eq!(item(json!({ "maximum_lots": 1, "minimum_lot": 6 })), none);
    assert_eq!(item(json!({ "maximum_lots": 2, "minimum_lot": 6, "done": 10 })), none);
}

#[test]
fn the_best_case_counts_what_is_fixed_and_what_each_operation_takes() {
    let by = |deadline: &str| {
        codes_of(|file| {
            file["lines"][0]["rates"][0]["fixed_time"] = json!("PT50M");
            file["orders"][0]["deadline"] = json!(deadline);
        })
    };
    assert_eq!(by("2026-11-23T09:00:00Z"), [] as [&str; 0]);
    assert_eq!(by("2026-11-23T08:59:59Z"), [codes::DEADLINE_IMPOSSIBLE]);
    let stock = |pieces: u64| {
        codes_of(|file| {
            file["routes"] =
                json!([{ "id": "pair", "operations": [{ "id": "cut" }, { "id": "pack", "after": ["cut"] }] }]);
            file["materials"] = json!([{ "id": "tape", "stock": pieces }]);
            let takes = |operation: &str| json!({ "id": "tape", "per_unit": 1, "operation": operation });
            file["variants"][0] = json!({ "id": "mug", "route": "pair", "materials": [takes("cut"), takes("pack")] });
        })
    };
    assert_eq!(stock(20), [] as [&str; 0]);
    assert_eq!(stock(19), [codes::MATERIAL_SHORT]);
}

#[test]
fn three_orders_without_a_late_cost_are_named_and_of_more_the_first_three() {
    let note = |orders: usize| {
        let file = instance(|file| {
            let order = |at| json!({ "id": format!("O{at}"), "due": "2026-11-23T12:00:00Z", "items": [{ "variant": "mug", "quantity": 1 }] });
            file["orders"] = (1..=orders).map(order).collect();
        });
        validate(&file).into_iter().find(|fault| fault.code == codes::LATE_COST_DEFAULT).unwrap().message
    };
    assert!(note(3).starts_with("3 orders with `due` have no late cost (O1, O2, O3): "), "{}", note(3));
    assert!(note(4).starts_with("4 orders with `due` have no late cost (O1, O2, O3, ...): "), "{}", note(4));
}
