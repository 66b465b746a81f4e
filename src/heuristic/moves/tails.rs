//! Tails: two lines exchange everything behind a place each (2-opt* of vehicle routing; Potvin and Rousseau 1995).

use super::Draw;
use crate::schedule::incremental::Proposal;

/// Proposes to exchange the tail from a lot on with the tail behind a lot near it, or behind a random one.
pub(super) fn propose(draw: &mut Draw<'_>, proposal: &mut Proposal) -> bool {
    let Some((lot, line, place)) = draw.lot() else { return false };
    let near = draw.neighbours.of(lot).len();
    let (other, behind) = if near > 0 && draw.chance(60) {
        let pick = draw.below(near);
        let Some((other, place)) = draw.place_of_neighbour(draw.neighbours.of(lot)[pick]) else { return false };
        (other, place + 1)
    } else {
        let other = draw.line_for(lot);
        (other, draw.below(draw.state.sequence(other).len() + 1))
    };
    if other == line {
        return false;
    }
    let (sequence, other_sequence) = (draw.state.sequence(line), draw.state.sequence(other));
    let (tail, other_tail) = (&sequence[place..], &other_sequence[behind..]);
    if !draw.can_run(other, tail) || !draw.can_run(line, other_tail) {
        return false;
    }
    proposal.splice(line, place, sequence.len()).lots(other_tail.iter().copied());
    proposal.splice(other, behind, other_sequence.len()).lots(tail.iter().copied());
    true
}
