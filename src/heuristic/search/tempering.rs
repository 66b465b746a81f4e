//! Parallel tempering: replicas at temperatures of their own, of which neighbours exchange plans.
//!
//! One cooling ends in one valley, and which one is luck. Here temperatures stand still and plans wander: melted at the top
//! of a ladder of temperatures, settled at its foot, again and again, by a rule of exchange that leaves each
//! temperature's distribution of plans as it is (Geyer 1991; Hukushima and Nemoto 1996). Cooling is as good where
//! there are few draws for as many lots, this is better where there are many (`docs/experiments.md`).

use super::anneal::Annealing;
use crate::heuristic::random::stream;
use crate::heuristic::replicas::{
    Coolings, EPOCHS, Effort, Extent, Pace, Replica as _, Temperatures, equal_share, extent_of_part, left_until,
    run_part,
};
use rand::RngExt as _;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use std::time::Duration;

/// Temperatures, and as many replicas.
pub(super) const RUNGS: usize = 12;
/// Replicas that cool down first, leaving a plan on each rung they pass, and in how many epochs.
const COOLERS: usize = 2;
const COOLING: u64 = EPOCHS / 5;
/// Draws of a replica between two exchanges.
const STRIDE: u64 = 1_000;
/// How much warmer the foot of the ladder is than the end of a cooling.
const WARMER: f64 = 3.0;

/// A ladder of temperatures, and which replica stands on each of its rungs.
pub(super) struct Ladder {
    /// Those of the hottest and of the coldest rung.
    ends: Temperatures,
    /// The replica on each rung, from the hottest to the coldest.
    replicas: [usize; RUNGS],
    random: Xoshiro256PlusPlus,
    /// Rounds of exchanges so far.
    rounds: u64,
}

impl Ladder {
    /// The ladder for an instance where a cooling would have these temperatures; its stream comes after those of the replicas.
    pub fn new(cooling: Temperatures, seed: u64) -> Self {
        Self {
            ends: Temperatures { last: cooling.last * WARMER, ..cooling },
            // Those that cool down first come to the coldest rungs.
            replicas: std::array::from_fn(|rung| (rung + COOLERS) % RUNGS),
            random: stream(seed, RUNGS as u64),
            rounds: 0,
        }
    }

    /// The replica on each rung, from the hottest to the coldest.
    #[cfg(test)]
    pub fn replicas(&self) -> &[usize] {
        &self.replicas
    }

    /// The replica that a plan found elsewhere is given to, once those that cool down first have: the coldest, for a hot one
    /// would melt it.
    pub fn taker(&self, epoch: u64) -> Option<usize> {
        (epoch >= COOLING).then(|| self.replicas[RUNGS - 1])
    }

    /// Lets the replicas run through one of the parts of an epoch, as [`run_part`] does.
    pub fn run_part(
        &mut self,
        replicas: &mut [Annealing<'_>],
        effort: Effort<'_>,
        (epoch, part, total): (u64, (u64, u64), Option<Duration>),
        pace: Pace,
    ) {
        if epoch < COOLING {
            let coolings = Coolings::under(effort);
            let heat = |share: f64| self.ends.at(coolings.at(share * EPOCHS as f64 / COOLING as f64));
            run_part(&mut replicas[..COOLERS], effort, (epoch, part, total), pace, &heat);
            if part.0 + 1 == part.1 {
                leave_plans(replicas, epoch);
            }
            return;
        }
        let extent = extent_of_part(effort, replicas.len(), (epoch, part, total), pace);
        effort.pool.install(|| match extent {
            Extent::Until(until) => {
                while !left_until(effort, until).is_zero() && !(effort.cancelled)() {
                    self.round(replicas, STRIDE);
                }
            }
            Extent::Iterations(draws) => {
                let rounds = draws.div_ceil(STRIDE);
                for round in (0..rounds).take_while(|_| !(effort.cancelled)()) {
                    self.round(replicas, equal_share(draws, rounds, round));
                }
            }
        });
    }

    /// Each replica makes so many draws; then every other pair of rungs may exchange its plans.
    fn round(&mut self, replicas: &mut [Annealing<'_>], draws: u64) {
        let temperatures: [f64; RUNGS] = std::array::from_fn(|rung| self.ends.at(rung as f64 / (RUNGS - 1) as f64));
        let mut heat = [0.0; RUNGS];
        for (&replica, temperature) in self.replicas.iter().zip(temperatures) {
            heat[replica] = temperature;
        }
        replicas.par_iter_mut().zip(heat).for_each(|(replica, heat)| replica.run(draws, (heat, heat)));
        for hotter in ((self.rounds % 2) as usize..RUNGS - 1).step_by(2) {
            let cost = |rung: usize| replicas[self.replicas[rung]].current_cost() as f64;
            let colder = 1.0 / temperatures[hotter + 1] - 1.0 / temperatures[hotter];
            // Always where the hotter plan is the cheaper one.
            if self.random.random::<f64>() < (colder * (cost(hotter + 1) - cost(hotter))).exp() {
                self.replicas.swap(hotter, hotter + 1);
            }
        }
        self.rounds += 1;
    }
}

/// Those that cool down, by turns, leave their plans on the rungs passed in an epoch, whose replicas come after theirs.
fn leave_plans(replicas: &mut [Annealing<'_>], epoch: u64) {
    let (coolers, others) = replicas.split_at_mut(COOLERS);
    let passed = |epoch: u64| epoch as usize * RUNGS / COOLING as usize;
    for rung in passed(epoch)..passed(epoch + 1).min(others.len()) {
        others[rung].go_on_from(&coolers[rung % COOLERS]);
    }
}
