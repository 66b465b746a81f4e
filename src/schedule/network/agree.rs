//! In builds with debug assertions: what a timetable says against what the reference says.

use super::facts::{NEVER, Network};
use super::timetable::Timetable;
use crate::schedule::{Schedule, earliest};
use crate::units::{HOUR, Id, Seconds};

impl Timetable {
    /// Compares times and cost with the reference's earliest timing.
    ///
    /// # Panics
    /// Where they differ.
    pub(super) fn agree(&mut self, network: &Network<'_>) {
        let plan = network.plan_of((self.sequences(), &self.takings(), self.made()), self.overtime());
        let reference = earliest(network.problem, &plan);
        assert!(reference.is_ok(), "the reference refuses what the network has timed: {reference:?}");
        let Ok(reference) = reference else { return };
        let mut operation = 0;
        for (lot, facts) in network.lots.iter().enumerate() {
            let made = self.made[network.operations[facts.first as usize].order as usize];
            if !made || !self.stands(network, lot as u32) {
                continue;
            }
            for own in facts.first..facts.past {
                let timed = &reference.operations[Id::at(operation)];
                let here = self.here[own as usize];
                assert_eq!((timed.start.0, timed.end.0), (here.start, here.end), "operation {own} of lot {lot}");
                operation += 1;
            }
        }
        for order in (0..network.orders.len() as u32).filter(|_| self.waiting.pays) {
            let delivery = self.last_delivery(network, order, |ends| self.waiting.times[ends as usize].1);
            assert_eq!(delivery.unwrap_or(NEVER), self.waiting.deliveries[order as usize], "delivery of order {order}");
        }
        let cost = &reference.cost;
        let unplanned = reference.unplanned as i64 * network.unplanned_penalty;
        let regular = cost.total.0 - cost.holding.0 - start_changes(network, &plan, &reference) + unplanned;
        let own = self.cost() - self.costs().holding;
        // What facts cost does not change and is not in the timetable.
        let constant = *self.constant.get_or_insert(regular - own);
        assert_eq!(regular, own + constant, "the cost");
    }
}

/// What moved starts cost.
fn start_changes(network: &Network<'_>, plan: &crate::plan::Plan, schedule: &Schedule) -> i64 {
    let price = network.problem.baseline.start_change_cost_per_hour;
    let of = |(operation, timed): (_, &crate::schedule::Timed)| {
        let known = plan.baseline_of(network.problem, operation).filter(|_| !timed.fact);
        known.map_or(0, |known| price.pro_rata(Seconds((timed.start.0 - known.start.0).abs()), HOUR).0)
    };
    schedule.operations.enumerate().map(of).sum()
}
