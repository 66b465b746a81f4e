//! Two parts that all plans fall into: a lot ends by an instant or after it, a lot is made on a line or elsewhere, an order
//! is made or left out.
//!
//! All of these only narrow what may be done with a lot, so either part is a shop like the whole, and nothing else has to know
//! of branching. Splitting by time is splitting time windows (S. Gélinas, M. Desrochers, J. Desrosiers, M. Solomon, "A new
//! branching strategy for time constrained routing problems", *Annals of Operations Research* 61, 1995), which bites where
//! cost is lateness: a lot held to be on time pushes others, a lot held to be late pays. A plan that leaves
//! the order of a lot out is in both parts of a split by time or line.

use super::generation::{Effort, Generation, Known};
use super::master::{NEGLIGIBLE, in_use};
use super::shop::{NEVER, Shop};

/// Splits of each kind that are tried.
const TRIED: usize = 4;

/// A way to part all plans.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Split {
    /// By when a lot ends.
    Time { lot: usize, by: i64 },
    /// By which line makes it.
    Line { lot: usize, line: usize },
    /// By whether an order that may be left out is made.
    Made { order: usize },
}

impl Split {
    /// The two parts of a shop.
    pub fn parts(self, shop: &Shop) -> [Shop; 2] {
        let (mut first, mut second) = (shop.clone(), shop.clone());
        match self {
            Self::Time { lot, by } => {
                first.lines.iter_mut().for_each(|line| line.narrow(lot, None, Some(by)));
                second.lines.iter_mut().for_each(|line| line.narrow(lot, Some(by), None));
            }
            Self::Line { lot, line } => {
                let others = first.lines.iter_mut().enumerate().filter(|(place, _)| *place != line);
                others.for_each(|(_, other)| other.forbid(lot));
                second.lines[line].forbid(lot);
            }
            Self::Made { order } => {
                first.orders[order].reject = None;
                let lots = &shop.orders[order].lots;
                second.lines.iter_mut().for_each(|line| lots.iter().for_each(|&lot| line.forbid(lot)));
            }
        }
        [first, second]
    }
}

/// The split after which the program comes to most in both parts, with the plans that are known (strong branching: T.
/// Achterberg, T. Koch, A. Martin, "Branching rules revisited", *Operations Research Letters* 33(1), 2005); none where
/// plans are not taken by shares.
pub(super) fn best_split(shop: &Shop, known: &Known, effort: &Effort<'_>) -> Option<Split> {
    let candidates = candidates(shop, known);
    let value = |part: &Shop| Generation::new(part, known, NEVER).value().unwrap_or(0.0);
    let before = value(shop);
    let gains = effort.each(&candidates, |split| {
        let gain = |part: &Shop| (value(part) - before).max(1.0);
        let [first, second] = split.parts(shop);
        gain(&first) * gain(&second)
    });
    let best = (0..candidates.len()).max_by(|&a, &b| gains[a].total_cmp(&gains[b]).then(b.cmp(&a)))?;
    Some(candidates[best])
}

/// The splits that halve the shares best, by time where it makes the most difference when a lot ends.
fn candidates(shop: &Shop, known: &Known) -> Vec<Split> {
    let lots = shop.order_of.len();
    let mut ends: Vec<Vec<(i64, f64)>> = vec![Vec::new(); lots];
    let mut on_line = vec![vec![0.0; shop.lines.len()]; lots];
    for (column, share) in in_use(&known.columns, &known.shares) {
        for (end, &lot) in column.ends(shop).zip(&column.lots) {
            ends[usize::from(lot)].push((end, share));
            on_line[usize::from(lot)][column.line] += share;
        }
    }
    let made = |lot: usize| on_line[lot].iter().sum::<f64>();
    let mut by_time: Vec<(f64, Split)> = Vec::new();
    let mut by_line: Vec<(f64, Split)> = Vec::new();
    for lot in 0..lots {
        by_time.extend(split_of_time(lot, &mut ends[lot]));
        let halves = |line: usize| (on_line[lot][line].min(made(lot) - on_line[lot][line]), line);
        let best = (0..shop.lines.len()).map(halves).max_by(|a, b| a.0.total_cmp(&b.0));
        by_line.extend(best.map(|(score, line)| (score, Split::Line { lot, line })));
    }
    let mut by_order: Vec<(f64, Split)> = Vec::new();
    for (order, facts) in shop.orders.iter().enumerate().filter(|(_, facts)| facts.reject.is_some()) {
        let share = facts.lots.iter().map(|&lot| made(lot)).fold(1.0, f64::min);
        by_order.push((share.min(1.0 - share), Split::Made { order }));
    }
    let best = |mut scored: Vec<(f64, Split)>| {
        scored.retain(|&(score, _)| score > NEGLIGIBLE);
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        scored.into_iter().take(TRIED).map(|(_, split)| split)
    };
    best(by_order).chain(best(by_time)).chain(best(by_line)).collect()
}

/// The instant between two ends of a lot that parts it best: shares on both sides times how far they lie apart.
fn split_of_time(lot: usize, ends: &mut [(i64, f64)]) -> Option<(f64, Split)> {
    ends.sort_by_key(|&(end, _)| end);
    let all: f64 = ends.iter().map(|&(_, share)| share).sum();
    let moment: f64 = ends.iter().map(|&(end, share)| end as f64 * share).sum();
    let (mut share, mut sum) = (0.0, 0.0);
    let mut best: Option<(f64, i64)> = None;
    for pair in ends.windows(2) {
        share += pair[0].1;
        sum += pair[0].0 as f64 * pair[0].1;
        let rest = all - share;
        if pair[0].0 == pair[1].0 || rest <= NEGLIGIBLE {
            continue;
        }
        let apart = (moment - sum) / rest - sum / share;
        let score = share.min(rest) * apart;
        if best.is_none_or(|(known, _)| score > known) {
            best = Some((score, pair[0].0));
        }
    }
    best.map(|(score, by)| (score, Split::Time { lot, by }))
}
