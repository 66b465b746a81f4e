//! The eight factories: sound at any seed and size, solved and checked, true to what their pages say; and the committed
//! instances are what the generators write.

use crate::common::schema_walk;
use lotwise::diagnostic::Severity;
use lotwise::generate::{GENERATORS, Parameters, generate};
use lotwise::model::{Instance, read_instance, schema::instance_schema};
use lotwise::solution::{OrderStatus, Solution};
use lotwise::solve::{Method, Options, solve};
use lotwise::validate::validate;
use lotwise::verify;
use std::collections::BTreeSet;
use std::path::PathBuf;

const FACTORIES: [&str; 8] =
    ["xunxi", "shangpin", "by-you", "print-on-demand", "new-brand", "biyao", "cluster", "farm"];

fn made(name: &str, seed: u64, orders: Option<usize>, set: &[(&str, &str)]) -> Instance {
    let set = set.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    generate(name, &Parameters { seed, orders, set, ..Parameters::default() }).unwrap()
}

fn solved(instance: &Instance, method: Method, iterations: u64) -> Solution {
    let options =
        Options { time_limit: None, iterations: Some(iterations), method, threads: Some(1), ..Options::default() };
    solve(instance, &options, &mut |_| {}).unwrap().solution
}

/// What `validate` has to say, but for two things that are meant: tests of new-brand have no late cost of their own, and
/// where only a few things are ordered lines have rates for others.
fn said(instance: &Instance) -> Vec<String> {
    let few = instance.orders.len() < 30;
    let said = validate(instance).into_iter().filter(|fault| match (fault.severity, fault.code) {
        (Severity::Note, "late-cost-default") => false,
        (Severity::Warning, "unmatched-name") => !few,
        _ => true,
    });
    said.map(|fault| fault.to_string()).collect()
}

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("instances").join(name)
}

#[test]
fn validate_has_nothing_to_say_at_any_seed_and_size() {
    for name in FACTORIES {
        for (seed, orders) in [(1, None), (2, None), (3, Some(1)), (4, Some(7)), (5, Some(400)), (6, Some(2_000))] {
            let orders = if name == "shangpin" { orders.map(|orders| orders.min(60)) } else { orders };
            let instance = made(name, seed, orders, &[]);
            assert_eq!(said(&instance), Vec::<String>::new(), "{name} seed {seed} orders {orders:?}");
        }
        let surge = made(name, 7, None, &[("surge_percent", "40")]);
        assert_eq!(said(&surge), Vec::<String>::new(), "{name} with a surge");
    }
}

#[test]
fn every_factory_is_solved_and_the_plan_is_sound() {
    for name in FACTORIES {
        for (seed, orders, surge) in [(2, 10, "0"), (3, 16, "25")] {
            let orders = Some(if name == "shangpin" { orders / 5 } else { orders });
            let instance = made(name, seed, orders, &[("surge_percent", surge)]);
            for (method, iterations) in [(Method::Dispatch, 1), (Method::Heuristic, 30)] {
                let plan = solved(&instance, method, iterations);
                let report = verify(&instance, &plan);
                assert!(report.is_sound(), "{name} {seed} {method:?}: {:?}", report.breaches.first());
                let left = plan.orders.iter().filter(|order| order.status == OrderStatus::Unplanned).count();
                assert_eq!(left, 0, "{name} {seed} {method:?}: {left} orders are unplanned");
            }
        }
    }
}

#[test]
fn the_search_beats_the_spreadsheet_everywhere() {
    for name in FACTORIES {
        let orders = if name == "shangpin" { 4 } else { 24 };
        let instance = made(name, 1, Some(orders), &[]);
        let (before, after) = (solved(&instance, Method::Dispatch, 1), solved(&instance, Method::Heuristic, 30));
        assert!(after.cost.total < before.cost.total, "{name}: {} to {}", before.cost.total, after.cost.total);
    }
}

#[test]
fn the_committed_instances_are_what_the_generators_write() {
    for name in FACTORIES {
        let text = std::fs::read(folder(name).join("instance.json")).unwrap();
        assert!(text.len() < 200_000, "{name} has {} bytes", text.len());
        let now = generate(name, &Parameters::default()).unwrap();
        assert!(read_instance(&text).unwrap() == now, "instances/{name} is old: cargo run --example factories");
        let mut bytes = serde_json::to_vec_pretty(&now).unwrap();
        bytes.push(b'\n');
        assert!(text == bytes, "instances/{name} is not laid out as `lotwise generate {name}` does");
    }
}

#[test]
fn every_field_of_the_format_is_used_by_a_committed_instance() {
    let schema = instance_schema().to_value();
    let wanted = schema_walk::fields(&schema);
    assert!(wanted.len() > 120, "the walk over the schema finds too little: {}", wanted.len());
    let mut used = BTreeSet::new();
    for name in FACTORIES {
        let text = std::fs::read(folder(name).join("instance.json")).unwrap();
        used.extend(schema_walk::used(&schema, &serde_json::from_slice(&text).unwrap()));
    }
    let missing: Vec<&String> = wanted.difference(&used).collect();
    assert!(missing.is_empty(), "no factory uses {missing:?}");
}

#[test]
fn every_factory_has_its_page_picture_and_row() {
    let table = std::fs::read_to_string(folder("README.md")).unwrap();
    let parameters = std::fs::read_to_string(folder("../docs/generate.md")).unwrap();
    for name in FACTORIES {
        let page = std::fs::read_to_string(folder(name).join("README.md")).unwrap();
        for part in ["instance.json", "plan.svg", "lotwise generate", "Assumption", "What to try next", "before"] {
            assert!(page.contains(part), "instances/{name}/README.md does not speak of {part}");
        }
        assert!(folder(name).join("plan.svg").exists(), "{name} has no picture");
        assert!(table.contains(&format!("| [{name}]({name}/README.md) |")), "{name} has no row");
        let of = GENERATORS.iter().find(|generator| generator.name == name).unwrap();
        let section = parameters.split(&format!("## {name}")).nth(1).unwrap_or_default();
        let section = section.split("\n## ").next().unwrap_or_default();
        for parameter in of.parameters.iter().filter(|parameter| !parameter.name.starts_with("surge_")) {
            assert!(section.contains(&format!("`{}`", parameter.name)), "{name}: {} is not explained", parameter.name);
        }
    }
}

#[test]
fn a_surge_leaves_what_was_planned_as_it_was() {
    for name in FACTORIES {
        let (calm, surge) = (made(name, 1, None, &[]), made(name, 1, None, &[("surge_percent", "25")]));
        let planned = calm.orders.len();
        assert_eq!(surge.orders.len(), planned + planned.div_ceil(4), "{name}");
        assert_eq!(calm.orders[..], surge.orders[..planned], "{name}");
        assert_eq!(calm.lines, surge.lines, "{name} builds lines for orders nobody foresaw");
        for order in &surge.orders[planned..] {
            let day = (order.release.unwrap().seconds.0 - surge.start.seconds.0) / 86_400;
            assert!(day >= 3, "{name} {} comes in on day {day}", order.id);
            assert!(order.due.unwrap() > order.release.unwrap() && order.meta.is_some());
        }
    }
}

#[test]
fn ten_times_the_orders_have_ten_times_the_lines() {
    // Small ones have at least a line of each kind; of the cluster's workshops there are 2,000 at most.
    for name in FACTORIES.into_iter().filter(|name| !matches!(*name, "shangpin" | "cluster")) {
        let (few, many) = (made(name, 1, Some(2_000), &[]), made(name, 1, Some(20_000), &[]));
        let (few, many) = (few.lines.len(), many.lines.len());
        assert!((7 * few..=11 * few).contains(&many), "{name}: {few} and {many}");
    }
}

#[test]
fn homes_have_20_to_80_different_panels() {
    for seed in 1..=4 {
        for home in &made("shangpin", seed, Some(20), &[]).orders {
            let panels: BTreeSet<&str> = home.items.iter().map(|item| item.variant.as_str()).collect();
            assert!((20..=80).contains(&panels.len()) && panels.len() == home.items.len(), "{}", home.id);
        }
    }
}

#[test]
fn every_pair_of_shoes_is_a_variant_of_its_own_and_named_last() {
    let instance = made("by-you", 1, None, &[]);
    let ordered: BTreeSet<&str> = instance.orders.iter().map(|order| order.items[0].variant.as_str()).collect();
    assert_eq!(ordered.len(), instance.orders.len());
    assert!(instance.orders.iter().all(|order| order.items.len() == 1 && order.items[0].quantity == 1));
    for route in &instance.routes {
        let named = route.operations.iter().position(|operation| operation.id == "name");
        assert!(named.is_none_or(|place| place + 1 == route.operations.len()), "{}", route.id);
    }
}

#[test]
fn printed_orders_have_one_or_two_pieces_on_lines_that_do_not_pause() {
    let instance = made("print-on-demand", 1, Some(2_000), &[]);
    assert!(instance.orders.iter().all(|order| order.items.len() <= 2));
    assert!(instance.lines.iter().all(|line| !line.pausable));
    let sites: BTreeSet<_> = instance.lines.iter().map(|line| line.site.clone()).collect();
    assert_eq!(sites.len(), 3);
}

#[test]
fn no_village_makes_an_order_whole() {
    let instance = made("cluster", 1, None, &[]);
    assert_eq!(instance.lines.len(), 40);
    let steps: BTreeSet<_> = instance.lines.iter().map(|line| line.stage.clone()).collect();
    for site in &instance.sites {
        let here: BTreeSet<_> =
            instance.lines.iter().filter(|line| line.site.as_ref() == Some(&site.id)).map(|line| &line.stage).collect();
        assert!(here.len() < steps.len(), "{} does everything", site.id);
    }
}

#[test]
fn xunxi_takes_no_order_below_its_minimum() {
    for (minimum, promise) in [("100", 7), ("1000", 15)] {
        let set = [("minimum", minimum), ("promise_days", &promise.to_string())];
        let least: i64 = minimum.parse().unwrap();
        for order in &made("xunxi", 1, None, &set).orders {
            assert!(order.items.iter().map(|item| item.quantity).sum::<i64>() >= least);
            let release = order.release.map_or(0, |at| at.seconds.0).max(made_start());
            assert_eq!((order.due.unwrap().seconds.0 - release) / 86_400, promise);
        }
    }
}

fn made_start() -> i64 {
    made("xunxi", 1, Some(1), &[]).start.seconds.0
}
