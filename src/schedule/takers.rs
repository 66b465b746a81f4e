//! Who takes from scarce supplies when, once everything is timed: how much earlier one of them could.
//!
//! While sequences are timed, takers wait in an order that is decided beforehand (see `coupling`). Afterwards the
//! order does not matter any more, only that at every instant what has been taken is covered.

use super::coupling::amount_taken;
use super::timing::Timed;
use crate::plan::{OpIdx, Plan};
use crate::problem::{Problem, SupplyIdx};
use crate::units::{IdVec, Seconds};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// Takers of every scarce supply by start.
pub(super) struct Takers<'p> {
    problem: &'p Problem,
    /// Start, operation (none for a fact) and millionths.
    by_start: IdVec<SupplyIdx, Vec<(Seconds, Option<OpIdx>, i64)>>,
    /// The supplies each operation takes from: mostly one, of many.
    supplies_of: FxHashMap<OpIdx, SmallVec<[SupplyIdx; 2]>>,
}

impl<'p> Takers<'p> {
    /// The takers of a timed plan.
    pub fn new(problem: &'p Problem, plan: &Plan, timed: &IdVec<OpIdx, Timed>) -> Self {
        let of_supply = |supply: SupplyIdx| {
            let facts = problem.supplies[supply].facts.iter().map(|&(start, amount)| (start, None, amount));
            let decided = plan.takings[supply].iter().map(|&operation| {
                let line = timed[operation].line;
                let quantity = plan.lots[plan.operations[operation].lot].quantity;
                let amount = amount_taken(problem, plan.kind(problem, operation), line, quantity, supply);
                (timed[operation].start, Some(operation), amount)
            });
            let mut takers: Vec<_> = facts.chain(decided).collect();
            takers.sort_unstable();
            takers
        };
        let mut supplies_of: FxHashMap<OpIdx, SmallVec<[SupplyIdx; 2]>> = FxHashMap::default();
        for (supply, takers) in plan.takings.enumerate() {
            for &taker in takers {
                supplies_of.entry(taker).or_default().push(supply);
            }
        }
        Self { problem, by_start: problem.supplies.ids().map(of_supply).collect(), supplies_of }
    }

    /// The earliest an operation that starts at `start` could, as far as materials go; not looked for before `bound`.
    pub fn earliest(&self, operation: OpIdx, start: Seconds, bound: Seconds) -> Seconds {
        let of_supply = |&supply| self.earliest_of(supply, operation, start, bound);
        let supplies = self.supplies_of.get(&operation).map_or(&[][..], SmallVec::as_slice);
        supplies.iter().map(of_supply).fold(bound, Seconds::max)
    }

    fn earliest_of(&self, supply: SupplyIdx, operation: OpIdx, start: Seconds, bound: Seconds) -> Seconds {
        if bound >= start {
            return bound;
        }
        let takers = &self.by_start[supply];
        let Ok(place) = takers.binary_search_by_key(&(start, Some(operation)), |taker| (taker.0, taker.1)) else {
            return bound;
        };
        let own = takers[place].2;
        let facts = &self.problem.supplies[supply];
        let mut before = takers.partition_point(|taker| taker.0 < start);
        let mut taken: i64 = takers[..before].iter().map(|taker| taker.2).sum();
        let mut earliest = start;
        // Backwards from instant to instant at which something comes or is taken: between two, nothing changes.
        while earliest > bound {
            let last_taken = before.checked_sub(1).map(|index| takers[index].0);
            let from = last_taken.max(facts.arrival_before(earliest)).unwrap_or(bound).max(bound);
            // From `from` to before `earliest`, with everything taken up to and at `from`.
            if facts.arrived_by(from) < taken.saturating_add(own) {
                break;
            }
            earliest = from;
            while before > 0 && takers[before - 1].0 >= from {
                before -= 1;
                taken -= takers[before].2;
            }
        }
        earliest
    }

    /// Those that take from the supplies an operation takes from, itself among them.
    pub fn beside(&self, operation: OpIdx) -> Vec<OpIdx> {
        let supplies = self.supplies_of.get(&operation).map_or(&[][..], SmallVec::as_slice);
        supplies.iter().flat_map(|&supply| self.by_start[supply].iter().filter_map(|taker| taker.1)).collect()
    }

    /// Whether an operation takes from any.
    pub fn takes(&self, operation: OpIdx) -> bool {
        self.supplies_of.contains_key(&operation)
    }

    /// Notes that an operation's start has moved.
    pub fn moved(&mut self, operation: OpIdx, start: Seconds) {
        let supplies = self.supplies_of.get(&operation).map_or(&[][..], SmallVec::as_slice);
        for &supply in supplies {
            let takers = &mut self.by_start[supply];
            if let Some(taker) = takers.iter_mut().find(|taker| taker.1 == Some(operation)) {
                taker.0 = start;
                takers.sort_unstable();
            }
        }
    }
}
