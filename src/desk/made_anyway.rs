//! A left-out order made all the same: put into the plan, then searched briefly as if it had to be made.
//!
//! Putting in moves nobody else; the order's price is then often dearer than need be, for two small orders may have to
//! change places first. Where plans are small enough to search at once that is looked for. Everything asked of left-out
//! orders comes from here, so that a change, applied, comes to the plan that was told of it.

use super::insertion::{Inserted, Room};
use crate::model::{Instance, Instant};
use crate::plan::{Fate, Plan};
use crate::problem::{OrderIdx, Problem};
use crate::schedule::settle;
use crate::solve::{Method, Options, plan_of, solution_of, solve};
use crate::units::{Id, Seconds};

/// Iterations of the search times the square of the plan's operations: where there are many, each takes longer, and more orders
/// are asked about.
const BRIEF: u64 = 600_000_000;
/// Iterations at least and at most.
const ITERATIONS: (u64, u64) = (500, 20_000);
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

/// Plans with the order.
pub(super) struct Ways {
    pub cheapest: Option<Inserted>,
    pub on_time: Option<Inserted>,
}

impl MadeAnyway<'_> {
    /// Where it costs least, and by its promise at least cost (or as little later as putting it in finds); `room` is that of the plan. None
    /// where it fits nowhere.
    pub fn ways(&self, room: &Room<'_>) -> Ways {
        let due = self.problem.orders[self.order].due;
        let cheapest = self.better(room.insert(self.order).into_iter(), None);
        let on_time = match due {
            Some(_) => self.better(room.insert_on_time(self.order).into_iter().chain(cheapest.clone()), due),
            None => cheapest.clone(),
        };
        let worth = |made: &Inserted| (made.schedule.unplanned, made.schedule.cost.total);
        Ways { cheapest: cheapest.into_iter().chain(on_time.clone()).min_by_key(worth), on_time }
    }

    /// The best of some plans with the order and of what a search makes of it: less late for `by`, then cheaper.
    fn better(&self, known: impl Iterator<Item = Inserted>, by: Option<Seconds>) -> Option<Inserted> {
        let rank = |made: &Inserted| {
            let delivery = made.schedule.deliveries[self.order].unwrap_or(Seconds::MAX);
            let late = by.map_or(Seconds::ZERO, |by| (delivery - by).max(Seconds::ZERO));
            (made.schedule.unplanned, late, made.schedule.cost.total)
        };
        let best = known.min_by_key(rank);
        let searched = self.searched(best.as_ref(), by);
        best.into_iter().chain(searched).min_by_key(rank)
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
        let operations = plan.operations.len().max(1) as u64;
        let iterations = (BRIEF / (operations * operations)).clamp(ITERATIONS.0, ITERATIONS.1);
        let options = Options {
            method: Method::Heuristic,
            time_limit: None,
            iterations: Some(iterations),
            threads: Some(1),
            start: Some(solution_of(&forced, &problem, &plan, &schedule)),
            ..Options::default()
        };
        // On a thread of its own: one of a pool that waits for another pool would begin with the next order meanwhile, and
        // with the one after that, on the same stack.
        let search = || solve(&forced, &options, &mut |_| {}).ok();
        let found = std::thread::scope(|scope| scope.spawn(search).join().ok().flatten())?.solution;
        let mut plan = plan_of(self.instance, self.problem, &found);
        let schedule = settle(self.problem, &mut plan).ok()?;
        // Nobody who must be made gives way.
        let must = |other: OrderIdx| other != self.order && self.problem.orders[other].reject_cost.is_none();
        let given_way = self
            .problem
            .orders
            .ids()
            .any(|other| must(other) && self.plan.fates[other] == Fate::Made && plan.fates[other] != Fate::Made);
        (plan.fates[self.order] == Fate::Made && !given_way).then_some(Inserted { plan, schedule })
    }
}
