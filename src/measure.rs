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

/// Prices of changes of a plan, one after another, none of them carried out.
pub struct Prices {
    trial: PricingTrial,
    price: fn(&mut PricingTrial, u64, i64) -> (u64, i64),
}

impl Prices {
    /// Insertions: of an order of one lot that is not in the plan, at a random place of a line that can run it. The
    /// constructed plan of an instance is laid out without one order in twenty; none where its lines are not separable, or all
    /// of these orders are of several lots. What leaving an order out costs is not counted.
    pub fn of_insertions(instance: &Instance) -> Option<Self> {
        let mut trial = PricingTrial::new(&Problem::new(instance))?;
        trial.leave_some_out().then_some(Self { trial, price: PricingTrial::insert })
    }

    /// Relocations: a random lot to a random place of a line that can run it. None where lines are not separable.
    pub fn of_relocations(instance: &Instance) -> Option<Self> {
        Some(Self { trial: PricingTrial::new(&Problem::new(instance))?, price: PricingTrial::relocate })
    }

    /// Prices `count` changes in full; returns how many were possible and the sum of their prices.
    pub fn price(&mut self, count: u64) -> (u64, i64) {
        self.price_up_to(count, i64::MAX)
    }

    /// The same, but pricing may stop where a price is known to be above `most` ten-thousandths.
    pub fn price_up_to(&mut self, count: u64, most: i64) -> (u64, i64) {
        (self.price)(&mut self.trial, count, most)
    }

    /// Mean number of lots on a line.
    pub fn lots_per_line(&self) -> f64 {
        self.trial.lots_per_line()
    }
}
