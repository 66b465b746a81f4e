//! Where every lot is now: sequences, ends, lateness, completions.

use super::ground::{Divided, Ground, LotId, OrderFacts, UNDIVIDED};
use super::lateness::NEVER;
use super::line::Clock;
use super::sequence::{Sequence, Step};

/// "On no line."
pub(super) const NOWHERE: u32 = u32::MAX;
/// The delivery of a lot, or the completion of an order, that is left out.
pub(super) const LEFT_OUT: i64 = i64::MIN;
/// A delivery or completion that is not late: when exactly changes nothing.
pub(super) const ON_TIME: i64 = i64::MIN + 1;

/// Decisions within a ground, line by line: the lots in order, and the overtime opened (sorted positions).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arrangement {
    pub sequences: Vec<Vec<LotId>>,
    pub opened: Vec<Vec<u32>>,
}

/// Decisions and their times within a ground.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(super) sequences: Vec<Sequence>,
    /// Line and place of each lot; [`NOWHERE`] for lots of orders that are left out, and of forms not in use.
    pub(super) places: Vec<(u32, u32)>,
    /// The lots that have a place, in no order, and where in this list each is.
    standing: Vec<LotId>,
    rank: Vec<u32>,
    /// When each lot of a kit is delivered, where that is late; [`ON_TIME`] or [`LEFT_OUT`] else.
    pub(super) deliveries: Vec<i64>,
    /// When each kit is complete, where that is late; [`ON_TIME`] or [`LEFT_OUT`] else. Of other orders, whether they
    /// are left out.
    pub(super) completions: Vec<i64>,
    /// Total cost, orders left out at their price (or penalty).
    pub(super) cost: i64,
    /// The latest end of all lines and what lies outside.
    pub(super) last_end: i64,
    /// How far lines end after it is counted by [`Price::over`](super::Price); an end no line has, until it is set.
    pub(super) target: i64,
}

impl State {
    /// The state of the given decisions; orders not all of which stands in the sequences are left out. None where a lot
    /// cannot end in time.
    pub fn new(ground: &Ground, decided: &Arrangement) -> Option<Self> {
        let lots = ground.lots.len();
        let mut state = Self {
            sequences: vec![Sequence { end: i64::MIN, stale: true, ..Sequence::default() }; ground.lines.len()],
            places: vec![(NOWHERE, 0); lots],
            standing: Vec::with_capacity(lots),
            rank: vec![NOWHERE; lots],
            deliveries: vec![LEFT_OUT; lots],
            completions: vec![LEFT_OUT; ground.orders.len()],
            cost: 0,
            last_end: ground.other_end,
            target: NEVER,
        };
        for (line, (lots, opened)) in decided.sequences.iter().zip(&decided.opened).enumerate() {
            state.sequences[line].lots.clone_from(lots);
            state.sequences[line].clock = ground.lines[line].clock(opened);
            state.retime(ground, line, 0, &mut |_| {})?;
            state.cost += state.line_cost(line);
        }
        for (order, facts) in ground.orders.iter().enumerate() {
            if !state.is_whole(ground, facts) {
                state.cost += facts.left_out_cost;
                continue;
            }
            state.completions[order] = state.completion_of(ground, order as u32);
            if facts.too_late(state.completions[order]) {
                return None;
            }
            if facts.kit {
                state.cost += facts.late_cost(state.completions[order]);
            }
        }
        state.last_end = state.latest_end(ground);
        state.cost += ground.makespan_cost(state.last_end);
        for line in 0..ground.lines.len() {
            state.measure(ground, line);
        }
        (0..lots as LotId).for_each(|lot| state.note_standing(lot));
        Some(state)
    }

    /// Total cost in ten-thousandths, orders left out at their price or penalty.
    pub fn cost(&self) -> i64 {
        self.cost
    }

    /// The latest end of all lines and what lies outside.
    pub fn last_end(&self) -> i64 {
        self.last_end
    }

    /// Lets prices count how far lines end after an instant.
    pub fn aim_at(&mut self, target: i64) {
        self.target = target;
    }

    /// The lots of a line, in order.
    pub fn sequence(&self, line: usize) -> &[LotId] {
        &self.sequences[line].lots
    }

    /// All that is decided.
    pub fn arrangement(&self) -> Arrangement {
        Arrangement {
            sequences: self.sequences.iter().map(|sequence| sequence.lots.clone()).collect(),
            opened: self.sequences.iter().map(|sequence| sequence.clock.opened.clone()).collect(),
        }
    }

    /// The overtime a line opens: sorted positions.
    pub fn opened(&self, line: usize) -> &[u32] {
        &self.sequences[line].clock.opened
    }

    /// When the lot at a place of a line ends.
    pub fn end_at(&self, line: usize, place: usize) -> i64 {
        let sequence = &self.sequences[line];
        sequence.clock.instant_near(sequence.steps[place].window, sequence.steps[place].end)
    }

    /// The first place of a line that is not over at an instant.
    pub fn first_behind(&self, line: usize, instant: i64) -> usize {
        let sequence = &self.sequences[line];
        let worked = sequence.clock.worked_before(instant);
        sequence.steps.partition_point(|step| step.end <= worked)
    }

    /// Whether every item of an order stands in the sequences, in one of its forms.
    fn is_whole(&self, ground: &Ground, order: &OrderFacts) -> bool {
        let stands = |&lot: &LotId| self.places[lot as usize].0 != NOWHERE;
        let mut plain = order.lots.iter().filter(|&&lot| ground.lots[lot as usize].divided == UNDIVIDED);
        let whole = |lots: &Vec<LotId>| lots.iter().all(stands);
        plain.all(stands)
            && order.divided.iter().map(|&divided| &ground.divided[divided as usize]).all(|divided| {
                let forms = || divided.forms.iter();
                debug_assert!(forms().filter(|lots| lots.iter().any(stands)).count() <= 1, "in one form only");
                forms().any(whole)
            })
    }

    /// Brings the list of standing lots up to date with a lot's place.
    pub(super) fn note_standing(&mut self, lot: LotId) {
        let (stands, rank) = (self.places[lot as usize].0 != NOWHERE, self.rank[lot as usize]);
        if stands && rank == NOWHERE {
            self.rank[lot as usize] = self.standing.len() as u32;
            self.standing.push(lot);
        } else if !stands && rank != NOWHERE {
            self.standing.swap_remove(rank as usize);
            if let Some(&moved) = self.standing.get(rank as usize) {
                self.rank[moved as usize] = rank;
            }
            self.rank[lot as usize] = NOWHERE;
        }
    }

    /// The lots that have a place, in no order.
    pub fn standing(&self) -> &[LotId] {
        &self.standing
    }

    /// The form an item stands in; none where its order is left out.
    pub fn form(&self, divided: &Divided) -> Option<usize> {
        divided.forms.iter().position(|lots| self.places[lots[0] as usize].0 != NOWHERE)
    }

    /// Line and place of a lot; none where its order is left out, or its item stands in another form.
    pub fn place(&self, lot: LotId) -> Option<(usize, usize)> {
        let (line, place) = self.places[lot as usize];
        (line != NOWHERE).then_some((line as usize, place as usize))
    }

    /// Whether an order is in the plan.
    pub fn is_made(&self, order: u32) -> bool {
        self.completions[order as usize] != LEFT_OUT
    }

    /// When a line's last lot ends.
    pub fn line_end(&self, ground: &Ground, line: usize) -> i64 {
        let end = self.sequences[line].end;
        if end == i64::MIN { ground.lines[line].available_from.min(ground.start) } else { end }
    }

    /// Cost of a line: everything but kits and the makespan.
    pub fn line_cost(&self, line: usize) -> i64 {
        let sequence = &self.sequences[line];
        sequence.spent_before(sequence.steps.len()) + sequence.shortfall + sequence.clock.cost
    }

    /// Completion of an order from the deliveries of its lots.
    pub(super) fn completion_of(&self, ground: &Ground, order: u32) -> i64 {
        let facts = &ground.orders[order as usize];
        if !facts.kit {
            return ON_TIME;
        }
        let latest = facts.lots.iter().map(|&lot| self.deliveries[lot as usize]).fold(ON_TIME, i64::max);
        if facts.delivered_elsewhere > facts.due { latest.max(facts.delivered_elsewhere) } else { latest }
    }

    /// Simulates a line anew from a place on; `moved` hears of the orders of kits whose deliveries changed. None where
    /// a lot cannot end in time.
    pub(super) fn retime(
        &mut self,
        ground: &Ground,
        line: usize,
        from: usize,
        moved: &mut dyn FnMut(u32),
    ) -> Option<()> {
        let facts = &ground.lines[line];
        let sequence = &mut self.sequences[line];
        let mut front = sequence.front_before(facts, from);
        let mut spent = sequence.spent_before(from);
        sequence.steps.truncate(from);
        let clock = &sequence.clock;
        for (place, &lot) in sequence.lots.iter().enumerate().skip(from) {
            let mut step = ground.advance((line, clock), &mut front, lot)?;
            self.places[lot as usize] = (line as u32, place as u32);
            step.window = clock.window_of(step.end);
            if step.kit {
                let delivery = delivery(ground, clock, &step, step.end);
                if std::mem::replace(&mut self.deliveries[lot as usize], delivery) != delivery {
                    moved(ground.lots[lot as usize].order);
                }
            } else if step.end > step.latest {
                step.late = step.late_cost(clock, step.end)?;
            }
            spent += step.cost();
            step.spent = spent;
            sequence.steps.push(step);
        }
        sequence.end = sequence.steps.last().map_or(i64::MIN, |step| clock.instant_of(step.end));
        sequence.stale = true;
        self.recount_runs(ground, line, from);
        Some(())
    }

    /// The latest end of all lines and what lies outside.
    pub(super) fn latest_end(&self, ground: &Ground) -> i64 {
        self.sequences.iter().map(|sequence| sequence.end).fold(ground.other_end, i64::max)
    }
}

/// When a step's lot is delivered, were it to end at a working second, where that is late.
#[inline]
pub(super) fn delivery(ground: &Ground, clock: &Clock, step: &Step, end: i64) -> i64 {
    if end <= step.latest {
        return ON_TIME;
    }
    let order = &ground.orders[ground.lots[step.lot as usize].order as usize];
    clock.instant_near(step.window, end) + order.due - step.due_end
}

impl Ground {
    /// What ending at `last_end` costs.
    pub(super) fn makespan_cost(&self, last_end: i64) -> i64 {
        use crate::units::{HOUR, Money, Seconds};
        Money(self.makespan_cost_per_hour).pro_rata(Seconds(last_end - self.start), HOUR).0
    }
}
