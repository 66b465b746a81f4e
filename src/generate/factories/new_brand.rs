//! new-brand: small makers behind a platform's brand. One builds robot vacuums from a long bill of materials of which
//! some parts are scarce, one folds tissues by the ten thousand; both serve committed volumes, small tests of new
//! variants, and stock orders that follow what sells.
//!
//! The committed volumes of tissues are in a plan already: it runs, its first lots are facts, and moving the others
//! costs something. [`plan_in_force`] writes it down; [`records`] puts the platform's record numbers beside it.

mod plan_in_force;
mod records;

use super::surge;
use super::works::{Place, Works, known, value, work};
use crate::generate::parts::{Step, cents, delivery, needs, rate, rate_for, route, rule, transit, uses};
use crate::generate::settings::{Settings, integer};
use crate::generate::shifts::{after, evenings, money, seconds, two_shift};
use crate::generate::{Generator, Parameter};
use crate::model::{
    Amount, Calendar, ChangeoverRule, ChangeoverSet, Instance, Instant, Line, MinimumRun, Order, Requires, Site,
    Variant, Window,
};
use crate::units::{DAY, HOUR, MICRO};

/// The generator `new-brand`.
pub(super) const GENERATOR: Generator = Generator {
    name: "new-brand",
    summary: "makers behind a platform's brand: robot vacuums with scarce parts, tissues in large lots; commitments, tests, stock",
    hidden: false,
    parameters: PARAMETERS,
    build: |settings| build(settings),
};

const PARAMETERS: &[Parameter] = &[
    integer("orders", (1, 40, 100_000), "How many orders."),
    integer("days", (1, 7, 90), "Over how many days they come in; a quarter is there at the start."),
    integer(
        "promise_days",
        (2, 7, 60),
        "Days from release to promise of a committed volume; tests and stock have half to all of it.",
    ),
    integer("vacuum_percent", (0, 40, 100), "Share of orders for vacuums, the others are for tissues."),
    integer("committed_percent", (0, 35, 100), "Share of orders that are committed volumes."),
    integer(
        "stock_order_percent",
        (0, 30, 100),
        "Share of the other orders that refill a warehouse; what is left are tests.",
    ),
    integer(
        "stock_percent",
        (0, 40, 100),
        "Share of parts and pulp that is there at the start; the rest comes within `days`.",
    ),
    integer(
        "load_percent",
        (1, 110, 400),
        "Share of each stage's open time within `days` that runs take, before changeovers.",
    ),
    surge::PERCENT,
    surge::FROM_DAY,
];

/// A stage: its name; seconds per run, millionths of a second per piece, yield in millionths, money per hour.
type Stage = (&'static str, (i64, i64, i64, i64));

const PLACE: Place = Place { start: "2026-11-23T06:00:00+08:00", zone: "Asia/Shanghai", currency: "CNY" };
const MODELS: [&str; 3] = ["sweep", "mop", "station"];
const COLOURS: [&str; 2] = ["white", "graphite"];
/// Packs of tissues, and packs an hour.
const SIZES: [(&str, i64); 3] = [("pocket", 12_000), ("box", 7_200), ("jumbo", 4_800)];
const SCENTS: [&str; 3] = ["none", "lotion", "tea"];
/// What every vacuum takes of what, in pieces, at which step; lasers and batteries come from few suppliers.
const PARTS: [(&str, i64, &str); 8] = [
    ("resin-kg", 2, "mould"),
    ("chip-set", 1, "board"),
    ("sensor", 6, "board"),
    ("motor", 4, "assemble"),
    ("laser", 1, "assemble"),
    ("battery", 1, "assemble"),
    ("wheel", 3, "assemble"),
    ("brush", 2, "assemble"),
];
/// The stages of a vacuum.
const STAGES: [Stage; 5] = [
    ("mould", (600, 42 * MICRO, 975_000, 110)),
    ("board", (900, 24 * MICRO, 990_000, 160)),
    ("assemble", (600, 66 * MICRO, MICRO, 420)),
    ("test", (120, 38 * MICRO, 985_000, 90)),
    ("pack", (60, 18 * MICRO, MICRO, 80)),
];
const REGIONS: [(&str, i64); 3] = [("east", 24), ("north", 36), ("south", 30)];

fn build(settings: &mut Settings) -> Instance {
    let works = Works::new(settings, &PLACE);
    let mut instance = works.instance();
    let weeks = works.weeks(works.integer("promise_days"));
    instance.end = Some(works.at((weeks + 4) * 7 * DAY.0));
    // What says nothing of its own lateness (the tests) is charged this.
    instance.objective.late_cost_per_day = money(150);
    instance.calendars = calendars(&works, weeks);
    let deliveries = REGIONS.map(|(name, hours)| delivery(name, hours * HOUR.0, cents(8))).to_vec();
    instance.sites = ["shenzhen", "dongguan", "baoding"]
        .map(|id| Site { id: id.to_string(), deliveries: deliveries.clone(), meta: None })
        .to_vec();
    // Boards come from a maker of boards, three hours away.
    instance.transits = vec![transit("shenzhen", "dongguan", 3 * HOUR.0, cents(30))];
    let vacuum: &[Step<'_>] = &[
        ("mould", "mould", &[], 0),
        ("board", "board", &[], 0),
        ("assemble", "assemble", &["mould", "board"], HOUR.0),
        ("test", "test", &["assemble"], 0),
        ("pack", "pack", &["test"], 0),
    ];
    instance.routes = vec![route("vacuum", vacuum), route("tissue", &[("fold", "fold", &[], 0)])];
    instance.changeovers = changeovers();
    instance.variants = variants();
    let make = |index| order(&works, index);
    instance.orders = (0..works.count("orders")).map(make).collect();
    let supplies = needs(&instance).into_iter().enumerate();
    instance.materials = supplies
        .map(|(row, (id, (sum, largest)))| {
            let site = match id.as_str() {
                "pulp-kg" => "baoding",
                "chip-set" | "sensor" => "shenzhen",
                _ => "dongguan",
            };
            works.supply(row, id, Some(site), sum * 105 / 100 + largest)
        })
        .collect();
    lines(&works, &mut instance);
    plan_in_force::write(&works, &mut instance);
    works.surge(&mut instance, true, make);
    records::keep(&instance)
}

fn window(from: Instant, hours: i64, reason: &str) -> Window {
    Window { from, to: after(from, hours * HOUR.0), reason: Some(reason.to_string()), meta: None }
}

/// Vacuums in two shifts, one Sunday worked by agreement and an afternoon lost to an inspection; tissues around the
/// clock, but for the wash each Sunday.
fn calendars(works: &Works<'_>, weeks: i64) -> Vec<Calendar> {
    let sunday = 6 * DAY.0;
    let mut overtime = evenings(works.start, weeks, money(350));
    overtime.iter_mut().for_each(|window| window.reason = Some("night shift".to_string()));
    let wash = |week: i64| window(works.at(week * 7 * DAY.0 + sunday + 2 * HOUR.0), 6, "wash");
    vec![
        Calendar {
            open: vec![window(works.at(sunday + 2 * HOUR.0), 8, "a Sunday, by agreement")],
            closed: vec![window(works.at(2 * DAY.0 + 8 * HOUR.0), 4, "inspection")],
            overtime,
            ..two_shift("two-shift")
        },
        Calendar { id: "continuous".to_string(), closed: (0..weeks + 4).map(wash).collect(), ..Calendar::default() },
    ]
}

fn changeovers() -> Vec<ChangeoverSet> {
    let set = |id: &str, rules| ChangeoverSet { id: id.to_string(), rules, ..ChangeoverSet::default() };
    let rinse = ChangeoverRule {
        attribute: "scent".to_string(),
        to: Some("none".to_string()),
        time: Some(seconds(2_400)),
        cost: Some(money(120)),
        ..ChangeoverRule::default()
    };
    // The dark resin is purged for longer than the light one.
    let colours = ChangeoverRule {
        attribute: "colour".to_string(),
        values: Some(COLOURS.map(str::to_string).to_vec()),
        seconds: Some(vec![vec![0, 1_200], vec![3_000, 0]]),
        costs: Some(vec![vec![money(0), money(40)], vec![money(110), money(0)]]),
        ..ChangeoverRule::default()
    };
    vec![
        set("mould", vec![rule("model", 3_600, 50), colours]),
        set("model", vec![rule("model", 2_400, 30)]),
        set("fold", vec![rule("size", 5_400, 80), rinse, rule("scent", 1_200, 20)]),
    ]
}

fn variants() -> Vec<Variant> {
    let vacuum = |model: &str, colour: &str| {
        let mut variant =
            Variant::new(format!("{model}-{colour}")).attribute("model", model).attribute("colour", colour);
        variant.route = Some("vacuum".to_string());
        if model == "station" {
            // Its emptying dock is put together on every other line only.
            variant.requires = Some(Requires::ByOperation([("assemble", vec!["dock".to_string()])].into()));
        }
        variant.materials = PARTS.iter().map(|(part, count, step)| uses(*part, count * MICRO, step)).collect();
        variant
    };
    let tissue = |(size, per_hour): (&str, i64), scent: &str| {
        let mut variant =
            Variant::new(format!("tissue-{size}-{scent}")).attribute("size", size).attribute("scent", scent);
        variant.route = Some("tissue".to_string());
        // The larger the pack the slower, and the more pulp.
        variant.materials = vec![uses("pulp-kg", MICRO * 600 / per_hour, "fold")];
        variant
    };
    let vacuums = MODELS.iter().flat_map(|model| COLOURS.map(|colour| vacuum(model, colour)));
    vacuums.chain(SIZES.iter().flat_map(|size| SCENTS.map(|scent| tissue(*size, scent)))).collect()
}

/// What an order is to the brand.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Committed,
    Stock,
    Test,
}

fn kind(works: &Works<'_>, index: usize) -> Kind {
    let mut stream = works.streams.at("kind", index);
    if stream.chance(works.integer("committed_percent")) {
        Kind::Committed
    } else if stream.chance(works.integer("stock_order_percent")) {
        Kind::Stock
    } else {
        Kind::Test
    }
}

fn order(works: &Works<'_>, index: usize) -> Order {
    let mut stream = works.streams.at("order", index);
    let vacuum = stream.chance(works.integer("vacuum_percent"));
    let kind = kind(works, index);
    // Pieces, price and margin per piece, in hundredths of money.
    let (least, most) = match (kind, vacuum) {
        (Kind::Committed, true) => (400, 1_200),
        (Kind::Stock, true) => (100, 300),
        (Kind::Test, true) => (30, 80),
        (Kind::Committed, false) => (30_000, 90_000),
        (Kind::Stock, false) => (8_000, 20_000),
        (Kind::Test, false) => (1_000, 4_000),
    };
    let quantity = stream.between(least / 10, most / 10) * 10;
    let (price, margin) = if vacuum { (90_000, 9_000) } else { (180, 22) };
    let variant = if vacuum {
        format!("{}-{}", stream.pick(&MODELS), stream.pick(&COLOURS))
    } else {
        format!("tissue-{}-{}", stream.pick(&SIZES).0, stream.pick(&SCENTS))
    };
    let prefix = match kind {
        Kind::Committed => "VOLUME",
        Kind::Stock => "STOCK",
        Kind::Test => "TEST",
    };
    let mut order = Order::new(format!("{prefix}-{:04}", index + 1)).item(variant, quantity);
    let came = works.release(&mut stream);
    let days = works.integer("promise_days");
    let worth = quantity * price / 100;
    order.region = Some(stream.pick(&REGIONS).0.to_string());
    let item = &mut order.items[0];
    match kind {
        Kind::Committed => {
            (item.maximum_lots, item.minimum_lot) = (4, quantity / 8);
            works.promise(&mut order, came, days);
            order.deadline = Some(works.at(came + (days + 14) * DAY.0));
            (order.late_cost_per_day, order.late_cost_once) = (Some(money(worth / 200)), Some(money(worth / 100)));
        }
        Kind::Stock => {
            // What came back from the market is counted first: some of it needs no making.
            item.done = if stream.chance(40) { quantity / 4 } else { 0 };
            works.promise(&mut order, came, stream.between(days / 2, days));
            order.late_cost_per_day = Some(money(worth / 400 + 1));
            order.holding_cost_per_day = money(worth / 2_000 + 1);
            order.reject_cost = Some(money(quantity * margin / 100 + 1));
            order.customer = Some("warehouse".to_string());
        }
        Kind::Test => {
            works.promise(&mut order, came, stream.between(days / 2, days));
            order.reject_cost = Some(money(quantity * margin * 3 / 100 + 50));
            order.customer = Some("launch".to_string());
        }
    }
    order
}

fn lines(works: &Works<'_>, instance: &mut Instance) {
    for (stage, (fixed, micros, ..)) in STAGES {
        let step = |variant: &Variant| (!value(variant, "model").is_empty()).then_some((fixed, micros));
        let count = works.lines(&instance.calendars[0], work(instance, step), if stage == "assemble" { 2 } else { 1 });
        instance.lines.extend((0..count).map(|index| vacuum_line(stage, index)));
    }
    let fold = |variant: &Variant| {
        let size = value(variant, "size");
        (!size.is_empty()).then(|| (600, 3_600 * MICRO / known(&SIZES, size)))
    };
    let count = works.lines(&instance.calendars[1], work(instance, fold), 2);
    instance.lines.extend((0..count).map(|index| folder(works, index)));
}

fn vacuum_line(stage: &str, index: usize) -> Line {
    let (fixed, micros, yield_share, cost) = known(&STAGES, stage);
    let mut line = Line::new(format!("{stage}-{}", index + 1)).calendar("two-shift");
    let site = if stage == "board" { "shenzhen" } else { "dongguan" };
    (line.site, line.stage) = (Some(site.to_string()), Some(stage.to_string()));
    line.cost_per_hour = money(cost);
    line.rates = vec![rate(micros, fixed)];
    line.rates[0].yield_share = Amount(yield_share);
    line.changeovers = match stage {
        "mould" => Some("mould".to_string()),
        "board" | "assemble" => Some("model".to_string()),
        _ => None,
    };
    line.offers = if stage == "assemble" && index.is_multiple_of(2) { vec!["dock".to_string()] } else { Vec::new() };
    line.setup_state = (stage == "assemble").then(|| [("model", MODELS[index % MODELS.len()].to_string())].into());
    line
}

fn folder(works: &Works<'_>, index: usize) -> Line {
    let mut line = Line::new(format!("fold-{}", index + 1)).calendar("continuous").changeovers("fold");
    (line.site, line.stage) = (Some("baoding".to_string()), Some("fold".to_string()));
    line.cost_per_hour = money(works.streams.at("fold", index).between(26, 34) * 10);
    line.rates = SIZES
        .map(|(size, per_hour)| {
            let mut rate = rate_for("size", size, 1, 600);
            (rate.seconds_per_unit, rate.units_per_hour) = (None, Some(Amount::whole(per_hour)));
            rate.cost_per_unit = cents(1);
            rate
        })
        .to_vec();
    line.minimum_run =
        Some(MinimumRun { by: "variant".to_string(), quantity: 3_000, shortfall_cost_per_unit: cents(5), meta: None });
    line
}
