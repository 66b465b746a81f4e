//! From plan and schedule to the file: dense ids become names again, seconds become instants.

use super::{kpis, reasons};
use crate::model::{Duration, Instance, Instant, LotEntry, OperationEntry};
use crate::plan::{LotIdx, Plan};
use crate::problem::{LineIdx, OrderIdx, Problem};
use crate::schedule::Schedule;
use crate::solution::{FORMAT, LineEntry, OrderEntry, OrderStatus, Run, Solution, Status};
use crate::units::{Id, IdVec, Money, Seconds};

/// The solution a plan and its schedule make; `run` is left empty.
pub(crate) fn solution(instance: &Instance, problem: &Problem, plan: &Plan, schedule: &Schedule) -> Solution {
    let status = if schedule.unplanned > 0 { Status::Unknown } else { Status::Feasible };
    let orders: Vec<OrderEntry> =
        problem.orders.ids().map(|order| order_entry(instance, problem, schedule, order)).collect();
    let lines = line_entries(instance, problem, plan, schedule);
    let kpis = kpis::kpis(problem, plan, schedule, &orders, &lines);
    let mut solution = Solution {
        format: FORMAT.to_string(),
        instance: instance.name.clone(),
        status,
        cost: schedule.cost,
        bound: None,
        gap: None,
        clash: None,
        lots: lot_entries(instance, problem, plan, schedule),
        orders,
        lines,
        kpis,
        run: Run::default(),
        meta: None,
    };
    reasons::explain_unplanned(instance, problem, &mut solution);
    solution
}

fn instant(problem: &Problem, seconds: Seconds) -> Instant {
    Instant::in_zone(seconds, &problem.zone)
}

/// Lots by order, item and number.
fn lot_entries(instance: &Instance, problem: &Problem, plan: &Plan, schedule: &Schedule) -> Vec<LotEntry> {
    let mut sorted: Vec<LotIdx> = plan.lots.ids().collect();
    sorted.sort_by_key(|&lot| (plan.lots[lot].item, plan.lots[lot].number));
    let entry = |id: LotIdx| {
        let lot = plan.lots[id];
        let facts = &problem.items[lot.item];
        let order = &instance.orders[facts.order.position()];
        let place = (lot.item.0 - problem.orders[facts.order].items.start) as usize;
        let route = problem.written_route(lot.item).map(|place| &instance.routes[place]);
        let operations = (0..problem.route_of(lot.item).steps.len()).map(|step| {
            let timed = &schedule.operations[plan.operation(id, step)];
            OperationEntry {
                operation: route.map(|route| route.operations[step].id.clone()),
                line: instance.lines[timed.line.position()].id.clone(),
                setup_start: timed.setup_start.map(|at| instant(problem, at)),
                start: instant(problem, timed.start),
                end: instant(problem, timed.end),
                meta: None,
            }
        });
        LotEntry {
            order: order.id.clone(),
            item: order.items[place].name(place),
            lot: lot.number,
            quantity: lot.quantity,
            variant: None,
            operations: operations.collect(),
            meta: None,
        }
    };
    sorted.into_iter().map(entry).collect()
}

fn order_entry(instance: &Instance, problem: &Problem, schedule: &Schedule, id: OrderIdx) -> OrderEntry {
    let order = &problem.orders[id];
    let mut entry = OrderEntry {
        id: instance.orders[id.position()].id.clone(),
        status: OrderStatus::OnTime,
        delivery: None,
        lateness: Duration::default(),
        cost: Money::ZERO,
        reason: None,
    };
    match (schedule.deliveries[id], order.reject_cost) {
        (Some(delivery), _) => {
            entry.delivery = Some(instant(problem, delivery));
            if let Some(due) = order.due.filter(|&due| delivery > due) {
                entry.status = OrderStatus::Late;
                entry.lateness = Duration(delivery - due);
            }
            let (lateness, holding) = order.delivery_cost(delivery);
            entry.cost = lateness + holding;
        }
        (None, Some(reject_cost)) => {
            entry.status = OrderStatus::Rejected;
            entry.cost = reject_cost;
        }
        (None, None) => entry.status = OrderStatus::Unplanned,
    }
    entry
}

fn line_entries(instance: &Instance, problem: &Problem, plan: &Plan, schedule: &Schedule) -> Vec<LineEntry> {
    let mut totals: IdVec<LineIdx, (usize, Seconds, Seconds, usize)> =
        IdVec::filled((0, Seconds::ZERO, Seconds::ZERO, 0), problem.lines.len());
    for (operation, timed) in schedule.operations.enumerate() {
        let (operations, run, setup, changeovers) = &mut totals[timed.line];
        *operations += 1;
        let quantity = plan.lots[plan.operations[operation].lot].quantity;
        let rate = problem.rate_on(plan.kind(problem, operation), timed.line);
        *run += rate.map_or(Seconds::ZERO, |rate| rate.run_time(quantity));
        *setup += timed.setup_time;
        *changeovers += usize::from(timed.setup_time > Seconds::ZERO);
    }
    let entry = |(id, line): (LineIdx, &crate::problem::Line)| {
        let (operations, run_time, changeover_time, changeovers) = totals[id];
        LineEntry {
            id: instance.lines[id.position()].id.clone(),
            overtime: plan.overtime[id].iter().map(|&place| instant(problem, line.overtime[place].span.from)).collect(),
            operations,
            run_time: Duration(run_time),
            changeover_time: Duration(changeover_time),
            changeovers,
        }
    };
    problem.lines.enumerate().map(entry).collect()
}
