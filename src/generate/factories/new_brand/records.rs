//! The platform's record numbers, kept beside what the program reads: the first object of each kind carries one in its
//! `meta`, as an export from somebody's system of records would have it on all of them.

use crate::model::Instance;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The instance with its record numbers. Every object of the format may hold a `meta`, so they go into its JSON.
pub(super) fn keep(instance: &Instance) -> Instance {
    let mut tree = serde_json::to_value(instance).unwrap_or_else(|fault| unreachable!("an instance is JSON: {fault}"));
    let mut kinds = BTreeSet::new();
    for value in tree.as_object_mut().into_iter().flat_map(|top| top.iter_mut()) {
        number(value.1, value.0, &mut kinds);
    }
    serde_json::from_value(tree).unwrap_or_else(|fault| unreachable!("it stays an instance: {fault}"))
}

/// Numbers the first object at each path, whatever its places in lists; orders keep what a surge says of them.
fn number(value: &mut Value, path: &str, kinds: &mut BTreeSet<String>) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| number(value, path, kinds)),
        Value::Object(entries) => {
            for (name, value) in entries.iter_mut().filter(|(name, _)| *name != "meta") {
                number(value, &format!("{path}.{name}"), kinds);
            }
            if kinds.insert(path.to_string()) {
                entries.entry("meta").or_insert_with(|| json!({ "record": kinds.len() }));
            }
        }
        _ => {}
    }
}
