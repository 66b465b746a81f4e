//! shangpin: whole-house custom furniture. A home is a kit of 20 to 80 different panels, cut, edged, drilled, sorted
//! and packed, and nothing of it leaves before the last panel is packed.
//!
//! Board and edging colour change the saws and banders over, so panels of one colour want to stand together; kits want
//! all their colours at once. Panels pass between two halls.

use super::surge;
use super::works::{Place, Works, keep_ordered, known, value, work};
use crate::generate::parts::{Step, cents, delivery, matrix, popularity, rate, rate_for, route, rule, transit};
use crate::generate::settings::{Settings, integer};
use crate::generate::shifts::{evenings, money, two_shift};
use crate::generate::{Generator, Parameter};
use crate::model::{Calendar, ChangeoverSet, Instance, Item, Line, Order, Requires, Site, Variant};
use crate::units::{HOUR, MICRO};
use std::collections::BTreeSet;

/// The generator `shangpin`.
pub(super) const GENERATOR: Generator = Generator {
    name: "shangpin",
    summary: "whole-house custom furniture: kits of 20 to 80 panels, cut, edged, drilled, sorted, packed, delivered together",
    hidden: false,
    parameters: PARAMETERS,
    build: |settings| build(settings),
};

const PARAMETERS: &[Parameter] = &[
    integer("orders", (1, 12, 20_000), "How many kits."),
    integer("days", (1, 1, 90), "Over how many days they come in; a quarter is there at the start."),
    integer("panels_least", (1, 20, 80), "The least different panels of a kit, at most `panels_most`."),
    integer("panels_most", (1, 80, 80), "The most different panels of a kit."),
    integer("second_colour_percent", (0, 50, 100), "Share of kits in two colours, half of the panels each."),
    integer("promise_days", (1, 3, 60), "Days from release to the day of delivery."),
    integer(
        "load_percent",
        (1, 120, 400),
        "Share of each station's open time within `days` that runs take, before changeovers.",
    ),
    surge::PERCENT,
    surge::FROM_DAY,
];

const PLACE: Place = Place { start: "2026-11-23T06:00:00+08:00", zone: "Asia/Shanghai", currency: "CNY" };
/// From light to dark, in the order of how often they are asked for.
const COLOURS: [&str; 6] = ["white", "oak", "grey", "walnut", "sage", "graphite"];
/// What panels are, with seconds of edging per piece (more edges, more time) and whether they are drilled.
const PARTS: [(&str, (i64, bool)); 14] = [
    ("side", (70, true)),
    ("top", (60, true)),
    ("bottom", (60, true)),
    ("shelf", (45, false)),
    ("fixed-shelf", (50, true)),
    ("door", (90, true)),
    ("back", (0, false)),
    ("drawer-front", (70, true)),
    ("drawer-side", (35, true)),
    ("drawer-back", (35, true)),
    ("drawer-bottom", (0, false)),
    ("plinth", (40, false)),
    ("filler", (40, false)),
    ("divider", (60, true)),
];
const SIZES: [&str; 6] = ["300", "400", "450", "600", "800", "900"];
const REGIONS: [(&str, i64); 3] = [("guangdong", 12), ("central", 24), ("north", 36)];
/// Seconds per lot and millionths of a second per panel, by station; edging has its own per part.
const STATIONS: [(&str, (i64, i64)); 5] = [
    ("cut", (20, 50 * MICRO)),
    ("band", (15, 0)),
    ("drill", (30, 55 * MICRO)),
    ("sort", (5, 12 * MICRO)),
    ("pack", (10, 40 * MICRO)),
];

fn build(settings: &mut Settings) -> Instance {
    let works = Works::new(settings, &PLACE);
    let mut instance = works.instance();
    let weeks = works.weeks(works.integer("promise_days"));
    instance.calendars =
        vec![Calendar { overtime: evenings(works.start, weeks, money(400)), ..two_shift("two-shift") }];
    let deliveries = REGIONS.map(|(name, hours)| delivery(name, hours * HOUR.0, cents(250))).to_vec();
    instance.sites = vec![
        Site { id: "panel-hall".to_string(), ..Site::default() },
        Site { id: "packing-hall".to_string(), deliveries, meta: None },
    ];
    instance.transits = vec![transit("panel-hall", "packing-hall", 900, cents(5))];
    // The glue of the edges sets for ten minutes before drilling and sorting.
    let drilled: &[Step<'_>] = &[
        ("cut", "cut", &[], 0),
        ("band", "band", &["cut"], 0),
        ("drill", "drill", &["band"], 600),
        ("sort", "sort", &["drill"], 0),
        ("pack", "pack", &["sort"], 0),
    ];
    let edged: &[Step<'_>] = &[
        ("cut", "cut", &[], 0),
        ("band", "band", &["cut"], 0),
        ("sort", "sort", &["band"], 600),
        ("pack", "pack", &["sort"], 0),
    ];
    let raw: &[Step<'_>] = &[("cut", "cut", &[], 0), ("sort", "sort", &["cut"], 0), ("pack", "pack", &["sort"], 0)];
    instance.routes = vec![route("drilled", drilled), route("edged", edged), route("raw", raw)];
    instance.changeovers = vec![
        ChangeoverSet { id: "board".to_string(), rules: vec![rule("colour", 240, 4)], ..ChangeoverSet::default() },
        // Glue of a dark colour must be purged before a light one.
        ChangeoverSet {
            id: "edging".to_string(),
            rules: vec![matrix("colour", &COLOURS, |from, to| match from.cmp(&to) {
                std::cmp::Ordering::Equal => 0,
                std::cmp::Ordering::Less => 300,
                std::cmp::Ordering::Greater => 480,
            })],
            ..ChangeoverSet::default()
        },
    ];
    instance.variants = variants();
    let make = |index| order(&works, index);
    instance.orders = (0..works.count("orders")).map(make).collect();
    lines(&works, &mut instance);
    works.surge(&mut instance, false, make);
    keep_ordered(&mut instance);
    instance
}

fn variants() -> Vec<Variant> {
    let panel = |colour: &str, (part, (edging, drilled)): (&str, (i64, bool)), size: &str| {
        let mut variant = Variant::new(format!("{part}-{size}-{colour}"))
            .attribute("colour", colour)
            .attribute("part", part)
            .attribute("size", size);
        let route = if drilled { "drilled" } else { "edged" };
        variant.route = Some(if edging == 0 { "raw" } else { route }.to_string());
        if part == "door" {
            // Hinge bores want the large machine.
            variant.requires = Some(Requires::ByOperation([("drill", vec!["hinge".to_string()])].into()));
        }
        variant
    };
    let of_colour = |colour: &'static str| {
        PARTS.iter().flat_map(move |part| SIZES.iter().map(move |size| panel(colour, *part, size)))
    };
    COLOURS.iter().flat_map(|colour| of_colour(colour)).collect()
}

/// A home: so many different panels of one or two colours, each one to four times.
fn order(works: &Works<'_>, index: usize) -> Order {
    let mut stream = works.streams.at("order", index);
    let popular = popularity(COLOURS.len());
    let first = stream.weighted(&popular);
    let two = stream.chance(works.integer("second_colour_percent"));
    let second = if two { (first + 1 + stream.below(COLOURS.len() - 1)) % COLOURS.len() } else { first };
    let (least, most) = (works.integer("panels_least"), works.integer("panels_most"));
    let wanted = stream.between(least.min(most), most) as usize;
    let mut chosen: BTreeSet<(usize, usize, usize)> = BTreeSet::new();
    // There are 84 panels of each colour, more than any kit has.
    while chosen.len() < wanted {
        let colour = if chosen.len().is_multiple_of(2) { first } else { second };
        chosen.insert((colour, stream.below(PARTS.len()), stream.below(SIZES.len())));
    }
    let mut order = Order::new(format!("home-{:04}", index + 1));
    for (number, (colour, part, size)) in chosen.into_iter().enumerate() {
        order.items.push(Item {
            id: Some(format!("{:02}", number + 1)),
            variant: format!("{}-{}-{}", PARTS[part].0, SIZES[size], COLOURS[colour]),
            quantity: stream.between(1, 4),
            ..Item::default()
        });
    }
    let came = works.release(&mut stream);
    works.promise(&mut order, came, works.integer("promise_days"));
    order.region = Some(stream.pick(&REGIONS).0.to_string());
    // Fitters are booked: a late kit costs their day at once, an early one stands in their way.
    let panels: i64 = order.items.iter().map(|item| item.quantity).sum();
    order.late_cost_per_day = Some(money(150 + panels));
    order.late_cost_once = Some(money(200));
    order.holding_cost_per_day = money(10 + panels / 10);
    order
}

fn lines(works: &Works<'_>, instance: &mut Instance) {
    for (station, (fixed, micros)) in STATIONS {
        let step = |variant: &Variant| {
            let (edging, drilled) = known(&PARTS, value(variant, "part"));
            match station {
                "band" => (edging > 0).then_some((fixed, edging * MICRO)),
                "drill" => drilled.then_some((fixed, micros)),
                _ => Some((fixed, micros)),
            }
        };
        let count = works.lines(&instance.calendars[0], work(instance, step), 1);
        instance.lines.extend((0..count).map(|index| line(works, station, (fixed, micros), index)));
    }
}

fn line(works: &Works<'_>, station: &str, (fixed, micros): (i64, i64), index: usize) -> Line {
    let speed = works.streams.at(station, index).between(90, 110);
    let mut line = Line::new(format!("{station}-{}", index + 1)).calendar("two-shift");
    let hall = if matches!(station, "cut" | "band") { "panel-hall" } else { "packing-hall" };
    (line.site, line.stage) = (Some(hall.to_string()), Some(station.to_string()));
    line.rates = vec![rate(micros * 100 / speed, fixed)];
    line.cost_per_hour =
        money(known(&[("cut", 160), ("band", 140), ("drill", 120), ("sort", 50), ("pack", 60)], station));
    match station {
        "cut" => line.changeovers = Some("board".to_string()),
        "band" => {
            line.changeovers = Some("edging".to_string());
            line.setup_state = Some([("colour", COLOURS[index % COLOURS.len()].to_string())].into());
            let edged = PARTS.iter().filter(|(_, (edging, _))| *edging > 0);
            let per_part =
                |(part, (edging, _)): &(&str, (i64, bool))| rate_for("part", part, edging * MICRO * 100 / speed, fixed);
            line.rates = edged.map(per_part).collect();
        }
        "drill" if index.is_multiple_of(2) => line.offers = vec!["hinge".to_string()],
        _ => {}
    }
    line
}
