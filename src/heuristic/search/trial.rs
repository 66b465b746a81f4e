//! How fast changes are priced and how fast a replica anneals, for benchmarks: random insertions into a constructed plan and
//! relocations in it, none of them applied, and epochs from it.

use super::anneal::Annealing;
use super::ground_plan::GroundPlan;
use crate::heuristic::construct::{Allowance, Constructed, construct};
use crate::heuristic::moves::Neighbours;
use crate::heuristic::replicas::Replica as _;
use crate::problem::Problem;
use crate::schedule::incremental::{LotId, Proposal};
use rand::{RngExt as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// A constructed plan to price changes of.
pub(crate) struct PricingTrial {
    plan: GroundPlan,
    proposal: Proposal,
    random: Xoshiro256PlusPlus,
    /// Orders of one lot that were taken out of the plan, to be put in.
    left_out: Vec<u32>,
}

/// One order in so many is taken out.
const LEFT_OUT_OF: usize = 20;

impl PricingTrial {
    /// The trial of a problem; none where no search covers it.
    pub fn new(problem: &Problem) -> Option<Self> {
        if !super::covers(problem) {
            return None;
        }
        let made = construct(problem, Allowance::UNLIMITED);
        let plan = GroundPlan::new(problem, &made.plan, &made.schedule)?;
        let random = Xoshiro256PlusPlus::seed_from_u64(1);
        Some(Self { plan, proposal: Proposal::default(), random, left_out: Vec::new() })
    }

    /// Takes some orders of one lot out of the plan, evenly over all; whether there were any.
    pub fn leave_some_out(&mut self) -> bool {
        let Self { plan: GroundPlan { ground, state, .. }, proposal, left_out, .. } = self;
        for order in (0..ground.orders.len()).step_by(LEFT_OUT_OF) {
            let [lot] = ground.orders[order].lots[..] else { continue };
            let Some((line, place)) = state.place(lot) else { continue };
            proposal.clear();
            proposal.splice(line, place, place + 1);
            proposal.leave(order as u32);
            if let Some(price) = state.price(ground, proposal, i64::MAX) {
                state.apply(ground, proposal, price);
                left_out.push(order as u32);
            }
        }
        !left_out.is_empty()
    }

    /// Prices `count` insertions of orders that were left out, at random places of lines that can run them; how many
    /// were possible, and the sum of what they add to all other costs, at most `most`.
    pub fn insert(&mut self, count: u64, most: i64) -> (u64, i64) {
        let Self { plan: GroundPlan { ground, state, .. }, proposal, random, left_out } = self;
        let (mut possible, mut sum) = (0, 0i64);
        for _ in 0..count {
            let order = left_out[random.random_range(0..left_out.len())];
            let facts = &ground.orders[order as usize];
            let eligible = ground.eligible(facts.lots[0]);
            let line = usize::from(eligible[random.random_range(0..eligible.len())]);
            let target = random.random_range(0..=state.sequence(line).len());
            proposal.clear();
            proposal.splice(line, target, target).lots([facts.lots[0]]);
            proposal.return_order(order);
            let most = if most == i64::MAX { most } else { most.saturating_sub(facts.left_out_cost) };
            if let Some(price) = state.price(ground, proposal, most) {
                possible += 1;
                sum = sum.wrapping_add(price.delta).wrapping_add(facts.left_out_cost);
            }
        }
        (possible, sum)
    }

    /// Prices `count` relocations; how many were possible, and the sum of their prices.
    pub fn relocate(&mut self, count: u64, most: i64) -> (u64, i64) {
        let Self { plan: GroundPlan { ground, state, .. }, proposal, random, .. } = self;
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
        self.plan.state.standing().len() as f64 / self.plan.ground.lines.len().max(1) as f64
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
