//! Two operations change places: neighbours on a line, or two that run at about the same time on two lines.

use crate::heuristic::coupled::draw::Draw;

/// Takes two operations out and puts each where the other was.
pub(super) fn propose(draw: &mut Draw<'_, '_>) -> Option<()> {
    let one = draw.operation()?;
    let here = draw.timetable.here(one);
    let line = if draw.chance(50) { here.line } else { draw.network.modes[draw.mode(one, 0)? as usize].line };
    let sequence = draw.timetable.sequence(line);
    if sequence.is_empty() {
        return None;
    }
    let about = if line == here.line { here.place as usize } else { draw.place_at(line, here.start) };
    let last = sequence.len() - 1;
    let place = draw.near(about.min(last), (0, last));
    let place = if line == here.line && place == here.place as usize { (place + 1).min(last) } else { place };
    let other = draw.timetable.sequence(line)[place];
    if other == one {
        return None;
    }
    let there = draw.timetable.here(other);
    let (mode, mode_of_other) = (draw.network.mode_on(one, line)?, draw.network.mode_on(other, here.line)?);
    draw.timetable.take_out(draw.network, one);
    draw.timetable.take_out(draw.network, other);
    draw.settle_rest()?;
    // On one line the first of the two places is filled first; the other place is then where it was.
    let mut both = [(one, mode, there.place as usize), (other, mode_of_other, here.place as usize)];
    if both[0].2 > both[1].2 {
        both.swap(0, 1);
    }
    for (operation, mode, place) in both {
        let (first, last) = draw.timetable.window(draw.network, operation, draw.network.modes[mode as usize].line);
        if place < first || place > last {
            return None;
        }
        draw.timetable.put_in(draw.network, operation, mode, place);
    }
    draw.follow_material(one);
    draw.follow_material(other);
    Some(())
}
