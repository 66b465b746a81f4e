//! What each order asks of lines and materials at least: its operations, each with an earliest start, a latest end and
//! the lines on which it fits between the two.

use super::Proof;
use crate::plan::lots_of_item;
use crate::problem::{ItemIdx, KindIdx, LineIdx, OrderIdx, Problem};
use crate::proof::demand::{Demand, DemandMode};
use crate::schedule::LineClock;
use crate::units::{IdVec, Pieces, Seconds};
use crate::working_time::WorkingTime;

/// The demand of all orders.
pub(super) struct Tasks {
    /// By order.
    pub of: IdVec<OrderIdx, OrderTasks>,
    /// Open time of each line with all its overtime, to measure by.
    pub open: IdVec<LineIdx, WorkingTime>,
}

/// The demand of one order.
#[derive(Clone, Debug, Default)]
pub(super) struct OrderTasks {
    /// Its operations; all lots of an item that may be split are one.
    pub tasks: Vec<Task>,
    /// The proof that one of them fits nowhere.
    pub nowhere: Option<Proof>,
}

/// Work that must be done.
#[derive(Clone, Debug)]
pub(super) struct Task {
    /// What runs.
    pub kind: KindIdx,
    /// Whether it may be done in parts on several lines.
    pub in_parts: bool,
    /// Where it could run: never empty.
    pub modes: Vec<TaskMode>,
}

/// A line that could do it.
#[derive(Clone, Copy, Debug)]
pub(super) struct TaskMode {
    /// The line.
    pub line: LineIdx,
    /// Working seconds at least, were all of it done there. A part done there takes its share at least.
    pub work: Seconds,
    /// Nothing of it starts earlier.
    pub from: Seconds,
    /// All of it has ended by then.
    pub to: Seconds,
    /// All of it has started by then.
    pub started_by: Seconds,
    /// Pieces run at least, were all of it done there.
    pub pieces: Pieces,
}

impl Tasks {
    /// Collects what every plan that makes the orders must do.
    pub fn new(problem: &Problem) -> Self {
        let demand = Demand::new(problem, None);
        let open = problem.lines.iter().map(|line| problem.open_time(line, 0..line.overtime.len())).collect();
        let mut tasks = Self { of: IdVec::filled(OrderTasks::default(), problem.orders.len()), open };
        for order in problem.orders.ids() {
            let mut lots = demand.lots_of[order].iter().copied();
            let mut found = OrderTasks::default();
            let mut split: Vec<ItemIdx> = Vec::new();
            while let (None, Some(lot)) = (&found.nowhere, lots.next()) {
                let item = demand.lots[lot].item;
                if may_be_split(problem, item) && !is_frozen(problem, item, demand.lots[lot].number) {
                    if !split.contains(&item) {
                        split.push(item);
                        found.add_split(problem, &tasks.open, item);
                    }
                } else {
                    found.add_lot(problem, &tasks.open, &demand, lot);
                }
            }
            tasks.of[order] = found;
        }
        tasks
    }
}

/// Whether what is left of an item may be made in other lots than the demand has.
fn may_be_split(problem: &Problem, item: ItemIdx) -> bool {
    lots_of_item(problem, item, 2).len() > lots_of_item(problem, item, 1).len()
}

fn is_frozen(problem: &Problem, item: ItemIdx, number: u32) -> bool {
    let lots = problem.items[item].frozen_lots.iter();
    lots.map(|&lot| &problem.baseline.lots[lot as usize]).any(|lot| lot.number == number)
}

impl OrderTasks {
    fn no_place(&mut self, problem: &Problem, item: ItemIdx, step: u16, lines: Vec<LineIdx>) {
        let item = (item.0 - problem.orders[problem.items[item].order].items.start) as usize;
        self.nowhere = Some(Proof::NoPlace { item, step, lines });
    }

    /// The undecided operations of a lot that is made as it is: latest ends go backward along the route.
    fn add_lot(&mut self, problem: &Problem, open: &IdVec<LineIdx, WorkingTime>, demand: &Demand, lot: usize) {
        let facts = &demand.lots[lot];
        let route = problem.route_of(facts.item);
        let deadline = problem.orders[facts.order].deadline;
        // By when each step must have ended for those after it, wherever these run.
        let mut latest = vec![problem.end; route.steps.len()];
        for &step in route.topological.iter().rev() {
            let index = usize::from(step);
            let Some(operation) = facts.steps[index] else { continue };
            let operation = &demand.operations[operation];
            let is_last = step == route.last;
            let by = |mode: &DemandMode| {
                let delivered = deadline.filter(|_| is_last).map(|deadline| deadline - mode.delivery);
                delivered.map_or(latest[index], |delivered| delivered.min(latest[index]))
            };
            let fitting = operation.modes.iter().filter_map(|mode| {
                let line = &problem.lines[mode.line];
                let to = by(mode);
                let last = LineClock::of_open_time(&open[mode.line], line.pausable).place_latest(to, mode.run)?;
                let pieces = problem.rate_on(operation.kind, mode.line)?.pieces_run(facts.quantity);
                let fits = last.from >= mode.earliest_start && to >= mode.earliest_end;
                let (from, started_by) = (mode.earliest_start, last.from);
                fits.then_some(TaskMode { line: mode.line, work: mode.run, from, to, started_by, pieces })
            });
            let modes: Vec<TaskMode> = fitting.collect();
            let Some(started_by) = modes.iter().map(|mode| mode.started_by).max() else {
                let lines = operation.modes.iter().map(|mode| mode.line).collect();
                return self.no_place(problem, facts.item, step, lines);
            };
            for &before in &route.steps[index].after {
                let before = &mut latest[usize::from(before)];
                *before = (*before).min(started_by - route.steps[index].lag);
            }
            self.tasks.push(Task { kind: operation.kind, in_parts: false, modes });
        }
    }

    /// All lots of an item that may be split, step by step, however many there are.
    fn add_split(&mut self, problem: &Problem, open: &IdVec<LineIdx, WorkingTime>, item: ItemIdx) {
        let facts = &problem.items[item];
        let order = &problem.orders[facts.order];
        let frozen = facts.frozen_lots.iter().map(|&lot| problem.baseline.lots[lot as usize].quantity);
        let rest = facts.remaining - frozen.sum::<Pieces>();
        if rest <= 0 {
            return;
        }
        let route = problem.route_of(item);
        for &step in &route.topological {
            let kind = problem.kind_of(item, usize::from(step));
            let mut modes = Vec::new();
            for mode in problem.modes(kind) {
                let line = &problem.lines[mode.line];
                let delivery = problem.places.delivery(line.site, order.region);
                let Some(delivery) = delivery.or((step != route.last).then(Default::default)) else { continue };
                let delivered = order.deadline.filter(|_| step == route.last).map(|by| by - delivery.time);
                let to = delivered.map_or(problem.end, |by| by.min(problem.end));
                let from = order.release.max(line.available_from);
                let rate = &problem.rates[mode.rate];
                let work = rate.least_run_time(rest);
                if from < to && open[mode.line].working_between(from, to) > Seconds::ZERO {
                    let pieces = rate.pieces_run(rest);
                    modes.push(TaskMode { line: mode.line, work, from, to, started_by: to, pieces });
                }
            }
            if modes.is_empty() {
                let lines = problem.modes(kind).iter().map(|mode| mode.line).collect();
                return self.no_place(problem, item, step, lines);
            }
            self.tasks.push(Task { kind, in_parts: true, modes });
        }
    }
}
