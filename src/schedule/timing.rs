//! When everything happens, from scratch: each operation as early as its line's sequence and its predecessors allow.

use super::coupling::{MaterialReady, after_predecessors};
use super::line::LineClock;
use crate::plan::{OpIdx, Operation, Plan};
use crate::problem::{ClassIdx, LineIdx, OrderIdx, Problem};
use crate::units::{IdVec, Seconds};

/// When an operation happens, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timed {
    /// The line.
    pub line: LineIdx,
    /// First second of its changeover; none where it takes no time.
    pub setup_start: Option<Seconds>,
    /// Working time of its changeover.
    pub setup_time: Seconds,
    /// First second of its run.
    pub start: Seconds,
    /// The second after its last.
    pub end: Seconds,
    /// Whether the baseline had begun it.
    pub fact: bool,
}

/// What stands in the way of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Obstacle {
    /// An operation would end after the horizon, or fits no window.
    Horizon,
    /// Delivery after the deadline.
    Deadline,
    /// The line cannot run the operation.
    Line,
    /// No transit between the sites of two operations.
    Transit,
    /// The last operation's site does not deliver to the region.
    Delivery,
    /// Its material never comes.
    Material,
    /// The sequences wait for one another in a circle, or an operation stands in none.
    Circle,
}

/// The orders that cannot be delivered as a plan has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Infeasible {
    /// Each with the first obstacle met.
    pub orders: Vec<(OrderIdx, Obstacle)>,
}

/// The lines of all operations; none for those that stand in no sequence and are no facts.
pub(super) fn lines_of(problem: &Problem, plan: &Plan) -> IdVec<OpIdx, Option<LineIdx>> {
    let mut line_of: IdVec<OpIdx, Option<LineIdx>> = IdVec::filled(None, plan.operations.len());
    for (line, sequence) in plan.sequences.enumerate() {
        for &operation in sequence {
            line_of[operation] = Some(line);
        }
    }
    if !problem.baseline.lots.is_empty() {
        for operation in plan.operations.ids() {
            if let Some(known) = plan.baseline_of(problem, operation).filter(|known| known.frozen) {
                line_of[operation] = Some(known.line);
            }
        }
    }
    line_of
}

/// The earliest times of a plan.
///
/// Works through the operations in an order in which line predecessors and route predecessors come first (Kahn);
/// what is never reached waits in a circle.
pub(super) fn earliest(problem: &Problem, plan: &Plan) -> Result<IdVec<OpIdx, Timed>, Infeasible> {
    let order_of = |operation: OpIdx| problem.items[plan.lots[plan.operations[operation].lot].item].order;
    let blocked = |operation: OpIdx, obstacle| Infeasible { orders: vec![(order_of(operation), obstacle)] };
    let line_of = lines_of(problem, plan);
    let materials =
        MaterialReady::new(problem, plan, &line_of).map_err(|(operation, obstacle)| blocked(operation, obstacle))?;

    let unset = Timed {
        line: LineIdx(0),
        setup_start: None,
        setup_time: Seconds::ZERO,
        start: Seconds::ZERO,
        end: Seconds::ZERO,
        fact: false,
    };
    let mut timed = IdVec::filled(unset, plan.operations.len());
    let mut waiting: IdVec<OpIdx, u32> = IdVec::filled(0, plan.operations.len());
    let mut reachable: Vec<OpIdx> = Vec::new();
    let mut done = 0;
    let mut position: IdVec<OpIdx, u32> = IdVec::filled(u32::MAX, plan.operations.len());
    for sequence in plan.sequences.iter() {
        for (index, &operation) in sequence.iter().enumerate() {
            position[operation] = index as u32;
        }
    }
    for (operation, &Operation { lot, step }) in plan.operations.enumerate() {
        if let Some(known) = plan.baseline_of(problem, operation).filter(|known| known.frozen) {
            let (line, setup_start) = (known.line, known.setup_start);
            timed[operation] = Timed { line, setup_start, start: known.start, end: known.end, fact: true, ..unset };
            done += 1;
            continue;
        }
        if position[operation] == u32::MAX {
            return Err(blocked(operation, Obstacle::Circle));
        }
        let before = &problem.route_of(plan.lots[lot].item).steps[usize::from(step)].after;
        let undecided = before.iter().filter(|&&b| !plan.is_fact(problem, plan.operation(lot, usize::from(b)))).count();
        waiting[operation] = undecided as u32 + u32::from(position[operation] > 0);
        if waiting[operation] == 0 {
            reachable.push(operation);
        }
    }
    let clocks: IdVec<LineIdx, LineClock<'_>> =
        problem.lines.enumerate().map(|(id, line)| LineClock::new(problem, line, &plan.overtime[id])).collect();
    let mut states: IdVec<LineIdx, (Seconds, Option<ClassIdx>)> =
        problem.lines.iter().map(|line| (line.available_from, line.initial_class)).collect();
    while let Some(operation) = reachable.pop() {
        let Some(id) = line_of[operation] else { return Err(blocked(operation, Obstacle::Circle)) };
        timed[operation] = time_one(problem, plan, operation, id, (&clocks[id], states[id]), &materials, &timed)
            .map_err(|obstacle| blocked(operation, obstacle))?;
        done += 1;
        let kind = plan.kind(problem, operation);
        let line = &problem.lines[id];
        states[id] = (timed[operation].end, line.changeovers.map(|_| problem.class_on(line, kind)));
        let Operation { lot, step } = plan.operations[operation];
        let behind = &problem.route_of(plan.lots[lot].item).steps[usize::from(step)].before;
        let on_line = plan.sequences[id].get(position[operation] as usize + 1).copied();
        for next in behind.iter().map(|&step| plan.operation(lot, usize::from(step))).chain(on_line) {
            if timed[next].fact {
                continue;
            }
            waiting[next] -= 1;
            if waiting[next] == 0 {
                reachable.push(next);
            }
        }
    }
    if done < plan.operations.len() {
        let mut orders: Vec<OrderIdx> =
            waiting.enumerate().filter(|&(_, &count)| count > 0).map(|(operation, _)| order_of(operation)).collect();
        orders.dedup();
        return Err(Infeasible { orders: orders.into_iter().map(|order| (order, Obstacle::Circle)).collect() });
    }
    Ok(timed)
}

fn time_one(
    problem: &Problem,
    plan: &Plan,
    operation: OpIdx,
    id: LineIdx,
    (clock, (free, class)): (&LineClock<'_>, (Seconds, Option<ClassIdx>)),
    materials: &MaterialReady,
    timed: &IdVec<OpIdx, Timed>,
) -> Result<Timed, Obstacle> {
    let line = &problem.lines[id];
    let lot = plan.lots[plan.operations[operation].lot];
    let kind = plan.kind(problem, operation);
    let rate = problem.rate_on(kind, id).ok_or(Obstacle::Line)?;
    let changeover = problem.changeover(line, class, problem.class_on(line, kind));
    let ready = problem.orders[problem.items[lot.item].order]
        .release
        .max(materials.of(operation))
        .max(after_predecessors(problem, plan, operation, id, timed)?);
    let slot = clock.next(free, changeover.time, ready, rate.run_time(lot.quantity)).ok_or(Obstacle::Horizon)?;
    Ok(Timed {
        line: id,
        setup_start: slot.setup_start,
        setup_time: changeover.time,
        start: slot.start,
        end: slot.end,
        fact: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn who_waits_in_a_circle_is_named_and_nobody_else() {
        let order = |id: &str| json!({"id": id, "items": [{"variant": "mug", "quantity": 1}]});
        let instance = json!({"format": "lotwise/1", "start": "2026-11-23T08:00:00Z",
            "lines": [{"id": "bench", "rates": [{"seconds_per_unit": 60}]}],
            "routes": [{"id": "both", "operations": [{"id": "turn"}, {"id": "fire", "after": ["turn"]}]}],
            "variants": [{"id": "mug", "route": "both"}],
            "orders": [order("A"), order("B"), order("C")]});
        let problem = Problem::new(&serde_json::from_value(instance).unwrap());
        let mut plan = Plan::empty(&problem);
        let lots: Vec<_> = problem.orders.ids().map(|order| plan.add_order(&problem, order, |_| 1)[0]).collect();
        let step = |order: usize, step: usize| plan.operation(lots[order], step);
        // A fires before it turns; C comes behind it.
        let sequence = [step(1, 0), step(1, 1), step(0, 1), step(0, 0), step(2, 0), step(2, 1)];
        plan.sequences[LineIdx(0)] = sequence.to_vec();
        let waiting = vec![(OrderIdx(0), Obstacle::Circle), (OrderIdx(2), Obstacle::Circle)];
        assert_eq!(earliest(&problem, &plan).unwrap_err(), Infeasible { orders: waiting });
        // What stands nowhere is blocked by itself.
        plan.sequences[LineIdx(0)] = sequence[..5].to_vec();
        let blocked = vec![(OrderIdx(2), Obstacle::Circle)];
        assert_eq!(earliest(&problem, &plan).unwrap_err(), Infeasible { orders: blocked });
    }
}
