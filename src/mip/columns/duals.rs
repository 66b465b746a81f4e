//! Prices of what plans must do, in integers: whatever they are, they give a proved bound.
//!
//! For any price `p[j] >= 0` of making lot `j` and any weights `w[j] >= 0` of a kit's lots that add up to one at most,
//!
//! `cost >= base + sum p[j] + sum(o) min(0, reject[o] - sum(j in o) p[j]) - sum(c) q[c] + sum(l) min(0, least[l])`
//!
//! where `least[l]` is the least, over all plans of line `l`, of what the line's plan costs less the prices of the lots
//! it makes, the lateness of lot `j` counted `w[j]` times: an order is late by the latest of its lots, so its lateness
//! costs no less than any weighted mean over them. All of it is exact in `i64`: a linear program only suggests `p`, `w`.

use super::cuts::{Cut, MOST_PRICED};
use super::line::{Line, Mode};
use super::shop::Shop;

/// The weight of an order that is one lot.
pub(super) const WHOLE: i64 = 1 << 16;

/// Prices and weights by lot, in ten-thousandths and in parts of [`WHOLE`].
#[derive(Clone, Debug)]
pub(super) struct Duals {
    pub prices: Vec<i64>,
    pub weights: Vec<i64>,
    /// Cuts, with what a plan pays for each use.
    pub cuts: Vec<(Cut, i64)>,
}

impl Duals {
    /// No price for anything, and equal weights.
    pub fn none(shop: &Shop) -> Self {
        let weight = |&order: &usize| WHOLE / shop.orders[order].lots.len() as i64;
        Self {
            prices: vec![0; shop.order_of.len()],
            weights: shop.order_of.iter().map(weight).collect(),
            cuts: Vec::new(),
        }
    }

    /// The point at `share` of the way from `self` to `other`, made valid.
    pub fn towards(&self, other: &Self, share: f64, shop: &Shop) -> Self {
        let mix = |(&from, &to): (&i64, &i64)| from + ((to - from) as f64 * share).round() as i64;
        let prices = self.prices.iter().zip(&other.prices).map(mix).collect();
        let weights = self.weights.iter().zip(&other.weights).map(mix).collect();
        let price_of = |cuts: &[(Cut, i64)], lots| cuts.iter().find(|cut| cut.0.lots == lots).map_or(0, |cut| cut.1);
        let cuts = other.cuts.iter().map(|&(cut, to)| (cut, mix((&price_of(&self.cuts, cut.lots), &to)))).collect();
        Self { prices, weights, cuts }.made_valid(shop)
    }

    /// Prices at least 0, an order's weights at least 0 and one together at most.
    pub fn made_valid(mut self, shop: &Shop) -> Self {
        self.prices.iter_mut().for_each(|price| *price = (*price).clamp(0, 1 << 50));
        self.weights.iter_mut().for_each(|weight| *weight = (*weight).clamp(0, WHOLE));
        self.cuts.retain(|&(_, price)| price > 0);
        self.cuts.sort_by_key(|&(_, price)| std::cmp::Reverse(price));
        self.cuts.truncate(MOST_PRICED);
        self.cuts.iter_mut().for_each(|cut| cut.1 = cut.1.min(1 << 50));
        for order in &shop.orders {
            if let [lot] = order.lots[..] {
                self.weights[lot] = WHOLE;
                continue;
            }
            let sum: i64 = order.lots.iter().map(|&lot| self.weights[lot]).sum();
            if sum > WHOLE {
                order.lots.iter().for_each(|&lot| self.weights[lot] = self.weights[lot] * WHOLE / sum);
            }
        }
        self
    }

    /// The bound but for the lines: base, prices, and orders that are better left out.
    pub fn without_lines(&self, shop: &Shop) -> i64 {
        let of_order = |order: &super::shop::OrderFacts| {
            let prices: i64 = order.lots.iter().map(|&lot| self.prices[lot]).sum();
            order.reject.map_or(prices, |reject| prices.min(reject))
        };
        shop.base + shop.orders.iter().map(of_order).sum::<i64>() - self.cuts.iter().map(|cut| cut.1).sum::<i64>()
    }

    /// What a lot costs a line that ends it at a working second, less its price; the changeover aside.
    #[inline]
    pub fn lot_cost(&self, shop: &Shop, line: &Line, lot: usize, end: i64) -> i64 {
        let mode: &Mode = &line.modes[lot];
        let cost = mode.cost - self.prices[lot];
        if end <= mode.on_time {
            return cost;
        }
        cost + weighted(late_cost(shop, line, lot, end), self.weights[lot])
    }
}

/// What a lot's lateness costs if it ends at a working second and its order waits for no other lot.
#[inline]
pub(super) fn late_cost(shop: &Shop, line: &Line, lot: usize, end: i64) -> i64 {
    let mode = &line.modes[lot];
    if end <= mode.on_time {
        return 0;
    }
    shop.orders[shop.order_of[lot]].late_cost(line.instant_of(end) + mode.journey)
}

/// `cost x weight / WHOLE`, rounded down.
#[inline]
pub(super) fn weighted(cost: i64, weight: i64) -> i64 {
    if weight == WHOLE { cost } else { ((i128::from(cost) * i128::from(weight)) >> 16) as i64 }
}
