//! One operation to another place, on its line or another (Mastrolilli and Gambardella 2000).

use crate::heuristic::coupled::draw::Draw;

/// Takes an operation out and puts it in elsewhere.
pub(super) fn propose(draw: &mut Draw<'_, '_>) -> Option<()> {
    let operation = draw.operation()?;
    let here = draw.timetable.here(operation);
    let mode = draw.mode(operation, 40)?;
    draw.timetable.take_out(draw.network, operation);
    let place = draw.place(operation, mode);
    if mode == here.mode && place == here.place as usize {
        return None;
    }
    draw.settle_rest()?;
    draw.timetable.put_in(draw.network, operation, mode, place);
    draw.follow_material(operation);
    Some(())
}
