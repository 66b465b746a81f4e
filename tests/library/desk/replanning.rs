//! What happened, written as facts, and the plans that go on from it.

use super::plants::*;
use lotwise::desk::actuals::{ActualOperation, Actuals, Down, Unreported};
use lotwise::desk::{DeskError, ReplanOptions, facts_of, read_actuals, replan};
use lotwise::model::{Duration, Instant};
use lotwise::units::Seconds;
use lotwise::verify::verify;
use serde_json::json;

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
