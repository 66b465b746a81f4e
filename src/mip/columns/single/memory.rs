//! Which of the lots made before the states of a network are told apart by.

use super::climb::Climb;
use crate::mip::columns::shop::Lots;
use std::collections::BTreeMap;

/// Cycles forbidden at once: a lot, another one, and the first again.
const CYCLES_AT_ONCE: usize = 20;
/// Lots made exact at once, where a network has no more than so many steps.
const EXACT_AT_ONCE: [(usize, usize); 3] = [(30_000, 4), (200_000, 2), (usize::MAX, 1)];

/// What paths remember.
#[derive(Clone)]
pub(super) struct Memory {
    /// Lots every path makes once: they are never forgotten.
    pub exact: Lots,
    /// By lot: the lots that are still remembered after it (ng-routes: R. Baldacci, A. Mingozzi, R. Roberti, "New route
    /// relaxation and pricing strategies for the vehicle routing problem", *Operations Research* 59(5), 2011).
    over: Vec<Lots>,
}

impl Memory {
    /// Only the lot made last.
    pub fn new(lots: usize) -> Self {
        Self { exact: 0, over: (0..lots).map(|lot| 1 << lot).collect() }
    }

    /// What is remembered after making a lot.
    #[inline]
    pub fn after(&self, made: Lots, lot: u8) -> Lots {
        (made | 1 << lot) & (self.over[usize::from(lot)] | self.exact)
    }

    /// A memory that keeps the relaxed plans of a climb from being taken again: lots that return after one other are
    /// remembered over that; where none does, those made too often or left out the most become exact.
    pub fn more(&self, climb: &Climb, steps: usize) -> Self {
        let mut memory = self.clone();
        let mut cycles: BTreeMap<(u8, u8), usize> = BTreeMap::new();
        for plan in &climb.plans {
            for three in plan.windows(3).filter(|three| three[0] == three[2]) {
                if self.after(1 << three[0], three[1]) >> three[0] & 1 == 0 {
                    *cycles.entry((three[0], three[1])).or_default() += 1;
                }
            }
        }
        let mut cycles: Vec<((u8, u8), usize)> = cycles.into_iter().collect();
        cycles.sort_by_key(|&(cycle, count)| (std::cmp::Reverse(count), cycle));
        for ((lot, between), _) in cycles.iter().take(CYCLES_AT_ONCE) {
            memory.over[usize::from(*between)] |= 1 << lot;
        }
        if cycles.is_empty() {
            let mut others: Vec<usize> = (0..self.over.len()).filter(|&lot| self.exact >> lot & 1 == 0).collect();
            others.sort_by(|&a, &b| climb.unrest[b].total_cmp(&climb.unrest[a]).then(a.cmp(&b)));
            let at_once = EXACT_AT_ONCE.iter().find(|(most, _)| steps <= *most).map_or(1, |entry| entry.1);
            memory.exact |= others.iter().take(at_once).fold(0, |set: Lots, &lot| set | 1 << lot);
        }
        memory
    }
}
