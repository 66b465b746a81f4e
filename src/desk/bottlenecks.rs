//! Where a plan is tight: load against open time, what an hour more would be worth, the changeovers that eat most.
//!
//! An hour's worth is measured: the hour is opened for nothing on one line, the plan searched on with it, and the cost
//! compared with that of the same search without it. The search is heuristic, so small differences are noise; the worth
//! by timing alone (`retimed`) is exact and never more than a better plan could make of the hour.

use super::DeskError;
use super::change::{Change, OpenedWindow, edited, retimed_under};
use super::standing::Standing;
use crate::model::{Instance, Instant};
use crate::plan::OpIdx;
use crate::problem::{LineIdx, Problem};
use crate::schedule::LineClock;
use crate::solution::Solution;
use crate::solve::{Options, Progress, solution_of, solve};
use crate::units::{DAY, HOUR, Id, Money, Seconds};
use crate::working_time::Span;
use serde::Serialize;
use std::collections::BTreeMap;

/// What to measure.
#[derive(Clone)]
pub struct BottleneckOptions {
    /// On how many lines, the fullest first, an hour more is measured.
    pub lines: usize,
    /// How much open time is added.
    pub hour: Seconds,
    /// How long each search goes on.
    pub search: Options,
    /// So many kinds of changeover are told.
    pub changeovers: usize,
}

impl Default for BottleneckOptions {
    /// An hour on each of the four fullest lines, 20,000 iterations each, ten kinds of changeover.
    fn default() -> Self {
        let search = Options { time_limit: None, iterations: Some(20_000), ..Options::default() };
        Self { lines: 4, hour: HOUR, search, changeovers: 10 }
    }
}

/// The answer.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Bottlenecks {
    /// By line, in the order of the instance.
    pub lines: Vec<Load>,
    /// By stage, where lines have any.
    pub stages: Vec<Load>,
    /// What an hour more is worth, dearest first.
    pub hours: Vec<HourWorth>,
    /// The changeovers that take most time.
    pub changeovers: Vec<ChangeoverTime>,
}

/// How full a line or stage is, from the start to the last end of the plan.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Load {
    /// The line, or the stage.
    pub name: String,
    /// Hours open, overtime the plan opens included.
    pub open_hours: f64,
    /// Hours of runs.
    pub run_hours: f64,
    /// Hours of changeovers.
    pub changeover_hours: f64,
    /// Runs and changeovers over open time.
    pub load: f64,
    /// The same week by week.
    pub weeks: Vec<WeekLoad>,
}

/// A week of a line or stage, counted from the plan's start.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct WeekLoad {
    /// Its first second.
    pub from: Instant,
    /// Hours open.
    pub open_hours: f64,
    /// Hours of runs.
    pub run_hours: f64,
    /// Hours of changeovers.
    pub changeover_hours: f64,
    /// Runs and changeovers over open time; 0 where it is closed.
    pub load: f64,
}

/// What more open time on a line is worth.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct HourWorth {
    /// The line.
    pub line: String,
    /// When it would be open besides.
    pub from: Instant,
    /// Until when.
    pub to: Instant,
    /// By how much the plan as it is would cost less.
    pub retimed: Money,
    /// By how much the plan searched on with it costs less than the one searched on without.
    pub worth: Money,
}

/// Changeovers of a kind on a line.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ChangeoverTime {
    /// The line.
    pub line: String,
    /// What changes: attribute, value before, value after.
    pub changes: Vec<(String, String, String)>,
    /// How many.
    pub count: usize,
    /// Working hours.
    pub hours: f64,
    /// Their cost, the line's hours included.
    pub cost: Money,
}

/// Where a plan is tight.
///
/// # Errors
/// [`DeskError::Instance`], [`DeskError::Plan`].
pub fn bottlenecks(
    instance: &Instance,
    solution: &Solution,
    options: &BottleneckOptions,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Bottlenecks, DeskError> {
    let standing = Standing::open(instance, solution)?;
    let used = usage(&standing);
    let lines: Vec<Load> = used
        .iter()
        .enumerate()
        .map(|(line, used)| {
            load(&standing.problem, standing.instance.lines[line].id.clone(), std::slice::from_ref(used))
        })
        .collect();
    let hours = hours(&standing, &lines, options, progress)?;
    Ok(Bottlenecks {
        stages: stages(&standing, &used),
        changeovers: changeovers(&standing, options.changeovers),
        hours,
        lines,
    })
}

/// Working seconds of a line by week: open, run, changeover.
type Used = Vec<(i64, i64, i64)>;

fn usage(standing: &Standing) -> Vec<Used> {
    let Standing { problem, plan, schedule, .. } = standing;
    let last = schedule.operations.iter().map(|timed| timed.end).max().unwrap_or(problem.start).max(problem.start);
    let week = 7 * DAY.0;
    let weeks = ((last - problem.start).0 / week + 1) as usize;
    let span = |index: usize| {
        let from = problem.start + Seconds(index as i64 * week);
        Span::new(from, last.min(from + Seconds(week)))
    };
    let clocks: Vec<LineClock<'_>> =
        problem.lines.enumerate().map(|(id, line)| LineClock::new(problem, line, &plan.overtime[id])).collect();
    let open = |clock: &LineClock<'_>, part: Span| clock.open.working_between(part.from, part.to.max(part.from)).0;
    let mut used: Vec<Used> =
        clocks.iter().map(|clock| (0..weeks).map(|index| (open(clock, span(index)), 0, 0)).collect()).collect();
    for timed in schedule.operations.iter() {
        let clock = &clocks[timed.line.position()];
        let setup = timed.setup_start.filter(|_| timed.setup_time > Seconds::ZERO);
        let setup = setup.and_then(|at| clock.place(at, timed.setup_time));
        for (index, week) in used[timed.line.position()].iter_mut().enumerate() {
            let within = |part: Span| Span::new(part.from.max(span(index).from), part.to.min(span(index).to));
            week.1 += open(clock, within(Span::new(timed.start, timed.end)));
            week.2 += setup.map_or(0, |setup| open(clock, within(setup)));
        }
    }
    used
}

fn load(problem: &Problem, name: String, parts: &[Used]) -> Load {
    let hours = |seconds: i64| (seconds as f64 / 36.0).round() / 100.0;
    let share =
        |busy: i64, open: i64| if open > 0 { (busy as f64 / open as f64 * 10_000.0).round() / 10_000.0 } else { 0.0 };
    let weeks = parts.first().map_or(0, Vec::len);
    let sum =
        |index: usize| parts.iter().map(|part| part[index]).fold((0, 0, 0), |a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2));
    let weekly = (0..weeks).map(|index| {
        let (open, run, changeover) = sum(index);
        WeekLoad {
            from: Instant::in_zone(problem.start + Seconds(index as i64 * 7 * DAY.0), &problem.zone),
            open_hours: hours(open),
            run_hours: hours(run),
            changeover_hours: hours(changeover),
            load: share(run + changeover, open),
        }
    });
    let (open, run, changeover) = (0..weeks).map(sum).fold((0, 0, 0), |a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2));
    let weeks = weekly.collect();
    let load = share(run + changeover, open);
    Load { name, open_hours: hours(open), run_hours: hours(run), changeover_hours: hours(changeover), load, weeks }
}

fn stages(standing: &Standing, used: &[Used]) -> Vec<Load> {
    let mut by_stage: BTreeMap<&str, Vec<Used>> = BTreeMap::new();
    for (line, used) in standing.instance.lines.iter().zip(used) {
        if let Some(stage) = line.stage.as_deref() {
            by_stage.entry(stage).or_default().push(used.clone());
        }
    }
    by_stage.into_iter().map(|(stage, used)| load(&standing.problem, stage.to_string(), &used)).collect()
}

/// Opens more time on the fullest lines, one after another, and searches on.
fn hours(
    standing: &Standing,
    loads: &[Load],
    options: &BottleneckOptions,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Vec<HourWorth>, DeskError> {
    let mut fullest: Vec<usize> = (0..loads.len()).filter(|&line| loads[line].load > 0.0).collect();
    fullest.sort_by(|&a, &b| loads[b].load.total_cmp(&loads[a].load).then(a.cmp(&b)));
    fullest.truncate(options.lines);
    let chosen: Vec<(Change, Money)> =
        fullest.into_iter().filter_map(|line| best_hour(standing, LineIdx::at(line), options.hour)).collect();
    if chosen.is_empty() {
        return Ok(Vec::new());
    }
    let search = |instance: &Instance, start: Solution, progress: &mut dyn FnMut(&Progress)| {
        let options = Options { start: Some(start), ..options.search.clone() };
        solve(instance, &options, progress).map(|outcome| outcome.solution)
    };
    let better = search(&standing.instance, standing.solution(), progress)?;
    let without = search(&standing.instance, better.clone(), progress)?;
    let base = Standing::compile(standing.instance.clone(), &better)?;
    let mut worths = Vec::new();
    for (change, retimed) in chosen {
        let Some(changed) = retimed_under(&base, &change) else { continue };
        let Some((instance, _)) = edited(&base.instance, &change) else { continue };
        let start = solution_of(&instance, &changed.problem, &changed.plan, &changed.schedule);
        let with = search(&instance, start, progress)?;
        let Change::Overtime { windows } = change else { continue };
        let Some(OpenedWindow { line, from, to, .. }) = windows.into_iter().next() else { continue };
        let worth = (without.cost.total - with.cost.total).max(Money::ZERO);
        worths.push(HourWorth { line, from, to, retimed, worth });
    }
    worths.sort_by_key(|one| (std::cmp::Reverse((one.worth, one.retimed)), one.line.clone()));
    Ok(worths)
}

/// The closed time of a line in which an hour would save the plan most as it is; the first where none saves any.
fn best_hour(standing: &Standing, line: LineIdx, hour: Seconds) -> Option<(Change, Money)> {
    let Standing { problem, plan, schedule, instance, .. } = standing;
    let clock = LineClock::new(problem, &problem.lines[line], &plan.overtime[line]);
    let on_line = schedule.operations.iter().filter(|timed| timed.line == line);
    let last = on_line.map(|timed| timed.end).max()?;
    let mut gaps: Vec<Seconds> = Vec::new();
    let mut at = problem.start;
    for window in clock.open.windows().take_while(|window| window.from <= last) {
        let gap = Span::new(at, window.from);
        let clash = |at: Seconds| {
            problem.lines[line].overtime.iter().any(|known| known.span.from < at + hour && at < known.span.to)
        };
        // Right before the line opens, or right after it closed.
        gaps.extend(
            [gap.to - hour, gap.from]
                .into_iter()
                .filter(|&from| from >= gap.from && from + hour <= gap.to && !clash(from))
                .take(1),
        );
        at = window.to;
    }
    let instant = |seconds: Seconds| Instant::in_zone(seconds, &problem.zone);
    let opened = |from: Seconds| Change::Overtime {
        windows: vec![OpenedWindow {
            line: instance.lines[line.position()].id.clone(),
            from: instant(from),
            to: instant(from + hour),
            existing: false,
        }],
    };
    let retimed = gaps.into_iter().take(12).filter_map(|from| {
        let change = opened(from);
        let changed = retimed_under(standing, &change)?;
        Some((change, schedule.cost.total - changed.schedule.cost.total))
    });
    let mut best: Option<(Change, Money)> = None;
    for (change, saved) in retimed {
        if best.as_ref().is_none_or(|(_, most)| saved > *most) {
            best = Some((change, saved));
        }
    }
    best
}

/// An attribute, what it was and what it becomes.
type AttributeChange = (String, String, String);

/// Changeovers by line and by what changes, those that take most time first.
fn changeovers(standing: &Standing, most: usize) -> Vec<ChangeoverTime> {
    let Standing { problem, plan, schedule, instance, .. } = standing;
    let mut kinds: BTreeMap<(usize, Vec<AttributeChange>), (usize, i64, Money)> = BTreeMap::new();
    for (id, sequence) in plan.sequences.enumerate() {
        let line = &problem.lines[id];
        let written = &instance.lines[id.position()];
        let set = instance.changeovers.iter().find(|set| Some(&set.id) == written.changeovers.as_ref());
        let Some(set) = set else { continue };
        let mut attributes: Vec<&str> = set.rules.iter().map(|rule| rule.attribute.as_str()).collect();
        attributes.sort_unstable();
        attributes.dedup();
        let value = |operation: OpIdx, attribute: &str| value_of(standing, operation, attribute);
        let mut before: Option<OpIdx> = None;
        let mut class = line.initial_class;
        for &operation in sequence {
            let to = problem.class_on(line, plan.kind(problem, operation));
            let changeover = problem.changeover(line, class, to);
            class = line.changeovers.map(|_| to);
            let earlier = before.replace(operation);
            let time = schedule.operations[operation].setup_time;
            if time == Seconds::ZERO {
                continue;
            }
            let from = |attribute: &str| match earlier {
                Some(earlier) => value(earlier, attribute),
                None if line.facts.is_empty() => {
                    let state = written.setup_state.as_ref().and_then(|state| state.get(attribute));
                    state.cloned().unwrap_or_else(|| "nothing".to_string())
                }
                None => "what runs".to_string(),
            };
            let changes = attributes.iter().map(|&name| (name.to_string(), from(name), value(operation, name)));
            let changes: Vec<_> = changes.filter(|(_, from, to)| from != to).collect();
            let entry = kinds.entry((id.position(), changes)).or_default();
            entry.0 += 1;
            entry.1 += time.0;
            entry.2 += problem.changeover_cost(line, changeover);
        }
    }
    let mut told: Vec<ChangeoverTime> = kinds
        .into_iter()
        .map(|((line, changes), (count, seconds, cost))| ChangeoverTime {
            line: instance.lines[line].id.clone(),
            changes,
            count,
            hours: (seconds as f64 / 36.0).round() / 100.0,
            cost,
        })
        .collect();
    told.sort_by(|a, b| b.hours.total_cmp(&a.hours).then(b.cost.cmp(&a.cost)));
    told.truncate(most);
    told
}

/// The value of an attribute of what an operation makes.
fn value_of(standing: &Standing, operation: OpIdx, attribute: &str) -> String {
    let Standing { problem, plan, instance, .. } = standing;
    let facts = plan.operations[operation];
    let item = plan.lots[facts.lot].item;
    let order = problem.items[item].order;
    let place = (item.0 - problem.orders[order].items.start) as usize;
    let variant = &instance.orders[order.position()].items[place].variant;
    let route = problem.written_route(item).map(|route| &instance.routes[route]);
    let value = match attribute {
        "variant" => Some(variant.clone()),
        "operation" => route.map(|route| route.operations[usize::from(facts.step)].id.clone()),
        _ => {
            let variant = instance.variants.iter().find(|one| one.id == *variant);
            variant.and_then(|one| one.attributes.as_ref()?.get(attribute).cloned())
        }
    };
    value.unwrap_or_else(|| "nothing".to_string())
}
