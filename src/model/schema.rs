//! JSON Schemas of the file formats, drawn from the very types that read and write them.

use super::Instance;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};

/// Optional fields may be left out but not be `null` (the reader refuses it), so `null` leaves their schema.
#[derive(Clone)]
struct NoNull;

impl Transform for NoNull {
    fn transform(&mut self, schema: &mut Schema) {
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

/// The schema of `T`, in which optional fields are never `null`.
pub(crate) fn strict_schema<T: JsonSchema>() -> Schema {
    generator(true).into_root_schema_for::<T>()
}

/// The schema of `T` as its types stand; `null` where an answer may be absent.
pub(crate) fn nullable_schema<T: JsonSchema>() -> Schema {
    generator(false).into_root_schema_for::<T>()
}

fn generator(strict: bool) -> SchemaGenerator {
    let mut settings = SchemaSettings::draft2020_12();
    if strict {
        settings.transforms.push(Box::new(NoNull));
    }
    settings.into_generator()
}

/// The schema of an instance file.
pub fn instance_schema() -> Schema {
    strict_schema::<Instance>()
}
