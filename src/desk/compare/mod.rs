//! What changed from one plan to another: what moved, which orders gained or lost, cost by term, stability.
//!
//! The two plans may be of different nights and of instances that differ; they are compared by names. Costs, statuses
//! and deliveries are those the plans state (`check` says whether they state the truth), and the instance settles the
//! order in which orders are told and which of them are still there.

mod change;

pub use change::{
    Comparison, LotChange, OperationChange, OrderChange, OrderCounts, OrderState, OrderVerdict, OvertimeChange, Place,
    Stability, TermChange,
};

use crate::model::{Duration, Instance, Instant, LotEntry, OperationEntry};
use crate::solution::{OrderEntry, OrderStatus, Solution};
use crate::units::{Money, Seconds};
use rustc_hash::FxHashMap;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// What counts as unchanged.
#[derive(Clone, Copy, Debug, Default)]
pub struct CompareOptions {
    /// A start that moved by no more, either way, did not move.
    pub tolerance: Duration,
}

/// Compares two plans.
pub fn compare(instance: &Instance, before: &Solution, after: &Solution, options: &CompareOptions) -> Comparison {
    let (lots, stability) = compare_lots(before, after, options.tolerance.0);
    let (orders, order_counts) = compare_orders(instance, before, after);
    Comparison {
        cost: compare_costs(before, after),
        stability,
        order_counts,
        orders,
        lots,
        overtime: overtime(before, after),
    }
}

fn compare_costs(before: &Solution, after: &Solution) -> Vec<TermChange> {
    let total = ("total", before.cost.total, after.cost.total);
    let terms = before.cost.terms().into_iter().zip(after.cost.terms());
    let terms = terms.map(|((term, before), (_, after))| (term, before, after));
    std::iter::once(total)
        .chain(terms.filter(|&(_, before, after)| before != Money::ZERO || after != Money::ZERO))
        .map(|(term, before, after)| TermChange {
            term,
            before,
            after,
            change: Money(after.0.saturating_sub(before.0)),
        })
        .collect()
}

fn compare_orders(instance: &Instance, before: &Solution, after: &Solution) -> (Vec<OrderChange>, OrderCounts) {
    let by_id = |plan: &'_ Solution| -> FxHashMap<String, OrderEntry> {
        plan.orders.iter().map(|entry| (entry.id.clone(), entry.clone())).collect()
    };
    let (old, new) = (by_id(before), by_id(after));
    let known: BTreeSet<&str> = instance.orders.iter().map(|order| order.id.as_str()).collect();
    let gone = before.orders.iter().chain(&after.orders).map(|entry| entry.id.as_str());
    let mut told: BTreeSet<&str> = BTreeSet::new();
    let ids = instance.orders.iter().map(|order| order.id.as_str()).chain(gone.filter(|id| !known.contains(id)));
    let mut counts = OrderCounts::default();
    let mut changes = Vec::new();
    for id in ids.filter(|id| told.insert(id)) {
        let (was, is) = (old.get(id), new.get(id));
        let verdict = match (was, is) {
            (None, None) => continue,
            (None, Some(_)) => OrderVerdict::Added,
            (Some(_), None) => OrderVerdict::Removed,
            (Some(was), Some(is)) => verdict(was, is),
        };
        *counts.of(verdict) += 1;
        if verdict != OrderVerdict::Unchanged {
            let deliveries = was.and_then(|was| was.delivery).zip(is.and_then(|is| is.delivery));
            let moved = deliveries.map(|(was, is)| hours((is.seconds - was.seconds).0, 1));
            let (before, after) = (was.map(OrderState::of), is.map(OrderState::of));
            changes.push(OrderChange { id: id.to_string(), verdict, before, after, delivery_move_hours: moved });
        }
    }
    (changes, counts)
}

impl OrderCounts {
    fn of(&mut self, verdict: OrderVerdict) -> &mut usize {
        match verdict {
            OrderVerdict::Gained => &mut self.gained,
            OrderVerdict::Lost => &mut self.lost,
            OrderVerdict::Moved => &mut self.moved,
            OrderVerdict::Unchanged => &mut self.unchanged,
            OrderVerdict::Added => &mut self.added,
            OrderVerdict::Removed => &mut self.removed,
        }
    }
}

impl OrderState {
    fn of(entry: &OrderEntry) -> Self {
        Self { status: entry.status, delivery: entry.delivery, lateness: entry.lateness, cost: entry.cost }
    }
}

/// Made before left out, on time before late, less late before later; what is left is moved or as it was.
fn verdict(was: &OrderEntry, is: &OrderEntry) -> OrderVerdict {
    let rank = |entry: &OrderEntry| match entry.status {
        OrderStatus::Unplanned => 0,
        OrderStatus::Rejected => 1,
        OrderStatus::Late => 2,
        OrderStatus::OnTime => 3,
    };
    match rank(is).cmp(&rank(was)).then_with(|| was.lateness.cmp(&is.lateness)) {
        Ordering::Greater => OrderVerdict::Gained,
        Ordering::Less => OrderVerdict::Lost,
        Ordering::Equal if was.delivery == is.delivery && was.cost == is.cost => OrderVerdict::Unchanged,
        Ordering::Equal => OrderVerdict::Moved,
    }
}

type LotKey<'a> = (&'a str, &'a str, u32);

fn key(lot: &LotEntry) -> LotKey<'_> {
    (&lot.order, &lot.item, lot.lot)
}

fn compare_lots(before: &Solution, after: &Solution, tolerance: Seconds) -> (Vec<LotChange>, Stability) {
    let old: FxHashMap<LotKey<'_>, &LotEntry> = before.lots.iter().map(|lot| (key(lot), lot)).collect();
    let new: FxHashMap<LotKey<'_>, &LotEntry> = after.lots.iter().map(|lot| (key(lot), lot)).collect();
    let mut stability = Stability::default();
    let mut changes = Vec::new();
    let (mut moved_by, mut moved) = (0_i64, 0_i64);
    for lot in &after.lots {
        let Some(was) = old.get(&key(lot)) else {
            stability.added += 1;
            changes.push(one_sided(lot, false));
            continue;
        };
        stability.kept += 1;
        let pairs = pairs(was, lot);
        for (was, is) in pairs.iter().filter_map(|(was, is)| was.zip(*is)) {
            moved_by = moved_by.saturating_add((is.start.seconds - was.start.seconds).0.abs());
            moved += 1;
        }
        let stays = |pair: &(Option<&OperationEntry>, Option<&OperationEntry>)| stays(pair, tolerance);
        let other_line = pairs.iter().any(|(was, is)| was.map(|was| &was.line) != is.map(|is| &is.line));
        let all_stay = pairs.iter().all(stays);
        let same_pieces = was.quantity == lot.quantity;
        stability.untouched += usize::from(all_stay && same_pieces);
        stability.other_line += usize::from(other_line);
        stability.other_start += usize::from(!other_line && !all_stay);
        stability.other_quantity += usize::from(!same_pieces);
        if !all_stay || !same_pieces {
            let changed = pairs.iter().filter(|pair| !stays(pair));
            let operations = changed.map(|(was, is)| OperationChange::of(*was, *is)).collect();
            changes.push(LotChange { quantity_before: Some(was.quantity), operations, ..one_sided(lot, false) });
        }
    }
    for lot in before.lots.iter().filter(|lot| !new.contains_key(&key(lot))) {
        stability.removed += 1;
        changes.push(one_sided(lot, true));
    }
    stability.untouched_share = match stability.kept {
        0 => 1.0,
        kept => (stability.untouched as f64 / kept as f64 * 10_000.0).round() / 10_000.0,
    };
    stability.mean_start_move_hours = hours(moved_by, moved);
    (changes, stability)
}

/// A lot that only one of the plans has.
fn one_sided(lot: &LotEntry, removed: bool) -> LotChange {
    let (here, none) = (Some(lot.quantity), None);
    let operation = |operation| match removed {
        true => OperationChange::of(Some(operation), None),
        false => OperationChange::of(None, Some(operation)),
    };
    LotChange {
        order: lot.order.clone(),
        item: lot.item.clone(),
        lot: lot.lot,
        quantity_before: if removed { here } else { none },
        quantity_after: if removed { none } else { here },
        operations: lot.operations.iter().map(operation).collect(),
    }
}

impl OperationChange {
    fn of(was: Option<&OperationEntry>, is: Option<&OperationEntry>) -> Self {
        let place = |entry: &OperationEntry| Place { line: entry.line.clone(), start: entry.start };
        let named = was.or(is).and_then(|entry| entry.operation.clone());
        Self { operation: named, before: was.map(place), after: is.map(place) }
    }
}

type Pair<'a> = (Option<&'a OperationEntry>, Option<&'a OperationEntry>);

/// The operations of a lot in both plans, by name.
fn pairs<'a>(was: &'a LotEntry, is: &'a LotEntry) -> Vec<Pair<'a>> {
    let named = |lot: &'a LotEntry, name: &Option<String>| lot.operations.iter().find(|entry| entry.operation == *name);
    let mut pairs: Vec<Pair<'a>> =
        is.operations.iter().map(|entry| (named(was, &entry.operation), Some(entry))).collect();
    let gone = was.operations.iter().filter(|entry| named(is, &entry.operation).is_none());
    pairs.extend(gone.map(|entry| (Some(entry), None)));
    pairs
}

fn stays((was, is): &Pair<'_>, tolerance: Seconds) -> bool {
    let near = |was: &OperationEntry, is: &OperationEntry| {
        was.line == is.line && (is.start.seconds - was.start.seconds).0.abs() <= tolerance.0
    };
    was.zip(*is).is_some_and(|(was, is)| near(was, is))
}

fn overtime(before: &Solution, after: &Solution) -> Vec<OvertimeChange> {
    let windows = |plan: &Solution| -> BTreeSet<(String, Instant)> {
        let of_line = |line: &crate::solution::LineEntry| {
            let id = line.id.clone();
            line.overtime.clone().into_iter().map(move |from| (id.clone(), from))
        };
        plan.lines.iter().flat_map(of_line).collect()
    };
    let (old, new) = (windows(before), windows(after));
    old.symmetric_difference(&new)
        .map(|(line, from)| {
            let opened = new.contains(&(line.clone(), *from));
            OvertimeChange { line: line.clone(), from: *from, opened }
        })
        .collect()
}

/// Seconds over a count in hours, to four places; 0 for none.
fn hours(seconds: i64, count: i64) -> f64 {
    if count == 0 { 0.0 } else { (seconds as f64 / count as f64 / 0.36).round() / 10_000.0 }
}

#[cfg(test)]
mod tests;
