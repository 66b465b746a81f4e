//! Lots that go from and come to places all over the plan, as one splice a line.

use crate::schedule::incremental::{LotId, Proposal};
use smallvec::SmallVec;

/// Changes of single places, by the places of the plan as it is.
#[derive(Default)]
pub(super) struct Edits {
    edits: SmallVec<[Edit; 32]>,
}

/// Line and place; a lot that comes before that place, or none where the lot at it goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Edit {
    line: usize,
    place: usize,
    goes: bool,
    comes: LotId,
}

impl Edits {
    /// The lot at a place goes.
    pub fn take_out(&mut self, (line, place): (usize, usize)) {
        self.edits.push(Edit { line, place, goes: true, comes: 0 });
    }

    /// A lot comes before the lot that stands at a place.
    pub fn put_in(&mut self, (line, place): (usize, usize), lot: LotId) {
        self.edits.push(Edit { line, place, goes: false, comes: lot });
    }

    /// Adds the splices that make all changes.
    pub fn propose(mut self, proposal: &mut Proposal) {
        self.edits.sort_unstable();
        for of_line in self.edits.chunk_by(|one, other| one.line == other.line) {
            let last = of_line[of_line.len() - 1];
            let resume = last.place + usize::from(last.goes);
            let mut at = of_line[0].place;
            proposal.splice(last.line, at, resume);
            for edit in of_line {
                proposal.own(at, edit.place);
                at = edit.place;
                if edit.goes {
                    at += 1;
                } else {
                    proposal.lots([edit.comes]);
                }
            }
        }
    }
}
