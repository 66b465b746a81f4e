//! print-on-demand: tens of thousands of orders of one or two pieces, printed near whoever ordered, gone in two days.
//!
//! One step, many small machines by technique, several sites. Where an order goes decides what a site costs: the near
//! one is a day on the road, the far one three. Printers feed a tunnel dryer: what has begun must come out before the
//! shift ends, so lines do not pause.

use super::sites::Network;
use super::surge;
use super::works::{Place, Works, keep_ordered, known, value, work};
use crate::generate::parts::{cents, popularity, rate_for, rule};
use crate::generate::settings::{Settings, derived, integer};
use crate::generate::shifts::{clock, evenings, money, seconds, weekly};
use crate::generate::{Generator, Parameter};
use crate::model::{Calendar, ChangeoverRule, ChangeoverSet, Day, Instance, Line, Order, Requires, Variant};
use crate::units::{DAY, MICRO};

/// The generator `print-on-demand`.
pub(super) const GENERATOR: Generator = Generator {
    name: "print-on-demand",
    summary: "orders of one or two pieces, printers by technique at several sites, region decides the site, 2-day promise",
    hidden: false,
    parameters: PARAMETERS,
    build: |settings| build(settings),
};

const PARAMETERS: &[Parameter] = &[
    integer("orders", (1, 300, 1_000_000), "How many orders."),
    integer("days", (1, 1, 90), "Over how many days they come in; a quarter is there at the start."),
    integer("promise_days", (1, 2, 30), "Days from release to the door of the farthest region a site is near to."),
    integer("designs", (1, 40, 100_000), "How many designs; the r-th is ordered 1/r as often as the first."),
    integer(
        "second_percent",
        (0, 30, 100),
        "Share of orders with a second piece, which arrives together with the first.",
    ),
    integer("reject_percent", (0, 10, 100), "Share of orders that may be cancelled, for their price."),
    integer(
        "load_percent",
        (1, 95, 400),
        "Share of each technique's open time within `days` that runs take, before changeovers.",
    ),
    derived(
        "sites",
        (4, "three sites, as they are", 500),
        "A network of so many sites instead, on a ring, each with a region of its own.",
    ),
    surge::PERCENT,
    surge::FROM_DAY,
];

const PLACE: Place = Place { start: "2026-11-23T06:00:00-06:00", zone: "America/Chicago", currency: "USD" };
/// Products, with technique, seconds at the printer per piece and price.
const PRODUCTS: [(&str, (&str, i64, i64)); 5] = [
    ("tee", ("dtg", 150, 24)),
    ("hoodie", ("dtg", 210, 45)),
    ("cap", ("embroidery", 420, 28)),
    ("phone-case", ("uv", 90, 19)),
    ("mug", ("sublimation", 120, 16)),
];
/// How often of a hundred each product is ordered, cumulative.
const SHARES: [i64; 5] = [45, 60, 70, 88, 100];
const GARMENT_COLOURS: [&str; 3] = ["white", "heather", "black"];
const TECHNIQUES: [&str; 4] = ["dtg", "embroidery", "uv", "sublimation"];
const LOAD: i64 = 20;

fn build(settings: &mut Settings) -> Instance {
    let works = Works::new(settings, &PLACE);
    let network = Network::new(works.asked("sites"));
    let mut instance = works.instance();
    let weeks = works.weeks(works.integer("promise_days"));
    let mut overtime = evenings(works.start, weeks, money(60));
    overtime.iter_mut().for_each(|window| window.reason = Some("late shift".to_string()));
    instance.calendars = vec![Calendar {
        id: "printers".to_string(),
        weekly: vec![weekly(&Day::ALL[..6], clock(6), clock(22))],
        overtime,
        ..Calendar::default()
    }];
    instance.sites = network.sites();
    // White ink under a print on dark cloth: heads are primed when the ground changes; a new design is a file and a
    // platen, another product another platen; hoops and jigs likewise.
    let ground = |from: &str, to: &str, time: i64| ChangeoverRule {
        attribute: "ground".to_string(),
        from: Some(from.to_string()),
        to: Some(to.to_string()),
        time: Some(seconds(time)),
        cost: Some(cents(50)),
        ..ChangeoverRule::default()
    };
    let rules = vec![
        ground("light", "dark", 240),
        ground("dark", "light", 420),
        rule("product", 180, 0),
        rule("design", 30, 0),
    ];
    instance.changeovers = vec![ChangeoverSet { id: "printing".to_string(), rules, ..ChangeoverSet::default() }];
    instance.variants = variants(&works);
    let popular = popularity(works.count("designs"));
    let make = |index| order(&works, &network, index, &popular);
    instance.orders = (0..works.count("orders")).map(make).collect();
    lines(&works, &network, &mut instance);
    works.surge(&mut instance, false, make);
    keep_ordered(&mut instance);
    instance
}

fn grounds(product: &str) -> &'static [&'static str] {
    if matches!(product, "tee" | "hoodie") { &GARMENT_COLOURS } else { &["plain"] }
}

fn name(design: usize, product: &str, colour: &str) -> String {
    format!("D{:03}-{product}-{colour}", design + 1)
}

fn variants(works: &Works<'_>) -> Vec<Variant> {
    let mut variants = Vec::new();
    for design in 0..works.count("designs") {
        for (product, (technique, ..)) in PRODUCTS {
            for colour in grounds(product) {
                let mut variant = Variant::new(name(design, product, colour))
                    .attribute("product", product)
                    .attribute("ground", if *colour == "black" { "dark" } else { "light" })
                    .attribute("design", format!("D{:03}", design + 1));
                variant.requires = Some(Requires::Every(vec![technique.to_string()]));
                variants.push(variant);
            }
        }
    }
    variants
}

fn order(works: &Works<'_>, network: &Network, index: usize, popular: &[i64]) -> Order {
    let mut stream = works.streams.at("order", index);
    let mut order = Order::new(format!("W{:06}", index + 1));
    let mut price = 0;
    let mut design = stream.weighted(popular);
    for piece in 0..1 + usize::from(stream.chance(works.integer("second_percent"))) {
        // A second piece mostly has the first one's design.
        if piece == 1 && stream.chance(30) {
            design = stream.weighted(popular);
        }
        let (product, (_, _, each)) = PRODUCTS[stream.weighted(&SHARES)];
        let quantity = if stream.chance(15) { 2 } else { 1 };
        let ground = grounds(product)[stream.below(grounds(product).len())];
        order = order.item(name(design, product, ground), quantity);
        price += each * quantity;
    }
    let came = works.release(&mut stream);
    let region = stream.weighted(&network.shares);
    let abroad = region + 1 == network.regions.len();
    let promise = works.integer("promise_days") + if abroad { 3 } else { 0 };
    order.region = Some(network.regions[region].clone());
    works.promise(&mut order, came, promise);
    order.late_cost_per_day = Some(money(2 + price / 10));
    order.late_cost_once = Some(cents(300));
    order.reject_cost = stream.chance(works.integer("reject_percent")).then(|| money(price));
    order.deadline = stream.chance(4).then(|| works.at(came + (promise + 4) * DAY.0));
    order
}

fn lines(works: &Works<'_>, network: &Network, instance: &mut Instance) {
    for technique in TECHNIQUES {
        let step = |variant: &Variant| {
            let (by, time, _) = known(&PRODUCTS, value(variant, "product"));
            (by == technique).then_some((LOAD, time * MICRO))
        };
        let everywhere = network.sites.len().max(3);
        let least = if technique == "embroidery" { everywhere - 1 } else { everywhere };
        let count = works.lines(&instance.calendars[0], work(instance, step), least);
        instance.lines.extend((0..count).map(|index| line(works, network, technique, index)));
    }
}

/// Machines go round the sites, so that each technique is wherever there are machines enough.
fn line(works: &Works<'_>, network: &Network, technique: &str, index: usize) -> Line {
    let mut stream = works.streams.at(technique, index);
    let site = &network.sites[index % network.sites.len()];
    let mut line = Line::new(format!("{technique}-{}", index + 1)).calendar("printers").changeovers("printing");
    line.site = Some(site.clone());
    line.offers = vec![technique.to_string()];
    line.pausable = false;
    line.cost_per_hour = money(stream.between(14, 22));
    let speed = stream.between(90, 120);
    let printed = PRODUCTS.iter().filter(|(_, (by, ..))| *by == technique);
    line.rates = printed
        .map(|(product, (_, time, _))| {
            let mut rate = rate_for("product", product, time * MICRO * 100 / speed, LOAD);
            rate.cost_per_unit = cents(stream.between(40, 90));
            rate
        })
        .collect();
    line
}
