//! Waiting where it saves money: just-in-time delivery under holding costs, and starts kept as the baseline has them.
//!
//! Sequences stay as they are. First nobody else is moved: operations are taken last first, and each goes to the start in
//! its own slack that costs least, the earliest of equals, until nobody moves. For one line with holding costs and hard
//! due dates that is optimal for the sequence. Then `line_timing` times whole lines exactly, one after another; both take turns
//! until neither gains, so what comes out is never worse than the earliest timing it begins with.

use super::cost::{change_cost, last_end, makespan_cost};
use super::coupling::after_predecessors;
use super::line::LineClock;
use super::line_timing::time_lines;
use super::takers::Takers;
use super::timing::Timed;
use crate::plan::{LotIdx, OpIdx, Operation, Plan};
use crate::problem::{LineIdx, OrderIdx, Problem};
use crate::units::{IdVec, Money, Seconds};
use crate::working_time::{Placement, Span};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Whether waiting can ever save money, or facts take materials: the earliest timing counts those as gone from the
/// first instant, which may keep somebody waiting for nothing.
pub(crate) fn may_pay(problem: &Problem) -> bool {
    problem.supplies.iter().any(|supply| supply.reserved > 0)
        || problem.orders.iter().any(|order| order.holding_cost_per_day > Money::ZERO)
        || (!problem.baseline.lots.is_empty() && problem.baseline.start_change_cost_per_hour > Money::ZERO)
}

/// Exact times of so many operations take seconds; another round of all lines is then worth this part of what the first one gained.
pub(crate) const MANY_OPERATIONS: usize = 20_000;
const WORTH_A_ROUND: i64 = 20;

/// Moves operations later where that costs less.
pub(super) fn delay(problem: &Problem, plan: &Plan, timed: &mut IdVec<OpIdx, Timed>) {
    let mut delays = Delays::new(problem, plan, timed);
    delays.one_by_one(timed);
    // Each round costs less than the one before; the bound is a guard.
    let mut first = Money::ZERO;
    for _ in 0..8 {
        let gain = time_lines(&mut delays, timed);
        if gain == Money::ZERO {
            break;
        }
        delays.one_by_one(timed);
        first = first.max(gain);
        if plan.operations.len() > MANY_OPERATIONS && gain.0 < first.0 / WORTH_A_ROUND {
            break;
        }
    }
}

/// Moves operations later where that costs less, one by one alone.
pub(super) fn delay_one_by_one_only(problem: &Problem, plan: &Plan, timed: &mut IdVec<OpIdx, Timed>) {
    Delays::new(problem, plan, timed).one_by_one(timed);
}

/// What depends on when an operation runs: its own change against the baseline, and where it ends a lot its order's delivery.
pub(super) struct Stake {
    operation: OpIdx,
    /// None where somebody else decides it.
    delivery: Option<Delivery>,
    /// When the last of all others ends, where that costs something and may depend on this one.
    others_end: Option<Seconds>,
}

/// An order's delivery, as far as one of its lots decides it.
struct Delivery {
    order: OrderIdx,
    /// From the end of the operation on.
    journey: Seconds,
    /// When all else is there.
    others: Option<Seconds>,
}

pub(super) struct Delays<'p> {
    pub problem: &'p Problem,
    pub plan: &'p Plan,
    pub clocks: IdVec<LineIdx, LineClock<'p>>,
    next_on_line: IdVec<OpIdx, Option<OpIdx>>,
    previous_on_line: IdVec<OpIdx, Option<OpIdx>>,
    takers: Takers<'p>,
    lots_of_order: IdVec<OrderIdx, Vec<LotIdx>>,
    /// When the last operation of all ends, and whether it has come to end later since everybody was looked at; kept where that costs
    /// something.
    last_end: Seconds,
    ends_later: bool,
    /// Operations for which something they depend on has moved since they were last looked at, or which never were.
    stirred: Vec<OpIdx>,
    is_stirred: IdVec<OpIdx, bool>,
    /// The same for whole lines.
    pub is_line_stirred: IdVec<LineIdx, bool>,
}

impl<'p> Delays<'p> {
    fn new(problem: &'p Problem, plan: &'p Plan, timed: &IdVec<OpIdx, Timed>) -> Self {
        let mut next_on_line = IdVec::filled(None, plan.operations.len());
        let mut previous_on_line = IdVec::filled(None, plan.operations.len());
        for pair in plan.sequences.iter().flat_map(|sequence| sequence.windows(2)) {
            next_on_line[pair[0]] = Some(pair[1]);
            previous_on_line[pair[1]] = Some(pair[0]);
        }
        let takers = Takers::new(problem, plan, timed);
        let mut lots_of_order = IdVec::filled(Vec::new(), problem.orders.len());
        for (id, lot) in plan.lots.enumerate() {
            lots_of_order[problem.items[lot.item].order].push(id);
        }
        let clocks = problem.lines.enumerate().map(|(id, line)| LineClock::new(problem, line, &plan.overtime[id]));
        let is_stirred = timed.iter().map(|timed| !timed.fact).collect::<IdVec<OpIdx, bool>>();
        Self {
            stirred: is_stirred.enumerate().filter(|&(_, &stirred)| stirred).map(|(operation, _)| operation).collect(),
            is_stirred,
            is_line_stirred: IdVec::filled(true, problem.lines.len()),
            problem,
            plan,
            clocks: clocks.collect(),
            next_on_line,
            previous_on_line,
            takers,
            lots_of_order,
            last_end: last_end(problem, timed, |_, _| true),
            ends_later: false,
        }
    }

    /// Takes operations last first, each to the start in its own slack that costs least.
    fn one_by_one(&mut self, timed: &mut IdVec<OpIdx, Timed>) {
        // Whoever waits for an operation starts after it, so by falling starts everyone behind it has been moved already.
        // Later passes take back what a kit's other lots made needless; each lowers cost or starts, so they end; the
        // bound is a guard.
        for _ in 0..12 {
            self.stir_all_if_ends_later(timed);
            let key = |operation: OpIdx, timed: &IdVec<OpIdx, Timed>| (timed[operation].start, Reverse(operation));
            let mut latest_first: BinaryHeap<_> =
                self.stirred.drain(..).map(|operation| key(operation, timed)).collect();
            if latest_first.is_empty() {
                break;
            }
            while let Some(at) = latest_first.pop() {
                let Reverse(operation) = at.1;
                self.is_stirred[operation] = false;
                if self.delay_one(operation, timed) {
                    let before = self.stirred.len();
                    self.stir_beside(operation, timed);
                    // Those still to come in this pass are taken in it, the others in the next one.
                    let to_come = |&mut other: &mut OpIdx| key(other, timed) < at;
                    latest_first.extend(self.stirred.extract_if(before.., to_come).map(|other| key(other, timed)));
                }
            }
        }
    }

    fn delay_one(&mut self, operation: OpIdx, timed: &mut IdVec<OpIdx, Timed>) -> bool {
        let now = timed[operation];
        let Some(run) = self.run_of(operation, timed) else { return false };
        let limit = self.latest_end(operation, timed);
        let clock = &self.clocks[now.line];
        let Some(earliest) = self.earliest(operation, run, timed) else { return false };
        let latest = clock.place_latest(limit, run).map_or(now.start, |latest| latest.from).max(now.start);
        let stake = self.stake(operation, timed);
        let mut best = (self.cost_at(&stake, Span::new(now.start, now.end), timed), now.start, now.end);
        let moves_cost = self.moves_cost(operation);
        let mut try_slot = |slot: Span| {
            let candidate = (self.cost_at(&stake, slot, timed), slot.from, slot.to);
            if slot.from >= earliest.from && slot.from <= latest && candidate < best {
                best = candidate;
            }
        };
        try_slot(earliest);
        if self.is_charged_for_being_early(operation) {
            clock.place_latest(limit, run).into_iter().for_each(&mut try_slot);
            let (mut starts, mut ends) = (Vec::new(), Vec::new());
            self.bends_of_cost(&stake, &mut starts, &mut ends);
            // Where the line is closed at a bend, the slot on its other side may be the cheaper one.
            for slot in starts.into_iter().filter_map(|start| clock.place(start, run)) {
                try_slot(slot);
                clock.place_latest(slot.to - Seconds(1), run).into_iter().for_each(&mut try_slot);
            }
            for slot in ends.into_iter().filter_map(|end| clock.place_latest(end.min(limit), run)) {
                try_slot(slot);
                clock.place(slot.from + Seconds(1), run).into_iter().for_each(&mut try_slot);
            }
            // Where both its start and its end count, closing time is a bend as well; the windows before are come to one by one.
            let before = clock.place_latest(now.end - Seconds(1), run).filter(|_| moves_cost);
            if let Some(before) = before {
                try_slot(before);
                let opening =
                    clock.open.last_beginning_by(before.from).and_then(|window| clock.place(window.from, run));
                opening.into_iter().for_each(&mut try_slot);
            }
        }
        if best.1 == now.start {
            return false;
        }
        timed[operation] = Timed { start: best.1, end: best.2, ..now };
        self.see_end(now.end, best.2, timed);
        self.takers.moved(operation, best.1);
        self.place_next_setup(operation, timed);
        true
    }

    /// Marks whoever depends on when an operation runs, itself included.
    pub fn stir_beside(&mut self, operation: OpIdx, timed: &IdVec<OpIdx, Timed>) {
        let (problem, plan) = (self.problem, self.plan);
        self.takers.beside(operation).into_iter().for_each(|beside| self.stir(beside, timed));
        let Operation { lot, step } = plan.operations[operation];
        let item = plan.lots[lot].item;
        let route = problem.route_of(item);
        let facts = &route.steps[usize::from(step)];
        for &beside in facts.after.iter().chain(&facts.before) {
            self.stir(plan.operation(lot, usize::from(beside)), timed);
        }
        let on_line = [self.previous_on_line[operation], self.next_on_line[operation]];
        on_line.into_iter().flatten().chain([operation]).for_each(|beside| self.stir(beside, timed));
        if step == route.last {
            let order = problem.items[item].order;
            for index in 0..self.lots_of_order[order].len() {
                let other = self.lots_of_order[order][index];
                let last = problem.route_of(plan.lots[other].item).last;
                self.stir(plan.operation(other, usize::from(last)), timed);
            }
        }
    }

    fn stir(&mut self, operation: OpIdx, timed: &IdVec<OpIdx, Timed>) {
        let now = &timed[operation];
        self.is_line_stirred[now.line] = true;
        if !now.fact && !std::mem::replace(&mut self.is_stirred[operation], true) {
            self.stirred.push(operation);
        }
    }

    /// The earliest this operation may run with everyone else where they are.
    fn earliest(&self, operation: OpIdx, run: Seconds, timed: &IdVec<OpIdx, Timed>) -> Option<Span> {
        let now = timed[operation];
        let line = &self.problem.lines[now.line];
        let free = self.previous_on_line[operation].map_or(line.available_from, |previous| timed[previous].end);
        let ready = self.ready_elsewhere(operation, timed)?.max(free);
        let ready = self.takers.earliest(operation, now.start, ready);
        let slot = self.clocks[now.line].next(free, now.setup_time, ready, run)?;
        Some(Span::new(slot.start, slot.end))
    }

    /// Working time of an operation where it runs.
    pub fn run_of(&self, operation: OpIdx, timed: &IdVec<OpIdx, Timed>) -> Option<Seconds> {
        let kind = self.plan.kind(self.problem, operation);
        let rate = self.problem.rate_on(kind, timed[operation].line)?;
        Some(rate.run_time(self.plan.lots[self.plan.operations[operation].lot].quantity))
    }

    /// The earliest this operation may start by its release and its route.
    pub fn ready_elsewhere(&self, operation: OpIdx, timed: &IdVec<OpIdx, Timed>) -> Option<Seconds> {
        let item = self.plan.lots[self.plan.operations[operation].lot].item;
        let release = self.problem.orders[self.problem.items[item].order].release;
        let line = timed[operation].line;
        Some(release.max(after_predecessors(self.problem, self.plan, operation, line, timed).ok()?))
    }

    /// Whether it takes from a scarce supply.
    pub fn takes_scarce(&self, operation: OpIdx) -> bool {
        self.takers.takes(operation)
    }

    /// The latest this operation may end with everyone else where they are.
    fn latest_end(&self, operation: OpIdx, timed: &IdVec<OpIdx, Timed>) -> Seconds {
        let now = timed[operation];
        let mut limit = self.latest_end_elsewhere(operation, timed);
        if let Some(next) = self.next_on_line[operation].map(|next| timed[next]) {
            let free_by = if next.setup_time > Seconds::ZERO {
                let setup = self.clocks[now.line].place_latest(next.start, next.setup_time);
                setup.map_or(now.end, |setup| setup.from)
            } else {
                next.start
            };
            limit = limit.min(free_by);
        }
        limit
    }

    /// The latest this operation may end with everyone on other lines where they are.
    pub fn latest_end_elsewhere(&self, operation: OpIdx, timed: &IdVec<OpIdx, Timed>) -> Seconds {
        let (problem, plan) = (self.problem, self.plan);
        let now = timed[operation];
        let mut limit = problem.end;
        let Operation { lot, step } = plan.operations[operation];
        let route = problem.route_of(plan.lots[lot].item);
        let site = problem.lines[now.line].site;
        for &behind in &route.steps[usize::from(step)].before {
            let next = timed[plan.operation(lot, usize::from(behind))];
            let transit = problem.places.transit(site, problem.lines[next.line].site).unwrap_or_default();
            if !next.fact {
                limit = limit.min(next.start - route.steps[usize::from(behind)].lag - transit.time);
            }
        }
        if step == route.last {
            let order = &problem.orders[problem.items[plan.lots[lot].item].order];
            if let Some(deadline) = order.deadline {
                limit = limit.min(deadline - self.delivery_time(lot, now.line));
            }
        }
        limit
    }

    fn delivery_time(&self, lot: LotIdx, line: LineIdx) -> Seconds {
        let order = &self.problem.orders[self.problem.items[self.plan.lots[lot].item].order];
        let site = self.problem.lines[line].site;
        self.problem.places.delivery(site, order.region).unwrap_or_default().time
    }

    /// What depends on an operation's start with everyone else where they are.
    fn stake(&self, operation: OpIdx, timed: &IdVec<OpIdx, Timed>) -> Stake {
        let others_end = (self.problem.makespan_cost_per_hour > Money::ZERO).then(|| {
            let is_last = timed[operation].end == self.last_end;
            if is_last { last_end(self.problem, timed, |other, _| other != operation) } else { self.last_end }
        });
        Stake { others_end, ..self.stake_beside(operation, timed, |_| true) }
    }

    /// An operation ends at another time.
    fn see_end(&mut self, before: Seconds, after: Seconds, timed: &IdVec<OpIdx, Timed>) {
        if after <= self.last_end {
            if before == self.last_end {
                self.see_last_end(timed);
            }
        } else if self.problem.makespan_cost_per_hour > Money::ZERO {
            (self.last_end, self.ends_later) = (after, true);
        }
    }

    /// Looks again when the last operation ends.
    pub fn see_last_end(&mut self, timed: &IdVec<OpIdx, Timed>) {
        if self.problem.makespan_cost_per_hour > Money::ZERO {
            let before = std::mem::replace(&mut self.last_end, last_end(self.problem, timed, |_, _| true));
            self.ends_later |= self.last_end > before;
        }
    }

    /// Who would not make all end later may now wait for longer.
    fn stir_all_if_ends_later(&mut self, timed: &IdVec<OpIdx, Timed>) {
        if std::mem::take(&mut self.ends_later) {
            self.plan.operations.ids().for_each(|operation| self.stir(operation, timed));
        }
    }

    /// The same for a line on which all may move: of an order's lots there the last one's end counts, and it alone, and so does of all
    /// ends on it the last.
    pub fn stake_on_line(&self, operation: OpIdx, timed: &IdVec<OpIdx, Timed>) -> Stake {
        let (plan, problem, now) = (self.plan, self.problem, timed[operation]);
        let is_last = problem.makespan_cost_per_hour > Money::ZERO && self.next_on_line[operation].is_none();
        let others_end = is_last.then(|| last_end(problem, timed, |_, other| other.fact || other.line != now.line));
        let Operation { lot, step } = plan.operations[operation];
        let item = plan.lots[lot].item;
        if step != problem.route_of(item).last {
            return Stake { operation, delivery: None, others_end };
        }
        let others = &self.lots_of_order[problem.items[item].order];
        let ends_later = others.iter().filter(|&&other| other != lot).any(|&other| {
            let last = &timed[plan.operation(other, usize::from(problem.route_of(plan.lots[other].item).last))];
            !last.fact && last.line == now.line && last.start > now.start
        });
        if ends_later {
            return Stake { operation, delivery: None, others_end };
        }
        Stake { others_end, ..self.stake_beside(operation, timed, |last| last.fact || last.line != now.line) }
    }

    /// The same beside those last operations of its order's other lots that count.
    fn stake_beside(&self, operation: OpIdx, timed: &IdVec<OpIdx, Timed>, counts: impl Fn(&Timed) -> bool) -> Stake {
        let (problem, plan) = (self.problem, self.plan);
        let Operation { lot, step } = plan.operations[operation];
        let item = plan.lots[lot].item;
        if step != problem.route_of(item).last {
            return Stake { operation, delivery: None, others_end: None };
        }
        let order = problem.items[item].order;
        let mut others = problem.orders[order].delivered_at_start.then_some(problem.start);
        for &other in self.lots_of_order[order].iter().filter(|&&other| other != lot) {
            let last = &timed[plan.operation(other, usize::from(problem.route_of(plan.lots[other].item).last))];
            if counts(last) {
                others = others.max(Some(last.end + self.delivery_time(other, last.line)));
            }
        }
        let journey = self.delivery_time(lot, timed[operation].line);
        Stake { operation, delivery: Some(Delivery { order, journey, others }), others_end: None }
    }

    /// What depends on the operation's start comes to, were it there.
    pub fn cost_at(&self, stake: &Stake, at: Placement, timed: &IdVec<OpIdx, Timed>) -> Money {
        let moved = Timed { start: at.from, end: at.to, ..timed[stake.operation] };
        let mut cost = change_cost(self.problem, self.plan, stake.operation, &moved);
        if let Some(others_end) = stake.others_end {
            cost += makespan_cost(self.problem, others_end.max(at.to));
        }
        let Some(Delivery { order, journey, others }) = stake.delivery else { return cost };
        let delivery = others.unwrap_or(Seconds(i64::MIN)).max(at.to + journey);
        let (lateness, holding) = self.problem.orders[order].delivery_cost(delivery);
        cost + lateness + holding
    }

    /// Whether being early costs an operation anything.
    pub fn is_charged_for_being_early(&self, operation: OpIdx) -> bool {
        let Operation { lot, step } = self.plan.operations[operation];
        let item = self.plan.lots[lot].item;
        let ends_its_lot = step == self.problem.route_of(item).last;
        ends_its_lot && self.problem.orders[self.problem.items[item].order].holding_cost_per_day > Money::ZERO
            || self.moves_cost(operation)
    }

    /// Whether another start than the baseline's costs an operation anything.
    fn moves_cost(&self, operation: OpIdx) -> bool {
        self.problem.baseline.start_change_cost_per_hour > Money::ZERO
            && self.plan.baseline_of(self.problem, operation).is_some()
    }

    /// Starts and ends at which the cost of an operation bends or jumps.
    pub fn bends_of_cost(&self, stake: &Stake, starts: &mut Vec<Seconds>, ends: &mut Vec<Seconds>) {
        starts.extend(self.plan.baseline_of(self.problem, stake.operation).map(|known| known.start));
        ends.extend(stake.others_end);
        if let Some(Delivery { order, journey, others }) = stake.delivery {
            ends.extend(self.problem.orders[order].due.map(|due| due - journey));
            ends.extend(others.map(|others| others - journey));
        }
    }

    /// The changeover behind a moved operation begins as early as it can again.
    fn place_next_setup(&self, operation: OpIdx, timed: &mut IdVec<OpIdx, Timed>) {
        let Some(next) = self.next_on_line[operation] else { return };
        let (end, behind) = (timed[operation].end, timed[next]);
        if behind.setup_time > Seconds::ZERO {
            let setup = self.clocks[behind.line].place(end, behind.setup_time);
            debug_assert!(setup.is_some_and(|setup| setup.to <= behind.start), "the slack held the changeover");
            timed[next].setup_start = setup.map(|setup| setup.from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::evaluate;
    use serde_json::json;

    #[test]
    fn who_would_rather_start_later_leaves_time_for_the_way_to_the_next_step() {
        let lot = |step: &str, line: &str, from: &str, to: &str| json!({"operation": step, "line": line, "start": from, "end": to});
        let line = |id: &str, site: &str| json!({"id": id, "site": site, "rates": [{"seconds_per_unit": 3600}]});
        let instance = json!({"format": "lotwise/1", "start": "2026-11-23T08:00:00Z",
            "sites": [{"id": "north"}, {"id": "south"}], "transits": [{"from": "north", "to": "south", "time": "PT3H"}],
            "lines": [line("cut", "north"), line("sew", "south")],
            "routes": [{"id": "both", "operations": [{"id": "cut"}, {"id": "sew", "after": ["cut"]}]}],
            "variants": [{"id": "coat", "route": "both"}],
            "orders": [{"id": "A", "items": [{"variant": "coat", "quantity": 1}]}],
            "baseline": {"start_change_cost_per_hour": 1, "lots": [{"order": "A", "item": "0", "quantity": 1, "operations": [
                lot("cut", "cut", "2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z"),
                lot("sew", "sew", "2026-11-23T12:00:00Z", "2026-11-23T13:00:00Z")]}]}});
        let problem = Problem::new(&serde_json::from_value(instance).unwrap());
        let mut plan = Plan::empty(&problem);
        let lot = plan.add_order(&problem, OrderIdx(0), |_| 1)[0];
        let steps = [plan.operation(lot, 0), plan.operation(lot, 1)];
        for (line, step) in steps.into_iter().enumerate() {
            plan.sequences[LineIdx(line as u32)] = vec![step];
        }
        // Cut at 10:00 as before, it would be sewn two hours later than before; cut at 8:00 it is sewn at 12:00. Both cost 2.
        let schedule = evaluate(&problem, &plan).unwrap();
        let start = |step: usize| (schedule.operations[steps[step]].start - problem.start).0 / 3_600;
        assert_eq!((start(0), start(1), schedule.cost.baseline), (0, 4, Money(20_000)));
    }

    #[test]
    fn what_a_fact_takes_later_is_there_until_then() {
        let instant = |hour: i64| format!("2026-11-23T{hour:02}:00:00Z");
        let line = |id: &str| json!({"id": id, "rates": [{"seconds_per_unit": 3600}]});
        let order = |id: &str| json!({"id": id, "items": [{"variant": "mug", "quantity": 1}]});
        let instance = json!({"format": "lotwise/1", "start": instant(8), "lines": [line("one"), line("two")],
            "materials": [{"id": "clay", "stock": 5, "arrivals": [{"at": instant(9), "quantity": 5}]}],
            "variants": [{"id": "mug", "materials": [{"id": "clay", "per_unit": 5}]}],
            "orders": [order("begun"), order("free")],
            "baseline": {"frozen_until": instant(11), "lots": [{"order": "begun", "item": "0", "quantity": 1,
                "operations": [{"line": "one", "start": instant(10), "end": instant(11)}]}]}});
        let problem = Problem::new(&serde_json::from_value(instance).unwrap());
        let mut plan = Plan::empty(&problem);
        let lots = problem.orders.ids().flat_map(|order| plan.add_order(&problem, order, |_| 1)).collect::<Vec<_>>();
        let free = plan.operation(lots[1], 0);
        plan.sequences[LineIdx(1)].push(free);
        plan.takings.iter_mut().for_each(|takers| takers.push(free));
        let schedule = evaluate(&problem, &plan).unwrap();
        assert_eq!(schedule.operations[free].start, problem.start);
    }
}
