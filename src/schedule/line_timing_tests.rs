//! Exact timing of a line against every way to place its runs on a grid of half hours.
//!
//! Where runs may not pause, the grid holds all that anything depends on, and the two must agree. Where they may, a run can
//! profit from ending a second past opening time, between two points of the grid: there the exact timing must not be dearer.

use super::line::LineClock;
use super::{evaluate, settle};
use crate::model::Instance;
use crate::plan::{OpIdx, Plan};
use crate::problem::{LineIdx, Problem};
use crate::units::{Id, IdVec, Seconds};
use rand::{RngExt as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rustc_hash::FxHashMap;
use serde_json::{Value, json};

/// All times are multiples of it.
const STEP: i64 = 1_800;

/// A line with two shifts a day and a break between, and orders that cost something early, late, and once late: of one lot
/// each, or kits; delivered at once, or on journeys; and where it costs something that all ends late.
fn shop(seed: u64) -> Instance {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let instant = |steps: i64| format!("2026-03-{:02}T{:02}:{:02}:00Z", 2 + steps / 48, steps % 48 / 2, steps % 2 * 30);
    let mut order = |number: usize| {
        let colour = ["red", "blue"][random.random_range(0..2)];
        let region = ["north", "south"][random.random_range(0..2)];
        let mut order = json!({"id": format!("O{number}"), "due": instant(random.random_range(20..120)),
            "holding_cost_per_day": random.random_range(0..40) * 48, "late_cost_per_day": random.random_range(0..60) * 48,
            "late_cost_once": random.random_range(0..3) * 60,
            "region": region,
            "items": [{"variant": colour, "quantity": random.random_range(1..6)}]});
        if seed % 3 == 1 && number < 3 {
            order["items"] = json!([{"variant": "red", "quantity": random.random_range(1..3)},
                {"variant": "blue", "quantity": random.random_range(1..3)}]);
        }
        if random.random_range(0..3) == 0 {
            order["release"] = json!(instant(random.random_range(0..40)));
        }
        order
    };
    let orders: Vec<Value> = (0..7).map(&mut order).collect();
    let makespan = if seed % 4 == 3 { 2 * random.random_range(1..40) } else { 0 };
    let journeys = if seed % 5 < 2 {
        json!([{"region": "north", "time": "PT1H"}, {"region": "south", "time": "PT9H"}])
    } else {
        json!([])
    };
    let days = ["mon", "tue", "wed", "thu", "fri"];
    let instance = json!({
        "format": "lotwise/1", "start": instant(0), "objective": {"makespan_cost_per_hour": makespan},
        "sites": [{"id": "here", "deliveries": journeys}],
        "calendars": [{"id": "shifts", "weekly": [
            {"days": days, "from": "06:00", "to": "10:00"}, {"days": days, "from": "10:30", "to": "15:00"}]}],
        "changeovers": [{"id": "colour", "rules": [{"attribute": "colour", "time": "PT30M"}]}],
        "lines": [{"id": "loom", "site": "here", "calendar": "shifts", "changeovers": "colour", "pausable": seed.is_multiple_of(2),
            "rates": [{"seconds_per_unit": STEP}]}],
        "variants": [{"id": "red", "attributes": {"colour": "red"}}, {"id": "blue", "attributes": {"colour": "blue"}}],
        "orders": orders
    });
    serde_json::from_value(instance).unwrap()
}

/// The least cost of the lots from `next` on, on a line free from `free` on, by trying every start.
fn least(
    problem: &Problem,
    plan: &Plan,
    next: usize,
    free: Seconds,
    known: &mut FxHashMap<(usize, Seconds), i64>,
) -> i64 {
    let line = LineIdx(0);
    let Some(&operation) = plan.sequences[line].get(next) else {
        return problem.makespan_cost_per_hour.0 * (free - problem.start).0 / 3_600;
    };
    if let Some(&cost) = known.get(&(next, free)) {
        return cost;
    }
    let clock = LineClock::new(problem, &problem.lines[line], &[]);
    let kind = |place: usize| plan.kind(problem, plan.sequences[line][place]);
    let lot = plan.lots[plan.operations[operation].lot];
    let order_of = |operation: OpIdx| problem.items[plan.lots[plan.operations[operation].lot].item].order;
    let order = &problem.orders[order_of(operation)];
    // An order is delivered with the last of its lots.
    let is_last = plan.sequences[line][next + 1..].iter().all(|&other| order_of(other) != order_of(operation));
    let journey = problem.places.delivery(problem.lines[line].site, order.region).unwrap().time;
    let run = problem.rate_on(kind(next), line).unwrap().run_time(lot.quantity);
    let class = |place: usize| problem.class_on(&problem.lines[line], kind(place));
    let set_up =
        if next > 0 && class(next - 1) != class(next) { clock.place(free, Seconds(STEP)).unwrap().to } else { free };
    let first = set_up.0.max(order.release.0);
    let starts = (0..7 * 48).map(|step| Seconds(problem.start.0 + step * STEP)).filter(|start| start.0 >= first);
    let cost = starts.filter_map(|start| {
        let placed = clock.place(start, run).filter(|placed| placed.from == start)?;
        let (late, early) = if is_last { order.delivery_cost(placed.to + journey) } else { Default::default() };
        Some((late + early).0 + least(problem, plan, next + 1, placed.to, known))
    });
    let cost = cost.min().unwrap_or(i64::MAX / 4);
    known.insert((next, free), cost);
    cost
}

#[test]
fn a_line_is_timed_as_well_as_by_trying_every_start() {
    let (mut gained, mut wrong) = (0, Vec::new());
    for seed in 0..120 {
        let instance = shop(seed);
        assert!(!crate::validate::has_errors(&crate::validate::validate(&instance)));
        let problem = Problem::new(&instance);
        let mut plan = Plan::empty(&problem);
        for order in problem.orders.ids() {
            let lots = plan.add_order(&problem, order, |_| 1);
            let operations = lots.into_iter().map(|lot| plan.operation(lot, 0)).collect::<Vec<_>>();
            plan.sequences[LineIdx(0)].extend(operations);
        }
        // Other lots between those of a kit.
        plan.sequences[LineIdx(0)].sort_by_key(|operation| operation.0 * 7 % 11);
        let best = least(&problem, &plan, 0, problem.start, &mut FxHashMap::default());
        let schedule = evaluate(&problem, &plan).unwrap();
        let cost = (schedule.cost.lateness + schedule.cost.holding + schedule.cost.makespan).0;
        if cost > best || (cost < best && !problem.lines[LineIdx(0)].pausable) {
            wrong.push((seed, cost, best));
        }
        let mut one_by_one: IdVec<_, _> = super::timing::earliest(&problem, &plan).unwrap();
        super::delay::delay_one_by_one_only(&problem, &plan, &mut one_by_one);
        let simple = super::cost::price(&problem, &plan, one_by_one).unwrap().cost;
        gained += usize::from((simple.lateness + simple.holding + simple.makespan).0 > best);
        assert!(schedule.operations[Id::at(0)].start >= problem.start);
        // Settled from the times of waiting one by one on, it is no dearer.
        assert_eq!(settle(&problem, &mut plan).unwrap().cost, schedule.cost);
    }
    assert!(wrong.is_empty(), "seed, cost, least cost: {wrong:?}");
    assert!(gained > 10, "waiting one by one was as good nearly always: {gained}");
}
