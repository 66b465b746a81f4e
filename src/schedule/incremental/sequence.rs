//! A line's lots in order, with what the simulation found at each, and what is known of everything behind each.

use super::ground::{Ground, LotId};
use super::lateness::Lateness;
use super::line::{ANY_CLASS, Clock, LineFacts, MinimumRunFacts};
use super::state::State;
use crate::schedule::Run;
use crate::units::DAY;

/// A line between two lots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Front {
    /// The working second after the last work.
    pub end: i64,
    /// The class the line is in.
    pub class: u32,
}

/// A lot at its place, with all the innermost loop reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub lot: LotId,
    pub class: u32,
    /// Working seconds of the changeover before it.
    pub setup: i64,
    pub run: i64,
    /// Working second before which its release lies.
    pub earliest: i64,
    /// Working second by which it must end to be on time.
    pub latest: i64,
    /// Working second at which it ends.
    pub end: i64,
    /// The instant by which it must end to be on time.
    pub due_end: i64,
    /// What its changeover costs.
    pub setup_cost: i64,
    /// What its run costs.
    pub run_cost: i64,
    /// What its lateness costs; 0 for kits, whose lateness is their order's.
    pub late: i64,
    /// What all up to it cost, itself included.
    pub spent: i64,
    /// The window in which it ends.
    pub window: u32,
    /// Whether its order is a kit.
    pub kit: bool,
    pub lateness: Lateness,
}

/// What is known of all lots from a place on, were the line to come to the place earlier or later than it does.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tail {
    /// By how many working seconds it may be later with nobody's lateness changed; below 0 where any delay costs.
    /// Holds on lines that are rigid.
    pub slack: i64,
    /// By how many working seconds it may be earlier before a release binds; below 0 where the line already waits for
    /// one. Measured where a makespan is charged, on lines that are rigid.
    pub lead: i64,
    /// No more than this is saved by being earlier.
    pub gain: i64,
    /// What each further day of delay costs at least. Holds up to the first wait for a release.
    pub drag: i64,
    /// What each day less saves at most.
    pub pull: i64,
    /// What is charged once and may go, and what the closed time saves that lots may jump back over.
    pub once: i64,
    /// How many roundings are in either.
    pub roundings: i64,
    /// From so many working seconds earlier on, a lot may fit into a window that is too short for it now, and come
    /// earlier by more than what it follows; `i64::MAX` on lines that are rigid.
    pub fits: i64,
}

impl Tail {
    /// What a delay by `shift` working seconds costs at least.
    #[inline]
    pub fn least_cost(&self, shift: i64) -> i64 {
        // Clock time passes no slower than working time; each lateness is rounded on its own.
        (self.drag.saturating_mul(shift) / DAY.0 - self.roundings).max(0)
    }

    /// What coming earlier by `shift` working seconds saves at most.
    #[inline]
    pub fn most_saved(&self, clock: &Clock, shift: i64) -> i64 {
        if shift > clock.near || shift >= self.fits {
            return self.gain;
        }
        self.gain.min((self.pull.saturating_mul(shift) / DAY.0).saturating_add(self.once + self.roundings + 1))
    }
}

#[cfg(test)]
impl Tail {
    /// Whether it claims nothing that another does not claim.
    fn holds_where(&self, now: &Self) -> bool {
        let free = self.slack <= now.slack && self.lead <= now.lead && self.fits <= now.fits;
        let most = self.gain >= now.gain && self.pull >= now.pull && self.once >= now.once;
        free && most && self.drag <= now.drag && self.roundings >= now.roundings
    }
}

/// A line's lots with what the simulation found at each.
#[derive(Clone, Debug, Default)]
pub(super) struct Sequence {
    /// The line's clock, with the overtime it opens.
    pub clock: Clock,
    pub lots: Vec<LotId>,
    pub steps: Vec<Step>,
    /// From each place on; out of date while `stale`.
    pub tails: Vec<Tail>,
    pub stale: bool,
    /// When the last lot ends; `i64::MIN` without lots.
    pub end: i64,
    /// With a minimum run: the run up to and including each lot, and the shortfalls of the runs finished before it.
    pub runs: Vec<(Run, i64)>,
    /// Shortfall cost of the whole line.
    pub shortfall: i64,
}

impl Sequence {
    /// What the lots before a place cost by themselves.
    #[inline]
    pub fn spent_before(&self, place: usize) -> i64 {
        place.checked_sub(1).map_or(0, |before| self.steps[before].spent)
    }

    /// The front before a place.
    #[inline]
    pub fn front_before(&self, line: &LineFacts, place: usize) -> Front {
        match place.checked_sub(1) {
            Some(before) => {
                let step = &self.steps[before];
                Front { end: step.end, class: line.class(step.class) }
            }
            None => Front { end: self.clock.first_second, class: line.initial_class },
        }
    }
}

impl Ground {
    /// Working time and cost of a changeover of a line.
    #[inline]
    pub fn changeover(&self, line: &LineFacts, from: u32, to: u32) -> (i64, i64) {
        let Some(table) = line.table.filter(|_| from != ANY_CLASS) else { return (0, 0) };
        let table = &self.tables[table];
        let pair = from as usize * table.classes + to as usize;
        (i64::from(table.seconds[pair]), table.costs.get(pair).copied().unwrap_or(0))
    }

    /// Runs `lot` next on a line by a clock of it; none where the line cannot run it or it cannot end in time. Lateness is left out.
    #[inline]
    pub(super) fn advance(&self, (line, clock): (usize, &Clock), front: &mut Front, lot: LotId) -> Option<Step> {
        let facts = &self.lines[line];
        let mode = self.mode(lot, line);
        if !mode.exists() {
            return None;
        }
        let (setup, cost) = self.changeover(facts, front.class, mode.class);
        let about = &self.lots[lot as usize];
        // What a mode says of instants is by the clock without overtime.
        let (mut earliest, mut latest) = (mode.earliest, mode.latest);
        if clock.has_overtime() {
            earliest += clock.added_before(about.release);
            latest += clock.added_before(mode.due_end + about.lateness.most.min(0));
        }
        let ready = clock.place(front.end, setup).max(earliest);
        let end = clock.place(ready, mode.run);
        if end > clock.total() {
            return None;
        }
        *front = Front { end, class: facts.class(mode.class) };
        Some(Step {
            lot,
            class: mode.class,
            setup,
            run: mode.run,
            earliest,
            latest,
            end,
            due_end: mode.due_end,
            setup_cost: cost,
            run_cost: mode.cost,
            late: 0,
            spent: 0,
            window: 0,
            kit: about.kit,
            lateness: about.lateness,
        })
    }
}

impl Step {
    /// Lateness cost of a lot that is all of its order, were it to end at a working second past its latest; none past
    /// its deadline.
    #[inline]
    pub fn late_cost(&self, clock: &Clock, end: i64) -> Option<i64> {
        let late = clock.instant_near(self.window, end) - self.due_end;
        (late <= self.lateness.most).then(|| self.lateness.cost(late))
    }

    /// What it costs by itself.
    #[inline]
    pub fn cost(&self) -> i64 {
        self.setup_cost + self.run_cost + self.late
    }
}

impl State {
    /// Brings what is known of a line's tails up to date.
    pub(super) fn measure(&mut self, ground: &Ground, line: usize) {
        if !std::mem::take(&mut self.sequences[line].stale) {
            return;
        }
        let mut tails = std::mem::take(&mut self.sequences[line].tails);
        let sequence = &self.sequences[line];
        let clock = &sequence.clock;
        tails.clear();
        tails.resize(sequence.steps.len(), Tail::default());
        let mut tail = Tail { slack: i64::MAX, lead: i64::MAX, fits: i64::MAX, ..Tail::default() };
        let mut start = clock.first_second;
        // Idle time before each place is needed on the way back; it is kept in `lead` on the way forth.
        for (step, tail) in sequence.steps.iter().zip(&mut tails) {
            tail.lead = step.end - step.run - step.setup - start;
            start = step.end;
        }
        for (place, step) in sequence.steps.iter().enumerate().rev() {
            let (limit, gain) = self.limit(ground, clock, step);
            tail.slack = tail.slack.min(limit.min(clock.total()) - step.end);
            tail.gain = tail.gain.saturating_add(gain);
            if step.late > 0 {
                tail.drag = tail.drag.saturating_add(step.lateness.cost_per_day);
            }
            if gain > 0 {
                // All that is charged once may go.
                tail.once = tail.once.saturating_add(step.lateness.cost_once);
                tail.once = tail.once.saturating_add(clock.jump_cost(step));
                tail.pull = tail.pull.saturating_add(step.lateness.cost_per_day);
                tail.roundings += 1;
            }
            let idle = tails[place].lead;
            if idle > 0 {
                tail.drag = 0;
                if !clock.rigid {
                    tail.fits = tail.fits.min(clock.fits_earlier_by(step, idle));
                }
            }
            let ahead = if idle > 0 { -1 } else { step.end - step.run - step.earliest };
            tail.lead = tail.lead.min(ahead);
            tails[place] = tail;
        }
        self.sequences[line].tails = tails;
    }

    /// The working second up to which a lot's end changes no lateness, and what its being earlier can save at most.
    fn limit(&self, ground: &Ground, clock: &Clock, step: &Step) -> (i64, i64) {
        if !step.kit {
            return (if step.end > step.latest { i64::MIN / 2 } else { step.latest }, step.late);
        }
        let order = ground.lots[step.lot as usize].order as usize;
        let (completion, facts) = (self.completions[order], &ground.orders[order]);
        if completion <= facts.due {
            return (step.latest, 0);
        }
        let journey = facts.due - step.due_end;
        let decides = self.deliveries[step.lot as usize] == completion;
        (clock.worked_before(completion - journey), if decides { facts.late_cost(completion) } else { 0 })
    }

    /// Recounts a line's runs from a place on.
    pub(super) fn recount_runs(&mut self, ground: &Ground, line: usize, from: usize) {
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
}

#[cfg(test)]
impl State {
    /// Whether what is known of tails, where it is not to be measured anew, promises no more than what holds now.
    pub fn tails_hold(&self, ground: &Ground) -> bool {
        let mut anew = self.clone();
        (0..self.sequences.len()).filter(|&line| !self.sequences[line].stale).all(|line| {
            anew.sequences[line].stale = true;
            anew.measure(ground, line);
            let tails = self.sequences[line].tails.iter().zip(&anew.sequences[line].tails);
            tails.into_iter().all(|(known, now)| known.holds_where(now))
        })
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
