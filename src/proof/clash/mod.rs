//! Proofs that the orders that must be made cannot all be, and the few of them that clash.
//!
//! Three relaxations, each true of every plan, all in whole numbers, no solver: an operation has an earliest start and a
//! latest end (releases, routes, calendars with all overtime opened, deadlines); whatever must be done on some lines
//! within some time fits into their open time, changeovers included; whatever is taken by an instant has come by then. A
//! proof is found over all orders that must be made, then orders are left out one by one as long as there still is a
//! proof: with any order less nothing is proved any more. None found proves nothing.
//!
//! Knows neither how plans are made nor how a proof is worded.

mod capacity;
mod supplies;
mod tasks;
#[cfg(test)]
mod tests;

use crate::problem::{LineIdx, OrderIdx, Problem, SupplyIdx};
use crate::units::{Pieces, Seconds};
use tasks::Tasks;

/// Orders that must be made and cannot all be, and what they clash over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clash {
    /// All of them are needed: without any one there is no proof.
    pub orders: Vec<OrderIdx>,
    /// Why.
    pub proof: Proof,
}

/// Why some orders cannot all be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// One operation cannot run anywhere between the earliest start and the latest end its order leaves it.
    NoPlace {
        /// The place of its item in the order, and its step of the route.
        item: usize,
        /// Its step of the route.
        step: u16,
        /// The lines that could run it, were there more time.
        lines: Vec<LineIdx>,
    },
    /// More work must be done on some lines than they are open for.
    Capacity {
        /// The lines.
        lines: Vec<LineIdx>,
        /// From when on.
        from: Seconds,
        /// Until when.
        to: Seconds,
        /// Their open seconds between the two, all overtime opened.
        open: Seconds,
        /// Seconds of runs that must be done there and then.
        work: Seconds,
        /// Seconds of changeovers between them at least.
        changeovers: Seconds,
    },
    /// More of a material must be taken than has come.
    Material {
        /// The stocks it could be taken from.
        supplies: Vec<SupplyIdx>,
        /// By when.
        by: Seconds,
        /// Millionths that must have been taken by then.
        needed: Pieces,
        /// Millionths that have come, less what facts have taken.
        available: Pieces,
    },
}

/// A clash among the orders that must be made; none where none is found.
pub(crate) fn find(problem: &Problem) -> Option<Clash> {
    let all = Tasks::new(problem);
    let must = |&id: &OrderIdx| problem.orders[id].reject_cost.is_none() && !problem.orders[id].nothing_left;
    let orders: Vec<OrderIdx> = problem.orders.ids().filter(must).collect();
    let (mut proof, mut orders) = prove(problem, &all, &orders)?;
    // A proof may name fewer orders than it was looked for among. Where it does all are tried once more: among fewer
    // orders windows are less thinned out, so that what was needed before may not be now.
    let mut needed = 0;
    while needed < orders.len() {
        let without: Vec<OrderIdx> = orders.iter().copied().filter(|&order| order != orders[needed]).collect();
        match prove(problem, &all, &without) {
            Some(other) => ((proof, orders), needed) = (other, 0),
            None => needed += 1,
        }
    }
    orders.sort_unstable();
    Some(Clash { orders, proof })
}

/// A proof that these orders cannot all be made, with those of them that take part in it.
fn prove(problem: &Problem, tasks: &Tasks, orders: &[OrderIdx]) -> Option<(Proof, Vec<OrderIdx>)> {
    for &order in orders {
        if let Some(nowhere) = tasks.of[order].nowhere.clone() {
            return Some((nowhere, vec![order]));
        }
    }
    supplies::overdrawn(problem, tasks, orders).or_else(|| capacity::overfull(problem, tasks, orders))
}
