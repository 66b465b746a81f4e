//! Materials: one entry per site and one without.

use super::names::Names;
use crate::diagnostic::{Diagnostic, codes};
use crate::model::Instance;
use rustc_hash::FxHashMap;

/// Judges every material.
pub(super) fn check(instance: &Instance, names: &Names<'_>, faults: &mut Vec<Diagnostic>) {
    let mut seen: FxHashMap<(&str, Option<&str>), usize> = FxHashMap::default();
    for (index, material) in instance.materials.iter().enumerate() {
        let base = format!("/materials/{index}");
        let site = material.site.as_deref();
        faults.extend(site.and_then(|site| names.sites.refer(codes::UNKNOWN_SITE, format!("{base}/site"), site)));
        let first = *seen.entry((&material.id, site)).or_insert(index);
        if material.id.is_empty() {
            let message = "The material has an empty id.";
            faults.push(Diagnostic::error(codes::EMPTY_NAME, format!("{base}/id"), message, "Give it a name."));
        } else if first != index {
            let place = site.map_or_else(|| "without a site".to_string(), |site| format!("at site \"{site}\""));
            faults.push(Diagnostic::error(
                codes::DUPLICATE_ID,
                format!("{base}/id"),
                format!("The material \"{}\" {place} is already at /materials/{first}.", material.id),
                "Make one entry of the two.",
            ));
        }
    }
}
