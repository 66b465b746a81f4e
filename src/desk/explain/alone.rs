//! An order that would be late even alone on the lines it has: would it be on others, or does nothing help?
//!
//! That other lines would do is shown by a plan. That none would is a proof: a bound below every delivery, each lot as
//! small as it may be, each step on the line that ends it first, with all overtime, no changeover and no other lot.
//! Where neither is found, that is what is said.

use super::causes::{Cause, CauseCode, Late};
use crate::desk::insertion::insert_on_time;
use crate::plan::Plan;
use crate::problem::{ItemIdx, Problem};
use crate::schedule::LineClock;
use crate::schedule::what_if::Change;
use crate::units::{Pieces, Seconds};
use crate::working_time::WorkingTime;

impl Late<'_, '_> {
    /// What keeps it even where no other order is; none where it is not kept, or by what comes late.
    pub(super) fn not_even_alone(&self) -> Option<Cause> {
        let alone = Change { alone: true, changeovers: true, ..Change::default() };
        let free = Change { availability: true, materials: true, ..alone.clone() };
        if self.is_on_time(&alone) || self.is_on_time(&free) {
            return None;
        }
        let problem = self.desk.problem();
        let bound = self.bound(problem);
        if bound > self.due {
            let mut open = problem.clone();
            let always = WorkingTime::always(problem.start, problem.end);
            open.calendars.iter_mut().for_each(|calendar| *calendar = always.clone());
            open.lines.iter_mut().for_each(|line| line.overtime.clear());
            let without_closing = self.bound(&open);
            // Both are bounds: closing is the cause only where a plan without it is in time.
            let made = insert_on_time(&open, &Plan::empty(&open), self.order);
            let delivery = made.and_then(|made| made.schedule.deliveries[self.order]);
            let (code, delivery) = match delivery.filter(|&delivery| delivery <= self.due) {
                Some(delivery) => (CauseCode::NoOpenTime, delivery),
                None if without_closing > self.due => (CauseCode::TooLittleTime, without_closing),
                None => (CauseCode::OwnLots, bound),
            };
            return Some(self.on_its_lines(code, code == CauseCode::NoOpenTime, delivery));
        }
        let made = insert_on_time(problem, &Plan::empty(problem), self.order);
        let delivery = made.and_then(|made| made.schedule.deliveries[self.order]);
        match delivery.filter(|&delivery| delivery <= self.due) {
            Some(delivery) => Some(self.on_its_lines(CauseCode::LinesChosen, true, delivery)),
            None => Some(self.on_its_lines(CauseCode::OwnLots, false, self.delivery(&alone)?)),
        }
    }

    fn on_its_lines(&self, code: CauseCode, decides_alone: bool, delivery: Seconds) -> Cause {
        let mut cause = self.with_delivery(Cause::new(code, decides_alone), delivery);
        cause.lines = self.own_lines();
        cause
    }

    /// No plan delivers the order earlier.
    fn bound(&self, problem: &Problem) -> Seconds {
        let order = &problem.orders[self.order];
        order.items().map(|item| self.item_bound(problem, item)).max().unwrap_or(order.release)
    }

    fn item_bound(&self, problem: &Problem, item: ItemIdx) -> Seconds {
        let facts = &problem.items[item];
        let order = &problem.orders[facts.order];
        if facts.remaining == 0 || !facts.frozen_lots.is_empty() {
            // What has begun is not looked at: the bound stays below it.
            return problem.start;
        }
        // Of several lots, one has at least its share.
        let lots = Pieces::from(facts.maximum_lots).min(facts.remaining / facts.minimum_lot.max(1)).max(1);
        let quantity = facts.remaining / lots + Pieces::from(facts.remaining % lots > 0);
        let route = problem.route_of(item);
        let mut ends = vec![Seconds::MAX; route.steps.len()];
        let mut delivery = Seconds::MAX;
        for &step in &route.topological {
            let step = usize::from(step);
            let waits = route.steps[step].after.iter().map(|&before| ends[usize::from(before)]);
            let Some(ready) = waits.max().unwrap_or(Seconds(i64::MIN / 4)).checked_add(route.steps[step].lag) else {
                return problem.end;
            };
            for mode in problem.modes(problem.kind_of(item, step)) {
                let line = &problem.lines[mode.line];
                let all: Vec<usize> = (0..line.overtime.len()).collect();
                let clock = LineClock::new(problem, line, &all);
                let run = problem.rates[mode.rate].run_time(quantity);
                let from = ready.max(order.release).max(problem.start);
                let Some(placed) = clock.place(from, run) else { continue };
                ends[step] = ends[step].min(placed.to);
                if step == usize::from(route.last)
                    && let Some(journey) = problem.places.delivery(line.site, order.region)
                {
                    delivery = delivery.min(placed.to + journey.time);
                }
            }
        }
        delivery.min(problem.end)
    }
}
