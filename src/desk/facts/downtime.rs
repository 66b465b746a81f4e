//! A line that is down: closed time of a calendar of its own, overtime included.

use crate::desk::actuals::Down;
use crate::model::{Calendar, Instance, Instant, OvertimeWindow, Window};

/// Closes a line while it is down. Its calendar becomes its own; overtime that overlaps is cut to what lies outside, at
/// its full price. A line that is down at `at` is available from its return on.
pub(in crate::desk) fn close_down(instance: &mut Instance, line: usize, down: &Down, at: Instant) {
    if down.to <= down.from {
        return;
    }
    let calendar = own_calendar(instance, line);
    calendar.overtime =
        std::mem::take(&mut calendar.overtime).into_iter().flat_map(|window| outside(window, down)).collect();
    let reason = down.reason.clone().or_else(|| Some("down".to_string()));
    calendar.closed.push(Window { from: down.from, to: down.to, reason, meta: None });
    let line = &mut instance.lines[line];
    if down.from <= at && at < down.to {
        line.available_from = Some(line.available_from.map_or(down.to, |from| from.max(down.to)));
    }
}

/// The line's calendar, which no other line uses: a copy under a name of its own where it was shared.
pub(in crate::desk) fn own_calendar(instance: &mut Instance, line: usize) -> &mut Calendar {
    let id = instance.lines[line].calendar.clone();
    let known = id.as_ref().and_then(|id| instance.calendars.iter().position(|calendar| calendar.id == *id));
    let shared = instance.lines.iter().enumerate().any(|(other, of)| other != line && of.calendar == id);
    if let Some(own) = known.filter(|_| !shared) {
        return &mut instance.calendars[own];
    }
    let mut name = format!("{}~{}", id.as_deref().unwrap_or("always"), instance.lines[line].id);
    while instance.calendars.iter().any(|calendar| calendar.id == name) {
        name.push('~');
    }
    let copy = known.map(|known| instance.calendars[known].clone()).unwrap_or_default();
    instance.lines[line].calendar = Some(name.clone());
    instance.calendars.push(Calendar { id: name, ..copy });
    let last = instance.calendars.len() - 1;
    &mut instance.calendars[last]
}

fn outside(window: OvertimeWindow, down: &Down) -> Vec<OvertimeWindow> {
    let before = OvertimeWindow { to: window.to.min(down.from), ..window.clone() };
    let after = OvertimeWindow { from: window.from.max(down.to), ..window };
    [before, after].into_iter().filter(|part| part.from < part.to).collect()
}
