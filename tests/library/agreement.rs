//! Every plan of every method passes the independent check, on random instances that use the whole format; and what
//! `solve` promises besides: the same bytes on any number of threads, a start that is never lost, orders set aside.
//!
//! `solve` itself refuses a plan that does not pass; here that refusal is a failed test.

use crate::common::instances::{any_instance, anything, every_feature};
use lotwise::generate::{Parameters, all_features_but, generate};
use lotwise::model::{Instance, Item, Order};
use lotwise::solution::{OrderStatus, Solution, Status, StoppedBy, read_solution};
use lotwise::solve::{Method, Options, SolveError, solve};
use lotwise::verify::{left_shift_breaches, verify};
use proptest::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

fn options(method: Method) -> Options {
    Options { method, time_limit: None, iterations: Some(2_000), threads: Some(2), ..Options::default() }
}

/// How many random instances; more by `LOTWISE_CASES`.
fn cases() -> u64 {
    crate::common::cases(400)
}

/// Everything that is wrong with what `solve` answers; none for an instance it rightly refuses.
fn faults_of(instance: &Instance, options: &Options) -> Option<Vec<String>> {
    match solve(instance, options, &mut |_| {}) {
        Ok(outcome) => {
            let verification = verify(instance, &outcome.solution);
            let shifted = left_shift_breaches(instance, &outcome.solution);
            let breaches = verification.breaches.iter().chain(&shifted).map(ToString::to_string);
            Some(outcome.solution.run.faults.iter().cloned().chain(breaches).collect())
        }
        Err(SolveError::Invalid(faults)) if !faults.is_empty() => None,
        Err(other) => Some(vec![other.to_string()]),
    }
}

/// The plan of an instance that is valid.
fn plan(instance: &Instance, options: &Options) -> Option<Solution> {
    solve(instance, options, &mut |_| {}).ok().map(|outcome| outcome.solution)
}

fn value(plan: &Solution) -> (usize, lotwise::units::Money) {
    (plan.kpis.unplanned, plan.cost.total)
}

#[test]
fn every_method_agrees_with_verify() {
    let mut solved = 0;
    let mut failures: Vec<String> = Vec::new();
    for seed in 0..cases() {
        let instance = anything(seed, every_feature());
        // The bound takes longer than the plan, the allocation seconds in this profile.
        let auto = seed.is_multiple_of(2).then_some(Method::Auto);
        let programs = seed.is_multiple_of(25).then_some(Method::Mip);
        for method in [Method::Dispatch, Method::Heuristic].into_iter().chain(auto).chain(programs) {
            if let Some(faults) = faults_of(&instance, &options(method)) {
                solved += 1;
                failures.extend(faults.into_iter().map(|text| format!("seed {seed} {method:?}: {text}")));
            }
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures[..failures.len().min(20)].join("\n"));
    assert!(solved > cases(), "only {solved} plans: the generator makes too much that is invalid");
}

/// Every feature but those that keep the search on exact prices from applying.
fn separable() -> u64 {
    all_features_but(&["stages", "holding", "materials"])
}

/// Split lots, overtime, refusals and the plan in force, where changes are priced line by line.
#[test]
fn plans_on_separable_lines_agree_with_verify() {
    let mut searched = 0;
    let mut failures: Vec<String> = Vec::new();
    for seed in 5_000..5_000 + cases() {
        let instance = anything(seed, separable());
        let Some(faults) = faults_of(&instance, &options(Method::Heuristic)) else { continue };
        failures.extend(faults.into_iter().map(|text| format!("seed {seed}: {text}")));
        searched += 1;
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures[..failures.len().min(20)].join("\n"));
    assert!(searched * 2 > cases(), "only {searched} plans: the generator makes too much that is invalid");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// As above on instances nobody has seen before; one that fails shrinks to the features it needs.
    #[test]
    fn any_instance_agrees(instance in any_instance()) {
        for method in [Method::Dispatch, Method::Heuristic] {
            let options = Options { iterations: Some(500), ..options(method) };
            let faults = faults_of(&instance, &options).unwrap_or_default();
            prop_assert!(faults.is_empty(), "{method:?}: {faults:?}\n{}", serde_json::to_string(&instance).unwrap());
        }
    }
}

/// Instances in which an operation could have started earlier at no more cost: found by `any_instance_agrees`.
#[test]
fn what_waited_for_nothing_waits_no_more() {
    let once = [
        ("another went ahead for a material, but waited for its line", 7_520_911_497_590_057_778, 16_777_998),
        (
            "closed at the baseline's start, which the second before is nearest to",
            4_023_292_774_191_769_515,
            272_630_303,
        ),
        (
            "a second before closing saves holding and is nearer to the baseline",
            12_446_647_148_797_926_501,
            286_549_742,
        ),
        ("in time, but away from the baseline", 7_606_362_913_618_827_008, 290_324_682),
        ("the last of all, which could come earlier for a material", 15_626_157_056_414_553_287, 152_306_268),
    ];
    for (what, seed, features) in once {
        let instance = anything(seed, features);
        for method in [Method::Dispatch, Method::Heuristic] {
            for iterations in [500, 2_000] {
                let options = Options { iterations: Some(iterations), ..options(method) };
                assert_eq!(faults_of(&instance, &options), Some(Vec::new()), "{what}: {method:?}");
            }
        }
    }
}

#[test]
fn a_seed_and_iterations_give_the_same_bytes_on_one_thread_and_on_four() {
    let mut compared = 0;
    for seed in 1_000..1_060 {
        let instance = anything(seed, every_feature());
        let bytes = |threads| {
            let options = Options { threads: Some(threads), seed, ..options(Method::Heuristic) };
            plan(&instance, &options).map(|plan| serde_json::to_string(&plan).unwrap())
        };
        if let Some(one) = bytes(1) {
            assert_eq!(Some(one), bytes(4), "seed {seed}");
            compared += 1;
        }
    }
    assert!(compared > 40, "only {compared} instances are valid");
}

#[test]
fn a_start_is_never_lost() {
    let mut improved = 0;
    for seed in 2_000..2_100 {
        let instance = anything(seed, every_feature());
        let Some(first) = plan(&instance, &options(Method::Heuristic)) else { continue };
        // What a user hands in comes from a file.
        let read = read_solution(&serde_json::to_vec(&first).unwrap()).unwrap();
        assert_eq!(read, first, "seed {seed}: a plan comes back from its file as it was");
        for method in [Method::Dispatch, Method::Heuristic] {
            let again = Options { start: Some(read.clone()), iterations: Some(300), seed: 7, ..options(method) };
            let second = plan(&instance, &again).unwrap();
            assert!(
                value(&second) <= value(&first),
                "seed {seed} {method:?}: {:?} {:?}",
                value(&second),
                value(&first)
            );
            improved += usize::from(value(&second) < value(&first));
        }
    }
    println!("{improved} better than their start");
}

#[test]
fn a_start_of_another_night_is_no_harm() {
    let seeds: Vec<u64> = (3_000..3_040).collect();
    for pair in seeds.windows(2) {
        let (instance, other) = (anything(pair[0], every_feature()), anything(pair[1], every_feature()));
        let Some(start) = plan(&other, &options(Method::Dispatch)) else { continue };
        let options = Options { start: Some(start), iterations: Some(100), ..options(Method::Heuristic) };
        let faults = faults_of(&instance, &options).unwrap_or_default();
        assert!(faults.is_empty(), "seeds {pair:?}: {faults:?}");
    }
}

#[test]
fn an_order_with_a_fault_is_set_aside_and_the_rest_is_planned() {
    let mut planned = 0;
    for seed in 4_000..4_060 {
        let mut instance = anything(seed, every_feature());
        if plan(&instance, &options(Method::Dispatch)).is_none() {
            continue;
        }
        let broken = Order {
            id: "broken".to_string(),
            items: vec![Item { variant: "nobody's".to_string(), ..instance.orders[0].items[0].clone() }],
            ..Order::default()
        };
        instance.orders.insert(seed as usize % (instance.orders.len() + 1), broken);
        assert!(plan(&instance, &options(Method::Dispatch)).is_none(), "without the flag it is refused");
        let set_aside = Options { set_aside: true, iterations: Some(200), ..options(Method::Heuristic) };
        let outcome = solve(&instance, &set_aside, &mut |_| {}).unwrap();
        assert_eq!(outcome.set_aside, ["broken"], "seed {seed}");
        assert_eq!(outcome.solution.status, Status::Unknown);
        let entry = outcome.solution.orders.iter().find(|order| order.id == "broken").unwrap();
        assert_eq!(entry.status, OrderStatus::Unplanned);
        assert_eq!(entry.reason.as_ref().unwrap().code, "unknown-variant");
        let verification = verify(&instance, &outcome.solution);
        assert!(verification.is_sound(), "seed {seed}: {:?}", verification.breaches);
        planned += 1;
    }
    assert!(planned > 40, "only {planned} instances are valid");
}

/// Where there are routes the search keeps some time for its last plan; with that left, it still ended for want of time.
#[test]
fn a_search_that_ends_by_its_time_says_so() {
    let instance = generate("garment", &Parameters { seed: 4, orders: Some(20), ..Parameters::default() }).unwrap();
    // Each look at the clock takes a hundredth of what is left, so that what is kept is never used up.
    let looks = AtomicI32::new(0);
    let limit = Duration::from_secs(10);
    let clock = Arc::new(move || limit.mul_f64(1.0 - 0.99_f64.powi(looks.fetch_add(1, Ordering::Relaxed))));
    let options =
        Options { time_limit: Some(limit), clock, iterations: None, threads: Some(1), ..options(Method::Heuristic) };
    let solution = solve(&instance, &options, &mut |_| {}).unwrap().solution;
    assert_eq!(solution.run.stopped_by, Some(StoppedBy::Time));
}
