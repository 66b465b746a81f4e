//! The causes of an order's lateness, each taken away to see whether the lateness goes.

use super::Desk;
use crate::model::{Duration, Instant};
use crate::plan::OpIdx;
use crate::problem::OrderIdx;
use crate::schedule::what_if::{Answer, Behind, Change, Hold, Step};
use crate::units::{Id, Seconds};
use rustc_hash::FxHashSet;
use serde::Serialize;

/// What keeps an order from being on time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CauseCode {
    /// A material arrives late.
    MaterialLate,
    /// It is released too late.
    ReleaseLate,
    /// A line is not there yet: it is down, or holds what has begun.
    LineUnavailable,
    /// A stage before the last is done late.
    StageBefore,
    /// Changeovers on the way take the time.
    Changeovers,
    /// Other orders hold the places it could have.
    LineFull,
    /// Some of its items are late, the others are not.
    KitLastItem,
    /// Its lines are closed.
    ClosedTime,
    /// It stands on too few lines: alone on these it would be late, alone on others not.
    LinesChosen,
    /// Its own lots are late on the lines they have even alone; whether other lines would do is not known.
    OwnLots,
    /// Even alone in the plant it finds no open time enough before its promise.
    NoOpenTime,
    /// Even alone, with lines that never close, it takes longer than from its release to its promise.
    TooLittleTime,
    /// The plan starts it later than it could, because that costs less.
    KeptBack,
    /// It costs more to make than to leave out.
    CheaperToRefuse,
    /// A plan with it would cost less: the search has not found it.
    SearchMissed,
    /// It could not be delivered by its deadline beside the others.
    Deadline,
    /// Not even alone can it be made: its reason says why.
    Impossible,
    /// It has faults of its own.
    SetAside,
}

/// One cause, and what taking it away does.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Cause {
    /// Which.
    pub code: CauseCode,
    /// Whether taking it away makes the order on time, all else unchanged. Those that do not alone do together, where
    /// none alone does.
    pub decides_alone: bool,
    /// When the order would be delivered without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_without: Option<Instant>,
    /// By how much that is earlier.
    pub gain: Duration,
    /// The orders concerned. For a full line: without all of these it is on time, and with any one of them left in it is late.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<String>,
    /// Those of them that each alone would make room enough.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub each_enough: Vec<String>,
    /// The lines concerned.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
    /// Its items, or the operations waited for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<String>,
    /// The materials concerned. For a full line: those that others take first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub materials: Vec<String>,
    /// Working time of changeovers, or closed time, on the way to its delivery.
    pub time: Duration,
}

impl Cause {
    /// A cause without particulars.
    pub(super) fn new(code: CauseCode, decides_alone: bool) -> Self {
        Self {
            code,
            decides_alone,
            delivery_without: None,
            gain: Duration::default(),
            orders: Vec::new(),
            each_enough: Vec::new(),
            lines: Vec::new(),
            parts: Vec::new(),
            materials: Vec::new(),
            time: Duration::default(),
        }
    }
}

/// An order that is late, and the plan as far as it concerns it.
pub(super) struct Late<'d, 's> {
    pub desk: &'d Desk<'s>,
    pub order: OrderIdx,
    pub due: Seconds,
    pub behind: Behind,
    /// The times as they are.
    pub base: Answer,
}

/// What can be taken away, in the order in which causes are told.
fn tests() -> [(CauseCode, Change); 7] {
    let with = |set: fn(&mut Change)| {
        let mut change = Change::default();
        set(&mut change);
        change
    };
    [
        (CauseCode::MaterialLate, with(|change| change.materials = true)),
        (CauseCode::ReleaseLate, with(|change| change.release = true)),
        (CauseCode::LineUnavailable, with(|change| change.availability = true)),
        (CauseCode::StageBefore, with(|change| change.steps = true)),
        (CauseCode::Changeovers, with(|change| change.changeovers = true)),
        (CauseCode::LineFull, with(|change| change.alone = true)),
        (CauseCode::ClosedTime, with(|change| change.closing = true)),
    ]
}

/// Both changes at once.
fn joined(a: &Change, b: &Change) -> Change {
    Change {
        changeovers: a.changeovers || b.changeovers,
        closing: a.closing || b.closing,
        materials: a.materials || b.materials,
        availability: a.availability || b.availability,
        release: a.release || b.release,
        steps: a.steps || b.steps,
        alone: a.alone || b.alone,
        ..a.clone()
    }
}

impl Late<'_, '_> {
    /// The delivery under a change, where there is one.
    pub fn delivery(&self, change: &Change) -> Option<Seconds> {
        self.desk.what_if.ask(&self.behind, change).map(|answer| answer.delivery)
    }

    /// Whether the order is on time under a change.
    pub fn is_on_time(&self, change: &Change) -> bool {
        self.delivery(change).is_some_and(|delivery| delivery <= self.due)
    }

    /// The causes: those that alone decide, or else those that do together.
    pub fn causes(&self) -> Vec<Cause> {
        if self.base.delivery <= self.due {
            return vec![self.with_delivery(Cause::new(CauseCode::KeptBack, true), self.base.delivery)];
        }
        let tests = tests();
        let mut found: Vec<(Cause, &Change)> = Vec::new();
        for (code, change) in &tests {
            let Some(delivery) = self.delivery(change).filter(|&delivery| delivery < self.base.delivery) else {
                continue;
            };
            let cause = self.with_delivery(Cause::new(*code, delivery <= self.due), delivery);
            found.push((self.particulars(cause), change));
        }
        let mut causes: Vec<Cause> = self.not_even_alone().into_iter().collect();
        causes.extend(self.kit());
        if found.iter().any(|(cause, _)| cause.decides_alone) {
            found.retain(|(cause, _)| cause.decides_alone);
        } else {
            self.keep_those_that_decide_together(&mut found);
        }
        causes.extend(found.into_iter().map(|(cause, _)| cause));
        causes.sort_by_key(|cause| !cause.decides_alone);
        causes
    }

    pub(super) fn with_delivery(&self, cause: Cause, delivery: Seconds) -> Cause {
        let gain = Duration((self.base.delivery - delivery).max(Seconds::ZERO));
        Cause { delivery_without: Some(self.desk.instant(delivery)), gain, ..cause }
    }

    /// Of several causes none of which decides alone, a set that does together and from which none can be left out.
    fn keep_those_that_decide_together(&self, found: &mut Vec<(Cause, &Change)>) {
        let all =
            |kept: &[(Cause, &Change)]| kept.iter().fold(Change::default(), |sum, (_, change)| joined(&sum, change));
        if !self.is_on_time(&all(found)) {
            return;
        }
        // What is told last is left out first.
        let mut place = found.len();
        while place > 0 {
            place -= 1;
            let left_out = found.remove(place);
            if !self.is_on_time(&all(found)) {
                found.insert(place, left_out);
            }
        }
    }

    /// Which of its items are late, where others are not.
    fn kit(&self) -> Option<Cause> {
        let (late, on_time): (Vec<_>, Vec<_>) =
            self.base.deliveries.iter().partition(|(_, delivery)| *delivery > self.due);
        let last = on_time.iter().map(|(_, delivery)| *delivery).max()?;
        let item = |lot: &crate::plan::LotIdx| self.desk.standing.plan.lots[*lot].item;
        let late_items: FxHashSet<_> = late.iter().map(|(lot, _)| item(lot)).collect();
        if on_time.iter().all(|(lot, _)| late_items.contains(&item(lot))) {
            return None;
        }
        let problem = self.desk.problem();
        let order = &self.desk.standing.instance.orders[self.order.position()];
        // Where most of it is late, it is not a few items that keep it.
        if 2 * late_items.len() > order.items.len() {
            return None;
        }
        let mut items: Vec<_> = late_items.into_iter().collect();
        items.sort_unstable();
        let mut cause = self.with_delivery(Cause::new(CauseCode::KitLastItem, true), last);
        cause.parts = items
            .into_iter()
            .map(|item| (item.0 - problem.orders[self.order].items.start) as usize)
            .map(|place| format!("{} ({})", order.items[place].name(place), order.items[place].variant))
            .collect();
        Some(cause)
    }

    /// The lines its late lots are on.
    pub(super) fn own_lines(&self) -> Vec<String> {
        let ways = self.late_ways(&self.base);
        let own = ways.iter().flatten().filter(|(operation, _)| self.order_of(*operation) == self.order);
        let mut lines: Vec<_> = own.map(|(_, step)| step.line).collect();
        lines.sort_unstable();
        lines.dedup();
        lines.into_iter().map(|line| self.desk.line_name(line)).collect()
    }

    pub(super) fn order_of(&self, operation: OpIdx) -> OrderIdx {
        let standing = self.desk.standing;
        standing.problem.items[standing.plan.lots[standing.plan.operations[operation].lot].item].order
    }

    /// Lots that are late, each by the way it came.
    pub(super) fn late_ways(&self, answer: &Answer) -> Vec<Vec<(OpIdx, Step)>> {
        let late = answer.deliveries.iter().filter(|(_, delivery)| *delivery > self.due);
        late.map(|(lot, _)| self.walk(answer, self.ends(*lot))).collect()
    }

    /// Who, where, what: the particulars of a cause.
    fn particulars(&self, mut cause: Cause) -> Cause {
        let ways = self.late_ways(&self.base);
        let steps = || ways.iter().flatten();
        let names = |mut names: Vec<String>| {
            names.sort();
            names.dedup();
            names
        };
        let instance = &self.desk.standing.instance;
        match cause.code {
            CauseCode::MaterialLate => {
                let supplies = steps().filter_map(|(_, step)| match step.held_by {
                    Hold::Material(supply) => Some(instance.materials[supply.position()].id.clone()),
                    _ => None,
                });
                cause.materials = names(supplies.collect());
            }
            CauseCode::LineUnavailable => {
                let held = steps().filter(|(_, step)| matches!(step.held_by, Hold::Available));
                cause.lines = names(held.map(|(_, step)| self.desk.line_name(step.line)).collect());
            }
            CauseCode::StageBefore => {
                let waited = steps().filter_map(|(operation, step)| match step.held_by {
                    Hold::Route(before) if self.order_of(*operation) == self.order => Some(before),
                    _ => None,
                });
                let before: Vec<OpIdx> = waited.collect();
                cause.parts = names(before.iter().filter_map(|&operation| self.operation_name(operation)).collect());
                let of = |operation: &OpIdx| {
                    let found = self.base.times.iter().find(|(other, _)| other == operation);
                    found.map(|(_, step)| self.desk.line_name(step.line))
                };
                cause.lines = names(before.iter().filter_map(of).collect());
            }
            CauseCode::Changeovers => {
                let changed = steps().filter(|(_, step)| step.setup_time > Seconds::ZERO);
                cause.lines = names(changed.map(|(_, step)| self.desk.line_name(step.line)).collect());
                let longest = ways.iter().map(|way| way.iter().map(|(_, step)| step.setup_time.0).sum::<i64>()).max();
                cause.time = Duration(Seconds(longest.unwrap_or(0)));
            }
            CauseCode::LineFull => {
                cause.lines = self.own_lines();
                let supplies = steps().filter_map(|(_, step)| match step.held_by {
                    Hold::Material(supply) => Some(instance.materials[supply.position()].id.clone()),
                    _ => None,
                });
                cause.materials = names(supplies.collect());
                if let Some(holders) = self.holders() {
                    // What is said of the delivery is said of these orders, not of all.
                    cause = self.with_delivery(cause, holders.delivery);
                    (cause.orders, cause.each_enough) = (holders.orders, holders.each_enough);
                }
            }
            CauseCode::ClosedTime => {
                let closed: Vec<Vec<(String, i64)>> = ways.iter().map(|way| self.closed_on(way)).collect();
                cause.lines = names(closed.iter().flatten().map(|(line, _)| line.clone()).collect());
                let longest = closed.iter().map(|way| way.iter().map(|(_, time)| time).sum::<i64>()).max();
                cause.time = Duration(Seconds(longest.unwrap_or(0)));
            }
            _ => {}
        }
        cause
    }

    fn operation_name(&self, operation: OpIdx) -> Option<String> {
        let standing = self.desk.standing;
        let facts = standing.plan.operations[operation];
        let route = standing.problem.written_route(standing.plan.lots[facts.lot].item)?;
        Some(standing.instance.routes[route].operations[usize::from(facts.step)].id.clone())
    }

    /// Closed time on a way, step by step: from what its operation waited for to its end.
    fn closed_on(&self, way: &[(OpIdx, Step)]) -> Vec<(String, i64)> {
        let closed = way.iter().enumerate().map(|(place, (_, step))| {
            // Behind another lot its changeover counts too, which may have stood still as well.
            let from = match (step.held_by, way.get(place + 1)) {
                (Hold::Line(_), Some((_, before))) => before.end,
                _ => step.held_until.min(step.start),
            };
            let spans = self.desk.what_if.closed(step.line, from, step.end.max(from));
            (self.desk.line_name(step.line), spans.iter().map(|span| span.length().0).sum::<i64>())
        });
        closed.filter(|(_, time)| *time > 0).collect()
    }
}
