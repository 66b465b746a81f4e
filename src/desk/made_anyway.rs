//! A left-out order made all the same: put into the plan, then searched briefly as if it had to be made.
//!
//! Putting in moves nobody else; the order's price is then often dearer than need be, for two small orders may have to
//! change places first. Where plans are small enough to search at once that is looked for. Everything asked of left-out
//! orders comes from here, so that a change, applied, comes to the plan that was told of it.

use super::insertion::{Inserted, Room};
use crate::model::{Instance, Instant};
use crate::plan::Plan;
use crate::problem::{OrderIdx, Problem};
use crate::schedule::settle;
use crate::solve::{Method, Options, plan_of, solution_of, solve};
use crate::units::{Id, Seconds};

/// Iterations of the search.
const BRIEF: u64 = 2_000;
/// Plans of more operations are not searched: the answer must come while somebody waits for it.
const MOST_OPERATIONS: usize = 3_000;

/// Where a left-out order goes.
pub(super) struct MadeAnyway<'a> {
    /// What the problem was compiled from.
    pub instance: &'a Instance,
    pub problem: &'a Problem,
    /// The plan that leaves it out.
    pub plan: &'a Plan,
    pub order: OrderIdx,
}

impl MadeAnyway<'_> {
    /// Where it costs least; `room` is that of the plan. None where it fits nowhere.
    pub fn cheapest(&self, room: &Room<'_>) -> Option<Inserted> {
        let inserted = room.insert(self.order);
        self.better(inserted, None)
    }

    /// By its promise at least cost, or as little later as can be.
    pub fn on_time(&self, room: &Room<'_>) -> Option<Inserted> {
        let inserted = room.insert_on_time(self.order);
        self.better(inserted, self.problem.orders[self.order].due)
    }

    /// What is put in, or what a search makes of the plan where that is better: less late for `by`, then cheaper.
    fn better(&self, inserted: Option<Inserted>, by: Option<Seconds>) -> Option<Inserted> {
        let rank = |made: &Inserted| {
            let delivery = made.schedule.deliveries[self.order].unwrap_or(Seconds::MAX);
            let late = by.map_or(Seconds::ZERO, |by| (delivery - by).max(Seconds::ZERO));
            (made.schedule.unplanned, late, made.schedule.cost.total)
        };
        let searched = self.searched(inserted.as_ref(), by);
        inserted.into_iter().chain(searched).min_by_key(rank)
    }

    /// A brief search of the plan in which the order must be made, and delivered by an instant; none where that finds none.
    fn searched(&self, inserted: Option<&Inserted>, by: Option<Seconds>) -> Option<Inserted> {
        if self.plan.operations.len() > MOST_OPERATIONS {
            return None;
        }
        let mut forced = self.instance.clone();
        let wanted = &mut forced.orders[self.order.position()];
        wanted.reject_cost = None;
        if let Some(by) = by {
            let by = Instant::in_zone(by, &self.problem.zone);
            wanted.deadline = Some(wanted.deadline.map_or(by, |deadline| deadline.min(by)));
        }
        let problem = Problem::new(&forced);
        let in_time =
            |made: &&Inserted| by.is_none_or(|by| made.schedule.deliveries[self.order].is_some_and(|at| at <= by));
        let mut plan = inserted.filter(in_time).map_or(self.plan, |made| &made.plan).clone();
        let schedule = settle(&problem, &mut plan).ok()?;
        let options = Options {
            method: Method::Heuristic,
            time_limit: None,
            iterations: Some(BRIEF),
            threads: Some(1),
            start: Some(solution_of(&forced, &problem, &plan, &schedule)),
            ..Options::default()
        };
        let found = solve(&forced, &options, &mut |_| {}).ok()?.solution;
        let mut plan = plan_of(self.instance, self.problem, &found);
        let schedule = settle(self.problem, &mut plan).ok()?;
        schedule.deliveries[self.order].is_some().then_some(Inserted { plan, schedule })
    }
}
