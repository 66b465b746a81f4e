use super::*;
use crate::model::{Instant, read_instance};
use crate::units::Seconds;
use serde_json::{Value, json};

/// A two-shift plant whose ids are what an attacker would choose.
fn hostile() -> (Value, Value) {
    let instance = json!({
        "format": "lotwise/1", "name": "</text><script>alert(1)</script>", "currency": "\"&'", "time_zone": "Europe/Berlin",
        "start": "2026-10-23T06:00:00+02:00",
        "calendars": [{ "id": "c", "weekly": [{ "days": ["fri", "sat", "sun", "mon"], "from": "06:00", "to": "22:00" }],
            "overtime": [{ "from": "2026-10-23T22:00:00+02:00", "to": "2026-10-24T02:00:00+02:00", "cost": 5 }] }],
        "changeovers": [{ "id": "s", "rules": [{ "attribute": "colour", "time": "PT10M" }] }],
        "lines": [{ "id": "<line&1>", "calendar": "c", "changeovers": "s", "rates": [{ "units_per_hour": 1 }] }],
        "variants": [{ "id": "v'\"", "attributes": { "colour": "]]>\u{1b}red" } }],
        "orders": [{ "id": "o<1>", "customer": "ACME & Daughters", "items": [{ "variant": "v'\"", "quantity": 30 }] }]
    });
    let plan = json!({
        "format": "lotwise-plan/1", "status": "feasible",
        "cost": { "total": 12.5, "production": 0, "changeover": 0, "overtime": 5, "lateness": 7.5, "holding": 0,
            "rejection": 0, "short_run": 0, "transport": 0, "baseline": 0, "makespan": 0 },
        "lots": [{ "order": "o<1>", "item": "0", "quantity": 30, "operations": [{ "line": "<line&1>",
            "setup_start": "2026-10-23T06:00:00+02:00",
            "start": "2026-10-23T06:10:00+02:00", "end": "2026-10-24T16:10:00+02:00" }] }],
        "orders": [{ "id": "o<1>", "status": "late", "lateness": "PT3H", "cost": 7.5 }],
        "lines": [{ "id": "<line&1>", "overtime": ["2026-10-23T22:00:00+02:00"] }]
    });
    (instance, plan)
}

fn drawn((instance, plan): (Value, Value)) -> String {
    let instance = read_instance(instance.to_string().as_bytes()).unwrap();
    let plan = serde_json::from_value(plan).unwrap();
    gantt_svg(&instance, &plan, &GanttOptions::default())
}

/// Whether every tag is closed in order, every `&` begins an entity, and no attribute holds a bare quote.
fn assert_well_formed(svg: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = svg;
    while let Some(begin) = rest.find('<') {
        assert!(!rest[..begin].contains('>'), "a bare > near {:?}", &rest[..begin.min(80)]);
        for (index, _) in rest[..begin].match_indices('&') {
            let entity = &rest[index..];
            assert!(
                ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "&#10;"].iter().any(|known| entity.starts_with(known)),
                "{entity}"
            );
        }
        let end = begin + rest[begin..].find('>').expect("a tag that ends");
        let tag = &rest[begin + 1..end];
        assert!(tag.matches('"').count().is_multiple_of(2), "{tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().expect("a name"));
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} {rest:?}");
}

#[test]
fn hostile_names_cannot_leave_their_text() {
    let svg = drawn(hostile());
    assert_well_formed(&svg);
    assert!(!svg.contains("<script") && !svg.contains('\u{1b}'));
    assert!(svg.contains("o&lt;1&gt; item 0: 30 × v&#39;&quot;"));
}

#[test]
fn customers_are_never_named() {
    assert!(!drawn(hostile()).contains("Daughters"));
}

#[test]
fn a_run_is_drawn_where_the_line_is_open_and_overtime_is_open() {
    let svg = drawn(hostile());
    // Friday with its overtime is one stretch; the night until 06:00 a thread; Saturday.
    assert!(svg.contains("<g fill=\"url(#changeover)\">"));
    let run = svg.split("<title>o&lt;1&gt;").nth(1).and_then(|rest| rest.split("</g>").next()).unwrap();
    // Two stretches and the bar below each, for the order is late; one thread.
    assert_eq!(run.matches("<rect").count(), 5, "{run}");
    assert_eq!(run.matches("fill=\"#000\"").count(), 2, "{run}");
    assert!(run.contains("late by 3h, for 7.50"), "{run}");
}

#[test]
fn a_plan_that_makes_no_sense_is_still_a_picture() {
    let (mut instance, mut plan) = hostile();
    plan["lots"][0]["operations"][0]["end"] = json!("1900-01-01T00:00:00Z");
    assert_well_formed(&drawn((instance.clone(), plan.clone())));
    plan["lots"][0]["operations"][0]["end"] = json!("2499-12-31T00:00:00Z");
    assert_well_formed(&drawn((instance.clone(), plan.clone())));
    plan["lots"][0]["operations"][0]["line"] = json!("nowhere");
    plan["lots"][0]["order"] = json!("nobody");
    let svg = drawn((instance.clone(), plan.clone()));
    assert_well_formed(&svg);
    assert!(svg.contains("1 operations name lines"));
    instance["time_zone"] = json!("Nowhere/Land");
    instance["lines"] = json!([]);
    assert_well_formed(&drawn((instance, plan)));
}

#[test]
fn a_large_plan_stays_a_small_file() {
    let (instance, plan) = hostile();
    let mut instance = read_instance(instance.to_string().as_bytes()).unwrap();
    let mut plan: Solution = serde_json::from_value(plan).unwrap();
    let lot = plan.lots[0].clone();
    plan.lots.clear();
    for index in 0..30_000_i64 {
        let mut lot = lot.clone();
        let operation = &mut lot.operations[0];
        operation.setup_start = None;
        operation.start = Instant::utc(instance.start.seconds + Seconds(index * 60));
        operation.end = Instant::utc(instance.start.seconds + Seconds(index * 60 + 60));
        plan.lots.push(lot);
    }
    for index in 0..300 {
        let mut line = instance.lines[0].clone();
        line.id = format!("line-{index}");
        instance.lines.push(line);
    }
    let svg = gantt_svg(&instance, &plan, &GanttOptions::default());
    assert_well_formed(&svg);
    assert!(svg.len() < 400_000, "{} bytes", svg.len());
    assert!(svg.contains("51 lines are not shown."));
    assert!(svg.contains("<title>"), "tooltips stay");
}
