//! Branch and bound over parts of all plans, the part with the least bound first: no plan costs less than the least of them.
//!
//! Each part is bounded by its own column generation, which begins with the plans, prices, cuts and neighbourhoods of the
//! part it was split from (branch and price: C. Barnhart, E. Johnson, G. Nemhauser, M. Savelsbergh, P. Vance,
//! *Operations Research* 46(3), 1998). Parts that cannot be better than the best plan known are done with.

use super::branching::best_split;
use super::diving;
use super::generation::{Effort, Known};
use super::part::{Better, PRECISION, Part};
use super::shop::Shop;
use std::cmp::Reverse;

/// Work of dives at once, to that of bounding all plans.
const DIVE: u64 = 2;
/// Dives from parts take no more than one in so many parts of the work before the next begins.
const DIVES: u64 = 3;

/// Bounds the plans of a shop until time is over or nothing better can be anywhere, trying everything where the gap is below
/// `too_wide`; `better` hears of plans that may be better.
pub(super) fn search(shop: &Shop, known: Known, too_wide: i64, effort: &mut Effort<'_>, better: Better<'_>) {
    let before = effort.work;
    let mut whole = Part { shop: shop.clone(), known, too_wide, roughly: true }.explored(effort, better);
    let most = (before - effort.work).saturating_mul(DIVE);
    if (effort.cost)().is_none_or(|cost| whole.known.bound < cost) {
        // Plans come first: whatever is better than the best one known spares what is cut and split for it.
        diving::dive(&whole, (diving::FROM_ALL, most), effort, better);
        whole = Part { roughly: false, ..whole }.explored(effort, better);
    }
    let mut open = vec![whole];
    let (begun, mut dived) = (effort.work, 0);
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
            (part.explored(&mut own, better), effort.work - own.work)
        });
        for (part, used) in explored {
            effort.work = effort.work.saturating_sub(used);
            open.push(part);
        }
        if dived * DIVES <= begun - effort.work
            && let Some(part) = open.iter().min_by_key(|part| part.known.bound)
        {
            dived += diving::dive(part, (diving::FROM_A_PART, most), effort, better);
        }
    }
}
