//! What a line needs between two lots: rules by attribute, times and costs.

use super::scalar::{is_default, present};
use super::{Duration, Meta};
use crate::units::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Rules for what lies between two neighbouring lots on a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct ChangeoverSet {
    /// What lines refer to.
    pub id: String,
    /// How the attributes' times and costs come together.
    #[serde(default, skip_serializing_if = "is_default")]
    pub combine: Combine,
    /// For each attribute, the first rule that matches the pair of values counts.
    pub rules: Vec<ChangeoverRule>,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}

/// How several attributes' changeovers come together, time and cost each on its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Combine {
    /// One after the other.
    #[default]
    Sum,
    /// Side by side.
    Max,
}

/// One rule: either `from`/`to` with `time` and `cost`, or a matrix over `values`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct ChangeoverRule {
    /// The attribute compared; `variant` and `operation` count as attributes.
    pub attribute: String,
    /// The value before; any without it.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The value after; any without it.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Working time; none without it.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub time: Option<Duration>,
    /// Cost besides the line's hours; none without it.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub cost: Option<Money>,
    /// The rows and columns of the matrices; such a rule matches when both values are among them.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<String>>,
    /// Working time by value before (row) and after (column).
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub seconds: Option<Vec<Vec<u32>>>,
    /// Cost by value before (row) and after (column).
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub costs: Option<Vec<Vec<Money>>>,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}
