//! The time axis: which days and hours are marked, in the instance's zone, so that labels never touch.

use crate::model::Instant;
use crate::units::{DAY, Seconds};
use crate::working_time::Span;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A mark on the axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// Where.
    pub(super) at: Seconds,
    /// What it says.
    pub(super) label: String,
}

/// The marks of a picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Axis {
    /// Days (or months, or years), at local midnight.
    pub(super) days: Vec<Mark>,
    /// Times of day between them.
    pub(super) times: Vec<Mark>,
}

/// Room for a date, in pixels.
const DATE_WIDTH: f64 = 84.0;
/// Room for a time of day.
const TIME_WIDTH: f64 = 56.0;
/// Steps between times of day, in seconds; each divides a day.
const TIME_STEPS: [i64; 15] =
    [1, 5, 10, 15, 30, 60, 300, 600, 900, 1_800, 3_600, 2 * 3_600, 3 * 3_600, 6 * 3_600, 12 * 3_600];
/// Steps between dates, in days.
const DAY_STEPS: [i64; 9] = [1, 2, 7, 14, 28, 91, 364, 3_650, 36_500];

impl Axis {
    /// The marks for `span` drawn over `width` pixels.
    pub(super) fn new(span: Span, width: f64, zone: &TimeZone) -> Self {
        let per_second = width / span.length().0.max(1) as f64;
        let wide_enough = |step: &&i64, unit: i64, room: f64| (**step * unit) as f64 * per_second >= room;
        let day_step = *DAY_STEPS.iter().find(|step| wide_enough(step, DAY.0, DATE_WIDTH)).unwrap_or(&36_500);
        let time_step = TIME_STEPS.iter().find(|step| wide_enough(step, 1, TIME_WIDTH)).copied();
        let (Some(first), Some(last)) = (local_date(span.from, zone), local_date(span.to, zone)) else {
            return Self::default();
        };
        let days = dates(first, last, day_step)
            .filter_map(|date| Some(Mark { at: midnight(date, zone)?, label: date_label(date, day_step) }))
            .filter(|mark| mark.at >= span.from && mark.at < span.to)
            .collect();
        let mut axis = Self { days, times: Vec::new() };
        axis.label_the_beginning(first, day_step, span, DATE_WIDTH / per_second);
        // Between dates that skip days, times of day would say nothing.
        if let Some(step) = time_step.filter(|_| day_step == 1) {
            axis.times = times(first, last, step, span, zone);
        }
        axis
    }

    /// A picture that begins inside a day says which, where there is room.
    fn label_the_beginning(&mut self, first: Date, day_step: i64, span: Span, room: f64) {
        let next = self.days.first().map_or(span.to, |mark| mark.at);
        if self.days.first().is_none_or(|mark| mark.at > span.from)
            && ((next - span.from).0 as f64 >= room || self.days.is_empty())
        {
            self.days.insert(0, Mark { at: span.from, label: date_label(first, day_step) });
        }
    }
}

/// Times of day every `step` seconds of the clock, without midnights, which are dates.
fn times(first: Date, last: Date, step: i64, span: Span, zone: &TimeZone) -> Vec<Mark> {
    let mut marks = Vec::new();
    for date in dates(first, last, 1) {
        let (Some(begin), Some(end)) =
            (midnight(date, zone), date.tomorrow().ok().and_then(|date| midnight(date, zone)))
        else {
            break;
        };
        // Skips what lies before the picture: a long day in steps of a second.
        let skipped = ((span.from - begin).0 / step).max(1);
        for index in skipped.. {
            let at = begin + Seconds(index * step);
            if at >= end || at >= span.to {
                break;
            }
            if at > span.from {
                marks.push(Mark { at, label: time_label(at, step, zone) });
            }
        }
    }
    marks
}

/// Every `step`th date; weeks begin on Monday.
fn dates(first: Date, last: Date, step: i64) -> impl Iterator<Item = Date> {
    let back = if step % 7 == 0 { i64::from(first.weekday().to_monday_zero_offset()) } else { 0 };
    let first = first.checked_sub(back.days()).unwrap_or(first);
    let later = move |date: &Date| date.checked_add(step.days()).ok();
    std::iter::successors(Some(first), later).take_while(move |date| *date <= last)
}

fn local_date(at: Seconds, zone: &TimeZone) -> Option<Date> {
    Some(zone.to_datetime(jiff::Timestamp::from_second(at.0).ok()?).date())
}

fn midnight(date: Date, zone: &TimeZone) -> Option<Seconds> {
    let zoned = zone.to_ambiguous_zoned(date.to_datetime(jiff::civil::Time::midnight())).compatible().ok()?;
    Some(Seconds(zoned.timestamp().as_second()))
}

fn date_label(date: Date, step: i64) -> String {
    let format = match step {
        1 | 2 => "%a %-d %b",
        7..91 => "%-d %b %Y",
        91..364 => "%b %Y",
        _ => "%Y",
    };
    date.strftime(format).to_string()
}

fn time_label(at: Seconds, step: i64, zone: &TimeZone) -> String {
    let format = if step < 60 { "%H:%M:%S" } else { "%H:%M" };
    moment(at, zone, format)
}

/// An instant as local text.
pub(in crate::report) fn moment(at: Seconds, zone: &TimeZone, format: &str) -> String {
    jiff::Timestamp::from_second(at.0).map_or_else(
        |_| Instant::utc(at).to_string(),
        |timestamp| timestamp.to_zoned(zone.clone()).strftime(format).to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> Seconds {
        Instant::parse(text).unwrap().seconds
    }

    #[test]
    fn labels_never_touch_whatever_the_span() {
        let from = instant("2026-11-23T07:13:00+01:00");
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        for length in [1, 55, 600, 7_200, 90_000, 700_000, 5_000_000, 60_000_000, 5_000_000_000] {
            let span = Span::new(from, from + Seconds(length));
            let axis = Axis::new(span, 1_400.0, &berlin);
            for (marks, room) in [(&axis.days, 80.0), (&axis.times, 55.0)] {
                assert!(marks.len() <= 40, "{length}: {} marks", marks.len());
                for pair in marks.windows(2) {
                    let pixels = (pair[1].at - pair[0].at).0 as f64 * 1_400.0 / length as f64;
                    // The hour a clock change takes is allowed to cost some room.
                    assert!(pixels >= room * 0.9, "{length}: {pair:?}");
                }
            }
            assert!(!axis.days.is_empty(), "{length}");
        }
    }

    #[test]
    fn days_begin_at_local_midnight_on_both_sides_of_a_clock_change() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let span = Span::new(instant("2026-10-24T00:00:00+02:00"), instant("2026-10-27T00:00:00+01:00"));
        let axis = Axis::new(span, 1_400.0, &berlin);
        let days: Vec<Seconds> = axis.days.iter().map(|mark| mark.at).collect();
        let expected = ["2026-10-24T00:00:00+02:00", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00"];
        assert_eq!(days, expected.map(instant));
        assert_eq!(axis.days[1].label, "Sun 25 Oct");
    }
}
