//! Puts orders into a plan that stands, each where it adds least to the cost, and moves nothing else out of its place.
//!
//! Operation by operation along the route: of every line that can run it, the places that look best by a quick estimate
//! (changeovers, the order's own delivery, what the delay does to those behind) are tried, each priced exactly by the
//! network. What the steps still to come make of it is foreseen: each on the line that ends it first, as if nothing else
//! were there. Others may start later because of it, and that is in the price; nobody changes lines or overtakes anybody.

mod inserter;

use crate::plan::{Fate, OpIdx, Plan};
use crate::problem::{OrderIdx, Problem};
use crate::schedule::network::{Network, Timetable};
use crate::schedule::{Schedule, settle};
use crate::units::Seconds;
use inserter::{Inserter, Urgency};

/// A plan with an order put in, at its exact price.
#[derive(Clone, Debug)]
pub(crate) struct Inserted {
    pub plan: Plan,
    pub schedule: Schedule,
}

/// A plan that orders can be put into, one at a time, each into the plan as it is.
pub(super) struct Room<'p> {
    problem: &'p Problem,
    network: Network<'p>,
    timetable: Timetable,
}

impl<'p> Room<'p> {
    /// A plan that can be timed.
    pub fn new(problem: &'p Problem, plan: &Plan) -> Option<Self> {
        let network = Network::new(problem, plan);
        let timetable = network.timetable(plan)?;
        Some(Self { problem, network, timetable })
    }

    /// The plan with an order put in where it adds least to the cost; none where it fits nowhere. One that is in the plan
    /// is taken out first.
    pub fn insert(&self, order: OrderIdx) -> Option<Inserted> {
        let eager = || self.made(order, Urgency { eager: true, ..Urgency::default() });
        self.made(order, Urgency::default()).or_else(eager)
    }

    /// The same, but being delivered by an instant comes before all costs: it is later only where no place is found in time,
    /// and then as little as can be.
    pub fn insert_by(&self, order: OrderIdx, by: Seconds) -> Option<Inserted> {
        let rank = |made: &Inserted| {
            let delivery = made.schedule.deliveries[order].unwrap_or(Seconds::MAX);
            ((delivery - by).max(Seconds::ZERO), made.schedule.cost.total)
        };
        let lately = self.made(order, Urgency { by: by.0, eager: false });
        let is_late = lately.as_ref().is_none_or(|made| rank(made).0 > Seconds::ZERO);
        // Where the steps to come have to queue, those before them were put in too late.
        let several = self.network.orders[order.0 as usize].lots.iter().any(|&lot| {
            let lot = &self.network.lots[lot as usize];
            lot.past - lot.first > 1
        });
        let again = is_late && several && by.0 > self.network.start;
        let eagerly = if again { self.made(order, Urgency { by: by.0, eager: true }) } else { None };
        lately.into_iter().chain(eagerly).min_by_key(rank)
    }

    /// The same, by the order's promise.
    pub fn insert_on_time(&self, order: OrderIdx) -> Option<Inserted> {
        match self.problem.orders[order].due {
            Some(due) => self.insert_by(order, due),
            None => self.insert(order),
        }
    }

    fn made(&self, order: OrderIdx, urgency: Urgency) -> Option<Inserted> {
        let mut timetable = self.timetable.clone();
        if timetable.made()[order.0 as usize] {
            timetable.leave_out(&self.network, order.0);
            timetable.settle(&self.network)?;
        }
        let inserter = Inserter { network: &self.network, timetable, urgency, order: order.0 };
        finish(self.problem, &self.network, &inserter.insert()?)
    }
}

/// The plan with an order put in where it adds least to the cost; none where it fits nowhere.
pub(super) fn insert(problem: &Problem, plan: &Plan, order: OrderIdx) -> Option<Inserted> {
    Room::new(problem, plan)?.insert(order)
}

/// The same, but on time comes before all costs.
pub(super) fn insert_on_time(problem: &Problem, plan: &Plan, order: OrderIdx) -> Option<Inserted> {
    Room::new(problem, plan)?.insert_on_time(order)
}

/// The plan with every order that must be made, and those named besides, put in as far as they fit, most urgent first.
pub(crate) fn insert_missing(problem: &Problem, plan: &Plan, mut missing: Vec<OrderIdx>) -> Option<Inserted> {
    let due = |order: &OrderIdx| {
        let facts = &problem.orders[*order];
        (facts.due.or(facts.deadline).unwrap_or(problem.end), *order)
    };
    missing.sort_by_key(due);
    let Room { network, mut timetable, .. } = Room::new(problem, plan)?;
    for order in missing {
        let before = timetable.clone();
        let inserter = Inserter { network: &network, timetable, urgency: Urgency::default(), order: order.0 };
        timetable = match inserter.insert() {
            Some(done) if pays(problem, order, &before, &done) => done,
            _ => before,
        };
    }
    finish(problem, &network, &timetable)
}

/// Whether an order is better made than left out.
fn pays(problem: &Problem, order: OrderIdx, before: &Timetable, after: &Timetable) -> bool {
    problem.orders[order].reject_cost.is_none() || after.cost() <= before.cost()
}

fn finish(problem: &Problem, network: &Network<'_>, timetable: &Timetable) -> Option<Inserted> {
    let takings = timetable.takings();
    let mut plan = network.plan_of((timetable.sequences(), &takings, timetable.made()), timetable.overtime());
    let schedule = settle(problem, &mut plan).ok()?;
    Some(Inserted { plan, schedule })
}

/// What of a plan starts at another time or on another line in another: operations by item and lot number.
pub(super) fn moved(problem: &Problem, (a, before): (&Plan, &Schedule), (b, after): (&Plan, &Schedule)) -> Vec<Moved> {
    let mut known = rustc_hash::FxHashMap::default();
    for (id, lot) in a.lots.enumerate() {
        known.insert((lot.item, lot.number), id);
    }
    let mut moved = Vec::new();
    for (id, lot) in b.lots.enumerate() {
        let Some(&old) = known.get(&(lot.item, lot.number)) else { continue };
        for step in 0..problem.route_of(lot.item).steps.len() {
            let (was, is) = (a.operation(old, step), b.operation(id, step));
            let (from, to) = (&before.operations[was], &after.operations[is]);
            if (from.line, from.start) != (to.line, to.start) {
                moved.push(Moved { before: was, after: is });
            }
        }
    }
    moved
}

/// An operation of two plans that is not where, or when, it was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moved {
    pub before: OpIdx,
    pub after: OpIdx,
}

/// Orders that must be made or may be, and that a plan leaves out.
pub(crate) fn left_out(problem: &Problem, plan: &Plan) -> Vec<OrderIdx> {
    let ids = problem.orders.ids();
    ids.filter(|&order| plan.fates[order] == Fate::LeftOut).collect()
}
