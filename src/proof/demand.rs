//! What is to be allocated: lots, their undecided operations, and for each the lines that could run it.
//!
//! For every choice it knows the run time, the cost that depends on the line alone, and the earliest instant at which
//! it could end: release, predecessors at their best, the line's calendar with all its overtime opened. Those are
//! lower bounds, true of every plan. Knows no buckets and no solver.

use crate::plan::{Fate, Plan, lots_of_item};
use crate::problem::{Item, ItemIdx, Journey, KindIdx, Line, LineIdx, OrderIdx, Problem};
use crate::schedule::LineClock;
use crate::units::{HOUR, IdVec, Money, Pieces, Seconds};

/// Into how many equal parts an item is cut at most, whatever it allows: each part multiplies the choices.
const PARTS_LIMIT: u32 = 6;

/// All lots that could be made.
#[derive(Debug)]
pub(crate) struct Demand {
    /// The lots, order by order.
    pub lots: Vec<DemandLot>,
    /// Their undecided operations, lot by lot.
    pub operations: Vec<DemandOperation>,
    /// Positions in `lots` of each order.
    pub lots_of: IdVec<OrderIdx, Vec<usize>>,
}

/// A lot that could be made.
#[derive(Debug)]
pub(crate) struct DemandLot {
    /// Its order.
    pub order: OrderIdx,
    /// Its item.
    pub item: ItemIdx,
    /// Its number within the item.
    pub number: u32,
    /// Its pieces.
    pub quantity: Pieces,
    /// Positions of its operations by step; none for a fact.
    pub steps: Vec<Option<usize>>,
}

/// An operation somebody must decide about.
#[derive(Debug)]
pub(crate) struct DemandOperation {
    /// Position of its lot.
    pub lot: usize,
    /// The step of its route.
    pub step: u16,
    /// How many steps lie before it on the longest way there.
    pub level: u16,
    /// What it is.
    pub kind: KindIdx,
    /// Who could run it, in the order of the lines; empty where nobody can.
    pub modes: Vec<DemandMode>,
}

/// A line that could run an operation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DemandMode {
    /// The line.
    pub line: LineIdx,
    /// Working time of the run.
    pub run: Seconds,
    /// What the run, the change from the baseline's line and (after the last step) the delivery cost.
    pub cost: Money,
    /// It cannot start earlier.
    pub earliest_start: Seconds,
    /// It cannot end earlier.
    pub earliest_end: Seconds,
    /// Elapsed time from its end to delivery.
    pub delivery: Seconds,
}

impl Demand {
    /// Collects the demand. Items that `incumbent` makes in several lots keep those; the rest are cut into as many
    /// equal parts as they allow (at most a few).
    pub fn new(problem: &Problem, incumbent: Option<&Plan>) -> Self {
        let clocks = Clocks::new(problem);
        let kept = kept_lots(problem, incumbent);
        let mut demand =
            Self { lots: Vec::new(), operations: Vec::new(), lots_of: IdVec::filled(Vec::new(), problem.orders.len()) };
        for (order, facts) in problem.orders.enumerate().filter(|(_, order)| !order.nothing_left) {
            for item in facts.items() {
                let lots = match &kept[item] {
                    lots if lots.len() > 1 => lots.clone(),
                    _ => lots_of_item(problem, item, parts(&problem.items[item])),
                };
                for (number, quantity) in lots {
                    demand.add_lot(problem, &clocks, (order, item), number, quantity);
                }
            }
        }
        demand
    }

    fn add_lot(
        &mut self,
        problem: &Problem,
        clocks: &Clocks<'_>,
        (order, item): (OrderIdx, ItemIdx),
        number: u32,
        quantity: Pieces,
    ) {
        let position = self.lots.len();
        let route = problem.route_of(item);
        let known = problem.baseline.by_key.get(&(item, number)).map(|&lot| &problem.baseline.lots[lot as usize]);
        let known_of = |step: u16| known.and_then(|lot| *lot.operations.get(usize::from(step))?);
        let mut steps = vec![None; route.steps.len()];
        let mut levels = vec![0u16; route.steps.len()];
        // Earliest end of each step over its lines.
        let mut ends = vec![problem.start; route.steps.len()];
        for &step in &route.topological {
            let index = usize::from(step);
            let before = &route.steps[index].after;
            levels[index] = before.iter().map(|&b| levels[usize::from(b)] + 1).max().unwrap_or(0);
            if let Some(fact) = known_of(step).filter(|fact| fact.frozen) {
                ends[index] = fact.end;
                continue;
            }
            // From when on a line may start: none where a fact's site has no way there.
            let ready_on = |line: &Line| {
                before.iter().try_fold(problem.orders[order].release.max(line.available_from), |ready, &b| {
                    let fact = known_of(b).filter(|fact| fact.frozen);
                    let journey = fact.map(|fact| problem.places.transit(problem.lines[fact.line].site, line.site));
                    let transit = journey.unwrap_or_else(|| Some(Journey::default()))?.time;
                    Some(ready.max(ends[usize::from(b)] + route.steps[index].lag + transit))
                })
            };
            let kind = problem.kind_of(item, index);
            let mut modes = Vec::new();
            for mode in problem.modes(kind) {
                let (line, rate) = (&problem.lines[mode.line], &problem.rates[mode.rate]);
                let journey = problem.places.delivery(line.site, problem.orders[order].region);
                if step == route.last && journey.is_none() {
                    continue;
                }
                let journey = journey.filter(|_| step == route.last).unwrap_or_default();
                let run = rate.run_time(quantity);
                let placed = ready_on(line).and_then(|ready| clocks.of[mode.line].place(ready, run));
                let Some(placed) = placed else { continue };
                let moved = known_of(step).is_some_and(|known| known.line != mode.line);
                let change = if moved { problem.baseline.line_change_cost } else { Money::ZERO };
                let costs = [problem.run_cost(line, rate, quantity), change, journey.cost_per_unit.times(quantity)];
                let cost = costs.iter().fold(0i64, |sum, cost| sum.saturating_add(cost.0));
                modes.push(DemandMode {
                    line: mode.line,
                    run,
                    cost: Money(cost),
                    earliest_start: placed.from,
                    earliest_end: placed.to,
                    delivery: journey.time,
                });
            }
            ends[index] = modes.iter().map(|mode| mode.earliest_end).min().unwrap_or(problem.end);
            steps[index] = Some(self.operations.len());
            self.operations.push(DemandOperation { lot: position, step, level: levels[index], kind, modes });
        }
        self.lots.push(DemandLot { order, item, number, quantity, steps });
        self.lots_of[order].push(position);
    }

    /// The order of an operation.
    pub fn order_of(&self, operation: usize) -> OrderIdx {
        self.lots[self.operations[operation].lot].order
    }

    /// Whether an operation is the one delivery starts from.
    pub fn is_last(&self, problem: &Problem, operation: usize) -> bool {
        let DemandOperation { lot, step, .. } = self.operations[operation];
        problem.route_of(self.lots[lot].item).last == step
    }

    /// The work each line may expect, each operation shared evenly by the lines that could run it.
    pub fn expected_load(&self, problem: &Problem) -> IdVec<LineIdx, Seconds> {
        let mut load = IdVec::filled(Seconds::ZERO, problem.lines.len());
        for operation in &self.operations {
            for mode in &operation.modes {
                load[mode.line] += Seconds(mode.run.0 / operation.modes.len() as i64 + 1);
            }
        }
        load
    }

    /// What the start of an operation that ends at `end` costs for having moved from the baseline's, were it to run
    /// without a pause.
    pub fn start_change_cost(&self, problem: &Problem, operation: usize, mode: &DemandMode, end: Seconds) -> Money {
        let DemandOperation { lot, step, .. } = self.operations[operation];
        let lot = &self.lots[lot];
        let known = problem.baseline.by_key.get(&(lot.item, lot.number));
        let known =
            known.and_then(|&known| *problem.baseline.lots[known as usize].operations.get(usize::from(step))?);
        known.map_or(Money::ZERO, |known| {
            let moved = Seconds(((end - mode.run).0 - known.start.0).abs());
            problem.baseline.start_change_cost_per_hour.pro_rata(moved, HOUR)
        })
    }
}

/// Into how many lots an item is cut.
pub(crate) fn parts(item: &Item) -> u32 {
    item.maximum_lots.min(PARTS_LIMIT)
}

/// The lines' clocks with all overtime opened.
struct Clocks<'p> {
    of: IdVec<LineIdx, LineClock<'p>>,
}

impl<'p> Clocks<'p> {
    fn new(problem: &'p Problem) -> Self {
        let clock = |line: &'p Line| {
            let all: Vec<usize> = (0..line.overtime.len()).collect();
            LineClock::new(problem, line, &all)
        };
        Self { of: problem.lines.iter().map(clock).collect() }
    }
}

/// The lots in which a plan makes each item, by number.
fn kept_lots(problem: &Problem, incumbent: Option<&Plan>) -> IdVec<ItemIdx, Vec<(u32, Pieces)>> {
    let mut kept: IdVec<ItemIdx, Vec<(u32, Pieces)>> = IdVec::filled(Vec::new(), problem.items.len());
    if let Some(plan) = incumbent {
        for lot in plan.lots.iter().filter(|lot| plan.fates[problem.items[lot.item].order] == Fate::Made) {
            kept[lot.item].push((lot.number, lot.quantity));
        }
        for lots in kept.iter_mut() {
            lots.sort_unstable();
        }
    }
    kept
}
