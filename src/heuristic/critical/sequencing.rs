//! Sequences with the earliest and the latest times they come to, timed from scratch.
//!
//! An operation's latest times are those at which the last end of all still stays where it is; who has none but his
//! earliest is critical.

use crate::plan::Plan;
use crate::schedule::network::{Network, OpId};
use crate::units::Id;

/// "On no line".
pub(super) const NOWHERE: u32 = u32::MAX;

/// Where and when an operation runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub start: i64,
    pub end: i64,
    pub late_start: i64,
    /// From when on its route and release let it run.
    pub ready: i64,
    /// By when it must end for those behind it on its route.
    pub due: i64,
    pub line: u32,
    pub place: u32,
    pub mode: u32,
}

/// Sequences with their times.
#[derive(Clone, Debug)]
pub(super) struct Sequencing {
    slots: Vec<Slot>,
    sequences: Vec<Vec<OpId>>,
    last_end: i64,
    /// The operations, those waited for before those that wait.
    order: Vec<OpId>,
    /// Whom each operation has still to wait for, while they are put in order.
    waiting: Vec<u32>,
}

/// The makespan no plan is below: the longest route at the shortest runs, as an instant.
pub(super) fn least_makespan(network: &Network<'_>) -> i64 {
    let problem = network.problem;
    let mut ends = vec![network.start; network.operations.len()];
    for lot in network.plan.lots.ids() {
        let route = problem.route_of(network.plan.lots[lot].item);
        let first = network.lots[lot.position()].first;
        for &step in &route.topological {
            let operation = first + u32::from(step);
            let facts = &network.operations[operation as usize];
            let waits = network.waits_of(operation).iter().map(|wait| ends[wait.before as usize] + wait.lag);
            let ready = waits.fold(facts.release.max(network.start), i64::max);
            let shortest = network.modes_of(operation).iter().map(|mode| mode.run).min().unwrap_or(0);
            ends[operation as usize] = ready + shortest;
        }
    }
    ends.into_iter().max().unwrap_or(network.start)
}

impl Sequencing {
    /// The sequences of a plan; none where it cannot be timed.
    pub fn new(network: &Network<'_>, plan: &Plan) -> Option<Self> {
        let sequences: Vec<Vec<OpId>> =
            plan.sequences.iter().map(|sequence| sequence.iter().map(|operation| operation.0).collect()).collect();
        let mut modes = vec![NOWHERE; network.operations.len()];
        for (line, sequence) in sequences.iter().enumerate() {
            for &operation in sequence {
                modes[operation as usize] = network.mode_on(operation, line as u32)?;
            }
        }
        if modes.contains(&NOWHERE) {
            return None;
        }
        Self::of(network, sequences, &modes)
    }

    /// Sequences with the modes of the operations in them; none where they cannot be timed.
    pub fn of(network: &Network<'_>, sequences: Vec<Vec<OpId>>, modes: &[u32]) -> Option<Self> {
        let slot = |&mode: &u32| Slot {
            start: 0,
            end: 0,
            late_start: 0,
            ready: 0,
            due: 0,
            line: network.modes[mode as usize].line,
            place: 0,
            mode,
        };
        let mut sequencing = Self {
            slots: modes.iter().map(slot).collect(),
            sequences,
            last_end: network.start,
            order: Vec::with_capacity(modes.len()),
            waiting: vec![0; modes.len()],
        };
        for line in 0..sequencing.sequences.len() {
            sequencing.number(line, 0);
        }
        sequencing.retime(network)?;
        Some(sequencing)
    }

    pub fn slot(&self, operation: OpId) -> &Slot {
        &self.slots[operation as usize]
    }

    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    pub fn sequence(&self, line: u32) -> &[OpId] {
        &self.sequences[line as usize]
    }

    pub fn sequences(&self) -> &[Vec<OpId>] {
        &self.sequences
    }

    /// The last end of all.
    pub fn last_end(&self) -> i64 {
        self.last_end
    }

    /// The one before an operation on its line.
    pub fn before(&self, operation: OpId) -> Option<OpId> {
        let slot = self.slot(operation);
        let before = (slot.place as usize).checked_sub(1)?;
        Some(self.sequences[slot.line as usize][before])
    }

    /// Puts an operation elsewhere; `place` counts without it. Times are to be found anew.
    pub fn put(&mut self, network: &Network<'_>, operation: OpId, mode: u32, place: usize) {
        let from = *self.slot(operation);
        let line = network.modes[mode as usize].line;
        self.sequences[from.line as usize].remove(from.place as usize);
        self.sequences[line as usize].insert(place, operation);
        let slot = &mut self.slots[operation as usize];
        (slot.line, slot.mode) = (line, mode);
        if line == from.line {
            self.number(line as usize, place.min(from.place as usize));
        } else {
            self.number(from.line as usize, from.place as usize);
            self.number(line as usize, place);
        }
    }

    fn number(&mut self, line: usize, from: usize) {
        for (place, &operation) in self.sequences[line].iter().enumerate().skip(from) {
            self.slots[operation as usize].place = place as u32;
        }
    }

    /// Finds all times anew; none where somebody waits for himself, or something ends after the horizon.
    pub fn retime(&mut self, network: &Network<'_>) -> Option<()> {
        self.put_in_order(network)?;
        self.last_end = network.facts_end;
        for index in 0..self.order.len() {
            let operation = self.order[index];
            let (start, end, ready) = self.earliest(network, operation)?;
            let slot = &mut self.slots[operation as usize];
            (slot.start, slot.end, slot.ready) = (start, end, ready);
            self.last_end = self.last_end.max(end);
        }
        for index in (0..self.order.len()).rev() {
            let operation = self.order[index];
            let (late_start, due) = self.latest(network, operation);
            let slot = &mut self.slots[operation as usize];
            (slot.late_start, slot.due) = (late_start, due);
        }
        Some(())
    }

    /// Kahn's order of operations.
    fn put_in_order(&mut self, network: &Network<'_>) -> Option<()> {
        self.order.clear();
        for (operation, facts) in network.operations.iter().enumerate() {
            let waits = facts.after.1 - facts.after.0 + u32::from(self.slots[operation].place > 0);
            self.waiting[operation] = waits;
            if waits == 0 {
                self.order.push(operation as OpId);
            }
        }
        let mut next = 0;
        while let Some(&operation) = self.order.get(next) {
            next += 1;
            let slot = &self.slots[operation as usize];
            let on_line = self.sequences[slot.line as usize].get(slot.place as usize + 1);
            for &behind in network.behind_of(operation).iter().chain(on_line) {
                self.waiting[behind as usize] -= 1;
                if self.waiting[behind as usize] == 0 {
                    self.order.push(behind);
                }
            }
        }
        (self.order.len() == self.slots.len()).then_some(())
    }

    #[inline]
    fn earliest(&self, network: &Network<'_>, operation: OpId) -> Option<(i64, i64, i64)> {
        let slot = self.slot(operation);
        let ready = self.ready_on(network, operation, slot.line)?;
        let (free, class) = self.front(network, slot.line, slot.place as usize);
        let mode = &network.modes[slot.mode as usize];
        let line = &network.lines[slot.line as usize];
        let (start, end) = line.open.next(free, network.setup_time(line, class, mode.class), ready, mode.run)?;
        Some((start, end, ready))
    }

    /// When a line falls free for its operation at a place, and in which class it is then.
    #[inline]
    pub fn front(&self, network: &Network<'_>, line: u32, place: usize) -> (i64, u32) {
        let facts = &network.lines[line as usize];
        let Some(before) = place.checked_sub(1) else { return (facts.available_from, facts.initial_class) };
        let before = self.slot(self.sequences[line as usize][before]);
        (before.end, network.modes[before.mode as usize].class)
    }

    /// From when on an operation's route and release let it run on a line; none where no journey leads there.
    #[inline]
    pub fn ready_on(&self, network: &Network<'_>, operation: OpId, line: u32) -> Option<i64> {
        let mut ready = network.operations[operation as usize].release;
        for wait in network.waits_of(operation) {
            let before = self.slot(wait.before);
            let mut from = before.end + wait.lag;
            if network.places > 1 {
                let transit = network.transit(before.line, line);
                if !transit.usable {
                    return None;
                }
                from += transit.time;
            }
            ready = ready.max(from);
        }
        Some(ready)
    }

    /// By when an operation on a line must end for those behind it on its route, and for the last end to stay.
    #[inline]
    pub fn due_on(&self, network: &Network<'_>, operation: OpId, line: u32) -> i64 {
        let mut due = self.last_end;
        for &behind in network.behind_of(operation) {
            let there = self.slot(behind);
            let waits = network.waits_of(behind).iter();
            let lag = waits.filter(|wait| wait.before == operation).map(|wait| wait.lag).max().unwrap_or(0);
            let travel = if network.places > 1 { network.transit(line, there.line).time } else { 0 };
            due = due.min(there.late_start - lag - travel);
        }
        due
    }

    #[inline]
    fn latest(&self, network: &Network<'_>, operation: OpId) -> (i64, i64) {
        let slot = self.slot(operation);
        let due = self.due_on(network, operation, slot.line);
        let mode = &network.modes[slot.mode as usize];
        let line = &network.lines[slot.line as usize];
        let mut by = due;
        if let Some(&next) = self.sequences[slot.line as usize].get(slot.place as usize + 1) {
            let next = self.slot(next);
            let setup = network.setup_time(line, mode.class, network.modes[next.mode as usize].class);
            by = by.min(line.open.set_up_from(next.late_start, setup));
        }
        // Closing times may leave less room backwards than there is forwards.
        let late_start = line.open.latest(by, mode.run).map_or(slot.start, |latest| latest.0.max(slot.start));
        (late_start, due)
    }
}
