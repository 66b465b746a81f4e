//! One line that must make everything: prices by subgradients, then a proof by labels that remember ever more.
//!
//! Every plan is one sequence of all lots, so it ends no earlier than all runs take together; on a grid of working time
//! that rounds nothing, a relaxed plan must last as long (T. S. Abdul-Razaq, C. N. Potts, "Dynamic programming
//! state-space relaxation for single-machine scheduling", *Journal of the Operational Research Society* 39(2), 1988). Prices may have either sign here: each
//! lot is made exactly once. Memory is added where the relaxed plan makes a lot twice, and labels that cannot come below
//! the best plan known die, as in successive sublimation (S. Tanaka, S. Fujikuma, M. Araki, "An exact algorithm for
//! single-machine scheduling without machine idle time", *Journal of Scheduling* 12(6), 2009).

use super::completion::{Completion, grid, latest_end};
use super::duals::Duals;
use super::generation::Effort;
use super::line::Line;
use super::pricing::{Question, price};
use super::shop::{Lots, Shop};
use std::time::Duration;

/// Steps along subgradients before memory is added.
const STEPS: usize = 800;
/// Labels at most.
const MOST_LABELS: usize = 1_200_000;
/// Cycles of so many of the best relaxed plans are forbidden at a time.
const PLANS: usize = 40;

/// How often to look for a better plan of the search.
const PATIENCE: Duration = Duration::from_millis(20);

/// A line alone, all of whose lots must be made.
pub(super) struct Single<'s> {
    shop: &'s Shop,
    line: &'s Line,
    /// No plan ends earlier.
    lasts: i64,
    /// What plans' costs are multiples of, above the base.
    step: i64,
}

impl<'s> Single<'s> {
    /// The line of a shop; none where there are others, orders may be left out or wait for several lots, or the grid is
    /// too fine.
    pub fn new(shop: &'s Shop) -> Option<Self> {
        let [line] = &shop.lines[..] else { return None };
        let simple = shop.orders.iter().all(|order| order.lots.len() == 1 && order.reject.is_none());
        let able = line.able.len() == shop.order_of.len();
        grid(line, latest_end(line) - line.free).filter(|_| simple && able && line.same.len() == 1)?;
        let lasts = line.free + line.able.iter().map(|&lot| line.modes[lot].run).sum::<i64>();
        Some(Self { shop, line, lasts, step: shop.step() })
    }

    /// Raises the bound until it meets the cost or there are too many labels; an optimal sequence, where it ends with one
    /// that is better than the best plan known.
    pub fn run(&self, effort: &mut Effort<'_>) -> Option<Vec<u8>> {
        let mut best = (i64::MIN, Duals::none(self.shop));
        let lots = self.shop.order_of.len();
        let mut neighbourhoods: Vec<Lots> = (0..lots).map(|lot| 1 << lot).collect();
        self.climb(&mut best, STEPS, effort);
        loop {
            let cost = (effort.cost)().unwrap_or(i64::MAX / 4);
            if effort.is_over() || best.0 >= cost {
                return None;
            }
            let fixed = best.1.prices.iter().sum::<i64>() + self.shop.base;
            let question = Question {
                neighbourhoods: &neighbourhoods,
                // A plan that is better costs a whole step less.
                below: cost - self.step + 1 - fixed,
                limit: i64::MAX,
                lasts: Some(self.lasts),
                every_set: false,
                labels: MOST_LABELS,
                columns: PLANS,
            };
            let priced = price(self.shop, self.line, &best.1, question);
            effort.work = effort.work.saturating_sub(priced.work);
            let Some(least) = priced.least else {
                // Too many labels come below the best plan known; fewer will below a better one.
                if !self.wait_for_less_than(cost, &mut best, effort) {
                    return None;
                }
                continue;
            };
            let bound = self.rounded_up(least + fixed);
            if bound > best.0 {
                best.0 = bound;
                (effort.tell)(bound);
            }
            if best.0 >= cost {
                return None;
            }
            if !self.remember(&mut neighbourhoods, &priced.columns) {
                let (_, cheapest) = priced.columns.into_iter().next()?;
                return (cheapest.len() == lots).then_some(cheapest);
            }
        }
    }

    /// Improves prices until a plan is found that costs less; whether one was.
    fn wait_for_less_than(&self, cost: i64, best: &mut (i64, Duals), effort: &mut Effort<'_>) -> bool {
        while effort.beside_search && !effort.is_over() && best.0 < cost {
            if (effort.cost)().is_some_and(|now| now < cost) {
                return true;
            }
            self.climb(best, STEPS / 20, effort);
            std::thread::sleep(PATIENCE);
        }
        false
    }

    /// The least cost a plan can have that costs at least so much.
    fn rounded_up(&self, bound: i64) -> i64 {
        let above = bound - self.shop.base;
        self.shop.base
            + above.div_euclid(self.step) * self.step
            + if above.rem_euclid(self.step) > 0 { self.step } else { 0 }
    }

    /// Follows subgradients: lots made too often get cheaper, lots left out dearer.
    fn climb(&self, best: &mut (i64, Duals), steps: usize, effort: &mut Effort<'_>) {
        let mut duals = best.1.clone();
        let (mut scale, mut idle) = (1.0, 0);
        let mut direction = vec![0.0; duals.prices.len()];
        for _ in 0..steps {
            let cost = (effort.cost)().unwrap_or(i64::MAX / 4);
            if effort.is_over() || best.0 >= cost {
                return;
            }
            let table = Completion::new(self.shop, self.line, &duals, i64::MAX, Some(self.lasts));
            effort.work = effort.work.saturating_sub(table.work() * self.line.able.len() as u64);
            let (least, plan) = table.cheapest(self.line);
            let exact = least + duals.prices.iter().sum::<i64>() + self.shop.base;
            let bound = self.rounded_up(exact);
            idle += 1;
            if bound > best.0 {
                *best = (bound, duals.clone());
                (effort.tell)(bound);
                idle = 0;
            }
            if idle > 20 {
                (scale, idle) = (scale * 0.6, 0);
                duals = best.1.clone();
                direction.fill(0.0);
                continue;
            }
            let mut made = vec![0i64; duals.prices.len()];
            plan.iter().for_each(|&lot| made[usize::from(lot)] += 1);
            // Deflected: half of the direction before keeps it from going to and fro.
            for (direction, made) in direction.iter_mut().zip(&made) {
                *direction = 0.5 * *direction + (1 - made) as f64;
            }
            let length: f64 = direction.iter().map(|part| part * part).sum();
            if length == 0.0 {
                return;
            }
            let gap = (cost - exact).max(self.step) as f64;
            for (price, part) in duals.prices.iter_mut().zip(&direction) {
                *price += (scale * gap / length * part).round() as i64;
            }
        }
    }

    /// Makes the relaxed plans remember what they make twice; whether there was anything to remember.
    fn remember(&self, neighbourhoods: &mut [Lots], plans: &[(i64, Vec<u8>)]) -> bool {
        let mut grown = false;
        for (_, lots) in plans {
            for (place, &lot) in lots.iter().enumerate() {
                let Some(length) = lots[place + 1..].iter().position(|&other| other == lot) else { continue };
                for &between in &lots[place + 1..place + 1 + length] {
                    let neighbourhood = &mut neighbourhoods[usize::from(between)];
                    grown |= *neighbourhood >> lot & 1 == 0;
                    *neighbourhood |= 1 << lot;
                }
            }
        }
        grown
    }
}
