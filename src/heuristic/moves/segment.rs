//! Segment: two neighbouring segments of a line change places, so that a lot comes to stand behind one it follows quickly.
//!
//! The or-3opt move of the asymmetric travelling salesman (Kanellakis and Papadimitriou 1980): three changeovers change
//! and no segment is turned round. The first is drawn, best of a few; the third is the best there is.

use super::Draw;
use crate::schedule::incremental::Proposal;

/// How many lots are looked at for the one the drawn lot follows quickest.
const CANDIDATES: usize = 5;

/// Proposes to swap two neighbouring segments.
pub(super) fn propose(draw: &mut Draw<'_>, proposal: &mut Proposal) -> bool {
    let Some((lot, line, place)) = draw.lot() else { return false };
    let (ground, state, facts) = (draw.ground, draw.state, &draw.ground.lines[line]);
    let sequence = state.sequence(line);
    let count = sequence.len();
    if count < 3 {
        return false;
    }
    let class = |place: usize| ground.mode(sequence[place], line).class;
    let changeover = |from: u32, to: u32| ground.changeover(facts, from, to).0;
    // From the class at one place to the lot at another, or to the end.
    let step = |from: usize, to: usize| if to < count { changeover(class(from), class(to)) } else { 0 };
    let own = ground.mode(lot, line).class;
    let stands = |before: usize| before == place || before + 1 == place;
    let drawn = (0..CANDIDATES).map(|_| draw.below(count)).filter(|&before| !stands(before));
    let Some(before) = drawn.min_by_key(|&before| changeover(class(before), own)) else { return false };
    if before > place {
        // Behind the segment from the lot on comes one that ends with `before`: it goes first.
        let front = place.checked_sub(1).map_or(facts.initial_class, class);
        let after = before + 1;
        let added = |&cut: &usize| changeover(front, class(cut)) + step(cut - 1, after) - step(cut - 1, cut);
        let Some(cut) = (place + 1..=before).min_by_key(added) else { return false };
        proposal.splice(line, place, after).own(cut, after).own(place, cut);
    } else {
        // Before the segment from the lot on stands one that begins behind `before`: it goes last.
        let first = before + 1;
        let added = |&cut: &usize| step(cut - 1, first) + step(place - 1, cut) - step(cut - 1, cut);
        let Some(cut) = (place + 1..=count).min_by_key(added) else { return false };
        proposal.splice(line, first, cut).own(place, cut).own(first, place);
    }
    true
}
