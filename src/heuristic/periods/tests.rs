//! Small rows of which every plan is tried.

use super::{Annealing, Grid, covers};
use crate::heuristic::construct::{Allowance, construct};
use crate::heuristic::replicas::Replica as _;
use crate::model::Instance;
use crate::problem::Problem;
use crate::schedule::network::Network;
use crate::schedule::settle;
use crate::units::Money;
use serde_json::{Value, json};

const COLOURS: [&str; 3] = ["red", "green", "blue"];
const COSTS: [[i64; 3]; 3] = [[0, 7, 4], [5, 0, 9], [8, 3, 0]];

/// Colour, due day, and whether the due date is a deadline; else a day late costs 6.
const LOTS: [(usize, i64, bool); 6] =
    [(0, 3, true), (1, 2, true), (0, 7, false), (2, 5, true), (1, 7, true), (2, 3, false)];

fn shop() -> Instance {
    let day = |day: i64| format!("2026-03-{:02}T00:00:00Z", 1 + day);
    let order = |(number, &(colour, due, is_deadline)): (usize, &(usize, i64, bool))| {
        let mut order = json!({"id": format!("O{number}"), "due": day(due), "holding_cost_per_day": 2,
            "late_cost_per_day": 6, "items": [{"variant": COLOURS[colour], "quantity": 1}]});
        if is_deadline {
            order["deadline"] = json!(day(due));
        }
        order
    };
    let variant = |colour: &&str| json!({"id": colour, "attributes": {"colour": colour}});
    let instance = json!({
        "format": "lotwise/1", "start": day(0),
        "changeovers": [{"id": "colour", "rules": [{"attribute": "colour", "values": COLOURS,
            "seconds": [[0, 0, 0], [0, 0, 0], [0, 0, 0]], "costs": COSTS}]}],
        "lines": [{"id": "mill", "changeovers": "colour", "rates": [{"seconds_per_unit": 86_400}]}],
        "variants": COLOURS.iter().map(variant).collect::<Vec<Value>>(),
        "orders": LOTS.iter().enumerate().map(order).collect::<Vec<Value>>()
    });
    serde_json::from_value(instance).unwrap()
}

/// The least cost of all ways to give the lots days before the tenth; `days` are taken by the first lots, 0 is the first.
fn least(given: &mut Vec<i64>) -> i64 {
    if given.len() == LOTS.len() {
        let mut by_day: Vec<(i64, usize)> = given.iter().enumerate().map(|(lot, &day)| (day, LOTS[lot].0)).collect();
        by_day.sort_unstable();
        return by_day.windows(2).map(|pair| COSTS[pair[0].1][pair[1].1]).sum();
    }
    let (_, due, is_deadline) = LOTS[given.len()];
    let mut best = i64::MAX / 2;
    for day in 0..10 {
        let end = day + 1;
        if given.contains(&day) || (is_deadline && end > due) {
            continue;
        }
        given.push(day);
        best = best.min(least(given) + 2 * (due - end).max(0) + 6 * (end - due).max(0));
        given.pop();
    }
    best
}

#[test]
fn the_best_of_all_plans_is_found_and_costs_what_the_reference_says() {
    let instance = shop();
    let problem = Problem::new(&instance);
    let made = construct(&problem, Allowance::UNLIMITED);
    let network = Network::new(&problem, &made.plan);
    assert!(covers(&network, &made.schedule));
    let mut replica = Annealing::new(Grid::new(&network, &made.plan, &made.schedule).unwrap(), 1, 0);
    let temperatures = replica.calibrate();
    for step in 0..40 {
        let heat = temperatures.at(f64::from(step) / 40.0);
        replica.run(500, (heat, heat));
    }
    let expected = Money(least(&mut Vec::new()) * 10_000);
    assert_eq!(replica.best_cost(), expected.0);
    let schedule = settle(&problem, &mut replica.best_plan(&network)).unwrap();
    assert_eq!(schedule.cost.total, expected);
}
