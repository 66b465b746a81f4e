//! Search over separable plans: annealing on exact prices, replicas that share what they find.
//!
//! A fixed number of replicas, each with its own named random stream, anneal through synchronous epochs; between
//! epochs the worst takes over from the best. Where the budget comes to many moves for few lots, replicas at
//! temperatures of their own exchange plans instead. So a seed and an iteration budget give the same plan on any number of
//! threads, and two threads do the same work in half the time.

mod anneal;
mod ground_plan;
#[cfg(test)]
mod ground_tests;
mod guidance;
#[cfg(test)]
mod price_tests;
mod recombination;
mod regions;
mod tempering;
#[cfg(test)]
mod tests;
mod trial;

pub(crate) use ground_plan::covers;
pub(crate) use regions::improve_groups;
pub(crate) use trial::{PricingTrial, with_epochs};

use anneal::Annealing;
use ground_plan::GroundPlan;
use recombination::Recombination;
use tempering::{Ladder, RUNGS};

use crate::heuristic::moves::Neighbours;
use crate::heuristic::replicas::{
    Coolings, EPOCHS, Effort, Epoch, Pace, Replica as _, SEARCH, all_parts, leader, parts_of_epoch, run_part, share,
    span_of_part, worst,
};
use crate::plan::Plan;
use crate::problem::Problem;
use crate::schedule::Schedule;
use crate::schedule::incremental::{Ground, State};
use std::time::Duration;

/// Replicas of a search under an iteration limit: two, and four where so few lots cool down well in a quarter of the time and
/// luck decides more.
const REPLICAS: usize = 2;
const REPLICAS_OF_FEW_LOTS: usize = 4;
/// Up to so many lots are few.
const FEW_LOTS: usize = 60;
/// Few lots are cooled down again and again: one long cooling ends in one valley, and which one is luck.
const COOLINGS_OF_FEW_LOTS: Coolings =
    Coolings { ends: &[0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0], reheated: 0.4 };
/// Iterations from which on plans are exchanged, over the lots to the third power: from so many on it was better at 25, 50 and
/// 100 lots, and no better with fewer.
const TEMPERED_PER_CUBE: u64 = 320;
/// Up to so many lots a plan is finished in some milliseconds, and what is found is told several times a second.
const MOST_LOTS_TOLD_OFTEN: usize = 1_000;
/// Above this many lots groups of lines are searched apart.
const MOST_LOTS_AT_ONCE: usize = 4_000;
/// Iterations per choice and choice after which a small instance has been searched through many times over, for a file of three
/// orders should not take its whole time limit; and per choice to the fourth power, which is more above twenty choices:
/// fifty lots still gain after a minute.
const ENOUGH_PER_SQUARE: u64 = 40_000;
const ENOUGH_PER_FOURTH_POWER: u64 = 100;
/// Iterations by which the speed is measured.
const SPEED_SAMPLE: u64 = 10_000;
/// Two thousand moves take a millisecond or two.
const PACE: Pace = Pace { stride: 2_000, unlimited: 200_000 };
/// Without a limit all replicas together go as far as those that cool few lots.
const TEMPERED_PACE: Pace = Pace { unlimited: PACE.unlimited * REPLICAS_OF_FEW_LOTS as u64 / RUNGS as u64, ..PACE };

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
    let replica = |number: u64| Annealing::new(ground, &neighbours, ground_plan.state.clone(), effort.seed, number);
    let mut first = replica(0);
    let standing = ground_plan.state.standing().len();
    let few = standing <= FEW_LOTS;
    let coolings = if few { COOLINGS_OF_FEW_LOTS } else { Coolings::under(effort) };
    // Few lots are cooled again and again, so that one start is not lost on them; many have only the plan they start from.
    let temperatures = first.calibrate(few);
    let (iterations, spare) = promised(&mut first, choices(ground, &ground_plan.state), effort, temperatures.at(0.0));
    let tempers =
        first.goes_by_cost() && iterations >= TEMPERED_PER_CUBE.saturating_mul((ground.lots.len() as u64).pow(3));
    let mut ladder = tempers.then(|| Ladder::new(replica(RUNGS as u64).calibrate(true), effort.seed));
    let count = if tempers { RUNGS } else { replicas_for(&ground_plan.state, effort) };
    let mut replicas: Vec<Annealing<'_>> = std::iter::once(first).chain((1..count as u64).map(replica)).collect();
    let remaining = || (effort.remaining)().map(|left| left.saturating_sub(spare));
    let effort = Effort { remaining: &remaining, ..effort };
    let recombination = Recombination::new(ground, effort, &mut replicas, temperatures);
    let mut best = ground_plan.state.cost();
    let total = (effort.remaining)();
    let heat = |share: f64| temperatures.at(coolings.at(share));
    // Who watches and who proves wait for better plans; finishing one of many lots takes its time.
    let parts = if standing <= MOST_LOTS_TOLD_OFTEN { parts_of_epoch(effort, total) } else { 1 };
    for (epoch, part) in all_parts(parts) {
        match &mut ladder {
            Some(ladder) => ladder.run_part(&mut replicas, effort, (epoch, part, total), TEMPERED_PACE),
            None => run_part(&mut replicas, effort, (epoch, part, total), PACE, &heat),
        }
        let ends = part.0 + 1 == parts;
        let recombined = ends && recombination.as_ref().is_some_and(|own| own.is_due(epoch) && own.run(&mut replicas));
        let taker = match &ladder {
            Some(ladder) => ladder.taker(epoch),
            None => worst(&replicas),
        };
        if let Some(taker) = taker
            && let Some(state) = (effort.arrived)().and_then(|plan| ground_plan.state_of(&plan))
        {
            best = best.min(state.cost());
            replicas[taker].take_up(state);
        }
        let iterations = replicas.iter().map(Annealing::iterations).sum();
        let better = leader(&replicas).filter(|leader| leader.best_cost() < best).and_then(|leader| {
            best = leader.best_cost();
            ground_plan.finish(problem, &leader.best_arrangement())
        });
        tell(Epoch {
            done: span_of_part(epoch, part).1,
            iterations,
            better,
            source: if recombined { recombination::SOURCE } else { SEARCH },
        });
        if effort.is_over() || best <= floor {
            return;
        }
        // Where lots are few, replicas go their own ways within a cooling; else they have exchanges all along.
        let meet = !few || (epoch + 1) % (EPOCHS / COOLINGS_OF_FEW_LOTS.ends.len() as u64) == 0;
        if ends && meet && ladder.is_none() {
            share(&mut replicas);
        }
    }
}

/// How many replicas search from a state. An iteration budget must come to the same plan on any machine; a time limit may
/// use every thread there is, and many lots are better off with one long cooling than with two that take turns.
fn replicas_for(state: &State, effort: Effort<'_>) -> usize {
    let threads = effort.pool.current_num_threads();
    match (state.standing().len() <= FEW_LOTS, effort.iterations) {
        (true, None) => REPLICAS_OF_FEW_LOTS.max(threads),
        (true, Some(_)) => REPLICAS_OF_FEW_LOTS,
        (false, None) => threads.max(1),
        (false, Some(_)) => REPLICAS,
    }
}

/// How many choices there are: where each lot goes, and in which form each item is made.
fn choices(ground: &Ground, state: &State) -> usize {
    state.standing().len() + ground.divided.iter().map(|divided| divided.forms.len()).sum::<usize>()
}

/// The iterations a budget comes to, and the part of a time limit a small instance does not need; what follows is fitted to
/// the rest.
fn promised(first: &mut Annealing<'_>, choices: usize, effort: Effort<'_>, temperature: f64) -> (u64, Duration) {
    let Some(before) = (effort.remaining)().filter(|_| effort.iterations.is_none()) else {
        return (effort.iterations.unwrap_or(PACE.unlimited * EPOCHS), Duration::ZERO);
    };
    first.run(SPEED_SAMPLE, (temperature, temperature));
    let left = (effort.remaining)().unwrap_or_default();
    let threads = effort.pool.current_num_threads().max(1) as f64;
    let per_second = SPEED_SAMPLE as f64 * threads / before.saturating_sub(left).as_secs_f64().max(1e-9);
    let square = (choices as u64).saturating_pow(2);
    let per_square = ENOUGH_PER_SQUARE.max(ENOUGH_PER_FOURTH_POWER.saturating_mul(square));
    let needed = per_square.saturating_mul(square) as f64 / per_second;
    let spare = left.saturating_sub(Duration::try_from_secs_f64(needed).unwrap_or(Duration::MAX));
    ((left.saturating_sub(spare).as_secs_f64() * per_second) as u64, spare)
}
