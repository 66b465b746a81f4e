//! A plan carried on to an instant: when each operation began and ended, or is to be expected to.
//!
//! What is reported holds. What is not keeps its place in the plan: it begins when it was planned to, or when its line
//! and the steps before it let it, and runs at the planned speed in the line's open time.

use super::work::places;
use crate::desk::actuals::{ActualOperation, Actuals, Unreported, by_name};
use crate::model::{Instance, Instant, LotEntry};
use crate::problem::{ItemIdx, LineIdx, OrderIdx, Problem};
use crate::schedule::LineClock;
use crate::solution::Solution;
use crate::units::{Id, Pieces, Seconds, mul_div_ceil};
use crate::working_time::Span;
use rustc_hash::FxHashMap;

/// The instant, what is frozen from it on, what is reported, and where to look for orders that are gone.
#[derive(Clone, Copy)]
pub(in crate::desk) struct Setting<'a> {
    pub at: Seconds,
    pub frozen_until: Seconds,
    pub actuals: &'a Actuals,
    /// The instance the plan was made for.
    pub previous: Option<&'a Instance>,
    /// By line: how fast it really is, in hundredths of its rates; empty for as fast as planned.
    pub pace: &'a [u32],
}

/// What became of an operation, or is to be expected of it.
#[derive(Clone, Debug)]
pub(in crate::desk) struct Happening<'a> {
    /// Its lot's place in the plan.
    pub lot: usize,
    /// Its place in the lot.
    pub operation: usize,
    /// Its name in the route.
    pub name: Option<&'a str>,
    /// Its line's place in the instance.
    pub line: usize,
    pub setup_start: Option<Seconds>,
    pub start: Seconds,
    pub end: Seconds,
    /// Good pieces, where they are reported of an operation that has ended.
    pub good: Option<Pieces>,
    /// Pieces run.
    pub pieces_run: Pieces,
    /// Time from its end to delivery, where it ends its lot.
    pub delivery: Seconds,
    /// What it is of, where that is known.
    pub variant: Option<&'a str>,
}

/// What is known of an operation before it is said when it happened.
struct Planned<'a> {
    lot: usize,
    operation: usize,
    line: usize,
    setup: Option<Seconds>,
    start: Seconds,
    end: Seconds,
    item: Option<ItemIdx>,
    step: usize,
    report: Option<&'a ActualOperation>,
    is_lost: bool,
    variant: Option<&'a str>,
}

/// Everything of the plan that happened or is to come, in the order of the plan's starts.
pub(in crate::desk) fn happenings<'a>(
    instance: &'a Instance,
    baseline: &'a Solution,
    setting: &Setting<'a>,
) -> Vec<Happening<'a>> {
    let walk = Walk::new(instance, baseline, setting);
    walk.run(baseline)
}

struct Walk<'a, 'b> {
    setting: &'b Setting<'a>,
    problem: Problem,
    planned: Vec<Planned<'a>>,
    /// By line: the overtime the plan opens.
    overtime: Vec<Vec<usize>>,
    /// By lot: its pieces.
    quantities: Vec<Pieces>,
    /// The plan's own beginning: what starts before it had begun, and its times were known better than by its rate.
    began: Seconds,
}

impl<'a, 'b> Walk<'a, 'b> {
    fn new(instance: &'a Instance, baseline: &'a Solution, setting: &'b Setting<'a>) -> Self {
        // Calendars are read from the plan's first instant on.
        let operations = || baseline.lots.iter().flat_map(|lot| &lot.operations);
        let first = operations().map(|operation| operation.setup_start.unwrap_or(operation.start)).min();
        let first = first.map_or(instance.start, |first| first.min(instance.start));
        let reported = setting.actuals.operations.iter().map(|report| report.start).min();
        let early = Instance { start: reported.map_or(first, |at: Instant| at.min(first)), ..instance.clone() };
        let problem = Problem::new(&early);
        let lines: FxHashMap<&str, usize> =
            instance.lines.iter().enumerate().map(|(index, line)| (line.id.as_str(), index)).collect();
        let reports: FxHashMap<_, &ActualOperation> = setting
            .actuals
            .operations
            .iter()
            .map(|report| {
                let key = (report.order.as_str(), report.item.as_str(), report.lot, report.operation.as_deref());
                (key, report)
            })
            .collect();
        let names = by_name(&baseline.lots);
        let places = places(instance);
        let lost = setting.previous.map(|previous| lost_variants(previous, instance)).unwrap_or_default();
        let mut planned = Vec::new();
        for (&(order, item_name, number, name), &(lot, at)) in &names {
            let operation = &baseline.lots[lot].operations[at];
            let report = reports.get(&(order, item_name, number, name)).copied();
            let line = report.and_then(|report| report.line.as_deref()).unwrap_or(&operation.line);
            let Some(&line) = lines.get(line) else { continue };
            let place = places.get(&(order.to_string(), item_name.to_string()));
            let item =
                place.map(|&(order, item)| ItemIdx(problem.orders[OrderIdx::at(order)].items.start + item as u32));
            let variant = match place {
                Some(&(order, item)) => Some(instance.orders[order].items[item].variant.as_str()),
                None => {
                    baseline.lots[lot].variant.as_deref().or_else(|| lost.get(&(order, item_name.to_string())).copied())
                }
            };
            let step = item.and_then(|item| step_of(instance, &problem, item, name));
            planned.push(Planned {
                lot,
                operation: at,
                line,
                setup: operation.setup_start.map(|setup| setup.seconds),
                start: operation.start.seconds,
                end: operation.end.seconds,
                item: item.filter(|_| step.is_some()),
                step: step.unwrap_or(0),
                report,
                is_lost: place.is_none(),
                variant,
            });
        }
        planned.sort_by_key(|one| (one.start, one.end, one.lot, one.operation));
        let overtime = instance.lines.iter().enumerate().map(|(index, line)| {
            let opened = baseline.lines.iter().filter(|entry| entry.id == line.id).flat_map(|entry| &entry.overtime);
            let opened: Vec<Seconds> = opened.map(|from| from.seconds).collect();
            let windows = problem.lines[LineIdx::at(index)].overtime.iter().enumerate();
            windows.filter(|(_, window)| opened.contains(&window.span.from)).map(|(place, _)| place).collect()
        });
        let overtime = overtime.collect();
        let quantities = baseline.lots.iter().map(|lot| lot.quantity).collect();
        Self { setting, problem, planned, overtime, quantities, began: instance.start.seconds }
    }

    fn run(&self, baseline: &'a Solution) -> Vec<Happening<'a>> {
        let clocks: Vec<LineClock<'_>> = self
            .problem
            .lines
            .enumerate()
            .map(|(id, line)| LineClock::new(&self.problem, line, &self.overtime[id.position()]))
            .collect();
        let mut free = vec![Seconds(i64::MIN / 2); self.problem.lines.len()];
        let mut ends: FxHashMap<(usize, usize), (Seconds, usize)> = FxHashMap::default();
        let mut reported: Vec<Vec<Span>> = vec![Vec::new(); self.problem.lines.len()];
        let mut times = vec![None; self.planned.len()];
        for (place, one) in self.planned.iter().enumerate() {
            if let Some(report) = one.report {
                let lot = &baseline.lots[one.lot];
                let span = self.reported(one, report, lot, &clocks[one.line]);
                reported[one.line].push(span);
                ends.insert((one.lot, one.step), (span.to, one.line));
                times[place] = Some((one.setup.filter(|&setup| setup <= span.from), span));
            }
        }
        for (place, one) in self.planned.iter().enumerate() {
            if times[place].is_some() {
                continue;
            }
            let ready = self.ready(one, &ends);
            let (setup, span) = self.expected(one, (free[one.line], ready), &reported[one.line], &clocks[one.line]);
            // What is left of an order that is gone and has not begun takes nobody's time.
            if one.is_lost && span.from >= self.setting.at {
                continue;
            }
            free[one.line] = free[one.line].max(span.to);
            ends.insert((one.lot, one.step), (span.to, one.line));
            times[place] = Some((setup, span));
        }
        let told = self.planned.iter().zip(times).filter_map(|(one, times)| Some((one, times?)));
        told.map(|(one, (setup_start, span))| self.told(one, setup_start, span, baseline)).collect()
    }

    fn told(
        &self,
        one: &Planned<'a>,
        setup_start: Option<Seconds>,
        span: Span,
        baseline: &'a Solution,
    ) -> Happening<'a> {
        let problem = &self.problem;
        let lot = &baseline.lots[one.lot];
        let line = LineIdx::at(one.line);
        let rate = one.item.and_then(|item| problem.rate_on(problem.kind_of(item, one.step), line));
        let delivery = one.item.filter(|&item| usize::from(problem.route_of(item).last) == one.step).and_then(|item| {
            let region = problem.orders[problem.items[item].order].region;
            problem.places.delivery(problem.lines[line].site, region)
        });
        let good = one.report.filter(|report| report.end.is_some()).and_then(|report| report.pieces);
        Happening {
            lot: one.lot,
            operation: one.operation,
            name: lot.operations[one.operation].operation.as_deref(),
            line: one.line,
            setup_start,
            start: span.from,
            end: span.to,
            good,
            pieces_run: rate.map_or(lot.quantity, |rate| rate.pieces_run(lot.quantity)),
            delivery: delivery.map_or(Seconds::ZERO, |journey| journey.time),
            variant: one.variant,
        }
    }

    /// When an operation ran that is reported; one that runs still goes on at the planned speed.
    fn reported(&self, one: &Planned<'_>, report: &ActualOperation, lot: &LotEntry, clock: &LineClock<'_>) -> Span {
        let (at, start) = (self.setting.at, report.start.seconds);
        if let Some(end) = report.end {
            return Span::new(start, end.seconds);
        }
        let end = match report.pieces {
            Some(pieces) => self.place(one, clock, at, (lot.quantity - pieces).max(1)).to,
            None => self.place(one, clock, start, lot.quantity).to,
        };
        // It runs still, so it ends after now, whatever the speed says.
        Span::new(start, end.max(at + Seconds(1)))
    }

    /// The run of some pieces of an operation from an instant on, pausing while the line is closed.
    fn place(&self, one: &Planned<'_>, clock: &LineClock<'_>, from: Seconds, pieces: Pieces) -> Span {
        let rate =
            one.item.and_then(|item| self.problem.rate_on(self.problem.kind_of(item, one.step), LineIdx::at(one.line)));
        let work = match rate {
            Some(rate) => self.paced(one.line, rate.run_time(pieces)),
            None => clock.open.working_between(one.start, one.end).max(Seconds(1)),
        };
        clock.open.place_pausable(from, work).unwrap_or(Span::new(from, from + work))
    }

    /// When what an operation waits for on its route lets it begin.
    fn ready(&self, one: &Planned<'_>, ends: &FxHashMap<(usize, usize), (Seconds, usize)>) -> Seconds {
        let Some(item) = one.item else { return Seconds(i64::MIN / 2) };
        let step = &self.problem.route_of(item).steps[one.step];
        let site = |line: usize| self.problem.lines[LineIdx::at(line)].site;
        let arrivals = step.after.iter().filter_map(|&before| {
            let &(end, line) = ends.get(&(one.lot, usize::from(before)))?;
            let transit = self.problem.places.transit(site(line), site(one.line)).unwrap_or_default();
            Some(end + step.lag + transit.time)
        });
        arrivals.fold(Seconds(i64::MIN / 2), Seconds::max)
    }

    /// When an operation nobody reported on is to be expected.
    fn expected(
        &self,
        one: &Planned<'_>,
        (free, ready): (Seconds, Seconds),
        reported: &[Span],
        clock: &LineClock<'_>,
    ) -> (Option<Seconds>, Span) {
        let not_before = match self.setting.actuals.unreported {
            Unreported::NotBegun => self.setting.at,
            Unreported::AsPlanned => Seconds(i64::MIN / 2),
        };
        let first = one.setup.unwrap_or(one.start);
        let work = clock.open.working_between(one.start, one.end);
        let as_planned = first >= free
            && one.start >= ready
            && one.start >= not_before
            && reported.iter().all(|span| span.to <= first || span.from >= one.end)
            && (one.item.is_none() || one.start < self.began || work == self.work(one, work));
        if as_planned {
            return (one.setup, Span::new(one.start, one.end));
        }
        let setup_work = one.setup.map_or(Seconds::ZERO, |setup| clock.open.working_between(setup, one.start));
        let work = self.work(one, work).max(Seconds(1));
        let place = |from: Seconds, work: Seconds| {
            clock.open.place_pausable(from, work).unwrap_or(Span::new(from, from + work))
        };
        let mut from = first.max(free).max(not_before);
        loop {
            let setup = (setup_work > Seconds::ZERO).then(|| place(from, setup_work));
            let set_up = setup.map_or(from, |setup| setup.to);
            let run = place(set_up.max(ready).max(one.start.min(set_up)), work);
            let begin = setup.map_or(run.from, |setup| setup.from);
            match reported.iter().filter(|span| span.from < run.to && begin < span.to).map(|span| span.to).max() {
                Some(later) => from = later,
                None => return (setup.map(|setup| setup.from), run),
            }
        }
    }

    /// Working seconds of an operation's run: by its rate, or as planned.
    fn work(&self, one: &Planned<'_>, planned: Seconds) -> Seconds {
        // A line that is down takes open time out of the plan's own interval: the run is as long as it was.
        let Some(item) = one.item else { return planned };
        let rate = self.problem.rate_on(self.problem.kind_of(item, one.step), LineIdx::at(one.line));
        rate.map_or(planned, |rate| self.paced(one.line, rate.run_time(self.quantities[one.lot])))
    }

    /// Working seconds at the pace a line really has.
    fn paced(&self, line: usize, work: Seconds) -> Seconds {
        match self.setting.pace.get(line) {
            Some(&pace) => Seconds(mul_div_ceil(work.0, 100, i64::from(pace.max(1)))),
            None => work,
        }
    }
}

/// The step of an item's route of that name.
fn step_of(instance: &Instance, problem: &Problem, item: ItemIdx, name: Option<&str>) -> Option<usize> {
    match (problem.written_route(item), name) {
        (None, None) => Some(0),
        (Some(route), Some(name)) => instance.routes[route].operations.iter().position(|step| step.id == name),
        _ => None,
    }
}

/// Variants of the items of orders that are gone.
fn lost_variants<'a>(previous: &'a Instance, instance: &'a Instance) -> FxHashMap<(&'a str, String), &'a str> {
    let known = |id: &str| instance.variants.iter().find(|variant| variant.id == id).map(|variant| variant.id.as_str());
    let items = previous.orders.iter().flat_map(|order| order.items.iter().enumerate().map(move |item| (order, item)));
    items.filter_map(|(order, (at, item))| Some(((order.id.as_str(), item.name(at)), known(&item.variant)?))).collect()
}
