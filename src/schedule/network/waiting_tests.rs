//! Where orders are charged for being early: everybody waits as long as the reference's clocks and rules let him, and no longer.

use super::facts::{NEVER, Network, OpId};
use super::timetable::Timetable;
use crate::generate::{Parameters, generate};
use crate::plan::{OpIdx, Operation};
use crate::problem::{OrderIdx, Problem};
use crate::schedule::LineClock;
use crate::schedule::test_plans::in_turn;
use crate::units::{Id, IdVec, Money, Seconds};
use crate::working_time::Placement;
use rand::{RngExt as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Holds the latest times of a timetable against what the plan's lines, routes and promises allow; how many may wait.
fn assert_latest(name: &str, network: &Network<'_>, timetable: &Timetable) -> usize {
    let problem = network.problem;
    let plan = network.plan_of((timetable.sequences(), &timetable.takings(), timetable.made()), timetable.overtime());
    // The plan's operations in the network, in their order.
    let stands = |&lot: &usize| {
        let order = network.operations[network.lots[lot].first as usize].order;
        timetable.made()[order as usize] && timetable.stands(network, lot as u32)
    };
    let lots = (0..network.lots.len()).filter(stands).map(|lot| network.lots[lot]);
    let own: IdVec<OpIdx, OpId> = lots.flat_map(|lot| lot.first..lot.past).collect();
    let clocks: Vec<LineClock<'_>> =
        problem.lines.enumerate().map(|(id, line)| LineClock::new(problem, line, &plan.overtime[id])).collect();
    let latest = |operation: OpIdx| timetable.waiting.times[own[operation] as usize];
    let mut waiting = 0;
    for (operation, &Operation { lot, step }) in plan.operations.enumerate() {
        if plan.is_fact(problem, operation) {
            continue;
        }
        let here = timetable.here(own[operation]);
        let (clock, line) = (&clocks[here.line as usize], &problem.lines[Id::at(here.line as usize)]);
        let kind = plan.kind(problem, operation);
        let mut by = problem.end;
        if problem.makespan_cost_per_hour > Money::ZERO {
            by = by.min(Seconds(timetable.costs().last_end));
        }
        let sequence = &plan.sequences[Id::at(here.line as usize)];
        if let Some(&next) = sequence.get(here.place as usize + 1) {
            let class = |kind| problem.class_on(line, kind);
            let setup = problem.changeover(line, Some(class(kind)), class(plan.kind(problem, next))).time;
            let start = Seconds(latest(next).0);
            let free_by = if setup > Seconds::ZERO {
                clock.place_latest(start, setup).map(|placed| placed.from)
            } else {
                Some(start)
            };
            by = by.min(free_by.unwrap_or(Seconds(here.end)));
        }
        let item = plan.lots[lot].item;
        let route = problem.route_of(item);
        for &behind in &route.steps[usize::from(step)].before {
            let next = plan.operation(lot, usize::from(behind));
            if !plan.is_fact(problem, next) {
                let there = problem.lines[Id::at(timetable.here(own[next]).line as usize)].site;
                let transit = problem.places.transit(line.site, there).unwrap().time;
                by = by.min(Seconds(latest(next).0) - route.steps[usize::from(behind)].lag - transit);
            }
        }
        if step == route.last {
            let id = problem.items[item].order;
            let order = &problem.orders[id];
            let journey = problem.places.delivery(line.site, order.region).unwrap_or_default().time;
            let completion = Seconds(timetable.completion(id.position() as u32));
            let promised = order.due.unwrap_or(Seconds(NEVER)).max(completion);
            by = by.min(order.deadline.unwrap_or(promised).min(promised) - journey);
        }
        let run = problem.rate_on(kind, Id::at(here.line as usize)).unwrap().run_time(plan.lots[lot].quantity);
        let earliest = Placement { from: Seconds(here.start), to: Seconds(here.end) };
        let expected = clock.place_latest(by, run).filter(|latest| latest.from > earliest.from).unwrap_or(earliest);
        assert_eq!(latest(operation), (expected.from.0, expected.to.0), "{name}: {operation:?}");
        waiting += usize::from(expected.from > earliest.from);
    }
    let holding = |order: OrderIdx| {
        let delivery = timetable.waiting.deliveries[order.position()];
        if delivery == NEVER { Money::ZERO } else { problem.orders[order].delivery_cost(Seconds(delivery)).1 }
    };
    let holding = problem.orders.ids().map(holding).fold(Money::ZERO, |sum, cost| sum + cost);
    assert_eq!(timetable.costs().holding, holding.0, "{name}");
    waiting
}

#[test]
fn everybody_waits_as_long_as_can_be() {
    let (mut plans, mut waiting) = (0, 0);
    for seed in 0..300 {
        let mut instance = generate("anything", &Parameters { seed, ..Parameters::default() }).unwrap();
        for (number, order) in instance.orders.iter_mut().enumerate() {
            order.holding_cost_per_day = Money((number % 4 * 240_000) as i64);
            order.deadline = order.deadline.filter(|_| number % 3 == 0 && seed % 4 == 0);
        }
        let problem = Problem::new(&instance);
        let start = in_turn(&problem);
        let network = Network::new(&problem, &start);
        let Some(mut timetable) = network.timetable(&start).filter(|timetable| timetable.waiting.pays) else {
            continue;
        };
        let decided: Vec<OpId> = (0..network.operations.len() as OpId)
            .filter(|&operation| {
                timetable.here(operation).is_placed() && !network.operations[operation as usize].is_fact
            })
            .collect();
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        for _ in 0..if decided.is_empty() { 0 } else { 25 } {
            waiting += assert_latest(&format!("anything {seed}"), &network, &timetable);
            plans += 1;
            let operation = decided[random.random_range(0..decided.len())];
            let (first, past) = network.operations[operation as usize].modes;
            let mode = random.random_range(first..past);
            timetable.take_out(&network, operation);
            let places = timetable.sequence(network.modes[mode as usize].line).len();
            timetable.put_in(&network, operation, mode, random.random_range(0..=places));
            if timetable.settle(&network).is_some() {
                timetable.keep(&network);
            } else {
                timetable.take_back();
            }
        }
    }
    assert!(plans > 1_000 && waiting > 5_000, "{plans} {waiting}");
}
