//! A change as splices, its exact price, and its application.

use super::ground::{Ground, LotId};
use super::kits::KitChanges;
use super::sequence::{Front, RunCounter, Step};
use super::state::{LEFT_OUT, NOWHERE, State, delivery};
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

/// A line's part of a price.
#[derive(Clone, Copy, Debug)]
struct LinePrice {
    delta: i64,
    /// When its last lot ends; where a makespan is charged.
    end: i64,
}

impl State {
    /// The exact price of a change; none where it cannot be timed, breaks a deadline, or costs more than `most`.
    ///
    /// Simulation of a line stops where an old end is met again, where all behind it is known to come to the same
    /// cost, or where the price is known to pass `most`.
    pub fn price(&mut self, ground: &Ground, proposal: &mut Proposal, most: i64) -> Option<Price> {
        for splice in &proposal.splices {
            self.measure(ground, splice.line);
        }
        let Proposal { splices, lots, leaves, returns, kits } = proposal;
        kits.begin(ground);
        let makespan = ground.makespan_cost_per_hour > 0;
        let (mut delta, mut ends) = (0, 0);
        let mut last_end = ground.other_end;
        if let Some(order) = *leaves {
            let facts = &ground.orders[order as usize];
            delta += facts.left_out_cost;
            if facts.kit {
                delta -= facts.late_cost(self.completions[order as usize]);
            }
        }
        if let Some(order) = *returns {
            delta -= ground.orders[order as usize].left_out_cost;
        }
        for (index, splice) in splices.iter().enumerate() {
            // What lines behind may save is not known; what earlier ones did is in `delta`.
            let bounded = index + 1 == splices.len() && !makespan && most < i64::MAX / 2;
            let most = if bounded { most.saturating_sub(delta) } else { i64::MAX };
            let middle = &lots[splice.lots.0..splice.lots.1];
            let line = self.price_line(ground, *splice, middle, kits, most)?;
            delta += line.delta;
            if makespan {
                ends += line.end - self.line_end(ground, splice.line);
                last_end = last_end.max(line.end);
            }
        }
        delta += kits.delta(ground, self)?;
        if makespan {
            for (line, sequence) in self.sequences.iter().enumerate() {
                if splices.iter().all(|splice| splice.line != line) {
                    last_end = last_end.max(sequence.end);
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
        most: i64,
    ) -> Option<LinePrice> {
        let Splice { line, from, resume, .. } = splice;
        let facts = &ground.lines[line];
        let sequence = &self.sequences[line];
        let mut front = sequence.front_before(facts, from);
        let mut delta = -sequence.steps[from..resume].iter().map(|step| step.cost + step.late).sum::<i64>();
        if facts.minimum_run.is_some() {
            delta += self.price_runs(ground, splice, middle) - sequence.shortfall;
        }
        for &lot in middle {
            let step = ground.advance(line, &mut front, lot)?;
            delta += step.cost + self.price_lateness(ground, line, &step, kits)?;
        }
        let makespan = ground.makespan_cost_per_hour > 0;
        let Some(next) = sequence.steps.get(resume) else {
            let kept = from + middle.len();
            let end = if !makespan || kept == 0 { ground.start } else { facts.instant_of(front.end) };
            return Some(LinePrice { delta, end });
        };
        let unmoved = LinePrice { delta: 0, end: sequence.end };
        // The first lot behind may need another changeover; for the others only the time can change.
        let (setup, cost) = ground.changeover(facts, front.class, next.class);
        let before = ground.changeover(facts, sequence.front_before(facts, resume).class, next.class);
        delta += cost - before.1;
        let mut end = self.price_step(ground, line, (front.end, setup), next, kits, &mut delta)?;
        let mut place = resume + 1;
        loop {
            let shift = end - sequence.steps[place - 1].end;
            if shift == 0 {
                return Some(LinePrice { delta, ..unmoved });
            }
            let Some(step) = sequence.steps.get(place) else { break };
            let tail = &sequence.tails[place];
            let same = if shift < 0 { tail.gain == 0 } else { facts.rigid && tail.slack >= shift };
            if same && (!makespan || facts.rigid && tail.lead >= (-shift).max(0)) {
                kits.stop(line, place, Front { end, class: front.class });
                let last = &sequence.steps[sequence.steps.len() - 1];
                let end = if makespan { facts.instant_of(last.end + shift) } else { sequence.end };
                return Some(LinePrice { delta, end });
            }
            let least = match shift < 0 {
                true => -tail.gain,
                false if facts.rigid => tail.least_cost(shift),
                false => 0,
            };
            if delta.saturating_add(least) > most && !kits.may_gain {
                return None;
            }
            end = self.price_step(ground, line, (end, step.setup), step, kits, &mut delta)?;
            place += 1;
        }
        Some(LinePrice { delta, end: if makespan { facts.instant_of(end) } else { sequence.end } })
    }

    /// Simulates a lot at its old place, the line coming to it at another time; returns its new end.
    #[inline]
    fn price_step(
        &self,
        ground: &Ground,
        line: usize,
        (from, setup): (i64, i64),
        step: &Step,
        kits: &mut KitChanges,
        delta: &mut i64,
    ) -> Option<i64> {
        let facts = &ground.lines[line];
        let ready = facts.place(from, setup).max(step.earliest);
        let end = facts.place(ready, step.run);
        if end > step.latest || step.end > step.latest {
            if end > facts.total() {
                return None;
            }
            *delta += self.price_lateness(ground, line, &Step { end, ..*step }, kits)? - step.late;
        } else if end > facts.total() {
            return None;
        }
        Some(end)
    }

    /// What a lot's lateness costs at the end of a step; kits are told. None past its deadline.
    #[inline]
    fn price_lateness(&self, ground: &Ground, line: usize, step: &Step, kits: &mut KitChanges) -> Option<i64> {
        if ground.lots[step.lot as usize].kit {
            kits.deliver(ground, self, step.lot, delivery(ground, line, step));
            return Some(0);
        }
        if step.end <= step.latest {
            return Some(0);
        }
        ground.late_cost(&ground.lines[line], step.lot, step.end, step.due_end)
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
        self.cost += price.delta;
        if let Some(order) = *leaves {
            self.completions[order as usize] = LEFT_OUT;
            for &lot in &ground.orders[order as usize].lots {
                self.places[lot as usize].0 = NOWHERE;
                self.deliveries[lot as usize] = LEFT_OUT;
            }
        }
        let mut kits: SmallVec<[u32; 32]> = SmallVec::new();
        kits.extend(*returns);
        for splice in splices {
            let middle = &lots[splice.lots.0..splice.lots.1];
            let sequence = &mut self.sequences[splice.line].lots;
            replace(sequence, splice.from, splice.resume, middle);
            let timed = self.retime(ground, splice.line, splice.from, &mut |order| kits.push(order));
            assert!(timed.is_some(), "a priced change can be timed");
        }
        kits.sort_unstable();
        kits.dedup();
        for order in kits {
            let completion = self.completion_of(ground, order);
            let before = std::mem::replace(&mut self.completions[order as usize], completion);
            let facts = &ground.orders[order as usize];
            // Late before or after: what its lots may be delayed by changes wherever they stand.
            if before > facts.due || completion > facts.due {
                for &lot in &facts.lots {
                    if let Some(sequence) = self.sequences.get_mut(self.places[lot as usize].0 as usize) {
                        sequence.stale = true;
                    }
                }
            }
        }
        self.last_end = self.latest_end(ground);
        #[cfg(debug_assertions)]
        self.assert_as_new(ground, price);
    }

    /// The reference for every applied change: the same sequences, simulated from scratch.
    #[cfg(debug_assertions)]
    fn assert_as_new(&self, ground: &Ground, price: Price) {
        let new = Self::new(ground, &self.sequences());
        assert_eq!(new.map(|new| new.cost), Some(self.cost), "the price of an applied change is its cost");
        let makespan = ground.makespan_cost_per_hour > 0;
        assert!(!makespan || self.last_end == price.last_end, "the priced end is the applied one");
    }
}

/// Replaces the places `from..resume` by `middle`.
fn replace(lots: &mut Vec<LotId>, from: usize, resume: usize, middle: &[LotId]) {
    let kept = middle.len().min(resume - from);
    lots[from..from + kept].copy_from_slice(&middle[..kept]);
    if resume - from > kept {
        lots.drain(from + kept..resume);
    } else {
        lots.splice(from + kept..from + kept, middle[kept..].iter().copied());
    }
}
