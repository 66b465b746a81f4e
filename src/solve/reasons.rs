//! Why an order is unplanned, in a code and a sentence.

use crate::diagnostic::Diagnostic;
use crate::heuristic::construct::alone;
use crate::model::Instance;
use crate::problem::{OrderIdx, Problem};
use crate::schedule::Obstacle;
use crate::solution::{Kpis, OrderEntry, OrderStatus, Reason, Solution, Status};
use crate::units::{Id, Money};
use rustc_hash::FxHashMap;

/// Above this many unplanned orders each gets the general reason: finding the particular one costs a plan each.
const MOST_EXPLAINED: usize = 200;

/// Gives every unplanned order its reason.
pub(super) fn explain_unplanned(instance: &Instance, problem: &Problem, solution: &mut Solution) {
    let unplanned = solution.orders.iter_mut().enumerate().filter(|(_, order)| order.status == OrderStatus::Unplanned);
    for (count, (index, entry)) in unplanned.enumerate() {
        let obstacle = if count < MOST_EXPLAINED { alone(problem, OrderIdx::at(index)) } else { None };
        let deadline = instance.orders[index].deadline.is_some();
        entry.reason = Some(match obstacle {
            Some(obstacle) => reason_of(obstacle),
            None => Reason {
                code: "no-room".to_string(),
                message: format!(
                    "It could be made by itself, but not beside the orders that are planned: no room was found before \
                     its {}.",
                    if deadline { "deadline" } else { "planning horizon ends" }
                ),
            },
        });
    }
}

fn reason_of(obstacle: Obstacle) -> Reason {
    let (code, message) = match obstacle {
        Obstacle::Horizon => ("horizon", "Even by itself it does not fit into the open time before the plan's end."),
        Obstacle::Deadline => ("deadline", "Even by itself it cannot be delivered before its deadline."),
        Obstacle::Line => ("no-line", "No line can run one of its operations."),
        Obstacle::Transit => ("no-transit", "The sites of the lines that can run its operations are not connected."),
        Obstacle::Delivery => ("no-delivery", "No site that can finish it delivers to its region."),
        Obstacle::Material => ("material", "The material it needs never arrives in full."),
        Obstacle::Circle => ("no-room", "No place was found for it beside the orders that are planned."),
    };
    Reason { code: code.to_string(), message: message.to_string() }
}

/// Lists the orders that were set aside, each with its fault, in the place the instance has them.
pub(super) fn list_set_aside(instance: &Instance, solution: &mut Solution, faults: &[(String, Diagnostic)]) {
    let mut planned: FxHashMap<String, OrderEntry> =
        std::mem::take(&mut solution.orders).into_iter().map(|entry| (entry.id.clone(), entry)).collect();
    let faults: FxHashMap<&str, &Diagnostic> = faults.iter().map(|(order, fault)| (order.as_str(), fault)).collect();
    let set_aside = |id: &str| OrderEntry {
        id: id.to_string(),
        status: OrderStatus::Unplanned,
        delivery: None,
        lateness: crate::model::Duration::default(),
        cost: Money::ZERO,
        reason: faults.get(id).map(|fault| Reason {
            code: fault.code.to_string(),
            message: format!("{} {}", fault.message, fault.remedy),
        }),
    };
    solution.orders =
        instance.orders.iter().map(|order| planned.remove(&order.id).unwrap_or_else(|| set_aside(&order.id))).collect();
    let orders = solution.orders.len();
    let unplanned = solution.orders.iter().filter(|order| order.status == OrderStatus::Unplanned).count();
    let on_time_share = solution.kpis.on_time as f64 / orders.max(1) as f64;
    let on_time_share = (on_time_share * 10_000.0).round() / 10_000.0;
    solution.kpis = Kpis { orders, unplanned, on_time_share, ..std::mem::take(&mut solution.kpis) };
    // Some orders are not in the plan, so nothing about the whole is proved; but what cannot be done without them cannot be
    // done with them.
    if solution.status != Status::Infeasible {
        solution.status = Status::Unknown;
    }
    solution.bound = None;
    solution.gap = None;
}
