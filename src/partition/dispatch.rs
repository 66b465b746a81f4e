//! Who would make what, roughly when: orders by due date, each operation on the line where it costs least.
//!
//! A list rule on a rough clock, good for sharing out and for nothing else: a line is busy for the work it has been given,
//! back to back from the start; changeovers, splitting, kits and scarce materials are not seen. What a line would cost is
//! its run, the journey, and lateness at that load; being later also costs a tenth of what being late does, so that
//! lines alike fill evenly.

use crate::problem::{LineIdx, OrderIdx, Problem};
use crate::schedule::LineClock;
use crate::units::{DAY, HOUR, IdVec, Money, Pieces, Seconds};

/// What missing a deadline counts for: above every other cost, and a million of them are still a number.
const DEADLINE_MISSED: i64 = 1 << 40;
/// The share of its price that an hour costs an order before it is late.
const HASTE: i64 = 10;

/// The plan as it is being shared out: how much each line has been given.
pub(super) struct Dispatcher<'p> {
    problem: &'p Problem,
    busy: IdVec<LineIdx, Seconds>,
}

/// An operation on its line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pick {
    /// The line.
    pub line: LineIdx,
    /// Working time of its run.
    pub run: Seconds,
    /// Pieces run.
    pub pieces: Pieces,
    /// The kind it is.
    pub kind: crate::problem::KindIdx,
}

/// Where an order would be made, and what that would cost.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    /// By the rough clock, in ten-thousandths.
    pub cost: i64,
    /// Its operations.
    pub picks: Vec<Pick>,
}

/// A line that could run an operation, and what it would cost there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub line: LineIdx,
    pub cost: i64,
}

/// An operation that has its line while an order is offered: which line, and when it ends with and without the load.
#[derive(Clone, Copy)]
struct Ended {
    line: LineIdx,
    loaded: Seconds,
    unloaded: Seconds,
}

impl<'p> Dispatcher<'p> {
    /// With nothing given to anybody yet.
    pub fn new(problem: &'p Problem) -> Self {
        Self { problem, busy: IdVec::filled(Seconds::ZERO, problem.lines.len()) }
    }

    /// Working time given to each line.
    pub fn busy(&self) -> &IdVec<LineIdx, Seconds> {
        &self.busy
    }

    /// Gives an order to the lines of an offer.
    pub fn take(&mut self, offer: &Offer) {
        for pick in &offer.picks {
            self.busy[pick.line] += pick.run;
        }
    }

    /// Where an order would be made among the lines `allowed`; none where some operation has no line there. `hear` is
    /// told every operation's choice with all there were.
    pub fn offer(
        &self,
        order: OrderIdx,
        allowed: &dyn Fn(LineIdx) -> bool,
        hear: &mut dyn FnMut(&Pick, &[Candidate]),
    ) -> Option<Offer> {
        let problem = self.problem;
        let mut offer = Offer { cost: 0, picks: Vec::new() };
        let mut candidates: Vec<Candidate> = Vec::new();
        let mut ended: Vec<Option<Ended>> = Vec::new();
        for item in problem.orders[order].items().filter(|&item| problem.items[item].remaining > 0) {
            let route = problem.route_of(item);
            ended.clear();
            ended.resize(route.steps.len(), None);
            for &step in &route.topological {
                let kind = problem.kind_of(item, usize::from(step));
                candidates.clear();
                let mut best: Option<(i64, Seconds, Pick, Ended)> = None;
                for mode in problem.modes(kind).iter().filter(|mode| allowed(mode.line)) {
                    let Some((cost, pick, end)) = self.price(item, step, mode.line, &ended) else { continue };
                    candidates.push(Candidate { line: mode.line, cost });
                    if best.as_ref().is_none_or(|&(least, at, ..)| (cost, end.loaded) < (least, at)) {
                        best = Some((cost, end.loaded, pick, end));
                    }
                }
                let (cost, _, pick, end) = best?;
                hear(&pick, &candidates);
                offer.cost = offer.cost.saturating_add(cost);
                offer.picks.push(pick);
                ended[usize::from(step)] = Some(end);
            }
        }
        Some(offer)
    }

    /// What an operation would cost on a line; none where the journey there or from there does not exist.
    fn price(
        &self,
        item: crate::problem::ItemIdx,
        step: u16,
        id: LineIdx,
        ended: &[Option<Ended>],
    ) -> Option<(i64, Pick, Ended)> {
        let problem = self.problem;
        let (facts, route, line) = (&problem.items[item], problem.route_of(item), &problem.lines[id]);
        let order = &problem.orders[facts.order];
        let kind = problem.kind_of(item, usize::from(step));
        let rate = problem.rate_on(kind, id)?;
        let (run, pieces) = (rate.run_time(facts.remaining), rate.pieces_run(facts.remaining));
        let mut cost = problem.run_cost(line, rate, facts.remaining).0;
        let (mut ready, mut ready_alone) = (order.release, order.release);
        let operation = &route.steps[usize::from(step)];
        for before in operation.after.iter().filter_map(|&before| ended[usize::from(before)]) {
            let journey = problem.places.transit(problem.lines[before.line].site, line.site)?;
            cost += journey.cost_per_unit.times(facts.remaining).0;
            ready = ready.max(before.loaded + operation.lag + journey.time);
            ready_alone = ready_alone.max(before.unloaded + operation.lag + journey.time);
        }
        let clock = LineClock::new(problem, line, &[]);
        let from = line.available_from;
        let unloaded = clock.place(ready_alone.max(from), run)?.to;
        // Behind the horizon time goes on for those who wait there.
        let over = |work: Seconds| clock.open.place_pausable(from, work).map_or(problem.end + work, |placed| placed.to);
        let loaded = over(self.busy[id] + run).max(unloaded).max(ready + run);
        let mut price_per_day = order.late_cost_per_day;
        if price_per_day == Money::ZERO {
            price_per_day = line.cost_per_hour.times(DAY.0 / HOUR.0);
        }
        cost += price_per_day.pro_rata(loaded - problem.start, DAY).0 / HASTE;
        if step == route.last {
            let journey = problem.places.delivery(line.site, order.region)?;
            cost += journey.cost_per_unit.times(facts.remaining).0;
            cost += order.delivery_cost(loaded + journey.time).0.0;
            if order.deadline.is_some_and(|deadline| unloaded + journey.time > deadline) {
                cost += DEADLINE_MISSED;
            }
        }
        Some((cost, Pick { line: id, run, pieces, kind }, Ended { line: id, loaded, unloaded }))
    }
}

/// Orders as they are shared out: most urgent first.
pub(super) fn by_urgency(problem: &Problem, mut orders: Vec<OrderIdx>) -> Vec<OrderIdx> {
    orders.sort_by_key(|&order| {
        let facts = &problem.orders[order];
        (facts.due.or(facts.deadline).unwrap_or(problem.end), facts.release, order)
    });
    orders
}
