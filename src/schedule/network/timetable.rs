//! Sequences with the times and costs they come to, and the two things a change is made of: out of a sequence, into one.

use super::facts::{Network, OpId, UNDIVIDED};
use super::journal::{Done, Journal};
use super::materials::Taker;
use super::open_time::Overtime;
use super::propagate::Dirty;
use super::waiting::Waiting;
use crate::plan::{Fate, Plan};
use crate::problem::KindIdx;
use crate::schedule::Run;
use crate::units::Id;
use std::sync::Arc;

/// "On no line".
pub(super) const NOWHERE: u32 = u32::MAX;

/// Where and when an operation happens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Here {
    pub start: i64,
    pub end: i64,
    /// [`NOWHERE`] while it stands in no sequence.
    pub line: u32,
    pub place: u32,
    /// Its mode's number; kept when it leaves its line.
    pub mode: u32,
}

impl Here {
    pub(super) fn leave(&mut self) {
        self.line = NOWHERE;
    }

    /// Whether it has a line.
    #[inline]
    pub fn is_placed(&self) -> bool {
        self.line != NOWHERE
    }
}

/// What a timetable costs, by what it depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Costs {
    /// On sequences alone: production, changeovers, journeys, short runs, rejections.
    pub steady: i64,
    /// On completions.
    pub late: i64,
    /// On the last end.
    pub makespan: i64,
    /// On how long orders can wait.
    pub holding: i64,
    /// The last end of all.
    pub last_end: i64,
    /// The ends of all lines added up: no cost, but what search goes by where many plans have one makespan.
    pub ends: i64,
}

impl Costs {
    /// All of it.
    pub fn total(&self) -> i64 {
        self.steady + self.late + self.makespan + self.holding
    }
}

/// Sequences with their times and costs.
#[derive(Clone, Debug)]
pub(crate) struct Timetable {
    pub(super) here: Vec<Here>,
    /// No run starts earlier: release and materials.
    pub(super) floors: Vec<i64>,
    pub(super) sequences: Vec<Vec<OpId>>,
    pub(super) takers: Vec<Vec<Taker>>,
    /// The mode whose takes an operation stands in the lists with.
    pub(super) taking: Vec<Option<u32>>,
    pub(super) shortfalls: Vec<i64>,
    /// The overtime each line opens; none for lines that have none.
    pub(super) overtime: Vec<Option<Arc<Overtime>>>,
    /// When each order that is made is complete.
    pub(super) completions: Vec<i64>,
    pub(super) made: Vec<bool>,
    pub(super) costs: Costs,
    pub(super) journal: Journal,
    pub(super) dirty: Dirty,
    /// Operations put in since times were settled.
    pub(super) fresh: Vec<OpId>,
    pub(super) waiting: Waiting,
    pub(super) touched_lines: Vec<u32>,
    pub(super) touched_orders: Vec<u32>,
    /// What facts cost, known once the reference has been asked.
    #[cfg(debug_assertions)]
    pub(super) constant: Option<i64>,
}

impl Timetable {
    /// The timetable of a plan; none where it cannot be timed.
    pub(super) fn new(network: &Network<'_>, start: &Plan) -> Option<Self> {
        let count = network.operations.len();
        let here = Here { start: network.start, end: network.start, line: NOWHERE, place: 0, mode: 0 };
        let mut timetable = Self {
            here: vec![here; count],
            floors: network.operations.iter().map(|operation| operation.release).collect(),
            sequences: vec![Vec::new(); network.lines.len()],
            takers: vec![Vec::new(); network.problem.supplies.len()],
            taking: vec![None; count],
            shortfalls: vec![0; network.lines.len()],
            overtime: Self::first_overtime(network),
            completions: vec![i64::MIN; network.orders.len()],
            made: vec![false; network.orders.len()],
            costs: Costs::default(),
            journal: Journal::default(),
            dirty: Dirty::new(count),
            fresh: Vec::new(),
            waiting: Waiting::new(network),
            touched_lines: Vec::new(),
            touched_orders: Vec::new(),
            #[cfg(debug_assertions)]
            constant: None,
        };
        timetable.place_facts(network);
        for line in 0..network.lines.len() as u32 {
            timetable.touch_line(network, line);
        }
        let left_out: i64 = network.orders.iter().map(|order| order.left_out_cost).sum();
        timetable.costs.steady = left_out + timetable.overtime_cost();
        for order in network.problem.orders.ids().filter(|&order| start.fates[order] == Fate::Made) {
            timetable.make(network, order.0);
        }
        for (line, sequence) in start.sequences.enumerate() {
            for &operation in sequence {
                let mode = network.mode_on(operation.0, line.0)?;
                let place = timetable.sequences[line.position()].len();
                timetable.put_in(network, operation.0, mode, place);
            }
        }
        for (supply, takers) in start.takings.enumerate() {
            timetable.arrange(network, supply.0, &takers.iter().map(|taker| taker.0).collect::<Vec<_>>());
        }
        let order = network.first_order(&timetable)?;
        if timetable.waiting.pays {
            timetable.waiting.dirty.rank_by(order.iter().rev().copied().collect());
        }
        timetable.dirty.rank_by(order);
        timetable.settle(network)?;
        timetable.keep(network);
        Some(timetable)
    }

    /// Facts have their times and lines, but stand in no sequence.
    fn place_facts(&mut self, network: &Network<'_>) {
        for operation in network.plan.operations.ids() {
            let known = network.plan.baseline_of(network.problem, operation).filter(|known| known.frozen);
            if let Some(known) = known {
                let (start, end) = (known.start.0, known.end.0);
                self.here[operation.position()] = Here { start, end, line: known.line.0, place: 0, mode: 0 };
            }
        }
    }

    /// What it costs, against a plan that could not even be begun: the constant part of facts is left out.
    pub fn cost(&self) -> i64 {
        self.costs.total()
    }

    /// The same by what it depends on.
    pub fn costs(&self) -> Costs {
        self.costs
    }

    /// A line's sequence.
    pub fn sequence(&self, line: u32) -> &[OpId] {
        &self.sequences[line as usize]
    }

    /// All sequences.
    pub fn sequences(&self) -> &[Vec<OpId>] {
        &self.sequences
    }

    /// Who takes from each supply, in order.
    pub fn takings(&self) -> Vec<Vec<OpId>> {
        self.takers.iter().map(|list| list.iter().map(|taker| taker.operation).collect()).collect()
    }

    /// Where and when an operation happens.
    #[inline]
    pub fn here(&self, operation: OpId) -> Here {
        self.here[operation as usize]
    }

    /// Which orders are made.
    pub fn made(&self) -> &[bool] {
        &self.made
    }

    /// When an order that is made is complete.
    pub fn completion(&self, order: u32) -> i64 {
        self.completions[order as usize]
    }

    /// Takes an operation out of its sequence. Its time stands until it is put in again.
    pub fn take_out(&mut self, network: &Network<'_>, operation: OpId) {
        let here = self.here[operation as usize];
        self.costs.steady -= self.own_cost(network, operation);
        let (line, place) = (here.line as usize, here.place as usize);
        let before = place.checked_sub(1).map(|before| self.sequences[line][before]);
        let after = self.sequences[line].get(place + 1).copied();
        self.costs.steady -= self.seam(network, here.line, before, Some(operation));
        self.costs.steady -= self.seam(network, here.line, Some(operation), after);
        self.costs.steady += self.seam(network, here.line, before, after);
        self.sequences[line].remove(place);
        self.number(here.line, here.place);
        self.here[operation as usize].leave();
        self.journal.done.push(Done::TakenOut { operation, line: here.line, place: here.place, mode: here.mode });
        self.touch_line(network, here.line);
        if let Some(after) = after {
            self.mark(after);
        }
        if let Some(before) = before {
            self.mark_waiting(before);
        }
        // Whoever waits for it need not until it is put in again; so what is put in only makes others later.
        for &behind in network.behind_of(operation) {
            self.mark_if_placed(network, behind);
        }
        self.touch_delivery(network, operation);
    }

    /// Puts an operation into the sequence of its mode's line.
    pub fn put_in(&mut self, network: &Network<'_>, operation: OpId, mode: u32, place: usize) {
        let line = network.modes[mode as usize].line;
        let sequence = &self.sequences[line as usize];
        let before = place.checked_sub(1).map(|before| sequence[before]);
        let after = sequence.get(place).copied();
        let here = &mut self.here[operation as usize];
        (here.line, here.mode) = (line, mode);
        self.costs.steady -= self.seam(network, line, before, after);
        self.costs.steady += self.seam(network, line, before, Some(operation));
        self.costs.steady += self.seam(network, line, Some(operation), after);
        self.sequences[line as usize].insert(place, operation);
        self.number(line, place as u32);
        self.costs.steady += self.own_cost(network, operation);
        self.journal.done.push(Done::PutIn { operation });
        self.touch_line(network, line);
        self.fresh.push(operation);
        if let Some(after) = after {
            self.mark(after);
        }
        self.mark_waiting(operation);
        self.mark_those_before(network, operation);
        // Its site may be another, though it may end when it did.
        for &behind in network.behind_of(operation) {
            self.mark_if_placed(network, behind);
        }
        self.touch_delivery(network, operation);
        let about = after.map_or(i64::MAX, |after| self.here[after as usize].start - 1);
        self.take(network, operation, Some(mode), about);
    }

    /// Marks an order as made; its operations are to be put in next.
    pub fn make(&mut self, network: &Network<'_>, order: u32) {
        let facts = &network.orders[order as usize];
        self.costs.steady -= facts.left_out_cost;
        self.fate(network, order, true);
    }

    /// Leaves an order out, with all its operations.
    pub fn leave_out(&mut self, network: &Network<'_>, order: u32) {
        let facts = &network.orders[order as usize];
        for &lot in &facts.lots {
            self.drop_lot(network, lot);
        }
        self.costs.steady += facts.left_out_cost;
        self.fate(network, order, false);
    }

    /// Takes the operations of a lot that stand in a sequence out, and off the materials they take.
    pub fn drop_lot(&mut self, network: &Network<'_>, lot: u32) {
        let lot = &network.lots[lot as usize];
        for operation in (lot.first..lot.past).filter(|&one| !network.operations[one as usize].is_fact) {
            if self.here[operation as usize].is_placed() {
                self.take_out(network, operation);
                self.take(network, operation, None, i64::MAX);
                self.touch_delivery(network, operation);
            }
        }
    }

    /// Whether a lot is one of those its item is made in, if its order is made.
    pub fn stands(&self, network: &Network<'_>, lot: u32) -> bool {
        let facts = &network.lots[lot as usize];
        facts.divided == UNDIVIDED || self.here[facts.first as usize].is_placed()
    }

    fn fate(&mut self, network: &Network<'_>, order: u32, made: bool) {
        let facts = &network.orders[order as usize];
        let of_facts: i64 = facts.lots.iter().map(|&lot| network.lots[lot as usize].cost_of_facts).sum();
        self.costs.steady += if made { of_facts } else { -of_facts };
        self.journal.done.push(Done::Fated { order, made: self.made[order as usize] });
        self.made[order as usize] = made;
        self.touched_orders.push(order);
    }

    /// Numbers the places of a line's operations from a place on.
    pub(super) fn number(&mut self, line: u32, from: u32) {
        for (place, &operation) in self.sequences[line as usize].iter().enumerate().skip(from as usize) {
            self.here[operation as usize].place = place as u32;
        }
    }

    /// What an operation costs in its mode, with the journeys to and from those of its lot that have a line.
    fn own_cost(&self, network: &Network<'_>, operation: OpId) -> i64 {
        let here = &self.here[operation as usize];
        let mut cost = network.modes[here.mode as usize].cost;
        if network.places > 1 {
            let quantity = network.operations[operation as usize].quantity;
            for wait in network.waits_of(operation) {
                let from = self.here[wait.before as usize].line;
                if from != NOWHERE {
                    cost += network.transit(from, here.line).cost_per_unit * quantity;
                }
            }
            for &behind in network.behind_of(operation) {
                let to = self.here[behind as usize].line;
                if to != NOWHERE {
                    cost += network.transit(here.line, to).cost_per_unit * quantity;
                }
            }
        }
        cost
    }

    /// What the changeover between two neighbours on a line costs; nobody before means the line's first state.
    fn seam(&self, network: &Network<'_>, line: u32, before: Option<OpId>, after: Option<OpId>) -> i64 {
        let Some(after) = after else { return 0 };
        let facts = &network.lines[line as usize];
        let class_of = |operation: OpId| network.modes[self.here[operation as usize].mode as usize].class;
        let from = before.map_or(facts.initial_class, class_of);
        network.setup_cost(facts, from, class_of(after))
    }

    fn touch_line(&mut self, network: &Network<'_>, line: u32) {
        if network.lines[line as usize].minimum_run.is_some() && !self.touched_lines.contains(&line) {
            self.touched_lines.push(line);
        }
    }

    /// Short runs of the lines that changed.
    pub(super) fn recount_runs(&mut self, network: &Network<'_>) {
        while let Some(line) = self.touched_lines.pop() {
            let Some(facts) = network.lines[line as usize].minimum_run else { continue };
            let (mut run, mut cost): (Option<Run>, i64) = (facts.initial, 0);
            let values = &network.problem.run_values[facts.minimum.by];
            for &operation in &self.sequences[line as usize] {
                let value = values[KindIdx(network.operations[operation as usize].kind)];
                let pieces = network.modes[self.here[operation as usize].mode as usize].pieces;
                let lot = Run { value, pieces, charged: true };
                match &mut run {
                    Some(run) if run.value == value => run.add(lot),
                    _ => cost += run.replace(lot).map_or(0, |run| run.shortfall_cost(&facts.minimum).0),
                }
            }
            cost += run.map_or(0, |run| run.shortfall_cost(&facts.minimum).0);
            let before = std::mem::replace(&mut self.shortfalls[line as usize], cost);
            self.journal.done.push(Done::Shortfall { line, before });
            self.costs.steady += cost - before;
        }
    }
}
