//! A change as splices, its exact price, and its application.

use super::ground::{Ground, LotId};
use super::kits::KitChanges;
use super::line::LineFacts;
use super::sequence::{Front, RunCounter, Step};
use super::state::{LEFT_OUT, NOWHERE, ON_TIME, State, delivery};
use smallvec::SmallVec;
use std::ops::Range;

/// A change to a plan: on each line named, the places from `from` to before `resume` give way to pieces: lots, and
/// ranges of the line's own old places.
///
/// Reused from price to price; [`Proposal::clear`] begins a new one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proposal {
    splices: SmallVec<[Splice; 4]>,
    pieces: SmallVec<[Piece; 16]>,
    /// The lots of the pieces.
    lots: Vec<LotId>,
    /// An order that leaves the plan, or returns to it, whole.
    leaves: Option<u32>,
    returns: Option<u32>,
    /// An item that takes on another form.
    divides: Option<Division>,
    kits: KitChanges,
}

/// A divided item, the form it had and the one it takes on.
#[derive(Clone, Copy, Debug)]
struct Division {
    divided: usize,
    from: usize,
    to: usize,
}

#[derive(Clone, Copy, Debug)]
struct Splice {
    line: usize,
    from: usize,
    resume: usize,
    /// Its range of [`Proposal::pieces`].
    pieces: (usize, usize),
}

/// What goes in.
#[derive(Clone, Copy, Debug)]
enum Piece {
    /// A range of [`Proposal::lots`].
    Lots(usize, usize),
    /// Old places of the same line, from the first to before the second.
    Own(usize, usize),
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
        self.pieces.clear();
        self.lots.clear();
        self.leaves = None;
        self.returns = None;
        self.divides = None;
    }

    /// Takes the places `from..resume` of a line out; what is added next goes in. At most one splice a line.
    pub fn splice(&mut self, line: usize, from: usize, resume: usize) -> &mut Self {
        debug_assert!(self.splices.iter().all(|splice| splice.line != line), "one splice a line");
        let first = self.pieces.len();
        self.splices.push(Splice { line, from, resume, pieces: (first, first) });
        self
    }

    /// Adds lots to the last splice.
    pub fn lots(&mut self, lots: impl IntoIterator<Item = LotId>) -> &mut Self {
        let first = self.lots.len();
        self.lots.extend(lots);
        if first < self.lots.len() {
            self.add(Piece::Lots(first, self.lots.len()));
        }
        self
    }

    /// Adds a range of the line's own old places to the last splice.
    pub fn own(&mut self, from: usize, to: usize) -> &mut Self {
        if from < to {
            self.add(Piece::Own(from, to));
        }
        self
    }

    fn add(&mut self, piece: Piece) {
        self.pieces.push(piece);
        if let Some(splice) = self.splices.last_mut() {
            splice.pieces.1 = self.pieces.len();
        }
    }

    /// Says that an order leaves the plan; the splices take its lots out.
    pub fn leave(&mut self, order: u32) {
        self.leaves = Some(order);
    }

    /// Says that an order returns to the plan; the splices bring its lots in.
    pub fn return_order(&mut self, order: u32) {
        self.returns = Some(order);
    }

    /// Says that an item takes on another form; the splices take the lots of the old one out and bring those of the new
    /// one in.
    pub fn divide(&mut self, divided: usize, from: usize, to: usize) {
        self.divides = Some(Division { divided, from, to });
    }
}

impl Proposal {
    /// The lots that may have a place before the change or after it, but not both.
    fn come_or_go<'g>(&self, ground: &'g Ground) -> impl Iterator<Item = LotId> + use<'g> {
        let orders = self.leaves.iter().chain(&self.returns).map(|&order| &ground.orders[order as usize].lots);
        let forms = self.divides.iter().flat_map(|&Division { divided, from, to }| {
            let forms = &ground.divided[divided].forms;
            [&forms[from], &forms[to]]
        });
        let lists: SmallVec<[&Vec<LotId>; 4]> = orders.chain(forms).collect();
        lists.into_iter().flatten().copied()
    }
}

/// A line's change, priced up to its tail.
#[derive(Clone, Copy, Debug)]
struct Opened {
    /// Change of cost so far.
    delta: i64,
    /// The line before the tail.
    front: Front,
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
        for splice in &proposal.splices {
            self.measure(ground, splice.line);
        }
        let Proposal { splices, pieces, lots, leaves, returns, divides, kits } = proposal;
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
        let mut last_end = ground.other_end;
        let mut ends = 0;
        // The last first: that is where lots go in and the price goes up.
        for (splice, opened) in splices.iter().zip(&opened).rev() {
            // A kit may be complete earlier, or the makespan be less: nothing is known before the end.
            let bounded = !makespan && !kits.may_gain;
            if bounded && least > most {
                return None;
            }
            let allowed = if bounded { most.saturating_sub(least - opened.least) } else { i64::MAX };
            let (delta, end) = self.price_tail(ground, *splice, opened.front, kits, allowed)?;
            least += delta - opened.least;
            if makespan {
                ends += end - self.line_end(ground, splice.line);
                last_end = last_end.max(end);
            }
        }
        let mut delta = least + kits.delta(ground, self)?;
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

    /// Simulates a line up to where the tail behind a splice begins.
    fn open(
        &self,
        ground: &Ground,
        splice: Splice,
        (pieces, lots): (&[Piece], &[LotId]),
        kits: &mut KitChanges,
    ) -> Option<Opened> {
        let Splice { line, from, resume, .. } = splice;
        let facts = &ground.lines[line];
        let sequence = &self.sequences[line];
        let mut front = sequence.front_before(facts, from);
        let mut delta = sequence.spent_before(from) - sequence.spent_before(resume);
        if facts.minimum_run.is_some() {
            delta += self.price_runs(ground, splice, (pieces, lots)) - sequence.shortfall;
        }
        for piece in pieces {
            match *piece {
                Piece::Lots(first, last) => {
                    for &lot in &lots[first..last] {
                        let step = ground.advance(line, &mut front, lot)?;
                        delta += step.cost() + self.price_lateness(ground, facts, &step, kits)?;
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
        let ready = facts.place(front.end, setup).max(next.earliest);
        let shift = facts.place(ready, next.run) - next.end;
        let least = match shift < 0 {
            true => -tail.most_saved(facts, -shift),
            false if facts.rigid => tail.least_cost(shift),
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
        let last = &sequence.steps[places.end - 1];
        let first = &sequence.steps[places.start];
        let (setup, cost) = ground.changeover(facts, front.class, first.class);
        let mut delta = cost - first.setup_cost;
        let mut end = self.price_step(ground, facts, (front.end, setup), first, kits, &mut delta)?;
        *front = Front { end: last.end, class: facts.class(last.class) };
        for place in places.start + 1..places.end {
            let shift = end - sequence.steps[place - 1].end;
            if shift == 0 {
                return Some(delta);
            }
            let tail = &sequence.tails[place];
            let same = if shift < 0 { tail.gain == 0 } else { tail.slack >= shift };
            if facts.rigid && same && tail.lead >= (-shift).max(0) {
                kits.stop(line, place..places.end, Front { end, class: front.class });
                front.end += shift;
                return Some(delta);
            }
            let step = &sequence.steps[place];
            end = self.price_step(ground, facts, (end, step.setup), step, kits, &mut delta)?;
        }
        front.end = end;
        Some(delta)
    }

    /// Change of the cost of what stands behind a splice, and the line's new end where a makespan is charged.
    fn price_tail(
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
        let makespan = ground.makespan_cost_per_hour > 0;
        let count = sequence.steps.len();
        let Some(next) = sequence.steps.get(resume) else {
            let empty = from == 0 && pieces.0 == pieces.1;
            return Some((0, if !makespan || empty { ground.start } else { facts.instant_of(front.end) }));
        };
        // The first lot behind may need another changeover; for the others only the time can change.
        let (setup, cost) = ground.changeover(facts, front.class, next.class);
        let mut delta = cost - next.setup_cost;
        let mut end = self.price_step(ground, facts, (front.end, setup), next, kits, &mut delta)?;
        for place in resume + 1..count {
            let shift = end - sequence.steps[place - 1].end;
            if shift == 0 {
                return Some((delta, sequence.end));
            }
            let (step, tail) = (&sequence.steps[place], &sequence.tails[place]);
            let same = if shift < 0 { tail.gain == 0 } else { facts.rigid && tail.slack >= shift };
            if same && (!makespan || facts.rigid && tail.lead >= (-shift).max(0)) {
                kits.stop(line, place..count, Front { end, class: front.class });
                let last = sequence.steps[count - 1].end + shift;
                return Some((delta, if makespan { facts.instant_of(last) } else { sequence.end }));
            }
            if most < i64::MAX {
                let least = match shift < 0 {
                    true => -tail.most_saved(facts, -shift),
                    false if facts.rigid => tail.least_cost(shift),
                    false => 0,
                };
                if delta.saturating_add(least) > most {
                    return None;
                }
            }
            end = self.price_step(ground, facts, (end, step.setup), step, kits, &mut delta)?;
        }
        Some((delta, if makespan { facts.instant_of(end) } else { sequence.end }))
    }

    /// Simulates a lot at its old place, the line coming to it at another time; returns its new end.
    #[inline(always)]
    fn price_step(
        &self,
        ground: &Ground,
        facts: &LineFacts,
        (from, setup): (i64, i64),
        step: &Step,
        kits: &mut KitChanges,
        delta: &mut i64,
    ) -> Option<i64> {
        let ready = facts.place(from, setup).max(step.earliest);
        let end = facts.place(ready, step.run);
        if end <= step.latest && step.end <= step.latest {
            return (end <= facts.total()).then_some(end);
        }
        if end > facts.total() {
            return None;
        }
        if step.kit {
            kits.deliver(ground, self, step.lot, delivery(ground, facts, step, end));
        } else {
            *delta += if end > step.latest { step.late_cost(facts, end)? } else { 0 } - step.late;
        }
        Some(end)
    }

    /// What a lot's lateness costs at the end of a step; kits are told. None past its deadline.
    #[inline]
    fn price_lateness(&self, ground: &Ground, facts: &LineFacts, step: &Step, kits: &mut KitChanges) -> Option<i64> {
        if step.kit {
            kits.deliver(ground, self, step.lot, delivery(ground, facts, step, step.end));
            return Some(0);
        }
        if step.end <= step.latest { Some(0) } else { step.late_cost(facts, step.end) }
    }

    /// Shortfalls of a whole line after a splice.
    fn price_runs(&self, ground: &Ground, splice: Splice, (pieces, lots): (&[Piece], &[LotId])) -> i64 {
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
    fn lots_of<'a>(&'a self, line: usize, piece: Piece, lots: &'a [LotId]) -> &'a [LotId] {
        match piece {
            Piece::Lots(first, last) => &lots[first..last],
            Piece::Own(first, last) => &self.sequences[line].lots[first..last],
        }
    }

    /// Carries out a change that was just priced.
    pub fn apply(&mut self, ground: &Ground, proposal: &Proposal, price: Price) {
        let Proposal { splices, pieces, lots, .. } = proposal;
        self.cost += price.delta;
        let mut kits: SmallVec<[u32; 32]> = SmallVec::new();
        self.take_away(ground, proposal, &mut kits);
        for splice in splices {
            let pieces = &pieces[splice.pieces.0..splice.pieces.1];
            let middle: SmallVec<[LotId; 64]> =
                pieces.iter().flat_map(|&piece| self.lots_of(splice.line, piece, lots)).copied().collect();
            replace(&mut self.sequences[splice.line].lots, splice.from, splice.resume, &middle);
            let timed = self.retime(ground, splice.line, splice.from, &mut |order| kits.push(order));
            assert!(timed.is_some(), "a priced change can be timed");
        }
        for lot in proposal.come_or_go(ground) {
            self.note_standing(lot);
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

    /// Before a change: gives the lots that stand nowhere afterwards no place, and collects the orders that come back or
    /// are divided otherwise.
    fn take_away(&mut self, ground: &Ground, proposal: &Proposal, kits: &mut SmallVec<[u32; 32]>) {
        let mut away = |lots: &[LotId]| {
            for &lot in lots {
                self.places[lot as usize].0 = NOWHERE;
                self.deliveries[lot as usize] = LEFT_OUT;
            }
        };
        if let Some(order) = proposal.leaves {
            away(&ground.orders[order as usize].lots);
            self.completions[order as usize] = LEFT_OUT;
        }
        if let Some(Division { divided, from, .. }) = proposal.divides {
            away(&ground.divided[divided].forms[from]);
            kits.push(ground.divided[divided].order);
        }
        kits.extend(proposal.returns);
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
