//! Neighbours of one setup class together to another place: a changeover is saved only where the whole block moves.

use crate::heuristic::coupled::draw::Draw;
use crate::schedule::network::OpId;
use smallvec::SmallVec;

/// The longest block that moves at once.
const LONGEST_BLOCK: usize = 12;

/// Takes a block out and puts it in elsewhere.
pub(super) fn propose(draw: &mut Draw<'_, '_>) -> Option<()> {
    let operation = draw.operation()?;
    let here = draw.timetable.here(operation);
    let class = draw.network.modes[here.mode as usize].class;
    let most = if draw.chance(50) { LONGEST_BLOCK } else { 1 + draw.distance().min(LONGEST_BLOCK - 1) };
    let sequence = draw.timetable.sequence(here.line);
    let alike = |&&other: &&OpId| draw.network.modes[draw.timetable.here(other).mode as usize].class == class;
    let from = here.place as usize;
    let block: SmallVec<[OpId; LONGEST_BLOCK]> =
        sequence[from..].iter().take(most).take_while(alike).copied().collect();
    let mode = draw.mode(operation, 50)?;
    let line = draw.network.modes[mode as usize].line;
    let modes = block.iter().map(|&one| draw.network.mode_on(one, line));
    let modes: SmallVec<[u32; LONGEST_BLOCK]> = modes.collect::<Option<_>>()?;
    for &one in block.iter().rev() {
        draw.timetable.take_out(draw.network, one);
    }
    let place = draw.place(operation, mode);
    if line == here.line && place == from {
        return None;
    }
    draw.settle_rest()?;
    for (offset, (&one, &mode)) in block.iter().zip(&modes).enumerate() {
        let (first, last) = draw.timetable.window(draw.network, one, line);
        if place + offset < first || place + offset > last {
            return None;
        }
        draw.timetable.put_in(draw.network, one, mode, place + offset);
    }
    Some(())
}
