//! The restricted master: which of the line plans known so far are taken, as a linear program.
//!
//! `min sum cost[p] x[p] + sum reject[o] r[o] + sum L[o] + sum cap[j] s[j]` subject to
//! - each lot: `sum a[j,p] x[p] + r[order of j] + s[j] >= 1`, dual the lot's price;
//! - each line that stands for `m` lines: `sum x[p] <= m`;
//! - each lot of a kit: `L[o] >= sum late[j,p] x[p]`, dual the lot's weight: the kit is as late as its latest lot;
//! - each cut: `sum uses[c,p] x[p] <= 1` (see `cuts`).
//!
//! A lot that nobody makes is bought at its cap `s[j]`, so that prices stay tame while few plans are known; where lots
//! are still bought at the end, the caps rise. Nothing here is a proof: the program only suggests prices.

use super::cuts::Cut;
use super::duals::{Duals, WHOLE};
use super::pricing::Column;
use super::shop::Shop;
use crate::mip::highs::{LinearAnswer, LinearProgram};
use rustc_hash::FxHashSet;

/// Ten-thousandths in the program's unit of money.
const SCALE: f64 = 10_000.0;
/// Shares below this are none.
pub(super) const NEGLIGIBLE: f64 = 1e-6;

/// The program and the plans in it.
pub(super) struct Master<'s> {
    shop: &'s Shop,
    program: LinearProgram,
    pub columns: Vec<Column>,
    known: FxHashSet<(usize, Vec<u8>)>,
    /// What a lot is bought at.
    pub caps: Vec<i64>,
    /// Columns of the program that are no plans; they come first.
    others: usize,
    /// Row of each lot of a kit.
    kit_rows: Vec<Option<usize>>,
    /// Cuts; their rows come last.
    pub cuts: Vec<Cut>,
    first_cut_row: usize,
}

/// What the program suggests.
pub(super) struct Suggestion {
    /// Its value, in ten-thousandths.
    pub value: f64,
    pub duals: Duals,
    /// What a plan of each line must come to less than to be of use; at most 0.
    pub thresholds: Vec<i64>,
    /// Share of each plan.
    pub shares: Vec<f64>,
    /// Lots that are still bought.
    pub bought: Vec<usize>,
}

impl<'s> Master<'s> {
    /// A program of no plans.
    pub fn new(shop: &'s Shop, caps: Vec<i64>, cuts: Vec<Cut>) -> Self {
        let program = LinearProgram::new(&[]);
        let kit_rows = vec![None; shop.order_of.len()];
        let (known, columns) = (FxHashSet::default(), Vec::new());
        let mut master = Self { shop, program, columns, known, caps, others: 0, kit_rows, cuts, first_cut_row: 0 };
        master.rebuild();
        master
    }

    /// States the program anew from the plans that are known.
    pub fn rebuild(&mut self) {
        let shop = self.shop;
        let mut low = vec![1.0; shop.order_of.len()];
        low.extend(shop.lines.iter().map(|line| -(line.same.len() as f64)));
        for order in shop.orders.iter().filter(|order| order.lots.len() > 1) {
            for &lot in &order.lots {
                self.kit_rows[lot] = Some(low.len());
                low.push(0.0);
            }
        }
        self.first_cut_row = low.len();
        low.extend(self.cuts.iter().map(|_| -1.0));
        self.program = LinearProgram::new(&low);
        for (lot, &cap) in self.caps.iter().enumerate() {
            self.program.add(cap as f64 / SCALE, f64::INFINITY, &[(lot, 1.0)]);
        }
        self.others = self.caps.len();
        for order in &shop.orders {
            if let Some(reject) = order.reject {
                let rows: Vec<(usize, f64)> = order.lots.iter().map(|&lot| (lot, 1.0)).collect();
                self.program.add(reject as f64 / SCALE, 1.0, &rows);
                self.others += 1;
            }
            let rows: Vec<(usize, f64)> =
                order.lots.iter().filter_map(|&lot| self.kit_rows[lot]).map(|row| (row, 1.0)).collect();
            if !rows.is_empty() {
                self.program.add(1.0, f64::INFINITY, &rows);
                self.others += 1;
            }
        }
        for column in std::mem::take(&mut self.columns) {
            self.put(column);
        }
    }

    fn put(&mut self, column: Column) {
        let mut entries: Vec<(usize, f64)> = vec![(self.shop.order_of.len() + column.line, -1.0)];
        let mut add = |row: usize, factor: f64| match entries.iter_mut().find(|entry| entry.0 == row) {
            Some(entry) => entry.1 += factor,
            None => entries.push((row, factor)),
        };
        column.lots.iter().for_each(|&lot| add(usize::from(lot), 1.0));
        for &(lot, late) in &column.late {
            if let Some(row) = self.kit_rows[usize::from(lot)] {
                add(row, -late as f64 / SCALE);
            }
        }
        for (row, cut) in (self.first_cut_row..).zip(&self.cuts) {
            let uses = cut.uses(&column.lots);
            if uses > 0 {
                entries.push((row, -uses as f64));
            }
        }
        self.program.add(column.cost as f64 / SCALE, f64::INFINITY, &entries);
        self.columns.push(column);
    }

    /// Adds a plan; returns whether it is new.
    pub fn add(&mut self, column: Column) -> bool {
        let new = self.known.insert((column.line, column.lots.clone()));
        if new {
            self.put(column);
        }
        new
    }

    /// Keeps only some of the plans.
    pub fn retain(&mut self, keep: impl Fn(&Column) -> bool) {
        self.columns.retain(|column| keep(column));
        self.known = self.columns.iter().map(|column| (column.line, column.lots.clone())).collect();
        self.rebuild();
    }

    /// Raises the caps of some lots.
    pub fn raise_caps(&mut self, lots: &[usize], factor: i64) {
        lots.iter().for_each(|&lot| self.caps[lot] = self.caps[lot].saturating_mul(factor).min(1 << 44));
        self.rebuild();
    }

    /// Solves the program; none where the solver fails.
    pub fn solve(&mut self) -> Option<Suggestion> {
        let LinearAnswer { value, duals, values } = self.program.solve()?;
        let lots = self.shop.order_of.len();
        let price = |&dual: &f64| (dual * SCALE).round() as i64;
        let weight = |row: &Option<usize>| row.map_or(WHOLE, |row| (duals[row] * WHOLE as f64).round() as i64);
        let suggested = Duals {
            prices: duals[..lots].iter().map(price).collect(),
            weights: self.kit_rows.iter().map(weight).collect(),
            cuts: self.cuts.iter().copied().zip(duals[self.first_cut_row..].iter().map(price)).collect(),
        };
        let line_duals = &duals[lots..lots + self.shop.lines.len()];
        Some(Suggestion {
            value: value * SCALE,
            duals: suggested.made_valid(self.shop),
            // Held to the size of prices: what comes out of them is added up.
            thresholds: line_duals.iter().map(|dual| -((dual.max(0.0) * SCALE).round() as i64).min(1 << 50)).collect(),
            shares: values[self.others..].to_vec(),
            bought: (0..lots).filter(|&lot| values[lot] > NEGLIGIBLE).collect(),
        })
    }
}

/// The plans in use and their shares.
pub(super) fn in_use<'a>(columns: &'a [Column], shares: &'a [f64]) -> impl Iterator<Item = (&'a Column, f64)> {
    columns.iter().zip(shares.iter().copied()).filter(|&(_, share)| share > NEGLIGIBLE)
}

impl Column {
    /// What the plan comes to under some prices.
    pub fn worth(&self, duals: &Duals) -> i64 {
        let prices: i64 = self.lots.iter().map(|&lot| duals.prices[usize::from(lot)]).sum();
        let late: i64 =
            self.late.iter().map(|&(lot, late)| super::duals::weighted(late, duals.weights[usize::from(lot)])).sum();
        let tolls: i64 = duals.cuts.iter().map(|(cut, price)| cut.uses(&self.lots) * price).sum();
        self.cost + late - prices + tolls
    }
}
