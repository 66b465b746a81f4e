//! The picture itself: where everything stands, and the shapes.

use super::axis::{Axis, moment};
use super::chart::{Chart, Row, Run, closed, with_overtime, worked};
use crate::model::Instance;
use crate::report::markup::{escaped, shortened};
use crate::report::palette::Palette;
use crate::report::text::{count, money, per_cent, span as span_text};
use crate::solution::{OrderStatus, Solution};
use crate::units::Seconds;
use crate::working_time::Span;
use std::fmt::Write as _;

/// Height of title and axis above the rows.
const HEAD: f64 = 92.0;
/// Free space at the right edge.
const MARGIN: f64 = 16.0;
/// Operations from which on neighbours of one colour that nearly touch are drawn as one.
const DENSE: usize = 8_000;
/// Values the legend names.
const LEGEND: usize = 18;

/// A picture about to be drawn.
pub(super) struct Picture<'a> {
    instance: &'a Instance,
    solution: &'a Solution,
    chart: &'a Chart<'a>,
    palette: Palette<'a>,
    width: f64,
    /// Where the time axis begins.
    left: f64,
    row_height: f64,
    dense: bool,
    out: String,
}

/// A stretch of the picture: one run, or several too small to tell apart.
struct Block<'a, 'b> {
    first: &'b Run<'a>,
    spans: Vec<Span>,
    runs: usize,
    late: bool,
}

impl<'a> Picture<'a> {
    pub(super) fn new(instance: &'a Instance, solution: &'a Solution, chart: &'a Chart<'a>, width: f64) -> Self {
        let longest = chart.rows.iter().map(|row| row.line.id.chars().count().min(24)).max().unwrap_or(0);
        let row_height = match chart.rows.len() {
            0..=30 => 30.0,
            31..=90 => 20.0,
            _ => 13.0,
        };
        let palette = Palette::new(chart.values.iter().map(|(value, _)| *value));
        let left = 24.0 + longest as f64 * 7.2;
        let dense = chart.operations() > DENSE;
        Self { instance, solution, chart, palette, width, left, row_height, dense, out: String::new() }
    }

    /// The whole file.
    pub(super) fn svg(mut self) -> String {
        let bottom = HEAD + self.chart.rows.len() as f64 * self.row_height;
        self.definitions();
        self.title();
        self.rows();
        self.axis(bottom);
        for index in 0..self.chart.rows.len() {
            self.work(index);
        }
        let height = self.legend(bottom + 22.0) + 12.0;
        let (width, body) = (self.width, self.out);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height:.0}\" width=\"{width}\" \
             height=\"{height:.0}\" font-family=\"Helvetica, Arial, 'Noto Sans', sans-serif\" font-size=\"12\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{body}</svg>\n"
        )
    }

    fn x(&self, at: Seconds) -> f64 {
        let span = self.chart.span;
        let at = at.max(span.from).min(span.to);
        self.left + (at - span.from).0 as f64 / span.length().0 as f64 * (self.width - self.left - MARGIN)
    }

    fn y(&self, row: usize) -> f64 {
        HEAD + row as f64 * self.row_height
    }

    fn rectangle(&mut self, x: (f64, f64), y: (f64, f64), attributes: &str) {
        let (width, height) = ((x.1 - x.0).max(0.1), y.1 - y.0);
        let _ = write!(
            self.out,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" {attributes}/>",
            x.0, y.0
        );
    }

    fn text(&mut self, x: f64, y: f64, attributes: &str, text: &str) {
        let _ = writeln!(self.out, "<text x=\"{x:.1}\" y=\"{y:.1}\" {attributes}>{}</text>", escaped(text));
    }

    /// The hatching, and the closed time of each calendar once: rows of the same calendar reuse it.
    fn definitions(&mut self) {
        self.out.push_str(
            "<defs><pattern id=\"changeover\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" \
             patternTransform=\"rotate(45)\"><rect width=\"5\" height=\"5\" fill=\"#666\"/>\
             <rect width=\"1.6\" height=\"5\" fill=\"#fff\"/></pattern>\n\
             <linearGradient id=\"late\" x2=\"0\" y2=\"1\"><stop offset=\"0.75\" stop-color=\"#bbb\"/>\
             <stop offset=\"0.75\" stop-color=\"#000\"/></linearGradient>\n",
        );
        for (index, (_, open)) in self.chart.open.iter().enumerate() {
            let _ = write!(self.out, "<g id=\"closed-{index}\" fill=\"#e4e4e4\">");
            for gap in closed(open, self.chart.span) {
                let x = (self.x(gap.from), self.x(gap.to));
                if x.1 - x.0 >= 0.3 {
                    self.rectangle(x, (0.0, self.row_height), "");
                }
            }
            self.out.push_str("</g>\n");
        }
        self.out.push_str("</defs>\n");
    }

    fn title(&mut self) {
        let name = self.instance.name.as_deref().or(self.solution.instance.as_deref()).unwrap_or("Plan");
        self.text(16.0, 26.0, "font-size=\"18\" font-weight=\"bold\"", &shortened(name, 120));
        let of = |status| self.solution.orders.iter().filter(|order| order.status == status).count();
        let (on_time, all) = (of(OrderStatus::OnTime), self.solution.orders.len());
        let currency = self.instance.currency.as_ref().map_or_else(String::new, |currency| format!("{currency} "));
        let mut line = format!(
            "cost {currency}{} · {} of {} orders on time ({})",
            money(self.solution.cost.total),
            count(on_time),
            count(all),
            per_cent(on_time, all)
        );
        for (status, word) in
            [(OrderStatus::Late, "late"), (OrderStatus::Rejected, "rejected"), (OrderStatus::Unplanned, "unplanned")]
        {
            if of(status) > 0 {
                let _ = write!(line, " · {} {word}", count(of(status)));
            }
        }
        self.text(16.0, 46.0, "fill=\"#333\"", &line);
    }

    fn rows(&mut self) {
        let chart = self.chart;
        let font = (self.row_height * 0.55).clamp(8.0, 12.0);
        let right = self.width - MARGIN;
        for (index, row) in chart.rows.iter().enumerate() {
            let (top, bottom) = (self.y(index), self.y(index + 1));
            if let Some(calendar) = row.calendar {
                let _ = write!(self.out, "<use href=\"#closed-{calendar}\" y=\"{top:.1}\"/>");
            }
            if let Some(from) = row.line.available_from {
                self.rectangle((self.left, self.x(from.seconds)), (top, bottom), "fill=\"#e4e4e4\"");
            }
            for window in &row.overtime {
                let x = (self.x(window.from), self.x(window.to));
                self.rectangle(x, (top, bottom), "fill=\"#fff4c2\"");
            }
            let label = shortened(&row.line.id, 24);
            let attributes = format!("text-anchor=\"end\" font-size=\"{font:.1}\"");
            self.text(self.left - 8.0, top + self.row_height / 2.0 + font * 0.35, &attributes, &label);
            let _ = writeln!(
                self.out,
                "<path d=\"M{:.1} {bottom:.1}H{right:.1}\" stroke=\"#d0d0d0\" stroke-width=\"0.6\"/>",
                self.left
            );
        }
    }

    fn axis(&mut self, bottom: f64) {
        let (left, right) = (self.left, self.width - MARGIN);
        let axis = Axis::new(self.chart.span, right - left, &self.chart.zone);
        let top = HEAD;
        for mark in &axis.times {
            let x = self.x(mark.at);
            self.text(x, top - 6.0, "font-size=\"10\" fill=\"#777\" text-anchor=\"middle\"", &mark.label);
            let _ =
                writeln!(self.out, "<path d=\"M{x:.1} {top:.1}V{bottom:.1}\" stroke=\"#ccc\" stroke-width=\"0.4\"/>");
        }
        for mark in &axis.days {
            let x = self.x(mark.at);
            self.text(x + 3.0, top - 20.0, "fill=\"#333\"", &mark.label);
            let _ = writeln!(
                self.out,
                "<path d=\"M{x:.1} {:.1}V{bottom:.1}\" stroke=\"#888\" stroke-width=\"0.8\"/>",
                top - 30.0
            );
        }
        let _ = writeln!(
            self.out,
            "<path d=\"M{left:.1} {top:.1}H{right:.1}M{left:.1} {top:.1}V{bottom:.1}\" stroke=\"#888\" fill=\"none\"/>"
        );
    }

    /// The changeovers and runs of one row.
    fn work(&mut self, index: usize) {
        let chart = self.chart;
        let row = &chart.rows[index];
        let open = row.calendar.map(|calendar| with_overtime(&chart.open[calendar].1, &row.overtime));
        let inset = if self.row_height > 15.0 { 3.0 } else { 1.0 };
        let y = (self.y(index) + inset, self.y(index + 1) - inset);
        for run in &row.runs {
            let Some(setup) = run.operation.setup_start else { continue };
            let span = Span::new(setup.seconds, run.span().from);
            if self.dense && self.x(span.to) - self.x(span.from) < 1.0 {
                continue;
            }
            let said = format!("Changeover to {}, from {}", name(run), self.moment(span.from));
            let _ = write!(self.out, "<g fill=\"url(#changeover)\"><title>{}</title>", escaped(&said));
            for part in worked(span, open.as_deref()) {
                let x = (self.x(part.from), self.x(part.to));
                self.rectangle(x, (y.0 + inset, y.1 - inset), "");
            }
            self.out.push_str("</g>\n");
        }
        let blocks = self.blocks(row, open.as_deref());
        for block in &blocks {
            self.block(block, y);
        }
    }

    fn blocks<'b>(&self, row: &'b Row<'a>, open: Option<&[Span]>) -> Vec<Block<'a, 'b>> {
        let mut blocks: Vec<Block<'a, 'b>> = Vec::with_capacity(row.runs.len());
        for run in &row.runs {
            let spans = worked(run.span(), open);
            let (Some(first), Some(last)) = (spans.first(), spans.last()) else { continue };
            let before = blocks.last_mut().filter(|_| self.dense);
            if let Some(before) = before
                && let Some(end) = before.spans.last_mut()
                && self.x(first.from) - self.x(end.to) < 0.5
                && before.late == run.is_late()
                && (before.first.value == run.value || self.x(last.to) - self.x(first.from) < 0.5)
            {
                end.to = end.to.max(last.to);
                before.runs += 1;
                continue;
            }
            blocks.push(Block { first: run, spans, runs: 1, late: run.is_late() });
        }
        blocks
    }

    fn block(&mut self, block: &Block<'a, '_>, y: (f64, f64)) {
        let fill = self.palette.fill(block.first.value);
        let said = self.story(block);
        let _ = write!(self.out, "<g fill=\"{fill}\"><title>{}</title>", escaped(&said));
        for (index, part) in block.spans.iter().enumerate() {
            let (from, to) = (self.x(part.from), self.x(part.to));
            // A sliver of white between neighbours, where there is room for it.
            let to = if to - from > 3.0 { to - 0.6 } else { to };
            self.rectangle((from, to), y, "");
            if block.late {
                // A bar, not an outline: outlines of thin lots would leave nothing of their colours.
                self.rectangle((from, to), (y.1 - late_bar(y), y.1), "fill=\"#000\"");
            }
            if let Some(next) = block.spans.get(index + 1) {
                // The run goes on after closing: a thread leads across.
                let middle = (y.0 + y.1) / 2.0;
                let thread = (self.x(part.to), self.x(next.from));
                self.rectangle(thread, (middle - 1.0, middle + 1.0), "");
            }
        }
        self.label(block, y);
        self.out.push_str("</g>\n");
    }

    /// The order's name inside its widest part, where it fits.
    fn label(&mut self, block: &Block<'a, '_>, y: (f64, f64)) {
        let widest = block.spans.iter().map(|part| (self.x(part.from), self.x(part.to))).max_by(|a, b| {
            let (a, b) = (a.1 - a.0, b.1 - b.0);
            a.total_cmp(&b)
        });
        let Some((from, to)) = widest.filter(|_| block.runs == 1 && y.1 - y.0 >= 12.0) else { return };
        let order = &block.first.lot.order;
        let room = ((to - from - 8.0) / 6.2).max(0.0) as usize;
        // Half an order number is no use.
        if room < order.chars().count().min(10) {
            return;
        }
        let ink = self.palette.ink(block.first.value);
        let attributes = format!("font-size=\"10\" fill=\"{ink}\" pointer-events=\"none\"");
        let bottom = if block.late { y.1 - late_bar(y) } else { y.1 };
        self.text(from + 4.0, (y.0 + bottom) / 2.0 + 3.6, &attributes, &shortened(order, room));
    }

    fn story(&self, block: &Block<'a, '_>) -> String {
        let run = block.first;
        if block.runs > 1 {
            let last = block.spans.last().map_or(run.span().to, |part| part.to);
            return format!(
                "{} operations, mostly {} {}\n{} – {}",
                block.runs,
                self.chart.colour_by,
                run.value.unwrap_or("none"),
                self.moment(run.span().from),
                self.moment(last)
            );
        }
        let mut said = format!("{}\n{} – {}", name(run), self.moment(run.span().from), self.moment(run.span().to));
        if let Some(value) = run.value.filter(|_| self.chart.colour_by != "variant") {
            let _ = write!(said, "\n{}: {value}", self.chart.colour_by);
        }
        if let Some(order) = run.order.filter(|order| order.status == OrderStatus::Late) {
            let _ = write!(said, "\nlate by {}, for {}", span_text(order.lateness.0), money(order.cost));
        }
        said
    }

    fn moment(&self, at: Seconds) -> String {
        moment(at, &self.chart.zone, "%a %-d %b %H:%M:%S")
    }

    /// Legend and notes; returns where they end.
    fn legend(&mut self, top: f64) -> f64 {
        let chart = self.chart;
        let mut entries: Vec<(String, String)> = Vec::new();
        for (value, _) in chart.values.iter().take(LEGEND) {
            entries.push((format!("fill=\"{}\"", self.palette.fill(Some(value))), shortened(value, 28)));
        }
        if chart.rows.iter().flat_map(|row| &row.runs).any(|run| run.value.is_none()) {
            entries.push((format!("fill=\"{}\"", self.palette.fill(None)), format!("no {}", chart.colour_by)));
        }
        if chart.values.len() > LEGEND {
            entries.push(("fill=\"none\"".to_string(), format!("and {} more", count(chart.values.len() - LEGEND))));
        }
        entries.push(("fill=\"url(#changeover)\"".to_string(), "changeover".to_string()));
        entries.push(("fill=\"url(#late)\"".to_string(), "order is late".to_string()));
        entries.push(("fill=\"#e4e4e4\"".to_string(), "closed".to_string()));
        if chart.rows.iter().any(|row| !row.overtime.is_empty()) {
            entries.push(("fill=\"#fff4c2\" stroke=\"#d8c568\"".to_string(), "overtime".to_string()));
        }
        let heading = format!("{}:", shortened(&chart.colour_by, 28));
        self.text(16.0, top + 10.0, "fill=\"#333\"", &heading);
        let start = 28.0 + heading.chars().count() as f64 * 6.8;
        let (mut x, mut y) = (start, top);
        for (swatch, name) in entries {
            let width = 34.0 + name.chars().count() as f64 * 6.8;
            if x + width > self.width - MARGIN && x > start {
                (x, y) = (start, y + 20.0);
            }
            self.rectangle((x, x + 14.0), (y, y + 12.0), &swatch);
            self.text(x + 19.0, y + 10.0, "fill=\"#333\"", &name);
            x += width;
        }
        self.notes(y + 36.0)
    }

    fn notes(&mut self, y: f64) -> f64 {
        let chart = self.chart;
        let zone = chart.zone.iana_name().unwrap_or("UTC");
        let mut notes = vec![format!("Times are local to {zone}.")];
        if self.dense {
            notes.push("Neighbours too small to tell apart are drawn as one.".to_string());
        }
        if chart.lines_hidden > 0 {
            notes.push(format!("{} lines are not shown.", count(chart.lines_hidden)));
        }
        if chart.operations_lost > 0 {
            let lost = count(chart.operations_lost);
            notes.push(format!("{lost} operations name lines the instance does not have and are not shown."));
        }
        self.text(16.0, y, "font-size=\"11\" fill=\"#777\"", &notes.join(" "));
        y + 6.0
    }
}

fn name(run: &Run<'_>) -> String {
    let operation = run.operation.operation.as_ref().map_or_else(String::new, |name| format!(", {name}"));
    let lot = if run.lot.lot > 0 { format!(" lot {}", run.lot.lot) } else { String::new() };
    let what = run.variant.unwrap_or("?");
    format!("{} item {}{lot}: {} × {what}{operation}", run.lot.order, run.lot.item, count(run.lot.quantity))
}

/// Height of the bar below a late order's lots.
fn late_bar(y: (f64, f64)) -> f64 {
    ((y.1 - y.0) * 0.2).max(2.5)
}
