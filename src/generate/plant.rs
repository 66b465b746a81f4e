//! A make-to-order plant, as large as wanted: many small orders in many variants, changeovers by attribute, promises.
//!
//! Speeds are worked out so that runs and a sensible plan's changeovers together fill a given share of the lines'
//! open time between the start and the last promise: busy whatever the number of orders, lines and days, and feasible.
//! `docs/generate.md` has the formulas.

use super::parts::{delivery, matrix, popularity, release, rule};
use super::settings::{Settings, choice, derived, integer};
use super::shifts::{after, evenings, instant, money, open_time, seconds, sundays, two_shift};
use super::stream::{Stream, Streams};
use super::{Generator, Parameter};
use crate::model::{
    Amount, Calendar, ChangeoverSet, Instance, Instant, Line, MinimumRun, Order, Rate, Requires, Site, Variant,
};
use crate::units::{DAY, HOUR, MICRO, Money};
use jiff::tz::TimeZone;
use std::collections::HashMap;

/// The generator `plant`.
pub(super) const GENERATOR: Generator = Generator {
    name: "plant",
    summary: "a make-to-order plant: small orders in many variants, two shifts, changeovers by attribute, 7-day promises",
    hidden: false,
    parameters: PARAMETERS,
    build: |settings| Plant::new(settings).build(),
};

const PARAMETERS: &[Parameter] = &[
    integer("orders", (1, 1_000, 1_000_000), "How many orders."),
    derived("lines", (1, "orders / 150, from 2 to 1000", 2_000), "How many lines."),
    integer("days", (1, 7, 90), "Over how many days the orders are released; a quarter of them is there at the start."),
    derived(
        "variants",
        (1, "orders / 20, at least 20", 100_000),
        "How many variants; the r-th is ordered 1/r as often as the first.",
    ),
    integer("items", (1, 1, 40), "The most items in an order; each number is as likely."),
    integer("promise_days", (1, 7, 60), "Days from release to promise."),
    integer("express_percent", (0, 10, 100), "Share of orders promised in half the time."),
    integer("load_percent", (1, 85, 200), "Share of the open time from the start to the last promise that work takes."),
    integer("changeover_percent", (0, 40, 1_000), "The mean changeover, as a share of the mean run."),
    integer("reject_percent", (0, 20, 100), "Share of orders that may be rejected."),
    integer("deadline_percent", (0, 5, 100), "Share of orders with a deadline, two weeks after the promise."),
    integer("technique_percent", (1, 50, 100), "Share of the techniques a line can do."),
    integer("minimum_run_percent", (0, 20, 100), "Share of lines with a minimum run."),
    integer("bulk_percent", (0, 0, 100), "Share of orders ten times as large, which may be split in up to eight lots."),
    choice(
        "overtime",
        &["sundays", "evenings"],
        "Windows of overtime: Sundays alone, or working days' nights besides.",
    ),
];

/// Styles, with how much work a piece of each is, of a hundred; the same on all lines.
const STYLES: [(&str, i64); 8] = [
    ("tee", 80),
    ("polo", 90),
    ("hoodie", 110),
    ("shirt", 100),
    ("dress", 115),
    ("skirt", 85),
    ("jacket", 135),
    ("trousers", 95),
];
const FABRICS: [&str; 5] = ["cotton", "linen", "wool", "viscose", "jersey"];
/// From light to dark: cleaning from dark to light takes longer.
const COLOURS: [&str; 8] = ["white", "cream", "yellow", "red", "green", "blue", "navy", "black"];
const TECHNIQUES: [&str; 4] = ["plain", "print", "embroidery", "dye"];
const REGIONS: [&str; 4] = ["north", "east", "south", "west"];
const ZONE: &str = "Europe/Berlin";

/// Small batches: bands of quantities, and cumulative how often of a hundred.
const QUANTITIES: [(i64, i64); 4] = [(1, 5), (6, 20), (21, 60), (61, 200)];
const QUANTITY_WEIGHTS: [i64; 4] = [25, 60, 85, 100];
/// How many times as large a bulk order is, and in how many lots its items may be made at most.
const BULK: i64 = 10;
const BULK_LOTS: u32 = 8;
/// Of a hundred lots in a sensible plan, how many follow a changeover of mean length.
const CHANGES_PERCENT: i64 = 35;

struct Plant<'a> {
    settings: &'a mut Settings,
    streams: Streams,
    start: Instant,
    lines: usize,
    variants: usize,
}

impl<'a> Plant<'a> {
    fn new(settings: &'a mut Settings) -> Self {
        let orders = settings.integer("orders");
        let lines = settings.integer_or("lines", (orders / 150).clamp(2, 1_000)) as usize;
        let variants = settings.integer_or("variants", (orders / 20).max(20)) as usize;
        let streams = Streams::new(settings.seed);
        Self { settings, streams, start: instant("2026-11-23T06:00:00+01:00"), lines, variants }
    }

    fn build(self) -> Instance {
        let mut instance = Instance::new(self.start);
        instance.currency = Some("EUR".to_string());
        instance.time_zone = Some(ZONE.to_string());
        instance.calendars = vec![self.calendar()];
        instance.sites = self.sites();
        instance.variants = self.make_variants();
        instance.orders = self.make_orders(&instance.variants);
        let work = self.work(&instance);
        instance.changeovers = vec![self.changeovers(work.changeover)];
        instance.lines = (0..self.lines).map(|index| self.make_line(index, &work)).collect();
        instance
    }

    fn calendar(&self) -> Calendar {
        let weeks = (self.settings.integer("days") + self.settings.integer("promise_days")) / 7 + 2;
        let mut overtime = sundays(self.start, weeks, money(600));
        if self.settings.choice("overtime") == "evenings" {
            overtime.extend(evenings(self.start, weeks, money(150)));
            overtime.sort_by_key(|window| window.from.seconds);
        }
        Calendar { overtime, ..two_shift("two-shift") }
    }

    /// Two sites that deliver everywhere: each is a day from its own half of the country and two from the other.
    fn sites(&self) -> Vec<Site> {
        let site = |near: usize| {
            let to = |(index, region): (usize, &&str)| {
                let far = i64::from(index / 2 != near);
                delivery(region, (1 + far) * DAY.0, Money(1_000 + 1_500 * far))
            };
            Site {
                id: ["alpha", "beta"][near].to_string(),
                deliveries: REGIONS.iter().enumerate().map(to).collect(),
                meta: None,
            }
        };
        vec![site(0), site(1)]
    }

    fn make_variants(&self) -> Vec<Variant> {
        let variant = |index: usize| {
            let mut stream = self.streams.at("variant", index);
            let technique = TECHNIQUES[stream.weighted(&[40, 70, 90, 100])];
            let mut variant = Variant::new(format!("V-{:05}", index + 1))
                .attribute("style", stream.pick(&STYLES).0)
                .attribute("fabric", *stream.pick(&FABRICS))
                .attribute("colour", *stream.pick(&COLOURS))
                .attribute("technique", technique);
            variant.requires = Some(Requires::Every(vec![technique.to_string()]));
            variant
        };
        (0..self.variants).map(variant).collect()
    }

    fn make_orders(&self, variants: &[Variant]) -> Vec<Order> {
        // Zipf's law: the r-th variant in a shuffled ranking is ordered 1/r as often as the first.
        let mut ranked: Vec<&Variant> = variants.iter().collect();
        self.streams.named("ranking").shuffle(&mut ranked);
        let cumulative = popularity(ranked.len());
        let order = |index| self.make_order(index, &ranked, &cumulative);
        (0..self.settings.count("orders")).map(order).collect()
    }

    fn make_order(&self, index: usize, ranked: &[&Variant], cumulative: &[i64]) -> Order {
        let settings = &self.settings;
        let mut stream = self.streams.at("order", index);
        let mut order = Order::new(format!("SO-{:06}", index + 1));
        for _ in 0..stream.between(1, settings.integer("items")) {
            let (least, most) = QUANTITIES[stream.weighted(&QUANTITY_WEIGHTS)];
            order = order.item(ranked[stream.weighted(cumulative)].id.clone(), stream.between(least, most));
        }
        if self.streams.at("bulk", index).chance(settings.integer("bulk_percent")) {
            for item in &mut order.items {
                item.quantity *= BULK;
                (item.maximum_lots, item.minimum_lot) = (BULK_LOTS, item.quantity / BULK);
            }
        }
        let mut dates = self.streams.at("dates", index);
        let release = release(&mut dates, settings.integer("days"));
        let promise = settings.integer("promise_days");
        let days = if dates.chance(settings.integer("express_percent")) { (promise + 1) / 2 } else { promise };
        let due = after(self.start, release + days * DAY.0);
        order.release = (release > 0).then(|| after(self.start, release));
        order.due = Some(due);
        if dates.chance(settings.integer("deadline_percent")) {
            order.deadline = Some(after(due, 14 * DAY.0));
        }
        self.price(&mut order, &mut self.streams.at("prices", index));
        order
    }

    /// A piece is worth 10 to 40; a day late costs 10 and a fiftieth of the order, leaving it out half as much again as it is worth.
    fn price(&self, order: &mut Order, stream: &mut Stream) {
        order.customer = Some(format!("customer-{:03}", stream.between(1, 400)));
        order.region = Some(stream.pick(&REGIONS).to_string());
        let worth = order.items.iter().map(|item| item.quantity).sum::<i64>() * stream.between(10, 40);
        order.late_cost_per_day = Some(money(10 + worth / 50));
        order.late_cost_once = stream.chance(20).then(|| money(25));
        let rejectable = stream.chance(self.settings.integer("reject_percent"));
        order.reject_cost = rejectable.then(|| money(worth * 3 / 2));
    }

    /// Spreads the open time the load asks for over lots and pieces.
    fn work(&self, instance: &Instance) -> Work {
        let zone = TimeZone::get(ZONE).unwrap_or_else(|fault| unreachable!("{ZONE} exists: {fault}"));
        let days = self.settings.integer("days") + self.settings.integer("promise_days");
        let open = open_time(&instance.calendars[0], &zone, self.start, days).total().0;
        let lots: i64 = instance.orders.iter().map(|order| order.items.len() as i64).sum();
        let pieces: i64 = instance.orders.iter().flat_map(|order| &order.items).map(|item| item.quantity).sum();
        let effort = effort_of_orders(instance);
        // Hundredths of the time at full speed, in the mean of the lines.
        let slowness = (0..self.lines).map(|line| 10_000 / self.speed(line)).sum::<i64>() / self.lines as i64;
        // lots x (run + changes x changeover) = load x lines x open time, with changeover a share of the run.
        let share = self.settings.integer("changeover_percent");
        let budget = i128::from(open) * self.lines as i128 * i128::from(self.settings.integer("load_percent"));
        let runs = budget * 100 / i128::from(10_000 + CHANGES_PERCENT * share);
        let run = (runs / i128::from(lots)) as i64;
        Work {
            fixed: (run / 20).min(HOUR.0),
            micros_per_piece: (runs * i128::from(MICRO) * 9_500 / i128::from(effort * slowness)) as i64,
            changeover: run * share / 100,
            mean_quantity: pieces / lots,
        }
    }

    /// How fast a line is, in percent.
    fn speed(&self, line: usize) -> i64 {
        *self.streams.at("speed", line).pick(&[80, 90, 100, 110, 125])
    }

    /// Fabric, technique and colour, summed; `mean` is what they come to for two lots drawn at random.
    fn changeovers(&self, mean: i64) -> ChangeoverSet {
        // Two random lots differ in fabric 4 times in 5 and in technique 7 in 10; a step of colour comes to 1.39 `colour` on average.
        let (fabric, technique, colour) = (mean * 50 / 80, mean * 20 / 70, mean * 30 / 139);
        let step = |from: usize, to: usize| match from.cmp(&to) {
            std::cmp::Ordering::Equal => 0,
            std::cmp::Ordering::Less => colour * (4 + to as i64 - from as i64) / 6,
            std::cmp::Ordering::Greater => colour * (6 + 2 * (from - to) as i64) / 6,
        };
        let colours = matrix("colour", &COLOURS, step);
        let rules = vec![rule("fabric", fabric, 4), colours, rule("technique", technique, 2)];
        ChangeoverSet { id: "attributes".to_string(), rules, ..ChangeoverSet::default() }
    }

    fn make_line(&self, index: usize, work: &Work) -> Line {
        let mut stream = self.streams.at("line", index);
        let mut line = Line::new(format!("line-{:03}", index + 1)).calendar("two-shift").changeovers("attributes");
        line.site = Some(["alpha", "beta"][index % 2].to_string());
        line.offers = self.techniques(index, &mut stream);
        line.cost_per_hour = money(stream.between(6, 18) * 10);
        let speed = self.speed(index);
        for (style, effort) in STYLES {
            let micros = (i128::from(work.micros_per_piece) * i128::from(effort) / i128::from(speed))
                .clamp(1, 86_400 * i128::from(MICRO));
            let matches = [("style", style.to_string())].into();
            line.rates.push(Rate {
                matches: Some(matches),
                seconds_per_unit: Some(Amount(rounded(micros as i64))),
                fixed_time: seconds(work.fixed),
                yield_share: Amount(if index % 5 == 4 { 980_000 } else { MICRO }),
                cost_per_unit: Money(stream.between(1, 5) * 500),
                ..Rate::default()
            });
        }
        if stream.chance(self.settings.integer("minimum_run_percent")) {
            line.minimum_run = Some(MinimumRun {
                by: "style".to_string(),
                quantity: (work.mean_quantity * 3 / 2).max(1),
                shortfall_cost_per_unit: Money(Money::SCALE / 2),
                meta: None,
            });
        }
        line
    }

    /// So many of the techniques; line by line the first one goes round, so that none is left out.
    fn techniques(&self, index: usize, stream: &mut Stream) -> Vec<String> {
        let percent = self.settings.integer("technique_percent");
        // Fewer lines than techniques must between them still do all.
        let least = TECHNIQUES.len().div_ceil(self.lines);
        let count = ((TECHNIQUES.len() as i64 * percent + 50) / 100).max(1) as usize;
        let count = count.max(least);
        let first = (index * least) % TECHNIQUES.len();
        let mut order: Vec<usize> = (0..TECHNIQUES.len()).map(|step| (first + step) % TECHNIQUES.len()).collect();
        stream.shuffle(&mut order[least..]);
        order.truncate(count);
        order.sort_unstable();
        order.into_iter().map(|technique| TECHNIQUES[technique].to_string()).collect()
    }
}

/// How the open time is spread.
struct Work {
    /// Seconds of each run besides its pieces.
    fixed: i64,
    /// Millionths of a second per piece at full speed and an effort of a hundred.
    micros_per_piece: i64,
    /// Seconds of the mean changeover.
    changeover: i64,
    mean_quantity: i64,
}

/// Pieces times effort, over all orders.
fn effort_of_orders(instance: &Instance) -> i64 {
    let effort = |variant: &Variant| {
        let style = variant.attributes.as_ref().and_then(|attributes| attributes.get("style"));
        STYLES.iter().find(|(known, _)| style.is_some_and(|style| style == known)).map_or(100, |(_, effort)| *effort)
    };
    let efforts: HashMap<&str, i64> =
        instance.variants.iter().map(|variant| (variant.id.as_str(), effort(variant))).collect();
    let items = instance.orders.iter().flat_map(|order| &order.items);
    items.map(|item| item.quantity * efforts[item.variant.as_str()]).sum()
}

/// To hundredths of a second where that leaves three digits, as a planner would write it.
fn rounded(micros: i64) -> i64 {
    if micros >= MICRO { micros / 10_000 * 10_000 } else { micros }
}
