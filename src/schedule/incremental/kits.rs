//! Orders whose completion is a maximum over several deliveries, while some of those deliveries move.
//!
//! Most moved deliveries change nothing: they stay below the order's completion, or both stay before the due date.
//! Only where the delivery that decided a late completion moves forward are the order's lots looked through.

use super::ground::{Ground, LotId};
use super::state::State;

/// What a priced change does to kits; kept between prices so that nothing is allocated.
#[derive(Clone, Debug, Default)]
pub(super) struct KitChanges {
    stamp: u32,
    /// Lot by lot: the stamp of the price that moved it, and its new delivery.
    moved: Vec<(u32, i64)>,
    /// Order by order: the stamp, the latest new delivery, whether the deciding delivery moved forward.
    orders: Vec<Touched>,
    touched: Vec<u32>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Touched {
    stamp: u32,
    latest: i64,
    look_through: bool,
}

impl KitChanges {
    /// Begins a price.
    pub fn begin(&mut self, ground: &Ground) {
        if self.moved.len() != ground.lots.len() || self.stamp == u32::MAX {
            self.moved = vec![(0, 0); ground.lots.len()];
            self.orders = vec![Touched::default(); ground.orders.len()];
            self.stamp = 0;
        }
        self.stamp += 1;
        self.touched.clear();
    }

    /// Notes that a lot of a kit would be delivered at `delivery`.
    #[inline]
    pub fn deliver(&mut self, ground: &Ground, state: &State, lot: LotId, delivery: i64) {
        self.moved[lot as usize] = (self.stamp, delivery);
        let order = ground.lots[lot as usize].order;
        let due = ground.orders[order as usize].due;
        let completion = state.completions[order as usize];
        // On time before and after as far as this lot goes: no cost on either side.
        if delivery <= due && completion <= due && completion != i64::MIN {
            return;
        }
        let touched = self.touch(order);
        touched.latest = touched.latest.max(delivery);
        touched.look_through |= state.deliveries[lot as usize] == completion && delivery < completion;
    }

    /// Notes that an order returns to the plan or leaves it: its completion is looked up from all its lots.
    pub fn renew(&mut self, order: u32) {
        self.touch(order).look_through = true;
    }

    fn touch(&mut self, order: u32) -> &mut Touched {
        let touched = &mut self.orders[order as usize];
        if touched.stamp != self.stamp {
            *touched = Touched { stamp: self.stamp, latest: i64::MIN, look_through: false };
            self.touched.push(order);
        }
        touched
    }

    /// Orders whose completion may change, with the new completion.
    pub fn completions<'a>(&'a self, ground: &'a Ground, state: &'a State) -> impl Iterator<Item = (u32, i64)> + 'a {
        self.touched.iter().map(move |&order| (order, self.completion(ground, state, order)))
    }

    fn completion(&self, ground: &Ground, state: &State, order: u32) -> i64 {
        let touched = self.orders[order as usize];
        let before = state.completions[order as usize];
        if !touched.look_through || touched.latest >= before {
            return before.max(touched.latest);
        }
        let facts = &ground.orders[order as usize];
        let delivery = |&lot: &LotId| {
            let (stamp, delivery) = self.moved[lot as usize];
            if stamp == self.stamp { delivery } else { state.deliveries[lot as usize] }
        };
        facts.lots.iter().map(delivery).max().unwrap_or(i64::MIN).max(facts.delivered_elsewhere)
    }
}
