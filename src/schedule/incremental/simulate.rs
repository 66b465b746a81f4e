//! One line forward in time: where the next lot ends, and what it adds to the cost.

use super::ground::{Ground, LineFacts, LotId, LotMode};

/// A line between two lots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Front {
    /// The second after the last work.
    pub time: i64,
    /// A window that does not end before `time`; the search for the next goes on from here.
    pub window: u32,
    /// The class the line is in; `u32::MAX`: the next lot needs no changeover.
    pub class: u32,
}

impl LineFacts {
    /// The front before the first decided lot.
    pub(super) fn initial(&self) -> Front {
        Front { time: self.available_from, window: 0, class: self.initial_class }
    }

    /// Places `work` seconds (at least 1) not before `ready`; returns the end, and moves the window along.
    #[inline]
    fn place(&self, window: &mut u32, ready: i64, work: i64) -> Option<i64> {
        let windows = &self.windows;
        let mut index = *window as usize;
        while windows.get(index)?.1 <= ready {
            index += 1;
        }
        let mut start = ready.max(windows[index].0);
        if start + work <= windows[index].1 {
            *window = index as u32;
            return Some(start + work);
        }
        if self.pausable {
            let mut left = work - (windows[index].1 - start);
            loop {
                index += 1;
                let (from, to) = *windows.get(index)?;
                if from + left <= to {
                    *window = index as u32;
                    return Some(from + left);
                }
                left -= to - from;
            }
        }
        loop {
            index += 1;
            let (from, to) = *windows.get(index)?;
            start = from;
            if start + work <= to {
                *window = index as u32;
                return Some(start + work);
            }
        }
    }
}

impl Ground {
    /// Runs `lot` next on a line; returns its mode and what the changeover costs, or none where it cannot end in time.
    #[inline]
    pub(super) fn advance(&self, line: usize, front: &mut Front, lot: LotId) -> Option<(&LotMode, i64)> {
        let facts = &self.lines[line];
        let mode = self.mode(lot, line);
        if !mode.exists() {
            return None;
        }
        let mut cost = 0;
        let mut time = front.time;
        if let Some(table) = facts.table {
            if front.class != u32::MAX {
                let table = &self.tables[table];
                let pair = front.class as usize * table.classes + mode.class as usize;
                let seconds = i64::from(table.seconds[pair]);
                if seconds > 0 {
                    time = facts.place(&mut front.window, time, seconds)?;
                }
                if !table.costs.is_empty() {
                    cost = table.costs[pair];
                }
            }
            front.class = mode.class;
        }
        let ready = time.max(self.lots[lot as usize].release);
        front.time = facts.place(&mut front.window, ready, mode.run)?;
        Some((mode, cost))
    }
}
