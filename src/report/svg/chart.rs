//! What the picture shows, gathered from instance and plan: rows, runs, values, open time. No pixels here.

use crate::model::{Instance, Line, LotEntry, OperationEntry, Variant};
use crate::solution::{OrderEntry, OrderStatus, Solution};
use crate::units::Seconds;
use crate::working_time::{ExpandedCalendar, Span, WorkingTime, expand};
use jiff::tz::TimeZone;
use rustc_hash::FxHashMap;

/// Calendars are drawn up to this span; beyond it their windows are finer than any line of the picture.
const LONGEST_SHADED: Seconds = Seconds(5 * 366 * 86_400);

/// Everything a picture needs to know.
#[derive(Debug)]
pub(super) struct Chart<'a> {
    /// The rows, in the order of the file.
    pub(super) rows: Vec<Row<'a>>,
    /// Lines left out for want of room.
    pub(super) lines_hidden: usize,
    /// Operations on lines the instance does not have.
    pub(super) operations_lost: usize,
    /// What the time axis covers.
    pub(super) span: Span,
    /// The zone of the labels.
    pub(super) zone: TimeZone,
    /// The attribute behind the colours.
    pub(super) colour_by: String,
    /// The values of that attribute with the time run for each, longest first.
    pub(super) values: Vec<(&'a str, Seconds)>,
    /// Open time by calendar.
    pub(super) open: Vec<(&'a str, WorkingTime)>,
}

/// One line.
#[derive(Debug)]
pub(super) struct Row<'a> {
    /// The line.
    pub(super) line: &'a Line,
    /// What runs on it, by start.
    pub(super) runs: Vec<Run<'a>>,
    /// Overtime windows it opens.
    pub(super) overtime: Vec<Span>,
    /// Its calendar, as an index into `open`; always open without one.
    pub(super) calendar: Option<usize>,
}

/// One operation of a lot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run<'a> {
    /// The lot.
    pub(super) lot: &'a LotEntry,
    /// The operation.
    pub(super) operation: &'a OperationEntry,
    /// What it makes, where the instance says so.
    pub(super) variant: Option<&'a str>,
    /// The value behind its colour.
    pub(super) value: Option<&'a str>,
    /// What the plan says of its order.
    pub(super) order: Option<&'a OrderEntry>,
}

impl Run<'_> {
    /// Where it lies.
    pub(super) fn span(&self) -> Span {
        Span::new(self.operation.start.seconds, self.operation.end.seconds)
    }
    /// Whether its order is delivered late.
    pub(super) fn is_late(&self) -> bool {
        self.order.is_some_and(|order| order.status == OrderStatus::Late)
    }
}

impl<'a> Chart<'a> {
    /// Gathers at most `limit` lines; where there are more, those that run something come first.
    pub(super) fn new(instance: &'a Instance, solution: &'a Solution, colour_by: Option<&str>, limit: usize) -> Self {
        let zone = zone_of(instance);
        let colour_by = colour_by.map_or_else(|| default_colouring(instance).to_string(), str::to_string);
        let (mut runs, operations_lost) = runs_by_line(instance, solution, &colour_by);
        let span = extent(instance, runs.iter().flatten());
        let values = weighed(runs.iter().flatten());
        let shown = shown_lines(&runs, limit);
        let (open, expanded) = open_time(instance, &zone, span);
        let overtime = overtime_by_line(solution);
        let rows = shown
            .iter()
            .map(|&index| {
                let line = &instance.lines[index];
                let calendar = line.calendar.as_deref().and_then(|id| open.iter().position(|(known, _)| *known == id));
                let mut runs = std::mem::take(&mut runs[index]);
                runs.sort_by_key(|run| (run.span(), run.lot.lot));
                let windows = calendar.map_or(&[][..], |calendar| expanded[calendar].as_slice());
                let opened = overtime.get(line.id.as_str()).map_or(&[][..], Vec::as_slice);
                let overtime = windows.iter().filter(|window| opened.contains(&window.from)).copied().collect();
                Row { line, runs, overtime, calendar }
            })
            .collect();
        let lines_hidden = instance.lines.len() - shown.len();
        Self { rows, lines_hidden, operations_lost, span, zone, colour_by, values, open }
    }

    /// Operations in the picture.
    pub(super) fn operations(&self) -> usize {
        self.rows.iter().map(|row| row.runs.len()).sum()
    }
}

pub(in crate::report) fn zone_of(instance: &Instance) -> TimeZone {
    instance.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
}

/// The first attribute a changeover rule names; else the first any variant has; else the variant itself.
pub(in crate::report) fn default_colouring(instance: &Instance) -> &str {
    let named = instance.changeovers.iter().flat_map(|set| &set.rules).map(|rule| rule.attribute.as_str()).next();
    let mut attributes = instance.variants.iter().filter_map(|variant| variant.attributes.as_ref());
    named.or_else(|| attributes.find_map(|named| named.iter().next()).map(|(name, _)| name)).unwrap_or("variant")
}

/// The runs of each line, and how many name a line that is not there.
fn runs_by_line<'a>(instance: &'a Instance, solution: &'a Solution, colour_by: &str) -> (Vec<Vec<Run<'a>>>, usize) {
    let lines: FxHashMap<&str, usize> = positions(instance.lines.iter().map(|line| line.id.as_str()));
    let variants: FxHashMap<&str, &Variant> = instance.variants.iter().map(|v| (v.id.as_str(), v)).collect();
    let orders: FxHashMap<&str, usize> = positions(instance.orders.iter().map(|order| order.id.as_str()));
    let entries: FxHashMap<&str, &OrderEntry> =
        solution.orders.iter().map(|entry| (entry.id.as_str(), entry)).collect();
    // Kits have hundreds of items: their names are looked up once per order, not once per lot.
    let mut items: FxHashMap<usize, FxHashMap<String, &str>> = FxHashMap::default();
    let mut runs: Vec<Vec<Run<'_>>> = vec![Vec::new(); instance.lines.len()];
    let mut lost = 0;
    for lot in &solution.lots {
        let ordered = orders.get(lot.order.as_str()).and_then(|&order| {
            let named = items.entry(order).or_insert_with(|| {
                let named = instance.orders[order].items.iter().enumerate();
                named.map(|(index, item)| (item.name(index), item.variant.as_str())).collect()
            });
            named.get(&lot.item).copied()
        });
        let variant = ordered.or(lot.variant.as_deref());
        let attributes = variant.and_then(|id| variants.get(id)).and_then(|variant| variant.attributes.as_ref());
        for operation in &lot.operations {
            let value = match colour_by {
                "variant" => variant,
                "operation" => operation.operation.as_deref(),
                name => attributes.and_then(|named| named.get(name)).map(String::as_str),
            };
            let order = entries.get(lot.order.as_str()).copied();
            match lines.get(operation.line.as_str()) {
                Some(&line) => runs[line].push(Run { lot, operation, variant, value, order }),
                None => lost += 1,
            }
        }
    }
    (runs, lost)
}

fn positions<'a>(ids: impl Iterator<Item = &'a str>) -> FxHashMap<&'a str, usize> {
    ids.enumerate().map(|(index, id)| (id, index)).collect()
}

/// From `start` (or the first setup) to the last end; an hour where nothing runs.
fn extent<'a>(instance: &Instance, runs: impl Iterator<Item = &'a Run<'a>>) -> Span {
    let mut span = Span::new(instance.start.seconds, instance.start.seconds);
    for run in runs {
        let begin = run.operation.setup_start.map_or(run.span().from, |setup| setup.seconds.min(run.span().from));
        span = Span::new(span.from.min(begin), span.to.max(run.span().to));
    }
    if span.length() <= Seconds::ZERO { Span::new(span.from, span.from + Seconds(3_600)) } else { span }
}

fn weighed<'a: 'b, 'b>(runs: impl Iterator<Item = &'b Run<'a>>) -> Vec<(&'a str, Seconds)> {
    let mut weights: FxHashMap<&str, Seconds> = FxHashMap::default();
    for run in runs {
        if let Some(value) = run.value {
            *weights.entry(value).or_default() += run.span().length();
        }
    }
    let mut weights: Vec<_> = weights.into_iter().collect();
    weights.sort_by_key(|&(value, weight)| (std::cmp::Reverse(weight), value));
    weights
}

fn shown_lines(runs: &[Vec<Run<'_>>], limit: usize) -> Vec<usize> {
    let mut lines: Vec<usize> = (0..runs.len()).collect();
    if lines.len() > limit {
        lines.sort_by_key(|&line| runs[line].is_empty());
        lines.truncate(limit);
        lines.sort_unstable();
    }
    lines
}

/// Open time and overtime windows of each calendar within `span`.
fn open_time<'a>(instance: &'a Instance, zone: &TimeZone, span: Span) -> (Vec<(&'a str, WorkingTime)>, Vec<Vec<Span>>) {
    if span.length() > LONGEST_SHADED {
        return (Vec::new(), Vec::new());
    }
    let expanded = instance.calendars.iter().map(|calendar| {
        let ExpandedCalendar { open, overtime } = expand(calendar, zone, span.from, span.to);
        ((calendar.id.as_str(), open), overtime)
    });
    expanded.unzip()
}

fn overtime_by_line(solution: &Solution) -> FxHashMap<&str, Vec<Seconds>> {
    let opened = |line: &crate::solution::LineEntry| line.overtime.iter().map(|from| from.seconds).collect();
    solution.lines.iter().map(|line| (line.id.as_str(), opened(line))).collect()
}

/// What lies between the open windows.
pub(in crate::report) fn closed(open: &WorkingTime, span: Span) -> Vec<Span> {
    let mut gaps = Vec::new();
    let mut from = span.from;
    for window in open.windows() {
        gaps.push(Span::new(from, window.from));
        from = window.to;
    }
    gaps.push(Span::new(from, span.to));
    gaps.retain(|gap| gap.from < gap.to);
    gaps
}

/// The open windows with those of overtime.
pub(super) fn with_overtime(open: &WorkingTime, overtime: &[Span]) -> Vec<Span> {
    if overtime.is_empty() { open.windows().collect() } else { open.with(overtime.iter().copied()).windows().collect() }
}

/// The open parts of `span`; the whole of it where none is open (a frozen fact need not keep the calendar).
pub(super) fn worked(span: Span, open: Option<&[Span]>) -> Vec<Span> {
    let Some(open) = open else { return vec![span] };
    let first = open.partition_point(|window| window.to <= span.from);
    let parts: Vec<Span> = open[first..]
        .iter()
        .take_while(|window| window.from < span.to)
        .map(|window| Span::new(window.from.max(span.from), window.to.min(span.to)))
        .collect();
    if parts.is_empty() { vec![span] } else { parts }
}
