//! From an assignment to a plan: sequences by several rules, timed exactly, repaired, the best kept.
//!
//! The program says line and bucket; it says nothing about order within a bucket, and its capacity is a relaxation. So
//! several rules are tried, and `schedule` judges. All rules sort by bucket and by how far into its route an operation
//! is (or by that alone), the same for every line: whoever waits for another stands after it in that one list, so no
//! circle of waiting can arise.

use super::answer::Assignment;
use crate::plan::{Fate, OpIdx, Plan};
use crate::problem::{ClassIdx, LineIdx, OrderIdx, Problem};
use crate::proof::demand::Demand;
use crate::schedule::{Infeasible, Obstacle, Run, Schedule, settle};
use crate::units::{IdVec, Pieces, Seconds};

/// How often a plan is repaired before all orders that stand in the way are left out at once.
const PATIENCE: usize = 24;
/// How many swaps of neighbours are looked at.
const MOST_LOOKS: usize = 1_000;

/// How a line's sequence is made from the assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// Within a bucket by due date.
    Due,
    /// Within a bucket by release, then due date.
    Release,
    /// Within a bucket by run and setup class, each time the one nearest to the line's state; within a class by due date.
    Class,
    /// Over the whole line by due date.
    DueThroughout,
    /// Over the whole line by run and setup class.
    ClassThroughout,
}

const RULES: [Rule; 5] = [Rule::Due, Rule::Class, Rule::Release, Rule::DueThroughout, Rule::ClassThroughout];

/// Which parts of an item become one lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Joining {
    /// Those that run on the same lines, whenever.
    SameLines,
    /// Those that run on the same lines in the same buckets.
    SamePlaces,
}

/// The best plan the rules find for an assignment; none where none of them leads to a feasible one.
pub(super) fn decode(problem: &Problem, demand: &Demand, assignment: &Assignment) -> Option<Plan> {
    let mut drafts = vec![Draft::new(problem, demand, assignment, Joining::SameLines)];
    let apart = Draft::new(problem, demand, assignment, Joining::SamePlaces);
    if apart.plan.lots.len() > drafts[0].plan.lots.len() {
        drafts.push(apart);
    }
    let ways = drafts.iter().flat_map(|draft| RULES.iter().map(move |&rule| (draft, rule)));
    let plans = ways.filter_map(|(draft, rule)| sequence_and_repair(problem, draft, rule));
    // Of equals the first: fewer lots, the simpler rule.
    let (plan, schedule) = plans.min_by_key(|(_, schedule)| schedule.value())?;
    let (plan, schedule) = swap_neighbours(problem, plan, schedule);
    Some(close_needless_overtime(problem, plan, schedule))
}

/// Swaps neighbours on a line while that helps: the program has no opinion on who comes first within a bucket, and the
/// rules' is a rough one. Not a search: one neighbourhood, a bounded number of looks.
fn swap_neighbours(problem: &Problem, mut plan: Plan, mut schedule: Schedule) -> (Plan, Schedule) {
    let mut looks = 0;
    loop {
        let mut improved = false;
        for line in problem.lines.ids() {
            for position in 1..plan.sequences[line].len() {
                looks += 1;
                if looks > MOST_LOOKS {
                    return (plan, schedule);
                }
                let mut swapped = plan.clone();
                swapped.sequences[line].swap(position - 1, position);
                if let Ok(better) = settle(problem, &mut swapped)
                    && better.value() < schedule.value()
                {
                    (plan, schedule, improved) = (swapped, better, true);
                }
            }
        }
        if !improved {
            return (plan, schedule);
        }
    }
}

/// An operation of a draft with all that rules sort by.
#[derive(Clone, Copy, Debug)]
struct Entry {
    operation: OpIdx,
    order: OrderIdx,
    line: LineIdx,
    bucket: usize,
    level: u16,
    /// Due date, else deadline, else never.
    due: Seconds,
    release: Seconds,
    class: ClassIdx,
    /// What a minimum run of the line has in common; 0 where it has none.
    value: u32,
}

/// A plan whose lots stand, and whose operations know their lines but not their places.
struct Draft {
    plan: Plan,
    entries: Vec<Entry>,
}

impl Draft {
    fn new(problem: &Problem, demand: &Demand, assignment: &Assignment, joining: Joining) -> Self {
        let mut plan = Plan::empty(problem);
        plan.overtime.clone_from(&assignment.overtime);
        let mut entries = Vec::new();
        for (id, order) in problem.orders.enumerate().filter(|(_, order)| !order.nothing_left) {
            let lots = &demand.lots_of[id];
            let mut decided = lots.iter().flat_map(|&lot| demand.lots[lot].steps.iter().flatten());
            if decided.any(|&operation| assignment.places[operation].is_none()) {
                continue;
            }
            plan.fates[id] = Fate::Made;
            let joined = joined(demand, assignment, lots, joining);
            for (index, parts) in joined.iter().enumerate() {
                let facts = &demand.lots[parts[0]];
                let quantity: Pieces = parts.iter().map(|&part| demand.lots[part].quantity).sum();
                let made = plan.add_lot(problem, facts.item, number(demand, lots, &joined, index), quantity);
                for (step, operation) in facts.steps.iter().enumerate() {
                    let Some(operation) = *operation else { continue };
                    // Together they are there when the last of them is.
                    let places = parts.iter().filter_map(|&part| assignment.places[demand.lots[part].steps[step]?]);
                    let Some(place) = places.max_by_key(|place| place.bucket) else { continue };
                    let decided = &demand.operations[operation];
                    let minimum = problem.lines[place.line].minimum_run;
                    entries.push(Entry {
                        operation: plan.operation(made, step),
                        order: id,
                        line: place.line,
                        bucket: place.bucket,
                        level: decided.level,
                        due: order.due.or(order.deadline).unwrap_or(Seconds::MAX),
                        release: order.release,
                        class: problem.class_on(&problem.lines[place.line], decided.kind),
                        value: minimum.map_or(0, |minimum| problem.run_values[minimum.by][decided.kind]),
                    });
                }
            }
        }
        Self { plan, entries }
    }

    /// The plan with its sequences made by a rule; `urgent` orders go first.
    fn sequenced(&self, problem: &Problem, rule: Rule, urgent: &[OrderIdx]) -> Plan {
        let throughout = matches!(rule, Rule::DueThroughout | Rule::ClassThroughout);
        let mut entries = self.entries.clone();
        for entry in &mut entries {
            // Bucket 0 is for the urgent; all operations of an order move alike, so that none overtakes its predecessor.
            let bucket = if throughout { 1 } else { entry.bucket + 1 };
            entry.bucket = if urgent.contains(&entry.order) { 0 } else { bucket };
        }
        entries.sort_by_key(|entry| {
            let release = if rule == Rule::Release { entry.release } else { Seconds::ZERO };
            (entry.bucket, entry.level, release, entry.due, entry.order, entry.operation)
        });
        let mut plan = self.plan.clone();
        take_materials(problem, &mut plan, &entries);
        let by_class = matches!(rule, Rule::Class | Rule::ClassThroughout);
        let mut of_line: IdVec<LineIdx, Vec<Entry>> = IdVec::filled(Vec::new(), problem.lines.len());
        for entry in entries {
            of_line[entry.line].push(entry);
        }
        for (line, entries) in of_line.enumerate() {
            let facts = &problem.lines[line];
            plan.sequences[line] = if by_class && (facts.changeovers.is_some() || facts.minimum_run.is_some()) {
                in_runs(problem, line, entries)
            } else {
                entries.iter().map(|entry| entry.operation).collect()
            };
        }
        plan
    }
}

/// Lots that are made as one, by their positions.
type Joined = Vec<usize>;

/// The lots to make: parts of an item that go over the same lines, or also through the same buckets, are one.
fn joined(demand: &Demand, assignment: &Assignment, lots: &[usize], joining: Joining) -> Vec<Joined> {
    // A lot with a fact has no complete way: it stays what it is.
    let way = |lot: usize| -> Option<Vec<(LineIdx, usize)>> {
        let place = |operation: usize| {
            let place = assignment.places[operation]?;
            Some((place.line, if joining == Joining::SamePlaces { place.bucket } else { 0 }))
        };
        demand.lots[lot].steps.iter().map(|step| place((*step)?)).collect()
    };
    let mut result: Vec<Joined> = Vec::new();
    for &lot in lots {
        let same = way(lot).and_then(|own| {
            let alike =
                |other: usize| demand.lots[other].item == demand.lots[lot].item && way(other).as_ref() == Some(&own);
            result.iter().position(|joined| alike(joined[0]))
        });
        match same {
            Some(position) => result[position].push(lot),
            None => result.push(vec![lot]),
        }
    }
    result
}

/// The number of the `index`-th of the joined lots: its own where it holds a fact, else the lowest free one of its
/// item, so that joining leaves no gaps.
fn number(demand: &Demand, lots: &[usize], joined: &[Joined], index: usize) -> u32 {
    let facts = &demand.lots[joined[index][0]];
    let movable =
        |lot: usize| demand.lots[lot].item == facts.item && demand.lots[lot].steps.iter().all(Option::is_some);
    let before = joined[..index].iter().filter(|joined| movable(joined[0])).count();
    let mut free = lots.iter().filter(|&&lot| movable(lot)).map(|&lot| demand.lots[lot].number);
    if movable(joined[index][0]) { free.nth(before).unwrap_or(facts.number) } else { facts.number }
}

/// One line's operations, sorted by bucket and level, with what makes a run together within each, and equal classes within
/// that: from the state the line is in, always what goes on with its run, then the class that takes least to change to, the
/// most urgent of equals.
fn in_runs(problem: &Problem, id: LineIdx, entries: &[Entry]) -> Vec<OpIdx> {
    let line = &problem.lines[id];
    let mut state = line.initial_class;
    let mut value = line.minimum_run.and_then(|minimum| Run::of_facts(problem, id, minimum)).map(|run| run.value);
    let mut sequence = Vec::with_capacity(entries.len());
    for group in entries.chunk_by(|a, b| (a.bucket, a.level) == (b.bucket, b.level)) {
        // Runs in the order of their most urgent entry.
        let mut waiting: Vec<((u32, ClassIdx), Vec<OpIdx>)> = Vec::new();
        for entry in group {
            let alike = (entry.value, entry.class);
            match waiting.iter_mut().find(|(known, _)| *known == alike) {
                Some((_, run)) => run.push(entry.operation),
                None => waiting.push((alike, vec![entry.operation])),
            }
        }
        while !waiting.is_empty() {
            let effort = |(next, class): (u32, ClassIdx)| {
                let changeover = problem.changeover(line, state, class);
                let cost = problem.changeover_cost(line, changeover);
                (value != Some(next), state != Some(class), changeover.time, cost)
            };
            let next = (0..waiting.len()).min_by_key(|&index| effort(waiting[index].0)).unwrap_or(0);
            let (alike, run) = waiting.remove(next);
            (value, state) = (Some(alike.0), Some(alike.1));
            sequence.extend(run);
        }
    }
    sequence
}

/// Lets operations take scarce materials in the order of `entries`; `settle` puts them in the order of their starts.
fn take_materials(problem: &Problem, plan: &mut Plan, entries: &[Entry]) {
    for entry in entries {
        let kind = plan.kind(problem, entry.operation);
        for &(material, _) in &problem.kinds[kind].takes {
            let supply = problem.supply_lookup.supply(material, problem.lines[entry.line].site);
            if let Some(supply) = supply.filter(|&supply| problem.supplies[supply].scarce)
                && plan.takings[supply].last() != Some(&entry.operation)
            {
                plan.takings[supply].push(entry.operation);
            }
        }
    }
}

/// Sequences by a rule and repairs: what cannot be delivered is made urgent; what is urgent and still cannot is left
/// out, those that may be left out before those that must be made.
fn sequence_and_repair(problem: &Problem, draft: &Draft, rule: Rule) -> Option<(Plan, Schedule)> {
    let mut urgent: Vec<OrderIdx> = Vec::new();
    let mut left_out: Vec<OrderIdx> = Vec::new();
    for attempt in 0.. {
        let mut plan = draft.sequenced(problem, rule, &urgent);
        if !left_out.is_empty() {
            plan = plan.without(problem, &left_out);
        }
        let infeasible = match settle(problem, &mut plan) {
            Ok(schedule) => return Some((plan, schedule)),
            Err(infeasible) => infeasible,
        };
        let before = urgent.len() + left_out.len();
        repair(problem, &infeasible, &mut urgent, &mut left_out, attempt < PATIENCE);
        // Every round makes an order urgent or leaves one out, so this ends; if it did neither nothing helps.
        if urgent.len() + left_out.len() == before {
            return None;
        }
    }
    None
}

fn repair(
    problem: &Problem,
    infeasible: &Infeasible,
    urgent: &mut Vec<OrderIdx>,
    left_out: &mut Vec<OrderIdx>,
    patient: bool,
) {
    let hurries = |obstacle: Obstacle| matches!(obstacle, Obstacle::Deadline | Obstacle::Horizon | Obstacle::Material);
    let mut hopeless: Vec<OrderIdx> = Vec::new();
    for &(order, obstacle) in &infeasible.orders {
        if patient && hurries(obstacle) && !urgent.contains(&order) {
            urgent.push(order);
        } else if !left_out.contains(&order) && !hopeless.contains(&order) {
            hopeless.push(order);
        }
    }
    let optional: Vec<OrderIdx> =
        hopeless.iter().copied().filter(|&order| problem.orders[order].reject_cost.is_some()).collect();
    left_out.extend(if optional.is_empty() || !patient { hopeless } else { optional });
}

/// Closes each overtime window the exact plan does better without.
fn close_needless_overtime(problem: &Problem, mut plan: Plan, mut schedule: Schedule) -> Plan {
    for line in problem.lines.ids() {
        for window in plan.overtime[line].clone().into_iter().rev() {
            let mut without = plan.clone();
            without.overtime[line].retain(|&open| open != window);
            if let Ok(better) = settle(problem, &mut without)
                && better.value() < schedule.value()
            {
                (plan, schedule) = (without, better);
            }
        }
    }
    plan
}
