//! Branch and bound over parts of all plans, the part with the least bound first: no plan costs less than the least of them.
//!
//! Each part is bounded by its own column generation, which begins with the plans, prices, cuts and neighbourhoods of the
//! part it was split from (branch and price: C. Barnhart, E. Johnson, G. Nemhauser, M. Savelsbergh, P. Vance,
//! *Operations Research* 46(3), 1998). Parts that cannot be better than the best plan known are done with.

use super::branching::best_split;
use super::closing::{Closed, close};
use super::generation::{Effort, Ending, Generation, Known};
use super::pricing::Column;
use super::shop::{NEVER, Shop};
use std::cmp::Reverse;

/// The share of the gap by which cuts must raise the bound to be gone on with.
const WORTH_CUTTING: f64 = 0.1;
/// The share of the program's value within which the bound of a part is as good as it: the last digits cost as much as all
/// before, and splitting once more gains more than they do.
const PRECISION: f64 = 1e-3;
/// The share of the gap at which trying everything was too much, at which it is tried again.
const WORTH_TRYING_AGAIN: f64 = 0.7;

/// Some of all plans.
#[derive(Clone)]
struct Part {
    shop: Shop,
    known: Known,
    /// The gap at which trying everything was too much.
    too_wide: i64,
    /// Whether it is bounded roughly, to be split again or done with soon.
    roughly: bool,
}

/// Bounds the plans of a shop until time is over or nothing better can be anywhere, trying everything where the gap is below
/// `too_wide`; `better` hears of plans that may be better.
pub(super) fn search(
    shop: &Shop,
    known: Known,
    too_wide: i64,
    effort: &mut Effort<'_>,
    better: &(dyn Fn(&[Column]) + Sync),
) {
    let whole = Part { shop: shop.clone(), known, too_wide, roughly: false };
    let mut open = vec![explore(&whole, effort, better)];
    // The least bound of parts that cannot be split.
    let mut stuck = i64::MAX;
    loop {
        let needed = (effort.cost)().unwrap_or(i64::MAX);
        open.retain(|part| part.known.bound < needed);
        let least = open.iter().map(|part| part.known.bound).fold(stuck.min(needed), i64::min);
        // Stopped before anything was bounded, there is nothing to tell.
        if least > i64::MIN {
            (effort.tell)(least);
        }
        if open.is_empty() || least >= needed || effort.is_over() {
            return;
        }
        open.sort_by_key(|part| Reverse(part.known.bound));
        // Where no clock is read, what is split must not depend on the number of threads.
        let together = effort.pool.filter(|_| effort.beside_search).map_or(1, |pool| pool.current_num_threads() / 2);
        let taken = open.split_off(open.len() - together.clamp(1, open.len()));
        let mut parts: Vec<Part> = Vec::new();
        for part in taken {
            match best_split(&part.shop, &part.known, effort) {
                Some(split) => {
                    parts.extend(split.parts(&part.shop).map(|shop| Part { shop, roughly: true, ..part.clone() }));
                }
                None if part.roughly => parts.push(Part { roughly: false, ..part }),
                None => stuck = stuck.min(part.known.bound),
            }
        }
        let explored = effort.each(&parts, |part| {
            let precision = if part.roughly { PRECISION } else { effort.precision };
            let mut own = Effort { known: part.known.bound, tell: &|_| {}, pool: None, precision, ..*effort };
            (explore(part, &mut own, better), effort.work - own.work)
        });
        for (part, used) in explored {
            effort.work = effort.work.saturating_sub(used);
            open.push(part);
        }
    }
}

/// Bounds a part, cuts while that is worth it unless it is to be bounded roughly, and tries everything where the gap is small.
fn explore(part: &Part, effort: &mut Effort<'_>, better: &(dyn Fn(&[Column]) + Sync)) -> Part {
    let mut generation = Generation::new(&part.shop, &part.known, NEVER);
    let mut too_wide = part.too_wide;
    let mut before = i64::MIN;
    while generation.run(effort) == Ending::Converged {
        let (bound, Some((duals, least))) = (generation.bound, &generation.centre) else { break };
        let gap = (effort.cost)().unwrap_or(i64::MAX).saturating_sub(bound);
        if gap <= 0 {
            break;
        }
        if gap as f64 <= too_wide as f64 * WORTH_TRYING_AGAIN {
            match close(&part.shop, (duals, least), NEVER, gap, effort) {
                Closed::Proved => return part.bounded_by(bound + gap),
                Closed::Better(columns, excess) => {
                    better(&columns);
                    return part.bounded_by(bound + excess);
                }
                Closed::Open => too_wide = gap,
            }
        }
        let is_worth_it = before == i64::MIN || (bound - before) as f64 >= gap as f64 * WORTH_CUTTING;
        if part.roughly || !is_worth_it || !generation.cut() {
            break;
        }
        before = bound;
    }
    let known = generation.into_known();
    Part { shop: part.shop.clone(), known, too_wide, roughly: part.roughly }
}

impl Part {
    /// The part with all that can be said of it: there is nothing left to split.
    fn bounded_by(&self, bound: i64) -> Self {
        let mut done = self.clone();
        done.known = Known { bound, columns: Vec::new(), shares: Vec::new(), ..done.known };
        done
    }
}
