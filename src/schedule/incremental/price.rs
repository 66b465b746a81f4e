//! The exact price of a change.

use super::ground::{Ground, LotId};
use super::kits::KitChanges;
use super::line::Clock;
use super::proposal::{Division, Piece, Proposal, Splice};
use super::sequence::{Front, RunCounter, Step};
use super::state::{ON_TIME, State, delivery};
use smallvec::SmallVec;
use std::ops::Range;

/// What a change would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Price {
    /// Change of the total cost in ten-thousandths.
    pub delta: i64,
    /// The latest end of all lines afterwards.
    pub last_end: i64,
    /// The part of it that is the makespan's.
    pub makespan: i64,
    /// Change of the sum of the lines' ends, where a makespan is charged: tells plans of equal makespan apart.
    pub ends: i64,
    /// Change of the seconds by which lines end after the state's target, summed.
    pub over: i64,
}

impl Price {
    /// Nothing changes.
    pub(super) fn none(ground: &Ground) -> Self {
        Self { delta: 0, last_end: ground.other_end, makespan: 0, ends: 0, over: 0 }
    }

    /// Counts the new end of a line that is changed.
    pub(super) fn end_line(&mut self, ground: &Ground, state: &State, line: usize, end: i64) {
        let before = state.line_end(ground, line);
        self.ends += end - before;
        self.over += (end - state.target).max(0) - (before - state.target).max(0);
        self.last_end = self.last_end.max(end);
    }
}

/// A line's change, priced up to its tail.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opened {
    /// Change of cost so far.
    pub delta: i64,
    /// The line before the tail.
    pub front: Front,
    /// No change of the tail costs less than this.
    least: i64,
}

impl State {
    /// The exact price of a change; none where it cannot be timed, breaks a deadline, or costs more than `most`.
    ///
    /// First all lines are simulated up to where their tails begin, and what the tails may save is bounded; then the
    /// tails. Simulation of a tail stops where an old end is met again, where all behind it is known to come to the
    /// same cost, or where the price is known to pass `most`.
    pub fn price(&mut self, ground: &Ground, proposal: &mut Proposal, most: i64) -> Option<Price> {
        if proposal.overtime.is_some() {
            return self.price_overtime(ground, proposal, most);
        }
        for splice in &proposal.splices {
            self.measure(ground, splice.line);
        }
        let Proposal { splices, pieces, lots, leaves, returns, divides, kits, .. } = proposal;
        kits.begin(ground);
        // Below: the price so far, with what is not priced yet at its least.
        let mut least = 0;
        if let Some(order) = *leaves {
            let facts = &ground.orders[order as usize];
            least += facts.left_out_cost;
            if facts.kit {
                least -= facts.late_cost(self.completions[order as usize]);
            }
        }
        if let Some(order) = *returns {
            least -= ground.orders[order as usize].left_out_cost;
            kits.come_back(ground, order);
        }
        if let Some(Division { divided, from, .. }) = *divides {
            ground.divided[divided].forms[from].iter().for_each(|&lot| kits.deliver(ground, self, lot, ON_TIME));
        }
        let mut opened: SmallVec<[Opened; 4]> = SmallVec::new();
        for splice in splices.iter() {
            let line = self.open(ground, *splice, (&pieces[splice.pieces.0..splice.pieces.1], lots), kits)?;
            least = least.saturating_add(line.delta).saturating_add(line.least);
            opened.push(line);
        }
        let makespan = ground.makespan_cost_per_hour > 0;
        let mut price = Price::none(ground);
        // The last first: that is where lots go in and the price goes up.
        for (splice, opened) in splices.iter().zip(&opened).rev() {
            // The makespan may be less: nothing is known before the end.
            if !makespan && least.saturating_sub(kits.gain) > most {
                return None;
            }
            let allowed = if makespan { i64::MAX } else { most.saturating_sub(least - opened.least) };
            let (delta, end) = self.price_tail(ground, *splice, opened.front, kits, allowed)?;
            least += delta - opened.least;
            if makespan {
                price.end_line(ground, self, splice.line, end);
            }
        }
        price.delta = least + kits.delta(ground, self)?;
        Some(self.with_makespan(ground, price, |line| splices.iter().any(|splice| splice.line == line)))
    }

    /// A price to which the makespan is added; its last end is that of the changed lines.
    pub(super) fn with_makespan(&self, ground: &Ground, mut price: Price, changed: impl Fn(usize) -> bool) -> Price {
        if ground.makespan_cost_per_hour > 0 {
            for (_, sequence) in self.sequences.iter().enumerate().filter(|&(line, _)| !changed(line)) {
                price.last_end = price.last_end.max(sequence.end);
            }
            price.makespan = ground.makespan_cost(price.last_end) - ground.makespan_cost(self.last_end);
            price.delta += price.makespan;
        }
        price
    }

    /// Simulates a line up to where the tail behind a splice begins.
    #[inline(always)]
    pub(super) fn open(
        &self,
        ground: &Ground,
        splice: Splice,
        (pieces, lots): (&[Piece], &[LotId]),
        kits: &mut KitChanges,
    ) -> Option<Opened> {
        let Splice { line, from, resume, .. } = splice;
        let facts = &ground.lines[line];
        let sequence = &self.sequences[line];
        let clock = &sequence.clock;
        let mut front = sequence.front_before(facts, from);
        let mut delta = sequence.spent_before(from) - sequence.spent_before(resume);
        if facts.minimum_run.is_some() {
            delta += self.price_runs(ground, splice, (pieces, lots)) - sequence.shortfall;
        }
        for piece in pieces {
            match *piece {
                Piece::Lots(first, last) => {
                    for &lot in &lots[first..last] {
                        let step = ground.advance((line, clock), &mut front, lot)?;
                        delta += step.cost() + self.price_lateness(ground, clock, &step, kits)?;
                    }
                }
                Piece::Own(first, last) => {
                    delta += sequence.spent_before(last) - sequence.spent_before(first);
                    delta += self.price_own(ground, line, &mut front, first..last, kits)?;
                }
            }
        }
        let Some(tail) = sequence.tails.get(resume) else { return Some(Opened { delta, front, least: 0 }) };
        let next = &sequence.steps[resume];
        let (setup, cost) = ground.changeover(facts, front.class, next.class);
        let ready = clock.place(front.end, setup).max(next.earliest);
        let shift = clock.place(ready, next.run) - next.end;
        let least = match shift < 0 {
            true => -tail.most_saved(clock, -shift),
            false if clock.rigid => tail.least_cost(shift),
            false => 0,
        };
        Some(Opened { delta, front, least: least + cost - next.setup_cost })
    }

    /// Simulates old places of a line at another time, from one to before another; returns the change of their cost.
    fn price_own(
        &self,
        ground: &Ground,
        line: usize,
        front: &mut Front,
        places: Range<usize>,
        kits: &mut KitChanges,
    ) -> Option<i64> {
        let facts = &ground.lines[line];
        let sequence = &self.sequences[line];
        let clock = &sequence.clock;
        let last = &sequence.steps[places.end - 1];
        let first = &sequence.steps[places.start];
        let (setup, cost) = ground.changeover(facts, front.class, first.class);
        let mut delta = cost - first.setup_cost;
        let mut end = self.price_step(ground, clock, (front.end, setup), first, kits, &mut delta)?;
        *front = Front { end: last.end, class: facts.class(last.class) };
        for place in places.start + 1..places.end {
            let shift = end - sequence.steps[place - 1].end;
            if shift == 0 {
                return Some(delta);
            }
            let tail = &sequence.tails[place];
            let same = if shift < 0 { tail.gain == 0 } else { tail.slack >= shift };
            if clock.rigid && same && tail.lead >= (-shift).max(0) {
                kits.stop(line, place..places.end, Front { end, class: front.class });
                front.end += shift;
                return Some(delta);
            }
            let step = &sequence.steps[place];
            end = self.price_step(ground, clock, (end, step.setup), step, kits, &mut delta)?;
        }
        front.end = end;
        Some(delta)
    }

    /// Change of the cost of what stands behind a splice, and the line's new end where a makespan is charged.
    #[inline(always)]
    pub(super) fn price_tail(
        &self,
        ground: &Ground,
        splice: Splice,
        front: Front,
        kits: &mut KitChanges,
        most: i64,
    ) -> Option<(i64, i64)> {
        let Splice { line, from, resume, pieces } = splice;
        let facts = &ground.lines[line];
        let sequence = &self.sequences[line];
        let clock = &sequence.clock;
        let makespan = ground.makespan_cost_per_hour > 0;
        let count = sequence.steps.len();
        let Some(next) = sequence.steps.get(resume) else {
            let empty = from == 0 && pieces.0 == pieces.1;
            return Some((0, if !makespan || empty { ground.start } else { clock.instant_of(front.end) }));
        };
        // The first lot behind may need another changeover; for the others only the time can change.
        let (setup, cost) = ground.changeover(facts, front.class, next.class);
        let mut delta = cost - next.setup_cost;
        let mut end = self.price_step(ground, clock, (front.end, setup), next, kits, &mut delta)?;
        for place in resume + 1..count {
            let shift = end - sequence.steps[place - 1].end;
            if shift == 0 {
                return Some((delta, sequence.end));
            }
            let (step, tail) = (&sequence.steps[place], &sequence.tails[place]);
            let same = if shift < 0 { tail.gain == 0 } else { clock.rigid && tail.slack >= shift };
            if same && (!makespan || clock.rigid && tail.lead >= (-shift).max(0)) {
                kits.stop(line, place..count, Front { end, class: front.class });
                let last = sequence.steps[count - 1].end + shift;
                return Some((delta, if makespan { clock.instant_of(last) } else { sequence.end }));
            }
            if most < i64::MAX {
                let least = match shift < 0 {
                    true => -tail.most_saved(clock, -shift),
                    false if clock.rigid => tail.least_cost(shift),
                    false => 0,
                };
                // What kits save that this very tail delivers earlier is in none of these yet.
                if delta.saturating_add(least).saturating_sub(kits.gain) > most {
                    return None;
                }
            }
            end = self.price_step(ground, clock, (end, step.setup), step, kits, &mut delta)?;
        }
        Some((delta, if makespan { clock.instant_of(end) } else { sequence.end }))
    }

    /// Simulates a lot at its old place, the line coming to it at another time; returns its new end.
    #[inline(always)]
    fn price_step(
        &self,
        ground: &Ground,
        clock: &Clock,
        (from, setup): (i64, i64),
        step: &Step,
        kits: &mut KitChanges,
        delta: &mut i64,
    ) -> Option<i64> {
        let ready = clock.place(from, setup).max(step.earliest);
        let end = clock.place(ready, step.run);
        if end <= step.latest && step.end <= step.latest {
            return (end <= clock.total()).then_some(end);
        }
        if end > clock.total() {
            return None;
        }
        if step.kit {
            kits.deliver(ground, self, step.lot, delivery(ground, clock, step, end));
        } else {
            *delta += if end > step.latest { step.late_cost(clock, end)? } else { 0 } - step.late;
        }
        Some(end)
    }

    /// What a lot's lateness costs at the end of a step; kits are told. None past its deadline.
    #[inline]
    pub(super) fn price_lateness(
        &self,
        ground: &Ground,
        clock: &Clock,
        step: &Step,
        kits: &mut KitChanges,
    ) -> Option<i64> {
        if step.kit {
            kits.deliver(ground, self, step.lot, delivery(ground, clock, step, step.end));
            return Some(0);
        }
        if step.end <= step.latest { Some(0) } else { step.late_cost(clock, step.end) }
    }

    /// Shortfalls of a whole line after a splice.
    pub(super) fn price_runs(&self, ground: &Ground, splice: Splice, (pieces, lots): (&[Piece], &[LotId])) -> i64 {
        let Splice { line, from, resume, .. } = splice;
        let Some(minimum) = &ground.lines[line].minimum_run else { return 0 };
        let sequence = &self.sequences[line];
        let mut counter = RunCounter::before(minimum, sequence, from);
        let made = |lot: LotId| i64::from(ground.mode(lot, line).pieces);
        for piece in pieces {
            for &lot in self.lots_of(line, *piece, lots) {
                counter.add(minimum, lot, made(lot));
            }
        }
        for (place, &lot) in sequence.lots.iter().enumerate().skip(resume) {
            let run = counter.add(minimum, lot, made(lot));
            // Once the same run has come as far in both, the shortfalls behind are those of before.
            let (before, done) = sequence.runs[place];
            if run == before {
                return counter.done + sequence.shortfall - done;
            }
        }
        counter.finish(minimum)
    }

    /// The lots of a piece of a line's splice.
    pub(super) fn lots_of<'a>(&'a self, line: usize, piece: Piece, lots: &'a [LotId]) -> &'a [LotId] {
        match piece {
            Piece::Lots(first, last) => &lots[first..last],
            Piece::Own(first, last) => &self.sequences[line].lots[first..last],
        }
    }
}
