//! When things may happen: time zones near their clock changes, calendars, overtime, the horizon.

use crate::generate::shifts::{after, clock, instant, weekly};
use crate::generate::stream::Stream;
use crate::model::{Calendar, Day, Instance, Instant, OvertimeWindow, TimeOfDay, WeeklyWindow, Window};
use crate::units::{DAY, HOUR, Money, Seconds};
use crate::working_time;
use jiff::tz::TimeZone;

/// Days in which calendars have their exceptions and orders their dates.
const NEAR: i64 = 6;

pub(super) fn zone(instance: &mut Instance, stream: &mut Stream) {
    let (zone, start) = stream.pick(&[
        ("Europe/Berlin", "2026-10-23T20:00:00+02:00"),
        ("Europe/Berlin", "2027-03-26T06:00:00+01:00"),
        ("America/New_York", "2026-10-31T06:00:00-04:00"),
        ("Australia/Lord_Howe", "2027-04-02T08:00:00+11:00"),
        ("America/Santiago", "2027-04-02T12:34:56-03:00"),
        ("Asia/Kathmandu", "2026-11-23T00:00:00+05:45"),
        ("Asia/Shanghai", "2026-11-23T08:00:00+08:00"),
    ]);
    instance.time_zone = Some(zone.to_string());
    instance.start = instant(start);
}

pub(super) fn calendars(instance: &mut Instance, stream: &mut Stream) {
    for number in 1..=stream.between(1, 2) {
        let mut calendar = Calendar { id: format!("K{number}"), ..Calendar::default() };
        if stream.chance(85) {
            calendar.weekly.push(main_shift(stream));
            for _ in 0..stream.between(0, 2) {
                calendar.weekly.push(other_shift(stream));
            }
        }
        for _ in 0..stream.between(0, 2) {
            calendar.closed.push(window(instance.start, stream));
        }
        // A calendar with nothing but `open` windows is open in those alone: not enough for an anchor.
        for _ in 0..if calendar.weekly.is_empty() { 0 } else { stream.between(0, 2) } {
            calendar.open.push(window(instance.start, stream));
        }
        instance.calendars.push(calendar);
    }
    for line in &mut instance.lines {
        if stream.chance(80) {
            line.calendar = Some(stream.pick(&instance.calendars).id.clone());
        }
    }
}

/// Eight hours or more on three days of the week or more: every calendar's mainstay.
fn main_shift(stream: &mut Stream) -> WeeklyWindow {
    let days: Vec<Day> = Day::ALL
        .into_iter()
        .enumerate()
        .filter(|(index, _)| index % 2 == 0 || stream.chance(50))
        .map(|(_, day)| day)
        .collect();
    let (from, to) = *stream.pick(&[(6, 14), (8, 22), (22, 6), (0, 24), (16, 0), (6, 6)]);
    weekly(&days, clock(from), clock(to))
}

/// A shift that may overlap the main one, touch it, or begin or end where the clock changes.
fn other_shift(stream: &mut Stream) -> WeeklyWindow {
    let days: Vec<Day> = Day::ALL.into_iter().filter(|_| stream.chance(30)).collect();
    let days = if days.is_empty() { vec![Day::Sun] } else { days };
    let time = |hours: u32, minutes: u32, rest: u32| TimeOfDay { seconds: hours * 3_600 + minutes * 60 + rest };
    let (from, to) = *stream.pick(&[
        (time(14, 0, 0), time(22, 0, 0)),
        (time(2, 30, 0), time(10, 0, 0)),
        (time(20, 0, 0), time(2, 30, 0)),
        (time(5, 59, 30), time(9, 15, 1)),
        (time(23, 0, 0), time(1, 45, 0)),
    ]);
    weekly(&days, from, to)
}

fn window(start: Instant, stream: &mut Stream) -> Window {
    let from = after(start, stream.between(-12, NEAR * 24) * HOUR.0 + stream.between(0, 3) * 900);
    let reason = stream.chance(40).then(|| "maintenance".to_string());
    Window { from, to: after(from, stream.between(1, 30) * HOUR.0), reason, meta: None }
}

/// Overtime in the gaps between open windows.
pub(super) fn overtime(instance: &mut Instance, stream: &mut Stream) {
    if instance.calendars.is_empty() {
        let calendar = Calendar { id: "K1".to_string(), weekly: vec![main_shift(stream)], ..Calendar::default() };
        instance.lines[0].calendar = Some(calendar.id.clone());
        instance.calendars.push(calendar);
    }
    let zone = instance.time_zone.as_deref().map_or(Ok(TimeZone::UTC), TimeZone::get);
    let zone = zone.unwrap_or_else(|fault| unreachable!("the zones drawn from exist: {fault}"));
    let (start, until) = (instance.start, after(instance.start, NEAR * DAY.0));
    for calendar in &mut instance.calendars {
        let open = working_time::expand(calendar, &zone, start.seconds, until.seconds).open;
        let mut closes = start.seconds;
        for opens in open.windows().map(|window| (window.from, window.to)).chain([(until.seconds, until.seconds)]) {
            let gap = opens.0 - closes;
            if gap >= HOUR && stream.chance(40) {
                let length = stream.between(1, (gap.0 / HOUR.0).min(6)) * HOUR.0;
                // Flush with closing, flush with opening, or somewhere between.
                let slack = gap.0 - length;
                let offset = *stream.pick(&[0, slack, slack / 2]);
                let from = Instant { seconds: closes + Seconds(offset), ..start };
                calendar.overtime.push(OvertimeWindow {
                    from,
                    to: after(from, length),
                    cost: Money(*stream.pick(&[0, 200_000, 6_000_000, 55_555])),
                    reason: stream.chance(30).then(|| "rush".to_string()),
                    meta: None,
                });
            }
            closes = opens.1;
        }
    }
}

/// Lots take less than a third of the shortest main shift, so any line may be one that cannot pause.
pub(super) fn unpausable(instance: &mut Instance, stream: &mut Stream) {
    for line in &mut instance.lines {
        line.pausable = stream.chance(40);
    }
}

pub(super) fn available(instance: &mut Instance, stream: &mut Stream) {
    for line in &mut instance.lines {
        if stream.chance(50) {
            line.available_from = Some(after(instance.start, stream.between(-4, 40) * 1_800));
        }
    }
}

/// An end that leaves some three weeks beyond the dates.
pub(super) fn end(instance: &mut Instance, stream: &mut Stream) {
    instance.end = Some(after(instance.start, stream.between(21, 40) * DAY.0));
}
