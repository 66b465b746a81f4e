//! Overtime: a line opens a window of overtime, closes one, or opens one instead of another.

use super::relocate;
use crate::heuristic::coupled::draw::Draw;
use crate::problem::LineIdx;

/// How often a window is drawn before none is found worth timing.
const TRIES: usize = 4;

/// Opens or closes a window that begins before an operation ends: one behind it cannot make it earlier. Plants without
/// overtime, and operations on lines without, are moved instead.
pub(super) fn propose(draw: &mut Draw<'_, '_>) -> Option<()> {
    if draw.network.problem.lines.iter().all(|line| line.overtime.is_empty()) {
        return relocate::propose(draw);
    }
    let operation = draw.operation()?;
    let here = draw.timetable.here(operation);
    let windows = &draw.network.problem.lines[LineIdx(here.line)].overtime;
    if windows.is_empty() {
        return relocate::propose(draw);
    }
    let opened = draw.timetable.overtime()[here.line as usize].as_ref()?.windows.clone();
    for _ in 0..TRIES {
        let window = draw.below(windows.len());
        let place = opened.binary_search(&window);
        if place.is_err() && windows[window].span.from.0 >= here.end {
            continue;
        }
        let mut wanted = opened.clone();
        match place {
            Ok(place) => drop(wanted.remove(place)),
            Err(_) if !opened.is_empty() && draw.chance(30) => {
                let instead = draw.below(opened.len());
                wanted.remove(instead);
                wanted.push(window);
                wanted.sort_unstable();
            }
            Err(place) => wanted.insert(place, window),
        }
        let choice = draw.clocks.choice(draw.network, here.line, wanted);
        draw.timetable.open(draw.network, here.line, choice);
        return Some(());
    }
    None
}
