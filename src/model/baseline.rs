//! The plan in force, and the shape of a lot in it; plans list their lots in the same shape.

use super::scalar::{is_default, present};
use super::{Instant, Meta};
use crate::units::{Money, Pieces};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Yesterday's plan: what is frozen, and what moving the rest costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// Operations the baseline starts before it are facts; without it nothing is frozen.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub frozen_until: Option<Instant>,
    /// For an operation that is on another line than in the baseline.
    #[serde(default, skip_serializing_if = "is_default")]
    pub line_change_cost: Money,
    /// Per hour by which an operation's start moved, pro rata.
    #[serde(default, skip_serializing_if = "is_default")]
    pub start_change_cost_per_hour: Money,
    /// The lots, as a plan lists them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lots: Vec<LotEntry>,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}

/// One lot: pieces of an item that go through the route together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct LotEntry {
    /// Its order.
    pub order: String,
    /// Its item: the id, or the index in the order.
    pub item: String,
    /// Its number within the item, from 0.
    #[serde(default)]
    pub lot: u32,
    /// Pieces to deliver.
    pub quantity: Pieces,
    /// What it is; in a baseline, for lots of orders that are no longer there.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Its operations, in the order of the route.
    pub operations: Vec<OperationEntry>,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}

/// One operation of a lot on its line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OperationEntry {
    /// Its name in the route; none without a route.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The line it runs on.
    pub line: String,
    /// First second of its changeover; none where the changeover takes no time.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub setup_start: Option<Instant>,
    /// First second of its run.
    pub start: Instant,
    /// The second after its last.
    pub end: Instant,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}
