//! One replica: simulated annealing on rows of periods.

use super::grid::{Grid, IDLE};
use crate::heuristic::random::{below, stream};
use crate::heuristic::replicas::{Replica, Temperatures};
use crate::plan::Plan;
use crate::schedule::network::{Network, OpId};
use rand::{Rng, RngExt as _};
use rand_xoshiro::Xoshiro256PlusPlus;

/// A replica.
#[repr(align(4096))]
pub(super) struct Annealing {
    grid: Grid,
    /// The best so far; none while the one at hand is.
    best: Option<Vec<Vec<OpId>>>,
    best_cost: i64,
    iterations: u64,
    random: Xoshiro256PlusPlus,
}

/// Moves drawn to calibrate.
const SAMPLES: usize = 4_000;
/// The longest stretch that a move shifts aside.
const LONGEST_SHIFT: usize = 24;
/// More than this is no price but a lot where it cannot stand.
const NO_PRICE: i64 = 1 << 43;

impl Annealing {
    /// A replica with the stream named by seed and number.
    pub fn new(grid: Grid, seed: u64, replica: u64) -> Self {
        let random = stream(seed, replica);
        Self { best: None, best_cost: grid.cost(), iterations: 0, random, grid }
    }

    /// Temperatures for this instance, from a sample of moves.
    pub fn calibrate(&mut self) -> Temperatures {
        let sample = (0..SAMPLES).filter_map(|_| self.propose());
        let mut worse: Vec<f64> =
            sample.filter(|&delta| delta > 0 && delta < NO_PRICE).map(|delta| delta as f64).collect();
        worse.sort_by(f64::total_cmp);
        let quantile = |share: f64| worse.get((worse.len() as f64 * share) as usize).copied();
        let first = quantile(0.3).unwrap_or(1.0).max(1.0);
        let last = (quantile(0.01).unwrap_or(1.0) * 0.5).max(1e-3).min(first / 20.0);
        Temperatures { first, last }
    }

    /// The best plan found.
    pub fn best_plan(&self, network: &Network<'_>) -> Plan {
        let at_hand = || self.grid.sequences();
        let sequences = self.best.clone().unwrap_or_else(at_hand);
        let takings = vec![Vec::new(); network.problem.supplies.len()];
        network.plan_of((&sequences, &takings, &vec![true; network.orders.len()]), &[])
    }

    fn below(&mut self, bound: usize) -> usize {
        below(&mut self.random, bound)
    }

    /// A distance: mostly short.
    fn distance(&mut self, most: usize) -> usize {
        let bits = self.random.next_u64().trailing_ones() + 1;
        1 + self.below((2usize << bits.min(12)).min(most))
    }

    /// Draws a move and prices it; none where it would change nothing.
    fn propose(&mut self) -> Option<i64> {
        let rows = self.grid.rows();
        let row = if rows == 1 { 0 } else { self.below(rows) };
        let periods = self.grid.kinds(row).len();
        if periods < 2 {
            return None;
        }
        match self.below(100) {
            0..40 => self.swap_near(row, periods),
            40..65 => self.join(row, periods),
            65..85 => self.shift(row, periods),
            _ => self.exchange(row, periods),
        }
    }

    fn swap_near(&mut self, row: usize, periods: usize) -> Option<i64> {
        let one = self.below(periods);
        let distance = self.distance(periods - 1);
        let other = if self.below(2) == 0 { one.checked_sub(distance)? } else { one + distance };
        self.swap(row, one, other)
    }

    /// Two periods change what they hold.
    fn swap(&mut self, row: usize, one: usize, other: usize) -> Option<i64> {
        let (from, to) = (one.min(other), one.max(other));
        let (standing, room) = self.grid.begin_with(row, from);
        if to >= standing.len() || standing[from] == standing[to] {
            return None;
        }
        room.extend_from_slice(&standing[from..=to]);
        room.swap(0, to - from);
        Some(self.grid.price())
    }

    /// A lot comes to stand beside another of its kind.
    fn join(&mut self, row: usize, periods: usize) -> Option<i64> {
        let beside = self.below(periods);
        let kind = self.grid.kinds(row)[beside];
        if kind == IDLE {
            return None;
        }
        let number = self.below(self.grid.lots_of_kind(row, kind));
        let from = self.grid.period_of_kind(row, kind, number);
        let to = if self.below(2) == 0 { beside.checked_sub(1)? } else { beside + 1 };
        self.swap(row, from, to)
    }

    /// The run of one kind around some period: from where to where.
    fn run(&mut self, row: usize, periods: usize) -> Option<(usize, usize)> {
        let at = self.below(periods);
        let whole = self.below(3) > 0;
        let kinds = self.grid.kinds(row);
        let kind = kinds[at];
        if kind == IDLE {
            return None;
        }
        let past = at + kinds[at..].iter().take_while(|&&other| other == kind).count();
        let from = at - kinds[..at].iter().rev().take_while(|&&other| other == kind).count();
        Some(if whole { (from, past) } else { (at, past) })
    }

    /// A run moves, and what lies between shifts by as much.
    fn shift(&mut self, row: usize, periods: usize) -> Option<i64> {
        let (from, past) = self.run(row, periods)?;
        let (from, past) = if self.below(3) == 0 { (from, from + 1) } else { (from, past) };
        let distance = self.distance(LONGEST_SHIFT);
        let later = self.below(2) == 0;
        let (first, last) =
            if later { (from, (past + distance).min(periods)) } else { (from.saturating_sub(distance), past) };
        let (standing, room) = self.grid.begin_with(row, first);
        if last - first == past - from {
            return None;
        }
        room.extend_from_slice(&standing[first..last]);
        if later {
            room.rotate_left(past - from);
        } else {
            room.rotate_right(past - from);
        }
        Some(self.grid.price())
    }

    /// A run changes places with as long a stretch elsewhere.
    fn exchange(&mut self, row: usize, periods: usize) -> Option<i64> {
        let (from, past) = self.run(row, periods)?;
        let length = past - from;
        let distance = length + self.distance(periods) - 1;
        let there = if self.below(2) == 0 { from.checked_sub(distance)? } else { from + distance };
        let (first, second) = (from.min(there), from.max(there));
        let (standing, room) = self.grid.begin_with(row, first);
        if second + length > periods {
            return None;
        }
        room.extend_from_slice(&standing[first..second + length]);
        let (head, tail) = room.split_at_mut(second - first);
        head[..length].swap_with_slice(tail);
        Some(self.grid.price())
    }
}

impl Replica for Annealing {
    fn run(&mut self, iterations: u64, (temperature, _): (f64, f64)) {
        for _ in 0..iterations {
            self.iterations += 1;
            let Some(delta) = self.propose() else { continue };
            if delta > 0 {
                if delta as f64 > -temperature * self.random.random::<f64>().ln() {
                    continue;
                }
                if self.best.is_none() && self.grid.cost() == self.best_cost {
                    self.best = Some(self.grid.sequences());
                }
            }
            self.grid.apply();
            if self.grid.cost() < self.best_cost {
                self.best_cost = self.grid.cost();
                self.best = None;
            }
        }
    }

    fn iterations(&self) -> u64 {
        self.iterations
    }

    fn best_cost(&self) -> i64 {
        self.best_cost
    }

    fn current_cost(&self) -> i64 {
        self.grid.cost()
    }

    fn go_on_from(&mut self, other: &Self) {
        if self.best.is_none() {
            self.best = Some(self.grid.sequences());
        }
        self.grid = other.grid.clone();
        if self.grid.cost() < self.best_cost {
            self.best_cost = self.grid.cost();
            self.best = None;
        }
    }
}
