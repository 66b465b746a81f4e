//! What the eight factories share: a place and a start, how many lines work needs, orders one after the other.

use super::surge;
use crate::generate::parts::{needs, release, whole_units};
use crate::generate::settings::Settings;
use crate::generate::shifts::{after, instant, open_time};
use crate::generate::stream::{Stream, Streams};
use crate::model::{Amount, Arrival, Calendar, Instance, Instant, Material, Order, Variant};
use crate::units::{DAY, HOUR, MICRO};
use jiff::tz::TimeZone;
use std::collections::{HashMap, HashSet};

/// Where a factory stands, and when planning begins: always a Monday.
pub(super) struct Place {
    /// The first instant, with the offset of `zone`.
    pub(super) start: &'static str,
    /// The zone's IANA name.
    pub(super) zone: &'static str,
    /// What it counts money in.
    pub(super) currency: &'static str,
}

/// A factory being made.
pub(super) struct Works<'a> {
    settings: &'a mut Settings,
    /// Every random stream.
    pub(super) streams: Streams,
    /// The first instant.
    pub(super) start: Instant,
    place: &'static Place,
}

impl<'a> Works<'a> {
    pub(super) fn new(settings: &'a mut Settings, place: &'static Place) -> Self {
        Self { streams: Streams::new(settings.seed), settings, start: instant(place.start), place }
    }

    /// The value of a parameter.
    pub(super) fn integer(&self, name: &'static str) -> i64 {
        self.settings.integer(name)
    }

    /// The value of a parameter, as a count of things.
    pub(super) fn count(&self, name: &'static str) -> usize {
        self.settings.count(name)
    }

    /// The value of a parameter, `preset` where nobody said.
    pub(super) fn integer_or(&mut self, name: &'static str, preset: i64) -> i64 {
        self.settings.integer_or(name, preset)
    }

    /// The value of a parameter without a preset, where somebody asked for it.
    pub(super) fn asked(&self, name: &'static str) -> Option<i64> {
        self.settings.asked(name)
    }

    /// So many seconds after the start.
    pub(super) fn at(&self, seconds: i64) -> Instant {
        after(self.start, seconds)
    }

    /// An instance that has its place and nothing else yet.
    pub(super) fn instance(&self) -> Instance {
        let mut instance = Instance::new(self.start);
        instance.currency = Some(self.place.currency.to_string());
        instance.time_zone = Some(self.place.zone.to_string());
        instance
    }

    /// Orders planned for and the unplanned ones of a surge, together.
    pub(super) fn orders(&self) -> usize {
        self.count("orders") + surge::orders(self.settings)
    }

    /// When an order comes in, in seconds from the start.
    pub(super) fn release(&self, stream: &mut Stream) -> i64 {
        release(stream, self.integer("days"))
    }

    /// Sets an order's dates: it comes in `release` seconds from the start and is promised `days` days later.
    pub(super) fn promise(&self, order: &mut Order, release: i64, days: i64) {
        order.release = (release > 0).then(|| self.at(release));
        order.due = Some(self.at(release + days * DAY.0));
    }

    /// Weeks that calendars with dates must cover: until the last promise, and two more.
    pub(super) fn weeks(&self, promise_days: i64) -> i64 {
        (self.integer("days") + promise_days) / 7 + 3
    }

    /// Lines that do `work` (seconds) of the planned orders in the open time of the days in which they come in, filled
    /// to `load_percent` as nearly as whole lines can; at least `least`.
    pub(super) fn lines(&self, calendar: &Calendar, work: i64, least: usize) -> usize {
        let zone = self.place.zone;
        let zone = TimeZone::get(zone).unwrap_or_else(|fault| unreachable!("{zone} exists: {fault}"));
        let open = open_time(calendar, &zone, self.start, self.integer("days")).total().0;
        let filled = i128::from(open.max(1)) * i128::from(self.integer("load_percent"));
        ((i128::from(work) * 100 + filled / 2) / filled).max(least as i128) as usize
    }

    /// Adds the orders of a surge, and what they need of materials where `bought` says that it can be bought: it comes
    /// two days after the surge has begun.
    pub(super) fn surge(&self, instance: &mut Instance, bought: bool, order: impl Fn(usize) -> Order) {
        let planned = instance.orders.len();
        let unplanned = surge::add(self.settings, self.start, planned, order);
        if unplanned.is_empty() {
            return;
        }
        let kept = std::mem::replace(&mut instance.orders, unplanned);
        let wanted = needs(instance);
        let unplanned = std::mem::replace(&mut instance.orders, kept);
        instance.orders.extend(unplanned);
        let at = self.at((self.integer("surge_day") + 2) * DAY.0 + 2 * HOUR.0);
        for material in instance.materials.iter_mut().filter(|_| bought) {
            let need = wanted.get(&material.id).map_or(0, |(sum, _)| *sum);
            if need > 0 {
                material.arrivals.push(Arrival { at, quantity: Amount(whole_units(need)), meta: None });
                material.arrivals.sort_by_key(|arrival| arrival.at);
            }
        }
    }

    /// A material of which `stock_percent` of `supply` (millionths) is there and the rest comes in two halves on days
    /// drawn from the first `days`, at eight in the morning.
    pub(super) fn supply(&self, row: usize, id: String, site: Option<&str>, supply: i64) -> Material {
        let mut stream = self.streams.at("arrivals", row);
        let supply = whole_units(supply).max(MICRO);
        let stock = supply / MICRO * self.integer("stock_percent") / 100 * MICRO;
        let half = (supply - stock) / MICRO / 2 * MICRO;
        let days = self.integer("days").max(2);
        let mut arrivals = Vec::new();
        for quantity in [half, supply - stock - half].into_iter().filter(|quantity| *quantity > 0) {
            let at = self.at(stream.between(1, days - 1) * DAY.0 + 2 * HOUR.0);
            arrivals.push(Arrival { at, quantity: Amount(quantity), meta: None });
        }
        arrivals.sort_by_key(|arrival| arrival.at);
        Material { id, site: site.map(str::to_string), stock: Amount(stock), arrivals, meta: None }
    }
}

/// Seconds of work of all orders' items, each in one lot: `step` gives seconds per run and millionths of a second per
/// piece, or nothing for a variant that skips the step.
pub(super) fn work(instance: &Instance, step: impl Fn(&Variant) -> Option<(i64, i64)>) -> i64 {
    let by_id: HashMap<&str, Option<(i64, i64)>> =
        instance.variants.iter().map(|variant| (variant.id.as_str(), step(variant))).collect();
    let items = instance.orders.iter().flat_map(|order| &order.items);
    let steps = items.filter_map(|item| by_id[item.variant.as_str()].map(|step| (item.quantity, step)));
    steps.map(|(quantity, (fixed, micros))| fixed + quantity * micros / MICRO).sum()
}

/// The value of a variant's attribute; nothing where it has none of that name.
pub(super) fn value<'v>(variant: &'v Variant, attribute: &str) -> &'v str {
    variant.attributes.as_ref().and_then(|attributes| attributes.get(attribute)).map_or("", String::as_str)
}

/// What a table says of `name`, which is in it.
pub(super) fn known<T: Copy>(table: &[(&str, T)], name: &str) -> T {
    match table.iter().find(|(known, _)| *known == name) {
        Some((_, of)) => *of,
        None => unreachable!("`{name}` is in the factory's table"),
    }
}

/// Takes out variants nobody ordered.
pub(super) fn keep_ordered(instance: &mut Instance) {
    let ordered: HashSet<&str> =
        instance.orders.iter().flat_map(|order| &order.items).map(|item| item.variant.as_str()).collect();
    let variants = std::mem::take(&mut instance.variants);
    instance.variants = variants.into_iter().filter(|variant| ordered.contains(variant.id.as_str())).collect();
}
