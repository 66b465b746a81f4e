//! What happened since the plan was made, as the shop floor reports it: the file `lotwise-actuals/1`.
//!
//! Operations are named as plans name them (order, item, lot, operation). What is not reported is taken to have gone as
//! planned, as far as what is reported left room for it; a shop that reports everything says `unreported: not_begun`.

use super::DeskError;
use crate::diagnostic::{Diagnostic, Severity, codes, did_you_mean, join_pointer};
use crate::model::read::{ReadError, read_file};
use crate::model::scalar::{is_default, present};
use crate::model::schema::file_schema;
use crate::model::{Instance, Instant, LotEntry, Meta};
use crate::solution::Solution;
use crate::units::Pieces;
use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The only `format` of actuals this version reads.
pub const FORMAT: &str = "lotwise-actuals/1";

/// What happened since the plan was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Actuals {
    /// Always `lotwise-actuals/1`.
    pub format: String,
    /// What became of operations that are not listed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unreported: Unreported,
    /// Operations that have begun.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<ActualOperation>,
    /// Lines that are, were or will be down.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub down: Vec<Down>,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}

/// What became of operations that are not listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unreported {
    /// They went as planned, as far as the reported ones left room.
    #[default]
    AsPlanned,
    /// They have not begun.
    NotBegun,
}

/// An operation that has begun.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActualOperation {
    /// Its order.
    pub order: String,
    /// Its item: the id, or the index in the order.
    #[serde(default = "first_item")]
    pub item: String,
    /// Its lot's number in the plan.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lot: u32,
    /// Its name in the route; none without a route.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The line it ran on; the planned one without it.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// First second of its run.
    pub start: Instant,
    /// The second after its last; none while it runs.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub end: Option<Instant>,
    /// Good pieces so far; all of the lot where it has ended and this is left out.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub pieces: Option<Pieces>,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}

fn first_item() -> String {
    "0".to_string()
}

/// A line that stands still.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Down {
    /// The line.
    pub line: String,
    /// Its first second down.
    pub from: Instant,
    /// The second from which it works again.
    pub to: Instant,
    /// Why, for people.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}

impl Default for Actuals {
    /// Nothing to report: everything went as planned.
    fn default() -> Self {
        let (unreported, operations, down) = (Unreported::default(), Vec::new(), Vec::new());
        Self { format: FORMAT.to_string(), unreported, operations, down, meta: None }
    }
}

/// Reads actuals from JSON text, with or without a byte-order mark.
///
/// # Errors
/// Every fault of form at once; what they mean beside a plan is for [`super::replan()`].
pub fn read_actuals(text: &[u8]) -> Result<Actuals, ReadError> {
    read_file(text, actuals_schema, FORMAT, |actuals: &Actuals| &actuals.format)
}

/// The schema of a file of actuals.
pub fn actuals_schema() -> schemars::Schema {
    file_schema::<Actuals>()
}

/// An operation's name: order, item, lot, operation.
pub(super) type Key<'a> = (&'a str, &'a str, u32, Option<&'a str>);

/// The operations of some lots by name: positions of the lot and of the operation in it.
pub(super) fn by_name(lots: &[LotEntry]) -> FxHashMap<Key<'_>, (usize, usize)> {
    let mut names = FxHashMap::default();
    for (index, lot) in lots.iter().enumerate() {
        for (at, operation) in lot.operations.iter().enumerate() {
            let key = (lot.order.as_str(), lot.item.as_str(), lot.lot, operation.operation.as_deref());
            names.entry(key).or_insert((index, at));
        }
    }
    names
}

/// Holds actuals against the plan they report on, at the instant they were reported.
///
/// # Errors
/// Every fault at once: operations and lines nobody knows, times after `at` or against each other, too many pieces.
pub(super) fn check(
    actuals: &Actuals,
    instance: &Instance,
    baseline: &Solution,
    at: Instant,
) -> Result<Vec<Diagnostic>, DeskError> {
    let mut checker = Checker { instance, baseline, at, faults: Vec::new() };
    let names = by_name(&baseline.lots);
    let mut seen: FxHashMap<Key<'_>, usize> = FxHashMap::default();
    let mut busy: Vec<(&str, Instant, Instant, usize)> = Vec::new();
    for (index, report) in actuals.operations.iter().enumerate() {
        let base = format!("/operations/{index}");
        let key = (report.order.as_str(), report.item.as_str(), report.lot, report.operation.as_deref());
        let Some(&(lot, operation)) = names.get(&key) else {
            checker.unknown(report, &base);
            continue;
        };
        if let Some(earlier) = seen.insert(key, index) {
            let message = format!("This operation is already reported at /operations/{earlier}.");
            checker.fault(codes::ACTUAL_TWICE, base.clone(), message, "Report each operation once.");
        }
        let planned = &baseline.lots[lot];
        checker.times(report, &base);
        checker.pieces(report, planned.quantity, &base);
        let line = report.line.as_deref().unwrap_or(&planned.operations[operation].line);
        if checker.line(line, join_pointer(&base, "line")) {
            busy.push((line, report.start, report.end.unwrap_or(at), index));
        }
    }
    checker.overlaps(&mut busy);
    for (index, down) in actuals.down.iter().enumerate() {
        checker.line(&down.line, format!("/down/{index}/line"));
        if down.from >= down.to {
            let message = format!("The line is down from {} to {}: that is no time.", down.from, down.to);
            checker.fault(codes::ACTUAL_TIMES, format!("/down/{index}/to"), message, "Swap or correct the instants.");
        }
    }
    let faults = checker.faults;
    if faults.iter().any(Diagnostic::is_error) { Err(DeskError::Question(faults)) } else { Ok(faults) }
}

struct Checker<'a> {
    instance: &'a Instance,
    baseline: &'a Solution,
    at: Instant,
    faults: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn fault(&mut self, code: &'static str, pointer: String, message: String, remedy: &str) {
        self.faults.push(Diagnostic::error(code, pointer, message, remedy));
    }

    fn unknown(&mut self, report: &ActualOperation, base: &str) {
        let lots = || self.baseline.lots.iter().filter(|lot| lot.order == report.order);
        let of_item = || lots().filter(|lot| lot.item == report.item);
        let listed = |names: Vec<String>| format!("There is {}.", names.join(", "));
        let (field, what, remedy) = if lots().next().is_none() {
            let near = did_you_mean(&report.order, self.baseline.lots.iter().map(|lot| lot.order.as_str()));
            let remedy =
                near.map_or("Name an order of the plan.".to_string(), |near| format!("Did you mean \"{near}\"?"));
            ("order", format!("The plan has no lot of an order \"{}\".", report.order), remedy)
        } else if of_item().next().is_none() {
            let mut items: Vec<String> = lots().map(|lot| lot.item.clone()).collect();
            items.dedup();
            items.truncate(8);
            ("item", format!("The plan has no lot of item \"{}\" of {}.", report.item, report.order), listed(items))
        } else if of_item().all(|lot| lot.lot != report.lot) {
            let numbers = of_item().map(|lot| lot.lot.to_string()).collect();
            (
                "lot",
                format!("The plan has no lot {} of item {} of {}.", report.lot, report.item, report.order),
                listed(numbers),
            )
        } else {
            let known = of_item().flat_map(|lot| &lot.operations).filter_map(|operation| operation.operation.clone());
            let mut known: Vec<String> = known.collect();
            known.sort();
            known.dedup();
            let name = report.operation.as_deref().unwrap_or("without a name");
            let remedy = if known.is_empty() { "Leave `operation` out.".to_string() } else { listed(known) };
            ("operation", format!("The lot has no operation {name}."), remedy)
        };
        self.fault(codes::ACTUAL_UNKNOWN, join_pointer(base, field), what, &remedy);
    }

    fn times(&mut self, report: &ActualOperation, base: &str) {
        let at = self.at;
        if report.start >= at {
            let message = format!("It started at {}, but what is reported is known at {at}.", report.start);
            self.fault(
                codes::ACTUAL_TIMES,
                join_pointer(base, "start"),
                message,
                "Correct the instant, or leave it out: it is to come.",
            );
        }
        let Some(end) = report.end else { return };
        if end > at {
            let message = format!("It ended at {end}, but what is reported is known at {at}.");
            self.fault(codes::ACTUAL_TIMES, join_pointer(base, "end"), message, "Leave `end` out while it runs.");
        }
        if end <= report.start {
            let message = format!("It ended at {end}, not after its start {}.", report.start);
            self.fault(codes::ACTUAL_TIMES, join_pointer(base, "end"), message, "Swap or correct the instants.");
        }
    }

    fn pieces(&mut self, report: &ActualOperation, quantity: Pieces, base: &str) {
        let Some(pieces) = report.pieces.filter(|&pieces| pieces < 0 || pieces > quantity) else { return };
        let message = format!("{pieces} pieces are reported of a lot of {quantity}.");
        let remedy = "Report good pieces of this lot alone, from 0 to its quantity.";
        self.fault(codes::ACTUAL_PIECES, join_pointer(base, "pieces"), message, remedy);
    }

    fn line(&mut self, line: &str, pointer: String) -> bool {
        let known = || self.instance.lines.iter().map(|line| line.id.as_str());
        if known().any(|known| known == line) {
            return true;
        }
        let remedy = match did_you_mean(line, known()) {
            Some(near) => format!("Did you mean \"{near}\"?"),
            None => "Name a line of the instance.".to_string(),
        };
        self.fault(codes::ACTUAL_LINE, pointer, format!("There is no line \"{line}\"."), &remedy);
        false
    }

    /// Two at once on a line are odd, but reports of a shift are seldom exact to the second.
    fn overlaps(&mut self, busy: &mut [(&str, Instant, Instant, usize)]) {
        busy.sort_unstable();
        for pair in busy.windows(2) {
            let ((line, _, end, earlier), (other, start, _, later)) = (pair[0], pair[1]);
            if line == other && start < end {
                let message = format!("On the line \"{line}\" it runs while /operations/{earlier} does.");
                let pointer = format!("/operations/{later}/start");
                let remedy = "Correct the instants if they are not what happened.";
                let fault = Diagnostic::error(codes::ACTUAL_OVERLAP, pointer, message, remedy);
                self.faults.push(fault.with_severity(Severity::Warning));
            }
        }
    }
}
