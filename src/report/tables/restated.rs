//! From a lot table back to a plan: what the lots come to, stated as `solve` would state it.
//!
//! The table holds decisions and times; costs and fates of the orders are recomputed by the checker, so that the plan
//! says the truth about itself. Whether it keeps the rules is not judged: yesterday's plan need not keep today's.

use crate::import::plan_table::LotTable;
use crate::model::{Duration, Instance, Instant};
use crate::solution::{FORMAT, LineEntry, OrderEntry, OrderStatus, Reason, Solution, Status};
use crate::verify::verify;

/// The plan of an instance whose lots are given.
pub fn plan_of_lots(instance: &Instance, table: LotTable) -> Solution {
    let zone = crate::report::svg::chart::zone_of(instance);
    let LotTable { lots, overtime } = table;
    let line = |(id, opened): (String, std::collections::BTreeSet<Instant>)| LineEntry {
        id,
        overtime: opened.into_iter().collect(),
        operations: 0,
        run_time: Duration::default(),
        changeover_time: Duration::default(),
        changeovers: 0,
    };
    let mut solution = Solution {
        format: FORMAT.to_string(),
        instance: instance.name.clone(),
        status: Status::Feasible,
        cost: Default::default(),
        bound: None,
        gap: None,
        clash: None,
        lots,
        orders: Vec::new(),
        lines: overtime.into_iter().map(line).collect(),
        kpis: Default::default(),
        run: Default::default(),
        meta: None,
    };
    // What becomes of an order is told by its lots; what the plan says of it must not stand in the way.
    let made: rustc_hash::FxHashSet<&str> = solution.lots.iter().map(|lot| lot.order.as_str()).collect();
    let nothing_left = |order: &crate::model::Order| order.items.iter().all(|item| item.remaining() == 0);
    solution.orders = instance
        .orders
        .iter()
        .map(|order| OrderEntry {
            id: order.id.clone(),
            status: match order.reject_cost {
                _ if made.contains(order.id.as_str()) || nothing_left(order) => OrderStatus::OnTime,
                Some(_) => OrderStatus::Rejected,
                None => OrderStatus::Unplanned,
            },
            delivery: None,
            lateness: Duration::default(),
            cost: crate::units::Money::ZERO,
            reason: None,
        })
        .collect();
    let verification = verify(instance, &solution);
    for (entry, verdict) in solution.orders.iter_mut().zip(&verification.orders) {
        entry.status = verdict.status;
        entry.delivery = verdict.delivery.map(|at| Instant::in_zone(at, &zone));
        entry.lateness = Duration(verdict.lateness);
        entry.cost = verdict.cost;
        let message = "The lot table has no lots of it.".to_string();
        let missing = verdict.status == OrderStatus::Unplanned;
        entry.reason = missing.then(|| Reason { code: "not-in-table".to_string(), message });
    }
    solution.cost = verification.cost;
    solution.status = if verification.unplanned > 0 { Status::Unknown } else { Status::Feasible };
    solution
}
