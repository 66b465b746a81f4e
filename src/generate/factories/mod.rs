//! Eight factories that make small batches on demand, each a business that exists: what it makes, in which steps, what
//! it promises, and where it hurts.
//!
//! Work content is fixed (seconds per piece, minutes per changeover); how many lines there are follows from it, so that
//! a day's orders fill a given share of a day's open time at any size: ten times the orders, ten times the lines.
//! `works` holds what they share, `surge` the demand nobody planned for. `docs/generate.md` says what the magnitudes
//! rest on, and which of them are assumptions.

mod biyao;
mod by_you;
mod cluster;
mod farm;
mod new_brand;
mod print_on_demand;
mod shangpin;
mod sites;
mod surge;
mod works;
mod xunxi;

use super::Generator;

/// The eight, in the order of the page.
pub(super) const GENERATORS: [Generator; 8] = [
    xunxi::GENERATOR,
    shangpin::GENERATOR,
    by_you::GENERATOR,
    print_on_demand::GENERATOR,
    new_brand::GENERATOR,
    biyao::GENERATOR,
    cluster::GENERATOR,
    farm::GENERATOR,
];
