//! What must not matter does not: names, the order of lists, how open time is written down, which week it is, the unit
//! of money; and the cost of small plans, evaluated a third time from `docs/format.md` alone.
//!
//! A relation is held three ways. The independent check accepts the plan of an instance, changed alike, at the same cost.
//! So does the planner, which starts from it and must not lose it. And an optimum that is proved before is neither
//! beaten nor contradicted after.

mod third;
mod transforms;

use crate::common::instances::{anything, every_feature};
use lotwise::model::{Instance, read_instance};
use lotwise::solution::{Solution, read_solution};
use lotwise::solve::{Method, Options, SolveError, solve};
use lotwise::verify::verify;
use serde_json::Value;
use std::collections::BTreeMap;
use transforms::{NOTHING_ROUNDS, RELATIONS, Relation, SCALE};

/// How many random instances; more by `LOTWISE_CASES`.
fn cases() -> u64 {
    crate::common::cases(150)
}

fn options(method: Method, iterations: u64) -> Options {
    Options { method, time_limit: None, iterations: Some(iterations), threads: Some(1), ..Options::default() }
}

/// The plan of a valid instance.
fn plan(instance: &Instance, options: &Options) -> Option<Solution> {
    match solve(instance, options, &mut |_| {}) {
        Ok(outcome) => Some(outcome.solution),
        Err(SolveError::Invalid(_)) => None,
        Err(fault) => panic!("{fault}"),
    }
}

fn instance_of(tree: &Value) -> Instance {
    read_instance(tree.to_string().as_bytes()).unwrap_or_else(|fault| panic!("{:?}\n{tree}", fault.faults))
}

/// By what the relation multiplies costs.
fn factor(relation: Relation) -> i64 {
    if relation == Relation::Scaled { SCALE } else { 1 }
}

#[test]
fn a_plan_is_worth_the_same_in_a_changed_instance() {
    for relation in RELATIONS {
        let (mut tried, mut kept, mut failures) = (0, 0, Vec::new());
        for seed in 0..cases() {
            let made = serde_json::to_value(anything(seed, every_feature())).unwrap();
            let base = relation.base(&made, NOTHING_ROUNDS);
            let before = instance_of(&base);
            let Some(first) = plan(&before, &options(Method::Heuristic, 300)) else { continue };
            let changed = relation.of_instance(&base);
            let after = instance_of(&changed);
            let moved = relation.of_plan(&base, &serde_json::to_value(&first).unwrap());
            let moved =
                read_solution(moved.to_string().as_bytes()).unwrap_or_else(|fault| panic!("{:?}", fault.faults));
            let verification = verify(&after, &moved);
            if let Some(breach) = verification.breaches.first() {
                failures.push(format!("seed {seed}: {breach}"));
                continue;
            }
            assert_eq!(verification.cost.total.0, first.cost.total.0 * factor(relation), "{relation:?}, seed {seed}");
            let again = Options { start: Some(moved), ..options(Method::Dispatch, 1) };
            // Three times the money may be more than a cost can be.
            let Some(again) = plan(&after, &again) else {
                assert_eq!(relation, Relation::Scaled, "seed {seed}: now it is invalid");
                continue;
            };
            let value = |plan: &Solution, factor: i64| (plan.kpis.unplanned, plan.cost.total.0 * factor);
            let (was, is) = (value(&first, factor(relation)), value(&again, 1));
            assert!(is <= was, "{relation:?}, seed {seed}: {was:?} became {is:?}");
            tried += 1;
            kept += usize::from(is == was);
        }
        println!("{relation:?}: {tried} instances, the start kept as it is {kept} times");
        assert!(failures.is_empty(), "{relation:?}: {} of {tried}:\n{}", failures.len(), failures.join("\n"));
        assert!(tried * 2 > cases() as usize && kept * 10 > tried * 9, "{relation:?}: {kept} of {tried}");
    }
}

/// On shops so tiny that the optimum is proved.
#[test]
#[cfg(feature = "mip")]
fn a_proved_optimum_stays_the_optimum() {
    use lotwise::solution::Status;
    use proptest::strategy::{Strategy, ValueTree};
    use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &[9; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    let shops: Vec<Value> = (0..cases())
        .map(|_| crate::common::tiny_shop::any_shop().new_tree(&mut runner).unwrap().current())
        .map(|shop| serde_json::to_value(shop.instance("")).unwrap())
        .collect();
    for relation in RELATIONS {
        let (mut proved, mut twice) = (0, 0);
        for shop in &shops {
            // Whole minutes and whole money: 18 times as much is whole by the hour and by the day.
            let base = relation.base(shop, 18);
            let solved = |tree: &Value| plan(&instance_of(tree), &options(Method::Auto, 400));
            let Some(before) = solved(&base).filter(|plan| plan.status == Status::Optimal) else { continue };
            let Some(after) = solved(&relation.of_instance(&base)) else {
                // Three times the money may be more than a cost can be.
                assert_eq!(relation, Relation::Scaled, "now it is invalid\n{base}");
                continue;
            };
            let optimum = before.cost.total.0 * factor(relation);
            assert!(
                after.cost.total.0 >= optimum,
                "{relation:?}: {} beats the optimum {optimum}\n{base}",
                after.cost.total
            );
            let bound = after.bound.map(|bound| bound.0);
            assert!(bound.is_none_or(|bound| bound <= optimum), "{relation:?}: {bound:?} is above {optimum}\n{base}");
            proved += 1;
            twice += usize::from(after.status == Status::Optimal);
        }
        println!("{relation:?}: {proved} optima, proved again {twice} times");
        assert!(proved >= 20 && twice * 10 >= proved * 9, "{relation:?}: {proved} proved, {twice} again");
    }
}

#[test]
fn the_cost_of_small_plans_is_the_same_a_third_time() {
    let mut evaluated = 0;
    let mut terms: BTreeMap<&str, u64> = BTreeMap::new();
    for seed in 0..cases() * 4 {
        let tree = third::instance(seed);
        let instance = instance_of(&tree);
        for method in [Method::Dispatch, Method::Heuristic] {
            let Some(plan) = plan(&instance, &options(method, 200)) else { continue };
            let plan = serde_json::to_value(&plan).unwrap();
            for term in third::assert_agrees(&tree, &plan, seed) {
                *terms.entry(term).or_default() += 1;
            }
            evaluated += 1;
        }
    }
    println!("{evaluated} plans, of which cost something by {terms:?}");
    assert!(terms.len() == 10 && terms.values().all(|&plans| plans > cases() / 4), "{terms:?}");
    assert!(evaluated > cases() * 6, "only {evaluated} plans: the generator makes too much that is invalid");
}

/// Found by fuzzing plans: a start whose lots are numbered in any way ended the call with an internal fault.
#[test]
fn a_start_whose_lots_are_numbered_anyhow_is_a_start() {
    let mut tried = 0;
    for seed in 0..cases() {
        let instance = anything(seed, every_feature());
        let Some(mut start) = plan(&instance, &options(Method::Heuristic, 200)) else { continue };
        let facts = instance.baseline.iter().flat_map(|baseline| &baseline.lots);
        let facts: Vec<_> = facts.map(|lot| (lot.order.clone(), lot.item.clone())).collect();
        for lot in start.lots.iter_mut().filter(|lot| !facts.contains(&(lot.order.clone(), lot.item.clone()))) {
            lot.lot = [u32::MAX, 7][lot.lot as usize % 2];
        }
        let again = Options { start: Some(start), ..options(Method::Dispatch, 1) };
        let again = plan(&instance, &again).expect("as valid as before");
        assert!(again.run.faults.is_empty(), "seed {seed}: {:?}", again.run.faults);
        tried += 1;
    }
    assert!(tried * 2 > cases(), "only {tried} instances are valid");
}

/// With iterations and a seed, the bytes are those of one thread whatever the number of threads.
#[test]
fn every_method_gives_the_same_bytes_on_one_two_and_four_threads() {
    use lotwise::generate::{Parameters, generate};
    let mut instances: Vec<Instance> = (6_000..6_012).map(|seed| anything(seed, every_feature())).collect();
    for seed in 1..3 {
        let asked = Parameters { seed, orders: Some(5), lines: Some(2), ..Parameters::default() };
        instances.push(generate("parallel", &asked).unwrap());
    }
    let mut compared = 0;
    for (index, instance) in instances.iter().enumerate() {
        // The allocation program takes seconds in this profile.
        let programs = (index % 5 == 0).then_some(Method::Mip);
        for method in [Method::Auto, Method::Dispatch, Method::Heuristic].into_iter().chain(programs) {
            let bytes = |threads| {
                let options = Options { threads: Some(threads), seed: 5, ..options(method, 600) };
                let plan = plan(instance, &options)?;
                assert!(plan.run.faults.is_empty(), "instance {index}, {method:?}: {:?}", plan.run.faults);
                Some(serde_json::to_string(&plan).unwrap())
            };
            let Some(one) = bytes(1) else { continue };
            for threads in [2, 4] {
                assert_eq!(bytes(threads).as_ref(), Some(&one), "instance {index}, {method:?}, {threads} threads");
                compared += 1;
            }
        }
    }
    assert!(compared > 50, "only {compared} were compared");
}
