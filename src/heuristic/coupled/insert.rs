//! Where an operation that stands on no line goes: a line, a place in its window, by several ways to choose one.

use super::draw::Draw;
use crate::schedule::network::{Most, OpId};

/// Draws of one of an operation's kin on a line.
const KIN_TRIES: usize = 8;

impl Draw<'_, '_> {
    /// Some mode of an operation, with chance `stay` in a hundred the one it has or had.
    pub fn mode(&mut self, operation: OpId, stay: usize) -> Option<u32> {
        let (first, past) = self.network.operations[operation as usize].modes;
        if past <= first {
            return None;
        }
        if past == first + 1 || self.chance(stay) {
            let mode = self.timetable.here(operation).mode;
            return Some(if (first..past).contains(&mode) { mode } else { first });
        }
        Some(first + self.below((past - first) as usize) as u32)
    }

    /// A place for an operation in a mode: where it could begin at once, beside one of its kin, or anywhere it can be.
    pub fn place(&mut self, operation: OpId, mode: u32) -> usize {
        let line = self.network.modes[mode as usize].line;
        let window = self.timetable.window(self.network, operation, line);
        let (first, last) = window;
        if last - first < 8 {
            return first + self.below(last - first + 1);
        }
        // Who waits for nobody could mostly begin at any time.
        let waits = !self.network.waits_of(operation).is_empty();
        match self.below(if waits { 12 } else { 8 }) {
            8..=11 => {
                let place = self.ready_place(operation, line);
                self.near(place, window)
            }
            0..3 => self.kin_place(operation, line).map_or(first, |place| place).clamp(first, last),
            3..=6 => {
                let start = self.timetable.here(operation).start;
                let place = self.place_at(line, start);
                self.near(place, window)
            }
            _ => first + self.below(last - first + 1),
        }
    }

    /// The place on a line before the first operation that starts at an instant or later.
    pub fn place_at(&self, line: u32, instant: i64) -> usize {
        self.timetable.sequence(line).partition_point(|&other| self.timetable.here(other).start < instant)
    }

    /// The place on a line at which an operation would stand when those it waits for are done.
    pub fn ready_place(&self, operation: OpId, line: u32) -> usize {
        let ready = self.timetable.ready(self.network, operation, line);
        self.place_at(line, ready)
    }

    /// A place beside one of its kin on a line.
    fn kin_place(&mut self, operation: OpId, line: u32) -> Option<usize> {
        let kin = self.kin;
        let kin = kin.of(operation);
        for _ in 0..KIN_TRIES {
            let other = kin[self.below(kin.len())];
            let here = self.timetable.here(other);
            if other != operation && here.line == line && self.is_movable(other) {
                return Some(here.place as usize + self.below(2));
            }
        }
        None
    }

    /// Puts all operations of a lot, none of which has a line, where they would mostly begin soon; `stay` as for
    /// [`mode`](Self::mode). None where one cannot be put anywhere.
    pub fn put_in_lot(&mut self, lot: u32, stay: usize, site: Option<usize>) -> Option<()> {
        let network = self.network;
        let facts = &network.lots[lot as usize];
        let route = network.problem.route_of(network.plan.lots[crate::plan::LotIdx(lot)].item);
        for &step in &route.topological {
            let operation = facts.first + u32::from(step);
            if network.operations[operation as usize].is_fact {
                continue;
            }
            let mode = self.mode_at(operation, stay, site)?;
            let line = network.modes[mode as usize].line;
            let (first, last) = self.timetable.window(network, operation, line);
            let place = self.ready_place(operation, line);
            let place = if self.chance(60) { place } else { self.near(place, (first, last)) };
            self.timetable.put_in(network, operation, mode, place.clamp(first, last));
            self.timetable.settle_early(network, Most::of(self.most))?;
        }
        Some(())
    }

    /// Some mode of an operation, at a site if it has one there.
    fn mode_at(&mut self, operation: OpId, stay: usize, site: Option<usize>) -> Option<u32> {
        let mut mode = self.mode(operation, stay)?;
        if let Some(site) = site {
            for _ in 0..6 {
                if self.network.lines[self.network.modes[mode as usize].line as usize].place == site {
                    break;
                }
                mode = self.mode(operation, 0)?;
            }
        }
        Some(mode)
    }
}
