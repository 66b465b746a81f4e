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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::MICRO;
    use rand::{RngExt as _, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;
    use serde_json::json;

    /// Seconds looked at, and the first of them.
    const HORIZON: i64 = 24;
    const START: i64 = 1_772_409_600;

    /// Two materials that come a few times within the horizon.
    fn supplies(random: &mut Xoshiro256PlusPlus) -> Problem {
        let mut material = |id: &str| {
            let mut arrival = || {
                let at = format!("2026-03-02T00:00:{:02}Z", random.random_range(1..HORIZON));
                json!({"at": at, "quantity": random.random_range(1..4)})
            };
            json!({"id": id, "arrivals": [arrival(), arrival(), arrival()], "stock": random.random_range(0..6)})
        };
        let materials = [material("felt"), material("wool")];
        let instance = json!({"format": "lotwise/1", "start": "2026-03-02T00:00:00Z", "materials": materials,
            "lines": [{"id": "loom", "rates": [{"seconds_per_unit": 1}]}],
            "variants": [{"id": "hat", "materials": [{"id": "felt", "per_unit": 9}, {"id": "wool", "per_unit": 9}]}],
            "orders": [{"id": "all", "items": [{"variant": "hat", "quantity": 9}]}]});
        Problem::new(&serde_json::from_value(instance).unwrap())
    }

    /// The same second by second: back while all taken from the first supply up to each of them is there.
    fn by_seconds(takers: &Takers<'_>, supply: SupplyIdx, (operation, start): (OpIdx, i64), bound: i64) -> i64 {
        let of_supply = &takers.by_start[supply];
        let own = of_supply.iter().find(|taker| taker.1 == Some(operation)).unwrap().2;
        let others = |instant: i64| -> i64 {
            let before = of_supply.iter().filter(|taker| taker.1 != Some(operation) && taker.0 <= Seconds(instant));
            before.map(|taker| taker.2).sum()
        };
        let covered =
            |instant: i64| others(instant) + own <= takers.problem.supplies[supply].arrived_by(Seconds(instant));
        (bound..start).rev().find(|&instant| !covered(instant)).map_or(bound.min(start), |instant| instant + 1)
    }

    #[test]
    fn nobody_goes_ahead_of_what_has_come_or_of_what_others_take() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(5);
        let (mut held, mut free) = (0_u32, 0_u32);
        for _ in 0..400 {
            let problem = supplies(&mut random);
            let mut takers = Takers {
                problem: &problem,
                by_start: problem.supplies.ids().map(|_| Vec::new()).collect(),
                supplies_of: FxHashMap::default(),
            };
            // Facts, those that take of one supply, and one of both.
            let starts: Vec<i64> = (0..6).map(|_| START + random.random_range(0..HORIZON)).collect();
            for (index, &start) in starts.iter().enumerate() {
                let operation = OpIdx(index as u32);
                for supply in problem.supplies.ids().filter(|supply| index == 0 || supply.0 as usize == index % 2) {
                    let amount = random.random_range(0..3) * MICRO;
                    takers.by_start[supply].push((Seconds(start), (index < 4).then_some(operation), amount));
                    takers.supplies_of.entry(operation).or_default().push(supply);
                }
            }
            takers.by_start.iter_mut().for_each(|of_supply| of_supply.sort_unstable());
            for (index, &start) in starts[..4].iter().enumerate() {
                let (operation, bound) = (OpIdx(index as u32), START + random.random_range(-1..HORIZON));
                let of_supply = |&supply| by_seconds(&takers, supply, (operation, start), bound);
                let expected = takers.supplies_of[&operation].iter().map(of_supply).max().unwrap().max(bound);
                let earliest = takers.earliest(operation, Seconds(start), Seconds(bound));
                assert_eq!(
                    earliest,
                    Seconds(expected),
                    "{operation:?} from {start}, not before {bound}: {:?}",
                    takers.by_start
                );
                held += u32::from(bound < expected && expected < start);
                free += u32::from(bound == expected && expected < start);
                // It goes there; the others are looked at afterwards.
                let mut others = takers.by_start.clone();
                others.iter_mut().for_each(|of_supply| of_supply.retain(|taker| taker.1 != Some(operation)));
                takers.moved(operation, earliest);
                for (supply, of_supply) in takers.by_start.enumerate() {
                    assert!(of_supply.is_sorted());
                    let moved = of_supply.iter().filter(|taker| taker.1 == Some(operation));
                    assert!(moved.clone().all(|taker| taker.0 == earliest));
                    assert_eq!(moved.count(), usize::from(takers.supplies_of[&operation].contains(&supply)));
                    let stayed: Vec<_> = of_supply.iter().filter(|taker| taker.1 != Some(operation)).copied().collect();
                    assert_eq!(stayed, others[supply]);
                }
            }
        }
        assert!(held > 50 && free > 200, "held {held}, free {free}");
    }
}
