//! What variants are made from: stock and arrivals, for one site or for all.

use super::scalar::{is_default, present};
use super::{Amount, Instant, Meta};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One stock of a material: of one site, or of all sites that have none of their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct Material {
    /// What variants refer to; may come once per site and once without.
    pub id: String,
    /// Whose stock it is.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// What is there at `start`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub stock: Amount,
    /// What comes later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arrivals: Vec<Arrival>,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}

/// An arrival: counts from its instant on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arrival {
    /// When.
    pub at: Instant,
    /// How much.
    pub quantity: Amount,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}
