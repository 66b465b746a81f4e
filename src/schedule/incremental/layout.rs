//! Laying out a ground: from a problem and a plan to lots, modes, lines and orders.

use super::ground::{Divided, Ground, LotFacts, LotId, LotMode, OrderFacts, UNDIVIDED};
use super::lateness::{Lateness, NEVER};
use super::line::{ANY_CLASS, Clock, LineFacts, MinimumRunFacts, OvertimeFacts};
use crate::plan::{Plan, Portion, lots_of_item};
use crate::problem::{ItemIdx, KindIdx, LineIdx, OrderIdx, Problem};
use crate::schedule::forms::lay_out;
use crate::schedule::tables::Table;
use crate::schedule::{Run, Schedule};
use crate::units::Id;

/// Above this many modes no more forms are laid out: a bound on memory.
const MOST_MODES: usize = 1 << 21;

impl Ground {
    /// The ground of some lines of a plan: the lots they run, those of the given left-out orders, and what else the
    /// items may be made in, where all of an item lies here. The first lots are those of the lines, line by line in
    /// order.
    pub fn new(problem: &Problem, plan: &Plan, schedule: &Schedule, lines: &[LineIdx], left_out: &[OrderIdx]) -> Self {
        let mut ground = Self {
            lots: Vec::new(),
            portions: Vec::new(),
            divided: Vec::new(),
            modes: Vec::new(),
            eligible: Vec::new(),
            lines: Vec::new(),
            tables: Vec::new(),
            orders: Vec::new(),
            makespan_cost_per_hour: problem.makespan_cost_per_hour.0,
            start: problem.start.0,
            other_end: problem.start.0,
        };
        let mut order_of = vec![u32::MAX; problem.orders.len()];
        let running = lines.iter().flat_map(|&line| plan.sequences[line].iter());
        let running = running.map(|&operation| plan.lots[plan.operations[operation].lot].portion());
        for portion in running {
            ground.add_lot(problem, portion, lines, &mut order_of);
        }
        for item in left_out.iter().flat_map(|&order| problem.orders[order].items()) {
            for (number, quantity) in lots_of_item(problem, item, 1) {
                let frozen = |&lot: &u32| problem.baseline.lots[lot as usize].number == number;
                if !problem.items[item].frozen_lots.iter().any(frozen) {
                    ground.add_lot(problem, Portion { item, number, quantity }, lines, &mut order_of);
                }
            }
        }
        ground.add_forms(problem, lines, &mut order_of);
        for &line in lines {
            ground.add_line(problem, line);
        }
        ground.note_working_times();
        ground.note_elsewhere(problem, plan, schedule, lines, &order_of);
        ground.note_left_out_facts(problem, left_out, &order_of);
        ground.note_kits();
        ground
    }

    fn add_lot(&mut self, problem: &Problem, portion: Portion, lines: &[LineIdx], order_of: &mut [u32]) -> LotId {
        let id = problem.items[portion.item].order;
        let order = &problem.orders[id];
        let due = order.due.map_or(NEVER, |due| due.0);
        let lateness = Lateness {
            most: order.deadline.map_or(NEVER, |deadline| deadline.0) - due,
            cost_per_day: order.late_cost_per_day.0,
            cost_once: order.late_cost_once.0,
        };
        let position = &mut order_of[id.position()];
        if *position == u32::MAX {
            *position = self.orders.len() as u32;
            self.orders.push(OrderFacts {
                order: id,
                due,
                lateness,
                left_out_cost: order.reject_cost.map_or(super::UNPLANNED_PENALTY, |cost| cost.0),
                lots: Vec::new(),
                divided: Vec::new(),
                delivered_elsewhere: i64::MIN,
                kit: false,
                whole: true,
            });
        }
        let lot = self.lots.len() as LotId;
        self.orders[*position as usize].lots.push(lot);
        let first = self.eligible.len() as u32;
        let kind = problem.kind_of(portion.item, 0);
        for (place, &line) in lines.iter().enumerate() {
            let mode = lot_mode(problem, portion, kind, line);
            if mode.exists() {
                self.eligible.push(place as u16);
            }
            self.modes.push(mode);
        }
        self.portions.push(portion);
        self.lots.push(LotFacts {
            order: *position,
            divided: UNDIVIDED,
            release: order.release.0,
            eligible: (first, self.eligible.len() as u32),
            // Known when all lots are: see `note_kits`.
            kit: false,
            lateness,
        });
        lot
    }

    /// Adds the other lots in which items may be made that lie here whole, few lots first.
    fn add_forms(&mut self, problem: &Problem, lines: &[LineIdx], order_of: &mut [u32]) {
        let given: Vec<(LotId, Portion)> = (0..).zip(self.portions.iter().copied()).collect();
        let add = |item: ItemIdx, lots: &[(u32, i64)]| {
            let room = (self.lots.len() + lots.len()) * lines.len() <= MOST_MODES;
            let portion = |&(number, quantity): &(u32, i64)| Portion { item, number, quantity };
            let lay = |portion| self.add_lot(problem, portion, lines, order_of);
            room.then(|| lots.iter().map(portion).map(lay).collect())
        };
        for forms in lay_out(problem, given.into_iter(), add) {
            let order = self.lots[forms[0][0] as usize].order;
            let position = self.divided.len() as u32;
            for &lot in forms.iter().flatten() {
                self.lots[lot as usize].divided = position;
            }
            self.orders[order as usize].divided.push(position);
            self.divided.push(Divided { order, forms });
        }
    }

    fn add_line(&mut self, problem: &Problem, id: LineIdx) {
        let line = &problem.lines[id];
        let windows = problem.calendars[line.calendar].windows().map(|window| (window.from.0, window.to.0)).collect();
        let overtime = line.overtime.iter().map(|window| OvertimeFacts {
            from: window.span.from.max(problem.start).0,
            to: window.span.to.min(problem.end).0,
            cost: window.cost.0,
        });
        let minimum_run = line.minimum_run.as_ref().map(|run| {
            let value = |portion: &Portion| problem.run_values[run.by][problem.kind_of(portion.item, 0)];
            MinimumRunFacts {
                minimum: *run,
                values: self.portions.iter().map(value).collect(),
                initial: Run::of_facts(problem, id, *run),
            }
        });
        let table = line.changeovers.map(|set| Table::position(&mut self.tables, problem, line.cost_per_hour, set));
        self.lines.push(LineFacts {
            line: id,
            windows,
            pausable: line.pausable,
            mean_run: 0,
            available_from: line.available_from.0,
            initial_class: line.initial_class.map_or(ANY_CLASS, |class| class.0),
            table,
            minimum_run,
            overtime: overtime.collect(),
        });
    }

    /// Releases and due dates in each line's working seconds without overtime.
    fn note_working_times(&mut self) {
        let count = self.lines.len();
        for (place, line) in self.lines.iter_mut().enumerate() {
            let runs =
                || self.modes.iter().skip(place).step_by(count).filter(|mode| mode.exists()).map(|mode| mode.run);
            line.mean_run = (runs().map(i128::from).sum::<i128>() / (runs().count() as i128).max(1)) as i64;
        }
        let clocks: Vec<Clock> = self.lines.iter().map(|line| line.clock(&[])).collect();
        for (lot, facts) in self.lots.iter().enumerate() {
            let order = &self.orders[facts.order as usize];
            let row = &mut self.modes[lot * count..(lot + 1) * count];
            for (mode, clock) in row.iter_mut().zip(&clocks).filter(|(mode, _)| mode.exists()) {
                mode.earliest = clock.worked_before(facts.release);
                mode.due_end = order.due - mode.journey;
                mode.latest = clock.worked_before(mode.due_end + order.lateness.most.min(0));
            }
        }
    }

    /// What of the orders here lies outside: deliveries that bound their completion from below.
    fn note_elsewhere(
        &mut self,
        problem: &Problem,
        plan: &Plan,
        schedule: &Schedule,
        lines: &[LineIdx],
        order_of: &[u32],
    ) {
        let mut here = vec![false; problem.lines.len()];
        for line in lines {
            here[line.position()] = true;
        }
        for lot in plan.lots.iter() {
            let timed = &schedule.operations[lot.first_operation];
            if !timed.fact && here[timed.line.position()] {
                continue;
            }
            self.other_end = self.other_end.max(timed.end.0);
            let order = problem.items[lot.item].order;
            let Some(facts) = self.orders.get_mut(order_of[order.position()] as usize) else { continue };
            facts.delivered_elsewhere =
                facts.delivered_elsewhere.max(delivery(problem, order, timed.line, timed.end.0));
            facts.whole = false;
        }
        for fact in problem.lines.iter().flat_map(|line| &line.facts) {
            self.other_end = self.other_end.max(fact.end.0);
        }
        for facts in &mut self.orders {
            if problem.orders[facts.order].delivered_at_start {
                facts.delivered_elsewhere = facts.delivered_elsewhere.max(problem.start.0);
            }
        }
    }

    /// What is begun of orders that are left out, though their facts hold the lines: they come back with it.
    fn note_left_out_facts(&mut self, problem: &Problem, left_out: &[OrderIdx], order_of: &[u32]) {
        for &order in left_out {
            let Some(facts) = self.orders.get_mut(order_of[order.position()] as usize) else { continue };
            let frozen = problem.orders[order].items().flat_map(|item| &problem.items[item].frozen_lots);
            for lot in frozen.map(|&lot| &problem.baseline.lots[lot as usize]) {
                let Some(known) = lot.operations.first().and_then(Option::as_ref) else { continue };
                let journey = problem.places.delivery(problem.lines[known.line].site, problem.orders[order].region);
                let journey = journey.unwrap_or_default();
                facts.delivered_elsewhere = facts.delivered_elsewhere.max((known.end + journey.time).0);
                // It is sent off with the rest, or not at all.
                facts.left_out_cost -= journey.cost_per_unit.times(lot.quantity).0;
            }
        }
    }

    fn note_kits(&mut self) {
        for facts in &mut self.orders {
            facts.kit = facts.lots.len() > 1 || facts.delivered_elsewhere > i64::MIN;
            for &lot in &facts.lots {
                self.lots[lot as usize].kit = facts.kit;
            }
            // Made in one lot, the only item of an order is all of it.
            if let [divided] = facts.divided[..]
                && facts.delivered_elsewhere == i64::MIN
                && facts.lots.iter().all(|&lot| self.lots[lot as usize].divided == divided)
            {
                for lots in self.divided[divided as usize].forms.iter().filter(|lots| lots.len() == 1) {
                    self.lots[lots[0] as usize].kit = false;
                }
            }
        }
    }
}

/// When a lot of an order that ends on a line at `end` is delivered.
fn delivery(problem: &Problem, order: OrderIdx, line: LineIdx, end: i64) -> i64 {
    let journey = problem.places.delivery(problem.lines[line].site, problem.orders[order].region);
    end + journey.unwrap_or_default().time.0
}

fn lot_mode(problem: &Problem, portion: Portion, kind: KindIdx, id: LineIdx) -> LotMode {
    let Portion { item, number, quantity } = portion;
    let line = &problem.lines[id];
    let Some(rate) = problem.rate_on(kind, id) else { return LotMode::default() };
    let order = &problem.orders[problem.items[item].order];
    let Some(journey) = problem.places.delivery(line.site, order.region) else { return LotMode::default() };
    let mut cost = problem.run_cost(line, rate, quantity) + journey.cost_per_unit.times(quantity);
    let known = problem.baseline.by_key.get(&(item, number)).map(|&lot| &problem.baseline.lots[lot as usize]);
    let known = known.and_then(|lot| lot.operations.first()?.as_ref());
    if known.is_some_and(|known| known.line != id) {
        cost += problem.baseline.line_change_cost;
    }
    LotMode {
        run: rate.run_time(quantity).0,
        cost: cost.0,
        journey: journey.time.0,
        class: problem.class_on(line, kind).0,
        pieces: u32::try_from(rate.pieces_run(quantity)).unwrap_or(u32::MAX),
        // Known when the lines are: see `note_working_times`.
        earliest: 0,
        latest: 0,
        due_end: 0,
    }
}
