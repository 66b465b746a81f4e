//! What can be ordered: its route, attributes, requirements and materials.

use super::scalar::present;
use super::{Amount, Meta, Named};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// One thing that can be ordered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// What orders refer to.
    pub id: String,
    /// Its operations; without one a single operation without a stage or a name.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// What its lines must offer.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub requires: Option<Requires>,
    /// What rates match and changeovers compare.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub attributes: Option<Named<String>>,
    /// What each piece run takes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub materials: Vec<MaterialUse>,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}

/// What a piece takes of a material.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct MaterialUse {
    /// The material.
    pub id: String,
    /// Per piece run.
    pub per_unit: Amount,
    /// The operation at whose start it is taken; the first listed of the route without it.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}

/// What a variant asks of lines: for every operation alike, or by operation.
#[derive(Clone, Debug, PartialEq)]
pub enum Requires {
    /// Capabilities every operation's line must offer.
    Every(Vec<String>),
    /// Capabilities by operation.
    ByOperation(Named<Vec<String>>),
}

impl Requires {
    /// What the line of `operation` must offer.
    pub fn of(&self, operation: Option<&str>) -> &[String] {
        match self {
            Self::Every(list) => list,
            Self::ByOperation(named) => operation.and_then(|name| named.get(name)).map_or(&[], Vec::as_slice),
        }
    }
}

impl Serialize for Requires {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Every(list) => list.serialize(out),
            Self::ByOperation(named) => named.serialize(out),
        }
    }
}

struct RequiresVisitor;

impl<'de> Visitor<'de> for RequiresVisitor {
    type Value = Requires;
    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list of capabilities, or an object from operation to such a list")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Requires, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(seq)).map(Requires::Every)
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Requires, A::Error> {
        Named::deserialize(MapAccessDeserializer::new(map)).map(Requires::ByOperation)
    }
}

impl<'de> Deserialize<'de> for Requires {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(RequiresVisitor)
    }
}

impl JsonSchema for Requires {
    fn schema_name() -> Cow<'static, str> {
        "Requires".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Capabilities the lines must offer: a list for every operation, or an object by operation.",
            "anyOf": [
                { "type": "array", "items": { "type": "string" } },
                {
                    "type": "object", "properties": { "meta": true },
                    "additionalProperties": { "type": "array", "items": { "type": "string" } }
                }
            ]
        })
    }
}
