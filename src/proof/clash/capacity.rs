//! Line time: the work that must be done on some lines between two instants fits into their open time then.
//!
//! Energetic reasoning (Erschler, Lopez & Thuriot 1991; Baptiste, Le Pape & Nuijten, Constraint-Based Scheduling, 2001)
//! over open time and groups of lines: of a run that could lie elsewhere only what cannot be outside counts. On one line
//! each setup class but one must be changed into between the runs.

use super::Proof;
use super::tasks::{Task, TaskMode, Tasks};
use crate::problem::{ClassIdx, LineIdx, OrderIdx, Problem};
use crate::units::Seconds;
use rustc_hash::FxHashSet;

/// At most so many groups of lines, and so many tries of a task in a window, in all.
const MOST_GROUPS: usize = 48;
const MOST_TRIES: usize = 3_000_000;

struct Wanted<'t> {
    order: OrderIdx,
    task: &'t Task,
}

/// Lines and a time in which orders ask for more than there is, with the orders that do.
pub(super) fn overfull(problem: &Problem, tasks: &Tasks, orders: &[OrderIdx]) -> Option<(Proof, Vec<OrderIdx>)> {
    let of_orders = orders.iter().flat_map(|&order| tasks.of[order].tasks.iter().map(move |task| (order, task)));
    let wanted: Vec<Wanted<'_>> = of_orders.map(|(order, task)| Wanted { order, task }).collect();
    if wanted.is_empty() {
        return None;
    }
    let groups = groups(&wanted);
    let windows_each = MOST_TRIES / (groups.len() * wanted.len()).max(1);
    let bounds_each = (windows_each as f64).sqrt() as usize;
    for group in groups {
        let inside: Vec<&Wanted<'_>> = wanted.iter().filter(|w| lines_of(w.task).all(|l| group.contains(&l))).collect();
        let modes = || inside.iter().flat_map(|wanted| &wanted.task.modes);
        let froms = thinned(modes().map(|mode| mode.from).collect(), bounds_each);
        let tos = thinned(modes().map(|mode| mode.to).collect(), bounds_each);
        for &from in &froms {
            for &to in tos.iter().filter(|&&to| to > from) {
                if let Some(found) = overfull_window(problem, tasks, &inside, &group, (from, to)) {
                    return Some(found);
                }
            }
        }
    }
    None
}

fn lines_of(task: &Task) -> impl Iterator<Item = LineIdx> + '_ {
    task.modes.iter().map(|mode| mode.line)
}

/// The sets of lines some task is confined to, single lines, and unions of two: small ones first.
fn groups(wanted: &[Wanted<'_>]) -> Vec<Vec<LineIdx>> {
    let mut seen: FxHashSet<Vec<LineIdx>> = FxHashSet::default();
    let mut groups = Vec::new();
    for wanted in wanted {
        let mut lines: Vec<LineIdx> = lines_of(wanted.task).collect();
        lines.sort_unstable();
        if seen.insert(lines.clone()) {
            groups.push(lines);
        }
    }
    groups.sort_by_key(|lines| (lines.len(), lines.clone()));
    groups.truncate(MOST_GROUPS);
    let single = groups.len();
    for first in 0..single {
        for second in first + 1..single {
            if groups.len() >= MOST_GROUPS {
                return groups;
            }
            let mut union: Vec<LineIdx> = groups[first].iter().chain(&groups[second]).copied().collect();
            union.sort_unstable();
            union.dedup();
            if seen.insert(union.clone()) {
                groups.push(union);
            }
        }
    }
    groups
}

/// The distinct instants, evenly thinned to at most `most`, first and last kept.
fn thinned(mut instants: Vec<Seconds>, most: usize) -> Vec<Seconds> {
    instants.sort_unstable();
    instants.dedup();
    let most = most.max(2);
    if instants.len() <= most {
        return instants;
    }
    let last = instants.len() - 1;
    let mut kept: Vec<Seconds> = (0..most).map(|index| instants[index * last / (most - 1)]).collect();
    kept.dedup();
    kept
}

fn overfull_window(
    problem: &Problem,
    tasks: &Tasks,
    wanted: &[&Wanted<'_>],
    group: &[LineIdx],
    (from, to): (Seconds, Seconds),
) -> Option<(Proof, Vec<OrderIdx>)> {
    let within = |line: LineIdx, a: Seconds, b: Seconds| {
        let a = a.max(problem.lines[line].available_from);
        if a < b { tasks.open[line].working_between(a, b).0 } else { 0 }
    };
    // What of a run could lie before or after the window.
    let outside = |mode: &TaskMode| {
        within(mode.line, mode.from, from.min(mode.to)).saturating_add(within(mode.line, to.max(mode.from), mode.to))
    };
    // What of a task cannot. Parts of one can lie outside on every line at once.
    let inside = |task: &Task| {
        let work = |mode: &TaskMode| mode.work.0;
        let least = if task.in_parts {
            let outside = task.modes.iter().map(outside).fold(0i64, i64::saturating_add);
            task.modes.iter().map(work).min().map(|least| least.saturating_sub(outside))
        } else {
            task.modes.iter().map(|mode| work(mode).saturating_sub(outside(mode))).min()
        };
        least.unwrap_or(0).max(0)
    };
    let open = group.iter().fold(0i64, |sum, &line| sum.saturating_add(within(line, from, to)));
    let (mut work, mut orders, mut whole) = (0i64, Vec::new(), Vec::new());
    for wanted in wanted {
        let least = inside(wanted.task);
        if least > 0 {
            work = work.saturating_add(least);
            orders.push(wanted.order);
        }
        if let ([only], [line]) = (wanted.task.modes.as_slice(), group)
            && only.from >= from
            && only.to <= to
            && only.line == *line
        {
            whole.push(problem.class_on(&problem.lines[*line], wanted.task.kind));
            orders.push(wanted.order);
        }
    }
    let changeovers = if let [line] = group { least_changeovers(problem, *line, whole, from) } else { 0 };
    if work.saturating_add(changeovers) <= open {
        return None;
    }
    orders.sort_unstable();
    orders.dedup();
    let (open, work, changeovers) = (Seconds(open), Seconds(work), Seconds(changeovers));
    Some((Proof::Capacity { lines: group.to_vec(), from, to, open, work, changeovers }, orders))
}

/// Working seconds of the changeovers between runs of these classes that all lie on a line from an instant on.
///
/// Before the first run of each class the line is changed into it, whatever ran before. Only the first of all runs may
/// have been prepared earlier, unless the line is free no earlier and is not in that class.
fn least_changeovers(problem: &Problem, id: LineIdx, mut classes: Vec<ClassIdx>, from: Seconds) -> i64 {
    let line = &problem.lines[id];
    if line.changeovers.is_none() || classes.is_empty() {
        return 0;
    }
    classes.sort_unstable();
    classes.dedup();
    let sources = sources(problem, id);
    let into: Vec<(ClassIdx, i64)> = classes
        .iter()
        .map(|&class| {
            let others = sources.iter().filter(|&&source| source != class);
            let least = others.map(|&source| problem.changeover(line, Some(source), class).time.0).min();
            (class, least.unwrap_or(0))
        })
        .collect();
    let all = into.iter().fold(0i64, |sum, &(_, time)| sum.saturating_add(time));
    match line.initial_class {
        Some(initial) if from <= line.available_from => {
            all - into.iter().find(|&&(class, _)| class == initial).map_or(0, |&(_, time)| time)
        }
        _ => all - into.iter().map(|&(_, time)| time).max().unwrap_or(0),
    }
}

/// The classes a line could ever be in.
fn sources(problem: &Problem, id: LineIdx) -> Vec<ClassIdx> {
    let line = &problem.lines[id];
    let kinds = problem.kinds.ids().filter(|&kind| problem.rate_on(kind, id).is_some());
    let mut sources: Vec<ClassIdx> = kinds.map(|kind| problem.class_on(line, kind)).collect();
    sources.extend(line.initial_class);
    sources.sort_unstable();
    sources.dedup();
    sources
}
