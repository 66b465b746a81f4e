//! The time grid of the allocation: buckets that follow the calendars, fine at first, coarser later.
//!
//! All lines share the bounds, so that "not before its predecessor" and "taken by then" compare bucket numbers. A bound
//! stands where lines close (the end of a shift) or something is due when that is near, else where the work is cut evenly. The last
//! bucket reaches the horizon, so every plan has a place on the grid. An operation belongs to the bucket its *end*
//! falls in; a bucket holds its end but not its beginning: `bounds[t] < end <= bounds[t + 1]`.

use crate::problem::{LineIdx, Problem};
use crate::proof::demand::Demand;
use crate::units::{IdVec, Seconds};
use crate::working_time::WorkingTime;

/// Fewest buckets worth planning with.
pub(super) const FEWEST: usize = 4;
/// Most buckets.
pub(super) const MOST: usize = 30;
/// Later buckets grow by this many tenths each.
const GROWTH_TENTHS: i64 = 12;

/// The grid and the lines' open time on it.
#[derive(Debug)]
pub(super) struct Buckets {
    /// One more than there are buckets, rising.
    bounds: Vec<Seconds>,
    lines: IdVec<LineIdx, LineTime>,
}

/// A line's open time, without overtime, from the instant it is available.
#[derive(Debug)]
struct LineTime {
    available_from: Seconds,
    open: WorkingTime,
    /// Working seconds from `available_from` to each bound.
    until: Vec<Seconds>,
    /// The work expected on the line.
    load: Seconds,
}

impl Buckets {
    /// A grid of at most `count` buckets. `last_end` is where a known plan ends: the fine part covers just that;
    /// without one, the time in which the lines can do what is expected of them.
    pub fn new(problem: &Problem, demand: &Demand, count: usize, last_end: Option<Seconds>) -> Self {
        let load = demand.expected_load(problem);
        let busy: Vec<LineIdx> = load.ids().filter(|&line| load[line] > Seconds::ZERO).collect();
        let busy_until = last_end.unwrap_or_else(|| expected_end(problem, demand, &load));
        let busy_until = busy_until.max(problem.start + Seconds(1)).min(problem.end);
        let bounds = bounds(problem, &busy, busy_until, count.clamp(FEWEST, MOST));
        let lines = problem.lines.enumerate().map(|(id, line)| {
            let open = problem.calendars[line.calendar].clone();
            let from = line.available_from;
            let until = bounds.iter().map(|&bound| open.working_between(from, bound.max(from))).collect();
            LineTime { available_from: from, open, until, load: load[id] }
        });
        Self { lines: lines.collect(), bounds }
    }

    /// Number of buckets.
    pub fn count(&self) -> usize {
        self.bounds.len() - 1
    }

    /// The instant a bucket begins; nothing that belongs to it ends by then.
    pub fn begin(&self, bucket: usize) -> Seconds {
        self.bounds[bucket]
    }

    /// The last instant at which what belongs to a bucket may end.
    pub fn end(&self, bucket: usize) -> Seconds {
        self.bounds[bucket + 1]
    }

    /// The bucket of an end; what ends by the first bound (work of no time cannot) is in the first.
    pub fn of(&self, end: Seconds) -> usize {
        self.bounds[1..].partition_point(|&bound| bound < end).min(self.count() - 1)
    }

    /// Working seconds of a line from when it is available to the end of a bucket, without overtime.
    pub fn capacity_until(&self, line: LineIdx, bucket: usize) -> Seconds {
        self.lines[line].until[bucket + 1]
    }

    /// Working seconds of a line between the beginning of one bucket and the end of another, without overtime.
    pub fn capacity_between(&self, line: LineIdx, from: usize, to: usize) -> Seconds {
        self.lines[line].until[to + 1] - self.lines[line].until[from]
    }

    /// When something in a bucket may be expected to end: the instant at which half of what the line can and will do
    /// in the bucket is done. A guess that is early for one half and late for the other, not a bound: taking the
    /// bucket's beginning makes every bucket look like its first lot, taking its end makes splitting days pointless.
    pub fn expected_end(&self, line: LineIdx, bucket: usize) -> Seconds {
        let time = &self.lines[line];
        let before = time.until[bucket];
        let inside = time.until[bucket + 1] - before;
        let rest = (time.load - before).max(Seconds(2));
        let half = Seconds(inside.min(rest).0 / 2).max(Seconds(1));
        let from = self.begin(bucket).max(time.available_from);
        let placed = time.open.place_pausable(from, half).map(|placed| placed.to);
        // A line that is closed all through the bucket: only overtime could be meant.
        placed.filter(|&end| end <= self.end(bucket)).unwrap_or(Seconds(i64::midpoint(from.0, self.end(bucket).0)))
    }
}

/// When the lines should be done: each with its share of the work and a quarter more, from the latest release on.
fn expected_end(problem: &Problem, demand: &Demand, load: &IdVec<LineIdx, Seconds>) -> Seconds {
    let mut end = problem.start;
    for (id, line) in problem.lines.enumerate().filter(|(id, _)| load[*id] > Seconds::ZERO) {
        let work = Seconds(load[id].0 + load[id].0 / 4).max(Seconds(1));
        let placed = problem.calendars[line.calendar].place_pausable(line.available_from, work);
        end = end.max(placed.map_or(problem.end, |placed| placed.to));
    }
    let ends = demand.operations.iter().filter_map(|operation| operation.modes.iter().map(|m| m.earliest_end).min());
    ends.fold(end, Seconds::max)
}

/// Cuts the busy time into pieces of even, later growing, work and moves each cut to a closing or a promised instant where one is
/// near: a bucket that ends when something is due does not make it late.
fn bounds(problem: &Problem, busy: &[LineIdx], busy_until: Seconds, count: usize) -> Vec<Seconds> {
    let calendars: Vec<&WorkingTime> =
        busy.iter().map(|&line| &problem.calendars[problem.lines[line].calendar]).collect();
    // Working seconds of all busy lines together; elapsed seconds where nothing is open.
    let done_by = |instant: Seconds| -> i64 { calendars.iter().map(|open| open.working_before(instant).0).sum() };
    let total = done_by(busy_until);
    let closings = calendars.iter().flat_map(|open| open.windows().map(|w| w.to).take_while(|&to| to < busy_until));
    let promises = problem.orders.iter().flat_map(|order| [order.due, order.deadline]).flatten();
    let mut marks: Vec<Seconds> = closings.chain(promises).collect();
    marks.retain(|&mark| mark > problem.start && mark < busy_until);
    marks.sort_unstable();
    marks.dedup();
    let weights: Vec<i64> = weights(count - 1);
    let whole: i64 = weights.iter().sum();
    let mut cuts = Vec::new();
    let mut sum = 0;
    for weight in &weights[..weights.len() - 1] {
        let width = (i128::from(total) * i128::from(*weight) / i128::from(whole)) as i64;
        sum += weight;
        let target = (i128::from(total) * i128::from(sum) / i128::from(whole)) as i64;
        let even = first_instant(problem.start, busy_until, |instant| done_by(instant) >= target);
        let next = marks.partition_point(|&mark| mark < even);
        let near = [next.checked_sub(1), Some(next)].into_iter().flatten().filter_map(|index| marks.get(index));
        let best = near.copied().min_by_key(|&mark| (done_by(mark) - target).abs());
        cuts.push(best.filter(|&mark| (done_by(mark) - target).abs() * 2 <= width).unwrap_or(even));
    }
    cuts.push(busy_until);
    cuts.sort_unstable();
    cuts.dedup();
    cuts.retain(|&cut| cut > problem.start && cut < problem.end);
    std::iter::once(problem.start).chain(cuts).chain([problem.end.max(problem.start + Seconds(1))]).collect()
}

/// Relative sizes of buckets: even over the first half, then growing.
fn weights(count: usize) -> Vec<i64> {
    let mut weight = 1_000i64;
    (0..count.max(1))
        .map(|bucket| {
            if bucket > count / 2 {
                weight = weight * GROWTH_TENTHS / 10;
            }
            weight
        })
        .collect()
}

/// The first instant in a range for which `holds`, which once true stays true; the end of the range where none.
fn first_instant(from: Seconds, to: Seconds, holds: impl Fn(Seconds) -> bool) -> Seconds {
    let (mut low, mut high) = (from.0, to.0);
    while low < high {
        let middle = i64::midpoint(low, high);
        if holds(Seconds(middle)) { high = middle } else { low = middle + 1 }
    }
    Seconds(high)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{hours, instance, plain_line};
    use super::*;
    use crate::model::{Calendar, Day, Order, TimeOfDay, Variant, WeeklyWindow};

    #[test]
    fn bounds_rise_from_start_to_the_horizon_and_stand_at_closings() {
        let weekly = WeeklyWindow {
            days: Day::ALL.to_vec(),
            from: TimeOfDay::parse("08:00").unwrap(),
            to: TimeOfDay::parse("16:00").unwrap(),
            meta: None,
        };
        let day = Calendar { id: "day".to_string(), weekly: vec![weekly], ..Calendar::default() };
        let mut builder = instance().calendar(day).line(plain_line("a", 10).calendar("day")).variant(Variant::new("v"));
        for number in 0..40 {
            builder = builder.order(Order::new(format!("o{number}")).item("v", 20));
        }
        let problem = Problem::new(&builder.build());
        let demand = Demand::new(&problem, None);
        let buckets = Buckets::new(&problem, &demand, 12, None);
        assert!(buckets.count() <= 12 && buckets.count() >= 6, "{buckets:?}");
        assert_eq!(buckets.begin(0), problem.start);
        assert_eq!(buckets.end(buckets.count() - 1), problem.end);
        let closing = |instant: Seconds| (instant - problem.start).0 % 86_400 == 8 * 3_600;
        let inner = (1..buckets.count()).map(|bucket| buckets.begin(bucket));
        let (at, all) = (inner.clone().filter(|&bound| closing(bound)).count(), inner.count());
        assert!(at * 2 > all, "most bounds stand at closings: {at} of {all}");
        // 40 orders of 2 h are 80 h of 8 h days: with a quarter more, 12.5 days.
        assert!(buckets.begin(buckets.count() - 1) <= problem.start + hours(13 * 24));
        for bucket in 0..buckets.count() {
            let expected = buckets.expected_end(LineIdx(0), bucket);
            assert!(buckets.begin(bucket) < expected && expected <= buckets.end(bucket), "{bucket}: {expected:?}");
            assert_eq!(buckets.of(buckets.end(bucket)), bucket, "a bucket holds its end");
            assert_eq!(buckets.of(buckets.begin(bucket) + Seconds(1)), bucket);
        }
        let sum: i64 = (0..buckets.count()).map(|t| buckets.capacity_between(LineIdx(0), t, t).0).sum();
        assert_eq!(sum, buckets.capacity_until(LineIdx(0), buckets.count() - 1).0);
    }

    #[test]
    fn a_line_that_never_opens_and_no_line_at_all_still_have_a_grid() {
        let problem = Problem::new(&instance().variant(Variant::new("v")).order(Order::new("o").item("v", 1)).build());
        let demand = Demand::new(&problem, None);
        assert!(Buckets::new(&problem, &demand, 10, None).count() >= 1);
    }
}
