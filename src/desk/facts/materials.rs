//! What has been taken of the materials, where the instance begins later than it did.
//!
//! A stock holds what is there at `start`; what was taken before is out of it. Where replanning moves `start`, what
//! began in between is taken out here.

use super::happenings::Happening;
use crate::model::{Amount, Instance};
use crate::units::Seconds;
use rustc_hash::FxHashMap;

/// Takes what began from `from` to before `to` out of stocks and, where those do not suffice, out of what had arrived.
pub(super) fn take(instance: &mut Instance, from: Seconds, to: Seconds, happened: &[Happening<'_>]) {
    let mut taken: FxHashMap<usize, i64> = FxHashMap::default();
    for happening in happened.iter().filter(|happening| from <= happening.start && happening.start < to) {
        let Some(variant) = happening.variant.and_then(|id| instance.variants.iter().find(|one| one.id == id)) else {
            continue;
        };
        let site = instance.lines[happening.line].site.as_deref();
        let first = variant.route.as_deref().and_then(|id| instance.routes.iter().find(|route| route.id == id));
        let first = first.and_then(|route| route.operations.first()).map(|operation| operation.id.as_str());
        for used in &variant.materials {
            if used.operation.as_deref().or(first) != happening.name && variant.route.is_some() {
                continue;
            }
            let stock = |of: Option<&str>| {
                instance.materials.iter().position(|stock| stock.id == used.id && stock.site.as_deref() == of)
            };
            if let Some(stock) = site.and_then(|site| stock(Some(site))).or_else(|| stock(None)) {
                let amount = used.per_unit.0.saturating_mul(happening.pieces_run);
                let sum = taken.entry(stock).or_default();
                *sum = sum.saturating_add(amount);
            }
        }
    }
    for (stock, mut amount) in taken {
        let material = &mut instance.materials[stock];
        let mut reduce = |held: &mut Amount| {
            let gone = amount.min(held.0);
            held.0 -= gone;
            amount -= gone;
        };
        reduce(&mut material.stock);
        material.arrivals.sort_by_key(|arrival| arrival.at);
        for arrival in material.arrivals.iter_mut().filter(|arrival| arrival.at.seconds < to) {
            reduce(&mut arrival.quantity);
        }
        material.arrivals.retain(|arrival| arrival.quantity.0 > 0);
    }
}
