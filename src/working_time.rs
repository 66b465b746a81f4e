//! A calendar compiled to open windows with prefix sums, so that instant to working second and back is a search.
//!
//! Knows the model's calendars and the time zone database; does not know lines, orders or costs. `validate` asks it
//! what could ever fit, `problem` builds one per calendar, `schedule` simulates lines on it. `verify` has its own.

mod index;

use crate::model::{Calendar, Day, OvertimeWindow, TimeOfDay};
use crate::units::{DAY, Seconds};
use index::Index;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

/// Half-open span of instants: first second, second after the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First second.
    pub from: Seconds,
    /// Second after the last.
    pub to: Seconds,
}

impl Span {
    /// The span from `from` to `to`.
    pub fn new(from: Seconds, to: Seconds) -> Self {
        Self { from, to }
    }
    /// Its length.
    pub fn length(&self) -> Seconds {
        self.to - self.from
    }
}

/// Open time within a horizon: sorted, disjoint, not touching windows, with the working seconds before each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkingTime {
    windows: Vec<Window>,
    /// Where to begin to look for an instant.
    index: Index,
    total: Seconds,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    from: Seconds,
    to: Seconds,
    /// Working seconds in all earlier windows.
    before: Seconds,
}

/// So many windows are looked at one by one, before the rest is searched.
const NEAR: usize = 8;

/// Where a piece of work lies: first second worked, second after the last.
pub type Placement = Span;

impl WorkingTime {
    /// Compiles windows in any order; touching and overlapping ones become one, empty ones vanish.
    pub fn new(spans: impl IntoIterator<Item = Span>) -> Self {
        let mut total = Seconds::ZERO;
        let windows: Vec<Window> = merged(spans.into_iter().collect())
            .into_iter()
            .map(|span| {
                let window = Window { from: span.from, to: span.to, before: total };
                total += span.length();
                window
            })
            .collect();
        Self { index: Index::new(windows.iter().map(|window| (window.from, window.to))), windows, total }
    }

    /// Always open from `from` to `to`.
    pub fn always(from: Seconds, to: Seconds) -> Self {
        Self::new([Span::new(from, to)])
    }

    /// The open windows, sorted, disjoint and not touching.
    pub fn windows(&self) -> impl ExactSizeIterator<Item = Span> + '_ {
        self.windows.iter().map(|window| Span::new(window.from, window.to))
    }

    /// Working seconds in all.
    pub fn total(&self) -> Seconds {
        self.total
    }

    /// The last window that begins by `instant`.
    pub fn last_beginning_by(&self, instant: Seconds) -> Option<Span> {
        let next = self.windows.partition_point(|window| window.from <= instant);
        let window = &self.windows[next.checked_sub(1)?];
        Some(Span::new(window.from, window.to))
    }

    /// The longest window.
    pub fn longest_window(&self) -> Seconds {
        self.windows().map(|window| window.length()).max().unwrap_or(Seconds::ZERO)
    }

    /// Working seconds before `instant`.
    pub fn working_before(&self, instant: Seconds) -> Seconds {
        let next = self.first_ending_after(instant);
        let next = next + usize::from(self.windows.get(next).is_some_and(|window| window.from < instant));
        match next.checked_sub(1).map(|last| &self.windows[last]) {
            Some(window) => window.before + (instant.min(window.to) - window.from),
            None => Seconds::ZERO,
        }
    }

    /// Working seconds between two instants.
    pub fn working_between(&self, from: Seconds, to: Seconds) -> Seconds {
        self.working_before(to) - self.working_before(from)
    }

    /// The same open time with `extra` windows added.
    #[must_use]
    pub fn with(&self, extra: impl IntoIterator<Item = Span>) -> Self {
        Self::new(self.windows().chain(extra))
    }

    /// The earliest placement of `work` seconds (at least 1) not before `ready`, stopping at closing and going on at
    /// opening; `None` where the open time does not suffice.
    pub fn place_pausable(&self, ready: Seconds, work: Seconds) -> Option<Placement> {
        debug_assert!(work.0 > 0, "work takes at least a second");
        let index = self.first_ending_after(ready);
        let window = self.windows.get(index)?;
        let start = window.from.max(ready);
        if start + work <= window.to {
            return Some(Span::new(start, start + work));
        }
        let target = window.before + (start - window.from) + work;
        if target > self.total {
            return None;
        }
        // The window in which the last second falls: the last one with less than `target` before it, mostly the next.
        let mut last = index + 1;
        while self.windows.get(last + 1).is_some_and(|window| window.before < target) {
            last += 1;
            if last == index + NEAR {
                last += self.windows[last + 1..].partition_point(|window| window.before < target);
                break;
            }
        }
        let window = &self.windows[last];
        Some(Span::new(start, window.from + (target - window.before)))
    }

    /// The earliest placement of `work` seconds (at least 1) not before `ready` inside one window.
    pub fn place_whole(&self, ready: Seconds, work: Seconds) -> Option<Placement> {
        debug_assert!(work.0 > 0, "work takes at least a second");
        self.windows[self.first_ending_after(ready)..].iter().find_map(|window| {
            let start = window.from.max(ready);
            (start + work <= window.to).then(|| Span::new(start, start + work))
        })
    }

    /// The latest placement of `work` seconds (at least 1) that ends by `by`; pausing at closing where `pausable`.
    pub fn place_latest(&self, by: Seconds, work: Seconds, pausable: bool) -> Option<Placement> {
        debug_assert!(work.0 > 0, "work takes at least a second");
        let mut index = self.first_ending_after(by);
        index += usize::from(self.windows.get(index).is_some_and(|window| window.from < by));
        if pausable {
            let window = self.windows.get(index.checked_sub(1)?)?;
            let end = window.to.min(by);
            let target = window.before + (end - window.from) - work;
            if target < Seconds::ZERO {
                return None;
            }
            let mut first = index - 1;
            while self.windows[first].before > target {
                first -= 1;
                if first + NEAR == index {
                    first = self.windows[..=first].partition_point(|window| window.before <= target) - 1;
                    break;
                }
            }
            let window = &self.windows[first];
            return Some(Span::new(window.from + (target - window.before), end));
        }
        while index > 0 {
            index -= 1;
            let window = &self.windows[index];
            let end = window.to.min(by);
            if end - window.from >= work {
                return Some(Span::new(end - work, end));
            }
        }
        None
    }

    /// Index of the first window that ends after `instant`.
    fn first_ending_after(&self, instant: Seconds) -> usize {
        let near = self.index.range(instant, self.windows.len());
        let ended = |window: &Window| window.to <= instant;
        let windows = &self.windows[near.clone()];
        let passed = if windows.len() <= NEAR {
            windows.iter().take_while(|window| ended(window)).count()
        } else {
            windows.partition_point(ended)
        };
        near.start + passed
    }
}

/// A calendar's open time and its overtime windows within a horizon.
#[derive(Clone, Debug)]
pub struct ExpandedCalendar {
    /// (`weekly` and `open`) less `closed`.
    pub open: WorkingTime,
    /// The overtime windows, as they are listed; not clipped to the horizon.
    pub overtime: Vec<Span>,
}

/// Expands `calendar` between `from` and `to`, its local times read in `zone`.
///
/// Local times that a clock change skips or repeats take the offset before it (jiff's `compatible`).
pub fn expand(calendar: &Calendar, zone: &TimeZone, from: Seconds, to: Seconds) -> ExpandedCalendar {
    let mut open: Vec<Span> = calendar.open.iter().map(|w| Span::new(w.from.seconds, w.to.seconds)).collect();
    if calendar.weekly.is_empty() && calendar.open.is_empty() {
        open.push(Span::new(from, to));
    }
    if !calendar.weekly.is_empty() {
        expand_weekly(calendar, zone, from, to, &mut open);
    }
    let closed = merged(calendar.closed.iter().map(|w| Span::new(w.from.seconds, w.to.seconds)).collect());
    let open = subtract(&merged(open), &closed)
        .into_iter()
        .map(|span| Span::new(span.from.max(from), span.to.min(to)))
        .filter(|span| span.from < span.to);
    let overtime = calendar.overtime.iter().map(overtime_span).collect();
    ExpandedCalendar { open: WorkingTime::new(open), overtime }
}

/// An overtime window as a span.
pub fn overtime_span(window: &OvertimeWindow) -> Span {
    Span::new(window.from.seconds, window.to.seconds)
}

fn expand_weekly(calendar: &Calendar, zone: &TimeZone, from: Seconds, to: Seconds, open: &mut Vec<Span>) {
    // Two days of margin cover windows that end the next day and every offset from UTC.
    let (Some(first), Some(last)) = (utc_date(from - Seconds(2 * DAY.0)), utc_date(to + Seconds(2 * DAY.0))) else {
        return;
    };
    let mut date = first;
    while date <= last {
        let day = Day::ALL[Weekday::to_monday_zero_offset(date.weekday()) as usize];
        for window in calendar.weekly.iter().filter(|window| window.days.contains(&day)) {
            let until = if window.to > window.from { Some(date) } else { date.tomorrow().ok() };
            let begin = local_instant(date, window.from, zone);
            if let (Some(begin), Some(end)) = (begin, until.and_then(|date| local_instant(date, window.to, zone))) {
                open.push(Span::new(begin, end));
            }
        }
        let Ok(next) = date.tomorrow() else { return };
        date = next;
    }
}

fn utc_date(instant: Seconds) -> Option<Date> {
    let timestamp = jiff::Timestamp::from_second(instant.0).ok()?;
    Some(jiff::tz::Offset::UTC.to_datetime(timestamp).date())
}

fn local_instant(date: Date, time: TimeOfDay, zone: &TimeZone) -> Option<Seconds> {
    // 24:00 is the midnight that begins the next day.
    let (date, seconds) = if time.seconds == 86_400 { (date.tomorrow().ok()?, 0) } else { (date, time.seconds) };
    let clock = jiff::civil::time((seconds / 3_600) as i8, (seconds / 60 % 60) as i8, (seconds % 60) as i8, 0);
    let zoned = zone.to_ambiguous_zoned(date.to_datetime(clock)).compatible().ok()?;
    Some(Seconds(zoned.timestamp().as_second()))
}

/// Sorts and merges touching or overlapping spans; drops empty ones.
fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|span| span.from < span.to);
    spans.sort_unstable();
    let mut result: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match result.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => result.push(span),
        }
    }
    result
}

/// `open` less `closed`; both sorted and disjoint.
fn subtract(open: &[Span], closed: &[Span]) -> Vec<Span> {
    let mut result = Vec::with_capacity(open.len());
    let mut first = 0;
    for span in open {
        let mut from = span.from;
        while first < closed.len() && closed[first].to <= span.from {
            first += 1;
        }
        for hole in closed[first..].iter().take_while(|hole| hole.from < span.to) {
            if hole.from > from {
                result.push(Span::new(from, hole.from));
            }
            from = from.max(hole.to);
        }
        if from < span.to {
            result.push(Span::new(from, span.to));
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Instant, WeeklyWindow};
    use rand::{RngExt as _, SeedableRng as _};
    use rand_xoshiro::Xoshiro256PlusPlus;

    fn spans(pairs: &[(i64, i64)]) -> Vec<Span> {
        pairs.iter().map(|&(from, to)| Span::new(Seconds(from), Seconds(to))).collect()
    }

    fn time(pairs: &[(i64, i64)]) -> WorkingTime {
        WorkingTime::new(spans(pairs))
    }

    #[test]
    fn pausable_work_stops_at_closing_and_goes_on() {
        let week = time(&[(0, 10), (20, 30), (40, 50)]);
        // 5 s to closing, 10 s in the next window, 1 in the third.
        assert_eq!(week.place_pausable(Seconds(5), Seconds(16)), Some(Span::new(Seconds(5), Seconds(41))));
        // Ends exactly at closing: the second after the last is the closing instant, not the next opening.
        assert_eq!(week.place_pausable(Seconds(5), Seconds(15)), Some(Span::new(Seconds(5), Seconds(30))));
        // Begins at closing: the first second worked is the next opening.
        assert_eq!(week.place_pausable(Seconds(10), Seconds(1)), Some(Span::new(Seconds(20), Seconds(21))));
        assert_eq!(week.place_pausable(Seconds(45), Seconds(6)), None);
    }

    #[test]
    fn whole_work_waits_for_a_window_that_holds_it() {
        let week = time(&[(0, 10), (20, 30), (40, 60)]);
        assert_eq!(week.place_whole(Seconds(1), Seconds(10)), Some(Span::new(Seconds(20), Seconds(30))));
        assert_eq!(week.place_whole(Seconds(0), Seconds(15)), Some(Span::new(Seconds(40), Seconds(55))));
        assert_eq!(week.place_whole(Seconds(0), Seconds(21)), None);
    }

    #[test]
    fn latest_placements_mirror_the_earliest() {
        let week = time(&[(0, 10), (20, 30), (40, 50)]);
        assert_eq!(week.place_latest(Seconds(41), Seconds(16), true), Some(Span::new(Seconds(5), Seconds(41))));
        assert_eq!(week.place_latest(Seconds(35), Seconds(10), true), Some(Span::new(Seconds(20), Seconds(30))));
        assert_eq!(week.place_latest(Seconds(35), Seconds(11), true), Some(Span::new(Seconds(9), Seconds(30))));
        assert_eq!(week.place_latest(Seconds(45), Seconds(6), false), Some(Span::new(Seconds(24), Seconds(30))));
        assert_eq!(week.place_latest(Seconds(5), Seconds(6), true), None);
    }

    #[test]
    fn what_the_index_finds_is_what_a_search_finds() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
        for case in 0..300 {
            // Some calendars are even, some have most of their windows in a corner.
            let span = if case % 2 == 0 { 40 } else { 1 << random.random_range(3..12) };
            let mut at = random.random_range(-50..50);
            let pairs: Vec<(i64, i64)> = (0..random.random_range(0..60))
                .map(|_| {
                    let far = if random.random_bool(0.1) { span * span } else { span };
                    let from = at + random.random_range(1..far);
                    at = from + random.random_range(1..span);
                    (from, at)
                })
                .collect();
            let open = time(&pairs);
            for instant in (-60..at + 60).step_by(1 + ((at + 120) / 500) as usize).chain([i64::MIN, i64::MAX]) {
                let instant = Seconds(instant);
                let found = open.windows.partition_point(|window| window.to <= instant);
                assert_eq!(open.first_ending_after(instant), found, "{instant:?} in {pairs:?}");
                for work in [1, 7, 300].map(Seconds).into_iter().filter(|_| instant.0.unsigned_abs() < 1 << 40) {
                    let latest = open.place_latest(instant, work, true);
                    let again = latest.and_then(|latest| open.place_pausable(latest.from, work));
                    assert_eq!(again, latest, "what ends last begins and ends there");
                    let earliest = open.place_pausable(instant, work);
                    let worked = |span: Span| open.working_between(span.from, span.to);
                    assert!(earliest.is_none_or(|span| worked(span) == work && span.from >= instant));
                    assert_eq!(earliest.is_none(), open.total - open.working_before(instant) < work);
                }
            }
        }
    }

    #[test]
    fn touching_windows_are_one_and_closed_time_is_taken_out() {
        assert_eq!(time(&[(10, 20), (0, 10), (30, 30)]).windows().collect::<Vec<_>>(), spans(&[(0, 20)]));
        assert_eq!(
            subtract(&spans(&[(0, 10), (20, 30)]), &spans(&[(5, 25), (28, 29)])),
            spans(&[(0, 5), (25, 28), (29, 30)])
        );
    }

    fn weekly(days: &[Day], from: &str, to: &str) -> Calendar {
        let (from, to) = (TimeOfDay::parse(from).unwrap(), TimeOfDay::parse(to).unwrap());
        Calendar { weekly: vec![WeeklyWindow { days: days.to_vec(), from, to, meta: None }], ..Calendar::default() }
    }

    fn instant(text: &str) -> Seconds {
        Instant::parse(text).unwrap().seconds
    }

    #[test]
    fn a_clock_change_skips_and_repeats_with_the_offset_before_it() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let night = weekly(&[Day::Sat], "22:00", "02:30");
        // Spring: 02:30 on 29 March 2026 does not exist; with the offset before (+01:00) it is 03:30 +02:00.
        let spring = expand(&night, &berlin, instant("2026-03-27T00:00:00Z"), instant("2026-03-30T00:00:00Z"));
        let expected = Span::new(instant("2026-03-28T22:00:00+01:00"), instant("2026-03-29T03:30:00+02:00"));
        assert_eq!(spring.open.windows().collect::<Vec<_>>(), vec![expected]);
        // Autumn: 02:30 on 25 October 2026 happens twice; the first, still +02:00, counts.
        let autumn = expand(&night, &berlin, instant("2026-10-23T00:00:00Z"), instant("2026-10-26T00:00:00Z"));
        let expected = Span::new(instant("2026-10-24T22:00:00+02:00"), instant("2026-10-25T02:30:00+02:00"));
        assert_eq!(autumn.open.windows().collect::<Vec<_>>(), vec![expected]);
    }

    #[test]
    fn round_the_clock_is_one_window_and_no_windows_mean_always() {
        let (from, to) = (instant("2026-11-23T00:00:00Z"), instant("2026-12-23T00:00:00Z"));
        for calendar in [weekly(&Day::ALL, "00:00", "24:00"), weekly(&Day::ALL, "06:00", "06:00"), Calendar::default()]
        {
            let open = expand(&calendar, &TimeZone::UTC, from, to).open;
            assert_eq!(open.windows().collect::<Vec<_>>(), vec![Span::new(from, to)]);
        }
    }
}
