//! Who gets a scarce material first: a taker goes to another place in its supply's list.

use crate::heuristic::coupled::draw::Draw;
use crate::schedule::network::OpId;

/// Lets some operation take its material at another place of the list.
pub(super) fn propose(draw: &mut Draw<'_, '_>) -> Option<()> {
    if draw.network.takes.is_empty() {
        return None;
    }
    let operation = draw.operation()?;
    let takes = draw.network.takes_of(draw.timetable.here(operation).mode);
    if takes.is_empty() {
        return None;
    }
    let (supply, _) = takes[draw.below(takes.len())];
    let place = draw.timetable.place_of_taker(supply, operation)?;
    let last = draw.timetable.takers(supply).len() - 1;
    let to = draw.near(place, (0, last));
    let to = if to == place { place.checked_sub(1)? } else { to };
    draw.timetable.retake(draw.network, supply, place, to);
    Some(())
}

impl Draw<'_, '_> {
    /// An operation that was moved often takes its material when it now runs: before whoever starts later.
    pub fn follow_material(&mut self, operation: OpId) {
        if self.network.takes.is_empty() || !self.chance(50) {
            return;
        }
        let here = self.timetable.here(operation);
        let after = self.timetable.sequence(here.line).get(here.place as usize + 1);
        let Some(about) = after.map(|&after| self.timetable.here(after).start) else { return };
        for &(supply, _) in self.network.takes_of(here.mode) {
            let Some(place) = self.timetable.place_of_taker(supply, operation) else { continue };
            let takers = self.timetable.takers(supply);
            let others = takers.iter().filter(|taker| taker.operation != operation);
            let to = others.take_while(|taker| self.timetable.here(taker.operation).start < about).count();
            if to != place {
                self.timetable.retake(self.network, supply, place, to);
                // Others may now have theirs earlier.
                self.most = i64::MAX;
            }
        }
    }
}
