//! How fast changes of coupled plans are priced and how fast a replica anneals, for benchmarks.

use super::anneal::{Annealing, Prospects};
use super::draw::Kin;
use crate::heuristic::construct::Constructed;
use crate::heuristic::replicas::{Replica as _, Temperatures};
use crate::problem::Problem;
use crate::schedule::network::{Network, OpId, Timetable};
use rand::{RngExt as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Proposals between which the temperature of an epoch falls.
const STRIDE: u64 = 100;

/// A constructed plan that changes are priced in and epochs start from.
pub(crate) struct Trial<'n, 'p> {
    network: &'n Network<'p>,
    kin: Kin,
    /// The plan epochs start from; what is priced in it is taken back.
    timetable: Timetable,
    temperatures: Temperatures,
    random: Xoshiro256PlusPlus,
}

/// Lends the trial of a constructed plan; none where its network cannot be timed.
pub(crate) fn with_trial<R>(
    problem: &Problem,
    made: &Constructed,
    measure: impl FnOnce(&mut Trial<'_, '_>) -> R,
) -> Option<R> {
    let mut network = Network::new(problem, &made.plan);
    network.add_forms();
    let timetable = network.timetable(&made.plan)?;
    let kin = Kin::new(&network);
    let unlimited = Prospects { go_on: &|| true, iterations: None, remaining: &|| None };
    let temperatures = Annealing::new(&network, &kin, timetable.clone(), 1, 0).calibrate(&unlimited);
    let random = Xoshiro256PlusPlus::seed_from_u64(1);
    Some(measure(&mut Trial { network: &network, kin, timetable, temperatures, random }))
}

/// A random operation with some mode to run it in; none where the one drawn stands nowhere or is a fact.
pub(super) fn draw(
    network: &Network<'_>,
    timetable: &Timetable,
    random: &mut Xoshiro256PlusPlus,
) -> Option<(OpId, u32)> {
    let operation = random.random_range(0..network.operations.len()) as OpId;
    if !timetable.here(operation).is_placed() || network.operations[operation as usize].is_fact {
        return None;
    }
    let (from, to) = network.operations[operation as usize].modes;
    Some((operation, random.random_range(from..to)))
}

impl Trial<'_, '_> {
    /// What one replica finds in so many proposals from the constructed plan, while it cools.
    pub fn epoch(&self, proposals: u64) -> i64 {
        let mut replica = Annealing::new(self.network, &self.kin, self.timetable.clone(), 1, 0);
        for begun in (0..proposals).step_by(STRIDE as usize) {
            let heat = self.temperatures.at(begun as f64 / proposals as f64);
            replica.run(STRIDE.min(proposals - begun), (heat, heat));
        }
        replica.best_cost()
    }

    /// Prices so many relocations of a random operation to a random place of a line that can run it; the sum of the prices of
    /// those that were possible.
    pub fn price(&mut self, count: u64) -> i64 {
        let Self { network, timetable, random, .. } = self;
        let cost = timetable.cost();
        let mut sum = 0i64;
        for _ in 0..count {
            let Some((operation, mode)) = draw(network, timetable, random) else { continue };
            timetable.take_out(network, operation);
            let most = timetable.sequence(network.modes[mode as usize].line).len();
            let place = random.random_range(0..=most);
            timetable.put_in(network, operation, mode, place);
            if let Some(price) = timetable.settle(network) {
                sum = sum.wrapping_add(price - cost);
            }
            timetable.take_back();
        }
        sum
    }
}
