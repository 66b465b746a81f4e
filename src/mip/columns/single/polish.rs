//! A plan out of a relaxed one: every lot once, then lots moved and exchanged as long as that costs less.
//!
//! A relaxed plan under good prices has most lots where an optimal plan has them, and the sooner a good plan is known the
//! less of the network is left.

use super::ground::Ground;

/// What a lot costs that ends too late: more than everything else together, yet little enough to be added up.
const TOO_LATE: i64 = 1 << 48;

/// The plan of every lot and its cost, the state it is in after each of its beginnings.
struct Sequence<'g> {
    ground: &'g Ground,
    lots: Vec<u8>,
    /// Point of time, setup class and cost before each place, and at the end.
    states: Vec<(usize, u16, i64)>,
}

/// A plan that makes every lot once, near a relaxed plan, and its cost; none where a lot would end too late.
pub(super) fn polished(ground: &Ground, relaxed: &[u8]) -> Option<(i64, Vec<u8>)> {
    let mut sequence = Sequence { ground, lots: Vec::new(), states: vec![(0, ground.initial, 0)] };
    let mut made = vec![false; ground.lots];
    for &lot in relaxed {
        if !std::mem::replace(&mut made[usize::from(lot)], true) {
            sequence.lots.push(lot);
        }
    }
    sequence.retime(0);
    for lot in (0..ground.lots as u8).filter(|&lot| !made[usize::from(lot)]) {
        sequence.lots.push(lot);
        sequence.retime(sequence.lots.len() - 1);
        sequence.try_places(sequence.lots.len() - 1);
    }
    // Each round costs less, and so there is an end to them.
    while sequence.improve() {}
    let cost = sequence.cost();
    (cost < TOO_LATE).then_some((cost, sequence.lots))
}

impl Sequence<'_> {
    fn cost(&self) -> i64 {
        self.states[self.lots.len()].2
    }

    fn next(&self, (at, class, cost): (usize, u16, i64), lot: u8) -> (usize, u16, i64) {
        let lot = usize::from(lot);
        let end = self.ground.end(at, class, lot);
        let into = self.ground.classes_of[lot];
        let own = self.ground.own(lot, end).min(TOO_LATE);
        (end, into, cost + own + self.ground.setup_costs(class)[usize::from(into)])
    }

    /// Prices the plan from a place on.
    fn retime(&mut self, from: usize) {
        self.states.truncate(from + 1);
        for place in from..self.lots.len() {
            let next = self.next(self.states[place], self.lots[place]);
            self.states.push(next);
        }
    }

    /// The cost of other lots from a place on; what it is already is no less than `limit`, that is enough.
    fn price(&self, from: usize, lots: impl Iterator<Item = u8>, limit: i64) -> i64 {
        let mut state = self.states[from];
        for lot in lots {
            state = self.next(state, lot);
            if state.2 >= limit {
                break;
            }
        }
        state.2
    }

    /// Puts the lot at a place where it costs least; whether that is another place.
    fn try_places(&mut self, from: usize) -> bool {
        let mut best = (self.cost(), from);
        for to in (0..self.lots.len()).filter(|&to| to != from) {
            let (low, high) = (from.min(to), from.max(to));
            let moved = (low..self.lots.len()).map(|place| match place {
                place if place == to => self.lots[from],
                place if place < low || place > high => self.lots[place],
                place if from < to => self.lots[place + 1],
                place => self.lots[place - 1],
            });
            best = best.min((self.price(low, moved, best.0), to));
        }
        let changed = best.1 != from && best.0 < self.cost();
        if changed {
            let lot = self.lots.remove(from);
            self.lots.insert(best.1, lot);
            self.retime(from.min(best.1));
        }
        changed
    }

    /// Exchanges the lot at a place with the one with which that costs least; whether it did.
    fn try_exchanges(&mut self, first: usize) -> bool {
        let mut best = (self.cost(), first);
        for second in first + 1..self.lots.len() {
            let exchanged = (first..self.lots.len()).map(|place| match place {
                place if place == first => self.lots[second],
                place if place == second => self.lots[first],
                place => self.lots[place],
            });
            best = best.min((self.price(first, exchanged, best.0), second));
        }
        let changed = best.1 != first && best.0 < self.cost();
        if changed {
            self.lots.swap(first, best.1);
            self.retime(first);
        }
        changed
    }

    fn improve(&mut self) -> bool {
        let mut improved = false;
        for place in 0..self.lots.len() {
            improved |= self.try_places(place);
            improved |= self.try_exchanges(place);
        }
        improved
    }
}
