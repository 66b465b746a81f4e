//! Exact timing of a line against every way to place its runs on a grid of half hours.
//!
//! Where runs may not pause, the grid holds all that anything depends on, and the two must agree. Where they may, a run can
//! profit from ending a second past opening time, between two points of the grid: there the exact timing must not be dearer.

use super::line::LineClock;
use super::test_plans::in_turn;
use super::timing::Timed;
use super::{evaluate, settle};
use crate::generate::{Parameters, all_features_but, generate};
use crate::model::Instance;
use crate::plan::{OpIdx, Plan};
use crate::problem::{LineIdx, Problem};
use crate::solution::CostBreakdown;
use crate::units::{Id, IdVec, Seconds};
use rand::{RngExt as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::{Value, json};

/// All times are multiples of it.
const STEP: i64 = 1_800;

/// A line with two shifts a day and a break between, and orders that cost something early, late, and once late: of one lot
/// each, or kits; delivered at once, or on journeys, and some by a deadline before they are due; where it costs something that all ends
/// late, or that some start at another time than in the plan in force. An order's grey item, where there is one, has begun on
/// the loom or on the bench, or has one place on the bench where it fits.
fn shop(seed: u64) -> Instance {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let instant = |steps: i64| format!("2026-03-{:02}T{:02}:{:02}:00Z", 2 + steps / 48, steps % 48 / 2, steps % 2 * 30);
    let mut order = |number: usize| {
        let colour = ["red", "blue"][random.random_range(0..2)];
        let region = ["north", "south"][random.random_range(0..2)];
        let due = random.random_range(20..120);
        let mut order = json!({"id": format!("O{number}"), "due": instant(due),
            "holding_cost_per_day": random.random_range(0..40) * 48, "late_cost_per_day": random.random_range(0..60) * 48,
            "late_cost_once": random.random_range(0..3) * 60,
            "region": region,
            "items": [{"variant": colour, "quantity": random.random_range(1..6)}]});
        if seed % 3 == 1 && number < 3 {
            order["items"] = json!([{"variant": "red", "quantity": random.random_range(1..3)},
                {"variant": "blue", "quantity": random.random_range(1..3)}]);
        }
        if number == greyish(seed) && begun_or_beside(seed).is_some() {
            let grey = json!({"variant": "grey", "quantity": 4});
            order["items"].as_array_mut().unwrap().push(grey);
        }
        if random.random_range(0..3) == 0 {
            order["release"] = json!(instant(random.random_range(0..40)));
        }
        if seed % 6 == 5 && due > 60 {
            order["deadline"] = json!(instant(due - random.random_range(1..12)));
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
    let before = |order: &Value| {
        let start = random.random_range(12..100);
        json!({"order": order["id"], "item": "0", "quantity": order["items"][0]["quantity"],
            "operations": [{"line": "loom", "start": instant(start), "end": instant(start + 1)}]})
    };
    let mut in_force: Vec<Value> = orders.iter().skip(if seed % 8 < 4 { 3 } else { 7 }).map(before).collect();
    if let Some(line) = begun_or_beside(seed).flatten() {
        let (number, end) = (greyish(seed), random.random_range(14..130));
        in_force.push(
            json!({"order": orders[number]["id"], "item": (orders[number]["items"].as_array().unwrap().len() - 1).to_string(), "quantity": 4,
            "operations": [{"line": line, "start": instant(0), "end": instant(end)}]}),
        );
    }
    let day = ["mon", "tue", "wed"][random.random_range(0..3)];
    let days = ["mon", "tue", "wed", "thu", "fri"];
    let variants = ["red", "blue", "grey"].map(|id| json!({"id": id, "attributes": {"colour": id}}));
    let instance = json!({
        "format": "lotwise/1", "start": instant(0), "end": instant(7 * 48), "objective": {"makespan_cost_per_hour": makespan},
        "sites": [{"id": "here", "deliveries": journeys}],
        "calendars": [{"id": "shifts", "weekly": [
            {"days": days, "from": "06:00", "to": "10:00"}, {"days": days, "from": "10:30", "to": "15:00"}]},
            {"id": "slot", "weekly": [{"days": [day], "from": "10:00", "to": "12:00"}]}],
        "changeovers": [{"id": "colour", "rules": [{"attribute": "colour", "time": "PT30M"}]}],
        "lines": [{"id": "loom", "site": "here", "calendar": "shifts", "changeovers": "colour", "pausable": seed.is_multiple_of(2),
            "rates": [{"seconds_per_unit": STEP}]},
            {"id": "bench", "site": "here", "calendar": "slot", "rates": [{"match": {"variant": "grey"}, "seconds_per_unit": STEP}]}],
        "variants": variants,
        "baseline": {"frozen_until": instant(1), "start_change_cost_per_hour": 12, "lots": in_force}, "orders": orders
    });
    serde_json::from_value(instance).unwrap()
}

/// The order that may have a grey item.
fn greyish(seed: u64) -> usize {
    (seed / 7 % 7) as usize
}

/// Whether it has one, and on which line that has begun.
fn begun_or_beside(seed: u64) -> Option<Option<&'static str>> {
    match seed % 7 {
        2 => Some(Some("loom")),
        3 => Some(Some("bench")),
        4 | 5 => Some(None),
        _ => None,
    }
}

/// What it costs where it cannot be.
const NEVER: i64 = i64::MAX / 100;

/// Times of what does not stand on the loom.
type Elsewhere = IdVec<OpIdx, Timed>;

/// The least cost of the lots from `next` on, on a line free from `free` on, by trying every start.
fn least(
    problem: &Problem,
    (plan, elsewhere): (&Plan, &Elsewhere),
    next: usize,
    free: Seconds,
    known: &mut FxHashMap<(usize, Seconds), i64>,
) -> i64 {
    let line = LineIdx(0);
    let is_elsewhere = |operation: &OpIdx| !plan.sequences[line].contains(operation);
    let ends = |operation: OpIdx| elsewhere[operation].end;
    let Some(&operation) = plan.sequences[line].get(next) else {
        let last = elsewhere.ids().filter(is_elsewhere).map(ends).fold(free, Seconds::max);
        return problem.makespan_cost_per_hour.0 * (last - problem.start).0 / 3_600;
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
    let before = next.checked_sub(1).map_or(problem.lines[line].initial_class, |before| Some(class(before)));
    let differs = before.is_some_and(|before| before != class(next));
    let set_up = if differs { clock.place(free, Seconds(STEP)).map(|placed| placed.to) } else { Some(free) };
    let Some(set_up) = set_up else { return NEVER };
    let first = set_up.0.max(order.release.0);
    let others = elsewhere.ids().filter(|&other| order_of(other) == order_of(operation)).filter(is_elsewhere);
    let others = others.map(ends).max();
    let starts = (0..7 * 48).map(|step| Seconds(problem.start.0 + step * STEP)).filter(|start| start.0 >= first);
    let cost = starts.filter_map(|start| {
        let placed = clock.place(start, run).filter(|placed| placed.from == start)?;
        let delivery = others.map_or(placed.to, |others| others.max(placed.to)) + journey;
        if order.deadline.is_some_and(|deadline| delivery > deadline) {
            return None;
        }
        let (late, early) = if is_last { order.delivery_cost(delivery) } else { Default::default() };
        let known_start = plan.baseline_of(problem, operation).map_or(start, |known| known.start);
        let moved = problem.baseline.start_change_cost_per_hour.0 * (start - known_start).0.abs() / 3_600;
        Some((late + early).0 + moved + least(problem, (plan, elsewhere), next + 1, placed.to, known))
    });
    let cost = cost.min().unwrap_or(NEVER);
    known.insert((next, free), cost);
    cost
}

/// A plan of the shop with the lots of all orders on the loom, but the grey one, other lots between those of a kit.
fn plan_of(problem: &Problem) -> Plan {
    let mut plan = Plan::empty(problem);
    for order in problem.orders.ids() {
        let lots = plan.add_order(problem, order, |_| 1);
        for operation in lots.into_iter().map(|lot| plan.operation(lot, 0)).collect::<Vec<_>>() {
            let is_grey = problem.rate_on(plan.kind(problem, operation), LineIdx(1)).is_some();
            if !plan.is_fact(problem, operation) {
                plan.sequences[LineIdx(usize::from(is_grey) as u32)].push(operation);
            }
        }
    }
    plan.sequences[LineIdx(0)].sort_by_key(|operation| operation.0 * 7 % 11);
    plan
}

#[test]
fn after_waiting_one_by_one_nobody_alone_has_a_better_place() {
    let (mut places, mut moved, mut wrong, mut with_both) = (0, 0, Vec::new(), FxHashSet::default());
    for seed in 0..240 {
        let problem = Problem::new(&shop(seed));
        let plan = plan_of(&problem);
        let Ok(early) = super::earliest(&problem, &plan) else { continue };
        let mut timed = early.operations.clone();
        super::delay::delay_one_by_one_only(&problem, &plan, &mut timed);
        let cost = super::cost::price(&problem, &plan, timed.clone()).unwrap().cost.total;
        moved += usize::from(cost < early.cost.total);
        let mut again = timed.clone();
        super::delay::delay_one_by_one_only(&problem, &plan, &mut again);
        assert_eq!(again, timed, "{seed}");
        let line = LineIdx(0);
        let clock = LineClock::new(&problem, &problem.lines[line], &[]);
        let sequence = &plan.sequences[line];
        for (place, &operation) in sequence.iter().enumerate() {
            let now = timed[operation];
            let free =
                place.checked_sub(1).map_or(problem.lines[line].available_from, |before| timed[sequence[before]].end);
            let set_up =
                if now.setup_time > Seconds::ZERO { clock.place(free, now.setup_time).unwrap().to } else { free };
            let free_by = sequence.get(place + 1).map_or(problem.end, |&next| {
                let (start, setup) = (timed[next].start, timed[next].setup_time);
                if setup > Seconds::ZERO { clock.place_latest(start, setup).unwrap().from } else { start }
            });
            let rate = problem.rate_on(plan.kind(&problem, operation), line).unwrap();
            let lot = &plan.lots[plan.operations[operation].lot];
            let release = problem.orders[problem.items[lot.item].order].release;
            let starts = (0..7 * 48).map(|step| Seconds(problem.start.0 + step * STEP));
            for start in starts.filter(|&start| start >= set_up.max(release)) {
                let placed = clock.place(start, rate.run_time(lot.quantity));
                let Some(placed) = placed.filter(|placed| placed.from == start && placed.to <= free_by) else {
                    continue;
                };
                let mut other = timed.clone();
                (other[operation].start, other[operation].end) = (placed.from, placed.to);
                places += 1;
                if let Ok(other) = super::cost::price(&problem, &plan, other)
                    && other.cost.total < cost
                {
                    // Where both its start and its end count, it may stay some windows from the best.
                    if plan.baseline_of(&problem, operation).is_some() {
                        with_both.insert((seed, operation));
                    } else {
                        wrong.push((seed, operation, now.start, start, cost - other.cost.total));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(with_both.len() < 3, "{with_both:?}");
    assert!(places > 10_000 && moved > 80, "{places} places, {moved} plans in which waiting pays");
}

#[test]
fn a_line_is_timed_as_well_as_by_trying_every_start() {
    let (mut gained, mut too_late, mut wrong) = (0, 0, Vec::new());
    for seed in 0..120 {
        let instance = shop(seed);
        assert!(!crate::validate::has_errors(&crate::validate::validate(&instance)));
        let problem = Problem::new(&instance);
        let mut plan = plan_of(&problem);
        let free = problem.lines[LineIdx(0)].available_from;
        let (Ok(mut one_by_one), Ok(schedule)) = (super::timing::earliest(&problem, &plan), evaluate(&problem, &plan))
        else {
            too_late += 1;
            continue;
        };
        let best = least(&problem, (&plan, &one_by_one), 0, free, &mut FxHashMap::default());
        let worth = |cost: &CostBreakdown| (cost.lateness + cost.holding + cost.makespan + cost.baseline).0;
        let cost = worth(&schedule.cost);
        if cost > best || (cost < best && !problem.lines[LineIdx(0)].pausable) {
            wrong.push((seed, cost, best));
        }
        super::delay::delay_one_by_one_only(&problem, &plan, &mut one_by_one);
        let simple = super::cost::price(&problem, &plan, one_by_one).unwrap().cost;
        gained += usize::from(worth(&simple) > best);
        assert!(schedule.operations[Id::at(0)].start >= problem.start);
        // Settled from the times of waiting one by one on, it is no dearer.
        assert_eq!(settle(&problem, &mut plan).unwrap().cost, schedule.cost);
    }
    assert!(wrong.is_empty(), "seed, cost, least cost: {wrong:?}");
    assert!(too_late < 30, "{too_late}");
    assert!(gained > 10, "waiting one by one was as good nearly always: {gained}");
}

#[test]
fn times_that_are_found_are_found_again() {
    let (mut moved, mut unsettled) = (0, Vec::new());
    let features = all_features_but(&["unpausable"]).to_string();
    for seed in 0..600 {
        let set = vec![("features".to_string(), features.clone())];
        let mut instance = generate("anything", &Parameters { seed, set, ..Parameters::default() }).unwrap();
        instance.orders.iter_mut().for_each(|order| order.deadline = None);
        let problem = Problem::new(&instance);
        if !super::delay::may_pay(&problem) {
            continue;
        }
        let plan = in_turn(&problem);
        let Ok(earliest) = super::timing::earliest(&problem, &plan) else { continue };
        let mut timed = earliest.clone();
        super::delay::delay(&problem, &plan, &mut timed);
        moved += usize::from(timed != earliest);
        let mut again = timed.clone();
        super::delay::delay(&problem, &plan, &mut again);
        if again != timed {
            unsettled.push(seed);
        }
    }
    assert!(unsettled.is_empty(), "{unsettled:?}");
    assert!(moved > 80, "{moved}");
}
