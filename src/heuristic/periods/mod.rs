//! Search where every lot of a line takes one period: lot sizing with holding costs, changeovers that cost, due dates.
//!
//! Where all runs on a line are equally long and changeovers take no time, a line is a row of periods, each idle or with one
//! lot, and what a lot costs in a period is known beforehand. Lots that differ in nothing but when they are due are taken in
//! the order in which they are due, so a plan is one kind of lot per period (discrete lot sizing: Fleischmann 1990; the
//! pigment sequencing problem: Houndji, Schaus, Wolsey and Deville 2014). A change to a stretch of periods is priced in the
//! time it takes to look at them, ten times as fast as on the network of operations.
//!
//! Periods follow one another without a gap from the line's first second. The reference then times the sequence found, which
//! may be better where due dates lie between two periods. [`covers`] says where all of this holds; it knows no routes, no materials, no
//! choice of line.

mod anneal;
mod grid;
#[cfg(test)]
mod tests;

use super::replicas::{
    Best, Effort, Epoch, Pace, Replica as _, SEARCH, all_parts, parts_of_epoch, run_part, share, span_of_part,
};
use crate::plan::Plan;
use crate::schedule::Schedule;
use crate::schedule::network::Network;
use anneal::Annealing;
use grid::Grid;

/// Replicas: many short walks end in different valleys, and the best is carried on.
const REPLICAS: usize = 4;
/// A thousand moves take less than a millisecond.
const PACE: Pace = Pace { stride: 1_000, unlimited: 400_000 };

/// Whether a network's lines are rows of periods, and a plan of it is complete.
pub(super) fn covers(network: &Network<'_>, start: &Schedule) -> bool {
    start.unplanned == 0 && network.is_rows_of_periods()
}

/// Improves a plan of a network that [`covers`] holds for; none where its table of costs would be too large.
pub(super) fn search(
    network: &Network<'_>,
    start: &Plan,
    schedule: &Schedule,
    effort: Effort<'_>,
    tell: &mut dyn FnMut(Epoch),
) -> Option<()> {
    let grid = Grid::new(network, start, schedule)?;
    let mut replicas: Vec<Annealing> =
        (0..REPLICAS as u64).map(|replica| Annealing::new(grid.clone(), effort.seed, replica)).collect();
    let temperatures = replicas[0].calibrate();
    let mut best = Best { cost: i64::MAX, value: schedule.value() };
    let total = (effort.remaining)();
    // A proof waits for good plans.
    let parts = parts_of_epoch(effort, total);
    for (epoch, part) in all_parts(parts) {
        run_part(&mut replicas, effort, (epoch, part, total), PACE, &|share| temperatures.at(share));
        let iterations = replicas.iter().map(Annealing::iterations).sum();
        let better = best.improve(network.problem, &replicas, |replica| replica.best_plan(network));
        tell(Epoch { done: span_of_part(epoch, part).1, iterations, better, source: SEARCH });
        if effort.is_over() {
            break;
        }
        if part.0 + 1 == parts {
            share(&mut replicas);
        }
    }
    Some(())
}
