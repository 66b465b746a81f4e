//! One order on its way into a timetable, operation by operation.

use crate::plan::LotIdx;
use crate::schedule::network::{Most, Network, OpId, Timetable};
use crate::units::{DAY, Money, Seconds};
use smallvec::SmallVec;

/// What an order is charged for being late where it must not be: more than plans cost, and a thousand days of it are
/// still a number.
const LATE_PENALTY: i64 = 1 << 44;
/// Places of a line that are priced exactly.
const TRIED: usize = 6;

/// By when an order must be delivered, whatever that costs.
#[derive(Clone, Copy, Debug)]
pub struct Urgency {
    pub by: i64,
    /// Every step but the last is to end as early as it can.
    pub eager: bool,
}

impl Default for Urgency {
    /// Costs alone decide.
    fn default() -> Self {
        Self { by: i64::MAX, eager: false }
    }
}

impl Urgency {
    /// What is charged for a delivery that is foreseen.
    fn charge(self, delivery: i64, is_last: bool, start: i64) -> i64 {
        let by = if self.eager && !is_last { start } else { self.by };
        if delivery <= by {
            return 0;
        }
        LATE_PENALTY + Money(LATE_PENALTY).pro_rata(Seconds(delivery - by), DAY).0
    }
}

/// An order on its way in.
pub struct Inserter<'n, 'p> {
    pub network: &'n Network<'p>,
    pub timetable: Timetable,
    pub urgency: Urgency,
    pub order: u32,
}

/// A place on a line and what it would cost by the estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Chance {
    estimate: i64,
    mode: u32,
    place: usize,
}

impl Inserter<'_, '_> {
    /// The timetable with the order in it; none where it fits nowhere.
    pub fn insert(mut self) -> Option<Timetable> {
        self.timetable.make(self.network, self.order);
        self.timetable.settle(self.network)?;
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
        self.timetable.keep(self.network);
        Some(self.timetable)
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
        let point = self.timetable.point();
        let mut best: Option<(i64, i64, u32, usize)> = None;
        for Chance { mode, place, .. } in chances {
            self.timetable.put_in(self.network, operation, mode, place);
            let most = best.map_or(i64::MAX, |best| best.0);
            if let Some(cost) = self.timetable.settle_within(self.network, Most::of(most)) {
                let delivery = self.foreseen(operation, None);
                let cost = cost.saturating_add(self.price_of(operation, delivery));
                best = best.into_iter().chain([(cost, delivery, mode, place)]).min();
            }
            self.timetable.take_back_to(point);
        }
        let (_, _, mode, place) = best?;
        self.timetable.put_in(self.network, operation, mode, place);
        self.timetable.settle(self.network)?;
        Some(())
    }

    /// What a delivery that is foreseen costs besides what is in the timetable's costs.
    fn price_of(&self, operation: OpId, delivery: i64) -> i64 {
        let order = &self.network.orders[self.order as usize];
        let known = self.timetable.completion(self.order);
        let delivery = delivery.max(known);
        let is_last = self.network.operations[operation as usize].is_last;
        let late = order.late_cost(delivery) - order.late_cost(known);
        // Beyond its deadline it must not be delivered at all.
        let urgency = Urgency { by: self.urgency.by.min(order.deadline), ..self.urgency };
        late.saturating_add(urgency.charge(delivery, is_last, self.network.start))
    }

    /// When the lot of an operation could be delivered, that one ending as it does, or as is said, in a mode: the steps
    /// that have no place yet each on the line that ends them first, as if nothing else were there.
    fn foreseen(&self, operation: OpId, said: Option<(u32, i64)>) -> i64 {
        let network = self.network;
        let facts = &network.operations[operation as usize];
        if facts.is_last {
            let here = self.timetable.here(operation);
            let (mode, end) = said.unwrap_or((here.mode, here.end));
            return end + network.modes[mode as usize].journey;
        }
        let lot = &network.lots[facts.lot as usize];
        let route = network.problem.route_of(network.plan.lots[LotIdx(facts.lot)].item);
        let mut ends: SmallVec<[i64; 16]> = smallvec::smallvec![0; route.steps.len()];
        let mut delivery = network.end;
        for &step in &route.topological {
            let one = lot.first + u32::from(step);
            let here = self.timetable.here(one);
            let end = &mut ends[usize::from(step)];
            if let Some((_, known)) = said.filter(|_| one == operation) {
                *end = known;
            } else if here.is_placed() {
                *end = here.end;
            } else {
                let (ready, first) = (self.ready_after(lot.first, one, &ends), &network.operations[one as usize]);
                let runs = network.modes_of(one).iter().filter_map(|mode| {
                    let from = network.lines[mode.line as usize].available_from;
                    let open = self.timetable.open_time(network, mode.line);
                    let (_, end) = open.next(from, 0, ready, mode.run)?;
                    Some((end, end + mode.journey))
                });
                let (earliest, delivered) =
                    runs.fold((network.end, network.end), |least, run| (least.0.min(run.0), least.1.min(run.1)));
                ends[usize::from(step)] = earliest;
                if first.is_last {
                    delivery = delivered;
                }
            }
        }
        delivery
    }

    /// From when on a step could run behind those before it on its route, journeys between sites left out.
    fn ready_after(&self, first: OpId, operation: OpId, ends: &[i64]) -> i64 {
        let waits = self.network.waits_of(operation).iter();
        let arrives = waits.map(|wait| ends[(wait.before - first) as usize] + wait.lag);
        arrives.fold(self.network.operations[operation as usize].release, i64::max)
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
        let mut chances = Vec::with_capacity(last - first + 1);
        let mut known: Option<(i64, i64)> = None;
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
            // Early places of a line often end alike: nothing is there before the operation is ready.
            let delivery = match known.filter(|known| known.0 == end) {
                Some((_, delivery)) => delivery,
                None => self.foreseen(operation, Some((mode, end))),
            };
            known = Some((end, delivery));
            // An earlier end is better also where it is not what the order waits for.
            estimate = estimate.saturating_add(self.price_of(operation, delivery));
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
