//! The plan in force: lots that fit what is still there, and facts that do not contradict each other.
//!
//! Frozen operations are facts: neither calendars nor eligibility nor the horizon are held against them. Lots of
//! orders that are no longer there are no fault.

use super::names::Names;
use crate::diagnostic::{Diagnostic, Severity, codes};
use crate::model::order::MAXIMUM_PIECES;
use crate::model::{Baseline, Instance, LotEntry, OperationEntry, Order};
use crate::working_time::Span;
use rustc_hash::{FxHashMap, FxHashSet};

/// The orders some operation of which is a fact.
pub(super) fn frozen_orders(instance: &Instance) -> FxHashSet<&str> {
    let lots = instance.baseline.iter().flat_map(|baseline| baseline.lots.iter().map(move |lot| (baseline, lot)));
    lots.filter(|(baseline, lot)| has_frozen(baseline, lot)).map(|(_, lot)| lot.order.as_str()).collect()
}

fn is_frozen(baseline: &Baseline, operation: &OperationEntry) -> bool {
    baseline.frozen_until.is_some_and(|until| operation.start < until)
}

fn has_frozen(baseline: &Baseline, lot: &LotEntry) -> bool {
    lot.operations.iter().any(|operation| is_frozen(baseline, operation))
}

/// Judges the baseline.
pub(super) fn check(instance: &Instance, names: &Names<'_>, faults: &mut Vec<Diagnostic>) {
    let Some(baseline) = &instance.baseline else { return };
    let mut seen: FxHashMap<(&str, &str, u32), usize> = FxHashMap::default();
    for (index, lot) in baseline.lots.iter().enumerate() {
        let base = format!("/baseline/lots/{index}");
        let order = names.orders.get(&lot.order).map(|position| &instance.orders[position]);
        if order.is_none() && !has_frozen(baseline, lot) {
            continue;
        }
        let first = faults.len();
        let earlier = *seen.entry((&lot.order, &lot.item, lot.lot)).or_insert(index);
        if earlier != index {
            let message = format!("This lot of the order \"{}\" is already at /baseline/lots/{earlier}.", lot.order);
            faults.push(lot_fault(&base, message, "Number the lots of an item from 0, each once."));
        }
        if lot.quantity < 1 {
            let message = format!("A lot of {} pieces is none.", lot.quantity);
            faults.push(lot_fault(&format!("{base}/quantity"), message, "Write its pieces, or remove the lot."));
        }
        if lot.quantity > MAXIMUM_PIECES {
            let message = format!("The quantity {} is above {MAXIMUM_PIECES}.", lot.quantity);
            let pointer = format!("{base}/quantity");
            faults.push(Diagnostic::error(codes::OUT_OF_RANGE, pointer, message, "Write a smaller number."));
        }
        check_variant(instance, names, lot, order, &base, faults);
        check_operations(names, lot, &base, faults);
        if let Some(order) = order {
            faults[first..].iter_mut().for_each(|fault| fault.order = Some(order.id.clone()));
        }
    }
    check_frozen_quantities(instance, baseline, names, faults);
    check_overlaps(baseline, faults);
}

/// Gives every lot of some orders a number of its own and every operation that its lot has already had a lot of its own.
pub(super) fn tell_apart(baseline: &mut Baseline, is_meant: impl Fn(&str) -> bool) {
    // By order and item: the numbers taken, and from where on to look for a free one, so that many of one number take no longer.
    let mut numbers: FxHashMap<(String, String), (FxHashSet<u32>, u32)> = FxHashMap::default();
    for lot in baseline.lots.iter().filter(|lot| is_meant(&lot.order)) {
        numbers.entry((lot.order.clone(), lot.item.clone())).or_default().0.insert(lot.lot);
    }
    let mut next = |lot: &LotEntry| {
        let (taken, free) = numbers.entry((lot.order.clone(), lot.item.clone())).or_default();
        *free = (*free..u32::MAX).find(|&number| taken.insert(number)).unwrap_or(u32::MAX);
        *free
    };
    let mut seen: FxHashSet<(String, String, u32)> = FxHashSet::default();
    let mut more = Vec::new();
    for lot in baseline.lots.iter_mut().filter(|lot| is_meant(&lot.order)) {
        if !seen.insert((lot.order.clone(), lot.item.clone(), lot.lot)) {
            lot.lot = next(lot);
        }
        let mut names: FxHashSet<Option<String>> = FxHashSet::default();
        let (once, again): (Vec<_>, Vec<_>) =
            std::mem::take(&mut lot.operations).into_iter().partition(|entry| names.insert(entry.operation.clone()));
        lot.operations = once;
        for operation in again {
            more.push(LotEntry { lot: next(lot), operations: vec![operation], ..lot.clone() });
        }
    }
    baseline.lots.append(&mut more);
}

fn lot_fault(pointer: &str, message: String, remedy: &str) -> Diagnostic {
    Diagnostic::error(codes::BASELINE_LOT, pointer, message, remedy)
}

/// What the lot is of: its item's variant, or the one it names itself.
fn check_variant(
    instance: &Instance,
    names: &Names<'_>,
    lot: &LotEntry,
    order: Option<&Order>,
    base: &str,
    faults: &mut Vec<Diagnostic>,
) {
    let named = lot.variant.as_deref();
    let variant = match order {
        None => {
            let unknown = |id: &str| names.variants.refer(codes::UNKNOWN_VARIANT, format!("{base}/variant"), id);
            faults.extend(named.and_then(unknown));
            named
        }
        Some(order) => {
            let Some((_, item)) = item_of(order, lot) else {
                let message = format!("The order \"{}\" has no item \"{}\".", order.id, lot.item);
                faults.push(lot_fault(
                    &format!("{base}/item"),
                    message,
                    "Name an item of the order, or remove the lot.",
                ));
                return;
            };
            if named.is_some_and(|named| named != item.variant) {
                let message = format!("The item \"{}\" is of \"{}\".", lot.item, item.variant);
                faults.push(lot_fault(&format!("{base}/variant"), message, "Leave `variant` out."));
            }
            Some(item.variant.as_str())
        }
    };
    let Some(variant) = variant.and_then(|id| names.variants.get(id)).map(|position| &instance.variants[position])
    else {
        return;
    };
    let route = variant.route.as_deref().and_then(|id| names.routes.get(id)).map(|position| &instance.routes[position]);
    let known: Vec<Option<&str>> = match route {
        None => vec![None],
        Some(route) => route.operations.iter().map(|operation| Some(operation.id.as_str())).collect(),
    };
    for (at, operation) in lot.operations.iter().enumerate() {
        let name = operation.operation.as_deref();
        if !known.contains(&name) {
            let message = match name {
                Some(name) => format!("The variant \"{}\" has no operation \"{name}\".", variant.id),
                None => format!("The operation is not named, but the variant \"{}\" has a route.", variant.id),
            };
            let list = known.iter().flatten().copied().collect::<Vec<_>>().join(", ");
            let remedy =
                if list.is_empty() { "Leave `operation` out.".to_string() } else { format!("Name one of {list}.") };
            let pointer = format!("{base}/operations/{at}");
            faults.push(Diagnostic::error(codes::BASELINE_OPERATION, pointer, message, remedy));
        }
    }
}

fn item_of<'a>(order: &'a Order, lot: &LotEntry) -> Option<(usize, &'a crate::model::Item)> {
    order.items.iter().enumerate().find(|(at, item)| match &item.id {
        Some(id) => *id == lot.item,
        None => at.to_string() == lot.item,
    })
}

fn check_operations(names: &Names<'_>, lot: &LotEntry, base: &str, faults: &mut Vec<Diagnostic>) {
    let mut seen: FxHashSet<Option<&str>> = FxHashSet::default();
    for (at, operation) in lot.operations.iter().enumerate() {
        let pointer = format!("{base}/operations/{at}");
        faults.extend(names.lines.refer(codes::UNKNOWN_LINE, format!("{pointer}/line"), &operation.line));
        if !seen.insert(operation.operation.as_deref()) {
            let message = "The lot has this operation twice.";
            let remedy = "Remove one of the two.";
            faults.push(Diagnostic::error(codes::BASELINE_OPERATION, pointer.clone(), message, remedy));
        }
        let setup_after_start = operation.setup_start.is_some_and(|setup| setup > operation.start);
        if operation.start >= operation.end || setup_after_start {
            let message = if setup_after_start {
                "The changeover begins after the run.".to_string()
            } else {
                format!("The operation ends at {}, not after its start {}.", operation.end, operation.start)
            };
            faults.push(Diagnostic::error(codes::BASELINE_TIMES, pointer, message, "Correct the instants."));
        }
    }
}

/// Frozen lots keep number and quantity, so they must fit the item; what they leave over needs a lot of its own.
fn check_frozen_quantities(instance: &Instance, baseline: &Baseline, names: &Names<'_>, faults: &mut Vec<Diagnostic>) {
    // Item (order and item position) to first lot in the file, number of lots, pieces; in the order of the file.
    let mut frozen: Vec<(usize, usize, usize, u32, i128)> = Vec::new();
    let mut places: FxHashMap<(usize, usize), usize> = FxHashMap::default();
    for (index, lot) in baseline.lots.iter().enumerate().filter(|(_, lot)| has_frozen(baseline, lot)) {
        let Some(position) = names.orders.get(&lot.order) else { continue };
        let Some((item, _)) = item_of(&instance.orders[position], lot) else { continue };
        let place = *places.entry((position, item)).or_insert_with(|| {
            frozen.push((position, item, index, 0, 0));
            frozen.len() - 1
        });
        frozen[place].3 += 1;
        frozen[place].4 += i128::from(lot.quantity);
    }
    for (position, item, index, lots, pieces) in frozen {
        let order = &instance.orders[position];
        let item = &order.items[item];
        let rest = i128::from(item.remaining()) - pieces;
        let message = if rest < 0 {
            format!("Frozen lots hold {pieces} pieces of an item of which {} are left to make.", item.remaining())
        } else if lots > item.maximum_lots {
            format!("{lots} lots are frozen of an item of at most {}.", item.maximum_lots)
        } else if rest > 0 && lots == item.maximum_lots {
            format!("The frozen lots leave {rest} pieces over and `maximum_lots` allows no further lot.")
        } else {
            continue;
        };
        let remedy = "Correct `quantity`, `done` or `maximum_lots` of the item, or the lot.";
        faults.push(lot_fault(&format!("/baseline/lots/{index}"), message, remedy).for_order(&order.id));
    }
}

/// Facts are not checked, but two at once on a line are worth a word.
fn check_overlaps(baseline: &Baseline, faults: &mut Vec<Diagnostic>) {
    let mut facts: Vec<(&str, Span, usize, usize)> = Vec::new();
    for (index, lot) in baseline.lots.iter().enumerate() {
        for (at, operation) in lot.operations.iter().enumerate().filter(|(_, entry)| is_frozen(baseline, entry)) {
            let from = operation.setup_start.unwrap_or(operation.start);
            facts.push((&operation.line, Span::new(from.seconds, operation.end.seconds), index, at));
        }
    }
    facts.sort_unstable();
    for pair in facts.windows(2) {
        let [(line, earlier, lot, at), (other, later, index, place)] = pair else { unreachable!("windows of two") };
        if line == other && later.from < earlier.to {
            let fault = Diagnostic::error(
                codes::BASELINE_OVERLAP,
                format!("/baseline/lots/{index}/operations/{place}"),
                format!("On the line \"{line}\" it overlaps /baseline/lots/{lot}/operations/{at}."),
                "Correct the instants if they are not what happened.",
            );
            faults.push(fault.with_severity(Severity::Warning));
        }
    }
}
