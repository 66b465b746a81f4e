//! What no plan costs less than: asked of the integer programs, told to the incumbent.
//!
//! Under a time limit the bound is proved beside the search, for a share of the time; under an iteration limit after
//! it, with a limit of its own that no clock decides, so that a seed gives the same bytes. Without the feature `mip`
//! there is only the bound of the relaxations (`proof`).

use super::budget::Budget;
use super::incumbent::Incumbent;
use crate::mip::prover::{LinePlans, News, Prover};
use crate::plan::{Fate, OpIdx, Plan, lots_of_item};
use crate::problem::{ItemIdx, OrderIdx, Problem};
use crate::proof::relaxations;
use crate::schedule::settle_left_shifted;
use crate::units::Money;
use rustc_hash::{FxHashMap, FxHashSet};
use std::time::Duration;

/// The share of the time limit the bound may take: on a thread beside the search's, and where it takes the search's own. That of
/// plans of more than so many orders, where columns were still at 0 after five seconds of 100 orders, unless the bound is above
/// so large a share of the cost by then.
const SHARE: f64 = 0.98;
const SHARE_OF_ONE_THREAD: f64 = 0.8;
const SHARE_OF_MANY: f64 = 0.2;
const MANY: usize = 64;
const NEAR: f64 = 0.9;
/// The search has some time for itself first, for prices that begin at those of a poor plan take longer than waiting for
/// a good one: until it has found nothing for as long as it took to find its best plan, and at least so long, but no more
/// than this share of the time.
const LEAST_HEAD_START: Duration = Duration::from_millis(200);
const HEAD_START: f64 = 0.05;
/// Extensions of labels per iteration of the search, and at least.
const WORK_PER_ITERATION: u64 = 200;
const LEAST_WORK: u64 = 1_000_000;
/// How long to wait before looking at the clock and the cancel flag again.
const LISTENING_INTERVAL: Duration = Duration::from_millis(10);

/// A bound being proved.
pub(super) struct Bounding {
    prover: Option<Prover>,
    /// What the search has for itself, until the prover is started.
    head_start: Option<HeadStart>,
    /// Time left at which the prover is stopped.
    until: Option<Duration>,
    /// Time left when it began.
    total: Option<Duration>,
    /// The share it may take where orders are not too many.
    share: f64,
    threads: usize,
}

/// The time the search has for itself.
struct HeadStart {
    /// At most.
    most: Duration,
    /// The best cost so far and when it was found.
    best: Option<(usize, Money)>,
    found: Duration,
}

impl HeadStart {
    /// Whether it is over when so much time has passed.
    fn is_over(&mut self, passed: Duration, best: Option<(usize, Money)>) -> bool {
        if self.best != best {
            (self.best, self.found) = (best, passed);
        }
        passed >= self.most || passed >= LEAST_HEAD_START.max(self.found * 2)
    }
}

impl Bounding {
    /// Takes the bounds that cost nothing, and begins to prove a better one if it is to run beside a search on so many threads.
    pub fn begin(problem: &Problem, budget: &Budget, threads: usize, incumbent: &mut Incumbent<'_>) -> Self {
        incumbent.raise_bound("relaxation", relaxations::floor(problem));
        let few = if threads > 1 { SHARE } else { SHARE_OF_ONE_THREAD };
        let share = if problem.orders.len() > MANY { SHARE_OF_MANY } else { few };
        let beside = budget.iterations.is_none();
        let total = budget.remaining();
        let most = total.unwrap_or_default().mul_f64(HEAD_START);
        let head_start = beside.then_some(HeadStart { most, best: None, found: Duration::ZERO });
        Self {
            prover: None,
            head_start,
            until: total.map(|total| total.mul_f64(1.0 - share)),
            total,
            share: few,
            threads,
        }
    }

    fn start(&mut self, problem: &Problem, incumbent: &Incumbent<'_>, work: Option<u64>) {
        let complete = incumbent.best().filter(|best| best.schedule.unplanned == 0 && !incumbent.is_proved());
        let floor = incumbent.bound().unwrap_or(Money::ZERO);
        self.prover = complete
            .and_then(|best| Prover::start(problem, &best.plan, (best.schedule.cost.total, floor), work, self.threads));
        if self.prover.as_ref().is_some_and(Prover::is_for_many) {
            self.go_on_as_with_few();
        }
    }

    /// Lets the proof have the share it may take where orders are not too many.
    fn go_on_as_with_few(&mut self) {
        self.until = self.total.map(|total| total.mul_f64(1.0 - self.share));
    }

    /// Hears what has been proved so far, without waiting.
    pub fn listen(&mut self, problem: &Problem, budget: &Budget, incumbent: &mut Incumbent<'_>) {
        let passed = self.total.unwrap_or_default().saturating_sub(budget.remaining().unwrap_or_default());
        let best = incumbent.best().map(|best| best.schedule.value());
        if self.head_start.as_mut().is_some_and(|own| own.is_over(passed, best)) {
            self.head_start = None;
            self.start(problem, incumbent, None);
        }
        while self.hear(problem, incumbent, Duration::ZERO) {}
        if self.is_out_of_time(budget) && incumbent.bound().zip(best).is_some_and(is_near) {
            self.go_on_as_with_few();
        }
        if self.is_out_of_time(budget) {
            self.prover = None;
        }
    }

    /// After the search: waits for the rest.
    pub fn finish(&mut self, problem: &Problem, budget: &Budget, incumbent: &mut Incumbent<'_>) {
        if let Some(iterations) = budget.iterations {
            let work = iterations.saturating_mul(WORK_PER_ITERATION).max(LEAST_WORK);
            self.start(problem, incumbent, Some(work));
        } else if self.head_start.take().is_some() && !self.is_out_of_time(budget) {
            // The search ended before its head start did, or was never asked.
            self.start(problem, incumbent, None);
        }
        if self.prover.is_some() {
            incumbent.phase("bound");
        }
        while self.prover.as_ref().is_some_and(|prover| !prover.is_over())
            && budget.go_on()
            && !self.is_out_of_time(budget)
            && !incumbent.is_proved()
        {
            self.hear(problem, incumbent, LISTENING_INTERVAL);
        }
        self.prover = None;
    }

    fn is_out_of_time(&self, budget: &Budget) -> bool {
        self.until.is_some_and(|until| budget.remaining().is_some_and(|left| left <= until))
    }

    /// Hears one piece of news; whether there was any.
    fn hear(&mut self, problem: &Problem, incumbent: &mut Incumbent<'_>, patience: Duration) -> bool {
        let Some(prover) = &mut self.prover else { return false };
        if let Some(best) = incumbent.best().filter(|best| best.schedule.unplanned == 0) {
            prover.cost_is(best.schedule.cost.total);
        }
        let source = prover.source();
        match prover.listen(patience) {
            Some(News::Bound(bound)) => incumbent.raise_bound(source, bound),
            Some(News::Plan(lines)) => {
                if let Some(mut plan) = incumbent.best().and_then(|best| plan_of(problem, &best.plan, lines))
                    && let Ok(schedule) = settle_left_shifted(problem, &mut plan)
                {
                    incumbent.offer(source, plan, schedule);
                }
            }
            Some(News::Failed) => incumbent.faults.push("bound: its thread failed".to_string()),
            Some(News::Done) => {}
            None => return false,
        }
        true
    }
}

/// Whether a bound is so near a plan's value that the rest is worth its time.
fn is_near((bound, (unplanned, cost)): (Money, (usize, Money))) -> bool {
    unplanned == 0 && bound.0 as f64 >= cost.0 as f64 * NEAR
}

/// The plan of given line plans; none where some order is made in part.
fn plan_of(problem: &Problem, best: &Plan, lines: LinePlans) -> Option<Plan> {
    if problem.supplies.iter().any(|supply| supply.scarce) {
        // Who takes first is a decision line plans do not hold.
        return None;
    }
    let mut plan = Plan::empty(problem);
    let mut lot_of: FxHashMap<ItemIdx, OpIdx> = FxHashMap::default();
    let made: FxHashSet<OrderIdx> =
        lines.iter().flat_map(|(_, items)| items).map(|&item| problem.items[item].order).collect();
    for (id, order) in problem.orders.enumerate().filter(|(_, order)| !order.nothing_left) {
        let decided =
            order.items().any(|item| lots_of_item(problem, item, 1).len() > problem.items[item].frozen_lots.len());
        if decided && !made.contains(&id) || !decided && best.fates[id] == Fate::LeftOut {
            continue;
        }
        for lot in plan.add_order(problem, id, |_| 1) {
            let operation = plan.operation(lot, 0);
            if !plan.is_fact(problem, operation) {
                lot_of.insert(plan.lots[lot].item, operation);
            }
        }
    }
    for (line, items) in lines {
        plan.sequences[line] = items.iter().map(|item| lot_of.remove(item)).collect::<Option<Vec<OpIdx>>>()?;
        plan.overtime[line].clone_from(&best.overtime[line]);
    }
    lot_of.is_empty().then_some(plan)
}
