//! Where every lot is now: sequences, ends, running costs, completions.

use super::ground::{Ground, LotId, MinimumRunFacts};
use super::simulate::Front;
use crate::schedule::Run;

/// "On no line."
pub(super) const NOWHERE: u32 = u32::MAX;

/// A line's lots with what the simulation found at each.
#[derive(Clone, Debug, Default)]
pub(super) struct Sequence {
    pub lots: Vec<LotId>,
    /// The front behind each lot.
    pub fronts: Vec<Front>,
    /// Cost of the lots up to and including each: runs, changeovers, lateness of orders that are one lot.
    pub costs: Vec<i64>,
    /// By how many working seconds everything from each place on may be delayed with nobody late; below 0 where
    /// somebody is.
    pub slack: Vec<i64>,
    /// By how many working seconds everything from each place on may be moved forward before a release binds; below 0
    /// where the line already waits for one.
    pub lead: Vec<i64>,
    /// With a minimum run: the run up to and including each lot, and the shortfalls of the runs finished before it.
    pub runs: Vec<(Run, i64)>,
    /// Shortfall cost of the whole line.
    pub shortfall: i64,
}

/// Decisions and their times within a ground.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(super) sequences: Vec<Sequence>,
    /// Line and place of each lot; [`NOWHERE`] for lots of orders that are left out.
    pub(super) places: Vec<(u32, u32)>,
    /// When each lot is delivered; `i64::MIN` for lots of orders that are left out.
    pub(super) deliveries: Vec<i64>,
    /// When each order is complete; `i64::MIN` for those left out.
    pub(super) completions: Vec<i64>,
    /// Total cost, orders left out at their price (or penalty).
    pub(super) cost: i64,
    /// The latest end of all lines and what lies outside.
    pub(super) last_end: i64,
}

impl State {
    /// The state of the given sequences, line by line; orders with a lot in none of them are left out. None where a
    /// lot cannot end in time.
    pub fn new(ground: &Ground, sequences: &[Vec<LotId>]) -> Option<Self> {
        let lots = ground.lots.len();
        let mut state = Self {
            sequences: vec![Sequence::default(); ground.lines.len()],
            places: vec![(NOWHERE, 0); lots],
            deliveries: vec![i64::MIN; lots],
            completions: vec![i64::MIN; ground.orders.len()],
            cost: 0,
            last_end: ground.other_end,
        };
        for (line, lots) in sequences.iter().enumerate() {
            state.sequences[line].lots.clone_from(lots);
            state.retime(ground, line, 0)?;
            state.cost += state.line_cost(line);
        }
        for (order, facts) in ground.orders.iter().enumerate() {
            let made = facts.lots.iter().all(|&lot| state.places[lot as usize].0 != NOWHERE);
            if !made {
                state.cost += facts.left_out_cost;
                continue;
            }
            let latest = facts.lots.iter().map(|&lot| state.deliveries[lot as usize]).max()?;
            state.completions[order] = latest.max(facts.delivered_elsewhere);
            if state.completions[order] > facts.deadline {
                return None;
            }
            if facts.kit {
                state.cost += facts.late_cost(state.completions[order]);
            }
        }
        state.last_end = state.latest_end(ground);
        state.cost += ground.makespan_cost(state.last_end);
        for line in 0..ground.lines.len() {
            state.measure_slack(ground, line);
        }
        Some(state)
    }

    /// Total cost in ten-thousandths, orders left out at their price or penalty.
    pub fn cost(&self) -> i64 {
        self.cost
    }

    /// The lots of a line, in order.
    pub fn sequence(&self, line: usize) -> &[LotId] {
        &self.sequences[line].lots
    }

    /// The sequences of all lines.
    pub fn sequences(&self) -> Vec<Vec<LotId>> {
        self.sequences.iter().map(|sequence| sequence.lots.clone()).collect()
    }

    /// Line and place of a lot; none where its order is left out.
    pub fn place(&self, lot: LotId) -> Option<(usize, usize)> {
        let (line, place) = self.places[lot as usize];
        (line != NOWHERE).then_some((line as usize, place as usize))
    }

    /// When an order is complete; none where it is left out.
    pub fn completion(&self, order: u32) -> Option<i64> {
        let completion = self.completions[order as usize];
        (completion != i64::MIN).then_some(completion)
    }

    /// When a line's last lot ends.
    pub fn line_end(&self, ground: &Ground, line: usize) -> i64 {
        self.sequences[line]
            .fronts
            .last()
            .map_or(ground.lines[line].available_from.min(ground.start), |front| front.time)
    }

    /// Cost of a line up to its end: everything but kits and the makespan.
    pub(super) fn line_cost(&self, line: usize) -> i64 {
        self.sequences[line].costs.last().copied().unwrap_or(0) + self.sequences[line].shortfall
    }

    /// The front before a place of a line.
    pub(super) fn front_before(&self, ground: &Ground, line: usize, place: usize) -> Front {
        match place.checked_sub(1) {
            Some(before) => self.sequences[line].fronts[before],
            None => ground.lines[line].initial(),
        }
    }

    /// Simulates a line anew from a place on; none where a lot cannot end in time.
    pub(super) fn retime(&mut self, ground: &Ground, line: usize, from: usize) -> Option<()> {
        let mut front = self.front_before(ground, line, from);
        let sequence = &mut self.sequences[line];
        let mut cost = from.checked_sub(1).map_or(0, |before| sequence.costs[before]);
        sequence.fronts.truncate(from);
        sequence.costs.truncate(from);
        for (place, &lot) in sequence.lots.iter().enumerate().skip(from) {
            let (mode, changeover) = ground.advance(line, &mut front, lot)?;
            cost += mode.cost + changeover;
            let delivery = front.time + mode.journey;
            let order = ground.order(lot);
            if !order.kit {
                cost += order.late_cost(delivery);
                self.completions[ground.lots[lot as usize].order as usize] = delivery;
            }
            self.places[lot as usize] = (line as u32, place as u32);
            self.deliveries[lot as usize] = delivery;
            sequence.fronts.push(front);
            sequence.costs.push(cost);
        }
        self.recount_runs(ground, line, from);
        Some(())
    }

    /// Measures a line's slack and lead anew, from its end to its front.
    pub(super) fn measure_slack(&mut self, ground: &Ground, line: usize) {
        let facts = &ground.lines[line];
        if !facts.rigid {
            return;
        }
        let count = self.sequences[line].lots.len();
        let (mut slack, mut lead) = (i64::MAX, i64::MAX);
        let sequence = &mut self.sequences[line];
        sequence.slack.resize(count, 0);
        sequence.lead.resize(count, 0);
        let total = facts.before[facts.windows.len()];
        for place in (0..count).rev() {
            let lot = sequence.lots[place];
            let mode = ground.mode(lot, line);
            let end = facts.worked(&sequence.fronts[place]);
            let order = ground.lots[lot as usize].order as usize;
            let late = self.completions[order] > ground.orders[order].due;
            slack = slack.min(if late { -1 } else { mode.latest.min(total) - end });
            if ground.makespan_cost_per_hour > 0 && place > 0 {
                let earlier = &sequence.fronts[place - 1];
                let setup = ground.changeover_seconds(line, earlier.class, mode.class);
                let idle = end - mode.run - setup - facts.worked(earlier);
                let ahead = if idle > 0 { -1 } else { end - mode.run - mode.earliest };
                lead = lead.min(ahead);
            }
            sequence.slack[place] = slack;
            sequence.lead[place] = lead;
        }
    }

    /// Recounts a line's runs from a place on.
    fn recount_runs(&mut self, ground: &Ground, line: usize, from: usize) {
        let Some(minimum) = &ground.lines[line].minimum_run else { return };
        let sequence = &mut self.sequences[line];
        sequence.runs.truncate(from);
        let mut counter = RunCounter::before(minimum, sequence, from);
        for &lot in &sequence.lots[from..] {
            let run = counter.add(minimum, lot, i64::from(ground.mode(lot, line).pieces));
            sequence.runs.push((run, counter.done));
        }
        sequence.shortfall = counter.finish(minimum);
    }

    /// The latest end of all lines and what lies outside.
    pub(super) fn latest_end(&self, ground: &Ground) -> i64 {
        let ends = self.sequences.iter().filter_map(|sequence| sequence.fronts.last()).map(|front| front.time);
        ends.fold(ground.other_end, i64::max)
    }
}

/// Runs of a line, counted forward.
#[derive(Clone, Copy, Debug)]
pub(super) struct RunCounter {
    /// The run that goes on.
    current: Option<Run>,
    /// Shortfalls of the runs that are over.
    pub done: i64,
}

impl RunCounter {
    /// The count before a place of a sequence.
    pub fn before(minimum: &MinimumRunFacts, sequence: &Sequence, place: usize) -> Self {
        match place.checked_sub(1) {
            Some(before) => {
                let (run, done) = sequence.runs[before];
                Self { current: Some(run), done }
            }
            None => Self { current: minimum.initial, done: 0 },
        }
    }

    /// Counts a lot and returns the run it stands in.
    pub fn add(&mut self, minimum: &MinimumRunFacts, lot: LotId, pieces: i64) -> Run {
        let lot = Run { value: minimum.values[lot as usize], pieces, charged: true };
        match &mut self.current {
            Some(run) if run.value == lot.value => {
                run.add(lot);
                *run
            }
            _ => {
                self.done = self.finish(minimum);
                *self.current.insert(lot)
            }
        }
    }

    /// All shortfalls, were the line to end here.
    pub fn finish(&self, minimum: &MinimumRunFacts) -> i64 {
        self.done + self.current.map_or(0, |run| run.shortfall_cost(&minimum.minimum).0)
    }
}

impl Ground {
    /// What ending at `last_end` costs.
    pub(super) fn makespan_cost(&self, last_end: i64) -> i64 {
        use crate::units::{HOUR, Money, Seconds};
        Money(self.makespan_cost_per_hour).pro_rata(Seconds(last_end - self.start), HOUR).0
    }
}
