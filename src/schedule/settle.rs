//! The order in which scarce materials are taken, put right after the sequences stand.
//!
//! A plan made in some order may hold material for an operation that comes late anyway. Here takers are put in the
//! order of their starts, and whoever can go ahead of others without keeping them waiting does. That may leave somebody who
//! waits for nothing; answers, but for very large ones, are shifted to the left until nobody does.

use super::{Infeasible, Schedule, cost, delay, evaluate_roughly};
use crate::plan::{OpIdx, Plan};
use crate::problem::{Problem, SupplyIdx};
use crate::units::Seconds;

/// Evaluates a plan and improves who takes scarce materials first, while that helps.
pub(crate) fn settle(problem: &Problem, plan: &mut Plan) -> Result<Schedule, Infeasible> {
    let schedule = settle_roughly(problem, plan)?;
    if !delay::may_pay(problem) {
        return Ok(schedule);
    }
    // From the times at hand on, for timing from scratch may end in a worse place.
    let mut operations = schedule.operations.clone();
    delay::delay(problem, plan, &mut operations);
    Ok(cost::price(problem, plan, operations).ok().filter(|exact| exact.value() < schedule.value()).unwrap_or(schedule))
}

/// As [`settle`], and nobody waits for nothing: for plans that are answers. Where a change is only asked about, plans are
/// settled as the question is, for a better order of takers would refute its answer.
pub(crate) fn settle_left_shifted(problem: &Problem, plan: &mut Plan) -> Result<Schedule, Infeasible> {
    let schedule = settle(problem, plan)?;
    // Where waiting may pay everybody has been looked at one by one.
    if delay::may_pay(problem) { Ok(schedule) } else { Ok(let_go_ahead(problem, plan, schedule)) }
}

/// As [`settle`], with lines timed roughly where waiting saves money: to compare plans by.
pub(crate) fn settle_roughly(problem: &Problem, plan: &mut Plan) -> Result<Schedule, Infeasible> {
    let mut schedule = evaluate_roughly(problem, plan)?;
    // The commonest case by far: nothing is scarce, and large plans are not copied to find that out.
    if plan.takes_nothing_scarce() {
        return Ok(schedule);
    }
    // Each round lets somebody start earlier and nobody later, so few rounds suffice; the bound is a guard.
    for _ in 0..16 {
        let improved = [true, false].into_iter().find_map(|pass| {
            let mut candidate = plan.clone();
            for supply in problem.supplies.ids() {
                reorder(problem, &mut candidate, &schedule, supply, pass);
            }
            if candidate.takings == plan.takings {
                return None;
            }
            let gains = |better: &Schedule| is_better(better, &schedule);
            let anew = evaluate_roughly(problem, &candidate).ok().filter(gains);
            anew.or_else(|| in_place(problem, &candidate, &schedule).filter(gains)).map(|better| (candidate, better))
        });
        match improved {
            Some(improved) => (*plan, schedule) = improved,
            None => break,
        }
    }
    Ok(schedule)
}

/// Whether a schedule costs less, or as much and starts earlier.
fn is_better(one: &Schedule, other: &Schedule) -> bool {
    let starts = |schedule: &Schedule| schedule.operations.iter().map(|timed| timed.start.0).sum::<i64>();
    (one.value(), starts(one)) < (other.value(), starts(other))
}

/// Lets those start earlier who can with everyone else where they are: who goes ahead by the order of starts may wait for its
/// line all the same, and keep others from going ahead. Not of many operations, for then it takes seconds and saves nothing.
fn let_go_ahead(problem: &Problem, plan: &mut Plan, mut schedule: Schedule) -> Schedule {
    if plan.takes_nothing_scarce() || plan.operations.len() > delay::MANY_OPERATIONS {
        return schedule;
    }
    // Each round lets somebody start earlier; the bound is a guard.
    for _ in 0..16 {
        let mut operations = schedule.operations.clone();
        delay::delay_one_by_one_only(problem, plan, &mut operations);
        if operations == schedule.operations {
            break;
        }
        // When the last of the first k starts, all they need is there: taken in the order of starts nobody starts later.
        let mut candidate = plan.clone();
        for takers in candidate.takings.iter_mut() {
            takers.sort_by_key(|&taker| operations[taker].start);
        }
        let better = evaluate_roughly(problem, &candidate).ok().filter(|better| is_better(better, &schedule));
        debug_assert!(better.is_some(), "starting earlier gained nothing");
        match better {
            Some(better) => (*plan, schedule) = (candidate, better),
            None => break,
        }
    }
    schedule
}

/// The schedule under another taking order, from its own times on: where waiting pays, timing from scratch may end in a
/// worse place, and then whoever needs not wait for its material any more would not be let go ahead.
fn in_place(problem: &Problem, plan: &Plan, schedule: &Schedule) -> Option<Schedule> {
    if !delay::may_pay(problem) {
        return None;
    }
    let mut operations = schedule.operations.clone();
    delay::delay_one_by_one_only(problem, plan, &mut operations);
    cost::price(problem, plan, operations).ok()
}

/// A taker of one supply.
#[derive(Clone, Copy)]
struct Taker {
    operation: OpIdx,
    start: Seconds,
    amount: i64,
}

/// Puts the takers of a supply in the order of their starts and, with `pass`, lets them go ahead of others whom that
/// does not keep waiting.
fn reorder(problem: &Problem, plan: &mut Plan, schedule: &Schedule, supply: SupplyIdx, pass: bool) {
    let facts = &problem.supplies[supply];
    let mut takers: Vec<Taker> = plan.takings[supply]
        .iter()
        .map(|&operation| {
            let amount = amount_taken(problem, plan, schedule, operation, supply);
            Taker { operation, start: schedule.operations[operation].start, amount }
        })
        .collect();
    // Stable: of those that start together, the order stays.
    takers.sort_by_key(|taker| taker.start);
    let mut before: Vec<i64> = Vec::with_capacity(takers.len());
    let mut total = 0i64;
    for taker in &takers {
        before.push(total);
        total = total.saturating_add(taker.amount);
    }
    for place in (1..takers.len()).filter(|_| pass) {
        let own = takers[place];
        let mut ahead = place;
        // The one passed must still find its material by the time it starts.
        while ahead > 0 {
            let passed = takers[ahead - 1];
            let needed = before[ahead - 1].saturating_add(passed.amount).saturating_add(own.amount);
            if facts.available_from(needed).is_none_or(|from| from > passed.start) {
                break;
            }
            ahead -= 1;
        }
        let comes = facts.available_from(before[ahead].saturating_add(own.amount));
        // One whose material is there at its own place waits for something else: ahead, it would only block those behind.
        let here = facts.available_from(before[place].saturating_add(own.amount)).unwrap_or(own.start);
        if ahead < place && comes.is_some_and(|from| from < own.start.min(here)) {
            takers[ahead..=place].rotate_right(1);
            // Whoever goes ahead is not to be passed in turn: it may start as soon as its material is there.
            takers[ahead].start = comes.unwrap_or(own.start);
            for index in ahead..place {
                before[index + 1] = before[index].saturating_add(takers[index].amount);
            }
        }
    }
    plan.takings[supply] = takers.into_iter().map(|taker| taker.operation).collect();
}

/// What an operation takes from a supply on its line, in millionths.
fn amount_taken(problem: &Problem, plan: &Plan, schedule: &Schedule, operation: OpIdx, supply: SupplyIdx) -> i64 {
    let line = schedule.operations[operation].line;
    let kind = plan.kind(problem, operation);
    let quantity = plan.lots[plan.operations[operation].lot].quantity;
    super::coupling::amount_taken(problem, kind, line, quantity, supply)
}
