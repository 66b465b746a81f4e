//! What a plan says of itself: its format, overtime, costs, status, bound and gap.

use super::Checker;
use super::breach::Breaches;
use super::catalog::Catalog;
use super::exact;
use crate::diagnostic::codes;
use crate::solution::{CostBreakdown, FORMAT, Solution, Status};
use rustc_hash::FxHashSet as HashSet;

/// The overtime windows each line opens, and what they cost in all.
pub(super) fn overtime(
    catalog: &Catalog,
    solution: &Solution,
    breaches: &mut Breaches,
) -> (Vec<Vec<(i64, i64)>>, i128) {
    let mut opened = vec![Vec::new(); catalog.instance.lines.len()];
    let (mut cost, mut seen) = (0, HashSet::default());
    for (index, entry) in solution.lines.iter().enumerate() {
        let pointer = format!("/lines/{index}");
        let Some(&line) = catalog.lines.get(entry.id.as_str()) else {
            let message = format!("There is no line {}.", entry.id);
            breaches.add(codes::BREACH_UNKNOWN_LINE, format!("{pointer}/id"), message);
            continue;
        };
        if !seen.insert(line) {
            let message = format!("Line {} is listed before.", entry.id);
            breaches.add(codes::BREACH_LINE_TWICE, format!("{pointer}/id"), message);
            continue;
        }
        let windows = catalog.calendar(&catalog.instance.lines[line]).map_or(&[][..], |calendar| &calendar.overtime);
        let mut begun = HashSet::default();
        for (place, from) in entry.overtime.iter().enumerate() {
            let window = windows.iter().find(|window| window.from == *from);
            let Some(window) = window.filter(|_| begun.insert(from.seconds)) else {
                let message = format!("Line {} has no overtime window at {from}, or opens it twice.", entry.id);
                breaches.add(codes::BREACH_OVERTIME, format!("{pointer}/overtime/{place}"), message);
                continue;
            };
            opened[line].push((window.from.seconds.0, window.to.seconds.0));
            cost += i128::from(window.cost.0);
        }
    }
    (opened, cost)
}

impl Checker<'_> {
    /// Whether the plan is one this program reads, for this instance.
    pub(super) fn check_header(&mut self) {
        let (solution, instance) = (self.solution, self.catalog.instance);
        if solution.format != FORMAT {
            let message = format!("The format is {}, not {FORMAT}.", solution.format);
            self.breaches.add(codes::BREACH_FORMAT, "/format", message);
        }
        if let (Some(stated), Some(name)) = (&solution.instance, &instance.name)
            && stated != name
        {
            let message = format!("The plan is for {stated}, the instance is {name}.");
            self.breaches.add(codes::BREACH_INSTANCE, "/instance", message);
        }
    }

    /// Stated costs against computed ones, term by term.
    pub(super) fn compare_costs(&mut self, cost: &CostBreakdown) {
        let total = [("total", self.solution.cost.total, cost.total)];
        let terms = self.solution.cost.terms().into_iter().zip(cost.terms());
        let terms = terms.map(|((name, stated), (_, computed))| (name, stated, computed));
        for (name, stated, computed) in terms.chain(total).filter(|(_, stated, computed)| stated != computed) {
            let message = format!("The plan states {name} {stated}; it comes to {computed}.");
            self.breaches.add(codes::BREACH_COST, format!("/cost/{name}"), message);
        }
    }

    /// Status, bound and gap against the cost and the number of orders that must be made and are not.
    pub(super) fn check_claims(&mut self, cost: &CostBreakdown, unplanned: usize) {
        let (status, bound, gap) = (self.solution.status, self.solution.bound, self.solution.gap);
        let complete = matches!(status, Status::Optimal | Status::Feasible);
        if complete != (unplanned == 0) {
            let message = format!("The status is {status:?}, and {unplanned} orders are unplanned.");
            self.breaches.add(codes::BREACH_STATUS, "/status", message);
        } else if complete && (status == Status::Optimal) != (bound == Some(cost.total)) {
            let message = format!("The status is {status:?}; a plan is optimal if and only if its cost is its bound.");
            self.breaches.add(codes::BREACH_STATUS, "/status", message);
        }
        if unplanned > 0 && bound.is_some() {
            let message = "Orders are unplanned, so no bound on the cost says anything.";
            self.breaches.add(codes::BREACH_BOUND, "/bound", message);
        } else if let Some(bound) = bound.filter(|&bound| bound > cost.total) {
            let message = format!("The bound {bound} is above the cost {}.", cost.total);
            self.breaches.add(codes::BREACH_BOUND, "/bound", message);
        }
        let due = bound.filter(|_| unplanned == 0).map(|bound| exact::gap(cost.total, bound));
        // Four decimal places are exact in a float's shortest text; the comparison is of whole ten-thousandths.
        let stated = gap.map(|gap| gap * 10_000.0);
        let agrees = match (due, stated) {
            (None, None) => true,
            (Some(due), Some(stated)) => (stated - due as f64).abs() < 1e-6,
            _ => false,
        };
        if !agrees {
            let message = match due {
                Some(due) => format!("The gap is {}.", due as f64 / 10_000.0),
                None => "Without a bound there is no gap.".to_string(),
            };
            self.breaches.add(codes::BREACH_GAP, "/gap", message);
        }
    }
}
