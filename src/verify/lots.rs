//! How items are divided into lots (rule 1), and how lots are numbered (rule 10).

use super::breach::Breaches;
use super::catalog::Catalog;
use super::reading::{Fate, Lot, Reading};
use crate::diagnostic::codes;
use rustc_hash::FxHashSet as HashSet;

/// Checks the lots of every item of every order that is made.
pub(super) fn check(catalog: &Catalog, reading: &Reading, breaches: &mut Breaches) {
    let mut rest = reading.lots.as_slice();
    for (order, record) in catalog.instance.orders.iter().enumerate() {
        for item in 0..record.items.len() {
            let count = rest.iter().take_while(|lot| (lot.order, lot.item) == (order, item)).count();
            let (lots, later) = rest.split_at(count);
            rest = later;
            if reading.fates[order] == Fate::Made {
                check_item(catalog, order, item, lots, breaches);
            }
        }
    }
}

fn check_item(catalog: &Catalog, order: usize, index: usize, lots: &[Lot], breaches: &mut Breaches) {
    let item = &catalog.instance.orders[order].items[index];
    let left = catalog.left_of(order, index);
    let title = || format!("item {} of order {}", catalog.names[order][index], catalog.instance.orders[order].id);
    let first = lots.first().map_or_else(|| "/lots".to_string(), |lot| format!("/lots/{}", lot.index));
    for lot in lots.iter().filter(|lot| lot.quantity < 1) {
        let pointer = format!("/lots/{}/quantity", lot.index);
        breaches.add(codes::BREACH_QUANTITY, pointer, format!("A lot of {} has no pieces.", title()));
    }
    let total: i128 = lots.iter().map(|lot| i128::from(lot.quantity)).sum();
    if total != i128::from(left) {
        let message = format!("The lots of {} come to {total} pieces, {left} are left to make.", title());
        breaches.add(codes::BREACH_QUANTITY, first.clone(), message);
    }
    if lots.len() > 1 && lots.len() > item.maximum_lots as usize {
        let message = format!("{} lots of {}, at most {} allowed.", lots.len(), title(), item.maximum_lots);
        breaches.add(codes::BREACH_MAXIMUM_LOTS, first, message);
    }
    for lot in lots.iter().filter(|lot| lots.len() > 1 && !lot.has_frozen && lot.quantity < item.minimum_lot) {
        let message = format!("A lot of {} has {} pieces, below {}.", title(), lot.quantity, item.minimum_lot);
        breaches.add(codes::BREACH_MINIMUM_LOT, format!("/lots/{}/quantity", lot.index), message);
    }
    // Lots with a frozen operation keep their numbers; the others take the smallest ones left.
    let kept: HashSet<u32> = lots.iter().filter(|lot| lot.has_frozen).map(|lot| lot.number).collect();
    let mut free = (0..).filter(|number| !kept.contains(number));
    let mut before = None;
    for lot in lots {
        let repeated = before.replace(lot.number) == Some(lot.number);
        if repeated || (!lot.has_frozen && free.next() != Some(lot.number)) {
            let message = format!("Lot number {} of {} is a repeat or leaves a gap.", lot.number, title());
            breaches.add(codes::BREACH_LOT_NUMBER, format!("/lots/{}/lot", lot.index), message);
        }
    }
}
