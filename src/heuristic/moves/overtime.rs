//! Overtime: a line opens a window of overtime, closes one, or opens one instead of another.

use super::Draw;
use crate::schedule::incremental::Proposal;

/// How often a window is drawn before none is found worth a price.
const TRIES: usize = 4;

/// Proposes to open or close a window that begins before a random lot ends: one behind it cannot make it earlier.
pub(super) fn propose(draw: &mut Draw<'_>, proposal: &mut Proposal) -> bool {
    let Some((_, line, place)) = draw.lot() else { return false };
    let windows = &draw.ground.lines[line].overtime;
    if windows.is_empty() {
        return false;
    }
    let end = draw.state.end_at(line, place);
    for _ in 0..TRIES {
        let window = draw.below(windows.len()) as u32;
        let opened = draw.state.opened(line);
        let is_open = opened.binary_search(&window).is_ok();
        if !is_open && windows[window as usize].from >= end {
            continue;
        }
        proposal.toggle(line, window);
        if !is_open && !opened.is_empty() && draw.chance(30) {
            let instead = draw.below(opened.len());
            proposal.toggle(line, opened[instead]);
        }
        return true;
    }
    false
}
