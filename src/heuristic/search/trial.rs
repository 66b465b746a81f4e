//! How fast changes are priced and how fast a replica anneals, for benchmarks: random insertions into a constructed plan, none
//! of them applied, and epochs from it.

use super::anneal::Annealing;
use super::ground_plan::GroundPlan;
use crate::heuristic::construct::{Allowance, Constructed, construct};
use crate::heuristic::moves::Neighbours;
use crate::heuristic::replicas::Replica as _;
use crate::problem::Problem;
use crate::schedule::incremental::{LotId, Proposal};
use rand::{RngExt as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// A constructed plan to price insertions into.
pub(crate) struct PricingTrial {
    plan: GroundPlan,
    proposal: Proposal,
    random: Xoshiro256PlusPlus,
}

impl PricingTrial {
    /// The trial of a problem; none where no search covers it.
    pub fn new(problem: &Problem) -> Option<Self> {
        if !super::covers(problem) {
            return None;
        }
        let made = construct(problem, Allowance::UNLIMITED);
        let plan = GroundPlan::new(problem, &made.plan, &made.schedule)?;
        Some(Self { plan, proposal: Proposal::default(), random: Xoshiro256PlusPlus::seed_from_u64(1) })
    }

    /// Prices `count` insertions; how many were possible, and the sum of their prices.
    pub fn price(&mut self, count: u64, most: i64) -> (u64, i64) {
        let Self { plan: GroundPlan { ground, state, .. }, proposal, random } = self;
        let (mut possible, mut sum) = (0, 0i64);
        for _ in 0..count {
            let lot = random.random_range(0..ground.lots.len()) as LotId;
            let eligible = ground.eligible(lot);
            let line = usize::from(eligible[random.random_range(0..eligible.len())]);
            let Some((from, place)) = state.place(lot) else { continue };
            let target = random.random_range(0..=state.sequence(line).len());
            proposal.clear();
            if line != from {
                proposal.splice(from, place, place + 1);
                proposal.splice(line, target, target).lots([lot]);
            } else if target < place {
                proposal.splice(line, target, place + 1).lots([lot]).own(target, place);
            } else if target > place + 1 {
                proposal.splice(line, place, target).own(place + 1, target).lots([lot]);
            }
            if let Some(price) = state.price(ground, proposal, most) {
                possible += 1;
                sum = sum.wrapping_add(price.delta);
            }
        }
        (possible, sum)
    }

    /// Mean number of lots on a line.
    pub fn lots_per_line(&self) -> f64 {
        self.plan.ground.lots.len() as f64 / self.plan.ground.lines.len().max(1) as f64
    }
}

/// Lends epochs of one replica from a constructed plan: what so many proposals, made while it cools from its first temperature to its
/// last, find. The plan at hand is copied for each, so that all do the same work.
pub(crate) fn with_epochs<R>(
    problem: &Problem,
    made: &Constructed,
    measure: impl FnOnce(&mut dyn FnMut(u64) -> i64) -> R,
) -> Option<R> {
    let plan = GroundPlan::new(problem, &made.plan, &made.schedule)?;
    let neighbours = Neighbours::new(&plan.ground);
    let begin = || Annealing::new(&plan.ground, &neighbours, plan.state.clone(), 1, 0);
    let temperatures = begin().calibrate(false);
    Some(measure(&mut |proposals| {
        let mut replica = begin();
        replica.run(proposals, (temperatures.first, temperatures.last));
        replica.best_cost()
    }))
}
