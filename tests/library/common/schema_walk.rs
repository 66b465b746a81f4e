//! Which fields a schema speaks of and which of them a value uses.

use serde_json::Value;
use std::collections::BTreeSet;

/// All `type.field` the schema of an instance speaks of.
pub fn fields(schema: &Value) -> BTreeSet<String> {
    let mut wanted = BTreeSet::new();
    collect(schema, "Instance", &mut wanted);
    for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
        collect(definition, name, &mut wanted);
    }
    wanted
}

/// All `type.field` that an instance uses.
pub fn used(schema: &Value, instance: &Value) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    mark(schema, schema, instance, "Instance", &mut used);
    used
}

/// All `type.field` a schema speaks of, references left to their own definitions.
fn collect(schema: &Value, name: &str, wanted: &mut BTreeSet<String>) {
    for (field, inner) in schema["properties"].as_object().into_iter().flatten() {
        wanted.insert(format!("{name}.{field}"));
        collect(inner, &format!("{name}.{field}"), wanted);
    }
    let choices = schema["anyOf"].as_array().into_iter().flatten();
    for inner in choices.chain([&schema["items"], &schema["additionalProperties"]]).filter(|inner| inner.is_object()) {
        collect(inner, name, wanted);
    }
}

/// All `type.field` that `value` uses.
fn mark(root: &Value, schema: &Value, value: &Value, name: &str, used: &mut BTreeSet<String>) {
    if let Some(definition) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
        return mark(root, &root["$defs"][definition], value, definition, used);
    }
    for choice in schema["anyOf"].as_array().into_iter().flatten() {
        mark(root, choice, value, name, used);
    }
    for element in value.as_array().into_iter().flatten() {
        mark(root, &schema["items"], element, name, used);
    }
    for (field, inner) in value.as_object().into_iter().flatten() {
        match schema["properties"].get(field) {
            Some(known) => {
                used.insert(format!("{name}.{field}"));
                mark(root, known, inner, &format!("{name}.{field}"), used);
            }
            None => mark(root, &schema["additionalProperties"], inner, name, used),
        }
    }
}
