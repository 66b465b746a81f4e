//! The price of opening or closing overtime: the line goes by another clock.
//!
//! What ends before the first window concerned stays as it is. Everything behind stands elsewhere on the working clock,
//! so nothing known of tails helps, and the rest of the line is simulated from there.

use super::ground::Ground;
use super::kits::KitChanges;
use super::line::Clock;
use super::price::Price;
use super::proposal::{Piece, Proposal, Splice, Toggle};
use super::sequence::Front;
use super::state::State;
use crate::schedule::incremental::LotId;

impl State {
    /// The exact price of a change in which a line opens or closes overtime; none where it cannot be timed, breaks a
    /// deadline, or is seen to cost more than `most`.
    #[inline(never)]
    pub(super) fn price_overtime(&mut self, ground: &Ground, proposal: &mut Proposal, most: i64) -> Option<Price> {
        let Proposal { splices, pieces, lots, kits, overtime, leaves, returns, divides } = proposal;
        debug_assert!(leaves.is_none() && returns.is_none() && divides.is_none(), "overtime alone");
        let toggle = overtime.as_mut()?;
        let facts = &ground.lines[toggle.line];
        let from = toggle.windows.iter().map(|&window| facts.overtime[window as usize].from).min()?;
        let place = self.first_behind(toggle.line, from);
        self.measure(ground, toggle.line);
        let opened = self.toggled(toggle);
        if splices.is_empty() && ground.makespan_cost_per_hour == 0 {
            // No more is saved than what all behind may save by being earlier.
            let gain = self.sequences[toggle.line].tails.get(place).map_or(0, |tail| tail.gain);
            let cost: i64 = opened.iter().map(|&window| facts.overtime[window as usize].cost).sum();
            if (cost - self.sequences[toggle.line].clock.cost).saturating_sub(gain) > most {
                return None;
            }
        }
        toggle.clock = facts.clock(&opened);
        kits.begin(ground);
        let mut price = Price::none(ground);
        let mut add = |state: &State, line: usize, (delta, end): (i64, i64)| {
            price.delta += delta;
            price.end_line(ground, state, line, end);
        };
        for splice in splices.iter().filter(|splice| splice.line != toggle.line) {
            self.measure(ground, splice.line);
            let line = self.open(ground, *splice, (&pieces[splice.pieces.0..splice.pieces.1], lots), kits)?;
            let (delta, end) = self.price_tail(ground, *splice, line.front, kits, i64::MAX)?;
            add(self, splice.line, (line.delta + delta, end));
        }
        let splice = splices.iter().find(|splice| splice.line == toggle.line).copied();
        let pieces = splice.map_or(&[][..], |splice| &pieces[splice.pieces.0..splice.pieces.1]);
        let changed = self.price_anew(ground, (&toggle.clock, place), splice, (pieces, lots), (toggle.line, kits))?;
        add(self, toggle.line, changed);
        price.delta += kits.delta(ground, self)?;
        let changed = |line| line == toggle.line || splices.iter().any(|splice| splice.line == line);
        Some(self.with_makespan(ground, price, changed))
    }

    /// What a line opens after a change: sorted positions.
    fn toggled(&self, toggle: &Toggle) -> Vec<u32> {
        let mut opened = self.opened(toggle.line).to_vec();
        for window in &toggle.windows {
            match opened.binary_search(window) {
                Ok(place) => drop(opened.remove(place)),
                Err(place) => opened.insert(place, *window),
            }
        }
        opened
    }

    /// Change of the cost of a line, kits and makespan apart, were it simulated by another clock from a place on (from
    /// the splice on, where that comes first), and its new end.
    fn price_anew(
        &self,
        ground: &Ground,
        (clock, place): (&Clock, usize),
        splice: Option<Splice>,
        (pieces, lots): (&[Piece], &[LotId]),
        (line, kits): (usize, &mut KitChanges),
    ) -> Option<(i64, i64)> {
        let facts = &ground.lines[line];
        let sequence = &self.sequences[line];
        let count = sequence.lots.len();
        let (from, resume) = splice.map_or((count, count), |splice| (splice.from, splice.resume));
        let first = place.min(from);
        let mut delta = clock.cost - sequence.clock.cost + sequence.spent_before(first) - sequence.spent_before(count);
        if let Some(splice) = splice.filter(|_| facts.minimum_run.is_some()) {
            delta += self.price_runs(ground, splice, (pieces, lots)) - sequence.shortfall;
        }
        let mut front = match first {
            0 => Front { end: clock.first_second, class: facts.initial_class },
            _ => sequence.front_before(facts, first),
        };
        let middle = pieces.iter().flat_map(|&piece| self.lots_of(line, piece, lots));
        for &lot in sequence.lots[first..from].iter().chain(middle).chain(&sequence.lots[resume..]) {
            let step = ground.advance((line, clock), &mut front, lot)?;
            delta += step.cost() + self.price_lateness(ground, clock, &step, kits)?;
        }
        let empty = first == 0 && front.end == clock.first_second;
        Some((delta, if empty { ground.start } else { clock.instant_of(front.end) }))
    }
}
