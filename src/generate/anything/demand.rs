//! What is ordered, by when, and at which prices.

use super::lines::ATTRIBUTES;
use super::{items_mut, order};
use crate::generate::shifts::after;
use crate::generate::stream::Stream;
use crate::model::{Instance, Item, Variant};
use crate::units::{DAY, HOUR, Money};

pub(super) fn more_variants(instance: &mut Instance, stream: &mut Stream) {
    for number in 2..=stream.between(2, 4) {
        instance.variants.push(Variant::new(format!("V{number}")));
    }
    let ids: Vec<String> = instance.variants.iter().map(|variant| variant.id.clone()).collect();
    items_mut(instance).for_each(|item| item.variant = stream.pick(&ids).clone());
}

pub(super) fn more_orders(instance: &mut Instance, stream: &mut Stream) {
    instance.orders.truncate(1);
    for number in 2..=stream.between(1, 6) as usize {
        let mut order = order(number, stream);
        order.items[0].variant = stream.pick(&instance.variants).id.clone();
        instance.orders.push(order);
    }
}

pub(super) fn attributes(instance: &mut Instance, stream: &mut Stream) {
    for variant in &mut instance.variants {
        // Now and then one is missing, which is a value of its own.
        let known = ATTRIBUTES.iter().filter(|_| stream.chance(85)).collect::<Vec<_>>();
        let attributes = known.iter().map(|(name, values)| (*name, stream.pick(values).to_string())).collect();
        variant.attributes = Some(attributes);
    }
}

/// More items in some orders; ids for some of them, which never look like an index.
pub(super) fn kits(instance: &mut Instance, stream: &mut Stream) {
    for order in &mut instance.orders {
        for index in 1..=stream.between(-1, 2) {
            let variant = stream.pick(&instance.variants).id.clone();
            let id = stream.chance(50).then(|| format!("item-{index}"));
            order.items.push(Item { id, variant, quantity: stream.between(1, 20), ..Item::default() });
        }
        if stream.chance(30) {
            order.items[0].id = Some("first".to_string());
        }
    }
}

pub(super) fn dates(instance: &mut Instance, stream: &mut Stream) {
    for order in &mut instance.orders {
        if stream.chance(50) {
            order.release = Some(after(instance.start, stream.between(-2, 96) * 1_800));
        }
        if stream.chance(85) {
            let release = order.release.unwrap_or(instance.start);
            order.due = Some(after(release, stream.between(2, 144) * HOUR.0 + stream.between(0, 1) * 61));
        }
    }
}

pub(super) fn late_costs(instance: &mut Instance, stream: &mut Stream) {
    for order in instance.orders.iter_mut().filter(|order| order.due.is_some()) {
        order.late_cost_per_day = stream.chance(70).then(|| Money(*stream.pick(&[0, 240_000, 1_200_000, 77_777])));
        order.late_cost_once = stream.chance(40).then(|| Money(*stream.pick(&[500_000, 1, 0])));
    }
}

/// Needs a due date: earliness has none without it.
pub(super) fn holding(instance: &mut Instance, stream: &mut Stream) {
    for order in instance.orders.iter_mut().filter(|order| order.due.is_some()) {
        if stream.chance(60) {
            order.holding_cost_per_day = Money(*stream.pick(&[20_000, 5_000, 333_333]));
        }
    }
}

pub(super) fn reject(instance: &mut Instance, stream: &mut Stream) {
    for order in &mut instance.orders {
        order.reject_cost = stream.chance(50).then(|| Money(*stream.pick(&[0, 50_000, 5_000_000, 999_999])));
    }
}

pub(super) fn lots(instance: &mut Instance, stream: &mut Stream) {
    for item in items_mut(instance) {
        if stream.chance(50) {
            item.maximum_lots = stream.between(2, 3) as u32;
            item.minimum_lot = stream.between(1, (item.quantity / 2).max(1));
        }
    }
}

/// Some are finished, some by more than was ordered.
pub(super) fn done(instance: &mut Instance, stream: &mut Stream) {
    for item in items_mut(instance) {
        item.done = match stream.below(10) {
            0 => item.quantity + stream.between(0, 2),
            1..=4 => stream.between(0, item.quantity),
            _ => 0,
        };
    }
}

/// Far enough that an order alone on the anchors can meet it: materials come within six days, shifts every week.
pub(super) fn deadlines(instance: &mut Instance, stream: &mut Stream) {
    for order in &mut instance.orders {
        if stream.chance(40) {
            let earliest = order.due.unwrap_or(instance.start).max(instance.start);
            order.deadline = Some(after(earliest, stream.between(16, 24) * DAY.0));
        }
    }
}

pub(super) fn objective(instance: &mut Instance, stream: &mut Stream) {
    instance.objective.makespan_cost_per_hour = Money(*stream.pick(&[0, 36_000_000, 10_000, 3]));
    instance.objective.late_cost_per_day = Money(*stream.pick(&[1_000_000, 0, 864_000_000, 12_345]));
}
