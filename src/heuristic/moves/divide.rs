//! Divide: an item is made in more lots than before, or in fewer.
//!
//! The lots of the new form take the places of the old ones as far as there are any; those that are too many go to
//! places near lots like them. So a split keeps half of the work where it is, and a merge gathers it where one part was.

use super::Draw;
use super::edits::Edits;
use crate::schedule::incremental::Proposal;
use smallvec::SmallVec;

/// Proposes another form for a random item.
pub(super) fn propose(draw: &mut Draw<'_>, proposal: &mut Proposal) -> bool {
    let ground = draw.ground;
    let picked = draw.below(ground.divided.len());
    let forms = &ground.divided[picked].forms;
    let Some(from) = draw.state.form(&ground.divided[picked]) else { return false };
    let to = other_form(draw, from, forms.len());
    let mut old: SmallVec<[(usize, usize); 16]> = forms[from].iter().filter_map(|&lot| draw.state.place(lot)).collect();
    let mut edits = Edits::default();
    old.iter().for_each(|&place| edits.take_out(place));
    // Which of the old places are kept, and by which of the new lots, is drawn.
    for last in (1..old.len()).rev() {
        old.swap(last, draw.below(last + 1));
    }
    for (index, &lot) in forms[to].iter().enumerate() {
        let stays = old.get(index).copied().filter(|&(line, _)| ground.mode(lot, line).exists());
        let Some(place) = stays.or_else(|| draw.somewhere(lot)) else { return false };
        edits.put_in(place, lot);
    }
    edits.propose(proposal);
    proposal.divide(picked, from, to);
    true
}

/// Mostly the next form up or down.
fn other_form(draw: &mut Draw<'_>, from: usize, count: usize) -> usize {
    if draw.chance(25) {
        return (from + 1 + draw.below(count - 1)) % count;
    }
    if from == 0 || from + 1 < count && draw.chance(50) { from + 1 } else { from - 1 }
}
