//! Insert: a short block goes to where it adds least changeover time, mostly on a line on which it runs fast.

use super::Draw;
use crate::schedule::incremental::{LotId, Proposal};
use smallvec::SmallVec;

/// The longest block.
const LONGEST_BLOCK: usize = 4;

/// Proposes to move a block to its best place on its own line or another.
pub(super) fn propose(draw: &mut Draw<'_>, proposal: &mut Proposal) -> bool {
    let Some((lot, line, place)) = draw.lot() else { return false };
    let other = draw.fast_line(lot);
    let sequence = draw.state.sequence(line);
    let length = draw.block_length().min(LONGEST_BLOCK).min(sequence.len() - place);
    let block: SmallVec<[LotId; LONGEST_BLOCK]> = sequence[place..place + length].iter().copied().collect();
    let ends = (lot, block[length - 1]);
    if other != line {
        if !draw.can_run(other, &block) {
            return false;
        }
        let behind = draw.best_place(other, ends, (usize::MAX, 0));
        proposal.splice(line, place, place + length);
        proposal.splice(other, behind, behind).lots(block);
        return true;
    }
    let behind = draw.best_place(line, ends, (place, place + length));
    if behind < place {
        proposal.splice(line, behind, place + length).lots(block).own(behind, place);
    } else if behind > place + length {
        proposal.splice(line, place, behind).own(place + length, behind).lots(block);
    } else {
        return false;
    }
    true
}
