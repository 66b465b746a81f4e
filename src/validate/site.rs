//! Sites, their deliveries, and the transits between them.

use super::names::Names;
use crate::diagnostic::{Diagnostic, codes};
use crate::model::Instance;
use rustc_hash::FxHashMap;

/// Judges every site and transit.
pub(super) fn check(instance: &Instance, names: &Names<'_>, faults: &mut Vec<Diagnostic>) {
    for (index, site) in instance.sites.iter().enumerate() {
        let mut seen: FxHashMap<&str, usize> = FxHashMap::default();
        for (at, delivery) in site.deliveries.iter().enumerate() {
            let first = *seen.entry(delivery.region.as_str()).or_insert(at);
            let pointer = format!("/sites/{index}/deliveries/{at}/region");
            if delivery.region.is_empty() {
                faults.push(Diagnostic::error(
                    codes::EMPTY_NAME,
                    pointer,
                    "The region has an empty name.",
                    "Name the region.",
                ));
            } else if first != at {
                faults.push(Diagnostic::error(
                    codes::DUPLICATE_ID,
                    pointer,
                    format!("The region \"{}\" is already at /sites/{index}/deliveries/{first}.", delivery.region),
                    "Keep one of the two.",
                ));
            }
        }
    }
    let mut seen: FxHashMap<(&str, &str), usize> = FxHashMap::default();
    for (index, transit) in instance.transits.iter().enumerate() {
        let base = format!("/transits/{index}");
        faults.extend(names.sites.refer(codes::UNKNOWN_SITE, format!("{base}/from"), &transit.from));
        faults.extend(names.sites.refer(codes::UNKNOWN_SITE, format!("{base}/to"), &transit.to));
        let first = *seen.entry((&transit.from, &transit.to)).or_insert(index);
        if first != index {
            faults.push(Diagnostic::error(
                codes::DUPLICATE_ID,
                base,
                format!("The transit from \"{}\" to \"{}\" is already at /transits/{first}.", transit.from, transit.to),
                "Keep one of the two.",
            ));
        }
    }
}
