//! Search over coupled plans: annealing on exact prices of changes to a network of operations.
//!
//! Replicas with random streams of their own anneal through synchronous epochs and share the best between epochs, as the
//! search over separable plans does; so a seed and an iteration budget give the same plan on any number of threads. What
//! differs is the state (`schedule::network`) and where moves look: mostly at what holds up the late orders or
//! the last end, found by walking back from there (critical blocks: Nowicki and Smutnicki 1996 for the makespan; Mati,
//! Dauzère-Pérès and Lahlou 2011 for regular criteria; Bierwirth and Kuhpfahl 2017 for weighted tardiness).
//!
//! Two kinds of plants have searches of their own, which are far better there: those charged for nothing but the makespan
//! (`critical`), and lines whose lots all take one period (`periods`).
//!
//! Waiting for the sake of holding costs or of the baseline's starts is not in these prices; the reference prices what
//! each epoch found, and the best by that is kept.

mod anneal;
mod clocks;
mod draw;
mod fit;
mod insert;
mod moves;
#[cfg(test)]
mod tests;
mod trial;

pub(crate) use trial::with_trial;

use super::critical;
use super::periods;
use super::replicas::{Best, Coolings, EPOCHS, Effort, Epoch, Pace, Replica as _, SEARCH, run_epoch, share, span};
use crate::plan::Plan;
use crate::problem::Problem;
use crate::schedule::network::Network;
use crate::schedule::{MANY_OPERATIONS, Schedule, settle, waiting_may_pay};
use anneal::{Annealing, Prospects};
use draw::Kin;
use std::time::Duration;

/// Replicas under an iteration limit: no more than are commonly run at once, for a slow cooling of each finds more than many quick ones.
const REPLICAS: usize = 2;
/// Iterations between two looks at the clock, at most; fewer on large plans, where each takes longer.
const STRIDE: u64 = 100;
/// Operations times iterations between two looks at the clock.
const STRIDE_OPERATIONS: usize = 100_000;
/// Iterations of an epoch where there is neither a time nor an iteration limit.
const UNLIMITED_EPOCH: u64 = 50_000;

/// Of so many parts of the time, the reference may take one to price what was found.
const PRICING_PART: u32 = 20;

/// Improves a plan; `tell` hears of every epoch. Whether it ended for want of time, of which it leaves some for the last plan.
pub(crate) fn search(
    problem: &Problem,
    start: &Plan,
    schedule: &Schedule,
    effort: Effort<'_>,
    tell: &mut dyn FnMut(Epoch),
) -> bool {
    let network = Network::new(problem, start);
    if network.operations.len() < 2 {
        return false;
    }
    let spare = spare_time(problem, start, effort);
    let remaining = || (effort.remaining)().map(|left| left.saturating_sub(spare));
    let effort = Effort { remaining: &remaining, ..effort };
    search_network(network, (start, schedule), effort, tell);
    effort.is_over()
}

/// The search of a network by what it is: one of its kind, or of any.
fn search_network(
    mut network: Network<'_>,
    (start, schedule): (&Plan, &Schedule),
    effort: Effort<'_>,
    tell: &mut dyn FnMut(Epoch),
) {
    let problem = network.problem;
    if critical::covers(&network, schedule) {
        return critical::search(&network, start, schedule, effort, tell);
    }
    if periods::covers(&network, schedule) && periods::search(&network, start, schedule, effort, tell).is_some() {
        return;
    }
    // On the largest plans each of these takes seconds.
    if effort.is_over() {
        return;
    }
    network.add_forms();
    let Some(timetable) = network.timetable(start).filter(|_| !effort.is_over()) else { return };
    let kin = Kin::new(&network);
    let mut replicas: Vec<Annealing<'_, '_>> = (0..replicas_for(effort))
        .map(|replica| Annealing::new(&network, &kin, timetable.clone(), effort.seed, replica as u64))
        .collect();
    let stride = ((STRIDE_OPERATIONS / network.operations.len()) as u64).clamp(1, STRIDE);
    let pace = Pace { stride, unlimited: UNLIMITED_EPOCH };
    let iterations = effort.iterations.map(|all| all / replicas.len() as u64);
    let go_on = || !effort.is_over();
    let temperatures = replicas[0].calibrate(&Prospects { go_on: &go_on, iterations, remaining: effort.remaining });
    let mut best = Best { cost: timetable.cost(), value: schedule.value() };
    let total = (effort.remaining)();
    let mut pricing = Pricing::default();
    let coolings = Coolings::under(effort);
    let heat = |share: f64| temperatures.at(coolings.at(share));
    for epoch in 0..EPOCHS {
        run_epoch(&mut replicas, effort, (epoch, total), pace, &heat);
        let iterations = replicas.iter().map(Annealing::iterations).sum();
        let due = epoch + 1 == EPOCHS || effort.is_over() || pricing.is_due(effort);
        let improve = || best.improve(problem, &replicas, |replica| replica.best_plan(&network));
        let better = if due { pricing.measure(effort, improve) } else { None };
        tell(Epoch { done: span(epoch).1, iterations, better, source: SEARCH });
        if effort.is_over() {
            return;
        }
        share(&mut replicas);
    }
}

/// How many replicas search. An iteration limit must come to the same plan on any machine; under a time limit each has a thread of
/// its own, for two that take turns cool half as long.
fn replicas_for(effort: Effort<'_>) -> usize {
    if effort.iterations.is_some() { REPLICAS } else { effort.pool.current_num_threads().max(1) }
}

/// How long the reference takes to price a plan, and when it did last: where waiting pays, and on large plans, every epoch is too often.
#[derive(Default)]
struct Pricing {
    took: Duration,
    /// Time left when it ended.
    left: Option<Duration>,
}

impl Pricing {
    /// Whether enough time has passed, of which pricing may take a part. Under an iteration limit no clock is read.
    fn is_due(&self, effort: Effort<'_>) -> bool {
        let (Some(before), Some(now)) = (self.left, (effort.remaining)()) else { return true };
        effort.iterations.is_some() || before.saturating_sub(now) >= self.took * PRICING_PART
    }

    fn measure<R>(&mut self, effort: Effort<'_>, price: impl FnOnce() -> R) -> R {
        let before = (effort.remaining)();
        let result = price();
        self.left = (effort.remaining)();
        self.took = before.unwrap_or_default().saturating_sub(self.left.unwrap_or_default());
        result
    }
}

/// Time kept for pricing what the last epoch finds: no clock is read meanwhile, and on large plans with scarce materials that
/// can take seconds. Twice what the first plan takes; what everything
/// so far took, where timing a large plan once more would take as long.
fn spare_time(problem: &Problem, start: &Plan, effort: Effort<'_>) -> Duration {
    let Some(before) = (effort.remaining)().filter(|_| effort.iterations.is_none()) else { return Duration::ZERO };
    if start.operations.len() > MANY_OPERATIONS && waiting_may_pay(problem) {
        return effort.used;
    }
    // Whether it can be settled makes no difference: the time it takes is asked for.
    let _ = settle(problem, &mut start.clone());
    before.saturating_sub((effort.remaining)().unwrap_or_default()) * 2
}
