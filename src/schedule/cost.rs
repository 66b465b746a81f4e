//! What timed operations cost, term by term; each term is rounded on its own.

use super::Schedule;
use super::timing::{Infeasible, Obstacle, Timed};
use crate::plan::{Fate, OpIdx, Plan};
use crate::problem::{LineIdx, MinimumRun, OrderIdx, Problem};
use crate::solution::CostBreakdown;
use crate::units::{HOUR, IdVec, Money, Pieces, Seconds};

/// Prices timed operations.
///
/// # Errors
/// Orders that are delivered after their deadline, or cannot be delivered from where they are made.
pub(super) fn price(problem: &Problem, plan: &Plan, operations: IdVec<OpIdx, Timed>) -> Result<Schedule, Infeasible> {
    let (deliveries, transport) = deliver(problem, plan, &operations)?;
    let mut cost = CostBreakdown { transport, ..CostBreakdown::default() };
    let mut unplanned = 0;
    for (id, order) in problem.orders.enumerate() {
        if let Some(delivery) = deliveries[id] {
            let (lateness, holding) = order.delivery_cost(delivery);
            cost.lateness += lateness;
            cost.holding += holding;
        } else if let Some(reject_cost) = order.reject_cost {
            cost.rejection += reject_cost;
        } else {
            unplanned += 1;
        }
    }
    for id in problem.lines.ids() {
        let of_line = price_line(problem, plan, id);
        cost.production += of_line.production;
        cost.changeover += of_line.changeover;
        cost.overtime += of_line.overtime;
        cost.short_run += of_line.short_run;
    }
    for (operation, timed) in operations.enumerate() {
        if !timed.fact {
            cost.baseline += change_cost(problem, plan, operation, timed);
        }
    }
    cost.makespan = makespan_cost(problem, last_end(problem, &operations, |_, _| true));
    Ok(Schedule { operations, deliveries, cost: cost.summed(), unplanned })
}

/// When each order is delivered, and what journeys cost.
fn deliver(
    problem: &Problem,
    plan: &Plan,
    operations: &IdVec<OpIdx, Timed>,
) -> Result<(IdVec<OrderIdx, Option<Seconds>>, Money), Infeasible> {
    let at_start = |(id, order): (OrderIdx, &crate::problem::Order)| {
        (plan.fates[id] == Fate::Made && order.delivered_at_start).then_some(problem.start)
    };
    let mut deliveries: IdVec<OrderIdx, Option<Seconds>> = problem.orders.enumerate().map(at_start).collect();
    let mut transport = Money::ZERO;
    let mut obstacles = Vec::new();
    for (id, lot) in plan.lots.enumerate() {
        let order = problem.items[lot.item].order;
        let route = problem.route_of(lot.item);
        let site_of = |step: u16| problem.lines[operations[plan.operation(id, usize::from(step))].line].site;
        for (step, after) in route.steps.iter().enumerate() {
            for &before in &after.after {
                let journey = problem.places.transit(site_of(before), site_of(step as u16)).unwrap_or_default();
                transport += journey.cost_per_unit.times(lot.quantity);
            }
        }
        let last = &operations[plan.operation(id, usize::from(route.last))];
        let journey = problem.places.delivery(site_of(route.last), problem.orders[order].region);
        if journey.is_none() && !last.fact {
            obstacles.push((order, Obstacle::Delivery));
        }
        let journey = journey.unwrap_or_default();
        transport += journey.cost_per_unit.times(lot.quantity);
        let delivery = last.end + journey.time;
        deliveries[order] = Some(deliveries[order].map_or(delivery, |latest| latest.max(delivery)));
    }
    for (id, order) in problem.orders.enumerate() {
        if let (Some(delivery), Some(deadline)) = (deliveries[id], order.deadline)
            && delivery > deadline
        {
            obstacles.push((id, Obstacle::Deadline));
        }
    }
    if obstacles.is_empty() { Ok((deliveries, transport)) } else { Err(Infeasible { orders: obstacles }) }
}

/// What a line's facts and sequence cost whatever their times: production, changeovers, overtime, short runs.
pub(crate) fn price_line(problem: &Problem, plan: &Plan, id: LineIdx) -> CostBreakdown {
    let line = &problem.lines[id];
    let mut cost = CostBreakdown::default();
    cost.overtime = plan.overtime[id].iter().map(|&window| line.overtime[window].cost).sum();
    let decided = plan.sequences[id]
        .iter()
        .map(|&operation| (Some(plan.kind(problem, operation)), plan.lots[plan.operations[operation].lot].quantity));
    let facts = line.facts.iter().map(|fact| (fact.kind, fact.quantity, Some(fact.class)));
    let mut class = line.setup_class;
    let mut run: Option<Run> = None;
    let mut short_run = Money::ZERO;
    let all = facts.chain(decided.map(|(kind, quantity)| (kind, quantity, None)));
    for (kind, quantity, fact_class) in all {
        let to = fact_class.or_else(|| kind.map(|kind| problem.class_on(line, kind)));
        if let Some(to) = to {
            let changeover = problem.changeover(line, class, to);
            // A lost order's lot without a variant costs nothing itself; it leaves every attribute missing.
            if kind.is_some() {
                cost.changeover += problem.changeover_cost(line, changeover);
            }
            class = line.changeovers.map(|_| to);
        }
        let mut pieces = quantity;
        if let Some(rate) = kind.and_then(|kind| problem.rate_on(kind, id)) {
            cost.production += problem.run_cost(line, rate, quantity);
            pieces = rate.pieces_run(quantity);
        }
        if let Some(minimum) = &line.minimum_run {
            let value = kind.map_or(0, |kind| problem.run_values[minimum.by][kind]);
            let lot = Run { value, pieces, charged: kind.is_some() };
            match &mut run {
                Some(run) if run.value == value => run.add(lot),
                _ => short_run += run.replace(lot).map_or(Money::ZERO, |run| run.shortfall_cost(minimum)),
            }
        }
    }
    let last = run.zip(line.minimum_run.as_ref()).map_or(Money::ZERO, |(run, minimum)| run.shortfall_cost(minimum));
    cost.short_run = short_run + last;
    cost
}

/// Neighbouring lots alike in a minimum run's attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// The attribute's value.
    pub value: u32,
    /// Pieces run.
    pub pieces: Pieces,
    /// Whether some lot's variant is known; a run of lost orders' lots alone costs nothing.
    pub charged: bool,
}

impl Run {
    /// The run a line's facts leave behind.
    pub fn of_facts(problem: &Problem, id: LineIdx, minimum: MinimumRun) -> Option<Self> {
        let mut run: Option<Run> = None;
        for fact in &problem.lines[id].facts {
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

    /// Counts another lot.
    pub fn add(&mut self, lot: Run) {
        self.pieces += lot.pieces;
        self.charged |= lot.charged;
    }

    /// What the run costs for the pieces it lacks.
    pub fn shortfall_cost(&self, minimum: &MinimumRun) -> Money {
        if !self.charged {
            return Money::ZERO;
        }
        minimum.shortfall_cost_per_unit.times((minimum.quantity - self.pieces).max(0))
    }
}

/// When the last of those operations ends that count, and of all facts.
pub(super) fn last_end(
    problem: &Problem,
    operations: &IdVec<OpIdx, Timed>,
    counts: impl Fn(OpIdx, &Timed) -> bool,
) -> Seconds {
    let facts = problem.lines.iter().flat_map(|line| &line.facts).map(|fact| fact.end);
    let counted = operations.enumerate().filter(|&(operation, timed)| counts(operation, timed));
    facts.chain(counted.map(|(_, timed)| timed.end)).fold(problem.start, Seconds::max)
}

/// What it costs that the last operation ends then.
pub(super) fn makespan_cost(problem: &Problem, last_end: Seconds) -> Money {
    problem.makespan_cost_per_hour.pro_rata(last_end - problem.start, HOUR)
}

/// What it costs that an operation is not where, or when, the baseline has it.
pub(super) fn change_cost(problem: &Problem, plan: &Plan, operation: OpIdx, timed: &Timed) -> Money {
    debug_assert!(!timed.fact, "facts do not move");
    let Some(known) = plan.baseline_of(problem, operation) else { return Money::ZERO };
    let line = if known.line == timed.line { Money::ZERO } else { problem.baseline.line_change_cost };
    let moved = Seconds((timed.start.0 - known.start.0).abs());
    line + problem.baseline.start_change_cost_per_hour.pro_rata(moved, HOUR)
}

#[cfg(test)]
mod tests {
    use super::super::{Obstacle, evaluate};
    use super::*;
    use serde_json::json;

    #[test]
    fn a_site_that_does_not_deliver_is_no_obstacle_to_what_has_begun_there() {
        let begun = json!({"order": "one", "item": "0", "quantity": 1, "operations":
            [{"line": "loom", "start": "2026-11-23T07:00:00Z", "end": "2026-11-23T08:30:00Z"}]});
        for (lots, is_possible) in [(vec![begun], true), (vec![], false)] {
            let instance = json!({"format": "lotwise/1", "start": "2026-11-23T08:00:00Z",
                "sites": [{"id": "here", "deliveries": [{"region": "north"}]}],
                "lines": [{"id": "loom", "site": "here", "rates": [{"seconds_per_unit": 60}]}], "variants": [{"id": "mug"}],
                "orders": [{"id": "one", "region": "south", "items": [{"variant": "mug", "quantity": 1}]}],
                "baseline": {"frozen_until": "2026-11-23T08:00:00Z", "lots": lots}});
            let problem = Problem::new(&serde_json::from_value(instance).unwrap());
            let (mut plan, order, line) = (Plan::empty(&problem), OrderIdx(0), LineIdx(0));
            let lots = plan.add_order(&problem, order, |_| 1);
            let operation = plan.operation(lots[0], 0);
            if !plan.is_fact(&problem, operation) {
                plan.sequences[line].push(operation);
            }
            let obstacles = evaluate(&problem, &plan).map(|_| ()).map_err(|infeasible| infeasible.orders);
            assert_eq!(obstacles, if is_possible { Ok(()) } else { Err(vec![(order, Obstacle::Delivery)]) });
        }
    }

    #[test]
    fn a_run_is_charged_for_what_it_lacks_once_it_holds_a_lot_that_is_known() {
        let lot = |charged| Run { value: 0, pieces: 4, charged };
        for (first, then) in [(false, false), (false, true), (true, false), (true, true)] {
            let mut run = lot(first);
            run.add(lot(then));
            assert_eq!((run.pieces, run.charged), (8, first || then));
        }
    }
}
