//! The orders that hold what a late order waits for: its place on a line, or a material they take before it.

use super::causes::Late;
use crate::problem::OrderIdx;
use crate::schedule::what_if::{Answer, Change, Hold};
use crate::units::Seconds;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cmp::Reverse;

/// Other orders are taken away one after another up to this many.
const MOST_HOLDERS: usize = 60;

/// Who holds what an order waits for.
pub(super) struct Holders {
    /// Without all of these it is on time, and none of them can be left in.
    pub orders: Vec<String>,
    /// Those that each alone would make room enough, the longest first.
    pub each_enough: Vec<String>,
    /// When it would be delivered without all of them.
    pub delivery: Seconds,
}

impl Late<'_, '_> {
    /// The orders that hold what it waits for; none where taking away so many does not help.
    pub(super) fn holders(&self) -> Option<Holders> {
        let mut absent: FxHashSet<OrderIdx> = FxHashSet::default();
        let mut taken: Vec<OrderIdx> = Vec::new();
        let mut answer = self.base.clone();
        while answer.delivery > self.due {
            if taken.len() == MOST_HOLDERS {
                return None;
            }
            let largest = self.largest_holder(&answer, &absent)?;
            absent.insert(largest);
            taken.push(largest);
            answer = self.without(&absent)?;
        }
        for &order in &taken {
            absent.remove(&order);
            if self.without(&absent).is_none_or(|answer| answer.delivery > self.due) {
                absent.insert(order);
            }
        }
        let delivery = self.without(&absent)?.delivery;
        let alone = |order: &&OrderIdx| self.is_on_time(&without_these(FxHashSet::from_iter([**order])));
        let each_enough = taken.iter().filter(alone).map(|&one| self.desk.order_name(one)).collect();
        let mut kept: Vec<OrderIdx> = absent.into_iter().collect();
        kept.sort_unstable();
        let orders = kept.into_iter().map(|order| self.desk.order_name(order)).collect();
        Some(Holders { orders, each_enough, delivery })
    }

    fn without(&self, absent: &FxHashSet<OrderIdx>) -> Option<Answer> {
        self.desk.what_if.ask(&self.behind, &without_these(absent.clone()))
    }

    /// Of the orders on the late lots' ways the one that takes most time there; where nobody does, the one that takes most
    /// of a material that is waited for.
    fn largest_holder(&self, answer: &Answer, absent: &FxHashSet<OrderIdx>) -> Option<OrderIdx> {
        let (mut times, mut amounts): (FxHashMap<OrderIdx, i64>, FxHashMap<OrderIdx, i64>) = Default::default();
        for (operation, step) in self.late_ways(answer).iter().flatten() {
            let order = self.order_of(*operation);
            if order != self.order && step.held_by != Hold::Fact {
                *times.entry(order).or_default() += (step.end - step.start).0;
            }
            let Hold::Material(supply) = step.held_by else { continue };
            for (taker, amount) in self.desk.what_if.takers_before(supply, *operation) {
                let order = self.order_of(taker);
                if order != self.order && !absent.contains(&order) {
                    *amounts.entry(order).or_default() += amount;
                }
            }
        }
        let largest = |held: FxHashMap<OrderIdx, i64>| {
            held.into_iter().max_by_key(|&(order, held)| (held, Reverse(order))).map(|(order, _)| order)
        };
        largest(times).or_else(|| largest(amounts))
    }
}

fn without_these(absent: FxHashSet<OrderIdx>) -> Change {
    Change { absent, ..Change::default() }
}
