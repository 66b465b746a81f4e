//! A walk's times against the reference's, on a shop with everything that bends them: closing time, changeovers, lags,
//! transit, releases, joins.

use super::walk::Walk;
use super::{Sequencing, covers, sequencing};
use crate::heuristic::construct::{Allowance, construct};
use crate::heuristic::replicas::Replica as _;
use crate::model::Instance;
use crate::problem::Problem;
use crate::schedule::network::Network;
use crate::schedule::{evaluate, settle};
use serde_json::{Value, json};

/// Five jobs on four lines at two sites: cut, then sew and print side by side, then pack.
fn shop() -> Instance {
    let rate = |operation: &str, seconds: u32| json!({"match": {"operation": operation}, "seconds_per_unit": seconds});
    let line = |id: &str, site: &str, calendar: &str, pausable: bool, rates: Vec<Value>| json!({"id": id, "site": site, "calendar": calendar, "pausable": pausable, "changeovers": "colour", "rates": rates});
    let order = |number: u32| {
        let colour = ["red", "blue", "green"][number as usize % 3];
        let release = if number == 3 { "2026-03-02T11:00:00Z" } else { "2026-03-02T00:00:00Z" };
        json!({"id": format!("O{number}"), "release": release,
            "items": [{"variant": colour, "quantity": 3 + number}]})
    };
    let variant = |colour: &str| json!({"id": colour, "route": "shirt", "attributes": {"colour": colour}});
    let instance = json!({
        "format": "lotwise/1", "start": "2026-03-02T00:00:00Z",
        "objective": {"makespan_cost_per_hour": 3600},
        "calendars": [
            {"id": "day", "weekly": [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "06:00", "to": "14:00"}]},
            {"id": "long", "weekly": [{"days": ["mon", "tue", "wed", "thu", "fri", "sat"], "from": "05:00", "to": "21:00"}]}],
        "sites": [{"id": "near"}, {"id": "far"}],
        "transits": [{"from": "near", "to": "far", "time": "PT2H"}, {"from": "far", "to": "near", "time": "PT2H"}],
        "changeovers": [{"id": "colour", "rules": [{"attribute": "colour", "values": ["red", "blue", "green"],
            "seconds": [[0, 1800, 600], [900, 0, 2400], [1200, 300, 0]]}]}],
        "routes": [{"id": "shirt", "operations": [
            {"id": "cut"},
            {"id": "sew", "after": ["cut"], "lag": "PT30M"},
            {"id": "print", "after": ["cut"]},
            {"id": "pack", "after": ["sew", "print"]}]}],
        "lines": [
            line("A", "near", "day", true, vec![rate("cut", 1500), rate("pack", 900)]),
            line("B", "near", "long", true, vec![rate("cut", 2100), rate("sew", 1700), rate("print", 800)]),
            line("C", "far", "long", false, vec![rate("sew", 1300), rate("pack", 1100)]),
            line("D", "far", "day", true, vec![rate("print", 700), rate("sew", 1900), rate("cut", 1600)])],
        "variants": [variant("red"), variant("blue"), variant("green")],
        "orders": (0..5).map(order).collect::<Vec<_>>()
    });
    serde_json::from_value(instance).unwrap()
}

#[test]
fn times_of_a_walk_are_those_of_the_reference() {
    let instance = shop();
    let faults = crate::validate::validate(&instance);
    assert!(faults.is_empty(), "{faults:?}");
    let problem = Problem::new(&instance);
    let made = construct(&problem, Allowance::UNLIMITED);
    let network = Network::new(&problem, &made.plan);
    assert!(covers(&network, &made.schedule), "nothing but the makespan is charged");
    let sequencing = Sequencing::new(&network, &made.plan).unwrap();
    let floor = sequencing::least_makespan(&network);
    let first = sequencing.last_end();
    let mut walk = Walk::new(&network, sequencing, floor, (1, 0));
    for _ in 0..400 {
        walk.run(10, (0.0, 0.0));
        let here = walk.plan_at_hand(&network);
        let schedule = evaluate(&problem, &here).unwrap();
        for (timed, slot) in schedule.operations.iter().zip(walk.slots()) {
            assert_eq!((timed.start.0, timed.end.0), (slot.start, slot.end));
            assert!(slot.start <= slot.late_start);
        }
    }
    let mut best = walk.best_plan(&network);
    let schedule = settle(&problem, &mut best).unwrap();
    let last = schedule.operations.iter().map(|timed| timed.end.0).max().unwrap();
    assert_eq!(last, walk.best_cost());
    assert!(floor <= last && last < first, "{floor} <= {last} < {first}");
}
