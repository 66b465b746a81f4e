//! Search over coupled plans: annealing on exact prices of changes to a network of operations.
//!
//! Replicas with random streams of their own anneal through synchronous epochs and share the best between epochs, as the
//! search over separable plans does; so a seed and an iteration budget give the same plan on any number of threads. What
//! differs is the state (`schedule::network`) and where moves look: mostly at what holds up the late orders or
//! the last end, found by walking back from there (critical blocks: Nowicki and Smutnicki 1996 for the makespan; Mati,
//! Dauzère-Pérès and Lahlou 2011 for regular criteria; Bierwirth and Kuhpfahl 2017 for weighted tardiness).
//!
//! Waiting for the sake of holding costs or of the baseline's starts is not in these prices; the reference prices what
//! each epoch found, and the best by that is kept.

mod anneal;
mod draw;
mod insert;
mod moves;

use super::search::{Effort, Epoch};
use crate::plan::Plan;
use crate::problem::Problem;
use crate::schedule::network::{Network, Timetable};
use crate::schedule::{Schedule, settle};
use anneal::{Annealing, Best};
use draw::Kin;
use rayon::prelude::*;
use std::time::Duration;

/// Replicas: no more than are commonly run at once, for a slow cooling of each finds more than many quick ones.
const REPLICAS: usize = 2;
/// Exchanges between replicas.
const EPOCHS: u64 = 40;
/// Iterations between two looks at the clock, at most; fewer on large plans, where each takes longer.
const STRIDE: u64 = 100;
/// Operations times iterations between two looks at the clock.
const STRIDE_OPERATIONS: usize = 100_000;
/// Iterations of an epoch where there is neither a time nor an iteration limit.
const UNLIMITED_EPOCH: u64 = 50_000;

/// Improves a plan; `tell` hears of every epoch.
pub(crate) fn search(
    problem: &Problem,
    start: &Plan,
    schedule: &Schedule,
    effort: Effort<'_>,
    tell: &mut dyn FnMut(Epoch),
) {
    let network = Network::new(problem, start);
    if network.operations.len() < 2 {
        return;
    }
    let Some(timetable) = network.timetable(start) else { return };
    let kin = Kin::new(&network);
    let mut replicas: Vec<Annealing<'_, '_>> = (0..REPLICAS)
        .map(|replica| Annealing::new(&network, &kin, timetable.clone(), effort.seed, replica as u64))
        .collect();
    let stride = ((STRIDE_OPERATIONS / network.operations.len()) as u64).clamp(1, STRIDE);
    let out_of_time = || effort.iterations.is_none() && (effort.remaining)().is_some_and(|left| left.is_zero());
    let temperatures = replicas[0].calibrate(&|| !(effort.cancelled)() && !out_of_time());
    let mut best = Best { cost: timetable.cost(), value: schedule.value() };
    let total = (effort.remaining)();
    for epoch in 0..EPOCHS {
        let (from, to) = (epoch as f64 / EPOCHS as f64, (epoch + 1) as f64 / EPOCHS as f64);
        let heat = |share: f64| temperatures.at(share);
        let mut run_all = |iterations: u64| {
            let run = |one: &mut Annealing<'_, '_>| {
                run_strides(one, (iterations, stride), effort.cancelled, (from, to), &heat)
            };
            effort.pool.install(|| replicas.par_iter_mut().for_each(run));
        };
        match (effort.iterations, total) {
            (Some(iterations), _) => {
                let own = iterations / REPLICAS as u64;
                run_all(own / EPOCHS + u64::from(epoch < own % EPOCHS));
            }
            (None, Some(total)) => {
                let until = total.mul_f64(1.0 - to);
                effort.pool.install(|| run_until(&mut replicas, (effort, stride), until, (from, to), &heat));
            }
            (None, None) => run_all(UNLIMITED_EPOCH),
        }
        let iterations = replicas.iter().map(Annealing::iterations).sum();
        let better = better_plan(problem, &network, &replicas, &mut best);
        tell(Epoch { done: to, iterations, better });
        if (effort.cancelled)() || out_of_time() {
            return;
        }
        share(&mut replicas);
    }
}

/// The leading replica's best plan, where the reference agrees that it is better than all before.
fn better_plan(
    problem: &Problem,
    network: &Network<'_>,
    replicas: &[Annealing<'_, '_>],
    best: &mut Best,
) -> Option<(Plan, Schedule)> {
    let leader = (0..replicas.len()).min_by_key(|&replica| (replicas[replica].best_cost(), replica))?;
    let cost = replicas[leader].best_cost();
    if cost >= best.cost {
        return None;
    }
    best.cost = cost;
    let mut plan = replicas[leader].best_plan(network);
    let schedule = settle(problem, &mut plan).ok()?;
    if schedule.value() >= best.value {
        return None;
    }
    best.value = schedule.value();
    Some((plan, schedule))
}

/// One epoch of a replica by its iterations, in strides, so that who asks to stop is heard within milliseconds.
fn run_strides(
    one: &mut Annealing<'_, '_>,
    (iterations, stride): (u64, u64),
    cancelled: &(dyn Fn() -> bool + Sync),
    (from, to): (f64, f64),
    heat: &(dyn Fn(f64) -> f64 + Sync),
) {
    let strides = iterations.div_ceil(stride);
    let at = |stride: u64| heat(from + (to - from) * stride as f64 / strides as f64);
    for stride in (0..strides).take_while(|_| !cancelled()) {
        let own = iterations / strides + u64::from(stride < iterations % strides);
        one.run(own, at(stride));
    }
}

/// One epoch by the clock, until only `until` is left: replicas take turns in rounds of threads, each with an equal
/// share of the time, the temperature following the time that has passed.
fn run_until(
    replicas: &mut [Annealing<'_, '_>],
    (effort, stride): (Effort<'_>, u64),
    until: Duration,
    (from, to): (f64, f64),
    heat: &(dyn Fn(f64) -> f64 + Sync),
) {
    let threads = rayon::current_num_threads().clamp(1, replicas.len());
    let rounds = replicas.len().div_ceil(threads) as u32;
    let left = || (effort.remaining)().unwrap_or_default().saturating_sub(until);
    for (round, together) in replicas.chunks_mut(threads).enumerate() {
        let share = left() / (rounds - round as u32);
        let end = left().saturating_sub(share);
        together.par_iter_mut().for_each(|one| {
            loop {
                let rest = left().saturating_sub(end);
                if rest.is_zero() || share.is_zero() || (effort.cancelled)() {
                    break;
                }
                let passed = 1.0 - rest.as_secs_f64() / share.as_secs_f64();
                one.run(stride, heat(from + (to - from) * passed.clamp(0.0, 1.0)));
            }
        });
    }
}

/// The replica that stands worst goes on from where the best one is.
fn share(replicas: &mut [Annealing<'_, '_>]) {
    let cost = |replica: &Annealing<'_, '_>| replica.current_cost();
    let Some(best) = (0..replicas.len()).min_by_key(|&index| (cost(&replicas[index]), index)) else { return };
    let Some(worst) = (0..replicas.len()).max_by_key(|&index| (cost(&replicas[index]), index)) else { return };
    if best != worst {
        let timetable: Timetable = replicas[best].timetable().clone();
        replicas[worst].go_on_from(timetable);
    }
}
