//! Search where nothing but the makespan is charged: tabu search on critical paths, and paths between good plans.
//!
//! Then only operations on a critical path are worth moving, and what a move is worth can be told without timing the
//! plan anew: from the earliest ends before a place and the latest starts behind it (Mastrolilli and Gambardella 2000).
//! A walk takes the best move that is not tabu, whatever it costs; where a walk finds nothing more, the next begins between
//! two good plans (Peng, Lü and Cheng 2015 for the job shop; González, Vela and Varela 2015 for the flexible one).
//!
//! Calendars, changeovers, lags and transit are in the times of every plan a walk stands on, for that is timed anew after
//! each move; estimates only choose the move. Knows no cost but the makespan: [`covers`] says where that will do.

mod pool;
mod reinsert;
mod sequencing;
#[cfg(test)]
mod tests;
mod walk;

use super::replicas::{Best, EPOCHS, Effort, Epoch, Pace, Replica as _, SEARCH, run_epoch, share, span};
use crate::plan::Plan;
use crate::schedule::Schedule;
use crate::schedule::network::Network;
use sequencing::Sequencing;
use walk::Walk;

/// Walks side by side, as many as are commonly run at once.
const REPLICAS: usize = 2;
/// Moves between two looks at the clock, at most; fewer on large plans, where each takes longer.
const STRIDE: u64 = 50;
/// Operations times moves between two looks at the clock.
const STRIDE_OPERATIONS: usize = 100_000;
/// Moves of an epoch where there is neither a time nor an iteration limit.
const UNLIMITED_EPOCH: u64 = 20_000;

/// Whether the plans of a network differ in their makespan alone: no order is charged for its time, none may be left out, and
/// wherever an operation runs costs the same.
pub(super) fn covers(network: &Network<'_>, start: &Schedule) -> bool {
    let problem = network.problem;
    let of_no_time = problem.orders.iter().all(|order| {
        let costs = [order.late_cost_per_day, order.late_cost_once, order.holding_cost_per_day];
        let charged = order.due.is_some() && costs.iter().any(|cost| cost.0 > 0);
        order.deadline.is_none() && order.reject_cost.is_none() && !charged
    });
    let same_modes = |operation| {
        let modes = network.modes_of(operation);
        modes.windows(2).all(|pair| pair[0].cost == pair[1].cost)
    };
    network.makespan_cost_per_hour > 0
        && of_no_time
        && start.unplanned == 0
        && network.takes.is_empty()
        && network.transits.iter().all(|transit| transit.cost_per_unit == 0)
        && problem.baseline.lots.is_empty()
        && problem.lines.iter().all(|line| line.minimum_run.is_none() && line.overtime.is_empty())
        && network.lines.iter().all(|line| network.changes_cost_nothing(line))
        && (0..network.operations.len() as u32).all(same_modes)
}

/// Improves a plan of a network that [`covers`] holds for; `tell` hears of every epoch.
pub(super) fn search(
    network: &Network<'_>,
    start: &Plan,
    schedule: &Schedule,
    effort: Effort<'_>,
    tell: &mut dyn FnMut(Epoch),
) {
    let problem = network.problem;
    let Some(sequencing) = Sequencing::new(network, start) else { return };
    let floor = sequencing::least_makespan(network);
    let mut walks: Vec<Walk<'_, '_>> =
        (0..REPLICAS as u64).map(|walk| Walk::new(network, sequencing.clone(), floor, (effort.seed, walk))).collect();
    let stride = ((STRIDE_OPERATIONS / network.operations.len()) as u64).clamp(1, STRIDE);
    let pace = Pace { stride, unlimited: UNLIMITED_EPOCH };
    let mut best = Best { cost: sequencing.last_end(), value: schedule.value() };
    let total = (effort.remaining)();
    for epoch in 0..EPOCHS {
        run_epoch(&mut walks, effort, (epoch, total), pace, &|_| 0.0);
        let iterations = walks.iter().map(Walk::iterations).sum();
        let better = best.improve(problem, &walks, |walk| walk.best_plan(network));
        tell(Epoch { done: span(epoch).1, iterations, better, source: SEARCH });
        if effort.is_over() || best.cost <= floor {
            return;
        }
        share(&mut walks);
    }
}
