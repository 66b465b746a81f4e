//! Lower bounds that need no solver, for every problem the format allows: each order by itself, the lines full.
//!
//! An order costs at least what its cheapest lines charge, and the lateness of a delivery that nothing but its own route
//! and the calendars hold up; or its rejection. The last end is no earlier than the end of any order that must be made,
//! nor than the instant by which the lines have been open for all the work they must do. What is already there (facts)
//! is paid for. Every term is one that every plan pays, so the sum is a bound; it is often a weak one.

use crate::plan::{Plan, lots_of_item};
use crate::problem::{ItemIdx, Order, OrderIdx, Problem};
use crate::schedule::{LineClock, price_line};
use crate::units::{HOUR, IdVec, Money, Pieces, Seconds};
use crate::working_time::WorkingTime;

/// What a part of a plan costs and takes at least.
#[derive(Clone, Copy, Debug, Default)]
struct Least {
    cost: i64,
    /// When the last of it ends, and when it is delivered.
    end: i64,
    delivery: i64,
    /// Working seconds over all lines.
    work: i64,
}

/// A cost no plan that makes all orders that must be made is below.
pub(crate) fn floor(problem: &Problem) -> Money {
    let nothing = Plan::empty(problem);
    let mut cost = 0i64;
    let mut last_end = problem.start.0;
    let mut work = 0i64;
    for (id, line) in problem.lines.enumerate() {
        let facts = price_line(problem, &nothing, id);
        cost = cost.saturating_add(facts.production.0).saturating_add(facts.changeover.0);
        last_end = line.facts.iter().map(|fact| fact.end.0).fold(last_end, i64::max);
    }
    let clocks: Vec<WorkingTime> =
        problem.lines.iter().map(|line| problem.open_time(line, 0..line.overtime.len())).collect();
    for (id, order) in problem.orders.enumerate() {
        let made = order_at_least(problem, &clocks, id, order);
        let late = late_cost(order, made.delivery);
        let made_cost = made.cost.saturating_add(late);
        cost = cost.saturating_add(order.reject_cost.map_or(made_cost, |reject| made_cost.min(reject.0)));
        if order.reject_cost.is_none() {
            last_end = last_end.max(made.end);
            work = work.saturating_add(made.work);
        }
    }
    if problem.makespan_cost_per_hour > Money::ZERO {
        let end = last_end.max(all_done(problem, &clocks, work));
        cost = cost.saturating_add(problem.makespan_cost_per_hour.pro_rata(Seconds(end - problem.start.0), HOUR).0);
    }
    Money(cost)
}

fn late_cost(order: &Order, delivery: i64) -> i64 {
    let late = order.due.is_some_and(|due| delivery > due.0);
    if late { order.delivery_cost(Seconds(delivery)).0.0 } else { 0 }
}

/// What making an order costs at least; its lateness aside.
fn order_at_least(problem: &Problem, clocks: &[WorkingTime], id: OrderIdx, order: &Order) -> Least {
    let first = if order.delivered_at_start { problem.start.0 } else { i64::MIN };
    let mut all = Least { delivery: first, end: i64::MIN, ..Least::default() };
    for item in order.items() {
        let frozen = problem.items[item].frozen_lots.iter().map(|&lot| problem.baseline.lots[lot as usize].quantity);
        let rest = problem.items[item].remaining - frozen.sum::<Pieces>();
        if rest <= 0 {
            continue;
        }
        let one = item_at_least(problem, clocks, item, rest, problem.orders[id].region);
        all.cost = all.cost.saturating_add(one.cost);
        all.work = all.work.saturating_add(one.work);
        all.end = all.end.max(one.end);
        all.delivery = all.delivery.max(one.delivery);
    }
    all
}

/// What the pieces of an item that nobody has begun cost at least, in however many lots.
fn item_at_least(
    problem: &Problem,
    clocks: &[WorkingTime],
    item: ItemIdx,
    rest: Pieces,
    region: Option<crate::problem::RegionIdx>,
) -> Least {
    let route = problem.route_of(item);
    let release = problem.orders[problem.items[item].order].release.0;
    // Some lot has at least an even share of the pieces.
    let fewest = lots_of_item(problem, item, 1).len();
    let splits = lots_of_item(problem, item, 2).len() > fewest;
    let share = if splits { rest / i64::from(problem.items[item].maximum_lots.max(1)) } else { rest };
    let share = share.max(1);
    let mut ends: Vec<i64> = vec![release; route.steps.len()];
    let mut least = Least::default();
    for &step in &route.topological {
        let step = usize::from(step);
        let after = route.steps[step].after.iter().map(|&before| ends[usize::from(before)] + route.steps[step].lag.0);
        let ready = after.fold(release, i64::max);
        let modes = problem.modes(problem.kind_of(item, step));
        let is_last = step == usize::from(route.last);
        let (mut cost, mut work, mut end, mut delivery) = (i64::MAX, i64::MAX, i64::MAX, i64::MAX);
        for mode in modes {
            let line = &problem.lines[mode.line];
            let rate = &problem.rates[mode.rate];
            let journey = if is_last { problem.places.delivery(line.site, region) } else { Some(Default::default()) };
            let Some(journey) = journey else { continue };
            let clock = LineClock::of_open_time(&clocks[crate::units::Id::position(mode.line)], line.pausable);
            let from = Seconds(ready).max(line.available_from);
            let Some(placed) = clock.place(from, rate.run_time(share)) else { continue };
            end = end.min(placed.to.0);
            delivery = delivery.min(placed.to.0 + journey.time.0);
            let own = problem.run_cost(line, rate, rest) + journey.cost_per_unit.times(rest);
            cost = cost.min(own.0);
            work = work.min(rate.run_time(rest).0);
        }
        if end == i64::MAX {
            // It cannot be made at all: every plan leaves it out, and what is said of it is of no account.
            return Least { delivery: i64::MIN, end: i64::MIN, ..Least::default() };
        }
        ends[step] = end;
        // Lots of one item may be on lines of different rates: what each costs and takes is then not known.
        if !splits {
            least.cost = least.cost.saturating_add(cost);
            least.work = least.work.saturating_add(work);
        }
        if is_last {
            (least.end, least.delivery) = (end, delivery);
        }
    }
    least
}

/// The earliest instant by which all lines together have been open for so many working seconds.
fn all_done(problem: &Problem, clocks: &[WorkingTime], work: i64) -> i64 {
    let open: IdVec<crate::problem::LineIdx, &WorkingTime> = clocks.iter().collect();
    let done = |by: i64| -> i64 {
        let lines = problem.lines.enumerate();
        lines.map(|(id, line)| open[id].working_between(line.available_from.min(Seconds(by)), Seconds(by)).0).sum()
    };
    let (mut low, mut high) = (problem.start.0, problem.end.0);
    while low < high {
        let middle = low + (high - low) / 2;
        if done(middle) >= work { high = middle } else { low = middle + 1 }
    }
    low
}
