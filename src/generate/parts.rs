//! The parts generated factories are put together from, each in one call: rules, routes, journeys, bills of material,
//! and the two draws all of them share (how popular a variant is, when an order comes in).

use super::stream::Stream;
use crate::model::{
    Amount, ChangeoverRule, Delivery, Instance, MaterialUse, Named, Rate, Route, RouteOperation, Transit, Variant,
};
use crate::units::{DAY, MICRO, Money};
use std::collections::{BTreeMap, HashMap};

use super::shifts::{money, seconds};

/// So many hundredths of a unit of money.
pub(super) fn cents(count: i64) -> Money {
    Money(count * Money::SCALE / 100)
}

/// Texts of a table.
pub(super) fn texts(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

/// Any change of `attribute` takes so many seconds and costs so much, in whole units.
pub(super) fn rule(attribute: &str, time: i64, cost: i64) -> ChangeoverRule {
    ChangeoverRule {
        attribute: attribute.to_string(),
        time: Some(seconds(time)),
        cost: Some(money(cost)),
        ..ChangeoverRule::default()
    }
}

/// A table of seconds between `values`: `step(from, to)` for their positions.
pub(super) fn matrix(attribute: &str, values: &[&str], step: impl Fn(usize, usize) -> i64) -> ChangeoverRule {
    let row = |from: usize| (0..values.len()).map(|to| step(from, to) as u32).collect();
    ChangeoverRule {
        attribute: attribute.to_string(),
        values: Some(texts(values)),
        seconds: Some((0..values.len()).map(row).collect()),
        ..ChangeoverRule::default()
    }
}

/// An operation: id, stage, what it waits for, and seconds of lag after that.
pub(super) type Step<'a> = (&'a str, &'a str, &'a [&'a str], i64);

/// A route of such operations.
pub(super) fn route(id: &str, steps: &[Step<'_>]) -> Route {
    let operation = |(id, stage, after, lag): &Step<'_>| RouteOperation {
        id: id.to_string(),
        stage: Some(stage.to_string()),
        after: texts(after),
        lag: seconds(*lag),
        meta: None,
    };
    Route { id: id.to_string(), operations: steps.iter().map(operation).collect(), meta: None }
}

/// So many seconds and so much per piece to a region.
pub(super) fn delivery(region: &str, time: i64, cost_per_unit: Money) -> Delivery {
    Delivery { region: region.to_string(), time: seconds(time), cost_per_unit, meta: None }
}

/// So many seconds and so much per piece from one site to another.
pub(super) fn transit(from: &str, to: &str, time: i64, cost_per_unit: Money) -> Transit {
    Transit { from: from.to_string(), to: to.to_string(), time: seconds(time), cost_per_unit, meta: None }
}

/// A line of a bill of material: millionths per piece, taken when `operation` starts.
pub(super) fn uses(id: impl Into<String>, per_unit: i64, operation: &str) -> MaterialUse {
    MaterialUse { id: id.into(), per_unit: Amount(per_unit), operation: Some(operation.to_string()), meta: None }
}

/// A rate of millionths of a second per piece and seconds per run, for what has this value of this attribute.
pub(super) fn rate_for(attribute: &str, value: &str, micros: i64, fixed: i64) -> Rate {
    Rate { matches: Some(Named::from([(attribute, value.to_string())])), ..rate(micros, fixed) }
}

/// A rate of millionths of a second per piece and seconds per run, for everything.
pub(super) fn rate(micros: i64, fixed: i64) -> Rate {
    Rate { seconds_per_unit: Some(Amount(micros.max(1))), fixed_time: seconds(fixed), ..Rate::default() }
}

/// Zipf's law, cumulative: the r-th of `count` is ordered 1/r as often as the first.
pub(super) fn popularity(count: usize) -> Vec<i64> {
    let mut sum = 0;
    let weights = (1..=count as i64).map(|rank| 1_000_000_000 / rank);
    weights
        .map(|weight| {
            sum += weight;
            sum
        })
        .collect()
}

/// Seconds from the start to when an order comes in: a quarter is there, the rest uniform over `days`, on quarter hours.
pub(super) fn release(stream: &mut Stream, days: i64) -> i64 {
    let quarters = stream.between(0, days * DAY.0 / 900 - 1);
    if stream.chance(25) { 0 } else { quarters * 900 }
}

/// Each material's need over all orders, and that of the neediest item, in millionths. Materials of variants nobody
/// ordered are there with a need of nothing, for the file must name them.
pub(super) fn needs(instance: &Instance) -> BTreeMap<String, (i64, i64)> {
    let by_id: HashMap<&str, &Variant> =
        instance.variants.iter().map(|variant| (variant.id.as_str(), variant)).collect();
    let mut needs: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for item in instance.orders.iter().flat_map(|order| &order.items) {
        for used in &by_id[item.variant.as_str()].materials {
            let (sum, largest) = needs.entry(used.id.clone()).or_default();
            let need = used.per_unit.0 * item.quantity;
            (*sum, *largest) = (*sum + need, need.max(*largest));
        }
    }
    for used in instance.variants.iter().flat_map(|variant| &variant.materials) {
        needs.entry(used.id.clone()).or_default();
    }
    needs
}

/// `micros` to the next whole unit.
pub(super) fn whole_units(micros: i64) -> i64 {
    (micros + MICRO - 1) / MICRO * MICRO
}
