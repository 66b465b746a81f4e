//! Orders and their items, each by itself; every fault here is that order's own.

use super::baseline::frozen_orders;
use super::names::Names;
use crate::diagnostic::{Diagnostic, Severity, codes};
use crate::model::order::MAXIMUM_PIECES;
use crate::model::{Instance, Item, Order};
use crate::units::Money;
use rustc_hash::{FxHashMap, FxHashSet};

/// Judges every order.
pub(super) fn check(instance: &Instance, names: &Names<'_>, faults: &mut Vec<Diagnostic>) {
    let frozen = frozen_orders(instance);
    for (index, order) in instance.orders.iter().enumerate() {
        let base = format!("/orders/{index}");
        let first = faults.len();
        check_dates(instance, order, &base, &frozen, faults);
        check_costs(order, &base, faults);
        check_region(names, order, &base, faults);
        if order.items.is_empty() {
            let message = format!("The order \"{}\" has no items.", order.id);
            let remedy = "Add an item, or remove the order.";
            faults.push(Diagnostic::error(codes::EMPTY_ORDER, format!("{base}/items"), message, remedy));
        }
        check_item_names(order, &base, faults);
        for (at, item) in order.items.iter().enumerate() {
            check_item(names, item, &format!("{base}/items/{at}"), faults);
        }
        faults[first..].iter_mut().for_each(|fault| fault.order = Some(order.id.clone()));
    }
    faults.extend(default_late_costs(instance));
}

/// Whether there is anything left to make of an order.
pub(super) fn has_work(order: &Order) -> bool {
    order.items.iter().any(|item| item.remaining() > 0)
}

fn check_dates(instance: &Instance, order: &Order, base: &str, frozen: &FxHashSet<&str>, faults: &mut Vec<Diagnostic>) {
    let begin = order.release.map_or(instance.start, |release| release.max(instance.start));
    // An order that is finished, or is a fact already, is not held against its dates.
    let free = has_work(order) && !frozen.contains(order.id.as_str());
    if let Some(deadline) = order.deadline.filter(|deadline| free && *deadline <= begin) {
        faults.push(Diagnostic::error(
            codes::DEADLINE_BEFORE_RELEASE,
            format!("{base}/deadline"),
            format!("The deadline {deadline} is no later than {begin}, when the order \"{}\" can begin.", order.id),
            "Move the deadline, or remove the order.",
        ));
    }
    if let Some(due) = order.due.filter(|due| free && *due < begin) {
        let message =
            format!("The order \"{}\" is due {due}, before it can begin at {begin}: it will be late.", order.id);
        let remedy = "Correct `due`, or accept the lateness.";
        let fault = Diagnostic::error(codes::DUE_BEFORE_START, format!("{base}/due"), message, remedy);
        faults.push(fault.with_severity(Severity::Warning));
    }
}

fn check_costs(order: &Order, base: &str, faults: &mut Vec<Diagnostic>) {
    if order.due.is_some() {
        return;
    }
    if order.holding_cost_per_day > Money::ZERO {
        faults.push(Diagnostic::error(
            codes::HOLDING_WITHOUT_DUE,
            format!("{base}/holding_cost_per_day"),
            format!("The order \"{}\" has a holding cost but no `due` to be early against.", order.id),
            "Add `due`, or remove the holding cost.",
        ));
    }
    // Harmless to the plan, but `due` was probably forgotten.
    let fields = [("late_cost_per_day", order.late_cost_per_day), ("late_cost_once", order.late_cost_once)];
    for (field, _) in fields.into_iter().filter(|(_, cost)| cost.is_some()) {
        let fault = Diagnostic::error(
            codes::LATE_COST_WITHOUT_DUE,
            format!("{base}/{field}"),
            format!("The order \"{}\" has a late cost but no `due`, so it is never late.", order.id),
            "Add `due`, or remove the late cost.",
        );
        faults.push(fault.with_severity(Severity::Warning));
    }
}

/// A region no site lists can still be served by lines without a site or from sites that deliver everywhere;
/// where it cannot, `possible` says so.
fn check_region(names: &Names<'_>, order: &Order, base: &str, faults: &mut Vec<Diagnostic>) {
    let Some(region) = order.region.as_deref().filter(|region| !names.regions.contains(region)) else { return };
    if names.regions.is_empty() {
        return;
    }
    let fault = Diagnostic::error(
        codes::UNKNOWN_REGION,
        format!("{base}/region"),
        format!("No site lists the region \"{region}\" of the order \"{}\".", order.id),
        names.regions.remedy(region),
    );
    faults.push(fault.with_severity(Severity::Warning));
}

/// Items go by their id, or by their index: neither may be taken twice.
fn check_item_names(order: &Order, base: &str, faults: &mut Vec<Diagnostic>) {
    if order.items.len() < 2 && order.items.iter().all(|item| item.id.as_deref() != Some("")) {
        return;
    }
    let mut seen: FxHashMap<String, usize> = FxHashMap::default();
    for (at, item) in order.items.iter().enumerate() {
        let name = item.name(at);
        let pointer = format!("{base}/items/{at}");
        if name.is_empty() {
            let message = "The item has an empty id.";
            let remedy = "Give it a name, or leave `id` out.";
            faults.push(Diagnostic::error(codes::EMPTY_NAME, format!("{pointer}/id"), message, remedy));
        } else if let Some(first) = seen.get(&name) {
            let message = format!("The item \"{name}\" is already at {base}/items/{first}.");
            let remedy = "Rename one of the two; an item without `id` goes by its index.";
            faults.push(Diagnostic::error(codes::DUPLICATE_ID, pointer, message, remedy));
        } else {
            seen.insert(name, at);
        }
    }
}

fn check_item(names: &Names<'_>, item: &Item, base: &str, faults: &mut Vec<Diagnostic>) {
    // Most items name a variant, a quantity and nothing else.
    let suspect = !names.variants.contains(&item.variant)
        || !(1..=MAXIMUM_PIECES).contains(&item.quantity)
        || !(0..=MAXIMUM_PIECES).contains(&item.done)
        || item.maximum_lots != 1
        || item.minimum_lot != 1;
    if !suspect {
        return;
    }
    faults.extend(names.variants.refer(codes::UNKNOWN_VARIANT, format!("{base}/variant"), &item.variant));
    let numbers = [("quantity", item.quantity), ("done", item.done), ("minimum_lot", item.minimum_lot)];
    for (field, number) in numbers {
        let pointer = format!("{base}/{field}");
        if number < 0 {
            let message = format!("The {field} {number} is negative.");
            let remedy = "Write a number that is 0 or more; returns are not orders.";
            faults.push(Diagnostic::error(codes::NEGATIVE_NUMBER, pointer, message, remedy));
        } else if number > MAXIMUM_PIECES {
            let message = format!("The {field} {number} is above {MAXIMUM_PIECES}.");
            faults.push(Diagnostic::error(codes::OUT_OF_RANGE, pointer, message, "Write a smaller number."));
        }
    }
    if item.quantity == 0 {
        faults.push(Diagnostic::error(
            codes::ITEM_QUANTITY,
            format!("{base}/quantity"),
            "The item orders no pieces.",
            "Write a number above 0, or remove the item; finished pieces go into `done`.",
        ));
    }
    check_lots(item, base, faults);
}

fn check_lots(item: &Item, base: &str, faults: &mut Vec<Diagnostic>) {
    let mut limit = |field: &str, message: String| {
        let remedy = "Write 1 or more, or leave it out.";
        faults.push(Diagnostic::error(codes::LOT_LIMITS, format!("{base}/{field}"), message, remedy));
    };
    if item.maximum_lots == 0 {
        limit("maximum_lots", "An item in no lots cannot be made.".to_string());
    }
    if item.minimum_lot == 0 {
        limit("minimum_lot", "A lot has at least one piece.".to_string());
    }
    let remaining = i128::from(item.remaining());
    if item.maximum_lots > 1 && remaining > 0 && i128::from(item.minimum_lot) * 2 > remaining {
        let fault = Diagnostic::error(
            codes::LOT_LIMITS,
            format!("{base}/minimum_lot"),
            format!(
                "{remaining} pieces cannot be split into lots of at least {}: they stay one lot.",
                item.minimum_lot
            ),
            "Lower `minimum_lot` if a split is wanted.",
        );
        faults.push(fault.with_severity(Severity::Note));
    }
}

/// One note for all orders that take the objective's late cost: a forgotten price must not go unnoticed, nor drown.
fn default_late_costs(instance: &Instance) -> Option<Diagnostic> {
    let mut affected = instance.orders.iter().enumerate().filter(|(_, order)| {
        order.due.is_some() && order.late_cost_per_day.is_none() && order.late_cost_once.is_none() && has_work(order)
    });
    let (first, order) = affected.next()?;
    let shown: Vec<&str> = std::iter::once(order.id.as_str())
        .chain(affected.clone().take(2).map(|(_, order)| order.id.as_str()))
        .collect();
    let count = 1 + affected.count();
    let more = if count > shown.len() { ", ..." } else { "" };
    let price = instance.objective.late_cost_per_day;
    let message = format!(
        "{count} orders with `due` have no late cost ({}{more}): each day late costs {price}.",
        shown.join(", ")
    );
    let remedy = "Give them `late_cost_per_day`, or set `objective.late_cost_per_day`.";
    let fault = Diagnostic::error(codes::LATE_COST_DEFAULT, format!("/orders/{first}/due"), message, remedy);
    Some(fault.with_severity(Severity::Note))
}
