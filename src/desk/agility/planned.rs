//! A stream of demand that has been planned: which promises are kept, what a piece costs, which line is fullest.

use super::stream::Plant;
use crate::desk::insertion::Room;
use crate::model::Instance;
use crate::plan::Plan;
use crate::problem::{OrderIdx, Problem};
use crate::solution::{OrderStatus, Solution};
use crate::units::{DAY, Id, Money, Seconds};
use rustc_hash::FxHashSet;

/// What came on a day behind the filling: orders whose promises could be kept, and of these those that are not.
#[derive(Clone, Copy, Debug, Default)]
struct Day {
    orders: u64,
    broken: u64,
}

/// A stream that has been planned.
pub(super) struct Planned {
    pub instance: Instance,
    pub solution: Solution,
    /// By day behind the filling.
    days: Vec<Day>,
    /// Orders behind the filling that not even an empty plant delivers in time; they count as neither kept nor broken.
    pub impossible: usize,
}

impl Planned {
    /// `came` says the day each order came.
    pub fn new(instance: Instance, solution: Solution, came: &[u32], filling_days: u32) -> Self {
        let problem = Problem::new(&instance);
        let empty = Room::new(&problem, &Plan::empty(&problem));
        let is_possible = |order: OrderIdx| {
            let made = empty.as_ref().and_then(|room| room.insert_on_time(order));
            let delivery = made.and_then(|made| made.schedule.deliveries[order]);
            delivery.is_some_and(|delivery| problem.orders[order].due.is_none_or(|due| delivery <= due))
        };
        let mut days: Vec<Day> = Vec::new();
        let mut impossible = 0;
        for (index, (entry, came)) in solution.orders.iter().zip(came).enumerate() {
            let Some(day) = came.checked_sub(filling_days) else { continue };
            let is_broken = entry.status != OrderStatus::OnTime;
            if is_broken && !is_possible(OrderIdx::at(index)) {
                impossible += 1;
                continue;
            }
            days.resize(days.len().max(day as usize + 1), Day::default());
            let day = &mut days[day as usize];
            (day.orders, day.broken) = (day.orders + 1, day.broken + u64::from(is_broken));
        }
        Self { instance, solution, days, impossible }
    }

    /// The days until promises are kept again, in so many of a hundred of the orders that come from then on; none where that
    /// is not within so many days.
    pub fn days_needed(&self, within: u32, keep_percent: u32) -> Option<u32> {
        (0..=within).find(|&since| {
            let rest = self.days.get(since as usize..).unwrap_or_default();
            let (orders, broken) = rest.iter().fold((0, 0), |sum, day| (sum.0 + day.orders, sum.1 + day.broken));
            broken * 100 <= orders * u64::from(100 - keep_percent.min(100))
        })
    }

    /// The share of promises kept behind the filling; 1 without orders.
    pub fn kept_share(&self) -> f64 {
        let (orders, broken) = self.days.iter().fold((0, 0), |sum, day| (sum.0 + day.orders, sum.1 + day.broken));
        if orders == 0 { 1.0 } else { ((orders - broken) as f64 / orders as f64 * 10_000.0).round() / 10_000.0 }
    }

    pub fn cost_per_piece(&self) -> Money {
        Money(self.solution.cost.total.0 / self.solution.kpis.pieces.max(1))
    }

    /// The fullest line from the increase on, by working time over open time.
    pub fn fullest(&self, plant: &Plant) -> (Option<String>, f64) {
        let problem = Problem::new(&self.instance);
        let from = self.instance.start.seconds + Seconds(i64::from(plant.filling_days) * DAY.0);
        let to = self.instance.orders.iter().filter_map(|order| order.due).map(|due| due.seconds).max().unwrap_or(from);
        let mut fullest: (Option<String>, f64) = (None, 0.0);
        let used: FxHashSet<&str> = self
            .solution
            .lots
            .iter()
            .flat_map(|lot| &lot.operations)
            .map(|operation| operation.line.as_str())
            .collect();
        for (id, line) in problem.lines.enumerate() {
            let name = &self.instance.lines[id.position()].id;
            if !used.contains(name.as_str()) {
                continue;
            }
            let open = &problem.calendars[line.calendar];
            let operations = self.solution.lots.iter().flat_map(|lot| &lot.operations);
            let busy: i64 = operations
                .filter(|operation| operation.line == *name)
                .map(|operation| {
                    let first = operation.setup_start.unwrap_or(operation.start).seconds.max(from);
                    open.working_between(first, operation.end.seconds.min(to).max(first)).0
                })
                .sum();
            let load = busy as f64 / open.working_between(from, to.max(from)).0.max(1) as f64;
            if load > fullest.1 {
                fullest = (Some(name.clone()), load);
            }
        }
        (fullest.0, (fullest.1 * 10_000.0).round() / 10_000.0)
    }
}
