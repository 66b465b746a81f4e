//! The smallest changes that make a late order on time, each applied and found to do so before it is told.

use super::causes::{Cause, CauseCode, Late};
use crate::desk::change::{Change, Changed, OpenedWindow, applied};
use crate::model::Amount;
use crate::problem::{LineIdx, SupplyIdx};
use crate::schedule::what_if::{Change as Taken, Hold};
use crate::solution::OrderStatus;
use crate::units::{Id, MICRO, Money, Seconds, mul_div_ceil};
use crate::working_time::Span;
use serde::Serialize;

/// Windows are sized to the minute.
const MINUTE: i64 = 60;
/// Closed times of a line that are considered, the last ones before the promise: few, and more where these are too few.
const GAPS: [usize; 2] = [6, 30];
/// Up to so many windows overtime is told before everything else.
const FEW: usize = 2;

/// A change that makes the order on time.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Remedy {
    /// What changes.
    #[serde(flatten)]
    pub change: Change,
    /// What the whole plan would cost more (or less, below zero), the change itself apart.
    pub plan_cost: Money,
    /// Orders that would be late or left out and are not now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub harmed: Vec<String>,
}

impl Late<'_, '_> {
    /// Remedies, the plainest first.
    pub fn remedies(&self, causes: &[Cause]) -> Vec<Remedy> {
        let has = |code: CauseCode| causes.iter().any(|cause| cause.code == code);
        let mut changes = Vec::new();
        if has(CauseCode::ReleaseLate) || self.base.times.iter().any(|(_, step)| step.held_by == Hold::Release) {
            changes.extend(self.earlier_release());
        }
        changes.extend(self.more_material());
        changes.extend(self.overtime());
        let order = self.desk.order_name(self.order);
        let mut remedies: Vec<Remedy> = changes.into_iter().filter_map(|change| self.proved(change)).collect();
        let ahead = self.proved(Change::Ahead { order: order.clone() });
        // A line that learns something helps where that is better than what the lines that can do it already make room for.
        let worth = |remedy: &Remedy| ahead.as_ref().is_none_or(|ahead| remedy.plan_cost < ahead.plan_cost);
        let capable = self.capabilities().into_iter().filter_map(|(line, change)| {
            let uses = |changed: &Changed<'_>| changed.is_on_time(self.order) && self.is_on_new_line(changed, line);
            self.desk.proved_by(self.order, change, uses)
        });
        // Of several lines that could learn it, the one for which that is worth most.
        remedies.extend(capable.filter(worth).min_by_key(|remedy| remedy.plan_cost));
        remedies.extend(ahead);
        let delivery = self.desk.standing.schedule.deliveries[self.order].unwrap_or(self.base.delivery);
        remedies.extend(self.proved(Change::Promise { order, due: self.desk.instant(delivery) }));
        // Many windows are no small change.
        remedies.sort_by_key(|remedy| matches!(&remedy.change, Change::Overtime { windows } if windows.len() > FEW));
        remedies
    }

    /// The change with what follows from it, where it makes the order on time.
    fn proved(&self, change: Change) -> Option<Remedy> {
        self.desk.proved(self.order, change)
    }

    /// The latest release that suffices, to the minute before.
    fn earlier_release(&self) -> Option<Change> {
        let problem = self.desk.problem();
        let release = problem.orders[self.order].release;
        let at = |minutes: i64| Seconds(problem.start.0.max(release.0 - minutes * MINUTE));
        let on_time = |minutes: i64| self.is_on_time(&Taken { released_at: Some(at(minutes)), ..Taken::default() });
        let most = mul_div_ceil((release - problem.start).0, 1, MINUTE);
        let minutes = least(most, on_time)?;
        Some(Change::Release { order: self.desk.order_name(self.order), release: self.desk.instant(at(minutes)) })
    }

    /// More of a material that is waited for.
    fn more_material(&self) -> Vec<Change> {
        let mut supplies: Vec<SupplyIdx> = Vec::new();
        for (_, step) in self.late_ways(&self.base).iter().flatten() {
            if let Hold::Material(supply) = step.held_by
                && !supplies.contains(&supply)
            {
                supplies.push(supply);
            }
        }
        let instance = &self.desk.standing.instance;
        let needed = |supply: SupplyIdx| {
            let arriving: i64 = instance.materials[supply.position()].arrivals.iter().map(|a| a.quantity.0).sum();
            let on_time =
                |units: i64| self.is_on_time(&Taken { stock: Some((supply, units * MICRO)), ..Taken::default() });
            let units = least(arriving / MICRO + 1, on_time)?;
            let stock = &instance.materials[supply.position()];
            let (material, site) = (stock.id.clone(), stock.site.clone());
            Some(Change::Material { material, site, more: Amount::whole(units) })
        };
        supplies.into_iter().filter_map(needed).collect()
    }

    /// Windows in which lines on its way would have to work: first one, else as few as it takes.
    fn overtime(&self) -> Option<Change> {
        let candidates = GAPS.iter().find_map(|&gaps| self.enough(gaps))?;
        let singles = candidates.iter().filter(|one| self.is_on_time(&opened(std::slice::from_ref(one))));
        let shortest = singles
            .map(|one| self.shrunk(&[], *one))
            .min_by_key(|one| (one.span.length(), one.existing, std::cmp::Reverse(one.span.from)));
        if let Some(one) = shortest {
            return Some(self.windows(&[one]));
        }
        let mut kept = candidates;
        let mut place = 0;
        while place < kept.len() {
            let left_out = kept.remove(place);
            if !self.is_on_time(&opened(&kept)) {
                kept.insert(place, left_out);
                place += 1;
            }
        }
        for place in 0..kept.len() {
            let one = kept.remove(place);
            let one = self.shrunk(&kept, one);
            kept.insert(place, one);
        }
        Some(self.windows(&kept))
    }

    /// Closed times that suffice if all of them are worked, the last ones of each line: first of the lines on its way, then
    /// of those it waits for once these work longer; none where that is not enough.
    fn enough(&self, gaps: usize) -> Option<Vec<Candidate>> {
        let mut answer = self.base.clone();
        let mut lines: Vec<LineIdx> = Vec::new();
        loop {
            let known = lines.len();
            lines.extend(self.late_ways(&answer).iter().flatten().map(|(_, step)| step.line));
            lines.sort_unstable();
            lines.dedup();
            if lines.len() == known {
                return None;
            }
            let candidates = self.candidates(&lines, gaps);
            answer = self.desk.what_if.ask(&self.behind, &opened(&candidates))?;
            if answer.delivery <= self.due {
                return Some(candidates);
            }
        }
    }

    /// Closed times of lines before the promise, overtime the calendar has among them.
    fn candidates(&self, lines: &[LineIdx], gaps: usize) -> Vec<Candidate> {
        let problem = self.desk.problem();
        let mut candidates = Vec::new();
        for &line in lines {
            let facts = &problem.lines[line];
            let from =
                if facts.facts.is_empty() { problem.start.max(facts.available_from) } else { facts.available_from };
            let closed = self.desk.what_if.closed(line, from, self.due.max(from));
            let overtime: Vec<Span> = facts.overtime.iter().map(|window| window.span).collect();
            let mut of_line: Vec<Candidate> = closed
                .iter()
                .flat_map(|gap| without(*gap, &overtime))
                .map(|span| Candidate { line, span, existing: false })
                .collect();
            let last = of_line.len().saturating_sub(gaps);
            candidates.extend(of_line.drain(last..));
            let unopened = |span: &&Span| {
                span.from < self.due && closed.iter().any(|gap| gap.from < span.to && span.from < gap.to)
            };
            candidates.extend(overtime.iter().filter(unopened).map(|&span| Candidate { line, span, existing: true }));
        }
        candidates
    }

    /// A window as short as it can be, to the minute, beside others: cut at its end, then at its begin, or the other way
    /// round.
    fn shrunk(&self, others: &[Candidate], window: Candidate) -> Candidate {
        if window.existing {
            return window;
        }
        let on_time = |span: Span| {
            let all = others.iter().map(|other| (other.line, other.span)).chain([(window.line, span)]);
            self.is_on_time(&Taken { opened: all.collect(), ..Taken::default() })
        };
        let cut = |span: Span, part: fn(Span, Seconds) -> Span| {
            let most = mul_div_ceil(span.length().0, 1, MINUTE);
            let part = |minutes: i64| part(span, Seconds(minutes * MINUTE));
            least(most, |minutes| on_time(part(minutes))).map_or(span, part)
        };
        let first: fn(Span, Seconds) -> Span = |span, length| Span::new(span.from, span.to.min(span.from + length));
        let last: fn(Span, Seconds) -> Span = |span, length| Span::new(span.from.max(span.to - length), span.to);
        let ways = [cut(cut(window.span, first), last), cut(cut(window.span, last), first)];
        let shortest = ways.into_iter().min_by_key(|span| (span.length(), std::cmp::Reverse(span.from)));
        Candidate { span: shortest.unwrap_or(window.span), ..window }
    }

    fn windows(&self, candidates: &[Candidate]) -> Change {
        let window = |one: &Candidate| OpenedWindow {
            line: self.desk.line_name(one.line),
            from: self.desk.instant(one.span.from),
            to: self.desk.instant(one.span.to),
            existing: one.existing,
        };
        Change::Overtime { windows: candidates.iter().map(window).collect() }
    }
}

impl super::Desk<'_> {
    /// A change with what follows from it, where it makes an order on time.
    pub(super) fn proved(&self, order: crate::problem::OrderIdx, change: Change) -> Option<Remedy> {
        self.proved_by(order, change, |changed| changed.is_on_time(order))
    }

    /// The same, where what follows is as asked.
    pub(super) fn proved_by(
        &self,
        order: crate::problem::OrderIdx,
        change: Change,
        helps: impl Fn(&Changed<'_>) -> bool,
    ) -> Option<Remedy> {
        let standing = self.standing;
        let room = if matches!(change, Change::Ahead { .. }) { self.room() } else { None };
        let changed = applied(standing, order, &change, room)?;
        if !helps(&changed) || changed.schedule.unplanned > standing.schedule.unplanned {
            return None;
        }
        let harmed = standing.problem.orders.ids().filter(|&other| {
            let was = self.entries.orders[other.position()].status == OrderStatus::OnTime;
            other != order && was && !changed.is_on_time(other)
        });
        let harmed = harmed.map(|other| self.order_name(other)).collect();
        let plan_cost = changed.schedule.cost.total - standing.schedule.cost.total;
        Some(Remedy { change, plan_cost, harmed })
    }
}

/// A window that could be opened.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    line: LineIdx,
    span: Span,
    existing: bool,
}

/// These windows, opened besides.
fn opened(windows: &[Candidate]) -> Taken {
    Taken { opened: windows.iter().map(|window| (window.line, window.span)).collect(), ..Taken::default() }
}

/// The least number from 1 to `most` that does, by halving; none where `most` does not.
fn least(most: i64, does: impl Fn(i64) -> bool) -> Option<i64> {
    if most < 1 || !does(most) {
        return None;
    }
    let (mut below, mut enough) = (0, most);
    while enough - below > 1 {
        let middle = below + (enough - below) / 2;
        if does(middle) {
            enough = middle;
        } else {
            below = middle;
        }
    }
    Some(enough)
}

/// What of a span some others leave.
fn without(span: Span, others: &[Span]) -> Vec<Span> {
    let mut left = vec![span];
    for other in others {
        left = left
            .into_iter()
            .flat_map(|part| {
                [Span::new(part.from, part.to.min(other.from)), Span::new(part.from.max(other.to), part.to)]
            })
            .filter(|part| part.from < part.to)
            .collect();
    }
    left
}
