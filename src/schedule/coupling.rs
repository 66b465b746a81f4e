//! What couples lines: predecessors with lag and transit, and scarce materials taken in order.
//!
//! A rule by which one line's timing depends on another's enters here, as one more lower bound on a run's start.

use super::timing::{Obstacle, Timed};
use crate::plan::{OpIdx, Operation, Plan};
use crate::problem::{KindIdx, LineIdx, Problem, SupplyIdx};
use crate::units::{IdVec, Pieces, Seconds};

/// From when on each operation's materials are there, given who takes first; without scarce supplies, empty.
///
/// The k-th to take waits until the stock covers the first k takers. Then at every instant what has been taken is
/// covered: if the last of them in the order has started, so has everything the prefix needs arrived.
pub(super) struct MaterialReady {
    ready: Vec<Seconds>,
}

impl MaterialReady {
    /// Adds up the takers of each supply; `line_of` says where each operation runs.
    ///
    /// # Errors
    /// The first operation whose material never comes.
    pub fn new(
        problem: &Problem,
        plan: &Plan,
        line_of: &IdVec<OpIdx, Option<LineIdx>>,
    ) -> Result<Self, (OpIdx, Obstacle)> {
        let mut ready = Vec::new();
        for (supply, takers) in plan.takings.enumerate() {
            if takers.is_empty() {
                continue;
            }
            if ready.is_empty() {
                ready = vec![Seconds(i64::MIN); plan.operations.len()];
            }
            let mut taken = 0i64;
            for &taker in takers {
                let Some(line) = line_of[taker] else { continue };
                let kind = plan.kind(problem, taker);
                let quantity = plan.lots[plan.operations[taker].lot].quantity;
                taken = taken.saturating_add(amount_taken(problem, kind, line, quantity, supply));
                let from = problem.supplies[supply].available_from(taken).ok_or((taker, Obstacle::Material))?;
                ready[taker.0 as usize] = ready[taker.0 as usize].max(from);
            }
        }
        Ok(Self { ready })
    }

    /// From when on an operation's materials are there.
    pub fn of(&self, operation: OpIdx) -> Seconds {
        self.ready.get(operation.0 as usize).copied().unwrap_or(Seconds(i64::MIN))
    }
}

/// What a lot of `quantity` takes from a supply when a line runs it, in millionths.
pub(super) fn amount_taken(
    problem: &Problem,
    kind: KindIdx,
    line: LineIdx,
    quantity: Pieces,
    supply: SupplyIdx,
) -> i64 {
    let pieces = problem.rate_on(kind, line).map_or(quantity, |rate| rate.pieces_run(quantity));
    let site = problem.lines[line].site;
    let takes = problem.kinds[kind].takes.iter();
    takes
        .filter(|&&(material, _)| problem.supply_lookup.supply(material, site) == Some(supply))
        .fold(0, |taken, &(_, per_unit)| taken.saturating_add(per_unit.saturating_mul(pieces)))
}

/// The earliest a run on `line` may start as far as its predecessors are concerned; they are all timed.
pub(super) fn after_predecessors(
    problem: &Problem,
    plan: &Plan,
    operation: OpIdx,
    line: LineIdx,
    timed: &IdVec<OpIdx, Timed>,
) -> Result<Seconds, Obstacle> {
    let Operation { lot, step } = plan.operations[operation];
    let step = &problem.route_of(plan.lots[lot].item).steps[usize::from(step)];
    let site = problem.lines[line].site;
    let mut ready = Seconds(i64::MIN);
    for &before in &step.after {
        let before = &timed[plan.operation(lot, usize::from(before))];
        let transit = problem.places.transit(problem.lines[before.line].site, site).ok_or(Obstacle::Transit)?;
        ready = ready.max(before.end + step.lag + transit.time);
    }
    Ok(ready)
}
