//! What need not be looked at because two lots would better change places.
//!
//! Of all optimal plans the one whose sequence of lots is least, number by number, is kept: a plan is no use where
//! exchanging two lots of one setup class costs less, or as much and puts the lot of the lower number first. Between lots
//! of one class an exchange changes no changeover.
//!
//! *Neighbours* (as S. Tanaka, S. Fujikuma, M. Araki, *Journal of Scheduling* 12(6), 2009, do): exchanged, they end where
//! they ended before, and all else stays. *Any two*, where no release makes anything wait: if `j` that ends at `e` is no
//! shorter than `i`, putting `i` in its place lets everything in between begin earlier; if whatever the end `E` of `i` is,
//! `i` at `E` and `j` at `e` cost more than `j` at `E` and `i` in the place of `j`, then `i` comes before a `j` that ends
//! at `e` (after H. Emmons, "One-machine sequencing to minimize certain functions of job tardiness", *Operations
//! Research* 17(4), 1969, but by the time at which `j` ends).

use super::ground::{Ground, IMPOSSIBLE};
use crate::mip::columns::shop::Lots;

/// Which lots come before which.
pub(super) struct Precedence {
    points: usize,
    /// By lot and end: the lots that have been made before it.
    before: Vec<Lots>,
}

impl Precedence {
    /// Compares all pairs of lots at all times; a lot does not end before those it comes after could have been made.
    pub fn new(ground: &mut Ground) -> Self {
        let points = ground.points;
        let mut before = vec![0; ground.lots * points];
        if ground.earliest.iter().any(|&earliest| earliest > 0) {
            return Self { points, before };
        }
        for second in 0..ground.lots {
            for first in 0..ground.lots {
                let alike = ground.classes_of[first] == ground.classes_of[second];
                if first != second && alike && ground.runs[first] <= ground.runs[second] {
                    let row = &mut before[second * points..][..points];
                    note(ground, first, second, row);
                }
            }
        }
        for lot in 0..ground.lots {
            for end in ground.runs[lot]..points {
                let mut others = before[lot * points + end];
                let mut work = ground.runs[lot];
                while others != 0 {
                    work += ground.runs[others.trailing_zeros() as usize];
                    others &= others - 1;
                }
                if work > end {
                    ground.forbid(lot, end);
                }
            }
        }
        Self { points, before }
    }

    /// The lots that are made before `lot` if that ends at a point.
    #[inline]
    pub fn before(&self, lot: usize, end: usize) -> Lots {
        self.before[lot * self.points + end]
    }
}

/// Notes at which ends of `second` the lot `first` comes before it.
fn note(ground: &Ground, first: usize, second: usize, row: &mut [Lots]) {
    // What `first` costs more than `second` at an end, at least from there on: where it may not end, it does not.
    let mut least = i64::MAX;
    let mut reached = ground.points;
    let shorter = ground.runs[second] - ground.runs[first];
    for end in (ground.runs[second]..ground.points).rev() {
        // `first` ends its run after `second` at the earliest.
        let from = end + ground.runs[first];
        while reached > from {
            reached -= 1;
            let (late, other) = (ground.own(first, reached), ground.own(second, reached));
            let dearer = match (late >= IMPOSSIBLE, other >= IMPOSSIBLE) {
                (true, _) => i64::MAX,
                (false, true) => i64::MIN,
                (false, false) => late - other,
            };
            least = least.min(dearer);
        }
        let (now, instead) = (ground.own(second, end), ground.own(first, end - shorter));
        if now >= IMPOSSIBLE || instead >= IMPOSSIBLE || least == i64::MIN {
            continue;
        }
        // Cost of `second` at `end` and `first` at the end, less that of the exchange.
        let gain = least.saturating_add(now - instead);
        if gain > 0 || gain == 0 && first < second {
            row[end] |= 1 << first;
        }
    }
}

/// Whether `second` right after `first`, which ends at a point, would better come before it.
#[inline]
pub(super) fn better_exchanged(ground: &Ground, (first, end): (usize, usize), second: usize) -> bool {
    let begin = end - ground.runs[first];
    if ground.classes_of[first] != ground.classes_of[second] || ground.earliest[second] > begin {
        return false;
    }
    let last = end + ground.setup(ground.classes_of[first], ground.classes_of[first]) + ground.runs[second];
    let exchanged = ground.own(second, begin + ground.runs[second]) + ground.own(first, last);
    let as_is = ground.own(first, end) + ground.own(second, last);
    exchanged < as_is || exchanged == as_is && second < first
}

/// Whether three lots in a row, the second of which ends at a point, would better be made in another order.
pub(super) fn better_arranged(ground: &Ground, (first, second, end): (usize, usize, usize), third: usize) -> bool {
    let lots = [first, second, third];
    let class = ground.classes_of[second];
    let between = ground.setup(class, class);
    // Where the second waited for its release, this is later than the first began, and its release later still.
    let Some(begin) = end.checked_sub(ground.runs[second] + between + ground.runs[first]) else { return false };
    if lots.iter().any(|&lot| ground.classes_of[lot] != class || ground.earliest[lot] > begin) {
        return false;
    }
    let cost_of = |order: [usize; 3]| {
        let mut at = begin;
        order.iter().fold(0, |cost, &lot| {
            let end = at + ground.runs[lot];
            at = end + between;
            cost + ground.own(lot, end)
        })
    };
    let as_is = cost_of(lots);
    let others = [
        [first, third, second],
        [second, first, third],
        [second, third, first],
        [third, first, second],
        [third, second, first],
    ];
    others.into_iter().any(|order| {
        let cost = cost_of(order);
        cost < as_is || cost == as_is && order < lots
    })
}
