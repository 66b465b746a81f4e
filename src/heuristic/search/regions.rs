//! Search of large plans: groups of related lines are annealed in parallel as problems of their own, then regrouped.
//!
//! A group's ground holds what its lines run, and of the orders that are left out some that its lines could make; the rest
//! of the plan stands still around it (an order that is partly elsewhere is delivered no earlier than that part). The idea is POPMUSIC's (Taillard and Voss 2002): parts that
//! overlap from round to round, each improved by itself. Lines of different independent components never meet.

use super::anneal::Annealing;
use super::ground_plan::{arrangement_of, left_out_of, line_plans, worth};
use crate::heuristic::moves::Neighbours;
use crate::heuristic::replicas::{Effort, Epoch, Replica as _, SEARCH, equal_share};
use crate::plan::{LinePlan, Plan};
use crate::problem::{LineIdx, Order, OrderIdx, Problem, components};
use crate::schedule::incremental::{Ground, State};
use crate::schedule::{Schedule, settle};
use crate::units::{Id, IdVec};
use rand::{RngExt as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

/// Most lines and lots of a group.
const GROUP_LINES: usize = 8;
const GROUP_LOTS: usize = 3_000;
/// Groups that a thread searches before they are put together, under a time limit.
const GROUPS_OF_A_THREAD: usize = 4;
/// Iterations a lot has in a round.
const ITERATIONS_PER_LOT: u64 = 250;
/// Slices of a group's iterations, at least; more where iterations times lots of the longest line are more than this.
const SLICES: u64 = 20;
const LOTS_PER_SLICE: u64 = 20_000_000;
/// Rounds after which the temperature has fallen, where there is no limit to measure by.
const UNLIMITED_ROUNDS: f64 = 40.0;
/// Where in the cooling a constructed plan is taken up: hotter would throw it away.
const FIRST_SHARE: f64 = 0.4;

/// Improves a large plan round by round; `tell` hears of every round.
pub(super) fn search(
    problem: &Problem,
    start: &Plan,
    schedule: &Schedule,
    effort: Effort<'_>,
    tell: &mut dyn FnMut(Epoch),
) {
    // Fewer iterations than lots cannot pay for laying out the grounds.
    if effort.iterations.is_some_and(|budget| budget < start.lots.len() as u64) {
        return;
    }
    let affinity = Affinity::new(problem);
    let (mut plan, mut schedule) = (start.clone(), schedule.clone());
    let mut random = Xoshiro256PlusPlus::seed_from_u64(effort.seed ^ 0x7265_6769_6f6e_7300);
    let total = (effort.remaining)().filter(|_| effort.iterations.is_none());
    let mut iterations = 0;
    for round in 0.. {
        let done = |iterations: u64| match (effort.iterations, total) {
            (Some(budget), _) => iterations as f64 / budget.max(1) as f64,
            (None, Some(total)) => 1.0 - (effort.remaining)().unwrap_or_default().as_secs_f64() / total.as_secs_f64(),
            (None, None) => (f64::from(round) / UNLIMITED_ROUNDS).min(1.0),
        };
        let groups = affinity.groups(&plan, &mut random);
        let seeded: Vec<_> = groups.into_iter().map(|lines| (lines, random.random())).collect();
        let before = iterations;
        // A round of dozens of groups takes long: under a time limit they are put together, and told of, some at a time.
        let at_once =
            if total.is_some() { GROUPS_OF_A_THREAD * effort.pool.current_num_threads() } else { seeded.len() };
        for groups in seeded.chunks(at_once.max(1)) {
            if effort.is_over() || effort.iterations.is_some_and(|budget| iterations >= budget) {
                return;
            }
            let done = done(iterations);
            let most = effort.iterations.map_or(u64::MAX, |budget| (budget - iterations).div_ceil(groups.len() as u64));
            let share = FIRST_SHARE + (1.0 - FIRST_SHARE) * done;
            let (made, better) = improve_groups(problem, (&plan, &schedule), groups, (share, most), effort);
            iterations += made;
            if let Some((new_plan, new_schedule)) = &better {
                (plan, schedule) = (new_plan.clone(), new_schedule.clone());
            }
            tell(Epoch { done: done.min(1.0), iterations, better, source: SEARCH });
        }
        if iterations == before {
            return;
        }
    }
}

/// Improves groups of lines in parallel, each with its seed and the rest of the plan standing still; `share` says how far
/// the cooling is, `most` bounds each group's iterations. Iterations made, and the better plan where there is one.
pub(crate) fn improve_groups(
    problem: &Problem,
    (plan, schedule): (&Plan, &Schedule),
    groups: &[(Vec<LineIdx>, u64)],
    (share, most): (f64, u64),
    effort: Effort<'_>,
) -> (u64, Option<(Plan, Schedule)>) {
    let go_on = || !effort.is_over();
    let left_out = left_out_by_group(problem, schedule, groups);
    let improved: Vec<Improved> = effort.pool.install(|| {
        (groups, &left_out)
            .into_par_iter()
            .filter_map(|((lines, seed), left_out)| {
                improve(problem, (plan, schedule), (lines, left_out), (*seed, share, most), &go_on)
            })
            .collect()
    });
    let made = improved.iter().map(|group| group.iterations).sum();
    (made, together(problem, (plan, schedule), &improved, &go_on))
}

/// The orders that are left out, each with one of the groups whose lines can make all of it: there it may come back.
fn left_out_by_group(problem: &Problem, schedule: &Schedule, groups: &[(Vec<LineIdx>, u64)]) -> Vec<Vec<OrderIdx>> {
    let mut group_of = IdVec::filled(usize::MAX, problem.lines.len());
    for (number, (lines, _)) in groups.iter().enumerate() {
        lines.iter().for_each(|&line| group_of[line] = number);
    }
    let groups_for = |order: &Order| {
        let of_item = |item| problem.modes(problem.kind_of(item, 0)).iter().map(|mode| group_of[mode.line]);
        let mut items = order.items();
        let mut groups: Vec<usize> =
            items.next().into_iter().flat_map(of_item).filter(|&group| group != usize::MAX).collect();
        groups.sort_unstable();
        groups.dedup();
        items.for_each(|item| groups.retain(|&group| of_item(item).any(|of| of == group)));
        groups
    };
    // Another one from round to round, for groups come with new seeds.
    let turn = groups.first().map_or(0, |&(_, seed)| seed as usize);
    let mut left_out = vec![Vec::new(); groups.len()];
    for (id, order) in problem.orders.enumerate() {
        if schedule.deliveries[id].is_none() && !order.nothing_left {
            let groups = groups_for(order);
            if let Some(&group) = groups.get(turn.wrapping_add(id.position()) % groups.len().max(1)) {
                left_out[group].push(id);
            }
        }
    }
    left_out
}

/// What a group came to.
struct Improved {
    better: Option<Better>,
    iterations: u64,
}

/// A group's lines, better than they are in the plan.
struct Better {
    lines: Vec<LinePlan>,
    /// The orders that neither they nor others make.
    left_out: Vec<OrderIdx>,
    /// What that saves while the rest of the plan stands still, as prices have it.
    saved: i64,
}

fn improve(
    problem: &Problem,
    (plan, schedule): (&Plan, &Schedule),
    (lines, left_out): (&[LineIdx], &[OrderIdx]),
    (seed, share, most): (u64, f64, u64),
    go_on: &(dyn Fn() -> bool + Sync),
) -> Option<Improved> {
    // Laying out the ground of a group takes a while, and there are dozens.
    if !go_on() {
        return None;
    }
    let ground = Ground::new(problem, plan, schedule, lines, left_out);
    let state = State::new(&ground, &arrangement_of(plan, lines))?;
    let before = state.cost();
    let standing = state.standing().len() as u64;
    if ground.lots.len() < 2 || before <= ground.cost_floor() {
        return Some(Improved { better: None, iterations: 0 });
    }
    let neighbours = Neighbours::new(&ground);
    let mut replica = Annealing::new(&ground, &neighbours, state, seed, 0);
    let temperatures = replica.calibrate(true);
    let wanted = (ITERATIONS_PER_LOT * standing).min(most);
    // In slices, so that a limit or a signal is heard within milliseconds; the last cools down what came before. A change
    // costs up to what its line has lots.
    let longest = lines.iter().map(|&line| plan.sequences[line].len() as u64).max().unwrap_or(0);
    let slices = SLICES.max(wanted.saturating_mul(longest) / LOTS_PER_SLICE);
    for slice in (0..slices).take_while(|_| go_on()) {
        let at = |slice: u64| share + (1.0 - share) * slice as f64 / slices as f64;
        let own = equal_share(wanted, slices, slice);
        replica.run(own, (temperatures.at(at(slice)), temperatures.at(at(slice + 1))));
    }
    let iterations = replica.iterations();
    let saved = before - replica.best_cost();
    let better = (saved > 0).then(|| replica.best_arrangement()).and_then(|best| {
        let state = State::new(&ground, &best)?;
        Some(Better { lines: line_plans(&ground, &best), left_out: left_out_of(&ground, &state), saved })
    });
    Some(Improved { better, iterations })
}

/// The plan with all groups' lines; where kits that span groups make that no better, with those of each group that
/// is better by itself.
fn together(
    problem: &Problem,
    (plan, schedule): (&Plan, &Schedule),
    improved: &[Improved],
    go_on: &dyn Fn() -> bool,
) -> Option<(Plan, Schedule)> {
    let groups: Vec<_> = improved.iter().filter_map(|group| group.better.as_ref()).collect();
    let with = |plan: &Plan, groups: &[&Better]| {
        let lines: Vec<LinePlan> = groups.iter().flat_map(|group| &group.lines).cloned().collect();
        let left_out: Vec<OrderIdx> = groups.iter().flat_map(|group| &group.left_out).copied().collect();
        let mut plan = plan.rearranged(problem, &lines, &left_out);
        settle(problem, &mut plan).ok().map(|schedule| (plan, schedule))
    };
    if groups.is_empty() {
        return None;
    }
    // What prices add up to must be what the reference says.
    debug_assert!(groups.iter().all(|group| {
        with(plan, &[group]).is_some_and(|(_, alone)| worth(schedule.value()) - worth(alone.value()) == group.saved)
    }));
    let all = with(plan, &groups).filter(|(_, all)| all.value() < schedule.value());
    if all.is_some() {
        return all;
    }
    let mut best: Option<(Plan, Schedule)> = None;
    for group in groups.into_iter().take_while(|_| go_on()) {
        let (base, value) = best.as_ref().map_or((plan, schedule.value()), |(plan, schedule)| (plan, schedule.value()));
        if let Some(one) = with(base, &[group]).filter(|(_, one)| one.value() < value) {
            best = Some(one);
        }
    }
    best
}

/// How much lines have to do with each other: how many operations either of two could run.
struct Affinity {
    shared: Vec<u32>,
    component: IdVec<LineIdx, usize>,
}

impl Affinity {
    fn new(problem: &Problem) -> Self {
        let count = problem.lines.len();
        let mut shared = vec![0u32; count * count];
        let mut component = IdVec::filled(usize::MAX, count);
        for (number, orders) in components(problem).into_iter().enumerate() {
            for item in orders.into_iter().flat_map(|order| problem.orders[order].items()) {
                let modes = problem.modes(problem.kind_of(item, 0));
                for mode in modes {
                    component[mode.line] = number;
                    for other in modes {
                        shared[mode.line.position() * count + other.line.position()] += 1;
                    }
                }
            }
        }
        Self { shared, component }
    }

    /// Groups of lines, each grown from a random line by what it has most to do with.
    fn groups(&self, plan: &Plan, random: &mut Xoshiro256PlusPlus) -> Vec<Vec<LineIdx>> {
        let count = self.component.len();
        let mut free: Vec<LineIdx> = self.component.ids().collect();
        let mut groups = Vec::new();
        while !free.is_empty() {
            let first = free.swap_remove(random.random_range(0..free.len()));
            let mut group = vec![first];
            let mut lots = plan.sequences[first].len();
            while group.len() < GROUP_LINES {
                let candidate = (0..free.len())
                    .filter(|&index| {
                        self.component[free[index]] == self.component[first]
                            && lots + plan.sequences[free[index]].len() <= GROUP_LOTS
                    })
                    .map(|index| {
                        let ties = group
                            .iter()
                            .map(|line| u64::from(self.shared[line.position() * count + free[index].position()]));
                        // Chance decides between lines alike, so that groups differ from round to round.
                        let weight = ties.sum::<u64>();
                        (weight * random.random_range(50..100u64), index)
                    })
                    .max();
                let Some((weight, index)) = candidate else { break };
                if weight == 0 {
                    break;
                }
                lots += plan.sequences[free[index]].len();
                group.push(free.swap_remove(index));
            }
            group.sort_unstable();
            groups.push(group);
        }
        groups
    }
}
