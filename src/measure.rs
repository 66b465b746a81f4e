//! What the program's own benchmarks measure and its face does not show: speed of pricing on a plan as constructed.
//!
//! Not part of the library's face: it may change with any version.

use crate::heuristic::search::PricingTrial;
use crate::model::Instance;
use crate::problem::Problem;

/// Prices of insertions into a plan, one after another.
pub struct InsertionPrices(PricingTrial);

impl InsertionPrices {
    /// Lays out the constructed plan of an instance; none where its lines are not separable.
    pub fn new(instance: &Instance) -> Option<Self> {
        let problem = Problem::new(instance);
        PricingTrial::new(&problem).map(Self)
    }

    /// Prices `count` moves of a random lot to a random place of a line that can run it, in full; returns how many
    /// were possible and the sum of their prices.
    pub fn price(&mut self, count: u64) -> (u64, i64) {
        self.0.price(count, i64::MAX)
    }

    /// The same, but pricing may stop where a price is known to be above `most` ten-thousandths.
    pub fn price_up_to(&mut self, count: u64, most: i64) -> (u64, i64) {
        self.0.price(count, most)
    }

    /// Mean number of lots on a line.
    pub fn lots_per_line(&self) -> f64 {
        self.0.lots_per_line()
    }
}
