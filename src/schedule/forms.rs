//! Forms: in which lots an item that may be split is tried.
//!
//! All forms are laid out as lots beside each other; those of one stand in the sequences. So splitting and merging are
//! changes of sequences like any other.

use crate::plan::lots_of_item;
use crate::problem::{ItemIdx, Problem};

/// In how many lots an item that may be split is tried, besides those it has.
const PARTS: [u32; 8] = [1, 2, 3, 4, 5, 6, 8, 12];
/// What a small lot is of an item that is tried in a large and a small one: one piece in so many.
const SMALL_PARTS: [i64; 3] = [3, 4, 6];

/// How an item is shared out over its lots.
#[derive(Clone, Copy)]
pub(super) enum Shares {
    /// In so many nearly equal lots.
    Equal(u32),
    /// In a large lot and a small one, which is one part in so many: it fits into a gap, or is all that is urgent.
    Small(i64),
}

impl Shares {
    /// The ways that are tried, few lots first.
    pub fn tried() -> impl Iterator<Item = Self> {
        let nearly_equal = PARTS.iter().map(|&parts| Self::Equal(parts));
        nearly_equal.chain(SMALL_PARTS.iter().map(|&parts| Self::Small(parts)))
    }

    /// Numbers and quantities, the larger first; none where the item may not be made so.
    pub fn lots(self, problem: &Problem, item: ItemIdx) -> Vec<(u32, i64)> {
        let facts = &problem.items[item];
        match self {
            Self::Equal(parts) => {
                let lots = lots_of_item(problem, item, parts);
                if lots.len() == parts as usize { lots } else { Vec::new() }
            }
            Self::Small(parts) => {
                let small = facts.remaining / parts;
                let fits = small >= facts.minimum_lot.max(1);
                if fits { vec![(0, facts.remaining - small), (1, small)] } else { Vec::new() }
            }
        }
    }
}
