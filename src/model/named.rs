//! Objects whose keys are the planner's own names, and the free `meta` any object may hold.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

/// A free JSON value, kept and ignored; only a key named twice in one object is refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Meta(pub serde_json::Value);

/// An object from the planner's names (attributes, operations) to values, beside its `meta`.
///
/// No attribute or operation may be called `meta`.
#[derive(Clone, Debug, PartialEq)]
pub struct Named<V> {
    /// The entries, by name.
    pub entries: BTreeMap<String, V>,
    /// The free `meta`.
    pub meta: Option<Meta>,
}

impl<V> Named<V> {
    /// The value under `name`.
    pub fn get(&self, name: &str) -> Option<&V> {
        self.entries.get(name)
    }
    /// Names with values, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.entries.iter().map(|(name, value)| (name.as_str(), value))
    }
    /// Whether there is neither an entry nor a `meta`.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.meta.is_none()
    }
}

impl<V> Default for Named<V> {
    fn default() -> Self {
        Self { entries: BTreeMap::new(), meta: None }
    }
}

impl<K: Into<String>, V> FromIterator<(K, V)> for Named<V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Self { entries: entries.into_iter().map(|(name, value)| (name.into(), value)).collect(), meta: None }
    }
}

impl<K: Into<String>, V, const N: usize> From<[(K, V); N]> for Named<V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<V: Serialize> Serialize for Named<V> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut map = out.serialize_map(Some(self.entries.len() + usize::from(self.meta.is_some())))?;
        for (name, value) in &self.entries {
            map.serialize_entry(name, value)?;
        }
        if let Some(meta) = &self.meta {
            map.serialize_entry("meta", meta)?;
        }
        map.end()
    }
}

struct NamedVisitor<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for NamedVisitor<V> {
    type Value = Named<V>;
    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named<V>, A::Error> {
        let mut named = Named::default();
        while let Some(name) = map.next_key::<String>()? {
            let repeated = if name == "meta" {
                named.meta.replace(map.next_value()?).is_some()
            } else {
                named.entries.insert(name.clone(), map.next_value()?).is_some()
            };
            if repeated {
                return Err(de::Error::custom(format!("duplicate key `{name}`")));
            }
        }
        Ok(named)
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Named<V> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(NamedVisitor(PhantomData))
    }
}

impl<V: JsonSchema> JsonSchema for Named<V> {
    fn schema_name() -> Cow<'static, str> {
        format!("Named_{}", V::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<V>();
        json_schema!({ "type": "object", "properties": { "meta": true }, "additionalProperties": value })
    }
    fn inline_schema() -> bool {
        true
    }
}

impl Serialize for Meta {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(out)
    }
}

struct MetaVisitor;

impl<'de> Visitor<'de> for MetaVisitor {
    type Value = serde_json::Value;
    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any JSON value")
    }
    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(value.into())
    }
    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(value.into())
    }
    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(value.into())
    }
    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(value.into())
    }
    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(value.into())
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(serde_json::Value::Null)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Meta(value)) = seq.next_element()? {
            values.push(value);
        }
        Ok(values.into())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut object = serde_json::Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let Meta(value) = map.next_value()?;
            if object.insert(name.clone(), value).is_some() {
                return Err(de::Error::custom(format!("duplicate key `{name}`")));
            }
        }
        Ok(object.into())
    }
}

impl<'de> Deserialize<'de> for Meta {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(MetaVisitor).map(Meta)
    }
}

impl JsonSchema for Meta {
    fn schema_name() -> Cow<'static, str> {
        "Meta".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "A free value, kept and ignored." })
    }
}
