//! Of three lots, at most one line makes two or more: cuts that make the master's mean over plans less of a mean.
//!
//! In any plan of all lines every lot is made once at most, so at most one line's plan holds two of any three lots, while
//! three plans that hold a pair each may be taken by halves in the linear program (subset-row cuts: M. Jepsen,
//! B. Petersen, S. Spoorendonk, D. Pisinger, "Subset-row inequalities applied to the vehicle-routing problem with time
//! windows", *Operations Research* 56(2), 2008). Counted is only a second lot that comes before any lot outside the cut's
//! memory has been made (limited memory: D. Pecin, A. Pessoa, M. Poggi, E. Uchoa, "Improved branch-cut-and-price for
//! capacitated vehicle routing", *Mathematical Programming Computation* 9(1), 2017), which only counts less. A price paid
//! by plans that hold a second lot, and taken off the bound once, therefore leaves the bound a bound.

use super::duals::Duals;
use super::pricing::Column;
use super::shop::Lots;

/// Cuts with a price at most.
pub(super) const MOST_PRICED: usize = 128;
/// Cuts found at once, and of one lot.
const AT_ONCE: usize = 40;
const AT_ONCE_OF_A_LOT: usize = 8;
/// Shares by which a cut must be broken.
const LEAST_VIOLATION: f64 = 0.03;

/// Three lots, and the lots over which the first of them is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    pub lots: Lots,
    pub memory: Lots,
}

impl Cut {
    /// How often a plan that makes lots in this order counts.
    pub fn uses(&self, sequence: &[u8]) -> i64 {
        let (mut open, mut uses) = (false, 0);
        for &lot in sequence {
            open &= self.memory >> lot & 1 == 1;
            if self.lots >> lot & 1 == 1 {
                uses += i64::from(open);
                open = !open;
            }
        }
        uses
    }
}

/// The cuts as pricing wants them: sets of cuts, one bit each.
#[derive(Clone, Debug)]
pub(super) struct Penalties {
    /// Price of each cut.
    prices: Vec<i64>,
    /// By lot: the cuts it is of, and those that it lets remember.
    of: Vec<u128>,
    kept: Vec<u128>,
}

impl Penalties {
    /// Those of some prices, for so many lots.
    pub fn new(duals: &Duals, lots: usize) -> Self {
        let priced: Vec<&(Cut, i64)> = duals.cuts.iter().filter(|cut| cut.1 > 0).take(MOST_PRICED).collect();
        let set = |lot: usize, of: &dyn Fn(&Cut) -> Lots| {
            let bits = priced.iter().enumerate();
            bits.fold(0u128, |set, (bit, (cut, _))| set | (of(cut) >> lot & 1) << bit)
        };
        Self {
            prices: priced.iter().map(|cut| cut.1).collect(),
            of: (0..lots).map(|lot| set(lot, &|cut| cut.lots)).collect(),
            kept: (0..lots).map(|lot| set(lot, &|cut| cut.memory)).collect(),
        }
    }

    /// The cuts of which one lot is remembered after another lot, and what that one has to pay.
    #[inline]
    pub fn after(&self, open: u128, lot: usize) -> (u128, i64) {
        let kept = open & self.kept[lot];
        let of = self.of[lot];
        (kept ^ of, self.sum(kept & of))
    }

    /// The price of a set of cuts.
    #[inline]
    pub fn sum(&self, mut cuts: u128) -> i64 {
        let mut sum = 0;
        while cuts != 0 {
            sum += self.prices[cuts.trailing_zeros() as usize];
            cuts &= cuts - 1;
        }
        sum
    }
}

/// Adds the cuts that the plans taken by shares break the most, or lets those there are remember more; whether there were any.
pub(super) fn separate(cuts: &mut Vec<Cut>, taken: &[(&Column, f64)], lots: usize) -> bool {
    let plans: Vec<(Lots, f64, &[u8])> =
        taken.iter().map(|(column, share)| (column.set(), *share, &column.lots[..])).collect();
    let mut broken: Vec<(f64, Lots)> = Vec::new();
    for first in 0..lots {
        for second in first + 1..lots {
            for third in second + 1..lots {
                let set: Lots = 1 << first | 1 << second | 1 << third;
                let pairs = plans.iter().filter(|plan| (plan.0 & set).count_ones() >= 2);
                let excess = pairs.map(|plan| plan.1).sum::<f64>() - 1.0;
                if excess > LEAST_VIOLATION {
                    broken.push((excess, set));
                }
            }
        }
    }
    broken.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut of_lot = vec![0usize; lots];
    let (mut found, mut changed) = (0, false);
    for (_, set) in broken {
        let members = || (0..lots).filter(|lot| set >> lot & 1 == 1);
        if found >= AT_ONCE || members().any(|lot| of_lot[lot] >= AT_ONCE_OF_A_LOT) {
            continue;
        }
        let memory = plans.iter().fold(set, |memory, plan| memory | between(set, plan.2));
        match cuts.iter_mut().find(|cut| cut.lots == set) {
            Some(cut) if memory & !cut.memory == 0 => continue,
            Some(cut) => cut.memory |= memory,
            None => cuts.push(Cut { lots: set, memory }),
        }
        members().for_each(|lot| of_lot[lot] += 1);
        (found, changed) = (found + 1, true);
    }
    changed
}

/// The lots a plan makes between two of a set, where they are fewest.
fn between(set: Lots, sequence: &[u8]) -> Lots {
    let places: Vec<usize> = (0..sequence.len()).filter(|&place| set >> sequence[place] & 1 == 1).collect();
    let nearest = places.windows(2).min_by_key(|pair| pair[1] - pair[0]);
    nearest.map_or(0, |pair| sequence[pair[0]..pair[1]].iter().fold(0, |lots, &lot| lots | 1 << lot))
}
