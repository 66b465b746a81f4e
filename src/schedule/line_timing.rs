//! Exact times for a whole line's sequence where waiting pays, everybody on other lines standing still.
//!
//! Dynamic programming along the sequence. The least cost of the first operations, by when they leave the line free, is a
//! falling function of that instant, straight in pieces ([`Polyline`]). The next operation's is found from it start by start,
//! but only where something bends or jumps: closing times, spans too short for a run that may not pause, due dates (where a
//! cost paid once jumps), starts of the baseline, and the bends of the function before. Between two of those everything is
//! straight, so nothing is missed; it is not asked that costs be convex (Hendel and Sourd 2007 have the convex case).
//!
//! For lines that nothing couples this is the optimum for the sequence, up to the rounding of each order's cost. Where
//! lines are coupled each is timed so in turn, with the others' times as bounds, until no line gains: a local optimum. Takers of
//! scarce materials stay where they are, and so does a line that runs two operations of one lot.

use super::delay::{Delays, Stake};
use super::polyline::Polyline;
use super::timing::Timed;
use crate::plan::OpIdx;
use crate::problem::LineIdx;
use crate::units::{IdVec, Money, Seconds};
use crate::working_time::Placement;
use std::collections::HashSet;

/// An operation as its line has to place it.
struct Job {
    operation: OpIdx,
    stake: Stake,
    setup: Seconds,
    run: Seconds,
    /// Bounds of others: no start before, no end after.
    from: Seconds,
    to: Seconds,
    /// The least cost of those before it.
    before: Polyline,
}

/// Operations times windows of a line that is timed so; longer ones keep what waiting one by one has found.
const MOST_PLACES: usize = 200_000;

/// Times every line on which waiting may pay and something it depends on has moved; what that gains.
pub(super) fn time_lines(delays: &mut Delays<'_>, timed: &mut IdVec<OpIdx, Timed>) -> Money {
    let mut gained = Money::ZERO;
    for line in delays.plan.sequences.ids() {
        if !std::mem::replace(&mut delays.is_line_stirred[line], false) {
            continue;
        }
        gained += time_line(delays, line, timed).unwrap_or(Money::ZERO);
    }
    gained
}

fn time_line(delays: &mut Delays<'_>, line: LineIdx, timed: &mut IdVec<OpIdx, Timed>) -> Option<Money> {
    let sequence = &delays.plan.sequences[line];
    let windows = delays.clocks[line].open.windows().len();
    let lots: HashSet<_> = sequence.iter().map(|&operation| delays.plan.operations[operation].lot).collect();
    let charged = sequence.iter().any(|&operation| delays.is_charged_for_being_early(operation));
    if !charged || sequence.len() * windows > MOST_PLACES || lots.len() < sequence.len() {
        return None;
    }
    let latest = latest_of_all(delays, line, timed)?;
    let mut least = Polyline::free_from(delays.problem.lines[line].available_from.0);
    let mut jobs = Vec::with_capacity(sequence.len());
    for &operation in sequence {
        let (job, next) = place_next(delays, operation, least, latest, timed)?;
        jobs.push(job);
        least = next;
    }
    let spans = read_back(delays, line, &jobs, &least)?;
    let of_line = |spans: &[Placement]| {
        let costs = jobs.iter().zip(spans).map(|(job, span)| delays.cost_at(&job.stake, *span, timed));
        costs.fold(Money::ZERO, |sum, cost| sum + cost)
    };
    let now: Vec<Placement> =
        sequence.iter().map(|&one| Placement { from: timed[one].start, to: timed[one].end }).collect();
    let gain = of_line(&now) - of_line(&spans);
    if gain <= Money::ZERO {
        return Some(Money::ZERO);
    }
    let mut free = delays.problem.lines[line].available_from;
    for (job, span) in jobs.iter().zip(&spans) {
        let setup =
            if job.setup > Seconds::ZERO { Some(delays.clocks[line].place(free, job.setup)?.from) } else { None };
        let now = timed[job.operation];
        timed[job.operation] = Timed { start: span.from, end: span.to, setup_start: setup, ..now };
        if now.start != span.from {
            delays.stir_beside(job.operation, timed);
        }
        free = span.to;
    }
    delays.see_last_end(timed);
    Some(gain)
}

/// Nobody needs to end later: after the last due date and the last start of the baseline all go one behind the other.
fn latest_of_all(delays: &Delays<'_>, line: LineIdx, timed: &IdVec<OpIdx, Timed>) -> Option<Seconds> {
    let sequence = &delays.plan.sequences[line];
    let (mut starts, mut ends) = (Vec::new(), Vec::new());
    for &operation in sequence {
        delays.bends_of_cost(&delays.stake_on_line(operation, timed), &mut starts, &mut ends);
        ends.push(timed[operation].end);
    }
    let last = starts.into_iter().chain(ends).max()?;
    let follow = |free: Seconds, &operation: &OpIdx| {
        let run = delays.run_of(operation, timed)?;
        Some(delays.clocks[line].next(free, timed[operation].setup_time, free, run)?.end)
    };
    Some(sequence.iter().try_fold(last, follow).unwrap_or(delays.problem.end))
}

/// An operation behind those of which the least cost is known: its bounds, and the least cost with it.
fn place_next(
    delays: &Delays<'_>,
    operation: OpIdx,
    before: Polyline,
    latest: Seconds,
    timed: &IdVec<OpIdx, Timed>,
) -> Option<(Job, Polyline)> {
    let now = timed[operation];
    let clock = &delays.clocks[now.line];
    let (setup, run) = (now.setup_time, delays.run_of(operation, timed)?);
    let (from, to) = if delays.takes_scarce(operation) {
        (now.start, now.end)
    } else {
        (delays.ready_elsewhere(operation, timed)?, delays.latest_end_elsewhere(operation, timed).min(latest))
    };
    let stake = delays.stake_on_line(operation, timed);
    let job = Job { operation, stake, setup, run, from, to, before };
    let starts = starts_to_try(delays, &job, timed);
    let (mut points, mut numbers) = (Vec::new(), Vec::new());
    for (number, &start) in starts.iter().enumerate() {
        let Some(placed) = clock.place(start, run).filter(|placed| placed.from == start && placed.to <= to) else {
            continue;
        };
        let free_by = if setup > Seconds::ZERO {
            clock.place_latest(start, setup).map(|placed| placed.from)
        } else {
            Some(start)
        };
        let Some(cost) = free_by.and_then(|free_by| job.before.at(free_by.0)) else { continue };
        points.push((placed.to.0, cost + delays.cost_at(&job.stake, placed, timed).0));
        numbers.push(number);
    }
    // Two starts next to each other, with ends as far apart: neither closing time nor anything impossible lies between.
    let joined = |at: usize| {
        let (one, other) = (numbers[at], numbers[at + 1]);
        other == one + 1 && points[at + 1].0 - points[at].0 == starts[other].0 - starts[one].0
    };
    let least = Polyline::least_so_far(&points, joined)?;
    Some((job, least))
}

/// The starts at which anything bends or jumps, by time.
fn starts_to_try(delays: &Delays<'_>, job: &Job, timed: &IdVec<OpIdx, Timed>) -> Vec<Seconds> {
    let now = timed[job.operation];
    let clock = &delays.clocks[now.line];
    let mut starts = vec![job.from, now.start];
    let mut by_end = vec![job.to, now.end];
    for window in clock.open.windows().filter(|window| window.to > job.from && window.from < job.to) {
        starts.extend([window.from, window.to]);
        by_end.push(window.to);
        if job.setup > Seconds::ZERO {
            starts.extend(clock.place(window.from, job.setup).map(|placed| placed.to));
        }
    }
    for free in job.before.bends().map(Seconds) {
        let ready =
            if job.setup > Seconds::ZERO { clock.place(free, job.setup).map(|placed| placed.to) } else { Some(free) };
        starts.extend(ready);
        starts.extend(ready.and_then(|ready| clock.place(ready, job.run)).map(|placed| placed.from));
    }
    delays.bends_of_cost(&job.stake, &mut starts, &mut by_end);
    starts.extend(by_end.iter().filter_map(|&end| clock.place_latest(end, job.run)).map(|placed| placed.from));
    let around = starts.iter().flat_map(|&start| [start - Seconds(1), start, start + Seconds(1)]);
    let mut starts: Vec<Seconds> = around.filter(|&start| start >= job.from && start < job.to).collect();
    starts.sort_unstable();
    starts.dedup();
    starts
}

/// The places that come to the least cost, last first found, first first given.
fn read_back(delays: &Delays<'_>, line: LineIdx, jobs: &[Job], least: &Polyline) -> Option<Vec<Placement>> {
    let clock = &delays.clocks[line];
    let mut spans = Vec::with_capacity(jobs.len());
    let mut end = least.reached(i64::MAX)?;
    for job in jobs.iter().rev() {
        let placed =
            clock.place_latest(Seconds(end), job.run).filter(|placed| placed.to.0 == end && placed.from >= job.from)?;
        spans.push(placed);
        let free_by =
            if job.setup > Seconds::ZERO { clock.place_latest(placed.from, job.setup)?.from } else { placed.from };
        end = job.before.reached(free_by.0)?;
    }
    spans.reverse();
    Some(spans)
}
