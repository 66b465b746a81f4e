//! The bound against trying every sequence of one line, prices and searches against each other, and what is not covered.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use super::row::Plant;
use super::{News, Prover, start};
use crate::model::Instance;
use crate::plan::{OpIdx, Plan};
use crate::problem::{LineIdx, Problem};
use crate::schedule::evaluate;
use crate::units::{Id, Money};
use rand::{RngExt as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::{Value, json};
use std::time::Duration;

const COLOURS: [&str; 3] = ["red", "white", "black"];

fn at(minutes: i64) -> String {
    format!("2026-11-{:02}T{:02}:{:02}:00Z", 23 + minutes / 1_440, minutes / 60 % 24, minutes % 60)
}

/// A line whose runs take an hour each, with one or two stretches closed. On the grid, all is due on the hour and a due
/// date is a deadline; else lots may be released and due at any minute, and late.
fn instance(random: &mut Xoshiro256PlusPlus, on_grid: bool) -> Value {
    let unit = if on_grid { 60 } else { random.random_range(1..60) };
    let costs: Vec<Vec<i64>> =
        (0..3).map(|from| (0..3).map(|to| if to == from { 0 } else { random.random_range(0..12) }).collect()).collect();
    let lots = random.random_range(1..6);
    let mut order = |index: usize| {
        let due = unit * random.random_range(60 / unit..720 / unit);
        let mut order = json!({ "id": format!("order-{index}"), "due": at(due), "holding_cost_per_day": random.random_range(0..90),
            "items": [{ "variant": COLOURS[random.random_range(0..3)], "quantity": 4 }] });
        if on_grid {
            order["holding_cost_per_day"] = json!(48);
            order["deadline"] = json!(at(due));
        } else {
            order["late_cost_per_day"] = json!(random.random_range(0..200));
            order["late_cost_once"] = json!(random.random_range(0..2) * random.random_range(0..5));
            if random.random_range(0..3) == 0 {
                order["release"] = json!(at(unit * random.random_range(0..240 / unit)));
            }
            if random.random_range(0..3) == 0 {
                order["deadline"] = json!(at(due + unit * random.random_range(0..4)));
            }
        }
        order
    };
    let orders: Vec<Value> = (0..lots).map(&mut order).collect();
    let (closes, opens) = (random.random_range(1..6), random.random_range(1..4));
    let closed = if on_grid { (closes * 60, (closes + opens) * 60) } else { (closes * 50, closes * 50 + opens * 37) };
    let mut line = json!({ "id": "line", "calendar": "shifts", "changeovers": "paint", "cost_per_hour": 3,
        "pausable": random.random::<bool>(), "rates": [{ "seconds_per_unit": 900 }] });
    if random.random() {
        line["setup_state"] = json!({ "colour": "red" });
    }
    if random.random() && !on_grid {
        line["available_from"] = json!(at(random.random_range(0..90)));
    }
    json!({
        "format": "lotwise/1", "start": at(0), "end": at(1_440),
        "calendars": [{ "id": "shifts", "closed": [{ "from": at(closed.0), "to": at(closed.1) }] }],
        "changeovers": [{ "id": "paint", "rules": [{ "attribute": "colour", "values": COLOURS,
            "seconds": [[0, 0, 0], [0, 0, 0], [0, 0, 0]], "costs": costs }] }],
        "lines": [line],
        "variants": COLOURS.map(|colour| json!({ "id": colour, "attributes": { "colour": colour } })),
        "orders": orders,
    })
}

fn problem(instance: &Value) -> Problem {
    let instance: Instance = serde_json::from_value(instance.clone()).unwrap();
    Problem::new(&instance)
}

/// A plan that makes all orders on the first line as the file has them.
fn whole(problem: &Problem) -> Plan {
    let mut plan = Plan::empty(problem);
    let line = LineIdx::at(0);
    for order in problem.orders.ids() {
        for lot in plan.add_order(problem, order, |_| 1) {
            let operation = plan.operation(lot, 0);
            plan.sequences[line].push(operation);
        }
    }
    plan
}

/// The cheapest of all sequences; none where each misses a deadline.
fn cheapest(problem: &Problem, plan: &mut Plan, begun: usize) -> Option<(Money, Plan)> {
    let line = LineIdx::at(0);
    let lots = plan.sequences[line].len();
    if begun == lots {
        return evaluate(problem, plan).ok().map(|schedule| (schedule.cost.total, plan.clone()));
    }
    let mut best: Option<(Money, Plan)> = None;
    for place in begun..lots {
        plan.sequences[line].swap(begun, place);
        if let Some(found) = cheapest(problem, plan, begun + 1)
            && best.as_ref().is_none_or(|best| found.0 < best.0)
        {
            best = Some(found);
        }
        plan.sequences[line].swap(begun, place);
    }
    best
}

/// The bounds and plans told, and that nothing failed.
fn told(prover: &mut Prover) -> (Vec<Money>, Vec<super::LinePlans>) {
    let (mut bounds, mut plans) = (Vec::new(), Vec::new());
    while !prover.is_over() {
        match prover.listen(Duration::from_secs(60)) {
            Some(News::Bound(bound)) => bounds.push(bound),
            Some(News::Plan(lines)) => plans.push(lines),
            Some(News::Done) => {}
            Some(News::Failed) | None => panic!("it failed"),
        }
    }
    (bounds, plans)
}

fn cases() -> u64 {
    std::env::var("LOTWISE_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(250)
}

#[test]
fn no_bound_is_above_the_best_of_all_sequences() {
    let (mut tried, mut closed) = (0, 0);
    for seed in 0..cases() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let instance = instance(&mut random, false);
        let problem = problem(&instance);
        let Some((best, plan)) = cheapest(&problem, &mut whole(&problem), 0) else { continue };
        let Some(mut prover) = start(&problem, &plan, best, Some(2_000)) else { continue };
        let (bounds, _) = told(&mut prover);
        let bound = bounds.into_iter().max().unwrap_or(Money::ZERO);
        assert!(bound <= best, "{bound} is above {best}\n{instance:#}");
        tried += 1;
        closed += u64::from(bound == best);
    }
    println!("{tried} rows, {closed} proved optimal");
    assert!(tried * 2 > cases(), "only {tried} are covered");
}

/// From a poor plan: nothing is known of the best one but what is found.
#[test]
fn on_the_grid_the_best_plan_is_found_and_proved() {
    let mut tried = 0;
    for seed in 0..cases() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let instance = instance(&mut random, true);
        let problem = problem(&instance);
        let Some((best, plan)) = cheapest(&problem, &mut whole(&problem), 0) else { continue };
        let Some(mut prover) = start(&problem, &plan, best + Money(1_000_000), Some(200_000)) else { continue };
        let (bounds, plans) = told(&mut prover);
        assert_eq!(bounds.last(), Some(&best), "{instance:#}");
        let mut found = plan.clone();
        let line = LineIdx::at(0);
        let operation_of = |item| {
            plan.sequences[line]
                .iter()
                .copied()
                .find(|&operation| plan.lots[plan.operations[operation].lot].item == item)
        };
        let sequence: Option<Vec<OpIdx>> = plans[0][0].1.iter().map(|&item| operation_of(item)).collect();
        found.sequences[line] = sequence.unwrap();
        assert_eq!(evaluate(&problem, &found).unwrap().cost.total, best, "{instance:#}");
        tried += 1;
    }
    assert!(tried * 2 > cases(), "only {tried} can be made");
}

/// What is done to an instance.
type Change = fn(&mut Value);

#[test]
fn what_is_no_row_of_periods_is_not_covered() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(5);
    let row = instance(&mut random, true);
    let covers = |instance: &Value| {
        let problem = problem(instance);
        Plant::new(&problem, &whole(&problem)).is_some()
    };
    assert!(covers(&row));
    let changes: [(&str, Change); 9] = [
        ("an order that may be left out", |row| row["orders"][0]["reject_cost"] = json!(9)),
        ("an item that may be made in two lots", |row| row["orders"][0]["items"][0]["maximum_lots"] = json!(2)),
        ("a kit", |row| {
            let item = row["orders"][0]["items"][0].clone();
            row["orders"][0]["items"] = json!([item, item]);
        }),
        ("a run of another length", |row| row["orders"][0]["items"][0]["quantity"] = json!(5)),
        ("a changeover that takes time", |row| row["changeovers"][0]["rules"][0]["seconds"][0][1] = json!(1)),
        ("another line", |row| {
            let mut line = row["lines"][0].clone();
            line["id"] = json!("other");
            row["lines"] = json!([row["lines"][0], line]);
        }),
        ("a makespan that costs", |row| row["objective"] = json!({ "makespan_cost_per_hour": 1 })),
        ("overtime", |row| {
            let closed = row["calendars"][0]["closed"][0].clone();
            row["calendars"][0]["overtime"] = json!([{ "from": closed["from"], "to": closed["to"], "cost": 1 }]);
        }),
        ("minimum runs", |row| {
            row["lines"][0]["minimum_run"] = json!({ "by": "colour", "quantity": 8, "shortfall_cost_per_unit": 1 });
        }),
    ];
    for (name, change) in changes {
        let mut other = row.clone();
        change(&mut other);
        let sound: Result<Instance, _> = serde_json::from_value(other.clone());
        assert!(sound.is_ok(), "{name}: {sound:?}");
        assert!(!covers(&other), "{name}");
    }
}

/// One kind made in the order of due dates, others where that could cost more.
#[test]
fn lots_that_could_change_places_for_less_are_of_different_kinds() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
    let mut row = instance(&mut random, true);
    row["calendars"][0]["closed"] = json!([]);
    let order = |id: &str, due: i64, once: i64| {
        json!({ "id": id, "due": at(due), "late_cost_per_day": 24, "late_cost_once": once, "holding_cost_per_day": 24,
            "items": [{ "variant": "red", "quantity": 4 }] })
    };
    row["orders"] = json!([order("a", 60, 0), order("b", 120, 0), order("c", 180, 0)]);
    let kinds = |row: &Value| {
        let problem = problem(row);
        Plant::new(&problem, &whole(&problem)).unwrap().rows[0].kinds.len()
    };
    assert_eq!(kinds(&row), 1);
    row["orders"] = json!([order("a", 60, 5), order("b", 120, 5), order("c", 180, 5)]);
    assert!(kinds(&row) > 1, "of two lots that are late in any case, one need not be: not the one due first");
}
