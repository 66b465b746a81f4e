//! Search over separable plans: annealing on exact prices, replicas that share what they find.
//!
//! A fixed number of replicas, each with its own named random stream, anneal through synchronous epochs; between
//! epochs the worst takes over from the best. So a seed and an iteration budget give the same plan on any number of
//! threads, and two threads do the same work in half the time.

mod anneal;
mod ground_plan;
mod guidance;
mod regions;
mod trial;

pub(crate) use ground_plan::covers;
pub(crate) use trial::PricingTrial;

use anneal::Annealing;
use ground_plan::GroundPlan;

use crate::heuristic::moves::Neighbours;
use crate::plan::Plan;
use crate::problem::Problem;
use crate::schedule::Schedule;
use crate::schedule::incremental::{Ground, State};
use rayon::prelude::*;
use std::time::Duration;

/// How much to search, and with what.
#[derive(Clone, Copy)]
pub(crate) struct Effort<'a> {
    /// Seed of the replicas' streams.
    pub seed: u64,
    /// Iterations over all replicas; none: as long as `remaining` says.
    pub iterations: Option<u64>,
    /// Time left; none without a limit.
    pub remaining: &'a (dyn Fn() -> Option<Duration> + Sync),
    /// Whether somebody asked to stop.
    pub cancelled: &'a (dyn Fn() -> bool + Sync),
    /// Where the replicas run.
    pub pool: &'a rayon::ThreadPool,
}

/// What an epoch came to.
pub(crate) struct Epoch {
    /// Share of the budget used, 0 to 1.
    pub done: f64,
    /// Iterations so far, over all replicas.
    pub iterations: u64,
    /// A better plan than all before, where there is one.
    pub better: Option<(Plan, Schedule)>,
}

/// Replicas of a search: two, and four where so few lots cool down well in a quarter of the time and luck decides more.
const REPLICAS: usize = 2;
const REPLICAS_OF_FEW_LOTS: usize = 4;
/// Up to so many lots are few.
const FEW_LOTS: usize = 150;
/// Parts of a search between which it tells what it has found and hears the clock.
const EPOCHS: u64 = 40;
/// How often so many lots are cooled down, and where in the cooling every time but the first begins: one long cooling ends
/// in one valley, and which one is luck.
const COOLINGS: [(usize, u64); 2] = [(60, 8), (FEW_LOTS, 2)];
const REHEATED: f64 = 0.4;
/// Above this many lots groups of lines are searched apart.
const MOST_LOTS_AT_ONCE: usize = 4_000;
/// Iterations between two looks at the clock.
const STRIDE: u64 = 2_000;
/// Iterations per choice and choice after which a small instance has been searched through many times over: a file of three
/// orders should not take its whole time limit.
const ENOUGH_PER_SQUARE: u64 = 40_000;
/// Iterations by which the speed is measured.
const SPEED_SAMPLE: u64 = 10_000;
/// Iterations of an epoch where there is neither a time nor an iteration limit.
const UNLIMITED_EPOCH: u64 = 200_000;

/// Improves a plan of a problem that [`covers`] holds for; `tell` hears of every epoch.
pub(crate) fn search(
    problem: &Problem,
    start: &Plan,
    schedule: &Schedule,
    effort: Effort<'_>,
    tell: &mut dyn FnMut(Epoch),
) {
    if start.lots.len() > MOST_LOTS_AT_ONCE {
        return regions::search(problem, start, schedule, effort, tell);
    }
    let Some(ground_plan) = GroundPlan::new(problem, start, schedule) else { return };
    let ground = &ground_plan.ground;
    if ground.lots.len() < 2 {
        return;
    }
    let floor = ground.cost_floor();
    if ground_plan.state.cost() <= floor {
        return;
    }
    let neighbours = effort.pool.install(|| Neighbours::new(ground));
    let mut replicas: Vec<Annealing<'_>> = (0..replicas_for(&ground_plan.state, effort) as u64)
        .map(|replica| Annealing::new(ground, &neighbours, ground_plan.state.clone(), effort.seed, replica))
        .collect();
    let temperatures = replicas[0].calibrate();
    let spare = spare_time(&mut replicas[0], choices(ground, &ground_plan.state), effort, temperatures.at(0.0));
    let remaining = || (effort.remaining)().map(|left| left.saturating_sub(spare));
    let effort = Effort { remaining: &remaining, ..effort };
    let mut best = ground_plan.state.cost();
    let total = (effort.remaining)();
    let count = replicas.len() as u64;
    let standing = ground_plan.state.standing().len();
    let coolings = COOLINGS.iter().find(|&&(most, _)| standing <= most).map_or(1, |&(_, coolings)| coolings);
    for epoch in 0..EPOCHS {
        let (from, to) = (epoch as f64 / EPOCHS as f64, (epoch + 1) as f64 / EPOCHS as f64);
        let heat = |share: f64| temperatures.at(cooled(share, coolings));
        let mut run_all = |iterations: u64| {
            let run = |one: &mut Annealing<'_>| run_strides(one, iterations, effort.cancelled, (from, to), &heat);
            effort.pool.install(|| replicas.par_iter_mut().for_each(run));
        };
        match (effort.iterations, total) {
            (Some(iterations), _) => {
                let own = iterations / count;
                run_all(own / EPOCHS + u64::from(epoch < own % EPOCHS));
            }
            (None, Some(total)) => {
                let until = total.mul_f64(1.0 - to);
                effort.pool.install(|| run_until(&mut replicas, effort, until, (from, to), &heat));
            }
            (None, None) => run_all(UNLIMITED_EPOCH),
        }
        let iterations = replicas.iter().map(Annealing::iterations).sum();
        let leader = (0..replicas.len()).min_by_key(|&replica| (replicas[replica].best_cost(), replica)).unwrap_or(0);
        let better = (replicas[leader].best_cost() < best).then(|| {
            best = replicas[leader].best_cost();
            ground_plan.finish(problem, &replicas[leader].best_arrangement())
        });
        tell(Epoch { done: to, iterations, better: better.flatten() });
        let out_of_time = effort.iterations.is_none() && (effort.remaining)().is_some_and(|left| left.is_zero());
        if (effort.cancelled)() || out_of_time || best <= floor {
            return;
        }
        // Within a cooling replicas go their own ways; a single one has exchanges all along.
        if coolings == 1 || (epoch + 1) % (EPOCHS / coolings) == 0 {
            share(&mut replicas);
        }
    }
}

/// How far a cooling is when a share of the budget is used, of so many one after another.
fn cooled(share: f64, coolings: u64) -> f64 {
    let passed = share * coolings as f64;
    // The end of one, not the begin of the next: temperatures fall within a stride.
    let over = (passed - 1e-9).max(0.0).floor();
    let first = if over > 0.0 { REHEATED } else { 0.0 };
    first + (1.0 - first) * (passed - over)
}

/// How many replicas search from a state. An iteration budget must come to the same plan on any machine; a time limit may
/// use every thread there is.
fn replicas_for(state: &State, effort: Effort<'_>) -> usize {
    let fixed = if state.standing().len() <= FEW_LOTS { REPLICAS_OF_FEW_LOTS } else { REPLICAS };
    if effort.iterations.is_some() { fixed } else { fixed.max(effort.pool.current_num_threads()) }
}

/// How many choices there are: where each lot goes, and in which form each item is made.
fn choices(ground: &Ground, state: &State) -> usize {
    state.standing().len() + ground.divided.iter().map(|divided| divided.forms.len()).sum::<usize>()
}

/// The part of the time limit a small instance does not need; the cooling is then fitted to the rest.
fn spare_time(replica: &mut Annealing<'_>, choices: usize, effort: Effort<'_>, temperature: f64) -> Duration {
    let Some(before) = (effort.remaining)().filter(|_| effort.iterations.is_none()) else { return Duration::ZERO };
    replica.run(SPEED_SAMPLE, (temperature, temperature));
    let left = (effort.remaining)().unwrap_or_default();
    let enough = ENOUGH_PER_SQUARE.saturating_mul((choices as u64).pow(2));
    let threads = effort.pool.current_num_threads().clamp(1, replicas_for(replica.state(), effort)) as f64;
    let needed = before.saturating_sub(left).as_secs_f64() * (enough as f64 / SPEED_SAMPLE as f64 / threads);
    left.saturating_sub(Duration::try_from_secs_f64(needed).unwrap_or(Duration::MAX))
}

/// One epoch of a replica by its iterations, in strides, so that who asks to stop is heard within milliseconds.
fn run_strides(
    one: &mut Annealing<'_>,
    iterations: u64,
    cancelled: &(dyn Fn() -> bool + Sync),
    (from, to): (f64, f64),
    heat: &(dyn Fn(f64) -> f64 + Sync),
) {
    let strides = iterations.div_ceil(STRIDE);
    let at = |stride: u64| heat(from + (to - from) * stride as f64 / strides as f64);
    for stride in (0..strides).take_while(|_| !cancelled()) {
        let own = iterations / strides + u64::from(stride < iterations % strides);
        one.run(own, (at(stride), at(stride + 1)));
    }
}

/// One epoch by the clock, until only `until` is left: replicas take turns in rounds of threads, each with an equal
/// share of the time, the temperature following the time that has passed.
fn run_until(
    replicas: &mut [Annealing<'_>],
    effort: Effort<'_>,
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
                let now = heat(from + (to - from) * passed.clamp(0.0, 1.0));
                one.run(STRIDE, (now, now));
            }
        });
    }
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
