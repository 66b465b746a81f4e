//! Waiting that costs nothing more: how late everything can be with no order later than it is, for holding costs.
//!
//! From the last operations backwards, each is put as late as its deadline or due date (its order's completion, where
//! that is later), the one behind it on its line and those behind it on its route allow, never earlier than the
//! earliest timing has it. All of this together is a schedule, and of those in which no order is later than in the
//! earliest timing it is the one in which all are delivered latest; so its holding costs are the least for the sequences
//! as long as an hour late costs more than an hour early. They are kept up to date as the earliest times are: from the
//! last operation that is moved to wherever nothing moves any more.
//!
//! The reference finds its own times (`delay`); where many neighbours wait for one another it may stop short of these, and where the
//! makespan is charged it may wait beyond the last end, which nobody does here.

use super::facts::{NEVER, Network, OpId};
use super::journal::Done;
use super::propagate::Dirty;
use super::timetable::{NOWHERE, Timetable};

/// The latest times, and what being early then costs.
#[derive(Clone, Debug, Default)]
pub(super) struct Waiting {
    /// Whether any order has a holding cost; nothing is kept up otherwise.
    pub pays: bool,
    /// Start and end of each operation.
    pub times: Vec<(i64, i64)>,
    /// Delivery of each order.
    pub deliveries: Vec<i64>,
    /// Operations to be put anew, last first.
    pub dirty: Dirty,
    pub touched_orders: Vec<u32>,
}

impl Waiting {
    pub fn new(network: &Network<'_>) -> Self {
        let pays = network.orders.iter().any(|order| order.holding_cost_per_day > 0);
        let (operations, orders) = if pays { (network.operations.len(), network.orders.len()) } else { (0, 0) };
        Self {
            pays,
            times: vec![(network.start, network.start); operations],
            deliveries: vec![NEVER; orders],
            dirty: Dirty::new(operations),
            touched_orders: Vec::new(),
        }
    }
}

impl Timetable {
    /// An operation may be able to wait longer, or less long.
    #[inline]
    pub(super) fn mark_waiting(&mut self, operation: OpId) {
        if self.waiting.pays {
            self.waiting.dirty.mark(operation);
        }
    }

    /// Puts what is marked, and all it lets wait, as late as can be; then what orders are early by is known.
    pub(super) fn wait(&mut self, network: &Network<'_>) -> Option<()> {
        let mut left = 4 * network.operations.len() + 64;
        while let Some(operation) = self.waiting.dirty.pop() {
            if self.here[operation as usize].line == NOWHERE || network.operations[operation as usize].is_fact {
                continue;
            }
            left = left.checked_sub(1)?;
            let latest = self.latest(network, operation);
            let before = self.waiting.times[operation as usize];
            if latest == before {
                continue;
            }
            self.journal.done.push(Done::Waited { operation, start: before.0, end: before.1 });
            self.waiting.times[operation as usize] = latest;
            if latest.0 != before.0 {
                self.mark_those_before(network, operation);
            }
            let facts = &network.operations[operation as usize];
            if facts.is_last {
                let journey = network.modes[self.here[operation as usize].mode as usize].journey;
                let delivery = self.waiting.deliveries[facts.order as usize];
                if before.1 + journey >= delivery || latest.1 + journey > delivery {
                    self.waiting.touched_orders.push(facts.order);
                }
            }
        }
        while let Some(order) = self.waiting.touched_orders.pop() {
            self.deliver(network, order);
        }
        Some(())
    }

    /// Whoever stands before an operation may wait for as long as it does.
    pub(super) fn mark_those_before(&mut self, network: &Network<'_>, operation: OpId) {
        if !self.waiting.pays {
            return;
        }
        let here = self.here[operation as usize];
        if here.line != NOWHERE
            && let Some(before) = (here.place as usize).checked_sub(1)
        {
            self.waiting.dirty.mark(self.sequences[here.line as usize][before]);
        }
        for wait in network.waits_of(operation) {
            self.waiting.dirty.mark(wait.before);
        }
    }

    /// The latest an operation can run.
    fn latest(&self, network: &Network<'_>, operation: OpId) -> (i64, i64) {
        let here = self.here[operation as usize];
        let facts = &network.operations[operation as usize];
        let line = &network.lines[here.line as usize];
        let open = self.open_time(network, here.line);
        let mode = network.modes[here.mode as usize];
        let mut by = network.end;
        if network.makespan_cost_per_hour > 0 {
            by = by.min(self.costs.last_end);
        }
        if let Some(&next) = self.sequences[here.line as usize].get(here.place as usize + 1) {
            let class = network.modes[self.here[next as usize].mode as usize].class;
            by = by.min(
                open.set_up_from(self.waiting.times[next as usize].0, network.setup_time(line, mode.class, class)),
            );
        }
        for &behind in network.behind_of(operation) {
            let there = self.here[behind as usize];
            if there.line != NOWHERE && !network.operations[behind as usize].is_fact {
                let waits = network.waits_of(behind).iter();
                let lag = waits.filter(|wait| wait.before == operation).map(|wait| wait.lag).max().unwrap_or(0);
                let travel = network.transit(here.line, there.line).time;
                by = by.min(self.waiting.times[behind as usize].0 - lag - travel);
            }
        }
        if facts.is_last {
            let order = &network.orders[facts.order as usize];
            let promised = order.due.max(self.completions[facts.order as usize]).min(order.deadline);
            by = by.min(promised - mode.journey);
        }
        match open.latest(by, mode.run) {
            Some(latest) if latest.0 > here.start => latest,
            _ => (here.start, here.end),
        }
    }

    /// Another lot of an order may be the last one now.
    pub(super) fn touch_delivery(&mut self, network: &Network<'_>, operation: OpId) {
        let facts = &network.operations[operation as usize];
        if facts.is_last {
            self.touched_orders.push(facts.order);
            if self.waiting.pays {
                self.waiting.touched_orders.push(facts.order);
            }
        }
    }

    /// An order that is complete at another time, or left out, may let its lots wait longer or less long.
    pub(super) fn complete_waiting(&mut self, network: &Network<'_>, order: u32) {
        if !self.waiting.pays {
            return;
        }
        self.waiting.touched_orders.push(order);
        for &lot in &network.orders[order as usize].lots {
            self.waiting.dirty.mark(network.lots[lot as usize].ends);
        }
    }

    fn deliver(&mut self, network: &Network<'_>, order: u32) {
        let facts = &network.orders[order as usize];
        let before = self.waiting.deliveries[order as usize];
        let end_of = |ends: OpId| self.waiting.times[ends as usize].1;
        let delivery = self.last_delivery(network, order, end_of).unwrap_or(NEVER);
        if delivery != before {
            self.journal.done.push(Done::Delivered { order, before });
            self.waiting.deliveries[order as usize] = delivery;
            self.costs.holding += facts.holding_cost(delivery) - facts.holding_cost(before);
        }
    }
}
