//! A plan under construction: every line filled from the front, every operation timed as it is appended.
//!
//! Appending only ever looks at a line's end, so a preview is a constant-time question. What comes out is a complete
//! plan; `schedule` times it once more from scratch.

use crate::plan::{Fate, LotIdx, OpIdx, Operation, Plan};
use crate::problem::{ClassIdx, ItemIdx, LineIdx, Mode, OrderIdx, Problem, SupplyIdx};
use crate::schedule::{Infeasible, LineClock, Obstacle, Schedule, settle_roughly};
use crate::units::{IdVec, Money, Seconds};
use rustc_hash::FxHashSet;
use smallvec::SmallVec;

/// A plan under construction.
#[derive(Clone)]
pub(super) struct Shop<'p> {
    pub problem: &'p Problem,
    pub plan: Plan,
    clocks: IdVec<LineIdx, LineClock<'p>>,
    lines: IdVec<LineIdx, LineState>,
    /// Where and until when each appended operation (or fact) runs.
    placed: IdVec<OpIdx, Option<(LineIdx, Seconds)>>,
    /// Millionths taken from each supply so far.
    taken: Vec<i64>,
    /// What was appended, to take it back.
    appended: Vec<Undo>,
}

/// How far a plan has come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    lots: usize,
    operations: usize,
    appended: usize,
}

#[derive(Clone, Debug)]
struct Undo {
    operation: OpIdx,
    line: LineIdx,
    state: LineState,
    taken: SmallVec<[(SupplyIdx, i64); 2]>,
}

#[derive(Clone, Copy, Debug)]
struct LineState {
    free: Seconds,
    class: Option<ClassIdx>,
}

/// An operation at the end of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Preview {
    pub mode: Mode,
    pub setup_time: Seconds,
    pub end: Seconds,
    /// Run, changeover and journeys into it.
    pub cost: Money,
    /// How long it keeps the line from being free.
    pub occupied: Seconds,
}

impl<'p> Shop<'p> {
    /// A shop in which only the facts have happened.
    pub fn new(problem: &'p Problem) -> Self {
        let clocks = problem.lines.iter().map(|line| LineClock::new(problem, line, &[])).collect();
        let state = |line: &crate::problem::Line| LineState { free: line.available_from, class: line.initial_class };
        Self {
            problem,
            plan: Plan::empty(problem),
            clocks,
            lines: problem.lines.iter().map(state).collect(),
            placed: IdVec::new(),
            taken: vec![0; problem.supplies.len()],
            appended: Vec::new(),
        }
    }

    /// When a line falls free.
    pub fn free_at(&self, line: LineIdx) -> Seconds {
        self.lines[line].free
    }

    /// What a line is set up for, where it has changeovers.
    pub fn class_of(&self, line: LineIdx) -> Option<ClassIdx> {
        self.lines[line].class
    }

    /// Where and until when an appended operation (or fact) runs.
    pub fn placed(&self, operation: OpIdx) -> Option<(LineIdx, Seconds)> {
        self.placed[operation]
    }

    /// Adds the lots of an item, the part that is no fact in `parts` of them; facts among their operations count as
    /// placed.
    pub fn open_item(&mut self, item: ItemIdx, parts: u32) -> Vec<LotIdx> {
        let lots = self.plan.add_item(self.problem, item, parts);
        self.plan.fates[self.problem.items[item].order] = Fate::Made;
        self.note_facts();
        lots
    }

    /// Remembers how far the plan has come, so that trials can be taken back.
    pub fn mark(&self) -> Mark {
        Mark { lots: self.plan.lots.len(), operations: self.plan.operations.len(), appended: self.appended.len() }
    }

    /// Takes back everything since `mark`.
    pub fn roll_back(&mut self, mark: &Mark) {
        while self.appended.len() > mark.appended {
            let Some(undo) = self.appended.pop() else { break };
            self.plan.sequences[undo.line].pop();
            self.lines[undo.line] = undo.state;
            for (supply, amount) in undo.taken {
                self.taken[supply.0 as usize] -= amount;
                if self.plan.takings[supply].last() == Some(&undo.operation) {
                    self.plan.takings[supply].pop();
                }
            }
        }
        self.plan.truncate(mark.lots, mark.operations);
        self.placed.truncate(mark.operations);
    }

    fn note_facts(&mut self) {
        for index in self.placed.len()..self.plan.operations.len() {
            let known = self.plan.baseline_of(self.problem, OpIdx(index as u32)).filter(|known| known.frozen);
            self.placed.push(known.map(|known| (known.line, known.end)));
        }
    }

    /// From when on an operation's run may start on a line, materials not counted; none where it never can.
    fn ready_on(&self, operation: OpIdx, line: LineIdx) -> Option<(Seconds, Money)> {
        let problem = self.problem;
        let Operation { lot, step } = self.plan.operations[operation];
        let facts = self.plan.lots[lot];
        let order = &problem.orders[problem.items[facts.item].order];
        let route = problem.route_of(facts.item);
        let site = problem.lines[line].site;
        let mut ready = order.release;
        let mut cost = Money::ZERO;
        for &before in &route.steps[usize::from(step)].after {
            let (line_before, end) = self.placed[self.plan.operation(lot, usize::from(before))]?;
            let transit = problem.places.transit(problem.lines[line_before].site, site)?;
            ready = ready.max(end + route.steps[usize::from(step)].lag + transit.time);
            cost += transit.cost_per_unit.times(facts.quantity);
        }
        // Facts behind it (a later step begun already) do not move; those before it are placed.
        if step == route.last {
            cost += problem.places.delivery(site, order.region)?.cost_per_unit.times(facts.quantity);
        }
        Some((ready, cost))
    }

    /// The operation at the end of a line; none where it cannot run there (or not before the horizon ends, or
    /// before `worse_than`, which saves the work).
    pub fn preview(&self, operation: OpIdx, mode: Mode, worse_than: Seconds) -> Option<Preview> {
        let problem = self.problem;
        let state = self.lines[mode.line];
        if state.free >= worse_than {
            return None;
        }
        let line = &problem.lines[mode.line];
        let lot = self.plan.lots[self.plan.operations[operation].lot];
        let kind = self.plan.kind(problem, operation);
        let rate = &problem.rates[mode.rate];
        let run = rate.run_time(lot.quantity);
        if state.free + run > worse_than {
            return None;
        }
        let (ready, journeys) = self.ready_on(operation, mode.line)?;
        let ready = ready.max(self.material_ready(operation, mode)?);
        let changeover = problem.changeover(line, state.class, problem.class_on(line, kind));
        let slot = self.clocks[mode.line].next(state.free, changeover.time, ready, run)?;
        let cost = problem.run_cost(line, rate, lot.quantity) + problem.changeover_cost(line, changeover) + journeys;
        let end = slot.end;
        Some(Preview { mode, setup_time: changeover.time, end, cost, occupied: end - state.free })
    }

    /// From when on an operation's materials are there on a line; none where they never are.
    pub fn material_ready(&self, operation: OpIdx, mode: Mode) -> Option<Seconds> {
        let mut ready = self.problem.start;
        for (supply, amount) in self.takes(operation, mode) {
            let total = self.taken[supply.0 as usize].saturating_add(amount);
            ready = ready.max(self.problem.supplies[supply].available_from(total)?);
        }
        Some(ready)
    }

    /// The first instant from `free` on at which a line is open; none when it never is again.
    pub fn opens_at(&self, line: LineIdx) -> Option<Seconds> {
        self.clocks[line].place(self.lines[line].free, Seconds(1)).map(|placed| placed.from)
    }

    /// Why an operation fits on no line.
    pub fn obstacle(&self, operation: OpIdx) -> Obstacle {
        let problem = self.problem;
        let modes = problem.modes(self.plan.kind(problem, operation));
        if modes.is_empty() {
            return Obstacle::Line;
        }
        if modes.iter().all(|mode| self.material_ready(operation, *mode).is_none()) {
            return Obstacle::Material;
        }
        if modes.iter().any(|mode| self.ready_on(operation, mode.line).is_some()) {
            return Obstacle::Horizon;
        }
        let Operation { lot, step } = self.plan.operations[operation];
        let item = self.plan.lots[lot].item;
        let region = problem.orders[problem.items[item].order].region;
        let delivers = |mode: &Mode| problem.places.delivery(problem.lines[mode.line].site, region).is_some();
        if step == problem.route_of(item).last && !modes.iter().any(delivers) {
            return Obstacle::Delivery;
        }
        Obstacle::Transit
    }

    /// What an operation takes from scarce supplies on a line.
    fn takes(&self, operation: OpIdx, mode: Mode) -> impl Iterator<Item = (SupplyIdx, i64)> + '_ {
        let problem = self.problem;
        let kind = self.plan.kind(problem, operation);
        let quantity = self.plan.lots[self.plan.operations[operation].lot].quantity;
        let pieces = problem.rates[mode.rate].pieces_run(quantity);
        let site = problem.lines[mode.line].site;
        problem.kinds[kind].takes.iter().filter_map(move |&(material, per_unit)| {
            let supply = problem.supply_lookup.supply(material, site)?;
            problem.supplies[supply].scarce.then(|| (supply, per_unit.saturating_mul(pieces)))
        })
    }

    /// Appends a previewed operation.
    pub fn append(&mut self, operation: OpIdx, preview: &Preview) {
        let taken: SmallVec<[(SupplyIdx, i64); 2]> = self.takes(operation, preview.mode).collect();
        for &(supply, amount) in &taken {
            self.taken[supply.0 as usize] += amount;
            let takers = &mut self.plan.takings[supply];
            if takers.last() != Some(&operation) {
                takers.push(operation);
            }
        }
        let line = preview.mode.line;
        let kind = self.plan.kind(self.problem, operation);
        let facts = &self.problem.lines[line];
        self.appended.push(Undo { operation, line, state: self.lines[line], taken });
        self.lines[line] =
            LineState { free: preview.end, class: facts.changeovers.map(|_| self.problem.class_on(facts, kind)) };
        self.plan.sequences[line].push(operation);
        self.placed[operation] = Some((line, preview.end));
    }

    /// When a lot whose operations are all placed is delivered; none where its place does not deliver.
    pub fn delivery(&self, lot: LotIdx) -> Option<Seconds> {
        let facts = self.plan.lots[lot];
        let last = self.plan.operation(lot, usize::from(self.problem.route_of(facts.item).last));
        let (line, end) = self.placed[last]?;
        let order = &self.problem.orders[self.problem.items[facts.item].order];
        let journey = self.problem.places.delivery(self.problem.lines[line].site, order.region);
        // A fact may stand where its region cannot be served from; it is delivered all the same.
        Some(end + journey.unwrap_or_default().time)
    }

    /// The finished plan with its schedule, timed roughly where waiting saves money, less the orders that did not come out whole.
    ///
    /// Leaving an order out can make another one late where changeovers break the triangle inequality; then that one
    /// goes too. Every round removes at least one order, so this ends.
    pub fn finish(self, failed: &FxHashSet<OrderIdx>) -> (Plan, Schedule) {
        let problem = self.problem;
        let mut failed: Vec<OrderIdx> = failed.iter().copied().collect();
        failed.sort_unstable();
        let mut plan = if failed.is_empty() { self.plan } else { self.plan.without(problem, &failed) };
        loop {
            match settle_roughly(problem, &mut plan) {
                Ok(schedule) => return (plan, schedule),
                Err(infeasible) => plan = plan.without(problem, &removable(&infeasible)),
            }
        }
    }
}

/// The orders an infeasible plan should lose.
fn removable(infeasible: &Infeasible) -> Vec<OrderIdx> {
    let mut orders: Vec<OrderIdx> = infeasible.orders.iter().map(|&(order, _)| order).collect();
    orders.sort_unstable();
    orders.dedup();
    orders
}
