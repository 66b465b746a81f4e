//! The whole file: one factory network, its orders, and what a plan is judged by.

use super::scalar::{is_default, present};
use super::{Baseline, Calendar, ChangeoverSet, Instant, Line, Material, Meta, Order, Route, Site, Transit, Variant};
use crate::units::{DAY, Money, Seconds};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The only `format` this version reads and writes.
pub const FORMAT: &str = "lotwise/1";

/// Everything a plan is made from. Instants are written with their offset; see `docs/format.md` for the meaning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    /// Always `lotwise/1`.
    pub format: String,
    /// A name for people and for the plan to refer to.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The one currency of every amount of money, for display.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// IANA time zone of the calendars' local times; UTC without one.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// The first instant anything may happen.
    pub start: Instant,
    /// No operation ends after it; `start` plus 366 days without one.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub end: Option<Instant>,
    /// What the plan as a whole is charged for.
    #[serde(default, skip_serializing_if = "Objective::is_default")]
    pub objective: Objective,
    /// When lines are open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calendars: Vec<Calendar>,
    /// Where lines stand and where from orders are delivered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<Site>,
    /// Journeys between sites.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transits: Vec<Transit>,
    /// What it takes to go from one lot to the next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changeovers: Vec<ChangeoverSet>,
    /// What makes things.
    pub lines: Vec<Line>,
    /// The operations variants go through.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<Route>,
    /// What variants are made from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub materials: Vec<Material>,
    /// What can be ordered.
    pub variants: Vec<Variant>,
    /// What was ordered.
    pub orders: Vec<Order>,
    /// The plan in force, where there is one.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}

impl Instance {
    /// An instance that begins at `start` and holds nothing yet.
    pub fn new(start: Instant) -> Self {
        Self {
            format: FORMAT.to_string(),
            name: None,
            currency: None,
            time_zone: None,
            start,
            end: None,
            objective: Objective::default(),
            calendars: Vec::new(),
            sites: Vec::new(),
            transits: Vec::new(),
            changeovers: Vec::new(),
            lines: Vec::new(),
            routes: Vec::new(),
            materials: Vec::new(),
            variants: Vec::new(),
            orders: Vec::new(),
            baseline: None,
            meta: None,
        }
    }

    /// The last instant an operation may end: `end`, or `start` plus 366 days.
    pub fn horizon_end(&self) -> Seconds {
        self.end.map_or(self.start.seconds + Seconds(366 * DAY.0), |end| end.seconds)
    }
}

/// Costs of the plan as a whole, and defaults for orders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    /// Charged per hour from `start` to the last end, pro rata.
    #[serde(default, skip_serializing_if = "is_default")]
    pub makespan_cost_per_hour: Money,
    /// What an order with `due` and neither late cost of its own is charged per day late.
    #[serde(default = "default_late_cost", skip_serializing_if = "is_default_late_cost")]
    pub late_cost_per_day: Money,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}

fn default_late_cost() -> Money {
    Money(100 * Money::SCALE)
}

fn is_default_late_cost(cost: &Money) -> bool {
    *cost == default_late_cost()
}

impl Default for Objective {
    fn default() -> Self {
        Self { makespan_cost_per_hour: Money::ZERO, late_cost_per_day: default_late_cost(), meta: None }
    }
}

impl Objective {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
