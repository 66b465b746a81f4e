//! by-you: one-off shoes. The customer chooses base, upper, colour, print and a name; every order is a variant of its
//! own, one pair, and what makes it nobody else's comes last.
//!
//! Nothing can be made in lots, so everything is in the order of the pairs: by base and upper at the assembly, from
//! light to dark at the printer, while ten names in a row cost ten small set-ups whatever one does.

use super::surge;
use super::works::{Place, Works, known, value, work};
use crate::generate::parts::{Step, cents, delivery, matrix, needs, popularity, rate, rate_for, route, rule, uses};
use crate::generate::settings::{Settings, integer};
use crate::generate::shifts::{clock, evenings, money, weekly};
use crate::generate::{Generator, Parameter};
use crate::model::{Calendar, ChangeoverSet, Day, Instance, Line, Order, Requires, Route, Site, Variant};
use crate::units::{HOUR, MICRO};

/// The generator `by-you`.
pub(super) const GENERATOR: Generator = Generator {
    name: "by-you",
    summary: "one-off shoes: base, upper, colour, print and name; every order its own variant, personalised last",
    hidden: false,
    parameters: PARAMETERS,
    build: |settings| build(settings),
};

const PARAMETERS: &[Parameter] = &[
    integer("orders", (1, 100, 100_000), "How many pairs, each an order and a variant of its own."),
    integer("days", (1, 2, 90), "Over how many days they come in; a quarter is there at the start."),
    integer("promise_days", (1, 5, 60), "Days from release to the door."),
    integer("express_percent", (0, 15, 100), "Share of orders promised in half the days, rounded up."),
    integer("named_percent", (0, 60, 100), "Share of pairs with a name on them."),
    integer("printed_percent", (0, 55, 100), "Share of pairs with a print."),
    integer(
        "stock_percent",
        (0, 60, 100),
        "Share of bases and uppers that is there at the start; the rest comes within `days`.",
    ),
    integer(
        "load_percent",
        (1, 120, 400),
        "Share of each stage's open time within `days` that runs take, before changeovers.",
    ),
    surge::PERCENT,
    surge::FROM_DAY,
];

const PLACE: Place = Place { start: "2026-11-23T08:00:00+01:00", zone: "Europe/Berlin", currency: "EUR" };
const BASES: [&str; 4] = ["runner", "court", "slip-on", "boot"];
const UPPERS: [&str; 3] = ["knit", "canvas", "leather"];
/// From light to dark.
const COLOURS: [&str; 7] = ["white", "cream", "yellow", "red", "green", "navy", "black"];
const PRINTS: [&str; 3] = ["stripes", "dots", "photo"];
const REGIONS: [(&str, i64, i64); 3] = [("near", 24, 390), ("union", 48, 690), ("overseas", 72, 1_490)];
/// Seconds per pair: upper to base by base, a print, a name.
const ASSEMBLY: [(&str, i64); 4] = [("runner", 420), ("court", 400), ("slip-on", 300), ("boot", 600)];
const PRINT: i64 = 260;
const NAME: i64 = 240;

fn build(settings: &mut Settings) -> Instance {
    let works = Works::new(settings, &PLACE);
    let mut instance = works.instance();
    let weeks = works.weeks(works.integer("promise_days"));
    // Evenings begin 16 hours after a morning.
    let morning = works.at(-2 * HOUR.0);
    instance.calendars = vec![Calendar {
        id: "day".to_string(),
        weekly: vec![weekly(&Day::ALL[..5], clock(8), clock(18))],
        overtime: evenings(morning, weeks, money(180)),
        ..Calendar::default()
    }];
    let deliveries = REGIONS.map(|(name, hours, price)| delivery(name, hours * HOUR.0, cents(price))).to_vec();
    instance.sites = vec![Site { id: "workshop".to_string(), deliveries, meta: None }];
    instance.routes = routes();
    instance.changeovers = changeovers();
    instance.variants = (0..works.orders()).map(|index| variant(&works, index)).collect();
    let make = |index| order(&works, index);
    instance.orders = (0..works.count("orders")).map(make).collect();
    let supplies = needs(&instance).into_iter().enumerate();
    instance.materials =
        supplies.map(|(row, (id, (sum, largest)))| works.supply(row, id, None, sum + largest)).collect();
    lines(&works, &mut instance);
    works.surge(&mut instance, true, make);
    instance
}

/// A pair is assembled, then printed and given its name where it is to have them.
fn routes() -> Vec<Route> {
    let assembly: Step<'_> = ("assemble", "assemble", &[], 0);
    // The cement sets for two hours before anybody handles the shoe again.
    let print: Step<'_> = ("print", "print", &["assemble"], 2 * HOUR.0);
    let printed_name: Step<'_> = ("name", "name", &["print"], 900);
    let plain_name: Step<'_> = ("name", "name", &["assemble"], 2 * HOUR.0);
    vec![
        route("plain", &[assembly]),
        route("printed", &[assembly, print]),
        route("named", &[assembly, plain_name]),
        route("printed-named", &[assembly, print, printed_name]),
    ]
}

fn changeovers() -> Vec<ChangeoverSet> {
    let set = |id: &str, rules| ChangeoverSet { id: id.to_string(), rules, ..ChangeoverSet::default() };
    vec![
        set("lasts", vec![rule("base", 480, 3), rule("upper", 300, 2)]),
        set(
            "ink",
            vec![
                matrix("colour", &COLOURS, |from, to| match from.cmp(&to) {
                    std::cmp::Ordering::Equal => 0,
                    std::cmp::Ordering::Less => 120,
                    std::cmp::Ordering::Greater => 240 + 60 * (from - to) as i64,
                }),
                rule("print", 90, 0),
            ],
        ),
        // Every name is a file to load, every upper a hoop or a bed to fit.
        set("names", vec![rule("name", 40, 0), rule("upper", 240, 1)]),
    ]
}

fn variant(works: &Works<'_>, index: usize) -> Variant {
    let mut stream = works.streams.at("pair", index);
    let (bases, colours) = (popularity(BASES.len()), popularity(COLOURS.len()));
    let base = BASES[stream.weighted(&bases)];
    let (upper, colour) = (*stream.pick(&UPPERS), COLOURS[stream.weighted(&colours)]);
    let printed = stream.chance(works.integer("printed_percent"));
    let named = stream.chance(works.integer("named_percent"));
    let print = if printed { *stream.pick(&PRINTS) } else { "none" };
    let mut variant = Variant::new(format!("pair-{:05}", index + 1))
        .attribute("base", base)
        .attribute("upper", upper)
        .attribute("colour", colour)
        .attribute("print", print)
        .attribute("name", if named { format!("text-{:05}", index + 1) } else { "none".to_string() });
    let route = match (printed, named) {
        (true, true) => "printed-named",
        (true, false) => "printed",
        (false, true) => "named",
        (false, false) => "plain",
    };
    variant.route = Some(route.to_string());
    // Leather is lasered, cloth is stitched; photographs want the printer with eight inks.
    let mut requires: Vec<(&str, Vec<String>)> = Vec::new();
    if named {
        requires.push(("name", vec![if upper == "leather" { "laser" } else { "thread" }.to_string()]));
    }
    if print == "photo" {
        requires.push(("print", vec!["photo".to_string()]));
    }
    variant.requires = (!requires.is_empty()).then(|| Requires::ByOperation(requires.into_iter().collect()));
    variant.materials =
        vec![uses(format!("base-{base}"), MICRO, "assemble"), uses(format!("upper-{upper}"), MICRO, "assemble")];
    variant
}

fn order(works: &Works<'_>, index: usize) -> Order {
    let mut stream = works.streams.at("order", index);
    let mut order = Order::new(format!("web-{:05}", index + 1)).item(format!("pair-{:05}", index + 1), 1);
    let came = works.release(&mut stream);
    let days = works.integer("promise_days");
    let express = stream.chance(works.integer("express_percent"));
    let region = if express { &REGIONS[0] } else { stream.pick(&REGIONS) };
    works.promise(&mut order, came, if express { (days + 1) / 2 } else { days });
    order.region = Some(region.0.to_string());
    order.customer = Some(format!("member-{:04}", stream.between(1, 5_000)));
    // A shoe with a name on it can be sold to nobody else: what is late is given a rebate, nothing is turned down.
    order.late_cost_per_day = Some(money(if express { 24 } else { 12 }));
    order.late_cost_once = express.then(|| money(10));
    order
}

fn lines(works: &Works<'_>, instance: &mut Instance) {
    let calendar = &instance.calendars[0];
    let assembly = |variant: &Variant| Some((0, known(&ASSEMBLY, value(variant, "base")) * MICRO));
    let print = |variant: &Variant| (value(variant, "print") != "none").then_some((0, PRINT * MICRO));
    let name = |variant: &Variant| (value(variant, "name") != "none").then_some((0, NAME * MICRO));
    let counts = [
        ("assemble", works.lines(calendar, work(instance, assembly), 2)),
        ("print", works.lines(calendar, work(instance, print), 1)),
        ("name", works.lines(calendar, work(instance, name), 2)),
    ];
    for (stage, count) in counts {
        instance.lines.extend((0..count).map(|index| line(works, stage, index)));
    }
}

fn line(works: &Works<'_>, stage: &str, index: usize) -> Line {
    let speed = works.streams.at(stage, index).between(85, 115);
    let mut line = Line::new(format!("{stage}-{}", index + 1)).calendar("day");
    (line.site, line.stage) = (Some("workshop".to_string()), Some(stage.to_string()));
    let timed = |seconds: i64| rate(seconds * MICRO * 100 / speed, 0);
    match stage {
        "assemble" => {
            line.changeovers = Some("lasts".to_string());
            line.cost_per_hour = money(48);
            line.rates = ASSEMBLY.map(|(base, time)| rate_for("base", base, time * MICRO * 100 / speed, 0)).to_vec();
            line.setup_state =
                Some([("base", BASES[index % BASES.len()].to_string()), ("upper", "knit".to_string())].into());
        }
        "print" => {
            line.changeovers = Some("ink".to_string());
            line.cost_per_hour = money(36);
            line.rates = vec![timed(PRINT)];
            line.offers = if index.is_multiple_of(2) { vec!["photo".to_string()] } else { Vec::new() };
        }
        _ => {
            line.changeovers = Some("names".to_string());
            line.cost_per_hour = money(40);
            line.rates = vec![timed(NAME)];
            line.offers = vec![if index.is_multiple_of(2) { "thread" } else { "laser" }.to_string()];
        }
    }
    line
}
