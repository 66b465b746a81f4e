//! Swap: two blocks of neighbouring lots change places, on one line or two.

use super::Draw;
use crate::schedule::incremental::{LotId, Proposal};
use smallvec::SmallVec;

/// How often, in a hundred, a partner that is not near is sought at the time of the lot on another line: when cold, far
/// from it hardly any swap is taken.
const BESIDE: usize = 60;

/// Proposes to swap a block with the block behind a lot near it, with one made at the same time elsewhere, or with a random one.
pub(super) fn propose(draw: &mut Draw<'_>, proposal: &mut Proposal) -> bool {
    let Some((lot, line, place)) = draw.lot() else { return false };
    let Some((other, other_place)) = partner(draw, lot, (line, place)) else { return false };
    let short = draw.chance(75);
    let (length, other_length) = if short { (1, 1) } else { (draw.block_length(), draw.block_length()) };
    let length = length.min(draw.state.sequence(line).len() - place);
    let other_length = other_length.min(draw.state.sequence(other).len() - other_place);
    if line != other {
        let block: SmallVec<[LotId; 16]> = draw.state.sequence(line)[place..place + length].iter().copied().collect();
        let other_block: SmallVec<[LotId; 16]> =
            draw.state.sequence(other)[other_place..other_place + other_length].iter().copied().collect();
        if !draw.can_run(other, &block) || !draw.can_run(line, &other_block) {
            return false;
        }
        proposal.splice(line, place, place + length).lots(other_block);
        proposal.splice(other, other_place, other_place + other_length).lots(block);
        return true;
    }
    // On one line the blocks must not overlap.
    let ((first, first_length), (second, second_length)) = if place < other_place {
        ((place, length.min(other_place - place)), (other_place, other_length))
    } else {
        ((other_place, other_length.min(place - other_place)), (place, length))
    };
    if first_length == 0 {
        return false;
    }
    let sequence = draw.state.sequence(line);
    let block = |from: usize, length: usize| sequence[from..from + length].iter().copied();
    proposal
        .splice(line, first, second + second_length)
        .lots(block(second, second_length))
        .own(first + first_length, second)
        .lots(block(first, first_length));
    true
}

/// Line and place of the block to swap with.
fn partner(draw: &mut Draw<'_>, lot: LotId, (line, place): (usize, usize)) -> Option<(usize, usize)> {
    let near = draw.neighbours.of(lot).len();
    if near > 0 && draw.chance(50) {
        let pick = draw.below(near);
        // The lot behind the neighbour: swapping brings `lot` next to it.
        let (other, place) = draw.place_of_neighbour(draw.neighbours.of(lot)[pick])?;
        return (place + 1 < draw.state.sequence(other).len()).then_some((other, place + 1));
    }
    let drawn = draw.line_for(lot);
    if drawn != line && draw.chance(BESIDE) {
        return beside(draw, drawn, (line, place));
    }
    let other = if draw.chance(30) { line } else { drawn };
    let length = draw.state.sequence(other).len();
    if length == 0 {
        return None;
    }
    Some((other, draw.below(length)))
}

/// The place at which another line makes something while a line does at a place; or one to either side.
fn beside(draw: &mut Draw<'_>, other: usize, (line, place): (usize, usize)) -> Option<(usize, usize)> {
    let meanwhile = draw.state.first_behind(other, draw.state.end_at(line, place) - 1);
    let beside = (meanwhile + draw.below(3)).checked_sub(1)?;
    (beside < draw.state.sequence(other).len()).then_some((other, beside))
}
