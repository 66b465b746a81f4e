//! Demand nobody planned for: more orders of the same kind, from a given day on, for the lines there are.
//!
//! Lines and materials are laid out for the planned orders alone. The unplanned ones are drawn as the next orders of
//! the same business would be, then moved by whole days to where the surge has begun, so that times of day stay true.
//! Each says so in its `meta`. Without a surge the instance is what it is without this module, byte for byte.

use crate::generate::Parameter;
use crate::generate::settings::{Settings, integer};
use crate::generate::shifts::after;
use crate::generate::stream::Streams;
use crate::model::{Instant, Meta, Order};
use crate::units::DAY;

/// How many.
pub(super) const PERCENT: Parameter =
    integer("surge_percent", (0, 0, 400), "Unplanned orders on top, of a hundred planned ones.");

/// From when on.
pub(super) const FROM_DAY: Parameter = integer(
    "surge_day",
    (1, 3, 90),
    "Days after the start from which unplanned orders come in, until `days` and at least for one day.",
);

/// How many unplanned orders there are, rounded up.
pub(super) fn orders(settings: &Settings) -> usize {
    (settings.count("orders") * settings.count("surge_percent")).div_ceil(100)
}

/// The unplanned orders, after `planned` planned ones.
pub(super) fn add(settings: &Settings, start: Instant, planned: usize, order: impl Fn(usize) -> Order) -> Vec<Order> {
    let (from, days) = (settings.integer("surge_day"), settings.integer("days"));
    let streams = Streams::new(settings.seed);
    let unplanned = |number: usize| {
        let mut order = order(planned + number);
        let came = order.release.map_or(0, |release| (release.seconds.0 - start.seconds.0) / DAY.0);
        let comes = from + streams.at("surge", number).between(0, (days - from - 1).max(0));
        let moved = |date: Instant| after(date, (comes - came) * DAY.0);
        order.release = Some(moved(order.release.unwrap_or(start)));
        (order.due, order.deadline) = (order.due.map(moved), order.deadline.map(moved));
        order.id = format!("SURGE-{:04}", number + 1);
        order.meta = Some(Meta(serde_json::json!({ "unplanned": true })));
        order
    };
    (0..orders(settings)).map(unplanned).collect()
}
