//! The random streams of the searches, and numbers drawn from them.

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// The stream of a replica, named by seed and number.
pub(super) fn stream(seed: u64, replica: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed ^ (replica + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

/// A number below `bound`, which is not 0.
#[inline]
pub(super) fn below(random: &mut Xoshiro256PlusPlus, bound: usize) -> usize {
    // Multiply and shift: no bias that matters below 2^20, and cheaper than rejection.
    ((u128::from(random.next_u64()) * bound as u128) >> 64) as usize
}
