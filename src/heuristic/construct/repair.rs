//! After construction: refuse what is cheaper to refuse, open overtime that pays.
//!
//! Every trial is a full evaluation, so the number of trials shrinks as the plan grows.

use super::{Constructed, GoOn};
use crate::plan::{Fate, Plan};
use crate::problem::{OrderIdx, Problem};
use crate::schedule::{evaluate_roughly, settle_roughly, waiting_may_pay};
use crate::units::{Id, IdVec, Money};

/// A plan with rough times, improved where refusing an order or opening an overtime window costs less, and timed exactly.
pub(super) fn repair(problem: &Problem, made: Constructed, go_on: GoOn<'_>) -> Constructed {
    let trials = (300_000 / (made.plan.operations.len() + 1)).clamp(3, 400);
    let better = open_overtime(problem, reject(problem, made, trials, go_on), trials, go_on);
    // Exact times take longer than rough ones, where waiting pays many times as long: they are for what comes of it alone.
    let settles = waiting_may_pay(problem) || !better.plan.takes_nothing_scarce();
    if settles && go_on() { better.settled(problem) } else { better }
}

/// Leaves out orders that cost more than their refusal, the dearest first, in chunks.
fn reject(problem: &Problem, mut made: Constructed, trials: usize, go_on: GoOn<'_>) -> Constructed {
    let own = own_costs(problem, &made);
    let excess = |order: OrderIdx| {
        let refusal = problem.orders[order].reject_cost.filter(|_| made.plan.fates[order] == Fate::Made)?;
        (own[order] > refusal).then(|| own[order] - refusal)
    };
    let mut dear: Vec<(Money, OrderIdx)> =
        problem.orders.ids().filter_map(|order| excess(order).map(|excess| (excess, order))).collect();
    dear.sort_by_key(|&(excess, order)| (std::cmp::Reverse(excess), order));
    let chunk = dear.len().div_ceil(trials).max(1);
    for orders in dear.chunks(chunk) {
        if !go_on() {
            break;
        }
        let orders: Vec<OrderIdx> = orders.iter().map(|&(_, order)| order).collect();
        keep_if_better(problem, &mut made, |plan| *plan = plan.without(problem, &orders));
    }
    made
}

/// What each order costs by itself: lateness, holding, production, journeys.
fn own_costs(problem: &Problem, made: &Constructed) -> IdVec<OrderIdx, Money> {
    let mut own: IdVec<OrderIdx, Money> = IdVec::filled(Money::ZERO, problem.orders.len());
    for (id, delivery) in made.schedule.deliveries.enumerate() {
        if let Some(delivery) = *delivery {
            let (lateness, holding) = problem.orders[id].delivery_cost(delivery);
            own[id] += lateness + holding;
        }
    }
    for (operation, timed) in made.schedule.operations.enumerate().filter(|(_, timed)| !timed.fact) {
        let lot = made.plan.lots[made.plan.operations[operation].lot];
        let kind = made.plan.kind(problem, operation);
        if let Some(rate) = problem.rate_on(kind, timed.line) {
            own[problem.items[lot.item].order] += problem.run_cost(&problem.lines[timed.line], rate, lot.quantity);
        }
    }
    own
}

/// Opens overtime windows one by one, earliest first, and keeps those that pay.
fn open_overtime(problem: &Problem, mut made: Constructed, trials: usize, go_on: GoOn<'_>) -> Constructed {
    let worth_trying = made.schedule.cost.lateness > Money::ZERO
        || made.schedule.cost.makespan > Money::ZERO
        || made.schedule.unplanned > 0;
    if !worth_trying {
        return made;
    }
    let mut windows: Vec<_> = problem
        .lines
        .enumerate()
        .flat_map(|(id, line)| {
            line.overtime.iter().enumerate().map(move |(place, window)| (window.span.from, id, place))
        })
        .filter(|&(_, line, _)| !made.plan.sequences[line].is_empty())
        .collect();
    windows.sort_unstable_by_key(|&(from, line, place)| (from, line.position(), place));
    for (_, line, place) in windows.into_iter().take(trials) {
        if !go_on() {
            break;
        }
        keep_if_better(problem, &mut made, |plan| {
            let opened = &mut plan.overtime[line];
            if let Err(position) = opened.binary_search(&place) {
                opened.insert(position, place);
            }
        });
    }
    made
}

/// Applies a change to a copy and keeps it where the value falls.
fn keep_if_better(problem: &Problem, made: &mut Constructed, change: impl FnOnce(&mut Plan)) {
    let mut plan = made.plan.clone();
    change(&mut plan);
    let quick = evaluate_roughly(problem, &plan).is_ok_and(|schedule| schedule.value() < made.schedule.value());
    if quick && let Ok(schedule) = settle_roughly(problem, &mut plan) {
        *made = Constructed { plan, schedule, rule: made.rule };
    }
}
