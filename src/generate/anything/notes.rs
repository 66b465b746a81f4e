//! What the format keeps and ignores: names, currency, and `meta` on any object.

use crate::generate::stream::Stream;
use crate::model::Instance;
use serde_json::{Value, json};

/// Writes the notes into the instance's JSON, since every object of the format may hold one.
pub(super) fn notes(instance: &mut Instance, stream: &mut Stream) {
    instance.currency = Some("EUR".to_string());
    for order in &mut instance.orders {
        order.customer = stream.chance(50).then(|| format!("customer-{}", stream.between(1, 3)));
    }
    let mut tree =
        serde_json::to_value(&*instance).unwrap_or_else(|fault| unreachable!("an instance is JSON: {fault}"));
    annotate(&mut tree, stream);
    *instance = serde_json::from_value(tree).unwrap_or_else(|fault| unreachable!("it stays an instance: {fault}"));
}

fn annotate(value: &mut Value, stream: &mut Stream) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| annotate(value, stream)),
        Value::Object(entries) => {
            entries.values_mut().for_each(|value| annotate(value, stream));
            if stream.chance(15) {
                entries.insert(
                    "meta".to_string(),
                    json!({ "note": stream.between(0, 9), "tags": ["a", null, 0.5, false] }),
                );
            }
        }
        _ => {}
    }
}
