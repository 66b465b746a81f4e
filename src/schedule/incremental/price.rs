//! A change as splices, its exact price, and its application.

use super::ground::{Ground, LotId};
use super::kits::KitChanges;
use super::state::{NOWHERE, RunCounter, State};
use smallvec::SmallVec;

/// A change to a plan: on each line named, the places from `from` to before `resume` give way to other lots.
///
/// Reused from price to price; [`Proposal::clear`] begins a new one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proposal {
    splices: SmallVec<[Splice; 4]>,
    /// What goes in, splice after splice.
    lots: Vec<LotId>,
    /// An order that leaves the plan, or returns to it, whole.
    leaves: Option<u32>,
    returns: Option<u32>,
    kits: KitChanges,
}

#[derive(Clone, Copy, Debug)]
struct Splice {
    line: usize,
    from: usize,
    resume: usize,
    lots: (usize, usize),
}

/// What a change would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Price {
    /// Change of the total cost in ten-thousandths.
    pub delta: i64,
    /// The latest end of all lines afterwards.
    pub last_end: i64,
    /// Change of the sum of the lines' ends: tells plans of equal makespan apart.
    pub ends: i64,
}

impl Proposal {
    /// Begins a new change.
    pub fn clear(&mut self) {
        self.splices.clear();
        self.lots.clear();
        self.leaves = None;
        self.returns = None;
    }

    /// Replaces the places `from..resume` of a line by `lots`. At most one splice a line.
    pub fn splice(&mut self, line: usize, from: usize, resume: usize, lots: impl IntoIterator<Item = LotId>) {
        debug_assert!(self.splices.iter().all(|splice| splice.line != line), "one splice a line");
        let first = self.lots.len();
        self.lots.extend(lots);
        self.splices.push(Splice { line, from, resume, lots: (first, self.lots.len()) });
    }

    /// Says that an order leaves the plan; the splices take its lots out.
    pub fn leave(&mut self, order: u32) {
        self.leaves = Some(order);
    }

    /// Says that an order returns to the plan; the splices bring its lots in.
    pub fn return_order(&mut self, order: u32) {
        self.returns = Some(order);
    }
}

impl State {
    /// The exact price of a change; none where it cannot be timed or breaks a deadline.
    ///
    /// Simulation of a line stops where an old end is met again: all behind it stays.
    pub fn price(&self, ground: &Ground, proposal: &mut Proposal) -> Option<Price> {
        let Proposal { splices, lots, leaves, returns, kits } = proposal;
        kits.begin(ground);
        let mut delta = 0;
        let mut ends = 0;
        let mut last_end = ground.other_end;
        for splice in splices.iter() {
            let (change, end) = self.price_line(ground, *splice, &lots[splice.lots.0..splice.lots.1], kits)?;
            delta += change;
            ends += end - self.line_end(ground, splice.line);
            last_end = last_end.max(end);
        }
        if let Some(order) = *leaves {
            let facts = &ground.orders[order as usize];
            delta += facts.left_out_cost;
            if facts.kit {
                delta -= facts.late_cost(self.completions[order as usize]);
            }
        }
        if let Some(order) = *returns {
            let facts = &ground.orders[order as usize];
            delta -= facts.left_out_cost;
            if facts.kit {
                kits.renew(order);
            }
        }
        for (order, completion) in kits.completions(ground, self) {
            let facts = &ground.orders[order as usize];
            if completion > facts.deadline {
                return None;
            }
            let before = self.completions[order as usize];
            delta += facts.late_cost(completion) - if before == i64::MIN { 0 } else { facts.late_cost(before) };
        }
        if ground.makespan_cost_per_hour > 0 {
            for (line, sequence) in self.sequences.iter().enumerate() {
                if let Some(front) = sequence.fronts.last()
                    && splices.iter().all(|splice| splice.line != line)
                {
                    last_end = last_end.max(front.time);
                }
            }
            delta += ground.makespan_cost(last_end) - ground.makespan_cost(self.last_end);
        }
        Some(Price { delta, last_end, ends })
    }

    /// Change of a line's cost, and its new end.
    fn price_line(
        &self,
        ground: &Ground,
        splice: Splice,
        middle: &[LotId],
        kits: &mut KitChanges,
    ) -> Option<(i64, i64)> {
        let Splice { line, from, resume, .. } = splice;
        let sequence = &self.sequences[line];
        let start = self.front_before(ground, line, from);
        let mut front = start;
        let mut cost = 0;
        for &lot in middle {
            cost += self.advance_priced(ground, line, &mut front, lot, kits)?;
        }
        // The tail: moved until an old end is met again, or until the rest is known to come to the same cost.
        let facts = &ground.lines[line];
        let mut place = resume;
        let mut new_end = None;
        let unmoved = front == self.front_before(ground, line, resume);
        while !unmoved && place < sequence.lots.len() {
            cost += self.advance_priced(ground, line, &mut front, sequence.lots[place], kits)?;
            place += 1;
            let old = &sequence.fronts[place - 1];
            if front.time == old.time {
                break;
            }
            if facts.rigid && place < sequence.lots.len() {
                let shift = facts.worked(&front) - facts.worked(old);
                new_end = self.end_if_tail_shifts(ground, line, place, shift);
                if new_end.is_some() {
                    break;
                }
            }
        }
        let cost_before = |place: usize| place.checked_sub(1).map_or(0, |before| sequence.costs[before]);
        cost -= cost_before(place) - cost_before(from);
        if ground.lines[line].minimum_run.is_some() {
            cost += self.price_runs(ground, splice, middle) - sequence.shortfall;
        }
        let remaining = from + middle.len() + sequence.lots.len() - resume;
        let tail_stays = resume < sequence.lots.len() && (unmoved || place < sequence.lots.len());
        let end = match (new_end, remaining, tail_stays) {
            (Some(end), ..) => end,
            (None, 0, _) => ground.start,
            (None, _, true) => self.line_end(ground, line),
            (None, _, false) => front.time,
        };
        Some((cost, end))
    }

    /// The line's end, were everything from `place` on moved by `shift` working seconds: none where somebody's
    /// lateness may change by it, or where a makespan is charged and a release may absorb some of it.
    ///
    /// Delays never make the rest of a line earlier, and releases only absorb them; so within the slack nobody becomes
    /// late, and where nobody is late moving forward saves nothing.
    #[inline]
    fn end_if_tail_shifts(&self, ground: &Ground, line: usize, place: usize, shift: i64) -> Option<i64> {
        let sequence = &self.sequences[line];
        if sequence.slack[place] < shift.max(0) {
            return None;
        }
        if ground.makespan_cost_per_hour == 0 {
            return Some(self.line_end(ground, line));
        }
        let lead = sequence.lead[place];
        let last = sequence.fronts.last()?;
        let facts = &ground.lines[line];
        (lead >= (-shift).max(0)).then(|| facts.instant_of(facts.worked(last) + shift))
    }

    #[inline]
    fn advance_priced(
        &self,
        ground: &Ground,
        line: usize,
        front: &mut super::simulate::Front,
        lot: LotId,
        kits: &mut KitChanges,
    ) -> Option<i64> {
        let (mode, changeover) = ground.advance(line, front, lot)?;
        let delivery = front.time + mode.journey;
        let order = ground.order(lot);
        let mut cost = mode.cost + changeover;
        if order.kit {
            kits.deliver(ground, self, lot, delivery);
        } else {
            if delivery > order.deadline {
                return None;
            }
            cost += order.late_cost(delivery);
        }
        Some(cost)
    }

    /// Shortfalls of a whole line after a splice.
    fn price_runs(&self, ground: &Ground, splice: Splice, middle: &[LotId]) -> i64 {
        let Splice { line, from, resume, .. } = splice;
        let Some(minimum) = &ground.lines[line].minimum_run else { return 0 };
        let sequence = &self.sequences[line];
        let mut counter = RunCounter::before(minimum, sequence, from);
        let pieces = |lot: LotId| i64::from(ground.mode(lot, line).pieces);
        for &lot in middle {
            counter.add(minimum, lot, pieces(lot));
        }
        for (place, &lot) in sequence.lots.iter().enumerate().skip(resume) {
            let run = counter.add(minimum, lot, pieces(lot));
            // Once the same run has come as far in both, the shortfalls behind are those of before.
            let (before, done) = sequence.runs[place];
            if run == before {
                return counter.done + sequence.shortfall - done;
            }
        }
        counter.finish(minimum)
    }

    /// Carries out a change that was just priced.
    pub fn apply(&mut self, ground: &Ground, proposal: &Proposal, price: Price) {
        let Proposal { splices, lots, leaves, returns, .. } = proposal;
        let mut orders: SmallVec<[u32; 32]> = SmallVec::new();
        let expected = self.cost + price.delta;
        for splice in splices {
            self.cost -= self.line_cost(splice.line);
            let middle = &lots[splice.lots.0..splice.lots.1];
            let old = &self.sequences[splice.line].lots;
            let tail: Vec<LotId> = old[splice.resume..].to_vec();
            let sequence = &mut self.sequences[splice.line];
            sequence.lots.truncate(splice.from);
            sequence.lots.extend_from_slice(middle);
            sequence.lots.extend_from_slice(&tail);
        }
        if let Some(order) = *leaves {
            let facts = &ground.orders[order as usize];
            self.cost += facts.left_out_cost;
            if facts.kit {
                self.cost -= facts.late_cost(self.completions[order as usize]);
            }
            self.completions[order as usize] = i64::MIN;
            for &lot in &facts.lots {
                self.places[lot as usize].0 = NOWHERE;
                self.deliveries[lot as usize] = i64::MIN;
            }
        }
        if let Some(order) = *returns {
            self.cost -= ground.orders[order as usize].left_out_cost;
        }
        for splice in splices {
            let timed = self.retime(ground, splice.line, splice.from);
            assert!(timed.is_some(), "a priced change can be timed");
            self.cost += self.line_cost(splice.line);
            let moved = &self.sequences[splice.line].lots[splice.from..];
            orders.extend(
                moved
                    .iter()
                    .map(|&lot| ground.lots[lot as usize].order)
                    .filter(|&order| ground.orders[order as usize].kit),
            );
        }
        orders.sort_unstable();
        orders.dedup();
        let mut stale: SmallVec<[usize; 8]> = splices.iter().map(|splice| splice.line).collect();
        for order in orders {
            let facts = &ground.orders[order as usize];
            let latest = facts.lots.iter().map(|&lot| self.deliveries[lot as usize]).max().unwrap_or(i64::MIN);
            let completion = latest.max(facts.delivered_elsewhere);
            let before = std::mem::replace(&mut self.completions[order as usize], completion);
            self.cost += facts.late_cost(completion) - if before == i64::MIN { 0 } else { facts.late_cost(before) };
            // A kit that becomes late, or no longer is, changes the slack wherever its lots stand.
            if (before > facts.due) != (completion > facts.due) {
                let lines = facts.lots.iter().filter_map(|&lot| self.place(lot)).map(|(line, _)| line);
                stale.extend(lines);
            }
        }
        stale.sort_unstable();
        stale.dedup();
        for line in stale {
            self.measure_slack(ground, line);
        }
        if ground.makespan_cost_per_hour > 0 {
            let last_end = self.latest_end(ground);
            self.cost += ground.makespan_cost(last_end) - ground.makespan_cost(self.last_end);
            self.last_end = last_end;
            debug_assert_eq!(last_end, price.last_end, "the priced end is the applied one");
        }
        assert_eq!(self.cost, expected, "the price of an applied change is its cost");
    }
}
