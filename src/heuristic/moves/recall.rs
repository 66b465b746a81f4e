//! Recall: an order that is left out comes back, or one that may be refused leaves.

use super::Draw;
use crate::schedule::incremental::{LotId, Proposal};
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
        return facts.left_out_cost < crate::schedule::incremental::UNPLANNED_PENALTY && leave(draw, order, proposal);
    }
    come_back(draw, order, proposal)
}

fn leave(draw: &Draw<'_>, order: usize, proposal: &mut Proposal) -> bool {
    let mut places: SmallVec<[(usize, usize); 32]> =
        draw.ground.orders[order].lots.iter().filter_map(|&lot| draw.state.place(lot)).collect();
    places.sort_unstable();
    for of_line in places.chunk_by(|one, other| one.0 == other.0) {
        let (line, from) = of_line[0];
        let resume = of_line[of_line.len() - 1].1 + 1;
        let sequence = draw.state.sequence(line)[from..resume].iter();
        let kept = sequence.copied().filter(|&lot| draw.ground.lots[lot as usize].order as usize != order);
        proposal.splice(line, from, resume).lots(kept);
    }
    proposal.leave(order as u32);
    true
}

/// Brings an order back, each lot behind a lot near it or at a random place of a line that can run it.
fn come_back(draw: &mut Draw<'_>, order: usize, proposal: &mut Proposal) -> bool {
    let ground = draw.ground;
    let mut targets: SmallVec<[(usize, usize, LotId); 32]> = SmallVec::new();
    for &lot in &ground.orders[order].lots {
        let near = draw.neighbours.of(lot).len();
        let pick = if near > 0 && draw.chance(70) { draw.below(near) } else { near };
        let neighbour = draw.neighbours.of(lot).get(pick).and_then(|&other| draw.state.place(other));
        let target =
            neighbour.map(|(line, place)| (line, place + 1)).filter(|&(line, _)| ground.mode(lot, line).exists());
        let eligible = ground.eligible(lot).len();
        if eligible == 0 {
            return false;
        }
        let (line, place) = target.unwrap_or_else(|| {
            let pick = draw.below(eligible);
            let line = usize::from(ground.eligible(lot)[pick]);
            (line, draw.below(draw.state.sequence(line).len() + 1))
        });
        targets.push((line, place, lot));
    }
    targets.sort_unstable();
    for of_line in targets.chunk_by(|one, other| one.0 == other.0) {
        let (line, from) = (of_line[0].0, of_line[0].1);
        let resume = of_line[of_line.len() - 1].1;
        proposal.splice(line, from, resume);
        let mut at = from;
        for &(_, place, lot) in of_line {
            proposal.own(at, place).lots([lot]);
            at = place;
        }
    }
    proposal.return_order(order as u32);
    true
}
