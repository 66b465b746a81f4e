//! Figures over a whole plan. Shares and hours are floats for reading; nothing is decided by them.

use crate::plan::Plan;
use crate::problem::Problem;
use crate::schedule::{LineClock, Schedule};
use crate::solution::{Kpis, LineEntry, OrderEntry, OrderStatus};
use crate::units::Seconds;

/// The figures of a plan.
pub(super) fn kpis(
    problem: &Problem,
    plan: &Plan,
    schedule: &Schedule,
    orders: &[OrderEntry],
    lines: &[LineEntry],
) -> Kpis {
    let count = |status| orders.iter().filter(|order| order.status == status).count();
    let (on_time, late) = (count(OrderStatus::OnTime), count(OrderStatus::Late));
    let lateness = || orders.iter().map(|order| order.lateness.0.0);
    let last_end = schedule.operations.iter().map(|timed| timed.end).max().unwrap_or(problem.start);
    let run: i64 = lines.iter().map(|line| line.run_time.0.0).sum();
    let changeover: i64 = lines.iter().map(|line| line.changeover_time.0.0).sum();
    let open: i64 = problem
        .lines
        .enumerate()
        .map(|(id, line)| LineClock::new(problem, line, &plan.overtime[id]))
        .map(|clock| clock.open.working_between(problem.start, last_end.max(problem.start)).0)
        .sum();
    let lead_times: Vec<i64> = problem
        .orders
        .enumerate()
        .filter_map(|(id, order)| schedule.deliveries[id].map(|delivery| (delivery - order.release).0))
        .collect();
    Kpis {
        orders: orders.len(),
        on_time,
        late,
        rejected: count(OrderStatus::Rejected),
        unplanned: count(OrderStatus::Unplanned),
        on_time_share: if orders.is_empty() { 1.0 } else { share(on_time as i64, orders.len() as i64) },
        lots: plan.lots.len(),
        operations: plan.operations.len(),
        pieces: plan.lots.iter().map(|lot| lot.quantity).sum(),
        run_hours: share(run, 3_600),
        changeover_hours: share(changeover, 3_600),
        changeovers: lines.iter().map(|line| line.changeovers).sum(),
        mean_lateness_hours: share(lateness().sum(), 3_600 * late as i64),
        worst_lateness_hours: share(lateness().max().unwrap_or(0), 3_600),
        mean_lead_time_hours: share(lead_times.iter().sum(), 3_600 * lead_times.len() as i64),
        utilisation: share(run + changeover, open),
        makespan_hours: share((last_end - problem.start).max(Seconds::ZERO).0, 3_600),
    }
}

/// `part / whole` to four places; 0 where there is no whole.
fn share(part: i64, whole: i64) -> f64 {
    if whole <= 0 { 0.0 } else { (part as f64 / whole as f64 * 10_000.0).round() / 10_000.0 }
}
