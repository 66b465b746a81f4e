//! Puts orders into a plan that stands, each where it adds least to the cost, and moves nothing else out of its place.
//!
//! Operation by operation along the route: of every line that can run it, the places that look best by a quick estimate
//! (changeovers, the order's own delivery, what the delay does to those behind) are tried, each priced exactly by the
//! network. Others may start later because of it, and that is in the price; nobody changes lines or overtakes anybody.

use crate::plan::{Fate, LotIdx, OpIdx, Plan};
use crate::problem::{OrderIdx, Problem};
use crate::schedule::network::{Network, OpId, Timetable};
use crate::schedule::{Schedule, settle};
use crate::units::{DAY, Money, Seconds};

/// What an order is charged for being late where it must not be: more than plans cost, and a thousand days of it are
/// still a number.
const LATE_PENALTY: i64 = 1 << 44;
/// Places of a line that are priced exactly.
const TRIED: usize = 6;

/// A plan with an order put in, at its exact price.
#[derive(Clone, Debug)]
pub(crate) struct Inserted {
    pub plan: Plan,
    pub schedule: Schedule,
}

/// The plan with an order that it leaves out put in where it adds least to the cost; none where it fits nowhere.
pub(super) fn insert(problem: &Problem, plan: &Plan, order: OrderIdx) -> Option<Inserted> {
    let network = Network::new(problem, plan);
    let timetable = network.timetable(plan)?;
    let mut inserter = Inserter { network: &network, timetable, decided: Vec::new(), order: order.0 };
    let done = inserter.insert()?;
    finish(problem, done.network, &done.timetable)
}

/// The plan with every order that must be made, and those named besides, put in as far as they fit, most urgent first.
pub(crate) fn insert_missing(problem: &Problem, plan: &Plan, mut missing: Vec<OrderIdx>) -> Option<Inserted> {
    let due = |order: &OrderIdx| {
        let facts = &problem.orders[*order];
        (facts.due.or(facts.deadline).unwrap_or(problem.end), *order)
    };
    missing.sort_by_key(due);
    let network = Network::new(problem, plan);
    let mut timetable = network.timetable(plan)?;
    for order in missing {
        let before = timetable.clone();
        let mut inserter = Inserter { network: &network, timetable, decided: Vec::new(), order: order.0 };
        timetable = match inserter.insert() {
            Some(done) if pays(problem, order, &before, &done.timetable) => done.timetable.clone(),
            _ => before,
        };
    }
    finish(problem, &network, &timetable)
}

/// Whether an order is better made than left out.
fn pays(problem: &Problem, order: OrderIdx, before: &Timetable, after: &Timetable) -> bool {
    problem.orders[order].reject_cost.is_none() || after.cost() <= before.cost()
}

/// The same as [`insert`], but on time comes before all costs: the order is charged so much for being late that it is
/// only where no place it can have is in time. Priced as it is.
pub(super) fn insert_on_time(problem: &Problem, plan: &Plan, order: OrderIdx) -> Option<Inserted> {
    let mut urgent = problem.clone();
    let facts = &mut urgent.orders[order];
    facts.late_cost_once = Money(LATE_PENALTY);
    facts.late_cost_per_day = Money(LATE_PENALTY);
    let mut inserted = insert(&urgent, plan, order)?;
    inserted.schedule = settle(problem, &mut inserted.plan).ok()?;
    Some(inserted)
}

fn finish(problem: &Problem, network: &Network<'_>, timetable: &Timetable) -> Option<Inserted> {
    let mut plan =
        network.plan_of((timetable.sequences(), &timetable.takings(), timetable.made()), timetable.overtime());
    let schedule = settle(problem, &mut plan).ok()?;
    Some(Inserted { plan, schedule })
}

/// An order on its way in.
struct Inserter<'n, 'p> {
    network: &'n Network<'p>,
    timetable: Timetable,
    /// Its operations that have a place: mode and place, in the order in which they were put in.
    decided: Vec<(OpId, u32, usize)>,
    order: u32,
}

/// A place on a line and what it would cost by the estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Chance {
    estimate: i64,
    mode: u32,
    place: usize,
}

impl<'n, 'p> Inserter<'n, 'p> {
    fn insert(&mut self) -> Option<&Self> {
        self.timetable.make(self.network, self.order);
        for &lot in &self.network.orders[self.order as usize].lots {
            let facts = self.network.lots[lot as usize];
            let item = self.network.plan.lots[LotIdx(lot)].item;
            for &step in &self.network.problem.route_of(item).topological {
                let operation = facts.first + u32::from(step);
                if !self.network.operations[operation as usize].is_fact {
                    self.place(operation)?;
                }
            }
        }
        self.timetable.settle(self.network, i64::MAX)?;
        self.timetable.keep(self.network);
        Some(self)
    }

    /// Puts an operation to its best place.
    fn place(&mut self, operation: OpId) -> Option<()> {
        let mut chances: Vec<Chance> = Vec::new();
        let (first, past) = self.network.operations[operation as usize].modes;
        for mode in first..past {
            let mut of_line = self.chances(operation, mode);
            of_line.sort_unstable();
            of_line.truncate(TRIED);
            // The end of the line harms nobody.
            let line = self.network.modes[mode as usize].line;
            let (_, last) = self.timetable.window(self.network, operation, line);
            if of_line.iter().all(|chance| chance.place != last) {
                of_line.push(Chance { estimate: i64::MAX, mode, place: last });
            }
            chances.extend(of_line);
        }
        let mut best: Option<(i64, u32, usize)> = None;
        for Chance { mode, place, .. } in chances {
            self.timetable.put_in(self.network, operation, mode, place);
            match self.timetable.settle(self.network, i64::MAX) {
                Some(cost) => {
                    best = best.into_iter().chain([(cost, mode, place)]).min();
                    self.timetable.take_out(self.network, operation);
                    self.timetable.settle(self.network, i64::MAX)?;
                }
                None => self.restore()?,
            }
        }
        let (_, mode, place) = best?;
        self.timetable.put_in(self.network, operation, mode, place);
        self.timetable.settle(self.network, i64::MAX)?;
        self.decided.push((operation, mode, place));
        Some(())
    }

    /// After a place that could not be timed everything is taken back, and what was decided put in again.
    fn restore(&mut self) -> Option<()> {
        self.timetable.take_back();
        self.timetable.make(self.network, self.order);
        for &(operation, mode, place) in &self.decided {
            self.timetable.put_in(self.network, operation, mode, place);
            self.timetable.settle(self.network, i64::MAX)?;
        }
        Some(())
    }

    /// Every place of a mode's line with its estimate.
    fn chances(&self, operation: OpId, mode: u32) -> Vec<Chance> {
        let network = self.network;
        let facts = network.modes[mode as usize];
        let line = &network.lines[facts.line as usize];
        let open = self.timetable.open_time(network, facts.line);
        let (first, last) = self.timetable.window(network, operation, facts.line);
        let sequence = self.timetable.sequence(facts.line);
        let ready = self.timetable.ready(network, operation, facts.line);
        let class_of = |other: OpId| network.modes[self.timetable.here(other).mode as usize].class;
        let harm = self.harm_behind(facts.line, facts.run);
        let order = &network.orders[self.order as usize];
        let is_last = network.operations[operation as usize].is_last;
        let mut chances = Vec::with_capacity(last - first + 1);
        for (place, harm) in harm.iter().enumerate().take(last + 1).skip(first) {
            let before = place.checked_sub(1).map(|before| sequence[before]);
            let (free, class) = before
                .map_or((line.available_from, line.initial_class), |one| (self.timetable.here(one).end, class_of(one)));
            let setup = network.setup_time(line, class, facts.class);
            let Some((_, end)) = open.next(free, setup, ready, facts.run) else { continue };
            let mut estimate = facts.cost + network.setup_cost(line, class, facts.class) + harm;
            if let Some(&after) = sequence.get(place) {
                estimate += network.setup_cost(line, facts.class, class_of(after))
                    - network.setup_cost(line, class, class_of(after));
            }
            // An earlier end is better also where it is not what the order waits for.
            estimate += if is_last { order.late_cost(end + facts.journey) } else { 0 };
            estimate = estimate.saturating_add((end - network.start) / 3_600);
            chances.push(Chance { estimate, mode, place });
        }
        chances
    }

    /// By place of a line: what it would cost those from there on to be later by `delay`, each by itself.
    fn harm_behind(&self, line: u32, delay: i64) -> Vec<i64> {
        let sequence = self.timetable.sequence(line);
        let mut harm = vec![0i64; sequence.len() + 1];
        for (place, &operation) in sequence.iter().enumerate().rev() {
            let facts = &self.network.operations[operation as usize];
            let order = &self.network.orders[facts.order as usize];
            let here = self.timetable.here(operation);
            let journey = if facts.is_last { self.network.modes[here.mode as usize].journey } else { 0 };
            let room = (order.due.max(self.timetable.completion(facts.order)) - here.end - journey).max(0);
            let over = Seconds((delay - room).max(0));
            let price = Money(order.late_cost_per_day).pro_rata(over, DAY).0;
            harm[place] = harm[place + 1].saturating_add(price);
        }
        harm
    }
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
