//! The cheapest relaxed plan in which no lot follows itself: one row of a table per point of time.
//!
//! T. S. Abdul-Razaq, C. N. Potts, "Dynamic programming state-space relaxation for single-machine scheduling", *Journal of
//! the Operational Research Society* 39(2), 1988. A plan need not make everything nor everything once, but lasts as long
//! as one that does. Only the two best beginnings of what is to come are kept, so that it takes a step per lot and point.

use super::ground::{Ground, IMPOSSIBLE};

/// "No lot."
const NO_LOT: u8 = u8::MAX;

/// The least of what is to come, and of what begins by another lot.
#[derive(Clone, Copy)]
struct Rest {
    least: i64,
    first: u8,
    second: i64,
    runner_up: u8,
}

/// What is to come at least, by point of time and setup class.
pub(super) struct Table {
    rest: Vec<Rest>,
    rows: usize,
}

impl Table {
    /// Of no prices yet.
    pub fn new(ground: &Ground) -> Self {
        let rows = ground.classes + 1;
        let never = Rest { least: IMPOSSIBLE, first: NO_LOT, second: IMPOSSIBLE, runner_up: NO_LOT };
        Self { rest: vec![never; ground.points * rows], rows }
    }

    /// Entries it tries to fill itself.
    pub fn work(&self, ground: &Ground) -> u64 {
        (ground.points * ground.classes * ground.lots) as u64
    }

    /// Fills it under some prices of the lots.
    pub fn fill(&mut self, ground: &Ground, prices: &[i64]) {
        for at in (0..ground.points).rev() {
            let stop = if ground.may_end(at) { 0 } else { IMPOSSIBLE };
            // Only before anything is made is the line in the state it is found in.
            for class in 0..if at == 0 { self.rows } else { ground.classes } {
                let mut rest = Rest { least: stop, first: NO_LOT, second: stop, runner_up: NO_LOT };
                let setup_costs = ground.setup_costs(class as u16);
                for (lot, price) in prices.iter().enumerate() {
                    let end = ground.end(at, class as u16, lot);
                    let own = ground.own(lot, end);
                    if own >= IMPOSSIBLE {
                        continue;
                    }
                    let into = usize::from(ground.classes_of[lot]);
                    let after = &self.rest[end * self.rows + into];
                    let after = if usize::from(after.first) == lot { after.second } else { after.least };
                    let cost = own - price + setup_costs[into] + after;
                    if cost < rest.least {
                        let (second, runner_up) = (rest.least, rest.first);
                        rest = Rest { least: cost, first: lot as u8, second, runner_up };
                    } else if cost < rest.second {
                        (rest.second, rest.runner_up) = (cost, lot as u8);
                    }
                }
                self.rest[at * self.rows + class] = rest;
            }
        }
    }

    /// What comes at least after a lot that ends at a point.
    #[inline]
    pub fn after(&self, ground: &Ground, lot: usize, end: usize) -> i64 {
        let rest = &self.rest[end * self.rows + usize::from(ground.classes_of[lot])];
        if usize::from(rest.first) == lot { rest.second } else { rest.least }
    }

    /// The cheapest plan, and what it comes to less the prices of its lots; [`IMPOSSIBLE`] or more where there is none.
    pub fn cheapest(&self, ground: &Ground) -> (i64, Vec<u8>) {
        let (mut at, mut class, mut last) = (0, ground.initial, NO_LOT);
        let mut plan = Vec::new();
        let least = self.rest[usize::from(class)].least;
        loop {
            let rest = &self.rest[at * self.rows + usize::from(class)];
            let next = if rest.first == last { rest.runner_up } else { rest.first };
            if next == NO_LOT {
                return (least, plan);
            }
            at = ground.end(at, class, usize::from(next));
            (class, last) = (ground.classes_of[usize::from(next)], next);
            plan.push(next);
        }
    }
}
