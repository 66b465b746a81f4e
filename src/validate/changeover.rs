//! Changeover rules: one of two forms each, and matrices that fit their values.

use super::names::Names;
use crate::diagnostic::{Diagnostic, Severity, codes};
use crate::model::{ChangeoverRule, Instance};
use rustc_hash::FxHashMap;

/// Judges every changeover set.
pub(super) fn check(instance: &Instance, names: &Names<'_>, faults: &mut Vec<Diagnostic>) {
    for (index, set) in instance.changeovers.iter().enumerate() {
        for (at, rule) in set.rules.iter().enumerate() {
            let base = format!("/changeovers/{index}/rules/{at}");
            check_attribute(instance, names, rule, &base, faults);
            check_form(rule, &base, faults);
        }
    }
}

fn check_attribute(
    instance: &Instance,
    names: &Names<'_>,
    rule: &ChangeoverRule,
    base: &str,
    faults: &mut Vec<Diagnostic>,
) {
    let attribute = rule.attribute.as_str();
    let pointer = format!("{base}/attribute");
    if attribute.is_empty() || attribute == "meta" {
        faults.push(Diagnostic::error(
            if attribute.is_empty() { codes::EMPTY_NAME } else { codes::RESERVED_NAME },
            pointer,
            format!("\"{attribute}\" cannot be an attribute."),
            "Name an attribute of the variants, \"variant\" or \"operation\".",
        ));
    } else if !(instance.variants.is_empty()
        || matches!(attribute, "variant" | "operation")
        || names.attributes.contains(attribute))
    {
        let message = format!("No variant has an attribute \"{attribute}\", so the rule never matches.");
        let remedy = names.attributes.remedy(attribute);
        faults
            .push(Diagnostic::error(codes::UNMATCHED_NAME, pointer, message, remedy).with_severity(Severity::Warning));
    }
}

/// Either `from`, `to`, `time`, `cost`, or `values` with one or two matrices.
fn check_form(rule: &ChangeoverRule, base: &str, faults: &mut Vec<Diagnostic>) {
    let plain = rule.from.is_some() || rule.to.is_some() || rule.time.is_some() || rule.cost.is_some();
    let matrix = rule.values.is_some() || rule.seconds.is_some() || rule.costs.is_some();
    let fault = |message: &str, remedy: &str| Diagnostic::error(codes::CHANGEOVER_RULE, base, message, remedy);
    if plain && matrix {
        faults.push(fault(
            "The rule has both a time or cost of its own and a matrix.",
            "Make two rules of it: `from`, `to`, `time`, `cost`, or `values` with `seconds` and `costs`.",
        ));
    }
    if !matrix {
        return;
    }
    let Some(values) = &rule.values else {
        faults.push(fault("The rule has a matrix without `values`.", "List the values of its rows and columns."));
        return;
    };
    if rule.seconds.is_none() && rule.costs.is_none() {
        faults.push(fault("The rule has `values` and no matrix.", "Add `seconds`, `costs` or both."));
    }
    let mut seen: FxHashMap<&str, usize> = FxHashMap::default();
    for (at, value) in values.iter().enumerate() {
        let first = *seen.entry(value).or_insert(at);
        if first != at {
            faults.push(Diagnostic::error(
                codes::MATRIX_SHAPE,
                format!("{base}/values/{at}"),
                format!("The value \"{value}\" is already at position {first}."),
                "Remove it with its row and column.",
            ));
        }
    }
    check_matrix(rule.seconds.as_deref(), "seconds", values.len(), base, faults);
    check_matrix(rule.costs.as_deref(), "costs", values.len(), base, faults);
}

fn check_matrix<T>(matrix: Option<&[Vec<T>]>, field: &str, size: usize, base: &str, faults: &mut Vec<Diagnostic>) {
    let Some(rows) = matrix else { return };
    let remedy = format!("Give it {size} rows of {size} numbers, one per value.");
    if rows.len() != size {
        let message = format!("`{field}` has {} rows for {size} values.", rows.len());
        faults.push(Diagnostic::error(codes::MATRIX_SHAPE, format!("{base}/{field}"), message, remedy.clone()));
    }
    for (at, row) in rows.iter().enumerate().filter(|(_, row)| row.len() != size) {
        let message = format!("The row has {} numbers for {size} values.", row.len());
        faults.push(Diagnostic::error(codes::MATRIX_SHAPE, format!("{base}/{field}/{at}"), message, remedy.clone()));
    }
}
