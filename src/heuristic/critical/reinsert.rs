//! Where a critical operation could stand instead, and about how long the plan would then be.
//!
//! Out of its place, an operation is best put behind all that end by the time its route lets it run and before all that
//! may begin once those behind it on its route may, or between the two; no place among these makes anybody wait for himself
//! (Mastrolilli and Gambardella 2000, Nopt). The longest way through it is then estimated from the earliest ends
//! before it and the latest starts behind it; along its own line, with what it passes (Balas and Vazacopoulos 1998).

use super::sequencing::Sequencing;
use crate::schedule::network::{Network, OpId};

/// A place for an operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub operation: OpId,
    pub mode: u32,
    /// Counted without the operation.
    pub place: usize,
    /// Seconds by which the longest way through it is longer than the plan is now, by estimate.
    pub delay: i64,
}

/// What an operation needs of a place.
#[derive(Clone, Copy)]
struct Need {
    operation: OpId,
    mode: u32,
    line: u32,
    class: u32,
    run: i64,
    ready: i64,
    due: i64,
}

/// Operations passed along a line at once.
const LONGEST_WAY: usize = 64;

/// Offers all places of an operation worth a look.
pub(super) fn places(network: &Network<'_>, plan: &Sequencing, operation: OpId, offer: &mut impl FnMut(Place)) {
    let (first, past) = network.operations[operation as usize].modes;
    let own = plan.slot(operation).line;
    for mode in first..past {
        let facts = &network.modes[mode as usize];
        let Some(ready) = plan.ready_on(network, operation, facts.line) else { continue };
        let due = plan.due_on(network, operation, facts.line);
        let need = Need { operation, mode, line: facts.line, class: facts.class, run: facts.run, ready, due };
        if facts.line == own {
            along(network, plan, need, offer);
        } else {
            elsewhere(network, plan, need, offer);
        }
    }
}

/// Places on another line.
fn elsewhere(network: &Network<'_>, plan: &Sequencing, need: Need, offer: &mut impl FnMut(Place)) {
    let sequence = plan.sequence(need.line);
    let line = &network.lines[need.line as usize];
    let first = sequence.partition_point(|&other| plan.slot(other).end <= need.ready);
    let last = sequence.partition_point(|&other| plan.slot(other).late_start < need.due).max(first);
    for place in first..=last {
        let (free, class) = plan.front(network, need.line, place);
        let setup = network.setup_time(line, class, need.class);
        let Some((_, end)) = line.open.next(free, setup, need.ready, need.run) else { return };
        let mut by = need.due;
        if let Some(&next) = sequence.get(place) {
            let next = plan.slot(next);
            let setup = network.setup_time(line, need.class, network.modes[next.mode as usize].class);
            by = by.min(line.open.set_up_from(next.late_start, setup));
        }
        offer(Place { operation: need.operation, mode: need.mode, place, delay: end - by });
    }
}

/// Places on its own line: each neighbour passed moves up or back.
fn along(network: &Network<'_>, plan: &Sequencing, need: Need, offer: &mut impl FnMut(Place)) {
    let sequence = plan.sequence(need.line);
    let here = plan.slot(need.operation).place as usize;
    let most = (here + LONGEST_WAY).min(sequence.len() - 1);
    let mut passed = [need.operation; LONGEST_WAY + 1];
    for to in here + 1..=most {
        if plan.slot(sequence[to]).late_start >= need.due {
            break;
        }
        let length = to - here;
        passed[..length].copy_from_slice(&sequence[here + 1..=to]);
        passed[length] = need.operation;
        if let Some(delay) = delay_of(network, plan, need, here, &passed[..=length]) {
            offer(Place { operation: need.operation, mode: need.mode, place: to, delay });
        }
    }
    for to in (here.saturating_sub(LONGEST_WAY)..here).rev() {
        if plan.slot(sequence[to]).end <= need.ready {
            break;
        }
        let length = here - to;
        passed[0] = need.operation;
        passed[1..=length].copy_from_slice(&sequence[to..here]);
        if let Some(delay) = delay_of(network, plan, need, to, &passed[..=length]) {
            offer(Place { operation: need.operation, mode: need.mode, place: to, delay });
        }
    }
}

/// By how much the longest way through some neighbours is longer than the plan, if they stood from `from` on in this order.
fn delay_of(network: &Network<'_>, plan: &Sequencing, need: Need, from: usize, block: &[OpId]) -> Option<i64> {
    let line = &network.lines[need.line as usize];
    let (mut free, mut class) = plan.front(network, need.line, from);
    let mut ends = [0; LONGEST_WAY + 1];
    for (end, &operation) in ends.iter_mut().zip(block) {
        let slot = plan.slot(operation);
        let mode = &network.modes[slot.mode as usize];
        let (_, past) = line.open.next(free, network.setup_time(line, class, mode.class), slot.ready, mode.run)?;
        (*end, free, class) = (past, past, mode.class);
    }
    let mut behind = plan.sequence(need.line).get(from + block.len()).map(|&next| {
        let next = plan.slot(next);
        (next.late_start, network.modes[next.mode as usize].class)
    });
    let mut most = i64::MIN;
    for (&end, &operation) in ends[..block.len()].iter().zip(block).rev() {
        let slot = plan.slot(operation);
        let mode = &network.modes[slot.mode as usize];
        let mut by = slot.due;
        if let Some((start, class)) = behind {
            by = by.min(line.open.set_up_from(start, network.setup_time(line, mode.class, class)));
        }
        most = most.max(end - by);
        behind = Some((line.open.latest(by, mode.run)?.0, mode.class));
    }
    Some(most)
}
