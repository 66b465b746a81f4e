//! When work could end at the earliest, were every line free, every overtime window open and nothing set up.
//!
//! A relaxation on purpose: what fails here fails in every plan; what passes may still have no place beside the rest.

use super::eligibility::{Choice, Step};
use crate::model::{Instance, Rate};
use crate::units::{MICRO, Pieces, Seconds, mul_div_ceil};
use crate::working_time::{Span, WorkingTime, expand, overtime_span};
use jiff::tz::TimeZone;
use rustc_hash::FxHashMap;

/// Working seconds of a run that yields `pieces` good ones.
pub(super) fn run_time(rate: &Rate, pieces: Pieces) -> Seconds {
    let pieces = pieces_run(rate, pieces);
    let work = match (rate.seconds_per_unit, rate.units_per_hour) {
        (Some(seconds), _) => mul_div_ceil(pieces, seconds.0, MICRO),
        (None, Some(units)) => mul_div_ceil(pieces, 3_600 * MICRO, units.0),
        (None, None) => 0,
    };
    (Seconds(work) + rate.fixed_time.0).max(Seconds(1))
}

/// Pieces that must run for `pieces` good ones.
pub(super) fn pieces_run(rate: &Rate, pieces: Pieces) -> Pieces {
    mul_div_ceil(pieces, MICRO, rate.yield_share.0)
}

/// The lines' working time at its most favourable.
pub(super) struct BestCase<'a> {
    instance: &'a Instance,
    /// Open time with all overtime, per calendar, then that of lines without one.
    working: Vec<WorkingTime>,
    longest: Vec<Seconds>,
    calendar_of_line: Vec<usize>,
    available: Vec<Seconds>,
}

/// Why no line has a place for an operation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Misfit {
    /// Every line that can run it is unpausable and never open that long.
    TooLong,
    /// The open time does not suffice from the instant it could begin.
    NoTime,
}

/// The operations of an item in one region: who can run them, and what lies between.
pub(super) struct Journey<'a> {
    /// Lines that can run each step.
    pub(super) choices: Vec<Vec<Choice<'a>>>,
    /// The shortest transit from each of a step's predecessors.
    pub(super) transit: Vec<Vec<Seconds>>,
    /// The shortest delivery.
    pub(super) delivery: Seconds,
}

impl<'a> BestCase<'a> {
    /// Expands the calendars of a sound instance.
    pub(super) fn new(instance: &'a Instance, zone: &TimeZone) -> Self {
        let (from, to) = (instance.start.seconds, instance.horizon_end());
        let within = |span: Span| Span::new(span.from.max(from), span.to.min(to));
        let mut working: Vec<WorkingTime> = instance
            .calendars
            .iter()
            .map(|calendar| {
                let overtime = calendar.overtime.iter().map(|window| within(overtime_span(window)));
                expand(calendar, zone, from, to).open.with(overtime)
            })
            .collect();
        working.push(WorkingTime::always(from, to));
        let calendars: FxHashMap<&str, usize> =
            instance.calendars.iter().enumerate().map(|(at, calendar)| (calendar.id.as_str(), at)).collect();
        let none = instance.calendars.len();
        let calendar_of = |id: &Option<String>| id.as_deref().map_or(none, |id| calendars[id]);
        let available =
            |line: &crate::model::Line| line.available_from.map_or(from, |instant| instant.seconds.max(from));
        Self {
            instance,
            longest: working.iter().map(WorkingTime::longest_window).collect(),
            working,
            calendar_of_line: instance.lines.iter().map(|line| calendar_of(&line.calendar)).collect(),
            available: instance.lines.iter().map(available).collect(),
        }
    }

    /// The earliest end of the last step when nothing begins before `begin`, with the step that has no place.
    ///
    /// Unless `thorough`, each step takes the first line that has a place for it: never too early, and enough to see
    /// that most orders are fine.
    pub(super) fn earliest_end(
        &self,
        steps: &[Step<'_>],
        journey: &Journey<'_>,
        begin: Seconds,
        pieces: Pieces,
        thorough: bool,
    ) -> Result<Seconds, (usize, Misfit)> {
        let mut ends: Vec<Seconds> = Vec::with_capacity(steps.len());
        for (at, step) in steps.iter().enumerate() {
            let after = step.after.iter().zip(&journey.transit[at]);
            let ready = after.map(|(before, transit)| ends[*before] + step.lag + *transit).fold(begin, Seconds::max);
            let mut places = journey.choices[at].iter().filter_map(|choice| self.place(choice, ready, pieces));
            let end = if thorough { places.min() } else { places.next() };
            ends.push(end.ok_or_else(|| (at, self.misfit(&journey.choices[at], pieces)))?);
        }
        Ok(ends.last().copied().unwrap_or(begin))
    }

    fn place(&self, choice: &Choice<'_>, ready: Seconds, pieces: Pieces) -> Option<Seconds> {
        let working = &self.working[self.calendar_of_line[choice.line]];
        let ready = ready.max(self.available[choice.line]);
        let work = run_time(choice.rate, pieces);
        let placement = if self.instance.lines[choice.line].pausable {
            working.place_pausable(ready, work)
        } else {
            working.place_whole(ready, work)
        };
        placement.map(|span| span.to)
    }

    fn misfit(&self, choices: &[Choice<'_>], pieces: Pieces) -> Misfit {
        let too_long = |choice: &Choice<'_>| {
            let longest = self.longest[self.calendar_of_line[choice.line]];
            !self.instance.lines[choice.line].pausable && run_time(choice.rate, pieces) > longest
        };
        if choices.iter().all(too_long) { Misfit::TooLong } else { Misfit::NoTime }
    }

    /// The longest window among the lines of `choices`.
    pub(super) fn longest_window(&self, choices: &[Choice<'_>]) -> Seconds {
        let windows = choices.iter().map(|choice| self.longest[self.calendar_of_line[choice.line]]);
        windows.max().unwrap_or(Seconds::ZERO)
    }
}
