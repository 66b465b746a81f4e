//! Prices of the lots by subgradients: lots made too often get cheaper, lots left out dearer.
//!
//! Whatever the prices, what the cheapest relaxed plan comes to less the prices of its lots, and all prices once, is no more
//! than any plan's cost, for that makes every lot once. Steps go in the mean of the directions so far (deflection),
//! their length is Polyak's for the cost of the best plan known, and each lot's part is measured by how far the relaxed plans
//! usually are from making it once, as J. Duchi, E. Hazan, Y. Singer do ("Adaptive subgradient methods for online learning and
//! stochastic optimization", *Journal of Machine Learning Research* 12, 2011): cheap short lots, made ten times over, would
//! otherwise decide every step.

use std::collections::VecDeque;

/// The share steps keep when they get shorter.
const SHORTER: f64 = 0.7;
/// The share of the direction before.
const DEFLECTION: f64 = 0.7;
/// Steps of this share of Polyak's are too short to get anywhere.
const SHORTEST: f64 = 0.005;
/// The mean of squares of directions: the share of what was before, what is added, the power to which it divides.
const MEMORY: f64 = 0.95;
const LEAST_SQUARE: f64 = 0.05;
const POWER: f64 = 0.7;
/// How many of the last relaxed plans are kept.
const KEPT_PLANS: usize = 20;

/// How to go.
#[derive(Clone, Copy)]
pub(super) struct Pace {
    pub steps: usize,
    /// The share of Polyak's length to begin with.
    pub scale: f64,
    /// Steps without a better bound after which they get shorter.
    pub patience: usize,
    /// Steps before it ever turns back to the best prices.
    pub explore: usize,
}

/// The best prices so far.
#[derive(Clone)]
pub(super) struct Climb {
    /// No plan costs less (above the base).
    pub bound: i64,
    pub prices: Vec<i64>,
    /// How often lots were made too often or left out of late.
    pub unrest: Vec<f64>,
    /// The last relaxed plans.
    pub plans: VecDeque<Vec<u8>>,
    most_price: i64,
}

/// What the cheapest relaxed plan comes to less the prices of its lots, and the lots it makes.
pub(super) type Relaxed = (i64, Vec<u8>);

/// How a climb ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Summit {
    /// Nothing more is to be had.
    Reached,
    /// The bound is above what was asked for.
    Above,
    /// A relaxed plan makes every lot once: it costs what is the least of all.
    Plan(i64, Vec<u8>),
}

impl Climb {
    /// No prices yet; they are at most so far from it.
    pub fn new(lots: usize, most_price: i64) -> Self {
        Self { bound: -(1 << 60), prices: vec![0; lots], unrest: vec![0.0; lots], plans: VecDeque::new(), most_price }
    }

    /// Steps towards a bound above `limit`. `ask` answers prices with the cheapest relaxed plan and what it comes to, or
    /// ends it.
    pub fn climb(&mut self, pace: Pace, limit: i64, ask: &mut dyn FnMut(&[i64]) -> Option<Relaxed>) -> Summit {
        let lots = self.prices.len();
        let mut at = self.prices.clone();
        let (mut scale, mut highest, mut idle) = (pace.scale, i64::MIN, 0);
        let (mut direction, mut squares) = (vec![0.0; lots], vec![1.0; lots]);
        self.unrest.iter_mut().for_each(|unrest| *unrest *= 0.1);
        for step in 0..pace.steps {
            let Some((least, plan)) = ask(&at) else { break };
            let bound = least.saturating_add(at.iter().sum::<i64>());
            if bound > self.bound {
                self.bound = bound;
                self.prices.clone_from(&at);
                if bound > limit {
                    return Summit::Above;
                }
            }
            let mut missing = vec![1.0_f64; lots];
            plan.iter().for_each(|&lot| missing[usize::from(lot)] -= 1.0);
            if missing.iter().all(|&missing| missing == 0.0) {
                return Summit::Plan(bound, plan);
            }
            self.plans.push_back(plan);
            self.plans.drain(..self.plans.len().saturating_sub(KEPT_PLANS));
            (highest, idle) = if bound > highest { (bound, 0) } else { (highest, idle + 1) };
            if idle > pace.patience {
                (scale, idle) = (scale * SHORTER, 0);
                if scale < SHORTEST {
                    break;
                }
                if step >= pace.explore {
                    at.clone_from(&self.prices);
                    direction.fill(0.0);
                    continue;
                }
            }
            let mut length = 0.0;
            for (lot, missing) in missing.iter().enumerate() {
                self.unrest[lot] = MEMORY * self.unrest[lot] + missing.abs();
                direction[lot] = DEFLECTION * direction[lot] + missing;
                squares[lot] = MEMORY * squares[lot] + (1.0 - MEMORY) * missing * missing;
                length += direction[lot] * direction[lot] * share(squares[lot]);
            }
            if length > 0.0 {
                let gap = limit.saturating_sub(bound).max(1) as f64;
                for ((price, part), square) in at.iter_mut().zip(&direction).zip(&squares) {
                    let part = (scale * gap / length * part * share(*square)).round() as i64;
                    *price = price.saturating_add(part).clamp(-self.most_price, self.most_price);
                }
            }
        }
        Summit::Reached
    }
}

/// The share of a direction that is taken.
fn share(square: f64) -> f64 {
    (square + LEAST_SQUARE).powf(-POWER)
}
