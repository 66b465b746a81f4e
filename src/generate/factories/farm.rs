//! farm: village cooperatives that pack cherries. What can be packed comes off the trees day by day, what is promised is
//! on the market by a given morning or worthless, and refusing an order beats letting it rot.
//!
//! Fruit is kept by cooperative and size; an order asks for sizes and boxes. There is less fruit than demand, so which
//! orders are refused is half of the plan.

use super::surge;
use super::works::{Place, Works, keep_ordered, known, value, work};
use crate::generate::parts::{cents, delivery, needs, rate_for, rule, whole_units};
use crate::generate::settings::{Settings, integer};
use crate::generate::shifts::{clock, money, weekly};
use crate::generate::{Generator, Parameter};
use crate::model::{
    Amount, Arrival, Calendar, ChangeoverSet, Combine, Day, Instance, Line, Material, MaterialUse, Order, Requires,
    Site, Variant,
};
use crate::units::{DAY, HOUR, MICRO};
use std::collections::BTreeSet;

/// The generator `farm`.
pub(super) const GENERATOR: Generator = Generator {
    name: "farm",
    summary: "cooperatives packing cherries: harvest comes by day, deadlines are hard, refusing beats rotting; sizes and grades",
    hidden: false,
    parameters: PARAMETERS,
    build: |settings| build(settings),
};

const PARAMETERS: &[Parameter] = &[
    integer("orders", (1, 70, 100_000), "How many orders."),
    integer("days", (1, 4, 90), "Over how many days they come in and fruit is picked."),
    integer(
        "hold_days",
        (1, 1, 10),
        "Days from the day of an order to its delivery; the deadline is half a day later.",
    ),
    integer("harvest_percent", (1, 85, 300), "Fruit that is picked, of a hundred parts of what all orders need."),
    integer(
        "spot_percent",
        (0, 60, 100),
        "Share of orders that can be refused for a tenth of their worth; the others cost half of it.",
    ),
    integer(
        "load_percent",
        (1, 80, 400),
        "Share of the packing lines' open time within `days` that runs take, before changeovers.",
    ),
    surge::PERCENT,
    surge::FROM_DAY,
];

const PLACE: Place = Place { start: "2026-06-01T06:00:00+08:00", zone: "Asia/Shanghai", currency: "CNY" };
/// Cooperatives, with their share of the harvest, of a hundred parts.
const COOPERATIVES: [(&str, i64); 3] = [("upper-village", 45), ("river-village", 35), ("east-slope", 20)];
/// Sizes in millimetres, with their share of demand (cumulative) and money per kilogram.
const SIZES: [(&str, i64); 4] = [("30+", 64), ("28-30", 48), ("26-28", 36), ("24-26", 24)];
const SIZE_SHARES: [i64; 4] = [15, 45, 80, 100];
const GRADES: [&str; 2] = ["extra", "one"];
/// Boxes, with grams of fruit and seconds of a packing line.
const BOXES: [(&str, (i64, i64)); 3] =
    [("crate-5kg", (5_000, 22)), ("box-2kg", (2_000, 14)), ("punnet-500g", (500, 5))];
/// Markets, with hours from the villages.
const REGIONS: [(&str, i64); 3] = [("county", 3), ("province", 8), ("by-air", 14)];

fn build(settings: &mut Settings) -> Instance {
    let works = Works::new(settings, &PLACE);
    let mut instance = works.instance();
    // The cold rooms run until the last box is out.
    instance.objective.makespan_cost_per_hour = money(25);
    instance.calendars = vec![Calendar {
        id: "season".to_string(),
        weekly: vec![weekly(&Day::ALL, clock(6), clock(23))],
        ..Calendar::default()
    }];
    instance.sites = COOPERATIVES.iter().enumerate().map(site).collect();
    let set = |id: &str, combine, rules| ChangeoverSet { id: id.to_string(), combine, rules, meta: None };
    instance.changeovers =
        vec![set("sorter", Combine::Max, vec![rule("size", 600, 4), rule("grade", 300, 1), rule("box", 420, 3)])];
    instance.variants = variants();
    let make = |index| order(&works, index);
    instance.orders = (0..works.count("orders")).map(make).collect();
    instance.materials = harvest(&works, &instance);
    lines(&works, &mut instance);
    works.surge(&mut instance, false, make);
    keep_ordered(&mut instance);
    keep_used(&mut instance);
    instance
}

/// The second village is an hour nearer to the road, the third two hours farther.
fn site((row, (id, _)): (usize, &(&str, i64))) -> Site {
    let detour = [1, 0, 2][row];
    let to = |(name, hours): (&str, i64)| delivery(name, (hours + detour) * HOUR.0, cents(40 + 12 * hours));
    Site { id: id.to_string(), deliveries: REGIONS.map(to).to_vec(), meta: None }
}

fn variants() -> Vec<Variant> {
    let mut variants = Vec::new();
    for (size, _) in SIZES {
        for grade in GRADES {
            for (shape, (grams, _)) in BOXES {
                let mut variant = Variant::new(format!("{size}-{grade}-{shape}"))
                    .attribute("size", size)
                    .attribute("grade", grade)
                    .attribute("box", shape);
                if shape == "punnet-500g" {
                    variant.requires = Some(Requires::Every(vec!["sealer".to_string()]));
                }
                let id = format!("cherries-{size}-kg");
                // Of the grade `extra` a tenth is sorted out, and sold as jam.
                let grams = if grade == "extra" { grams * 11 / 10 } else { grams };
                variant.materials =
                    vec![MaterialUse { id, per_unit: Amount(grams * 1_000), operation: None, meta: None }];
                variants.push(variant);
            }
        }
    }
    variants
}

/// A buyer asks in the morning for the next day's market: up to three sizes or boxes, that travel together.
fn order(works: &Works<'_>, index: usize) -> Order {
    let mut stream = works.streams.at("order", index);
    let mut order = Order::new(format!("market-{:05}", index + 1));
    let shape = *stream.pick(&BOXES);
    let mut worth = 0;
    let mut sizes: Vec<usize> = (0..stream.between(1, 3)).map(|_| stream.weighted(&SIZE_SHARES)).collect();
    sizes.sort_unstable();
    sizes.dedup();
    for size in sizes {
        let (name, price) = SIZES[size];
        let grade = GRADES[usize::from(stream.chance(60))];
        let kilograms = stream.between(3, 30) * 10;
        order = order.item(format!("{name}-{grade}-{}", shape.0), kilograms * 1_000 / shape.1.0);
        worth += kilograms * price;
    }
    let day = stream.between(0, works.integer("days") - 1);
    let release = day * DAY.0 + stream.between(0, 24) * 900;
    order.release = (release > 0).then(|| works.at(release));
    let due = (day + works.integer("hold_days")) * DAY.0 + 10 * HOUR.0;
    (order.due, order.deadline) = (Some(works.at(due)), Some(works.at(due + DAY.0 / 2)));
    order.region = Some(stream.pick(&REGIONS).0.to_string());
    order.customer = Some(format!("stall-{:03}", stream.between(1, 150)));
    // An hour's delay is an hour less of the market.
    order.late_cost_per_day = Some(money(worth / 3));
    order.late_cost_once = Some(money(30));
    let spot = stream.chance(works.integer("spot_percent"));
    order.reject_cost = Some(money(if spot { worth / 10 } else { worth / 2 } + 10));
    order
}

/// Every morning at ten the day's pick is in: an equal share each day, by size as it is asked for and by cooperative as
/// it has trees. What is left of yesterday's is enough for the largest item.
fn harvest(works: &Works<'_>, instance: &Instance) -> Vec<Material> {
    let days = works.integer("days");
    let mut materials = Vec::new();
    for (row, (id, (sum, largest))) in needs(instance).into_iter().enumerate() {
        for (cooperative, (site, share)) in COOPERATIVES.iter().enumerate() {
            let mut stream = works.streams.at("harvest", row * COOPERATIVES.len() + cooperative);
            let daily = sum / MICRO * share * works.integer("harvest_percent") / (10_000 * days);
            let arrival = |day: i64| Arrival {
                at: works.at(day * DAY.0 + 4 * HOUR.0),
                quantity: Amount(daily * stream.between(70, 130) / 100 * MICRO),
                meta: None,
            };
            let arrivals: Vec<Arrival> = (0..=days).map(arrival).filter(|arrival| arrival.quantity.0 > 0).collect();
            let stock = if cooperative == row % COOPERATIVES.len() { largest } else { 0 };
            let stock = Amount(whole_units(stock));
            materials.push(Material { id: id.clone(), site: Some(site.to_string()), stock, arrivals, meta: None });
        }
    }
    materials
}

fn lines(works: &Works<'_>, instance: &mut Instance) {
    // Whatever is sealed goes over the sealers, the rest over the tables.
    let sealed = |variant: &Variant| {
        let shape = value(variant, "box");
        (shape == "punnet-500g").then(|| (180, known(&BOXES, shape).1 * MICRO))
    };
    let count = works.lines(&instance.calendars[0], work(instance, sealed), COOPERATIVES.len());
    instance.lines.extend((0..count).map(|index| line(works, "sealer", index)));
    let loose = |variant: &Variant| {
        let shape = value(variant, "box");
        (shape != "punnet-500g").then(|| (180, known(&BOXES, shape).1 * MICRO))
    };
    let count = works.lines(&instance.calendars[0], work(instance, loose), COOPERATIVES.len());
    instance.lines.extend((0..count).map(|index| line(works, "table", index)));
}

fn line(works: &Works<'_>, kind: &str, index: usize) -> Line {
    let mut stream = works.streams.at(kind, index);
    let (site, _) = COOPERATIVES[index % COOPERATIVES.len()];
    let mut line = Line::new(format!("{kind}-{}", index + 1)).calendar("season").changeovers("sorter");
    line.site = Some(site.to_string());
    line.cost_per_hour = money(if kind == "sealer" { 90 } else { 70 });
    line.offers = if kind == "sealer" { vec!["sealer".to_string()] } else { Vec::new() };
    let speed = stream.between(85, 115);
    line.rates = BOXES.map(|(shape, (_, time))| rate_for("box", shape, time * MICRO * 100 / speed, 180)).to_vec();
    line
}

/// Takes out fruit no order asks for.
fn keep_used(instance: &mut Instance) {
    let used: BTreeSet<String> =
        instance.variants.iter().flat_map(|variant| &variant.materials).map(|used| used.id.clone()).collect();
    instance.materials.retain(|material| used.contains(&material.id));
}
