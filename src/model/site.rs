//! Where lines stand: deliveries from there, and transits between.

use super::scalar::{is_default, present};
use super::{Duration, Meta};
use crate::units::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A place where lines stand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// What lines, transits and materials refer to.
    pub id: String,
    /// The regions it delivers to; none listed: to all, at once and free.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deliveries: Vec<Delivery>,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}

/// What it takes to deliver from a site to a region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// The orders' region.
    pub region: String,
    /// Elapsed time from the last operation's end to delivery.
    #[serde(default, skip_serializing_if = "is_default")]
    pub time: Duration,
    /// Per piece of the lot's quantity.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cost_per_unit: Money,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}

/// A journey between two sites, in that direction only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct Transit {
    /// The site it leaves.
    pub from: String,
    /// The site it reaches.
    pub to: String,
    /// Elapsed time.
    #[serde(default, skip_serializing_if = "is_default")]
    pub time: Duration,
    /// Per piece of the lot's quantity.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cost_per_unit: Money,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}
