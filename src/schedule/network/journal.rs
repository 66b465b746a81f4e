//! What a change did, to take it back.

use super::facts::OpId;
use super::materials::Taker;
use super::open_time::Overtime;
use super::timetable::{Costs, Timetable};
use std::sync::Arc;

/// One thing done, with what is needed to undo it.
#[derive(Clone, Debug)]
pub(super) enum Done {
    /// An operation was timed anew.
    Timed { operation: OpId, start: i64, end: i64 },
    /// An operation can wait until another time.
    Waited { operation: OpId, start: i64, end: i64 },
    /// An order that waits is delivered at another time.
    Delivered { order: u32, before: i64 },
    /// An operation was put into a sequence.
    PutIn { operation: OpId },
    /// An operation was taken out of a sequence.
    TakenOut { operation: OpId, line: u32, place: u32, mode: u32 },
    /// An order's completion changed.
    Completed { order: u32, before: i64 },
    /// An order was left out or brought back.
    Fated { order: u32, made: bool },
    /// A line's short runs cost something else.
    Shortfall { line: u32, before: i64 },
    /// A taker entered a supply's list.
    TakerIn { supply: u32, place: u32 },
    /// A taker left it.
    TakerOut { supply: u32, place: u32, taker: Taker },
    /// A taker takes another amount, or its material is there at another time.
    TakerChanged { supply: u32, place: u32, before: Taker },
    /// An operation stands in the lists of another mode.
    Taking { operation: OpId, before: Option<u32> },
    /// An operation's materials are there at another time.
    Floor { operation: OpId, before: i64 },
    /// A line opens other overtime.
    Opened { line: u32, before: Arc<Overtime> },
}

/// What was done since the last change that was kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Journal {
    pub done: Vec<Done>,
    /// Costs before.
    pub costs: Costs,
}

/// A point in the course of a change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    done: usize,
    costs: Costs,
}

impl Timetable {
    /// Keeps what was done.
    pub(super) fn close(&mut self) {
        self.journal.done.clear();
        self.journal.costs = self.costs;
    }

    /// Takes everything back that was done since the last change that was kept.
    pub fn take_back(&mut self) {
        self.take_back_to(Point { done: 0, costs: self.journal.costs });
    }

    /// Where a change stands; everything must be settled.
    pub fn point(&self) -> Point {
        Point { done: self.journal.done.len(), costs: self.costs }
    }

    /// Takes back what was done since a point of the same change.
    pub fn take_back_to(&mut self, point: Point) {
        self.dirty.clear();
        self.fresh.clear();
        self.touched_lines.clear();
        self.touched_orders.clear();
        self.waiting.dirty.clear();
        self.waiting.touched_orders.clear();
        while self.journal.done.len() > point.done
            && let Some(done) = self.journal.done.pop()
        {
            self.undo(done);
        }
        self.costs = point.costs;
    }

    fn undo(&mut self, done: Done) {
        match done {
            Done::Timed { operation, start, end } => {
                let here = &mut self.here[operation as usize];
                (here.start, here.end) = (start, end);
            }
            Done::Waited { operation, start, end } => self.waiting.times[operation as usize] = (start, end),
            Done::Delivered { order, before } => self.waiting.deliveries[order as usize] = before,
            Done::PutIn { operation } => {
                let here = self.here[operation as usize];
                self.sequences[here.line as usize].remove(here.place as usize);
                self.number(here.line, here.place);
                self.here[operation as usize].leave();
            }
            Done::TakenOut { operation, line, place, mode } => {
                self.sequences[line as usize].insert(place as usize, operation);
                let here = &mut self.here[operation as usize];
                (here.line, here.mode) = (line, mode);
                self.number(line, place);
            }
            Done::Completed { order, before } => self.completions[order as usize] = before,
            Done::Fated { order, made } => self.made[order as usize] = made,
            Done::Shortfall { line, before } => self.shortfalls[line as usize] = before,
            Done::TakerIn { supply, place } => {
                self.takers[supply as usize].remove(place as usize);
            }
            Done::TakerOut { supply, place, taker } => self.takers[supply as usize].insert(place as usize, taker),
            Done::TakerChanged { supply, place, before } => {
                self.takers[supply as usize][place as usize] = before;
            }
            Done::Taking { operation, before } => self.taking[operation as usize] = before,
            Done::Floor { operation, before } => self.floors[operation as usize] = before,
            Done::Opened { line, before } => self.overtime[line as usize] = Some(before),
        }
    }
}
