//! Rows of periods, proved: discrete lot sizing with holding costs, due dates and changeovers that cost.
//!
//! Where every lot of a line takes one period (`schedule::network::rows`), a plan says which kind each period makes. `slots` says what
//! the periods are and why every plan fits them, `row` what a lot costs in each, `relaxation` takes a row apart and prices the parts back
//! together, `counts` finds the best plan among those the prices leave, or that there is none. All of it is whole numbers and
//! no solver; the steps that prices take are guesses, and any prices give a bound. See `docs/mip.md`.

mod counts;
mod relaxation;
mod row;
mod slots;
#[cfg(test)]
mod tests;

use super::prover::{LinePlans, News, Prover};
use crate::plan::Plan;
use crate::problem::Problem;
use crate::units::Money;
use counts::{Found, search};
use relaxation::{Pace, Relaxation, Rest};
use row::{Plant, Row};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::mpsc::Sender;

/// What the log calls it.
pub(super) const SOURCE: &str = "periods";
/// From prices that know nothing, and later from the best ones.
const FIRST_PACE: Pace = Pace { steps: 6_000, first: 40.0, fall: 5.0, keep: 0.95 };
const LATER_PACE: Pace = Pace { steps: 6_000, first: 8.0, fall: 4.0, keep: 0.9 };
/// Rounds of prices and a search at most; where the last ones left too many plans, the next will.
const ROUNDS: usize = 12;
/// The share of the gap that is searched first: a plan is often found far below the cost of the best one known.
const FIRST_SHARE: i64 = 8;

/// How long to go on.
struct Effort<'a> {
    stop: &'a AtomicBool,
    /// Extensions of states left.
    work: u64,
}

impl Effort<'_> {
    /// Whether to stop.
    fn is_over(&self) -> bool {
        self.work == 0 || self.stop.load(Ordering::Relaxed)
    }
}

/// Begins to prove a bound for a problem, of which `incumbent` is a complete plan that costs `cost`; none where its lines are no rows
/// of periods or no thread is to be had.
///
/// With `work` (extensions of states) what it says depends on the arguments alone, and no clock is read.
pub(super) fn start(problem: &Problem, incumbent: &Plan, cost: Money, work: Option<u64>) -> Option<Prover> {
    let plant = Plant::new(problem, incumbent)?;
    Prover::spawn(SOURCE, cost, move |stop, cost, news| {
        Proof::new(&plant, cost, news).run(&mut Effort { stop, work: work.unwrap_or(u64::MAX) });
    })
}

/// A row on the way to its proof.
struct Open<'p> {
    row: &'p Row,
    relaxation: Relaxation<'p>,
    /// What no plan of the row costs less than; from prices, or from a search.
    bound: i64,
    /// The best plan, once it is known.
    sequence: Option<Vec<usize>>,
    /// The room above the bound in which there were too many plans.
    too_wide: i64,
}

/// A proof for all rows.
struct Proof<'p> {
    plant: &'p Plant,
    rows: Vec<Open<'p>>,
    /// What the best plan known costs.
    cost: &'p AtomicI64,
    news: &'p Sender<News>,
    told: i64,
}

impl<'p> Proof<'p> {
    fn new(plant: &'p Plant, cost: &'p AtomicI64, news: &'p Sender<News>) -> Self {
        let open = |row: &'p Row| {
            let relaxation = Relaxation::new(row);
            Open { row, bound: row.rounded_up(relaxation.bound), relaxation, sequence: None, too_wide: i64::MAX }
        };
        Self { plant, rows: plant.rows.iter().map(open).collect(), cost, news, told: i64::MIN }
    }

    fn run(mut self, effort: &mut Effort<'_>) {
        for round in 0..ROUNDS {
            let pace = if round == 0 { FIRST_PACE } else { LATER_PACE };
            for number in 0..self.rows.len() {
                if self.rows[number].sequence.is_some() {
                    continue;
                }
                self.ascend(number, pace, effort);
                self.tell();
                if self.is_proved() || effort.is_over() {
                    return;
                }
                self.search(number, effort);
                if self.is_proved() || effort.is_over() {
                    return self.tell();
                }
            }
            if self.tell_plan() {
                return self.tell();
            }
            self.tell();
        }
    }

    /// What all but a row cost at least.
    fn others(&self, number: usize) -> i64 {
        let others = self.rows.iter().enumerate().filter(|&(other, _)| other != number);
        row::total(self.plant, others.map(|(_, other)| other.bound)).0
    }

    /// What the best plan known costs in a row at most, if the others cost no more than is proved.
    fn target(&self, number: usize) -> i64 {
        self.cost.load(Ordering::Relaxed) - self.others(number)
    }

    fn is_proved(&self) -> bool {
        row::total(self.plant, self.rows.iter().map(|open| open.bound)).0 >= self.cost.load(Ordering::Relaxed)
    }

    /// Better prices for a row.
    fn ascend(&mut self, number: usize, pace: Pace, effort: &mut Effort<'_>) {
        let others = self.others(number);
        let (cost, news, open) = (self.cost, self.news, &mut self.rows[number]);
        // A bound within a step of the cost proves it.
        let needed = || cost.load(Ordering::Relaxed) - others - open.row.step + 1;
        let mut told = self.told;
        let mut tell = |bound: i64| {
            let bound = others + open.row.rounded_up(bound).max(open.bound);
            if bound > told {
                told = bound;
                // Nobody may be listening any more.
                let _ = news.send(News::Bound(Money(bound)));
            }
        };
        open.relaxation.ascend(pace, effort, &needed, &mut tell);
        self.told = told;
        open.bound = open.bound.max(open.row.rounded_up(open.relaxation.bound));
    }

    /// Looks for the best plan of a row in ever more room above the bound.
    fn search(&mut self, number: usize, effort: &mut Effort<'_>) {
        let rest = Rest::new(self.rows[number].row, &self.rows[number].relaxation.prices);
        let mut room = ((self.target(number) - self.rows[number].bound) / FIRST_SHARE)
            .min(self.rows[number].too_wide / 2)
            .max(self.rows[number].row.step);
        loop {
            let target = self.target(number);
            let open = &mut self.rows[number];
            if open.bound >= target {
                return;
            }
            let limit = (target - 1).min(open.bound + room);
            match search(open.row, &rest, limit, effort) {
                Found::Nothing => open.bound = open.row.rounded_up(limit + 1),
                Found::Plan(cost, sequence) => {
                    (open.bound, open.sequence) = (cost, Some(sequence));
                    return;
                }
                Found::TooMany(least) => {
                    open.bound = open.row.rounded_up(least.max(open.bound));
                    open.too_wide = room;
                    return;
                }
                Found::Stopped => return,
            }
            room = room.saturating_mul(2);
        }
    }

    fn tell(&mut self) {
        let bound = row::total(self.plant, self.rows.iter().map(|open| open.bound));
        if bound.0 > self.told {
            self.told = bound.0;
            // Nobody may be listening any more.
            let _ = self.news.send(News::Bound(bound));
        }
    }

    /// Tells the best plan of all rows; whether there is one of each.
    fn tell_plan(&self) -> bool {
        let sequences: Option<Vec<Vec<usize>>> = self.rows.iter().map(|open| open.sequence.clone()).collect();
        let Some(sequences) = sequences else { return false };
        let _ = self.news.send(News::Plan(self.plant.line_plans(&sequences)));
        true
    }
}
