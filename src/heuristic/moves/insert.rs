//! Insert: a short block goes to where it adds least changeover time, mostly on a line on which it runs fast.

use super::{Draw, move_block};
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
    if other != line && !draw.can_run(other, &block) {
        return false;
    }
    let gone = if other == line { (place, place + length) } else { (usize::MAX, 0) };
    let behind = draw.best_place(other, ends, gone);
    move_block(proposal, &block, (line, place), (other, behind))
}
