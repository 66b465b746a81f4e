//! Orders whose completion is a maximum over several deliveries, while some of those deliveries move.
//!
//! Most moved deliveries change nothing: they are on time before and after, or stay below the order's completion. Only
//! where the delivery that decided a late completion moves forward are the order's lots looked through; a line whose
//! simulation stopped before one of them then goes on up to there.

use super::ground::{Ground, LotId};
use super::sequence::Front;
use super::state::{LEFT_OUT, ON_TIME, State, delivery};
use smallvec::SmallVec;
use std::ops::Range;

/// What a priced change does to kits; kept between prices so that nothing is allocated.
#[derive(Clone, Debug, Default)]
pub(super) struct KitChanges {
    stamp: u32,
    /// Lot by lot: the stamp of the price that moved it, and its new delivery.
    moved: Vec<(u32, i64)>,
    /// Order by order: the stamp, the latest new delivery, whether the deciding delivery moved forward.
    orders: Vec<Touched>,
    touched: Vec<u32>,
    stops: SmallVec<[Stop; 4]>,
    /// What orders that may be completed earlier than before save at most, so far.
    pub gain: i64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Touched {
    stamp: u32,
    latest: i64,
    look_through: bool,
}

/// Where the simulation of a line stopped because nothing behind can matter, though it comes earlier or later.
#[derive(Clone, Copy, Debug)]
struct Stop {
    line: u32,
    /// The places not simulated.
    place: u32,
    until: u32,
    front: Front,
}

impl KitChanges {
    /// Begins a price.
    pub fn begin(&mut self, ground: &Ground) {
        if self.moved.len() != ground.lots.len() || self.orders.len() != ground.orders.len() || self.stamp == u32::MAX {
            self.moved = vec![(0, 0); ground.lots.len()];
            self.orders = vec![Touched::default(); ground.orders.len()];
            self.stamp = 0;
        }
        self.stamp += 1;
        self.touched.clear();
        self.stops.clear();
        self.gain = 0;
    }

    /// Notes that a lot of a kit would be delivered at `delivery`, or on time.
    #[inline]
    pub fn deliver(&mut self, ground: &Ground, state: &State, lot: LotId, delivery: i64) {
        let before = state.deliveries[lot as usize];
        // On time before and after: nothing to remember.
        if delivery == ON_TIME && (before == ON_TIME || before == LEFT_OUT) {
            return;
        }
        self.moved[lot as usize] = (self.stamp, delivery);
        let order = ground.lots[lot as usize].order;
        let completion = state.completions[order as usize];
        let earlier = before == completion && delivery < completion;
        let touched = self.touch(order);
        touched.latest = touched.latest.max(delivery);
        if earlier && !std::mem::replace(&mut touched.look_through, true) {
            self.gain = self.gain.saturating_add(ground.orders[order as usize].late_cost(completion));
        }
    }

    /// Notes that an order comes back: it is complete no earlier than what of it lies outside.
    pub fn come_back(&mut self, ground: &Ground, order: u32) {
        let facts = &ground.orders[order as usize];
        if facts.delivered_elsewhere > facts.due {
            let touched = self.touch(order);
            touched.latest = touched.latest.max(facts.delivered_elsewhere);
        }
    }

    /// Notes that some places of a line were not simulated, though it comes there at another time.
    pub fn stop(&mut self, line: usize, places: Range<usize>, front: Front) {
        self.stops.push(Stop { line: line as u32, place: places.start as u32, until: places.end as u32, front });
    }

    fn touch(&mut self, order: u32) -> &mut Touched {
        let touched = &mut self.orders[order as usize];
        if touched.stamp != self.stamp {
            *touched = Touched { stamp: self.stamp, latest: ON_TIME, look_through: false };
            self.touched.push(order);
        }
        touched
    }

    /// Change of the lateness costs of all kits touched; none where one breaks its deadline.
    pub fn delta(&mut self, ground: &Ground, state: &State) -> Option<i64> {
        let mut delta = 0;
        for index in 0..self.touched.len() {
            let order = self.touched[index];
            let facts = &ground.orders[order as usize];
            let completion = self.completion(ground, state, order);
            if facts.too_late(completion) {
                return None;
            }
            delta += facts.late_cost(completion) - facts.late_cost(state.completions[order as usize]);
        }
        Some(delta)
    }

    fn completion(&mut self, ground: &Ground, state: &State, order: u32) -> i64 {
        let touched = self.orders[order as usize];
        let before = state.completions[order as usize];
        if !touched.look_through || touched.latest >= before {
            return before.max(touched.latest);
        }
        let facts = &ground.orders[order as usize];
        let mut latest = if facts.delivered_elsewhere > facts.due { facts.delivered_elsewhere } else { ON_TIME };
        for &lot in &facts.lots {
            self.simulate_up_to(ground, state, lot);
            let (stamp, delivery) = self.moved[lot as usize];
            latest = latest.max(if stamp == self.stamp { delivery } else { state.deliveries[lot as usize] });
        }
        latest
    }

    /// Goes on with the simulation of a lot's line where it stopped before the lot.
    fn simulate_up_to(&mut self, ground: &Ground, state: &State, lot: LotId) {
        let (line, place) = state.places[lot as usize];
        let stopped = |stop: &Stop| stop.line == line && (stop.place..stop.until).contains(&place);
        let Some(index) = self.stops.iter().position(stopped) else { return };
        let Stop { place: first, mut front, .. } = self.stops[index];
        let sequence = &state.sequences[line as usize];
        let clock = &sequence.clock;
        for step in &sequence.steps[first as usize..=place as usize] {
            let ready = clock.place(front.end, step.setup).max(step.earliest);
            let end = clock.place(ready, step.run);
            front = Front { end, class: step.class };
            if step.kit && (end > step.latest || step.end > step.latest) {
                self.moved[step.lot as usize] = (self.stamp, delivery(ground, clock, step, end));
            }
        }
        self.stops[index].place = place + 1;
        self.stops[index].front = front;
    }
}
