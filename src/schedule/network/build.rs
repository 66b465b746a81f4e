//! The network of a plan, and a plan of what its timetable has decided.

use super::facts::{LotFacts, MOST_PENALTY, Mode, NEVER, Network, OpFacts, OpId, OrderFacts, Transit, UNDIVIDED, Wait};
use super::line::LineFacts;
use super::open_time::Overtime;
use super::timetable::Timetable;
use crate::plan::{Fate, LotIdx, OpIdx, Plan, Portion};
use crate::problem::{ItemIdx, Problem, SiteIdx};
use crate::schedule::coupling::amount_taken;
use crate::schedule::forms::lay_out;
use crate::units::{Id, Seconds};
use std::sync::Arc;

/// Above so many times the operations of the plan no more forms are laid out, but on small plans up to so many: a bound on
/// memory, and on the share of operations that stand nowhere.
const MOST_FORMS: usize = 8;
const FEW_OPERATIONS: usize = 4_000;
/// With so many choices of a line for an operation no more forms are laid out: where hundreds of lines can do everything, these
/// are the memory, and laying them out took longer than there was time to search.
const MOST_MODES: usize = 8_000_000;

impl<'p> Network<'p> {
    /// The network of a plan, with lots also for the orders it leaves out.
    pub fn new(problem: &'p Problem, start: &Plan) -> Self {
        let mut plan = start.clone();
        for order in problem.orders.ids().filter(|&order| start.fates[order] == Fate::LeftOut) {
            plan.add_order(problem, order, |_| 1);
        }
        let unplanned_penalty = MOST_PENALTY.min((i64::MAX / 2) / (problem.orders.len() as i64 + 1));
        let order_facts = |order| order_facts(problem, order, unplanned_penalty);
        let facts_end = problem.lines.iter().flat_map(|line| &line.facts).map(|fact| fact.end);
        let mut network = Self {
            problem,
            operations: Vec::with_capacity(plan.operations.len()),
            waits: Vec::new(),
            behind: Vec::new(),
            modes: Vec::new(),
            takes: Vec::new(),
            lots: Vec::with_capacity(plan.lots.len()),
            divided: Vec::new(),
            orders: problem.orders.iter().map(order_facts).collect(),
            lines: Vec::with_capacity(problem.lines.len()),
            tables: Vec::new(),
            transits: Vec::new(),
            places: 0,
            start: problem.start.0,
            end: problem.end.0,
            facts_end: facts_end.fold(problem.start, Seconds::max).0,
            makespan_cost_per_hour: problem.makespan_cost_per_hour.0,
            unplanned_penalty,
            plan,
        };
        network.add_places();
        for line in problem.lines.ids() {
            let facts = LineFacts::new(problem, line, &network.plan.overtime[line], &mut network.tables);
            network.lines.push(facts);
        }
        for lot in network.plan.lots.ids() {
            network.add_lot(lot);
        }
        network
    }

    /// Lays out the other lots in which items may be made, few lots first.
    pub fn add_forms(&mut self) {
        let problem = self.problem;
        let given: Vec<(u32, Portion)> = self.plan.lots.enumerate().map(|(id, lot)| (id.0, lot.portion())).collect();
        let most = (self.operations.len() * MOST_FORMS).max(FEW_OPERATIONS);
        let add = |item: ItemIdx, lots: &[(u32, i64)]| {
            let steps = problem.route_of(item).steps.len();
            let room = self.operations.len() + lots.len() * steps <= most && self.modes.len() < MOST_MODES;
            let lay = |&(number, quantity): &(u32, i64)| {
                let lot = self.plan.add_lot(problem, item, number, quantity);
                self.add_lot(lot);
                lot.0
            };
            room.then(|| lots.iter().map(lay).collect())
        };
        for forms in lay_out(problem, given.into_iter(), add) {
            for &lot in forms.iter().flatten() {
                self.lots[lot as usize].divided = self.divided.len() as u32;
            }
            self.divided.push(forms);
        }
    }

    fn add_places(&mut self) {
        let problem = self.problem;
        let most = problem.lines.iter().filter_map(|line| line.site).map(Id::position).max();
        let sites: Vec<Option<SiteIdx>> =
            std::iter::once(None).chain((0..most.map_or(0, |most| most + 1)).map(|site| Some(Id::at(site)))).collect();
        self.places = sites.len();
        for &from in &sites {
            for &to in &sites {
                let journey = problem.places.transit(from, to);
                let way = journey.unwrap_or_default();
                let (time, cost_per_unit) = (way.time.0, way.cost_per_unit.0);
                self.transits.push(Transit { time, cost_per_unit, usable: journey.is_some() });
            }
        }
    }

    fn add_lot(&mut self, id: LotIdx) {
        let problem = self.problem;
        let lot = self.plan.lots[id];
        let route = problem.route_of(lot.item);
        let order = problem.items[lot.item].order;
        let first = lot.first_operation.0;
        for (step, facts) in route.steps.iter().enumerate() {
            let operation = OpIdx(first + step as u32);
            let after = self.waits.len() as u32;
            let waits = facts.after.iter().map(|&before| Wait { before: first + u32::from(before), lag: facts.lag.0 });
            self.waits.extend(waits);
            let before = self.behind.len() as u32;
            self.behind.extend(facts.before.iter().map(|&behind| first + u32::from(behind)));
            let modes = self.modes.len() as u32;
            let is_last = step == usize::from(route.last);
            self.add_modes(operation, is_last);
            self.operations.push(OpFacts {
                lot: id.0,
                order: order.0,
                kind: self.plan.kind(problem, operation).0,
                release: problem.orders[order].release.0,
                modes: (modes, self.modes.len() as u32),
                after: (after, self.waits.len() as u32),
                before: (before, self.behind.len() as u32),
                quantity: lot.quantity,
                is_last,
                is_fact: self.plan.is_fact(problem, operation),
            });
        }
        let ends = first + u32::from(route.last);
        let cost_of_facts = self.note_facts(id);
        let past = first + route.steps.len() as u32;
        self.lots.push(LotFacts { first, past, ends, cost_of_facts, divided: UNDIVIDED });
        self.orders[order.position()].lots.push(id.0);
    }

    fn add_modes(&mut self, operation: OpIdx, is_last: bool) {
        let problem = self.problem;
        let kind = self.plan.kind(problem, operation);
        let lot = self.plan.lots[self.plan.operations[operation].lot];
        let known = self.plan.baseline_of(problem, operation);
        let region = problem.orders[problem.items[lot.item].order].region;
        for mode in problem.modes(kind) {
            let (line, rate) = (&problem.lines[mode.line], &problem.rates[mode.rate]);
            let journey = if is_last { problem.places.delivery(line.site, region) } else { Some(Default::default()) };
            let Some(journey) = journey else { continue };
            let mut cost = problem.run_cost(line, rate, lot.quantity) + journey.cost_per_unit.times(lot.quantity);
            if known.is_some_and(|known| known.line != mode.line) {
                cost += problem.baseline.line_change_cost;
            }
            let first = self.takes.len() as u32;
            for &(material, _) in &problem.kinds[kind].takes {
                let supply = problem.supply_lookup.supply(material, line.site);
                let scarce = supply.filter(|&supply| problem.supplies[supply].scarce);
                if let Some(supply) = scarce.filter(|s| self.takes[first as usize..].iter().all(|(t, _)| *t != s.0)) {
                    self.takes.push((supply.0, amount_taken(problem, kind, mode.line, lot.quantity, supply)));
                }
            }
            self.modes.push(Mode {
                line: mode.line.0,
                class: problem.class_on(line, kind).0,
                run: rate.run_time(lot.quantity).0,
                cost: cost.0,
                journey: journey.time.0,
                pieces: rate.pieces_run(lot.quantity),
                takes: (first, self.takes.len() as u32),
            });
        }
    }

    /// Journeys between a lot's facts and from its last, if that is one; its order's delivery is not before that.
    fn note_facts(&mut self, id: LotIdx) -> i64 {
        let problem = self.problem;
        let lot = self.plan.lots[id];
        let order = problem.items[lot.item].order;
        let route = problem.route_of(lot.item);
        let fact = |step: u16| {
            let known = self.plan.baseline_of(problem, self.plan.operation(id, usize::from(step)));
            known.filter(|known| known.frozen)
        };
        let mut cost = 0;
        for (step, facts) in route.steps.iter().enumerate() {
            for (before, to) in facts.after.iter().filter_map(|&before| fact(before).zip(fact(step as u16))) {
                let (from, to) = (problem.lines[before.line].site, problem.lines[to.line].site);
                let journey = problem.places.transit(from, to).unwrap_or_default();
                cost += journey.cost_per_unit.times(lot.quantity).0;
            }
        }
        if let Some(last) = fact(route.last) {
            let site = problem.lines[last.line].site;
            let journey = problem.places.delivery(site, problem.orders[order].region).unwrap_or_default();
            cost += journey.cost_per_unit.times(lot.quantity).0;
            let facts = &mut self.orders[order.position()];
            facts.delivered = facts.delivered.max(last.end.0 + journey.time.0);
        }
        cost
    }

    /// The plan of a timetable: its sequences, takings, what it leaves out, and the overtime it opens where it is not that
    /// of the plan the network was made of.
    pub fn plan_of(
        &self,
        (sequences, takings, made): (&[Vec<OpId>], &[Vec<OpId>], &[bool]),
        overtime: &[Option<Arc<Overtime>>],
    ) -> Plan {
        let mut plan = self.plan.clone();
        for (line, opened) in overtime.iter().enumerate() {
            if let Some(opened) = opened {
                plan.overtime[Id::at(line)].clone_from(&opened.windows);
            }
        }
        let numbers = |list: &Vec<OpId>| list.iter().map(|&operation| OpIdx(operation)).collect::<Vec<OpIdx>>();
        plan.sequences = sequences.iter().map(numbers).collect();
        plan.takings = takings.iter().map(numbers).collect();
        for order in self.problem.orders.ids().filter(|order| !made[order.position()]) {
            plan.fates[order] = Fate::LeftOut;
        }
        let mut stands = vec![false; self.lots.len()];
        for &operation in sequences.iter().flatten() {
            stands[self.operations[operation as usize].lot as usize] = true;
        }
        let keeps = |lot: LotIdx| {
            let facts = &self.lots[lot.position()];
            let order = self.operations[facts.first as usize].order as usize;
            made[order] && (facts.divided == UNDIVIDED || stands[lot.position()])
        };
        if plan.lots.ids().all(keeps) { plan } else { plan.retaining(self.problem, keeps) }
    }

    /// The timetable of the plan the network was made of; none where it cannot be timed.
    pub fn timetable(&self, start: &Plan) -> Option<Timetable> {
        Timetable::new(self, start)
    }
}

fn order_facts(problem: &Problem, order: &crate::problem::Order, penalty: i64) -> OrderFacts {
    OrderFacts {
        due: order.due.map_or(NEVER, |due| due.0),
        deadline: order.deadline.map_or(NEVER, |deadline| deadline.0),
        late_cost_per_day: order.late_cost_per_day.0,
        late_cost_once: order.late_cost_once.0,
        holding_cost_per_day: order.holding_cost_per_day.0,
        left_out_cost: order.reject_cost.map_or(penalty, |cost| cost.0),
        delivered: if order.delivered_at_start { problem.start.0 } else { i64::MIN },
        lots: Vec::new(),
    }
}
