//! Calendars: windows that are windows, and overtime that lies outside open time.

use crate::diagnostic::{Diagnostic, codes};
use crate::model::{Calendar, Instance, Instant};
use crate::units::{DAY, Seconds};
use crate::working_time::{Span, WorkingTime, expand};
use jiff::tz::TimeZone;

/// Judges every calendar.
pub(super) fn check(instance: &Instance, zone: &TimeZone, faults: &mut Vec<Diagnostic>) {
    for (index, calendar) in instance.calendars.iter().enumerate() {
        let base = format!("/calendars/{index}");
        let before = faults.len();
        check_weekly(calendar, &base, faults);
        let windows = [("closed", &calendar.closed), ("open", &calendar.open)];
        for (field, windows) in windows {
            for (at, window) in windows.iter().enumerate() {
                faults.extend(empty_window(window.from, window.to, format!("{base}/{field}/{at}")));
            }
        }
        for (at, window) in calendar.overtime.iter().enumerate() {
            faults.extend(empty_window(window.from, window.to, format!("{base}/overtime/{at}")));
        }
        if faults.len() == before {
            check_overtime(instance, calendar, zone, &base, faults);
        }
    }
}

fn check_weekly(calendar: &Calendar, base: &str, faults: &mut Vec<Diagnostic>) {
    for (at, window) in calendar.weekly.iter().enumerate() {
        let base = format!("{base}/weekly/{at}");
        if window.days.is_empty() {
            faults.push(Diagnostic::error(
                codes::WEEKLY_WINDOW,
                format!("{base}/days"),
                "The weekly window has no days.",
                "List its days, or remove the window.",
            ));
        }
        if i64::from(window.from.seconds) == DAY.0 {
            faults.push(Diagnostic::error(
                codes::WEEKLY_WINDOW,
                format!("{base}/from"),
                "The weekly window begins at 24:00, the end of its day.",
                "Begin it at 00:00 of the next day.",
            ));
        }
    }
}

fn empty_window(from: Instant, to: Instant, pointer: String) -> Option<Diagnostic> {
    (to <= from).then(|| {
        let message = format!("The window ends at {to}, not after its beginning {from}.");
        Diagnostic::error(codes::EMPTY_WINDOW, pointer, message, "Swap or correct the two instants.")
    })
}

/// Overtime overlaps neither open time nor another overtime window of the calendar.
fn check_overtime(instance: &Instance, calendar: &Calendar, zone: &TimeZone, base: &str, faults: &mut Vec<Diagnostic>) {
    let mut sorted: Vec<(Span, usize)> = calendar
        .overtime
        .iter()
        .enumerate()
        .map(|(at, window)| (Span::new(window.from.seconds, window.to.seconds), at))
        .collect();
    sorted.sort_unstable();
    let (Some(first), Some(last)) = (sorted.first(), sorted.iter().map(|(span, _)| span.to).max()) else { return };
    // Only what lies in the horizon can be opened, and an overtime of the year 2499 must not unroll centuries.
    let from = first.0.from.max(instance.start.seconds);
    let to = last.min(instance.horizon_end());
    let open = if from < to { expand(calendar, zone, from, to).open } else { WorkingTime::new([]) };
    let mut overlaps = Vec::new();
    let mut latest: Option<(Seconds, usize)> = None;
    for &(span, at) in &sorted {
        if let Some((_, other)) = latest.filter(|(end, _)| *end > span.from) {
            overlaps.push((at, format!("overlaps {base}/overtime/{other}")));
        } else if open.working_between(span.from, span.to) > Seconds::ZERO {
            overlaps.push((at, "overlaps open time, where a line works anyway".to_string()));
        }
        if latest.is_none_or(|(end, _)| span.to > end) {
            latest = Some((span.to, at));
        }
    }
    overlaps.sort_unstable();
    for (at, what) in overlaps {
        let window = &calendar.overtime[at];
        faults.push(Diagnostic::error(
            codes::OVERTIME_OVERLAP,
            format!("{base}/overtime/{at}"),
            format!("The overtime window from {} to {} {what}.", window.from, window.to),
            "Cut it to the time it adds.",
        ));
    }
}
