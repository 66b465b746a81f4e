//! biyao: made only after it was ordered, at factories that otherwise work for well-known brands. Glasses, bags and
//! home goods, one to three pieces, in 7 to 15 days.
//!
//! Each factory carries marks (whom it also makes for); a customer who wants a mark narrows the choice to the factories
//! that have it, which are the dear ones. What is begun at a factory is finished there: no transits are listed.

use super::surge;
use super::works::{Place, Works, keep_ordered, known, value, work};
use crate::generate::parts::{cents, delivery, matrix, popularity, rate, route, rule};
use crate::generate::settings::{Settings, integer};
use crate::generate::shifts::{clock, money, sundays, two_shift, weekly};
use crate::generate::{Generator, Parameter};
use crate::model::{
    Calendar, ChangeoverSet, Combine, Day, Instance, Line, MinimumRun, Order, Requires, Route, Site, Variant,
};
use crate::units::{HOUR, MICRO};

/// The generator `biyao`.
pub(super) const GENERATOR: Generator = Generator {
    name: "biyao",
    summary: "made after ordering at brand-name factories: glasses, bags, home goods; marks, price against quality, 7 to 15 days",
    hidden: false,
    parameters: PARAMETERS,
    build: |settings| build(settings),
};

const PARAMETERS: &[Parameter] = &[
    integer("orders", (1, 160, 200_000), "How many orders of one to three pieces."),
    integer("days", (1, 2, 90), "Over how many days they come in; a quarter is there at the start."),
    integer("promise_least", (1, 7, 60), "The shortest promise in days, at most `promise_most`."),
    integer("promise_most", (1, 15, 60), "The longest promise in days."),
    integer("designs", (1, 12, 1_000), "Designs of each kind of goods; the r-th is ordered 1/r as often as the first."),
    integer(
        "mark_percent",
        (0, 45, 100),
        "Share of designs that only a factory with a mark may make; a third of those want the highest.",
    ),
    integer(
        "load_percent",
        (1, 120, 400),
        "Share of each stage's open time within `days` that runs take, before changeovers.",
    ),
    surge::PERCENT,
    surge::FROM_DAY,
];

const PLACE: Place = Place { start: "2026-11-23T06:00:00+08:00", zone: "Asia/Shanghai", currency: "CNY" };
const KINDS: [&str; 3] = ["glasses", "bag", "home"];
/// Factories by kind: the first carries both marks, the second one, the third none.
const FACTORIES: [[&str; 3]; 3] =
    [["danyang", "xiamen", "wenzhou"], ["guangzhou", "dongguan", "baigou"], ["jingdezhen", "chaozhou", "dehua"]];
const MARKS: [&str; 2] = ["export-grade", "house-of-fame"];
/// Stages by kind: name, seconds per run, seconds per piece, money per hour.
const STAGES: [[(&str, i64, i64, i64); 2]; 3] = [
    [("grind", 60, 420, 90), ("fit", 30, 300, 60)],
    [("cut", 240, 300, 80), ("stitch", 120, 2_700, 70)],
    [("form", 180, 360, 60), ("fire", 300, 240, 110)],
];
const REGIONS: [(&str, i64); 3] = [("coast", 36), ("inland", 60), ("far-west", 96)];
const COLOURS: [&str; 4] = ["light", "tan", "blue", "dark"];
const PRICES: [(&str, i64); 3] = [("glasses", 199), ("bag", 399), ("home", 129)];

fn build(settings: &mut Settings) -> Instance {
    let works = Works::new(settings, &PLACE);
    let mut instance = works.instance();
    let weeks = works.weeks(works.integer("promise_most"));
    instance.calendars = vec![
        Calendar {
            id: "day".to_string(),
            weekly: vec![weekly(&Day::ALL[..6], clock(8), clock(18))],
            overtime: sundays(works.at(2 * HOUR.0), weeks, money(260)),
            ..Calendar::default()
        },
        two_shift("two-shift"),
    ];
    let deliveries = REGIONS.map(|(name, hours)| delivery(name, hours * HOUR.0, cents(5 * hours + 300)));
    let site = |id: &str| Site { id: id.to_string(), deliveries: deliveries.to_vec(), meta: None };
    instance.sites = FACTORIES.iter().flatten().map(|id| site(id)).collect();
    instance.routes = routes();
    instance.changeovers = changeovers();
    instance.variants = variants(&works);
    let popular = popularity(works.count("designs"));
    let make = |index| order(&works, index, &popular);
    instance.orders = (0..works.count("orders")).map(make).collect();
    lines(&works, &mut instance);
    works.surge(&mut instance, false, make);
    keep_ordered(&mut instance);
    instance
}

/// Two steps each; clay dries for half a day before it is fired.
fn routes() -> Vec<Route> {
    let lags = [0, 0, 12 * HOUR.0];
    let of_kind = |(kind, steps): (usize, &[(&str, i64, i64, i64); 2])| {
        let (first, second) = (steps[0].0, steps[1].0);
        route(KINDS[kind], &[(first, first, &[], 0), (second, second, &[first], lags[kind])])
    };
    STAGES.iter().enumerate().map(of_kind).collect()
}

fn changeovers() -> Vec<ChangeoverSet> {
    let set = |id: &str, combine, rules| ChangeoverSet { id: id.to_string(), combine, rules, meta: None };
    vec![
        set("grind", Combine::Max, vec![rule("design", 240, 1), rule("colour", 360, 2)]),
        set("cut", Combine::Max, vec![rule("design", 600, 3), rule("colour", 420, 2)]),
        set("stitch", Combine::Sum, vec![rule("design", 900, 5), rule("colour", 180, 1)]),
        set("form", Combine::Sum, vec![rule("design", 600, 2)]),
        // A kiln of dark glazes leaves stains on light ones.
        set(
            "fire",
            Combine::Sum,
            vec![matrix("colour", &COLOURS, |from, to| if from > to { 2_700 } else { 300 * i64::from(from < to) })],
        ),
    ]
}

fn variants(works: &Works<'_>) -> Vec<Variant> {
    let mut variants = Vec::new();
    for (row, kind) in KINDS.iter().enumerate() {
        for design in 0..works.count("designs") {
            let mut stream = works.streams.at(kind, design);
            let marked = stream.chance(works.integer("mark_percent"));
            let mark = marked.then(|| MARKS[usize::from(stream.chance(33))]);
            for colour in COLOURS {
                let mut variant = Variant::new(format!("{kind}-{:02}-{colour}", design + 1))
                    .attribute("kind", *kind)
                    .attribute("design", format!("{kind}-{:02}", design + 1))
                    .attribute("colour", colour);
                variant.route = Some(KINDS[row].to_string());
                variant.requires = mark.map(|mark| Requires::Every(vec![mark.to_string()]));
                variants.push(variant);
            }
        }
    }
    variants
}

fn order(works: &Works<'_>, index: usize, popular: &[i64]) -> Order {
    let mut stream = works.streams.at("order", index);
    // Of a hundred orders 40 are for glasses, 25 for bags, 35 for the home.
    let kind = KINDS[stream.weighted(&[40, 65, 100])];
    let variant = format!("{kind}-{:02}-{}", stream.weighted(popular) + 1, stream.pick(&COLOURS));
    let quantity = if kind == "home" { stream.between(1, 3) } else { 1 };
    let mut order = Order::new(format!("by-{:06}", index + 1)).item(variant, quantity);
    let came = works.release(&mut stream);
    let (least, most) = (works.integer("promise_least"), works.integer("promise_most"));
    works.promise(&mut order, came, stream.between(least.min(most), most));
    order.region = Some(stream.pick(&REGIONS).0.to_string());
    order.customer = Some(format!("buyer-{:05}", stream.between(1, 20_000)));
    let price = known(&PRICES, kind) * quantity;
    order.late_cost_per_day = Some(money(5 + price / 20));
    order.reject_cost = stream.chance(10).then(|| money(price));
    order
}

fn lines(works: &Works<'_>, instance: &mut Instance) {
    for (row, kind) in KINDS.iter().enumerate() {
        for (stage, fixed, per_piece, cost) in STAGES[row] {
            let step = |variant: &Variant| (value(variant, "kind") == *kind).then_some((fixed, per_piece * MICRO));
            let calendar = &instance.calendars[usize::from(stage == "fire")];
            let count = works.lines(calendar, work(instance, step), 3);
            for index in 0..count {
                instance.lines.push(line(works, row, (stage, fixed, per_piece, cost), index));
            }
        }
    }
}

fn line(works: &Works<'_>, row: usize, (stage, fixed, per_piece, cost): (&str, i64, i64, i64), index: usize) -> Line {
    let mut stream = works.streams.at(stage, index);
    let factory = index % 3;
    let mut line = Line::new(format!("{}-{stage}-{}", FACTORIES[row][factory], index / 3 + 1));
    (line.site, line.stage) = (Some(FACTORIES[row][factory].to_string()), Some(stage.to_string()));
    // Lenses are fitted one like the other.
    line.changeovers = (stage != "fit").then(|| stage.to_string());
    line.calendar = Some(if stage == "fire" { "two-shift" } else { "day" }.to_string());
    line.offers = MARKS[..2 - factory].iter().map(ToString::to_string).collect();
    // A mark costs a fifth more an hour, both two fifths, and a quarter again in material and inspection.
    line.cost_per_hour = money(cost * (140 - 20 * factory as i64) / 100);
    let mut speed = rate(per_piece * MICRO * 100 / stream.between(90, 110), fixed);
    speed.cost_per_unit = cents(per_piece / 4 * (125 - 10 * factory as i64) / 100);
    line.rates = vec![speed];
    if stage == "fire" {
        line.pausable = false;
        line.minimum_run =
            Some(MinimumRun { by: "colour".to_string(), quantity: 6, shortfall_cost_per_unit: cents(250), meta: None });
    }
    line
}
