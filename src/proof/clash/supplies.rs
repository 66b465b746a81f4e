//! Materials: what must have been taken by an instant is at most what has come by then.

use super::Proof;
use super::tasks::Tasks;
use crate::problem::{OrderIdx, Problem, SupplyIdx};
use crate::units::{Pieces, Seconds};

/// What one operation takes of some stocks at least, by when.
struct Taking {
    order: OrderIdx,
    by: Seconds,
    amount: Pieces,
}

/// Stocks of which orders must take more than comes in time, with the orders that do.
pub(super) fn overdrawn(problem: &Problem, tasks: &Tasks, orders: &[OrderIdx]) -> Option<(Proof, Vec<OrderIdx>)> {
    // Each stock by itself, and all of a material together.
    let alone = problem.supplies.enumerate().filter(|(_, supply)| supply.scarce).map(|(id, _)| vec![id]);
    let mut groups: Vec<Vec<SupplyIdx>> = alone.collect();
    let mut together: Vec<Vec<SupplyIdx>> = (0..problem.supply_lookup.materials())
        .map(|material| problem.supply_lookup.all_of(material).collect())
        .collect();
    together.retain(|group| group.len() > 1 && group.iter().any(|&id| problem.supplies[id].scarce));
    groups.extend(together);
    groups.into_iter().find_map(|group| overdrawn_group(problem, tasks, orders, group))
}

fn overdrawn_group(
    problem: &Problem,
    tasks: &Tasks,
    orders: &[OrderIdx],
    group: Vec<SupplyIdx>,
) -> Option<(Proof, Vec<OrderIdx>)> {
    let mut takings: Vec<Taking> = Vec::new();
    for &order in orders {
        for task in &tasks.of[order].tasks {
            let amounts = task.modes.iter().map(|mode| {
                let site = problem.lines[mode.line].site;
                let takes = problem.kinds[task.kind].takes.iter();
                let of_group = takes.filter(|&&(material, _)| {
                    problem.supply_lookup.supply(material, site).is_some_and(|supply| group.contains(&supply))
                });
                of_group.fold(0i64, |sum, &(_, per)| sum.saturating_add(per.saturating_mul(mode.pieces)))
            });
            let amount = amounts.min().unwrap_or_default();
            let by = task.modes.iter().map(|mode| mode.started_by).max().unwrap_or(problem.end);
            if amount > 0 {
                takings.push(Taking { order, by, amount });
            }
        }
    }
    takings.sort_by_key(|taking| taking.by);
    let mut needed = 0i64;
    for (index, taking) in takings.iter().enumerate() {
        needed = needed.saturating_add(taking.amount);
        let available = available(problem, &group, taking.by);
        if needed > available {
            let mut taking_part: Vec<OrderIdx> = takings[..=index].iter().map(|taking| taking.order).collect();
            taking_part.sort_unstable();
            taking_part.dedup();
            let by = taking.by;
            return Some((Proof::Material { supplies: group, by, needed, available }, taking_part));
        }
    }
    None
}

/// All that has come by an instant, less what facts have taken by then.
fn available(problem: &Problem, group: &[SupplyIdx], by: Seconds) -> Pieces {
    let of_supply = group.iter().map(|&id| {
        let supply = &problem.supplies[id];
        let taken = supply.facts.iter().filter(|fact| fact.0 <= by).fold(0i64, |sum, fact| sum.saturating_add(fact.1));
        // What facts overdraw in one stock is not taken from another one.
        supply.arrived_by(by).saturating_sub(taken).max(0)
    });
    of_supply.fold(0, i64::saturating_add)
}
