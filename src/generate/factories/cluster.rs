//! cluster: a county of forty small workshops behind a B2B platform, each with one step, its own hours, skills and
//! waste. Socks are knitted here, linked there, dyed in a third village.
//!
//! No workshop, and no village, makes an order whole: every lot travels, and what limits the county is hard to see from
//! any of its workshops. Hours are uneven because these are households with fields, and a market twice a month.

use super::surge;
use super::works::{Place, Works, keep_ordered};
use crate::generate::parts::{cents, delivery, rate_for, route, rule, transit};
use crate::generate::settings::{Settings, derived, integer};
use crate::generate::shifts::{after, clock, money, open_time, weekly};
use crate::generate::stream::Stream;
use crate::generate::{Generator, Parameter};
use crate::model::{
    Amount, Calendar, ChangeoverSet, Day, Instance, Instant, Line, Order, Requires, Site, Transit, Variant, Window,
};
use crate::units::{DAY, HOUR, MICRO, Money};
use jiff::tz::TimeZone;

/// The generator `cluster`.
pub(super) const GENERATOR: Generator = Generator {
    name: "cluster",
    summary: "a county of small sock workshops behind a platform: uneven hours, skills and yields, transit between villages",
    hidden: false,
    parameters: PARAMETERS,
    build: |settings| build(settings),
};

const PARAMETERS: &[Parameter] = &[
    integer("orders", (1, 40, 20_000), "How many orders."),
    derived(
        "workshops",
        (10, "orders, at least 10", 2_000),
        "How many workshops, shared out over the steps by their work.",
    ),
    integer("days", (1, 7, 90), "Over how many days the orders come in; a quarter is there at the start."),
    integer("promise_days", (1, 8, 60), "Days from release to promise."),
    integer("items", (1, 3, 20), "The most items of an order; each number is as likely."),
    integer(
        "reject_percent",
        (0, 20, 100),
        "Share of orders the platform may pass on elsewhere, for what they would have paid.",
    ),
    integer(
        "load_percent",
        (1, 65, 400),
        "Share of each step's open time within `days` that runs take, before changeovers and travel.",
    ),
    surge::PERCENT,
    surge::FROM_DAY,
];

const PLACE: Place = Place { start: "2026-11-23T07:00:00+08:00", zone: "Asia/Shanghai", currency: "CNY" };
/// Steps, with parts of work per pair; knitting is the most of it.
const STEPS: [(&str, i64); 5] = [("knit", 40), ("link", 20), ("dye", 12), ("board", 12), ("pack", 16)];
/// Villages; the v-th does the steps v and v + 2, counted round.
const VILLAGES: [&str; 8] = ["datang", "caota", "paitou", "wangjia", "anhua", "fengqiao", "lipu", "jiyang"];
/// Where they lie, in minutes by van.
const PLACES: [(i64, i64); 8] = [(0, 0), (25, 5), (10, 35), (45, 20), (60, 55), (15, 70), (70, 10), (40, 45)];
const GAUGES: [&str; 2] = ["fine", "coarse"];
const YARNS: [&str; 3] = ["cotton", "wool", "nylon"];
const COLOURS: [&str; 5] = ["white", "grey", "red", "navy", "black"];
const REGIONS: [(&str, i64); 3] = [("domestic", 24), ("port-ningbo", 12), ("port-shanghai", 16)];
/// The hours workshops keep.
const HOURS: [&str; 4] = ["day", "long", "afternoon", "night"];

fn build(settings: &mut Settings) -> Instance {
    let preset = settings.integer("orders").clamp(10, 2_000);
    let mut works = Works::new(settings, &PLACE);
    let workshops = works.integer_or("workshops", preset);
    let works = works;
    let mut instance = works.instance();
    instance.calendars = HOURS.map(|hours| calendar(&works, hours)).to_vec();
    let deliveries = REGIONS.map(|(name, hours)| delivery(name, hours * HOUR.0, cents(6))).to_vec();
    instance.sites =
        VILLAGES.map(|id| Site { id: id.to_string(), deliveries: deliveries.clone(), meta: None }).to_vec();
    instance.transits = transits();
    instance.routes = vec![route(
        "sock",
        &[
            ("knit", "knit", &[], 0),
            ("link", "link", &["knit"], 0),
            ("dye", "dye", &["link"], 0),
            // They hang overnight, more or less.
            ("board", "board", &["dye"], 6 * HOUR.0),
            ("pack", "pack", &["board"], 0),
        ],
    )];
    let set = |id: &str, rules| ChangeoverSet { id: id.to_string(), rules, ..ChangeoverSet::default() };
    instance.changeovers = vec![
        set("knit", vec![rule("pattern", 2_700, 15), rule("yarn", 1_800, 10)]),
        set("dye", vec![rule("colour", 2_400, 40), rule("yarn", 900, 5)]),
        set("small", vec![rule("pattern", 600, 2)]),
    ];
    instance.variants = variants();
    let make = |index| order(&works, index);
    instance.orders = (0..works.count("orders")).map(make).collect();
    lines(&works, &mut instance, workshops);
    works.surge(&mut instance, false, make);
    keep_ordered(&mut instance);
    instance
}

/// Day: with a closed market day. Afternoons: after the fields. Nights: when power is cheap.
fn calendar(works: &Works<'_>, hours: &str) -> Calendar {
    let weekly = match hours {
        "day" => vec![weekly(&Day::ALL[..6], clock(8), clock(12)), weekly(&Day::ALL[..6], clock(13), clock(18))],
        "long" => vec![weekly(&Day::ALL, clock(7), clock(21))],
        "afternoon" => vec![weekly(&Day::ALL, clock(13), clock(20))],
        _ => vec![weekly(&Day::ALL[..5], clock(20), clock(6))],
    };
    let market = |from: Instant| Window {
        from,
        to: after(from, 5 * HOUR.0),
        reason: Some("market day".to_string()),
        meta: None,
    };
    let weeks = works.weeks(works.integer("promise_days"));
    let closed = if hours == "night" {
        Vec::new()
    } else {
        (0..weeks / 2 + 1).map(|fortnight| market(works.at((3 + 14 * fortnight) * DAY.0))).collect()
    };
    Calendar { id: hours.to_string(), weekly, closed, ..Calendar::default() }
}

/// From every village to every other, as far as it is, and half an hour for loading.
fn transits() -> Vec<Transit> {
    let pairs = (0..VILLAGES.len()).flat_map(|from| (0..VILLAGES.len()).map(move |to| (from, to)));
    pairs
        .filter(|(from, to)| from != to)
        .map(|(from, to)| {
            let minutes = 30 + (PLACES[from].0 - PLACES[to].0).abs() + (PLACES[from].1 - PLACES[to].1).abs();
            transit(VILLAGES[from], VILLAGES[to], minutes * 60, Money(minutes * 2))
        })
        .collect()
}

fn variants() -> Vec<Variant> {
    let mut variants = Vec::new();
    for (pattern, gauge) in ["plain", "rib", "terry", "jacquard"].iter().zip(["fine", "coarse", "coarse", "fine"]) {
        for yarn in YARNS {
            for colour in COLOURS {
                let mut variant = Variant::new(format!("{pattern}-{yarn}-{colour}"))
                    .attribute("pattern", *pattern)
                    .attribute("yarn", yarn)
                    .attribute("colour", colour);
                variant.route = Some("sock".to_string());
                // Wool and nylon are dyed in acid, cotton is not.
                let bath = if yarn == "cotton" { "reactive" } else { "acid" };
                let skills = [("knit", vec![gauge.to_string()]), ("dye", vec![bath.to_string()])];
                variant.requires = Some(Requires::ByOperation(skills.into()));
                variants.push(variant);
            }
        }
    }
    variants
}

fn order(works: &Works<'_>, index: usize) -> Order {
    let mut stream = works.streams.at("order", index);
    let mut order = Order::new(format!("B2B-{:05}", index + 1));
    let pattern = *stream.pick(&["plain", "rib", "terry", "jacquard"]);
    let yarn = *stream.pick(&YARNS);
    for _ in 0..stream.between(1, works.integer("items")) {
        let quantity = stream.between(10, 80) * 10;
        order = order.item(format!("{pattern}-{yarn}-{}", stream.pick(&COLOURS)), quantity);
    }
    for item in order.items.iter_mut().filter(|item| item.quantity >= 400) {
        (item.maximum_lots, item.minimum_lot) = (3, 120);
    }
    let came = works.release(&mut stream);
    works.promise(&mut order, came, works.integer("promise_days"));
    order.region = Some(stream.pick(&REGIONS).0.to_string());
    order.customer = Some(format!("wholesaler-{:03}", stream.between(1, 300)));
    let worth = order.items.iter().map(|item| item.quantity).sum::<i64>() * 4;
    order.late_cost_per_day = Some(money(20 + worth / 40));
    order.reject_cost = stream.chance(works.integer("reject_percent")).then(|| money(worth));
    order
}

/// Shares the workshops out over the steps by their work, then times the steps so that they are as busy as asked.
fn lines(works: &Works<'_>, instance: &mut Instance, workshops: i64) {
    let zone = TimeZone::get(PLACE.zone).unwrap_or_else(|fault| unreachable!("{} exists: {fault}", PLACE.zone));
    let pieces: i64 = instance.orders.iter().flat_map(|order| &order.items).map(|item| item.quantity).sum();
    let parts: i64 = STEPS.iter().map(|(_, part)| part).sum();
    let open = |hours: usize| {
        open_time(&instance.calendars[hours], &zone, works.start, works.integer("days")).total().0.max(HOUR.0)
    };
    let mut before = 0;
    let mut made = Vec::new();
    for (step, (stage, part)) in STEPS.iter().enumerate() {
        let share = (before + part) * workshops / parts - before * workshops / parts;
        before += part;
        // Knitting and dyeing need two skills each, so two workshops at the least.
        let count = share.max(2) as usize;
        let total: i64 = (0..count).map(|index| open(hours(step, index))).sum();
        let micros = i128::from(total) * i128::from(works.integer("load_percent")) * i128::from(MICRO);
        let micros = (micros / i128::from(100 * pieces.max(1))) as i64;
        made.extend((0..count).map(|index| line(works, step, stage, micros, index)));
    }
    instance.lines = made;
}

/// Which hours the workshop keeps: most work by day.
fn hours(step: usize, index: usize) -> usize {
    [0, 1, 0, 2, 1, 3][(index + step) % 6]
}

fn line(works: &Works<'_>, step: usize, stage: &str, micros: i64, index: usize) -> Line {
    let mut stream = works.streams.at(stage, index);
    let able: Vec<usize> =
        (0..VILLAGES.len()).filter(|village| village % 5 == step || (village + 2) % 5 == step).collect();
    let mut line = Line::new(format!("{stage}-{:02}", index + 1)).calendar(HOURS[hours(step, index)]);
    (line.site, line.stage) = (Some(VILLAGES[able[index % able.len()]].to_string()), Some(stage.to_string()));
    line.changeovers = match stage {
        "knit" => Some("knit".to_string()),
        "dye" => Some("dye".to_string()),
        "link" | "pack" => Some("small".to_string()),
        _ => None,
    };
    line.offers = skills(stage, index, &mut stream);
    line.cost_per_hour = money(stream.between(25, 60));
    let speed = stream.between(80, 120);
    // Some are better at one yarn than at the others.
    let best = *stream.pick(&YARNS);
    let yield_share = Amount(stream.between(94, 99) * MICRO / 100);
    line.rates = YARNS
        .iter()
        .map(|yarn| {
            let effort = if *yarn == best { 90 } else { 105 };
            let mut rate = rate_for("yarn", yarn, micros * effort / speed, 300);
            rate.yield_share = yield_share;
            rate
        })
        .collect();
    line
}

/// The first two workshops of a step have one skill each, so that none is missing; others may have both.
fn skills(stage: &str, index: usize, stream: &mut Stream) -> Vec<String> {
    let all = match stage {
        "knit" => GAUGES,
        "dye" => ["reactive", "acid"],
        _ => return Vec::new(),
    };
    let both = stream.chance(25);
    let kept = all.iter().enumerate().filter(|(skill, _)| index % 2 == *skill || (index > 1 && both));
    kept.map(|(_, skill)| skill.to_string()).collect()
}
