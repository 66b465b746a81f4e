//! The planner's questions, on small plants that can be checked by hand and on random ones that use the whole format.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "common/instances.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod instances;

use instances::{anything, every_feature};
use lotwise::desk::actuals::{ActualOperation, Actuals, Down, Unreported};
use lotwise::desk::{
    AgilityOptions, BottleneckOptions, Change, DeskError, ExplainOptions, QuoteOptions, ReplanOptions, accept, agility,
    apply_change, bottlenecks, explain, facts_of, quote, read_actuals, read_order, replan,
};
use lotwise::model::{Duration, Instance, Instant, read_instance};
use lotwise::solution::{OrderStatus, Solution};
use lotwise::solve::{Method, Options, solve};
use lotwise::units::Seconds;
use lotwise::verify::verify;
use serde_json::{Value, json};

fn options(iterations: u64) -> Options {
    let method = Method::Heuristic;
    Options { method, time_limit: None, iterations: Some(iterations), threads: Some(1), ..Options::default() }
}

fn read(value: &Value) -> Instance {
    read_instance(value.to_string().as_bytes()).unwrap_or_else(|fault| panic!("{:?}", fault.faults))
}

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn plan(instance: &Instance) -> Solution {
    solve(instance, &options(500), &mut |_| {}).unwrap().solution
}

/// How many random instances; more by `LOTWISE_CASES`.
fn cases() -> u64 {
    std::env::var("LOTWISE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(150)
}

/// Plans of random instances, poor ones on purpose: the first that comes, so that orders are late.
fn random_plans(cases: u64) -> impl Iterator<Item = (u64, Instance, Solution)> {
    (0..cases).filter_map(|seed| {
        let instance = anything(seed, every_feature());
        let method = if seed % 2 == 0 { Method::Dispatch } else { Method::Heuristic };
        let solution = solve(&instance, &Options { method, ..options(20) }, &mut |_| {}).ok()?.solution;
        Some((seed, instance, solution))
    })
}

#[test]
fn every_remedy_does_what_it_says_on_random_instances() {
    let (mut remedies, mut kinds) = (0, std::collections::BTreeSet::new());
    for (seed, instance, solution) in random_plans(cases() * 2) {
        let explained = explain(&instance, &solution, &ExplainOptions::default()).unwrap();
        for explanation in &explained.orders {
            for remedy in &explanation.remedies {
                let order = &explanation.order;
                let (changed, plan) = apply_change(&instance, &solution, order, &remedy.change)
                    .unwrap_or_else(|fault| panic!("seed {seed} {order} {:?}: {fault:?}", remedy.change));
                let verification = verify(&changed, &plan);
                assert!(verification.is_sound(), "seed {seed} {order} {remedy:?}: {:?}", verification.breaches);
                let verdict = verification.orders.iter().find(|verdict| verdict.id == *order).unwrap();
                let helped = match remedy.change {
                    Change::Deadline { .. } => verdict.delivery.is_some(),
                    _ => verdict.status == OrderStatus::OnTime,
                };
                assert!(helped, "seed {seed} {order} {remedy:?}: {verdict:?}");
                remedies += 1;
                kinds.insert(format!("{:?}", remedy.change).split(' ').next().unwrap().to_string());
            }
        }
    }
    assert!(remedies > 100 && kinds.len() >= 6, "{remedies} remedies of {kinds:?}");
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

#[test]
fn whatever_happened_leaves_an_instance_that_can_be_planned() {
    let mut planned = 0;
    for (seed, instance, solution) in random_plans(cases()) {
        let last = solution.lots.iter().flat_map(|lot| &lot.operations).map(|operation| operation.end).max();
        let Some(last) = last.filter(|last| *last > instance.start) else { continue };
        let length = (last.seconds - instance.start.seconds).0;
        let now = Instant { seconds: Seconds(instance.start.seconds.0 + length * (seed as i64 % 7) / 7), ..last };
        let frozen = Seconds(length * (seed as i64 % 3) / 10);
        let down = instance.lines.first().map(|line| Down {
            line: line.id.clone(),
            from: now,
            to: Instant { seconds: Seconds(now.seconds.0 + 3_600), ..now },
            reason: None,
            meta: None,
        });
        let down = down.filter(|_| seed % 2 == 0).into_iter().collect();
        let actuals = Actuals { down, ..Actuals::default() };
        let asked = ReplanOptions { frozen, ..ReplanOptions::default() };
        let made = replan(&instance, &solution, now, &actuals, (&asked, &options(50)), &mut |_| {});
        match made {
            Ok(made) => {
                let verification = verify(&made.facts.instance, &made.outcome.solution);
                assert!(verification.is_sound(), "seed {seed}: {:?}", verification.breaches);
                let left = made.facts.instance.orders.len() + made.facts.delivered.len();
                assert_eq!(left, instance.orders.len(), "seed {seed}: every order is there or delivered");
                planned += 1;
            }
            // What can no longer be made by its deadline is an error of its order.
            Err(DeskError::Instance(faults)) => {
                assert!(
                    faults.iter().filter(|fault| fault.is_error()).all(|fault| fault.order.is_some()),
                    "seed {seed}: {faults:?}"
                );
            }
            Err(other) => panic!("seed {seed}: {other:?}"),
        }
    }
    assert!(planned > 50, "only {planned} planned");
}

/// One press that makes 60 an hour from 08:00 on, open from 08:00 to 16:00 on weekdays.
fn press(orders: Value) -> Value {
    json!({
        "format": "lotwise/1", "name": "press", "start": "2026-11-23T08:00:00Z",
        "calendars": [{ "id": "day", "weekly": [{ "days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "16:00" }] }],
        "lines": [{ "id": "press", "calendar": "day", "rates": [{ "units_per_hour": 60 }] }],
        "variants": [{ "id": "mug" }],
        "orders": orders,
    })
}

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

fn report(order: &str, start: &str, end: Option<&str>, pieces: Option<i64>) -> ActualOperation {
    ActualOperation {
        order: order.to_string(),
        item: "0".to_string(),
        lot: 0,
        operation: None,
        line: None,
        start: at(start),
        end: end.map(at),
        pieces,
        meta: None,
    }
}

#[test]
fn what_is_finished_what_runs_and_what_is_down_are_written_as_facts() {
    let mut value = press(json!([
        { "id": "A", "due": "2026-11-23T10:00:00Z", "late_cost_per_day": 100, "items": [{ "variant": "mug", "quantity": 120 }] },
        { "id": "B", "due": "2026-11-23T13:00:00Z", "late_cost_per_day": 100, "items": [{ "variant": "mug", "quantity": 180 }] },
        { "id": "C", "due": "2026-11-23T16:00:00Z", "late_cost_per_day": 100, "items": [{ "variant": "mug", "quantity": 60 }] },
    ]));
    value["variants"][0]["attributes"] = json!({ "colour": "white" });
    let instance = read(&value);
    let solution = plan(&instance);
    // A was done at 10:30, half an hour late; of B, begun then, 60 of 180 are made at 12:00: two hours are left.
    let operations = vec![
        report("A", "2026-11-23T08:00:00Z", Some("2026-11-23T10:30:00Z"), None),
        report("B", "2026-11-23T10:30:00Z", None, Some(60)),
    ];
    let down = Down {
        line: "press".to_string(),
        from: at("2026-11-23T13:00:00Z"),
        to: at("2026-11-24T09:00:00Z"),
        reason: None,
        meta: None,
    };
    let actuals = Actuals { operations, down: vec![down], unreported: Unreported::NotBegun, ..Actuals::default() };
    let now = at("2026-11-23T12:00:00Z");
    let made = facts_of(&instance, &solution, now, &actuals, &ReplanOptions::default()).unwrap();
    assert_eq!(made.delivered.len(), 1);
    assert_eq!((made.delivered[0].order.as_str(), made.delivered[0].lateness), ("A", Duration(Seconds(1_800))));
    let next = &made.instance;
    assert_eq!((next.start, next.orders.len()), (now, 2));
    let state = next.lines[0].setup_state.as_ref().unwrap();
    assert_eq!(state.get("colour").map(String::as_str), Some("white"));
    let baseline = next.baseline.as_ref().unwrap();
    assert_eq!(baseline.frozen_until, Some(now));
    let running = &baseline.lots.iter().find(|lot| lot.order == "B").unwrap().operations[0];
    // An hour until the press goes down at 13:00, the other from 09:00 of the next day on.
    assert_eq!((running.start, running.end), (at("2026-11-23T10:30:00Z"), at("2026-11-24T10:00:00Z")));
    let replanned =
        replan(&instance, &solution, now, &actuals, (&ReplanOptions::default(), &options(100)), &mut |_| {}).unwrap();
    let c = replanned.outcome.solution.lots.iter().find(|lot| lot.order == "C").unwrap();
    assert_eq!(c.operations[0].start, at("2026-11-24T10:00:00Z"), "behind what runs");
    assert!(verify(next, &replanned.outcome.solution).is_sound());
}

#[test]
fn orders_that_come_go_and_change_start_from_the_plan_that_is_left() {
    let order = |id: &str, due: &str, quantity: i64| json!({ "id": id, "due": due, "late_cost_per_day": 100, "items": [{ "variant": "mug", "quantity": quantity }] });
    let before = read(&press(json!([
        order("A", "2026-11-23T10:00:00Z", 120),
        order("B", "2026-11-23T12:00:00Z", 120),
        order("C", "2026-11-23T14:00:00Z", 120)
    ])));
    let solution = plan(&before);
    // At 08:00 nothing has begun; B is cancelled, C wants 60 more, D is new.
    let after = read(&press(json!([
        order("A", "2026-11-23T10:00:00Z", 120),
        order("C", "2026-11-23T14:00:00Z", 180),
        order("D", "2026-11-23T16:00:00Z", 60)
    ])));
    let asked = ReplanOptions::default();
    let made =
        replan(&after, &solution, after.start, &Actuals::default(), (&asked, &options(100)), &mut |_| {}).unwrap();
    assert_eq!((made.cancelled, made.added), (vec!["B".to_string()], vec!["D".to_string()]));
    assert_eq!(made.outcome.solution.kpis.on_time, 3);
    assert_eq!((made.stability.kept_lots, made.stability.on_their_lines), (2, 2));
}

#[test]
fn a_frozen_window_holds_what_begins_in_it() {
    let order = |id: &str, late: i64, quantity: i64| json!({ "id": id, "due": "2026-11-23T09:00:00Z", "late_cost_per_day": late, "items": [{ "variant": "mug", "quantity": quantity }] });
    let before = read(&press(json!([order("A", 100, 120), order("B", 90, 120)])));
    let solution = plan(&before);
    let rush = read(&press(json!([order("A", 100, 120), order("B", 90, 120), order("R", 9000, 60)])));
    let starts = |frozen: i64| {
        let asked = ReplanOptions { frozen: Seconds(frozen), ..ReplanOptions::default() };
        let made = replan(&rush, &solution, rush.start, &Actuals::default(), (&asked, &options(200)), &mut |_| {});
        let made = made.unwrap();
        assert!(verify(&made.facts.instance, &made.outcome.solution).is_sound());
        let lots = made.outcome.solution.lots;
        lots.iter().find(|lot| lot.order == "R").unwrap().operations[0].start
    };
    // Nothing frozen: the rush order goes first. An hour frozen: A, which begins at 08:00, stays, and R follows it. Three
    // hours: B, which begins at 10:00, stays too.
    assert_eq!(starts(0), at("2026-11-23T08:00:00Z"));
    assert_eq!(starts(3_600), at("2026-11-23T10:00:00Z"));
    assert_eq!(starts(3 * 3_600), at("2026-11-23T12:00:00Z"));
}

#[test]
fn bad_actuals_are_told_all_at_once() {
    let instance = read(&press(json!([
        { "id": "A", "due": "2026-11-23T10:00:00Z", "items": [{ "variant": "mug", "quantity": 120 }] },
        { "id": "B", "due": "2026-11-23T12:00:00Z", "items": [{ "variant": "mug", "quantity": 120 }] },
    ])));
    let solution = plan(&instance);
    let mut on_another = report("B", "2026-11-23T09:00:00Z", None, None);
    on_another.line = Some("pres".to_string());
    let operations = vec![
        report("AA", "2026-11-23T08:00:00Z", None, None),
        report("A", "2026-11-23T08:00:00Z", Some("2026-11-23T07:00:00Z"), Some(121)),
        report("A", "2026-11-23T12:00:00Z", None, None),
        on_another,
    ];
    let now = at("2026-11-23T11:00:00Z");
    let down = Down { line: "press".to_string(), from: now, to: now, reason: None, meta: None };
    let actuals = Actuals { operations, down: vec![down], ..Actuals::default() };
    let refused = facts_of(&instance, &solution, now, &actuals, &ReplanOptions::default());
    let Err(DeskError::Question(faults)) = refused else { panic!("{refused:?}") };
    let found: Vec<(&str, &str)> = faults.iter().map(|fault| (fault.code, fault.pointer.as_str())).collect();
    assert_eq!(
        found,
        [
            ("actual-unknown", "/operations/0/order"),
            ("actual-times", "/operations/1/end"),
            ("actual-pieces", "/operations/1/pieces"),
            ("actual-twice", "/operations/2"),
            ("actual-times", "/operations/2/start"),
            ("actual-line", "/operations/3/line"),
            ("actual-times", "/down/0/to"),
        ]
    );
    assert_eq!(faults[0].remedy, "Did you mean \"A\"?");
    let early =
        facts_of(&instance, &solution, at("2026-11-22T11:00:00Z"), &Actuals::default(), &ReplanOptions::default());
    assert!(matches!(early, Err(DeskError::Question(faults)) if faults[0].code == "replan-instant"));
    let overlapping = vec![
        report("A", "2026-11-23T08:00:00Z", Some("2026-11-23T10:00:00Z"), None),
        report("B", "2026-11-23T09:00:00Z", None, None),
    ];
    let actuals = Actuals { operations: overlapping, ..Actuals::default() };
    let made = facts_of(&instance, &solution, now, &actuals, &ReplanOptions::default()).unwrap();
    assert_eq!(made.warnings.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["actual-overlap"]);
    let form = read_actuals(
        br#"{"format": "lotwise-actuals/1", "operations": [{"order": "A", "start": "noon"}], "downs": []}"#,
    );
    let found: Vec<String> =
        form.unwrap_err().faults.into_iter().map(|fault| format!("{} {}", fault.code, fault.pointer)).collect();
    assert_eq!(found, ["bad-value /operations/0/start", "unknown-field /downs"]);
}

#[test]
fn a_quote_prices_dates_and_its_acceptance_is_the_plan_it_was_priced_by() {
    let instance = read(&press(json!([
        { "id": "A", "due": "2026-11-23T10:00:00Z", "late_cost_per_day": 240, "items": [{ "variant": "mug", "quantity": 120 }] },
        { "id": "B", "due": "2026-11-23T13:00:00Z", "late_cost_per_day": 240, "items": [{ "variant": "mug", "quantity": 120 }] },
    ])));
    let solution = plan(&instance);
    let order = read_order(br#"{ "id": "R", "items": [ { "variant": "mug", "quantity": 60 } ] }"#).unwrap();
    let dates = ["2026-11-23T09:00:00Z", "2026-11-23T11:00:00Z", "2026-11-23T13:00:00Z"].map(at).to_vec();
    let found = quote(&instance, &solution, &order, &QuoteOptions { dates, threads: Some(1) }).unwrap();
    let prices: Vec<(String, String, usize)> =
        found.dates.iter().map(|one| (one.delivery.to_string(), one.price.to_string(), one.harmed.len())).collect();
    // At 09:00 A is an hour late, at 10 an hour; B is done at 13:00 in any case. After A it costs nothing, as at the end.
    assert_eq!(prices[0], ("2026-11-23T09:00:00Z".to_string(), "10".to_string(), 1));
    assert_eq!((prices[1].1.as_str(), prices[2].1.as_str()), ("0", "0"));
    assert_eq!(found.earliest.unwrap().delivery, at("2026-11-23T09:00:00Z"));
    let taken = accept(&instance, &solution, &order, Some(at("2026-11-23T11:00:00Z"))).unwrap();
    assert!(verify(&taken.instance, &taken.solution).is_sound());
    assert_eq!(taken.instance.orders[2].due, Some(at("2026-11-23T11:00:00Z")));
    assert_eq!(taken.solution.orders[2].status, OrderStatus::OnTime);
    assert_eq!(taken.moved.iter().map(|one| one.order.as_str()).collect::<Vec<_>>(), ["B"]);
    let refused = accept(&instance, &solution, &order, Some(at("2026-11-23T08:30:00Z")));
    assert!(matches!(refused, Err(DeskError::Question(_))));
    let known = read_order(br#"{ "id": "A", "items": [ { "variant": "mug", "quantity": 60 } ] }"#).unwrap();
    let refused = quote(&instance, &solution, &known, &QuoteOptions::default());
    assert!(matches!(refused, Err(DeskError::Question(faults)) if faults[0].code == "question-order"));
}

#[test]
fn quotes_on_random_plans_cost_what_the_checker_says() {
    let mut accepted = 0;
    for (seed, instance, solution) in random_plans(cases()) {
        let Some(template) = instance.orders.first() else { continue };
        let order = lotwise::model::Order {
            id: "new".to_string(),
            release: None,
            due: None,
            deadline: None,
            late_cost_per_day: None,
            late_cost_once: None,
            holding_cost_per_day: lotwise::units::Money::ZERO,
            reject_cost: None,
            items: template.items.iter().map(|item| lotwise::model::Item { done: 0, ..item.clone() }).collect(),
            ..template.clone()
        };
        let Ok(taken) = accept(&instance, &solution, &order, None) else { continue };
        let verification = verify(&taken.instance, &taken.solution);
        assert!(verification.is_sound(), "seed {seed}: {:?}", verification.breaches);
        accepted += 1;
    }
    assert!(accepted > 40, "only {accepted} accepted");
}

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
