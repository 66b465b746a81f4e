//! The planner's desk from outside: what each question answers as text and as JSON, with which exit status, and how it
//! refuses what it cannot use.

use crate::process::{Desk, error_of, status, stderr, stdout_json};
use serde_json::{Value, json};
use std::fs;
use std::process::Output;

/// One press that makes 60 an hour from 08:00 to 16:00: A takes it until 14:00, B, worth less, from then on.
fn press() -> Value {
    let order = |id: &str, due: &str, late: i64, quantity: i64| json!({ "id": id, "due": due, "late_cost_per_day": late, "items": [{ "variant": "mug", "quantity": quantity }] });
    json!({
        "format": "lotwise/1", "name": "press", "currency": "EUR", "start": "2026-11-23T08:00:00Z",
        "calendars": [{ "id": "day", "weekly": [{ "days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "16:00" }] }],
        "lines": [{ "id": "press", "calendar": "day", "rates": [{ "units_per_hour": 60 }] }],
        "variants": [{ "id": "mug" }],
        "orders": [
            order("A", "2026-11-23T14:00:00Z", 900, 360),
            order("B", "2026-11-23T16:00:00Z", 100, 240),
        ],
    })
}

/// The press with its plan.
fn planned() -> Desk {
    let desk = Desk::new(&press());
    assert_eq!(status(&desk.solve()), 0);
    desk
}

#[track_caller]
fn text(output: &Output) -> String {
    assert_eq!(status(output), 0, "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[track_caller]
fn json_of(output: &Output) -> Value {
    assert_eq!(status(output), 0, "{output:?}");
    stdout_json(output)
}

/// The issues of a refusal: code and pointer of each. Each has a remedy that says something.
fn issues(error: &Value) -> Vec<(&str, &str)> {
    let issues = error["issues"].as_array().unwrap();
    assert!(issues.iter().all(|issue| !issue["remedy"].as_str().unwrap().is_empty()), "{error}");
    issues.iter().map(|issue| (issue["code"].as_str().unwrap(), issue["pointer"].as_str().unwrap())).collect()
}

#[test]
fn explain_says_why_and_what_helps() {
    let desk = planned();
    let said = text(&desk.run(&["explain", "instance.json", "plan.json", "--format", "text"]));
    for part in [
        "B is late by 18h, for EUR 75: promised for Mon 23 Nov 16:00, delivered Tue 24 Nov 10:00\n",
        "its place on press is held by A (without: Mon 23 Nov 12:00, 22h earlier)",
        "put it ahead of others (plan cost +675; 1 order then no longer on time: A)",
        "promise it for Tue 24 Nov 10:00 (plan cost -75)",
        "waited, last first:",
        "its lots:",
        "to see a remedy at work: lotwise explain instance.json plan.json B --try 1",
    ] {
        assert!(said.contains(part), "{part:?} in\n{said}");
    }
    let found = json_of(&desk.run(&["explain", "instance.json", "plan.json"]));
    assert_eq!(found["orders"].as_array().unwrap().len(), 1);
    assert_eq!((&found["orders"][0]["order"], &found["orders"][0]["status"]), (&json!("B"), &json!("late")));
    let asked = json_of(&desk.run(&["explain", "instance.json", "plan.json", "A"]));
    assert_eq!(asked["orders"][0]["status"], "on_time");
    assert_eq!(asked["orders"][0]["timeline"][0]["end"], "2026-11-23T14:00:00Z");
    let on_time = text(&desk.run(&["explain", "instance.json", "plan.json", "A", "--format", "text"]));
    assert!(on_time.starts_with("A is on time: promised for Mon 23 Nov 14:00"), "{on_time}");
    let mut piped = desk.command(&["explain", "-", "plan.json"]);
    let piped = piped.stdin(fs::File::open(desk.path("instance.json")).unwrap()).output().unwrap();
    assert_eq!(json_of(&piped), found);
}

#[test]
fn a_remedy_that_is_tried_is_written_and_holds() {
    let desk = planned();
    let tried = |number: &str| {
        desk.run(&[
            "explain",
            "instance.json",
            "plan.json",
            "B",
            "--try",
            number,
            "--instance-output",
            "changed.json",
            "-o",
            "changed-plan.json",
        ])
    };
    assert_eq!(status(&tried("1")), 0);
    let check = json_of(&desk.run(&["check", "changed.json", "changed-plan.json", "--format", "json"]));
    assert_eq!(check["accepted"], true, "{check}");
    let plan = desk.json("changed-plan.json");
    let b = plan["orders"].as_array().unwrap().iter().find(|order| order["id"] == "B").unwrap();
    assert_eq!(b["status"], "on_time");
    fs::remove_file(desk.path("changed.json")).unwrap();
    let none = tried("9");
    assert_eq!(status(&none), 2);
    assert!(stderr(&none).contains("There is no remedy 9"), "{none:?}");
    assert!(!desk.path("changed.json").exists());
}

#[test]
fn questions_about_orders_nobody_knows_are_refused() {
    let desk = planned();
    let error = error_of(&desk.run(&["explain", "instance.json", "plan.json", "b"]), 2);
    assert_eq!(issues(&error), [("question-order", "")]);
    assert_eq!(error["issues"][0]["remedy"], "Did you mean \"B\"?");
    let error = error_of(&desk.run(&["explain", "instance.json", "plan.json", "SO-77"]), 2);
    assert_eq!(issues(&error), [("question-order", "")]);
}

#[test]
fn a_plan_that_does_not_hold_is_refused_by_every_question() {
    let desk = planned();
    // Of another instance: A wants more than the plan makes, and C is not in it.
    let mut other = press();
    other["orders"][0]["items"][0]["quantity"] = json!(400);
    other["orders"].as_array_mut().unwrap().push(json!({ "id": "C", "items": [{ "variant": "mug", "quantity": 10 }] }));
    fs::write(desk.path("other.json"), other.to_string()).unwrap();
    fs::write(desk.path("order.json"), r#"{ "id": "R", "items": [ { "variant": "mug", "quantity": 60 } ] }"#).unwrap();
    for call in [
        &["explain", "other.json", "plan.json"][..],
        &["bottlenecks", "other.json", "plan.json"],
        &["quote", "other.json", "plan.json", "order.json"],
    ] {
        let error = error_of(&desk.run(call), 5);
        assert_eq!(error["code"], "breach", "{call:?}");
        assert!(error["issues"].as_array().unwrap().len() > 1, "every breach: {error}");
        assert_eq!(error["message"], "plan.json does not hold on other.json.");
    }
    // An instance with faults is told as such, all of them.
    fs::write(desk.path("bad.json"), json!({ "format": "lotwise/1", "orders": 3 }).to_string()).unwrap();
    for call in
        [&["explain", "bad.json", "plan.json"][..], &["agility", "bad.json"], &["bottlenecks", "bad.json", "plan.json"]]
    {
        let error = error_of(&desk.run(call), 2);
        assert!(error["code"] == "bad-input" && error["issues"].as_array().unwrap().len() > 2, "{error}");
    }
}

#[test]
fn bottlenecks_are_told_in_hours_and_money() {
    let desk = planned();
    let asked = ["bottlenecks", "instance.json", "plan.json", "--iterations", "200", "--quiet"];
    let found = json_of(&desk.run(&asked));
    assert_eq!((&found["lines"][0]["name"], &found["lines"][0]["run_hours"]), (&json!("press"), &json!(10.0)));
    // An hour more before Tuesday and B is an hour less late: a twenty-fourth of 100.
    assert_eq!(found["hours"][0]["retimed"], json!(4.1667));
    let said = text(&desk.run(&[&asked[..], &["--format", "text"]].concat()));
    assert!(said.contains("press") && said.contains("100 %") && said.contains("worth EUR 4.17"), "{said}");
    let error = error_of(&desk.run(&["bottlenecks", "instance.json", "plan.json", "--time-limit", "5s"]), 2);
    assert_eq!(error["code"], "usage");
    assert!(error["message"].as_str().unwrap().contains("--iterations"), "{error}");
}

#[test]
fn quotes_are_priced_and_accepted() {
    let desk = planned();
    fs::write(desk.path("order.json"), r#"{ "id": "R", "items": [ { "variant": "mug", "quantity": 60 } ] }"#).unwrap();
    let by = "2026-11-24T12:00:00Z";
    let found = json_of(&desk.run(&["quote", "instance.json", "plan.json", "order.json", "--by", by]));
    // Behind B it is made until 11:00 and harms nobody.
    assert_eq!(
        (&found["dates"][0]["delivery"], &found["dates"][0]["price"]),
        (&json!("2026-11-24T11:00:00Z"), &json!(0))
    );
    // As early as can be it is made first: A and B are an hour later each.
    assert_eq!(found["earliest"]["delivery"], "2026-11-23T09:00:00Z");
    assert_eq!(found["earliest"]["price"], json!(41.6667));
    assert_eq!(found["earliest"]["harmed"].as_array().unwrap().len(), 2);
    let said = text(&desk.run(&["quote", "instance.json", "plan.json", "order.json", "--by", by, "--format", "text"]));
    assert!(said.contains("harms nobody") && said.contains("Tue 24 Nov 11:00") && said.contains("EUR 41.67"), "{said}");
    let taken = desk.run(&[
        "quote",
        "instance.json",
        "plan.json",
        "order.json",
        "--accept",
        by,
        "--instance-output",
        "with.json",
        "-o",
        "with-plan.json",
    ]);
    assert_eq!(json_of(&taken)["quote"]["by"], by);
    assert_eq!(desk.json("with.json")["orders"][2]["due"], by);
    assert_eq!(status(&desk.run(&["check", "with.json", "with-plan.json"])), 0);
    // The plan that was asked about is as it was.
    assert_eq!(desk.json("plan.json")["orders"].as_array().unwrap().len(), 2);
}

#[test]
fn orders_that_cannot_be_quoted_are_refused_with_all_their_faults() {
    let desk = planned();
    let refused = |order: &str, more: &[&str]| {
        fs::write(desk.path("order.json"), order).unwrap();
        error_of(&desk.run(&[&["quote", "instance.json", "plan.json", "order.json"], more].concat()), 2)
    };
    let error = refused(
        r#"{ "id": "R", "items": [ { "variant": "cup", "quantity": 60 }, { "variant": "mug", "quantity": 0 } ] }"#,
        &[],
    );
    assert_eq!(error["message"], "order.json has 2 errors.");
    let pointers: Vec<&str> = issues(&error).into_iter().map(|(_, pointer)| pointer).collect();
    assert_eq!(pointers, ["/items/0/variant", "/items/1/quantity"], "{error}");
    let error = refused(r#"{ "id": "R", "item": [], "due": "noon" }"#, &[]);
    assert!(error["issues"].as_array().unwrap().len() >= 2, "faults of form too: {error}");
    let error = refused(r#"{ "id": "A", "items": [ { "variant": "mug", "quantity": 60 } ] }"#, &[]);
    assert_eq!(issues(&error), [("question-order", "/id")]);
    let accept = ["--accept", "2026-11-23T08:30:00Z", "--instance-output", "with.json", "-o", "with-plan.json"];
    let error = refused(r#"{ "id": "R", "items": [ { "variant": "mug", "quantity": 60 } ] }"#, &accept);
    assert_eq!(issues(&error), [("question-value", "/due")]);
    assert!(!desk.path("with.json").exists() && !desk.path("with-plan.json").exists());
}

const AT: &str = "2026-11-23T12:00:00Z";

#[test]
fn a_day_is_replanned_from_what_happened() {
    let desk = planned();
    let actuals = json!({ "format": "lotwise-actuals/1", "unreported": "not_begun",
        "operations": [{ "order": "A", "start": "2026-11-23T08:00:00Z", "pieces": 120 }],
        "down": [{ "line": "press", "from": "2026-11-23T13:00:00Z", "to": "2026-11-23T15:00:00Z", "reason": "bearing" }] });
    fs::write(desk.path("actuals.json"), actuals.to_string()).unwrap();
    let base = ["replan", "instance.json", "--baseline", "plan.json", "--at", AT, "--actuals", "actuals.json"];
    let asked =
        [&base[..], &["--instance-output", "next.json", "-o", "next-plan.json", "--iterations", "200", "--quiet"]]
            .concat();
    let found = json_of(&desk.run(&asked));
    assert_eq!(found["kpis"]["late"], 2, "{found}");
    assert_eq!(desk.json("next.json")["start"], AT);
    assert_eq!(status(&desk.run(&["check", "next.json", "next-plan.json"])), 0);
    // 240 of A are left: an hour until the press goes down, an hour after it is back, two of the next day.
    let plan = desk.json("next-plan.json");
    let a = plan["lots"].as_array().unwrap().iter().find(|lot| lot["order"] == "A").unwrap();
    assert_eq!(a["operations"][0]["end"], "2026-11-24T10:00:00Z", "{a}");
    let said = text(&desk.run(&[&asked[..], &["--format", "text"]].concat()));
    assert!(said.contains("0 on time, 2 late") && said.contains("kept      1 of 1 lot"), "{said}");
    // The facts alone, for solve to take.
    let facts = desk.run(&[&base[..], &["--instance-output", "facts.json", "--facts-only"]].concat());
    assert_eq!(status(&facts), 0, "{facts:?}");
    assert_eq!(desk.json("facts.json"), desk.json("next.json"));
    assert_eq!(status(&desk.run(&["solve", "facts.json", "--iterations", "50", "-o", "again.json"])), 0);
    // Everything on stdout but one file: the plan.
    let piped = desk.run(&[&base[..], &["--instance-output", "next.json", "--iterations", "50", "--quiet"]].concat());
    assert_eq!(json_of(&piped)["format"], "lotwise-plan/1");
}

#[test]
fn actuals_with_several_faults_are_told_all_at_once() {
    let desk = planned();
    let actuals = json!({ "format": "lotwise-actuals/1",
        "operations": [
            { "order": "AA", "start": "2026-11-23T08:00:00Z" },
            { "order": "A", "start": "2026-11-23T08:00:00Z", "end": "2026-11-23T07:00:00Z", "pieces": 361 },
            { "order": "B", "start": "2026-11-23T20:00:00Z", "line": "pres" }],
        "down": [{ "line": "press", "from": AT, "to": AT }] });
    fs::write(desk.path("actuals.json"), actuals.to_string()).unwrap();
    let asked = [
        "replan",
        "instance.json",
        "--baseline",
        "plan.json",
        "--at",
        AT,
        "--actuals",
        "actuals.json",
        "--instance-output",
        "next.json",
        "-o",
        "next-plan.json",
    ];
    let error = error_of(&desk.run(&asked), 2);
    assert_eq!(error["message"], "actuals.json has 6 errors.");
    assert_eq!(
        issues(&error),
        [
            ("actual-unknown", "/operations/0/order"),
            ("actual-times", "/operations/1/end"),
            ("actual-pieces", "/operations/1/pieces"),
            ("actual-times", "/operations/2/start"),
            ("actual-line", "/operations/2/line"),
            ("actual-times", "/down/0/to"),
        ]
    );
    assert_eq!(error["issues"][4]["remedy"], "Did you mean \"press\"?");
    assert!(!desk.path("next.json").exists() && !desk.path("next-plan.json").exists());
    // Faults of form are told the same way.
    fs::write(
        desk.path("actuals.json"),
        r#"{ "format": "lotwise-actuals/1", "operations": [ { "order": 3, "start": "noon" } ], "downs": [] }"#,
    )
    .unwrap();
    let error = error_of(&desk.run(&asked), 2);
    let pointers: Vec<&str> = issues(&error).into_iter().map(|(_, pointer)| pointer).collect();
    assert_eq!(pointers, ["/operations/0/order", "/operations/0/start", "/downs"], "{error}");
    fs::write(desk.path("actuals.json"), r#"{ "format": "lotwise-actuals/1" }"#).unwrap();
    let early = [&asked[..4], &["--at", "2026-11-22T12:00:00Z"], &asked[6..]].concat();
    assert_eq!(issues(&error_of(&desk.run(&early), 2)), [("replan-instant", "")]);
}

#[test]
fn agility_is_told_with_its_spread() {
    let desk = Desk::new(&press());
    let asked = [
        "agility",
        "instance.json",
        "--samples",
        "2",
        "--iterations",
        "20",
        "--within",
        "5",
        "--demand-days",
        "5",
        "--quiet",
    ];
    let found = json_of(&desk.run(&asked));
    assert_eq!(found["samples"].as_array().unwrap().len(), 2);
    assert!(found["days_needed"].is_object() && found["largest_increase"].is_object(), "{found}");
    let said = text(&desk.run(&[&asked[..], &["--format", "text"]].concat()));
    for part in ["of promises are kept", "upside flexibility", "upside adaptability", "downside", "seed 1", "seed 2"] {
        assert!(said.contains(part), "{part} in\n{said}");
    }
    let mut undated = press();
    undated["orders"].as_array_mut().unwrap().iter_mut().for_each(|order| {
        order.as_object_mut().unwrap().remove("due");
        order.as_object_mut().unwrap().remove("late_cost_per_day");
    });
    fs::write(desk.path("undated.json"), undated.to_string()).unwrap();
    assert_eq!(issues(&error_of(&desk.run(&["agility", "undated.json"]), 2)), [("question-value", "/orders")]);
    assert_eq!(error_of(&desk.run(&["agility", "instance.json", "--increase", "lots"]), 2)["code"], "usage");
}

#[test]
fn plans_are_compared_order_by_order() {
    let desk = planned();
    let first = desk.run(&[
        "explain",
        "instance.json",
        "plan.json",
        "B",
        "--try",
        "1",
        "--instance-output",
        "same.json",
        "-o",
        "ahead.json",
    ]);
    assert_eq!(status(&first), 0);
    let found = json_of(&desk.run(&["compare", "instance.json", "plan.json", "ahead.json"]));
    let names = |verdict: &str| {
        let orders = found["orders"].as_array().unwrap().iter().filter(|one| one["verdict"] == verdict);
        orders.map(|one| one["id"].as_str().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!((names("gained"), names("lost")), (vec!["B"], vec!["A"]), "{found}");
    let said = text(&desk.run(&["compare", "instance.json", "plan.json", "ahead.json", "--format", "text"]));
    assert!(said.contains("+675"), "{said}");
}
