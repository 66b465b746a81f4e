//! The hours generated factories keep, and the way from working hours to instants and back.

use crate::model::{Calendar, Day, Duration, Instant, OvertimeWindow, TimeOfDay, WeeklyWindow};
use crate::units::{DAY, HOUR, Money, Seconds};
use crate::working_time::{self, WorkingTime};
use jiff::tz::TimeZone;

/// The instant `text` names; for the constants of generators.
pub(super) fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap_or_else(|fault| unreachable!("{text} is a constant of a generator: {fault}"))
}

/// `from` and so many seconds, written with the same offset.
pub(super) fn after(from: Instant, seconds: i64) -> Instant {
    Instant { seconds: from.seconds + Seconds(seconds), ..from }
}

/// So many whole units of money.
pub(super) fn money(units: i64) -> Money {
    Money(units * Money::SCALE)
}

/// So many seconds.
pub(super) fn seconds(count: i64) -> Duration {
    Duration(Seconds(count))
}

/// A time of day on the whole hour.
pub(super) fn clock(hour: u32) -> TimeOfDay {
    TimeOfDay { seconds: hour * HOUR.0 as u32 }
}

/// A weekly window.
pub(super) fn weekly(days: &[Day], from: TimeOfDay, to: TimeOfDay) -> WeeklyWindow {
    WeeklyWindow { days: days.to_vec(), from, to, meta: None }
}

/// Monday to Saturday, 06:00 to 22:00.
pub(super) fn two_shift(id: &str) -> Calendar {
    Calendar { id: id.to_string(), weekly: vec![weekly(&Day::ALL[..6], clock(6), clock(22))], ..Calendar::default() }
}

/// Sundays from 06:00 to 14:00 as overtime, for so many weeks from the Monday `monday`, 06:00.
pub(super) fn sundays(monday: Instant, weeks: i64, cost: Money) -> Vec<OvertimeWindow> {
    let window = |week: i64| {
        let from = after(monday, (7 * week + 6) * DAY.0);
        OvertimeWindow { from, to: after(from, 8 * HOUR.0), cost, reason: None, meta: None }
    };
    (0..weeks).map(window).collect()
}

/// Monday to Saturday from 22:00 to 02:00 as overtime, for so many weeks from the Monday `monday`, 06:00.
pub(super) fn evenings(monday: Instant, weeks: i64, cost: Money) -> Vec<OvertimeWindow> {
    let window = |day: i64| {
        let from = after(monday, day * DAY.0 + 16 * HOUR.0);
        OvertimeWindow { from, to: after(from, 4 * HOUR.0), cost, reason: None, meta: None }
    };
    (0..7 * weeks).filter(|day| day % 7 < 6).map(window).collect()
}

/// The open time of `calendar` for `days` days from `start`.
pub(super) fn open_time(calendar: &Calendar, zone: &TimeZone, start: Instant, days: i64) -> WorkingTime {
    working_time::expand(calendar, zone, start.seconds, start.seconds + Seconds(days * DAY.0)).open
}
