//! Exchange: two lots of two lines change lines, each going to where it adds least changeover time.

use super::Draw;
use crate::schedule::incremental::{LotId, Proposal};

/// How many lots of the other line are looked at for the one that runs fastest here.
const CANDIDATES: usize = 3;

/// Proposes to exchange a lot with one of a line on which it runs fast.
pub(super) fn propose(draw: &mut Draw<'_>, proposal: &mut Proposal) -> bool {
    let Some((lot, line, place)) = draw.lot() else { return false };
    let other = draw.fast_line(lot);
    let length = draw.state.sequence(other).len();
    if other == line || length == 0 {
        return false;
    }
    let run = |draw: &Draw<'_>, place: usize| {
        let mode = draw.ground.mode(draw.state.sequence(other)[place], line);
        if mode.exists() { mode.run } else { i64::MAX }
    };
    let mut other_place = draw.below(length);
    for _ in 1..CANDIDATES {
        let candidate = draw.below(length);
        if run(draw, candidate) < run(draw, other_place) {
            other_place = candidate;
        }
    }
    let partner = draw.state.sequence(other)[other_place];
    if !draw.ground.mode(partner, line).exists() {
        return false;
    }
    let behind = draw.best_place(line, (partner, partner), (place, place + 1));
    let other_behind = draw.best_place(other, (lot, lot), (other_place, other_place + 1));
    replace(proposal, line, place, (partner, behind));
    replace(proposal, other, other_place, (lot, other_behind));
    true
}

/// Takes the lot at a place out and puts another in before an old place.
fn replace(proposal: &mut Proposal, line: usize, gone: usize, (lot, behind): (LotId, usize)) {
    if behind <= gone {
        proposal.splice(line, behind, gone + 1).lots([lot]).own(behind, gone);
    } else {
        proposal.splice(line, gone, behind).own(gone + 1, behind).lots([lot]);
    }
}
