//! Instance and plan side by side: every run on its line, every order with its lots, looked up once for all reports.
//!
//! Times are the plan's own. What a plan does not say (how long a changeover takes, how many pieces a run has to make,
//! what a line costs) is computed from the compiled instance, by the rules of `docs/format.md`. Whether the plan keeps
//! the rules is not judged here; one that does not is registered as it stands.

use crate::diagnostic::Diagnostic;
use crate::model::{Instance, LotEntry, OperationEntry, Order};
use crate::problem::{Changeover, ClassIdx, KindIdx, LineIdx, Problem};
use crate::schedule::LineClock;
use crate::solution::{OrderEntry, OrderStatus, Solution};
use crate::units::{Id, Money, Pieces, Seconds};
use crate::validate::{set_aside, validate};
use crate::working_time::{Span, WorkingTime};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// An instance and a plan for it, ready to be reported on.
#[derive(Debug)]
pub struct Register<'a> {
    pub(super) instance: &'a Instance,
    pub(super) solution: &'a Solution,
    pub(super) problem: Problem,
    /// Every order of the instance, in its order.
    pub(super) orders: Vec<OrderRecord<'a>>,
    /// Every lot of the plan, in its order.
    pub(super) lots: Vec<LotRecord<'a>>,
    /// Every run, line by line, by start.
    pub(super) runs: Vec<RunRecord<'a>>,
    /// Every line of the instance, in its order.
    pub(super) lines: Vec<LineRecord>,
    /// Operations on lines the instance does not have.
    pub(super) operations_lost: usize,
    /// The last end, at least `start`.
    pub(super) last_end: Seconds,
}

/// An order with what the plan makes of it.
#[derive(Debug)]
pub(super) struct OrderRecord<'a> {
    pub(super) order: &'a Order,
    /// What the plan says of it.
    pub(super) entry: Option<&'a OrderEntry>,
    /// Its lots: positions in the register.
    pub(super) lots: Vec<usize>,
    /// First second of its first run.
    pub(super) first_start: Option<Seconds>,
    /// End of its last operation.
    pub(super) completion: Option<Seconds>,
    /// For each item: pieces in lots, and those done before.
    pub(super) made: Vec<Pieces>,
}

impl OrderRecord<'_> {
    /// What becomes of it; unplanned where the plan does not name it.
    pub(super) fn status(&self) -> OrderStatus {
        self.entry.map_or(OrderStatus::Unplanned, |entry| entry.status)
    }
    /// When it is delivered.
    pub(super) fn delivery(&self) -> Option<Seconds> {
        self.entry.and_then(|entry| entry.delivery).map(|at| at.seconds)
    }
}

/// A lot with what the instance says of it.
#[derive(Debug)]
pub(super) struct LotRecord<'a> {
    pub(super) entry: &'a LotEntry,
    pub(super) order: Option<usize>,
    /// Position of its variant in the instance.
    pub(super) variant: Option<usize>,
    /// First second of its first run.
    pub(super) start: Seconds,
    /// Pieces the order asks for of its item; where there is no such item, the most that any asks for.
    ordered: Pieces,
}

/// One operation on its line.
#[derive(Debug)]
pub(super) struct RunRecord<'a> {
    /// Position of its lot; none for what the baseline has begun for orders that are gone.
    pub(super) lot: Option<usize>,
    pub(super) operation: Option<&'a OperationEntry>,
    kind: Option<KindIdx>,
    /// The class a fact of an order that is gone leaves behind.
    class: Option<ClassIdx>,
    quantity: Pieces,
    pub(super) line: usize,
    pub(super) span: Span,
    /// From the first second of its changeover to the last of it.
    pub(super) setup: Option<Span>,
    pub(super) changeover: Changeover,
    /// Working time of the run by the line's clock.
    pub(super) work: Seconds,
    /// Pieces it has to run for its lot.
    pub(super) pieces_run: Pieces,
    /// Of the run: hours and pieces.
    pub(super) production: Money,
    /// Of the changeover before it: its own, and the line's hours.
    pub(super) changeover_cost: Money,
}

/// A line with what the plan makes of it.
#[derive(Debug)]
pub(super) struct LineRecord {
    /// Its runs: positions in the register.
    pub(super) runs: Range<usize>,
    /// Open time, opened overtime included.
    pub(super) open: WorkingTime,
    /// The overtime it opens.
    pub(super) overtime: Vec<Span>,
    pub(super) overtime_cost: Money,
    pub(super) short_runs: ShortRuns,
}

/// Runs below a line's minimum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ShortRuns {
    pub(super) runs: usize,
    /// Pieces they lack.
    pub(super) missing: Pieces,
    pub(super) cost: Money,
}

impl<'a> Register<'a> {
    /// Looks everything up.
    ///
    /// # Errors
    /// The instance's faults, where there are any but those of single orders that the plan leaves out.
    pub fn new(instance: &'a Instance, solution: &'a Solution) -> Result<Self, Vec<Diagnostic>> {
        let problem = compiled(instance, solution)?;
        let (lots, mut orders) = lots_and_orders(instance, solution);
        let (by_line, operations_lost) = runs_by_line(instance, &problem, &lots);
        for (position, lot) in lots.iter().enumerate() {
            let Some(record) = lot.order.map(|order| &mut orders[order]) else { continue };
            record.lots.push(position);
            for operation in &lot.entry.operations {
                let (start, end) = (operation.start.seconds, operation.end.seconds);
                record.first_start = Some(record.first_start.map_or(start, |first| first.min(start)));
                record.completion = Some(record.completion.map_or(end, |last| last.max(end)));
            }
        }
        let last_end = by_line.iter().flatten().map(|run| run.span.to).fold(problem.start, Seconds::max);
        let mut runs = Vec::new();
        let mut lines = Vec::new();
        for (index, of_line) in by_line.into_iter().enumerate() {
            lines.push(register_line(&problem, solution, instance, index, of_line, &mut runs));
        }
        Ok(Self { instance, solution, problem, orders, lots, runs, lines, operations_lost, last_end })
    }

    /// The variant of a lot, by name.
    pub(super) fn variant_of(&self, lot: &LotRecord<'a>) -> Option<&'a str> {
        lot.variant.map(|variant| self.instance.variants[variant].id.as_str())
    }
    /// From `start` to the last end.
    pub(super) fn horizon(&self) -> Span {
        Span::new(self.problem.start, self.last_end)
    }
}

/// The instance compiled; without the orders that have faults of their own, if the plan leaves them out.
fn compiled(instance: &Instance, solution: &Solution) -> Result<Problem, Vec<Diagnostic>> {
    let issues = validate(instance);
    if !issues.iter().any(Diagnostic::is_error) {
        return Ok(Problem::new(instance));
    }
    let left_out = |id: &str| {
        let mut entries = solution.orders.iter().filter(|entry| entry.id == id);
        entries.all(|entry| entry.status == OrderStatus::Unplanned)
    };
    match set_aside(instance, &issues) {
        Some((reduced, faults)) if faults.iter().all(|(order, _)| left_out(order)) => Ok(Problem::new(&reduced)),
        _ => Err(issues),
    }
}

fn lots_and_orders<'a>(instance: &'a Instance, solution: &'a Solution) -> (Vec<LotRecord<'a>>, Vec<OrderRecord<'a>>) {
    let entries: FxHashMap<&str, &OrderEntry> =
        solution.orders.iter().map(|entry| (entry.id.as_str(), entry)).collect();
    let variants = positions(instance.variants.iter().map(|variant| variant.id.as_str()));
    let places = positions(instance.orders.iter().map(|order| order.id.as_str()));
    let record = |order: &'a Order| OrderRecord {
        order,
        entry: entries.get(order.id.as_str()).copied(),
        lots: Vec::new(),
        first_start: None,
        completion: None,
        made: order.items.iter().map(|item| item.done).collect(),
    };
    let mut orders: Vec<OrderRecord<'_>> = instance.orders.iter().map(record).collect();
    // Kits have hundreds of items: their names are made once per order, not once per lot.
    let mut names: FxHashMap<usize, FxHashMap<String, usize>> = FxHashMap::default();
    let most =
        instance.orders.iter().flat_map(|order| &order.items).map(|item| item.quantity).max().unwrap_or_default();
    let mut lots = Vec::with_capacity(solution.lots.len());
    for entry in &solution.lots {
        let order = places.get(entry.order.as_str()).copied();
        let item = order.and_then(|order| {
            let items = instance.orders[order].items.iter().enumerate();
            let named =
                names.entry(order).or_insert_with(|| items.map(|(index, item)| (item.name(index), index)).collect());
            named.get(&entry.item).copied()
        });
        let ordered = order.zip(item).map(|(order, item)| instance.orders[order].items[item].variant.as_str());
        let variant = ordered.or(entry.variant.as_deref()).and_then(|id| variants.get(id)).copied();
        if let Some((order, item)) = order.zip(item) {
            orders[order].made[item] = orders[order].made[item].saturating_add(entry.quantity);
        }
        let start = entry.operations.iter().map(|operation| operation.start.seconds).min().unwrap_or(Seconds::MAX);
        let ordered = order.zip(item).map_or(most, |(order, item)| instance.orders[order].items[item].quantity);
        lots.push(LotRecord { entry, order, variant, start, ordered });
    }
    (lots, orders)
}

fn positions<'a>(ids: impl Iterator<Item = &'a str>) -> FxHashMap<&'a str, usize> {
    ids.enumerate().map(|(index, id)| (id, index)).collect()
}

/// The runs of each line by start, those of lost orders among them, and how many operations name no line of the plant.
fn runs_by_line<'a>(
    instance: &'a Instance,
    problem: &Problem,
    lots: &[LotRecord<'a>],
) -> (Vec<Vec<RunRecord<'a>>>, usize) {
    let lines = positions(instance.lines.iter().map(|line| line.id.as_str()));
    let routes = positions(instance.routes.iter().map(|route| route.id.as_str()));
    let mut runs: Vec<Vec<RunRecord<'a>>> = instance.lines.iter().map(|_| Vec::new()).collect();
    let mut lost = 0;
    for (position, lot) in lots.iter().enumerate() {
        let route = lot.variant.and_then(|variant| instance.variants[variant].route.as_deref());
        let route = route.and_then(|id| routes.get(id)).map(|&route| &instance.routes[route]);
        for operation in &lot.entry.operations {
            let Some(&line) = lines.get(operation.line.as_str()) else {
                lost += 1;
                continue;
            };
            let step = match (route, &operation.operation) {
                (Some(route), Some(name)) => route.operations.iter().position(|step| step.id == *name),
                (None, None) => Some(0),
                _ => None,
            };
            let kind = lot.variant.zip(step);
            let kind = kind.map(|(variant, step)| problem.variants[Id::at(variant)].kind(step));
            let span = Span::new(operation.start.seconds, operation.end.seconds);
            // A lot of more than is ordered is no lot of a sound plan, and its cost might be no number.
            let (lot, quantity) = (Some(position), lot.entry.quantity.clamp(0, lot.ordered));
            runs[line].push(RunRecord { lot, operation: Some(operation), ..bare(line, kind, quantity, span) });
        }
    }
    for (line, of_line) in problem.lines.iter().zip(&mut runs).map(|(line, runs)| (&line.facts, runs)) {
        let known: Vec<Span> = of_line.iter().map(|run| run.span).collect();
        for fact in line.iter().filter(|fact| !known.contains(&Span::new(fact.start, fact.end))) {
            let index = lines.len();
            let lost = bare(index, fact.kind, fact.quantity, Span::new(fact.start, fact.end));
            of_line.push(RunRecord { class: Some(fact.class), ..lost });
        }
    }
    for (index, of_line) in runs.iter_mut().enumerate() {
        of_line.iter_mut().for_each(|run| run.line = index);
        of_line.sort_by_key(|run| (run.span, run.lot));
    }
    (runs, lost)
}

fn bare<'a>(line: usize, kind: Option<KindIdx>, quantity: Pieces, span: Span) -> RunRecord<'a> {
    RunRecord {
        lot: None,
        operation: None,
        kind,
        class: None,
        quantity,
        line,
        span,
        setup: None,
        changeover: Changeover::NONE,
        work: Seconds::ZERO,
        pieces_run: quantity,
        production: Money::ZERO,
        changeover_cost: Money::ZERO,
    }
}

/// Computes what a line's runs take and cost, one after the other, and moves them to `runs`.
fn register_line<'a>(
    problem: &Problem,
    solution: &Solution,
    instance: &Instance,
    index: usize,
    of_line: Vec<RunRecord<'a>>,
    runs: &mut Vec<RunRecord<'a>>,
) -> LineRecord {
    let id = LineIdx::at(index);
    let line = &problem.lines[id];
    let opened = solution.lines.iter().find(|entry| entry.id == instance.lines[index].id);
    let opened = opened.map_or(&[][..], |entry| entry.overtime.as_slice());
    let windows: Vec<usize> = (0..line.overtime.len())
        .filter(|&window| opened.iter().any(|from| from.seconds == line.overtime[window].span.from))
        .collect();
    let clock = LineClock::new(problem, line, &windows);
    let first = runs.len();
    let mut class = line.setup_class;
    for mut run in of_line {
        if let Some(to) = run.class.or_else(|| run.kind.map(|kind| problem.class_on(line, kind))) {
            run.changeover = problem.changeover(line, class, to);
            class = line.changeovers.map(|_| to);
        }
        run.changeover_cost = run.kind.map_or(Money::ZERO, |_| problem.changeover_cost(line, run.changeover));
        if let Some(rate) = run.kind.and_then(|kind| problem.rate_on(kind, id)) {
            run.pieces_run = rate.pieces_run(run.quantity);
            run.production = problem.run_cost(line, rate, run.quantity);
        }
        run.work = worked(&clock, run.span);
        let begun = run.operation.and_then(|operation| operation.setup_start).map(|at| at.seconds);
        run.setup = begun.filter(|&begun| begun < run.span.from).map(|begun| {
            let placed = (run.changeover.time > Seconds::ZERO).then(|| clock.place(begun, run.changeover.time));
            Span::new(begun, placed.flatten().map_or(run.span.from, |placed| placed.to.min(run.span.from)))
        });
        runs.push(run);
    }
    LineRecord {
        runs: first..runs.len(),
        overtime: windows.iter().map(|&window| line.overtime[window].span).collect(),
        overtime_cost: windows.iter().map(|&window| line.overtime[window].cost).sum(),
        short_runs: short_runs(problem, id, &runs[first..]),
        open: clock.open.into_owned(),
    }
}

/// Open seconds of a span; all of it where none is open (a frozen fact need not keep the calendar).
fn worked(clock: &LineClock<'_>, span: Span) -> Seconds {
    let open = clock.open.working_between(span.from, span.to);
    if open > Seconds::ZERO { open } else { span.length() }
}

fn short_runs(problem: &Problem, id: LineIdx, runs: &[RunRecord<'_>]) -> ShortRuns {
    let Some(minimum) = &problem.lines[id].minimum_run else { return ShortRuns::default() };
    let mut found = ShortRuns::default();
    let value = |run: &RunRecord<'_>| run.kind.map_or(0, |kind| problem.run_values[minimum.by][kind]);
    for run in runs.chunk_by(|before, after| value(before) == value(after)) {
        let pieces: Pieces = run.iter().map(|lot| lot.pieces_run).sum();
        // A run of nothing but lots of lost orders without a variant costs nothing.
        if pieces < minimum.quantity && run.iter().any(|lot| lot.kind.is_some()) {
            let missing = minimum.quantity - pieces;
            found.runs += 1;
            found.missing += missing;
            found.cost += minimum.shortfall_cost_per_unit.times(missing);
        }
    }
    found
}
