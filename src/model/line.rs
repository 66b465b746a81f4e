//! What makes things: a line, what it can run and how fast, and its minimum runs.

use super::scalar::{is_default, is_true, present, yes};
use super::{Amount, Duration, Instant, Meta, Named};
use crate::units::{Money, Pieces};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One line: it does one thing at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// What plans refer to.
    pub id: String,
    /// Where it stands.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// The stage it works in; operations without a stage run on lines without one.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// When it is open; always without one.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    /// The changeover set between its lots; none without one.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub changeovers: Option<String>,
    /// Nothing starts on it earlier.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub available_from: Option<Instant>,
    /// The attributes it is set up for at first; an attribute not given is missing. Without it the first lot needs no changeover.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub setup_state: Option<Named<String>>,
    /// Per hour of working time, of runs and changeovers alike.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cost_per_hour: Money,
    /// Whether a run or changeover may stop at closing and go on at opening.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub pausable: bool,
    /// What it is capable of, against what variants require.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<String>,
    /// What it can run and how fast; the first that matches counts.
    pub rates: Vec<Rate>,
    /// The shortest run worth making.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub minimum_run: Option<MinimumRun>,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}

impl Default for Line {
    /// A line without a name or rates that is always open and may pause.
    fn default() -> Self {
        Self {
            id: String::new(),
            site: None,
            stage: None,
            calendar: None,
            changeovers: None,
            available_from: None,
            setup_state: None,
            cost_per_hour: Money::ZERO,
            pausable: true,
            offers: Vec::new(),
            rates: Vec::new(),
            minimum_run: None,
            meta: None,
        }
    }
}

/// How fast a line runs what matches. Exactly one of `units_per_hour` and `seconds_per_unit`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Attributes, `variant` or `operation` that must agree; without it everything matches.
    #[serde(default, rename = "match", deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub matches: Option<Named<String>>,
    /// Pieces per working hour.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub units_per_hour: Option<Amount>,
    /// Working seconds per piece.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub seconds_per_unit: Option<Amount>,
    /// Working time of each run besides its pieces.
    #[serde(default, skip_serializing_if = "is_default")]
    pub fixed_time: Duration,
    /// Good pieces per piece run, above 0 and at most 1.
    #[serde(rename = "yield", default = "Rate::full_yield", skip_serializing_if = "Amount::is_one")]
    pub yield_share: Amount,
    /// Per piece run.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cost_per_unit: Money,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}

impl Rate {
    fn full_yield() -> Amount {
        Amount::ONE
    }
}

impl Default for Rate {
    /// A rate that matches everything, with full yield and no speed yet.
    fn default() -> Self {
        Self {
            matches: None,
            units_per_hour: None,
            seconds_per_unit: None,
            fixed_time: Duration::default(),
            yield_share: Amount::ONE,
            cost_per_unit: Money::ZERO,
            meta: None,
        }
    }
}

/// Neighbouring lots alike in `by` form a run; one below `quantity` pieces is charged for what it lacks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct MinimumRun {
    /// An attribute, or `variant`.
    pub by: String,
    /// Pieces run that make a full run.
    pub quantity: Pieces,
    /// Per piece that is lacking.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shortfall_cost_per_unit: Money,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}
