//! The periods of a line: in which of them a run counts as made, and when it can then end.

use crate::schedule::LineClock;
use crate::units::Seconds;
use crate::working_time::WorkingTime;

/// Periods of a row at most.
pub(super) const MOST_PERIODS: usize = 4_096;

/// A period: runs that count as made in it end between these two instants.
///
/// Every sequence of runs of a length `p` on the line has its runs in different periods, in its order. Where open time has no
/// gaps that matter (the line is pausable, or open in one piece), a run that ends after `w` working seconds lies in period
/// `ceil(w / p)`: two ends are `p` apart. In a window of `m p + s` seconds of a line whose runs must fit a window, at most `m`
/// runs end; the one with `a` others after it there lies in period `min(ceil(w / p), m - a)`, `w` counted from the
/// window's begin. Both are strictly increasing along the sequence, and the end is at most `s` past that of its period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub earliest: i64,
    pub latest: i64,
}

/// The periods of a line for runs of `run` seconds, up to `count` past the first for which `is_settled` holds; none where
/// there are too many.
pub(super) fn slots(
    clock: &LineClock<'_>,
    (pausable, available_from): (bool, i64),
    run: i64,
    count: usize,
    is_settled: &dyn Fn(Slot) -> bool,
) -> Option<Vec<Slot>> {
    let mut slots = Vec::new();
    let mut settled = 0;
    let mut take = |slot: Slot| -> Option<bool> {
        settled += usize::from(settled > 0 || is_settled(slot));
        slots.push(slot);
        (slots.len() <= MOST_PERIODS).then_some(settled <= count)
    };
    let windows: Vec<(i64, i64)> = (clock.open.windows())
        .map(|window| (window.from.0.max(available_from), window.to.0))
        .filter(|window| window.0 < window.1)
        .collect();
    if pausable || windows.len() == 1 {
        let total: i64 = windows.iter().map(|window| window.1 - window.0).sum();
        let mut instant = Instants { windows: &windows, place: 0, before: 0 };
        let mut done = 0;
        while done < total && total >= run {
            let (earliest, past) = ((done + 1).max(run), (done + run).min(total));
            let slot = Slot { earliest: instant.after(earliest), latest: instant.after(past) };
            if !take(slot)? {
                break;
            }
            done += run;
        }
    } else {
        'windows: for (from, to) in windows {
            let (fit, spare) = ((to - from) / run, (to - from) % run);
            for number in 0..fit {
                let earliest = from + (number * run + 1).max(run);
                if !take(Slot { earliest, latest: from + (number + 1) * run + spare })? {
                    break 'windows;
                }
            }
        }
    }
    Some(slots)
}

/// From working seconds to the instant at which so many are done; asked in increasing order.
struct Instants<'w> {
    windows: &'w [(i64, i64)],
    place: usize,
    /// Working seconds before the window at `place`.
    before: i64,
}

impl Instants<'_> {
    fn after(&mut self, work: i64) -> i64 {
        loop {
            let (from, to) = self.windows[self.place];
            if work - self.before <= to - from {
                return from + work - self.before;
            }
            self.before += to - from;
            self.place += 1;
        }
    }
}

/// When the latest run that ends by `by` starts; none where none does.
pub(super) fn start_of(clock: &LineClock<'_>, by: i64, run: i64) -> Option<i64> {
    clock.place_latest(Seconds(by), Seconds(run)).map(|placed| placed.from.0)
}

/// The clock of a line without overtime.
pub(super) fn clock(open: &WorkingTime, pausable: bool) -> LineClock<'_> {
    LineClock::of_open_time(open, pausable)
}
