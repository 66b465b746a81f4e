//! A proof in words: which orders clash, over what.

use crate::model::{Instance, Instant};
use crate::problem::{LineIdx, Problem, SupplyIdx};
use crate::proof::clash::{Clash, Proof};
use crate::solution::ClashEntry;
use crate::units::{HOUR, Id, Seconds};

/// Millionths in one of a material.
const MICRO: f64 = 1e6;
/// Names listed in a sentence; all of them are in the entry.
const LISTED: usize = 5;

/// The entry of a plan for a clash.
pub(super) fn entry(instance: &Instance, problem: &Problem, clash: &Clash) -> ClashEntry {
    let orders: Vec<String> = clash.orders.iter().map(|order| instance.orders[order.position()].id.clone()).collect();
    let at = |seconds: Seconds| Instant::in_zone(seconds, &problem.zone);
    let lines_of = |lines: &[LineIdx]| lines.iter().map(|line| instance.lines[line.position()].id.clone()).collect();
    let who = listed(&orders);
    let mut entry = ClashEntry {
        code: String::new(),
        message: String::new(),
        orders,
        lines: Vec::new(),
        materials: Vec::new(),
        from: None,
        to: None,
    };
    match &clash.proof {
        Proof::NoPlace { item, step, lines } => {
            entry.code = "no-place".to_string();
            entry.lines = lines_of(lines);
            let order = &instance.orders[clash.orders[0].position()];
            let route = instance.variants.iter().find(|variant| variant.id == order.items[*item].variant);
            let route = route.and_then(|variant| variant.route.as_ref());
            let route = route.and_then(|route| instance.routes.iter().find(|known| known.id == *route));
            let operation = route.and_then(|route| route.operations.get(usize::from(*step)));
            let what = operation.map_or_else(String::new, |operation| format!(", operation {}", operation.id));
            let name = order.items[*item].name(*item);
            entry.message = if lines.is_empty() {
                format!("Order {who} cannot be made: no line can run its item {name}{what} and deliver it.")
            } else {
                let until = order.deadline.as_ref().map_or("the plan's end", |_| "its deadline");
                format!(
                    "Order {who} cannot be made: its item {name}{what} has no place between what comes before it and \
                     {until}, on any of {}.",
                    listed(&entry.lines)
                )
            };
        }
        Proof::Capacity { lines, from, to, open, work, changeovers } => {
            entry.code = "capacity".to_string();
            entry.lines = lines_of(lines);
            (entry.from, entry.to) = (Some(at(*from)), Some(at(*to)));
            let setups = if *changeovers > Seconds::ZERO {
                format!(" and at least {} h of changeovers", hours(*changeovers))
            } else {
                String::new()
            };
            entry.message = format!(
                "Orders {who} cannot all be made: between {} and {} they need {} h of runs{setups} on {}, open for {} h \
                 then, all overtime included.",
                at(*from),
                at(*to),
                hours(*work),
                listed(&entry.lines),
                hours(*open)
            );
        }
        Proof::Material { supplies, by, needed, available } => {
            entry.code = "material".to_string();
            entry.materials = materials(instance, supplies);
            entry.to = Some(at(*by));
            entry.message = format!(
                "Orders {who} cannot all be made: by {} they must have taken {} of {}, of which {} will have come.",
                at(*by),
                *needed as f64 / MICRO,
                listed(&entry.materials),
                *available as f64 / MICRO
            );
        }
    }
    entry
}

fn materials(instance: &Instance, supplies: &[SupplyIdx]) -> Vec<String> {
    // Supplies stand in the order of the file.
    let mut names: Vec<String> =
        supplies.iter().map(|supply| instance.materials[supply.position()].id.clone()).collect();
    names.dedup();
    names
}

fn listed(names: &[String]) -> String {
    let mut text = names.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > LISTED {
        text += &format!(" and {} more", names.len() - LISTED);
    }
    text
}

fn hours(time: Seconds) -> f64 {
    let hours = time.0 as f64 / HOUR.0 as f64;
    (hours * 100.0).round() / 100.0
}
