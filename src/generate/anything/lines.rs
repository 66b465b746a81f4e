//! What lines can do: stages, rates, capabilities, changeovers, minimum runs.

use super::{is_anchor, line, operations_of};
use crate::generate::shifts::seconds;
use crate::generate::stream::Stream;
use crate::model::{
    Amount, ChangeoverRule, ChangeoverSet, Combine, Instance, MinimumRun, Named, Rate, Requires, Route, RouteOperation,
};
use crate::units::Money;

/// The attributes variants may have, with their values.
pub(super) const ATTRIBUTES: [(&str, &[&str]); 3] =
    [("style", &["tee", "polo"]), ("fabric", &["cotton", "wool"]), ("colour", &["white", "red", "black"])];

pub(super) fn more_lines(instance: &mut Instance, stream: &mut Stream) {
    for number in 2..=stream.between(2, 4) {
        instance.lines.push(line(&format!("L{number}"), stream));
    }
}

/// Stages for the lines, and routes through them for the variants.
pub(super) fn stages(instance: &mut Instance, stream: &mut Stream) {
    let count = stream.between(1, instance.lines.len().min(3) as i64) as usize;
    let mut stages: Vec<Option<String>> =
        ["cut", "sew", "pack"][..count].iter().map(|name| Some(name.to_string())).collect();
    // Lines without a stage run the operations without one, of routes or of variants without a route.
    if stream.chance(30) {
        stages[count - 1] = None;
    }
    for (index, line) in instance.lines.iter_mut().enumerate() {
        line.stage = stages[index % count].clone();
    }
    for number in 1..=stream.between(1, 2) {
        let operations = route_shape(stream).iter().map(|(id, after)| RouteOperation {
            id: id.to_string(),
            stage: stream.pick(&stages).clone(),
            after: after.iter().map(ToString::to_string).collect(),
            lag: seconds(if after.is_empty() || stream.chance(50) { 0 } else { stream.between(1, 8) * 900 }),
            meta: None,
        });
        instance.routes.push(Route { id: format!("R{number}"), operations: operations.collect(), meta: None });
    }
    let routes: Vec<String> = instance.routes.iter().map(|route| route.id.clone()).collect();
    for variant in &mut instance.variants {
        if !(stages.contains(&None) && stream.chance(25)) {
            variant.route = Some(stream.pick(&routes).clone());
        }
    }
}

type Shape = &'static [(&'static str, &'static [&'static str])];

/// Operations with what they come after; exactly one that nothing waits for, not always listed last.
fn route_shape(stream: &mut Stream) -> Shape {
    const SHAPES: [Shape; 7] = [
        &[("a", &[])],
        &[("a", &[]), ("b", &["a"])],
        &[("a", &[]), ("b", &["a"]), ("c", &["b"])],
        &[("a", &[]), ("b", &["a"]), ("c", &["a", "b"])],
        &[("a", &[]), ("b", &[]), ("c", &["a", "b"])],
        &[("a", &[]), ("b", &["a"]), ("c", &["a"]), ("d", &["b", "c"])],
        &[("b", &["a"]), ("a", &[])],
    ];
    stream.pick::<Shape>(&SHAPES)
}

/// Names of operations in use.
fn operation_names(instance: &Instance) -> Vec<String> {
    let mut names: Vec<String> =
        instance.routes.iter().flat_map(|route| &route.operations).map(|operation| operation.id.clone()).collect();
    names.sort();
    names.dedup();
    names
}

/// A value of `attribute`: of an attribute proper, or of `variant` or `operation`.
fn value_of(instance: &Instance, attribute: &str, stream: &mut Stream) -> String {
    match attribute {
        "variant" => stream.pick(&instance.variants).id.clone(),
        "operation" => stream.pick(&operation_names(instance)).clone(),
        _ => {
            let known = ATTRIBUTES.iter().find(|(name, _)| *name == attribute);
            let (_, values) = known.unwrap_or_else(|| unreachable!("{attribute} is drawn from the list"));
            stream.pick(values).to_string()
        }
    }
}

/// Something rates match and changeovers compare; `operation` only where there are any.
fn some_attribute(instance: &Instance, stream: &mut Stream) -> &'static str {
    let names = ["style", "fabric", "colour", "variant", "operation"];
    let count = if instance.routes.is_empty() { 4 } else { 5 };
    stream.pick::<&str>(&names[..count])
}

pub(super) fn rates(instance: &mut Instance, stream: &mut Stream) {
    for index in 0..instance.lines.len() {
        let mut rates = Vec::new();
        for _ in 0..stream.between(0, 2) {
            let mut matches = Named::default();
            for _ in 0..stream.between(1, 2) {
                let attribute = some_attribute(instance, stream);
                matches.entries.insert(attribute.to_string(), value_of(instance, attribute, stream));
            }
            rates.push(Rate { matches: Some(matches), ..rate(stream) });
        }
        // Only other lines may lack the rate that matches everything.
        if rates.is_empty() || is_anchor(instance, index) || stream.chance(60) {
            rates.push(rate(stream));
        }
        instance.lines[index].rates = rates;
    }
}

/// At most 120 s a piece and a yield of at least a half, so that a lot is a matter of hours.
fn rate(stream: &mut Stream) -> Rate {
    let mut rate = Rate::default();
    if stream.chance(50) {
        rate.units_per_hour =
            Some(Amount(*stream.pick(&[30_000_000, 55_000_000, 13_700_000 * 3, 1_000_000_000, 77_777_777])));
    } else {
        rate.seconds_per_unit =
            Some(Amount(*stream.pick(&[1, 100_000, 1_500_000, 60_300_000, 33_333_333, 119_999_999])));
    }
    rate.fixed_time = seconds(*stream.pick(&[0, 0, 1, 300, 1_799]));
    rate.yield_share = Amount(*stream.pick(&[1_000_000, 1_000_000, 980_000, 500_000, 999_999, 666_667]));
    rate.cost_per_unit = Money(*stream.pick(&[0, 2_000, 12_345, 1]));
    rate
}

/// What lines offer and variants require; anchors offer all there is.
pub(super) fn capabilities(instance: &mut Instance, stream: &mut Stream) {
    let capabilities = ["overlock", "press"];
    for index in 0..instance.lines.len() {
        let anchor = is_anchor(instance, index);
        let offers = capabilities.iter().filter(|_| stream.chance(50) || anchor);
        instance.lines[index].offers = offers.map(ToString::to_string).collect();
    }
    for index in 0..instance.variants.len() {
        let mut some =
            || -> Vec<String> { capabilities.iter().filter(|_| stream.chance(50)).map(ToString::to_string).collect() };
        let names: Vec<String> = operations_of(instance, &instance.variants[index]).into_iter().flatten().collect();
        let by_operation = Named::from_iter(names.into_iter().map(|name| (name, some())));
        let list = some();
        instance.variants[index].requires = match (by_operation.is_empty(), stream.below(3)) {
            (_, 0) => None,
            (false, 1) => Some(Requires::ByOperation(by_operation)),
            _ => Some(Requires::Every(list)),
        };
    }
}

pub(super) fn costs(instance: &mut Instance, stream: &mut Stream) {
    for line in &mut instance.lines {
        line.cost_per_hour = Money(*stream.pick(&[0, 100_000, 123_333, 600_000, 7]));
    }
}

pub(super) fn changeovers(instance: &mut Instance, stream: &mut Stream) {
    for number in 1..=stream.between(1, 2) {
        let mut rules = Vec::new();
        for _ in 0..stream.between(1, 4) {
            let attribute = some_attribute(instance, stream);
            rules.push(if stream.chance(40) {
                matrix(instance, attribute, stream)
            } else {
                pair(instance, attribute, stream)
            });
        }
        // The narrower rule must stand first to be heard.
        rules
            .sort_by_key(|rule: &ChangeoverRule| 2 - usize::from(rule.from.is_some()) - usize::from(rule.to.is_some()));
        let combine = *stream.pick(&[Combine::Sum, Combine::Max]);
        instance.changeovers.push(ChangeoverSet { id: format!("C{number}"), combine, rules, meta: None });
    }
    for line in &mut instance.lines {
        if stream.chance(85) {
            line.changeovers = Some(stream.pick(&instance.changeovers).id.clone());
        }
    }
}

fn pair(instance: &Instance, attribute: &str, stream: &mut Stream) -> ChangeoverRule {
    let mut end = || stream.chance(40).then(|| value_of(instance, attribute, stream));
    let (from, to) = (end(), end());
    ChangeoverRule {
        attribute: attribute.to_string(),
        // Equal values never match, so a rule from a value to itself would say nothing.
        to: if from == to { None } else { to },
        from,
        time: stream.chance(80).then(|| seconds(*stream.pick(&[0, 60, 299, 600, 1_500]))),
        cost: Some(Money(*stream.pick(&[0, 40_000, 123_456, 1]))).filter(|_| stream.chance(70)),
        ..ChangeoverRule::default()
    }
}

fn matrix(instance: &Instance, attribute: &str, stream: &mut Stream) -> ChangeoverRule {
    let mut values: Vec<String> = (0..3).map(|_| value_of(instance, attribute, stream)).collect();
    values.sort();
    values.dedup();
    let size = values.len();
    let kind = stream.below(3);
    // A diagonal that is not zero: the same value after itself is a changeover too.
    let mut table = |most: i64| -> Vec<Vec<i64>> {
        (0..size)
            .map(|_| (0..size).map(|_| if stream.chance(25) { 0 } else { stream.between(0, most) }).collect())
            .collect()
    };
    let (times, costs) = (table(1_200), table(99_999));
    let times = times.into_iter().map(|row| row.into_iter().map(|value| value as u32).collect()).collect();
    let costs = costs.into_iter().map(|row| row.into_iter().map(Money).collect()).collect();
    ChangeoverRule {
        attribute: attribute.to_string(),
        values: Some(values),
        seconds: (kind != 0).then_some(times),
        costs: (kind != 1).then_some(costs),
        ..ChangeoverRule::default()
    }
}

pub(super) fn setup_state(instance: &mut Instance, stream: &mut Stream) {
    for line in &mut instance.lines {
        if stream.chance(60) {
            let known = ATTRIBUTES.iter().filter(|_| stream.chance(60)).collect::<Vec<_>>();
            let state = known.iter().map(|(name, values)| (*name, stream.pick(values).to_string()));
            line.setup_state = Some(state.collect());
        }
    }
}

pub(super) fn minimum_run(instance: &mut Instance, stream: &mut Stream) {
    // A run must go by something that some variant has.
    let has = |name: &str| {
        instance
            .variants
            .iter()
            .any(|variant| variant.attributes.as_ref().is_some_and(|known| known.get(name).is_some()))
    };
    let names: Vec<&str> =
        ["style", "fabric", "variant"].into_iter().filter(|name| *name == "variant" || has(name)).collect();
    for line in &mut instance.lines {
        if stream.chance(60) {
            line.minimum_run = Some(MinimumRun {
                by: stream.pick(&names).to_string(),
                quantity: stream.between(1, 60),
                shortfall_cost_per_unit: Money(*stream.pick(&[0, 5_000, 30_000, 3])),
                meta: None,
            });
        }
    }
}
