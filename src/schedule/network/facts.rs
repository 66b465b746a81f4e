//! What does not change while operations move: who waits for whom, who can run what and how fast, the orders' prices.
//!
//! Operations, lots and lines have the numbers they have in the plan and the problem.

use super::line::LineFacts;
use crate::plan::Plan;
use crate::problem::Problem;
use crate::schedule::tables::Table;
use crate::units::{DAY, HOUR, Money, Seconds};

/// An operation's number in the plan.
pub(crate) type OpId = u32;

/// "Never", far enough from the end of `i64` to be subtracted from.
pub(super) const NEVER: i64 = 1 << 60;

/// What an order that must be made and is not weighs at most; see [`Network::unplanned_penalty`].
pub(super) const MOST_PENALTY: i64 = 1 << 56;

/// An operation on a line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mode {
    /// The line.
    pub line: u32,
    /// Setup class on it.
    pub class: u32,
    /// Working seconds.
    pub run: i64,
    /// Production, the line change against the baseline, and the delivery of what ends its lot.
    pub cost: i64,
    /// From the end of the run to delivery, where it ends its lot.
    pub journey: i64,
    /// Pieces run, for minimum runs.
    pub pieces: i64,
    /// What it takes from scarce supplies: a range of [`Network::takes`].
    pub takes: (u32, u32),
}

/// An operation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpFacts {
    /// Its lot.
    pub lot: u32,
    /// Its order.
    pub order: u32,
    /// The kind it runs, for minimum runs.
    pub kind: u32,
    /// No run starts earlier, materials apart.
    pub release: i64,
    /// The lines that can run it: a range of [`Network::modes`], by line.
    pub modes: (u32, u32),
    /// Whom it waits for: a range of [`Network::waits`].
    pub after: (u32, u32),
    /// Who waits for it: a range of [`Network::behind`].
    pub before: (u32, u32),
    /// Pieces that travel from it.
    pub quantity: i64,
    /// Whether it ends its lot.
    pub is_last: bool,
    /// Whether the baseline has begun it.
    pub is_fact: bool,
}

/// An operation waited for, and for how long after its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wait {
    /// The operation.
    pub before: OpId,
    /// Elapsed time.
    pub lag: i64,
}

/// A lot: its operations stand together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LotFacts {
    /// Its first operation.
    pub first: OpId,
    /// Its last one in number; what ends the lot is `ends`.
    pub past: OpId,
    /// The operation that ends it.
    pub ends: OpId,
    /// Journeys between facts, and delivery of a fact: paid when the order is made.
    pub cost_of_facts: i64,
    /// The item it belongs to one form of, among those that may be made in several; [`UNDIVIDED`] if none.
    pub divided: u32,
}

/// "The lot of an item that has no other forms."
pub(super) const UNDIVIDED: u32 = u32::MAX;

/// An order.
#[derive(Clone, Debug)]
pub(crate) struct OrderFacts {
    /// When it is promised; [`NEVER`] without a due date.
    pub due: i64,
    /// No delivery after it; [`NEVER`] without a deadline.
    pub deadline: i64,
    pub late_cost_per_day: i64,
    pub late_cost_once: i64,
    pub holding_cost_per_day: i64,
    /// What leaving it out costs.
    pub left_out_cost: i64,
    /// What of it is delivered whatever happens: facts, items with nothing left.
    pub delivered: i64,
    /// Its lots, those of all forms.
    pub lots: Vec<u32>,
}

impl OrderFacts {
    /// What completion at `completion` costs.
    pub fn late_cost(&self, completion: i64) -> i64 {
        if completion <= self.due {
            return 0;
        }
        Money(self.late_cost_per_day).pro_rata(Seconds(completion - self.due), DAY).0 + self.late_cost_once
    }
}

impl OrderFacts {
    /// What delivery at `delivery` costs for being early.
    pub fn holding_cost(&self, delivery: i64) -> i64 {
        if delivery >= self.due || self.due == NEVER {
            return 0;
        }
        Money(self.holding_cost_per_day).pro_rata(Seconds(self.due - delivery), DAY).0
    }
}

/// What lies between the sites of two lines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Transit {
    pub time: i64,
    pub cost_per_unit: i64,
    /// Whether the pair can be used.
    pub usable: bool,
}

/// The unchanging part.
pub(crate) struct Network<'p> {
    pub problem: &'p Problem,
    /// The plan it was made of, with lots for all orders; sequences and takings are a timetable's.
    pub plan: Plan,
    pub operations: Vec<OpFacts>,
    pub waits: Vec<Wait>,
    pub behind: Vec<OpId>,
    pub modes: Vec<Mode>,
    /// Supply and millionths.
    pub takes: Vec<(u32, i64)>,
    pub lots: Vec<LotFacts>,
    /// For each item that may be made in other lots, its forms: the lots of each, few first. Those of one stand in the
    /// sequences, if the order is made.
    pub divided: Vec<Vec<Vec<u32>>>,
    pub orders: Vec<OrderFacts>,
    pub lines: Vec<LineFacts<'p>>,
    pub tables: Vec<Table>,
    /// Between lines' places, row by row; place 0 is "no site".
    pub transits: Vec<Transit>,
    pub places: usize,
    pub start: i64,
    pub end: i64,
    /// The latest end of all facts.
    pub facts_end: i64,
    pub makespan_cost_per_hour: i64,
    /// Orders that must be made and are not weigh this much each: more than plans cost, and not too much to be added up.
    pub unplanned_penalty: i64,
}

impl Network<'_> {
    /// The modes of an operation, by line.
    #[inline]
    pub fn modes_of(&self, operation: OpId) -> &[Mode] {
        let (from, to) = self.operations[operation as usize].modes;
        &self.modes[from as usize..to as usize]
    }

    /// The number of an operation's mode on a line; none where the line cannot run it.
    pub fn mode_on(&self, operation: OpId, line: u32) -> Option<u32> {
        let found = self.modes_of(operation).binary_search_by_key(&line, |mode| mode.line).ok()?;
        Some(self.operations[operation as usize].modes.0 + found as u32)
    }

    /// Whom an operation waits for on its route.
    #[inline]
    pub fn waits_of(&self, operation: OpId) -> &[Wait] {
        let (from, to) = self.operations[operation as usize].after;
        &self.waits[from as usize..to as usize]
    }

    /// Who waits for an operation on its route.
    #[inline]
    pub fn behind_of(&self, operation: OpId) -> &[OpId] {
        let (from, to) = self.operations[operation as usize].before;
        &self.behind[from as usize..to as usize]
    }

    /// What a mode takes from scarce supplies.
    #[inline]
    pub fn takes_of(&self, mode: u32) -> &[(u32, i64)] {
        let (from, to) = self.modes[mode as usize].takes;
        &self.takes[from as usize..to as usize]
    }

    /// What lies between two lines.
    #[inline]
    pub fn transit(&self, from: u32, to: u32) -> Transit {
        let (from, to) = (self.lines[from as usize].place, self.lines[to as usize].place);
        self.transits[from * self.places + to]
    }

    /// The forms of the item a lot belongs to, few lots first; none where it has no other.
    pub fn forms_of(&self, lot: u32) -> Option<&[Vec<u32>]> {
        self.divided.get(self.lots[lot as usize].divided as usize).map(Vec::as_slice)
    }

    /// What ending at `last_end` costs.
    pub fn makespan_cost(&self, last_end: i64) -> i64 {
        Money(self.makespan_cost_per_hour).pro_rata(Seconds(last_end - self.start), HOUR).0
    }
}
