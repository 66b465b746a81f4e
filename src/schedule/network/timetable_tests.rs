//! A timetable is the plan it was made of, costs what the reference says, and does what it is told to; what is said of networks holds.

use super::facts::{Network, OpId};
use super::line::LineFacts;
use super::open_time::Overtime;
use super::timetable::Timetable;
use crate::generate::{Parameters, generate};
use crate::plan::{Fate, Plan};
use crate::problem::{OrderIdx, Problem};
use crate::schedule::earliest;
use crate::schedule::test_plans::in_turn;
use crate::units::{Id, Money};
use rand::{RngExt as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::{Value, json};
use std::sync::Arc;

/// Random problems, without deadlines and without a price for moved starts, and a plan of each: some overtime open, scarce
/// materials taken in any order.
fn plans(seeds: u64) -> impl Iterator<Item = (u64, Problem, Plan, Xoshiro256PlusPlus)> {
    (0..seeds).map(|seed| {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut instance = generate("anything", &Parameters { seed, ..Parameters::default() }).unwrap();
        instance.orders.iter_mut().for_each(|order| order.deadline = None);
        if let Some(before) = &mut instance.baseline {
            before.start_change_cost_per_hour = Money::ZERO;
        }
        let problem = Problem::new(&instance);
        let mut plan = in_turn(&problem);
        for (line, facts) in problem.lines.enumerate() {
            plan.overtime[line] = (0..facts.overtime.len()).filter(|_| random.random_bool(0.5)).collect();
        }
        for takers in plan.takings.iter_mut().filter(|takers| takers.len() > 1) {
            let (from, to) = (random.random_range(0..takers.len()), random.random_range(0..takers.len()));
            takers.swap(from, to);
        }
        (seed, problem, plan, random)
    })
}

/// What the reference charges for a plan that a timetable does not know of: facts. None where it cannot be timed.
fn constant(network: &Network<'_>, timetable: &Timetable, plan: &Plan) -> Option<i64> {
    let reference = earliest(network.problem, plan).ok()?;
    let regular = reference.cost.total.0 - reference.cost.holding.0;
    let unplanned = reference.unplanned as i64 * network.unplanned_penalty;
    Some(regular + unplanned - (timetable.cost() - timetable.costs().holding))
}

#[test]
fn a_timetable_is_the_plan_it_was_made_of_and_costs_as_much() {
    let (mut exact, mut left_out) = (0, 0);
    for (seed, problem, plan, _) in plans(250) {
        let network = Network::new(&problem, &plan);
        let Some(mut timetable) = network.timetable(&plan) else { continue };
        let again =
            network.plan_of((timetable.sequences(), &timetable.takings(), timetable.made()), timetable.overtime());
        assert_eq!(
            (&again.sequences, &again.takings, &again.overtime),
            (&plan.sequences, &plan.takings, &plan.overtime),
            "{seed}"
        );
        let of_facts = constant(&network, &timetable, &plan).unwrap();
        if problem.lines.iter().all(|line| line.facts.is_empty()) {
            assert_eq!(of_facts, 0, "{seed}");
            exact += 1;
        }
        // The facts cost as much whatever is left out.
        for order in problem.orders.ids().filter(|&order| plan.fates[order] == Fate::Made).collect::<Vec<OrderIdx>>() {
            if problem.orders[order].nothing_left {
                continue;
            }
            let number = order.position() as u32;
            timetable.leave_out(&network, number);
            if timetable.settle(&network).is_some() {
                let decided = (timetable.sequences(), &timetable.takings()[..], timetable.made());
                let fewer = network.plan_of(decided, timetable.overtime());
                assert_eq!(constant(&network, &timetable, &fewer), Some(of_facts), "{seed}, {order:?} left out");
            }
            timetable.take_back();
            let fewer = plan.without(&problem, &[order]);
            let network = Network::new(&problem, &fewer);
            let Some(timetable) = network.timetable(&fewer) else { continue };
            assert_eq!(constant(&network, &timetable, &fewer), Some(of_facts), "{seed} without {order:?}");
            left_out += 1;
        }
    }
    assert!(exact > 80 && left_out > 300, "{exact} {left_out}");
}

#[test]
fn takers_change_places_and_lines_open_overtime() {
    let (mut retaken, mut opened) = (0, 0);
    for (seed, problem, plan, mut random) in plans(250) {
        let network = Network::new(&problem, &plan);
        let Some(mut timetable) = network.timetable(&plan) else { continue };
        let before = timetable.takings();
        for (supply, takers) in before.iter().enumerate().filter(|(_, takers)| takers.len() > 1) {
            let (from, to) = (random.random_range(0..takers.len()), random.random_range(0..takers.len()));
            timetable.retake(&network, supply as u32, from, to);
            let mut expected: Vec<OpId> = takers.clone();
            let taker = expected.remove(from);
            expected.insert(to, taker);
            assert_eq!(timetable.takings()[supply], expected, "{seed}");
            if timetable.settle(&network).is_some() {
                timetable.agree(&network);
            }
            timetable.take_back();
            assert_eq!(timetable.takings(), before, "{seed}");
            retaken += 1;
        }
        let cost = timetable.cost();
        for (line, facts) in problem.lines.enumerate().filter(|(_, facts)| !facts.overtime.is_empty()) {
            let windows: Vec<usize> = (0..facts.overtime.len()).filter(|_| random.random_bool(0.5)).collect();
            let number = line.position() as u32;
            timetable.open(&network, number, Arc::new(Overtime::new(&problem, number, windows.clone())));
            assert_eq!(timetable.overtime()[line.position()].as_ref().unwrap().windows, windows, "{seed}");
            if timetable.settle(&network).is_some() {
                timetable.agree(&network);
            }
            timetable.take_back();
            assert_eq!(
                (timetable.cost(), &timetable.overtime()[line.position()].as_ref().unwrap().windows),
                (cost, &plan.overtime[line])
            );
            opened += 1;
        }
    }
    assert!(retaken > 50 && opened > 50, "{retaken} {opened}");
}

#[test]
fn what_is_said_of_changeovers_holds_between_all_that_lines_run() {
    let mut said = [[0; 2]; 2];
    for (seed, problem, plan, _) in plans(120) {
        let network = Network::new(&problem, &plan);
        for (number, line) in (0..).zip(&network.lines) {
            let classes = line.table.map_or(1, |table| network.tables[table].classes as u32);
            let pairs = || (0..classes).flat_map(|from| (0..classes).map(move |to| (from, to)));
            // What is looked up where there are too many for a table.
            let untabled =
                LineFacts { table: None, set: problem.lines[Id::at(number as usize)].changeovers, ..line.clone() };
            for (from, to) in pairs() {
                let looked_up = (network.setup_time(&untabled, from, to), network.setup_cost(&untabled, from, to));
                let known = (network.setup_time(line, from, to), network.setup_cost(line, from, to));
                assert_eq!(looked_up, known, "{seed} {number}: {from} {to}");
            }
            let (nothing, no_time) = (network.changes_cost_nothing(line), network.changes_take_no_time(line));
            let is_free = pairs().all(|(from, to)| network.setup_cost(line, from, to) == 0);
            let is_instant = pairs().all(|(from, to)| network.setup_time(line, from, to) == 0);
            assert_eq!(nothing, is_free && line.cost_per_hour == 0, "{seed} {number}");
            assert_eq!(no_time, is_instant, "{seed} {number}");
            said[0][usize::from(nothing)] += 1;
            said[1][usize::from(no_time)] += 1;
        }
    }
    assert!(said.iter().flatten().all(|&count| count > 10), "{said:?}");
}

/// Two orders of an hour each on the one line that can run them, one charged for being early.
fn row() -> Value {
    let order = |id: &str, holding: i64| json!({"id": id, "due": "2026-11-24T08:00:00Z", "holding_cost_per_day": holding, "items": [{"variant": id, "quantity": 1}]});
    json!({"format": "lotwise/1", "start": "2026-11-23T08:00:00Z", "objective": {}, "materials": [],
        "calendars": [{"id": "shift", "weekly": [{"days": ["mon"], "from": "08:00", "to": "18:00"}], "overtime": []}],
        "lines": [{"id": "loom", "calendar": "shift", "rates": [{"match": {"variant": "red"}, "seconds_per_unit": 3600},
            {"match": {"variant": "blue"}, "seconds_per_unit": 3600}]}],
        "variants": [{"id": "red"}, {"id": "blue"}], "orders": [order("red", 24), order("blue", 0)]})
}

#[test]
fn a_row_of_periods_is_told_from_whatever_differs_in_one_thing() {
    type Change<'a> = &'a dyn Fn(&mut Value);
    let is_row = |change: Change| {
        let mut file = row();
        change(&mut file);
        let problem = Problem::new(&serde_json::from_value(file).unwrap());
        let plan = in_turn(&problem);
        Network::new(&problem, &plan).is_rows_of_periods()
    };
    let changes: [(&str, Change); 11] = [
        ("a makespan", &|file| file["objective"] = json!({"makespan_cost_per_hour": 1})),
        ("a scarce material", &|file| {
            file["materials"] =
                json!([{"id": "yarn", "stock": 1, "arrivals": [{"at": "2026-11-24T08:00:00Z", "quantity": 1}]}]);
            file["variants"] = json!([{"id": "red", "materials": [{"id": "yarn", "per_unit": 1}]},
                {"id": "blue", "materials": [{"id": "yarn", "per_unit": 1}]}]);
        }),
        ("a plan in force", &|file| {
            file["baseline"] = json!({"lots": [{"order": "red", "item": "0", "quantity": 1, "operations": [
                {"line": "loom", "start": "2026-11-23T09:00:00Z", "end": "2026-11-23T10:00:00Z"}]}]});
        }),
        ("two steps", &|file| {
            file["routes"] =
                json!([{"id": "both", "operations": [{"id": "warp"}, {"id": "weave", "after": ["warp"]}]}]);
            file["variants"][0]["route"] = json!("both");
        }),
        ("two items", &|file| {
            file["orders"][0]["items"] = json!([{"variant": "red", "quantity": 1}, {"variant": "blue", "quantity": 1}]);
        }),
        ("nobody charged for being early", &|file| file["orders"][0]["holding_cost_per_day"] = json!(0)),
        ("an order that may be rejected", &|file| file["orders"][1]["reject_cost"] = json!(5)),
        ("a minimum run", &|file| {
            file["lines"][0]["minimum_run"] = json!({"by": "colour", "quantity": 2, "shortfall_cost_per_unit": 1});
        }),
        ("overtime", &|file| {
            file["calendars"][0]["overtime"] =
                json!([{"from": "2026-11-23T19:00:00Z", "to": "2026-11-23T20:00:00Z", "cost": 1}]);
        }),
        ("a second line", &|file| {
            let mut line = file["lines"][0].clone();
            line["id"] = json!("other");
            file["lines"].as_array_mut().unwrap().push(line);
        }),
        ("runs of two lengths", &|file| file["lines"][0]["rates"][0]["seconds_per_unit"] = json!(7200)),
    ];
    assert!(is_row(&|_| {}), "a row of periods");
    for (name, change) in changes {
        assert!(!is_row(change), "{name}");
    }
}
