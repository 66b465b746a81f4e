//! Recall: an order that is left out comes back, or one that may be refused leaves.

use super::Draw;
use super::edits::Edits;
use crate::schedule::incremental::{LotId, Proposal, UNDIVIDED, UNPLANNED_PENALTY};
use smallvec::SmallVec;

/// Proposes to take a random order out of the plan, or to bring it back.
pub(super) fn propose(draw: &mut Draw<'_>, proposal: &mut Proposal) -> bool {
    let order = draw.below(draw.ground.orders.len());
    let facts = &draw.ground.orders[order];
    if !facts.whole {
        return false;
    }
    if draw.state.is_made(order as u32) {
        // An order that must be made never pays to leave out; to make room for another, moves go round by others.
        return facts.left_out_cost < UNPLANNED_PENALTY && leave(draw, order, proposal);
    }
    come_back(draw, order, proposal)
}

fn leave(draw: &Draw<'_>, order: usize, proposal: &mut Proposal) -> bool {
    let mut edits = Edits::default();
    for place in draw.ground.orders[order].lots.iter().filter_map(|&lot| draw.state.place(lot)) {
        edits.take_out(place);
    }
    edits.propose(proposal);
    proposal.leave(order as u32);
    true
}

/// Brings an order back, each lot behind a lot near it or at a random place of a line that can run it.
fn come_back(draw: &mut Draw<'_>, order: usize, proposal: &mut Proposal) -> bool {
    let facts = &draw.ground.orders[order];
    let plain = facts.lots.iter().copied().filter(|&lot| draw.ground.lots[lot as usize].divided == UNDIVIDED);
    let mut lots: SmallVec<[LotId; 32]> = plain.collect();
    for &divided in &facts.divided {
        let forms = &draw.ground.divided[divided as usize].forms;
        // Mostly in few lots: what that costs in time can be split later.
        let form = if draw.chance(50) { 0 } else { draw.below(forms.len()) };
        lots.extend_from_slice(&forms[form]);
    }
    let mut edits = Edits::default();
    for lot in lots {
        let Some(place) = draw.cheap_place(lot) else { return false };
        edits.put_in(place, lot);
    }
    edits.propose(proposal);
    proposal.return_order(order as u32);
    true
}
