//! JSON Schemas of the file formats, drawn from the very types that read and write them.

use super::Instance;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema, generate::SchemaSettings};

/// Optional fields may be left out but not be `null` (the reader refuses it), so `null` leaves their schema. Those
/// that are always written, and are `null` where there is nothing to say, have `null` for their default and keep it.
#[derive(Clone)]
struct NoNull;

impl Transform for NoNull {
    fn transform(&mut self, schema: &mut Schema) {
        if schema.get("default").is_some_and(|default| default.is_null()) {
            return;
        }
        if let Some(types) = schema.get_mut("type").and_then(|types| types.as_array_mut()) {
            types.retain(|name| name != "null");
            if let [only] = types.as_slice() {
                let only = only.clone();
                schema.insert("type".into(), only);
            }
        }
        let choices = schema.get_mut("anyOf").and_then(|choices| choices.as_array_mut());
        if let Some(choices) = choices {
            choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
            if let [only] = choices.as_slice()
                && let Some(only) = only.as_object().cloned()
            {
                schema.remove("anyOf");
                for (key, value) in only {
                    schema.insert(key, value);
                }
            }
        }
        transform_subschemas(self, schema);
    }
}

/// The schema of `T` as its reader takes it.
pub(crate) fn file_schema<T: JsonSchema>() -> Schema {
    let mut settings = SchemaSettings::draft2020_12();
    settings.transforms.push(Box::new(NoNull));
    settings.into_generator().into_root_schema_for::<T>()
}

/// The schema of an instance file.
pub fn instance_schema() -> Schema {
    file_schema::<Instance>()
}
