//! Search over separable plans: annealing on exact prices, replicas that share what they find.
//!
//! A fixed number of replicas, each with its own named random stream, anneal through synchronous epochs; between
//! epochs the worst takes over from the best. So a seed and an iteration budget give the same plan on any number of
//! threads, and two threads do the same work in half the time.

mod anneal;
mod ground_plan;

pub(crate) use anneal::Annealing;
pub(crate) use ground_plan::{GroundPlan, covers};

use crate::heuristic::moves::Neighbours;
use crate::plan::Plan;
use crate::problem::Problem;
use crate::schedule::Schedule;
use rayon::prelude::*;
use std::time::Duration;

/// How much to search.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    /// Seed of the replicas' streams.
    pub seed: u64,
    /// Iterations over all replicas; none: as long as `remaining` says.
    pub iterations: Option<u64>,
}

/// What the search tells and asks between epochs.
pub(crate) trait Listener {
    /// Time left; none without a limit.
    fn remaining(&self) -> Option<Duration>;
    /// Whether somebody asked to stop.
    fn is_cancelled(&self) -> bool;
    /// Another epoch is over: the share of the budget used, iterations so far, and a better plan if there is one.
    fn epoch(&mut self, done: f64, iterations: u64, better: Option<(Plan, Schedule)>);
}

/// Replicas: enough to use two threads and to level out bad luck; each has its share of the iterations.
const REPLICAS: usize = 4;
/// Exchanges between replicas.
const EPOCHS: u64 = 40;
/// Iterations between two looks at the clock.
const STRIDE: u64 = 2_000;

/// Improves a plan of a problem that [`covers`] holds for. Runs in rayon's current pool.
pub(crate) fn search(
    problem: &Problem,
    start: &Plan,
    schedule: &Schedule,
    effort: Effort,
    listener: &mut (dyn Listener + Send),
) {
    let Some(ground_plan) = GroundPlan::new(problem, start, schedule) else { return };
    let ground = &ground_plan.ground;
    if ground.lots.len() < 2 {
        return;
    }
    let neighbours = Neighbours::new(ground);
    let mut replicas: Vec<Annealing<'_>> = (0..REPLICAS)
        .map(|replica| Annealing::new(ground, &neighbours, ground_plan.state.clone(), effort.seed, replica as u64))
        .collect();
    let temperatures = replicas[0].calibrate();
    let mut best = ground_plan.state.cost();
    let total = listener.remaining();
    for epoch in 0..EPOCHS {
        let (from, to) = (epoch as f64 / EPOCHS as f64, (epoch + 1) as f64 / EPOCHS as f64);
        match effort.iterations {
            Some(iterations) => {
                let share =
                    iterations / (EPOCHS * REPLICAS as u64) + u64::from(epoch < iterations / REPLICAS as u64 % EPOCHS);
                replicas.par_iter_mut().for_each(|replica| replica.run(share, temperatures.between(from, to)));
            }
            None => run_for(&mut replicas, &temperatures, (from, to), total, listener),
        }
        let iterations = replicas.iter().map(Annealing::iterations).sum();
        let leader = (0..replicas.len()).min_by_key(|&replica| (replicas[replica].best_cost(), replica)).unwrap_or(0);
        let better = (replicas[leader].best_cost() < best).then(|| {
            best = replicas[leader].best_cost();
            ground_plan.finish(problem, replicas[leader].best_sequences())
        });
        listener.epoch(to, iterations, better.flatten());
        let out_of_time = effort.iterations.is_none() && listener.remaining().is_some_and(|left| left.is_zero());
        if listener.is_cancelled() || out_of_time {
            return;
        }
        share(&mut replicas);
    }
}

/// One epoch by the clock: up to its share of the time, the temperature following the time that has passed.
fn run_for(
    replicas: &mut [Annealing<'_>],
    temperatures: &anneal::Temperatures,
    (from, to): (f64, f64),
    total: Option<Duration>,
    listener: &mut (dyn Listener + Send),
) {
    let Some(total) = total else {
        // No limit at all: an epoch of fixed size; the caller's cancel flag ends it.
        replicas.par_iter_mut().for_each(|replica| replica.run(STRIDE * 100, temperatures.between(from, to)));
        return;
    };
    let began = std::time::Instant::now();
    let until = total.mul_f64(1.0 - to);
    let length = listener.remaining().unwrap_or_default().saturating_sub(until);
    replicas.par_iter_mut().for_each(|replica| {
        // More replicas than threads take turns: each gets its share of the epoch.
        let turns = REPLICAS.div_ceil(rayon::current_num_threads().min(REPLICAS)) as u32;
        let share = length / turns;
        let begin = std::time::Instant::now();
        let _ = began;
        loop {
            let passed = begin.elapsed();
            if passed >= share {
                break;
            }
            let at = from + (to - from) * passed.as_secs_f64() / share.as_secs_f64();
            replica.run(STRIDE, temperatures.between(at, at));
        }
    });
}

/// The replica that stands worst goes on from where the best one is.
fn share(replicas: &mut [Annealing<'_>]) {
    let cost = |replica: &Annealing<'_>| replica.current_cost();
    let Some(best) = (0..replicas.len()).min_by_key(|&index| (cost(&replicas[index]), index)) else { return };
    let Some(worst) = (0..replicas.len()).max_by_key(|&index| (cost(&replicas[index]), index)) else { return };
    if best != worst {
        let state = replicas[best].state().clone();
        replicas[worst].go_on_from(state);
    }
}
