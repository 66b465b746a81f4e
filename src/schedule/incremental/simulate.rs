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

    /// Working seconds before an instant.
    pub(super) fn worked_before(&self, instant: i64) -> i64 {
        let next = self.windows.partition_point(|&(from, _)| from < instant);
        match next.checked_sub(1) {
            Some(index) => self.before[index] + instant.min(self.windows[index].1) - self.windows[index].0,
            None => 0,
        }
    }

    /// Working seconds before the end of a lot; only for fronts behind one.
    #[inline]
    pub(super) fn worked(&self, front: &Front) -> i64 {
        let window = front.window as usize;
        self.before[window] + front.time - self.windows[window].0
    }

    /// The instant at which so many working seconds (at least 1, at most all) are over.
    pub(super) fn instant_of(&self, worked: i64) -> i64 {
        let window = self.before.partition_point(|&before| before < worked) - 1;
        self.windows[window].0 + worked - self.before[window]
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
    /// Working time of a changeover between two classes of a line.
    pub(super) fn changeover_seconds(&self, line: usize, from: u32, to: u32) -> i64 {
        match self.lines[line].table.map(|table| &self.tables[table]) {
            Some(table) if from != u32::MAX => i64::from(table.seconds[from as usize * table.classes + to as usize]),
            _ => 0,
        }
    }

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
