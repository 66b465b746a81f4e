//! Repairs a merged plan across the cut, and nowhere else.
//!
//! First, orders the parts left out are put in wherever the whole plant has room for them. Then, where lines are separable, lines of
//! different parts that would have something to give each other are searched together, in groups, with the rest of the plan
//! standing still (the idea of POPMUSIC, Taillard and Voss 2002, with the cut as the only place where parts overlap): a line
//! wishes for another as much as its lots would save there if that line were idle, so late orders come first. Where lines
//! are coupled, late orders of the border are taken out and put in again, the dearest first.

use super::figures::{PartOfLine, is_on_the_border};
use crate::desk::insertion::{insert_missing, left_out};
use crate::heuristic::replicas::Effort;
use crate::heuristic::search::{covers, improve_groups};
use crate::plan::Plan;
use crate::problem::{LineIdx, OrderIdx, Problem};
use crate::schedule::Schedule;
use crate::solution::StoppedBy;
use crate::solve::{Budget, Options};
use crate::units::{Id, Seconds};
use rand::{RngExt as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use std::time::Duration;

/// Orders put in at once, and in all: each is tried on every line there is.
const PUT_IN_AT_ONCE: usize = 8;
const PUT_IN: usize = 256;
/// Most lines and lots of a group.
const GROUP_LINES: usize = 8;
const GROUP_LOTS: usize = 3_000;
/// Rounds without anything better after which the border is done with.
const PATIENCE: usize = 6;
/// Rounds that count as a whole search where there is no limit to measure by.
const UNLIMITED_ROUNDS: f64 = 40.0;
/// Where in the cooling the search begins: the parts have been searched, and hotter would throw that away.
const FIRST_SHARE: f64 = 0.5;

/// A plan after its repair.
pub(super) struct Repaired {
    pub plan: Plan,
    pub schedule: Schedule,
    /// Orders that were left out and are made.
    pub recalled: usize,
    /// Why it ended.
    pub stopped_by: StoppedBy,
    /// Iterations of the search.
    pub iterations: u64,
}

/// Repairs a plan for as long as the options say.
pub(super) fn repair(
    problem: &Problem,
    (plan, schedule): (&Plan, &Schedule),
    part_of: &PartOfLine,
    options: &Options,
) -> Result<Repaired, String> {
    let threads = rayon::ThreadPoolBuilder::new().num_threads(options.threads.unwrap_or(0));
    let pool = threads.build().map_err(|fault| format!("no worker threads: {fault}"))?;
    let budget = Budget::new(options, plan.operations.len());
    let remaining = || budget.remaining();
    let effort = Effort {
        chooser: None,
        arrived: &|| None,
        seed: options.seed,
        iterations: options.iterations,
        remaining: &remaining,
        used: Duration::ZERO,
        cancelled: &|| budget.is_cancelled(),
        pool: &pool,
    };
    let mut repair = Repair {
        problem,
        part_of,
        effort,
        total: remaining().filter(|_| options.iterations.is_none()),
        plan: plan.clone(),
        schedule: schedule.clone(),
        iterations: 0,
    };
    let before = left_out(problem, plan).len();
    repair.put_in_left_out();
    let recalled = before.saturating_sub(left_out(problem, &repair.plan).len());
    if covers(problem) {
        repair.search_across();
    } else {
        repair.put_in_again();
    }
    let Repair { plan, schedule, iterations, .. } = repair;
    let stopped_by = budget.stopped_by(effort.is_over(), iterations);
    Ok(Repaired { plan, schedule, recalled, iterations, stopped_by })
}

struct Repair<'a> {
    problem: &'a Problem,
    part_of: &'a PartOfLine,
    effort: Effort<'a>,
    /// The time there was at the begin, where time is what limits.
    total: Option<Duration>,
    plan: Plan,
    schedule: Schedule,
    iterations: u64,
}

impl Repair<'_> {
    /// The share of the budget that is used; at least 1 ends the repair.
    fn done(&self, round: usize) -> f64 {
        if (self.effort.cancelled)() {
            return 1.0;
        }
        let left = || (self.effort.remaining)().unwrap_or_default().as_secs_f64();
        match (self.effort.iterations, self.total) {
            (Some(budget), _) => self.iterations as f64 / budget.max(1) as f64,
            (None, Some(total)) if total.is_zero() => 1.0,
            (None, Some(total)) => 1.0 - left() / total.as_secs_f64(),
            (None, None) => round as f64 / UNLIMITED_ROUNDS,
        }
    }

    /// Takes a plan that is better than the one at hand.
    fn accept(&mut self, plan: Plan, schedule: Schedule) -> bool {
        let better = schedule.value() < self.schedule.value();
        if better {
            (self.plan, self.schedule) = (plan, schedule);
        }
        better
    }

    /// Orders the parts left out: those that must be made first, then the dearest.
    fn put_in_left_out(&mut self) {
        let price = |order: &OrderIdx| self.problem.orders[*order].reject_cost.map_or(i64::MAX, |cost| cost.0);
        let mut missing = left_out(self.problem, &self.plan);
        missing.retain(|&order| is_on_the_border(self.problem, order, self.part_of) || self.is_across(order));
        missing.sort_by_key(|order| (std::cmp::Reverse(price(order)), *order));
        missing.truncate(PUT_IN);
        for orders in missing.chunks(PUT_IN_AT_ONCE) {
            if self.done(0) >= 1.0 {
                return;
            }
            if let Some(inserted) = insert_missing(self.problem, &self.plan, orders.to_vec()) {
                self.accept(inserted.plan, inserted.schedule);
            }
        }
    }

    /// Whether an order's operations have their lines in different parts.
    fn is_across(&self, order: OrderIdx) -> bool {
        let problem = self.problem;
        let items = problem.orders[order].items();
        let steps = items.flat_map(|item| (0..problem.route_of(item).steps.len()).map(move |step| (item, step)));
        let mut parts = steps.flat_map(|(item, step)| problem.modes(problem.kind_of(item, step)));
        let first = parts.next().map(|mode| self.part_of[mode.line]);
        parts.any(|mode| Some(self.part_of[mode.line]) != first)
    }

    /// Takes late orders of the border out, a few at a time, and puts them in again wherever they cost least.
    fn put_in_again(&mut self) {
        let problem = self.problem;
        let lateness = |order: OrderIdx, schedule: &Schedule| {
            schedule.deliveries[order].map_or(0, |delivery| problem.orders[order].delivery_cost(delivery).0.0)
        };
        let mut late: Vec<OrderIdx> =
            problem.orders.ids().filter(|&order| lateness(order, &self.schedule) > 0).collect();
        late.retain(|&order| self.is_across(order) && !has_facts(problem, order));
        late.sort_by_key(|&order| (std::cmp::Reverse(lateness(order, &self.schedule)), order));
        for order in late {
            if self.done(0) >= 1.0 {
                return;
            }
            self.iterations += 1;
            let without = self.plan.without(problem, &[order]);
            if let Some(inserted) = insert_missing(problem, &without, vec![order]) {
                self.accept(inserted.plan, inserted.schedule);
            }
        }
    }

    /// Searches groups of lines across the cut, round by round.
    fn search_across(&mut self) {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(self.effort.seed ^ 0x626f_7264_6572);
        let mut in_vain = 0;
        for round in 0.. {
            let done = self.done(round);
            let groups =
                Wishes::new(self.problem, &self.plan, &self.schedule, self.part_of).groups(&self.plan, &mut random);
            if done >= 1.0 || groups.is_empty() || in_vain == PATIENCE {
                return;
            }
            let left = self.effort.iterations.map_or(u64::MAX, |budget| budget.saturating_sub(self.iterations));
            let seeded: Vec<(Vec<LineIdx>, u64)> = groups.into_iter().map(|lines| (lines, random.random())).collect();
            let each = left.div_ceil(seeded.len() as u64);
            let share = FIRST_SHARE + (1.0 - FIRST_SHARE) * done.min(1.0);
            let (made, better) =
                improve_groups(self.problem, (&self.plan, &self.schedule), &seeded, (share, each), self.effort);
            self.iterations += made;
            let accepted = better.is_some_and(|(plan, schedule)| self.accept(plan, schedule));
            in_vain = if accepted { 0 } else { in_vain + 1 };
            if made == 0 {
                return;
            }
        }
    }
}

fn has_facts(problem: &Problem, order: OrderIdx) -> bool {
    problem.orders[order].items().any(|item| !problem.items[item].frozen_lots.is_empty())
}

/// By line: how much its lots would save on each line of another part if that were idle, in ten-thousandths.
struct Wishes {
    count: usize,
    saved: Vec<u64>,
}

impl Wishes {
    fn new(problem: &Problem, plan: &Plan, schedule: &Schedule, part_of: &PartOfLine) -> Self {
        let count = problem.lines.len();
        let mut saved = vec![0u64; count * count];
        for (id, lot) in plan.lots.enumerate() {
            let timed = &schedule.operations[plan.operation(id, 0)];
            let kind = problem.kind_of(lot.item, 0);
            let Some(here) = cost_on(problem, lot, timed.line, timed.end).filter(|_| !timed.fact) else { continue };
            for mode in problem.modes(kind).iter().filter(|mode| part_of[mode.line] != part_of[timed.line]) {
                let Some(there) =
                    idle_end(problem, lot, mode.line).and_then(|end| cost_on(problem, lot, mode.line, end))
                else {
                    continue;
                };
                // Lots that would cost about the same still count a little: neighbours may save changeovers there.
                let wish = if there < here { here - there } else { i64::from(there - here < here / 20) };
                saved[timed.line.position() * count + mode.line.position()] += wish.unsigned_abs();
            }
        }
        Self { count, saved }
    }

    /// What two lines wish of each other.
    fn between(&self, a: LineIdx, b: LineIdx) -> u64 {
        let (a, b) = (a.position(), b.position());
        self.saved[a * self.count + b] + self.saved[b * self.count + a]
    }

    /// Groups of lines across the cut: the pair that wishes most, and what wishes most of them, again and again. Chance decides
    /// between wishes about as large, so that groups differ from round to round.
    fn groups(&self, plan: &Plan, random: &mut Xoshiro256PlusPlus) -> Vec<Vec<LineIdx>> {
        let mut about = |wish: u64| wish.saturating_mul(random.random_range(50..100u64));
        let lines: Vec<LineIdx> = (0..self.count).map(LineIdx::at).collect();
        let mut pairs: Vec<(u64, LineIdx, LineIdx)> = Vec::new();
        for (at, &a) in lines.iter().enumerate() {
            let of_line = lines[at + 1..].iter().map(|&b| (self.between(a, b), a, b)).filter(|&(wish, ..)| wish > 0);
            pairs.extend(of_line.map(|(wish, a, b)| (about(wish), a, b)));
        }
        pairs.sort_unstable_by(|one, other| other.cmp(one));
        let mut free = vec![true; self.count];
        let mut groups = Vec::new();
        for (_, a, b) in pairs {
            if !free[a.position()] || !free[b.position()] {
                continue;
            }
            let mut group = vec![a, b];
            let mut lots = plan.sequences[a].len() + plan.sequences[b].len();
            group.iter().for_each(|line| free[line.position()] = false);
            while group.len() < GROUP_LINES {
                let fits = |line: &&LineIdx| free[line.position()] && lots + plan.sequences[**line].len() <= GROUP_LOTS;
                let wished = lines
                    .iter()
                    .filter(fits)
                    .map(|&line| (about(group.iter().map(|&other| self.between(line, other)).sum()), line));
                let Some((_, line)) = wished.max().filter(|&(wish, _)| wish > 0) else { break };
                free[line.position()] = false;
                lots += plan.sequences[line].len();
                group.push(line);
            }
            group.sort_unstable();
            groups.push(group);
        }
        groups
    }
}

/// What a lot costs on a line where its run ends at `end`: the run, the delivery, and its order's lateness if it were the last.
fn cost_on(problem: &Problem, lot: &crate::plan::Lot, id: LineIdx, end: Seconds) -> Option<i64> {
    let (line, order) = (&problem.lines[id], &problem.orders[problem.items[lot.item].order]);
    let rate = problem.rate_on(problem.kind_of(lot.item, 0), id)?;
    let journey = problem.places.delivery(line.site, order.region)?;
    let run = problem.run_cost(line, rate, lot.quantity) + journey.cost_per_unit.times(lot.quantity);
    Some((run + order.delivery_cost(end + journey.time).0).0)
}

/// When a lot's run would end on a line that did nothing else.
fn idle_end(problem: &Problem, lot: &crate::plan::Lot, id: LineIdx) -> Option<Seconds> {
    let line = &problem.lines[id];
    let rate = problem.rate_on(problem.kind_of(lot.item, 0), id)?;
    let ready = problem.orders[problem.items[lot.item].order].release.max(line.available_from);
    let (clock, work) = (&problem.calendars[line.calendar], rate.run_time(lot.quantity));
    let placed = if line.pausable { clock.place_pausable(ready, work) } else { clock.place_whole(ready, work) };
    placed.map(|placed| placed.to)
}
