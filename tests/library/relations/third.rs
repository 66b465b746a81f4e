//! What a plan of one line costs, a third time: written from `docs/format.md`, on JSON trees, with no type or function of
//! the crate but its clock's text; and the small instances it is for.
//!
//! It knows: rates, yields, fixed times, closed windows, overtime, changeovers by rules and matrices, minimum runs, split lots,
//! lateness, holding, rejection, delivery, starts moved against the baseline, makespan. Durations of runs are held to the
//! stated times; when what could start is not asked here.

use lotwise::model::{Duration, Instant};
use rand::{RngExt as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::{Value, json};

/// 2026-11-23T08:00:00Z.
const START: i64 = 1_795_420_800;
/// Decimals are held in millionths, money in ten-thousandths.
const MILLION: i128 = 1_000_000;
const COLOURS: [&str; 3] = ["red", "white", "black"];
const SIZES: [&str; 3] = ["s", "m", "l"];

struct Random(Xoshiro256PlusPlus);

impl Random {
    fn below(&mut self, bound: i64) -> i64 {
        self.0.random_range(0..bound)
    }
    fn one_in(&mut self, bound: i64) -> bool {
        self.below(bound) == 0
    }
    /// A decimal of four places below `bound`.
    fn decimal(&mut self, bound: i64) -> f64 {
        self.below(bound * 10_000) as f64 / 10_000.0
    }
}

fn at(minutes: i64) -> String {
    Instant::utc(lotwise::units::Seconds(START + 60 * minutes)).to_string()
}

/// The small instance of a seed.
pub fn instance(seed: u64) -> Value {
    let random = &mut Random(Xoshiro256PlusPlus::seed_from_u64(seed));
    let rate = |random: &mut Random, matching: Value| {
        let fraction = [1.0, 0.98, 0.333333][random.below(3) as usize];
        let mut rate = json!({ "match": matching, "fixed_time": format!("PT{}S", random.below(400)),
            "yield": fraction, "cost_per_unit": random.decimal(2) });
        let speed = if random.one_in(2) { "units_per_hour" } else { "seconds_per_unit" };
        rate[speed] = json!((10_000 + random.below(900_000)) as f64 / 10_000.0);
        rate
    };
    let rates = [rate(random, json!({ "colour": "red" })), rate(random, json!({}))];
    let pause = |random: &mut Random, from: i64| json!({ "from": at(from + random.below(60)), "to": at(from + 61 + random.below(60)) });
    let closed: Vec<Value> = (0..random.below(4)).map(|index| pause(random, 60 + 150 * index)).collect();
    let mut line = json!({ "id": "press", "calendar": "day", "changeovers": "paint", "cost_per_hour": random.decimal(60),
        "rates": rates, "pausable": true });
    if random.one_in(2) {
        line["setup_state"] = json!({ "colour": COLOURS[random.below(3) as usize] });
    }
    if random.one_in(2) {
        line["minimum_run"] =
            json!({ "by": "colour", "quantity": 5 + random.below(40), "shortfall_cost_per_unit": random.decimal(3) });
    }
    let rule = |random: &mut Random| {
        let mut rule =
            json!({ "attribute": "colour", "time": format!("PT{}M", random.below(40)), "cost": random.decimal(30) });
        for end in ["from", "to"] {
            if random.one_in(2) {
                rule[end] = json!(COLOURS[random.below(3) as usize]);
            }
        }
        rule
    };
    let mut rules: Vec<Value> = (0..1 + random.below(3)).map(|_| rule(random)).collect();
    let seconds: Vec<Vec<i64>> = (0..2).map(|_| (0..2).map(|_| random.below(900)).collect()).collect();
    let costs = [[0.0, random.decimal(9)], [random.decimal(9), 0.25]];
    rules.push(json!({ "attribute": "size", "values": ["s", "m"], "seconds": seconds, "costs": costs }));
    let variants: Vec<Value> = (0..4)
        .map(|index| {
            let mut variant =
                json!({ "id": format!("v{index}"), "attributes": { "colour": COLOURS[random.below(3) as usize] } });
            if !random.one_in(4) {
                variant["attributes"]["size"] = json!(SIZES[random.below(3) as usize]);
            }
            variant
        })
        .collect();
    let orders: Vec<Value> = (0..2 + random.below(5)).map(|index| order(random, index)).collect();
    let makespan = if random.one_in(3) { random.decimal(20) } else { 0.0 };
    let combine = if random.one_in(2) { "max" } else { "sum" };
    let window = closed.first().cloned();
    let mut instance = json!({ "format": "lotwise/1", "start": at(0), "objective": { "makespan_cost_per_hour": makespan },
        "calendars": [{ "id": "day", "closed": closed }],
        "changeovers": [{ "id": "paint", "combine": combine, "rules": rules }],
        "lines": [line], "variants": variants, "orders": orders });
    if let Some(mut window) = window.filter(|_| random.one_in(2)) {
        window["cost"] = json!(random.decimal(8));
        instance["calendars"][0]["overtime"] = json!([window]);
    }
    if random.one_in(2) {
        let time = format!("PT{}M", random.below(60));
        let east = json!({ "region": "east", "time": time, "cost_per_unit": random.decimal(2) });
        instance["sites"] = json!([{ "id": "works", "deliveries": [east] }]);
        instance["lines"][0]["site"] = json!("works");
    }
    for order in instance["orders"].as_array_mut().unwrap() {
        if random.one_in(2) {
            order["region"] = json!("east");
        }
        if random.one_in(3) {
            order["items"][0]["maximum_lots"] = json!(2);
        }
    }
    if random.one_in(2) {
        let known = |index: i64, from: i64| {
            json!({ "order": format!("o{index}"), "item": "0", "quantity": instance["orders"][index as usize]["items"][0]["quantity"],
                "operations": [{ "line": "press", "start": at(from), "end": at(from + 20) }] })
        };
        let known = [known(0, 30 + random.below(200)), known(1, 300 + random.below(200))];
        instance["baseline"] = json!({ "start_change_cost_per_hour": random.decimal(20), "lots": known });
    }
    instance
}

fn order(random: &mut Random, index: i64) -> Value {
    let items: Vec<Value> = (0..1 + random.below(2))
        .map(|_| json!({ "variant": format!("v{}", random.below(4)), "quantity": 1 + random.below(30) }))
        .collect();
    let mut order = json!({ "id": format!("o{index}"), "items": items });
    if !random.one_in(4) {
        order["due"] = json!(at(20 + random.below(400)));
        order["late_cost_per_day"] = json!(random.decimal(3_000));
        order["late_cost_once"] = json!(random.decimal(40));
        order["holding_cost_per_day"] = json!(random.decimal(400) * random.below(2) as f64);
    }
    if random.one_in(2) {
        order["reject_cost"] = json!(random.decimal(300));
    }
    if random.one_in(3) {
        order["release"] = json!(at(random.below(120)));
    }
    order
}

fn millionths(value: &Value) -> i128 {
    (value.as_f64().unwrap_or(0.0) * 1e6).round() as i128
}

fn money(value: &Value) -> i128 {
    (value.as_f64().unwrap_or(0.0) * 1e4).round() as i128
}

fn instant(value: &Value) -> i64 {
    Instant::parse(value.as_str().unwrap()).unwrap().seconds.0
}

/// `numerator / denominator`, half up.
fn rounded(numerator: i128, denominator: i128) -> i128 {
    (2 * numerator + denominator).div_euclid(2 * denominator)
}

fn ceiling(numerator: i128, denominator: i128) -> i128 {
    (numerator + denominator - 1).div_euclid(denominator)
}

/// An operation of the plan with what the instance says of it.
struct Step<'a> {
    start: i64,
    end: i64,
    quantity: i128,
    variant: &'a Value,
    order: &'a str,
    item: &'a str,
    /// Which of the item's lots it is.
    lot: u64,
}

/// Holds a plan's stated costs, term by term, to those worked out here, and its runs to the time they take; the terms that
/// come to something.
#[track_caller]
pub fn assert_agrees(instance: &Value, plan: &Value, seed: u64) -> Vec<&'static str> {
    let steps = steps(instance, plan);
    let expected = costs(instance, plan, &steps, seed);
    let mut total = 0;
    for (term, cost) in &expected {
        assert_eq!(money(&plan["cost"][term]), *cost, "seed {seed}: {term}\n{instance}\n{plan}");
        total += cost;
    }
    assert_eq!(money(&plan["cost"]["total"]), total, "seed {seed}\n{instance}\n{plan}");
    expected.into_iter().filter(|&(_, cost)| cost > 0).map(|(term, _)| term).collect()
}

fn steps<'a>(instance: &'a Value, plan: &'a Value) -> Vec<Step<'a>> {
    let list = |value: &'a Value| value.as_array().unwrap().iter();
    let step = |lot: &'a Value| {
        let order = list(&instance["orders"]).find(|order| order["id"] == lot["order"]).unwrap();
        let name = lot["item"].as_str().unwrap();
        let item = &order["items"][name.parse::<usize>().unwrap()];
        let variant = list(&instance["variants"]).find(|variant| variant["id"] == item["variant"]).unwrap();
        let of_item =
            list(&plan["lots"]).filter(|other| other["order"] == lot["order"] && other["item"] == lot["item"]);
        let quantities: Vec<i64> = of_item.map(|other| other["quantity"].as_i64().unwrap()).collect();
        assert!(quantities.len() as u64 <= item["maximum_lots"].as_u64().unwrap_or(1), "{plan}");
        assert_eq!(quantities.iter().sum::<i64>(), item["quantity"].as_i64().unwrap(), "{plan}");
        let operation = &lot["operations"][0];
        Step {
            start: instant(&operation["start"]),
            end: instant(&operation["end"]),
            quantity: i128::from(lot["quantity"].as_i64().unwrap()),
            variant,
            order: order["id"].as_str().unwrap(),
            item: name,
            lot: lot["lot"].as_u64().unwrap_or(0),
        }
    };
    let mut steps: Vec<Step<'a>> = list(&plan["lots"]).map(step).collect();
    steps.sort_by_key(|step| step.start);
    steps
}

/// The terms of the cost.
fn costs(instance: &Value, plan: &Value, steps: &[Step<'_>], seed: u64) -> Vec<(&'static str, i128)> {
    let line = &instance["lines"][0];
    let hourly = |seconds: i128| rounded(money(&line["cost_per_hour"]) * seconds, 3_600);
    let none = Vec::new();
    let stated = plan["lines"].as_array().and_then(|lines| lines.iter().find(|stated| stated["id"] == line["id"]));
    let opened = stated.and_then(|line| line["overtime"].as_array()).unwrap_or(&none);
    let opened: Vec<i64> = opened.iter().map(instant).collect();
    let windows = instance["calendars"][0]["overtime"].as_array().unwrap_or(&none).iter();
    let overtime =
        windows.filter(|window| opened.contains(&instant(&window["from"]))).map(|window| money(&window["cost"])).sum();
    let route = instance["sites"][0]["deliveries"].get(0);
    let route = |order: &Value| route.filter(|route| order.get("region") == route.get("region"));
    let known = instance["baseline"]["lots"].as_array().unwrap_or(&none);
    let moved = |step: &Step<'_>| {
        let known =
            known.iter().find(|known| known["order"] == step.order && known["item"] == step.item && step.lot == 0)?;
        let by = (step.start - instant(&known["operations"][0]["start"])).abs();
        Some(rounded(money(&instance["baseline"]["start_change_cost_per_hour"]) * i128::from(by), 3_600))
    };
    let baseline = steps.iter().filter_map(moved).sum();
    let (mut production, mut changeover) = (0, 0);
    // Runs of one value: that value and the pieces.
    let mut runs: Vec<(&Value, i128)> = Vec::new();
    let missing = Value::Null;
    let mut state = line.get("setup_state");
    for step in steps {
        let attributes = &step.variant["attributes"];
        let rate = line["rates"].as_array().unwrap().iter().find(|rate| {
            rate["match"].as_object().unwrap().iter().all(|(name, value)| attributes.get(name) == Some(value))
        });
        let rate = rate.unwrap();
        let pieces = ceiling(step.quantity * MILLION, millionths(&rate["yield"]));
        let exact = match rate.get("units_per_hour") {
            Some(speed) => ceiling(pieces * 3_600 * MILLION, millionths(speed)),
            None => ceiling(pieces * millionths(&rate["seconds_per_unit"]), MILLION),
        };
        let fixed = Duration::parse(rate["fixed_time"].as_str().unwrap()).unwrap();
        let seconds = (exact + i128::from(fixed.0.0)).max(1);
        assert_eq!(working(instance, &opened, step.start, step.end), seconds, "seed {seed}: {}", step.order);
        production += hourly(seconds) + money(&rate["cost_per_unit"]) * pieces;
        if let Some(state) = state {
            let (seconds, cost) = changeover_of(&instance["changeovers"][0], state, attributes);
            changeover += hourly(seconds) + cost;
        }
        state = Some(attributes);
        let value = attributes.get("colour").unwrap_or(&missing);
        match runs.last_mut().filter(|run| run.0 == value) {
            Some(run) => run.1 += pieces,
            None => runs.push((value, pieces)),
        }
    }
    let minimum = &line["minimum_run"];
    let short = |pieces: i128| (i128::from(minimum["quantity"].as_i64().unwrap_or(0)) - pieces).max(0);
    let short_run = runs.iter().map(|run| short(run.1) * money(&minimum["shortfall_cost_per_unit"])).sum();
    let last = steps.iter().map(|step| step.end).max().unwrap_or(START);
    let makespan = rounded(money(&instance["objective"]["makespan_cost_per_hour"]) * i128::from(last - START), 3_600);
    let (mut lateness, mut holding, mut rejection, mut transport) = (0, 0, 0, 0);
    for order in instance["orders"].as_array().unwrap() {
        let entry = plan["orders"].as_array().unwrap().iter().find(|entry| entry["id"] == order["id"]).unwrap();
        if entry["status"] == "rejected" {
            rejection += money(&order["reject_cost"]);
            continue;
        }
        let own = || steps.iter().filter(|step| step.order == order["id"]);
        let mut delivery = own().map(|step| step.end).max().expect("an order that is not rejected is made");
        if let Some(route) = route(order) {
            delivery += Duration::parse(route["time"].as_str().unwrap()).unwrap().0.0;
            transport += own().map(|step| money(&route["cost_per_unit"]) * step.quantity).sum::<i128>();
        }
        let Some(due) = order.get("due").map(instant) else { continue };
        let daily = |field: &str, seconds: i64| rounded(money(&order[field]) * i128::from(seconds.max(0)), 86_400);
        lateness += daily("late_cost_per_day", delivery - due);
        if delivery > due {
            lateness += money(&order["late_cost_once"]);
        }
        holding += daily("holding_cost_per_day", due - delivery);
    }
    vec![
        ("production", production),
        ("changeover", changeover),
        ("lateness", lateness),
        ("holding", holding),
        ("rejection", rejection),
        ("short_run", short_run),
        ("overtime", overtime),
        ("transport", transport),
        ("baseline", baseline),
        ("makespan", makespan),
    ]
}

/// Open seconds between two instants; the closed windows of these instances never touch, and overtime is all of one.
fn working(instance: &Value, opened: &[i64], from: i64, to: i64) -> i128 {
    let closed = instance["calendars"][0]["closed"].as_array().unwrap().iter();
    let closed = closed.filter(|window| !opened.contains(&instant(&window["from"])));
    let overlap = |window: &Value| (instant(&window["to"]).min(to) - instant(&window["from"]).max(from)).max(0);
    i128::from(to - from - closed.map(overlap).sum::<i64>())
}

/// Seconds and cost from one set of attributes to another.
fn changeover_of(set: &Value, from: &Value, to: &Value) -> (i128, i128) {
    let mut parts = Vec::new();
    for attribute in ["colour", "size"] {
        let (from, to) = (from.get(attribute), to.get(attribute));
        let rule =
            set["rules"].as_array().unwrap().iter().filter(|rule| rule["attribute"] == attribute).find(
                |rule| match rule["values"].as_array() {
                    Some(values) => [from, to].iter().all(|value| value.is_some_and(|value| values.contains(value))),
                    None => {
                        let fits =
                            |end: &str, value: Option<&Value>| rule.get(end).is_none_or(|asked| Some(asked) == value);
                        from != to && fits("from", from) && fits("to", to)
                    }
                },
            );
        let Some(rule) = rule else { continue };
        parts.push(match rule["values"].as_array() {
            Some(values) => {
                let place = |value: Option<&Value>| values.iter().position(|known| Some(known) == value).unwrap();
                let (row, column) = (place(from), place(to));
                (i128::from(rule["seconds"][row][column].as_i64().unwrap()), money(&rule["costs"][row][column]))
            }
            None => {
                let time = Duration::parse(rule["time"].as_str().unwrap()).unwrap();
                (i128::from(time.0.0), money(&rule["cost"]))
            }
        });
    }
    let times = parts.iter().map(|part| part.0);
    let costs = parts.iter().map(|part| part.1);
    if set["combine"] == "max" {
        (times.max().unwrap_or(0), costs.max().unwrap_or(0))
    } else {
        (times.sum(), costs.sum())
    }
}
