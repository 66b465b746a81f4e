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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::{LineIdx, OrderIdx};
    use serde_json::json;

    /// Orders of an hour each on lines of their own take so much of a stock, released at an hour of the first day, in that order.
    /// There are five at eight, so many more at noon, and enough the next morning. Their settled starts in hours, and who takes first.
    fn settled(orders: &[(i64, i64)], at_noon: i64) -> (Vec<i64>, Vec<usize>) {
        let instant = |hour: i64| format!("2026-11-23T{hour:02}:00:00Z");
        let each = |make: &dyn Fn(usize, (i64, i64)) -> serde_json::Value| -> Vec<serde_json::Value> {
            orders.iter().enumerate().map(|(number, &order)| make(number, order)).collect()
        };
        let instance = json!({"format": "lotwise/1", "start": instant(8),
        "lines": each(&|number, _| json!({"id": format!("L{number}"), "rates": [{"seconds_per_unit": 3600}]})),
        "materials": [{"id": "yarn", "stock": 5, "arrivals": [
            {"at": instant(12), "quantity": at_noon}, {"at": "2026-11-24T08:00:00Z", "quantity": 100}]}],
        "variants": each(&|number, (amount, _)| {
            json!({"id": format!("V{number}"), "materials": [{"id": "yarn", "per_unit": amount}]})
        }),
        "orders": each(&|number, (_, release)| {
            json!({"id": format!("O{number}"), "release": instant(release),
                "items": [{"variant": format!("V{number}"), "quantity": 1}]})
        })});
        let problem = Problem::new(&serde_json::from_value(instance).unwrap());
        let (mut plan, supply) = (Plan::empty(&problem), SupplyIdx(0));
        for number in 0..orders.len() as u32 {
            let lots = plan.add_order(&problem, OrderIdx(number), |_| 1);
            let operation = plan.operation(lots[0], 0);
            plan.sequences[LineIdx(number)].push(operation);
            plan.takings[supply].push(operation);
        }
        let schedule = settle_roughly(&problem, &mut plan).unwrap();
        let hours = schedule.operations.iter().map(|timed| (timed.start - problem.start).0 / 3_600 + 8).collect();
        (hours, plan.takings[supply].iter().map(|operation| operation.0 as usize).collect())
    }

    #[test]
    fn who_starts_first_takes_first() {
        // By the order at first the second would have to wait until ten are there.
        assert_eq!(settled(&[(5, 14), (5, 8)], 5), (vec![14, 8], vec![1, 0]));
        // Where nobody gains anything by it the order stays.
        assert_eq!(settled(&[(2, 14), (2, 8)], 5), (vec![14, 8], vec![0, 1]));
    }

    #[test]
    fn who_keeps_nobody_waiting_goes_ahead() {
        assert_eq!(settled(&[(8, 8), (5, 8)], 10), (vec![12, 8], vec![1, 0]));
        assert_eq!(settled(&[(8, 8), (7, 8), (5, 8)], 20), (vec![12, 12, 8], vec![2, 0, 1]));
        // Once the second has gone ahead there is not enough for the third, who would only block.
        assert_eq!(settled(&[(8, 8), (1, 8), (5, 8)], 20), (vec![12, 8, 12], vec![1, 0, 2]));
        // The second would have to wait until the next day.
        assert_eq!(settled(&[(8, 8), (12, 8), (5, 8)], 19), (vec![12, 12, 32], vec![0, 1, 2]));
    }
}
