//! Each remedy that is stated, applied: the order is then on time, by the checker.

use super::plants::*;
use lotwise::desk::explain::{CauseCode, Explanation};
use lotwise::desk::{Change, ExplainOptions, OpenedWindow, apply_change, explain};
use lotwise::generate::{GENERATORS, Parameters, generate};
use lotwise::model::{Instance, Instant};
use lotwise::solution::{OrderStatus, Solution};
use lotwise::solve::{Method, solve};
use lotwise::units::Seconds;
use lotwise::verify::verify;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Applies every remedy and asks the checker; how many there were, by kind.
fn applied(
    name: &str,
    instance: &Instance,
    solution: &Solution,
    explanations: &[Explanation],
) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for explanation in explanations {
        let order = &explanation.order;
        for remedy in &explanation.remedies {
            let (changed, plan) = apply_change(instance, solution, order, &remedy.change)
                .unwrap_or_else(|fault| panic!("{name} {order} {:?}: {fault:?}", remedy.change));
            let verification = verify(&changed, &plan);
            assert!(verification.is_sound(), "{name} {order} {remedy:?}: {:?}", verification.breaches);
            let verdict = verification.orders.iter().find(|verdict| verdict.id == *order).unwrap();
            let helped = match remedy.change {
                Change::Deadline { .. } => verdict.delivery.is_some(),
                _ => verdict.status == OrderStatus::OnTime,
            };
            assert!(helped, "{name} {order} {remedy:?}: {verdict:?}");
            assert_eq!(plan.cost.total, solution.cost.total + remedy.plan_cost, "{name} {order} {remedy:?}");
            *kinds.entry(kind(&remedy.change).to_string()).or_insert(0) += 1;
        }
    }
    kinds
}

/// What a change is; overtime the calendar has and overtime that is new are two.
fn kind(change: &Change) -> &'static str {
    match change {
        Change::Promise { .. } => "promise",
        Change::Deadline { .. } => "deadline",
        Change::Release { .. } => "release",
        Change::Overtime { windows } if windows.iter().all(|window| window.existing) => "overtime there is",
        Change::Overtime { .. } => "overtime",
        Change::Material { .. } => "material",
        Change::Capability { .. } => "capability",
        Change::RejectCost { .. } => "reject cost",
        Change::Ahead { .. } => "ahead",
        _ => "another",
    }
}

fn add(sum: &mut BTreeMap<String, usize>, more: BTreeMap<String, usize>) {
    for (kind, count) in more {
        *sum.entry(kind).or_insert(0) += count;
    }
}

#[test]
fn every_remedy_does_what_it_says_on_random_instances() {
    let mut kinds = BTreeMap::new();
    for (seed, instance, solution) in random_plans(cases() * 2) {
        let explained = explain(&instance, &solution, &ExplainOptions::default()).unwrap();
        add(&mut kinds, applied(&format!("seed {seed}"), &instance, &solution, &explained.orders));
    }
    assert!(kinds.values().sum::<usize>() > 100 && kinds.len() >= 6, "{kinds:?}");
}

/// A plant, a plan of it, and what is told of its orders.
#[derive(Clone)]
struct Crowd {
    name: String,
    instance: Instance,
    solution: Solution,
    orders: Vec<Explanation>,
}

/// What is told of so many orders.
fn told(instance: &Instance, solution: &Solution, most: usize) -> Vec<Explanation> {
    explain(instance, solution, &ExplainOptions { most, ..ExplainOptions::default() }).unwrap().orders
}

/// Those of every generator, and the worst five orders of each: the tests of them explain them once.
static CROWDS: LazyLock<Vec<Crowd>> = LazyLock::new(|| {
    let crowds = crowded(cases().div_ceil(150));
    let told = |(name, instance, solution)| {
        let orders = told(&instance, &solution, 5);
        Crowd { name, instance, solution, orders }
    };
    crowds.map(told).collect()
});

/// Plants of every generator, crowded: first plans of them, under demand nobody planned for where they know such, as they
/// are and with half the time promised.
fn crowded(seeds: u64) -> impl Iterator<Item = (String, Instance, Solution)> {
    let shown = GENERATORS.iter().filter(|generator| !generator.hidden);
    shown.flat_map(move |generator| {
        (0..2 * seeds).filter_map(move |number| {
            let (seed, hurried) = (number / 2 + 1, number % 2 == 1);
            let surge = generator.parameters.iter().any(|parameter| parameter.name == "surge_percent");
            let set = surge.then(|| ("surge_percent".to_string(), "80".to_string())).into_iter().collect();
            let orders = Some(if generator.name == "shangpin" { 12 } else { 60 });
            let asked = Parameters { seed, orders, set, ..Parameters::default() };
            let mut instance = generate(generator.name, &asked).unwrap();
            let start = instance.start;
            for order in instance.orders.iter_mut().filter(|_| hurried) {
                let from = order.release.unwrap_or(start).seconds;
                let half = |due: Instant| Instant { seconds: Seconds((from.0 + due.seconds.0) / 2), ..due };
                order.due = order.due.map(half);
            }
            let first = lotwise::Options { method: Method::Dispatch, ..options(1) };
            let solution = solve(&instance, &first, &mut |_| {}).ok()?.solution;
            Some((
                format!("{} seed {seed}{}", generator.name, if hurried { " hurried" } else { "" }),
                instance,
                solution,
            ))
        })
    })
}

#[test]
fn every_remedy_does_what_it_says_in_every_factory() {
    let mut by_factory: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for Crowd { name, instance, solution, orders } in CROWDS.iter() {
        for one in orders.iter().filter(|one| one.in_full && one.status != OrderStatus::OnTime) {
            assert!(!one.causes.is_empty(), "{name}: {one:?}");
        }
        let factory = name.split(' ').next().unwrap().to_string();
        add(by_factory.entry(factory).or_default(), applied(name, instance, solution, orders));
    }
    let shown = GENERATORS.iter().filter(|generator| !generator.hidden).count();
    assert_eq!(by_factory.len(), shown);
    let mut all = BTreeMap::new();
    by_factory.values().for_each(|kinds| add(&mut all, kinds.clone()));
    assert!(by_factory.values().all(|kinds| !kinds.is_empty()), "each has something to mend: {by_factory:?}");
    for kind in
        ["overtime", "overtime there is", "promise", "ahead", "material", "capability", "release", "reject cost"]
    {
        assert!(all.contains_key(kind), "nowhere is {kind} a remedy: {by_factory:?}");
    }
}

/// The smallest change is the smallest: a minute less, a window less, a unit less does not do.
#[test]
fn no_smaller_change_would_do() {
    let (mut looked_at, mut refuted) = (BTreeMap::new(), Vec::new());
    let random = random_plans(cases()).map(|(seed, instance, solution)| {
        let orders = told(&instance, &solution, 50);
        Crowd { name: format!("seed {seed}"), instance, solution, orders }
    });
    for crowd in CROWDS.iter().cloned().chain(random) {
        let Crowd { name, instance, solution, orders } = crowd;
        for explanation in &orders {
            // What waits because that costs less would not wait under an earlier promise.
            let kept_back = explanation.causes.iter().any(|cause| cause.code == CauseCode::KeptBack);
            let left_out = !matches!(explanation.status, OrderStatus::OnTime | OrderStatus::Late);
            // The promise told of an order that is left out is the one it keeps where making it is cheapest, not the earliest.
            let chosen = |change: &Change| left_out && matches!(change, Change::Promise { .. });
            for remedy in explanation.remedies.iter().filter(|remedy| !kept_back && !chosen(&remedy.change)) {
                for smaller in smaller(&remedy.change) {
                    let Ok((changed, plan)) = apply_change(&instance, &solution, &explanation.order, &smaller) else {
                        continue;
                    };
                    let verification = verify(&changed, &plan);
                    let verdict = verification.orders.iter().find(|verdict| verdict.id == explanation.order).unwrap();
                    *looked_at.entry(kind(&remedy.change)).or_insert(0) += 1;
                    if verdict.status == OrderStatus::OnTime {
                        refuted
                            .push(format!("{name} {}: {:?} where {smaller:?} does", explanation.order, remedy.change));
                    }
                }
            }
        }
    }
    assert!(refuted.is_empty(), "{}", refuted.join("\n"));
    assert!(
        ["overtime", "promise", "material", "release"].iter().all(|kind| looked_at.contains_key(kind)),
        "{looked_at:?}"
    );
}

/// Changes that are smaller by a minute, a window, a unit.
fn smaller(change: &Change) -> Vec<Change> {
    let earlier = |at: Instant, by: i64| Instant { seconds: at.seconds - Seconds(by), ..at };
    match change.clone() {
        Change::Promise { order, due } => vec![Change::Promise { order, due: earlier(due, 1) }],
        Change::Release { order, release } => vec![Change::Release { order, release: earlier(release, -60) }],
        Change::Material { material, site, more } => {
            let more = lotwise::model::Amount(more.0 - lotwise::units::MICRO);
            vec![Change::Material { material, site, more }]
        }
        // Long lists are cut the same way, and take long to try.
        Change::Overtime { windows } if windows.len() <= 5 => {
            let without = |place: usize| {
                let mut windows = windows.clone();
                windows.remove(place);
                windows
            };
            let shorter = |place: usize, window: OpenedWindow| {
                let mut windows = windows.clone();
                windows[place] = window;
                windows
            };
            let mut all = Vec::new();
            for (place, window) in windows.iter().enumerate() {
                all.push(without(place));
                if !window.existing && (window.to.seconds - window.from.seconds).0 > 60 {
                    all.push(shorter(place, OpenedWindow { to: earlier(window.to, 60), ..window.clone() }));
                    all.push(shorter(place, OpenedWindow { from: earlier(window.from, -60), ..window.clone() }));
                }
            }
            all.into_iter().filter(|windows| !windows.is_empty()).map(|windows| Change::Overtime { windows }).collect()
        }
        _ => Vec::new(),
    }
}
