//! What can be proved without a solver: that orders clash, and what no plan costs less than.
//!
//! `demand` says what could be made where and how early at best, `clash` which orders that must be made cannot all be, and
//! `relaxations` what every plan costs at least. All in whole numbers, and part of every build.

pub(crate) mod clash;
#[cfg_attr(not(feature = "mip"), expect(dead_code, reason = "the allocation reads all of it, proofs a part"))]
pub(crate) mod demand;
pub(crate) mod relaxations;
#[cfg(test)]
pub(crate) mod tests;
