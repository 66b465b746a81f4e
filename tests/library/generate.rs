//! Generated instances: the same every time, true to the format, of the size and load that was asked for.

use crate::common::instances::{any_instance, anything, every_feature};
use crate::common::schema_walk;
use lotwise::generate::{GENERATORS, Parameters, generate};
use lotwise::model::{Instance, Line, Rate, Requires, Variant, read_instance, schema::instance_schema};
use lotwise::validate::validate;
use proptest::prelude::*;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

fn asked(orders: usize, lines: Option<usize>, seed: u64) -> Parameters {
    Parameters { orders: Some(orders), lines, seed, ..Parameters::default() }
}

fn with(mut parameters: Parameters, set: &[(&str, &str)]) -> Parameters {
    parameters.set.extend(set.iter().map(|(name, value)| (name.to_string(), value.to_string())));
    parameters
}

fn bytes(instance: &Instance) -> Vec<u8> {
    serde_json::to_vec(instance).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_gives_others() {
    for generator in GENERATORS {
        let of = |seed| bytes(&generate(generator.name, &Parameters { seed, ..Parameters::default() }).unwrap());
        assert_eq!(of(1), of(1), "{}", generator.name);
        assert_ne!(of(1), of(2), "{}", generator.name);
    }
}

#[test]
fn the_parameters_are_written_down() {
    let instance = generate("parallel", &with(asked(25, Some(4), 9), &[("families", "3")])).unwrap();
    assert_eq!(instance.name.as_deref(), Some("parallel-25x4-s9"));
    let meta = instance.meta.unwrap().0;
    assert_eq!((&meta["generator"], &meta["seed"]), (&Value::from("parallel"), &Value::from(9)));
    assert_eq!((&meta["parameters"]["families"], &meta["parameters"]["lines"]), (&Value::from(3), &Value::from(4)));
}

#[test]
fn more_orders_leave_the_first_ones_as_they_were() {
    let (few, many) = (generate("plant", &asked(50, Some(4), 1)), generate("plant", &asked(90, Some(4), 1)));
    let (few, many) = (few.unwrap(), many.unwrap());
    // The mix of variants is a matter of 20 of them in both.
    assert_eq!(few.orders[..], many.orders[..50]);
}

#[test]
fn one_parameter_changed_leaves_other_draws_as_they_were() {
    let base = generate("parallel", &asked(60, Some(5), 3)).unwrap();
    let tight = generate("parallel", &with(asked(60, Some(5), 3), &[("tardiness_percent", "70")])).unwrap();
    assert_eq!(base.lines, tight.lines);
    let work = |instance: &Instance| instance.orders.iter().map(|order| order.items.clone()).collect::<Vec<_>>();
    assert_eq!(work(&base), work(&tight));
    let due = |instance: &Instance| {
        instance.orders.iter().filter_map(|order| order.due).map(|due| due.seconds.0).sum::<i64>()
    };
    assert!(due(&tight) < due(&base));
}

#[test]
fn what_is_written_reads_back() {
    for generator in GENERATORS {
        let instance = generate(generator.name, &Parameters::default()).unwrap();
        let read = read_instance(&bytes(&instance));
        assert_eq!(read.unwrap(), instance, "{}", generator.name);
    }
}

proptest! {
    #[test]
    fn anything_reads_back(instance in any_instance()) {
        let text = bytes(&instance);
        let read = read_instance(&text).unwrap();
        prop_assert_eq!(&read, &instance);
        prop_assert_eq!(bytes(&read), text);
    }

    #[test]
    fn anything_names_only_what_exists(instance in any_instance()) {
        let variants: BTreeSet<&str> = instance.variants.iter().map(|variant| variant.id.as_str()).collect();
        for order in &instance.orders {
            prop_assert!(order.holding_cost_per_day.0 == 0 || order.due.is_some());
            let names: BTreeSet<String> = order.items.iter().enumerate().map(|(index, item)| item.name(index)).collect();
            prop_assert_eq!(names.len(), order.items.len());
            for item in &order.items {
                prop_assert!(variants.contains(item.variant.as_str()) && item.quantity > 0 && item.minimum_lot > 0);
            }
        }
        for material in instance.variants.iter().flat_map(|variant| &variant.materials) {
            prop_assert!(instance.materials.iter().any(|entry| entry.id == material.id));
        }
        for line in &instance.lines {
            prop_assert!(line.calendar.is_none() || instance.calendars.iter().any(|known| Some(&known.id) == line.calendar.as_ref()));
            prop_assert!(line.site.is_none() || instance.sites.iter().any(|known| Some(&known.id) == line.site.as_ref()));
        }
    }
}

#[test]
fn every_field_of_the_format_is_used_by_some_seed() {
    let schema = instance_schema().to_value();
    let wanted = schema_walk::fields(&schema);
    assert!(wanted.len() > 120, "the walk over the schema finds too little: {}", wanted.len());
    let mut used = BTreeSet::new();
    for seed in 0..400 {
        let instance = serde_json::to_value(anything(seed, every_feature())).unwrap();
        used.extend(schema_walk::used(&schema, &instance));
    }
    let missing: Vec<&String> = wanted.difference(&used).collect();
    assert!(missing.is_empty(), "no seed uses {missing:?}");
}

#[test]
fn parallel_instances_have_the_sizes_and_ranges_asked_for() {
    for (orders, lines) in [(25, 4), (50, 5), (100, 8), (200, 10), (1_000, 10), (5_000, 20)] {
        let instance = generate("parallel", &asked(orders, Some(lines), 1)).unwrap();
        assert_eq!((instance.orders.len(), instance.lines.len()), (orders, lines));
        let offered: usize = instance.lines.iter().map(|line| line.offers.len()).sum();
        let pairs = lines * 10;
        assert!((offered * 100).abs_diff(70 * pairs) <= 8 * pairs, "{offered} of {pairs}");
        for order in &instance.orders {
            let minutes = order.items[0].quantity;
            assert!((10..=100).contains(&minutes));
            let (due, release) = (order.due.unwrap(), order.release.unwrap_or(instance.start));
            assert!(due.seconds.0 >= release.seconds.0 + minutes * 60);
            let weight = order.late_cost_per_day.unwrap().0 / 240_000;
            assert!((1..=10).contains(&weight));
        }
    }
}

#[test]
fn parallel_setups_obey_the_triangle_inequality() {
    let instance = generate("parallel", &with(asked(50, None, 4), &[("families", "9")])).unwrap();
    let setups = instance.changeovers[0].rules[0].seconds.clone().unwrap();
    let families = 0..setups.len();
    for (from, via, to) in
        families.clone().flat_map(|a| families.clone().flat_map(move |b| (0..9).map(move |c| (a, b, c))))
    {
        assert!(setups[from][to] <= setups[from][via] + setups[via][to]);
        assert_eq!(setups[from][to] == 0, from == to);
    }
}

#[test]
fn parallel_due_dates_fall_in_open_time_with_shifts() {
    let instance = generate("parallel", &with(asked(50, None, 4), &[("calendar", "two-shift")])).unwrap();
    for order in &instance.orders {
        let hour = order.due.unwrap().seconds.0.rem_euclid(86_400) / 60;
        assert!((6 * 60..=22 * 60).contains(&hour));
    }
}

/// What of the open time until the last promise the runs take, in percent, each at its mean over the lines that can.
fn run_percent(instance: &Instance, stage: Option<&str>, operations: impl Fn(&Variant) -> i64, open_hours: i64) -> i64 {
    let lines: Vec<&Line> = instance.lines.iter().filter(|line| line.stage.as_deref() == stage).collect();
    let variants: HashMap<&str, &Variant> =
        instance.variants.iter().map(|variant| (variant.id.as_str(), variant)).collect();
    let mut seconds = 0.0;
    for item in instance.orders.iter().flat_map(|order| &order.items) {
        let variant = variants[item.variant.as_str()];
        let required = variant.requires.as_ref().map_or(&[][..], |requires| Requires::of(requires, stage));
        let able: Vec<&&Line> =
            lines.iter().filter(|line| required.iter().all(|skill| line.offers.contains(skill))).collect();
        assert!(!able.is_empty(), "nobody can make {}", variant.id);
        let time = |rate: &Rate| {
            rate.fixed_time.0.0 as f64 + item.quantity as f64 * rate.seconds_per_unit.unwrap().0 as f64 / 1e6
        };
        let of_line = |line: &&&Line| line.rates.iter().find(|rate| matches(rate, variant)).map(time).unwrap();
        seconds += able.iter().map(of_line).sum::<f64>() / able.len() as f64 * operations(variant) as f64;
    }
    (seconds * 100.0 / (lines.len() as i64 * open_hours * 3_600) as f64).round() as i64
}

fn matches(rate: &Rate, variant: &Variant) -> bool {
    let attributes = variant.attributes.as_ref().unwrap();
    rate.matches.iter().flat_map(|matches| matches.iter()).all(|(name, value)| attributes.get(name) == Some(value))
}

#[test]
fn plants_are_as_busy_as_asked() {
    // Two weeks of six days of 16 hours; of 85 % load, 100/114 are runs, the rest changeovers: 74.6 %.
    for (orders, lines) in [(300, 2), (2_000, 10), (2_000, 50)] {
        let instance = generate("plant", &asked(orders, Some(lines), 1)).unwrap();
        let share = run_percent(&instance, None, |_| 1, 192);
        assert!((67..=83).contains(&share), "{orders} x {lines}: {share} %");
    }
}

#[test]
fn plants_are_made_of_what_their_parameters_say() {
    let instance = generate("plant", &asked(4_000, Some(20), 1)).unwrap();
    assert_eq!(instance.variants.len(), 200);
    let share =
        |keep: &dyn Fn(&lotwise::model::Order) -> bool| instance.orders.iter().filter(|order| keep(order)).count() / 40;
    assert!((17..=23).contains(&share(&|order| order.reject_cost.is_some())));
    assert!((3..=7).contains(&share(&|order| order.deadline.is_some())));
    let mut counts: HashMap<&str, usize> = HashMap::new();
    instance.orders.iter().for_each(|order| *counts.entry(&order.items[0].variant).or_default() += 1);
    // Zipf over 200 variants: the first has 1 / H(200) = 17 % of the orders.
    assert!((600..=760).contains(counts.values().max().unwrap()), "{:?}", counts.values().max());
    assert!(instance.orders.iter().all(|order| (1..=200).contains(&order.items[0].quantity)));
    assert!(instance.lines.iter().any(|line| line.minimum_run.is_some()));
    let sites: BTreeSet<_> = instance.lines.iter().map(|line| line.site.clone()).collect();
    assert_eq!(sites.len(), 2);
}

#[test]
fn even_a_single_line_can_make_everything() {
    for lines in 1..=5 {
        let instance = generate("plant", &asked(200, Some(lines), 2)).unwrap();
        run_percent(&instance, None, |_| 1, 192);
    }
}

#[test]
fn garments_load_every_stage_alike() {
    let instance = generate("garment", &Parameters::default()).unwrap();
    let count = |stage: &str| instance.lines.iter().filter(|line| line.stage.as_deref() == Some(stage)).count();
    assert_eq!((instance.orders.len(), count("cut"), count("sew"), count("pack")), (400, 3, 12, 4));
    assert_eq!(instance.orders.iter().map(|order| order.items.len()).max(), Some(5));
    let cuts = |variant: &Variant| variant.materials.len() as i64;
    // 80 % load, of which 85 in a hundred are runs in cutting and sewing and all in packing.
    for (stage, least, most) in [("cut", 62, 74), ("sew", 62, 74), ("pack", 74, 86)] {
        let share = run_percent(&instance, Some(stage), |variant| if stage == "cut" { cuts(variant) } else { 1 }, 192);
        assert!((least..=most).contains(&share), "{stage}: {share} %");
    }
}

#[test]
fn garments_have_fabric_enough() {
    let instance = generate("garment", &Parameters::default()).unwrap();
    let variants: HashMap<&str, &Variant> =
        instance.variants.iter().map(|variant| (variant.id.as_str(), variant)).collect();
    let mut need: HashMap<&str, i64> = HashMap::new();
    for item in instance.orders.iter().flat_map(|order| &order.items) {
        for used in &variants[item.variant.as_str()].materials {
            *need.entry(&used.id).or_default() += used.per_unit.0 * item.quantity;
        }
    }
    for (id, need) in need {
        let entries: Vec<_> = instance.materials.iter().filter(|entry| entry.id == id).collect();
        let supply = |entry: &&lotwise::model::Material| {
            entry.stock.0 + entry.arrivals.iter().map(|arrival| arrival.quantity.0).sum::<i64>()
        };
        assert!(entries.iter().map(supply).sum::<i64>() >= need, "{id}");
        let stock: i64 = entries.iter().map(|entry| entry.stock.0).sum();
        assert!(stock < need, "{id} is all there from the first day");
    }
}

/// The errors `validate` finds, as text.
fn faults(instance: &Instance) -> Vec<String> {
    validate(instance).iter().filter(|fault| fault.is_error()).map(ToString::to_string).collect()
}

#[test]
fn everything_generated_is_valid() {
    for generator in GENERATORS {
        for seed in 1..=3 {
            let instance = generate(generator.name, &Parameters { seed, ..Parameters::default() }).unwrap();
            assert_eq!(faults(&instance), Vec::<String>::new(), "{} {seed}", generator.name);
        }
    }
    assert_eq!(faults(&generate("plant", &asked(10_000, Some(50), 1)).unwrap()), Vec::<String>::new());
}

#[test]
fn anything_is_valid() {
    let mut found: BTreeMap<&str, (u64, String)> = BTreeMap::new();
    for seed in 0..3_000 {
        for fault in validate(&anything(seed, every_feature())).iter().filter(|fault| fault.is_error()) {
            found.entry(fault.code).or_insert_with(|| (seed, fault.to_string()));
        }
    }
    assert!(found.is_empty(), "by code, with the first seed: {found:#?}");
}

proptest! {
    #[test]
    fn anything_with_features_off_is_valid(instance in any_instance()) {
        prop_assert_eq!(faults(&instance), Vec::<String>::new());
    }
}
