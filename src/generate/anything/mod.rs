//! Tiny instances that use every feature of the format, for property tests and fuzzing.
//!
//! A bare shop is drawn first; then each feature of a list, in order, is added or left out by its own coin, from its
//! own stream, changing only what the feature is about. A test that fails can therefore switch features off one by
//! one (`features` is a bit set over [`FEATURES`]) and everything else stays as it was. Instances are valid by
//! construction: the first line of each stage, its *anchor*, can run everything of that stage and is reachable from
//! the other anchors, whatever is drawn for the other lines. They are mostly, not always, feasible: deadlines, ends and
//! frozen work may clash.

mod clock;
mod demand;
mod lines;
mod network;
mod notes;
mod past;

use super::settings::{Settings, integer};
use super::shifts::instant;
use super::stream::{Stream, Streams};
use super::{Generator, Parameter};
use crate::model::{Amount, Instance, Item, Line, Order, Rate, Variant};

/// The generator `anything`.
pub(super) const GENERATOR: Generator = Generator {
    name: "anything",
    summary: "tiny random instances that use every feature of the format",
    hidden: true,
    parameters: &[PARAMETER],
    build: |settings| build(settings),
};

const PARAMETER: Parameter =
    integer("features", (0, ALL, ALL), "Which features may be used: a bit set over the generator's list.");

/// The names of the features, in the order of their bits.
pub(crate) fn features() -> impl Iterator<Item = &'static str> {
    FEATURES.iter().map(|feature| feature.name)
}

/// Every feature.
const ALL: i64 = (1 << FEATURES.len()) - 1;

struct Feature {
    name: &'static str,
    /// How often it is there at all, in a hundred.
    percent: i64,
    add: fn(&mut Instance, &mut Stream),
}

const fn feature(name: &'static str, percent: i64, add: fn(&mut Instance, &mut Stream)) -> Feature {
    Feature { name, percent, add }
}

/// What may be added, in the order it is added; later ones may rely on what earlier ones left.
const FEATURES: &[Feature] = &[
    feature("zone", 60, clock::zone),
    feature("more-lines", 90, lines::more_lines),
    feature("more-variants", 90, demand::more_variants),
    feature("more-orders", 90, demand::more_orders),
    feature("stages", 60, lines::stages),
    feature("attributes", 85, demand::attributes),
    feature("kits", 50, demand::kits),
    feature("rates", 80, lines::rates),
    feature("capabilities", 50, lines::capabilities),
    feature("calendars", 70, clock::calendars),
    feature("overtime", 50, clock::overtime),
    feature("unpausable", 40, clock::unpausable),
    feature("available", 50, clock::available),
    feature("line-costs", 70, lines::costs),
    feature("changeovers", 80, lines::changeovers),
    feature("setup-state", 60, lines::setup_state),
    feature("minimum-run", 50, lines::minimum_run),
    feature("sites", 50, network::sites),
    feature("dates", 90, demand::dates),
    feature("late-costs", 70, demand::late_costs),
    feature("holding", 40, demand::holding),
    feature("reject", 50, demand::reject),
    feature("lots", 50, demand::lots),
    feature("done", 40, demand::done),
    feature("materials", 50, network::materials),
    feature("deadlines", 40, demand::deadlines),
    feature("end", 40, clock::end),
    feature("objective", 40, demand::objective),
    feature("baseline", 50, past::baseline),
    feature("notes", 50, notes::notes),
];

fn build(settings: &mut Settings) -> Instance {
    let streams = Streams::new(settings.seed);
    let mask = settings.integer("features");
    let mut instance = bare(&mut streams.named("bare"));
    for (bit, feature) in FEATURES.iter().enumerate() {
        let mut stream = streams.named(feature.name);
        if stream.chance(feature.percent) && mask & (1 << bit) != 0 {
            (feature.add)(&mut instance, &mut stream);
        }
    }
    instance
}

/// One line that runs one variant for two orders.
fn bare(stream: &mut Stream) -> Instance {
    let mut instance = Instance::new(instant("2026-11-23T08:00:00Z"));
    instance.lines = vec![line("L1", stream)];
    instance.variants = vec![Variant::new("V1")];
    instance.orders = (1..=2).map(|number| order(number, stream)).collect();
    instance
}

/// A line that runs everything.
fn line(id: &str, stream: &mut Stream) -> Line {
    let seconds = Amount(*stream.pick(&[1_500_000, 12_000_000, 33_333_333, 60_000_000, 119_999_999]));
    Line::new(id).rate(Rate { seconds_per_unit: Some(seconds), ..Rate::default() })
}

/// An order of some pieces of the first variant.
fn order(number: usize, stream: &mut Stream) -> Order {
    Order::new(format!("O{number}")).item("V1", stream.between(1, 30))
}

/// The first line of each stage: the one that can run everything of it.
fn is_anchor(instance: &Instance, line: usize) -> bool {
    instance.lines[..line].iter().all(|earlier| earlier.stage != instance.lines[line].stage)
}

/// The anchor that runs `operation` of `variant` (`None` without a route).
fn anchor_of<'a>(instance: &'a Instance, variant: &Variant, operation: Option<&str>) -> &'a Line {
    let stage = match (&variant.route, operation) {
        (Some(route), Some(operation)) => instance
            .routes
            .iter()
            .filter(|known| known.id == *route)
            .flat_map(|route| &route.operations)
            .find(|known| known.id == operation)
            .and_then(|operation| operation.stage.clone()),
        _ => None,
    };
    instance
        .lines
        .iter()
        .find(|line| line.stage == stage)
        .unwrap_or_else(|| unreachable!("every stage in use has a line"))
}

/// The variant called `id`.
fn variant_of<'a>(instance: &'a Instance, id: &str) -> &'a Variant {
    instance
        .variants
        .iter()
        .find(|variant| variant.id == id)
        .unwrap_or_else(|| unreachable!("items name variants that exist"))
}

/// The names of a variant's operations, `None` alone without a route.
fn operations_of(instance: &Instance, variant: &Variant) -> Vec<Option<String>> {
    let route = instance.routes.iter().find(|route| Some(&route.id) == variant.route.as_ref());
    match route {
        Some(route) => route.operations.iter().map(|operation| Some(operation.id.clone())).collect(),
        None => vec![None],
    }
}

fn items_mut(instance: &mut Instance) -> impl Iterator<Item = &mut Item> {
    instance.orders.iter_mut().flat_map(|order| &mut order.items)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::{Parameters, generate};

    fn with_features(seed: u64, features: i64) -> Instance {
        let set = vec![("features".to_string(), features.to_string())];
        generate("anything", &Parameters { seed, set, ..Parameters::default() }).unwrap()
    }

    #[test]
    fn without_features_it_is_a_bare_shop() {
        let instance = with_features(3, 0);
        assert_eq!((instance.orders.len(), instance.lines.len(), instance.variants.len()), (2, 1, 1));
        assert!(instance.calendars.is_empty() && instance.baseline.is_none());
    }

    #[test]
    fn a_feature_switched_off_leaves_the_others() {
        let notes_and_baseline = 0b11 << (FEATURES.len() - 2);
        for seed in 0..20 {
            let (mut all, less) = (with_features(seed, ALL), with_features(seed, ALL & !notes_and_baseline));
            all.baseline = None;
            assert_eq!(all.lines.len(), less.lines.len());
            assert_eq!(
                all.orders.iter().map(|order| order.due).collect::<Vec<_>>(),
                less.orders.iter().map(|order| order.due).collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn sizes_stay_tiny() {
        for seed in 0..200 {
            let instance = with_features(seed, ALL);
            assert!((1..=4).contains(&instance.lines.len()) && (1..=6).contains(&instance.orders.len()));
            let operations = instance.orders.iter().flat_map(|order| &order.items);
            let operations =
                operations.map(|item| operations_of(&instance, variant_of(&instance, &item.variant)).len());
            assert!(operations.sum::<usize>() <= 60, "seed {seed}");
        }
    }
}
