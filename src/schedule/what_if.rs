//! A plan timed anew with one cause of lateness taken away: what would an order's delivery be without it?
//!
//! Sequences stay as they are; what is taken away are changeovers, closing times, other orders, materials that arrive
//! late, releases, the waiting for earlier steps, or time in which a line is not available. Only what an order waits
//! for is timed, by the same clock and the same rules as the reference (`timing`), whose times it gives where nothing
//! is taken away. It prices nothing.

use super::coupling::amount_taken;
use super::line::LineClock;
use super::timing::lines_of;
use crate::plan::{LotIdx, OpIdx, Operation, Plan};
use crate::problem::{ClassIdx, LineIdx, OrderIdx, Problem, SupplyIdx};
use crate::units::{IdVec, Seconds};
use crate::working_time::{Span, WorkingTime};
use rustc_hash::FxHashSet;

const LONG_AGO: Seconds = Seconds(i64::MIN / 4);

/// What is taken away, or added; by default nothing is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    /// Changeovers take no time.
    pub changeovers: bool,
    /// Lines never close.
    pub closing: bool,
    /// All materials are there.
    pub materials: bool,
    /// Lines are free from the start: neither `available_from` nor facts hold them.
    pub availability: bool,
    /// The order's own release.
    pub release: bool,
    /// The order's steps do not wait for each other.
    pub steps: bool,
    /// The order is released then.
    pub released_at: Option<Seconds>,
    /// Orders that are not there.
    pub absent: FxHashSet<OrderIdx>,
    /// No other order is there.
    pub alone: bool,
    /// Windows opened besides.
    pub opened: Vec<(LineIdx, Span)>,
    /// So many millionths more of a supply from the start on.
    pub stock: Option<(SupplyIdx, i64)>,
}

/// A plan whose orders can be asked for.
pub(crate) struct WhatIf<'p> {
    problem: &'p Problem,
    plan: &'p Plan,
    line_of: IdVec<OpIdx, Option<LineIdx>>,
    previous: IdVec<OpIdx, Option<OpIdx>>,
    /// Everybody after those it waits for.
    order: Vec<OpIdx>,
    clocks: IdVec<LineIdx, LineClock<'p>>,
    lots_of: IdVec<OrderIdx, Vec<LotIdx>>,
    /// Takers by supply: operation and millionths.
    takers: Vec<(SupplyIdx, Vec<(OpIdx, i64)>)>,
}

/// When an order's lots are delivered, and the times behind that.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// By lot.
    pub deliveries: Vec<(LotIdx, Seconds)>,
    /// The last of them, and of what is delivered already.
    pub delivery: Seconds,
    /// By operation timed: set up from, start, end.
    pub times: Vec<(OpIdx, Step)>,
}

/// An operation in time, and what it waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub line: LineIdx,
    pub setup_time: Seconds,
    pub start: Seconds,
    pub end: Seconds,
    /// What decided its start.
    pub held_by: Hold,
    /// From when on that let it begin; it begins later only where the line is closed.
    pub held_until: Seconds,
}

/// What an operation waited for last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// The one before it on its line, with the changeover from it.
    Line(OpIdx),
    /// Its line's first second: the start, `available_from`, facts.
    Available,
    /// A step before it on its route.
    Route(OpIdx),
    /// A material.
    Material(SupplyIdx),
    /// The order's release.
    Release,
    /// The baseline had begun it.
    Fact,
}

/// What one order waits for, everybody after those it waits for.
pub(crate) struct Behind {
    order: OrderIdx,
    operations: Vec<OpIdx>,
}

impl<'p> WhatIf<'p> {
    /// A plan that can be timed.
    pub fn new(problem: &'p Problem, plan: &'p Plan) -> Self {
        let line_of = lines_of(problem, plan);
        let mut previous = IdVec::filled(None, plan.operations.len());
        for pair in plan.sequences.iter().flat_map(|sequence| sequence.windows(2)) {
            previous[pair[1]] = Some(pair[0]);
        }
        let mut lots_of: IdVec<OrderIdx, Vec<LotIdx>> = IdVec::filled(Vec::new(), problem.orders.len());
        for (id, lot) in plan.lots.enumerate() {
            lots_of[problem.items[lot.item].order].push(id);
        }
        let takers = plan.takings.enumerate().filter(|(_, takers)| !takers.is_empty()).map(|(supply, takers)| {
            let amount = |&operation: &OpIdx| {
                let line = line_of[operation]?;
                let quantity = plan.lots[plan.operations[operation].lot].quantity;
                Some((operation, amount_taken(problem, plan.kind(problem, operation), line, quantity, supply)))
            };
            (supply, takers.iter().filter_map(amount).collect())
        });
        let takers = takers.collect();
        let clocks = problem.lines.enumerate().map(|(id, line)| LineClock::new(problem, line, &plan.overtime[id]));
        let clocks = clocks.collect();
        let mut what_if = Self { problem, plan, line_of, previous, order: Vec::new(), clocks, lots_of, takers };
        what_if.order = what_if.in_order();
        what_if
    }

    /// Whom an operation waits for: on its line and on its route.
    fn before(&self, operation: OpIdx) -> impl Iterator<Item = OpIdx> + '_ {
        let Operation { lot, step } = self.plan.operations[operation];
        let after = &self.problem.route_of(self.plan.lots[lot].item).steps[usize::from(step)].after;
        let on_route = after.iter().map(move |&before| self.plan.operation(lot, usize::from(before)));
        self.previous[operation].into_iter().chain(on_route)
    }

    fn in_order(&self) -> Vec<OpIdx> {
        let mut order = Vec::with_capacity(self.plan.operations.len());
        let mut state: IdVec<OpIdx, u8> = IdVec::filled(0, self.plan.operations.len());
        let mut stack: Vec<OpIdx> = Vec::new();
        for operation in self.plan.operations.ids() {
            stack.push(operation);
            while let Some(&top) = stack.last() {
                if state[top] == 0 {
                    state[top] = 1;
                    stack.extend(self.before(top).filter(|&before| state[before] == 0));
                } else {
                    stack.pop();
                    if state[top] == 1 {
                        state[top] = 2;
                        order.push(top);
                    }
                }
            }
        }
        order
    }

    /// What an order waits for.
    pub fn behind(&self, order: OrderIdx) -> Behind {
        let mut marked: IdVec<OpIdx, bool> = IdVec::filled(false, self.plan.operations.len());
        let mut stack: Vec<OpIdx> = Vec::new();
        for &lot in &self.lots_of[order] {
            let steps = self.problem.route_of(self.plan.lots[lot].item).steps.len();
            stack.extend((0..steps).map(|step| self.plan.operation(lot, step)));
        }
        while let Some(operation) = stack.pop() {
            if !std::mem::replace(&mut marked[operation], true) {
                stack.extend(self.before(operation).filter(|&before| !marked[before]));
            }
        }
        let operations = self.order.iter().copied().filter(|&operation| marked[operation]).collect();
        Behind { order, operations }
    }

    /// When an order would be delivered under a change; none where something would not fit before the horizon's end.
    pub fn ask(&self, behind: &Behind, change: &Change) -> Option<Answer> {
        let (problem, plan) = (self.problem, self.plan);
        let is_gone = |order: OrderIdx| order != behind.order && (change.alone || change.absent.contains(&order));
        let materials = self.materials(change, &is_gone);
        let clocks = self.changed_clocks(change);
        let clock = |line: LineIdx| clocks[line].as_ref().unwrap_or(&self.clocks[line]);
        let first = |line: &crate::problem::Line| match change.availability {
            true => (problem.start, line.setup_class),
            false => (line.available_from, line.initial_class),
        };
        let mut states: IdVec<LineIdx, (Seconds, Option<ClassIdx>, Option<OpIdx>)> =
            problem.lines.iter().map(|line| (first(line).0, first(line).1, None)).collect();
        let mut ends: Ends = IdVec::filled(None, plan.operations.len());
        let mut times = Vec::with_capacity(behind.operations.len());
        for &operation in &behind.operations {
            let lot = plan.lots[plan.operations[operation].lot];
            let order = problem.items[lot.item].order;
            if is_gone(order) {
                continue;
            }
            let line_id = self.line_of[operation]?;
            if let Some(known) = plan.baseline_of(problem, operation).filter(|known| known.frozen) {
                ends[operation] = Some((known.end, line_id));
                let setup_time = Seconds::ZERO;
                let (held_by, held_until) = (Hold::Fact, known.start);
                let (start, end) = (known.start, known.end);
                times.push((operation, Step { line: line_id, setup_time, start, end, held_by, held_until }));
                continue;
            }
            let line = &problem.lines[line_id];
            let kind = plan.kind(problem, operation);
            let class = problem.class_on(line, kind);
            let (free, from, before) = states[line_id];
            let setup_time = match change.changeovers {
                true => Seconds::ZERO,
                false => problem.changeover(line, from, class).time,
            };
            let ready = self.ready(operation, line_id, change, (behind.order, &materials, &ends))?;
            let rate = problem.rate_on(kind, line_id)?;
            let slot = clock(line_id).next(free, setup_time, ready.0, rate.run_time(lot.quantity))?;
            let set_up = match slot.setup_start {
                Some(at) => clock(line_id).place(at, setup_time)?.to,
                None => free,
            };
            let (held_until, held_by) = match before {
                _ if ready.0 > set_up => ready,
                Some(before) => (set_up, Hold::Line(before)),
                // At the very start an order's own release and the line's are one; the line says more where it is later.
                None if ready.0 == set_up => ready,
                None => (set_up, Hold::Available),
            };
            let (start, end) = (slot.start, slot.end);
            times.push((operation, Step { line: line_id, setup_time, start, end, held_by, held_until }));
            ends[operation] = Some((end, line_id));
            states[line_id] = (end, line.changeovers.map(|_| class), Some(operation));
        }
        self.delivered(behind.order, &ends, times)
    }

    /// From when on an operation could run, its line apart, and what decides that.
    fn ready(
        &self,
        operation: OpIdx,
        line: LineIdx,
        change: &Change,
        (asked, materials, ends): (OrderIdx, &Ready, &Ends),
    ) -> Option<(Seconds, Hold)> {
        let (problem, plan) = (self.problem, self.plan);
        let Operation { lot, step } = plan.operations[operation];
        let item = plan.lots[lot].item;
        let order = problem.items[item].order;
        let own = order == asked;
        let released = match change.released_at.filter(|_| own) {
            Some(at) => at,
            None if change.release && own => problem.start,
            None => problem.orders[order].release,
        };
        let mut ready = (released, Hold::Release);
        if let Some(&(from, supply)) = materials.get(operation) {
            ready = ready.later((from, Hold::Material(supply)));
        }
        if !(change.steps && own) {
            let facts = &problem.route_of(item).steps[usize::from(step)];
            for &earlier in &facts.after {
                let earlier = plan.operation(lot, usize::from(earlier));
                let (end, from) = ends[earlier]?;
                let transit = problem.places.transit(problem.lines[from].site, problem.lines[line].site)?;
                ready = ready.later((end + facts.lag + transit.time, Hold::Route(earlier)));
            }
        }
        Some(ready)
    }

    fn delivered(&self, order: OrderIdx, ends: &Ends, times: Vec<(OpIdx, Step)>) -> Option<Answer> {
        let problem = self.problem;
        let facts = &problem.orders[order];
        let mut delivery = if facts.delivered_at_start { problem.start } else { LONG_AGO };
        let mut deliveries = Vec::new();
        for &lot in &self.lots_of[order] {
            let route = problem.route_of(self.plan.lots[lot].item);
            let (end, line) = ends[self.plan.operation(lot, usize::from(route.last))]?;
            let journey = problem.places.delivery(problem.lines[line].site, facts.region).unwrap_or_default();
            deliveries.push((lot, end + journey.time));
            delivery = delivery.max(end + journey.time);
        }
        Some(Answer { deliveries, delivery, times })
    }

    /// From when on materials are there for those who take them.
    fn materials(&self, change: &Change, is_gone: &impl Fn(OrderIdx) -> bool) -> Ready {
        let mut ready = Ready::default();
        if change.materials || self.takers.is_empty() {
            return ready;
        }
        ready.0 = vec![(LONG_AGO, SupplyIdx(0)); self.plan.operations.len()];
        for (supply, takers) in &self.takers {
            let more = change.stock.filter(|(of, _)| of == supply).map_or(0, |(_, more)| more);
            let mut taken = 0i64;
            for &(operation, amount) in takers {
                let lot = self.plan.lots[self.plan.operations[operation].lot];
                if is_gone(self.problem.items[lot.item].order) {
                    continue;
                }
                taken = taken.saturating_add(amount);
                let from = self.problem.supplies[*supply].available_from(taken - more).unwrap_or(self.problem.end);
                let entry = &mut ready.0[operation.0 as usize];
                *entry = (*entry).max((from, *supply));
            }
        }
        ready
    }

    /// Who takes from a supply before an operation does, with the amounts in millionths.
    pub fn takers_before(&self, supply: SupplyIdx, operation: OpIdx) -> impl Iterator<Item = (OpIdx, i64)> + '_ {
        let takers = self.takers.iter().filter(move |(of, _)| *of == supply).flat_map(|(_, takers)| takers);
        takers.copied().take_while(move |(taker, _)| *taker != operation)
    }

    /// The clocks of the lines that are open otherwise.
    fn changed_clocks(&self, change: &Change) -> IdVec<LineIdx, Option<LineClock<'p>>> {
        let problem = self.problem;
        let mut clocks = IdVec::filled(None, problem.lines.len());
        if change.closing {
            for (id, line) in problem.lines.enumerate() {
                clocks[id] = Some(LineClock::owned(WorkingTime::always(problem.start, problem.end), line.pausable));
            }
            return clocks;
        }
        for &(line, _) in &change.opened {
            let spans = change.opened.iter().filter(|(other, _)| *other == line).map(|&(_, span)| span);
            let open = self.clocks[line].open.with(spans);
            clocks[line] = Some(LineClock::owned(open, problem.lines[line].pausable));
        }
        clocks
    }

    /// Closed time of a line between two instants, with what the plan opens open.
    pub fn closed(&self, line: LineIdx, from: Seconds, to: Seconds) -> Vec<Span> {
        let mut closed = Vec::new();
        let mut at = from;
        for window in self.clocks[line].open.windows() {
            if window.from > at {
                closed.push(Span::new(at, window.from.min(to)));
            }
            at = at.max(window.to);
            if at >= to {
                break;
            }
        }
        if at < to {
            closed.push(Span::new(at, to));
        }
        closed.retain(|span| span.from < span.to);
        closed
    }
}

/// When and on which line each operation timed so far ends.
type Ends = IdVec<OpIdx, Option<(Seconds, LineIdx)>>;

/// From when on materials are there, and which comes last; empty where none is scarce.
#[derive(Default)]
struct Ready(Vec<(Seconds, SupplyIdx)>);

impl Ready {
    fn get(&self, operation: OpIdx) -> Option<&(Seconds, SupplyIdx)> {
        self.0.get(operation.0 as usize).filter(|(from, _)| *from > LONG_AGO)
    }
}

/// The later of two, the first on equal.
trait Later {
    fn later(self, other: Self) -> Self;
}

impl Later for (Seconds, Hold) {
    fn later(self, other: Self) -> Self {
        if other.0 > self.0 { other } else { self }
    }
}
