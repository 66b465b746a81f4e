//! What the page's script draws from: the plan by position instead of by name, times in seconds since one origin.

use super::PageOptions;
use super::load::Load;
use crate::report::palette::Palette;
use crate::report::register::{OrderRecord, Register};
use crate::report::svg::chart::{closed, default_colouring};
use crate::report::tables::status_word;
use crate::solution::IncumbentEntry;
use crate::units::{Pieces, Seconds};
use crate::working_time::Span;
use rustc_hash::FxHashMap;
use serde::Serialize;
use std::collections::BTreeSet;

/// Attributes offered for colouring, at most: a plant may have hundreds.
const ATTRIBUTES: usize = 40;
/// Calendars are drawn up to this many closed spans a line; beyond it they are finer than any pixel.
const GAPS: usize = 5_000;

/// The page's JSON.
#[derive(Debug, Serialize)]
pub(super) struct Data<'a> {
    currency: Option<&'a str>,
    zone: &'a str,
    /// Seconds since the epoch that all times count from.
    origin: i64,
    /// The instance's start: "now" for whoever reads the plan.
    now: i64,
    /// What the time axis covers.
    span: [i64; 2],
    /// Offsets from UTC within the span: from when on, and how much.
    offsets: Vec<[i64; 2]>,
    lines: Vec<LineData<'a>>,
    /// Closed time, shared by the lines that have the same.
    closed: Vec<Vec<[i64; 2]>>,
    orders: Vec<OrderData<'a>>,
    lots: Vec<LotData<'a>>,
    /// Line, lot (or -1), operation (or -1), changeover from, changeover to (or -1), start, end, pieces run.
    runs: Vec<[i64; 8]>,
    operations: Vec<&'a str>,
    variants: Vec<&'a str>,
    colourings: Vec<Colouring<'a>>,
    /// The colouring shown first.
    colour_by: usize,
    load: Load,
    curve: Vec<Point<'a>>,
    customers: bool,
}

#[derive(Debug, Serialize)]
struct LineData<'a> {
    id: &'a str,
    site: Option<&'a str>,
    stage: Option<&'a str>,
    closed: usize,
    overtime: Vec<[i64; 2]>,
}

#[derive(Debug, Serialize)]
struct OrderData<'a> {
    id: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    release: Option<i64>,
    /// As the plan states it, in the currency.
    cost: f64,
    pieces: Pieces,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<&'a str>,
}

/// Order (or -1), item, number, quantity, variant (or -1), and the order's name where the instance has no such order.
#[derive(Debug, Serialize)]
struct LotData<'a>(i64, &'a str, u32, Pieces, i64, Option<&'a str>);

/// A way to colour lots.
#[derive(Debug, Serialize)]
struct Colouring<'a> {
    name: String,
    /// `variant`, `operation` or `status`: what decides the value.
    by: &'static str,
    values: Vec<Value<'a>>,
    /// By variant (or operation): the position of its value, or -1.
    of: Vec<i64>,
}

#[derive(Debug, Serialize)]
struct Value<'a> {
    name: &'a str,
    fill: String,
    ink: &'static str,
}

/// A better plan as it was found.
#[derive(Debug, Serialize)]
struct Point<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iteration: Option<u64>,
    source: &'a str,
    cost: f64,
    unplanned: usize,
}

/// Gathers it.
pub(super) fn data<'a>(register: &'a Register<'a>, options: &PageOptions) -> Data<'a> {
    let instance = register.instance;
    let span = extent(register);
    let origin = span.from;
    let since = |at: Seconds| (at - origin).0;
    let operations: BTreeSet<&str> =
        register.runs.iter().filter_map(|run| run.operation?.operation.as_deref()).collect();
    let operations: Vec<&str> = operations.into_iter().collect();
    let (lines, closed) = lines(register, span);
    let colourings = colourings(register, &operations);
    let wanted = options.colour_by.as_deref().unwrap_or_else(|| default_colouring(instance));
    let colour_by = colourings.iter().position(|colouring| colouring.name == wanted).unwrap_or(0);
    Data {
        currency: instance.currency.as_deref(),
        zone: register.problem.zone.iana_name().unwrap_or("UTC"),
        origin: origin.0,
        now: since(instance.start.seconds),
        span: [0, since(span.to)],
        offsets: offsets(register, span),
        lines,
        closed,
        orders: register.orders.iter().map(|order| order_data(order, options, since)).collect(),
        lots: lots(register),
        runs: runs(register, &operations, since),
        variants: instance.variants.iter().map(|variant| variant.id.as_str()).collect(),
        operations,
        colourings,
        colour_by,
        load: Load::new(register, origin),
        curve: register.solution.run.incumbents.iter().map(point).collect(),
        customers: options.customers,
    }
}

/// From `start`, or the first changeover before it, to the last end, and on to the last due and delivery where they
/// lie not far behind it; an hour where nothing runs.
fn extent(register: &Register<'_>) -> Span {
    let begun = register.runs.iter().map(|run| run.setup.map_or(run.span.from, |setup| setup.from.min(run.span.from)));
    let from = begun.fold(register.horizon().from, Seconds::min);
    let promises = register.orders.iter().flat_map(|order| [order.order.due.map(|due| due.seconds), order.delivery()]);
    let far = register.last_end + Seconds((register.last_end - from).0 / 6);
    let to = promises.flatten().filter(|at| *at <= far).fold(register.last_end, Seconds::max);
    Span::new(from, to.max(from + Seconds(3_600)))
}

fn offsets(register: &Register<'_>, span: Span) -> Vec<[i64; 2]> {
    let zone = &register.problem.zone;
    let Ok(begin) = jiff::Timestamp::from_second(span.from.0) else { return vec![[0, 0]] };
    let mut offsets = vec![[0, i64::from(zone.to_offset(begin).seconds())]];
    for change in zone.following(begin).take_while(|change| change.timestamp().as_second() < span.to.0).take(400) {
        offsets.push([change.timestamp().as_second() - span.from.0, i64::from(change.offset().seconds())]);
    }
    offsets
}

fn lines<'a>(register: &Register<'a>, span: Span) -> (Vec<LineData<'a>>, Vec<Vec<[i64; 2]>>) {
    let mut known: FxHashMap<Vec<[i64; 2]>, usize> = FxHashMap::default();
    let mut all = Vec::new();
    let relative = |part: &Span| [(part.from - span.from).0, (part.to - span.from).0];
    let instance: &'a crate::model::Instance = register.instance;
    let of_line = |(line, record): (&'a crate::model::Line, &crate::report::register::LineRecord)| {
        let mut gaps: Vec<[i64; 2]> = closed(&record.open, span).iter().map(relative).collect();
        if gaps.len() > GAPS {
            gaps.clear();
        }
        let next = known.len();
        let closed = *known.entry(gaps.clone()).or_insert_with(|| {
            all.push(gaps);
            next
        });
        let overtime = record.overtime.iter().map(relative).collect();
        LineData { id: &line.id, site: line.site.as_deref(), stage: line.stage.as_deref(), closed, overtime }
    };
    let lines = instance.lines.iter().zip(&register.lines).map(of_line).collect();
    (lines, all)
}

fn order_data<'a>(record: &OrderRecord<'a>, options: &PageOptions, since: impl Fn(Seconds) -> i64) -> OrderData<'a> {
    let order = record.order;
    OrderData {
        id: &order.id,
        status: status_word(record.status()),
        due: order.due.map(|due| since(due.seconds)),
        delivery: record.delivery().map(&since),
        release: order.release.map(|release| since(release.seconds)),
        cost: record.entry.map_or(0.0, |entry| entry.cost.to_f64()),
        pieces: order.items.iter().map(|item| item.quantity).sum(),
        region: order.region.as_deref(),
        customer: order.customer.as_deref().filter(|_| options.customers),
    }
}

fn lots<'a>(register: &'a Register<'a>) -> Vec<LotData<'a>> {
    let position = |position: Option<usize>| position.map_or(-1, |position| position as i64);
    let lot = |lot: &'a crate::report::register::LotRecord<'a>| {
        let name = if lot.order.is_none() { Some(lot.entry.order.as_str()) } else { None };
        let (order, variant) = (position(lot.order), position(lot.variant));
        LotData(order, &lot.entry.item, lot.entry.lot, lot.entry.quantity, variant, name)
    };
    register.lots.iter().map(lot).collect()
}

fn runs(register: &Register<'_>, operations: &[&str], since: impl Fn(Seconds) -> i64) -> Vec<[i64; 8]> {
    let run = |run: &crate::report::register::RunRecord<'_>| {
        let named = run.operation.and_then(|operation| operation.operation.as_deref());
        let operation = named.and_then(|name| operations.binary_search(&name).ok());
        let setup = run.setup.map_or([-1, -1], |setup| [since(setup.from), since(setup.to)]);
        [
            run.line as i64,
            run.lot.map_or(-1, |lot| lot as i64),
            operation.map_or(-1, |operation| operation as i64),
            setup[0],
            setup[1],
            since(run.span.from),
            since(run.span.to),
            run.pieces_run,
        ]
    };
    register.runs.iter().map(run).collect()
}

/// By each attribute the variants have, by variant, by operation, by what becomes of the order.
fn colourings<'a>(register: &'a Register<'a>, operations: &[&'a str]) -> Vec<Colouring<'a>> {
    let variants = &register.instance.variants;
    let attributes = |variant: &'a crate::model::Variant| variant.attributes.iter().flat_map(|named| named.iter());
    let names: BTreeSet<&str> = variants.iter().flat_map(attributes).map(|(name, _)| name).collect();
    let mut colourings: Vec<Colouring<'_>> = Vec::new();
    for name in names.into_iter().take(ATTRIBUTES) {
        let value = |variant: &'a crate::model::Variant| variant.attributes.as_ref()?.get(name).map(String::as_str);
        colourings.push(colouring(name, "variant", variants.iter().map(value)));
    }
    colourings.push(colouring("variant", "variant", variants.iter().map(|variant| Some(variant.id.as_str()))));
    if !operations.is_empty() {
        colourings.push(colouring("operation", "operation", operations.iter().map(|name| Some(*name))));
    }
    // Blue and vermillion: the pair of the palette that differs most in lightness as well.
    let values = [("on time", "#56b4e9", "#000"), ("late", "#d55e00", "#fff"), ("other", "#9a9a9a", "#000")];
    let values = values.map(|(name, fill, ink)| Value { name, fill: fill.to_string(), ink });
    colourings.push(Colouring { name: "status".into(), by: "status", values: values.into(), of: Vec::new() });
    colourings
}

fn colouring<'a>(name: &str, by: &'static str, of: impl Iterator<Item = Option<&'a str>>) -> Colouring<'a> {
    let of: Vec<Option<&str>> = of.collect();
    let values: BTreeSet<&str> = of.iter().flatten().copied().collect();
    let palette = Palette::new(values.iter().copied());
    let values: Vec<&str> = values.into_iter().collect();
    let place = |value: &Option<&str>| {
        value.and_then(|value| values.binary_search(&value).ok()).map_or(-1, |place| place as i64)
    };
    let shown = |name: &&'a str| Value { name, fill: palette.fill(Some(name)), ink: palette.ink(Some(name)) };
    Colouring {
        name: name.to_string(),
        by,
        of: of.iter().map(place).collect(),
        values: values.iter().map(shown).collect(),
    }
}

fn point(entry: &IncumbentEntry) -> Point<'_> {
    Point {
        seconds: entry.seconds,
        iteration: entry.iteration,
        source: &entry.source,
        cost: entry.cost.to_f64(),
        unplanned: entry.unplanned,
    }
}
