//! From a plan file back to decisions: lots, sequences, taking order, overtime. Its times and costs are not used.
//!
//! The plan may be yesterday's: lots of orders that are gone are passed over, orders whose lots do not add up to what
//! is left of them count as left out.

use crate::model::{Instance, LotEntry, OperationEntry};
use crate::plan::{Fate, OpIdx, Plan};
use crate::problem::{ItemIdx, LineIdx, OrderIdx, Problem};
use crate::solution::Solution;
use crate::units::{Id, IdVec, Pieces, Seconds};
use rustc_hash::FxHashMap;

/// The decisions of `solution`, as far as they concern `instance`.
pub(crate) fn plan_of(instance: &Instance, problem: &Problem, solution: &Solution) -> Plan {
    let orders: FxHashMap<&str, OrderIdx> =
        instance.orders.iter().enumerate().map(|(index, order)| (order.id.as_str(), OrderIdx::at(index))).collect();
    let lines: FxHashMap<&str, LineIdx> =
        instance.lines.iter().enumerate().map(|(index, line)| (line.id.as_str(), LineIdx::at(index))).collect();
    let mut lots_of: IdVec<ItemIdx, Vec<&LotEntry>> = IdVec::filled(Vec::new(), problem.items.len());
    for lot in &solution.lots {
        if let Some(item) = orders.get(lot.order.as_str()).and_then(|&order| item_named(instance, problem, order, lot))
        {
            lots_of[item].push(lot);
        }
    }
    let mut plan = Plan::empty(problem);
    let mut started: Vec<(LineIdx, Seconds, OpIdx)> = Vec::new();
    for order in problem.orders.ids().filter(|&order| !problem.orders[order].nothing_left) {
        let whole = problem.orders[order].items().all(|item| adds_up(instance, problem, item, &lots_of[item], &lines));
        if !whole {
            continue;
        }
        plan.fates[order] = Fate::Made;
        let numbered = problem.orders[order].items().flat_map(|item| {
            let numbers = numbers(problem, item, &lots_of[item]);
            lots_of[item].iter().zip(numbers).map(move |(lot, number)| (item, lot, number))
        });
        for (item, written, number) in numbered {
            let lot = plan.add_lot(problem, item, number, written.quantity);
            for (step, operation) in in_order_of_route(instance, problem, item, written).enumerate() {
                let id = plan.operation(lot, step);
                if !plan.is_fact(problem, id) {
                    started.push((lines[operation.line.as_str()], operation.start.seconds, id));
                }
            }
        }
    }
    started.sort_unstable();
    for &(line, _, operation) in &started {
        plan.sequences[line].push(operation);
    }
    started.sort_unstable_by_key(|&(_, start, operation)| (start, operation));
    for &(line, _, operation) in &started {
        let kind = plan.kind(problem, operation);
        for &(material, _) in &problem.kinds[kind].takes {
            if let Some(supply) = problem.supply_lookup.supply(material, problem.lines[line].site)
                && problem.supplies[supply].scarce
                && plan.takings[supply].last() != Some(&operation)
            {
                plan.takings[supply].push(operation);
            }
        }
    }
    for entry in &solution.lines {
        if let Some(&line) = lines.get(entry.id.as_str()) {
            let windows = problem.lines[line].overtime.iter().enumerate();
            plan.overtime[line] = windows
                .filter(|(_, window)| entry.overtime.iter().any(|from| from.seconds == window.span.from))
                .map(|(place, _)| place)
                .collect();
        }
    }
    plan
}

/// The numbers of an item's lots: as they are written where they count from 0, else the first free ones; facts keep theirs.
fn numbers(problem: &Problem, item: ItemIdx, lots: &[&LotEntry]) -> Vec<u32> {
    let mut sorted: Vec<u32> = lots.iter().map(|lot| lot.lot).collect();
    sorted.sort_unstable();
    if sorted.iter().copied().eq(0..lots.len() as u32) {
        return lots.iter().map(|lot| lot.lot).collect();
    }
    let facts = &problem.items[item].frozen_lots;
    let facts: Vec<_> = facts.iter().map(|&lot| &problem.baseline.lots[lot as usize]).collect();
    let fact_of = |lot: &LotEntry| facts.iter().find(|fact| fact.number == lot.lot && fact.quantity == lot.quantity);
    let mut free = (0..).filter(|number| facts.iter().all(|fact| fact.number != *number));
    let mut kept: Vec<u32> = Vec::new();
    let number = |lot: &&LotEntry| match fact_of(lot).filter(|fact| !kept.contains(&fact.number)) {
        Some(fact) => {
            kept.push(fact.number);
            fact.number
        }
        None => free.next().unwrap_or(u32::MAX),
    };
    lots.iter().map(number).collect()
}

fn item_named(instance: &Instance, problem: &Problem, order: OrderIdx, lot: &LotEntry) -> Option<ItemIdx> {
    let items = &instance.orders[order.position()].items;
    let place = items.iter().enumerate().position(|(index, item)| item.name(index) == lot.item)?;
    Some(ItemIdx(problem.orders[order].items.start + place as u32))
}

/// The operations of a lot in the order of its route, whatever their order in the file; unknown ones are passed over.
fn in_order_of_route<'a>(
    instance: &'a Instance,
    problem: &Problem,
    item: ItemIdx,
    lot: &'a LotEntry,
) -> impl Iterator<Item = &'a OperationEntry> {
    let route = problem.written_route(item).map(|place| &instance.routes[place]);
    let names = route.map_or_else(|| vec![None], |route| route.operations.iter().map(|step| Some(&step.id)).collect());
    names.into_iter().filter_map(|name| lot.operations.iter().find(|operation| operation.operation.as_ref() == name))
}

/// Whether the lots cover what is left of an item, on lines that can run them.
fn adds_up(
    instance: &Instance,
    problem: &Problem,
    item: ItemIdx,
    lots: &[&LotEntry],
    lines: &FxHashMap<&str, LineIdx>,
) -> bool {
    let facts = &problem.items[item];
    let steps = problem.route_of(item).steps.len();
    let made = lots.iter().try_fold(0, |sum: Pieces, lot| sum.checked_add(lot.quantity));
    let small = lots.len() > 1 && lots.iter().any(|lot| lot.quantity < facts.minimum_lot);
    let frozen_kept = facts
        .frozen_lots
        .iter()
        .map(|&lot| &problem.baseline.lots[lot as usize])
        .all(|frozen| lots.iter().any(|lot| lot.lot == frozen.number && lot.quantity == frozen.quantity));
    let able = lots.iter().all(|lot| {
        lot.operations.len() == steps
            && in_order_of_route(instance, problem, item, lot).count() == steps
            && in_order_of_route(instance, problem, item, lot).enumerate().all(|(step, operation)| {
                lines
                    .get(operation.line.as_str())
                    .is_some_and(|&line| problem.rate_on(problem.kind_of(item, step), line).is_some())
            })
    });
    made == Some(facts.remaining)
        && (lots.len() as u64) <= u64::from(facts.maximum_lots)
        && !small
        && frozen_kept
        && able
}
