//! How much lines have to do with each other: the weights a cut should sever as little of as it can.
//!
//! Two lines are tied by the work that either could do at about the same cost, and four times as much by an order's work that
//! both take part in, for an order must be made within one part. Both are read off one sharing-out over all lines.

use super::dispatch::{Candidate, Dispatcher, Pick, by_urgency};
use crate::problem::{LineIdx, OrderIdx, Problem};
use crate::units::{Id, IdVec, Seconds};

/// How much more an order's own lines are tied than those that could stand in for each other.
const TOGETHER: u64 = 4;
/// What ties lines that hold facts of one lot: more than any work.
const FACTS: u64 = 1 << 40;

/// Symmetric weights between lines.
pub(super) struct Ties {
    count: usize,
    weights: Vec<u64>,
}

impl Ties {
    fn none(count: usize) -> Self {
        Self { count, weights: vec![0; count * count] }
    }

    /// The weight between two lines.
    pub fn between(&self, a: LineIdx, b: LineIdx) -> u64 {
        self.weights[a.position() * self.count + b.position()]
    }

    fn add(&mut self, a: LineIdx, b: LineIdx, weight: u64) {
        if a != b {
            self.weights[a.position() * self.count + b.position()] += weight;
            self.weights[b.position() * self.count + a.position()] += weight;
        }
    }
}

/// What one sharing-out over all lines tells.
pub(super) struct Survey {
    /// Who has to do with whom.
    pub ties: Ties,
    /// Working time each line was given.
    pub load: IdVec<LineIdx, Seconds>,
    /// What it costs by the rough clock.
    pub cost: i128,
    /// Each order's work.
    pub work: IdVec<OrderIdx, Seconds>,
}

/// Shares all orders out over all lines and notes who has to do with whom.
pub(super) fn survey(problem: &Problem) -> Survey {
    let mut dispatcher = Dispatcher::new(problem);
    let mut ties = Ties::none(problem.lines.len());
    let mut work = IdVec::filled(Seconds::ZERO, problem.orders.len());
    let mut cost = 0;
    for order in by_urgency(problem, problem.orders.ids().collect()) {
        let mut hear = |pick: &Pick, candidates: &[Candidate]| stand_ins(&mut ties, pick, candidates);
        let Some(offer) = dispatcher.offer(order, &|_| true, &mut hear) else { continue };
        dispatcher.take(&offer);
        cost += i128::from(offer.cost);
        work[order] = offer.picks.iter().map(|pick| pick.run).sum();
        for (at, one) in offer.picks.iter().enumerate() {
            for other in &offer.picks[..at] {
                ties.add(one.line, other.line, TOGETHER * (one.run + other.run).0.unsigned_abs());
            }
        }
    }
    for lot in &problem.baseline.lots {
        let frozen: Vec<LineIdx> =
            lot.operations.iter().flatten().filter(|known| known.frozen).map(|known| known.line).collect();
        frozen.windows(2).for_each(|pair| ties.add(pair[0], pair[1], FACTS));
    }
    Survey { ties, load: dispatcher.busy().clone(), cost, work }
}

/// Ties the line chosen to those that would have cost little more: half the weight where it costs a quarter more.
fn stand_ins(ties: &mut Ties, pick: &Pick, candidates: &[Candidate]) {
    let Some(chosen) = candidates.iter().find(|candidate| candidate.line == pick.line) else { return };
    let scale = (chosen.cost / 4).max(1) as i128;
    for candidate in candidates {
        let more = i128::from(candidate.cost - chosen.cost).max(0);
        let weight = i128::from(pick.run.0) * scale / (scale + more);
        ties.add(pick.line, candidate.line, weight as u64);
    }
}
