//! When a line is open, found by sweeping over the beginnings and ends of windows, and work walked through it.
//!
//! Written apart from the planner's calendars on purpose: it counts how many windows cover an instant instead of
//! merging and subtracting lists, and walks window by window where the planner looks up prefix sums.

use crate::model::{Calendar, Day, TimeOfDay};
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};

/// Further than any instant of the format: always open means from `-FAR` to `FAR`.
const FAR: i64 = 1 << 60;

/// Open windows in order: first second, second after the last. They neither overlap nor touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OpenTime {
    windows: Vec<(i64, i64)>,
}

/// Why work that begins at an instant cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    /// The line is closed at that instant.
    Closed,
    /// It may not pause and the window is too short.
    TooLong,
    /// The line is not open for so long any more.
    NoTimeLeft,
}

/// What begins (`1`) or ends (`-1`) at an instant.
struct Edge {
    at: i64,
    open: i32,
    closed: i32,
    overtime: i32,
}

impl OpenTime {
    /// Open at all times.
    pub(super) fn always() -> Self {
        Self { windows: vec![(-FAR, FAR)] }
    }

    /// The open time of `calendar` with the overtime windows `opened`; weekly windows are laid out for the local days
    /// that touch `from..=to`.
    pub(super) fn of(calendar: &Calendar, zone: &TimeZone, from: i64, to: i64, opened: &[(i64, i64)]) -> Self {
        let mut edges = Vec::new();
        let mut cover = |from: i64, to: i64, [open, closed, overtime]: [i32; 3]| {
            if from < to {
                edges.push(Edge { at: from, open, closed, overtime });
                edges.push(Edge { at: to, open: -open, closed: -closed, overtime: -overtime });
            }
        };
        if calendar.weekly.is_empty() && calendar.open.is_empty() {
            cover(-FAR, FAR, [1, 0, 0]);
        }
        for (first, last) in weekly_windows(calendar, zone, from, to) {
            cover(first, last, [1, 0, 0]);
        }
        calendar.open.iter().for_each(|window| cover(window.from.seconds.0, window.to.seconds.0, [1, 0, 0]));
        calendar.closed.iter().for_each(|window| cover(window.from.seconds.0, window.to.seconds.0, [0, 1, 0]));
        opened.iter().for_each(|&(from, to)| cover(from, to, [0, 0, 1]));
        Self { windows: sweep(edges) }
    }

    /// Whether `instant` is open.
    #[cfg(test)]
    fn contains(&self, instant: i64) -> bool {
        self.window_at(instant).is_some()
    }

    /// Index of the window that holds `instant`.
    fn window_at(&self, instant: i64) -> Option<usize> {
        let index = self.windows.partition_point(|&(_, to)| to <= instant);
        self.windows.get(index).is_some_and(|&(from, _)| from <= instant).then_some(index)
    }

    /// The second after the last of `work` seconds that begin at `begin`, stopping at closing where `pausable`.
    ///
    /// Gives up past `limit`, which only matters to claims that are wrong already: so walks stay as short as what a
    /// plan claims.
    pub(super) fn finish(&self, begin: i64, work: i64, pausable: bool, limit: i64) -> Result<i64, Misfit> {
        let mut index = self.window_at(begin).ok_or(Misfit::Closed)?;
        let (mut at, mut left) = (begin, work);
        loop {
            let (from, to) = *self.windows.get(index).ok_or(Misfit::NoTimeLeft)?;
            at = at.max(from);
            if left <= to.saturating_sub(at) {
                return Ok(at.saturating_add(left));
            }
            if !pausable {
                return Err(Misfit::TooLong);
            }
            if to > limit {
                return Err(Misfit::NoTimeLeft);
            }
            left -= to - at;
            index += 1;
        }
    }

    /// The first instant from `ready` on at which `work` seconds can begin, and the second after their last.
    pub(super) fn earliest(&self, ready: i64, work: i64, pausable: bool) -> Option<(i64, i64)> {
        let first = self.windows.partition_point(|&(_, to)| to <= ready);
        self.windows[first..].iter().find_map(|&(from, _)| {
            let begin = from.max(ready);
            self.finish(begin, work, pausable, FAR).ok().map(|end| (begin, end))
        })
    }

    /// The last open second before `instant`.
    pub(super) fn second_before(&self, instant: i64) -> Option<i64> {
        let index = self.windows.partition_point(|&(from, _)| from < instant).checked_sub(1)?;
        Some(self.windows[index].1.min(instant) - 1)
    }
}

/// Walks the edges in order and keeps what lies in overtime, or in open time that no closure covers.
fn sweep(mut edges: Vec<Edge>) -> Vec<(i64, i64)> {
    edges.sort_unstable_by_key(|edge| edge.at);
    let (mut open, mut closed, mut overtime) = (0, 0, 0);
    let mut windows = Vec::new();
    let mut opened_at = None;
    let mut edges = edges.into_iter().peekable();
    while let Some(edge) = edges.next() {
        open += edge.open;
        closed += edge.closed;
        overtime += edge.overtime;
        // Windows that touch are one: judge only when all that happens at this instant has been counted.
        if edges.peek().is_some_and(|next| next.at == edge.at) {
            continue;
        }
        let is_open = overtime > 0 || (open > 0 && closed == 0);
        match (is_open, opened_at) {
            (true, None) => opened_at = Some(edge.at),
            (false, Some(from)) => {
                windows.push((from, edge.at));
                opened_at = None;
            }
            _ => {}
        }
    }
    windows
}

/// The weekly windows whose local day touches `from..=to`, a day of margin on either side.
fn weekly_windows(calendar: &Calendar, zone: &TimeZone, from: i64, to: i64) -> Vec<(i64, i64)> {
    let local_date = |instant: i64| {
        let timestamp = jiff::Timestamp::from_second(instant).ok()?;
        Some(zone.to_datetime(timestamp).date())
    };
    let mut windows = Vec::new();
    if calendar.weekly.is_empty() {
        return windows;
    }
    let (Some(mut date), Some(last)) =
        (local_date(from.saturating_sub(2 * 86_400)), local_date(to.saturating_add(86_400)))
    else {
        return windows;
    };
    while date <= last {
        let Ok(tomorrow) = date.tomorrow() else { break };
        for window in calendar.weekly.iter().filter(|window| window.days.contains(&day_of(date))) {
            let last_day = if window.to > window.from { date } else { tomorrow };
            let begin = wall_clock(date, window.from, zone);
            let end = wall_clock(last_day, window.to, zone);
            windows.extend(begin.zip(end));
        }
        date = tomorrow;
    }
    windows
}

fn day_of(date: Date) -> Day {
    match date.weekday() {
        Weekday::Monday => Day::Mon,
        Weekday::Tuesday => Day::Tue,
        Weekday::Wednesday => Day::Wed,
        Weekday::Thursday => Day::Thu,
        Weekday::Friday => Day::Fri,
        Weekday::Saturday => Day::Sat,
        Weekday::Sunday => Day::Sun,
    }
}

/// The instant at which the wall clock of `zone` shows `time` on `date`, by the offset before a clock change.
fn wall_clock(date: Date, time: TimeOfDay, zone: &TimeZone) -> Option<i64> {
    let date = if time.seconds == 86_400 { date.tomorrow().ok()? } else { date };
    let seconds = i64::from(time.seconds % 86_400);
    let clock = Time::midnight().checked_add(jiff::SignedDuration::from_secs(seconds)).ok()?;
    let offset = match zone.to_ambiguous_timestamp(date.to_datetime(clock)).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset,
        AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => before,
    };
    let midnight = jiff::tz::Offset::UTC.to_timestamp(date.to_datetime(Time::midnight())).ok()?.as_second();
    Some(midnight + seconds - i64::from(offset.seconds()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Instant, WeeklyWindow, Window};
    use crate::units::Seconds;

    fn at(text: &str) -> i64 {
        Instant::parse(text).unwrap().seconds.0
    }

    fn weekly(days: &[Day], from: &str, to: &str) -> Calendar {
        let (from, to) = (TimeOfDay::parse(from).unwrap(), TimeOfDay::parse(to).unwrap());
        Calendar { weekly: vec![WeeklyWindow { days: days.to_vec(), from, to, meta: None }], ..Calendar::default() }
    }

    fn window(from: &str, to: &str) -> Window {
        Window { from: Instant::parse(from).unwrap(), to: Instant::utc(Seconds(at(to))), reason: None, meta: None }
    }

    #[test]
    fn closed_time_is_taken_out_and_overtime_wins_over_it() {
        let mut calendar = weekly(&Day::ALL, "08:00", "16:00");
        calendar.closed.push(window("2026-11-23T15:00:00Z", "2026-11-23T18:00:00Z"));
        let (from, to) = (at("2026-11-23T00:00:00Z"), at("2026-11-24T00:00:00Z"));
        let plain = OpenTime::of(&calendar, &TimeZone::UTC, from, to, &[]);
        assert!(plain.contains(at("2026-11-23T14:59:59Z")) && !plain.contains(at("2026-11-23T15:00:00Z")));
        let evening = (at("2026-11-23T15:30:00Z"), at("2026-11-23T17:00:00Z"));
        let longer = OpenTime::of(&calendar, &TimeZone::UTC, from, to, &[evening]);
        assert!(longer.contains(at("2026-11-23T16:30:00Z")) && !longer.contains(at("2026-11-23T15:29:59Z")));
    }

    #[test]
    fn touching_windows_are_one() {
        let (from, to) = (at("2026-11-23T00:00:00Z"), at("2026-11-24T00:00:00Z"));
        let overtime = (at("2026-11-23T16:00:00Z"), at("2026-11-23T18:00:00Z"));
        let open = OpenTime::of(&weekly(&Day::ALL, "08:00", "16:00"), &TimeZone::UTC, from, to, &[overtime]);
        let begin = at("2026-11-23T15:00:00Z");
        assert_eq!(open.finish(begin, 10_800, false, FAR), Ok(at("2026-11-23T18:00:00Z")));
        assert_eq!(open.finish(begin, 10_801, false, FAR), Err(Misfit::TooLong));
        assert_eq!(open.finish(begin, 10_801, true, FAR), Ok(at("2026-11-24T08:00:01Z")));
        assert_eq!(open.finish(begin - 86_400 * 300, 1, true, FAR), Err(Misfit::Closed));
        assert_eq!(open.finish(begin, i64::MAX, true, FAR), Err(Misfit::NoTimeLeft));
    }

    #[test]
    fn a_clock_change_takes_the_offset_before_it() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let night = weekly(&[Day::Sat], "22:00", "02:30");
        let spring = OpenTime::of(&night, &berlin, at("2026-03-28T00:00:00Z"), at("2026-03-30T00:00:00Z"), &[]);
        let begin = at("2026-03-28T22:00:00+01:00");
        assert_eq!(spring.finish(begin, 4 * 3_600 + 1_800, false, FAR), Ok(at("2026-03-29T03:30:00+02:00")));
        let autumn = OpenTime::of(&night, &berlin, at("2026-10-24T00:00:00Z"), at("2026-10-26T00:00:00Z"), &[]);
        let begin = at("2026-10-24T22:00:00+02:00");
        assert_eq!(autumn.finish(begin, 16_200, false, FAR), Ok(at("2026-10-25T02:30:00+02:00")));
        assert_eq!(autumn.finish(begin, 16_201, false, FAR), Err(Misfit::TooLong));
    }

    #[test]
    fn a_night_that_began_the_day_before_is_open_at_the_start() {
        let start = at("2026-11-24T02:00:00Z");
        let night = OpenTime::of(&weekly(&Day::ALL, "22:00", "06:00"), &TimeZone::UTC, start, start + 86_400, &[]);
        assert!(
            night.contains(start) && night.contains(start - 4 * 3_600) && !night.contains(at("2026-11-24T06:00:00Z"))
        );
        // Where a window begins, the last second before is that of the window before it.
        assert_eq!(night.second_before(at("2026-11-24T22:00:00Z")), Some(at("2026-11-24T05:59:59Z")));
        assert_eq!(night.second_before(at("2026-11-24T22:00:01Z")), Some(at("2026-11-24T22:00:00Z")));
    }

    #[test]
    fn always_open_without_windows() {
        let open = OpenTime::of(&Calendar::default(), &TimeZone::UTC, 0, 1, &[]);
        assert_eq!(open, OpenTime::always());
        assert_eq!(open.earliest(5, 10, false), Some((5, 15)));
        assert_eq!(open.second_before(5), Some(4));
    }
}
