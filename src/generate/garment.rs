//! A garment maker: cut, sewn and packed at two sites, with fabrics that arrive while the work goes on, and orders of
//! several items that leave together.
//!
//! Every stage has the same load, so that none is the bottleneck alone; fabrics suffice at either choice of sites, but
//! not from the first day. `docs/generate.md` has the formulas.

use super::parts::{Step, delivery, needs, release, route, rule, transit, uses};
use super::settings::{Settings, integer};
use super::shifts::{after, instant, money, open_time, sundays, two_shift};
use super::stream::{Stream, Streams};
use super::{Generator, Parameter};
use crate::model::{
    Amount, Arrival, Calendar, ChangeoverSet, Combine, Instance, Instant, Line, Material, MinimumRun, Named, Order,
    Rate, Requires, Route, Site, Variant,
};
use crate::units::{DAY, HOUR, MICRO, Money};
use jiff::tz::TimeZone;

/// The generator `garment`.
pub(super) const GENERATOR: Generator = Generator {
    name: "garment",
    summary: "three stages at two sites with materials, lags, transit and orders of up to five items",
    hidden: false,
    parameters: PARAMETERS,
    build: |settings| Garment { streams: Streams::new(settings.seed), settings, start: instant(START) }.build(),
};

const PARAMETERS: &[Parameter] = &[
    integer("orders", (1, 400, 100_000), "How many orders."),
    integer("cutting", (1, 3, 200), "Cutting lines; of each stage three in five stand at the first site, rounded up."),
    integer("sewing", (1, 12, 800), "Sewing lines."),
    integer("packing", (1, 4, 200), "Packing lines."),
    integer("days", (1, 7, 90), "Over how many days the orders are released; a quarter of them is there at the start."),
    integer("items", (1, 5, 40), "The most items in an order; each number is as likely."),
    integer("variants", (1, 80, 10_000), "How many variants."),
    integer("promise_days", (2, 7, 60), "Days from release to promise."),
    integer(
        "load_percent",
        (1, 80, 200),
        "Share of each stage's open time from the start to the last promise that work takes.",
    ),
    integer(
        "stock_percent",
        (0, 40, 100),
        "Share of the fabrics that is there at the start; the rest arrives by the end of `days`.",
    ),
    integer("holding_percent", (0, 25, 100), "Share of orders that cost money when they are ready early."),
    integer("reject_percent", (0, 10, 100), "Share of orders that may be rejected."),
];

const START: &str = "2026-11-23T06:00:00+08:00";
const ZONE: &str = "Asia/Shanghai";
const SITES: [&str; 2] = ["hangzhou", "ningbo"];
const REGIONS: [&str; 3] = ["east", "north", "export"];
const STYLES: [&str; 5] = ["tee", "polo", "hoodie", "dress", "jacket"];
const FABRICS: [&str; 3] = ["cotton", "linen", "fleece"];
const COLOURS: [&str; 4] = ["white", "red", "blue", "black"];
/// Stages, the parameters that count their lines, and of a hundred parts of work how many are changeovers.
const STAGES: [(&str, &str, i64); 3] = [("cut", "cutting", 15), ("sew", "sewing", 15), ("pack", "packing", 0)];

struct Garment<'a> {
    settings: &'a mut Settings,
    streams: Streams,
    start: Instant,
}

impl Garment<'_> {
    fn build(self) -> Instance {
        let mut instance = Instance::new(self.start);
        instance.currency = Some("CNY".to_string());
        instance.time_zone = Some(ZONE.to_string());
        instance.calendars = vec![self.calendar()];
        instance.sites = SITES.iter().enumerate().map(site).collect();
        instance.transits =
            [(0, 1), (1, 0)].map(|(from, to)| transit(SITES[from], SITES[to], 4 * HOUR.0, Money(1_000))).to_vec();
        instance.routes = routes();
        instance.variants = (0..self.settings.count("variants")).map(|index| self.variant(index)).collect();
        instance.orders =
            (0..self.settings.count("orders")).map(|index| self.order(index, &instance.variants)).collect();
        instance.materials = self.materials(&instance);
        self.lines(&mut instance);
        instance
    }

    fn calendar(&self) -> Calendar {
        let weeks = (self.settings.integer("days") + self.settings.integer("promise_days")) / 7 + 2;
        Calendar { overtime: sundays(self.start, weeks, money(600)), ..two_shift("two-shift") }
    }

    fn variant(&self, index: usize) -> Variant {
        let mut stream = self.streams.at("variant", index);
        let style = *stream.pick(&STYLES);
        let (fabric, colour) = (*stream.pick(&FABRICS), *stream.pick(&COLOURS));
        let mut variant = Variant::new(format!("G-{:03}", index + 1))
            .attribute("style", style)
            .attribute("fabric", fabric)
            .attribute("colour", colour);
        let lined = style == "jacket";
        variant.route = Some(if lined { "lined" } else { "plain" }.to_string());
        let skill = if matches!(style, "hoodie" | "jacket") { "heavy" } else { "overlock" };
        variant.requires = Some(Requires::ByOperation([("sew", vec![skill.to_string()])].into()));
        let per_unit = stream.between(8, 24) * MICRO / 10;
        variant.materials.push(uses(format!("{fabric}-{colour}"), per_unit, "cut"));
        if lined {
            variant.materials.push(uses("lining", per_unit, "cut-lining"));
        }
        variant
    }

    fn order(&self, index: usize, variants: &[Variant]) -> Order {
        let settings = &self.settings;
        let mut stream = self.streams.at("order", index);
        let mut order = Order::new(format!("PO-{:04}", index + 1));
        for _ in 0..stream.between(1, settings.integer("items")) {
            let quantity = if stream.chance(80) { stream.between(10, 80) } else { stream.between(81, 300) };
            order = order.item(stream.pick(variants).id.clone(), quantity);
        }
        for item in order.items.iter_mut().filter(|item| item.quantity > 120) {
            (item.maximum_lots, item.minimum_lot) = (2, 50);
        }
        let mut dates = self.streams.at("dates", index);
        let release = release(&mut dates, settings.integer("days"));
        order.release = (release > 0).then(|| after(self.start, release));
        order.due = Some(after(self.start, release + settings.integer("promise_days") * DAY.0));
        order.region = Some(dates.pick(&REGIONS).to_string());
        let mut prices = self.streams.at("prices", index);
        let worth = order.items.iter().map(|item| item.quantity).sum::<i64>() * prices.between(20, 60);
        order.customer = Some(format!("shop-{:02}", prices.between(1, 40)));
        order.late_cost_per_day = Some(money(20 + worth / 50));
        if prices.chance(settings.integer("holding_percent")) {
            order.holding_cost_per_day = money(1 + worth / 1_000);
        }
        order.reject_cost = prices.chance(settings.integer("reject_percent")).then(|| money(worth * 3 / 2));
        order
    }

    /// Each site gets 65 of a hundred parts of what all orders need, and the largest item's need besides: whatever
    /// does not fit at one site then fits at the other. Lining is kept for both sites in common.
    fn materials(&self, instance: &Instance) -> Vec<Material> {
        let supplies = needs(instance).into_iter().flat_map(|(id, (sum, largest))| {
            let sites = if id == "lining" {
                vec![(None, sum)]
            } else {
                SITES.map(|site| (Some(site), sum * 65 / 100 + largest)).to_vec()
            };
            sites.into_iter().map(move |(site, supply)| (id.clone(), site, supply))
        });
        supplies.enumerate().map(|(row, (id, site, supply))| self.supply(row, id, site, supply)).collect()
    }

    fn supply(&self, row: usize, id: String, site: Option<&str>, supply: i64) -> Material {
        let mut stream = self.streams.at("arrivals", row);
        let whole = (supply / MICRO + 1) * MICRO;
        let stock = whole / MICRO * self.settings.integer("stock_percent") / 100 * MICRO;
        let mut rest = whole - stock;
        let mut arrivals = Vec::new();
        for part in (1..=3).rev() {
            let quantity = rest / MICRO / part * MICRO;
            rest -= quantity;
            let days = stream.between(1, self.settings.integer("days"));
            if quantity > 0 {
                arrivals.push(Arrival {
                    at: after(self.start, days * DAY.0 + 2 * HOUR.0),
                    quantity: Amount(quantity),
                    meta: None,
                });
            }
        }
        arrivals.sort_by_key(|arrival| arrival.at);
        Material { id, site: site.map(str::to_string), stock: Amount(stock), arrivals, meta: None }
    }

    fn lines(&self, instance: &mut Instance) {
        let zone = TimeZone::get(ZONE).unwrap_or_else(|fault| unreachable!("{ZONE} exists: {fault}"));
        let days = self.settings.integer("days") + self.settings.integer("promise_days");
        let open = open_time(&instance.calendars[0], &zone, self.start, days).total().0;
        let items = || instance.orders.iter().flat_map(|order| &order.items);
        let pieces: i64 = items().map(|item| item.quantity).sum();
        let lined: i64 = items()
            .filter(|item| {
                instance.variants.iter().any(|variant| variant.id == item.variant && variant.materials.len() > 1)
            })
            .map(|item| item.quantity)
            .sum();
        for (stage, count, changeover_share) in STAGES {
            let lines = self.settings.count(count);
            // A jacket is cut twice.
            let passes = if stage == "cut" { pieces + lined } else { pieces };
            let budget = i128::from(open) * lines as i128 * i128::from(self.settings.integer("load_percent"));
            let micros =
                budget * i128::from(100 - changeover_share) * i128::from(MICRO) / (10_000 * i128::from(passes));
            let pieces_per_lot = pieces / (items().count() as i64);
            let run = (micros / i128::from(MICRO)) as i64 * pieces_per_lot;
            if changeover_share > 0 {
                instance.changeovers.push(changeovers(stage, run * changeover_share / 100));
            }
            for index in 0..lines {
                let line = self.line(stage, index, lines, micros as i64, pieces_per_lot);
                instance.lines.push(line);
            }
        }
    }

    fn line(&self, stage: &str, index: usize, lines: usize, micros: i64, pieces_per_lot: i64) -> Line {
        let mut stream = self.streams.at(stage, index);
        let first_site = (lines * 3).div_ceil(5);
        let mut line = Line::new(format!("{stage}-{}", index + 1)).calendar("two-shift");
        line.site = Some(SITES[usize::from(index >= first_site)].to_string());
        line.stage = Some(stage.to_string());
        line.cost_per_hour = money(stream.between(8, 20) * 10);
        line.rates = self.rates(stage, micros, &mut stream);
        line.changeovers = (stage != "pack").then(|| stage.to_string());
        if stage == "sew" {
            // Every other line also sews the heavy styles; with a single line it must.
            let skills = if index.is_multiple_of(2) { vec!["overlock", "heavy"] } else { vec!["overlock"] };
            line.offers = skills.into_iter().map(str::to_string).collect();
            line.minimum_run = stream.chance(30).then(|| MinimumRun {
                by: "style".to_string(),
                quantity: pieces_per_lot * 3 / 2,
                shortfall_cost_per_unit: Money(3 * Money::SCALE / 2),
                meta: None,
            });
        }
        line
    }

    fn rates(&self, stage: &str, micros: i64, stream: &mut Stream) -> Vec<Rate> {
        let speed = stream.between(85, 115);
        let rate = |effort: i64, matches: Option<Named<String>>| Rate {
            matches,
            seconds_per_unit: Some(Amount((micros * effort / speed).clamp(1, 86_400 * MICRO))),
            yield_share: Amount(if stage == "sew" { 980_000 } else { MICRO }),
            ..Rate::default()
        };
        let efforts: &[(&str, i64)] =
            if stage == "sew" { &[("tee", 70), ("hoodie", 115), ("jacket", 135)] } else { &[] };
        let by_style = efforts.iter().map(|(style, effort)| rate(*effort, Some([("style", style.to_string())].into())));
        by_style.chain([rate(if efforts.is_empty() { 100 } else { 90 }, None)]).collect()
    }
}

/// Cut, sewn and packed; a jacket's shell and lining are cut apart.
fn routes() -> Vec<Route> {
    let plain: &[Step<'_>] = &[("cut", "cut", &[], 0), ("sew", "sew", &["cut"], HOUR.0), ("pack", "pack", &["sew"], 0)];
    let lined: &[Step<'_>] = &[
        ("cut", "cut", &[], 0),
        ("cut-lining", "cut", &[], 0),
        ("sew", "sew", &["cut", "cut-lining"], 2 * HOUR.0),
        ("pack", "pack", &["sew"], HOUR.0),
    ];
    vec![route("plain", plain), route("lined", lined)]
}

/// Half a day to a region near the first site, a day from the second; export takes two from either.
fn site((index, id): (usize, &&str)) -> Site {
    let to = |(region, name): (usize, &&str)| {
        let near = region == index;
        match region {
            2 => delivery(name, DAY.0, Money(9_000)),
            _ => delivery(name, (1 + i64::from(!near)) * DAY.0 / 2, Money(if near { 2_000 } else { 4_000 })),
        }
    };
    Site { id: id.to_string(), deliveries: REGIONS.iter().enumerate().map(to).collect(), meta: None }
}

/// Cutting minds fabric and colour together, sewing style and then the thread's colour; `mean` seconds or so.
fn changeovers(stage: &str, mean: i64) -> ChangeoverSet {
    let rule = |attribute: &str, percent: i64| rule(attribute, mean * percent / 100, 5);
    let (combine, rules) = match stage {
        "cut" => (Combine::Max, vec![rule("fabric", 120), rule("colour", 60)]),
        _ => (Combine::Sum, vec![rule("style", 100), rule("colour", 30)]),
    };
    ChangeoverSet { id: stage.to_string(), combine, rules, meta: None }
}
