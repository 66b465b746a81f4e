//! One line that must make everything: prices by subgradients, then a proof over states that remember ever more.
//!
//! Every plan is one sequence of all lots, so it ends no earlier than all runs take together; on a grid of working time
//! that rounds nothing, a relaxed plan must last as long. Prices may have either sign: each lot is made exactly once.
//! `ground` holds the numbers, `table` the first relaxation, `climb` the prices, `network` what may still be on the way of a
//! better plan, `memory` what tells states apart, `exchange` what need not be: S. Tanaka, S. Fujikuma, M. Araki, "An exact algorithm for single-machine
//! scheduling without machine idle time", *Journal of Scheduling* 12(6), 2009. Where too much comes below the best plan
//! known, it is asked first whether any comes below a lower cost (S. Tanaka, S. Fujikuma, "A dynamic-programming-based exact
//! algorithm for general single-machine scheduling with machine idle time", *Journal of Scheduling* 15(3), 2012).

mod climb;
mod exchange;
mod ground;
mod memory;
mod network;
mod polish;
mod table;
#[cfg(test)]
mod tests;

use super::generation::Effort;
use super::shop::Shop;
use crate::mip::rounded_up;
use climb::{Climb, Pace, Summit};
use exchange::Precedence;
use ground::{Ground, IMPOSSIBLE, MOST};
use network::Network;
use polish::polished;
use std::cell::Cell;
use std::time::Duration;
use table::Table;

/// How to climb on the table: the later ones begin anew, where a gap of more than this part of the cost says that those
/// before got stuck.
const ON_TABLE: [Pace; 4] = [
    Pace { steps: 600, scale: 0.5, patience: 15, explore: 600 },
    Pace { steps: 900, scale: 1.0, patience: 30, explore: 900 },
    Pace { steps: 900, scale: 1.5, patience: 40, explore: 900 },
    Pace { steps: 1_500, scale: 3.0, patience: 60, explore: 1_500 },
];
const STUCK: i64 = 20;
/// How to climb on a network, and how many steps at least; large networks get fewer than most.
const ON_NETWORK: Pace = Pace { steps: 100, scale: 1.0, patience: 15, explore: 30 };
const LEAST_PACE: usize = 8;
/// States' steps looked at in a climb on a network, roughly.
const CLIMB_WORK: usize = 20_000_000;
/// Where a climb closes this part of the gap, it is worth another one.
const WORTH_ANOTHER: i64 = 10;
/// Steps of a network up to which its states come to know the last two lots.
const WORTH_PAIRING: usize = 600_000;
/// Steps between states at most.
const MOST_STEPS: usize = 12_000_000;
/// Relaxed plans of a climb made plans of.
const POLISHED: usize = 8;
/// How long to wait for a better plan where nothing else helps.
const PATIENCE: Duration = Duration::from_millis(20);

/// A line alone, all of whose lots must be made.
pub(super) struct Single {
    /// What every plan costs besides.
    base: i64,
    ground: Ground,
    precedence: Precedence,
    /// What plans' costs are multiples of, above the base.
    step: i64,
    /// The least cost of a plan it has found, above the base.
    found: Cell<i64>,
}

/// What became of a question: is there a plan that costs at most so much?
enum Answer {
    /// The cheapest of all plans, and its cost.
    Plan(i64, Vec<u8>),
    /// Nor one that costs at most so much, which is less where a better plan has been found meanwhile.
    No(i64),
    /// Too many states.
    TooMany,
    /// Out of time.
    Over,
}

impl Single {
    /// The line of a shop; none where there are others, orders may be left out or wait for several lots, or the grid is
    /// too fine.
    pub fn new(shop: &Shop) -> Option<Self> {
        let [line] = &shop.lines[..] else { return None };
        let simple = shop.orders.iter().all(|order| order.lots.len() == 1 && order.reject.is_none());
        let able = line.able.len() == shop.order_of.len() && line.same.len() == 1;
        let ground = Ground::new(shop, line).filter(|_| simple && able)?;
        Some(Self::on(ground, shop.base, shop.step()))
    }

    fn on(mut ground: Ground, base: i64, step: i64) -> Self {
        let precedence = Precedence::new(&mut ground);
        Self { base, ground, precedence, step, found: Cell::new(IMPOSSIBLE) }
    }

    /// Raises the bound until it meets the cost or there are too many states. `tell_plan` hears of sequences that are better
    /// than the best plan known.
    pub fn run(&self, effort: &mut Effort<'_>, tell_plan: &dyn Fn(Vec<u8>)) {
        let mut table = Table::new(&self.ground);
        let mut climb = Climb::new(self.ground.lots, self.ground.most_price);
        for pace in ON_TABLE {
            let limit = self.limit(effort);
            if climb.bound > limit - limit / STUCK {
                break;
            }
            let mut another = Climb::new(self.ground.lots, self.ground.most_price);
            let summit = another.climb(pace, limit, &mut |prices| {
                effort.work = effort.work.saturating_sub(table.work(&self.ground));
                table.fill(&self.ground, prices);
                (!effort.is_over()).then(|| table.cheapest(&self.ground))
            });
            if let Summit::Plan(cost, plan) = summit {
                self.offer(cost, plan, effort, tell_plan);
            }
            self.tell(another.bound, effort);
            self.polish(&another, effort, tell_plan);
            if another.bound > climb.bound {
                climb = another;
            }
        }
        let mut bound = self.rounded_up(climb.bound);
        // What is asked about may be less than the best plan known.
        let mut ask = i64::MAX;
        while !effort.is_over() && bound <= self.limit(effort) {
            let limit = ask.min(self.limit(effort));
            match self.ask(limit, (&mut table, climb.clone()), effort, tell_plan) {
                Answer::Plan(cost, plan) => {
                    self.offer(cost, plan, effort, tell_plan);
                    return self.tell(cost, effort);
                }
                Answer::No(limit) => {
                    ask = limit + 2 * (limit + self.step - bound);
                    bound = self.rounded_up(limit + 1);
                    self.tell(bound, effort);
                }
                Answer::TooMany if limit > bound => ask = bound + (limit - bound) / 2,
                Answer::TooMany if effort.beside_search => std::thread::sleep(PATIENCE),
                Answer::TooMany | Answer::Over => return,
            }
        }
    }

    /// Whether a plan costs at most `limit` above the base.
    fn ask(
        &self,
        limit: i64,
        (table, mut climb): (&mut Table, Climb),
        effort: &mut Effort<'_>,
        tell_plan: &dyn Fn(Vec<u8>),
    ) -> Answer {
        table.fill(&self.ground, &climb.prices);
        let rest = |climb: &Climb, limit: i64| limit - climb.prices.iter().sum::<i64>();
        let both = (&self.ground, &self.precedence);
        let Some(mut network) = Network::new(both, table, (&climb.prices, rest(&climb, limit)), MOST_STEPS) else {
            return Answer::TooMany;
        };
        let mut paired = false;
        loop {
            // Better plans may have been found.
            let limit = limit.min(self.limit(effort));
            network.narrow(&climb.prices, rest(&climb, limit));
            if network.is_empty() {
                return Answer::No(limit);
            }
            let before = climb.bound;
            let most = (CLIMB_WORK / network.steps()).clamp(LEAST_PACE, ON_NETWORK.steps);
            let summit = climb.climb(Pace { steps: most, ..ON_NETWORK }, limit, &mut |prices| {
                effort.work = effort.work.saturating_sub(network.steps() as u64);
                (!effort.is_over()).then(|| network.cheapest(prices))
            });
            // Of plans that cost more than the limit the network knows nothing.
            self.tell(climb.bound.min(limit + 1), effort);
            match summit {
                Summit::Above => return Answer::No(limit),
                Summit::Plan(cost, plan) => return Answer::Plan(cost, plan),
                Summit::Reached if effort.is_over() => return Answer::Over,
                Summit::Reached => self.polish(&climb, effort, tell_plan),
            }
            network.narrow(&climb.prices, rest(&climb, limit));
            effort.work = effort.work.saturating_sub(network.steps() as u64 * 4);
            if network.is_empty() {
                return Answer::No(limit);
            }
            if (climb.bound - before) * WORTH_ANOTHER > limit - before {
                continue;
            }
            if !paired && network.steps() <= WORTH_PAIRING {
                paired = true;
                if let Some(grown) = network.paired((&climb.prices, rest(&climb, limit)), MOST_STEPS) {
                    network = grown;
                    continue;
                }
            }
            let memory = network.memory.more(&climb, network.steps());
            match network.remembering(memory, (&climb.prices, rest(&climb, limit)), MOST_STEPS) {
                Some(grown) => network = grown,
                None => return Answer::TooMany,
            }
        }
    }

    /// What a better plan costs at most, above the base.
    fn limit(&self, effort: &Effort<'_>) -> i64 {
        let known = (effort.cost)().map_or(MOST, |cost| cost - self.base);
        known.min(self.found.get()).min(MOST) - self.step
    }

    /// Makes plans of the last relaxed plans of a climb.
    fn polish(&self, climb: &Climb, effort: &Effort<'_>, tell_plan: &dyn Fn(Vec<u8>)) {
        for relaxed in climb.plans.iter().rev().take(POLISHED) {
            if let Some((cost, plan)) = polished(&self.ground, relaxed) {
                self.offer(cost, plan, effort, tell_plan);
            }
        }
    }

    /// Tells of a plan, if it is better than all known.
    fn offer(&self, cost: i64, plan: Vec<u8>, effort: &Effort<'_>, tell_plan: &dyn Fn(Vec<u8>)) {
        if cost <= self.limit(effort) {
            self.found.set(cost);
            tell_plan(plan);
        }
    }

    /// The least cost a plan can have that costs at least so much, above the base.
    fn rounded_up(&self, bound: i64) -> i64 {
        rounded_up(bound, self.step)
    }

    fn tell(&self, bound: i64, effort: &Effort<'_>) {
        if (0..IMPOSSIBLE).contains(&bound) {
            (effort.tell)(self.base + self.rounded_up(bound));
        }
    }
}
