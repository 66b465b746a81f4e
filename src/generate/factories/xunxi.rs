//! xunxi: a flexible garment works that takes a hundred pieces in seven days where the trade took a thousand in fifteen.
//!
//! Cut, sewn, finished. Small orders mean that cells change style all day, that minimum runs bite, and that what sells
//! is ordered again before the week is out. What the promise costs is asked by setting `minimum` and `promise_days`.

use super::surge;
use super::works::{Place, Works, known, value, work};
use crate::generate::parts::{Step, delivery, needs, popularity, rate, rate_for, route, rule, uses};
use crate::generate::settings::{Settings, derived, integer};
use crate::generate::shifts::{money, sundays, two_shift};
use crate::generate::{Generator, Parameter};
use crate::model::{
    Amount, Calendar, ChangeoverSet, Combine, Instance, Line, MinimumRun, Order, Requires, Site, Variant,
};
use crate::units::{DAY, HOUR, MICRO, Money};

/// The generator `xunxi`.
pub(super) const GENERATOR: Generator = Generator {
    name: "xunxi",
    summary: "a flexible garment works: cut, sew, finish; 100 pieces and 7 days, hot sellers ordered again",
    hidden: false,
    parameters: PARAMETERS,
    build: |settings| build(settings),
};

const PARAMETERS: &[Parameter] = &[
    integer("orders", (1, 60, 100_000), "How many orders."),
    integer("days", (1, 7, 90), "Over how many days they come in; a quarter is there at the start."),
    integer("minimum", (1, 100, 100_000), "The least pieces of an order; orders are up to three times as large."),
    integer("promise_days", (1, 7, 60), "Days from release to promise."),
    derived("cells", (2, "by the work, at least 2", 10_000), "How many sewing cells."),
    integer("styles", (1, 24, 10_000), "How many styles; the r-th is ordered 1/r as often as the first."),
    integer("reorder_percent", (0, 30, 100), "Share of orders that order one of the three hottest styles again."),
    integer("reject_percent", (0, 15, 100), "Share of orders that may be turned down, for what they would have paid."),
    integer(
        "stock_percent",
        (0, 50, 100),
        "Share of each fabric that is there at the start; the rest comes within `days`.",
    ),
    integer(
        "load_percent",
        (1, 150, 400),
        "Share of each stage's open time within `days` that runs take, before changeovers.",
    ),
    surge::PERCENT,
    surge::FROM_DAY,
];

const PLACE: Place = Place { start: "2026-11-23T06:00:00+08:00", zone: "Asia/Shanghai", currency: "CNY" };
/// Garments, with seconds of a sewing cell per piece: 10 to 20 minutes of work, ten sewers to a cell.
const GARMENTS: [(&str, i64); 5] = [("tee", 60), ("trousers", 85), ("dress", 95), ("shirt", 110), ("hoodie", 120)];
/// Garments, with what the works is paid per piece.
const PRICES: [(&str, i64); 5] = [("tee", 28), ("trousers", 55), ("dress", 70), ("shirt", 60), ("hoodie", 75)];
const FABRICS: [&str; 4] = ["cotton", "linen", "viscose", "fleece"];
const COLOURS: [&str; 4] = ["white", "sand", "red", "black"];
/// Regions, with hours and hundredths of money per piece.
const REGIONS: [(&str, i64, i64); 3] = [("east", 24, 30), ("south", 36, 45), ("north", 48, 60)];
/// Seconds per piece and per lot in cutting, where a lot is spread before it is cut, and in finishing.
const CUT: (i64, i64) = (900, 6 * MICRO);
const FINISH: (i64, i64) = (120, 25 * MICRO);
const HANG: i64 = 600;

fn build(settings: &mut Settings) -> Instance {
    let mut works = Works::new(settings, &PLACE);
    let mut instance = works.instance();
    let weeks = works.weeks(works.integer("promise_days"));
    instance.calendars = vec![Calendar { overtime: sundays(works.start, weeks, money(900)), ..two_shift("two-shift") }];
    let deliveries = REGIONS.map(|(name, hours, fen)| delivery(name, hours * HOUR.0, Money(fen * 100))).to_vec();
    instance.sites = vec![Site { id: "works".to_string(), deliveries, meta: None }];
    let steps: &[Step<'_>] =
        &[("cut", "cut", &[], 0), ("sew", "sew", &["cut"], HOUR.0), ("finish", "finish", &["sew"], 0)];
    instance.routes = vec![route("garment", steps)];
    instance.changeovers = vec![
        ChangeoverSet {
            id: "cutting".to_string(),
            combine: Combine::Max,
            rules: vec![rule("fabric", 900, 10), rule("colour", 600, 5)],
            meta: None,
        },
        // Another garment moves machines, another style of it changes guides and settings, another colour the thread.
        ChangeoverSet {
            id: "sewing".to_string(),
            rules: vec![rule("garment", 2_400, 60), rule("style", 900, 20), rule("colour", 360, 5)],
            ..ChangeoverSet::default()
        },
    ];
    instance.variants =
        (0..works.count("styles")).flat_map(|style| COLOURS.map(|colour| variant(&works, style, colour))).collect();
    let popular = popularity(works.count("styles"));
    instance.orders = (0..works.count("orders")).map(|index| order(&works, index, &popular)).collect();
    let supplies = needs(&instance).into_iter().enumerate();
    // A tenth more than the orders need, and once more the largest lot.
    instance.materials =
        supplies.map(|(row, (id, (sum, largest)))| works.supply(row, id, None, sum * 11 / 10 + largest)).collect();
    lines(&mut works, &mut instance);
    works.surge(&mut instance, true, |index| order(&works, index, &popular));
    instance
}

fn variant(works: &Works<'_>, style: usize, colour: &str) -> Variant {
    let mut stream = works.streams.at("style", style);
    let garment = stream.pick(&GARMENTS).0;
    let fabric = if garment == "hoodie" { "fleece" } else { *stream.pick(&FABRICS[..3]) };
    let metres = stream.between(9, 22) * MICRO / 10;
    let id = format!("S{:02}", style + 1);
    let mut variant = Variant::new(format!("{id}-{colour}"))
        .attribute("garment", garment)
        .attribute("style", id)
        .attribute("fabric", fabric)
        .attribute("colour", colour);
    variant.route = Some("garment".to_string());
    if garment == "hoodie" {
        variant.requires = Some(Requires::ByOperation([("sew", vec!["heavy".to_string()])].into()));
    }
    variant.materials.push(uses(format!("{fabric}-{colour}"), metres, "cut"));
    variant
}

/// One style in up to three colours, that leave together. A re-order asks for one colour of what sells, from the
/// second day on.
fn order(works: &Works<'_>, index: usize, popular: &[i64]) -> Order {
    let mut stream = works.streams.at("order", index);
    let again = stream.chance(works.integer("reorder_percent"));
    let minimum = works.integer("minimum");
    let style = if again { stream.below(popular.len().min(3)) } else { stream.weighted(popular) };
    let colours = if again { 1 } else { stream.between(1, 3) };
    let pieces = minimum * if again { 100 } else { stream.between(100, 300) } / 100;
    let mut shades = COLOURS;
    stream.shuffle(&mut shades);
    let mut order = Order::new(format!("{}-{:05}", if again { "RE" } else { "PO" }, index + 1));
    for (number, colour) in (0..colours).zip(shades) {
        let share = pieces * (number + 1) / colours - pieces * number / colours;
        order = order.item(format!("S{:02}-{colour}", style + 1), share);
    }
    for item in order.items.iter_mut().filter(|item| item.quantity >= 2 * minimum) {
        (item.maximum_lots, item.minimum_lot) = (2, minimum);
    }
    order.items.retain(|item| item.quantity > 0);
    let came = works.release(&mut stream);
    let came = if again { came.max(DAY.0) } else { came };
    works.promise(&mut order, came, works.integer("promise_days"));
    let mut prices = works.streams.at("prices", index);
    order.customer = Some(format!("shop-{:03}", prices.between(1, 200)));
    order.region = Some(prices.pick(&REGIONS).0.to_string());
    let worth = pieces * known(&PRICES, garment(works, style));
    order.late_cost_per_day = Some(money(20 + worth * 3 / 100));
    order.late_cost_once = again.then(|| money(100));
    order.reject_cost = prices.chance(works.integer("reject_percent")).then(|| money(worth));
    order
}

fn garment(works: &Works<'_>, style: usize) -> &'static str {
    works.streams.at("style", style).pick(&GARMENTS).0
}

fn lines(works: &mut Works<'_>, instance: &mut Instance) {
    let sewing = |variant: &Variant| Some((HANG, known(&GARMENTS, value(variant, "garment")) * MICRO));
    let calendar = &instance.calendars[0];
    let needed = works.lines(calendar, work(instance, sewing), 2) as i64;
    let counts = [
        ("cut", works.lines(calendar, work(instance, |_| Some(CUT)), 1)),
        ("sew", works.integer_or("cells", needed) as usize),
        ("finish", works.lines(calendar, work(instance, |_| Some(FINISH)), 1)),
    ];
    for (stage, count) in counts {
        instance.lines.extend((0..count).map(|index| line(works, stage, index)));
    }
}

fn line(works: &Works<'_>, stage: &str, index: usize) -> Line {
    let mut stream = works.streams.at(stage, index);
    let mut line = Line::new(format!("{stage}-{}", index + 1)).calendar("two-shift");
    (line.site, line.stage) = (Some("works".to_string()), Some(stage.to_string()));
    match stage {
        "cut" => {
            line.changeovers = Some("cutting".to_string());
            line.cost_per_hour = money(120);
            line.rates = vec![rate(CUT.1, CUT.0)];
        }
        "sew" => {
            line.changeovers = Some("sewing".to_string());
            line.cost_per_hour = money(stream.between(24, 32) * 10);
            let speed = stream.between(90, 110);
            line.rates =
                GARMENTS.map(|(name, work)| rate_for("garment", name, work * MICRO * 100 / speed, HANG)).to_vec();
            line.rates.iter_mut().for_each(|rate| rate.yield_share = Amount(985_000));
            // Every other cell has the machines for heavy fabrics.
            line.offers = if index.is_multiple_of(2) { vec!["heavy".to_string()] } else { Vec::new() };
            let garment = stream.pick(&GARMENTS[..4]).0;
            line.setup_state =
                Some([("garment", garment.to_string()), ("colour", COLOURS[index % 4].to_string())].into());
            line.minimum_run = Some(MinimumRun {
                by: "style".to_string(),
                quantity: works.integer("minimum"),
                shortfall_cost_per_unit: Money(3 * Money::SCALE),
                meta: None,
            });
        }
        _ => {
            line.cost_per_hour = money(90);
            line.rates = vec![rate(FINISH.1, FINISH.0)];
            line.available_from = (index == 0).then(|| works.at(2 * HOUR.0));
        }
    }
    line
}
