//! What moves draw from: operations that hold up what is late, operations of one kind, any.

use super::clocks::Clocks;
use crate::heuristic::random::below;
use crate::schedule::network::{Most, Network, OpId, Timetable};
use rand::Rng;
use rand_xoshiro::Xoshiro256PlusPlus;
use rustc_hash::FxHashMap;

/// Operations that would stand well next to each other: the lines that can run them are the same, and so is their
/// setup class on the first of those.
pub(super) struct Kin {
    group_of: Vec<u32>,
    groups: Vec<Vec<OpId>>,
}

impl Kin {
    /// The groups of a network's operations.
    pub fn new(network: &Network<'_>) -> Self {
        let mut known: FxHashMap<Vec<(u32, u32)>, u32> = FxHashMap::default();
        let mut groups: Vec<Vec<OpId>> = Vec::new();
        let mut group_of = Vec::with_capacity(network.operations.len());
        for operation in 0..network.operations.len() as OpId {
            let key = network.modes_of(operation).iter().map(|mode| (mode.line, mode.class)).collect();
            let group = *known.entry(key).or_insert_with(|| {
                groups.push(Vec::new());
                groups.len() as u32 - 1
            });
            groups[group as usize].push(operation);
            group_of.push(group);
        }
        Self { group_of, groups }
    }

    /// The operations like one.
    pub fn of(&self, operation: OpId) -> &[OpId] {
        &self.groups[self.group_of[operation as usize] as usize]
    }
}

/// What a move draws from, and what it changes.
pub(super) struct Draw<'a, 'p> {
    pub network: &'a Network<'p>,
    pub timetable: &'a mut Timetable,
    pub kin: &'a Kin,
    pub random: &'a mut Xoshiro256PlusPlus,
    /// Clocks of overtime seen before.
    pub clocks: &'a mut Clocks,
    /// Room for a path, kept between moves.
    pub path: &'a mut Vec<OpId>,
    /// What the plan may cost, holding apart, where all that is still to be done can only make others later; else no limit.
    pub most: i64,
    /// That limit, once it holds.
    pub later_most: i64,
}

/// Draws of an operation that stands in a sequence: those of forms an item is not made in do not.
const TRIES: usize = 16;
/// Orders looked at to find a late one.
const LATE_TRIES: usize = 12;
/// The longest way walked back from what is late.
const LONGEST_PATH: usize = 256;

impl Draw<'_, '_> {
    /// Settles what is left after operations were taken out: whatever is put in next only makes others later.
    pub fn settle_rest(&mut self) -> Option<()> {
        self.timetable.settle_early(self.network, Most::ANYTHING)?;
        self.most = self.later_most;
        Some(())
    }

    /// Settles what was put in; none also where that is known to cost more than `most`, if all it does is make others later.
    pub fn settle_put(&mut self, most: i64) -> Option<i64> {
        self.timetable.settle_within(self.network, Most::of(most))
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        below(self.random, bound)
    }

    /// Whether an event of the given chance in a hundred happens.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// An operation that stands on a line and may be moved; mostly one that holds up something that costs.
    pub fn operation(&mut self) -> Option<OpId> {
        if self.chance(75)
            && let Some(operation) = self.critical()
        {
            return Some(operation);
        }
        (0..TRIES).find_map(|_| {
            let operation = self.below(self.network.operations.len()) as OpId;
            self.is_movable(operation).then_some(operation)
        })
    }

    /// Whether an operation stands on a line and is no fact.
    pub fn is_movable(&self, operation: OpId) -> bool {
        self.timetable.here(operation).is_placed() && !self.network.operations[operation as usize].is_fact
    }

    /// An operation on a way back from what is late, or from the last end, along what holds each up.
    pub fn critical(&mut self) -> Option<OpId> {
        let sore = if self.network.makespan_cost_per_hour > 0 && self.chance(70) {
            self.last_operation()
        } else {
            self.late_operation()
        };
        let mut operation = sore?;
        self.path.clear();
        while self.path.len() < LONGEST_PATH && self.is_movable(operation) {
            self.path.push(operation);
            let next = match self.timetable.held_by(self.network, operation) {
                (Some(by_line), Some(by_route)) => {
                    if self.chance(50) {
                        by_line
                    } else {
                        by_route
                    }
                }
                (Some(before), None) | (None, Some(before)) => before,
                (None, None) => break,
            };
            operation = next;
        }
        if self.path.is_empty() {
            return None;
        }
        let place = self.below(self.path.len());
        Some(self.path[place])
    }

    /// The operation that ends last.
    fn last_operation(&mut self) -> Option<OpId> {
        let lasts = self.timetable.sequences().iter().filter_map(|sequence| sequence.last());
        lasts.copied().max_by_key(|&last| self.timetable.here(last).end)
    }

    /// The operation by which some late order is late: the end of its last lot.
    fn late_operation(&mut self) -> Option<OpId> {
        let orders = self.network.orders.len();
        for _ in 0..LATE_TRIES {
            let order = self.below(orders);
            let facts = &self.network.orders[order];
            if !self.timetable.made()[order] || facts.late_cost(self.timetable.completion(order as u32)) == 0 {
                continue;
            }
            let ends = facts.lots.iter().map(|&lot| self.network.lots[lot as usize].ends);
            return ends.filter(|&ends| self.is_movable(ends)).max_by_key(|&ends| {
                let here = self.timetable.here(ends);
                here.end + self.network.modes[here.mode as usize].journey
            });
        }
        None
    }

    /// A small distance: mostly one, rarely many.
    pub fn distance(&mut self) -> usize {
        let bits = self.random.next_u64().trailing_ones() as usize;
        if bits > 3 { 1 + self.below(1 << bits.min(10)) } else { 1 + bits }
    }

    /// A place near another one, within bounds that include both ends.
    pub fn near(&mut self, place: usize, (first, last): (usize, usize)) -> usize {
        let distance = self.distance() - 1;
        let moved = if self.chance(50) { place + distance } else { place.saturating_sub(distance) };
        moved.clamp(first, last)
    }
}
