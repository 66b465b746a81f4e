//! Where a lot fits best: the line on which it runs fast, the place where it needs least changeover.

use super::Draw;
use crate::schedule::incremental::LotId;
use rand::Rng as _;
use smallvec::SmallVec;

/// How often, in a hundred, any line will do.
const ANY_LINE: usize = 30;

/// How many places are looked at for a lot that comes back.
const PLACES_TRIED: usize = 8;

impl Draw<'_> {
    /// A line that can run a lot: mostly one on which it runs fast.
    pub(super) fn fast_line(&mut self, lot: LotId) -> usize {
        if self.chance(ANY_LINE) {
            return self.line_for(lot);
        }
        let rank = self.random.next_u32().trailing_ones() as usize % self.ground.eligible(lot).len();
        usize::from(self.neighbours.lines_by_run(self.ground, lot)[rank])
    }

    /// Of some places for a lot that has none, the one where it costs least to make and to change over for.
    pub(super) fn cheap_place(&mut self, lot: LotId) -> Option<(usize, usize)> {
        let places = (0..PLACES_TRIED).filter_map(|_| self.somewhere(lot)).collect::<SmallVec<[_; PLACES_TRIED]>>();
        places.into_iter().min_by_key(|&place| self.added(lot, place))
    }

    /// What a lot before a place of a line adds in money, and in seconds of changeover.
    fn added(&self, lot: LotId, (line, place): (usize, usize)) -> (i64, i64) {
        let (ground, facts) = (self.ground, &self.ground.lines[line]);
        let sequence = self.state.sequence(line);
        let mode = ground.mode(lot, line);
        let class = |lot: LotId| ground.mode(lot, line).class;
        let before = if place == 0 { facts.initial_class } else { class(sequence[place - 1]) };
        let (mut seconds, mut money) = ground.changeover(facts, before, mode.class);
        if let Some(&next) = sequence.get(place) {
            let (onward, old) =
                (ground.changeover(facts, mode.class, class(next)), ground.changeover(facts, before, class(next)));
            seconds += onward.0 - old.0;
            money += onward.1 - old.1;
        }
        (mode.cost + money, seconds)
    }

    /// The place before which a block, by its first and last lot, adds least changeover time on a line from which the
    /// places `gone.0..gone.1` are taken out; of equals a random one.
    pub(super) fn best_place(&mut self, line: usize, (first, last): (LotId, LotId), gone: (usize, usize)) -> usize {
        let (ground, facts) = (self.ground, &self.ground.lines[line]);
        let sequence = self.state.sequence(line);
        let (enters, leaves) = (ground.mode(first, line).class, ground.mode(last, line).class);
        let mut before = facts.initial_class;
        let mut best = (i64::MAX, 0);
        let mut equals = 1;
        let mut place = 0;
        loop {
            if place == gone.0 {
                place = gone.1;
            }
            let mut added = ground.changeover(facts, before, enters).0;
            if let Some(&next) = sequence.get(place) {
                let next = ground.mode(next, line).class;
                added += ground.changeover(facts, leaves, next).0 - ground.changeover(facts, before, next).0;
                before = next;
            }
            if added < best.0 {
                best = (added, place);
                equals = 1;
            } else if added == best.0 {
                equals += 1;
                if self.random.next_u32().is_multiple_of(equals) {
                    best.1 = place;
                }
            }
            if place >= sequence.len() {
                return best.1;
            }
            place += 1;
        }
    }
}
