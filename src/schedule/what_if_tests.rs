//! What would be without a cause of lateness, against the reference: the plan timed in an instance without that cause.

use super::earliest;
use super::line::LineClock;
use super::test_plans::in_turn;
use super::what_if::{Change, Hold, Step, WhatIf};
use crate::generate::{Parameters, generate};
use crate::model::{Amount, Instance, Instant};
use crate::plan::{OpIdx, Plan};
use crate::problem::{OrderIdx, Problem, SupplyIdx};
use crate::units::{DAY, Id as _, MICRO, Seconds};
use std::collections::BTreeMap;

/// Causes that are taken away, each from the question and from the instance.
fn causes(instance: &Instance, order: usize) -> Vec<(&'static str, Change, Instance)> {
    let mut causes = Vec::new();
    let mut cause = |name, change: Change, alter: &dyn Fn(&mut Instance)| {
        let mut without = instance.clone();
        alter(&mut without);
        causes.push((name, change, without));
    };
    cause("nothing", Change::default(), &|_| {});
    cause("changeovers", Change { changeovers: true, ..Change::default() }, &|without| {
        without.lines.iter_mut().for_each(|line| line.changeovers = None);
    });
    cause("closing", Change { closing: true, ..Change::default() }, &|without| {
        without.lines.iter_mut().for_each(|line| line.calendar = None);
    });
    cause("materials", Change { materials: true, ..Change::default() }, &|without| {
        without.materials.iter_mut().for_each(|material| material.stock = Amount(1_000_000_000 * MICRO));
    });
    cause("release", Change { release: true, ..Change::default() }, &|without| without.orders[order].release = None);
    let at = instance.start.seconds + Seconds(2 * DAY.0);
    cause("later release", Change { released_at: Some(at), ..Change::default() }, &|without| {
        without.orders[order].release = Some(Instant::utc(at));
    });
    for index in 0..instance.materials.len() {
        let stock = Some((SupplyIdx(index as u32), 40 * MICRO));
        cause("a little more of a material", Change { stock, ..Change::default() }, &|without| {
            without.materials[index].stock.0 += 40 * MICRO;
        });
    }
    if instance.baseline.is_none() {
        cause("availability", Change { availability: true, ..Change::default() }, &|without| {
            without.lines.iter_mut().for_each(|line| line.available_from = None);
        });
    }
    causes
}

/// Whether who holds an operation can be what holds it.
fn is_held(problem: &Problem, plan: &Plan, operation: OpIdx, step: &Step) -> bool {
    let lot = plan.operations[operation].lot;
    match step.held_by {
        Hold::Line(before) => plan.sequences[step.line].windows(2).any(|pair| pair == [before, operation]),
        Hold::Available => plan.sequences[step.line].first() == Some(&operation),
        Hold::Route(before) => plan.operations[before].lot == lot && before != operation,
        Hold::Material(supply) => plan.takings[supply].contains(&operation),
        Hold::Release => step.held_until == problem.orders[problem.items[plan.lots[lot].item].order].release,
        Hold::Fact => plan.is_fact(problem, operation) && step.held_until == step.start,
    }
}

#[test]
fn closed_time_and_earlier_takers_are_told() {
    let (mut closed_seconds, mut takers) = (0, 0);
    for seed in 0..60 {
        let problem = Problem::new(&generate("anything", &Parameters { seed, ..Parameters::default() }).unwrap());
        let plan = in_turn(&problem);
        let what_if = WhatIf::new(&problem, &plan);
        for (line, facts) in problem.lines.enumerate() {
            let clock = LineClock::new(&problem, facts, &plan.overtime[line]);
            for from in (0..40).map(|step| problem.start + Seconds(step * 5 * 3_600)) {
                let to = from + Seconds(11 * 3_600);
                let closed = what_if.closed(line, from, to);
                assert!(
                    closed.iter().all(|span| from <= span.from && span.from < span.to && span.to <= to),
                    "{closed:?}"
                );
                assert!(closed.windows(2).all(|pair| pair[0].to < pair[1].from), "{closed:?}");
                // Whatever is not closed is open.
                let seconds: i64 = closed.iter().map(|span| (span.to - span.from).0).sum();
                assert_eq!(seconds, (to - from - clock.open.working_between(from, to)).0, "{seed} {line:?} {from:?}");
                closed_seconds += seconds;
            }
        }
        for (supply, known) in plan.takings.enumerate() {
            for (place, &operation) in known.iter().enumerate() {
                let before: Vec<OpIdx> = what_if.takers_before(supply, operation).map(|(taker, _)| taker).collect();
                assert_eq!(before, known[..place], "{seed} {supply:?}");
                takers += before.len();
            }
        }
    }
    assert!(closed_seconds > 1_000_000 && takers > 50, "{closed_seconds} {takers}");
}

#[test]
fn an_order_is_delivered_as_the_reference_says_without_a_cause() {
    let mut asked: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for seed in 0..160 {
        let mut instance = generate("anything", &Parameters { seed, ..Parameters::default() }).unwrap();
        instance.orders.iter_mut().for_each(|order| order.deadline = None);
        let problem = Problem::new(&instance);
        let plan = in_turn(&problem);
        let Ok(schedule) = earliest(&problem, &plan) else { continue };
        let what_if = WhatIf::new(&problem, &plan);
        let mut count = |name, differs: bool| {
            let (all, differing) = asked.entry(name).or_default();
            (*all, *differing) = (*all + 1, *differing + usize::from(differs));
        };
        for order in problem.orders.ids().filter(|&order| schedule.deliveries[order].is_some()) {
            let behind = what_if.behind(order);
            let delivery = |change: &Change| what_if.ask(&behind, change).map(|answer| answer.delivery);
            let answer = what_if.ask(&behind, &Change::default()).unwrap();
            let before = Some(answer.delivery);
            for (lot, delivery) in answer.deliveries {
                let last =
                    schedule.operations[plan.operation(lot, usize::from(problem.route_of(plan.lots[lot].item).last))];
                let site = problem.lines[last.line].site;
                let journey = problem.places.delivery(site, problem.orders[order].region).unwrap_or_default();
                assert_eq!(delivery, last.end + journey.time, "{seed} {order:?}");
            }
            for (operation, step) in answer.times {
                let known = schedule.operations[operation];
                assert_eq!((step.line, step.start, step.end), (known.line, known.start, known.end), "{seed} {order:?}");
                assert!(step.held_until <= step.start && is_held(&problem, &plan, operation, &step), "{seed} {step:?}");
            }
            for (name, change, without) in causes(&instance, order.position()) {
                let problem = Problem::new(&without);
                let Ok(schedule) = earliest(&problem, &in_turn(&problem)) else { continue };
                assert_eq!(delivery(&change), schedule.deliveries[order], "{seed} {order:?} without {name}");
                count(name, delivery(&change) != before);
            }
            // What another order does not hold any more.
            let others: Vec<OrderIdx> = problem.orders.ids().filter(|&other| other != order).collect();
            let some: Vec<OrderIdx> =
                others.iter().copied().filter(|other| other.position().is_multiple_of(2)).collect();
            let absent = Change { absent: some.iter().copied().collect(), ..Change::default() };
            for (name, change, gone) in
                [("all others", Change { alone: true, ..Change::default() }, others), ("some others", absent, some)]
            {
                let Ok(schedule) = earliest(&problem, &plan.without(&problem, &gone)) else { continue };
                assert_eq!(delivery(&change), schedule.deliveries[order], "{seed} {order:?} without {name}");
                count(name, delivery(&change) != before);
            }
            // Overtime that is there to be opened.
            for (line, facts) in problem.lines.enumerate().filter(|(_, facts)| !facts.overtime.is_empty()) {
                let mut opened = plan.clone();
                opened.overtime[line] = vec![0];
                let change = Change { opened: vec![(line, facts.overtime[0].span)], ..Change::default() };
                let Ok(schedule) = earliest(&problem, &opened) else { continue };
                assert_eq!(delivery(&change), schedule.deliveries[order], "{seed} {order:?} with overtime on {line:?}");
                count("overtime", delivery(&change) != before);
            }
        }
    }
    assert_eq!(asked.remove("nothing").map(|(_, differing)| differing), Some(0));
    assert!(asked.values().all(|&(all, differing)| all > 100 && differing > 10), "{asked:?}");
}
