//! Names of variables and constraints, for programs that people and other solvers read.
//!
//! Every name is legal in LP and in MPS files: a word, then what it is about, joined by points, each part made of letters,
//! digits and underscores. Two ids that come out alike get numbers. Our own solver needs no names, so that they are
//! made only on demand: see [`Naming`].

use crate::model::Instance;
use crate::problem::{LineIdx, OrderIdx};
use crate::units::Id;
use rustc_hash::FxHashSet;

/// Longer ids are cut, so that a name stays below the 255 characters LP files allow.
const LONGEST_PART: usize = 40;

/// The ids of an instance, as they may stand in a program.
#[derive(Debug)]
pub(super) struct Names {
    orders: Vec<String>,
    lines: Vec<String>,
}

/// Makes a name where names are wanted.
pub(super) type Naming<'p> = Option<&'p Names>;

impl Names {
    /// The names of an instance's orders and lines.
    pub fn new(instance: &Instance) -> Self {
        Self {
            orders: legal(instance.orders.iter().map(|order| order.id.as_str())),
            lines: legal(instance.lines.iter().map(|line| line.id.as_str())),
        }
    }

    /// An order's.
    pub fn order(&self, order: OrderIdx) -> &str {
        &self.orders[order.position()]
    }

    /// A line's.
    pub fn line(&self, line: LineIdx) -> &str {
        &self.lines[line.position()]
    }
}

/// Each id as a legal part of a name, no two alike.
fn legal<'a>(ids: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut taken: FxHashSet<String> = FxHashSet::default();
    let mut number = 0usize;
    ids.map(|id| {
        let plain: String =
            id.chars().take(LONGEST_PART).map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let mut name = plain.clone();
        while !taken.insert(name.clone()) {
            number += 1;
            name = format!("{plain}_{number}");
        }
        name
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_legal_and_no_two_alike() {
        let long = "x".repeat(500);
        let names = legal(["SO-1", "SO 1", "SO_1", "SO_1_1", "Żółw", &long, &long].into_iter());
        let distinct: FxHashSet<&String> = names.iter().collect();
        assert_eq!(distinct.len(), names.len(), "{names:?}");
        let is_legal = |name: &String| {
            name.len() < 60 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.is_empty()
        };
        assert!(names.iter().all(is_legal), "{names:?}");
    }
}
