//! The operations a variant goes through, and in what order.

use super::scalar::{is_default, present};
use super::{Duration, Meta};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A partial order of operations with exactly one that nothing waits for: delivery starts there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// What variants refer to.
    pub id: String,
    /// The operations.
    pub operations: Vec<RouteOperation>,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}

/// One step of a route.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct RouteOperation {
    /// What `after`, `requires`, materials and plans refer to.
    pub id: String,
    /// The stage whose lines can run it; none: the lines without one.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// The operations of the same route that must have ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    /// Elapsed time that must pass after each of `after` has ended.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lag: Duration,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}
