//! Yesterday's plan: some of it frozen, some of it free to move, some of it for orders that are gone.

use super::network::replenish;
use super::{anchor_of, operations_of, variant_of};
use crate::generate::shifts::after;
use crate::generate::stream::Stream;
use crate::model::{Baseline, Instance, Instant, LotEntry, OperationEntry};
use crate::units::Money;
use std::collections::BTreeMap;

pub(super) fn baseline(instance: &mut Instance, stream: &mut Stream) {
    let begin = after(instance.start, -stream.between(0, 24) * 900);
    let mut past = Past { free: BTreeMap::new(), begin, lots: Vec::new() };
    if stream.chance(40) {
        past.add_vanished(instance, stream);
    }
    for order in &instance.orders {
        if stream.chance(30) {
            continue;
        }
        for (index, item) in order.items.iter().enumerate() {
            let left = item.remaining();
            let split = item.maximum_lots > 1 && left >= 2 * item.minimum_lot && left > 1 && stream.chance(50);
            let quantities = match (left, split) {
                (0, _) => vec![],
                (_, true) => vec![item.minimum_lot, left - item.minimum_lot],
                (_, false) => vec![left],
            };
            for (lot, quantity) in quantities.into_iter().enumerate() {
                let named = stream.chance(20).then(|| item.variant.clone());
                let entry = LotEntry {
                    order: order.id.clone(),
                    item: item.name(index),
                    lot: lot as u32,
                    quantity,
                    variant: named,
                    operations: past.operations(instance, &item.variant, stream),
                    meta: None,
                };
                past.lots.push((item.variant.clone(), entry));
            }
        }
    }
    let frozen_until = stream.chance(80).then(|| after(instance.start, stream.between(-4, 24) * 900));
    // What frozen work takes after `start` must be there when it starts.
    for (variant, lot) in &past.lots {
        for operation in &lot.operations {
            if frozen_until.is_some_and(|until| operation.start < until) && operation.start >= instance.start {
                replenish(instance, variant, operation.operation.as_deref(), lot.quantity);
            }
        }
    }
    instance.baseline = Some(Baseline {
        frozen_until,
        line_change_cost: Money(*stream.pick(&[0, 250_000, 33_333])),
        start_change_cost_per_hour: Money(*stream.pick(&[0, 5_000, 77])),
        lots: past.lots.into_iter().map(|(_, lot)| lot).collect(),
        meta: None,
    });
}

/// A plan being written down: anchors only, one thing after the other.
struct Past {
    /// When each line is free.
    free: BTreeMap<String, Instant>,
    begin: Instant,
    /// With the variant each is of.
    lots: Vec<(String, LotEntry)>,
}

impl Past {
    /// Places every operation of a lot, each after those it waits for.
    fn operations(&mut self, instance: &Instance, variant: &str, stream: &mut Stream) -> Vec<OperationEntry> {
        let variant = variant_of(instance, variant);
        let route = instance.routes.iter().find(|route| Some(&route.id) == variant.route.as_ref());
        let mut ends: BTreeMap<Option<String>, OperationEntry> = BTreeMap::new();
        let operations = operations_of(instance, variant);
        // Routes have at most four operations; each round places at least one.
        while ends.len() < operations.len() {
            for name in &operations {
                let known =
                    route.and_then(|route| route.operations.iter().find(|known| Some(&known.id) == name.as_ref()));
                let waits = known.map_or(&[][..], |known| &known.after);
                let ready: Option<Vec<Instant>> =
                    waits.iter().map(|before| ends.get(&Some(before.clone())).map(|entry| entry.end)).collect();
                if let Some(ready) = ready.filter(|_| !ends.contains_key(name)) {
                    let line = &anchor_of(instance, variant, name.as_deref()).id;
                    let ready = ready.into_iter().max().unwrap_or(self.begin);
                    ends.insert(name.clone(), self.place(name.clone(), line, ready, stream));
                }
            }
        }
        operations.iter().filter_map(|name| ends.remove(name)).collect()
    }

    fn place(&mut self, operation: Option<String>, line: &str, ready: Instant, stream: &mut Stream) -> OperationEntry {
        let free = self.free.get(line).copied().unwrap_or(self.begin);
        let setup = stream.chance(40).then(|| after(free, stream.between(0, 2) * 300));
        let start = setup.map_or(free, |setup| after(setup, stream.between(1, 20) * 60)).max(ready);
        let end = after(start, stream.between(600, 5_400));
        self.free.insert(line.to_string(), end);
        OperationEntry { operation, line: line.to_string(), setup_start: setup, start, end, meta: None }
    }

    /// A lot of an order that is no longer there; without its variant nobody knows what it was.
    fn add_vanished(&mut self, instance: &Instance, stream: &mut Stream) {
        let variant = &stream.pick(&instance.variants).id;
        let known = stream.chance(50);
        let entry = LotEntry {
            order: "GONE".to_string(),
            item: "0".to_string(),
            lot: stream.between(0, 1) as u32,
            quantity: stream.between(1, 20),
            variant: known.then(|| variant.clone()),
            operations: self.operations(instance, variant, stream),
            meta: None,
        };
        self.lots.push((variant.clone(), entry));
    }
}
