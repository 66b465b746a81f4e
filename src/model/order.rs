//! What was ordered: items to be delivered together, by when, and what it costs if not.

use super::scalar::{is_default, present};
use super::{Instant, Meta};
use crate::units::{Money, Pieces};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The largest quantity of one item, or of one lot of a plan.
pub(crate) const MAXIMUM_PIECES: Pieces = 1_000_000_000_000;

/// An order is delivered when all lots of all its items are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// What plans refer to.
    pub id: String,
    /// Whose it is; never printed without being asked for.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// Where it goes.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// No run of it starts earlier; `start` without it.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub release: Option<Instant>,
    /// When it is promised; without it it is neither late nor early.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub due: Option<Instant>,
    /// Delivery after it is not allowed.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Instant>,
    /// Per day late, pro rata; with `due` and neither late cost, `objective.late_cost_per_day`.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub late_cost_per_day: Option<Money>,
    /// Once, when late at all.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub late_cost_once: Option<Money>,
    /// Per day early, pro rata; needs `due`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub holding_cost_per_day: Money,
    /// What leaving it out costs; without it the order must be made.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub reject_cost: Option<Money>,
    /// What is in it.
    pub items: Vec<Item>,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}

/// Some pieces of one variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its name within the order; its index without one.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What it is.
    pub variant: String,
    /// Pieces ordered.
    pub quantity: Pieces,
    /// Pieces already finished; they belong to no lot.
    #[serde(default, skip_serializing_if = "is_default")]
    pub done: Pieces,
    /// Into how many lots it may be split.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub maximum_lots: u32,
    /// The smallest lot when it is split.
    #[serde(default = "one_piece", skip_serializing_if = "is_one_piece")]
    pub minimum_lot: Pieces,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}

fn one() -> u32 {
    1
}
fn is_one(count: &u32) -> bool {
    *count == 1
}
fn one_piece() -> Pieces {
    1
}
fn is_one_piece(count: &Pieces) -> bool {
    *count == 1
}

impl Default for Item {
    /// An item of no variant and no pieces, in one lot.
    fn default() -> Self {
        Self { id: None, variant: String::new(), quantity: 0, done: 0, maximum_lots: 1, minimum_lot: 1, meta: None }
    }
}

impl Item {
    /// The name plans use: its id, or its index in the order.
    pub fn name(&self, index: usize) -> String {
        self.id.clone().unwrap_or_else(|| index.to_string())
    }
    /// Pieces still to be made.
    pub fn remaining(&self) -> Pieces {
        (self.quantity - self.done).max(0)
    }
}
