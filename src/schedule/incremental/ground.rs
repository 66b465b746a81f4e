//! What does not change while lots move: their modes on each line, the lines' windows, the orders' prices.

use super::lateness::{Lateness, NEVER};
use super::line::{ANY_CLASS, LineFacts, MinimumRunFacts};
use crate::plan::{Fate, LotIdx, Plan};
use crate::problem::{LineIdx, OrderIdx, Problem};
use crate::schedule::{LineClock, Run, Schedule};
use crate::units::{HOUR, Id, Money};

/// A lot's position in a [`Ground`].
pub(crate) type LotId = u32;

/// "On no line": a mode that does not exist.
const NO_RUN: i64 = 0;

/// A lot on a line.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LotMode {
    /// Working seconds; 0 where the line cannot run it.
    pub run: i64,
    /// Production, delivery, and the line change against the baseline.
    pub cost: i64,
    /// From the end of the run to delivery.
    pub journey: i64,
    /// Setup class on the line.
    pub class: u32,
    /// Pieces run, for minimum runs.
    pub pieces: u32,
    /// Working seconds of the line before which its release lies: no run starts earlier.
    pub earliest: i64,
    /// Working seconds of the line by which it must end to be on time, and within any deadline.
    pub latest: i64,
    /// The instant by which it must end to be on time; [`NEVER`] and more without a due date.
    pub due_end: i64,
}

impl LotMode {
    /// Whether the line can run the lot.
    pub fn exists(&self) -> bool {
        self.run != NO_RUN
    }
}

/// A lot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LotFacts {
    /// The lot in the plan the ground was made for.
    pub plan_lot: LotIdx,
    /// Its order's position in the ground.
    pub order: u32,
    /// No run starts earlier.
    pub release: i64,
    /// The lines that can run it: a range of [`Ground::eligible`].
    pub eligible: (u32, u32),
    /// Whether its order is a kit.
    pub kit: bool,
    /// The price of its order's lateness.
    pub lateness: Lateness,
}

/// An order with at least one lot here.
#[derive(Clone, Debug)]
pub(crate) struct OrderFacts {
    /// The order.
    pub order: OrderIdx,
    /// When it is promised; [`NEVER`] without a due date.
    pub due: i64,
    /// The price of its lateness.
    pub lateness: Lateness,
    /// What leaving it out costs.
    pub left_out_cost: i64,
    /// Its lots here.
    pub lots: Vec<LotId>,
    /// The latest delivery of what lies outside the ground (facts, other lines, items with nothing left).
    pub delivered_elsewhere: i64,
    /// Whether its completion is a maximum over several deliveries.
    pub kit: bool,
    /// Whether it can be left out or brought back here: all of it lies in this ground.
    pub whole: bool,
}

impl OrderFacts {
    /// What completion at `completion` costs.
    pub fn late_cost(&self, completion: i64) -> i64 {
        self.lateness.cost(completion.saturating_sub(self.due))
    }

    /// Whether completion at `completion` breaks the deadline.
    pub fn too_late(&self, completion: i64) -> bool {
        completion.saturating_sub(self.due) > self.lateness.most
    }
}

/// Changeover times and costs (the line's hours included) between classes, row by row.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub classes: usize,
    pub seconds: Vec<u32>,
    /// Empty where all are zero.
    pub costs: Vec<i64>,
}

/// The unchanging part.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    pub lots: Vec<LotFacts>,
    /// Lot by lot, a row over the lines.
    pub modes: Vec<LotMode>,
    /// Lot by lot, the lines that can run it.
    pub eligible: Vec<u16>,
    pub lines: Vec<LineFacts>,
    pub tables: Vec<Table>,
    pub orders: Vec<OrderFacts>,
    pub makespan_cost_per_hour: i64,
    pub start: i64,
    /// The latest end of what lies outside (facts, other lines).
    pub other_end: i64,
}

/// Largest number of classes for which a line gets tables of its own.
const MOST_CLASSES: usize = 2_048;

impl Ground {
    /// Whether a problem's lines are separable, so that a ground can be made of it.
    pub fn covers(problem: &Problem) -> bool {
        problem.routes.iter().enumerate().all(|(index, route)| {
            route.steps.len() == 1 || !problem.variants.iter().any(|variant| variant.route.position() == index)
        }) && !problem.supplies.iter().any(|supply| supply.scarce)
            && !problem.orders.iter().any(|order| order.holding_cost_per_day > Money::ZERO)
            && (problem.baseline.lots.is_empty() || problem.baseline.start_change_cost_per_hour == Money::ZERO)
            && problem.changeovers.iter().all(|set| set.classes() <= MOST_CLASSES)
            && problem.lines.len() <= usize::from(u16::MAX)
    }

    /// The ground of some lines of a plan: the lots they run, and those of the given left-out orders (which must
    /// have lots in the plan that stand in no sequence).
    pub fn new(problem: &Problem, plan: &Plan, schedule: &Schedule, lines: &[LineIdx], left_out: &[LotIdx]) -> Self {
        let mut ground = Self {
            lots: Vec::new(),
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
        let lots: Vec<LotIdx> =
            running.map(|&operation| plan.operations[operation].lot).chain(left_out.iter().copied()).collect();
        for &lot in &lots {
            ground.add_lot(problem, plan, lot, lines, &mut order_of);
        }
        for &line in lines {
            ground.add_line(problem, plan, line, &lots);
        }
        ground.note_working_times();
        ground.note_elsewhere(problem, plan, schedule, lines, &lots, &order_of);
        ground
    }

    fn add_lot(&mut self, problem: &Problem, plan: &Plan, lot: LotIdx, lines: &[LineIdx], order_of: &mut [u32]) {
        let facts = plan.lots[lot];
        let id = problem.items[facts.item].order;
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
                delivered_elsewhere: i64::MIN,
                kit: false,
                whole: true,
            });
        }
        self.orders[*position as usize].lots.push(self.lots.len() as LotId);
        let first = self.eligible.len() as u32;
        let kind = problem.kind_of(facts.item, 0);
        for (place, &line) in lines.iter().enumerate() {
            let mode = lot_mode(problem, plan, lot, kind, line);
            if mode.exists() {
                self.eligible.push(place as u16);
            }
            self.modes.push(mode);
        }
        self.lots.push(LotFacts {
            plan_lot: lot,
            order: *position,
            release: order.release.0,
            eligible: (first, self.eligible.len() as u32),
            // Known when all lots are: see `note_elsewhere`.
            kit: false,
            lateness,
        });
    }

    fn add_line(&mut self, problem: &Problem, plan: &Plan, id: LineIdx, lots: &[LotIdx]) {
        let line = &problem.lines[id];
        let clock = LineClock::new(problem, line, &plan.overtime[id]);
        let windows: Vec<(i64, i64)> = clock.open.windows().map(|window| (window.from.0, window.to.0)).collect();
        let mut before = vec![0];
        for &(from, to) in &windows {
            before.push(before[before.len() - 1] + to - from);
        }
        let minimum_run = line.minimum_run.as_ref().map(|run| {
            let value = |&lot: &LotIdx| problem.run_values[run.by][problem.kind_of(plan.lots[lot].item, 0)];
            MinimumRunFacts {
                minimum: *run,
                values: lots.iter().map(value).collect(),
                initial: run_of_facts(problem, id),
            }
        });
        let table = line.changeovers.map(|set| {
            self.tables.push(table(problem, line, set));
            self.tables.len() - 1
        });
        // Lines alike in set and price share a table.
        let table = table.map(|own| {
            let twin = self.tables[..own].iter().position(|other| *other == self.tables[own]);
            if let Some(twin) = twin {
                self.tables.pop();
                twin
            } else {
                own
            }
        });
        self.lines.push(LineFacts {
            line: id,
            rigid: line.pausable || windows.len() == 1,
            windows,
            before,
            available_from: line.available_from.0,
            first_second: 0,
            near: 0,
            initial_class: line.initial_class.map_or(ANY_CLASS, |class| class.0),
            table,
            minimum_run,
        });
    }

    /// Releases and due dates in each line's working seconds.
    fn note_working_times(&mut self) {
        let count = self.lines.len();
        for line in &mut self.lines {
            line.first_second = line.worked_before(line.available_from);
        }
        self.note_near();
        for (lot, facts) in self.lots.iter().enumerate() {
            let order = &self.orders[facts.order as usize];
            let row = &mut self.modes[lot * count..(lot + 1) * count];
            for (mode, line) in row.iter_mut().zip(&self.lines).filter(|(mode, _)| mode.exists()) {
                mode.earliest = line.worked_before(facts.release);
                mode.due_end = order.due - mode.journey;
                mode.latest = line.worked_before(mode.due_end + order.lateness.most.min(0));
            }
        }
    }

    /// Shifts as they mostly are: up to two mean runs, and never past a whole window.
    fn note_near(&mut self) {
        let count = self.lines.len();
        for (place, line) in self.lines.iter_mut().enumerate() {
            let runs = || self.modes[place..].iter().step_by(count).filter(|mode| mode.exists()).map(|mode| mode.run);
            let mean = runs().map(i128::from).sum::<i128>() / (runs().count() as i128).max(1);
            let shortest = line.windows.iter().skip(1).map(|&(from, to)| to - from).min().unwrap_or(i64::MAX);
            line.near = if line.windows.len() > 1 { (2 * mean as i64).min(shortest) } else { i64::MAX };
        }
    }

    /// What of the orders here lies outside: deliveries that bound their completion from below.
    fn note_elsewhere(
        &mut self,
        problem: &Problem,
        plan: &Plan,
        schedule: &Schedule,
        lines: &[LineIdx],
        lots: &[LotIdx],
        order_of: &[u32],
    ) {
        let mut inside = vec![false; plan.lots.len()];
        for lot in lots {
            inside[lot.position()] = true;
        }
        let mut here = vec![false; problem.lines.len()];
        for line in lines {
            here[line.position()] = true;
        }
        // Lots without a time belong to orders that are left out and do not enter here.
        let timed_lots = |lot: &crate::plan::Lot| lot.first_operation.position() < schedule.operations.len();
        for (id, lot) in plan.lots.enumerate().filter(|(id, lot)| !inside[id.position()] && timed_lots(lot)) {
            let timed = &schedule.operations[lot.first_operation];
            if timed.fact || !here[timed.line.position()] {
                self.other_end = self.other_end.max(timed.end.0);
            }
            let order = problem.items[lot.item].order;
            let Some(facts) = self.orders.get_mut(order_of[order.position()] as usize) else { continue };
            let journey = problem.places.delivery(problem.lines[timed.line].site, problem.orders[order].region);
            let delivery = timed.end.0 + journey.unwrap_or_default().time.0;
            facts.delivered_elsewhere = facts.delivered_elsewhere.max(delivery);
            facts.whole = false;
            debug_assert_eq!(plan.operation(id, 0), lot.first_operation, "one operation a lot");
        }
        for fact in problem.lines.iter().flat_map(|line| &line.facts) {
            self.other_end = self.other_end.max(fact.end.0);
        }
        for facts in &mut self.orders {
            if problem.orders[facts.order].delivered_at_start {
                facts.delivered_elsewhere = facts.delivered_elsewhere.max(problem.start.0);
            }
            facts.kit = facts.lots.len() > 1 || facts.delivered_elsewhere > i64::MIN;
            debug_assert!(plan.fates[facts.order] == Fate::Made, "left-out orders enter with their lots");
        }
        for lot in &mut self.lots {
            lot.kit = self.orders[lot.order as usize].kit;
        }
    }

    /// A cost no plan on this ground is below: every order at its cheapest lines, or left out; nothing late, no
    /// changeovers. Where it is reached there is nothing more to search.
    pub fn cost_floor(&self) -> i64 {
        let cheapest = |&lot: &LotId| {
            let lines = self.eligible(lot).iter();
            lines.map(|&line| self.mode(lot, usize::from(line)).cost).min().unwrap_or(super::UNPLANNED_PENALTY)
        };
        self.orders
            .iter()
            .map(|order| {
                let made = order.lots.iter().map(cheapest).fold(0, i64::saturating_add);
                let late = order.late_cost(order.delivered_elsewhere);
                if order.whole { made.min(order.left_out_cost) } else { made + late }
            })
            .fold(0, i64::saturating_add)
    }

    /// A lot's mode on a line.
    pub fn mode(&self, lot: LotId, line: usize) -> &LotMode {
        &self.modes[lot as usize * self.lines.len() + line]
    }

    /// The lines that can run a lot.
    pub fn eligible(&self, lot: LotId) -> &[u16] {
        let (from, to) = self.lots[lot as usize].eligible;
        &self.eligible[from as usize..to as usize]
    }

    /// The order of a lot.
    pub fn order(&self, lot: LotId) -> &OrderFacts {
        &self.orders[self.lots[lot as usize].order as usize]
    }
}

impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        self.classes == other.classes && self.seconds == other.seconds && self.costs == other.costs
    }
}

fn lot_mode(problem: &Problem, plan: &Plan, lot: LotIdx, kind: crate::problem::KindIdx, id: LineIdx) -> LotMode {
    let facts = plan.lots[lot];
    let line = &problem.lines[id];
    let Some(rate) = problem.rate_on(kind, id) else { return LotMode::default() };
    let order = &problem.orders[problem.items[facts.item].order];
    let Some(journey) = problem.places.delivery(line.site, order.region) else { return LotMode::default() };
    let mut cost = problem.run_cost(line, rate, facts.quantity) + journey.cost_per_unit.times(facts.quantity);
    if let Some(known) = plan.baseline_of(problem, facts.first_operation)
        && known.line != id
    {
        cost += problem.baseline.line_change_cost;
    }
    LotMode {
        run: rate.run_time(facts.quantity).0,
        cost: cost.0,
        journey: journey.time.0,
        class: problem.class_on(line, kind).0,
        pieces: u32::try_from(rate.pieces_run(facts.quantity)).unwrap_or(u32::MAX),
        // Known when the lines are: see `note_working_times`.
        earliest: 0,
        latest: 0,
        due_end: 0,
    }
}

fn table(problem: &Problem, line: &crate::problem::Line, set: crate::problem::ChangeoversIdx) -> Table {
    let set = &problem.changeovers[set];
    let classes = set.classes();
    let (mut seconds, mut costs) = (Vec::with_capacity(classes * classes), Vec::with_capacity(classes * classes));
    for from in 0..classes {
        for to in 0..classes {
            let between = set.between(Id::at(from), Id::at(to));
            seconds.push(u32::try_from(between.time.0).unwrap_or(u32::MAX));
            costs.push((between.cost + line.cost_per_hour.pro_rata(between.time, HOUR)).0);
        }
    }
    if costs.iter().all(|&cost| cost == 0) {
        costs = Vec::new();
    }
    Table { classes, seconds, costs }
}

/// The run a line's facts leave behind.
fn run_of_facts(problem: &Problem, id: LineIdx) -> Option<Run> {
    let line = &problem.lines[id];
    let minimum = line.minimum_run.as_ref()?;
    let mut run: Option<Run> = None;
    for fact in &line.facts {
        let value = fact.kind.map_or(0, |kind| problem.run_values[minimum.by][kind]);
        let rate = fact.kind.and_then(|kind| problem.rate_on(kind, id));
        let pieces = rate.map_or(fact.quantity, |rate| rate.pieces_run(fact.quantity));
        let lot = Run { value, pieces, charged: fact.kind.is_some() };
        match &mut run {
            Some(run) if run.value == value => run.add(lot),
            _ => run = Some(lot),
        }
    }
    run
}
