//! Variants: their route, and what they say of its operations.

use super::names::{Index, Names};
use crate::diagnostic::{Diagnostic, codes, join_pointer};
use crate::model::{Instance, Requires, Variant};

/// Judges every variant.
pub(super) fn check(instance: &Instance, names: &Names<'_>, faults: &mut Vec<Diagnostic>) {
    // Per route, not per variant: 5,000 variants share a handful.
    let routes: Vec<Index<'_>> = instance
        .routes
        .iter()
        .map(|route| {
            Index::new("operation", route.operations.iter().map(|step| step.id.as_str())).within(" in its route")
        })
        .collect();
    let none = Index::new("operation", []).within(", the variant having no route");
    for (index, variant) in instance.variants.iter().enumerate() {
        let base = format!("/variants/{index}");
        let operations = match variant.route.as_deref() {
            None => Some(&none),
            Some(route) => {
                faults.extend(names.routes.refer(codes::UNKNOWN_ROUTE, format!("{base}/route"), route));
                names.routes.get(route).map(|position| &routes[position])
            }
        };
        check_attributes(variant, &base, faults);
        check_requires(variant, operations, &base, faults);
        for (at, used) in variant.materials.iter().enumerate() {
            let base = format!("{base}/materials/{at}");
            faults.extend(names.materials.refer(codes::UNKNOWN_MATERIAL, format!("{base}/id"), &used.id));
            let operation = used.operation.as_deref().zip(operations);
            faults.extend(operation.and_then(|(name, operations)| {
                operations.refer(codes::UNKNOWN_OPERATION, format!("{base}/operation"), name)
            }));
        }
    }
}

fn check_attributes(variant: &Variant, base: &str, faults: &mut Vec<Diagnostic>) {
    for (name, _) in variant.attributes.iter().flat_map(|named| named.iter()) {
        let pointer = join_pointer(&format!("{base}/attributes"), name);
        if name.is_empty() {
            let message = "An attribute has an empty name.";
            faults.push(Diagnostic::error(codes::EMPTY_NAME, pointer, message, "Give it a name."));
        } else if matches!(name, "variant" | "operation") {
            faults.push(Diagnostic::error(
                codes::RESERVED_NAME,
                pointer,
                format!("No attribute may be called \"{name}\": rates and rules mean the {name} itself by it."),
                "Rename the attribute.",
            ));
        }
    }
}

fn check_requires(variant: &Variant, operations: Option<&Index<'_>>, base: &str, faults: &mut Vec<Diagnostic>) {
    let (Some(Requires::ByOperation(named)), Some(operations)) = (&variant.requires, operations) else { return };
    for (name, _) in named.iter() {
        let pointer = join_pointer(&format!("{base}/requires"), name);
        faults.extend(operations.refer(codes::UNKNOWN_OPERATION, pointer, name));
    }
}
