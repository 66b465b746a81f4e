//! What a change moves: operations timed anew, those behind them where an end has moved, then orders and the last end.
//!
//! Operations wait in the order of a rank that nearly agrees with who waits for whom: then each is timed about once.
//! Where it does not agree, an operation is timed again; where that never ends, somebody waits for himself and the change
//! is refused.

use super::facts::{Network, OpId};
use super::journal::Done;
use super::timetable::{NOWHERE, Timetable};

/// Operations to be timed anew, lowest rank first.
#[derive(Clone, Debug, Default)]
pub(super) struct Dirty {
    rank: Vec<u32>,
    by_rank: Vec<OpId>,
    words: Vec<u64>,
    /// No bit is set in any word before it.
    first: usize,
    /// Changes kept since the ranks were drawn up.
    age: usize,
}

impl Dirty {
    pub fn new(count: usize) -> Self {
        let all: Vec<u32> = (0..count as u32).collect();
        let words = vec![0; count.div_ceil(64)];
        Self { rank: all.clone(), by_rank: all, first: words.len(), words, age: 0 }
    }

    /// Ranks the operations as listed.
    pub fn rank_by(&mut self, order: Vec<OpId>) {
        let marked: Vec<OpId> = std::iter::from_fn(|| self.pop()).collect();
        for (rank, &operation) in order.iter().enumerate() {
            self.rank[operation as usize] = rank as u32;
        }
        self.by_rank = order;
        for operation in marked {
            self.mark(operation);
        }
    }

    #[inline]
    pub fn mark(&mut self, operation: OpId) {
        let rank = self.rank[operation as usize] as usize;
        self.words[rank / 64] |= 1 << (rank % 64);
        self.first = self.first.min(rank / 64);
    }

    #[inline]
    pub fn pop(&mut self) -> Option<OpId> {
        while let Some(word) = self.words.get_mut(self.first) {
            if *word != 0 {
                let bit = word.trailing_zeros() as usize;
                *word &= *word - 1;
                return Some(self.by_rank[self.first * 64 + bit]);
            }
            self.first += 1;
        }
        None
    }

    pub fn clear(&mut self) {
        let first = self.first.min(self.words.len());
        self.words[first..].fill(0);
        self.first = self.words.len();
    }
}

impl Network<'_> {
    /// The operations in an order in which those before them on line and route come first (Kahn); none where somebody
    /// waits for himself.
    pub(super) fn first_order(&self, timetable: &Timetable) -> Option<Vec<OpId>> {
        let count = self.operations.len();
        let decided = |operation: OpId| {
            timetable.here[operation as usize].line != NOWHERE && !self.operations[operation as usize].is_fact
        };
        let mut waiting = vec![0u32; count];
        for operation in (0..count as OpId).filter(|&operation| decided(operation)) {
            let waits = self.waits_of(operation).iter().filter(|wait| decided(wait.before)).count();
            waiting[operation as usize] = waits as u32 + u32::from(timetable.here[operation as usize].place > 0);
        }
        let mut order: Vec<OpId> = (0..count as OpId).filter(|&operation| waiting[operation as usize] == 0).collect();
        let mut next = 0;
        while let Some(&operation) = order.get(next) {
            next += 1;
            if !decided(operation) {
                continue;
            }
            let here = timetable.here[operation as usize];
            let on_line = timetable.sequences[here.line as usize].get(here.place as usize + 1);
            for &behind in self.behind_of(operation).iter().chain(on_line).filter(|&&behind| decided(behind)) {
                waiting[behind as usize] -= 1;
                if waiting[behind as usize] == 0 {
                    order.push(behind);
                }
            }
        }
        (order.len() == count).then_some(order)
    }
}

/// What a change may cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Most {
    /// What depends on sequences alone.
    pub steady: i64,
    /// That and lateness, where operations only end later than before: then nothing that is found late becomes less so.
    pub later: i64,
    /// All but holding.
    pub early: i64,
}

impl Most {
    /// No limit.
    pub const ANYTHING: Self = Self::of(i64::MAX);

    /// One limit for all of them: for what is put in, which makes others later and nobody earlier.
    pub const fn of(cost: i64) -> Self {
        Self { steady: cost, later: cost, early: cost }
    }
}

/// Where an operation stands in time.
struct Front {
    /// When its line falls free.
    free: i64,
    /// Working seconds of its changeover.
    setup: i64,
    /// No start before it, the line apart.
    ready: i64,
}

impl Timetable {
    #[inline]
    pub(super) fn mark(&mut self, operation: OpId) {
        self.dirty.mark(operation);
    }

    pub(super) fn mark_if_placed(&mut self, network: &Network<'_>, operation: OpId) {
        if self.here[operation as usize].line != NOWHERE && !network.operations[operation as usize].is_fact {
            self.mark(operation);
        }
    }

    /// Times what is marked and all it moves; the new cost. None where something ends too late, or somebody would
    /// wait for himself; then everything must be taken back.
    pub fn settle(&mut self, network: &Network<'_>) -> Option<i64> {
        self.settle_within(network, Most::ANYTHING)
    }

    /// The same; none also where it is known to cost more than `most`.
    pub fn settle_within(&mut self, network: &Network<'_>, most: Most) -> Option<i64> {
        self.settle_early(network, most)?;
        if self.waiting.pays {
            self.wait(network)?;
        }
        Some(self.costs.total())
    }

    /// The same, but how long orders can wait is left for later: everything is as early as it can be, and holding costs are
    /// not known.
    pub fn settle_early(&mut self, network: &Network<'_>, most: Most) -> Option<()> {
        // What depends on the sequences alone is known before anything is timed.
        self.recount_runs(network);
        if self.costs.steady > most.steady {
            return None;
        }
        let most_late = most.later.saturating_sub(self.costs.steady);
        // Who has come to another place is timed first, for its rank is that of the old one. The times of those before
        // it may still change: it is then timed again, and only then is it known whether it is too late.
        for fresh in 0..self.fresh.len() {
            self.retime(network, self.fresh[fresh], false)?;
        }
        self.fresh.clear();
        let mut left = 4 * network.operations.len() + 64;
        while let Some(operation) = self.dirty.pop() {
            if self.here[operation as usize].line == NOWHERE {
                continue;
            }
            left = left.checked_sub(1)?;
            self.retime(network, operation, true)?;
            if self.costs.late > most_late {
                return None;
            }
        }
        self.complete_orders(network)?;
        if network.makespan_cost_per_hour > 0 {
            self.measure_ends(network);
        }
        let costs = &self.costs;
        (costs.steady + costs.late + costs.makespan <= most.early).then_some(())
    }

    /// Times an operation just put in, and nothing it moves: when it ends. None where it cannot stand there.
    pub fn time_put_in(&mut self, network: &Network<'_>, operation: OpId) -> Option<i64> {
        self.retime(network, operation, false)?;
        Some(self.here[operation as usize].end)
    }

    #[inline]
    fn retime(&mut self, network: &Network<'_>, operation: OpId, settled: bool) -> Option<()> {
        let here = self.here[operation as usize];
        let front = self.front(network, operation)?;
        // Material that never comes is there at the end of all time.
        if front.ready > network.end {
            return None;
        }
        let run = network.modes[here.mode as usize].run;
        let (start, end) = self.open_time(network, here.line).next(front.free, front.setup, front.ready, run)?;
        if (start, end) == (here.start, here.end) {
            return Some(());
        }
        self.journal.done.push(Done::Timed { operation, start: here.start, end: here.end });
        let place = &mut self.here[operation as usize];
        (place.start, place.end) = (start, end);
        self.mark_waiting(operation);
        if end == here.end {
            return Some(());
        }
        if let Some(&next) = self.sequences[here.line as usize].get(here.place as usize + 1) {
            self.mark(next);
        }
        for &behind in network.behind_of(operation) {
            self.mark_if_placed(network, behind);
        }
        let facts = &network.operations[operation as usize];
        if facts.is_last {
            let journey = network.modes[here.mode as usize].journey;
            if settled && end + journey > network.orders[facts.order as usize].deadline {
                return None;
            }
            // Of a kit only the last item counts; who has only now come into the sequence is looked at anyway.
            let completion = self.completions[facts.order as usize];
            if here.end + journey >= completion || end + journey > completion {
                self.touched_orders.push(facts.order);
            }
            if end + journey > completion && self.made[facts.order as usize] {
                self.complete(network, facts.order, end + journey);
            }
        }
        Some(())
    }

    /// What bounds an operation's start; none where a journey to it is not possible.
    #[inline]
    fn front(&self, network: &Network<'_>, operation: OpId) -> Option<Front> {
        let here = self.here[operation as usize];
        let line = &network.lines[here.line as usize];
        let (free, class) = match (here.place as usize).checked_sub(1) {
            Some(before) => {
                let before = self.here[self.sequences[here.line as usize][before] as usize];
                (before.end, network.modes[before.mode as usize].class)
            }
            None => (line.available_from, line.initial_class),
        };
        let setup = network.setup_time(line, class, network.modes[here.mode as usize].class);
        let mut ready = self.floors[operation as usize];
        for wait in network.waits_of(operation) {
            let before = &self.here[wait.before as usize];
            if before.line == NOWHERE {
                continue;
            }
            let mut from = before.end + wait.lag;
            if network.places > 1 {
                let transit = network.transit(before.line, here.line);
                if !transit.usable {
                    return None;
                }
                from += transit.time;
            }
            ready = ready.max(from);
        }
        Some(Front { free, setup, ready })
    }

    /// From when on an operation could run on a line, the line apart.
    pub fn ready(&self, network: &Network<'_>, operation: OpId, line: u32) -> i64 {
        let waits = network.waits_of(operation).iter();
        let placed = waits.filter(|wait| self.here[wait.before as usize].line != NOWHERE);
        let arrives = |wait: &super::facts::Wait| {
            let before = &self.here[wait.before as usize];
            before.end + wait.lag + network.transit(before.line, line).time
        };
        placed.map(arrives).fold(self.floors[operation as usize], i64::max)
    }

    /// The latest delivery of an order's lots and of what is decided already, when operations end as `end_of` says; none
    /// where the order is not made, or none of its lots has a line.
    pub(super) fn last_delivery(&self, network: &Network<'_>, order: u32, end_of: impl Fn(OpId) -> i64) -> Option<i64> {
        if !self.made[order as usize] {
            return None;
        }
        let facts = &network.orders[order as usize];
        let ends = facts.lots.iter().map(|&lot| network.lots[lot as usize].ends);
        let placed =
            ends.filter(|&ends| self.here[ends as usize].line != NOWHERE && !network.operations[ends as usize].is_fact);
        let journey = |ends: OpId| network.modes[self.here[ends as usize].mode as usize].journey;
        let last = placed.map(|ends| end_of(ends) + journey(ends)).fold(facts.delivered, i64::max);
        (last > i64::MIN).then_some(last)
    }

    fn complete_orders(&mut self, network: &Network<'_>) -> Option<()> {
        while let Some(order) = self.touched_orders.pop() {
            let facts = &network.orders[order as usize];
            let before = self.completions[order as usize];
            let completion =
                self.last_delivery(network, order, |ends| self.here[ends as usize].end).unwrap_or(i64::MIN);
            if completion > facts.deadline {
                return None;
            }
            if completion == before {
                continue;
            }
            self.complete(network, order, completion);
        }
        Some(())
    }

    /// An order is complete at another time.
    #[inline]
    fn complete(&mut self, network: &Network<'_>, order: u32, completion: i64) {
        let facts = &network.orders[order as usize];
        let before = std::mem::replace(&mut self.completions[order as usize], completion);
        self.journal.done.push(Done::Completed { order, before });
        self.costs.late += facts.late_cost(completion) - facts.late_cost(before);
        self.complete_waiting(network, order);
    }

    fn measure_ends(&mut self, network: &Network<'_>) {
        let (mut latest, mut sum) = (network.facts_end, 0);
        for sequence in &self.sequences {
            if let Some(&last) = sequence.last() {
                let end = self.here[last as usize].end;
                latest = latest.max(end);
                sum += end - network.start;
            }
        }
        self.costs.makespan = network.makespan_cost(latest);
        if self.waiting.pays && latest != self.costs.last_end {
            for line in 0..self.sequences.len() {
                if let Some(&last) = self.sequences[line].last() {
                    self.mark_waiting(last);
                }
            }
        }
        self.costs.last_end = latest;
        self.costs.ends = sum;
    }

    /// Keeps what was settled.
    pub fn keep(&mut self, network: &Network<'_>) {
        self.close();
        self.dirty.age += 1;
        if self.dirty.age > 16 + network.operations.len() / 16 {
            self.dirty.age = 0;
            let mut order = std::mem::take(&mut self.dirty.by_rank);
            // Who waits starts later, so starts rank those that have any; the rest do not matter.
            order.sort_by_key(|&operation| self.here[operation as usize].start);
            if self.waiting.pays {
                self.waiting.dirty.rank_by(order.iter().rev().copied().collect());
            }
            self.dirty.rank_by(order);
        }
        #[cfg(debug_assertions)]
        self.agree(network);
    }

    /// Where an operation may be put on a line, itself taken out of it: from the first place to the last at which, by
    /// the times at hand, neither somebody it waits for on its route waits for who would stand behind it, nor who
    /// would stand before it waits for somebody behind it on its route.
    ///
    /// Runs take time: a way through the network from one to another means that the one ends by the other's start.
    pub fn window(&self, network: &Network<'_>, operation: OpId, line: u32) -> (usize, usize) {
        let sequence = &self.sequences[line as usize];
        let decided = |one: OpId| self.here[one as usize].line != NOWHERE && !network.operations[one as usize].is_fact;
        let waits = || network.waits_of(operation).iter().map(|wait| wait.before).filter(|&before| decided(before));
        let latest_start = waits().map(|before| self.here[before as usize].start).max();
        let behind = || network.behind_of(operation).iter().copied().filter(|&behind| decided(behind));
        let earliest_end = behind().map(|behind| self.here[behind as usize].end).min();
        let first =
            latest_start.map_or(0, |latest| sequence.partition_point(|&other| self.here[other as usize].end <= latest));
        let last = earliest_end.map_or(sequence.len(), |earliest| {
            sequence.partition_point(|&other| self.here[other as usize].start < earliest)
        });
        // Those of its own lot on this line itself.
        let place =
            |one: OpId| Some(self.here[one as usize]).filter(|here| here.line == line).map(|here| here.place as usize);
        let first = waits().filter_map(place).map(|place| place + 1).fold(first, usize::max);
        let last = behind().filter_map(place).fold(last, usize::min);
        (first, last.max(first))
    }

    /// What keeps an operation from starting earlier: the one before it on its line, and whom it waits for longest on
    /// its route; neither where it starts as soon as its release or materials allow.
    pub fn held_by(&self, network: &Network<'_>, operation: OpId) -> (Option<OpId>, Option<OpId>) {
        let here = self.here[operation as usize];
        let Some(front) = self.front(network, operation) else { return (None, None) };
        let set_up = self.open_time(network, here.line).set_up(front.free, front.setup);
        let before = (here.place as usize).checked_sub(1).map(|before| self.sequences[here.line as usize][before]);
        let by_line = before.filter(|_| set_up >= front.ready);
        let by_route = || {
            let arrives = |before: OpId, lag: i64| {
                let from = &self.here[before as usize];
                from.end + lag + network.transit(from.line, here.line).time
            };
            let waits = network.waits_of(operation).iter();
            let found = waits.filter(|wait| self.here[wait.before as usize].line != NOWHERE);
            found.max_by_key(|wait| arrives(wait.before, wait.lag)).filter(|wait| {
                arrives(wait.before, wait.lag) >= front.ready && !network.operations[wait.before as usize].is_fact
            })
        };
        let by_route = if front.ready >= set_up { by_route().map(|wait| wait.before) } else { None };
        (by_line, by_route)
    }
}
