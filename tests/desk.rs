//! The planner's questions, on small plants that can be checked by hand and on random ones that use the whole format.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "common/instances.rs"]
mod instances;

use instances::{anything, every_feature};
use lotwise::desk::actuals::{ActualOperation, Actuals, Down, Unreported};
use lotwise::desk::{
    Change, DeskError, ExplainOptions, ReplanOptions, apply_change, explain, facts_of, read_actuals, replan,
};
use lotwise::model::{Duration, Instance, Instant, read_instance};
use lotwise::solution::{OrderStatus, Solution};
use lotwise::solve::{Method, Options, solve};
use lotwise::units::Seconds;
use lotwise::verify::verify;
use serde_json::{Value, json};

fn options(iterations: u64) -> Options {
    let method = Method::Heuristic;
    Options { method, time_limit: None, iterations: Some(iterations), threads: Some(1), ..Options::default() }
}

fn read(value: &Value) -> Instance {
    read_instance(value.to_string().as_bytes()).unwrap_or_else(|fault| panic!("{:?}", fault.faults))
}

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn plan(instance: &Instance) -> Solution {
    solve(instance, &options(500), &mut |_| {}).unwrap().solution
}

/// How many random instances; more by `LOTWISE_CASES`.
fn cases() -> u64 {
    std::env::var("LOTWISE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(150)
}

/// Plans of random instances, poor ones on purpose: the first that comes, so that orders are late.
fn random_plans(cases: u64) -> impl Iterator<Item = (u64, Instance, Solution)> {
    (0..cases).filter_map(|seed| {
        let instance = anything(seed, every_feature());
        let method = if seed % 2 == 0 { Method::Dispatch } else { Method::Heuristic };
        let solution = solve(&instance, &Options { method, ..options(20) }, &mut |_| {}).ok()?.solution;
        Some((seed, instance, solution))
    })
}

#[test]
fn every_remedy_does_what_it_says_on_random_instances() {
    let (mut remedies, mut kinds) = (0, std::collections::BTreeSet::new());
    for (seed, instance, solution) in random_plans(cases() * 2) {
        let explained = explain(&instance, &solution, &ExplainOptions::default()).unwrap();
        for explanation in &explained.orders {
            for remedy in &explanation.remedies {
                let order = &explanation.order;
                let (changed, plan) = apply_change(&instance, &solution, order, &remedy.change)
                    .unwrap_or_else(|fault| panic!("seed {seed} {order} {:?}: {fault:?}", remedy.change));
                let verification = verify(&changed, &plan);
                assert!(verification.is_sound(), "seed {seed} {order} {remedy:?}: {:?}", verification.breaches);
                let verdict = verification.orders.iter().find(|verdict| verdict.id == *order).unwrap();
                let helped = match remedy.change {
                    Change::Deadline { .. } => verdict.delivery.is_some(),
                    _ => verdict.status == OrderStatus::OnTime,
                };
                assert!(helped, "seed {seed} {order} {remedy:?}: {verdict:?}");
                remedies += 1;
                kinds.insert(format!("{:?}", remedy.change).split(' ').next().unwrap().to_string());
            }
        }
    }
    assert!(remedies > 100 && kinds.len() >= 6, "{remedies} remedies of {kinds:?}");
}

#[test]
fn every_late_order_has_a_cause_and_a_promise_that_would_be_kept() {
    let mut late = 0;
    for (seed, instance, solution) in random_plans(cases()) {
        let explained = explain(&instance, &solution, &ExplainOptions::default()).unwrap();
        let stated: Vec<&str> = solution
            .orders
            .iter()
            .filter(|order| order.status != OrderStatus::OnTime)
            .map(|order| order.id.as_str())
            .collect();
        assert_eq!(explained.orders.len(), stated.len(), "seed {seed}");
        for explanation in explained.orders.iter().filter(|one| one.status == OrderStatus::Late) {
            late += 1;
            assert!(!explanation.causes.is_empty(), "seed {seed}: {explanation:?}");
            let promised = explanation.remedies.iter().any(|remedy| matches!(remedy.change, Change::Promise { .. }));
            assert!(promised, "seed {seed}: {explanation:?}");
        }
    }
    assert!(late > 20, "only {late} late orders");
}

#[test]
fn whatever_happened_leaves_an_instance_that_can_be_planned() {
    let mut planned = 0;
    for (seed, instance, solution) in random_plans(cases()) {
        let last = solution.lots.iter().flat_map(|lot| &lot.operations).map(|operation| operation.end).max();
        let Some(last) = last.filter(|last| *last > instance.start) else { continue };
        let length = (last.seconds - instance.start.seconds).0;
        let now = Instant { seconds: Seconds(instance.start.seconds.0 + length * (seed as i64 % 7) / 7), ..last };
        let frozen = Seconds(length * (seed as i64 % 3) / 10);
        let down = instance.lines.first().map(|line| Down {
            line: line.id.clone(),
            from: now,
            to: Instant { seconds: Seconds(now.seconds.0 + 3_600), ..now },
            reason: None,
            meta: None,
        });
        let down = down.filter(|_| seed % 2 == 0).into_iter().collect();
        let actuals = Actuals { down, ..Actuals::default() };
        let asked = ReplanOptions { frozen, ..ReplanOptions::default() };
        let made = replan(&instance, &solution, now, &actuals, (&asked, &options(50)), &mut |_| {});
        match made {
            Ok(made) => {
                let verification = verify(&made.facts.instance, &made.outcome.solution);
                assert!(verification.is_sound(), "seed {seed}: {:?}", verification.breaches);
                let left = made.facts.instance.orders.len() + made.facts.delivered.len();
                assert_eq!(left, instance.orders.len(), "seed {seed}: every order is there or delivered");
                planned += 1;
            }
            // What can no longer be made by its deadline is an error of its order.
            Err(DeskError::Instance(faults)) => {
                assert!(
                    faults.iter().filter(|fault| fault.is_error()).all(|fault| fault.order.is_some()),
                    "seed {seed}: {faults:?}"
                );
            }
            Err(other) => panic!("seed {seed}: {other:?}"),
        }
    }
    assert!(planned > 50, "only {planned} planned");
}
