//! The plan that is in force when planning begins: committed volumes of tissues, laid out one after the other on the
//! folding lines, as the platform was told.
//!
//! Each line is still busy with a lot of an order that has left the books. Times are worked out from rates and from a
//! flat hour and a half of changing over; washes are not minded, for what is not a fact may be moved at a price.

use super::super::works::{Works, known, value};
use super::{Kind, SIZES, kind};
use crate::generate::shifts::{after, money};
use crate::model::{Baseline, Instance, Instant, LotEntry, OperationEntry, Order};
use crate::units::{HOUR, Money};
use std::collections::HashMap;

/// What starts in the first hours is a fact.
const FROZEN: i64 = 4 * HOUR.0;
const CHANGEOVER: i64 = 5_400;

/// Adds it to the instance.
pub(super) fn write(works: &Works<'_>, instance: &mut Instance) {
    let sizes: HashMap<&str, &str> =
        instance.variants.iter().map(|variant| (variant.id.as_str(), value(variant, "size"))).collect();
    let lines: Vec<&str> =
        instance.lines.iter().map(|line| line.id.as_str()).filter(|id| id.starts_with("fold-")).collect();
    let mut free: Vec<Instant> = Vec::new();
    let mut lots = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let begun = works.at(-3 * HOUR.0);
        let ends = works.at(HOUR.0 / 2 * (1 + index as i64 % 3));
        let scents = ["tissue-pocket-none", "tissue-box-lotion", "tissue-box-none"];
        lots.push(LotEntry {
            order: format!("LAST-WEEK-{}", index + 1),
            item: "0".to_string(),
            lot: 0,
            quantity: 24_000,
            variant: Some(scents[index % scents.len()].to_string()),
            operations: vec![OperationEntry {
                operation: Some("fold".to_string()),
                line: line.to_string(),
                setup_start: None,
                start: begun,
                end: ends,
                meta: None,
            }],
            meta: None,
        });
        free.push(ends);
    }
    let tissue = |order: &Order| !sizes[order.items[0].variant.as_str()].is_empty();
    let planned = instance.orders.iter().enumerate();
    let planned = planned.filter(|(index, order)| kind(works, *index) == Kind::Committed && tissue(order));
    for (_, order) in planned {
        let Some(next) = (0..free.len()).min_by_key(|line| free[*line]) else { break };
        let item = &order.items[0];
        let setup = free[next].max(order.release.unwrap_or(works.start));
        let start = after(setup, CHANGEOVER);
        let per_hour = known(&SIZES, sizes[item.variant.as_str()]);
        let end = after(start, 600 + (item.quantity * 3_600 + per_hour - 1) / per_hour);
        free[next] = end;
        lots.push(LotEntry {
            order: order.id.clone(),
            item: item.name(0),
            lot: 0,
            quantity: item.remaining(),
            variant: None,
            operations: vec![OperationEntry {
                operation: Some("fold".to_string()),
                line: lines[next].to_string(),
                setup_start: Some(setup),
                start,
                end,
                meta: None,
            }],
            meta: None,
        });
    }
    instance.baseline = Some(Baseline {
        frozen_until: Some(works.at(FROZEN)),
        line_change_cost: money(80),
        start_change_cost_per_hour: Money(2 * Money::SCALE),
        lots,
        meta: None,
    });
}
