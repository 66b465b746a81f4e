//! Replicas of a search in synchronous epochs: how long each runs, how hot it is, and what they share.
//!
//! Each replica has its own named random stream, and replicas meet between epochs only. So a seed and an iteration
//! budget give the same plan on any number of threads. Knows no plan's state: a [`Replica`] has that.

use crate::plan::Plan;
use crate::plan::pool::Chooser;
use crate::problem::Problem;
use crate::schedule::{Schedule, settle_left_shifted};
use crate::units::Money;
use rayon::prelude::*;
use std::time::Duration;

/// How much to search, and with what.
#[derive(Clone, Copy)]
pub(crate) struct Effort<'a> {
    /// Seed of the replicas' streams.
    pub seed: u64,
    /// Iterations over all replicas; none: as long as `remaining` says.
    pub iterations: Option<u64>,
    /// Time left; none without a limit.
    pub remaining: &'a (dyn Fn() -> Option<Duration> + Sync),
    /// Time used before the search; with an iteration budget none is counted.
    pub used: Duration,
    /// Whether somebody asked to stop.
    pub cancelled: &'a (dyn Fn() -> bool + Sync),
    /// Where the replicas run.
    pub pool: &'a rayon::ThreadPool,
    /// Who chooses among the lines' plans come across; none: nobody.
    pub chooser: Option<&'a Chooser<'a>>,
    /// A plan found elsewhere that is better than all before, once; never under an iteration budget.
    pub arrived: &'a (dyn Fn() -> Option<Plan> + Sync),
}

impl Effort<'_> {
    /// Whether to stop: somebody asked to, or the time limit is reached, which it never is under an iteration budget.
    pub fn is_over(&self) -> bool {
        (self.cancelled)() || self.iterations.is_none() && (self.remaining)().is_some_and(|left| left.is_zero())
    }
}

/// What a search calls itself.
pub(crate) const SEARCH: &str = "search";

/// What an epoch came to.
pub(crate) struct Epoch {
    /// Share of the budget used, 0 to 1.
    pub done: f64,
    /// Iterations so far, over all replicas.
    pub iterations: u64,
    /// A better plan than all before, where there is one.
    pub better: Option<(Plan, Schedule)>,
    /// What found it.
    pub source: &'static str,
}

/// From where to where the temperature falls, in ten-thousandths.
#[derive(Clone, Copy, Debug)]
pub(super) struct Temperatures {
    pub first: f64,
    pub last: f64,
}

impl Temperatures {
    /// The temperature when a share of the cooling is over.
    pub fn at(&self, share: f64) -> f64 {
        self.first * (self.last / self.first).powf(share)
    }
}

/// One search with a plan of its own.
///
/// Replicas lie side by side, and each counts and draws all the time: they are aligned to pages, for within a page a processor
/// fetches what lies ahead of what is read, and so two threads kept taking each other's lines away, a sixth of their time
/// (`docs/experiments.md`; two cache lines apart is not enough).
pub(super) trait Replica: Send {
    /// Makes so many proposals, the temperature falling from the first to the second.
    fn run(&mut self, iterations: u64, heat: (f64, f64));
    /// Iterations made.
    fn iterations(&self) -> u64;
    /// Cost of the best plan found.
    fn best_cost(&self) -> i64;
    /// Cost of the plan at hand.
    fn current_cost(&self) -> i64;
    /// Goes on from another replica's plan.
    fn go_on_from(&mut self, other: &Self);
}

/// Coolings one after another.
#[derive(Clone, Copy)]
pub(super) struct Coolings {
    /// The shares of the budget at which they end.
    pub ends: &'static [f64],
    /// How far on all but the first begin.
    pub reheated: f64,
}

impl Coolings {
    const ONE: Self = Self { ends: &[1.0], reheated: 0.0 };
    /// After little of a long time limit there is a plan nearly as good as one of a limit so short (`docs/experiments.md`).
    const QUICK_FIRST: Self = Self { ends: &[0.025, 0.125, 1.0], reheated: 0.0 };

    /// One under an iteration limit, which is for those who compare; else quick ones come first, for somebody may stop the
    /// search at any moment.
    pub fn under(effort: Effort<'_>) -> Self {
        if effort.iterations.is_some() { Self::ONE } else { Self::QUICK_FIRST }
    }

    /// How far the cooling is that goes on when a share of the budget is used.
    pub fn at(self, share: f64) -> f64 {
        // The end of one, not the begin of the next: temperatures fall within a stride.
        let over = self.ends.iter().take_while(|&&end| share > end + 1e-10).count().min(self.ends.len() - 1);
        let (begin, first) = over.checked_sub(1).map_or((0.0, 0.0), |last| (self.ends[last], self.reheated));
        first + (1.0 - first) * ((share - begin) / (self.ends[over] - begin))
    }
}

/// Parts of a search between which it tells what it has found and hears the clock.
pub(super) const EPOCHS: u64 = 40;

/// How far replicas go by themselves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// Iterations between two looks at the clock and the cancel flag.
    pub stride: u64,
    /// Iterations of an epoch where there is neither a time nor an iteration limit.
    pub unlimited: u64,
}

/// The shares of the budget used before and after an epoch.
pub(super) fn span(epoch: u64) -> (f64, f64) {
    (epoch as f64 / EPOCHS as f64, (epoch + 1) as f64 / EPOCHS as f64)
}

/// The longest a search under a time limit goes on before it tells what it has found, where telling costs nothing.
const LONGEST_PART: Duration = Duration::from_millis(250);

/// Into how many parts an epoch is divided, for who waits for news; `total` as in [`run_epoch`]. Under an iteration limit
/// it is one, for no clock may be read.
pub(super) fn parts_of_epoch(effort: Effort<'_>, total: Option<Duration>) -> u64 {
    let timed = total.filter(|_| effort.iterations.is_none()).unwrap_or_default();
    (timed.div_duration_f64(LONGEST_PART) / EPOCHS as f64).ceil().max(1.0) as u64
}

/// All parts of all epochs, one after another: the epoch, which part of it, and of how many.
pub(super) fn all_parts(parts: u64) -> impl Iterator<Item = (u64, (u64, u64))> {
    (0..EPOCHS).flat_map(move |epoch| (0..parts).map(move |part| (epoch, (part, parts))))
}

/// The shares of the budget used before and after a part of an epoch.
pub(super) fn span_of_part(epoch: u64, (part, parts): (u64, u64)) -> (f64, f64) {
    let (from, to) = span(epoch);
    let at = |part: u64| if part == parts { to } else { from + (to - from) * part as f64 / parts as f64 };
    (at(part), at(part + 1))
}

/// Lets all replicas run through an epoch; `total` is the time there was at the first, `heat` the temperature when a share
/// of the budget is used.
pub(super) fn run_epoch<R: Replica>(
    replicas: &mut [R],
    effort: Effort<'_>,
    (epoch, total): (u64, Option<Duration>),
    pace: Pace,
    heat: &(dyn Fn(f64) -> f64 + Sync),
) {
    run_part(replicas, effort, (epoch, (0, 1), total), pace, heat);
}

/// Lets all replicas run through one of the [`parts_of_epoch`].
pub(super) fn run_part<R: Replica>(
    replicas: &mut [R],
    effort: Effort<'_>,
    (epoch, part, total): (u64, (u64, u64), Option<Duration>),
    pace: Pace,
    heat: &(dyn Fn(f64) -> f64 + Sync),
) {
    let span = span_of_part(epoch, part);
    match extent_of_part(effort, replicas.len(), (epoch, part, total), pace) {
        Extent::Until(until) => {
            effort.pool.install(|| run_until(replicas, (effort, pace.stride), until, span, heat));
        }
        Extent::Iterations(iterations) => {
            let run = |one: &mut R| run_strides(one, (iterations, pace.stride), effort.cancelled, span, heat);
            effort.pool.install(|| replicas.par_iter_mut().for_each(run));
        }
    }
}

/// How far a part of an epoch goes.
pub(super) enum Extent {
    /// Until only so much time is left.
    Until(Duration),
    /// So many iterations of each replica.
    Iterations(u64),
}

/// How far so many replicas go in one of the [`parts_of_epoch`]; by iterations, an epoch has one.
pub(super) fn extent_of_part(
    effort: Effort<'_>,
    replicas: usize,
    (epoch, part, total): (u64, (u64, u64), Option<Duration>),
    pace: Pace,
) -> Extent {
    match (effort.iterations, total) {
        (Some(iterations), _) => Extent::Iterations(equal_share(iterations / replicas as u64, EPOCHS, epoch)),
        (None, Some(total)) => Extent::Until(total.mul_f64(1.0 - span_of_part(epoch, part).1)),
        (None, None) => Extent::Iterations(pace.unlimited),
    }
}

/// One of so many nearly equal shares of a whole number; the first ones are the larger.
pub(super) fn equal_share(whole: u64, shares: u64, index: u64) -> u64 {
    whole / shares + u64::from(index < whole % shares)
}

/// One epoch of a replica by its iterations, in strides, so that who asks to stop is heard within milliseconds.
fn run_strides<R: Replica>(
    one: &mut R,
    (iterations, stride): (u64, u64),
    cancelled: &(dyn Fn() -> bool + Sync),
    (from, to): (f64, f64),
    heat: &(dyn Fn(f64) -> f64 + Sync),
) {
    let strides = iterations.div_ceil(stride);
    let at = |stride: u64| heat(from + (to - from) * stride as f64 / strides as f64);
    for stride in (0..strides).take_while(|_| !cancelled()) {
        one.run(equal_share(iterations, strides, stride), (at(stride), at(stride + 1)));
    }
}

/// The time left until only `until` is.
pub(super) fn left_until(effort: Effort<'_>, until: Duration) -> Duration {
    (effort.remaining)().unwrap_or_default().saturating_sub(until)
}

/// One epoch by the clock, until only `until` is left: replicas take turns in rounds of threads, each with an equal
/// share of the time, the temperature following the time that has passed.
fn run_until<R: Replica>(
    replicas: &mut [R],
    (effort, stride): (Effort<'_>, u64),
    until: Duration,
    (from, to): (f64, f64),
    heat: &(dyn Fn(f64) -> f64 + Sync),
) {
    let threads = rayon::current_num_threads().clamp(1, replicas.len());
    let rounds = replicas.len().div_ceil(threads) as u32;
    let left = || left_until(effort, until);
    for (round, together) in replicas.chunks_mut(threads).enumerate() {
        let share = left() / (rounds - round as u32);
        let end = left().saturating_sub(share);
        together.par_iter_mut().for_each(|one| {
            loop {
                let rest = left().saturating_sub(end);
                if rest.is_zero() || share.is_zero() || (effort.cancelled)() {
                    break;
                }
                let passed = 1.0 - rest.as_secs_f64() / share.as_secs_f64();
                let now = heat(from + (to - from) * passed.clamp(0.0, 1.0));
                one.run(stride, (now, now));
            }
        });
    }
}

/// The replica with the best plan found; none without replicas.
pub(super) fn leader<R: Replica>(replicas: &[R]) -> Option<&R> {
    replicas.iter().min_by_key(|replica| replica.best_cost())
}

/// The replica that stands worst; none without replicas.
pub(super) fn worst<R: Replica>(replicas: &[R]) -> Option<usize> {
    (0..replicas.len()).max_by_key(|&index| (replicas[index].current_cost(), index))
}

/// The replica that stands worst goes on from where the best one is.
pub(super) fn share<R: Replica>(replicas: &mut [R]) {
    let cost = |index: usize| (replicas[index].current_cost(), index);
    let Some(best) = (0..replicas.len()).min_by_key(|&index| cost(index)) else { return };
    let Some(worst) = worst(replicas) else { return };
    if let Ok([best, worst]) = replicas.get_disjoint_mut([best, worst]) {
        worst.go_on_from(best);
    }
}

/// The best so far, as a search prices it and as the reference does.
pub(super) struct Best {
    /// What the replicas call its cost.
    pub cost: i64,
    /// By the reference.
    pub value: (usize, Money),
}

impl Best {
    /// The leading replica's best plan, where the reference agrees that it is better than all before.
    pub fn improve<R: Replica>(
        &mut self,
        problem: &Problem,
        replicas: &[R],
        plan_of: impl FnOnce(&R) -> Plan,
    ) -> Option<(Plan, Schedule)> {
        let leader = leader(replicas).filter(|leader| leader.best_cost() < self.cost)?;
        self.cost = leader.best_cost();
        let mut plan = plan_of(leader);
        let schedule = settle_left_shifted(problem, &mut plan).ok().filter(|schedule| schedule.value() < self.value)?;
        self.value = schedule.value();
        Some((plan, schedule))
    }
}

#[cfg(test)]
mod tests {
    use super::Coolings;

    #[test]
    fn each_cooling_is_over_at_its_end_and_begins_anew_behind_it() {
        for reheated in [0.0, 0.4] {
            let coolings = Coolings { reheated, ..Coolings::QUICK_FIRST };
            assert_eq!(coolings.at(0.0), 0.0);
            for end in [0.025, 0.125, 1.0] {
                // What strides add up to may lie a rounding past it.
                assert!((coolings.at(end) - 1.0).abs() < 1e-9 && (coolings.at(end + 1e-15) - 1.0).abs() < 1e-9);
            }
            for begin in [0.025, 0.125] {
                assert!((coolings.at(begin + 1e-6) - reheated).abs() < 1e-4);
            }
        }
        assert!((Coolings::QUICK_FIRST.at(0.075) - 0.5).abs() < 1e-9);
        assert_eq!([0.0, 0.3, 1.0].map(|share| Coolings::ONE.at(share)), [0.0, 0.3, 1.0]);
    }
}
