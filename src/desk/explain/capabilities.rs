//! Lines that could make what is late if they offered what it requires.

use super::causes::Late;
use crate::desk::change::{Change, Changed};
use crate::problem::{ItemIdx, LineIdx};
use crate::units::{Id, Seconds};
use rustc_hash::FxHashSet;

/// Lines that are considered for a capability they lack.
const CAPABLE: usize = 3;

impl Late<'_, '_> {
    /// Whether the order now has an operation on a line that could not run it before.
    pub(super) fn is_on_new_line(&self, changed: &Changed<'_>, line: LineIdx) -> bool {
        let problem = self.desk.problem();
        let operations = changed.plan.sequences[line].iter().map(|&operation| changed.plan.operations[operation]);
        let mut own = operations.filter(|operation| {
            let item = changed.plan.lots[operation.lot].item;
            problem.items[item].order == self.order
                && problem.rate_on(problem.kind_of(item, usize::from(operation.step)), line).is_none()
        });
        own.next().is_some()
    }

    /// Lines that could make what is late if they offered what it requires: those that lack least first, of these those
    /// that have least to do.
    pub(super) fn capabilities(&self) -> Vec<(LineIdx, Change)> {
        let standing = self.desk.standing;
        let instance = &standing.instance;
        let order = &instance.orders[self.order.position()];
        let late = self.base.deliveries.iter().filter(|(_, delivery)| *delivery > self.due);
        let mut seen: FxHashSet<(ItemIdx, Option<&str>)> = FxHashSet::default();
        let mut found: Vec<(usize, Seconds, LineIdx, Vec<String>)> = Vec::new();
        for (lot, _) in late {
            let item = standing.plan.lots[*lot].item;
            let place = (item.0 - standing.problem.orders[self.order].items.start) as usize;
            let Some(variant) = instance.variants.iter().find(|one| one.id == order.items[place].variant) else {
                continue;
            };
            let route = standing.problem.written_route(item).map(|route| &instance.routes[route]);
            let steps: Vec<(Option<&str>, Option<&str>)> = match route {
                None => vec![(None, None)],
                Some(route) => {
                    route.operations.iter().map(|one| (Some(one.id.as_str()), one.stage.as_deref())).collect()
                }
            };
            for (operation, stage) in steps {
                let Some(required) = variant.requires.as_ref().map(|requires| requires.of(operation)) else { continue };
                if required.is_empty() || !seen.insert((item, operation)) {
                    continue;
                }
                for (index, line) in instance.lines.iter().enumerate() {
                    let lacking: Vec<String> =
                        required.iter().filter(|one| !line.offers.contains(one)).cloned().collect();
                    let known =
                        found.iter().any(|(_, _, other, offers)| other.position() == index && *offers == lacking);
                    if line.stage.as_deref() == stage && !lacking.is_empty() && !known {
                        let line = LineIdx::at(index);
                        found.push((lacking.len(), self.busy(line), line, lacking));
                    }
                }
            }
        }
        found.sort();
        found.truncate(CAPABLE);
        let change = |(_, _, line, offers)| (line, Change::Capability { line: self.desk.line_name(line), offers });
        found.into_iter().map(change).collect()
    }

    /// Time a line runs or is closed between its runs' starts and ends.
    fn busy(&self, line: LineIdx) -> Seconds {
        let schedule = &self.desk.standing.schedule;
        let on_line = self.desk.standing.plan.sequences[line].iter().map(|&operation| &schedule.operations[operation]);
        on_line.map(|timed| timed.end - timed.start).fold(Seconds::ZERO, |sum, time| sum + time)
    }
}
