//! What the program's own benchmarks measure and its face does not show: compiling, constructing, pricing, an epoch.
//!
//! Not part of the library's face: it may change with any version. What lends something of its own lends it to a
//! closure, so that nothing private is named here.

use crate::heuristic::construct::{Allowance, construct};
use crate::heuristic::coupled::with_trial as with_coupled_trial;
use crate::heuristic::search::{PricingTrial, with_epochs};
use crate::model::Instance;
use crate::problem::Problem;

/// Proposals an epoch of a benchmark makes, or priced changes of a sample.
type Steps<'a> = &'a mut dyn FnMut(u64) -> i64;

/// An instance as the planner sees it.
pub struct Compiled(Problem);

impl Compiled {
    /// Compiles an instance that has no faults.
    pub fn new(instance: &Instance) -> Self {
        Self(Problem::new(instance))
    }

    /// The cost of the plan that construction makes of it, in ten-thousandths.
    pub fn construct(&self) -> i64 {
        construct(&self.0, Allowance::UNLIMITED).schedule.value().1.0
    }

    /// Lends what one replica makes of the constructed plan in so many proposals, always from the same plan and with the
    /// same draws: the cost of the best plan found. None where there is nothing to search for.
    pub fn with_epochs<R>(&self, measure: impl FnOnce(Steps<'_>) -> R) -> Option<R> {
        let made = construct(&self.0, Allowance::UNLIMITED);
        if crate::heuristic::search::covers(&self.0) {
            with_epochs(&self.0, &made, measure)
        } else {
            with_coupled_trial(&self.0, &made, |trial| measure(&mut |proposals| trial.epoch(proposals)))
        }
    }

    /// Lends the pricing of relocations in a plan whose operations wait for one another: so many times one operation of
    /// the constructed plan is put elsewhere, the plan timed and priced and the change taken back; the sum of the prices.
    pub fn with_coupled_prices<R>(&self, measure: impl FnOnce(Steps<'_>) -> R) -> Option<R> {
        let made = construct(&self.0, Allowance::UNLIMITED);
        with_coupled_trial(&self.0, &made, |trial| measure(&mut |count| trial.price(count)))
    }

    /// Lends one pricing of every line's plans at the prices column generation comes to after `work` extensions of labels:
    /// how many extensions it tried. None where the bound does not cover the instance.
    #[cfg(feature = "mip")]
    pub fn with_column_pricing<R>(&self, work: u64, measure: impl FnOnce(&dyn Fn() -> u64) -> R) -> Option<R> {
        let made = construct(&self.0, Allowance::UNLIMITED);
        crate::mip::with_column_pricing(&self.0, &made.plan, work, measure)
    }
}

/// Prices of insertions into a plan without some of its orders, one after another.
pub struct InsertionPrices(PricingTrial);

impl InsertionPrices {
    /// Lays out the constructed plan of an instance and takes one order in twenty out of it; none where its lines are not
    /// separable.
    pub fn new(instance: &Instance) -> Option<Self> {
        let mut trial = PricingTrial::new(&Problem::new(instance))?;
        trial.leave_some_out();
        Some(Self(trial))
    }

    /// Prices `count` insertions of a random order that is out, of one lot, at a random place of a line that can run it, in
    /// full; returns how many were possible and the sum of their prices, what leaving it out costs not counted.
    pub fn price(&mut self, count: u64) -> (u64, i64) {
        self.0.insert(count, i64::MAX)
    }

    /// The same, but pricing may stop where a price is known to be above `most` ten-thousandths.
    pub fn price_up_to(&mut self, count: u64, most: i64) -> (u64, i64) {
        self.0.insert(count, most)
    }

    /// Mean number of lots on a line.
    pub fn lots_per_line(&self) -> f64 {
        self.0.lots_per_line()
    }
}

/// Prices of relocations in a plan, one after another.
pub struct RelocationPrices(PricingTrial);

impl RelocationPrices {
    /// Lays out the constructed plan of an instance; none where its lines are not separable.
    pub fn new(instance: &Instance) -> Option<Self> {
        PricingTrial::new(&Problem::new(instance)).map(Self)
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
