//! Relocate: a block of neighbouring lots goes elsewhere, on its own line or another.

use super::{Draw, move_block};
use crate::schedule::incremental::{LotId, Proposal};
use smallvec::SmallVec;

/// Proposes to move a block behind a lot near its first one, or to a random place.
pub(super) fn propose(draw: &mut Draw<'_>, proposal: &mut Proposal) -> bool {
    let Some((lot, line, place)) = draw.lot() else { return false };
    let length = draw.block_length().min(draw.state.sequence(line).len() - place);
    let Some((target, behind)) = target(draw, lot) else { return false };
    let block: SmallVec<[LotId; 16]> = draw.state.sequence(line)[place..place + length].iter().copied().collect();
    if target != line && !draw.can_run(target, &block) {
        return false;
    }
    move_block(proposal, &block, (line, place), (target, behind))
}

/// The line and place before which the block goes.
fn target(draw: &mut Draw<'_>, lot: LotId) -> Option<(usize, usize)> {
    let near = draw.neighbours.of(lot).len();
    if near > 0 && draw.chance(70) {
        let pick = draw.below(near);
        let neighbour = draw.neighbours.of(lot)[pick];
        let (line, place) = draw.place_of_neighbour(neighbour)?;
        return Some((line, place + 1));
    }
    let line = draw.line_for(lot);
    let place = draw.below(draw.state.sequence(line).len() + 1);
    Some((line, place))
}
