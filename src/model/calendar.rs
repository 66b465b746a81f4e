//! When a line is open: weekly windows, exceptions, and overtime that can be bought.

use super::scalar::{is_default, present};
use super::{Instant, Meta};
use crate::units::Money;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// Open time is (`weekly` and `open`) less `closed`; without `weekly` and `open`, always, less `closed`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// What lines refer to.
    pub id: String,
    /// Windows that come back every week, in local time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weekly: Vec<WeeklyWindow>,
    /// Closed in spite of `weekly` and `open`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<Window>,
    /// Open besides `weekly`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<Window>,
    /// Windows a line may open whole, at a cost; they overlap neither open time nor each other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overtime: Vec<OvertimeWindow>,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}

/// A window on some days of every week, in local time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WeeklyWindow {
    /// The days on which it begins.
    pub days: Vec<Day>,
    /// Local time at which it begins.
    pub from: TimeOfDay,
    /// Local time at which it ends; not after `from`: on the next day. `24:00` is allowed.
    pub to: TimeOfDay,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}

/// One window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Its first second.
    pub from: Instant,
    /// The second after its last.
    pub to: Instant,
    /// Why, for people.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}

/// One window a line may open whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OvertimeWindow {
    /// Its first second; names the window in a plan.
    pub from: Instant,
    /// The second after its last.
    pub to: Instant,
    /// Charged to each line that opens it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cost: Money,
    /// Why, for people.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Day {
    /// The whole week, Monday first.
    pub const ALL: [Day; 7] = [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun];
}

/// A local time of day, `HH:MM` or `HH:MM:SS`, up to `24:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay {
    /// Seconds after local midnight as the clock shows them, 0 to 86,400.
    pub seconds: u32,
}

impl TimeOfDay {
    /// Reads `HH:MM` or `HH:MM:SS`.
    pub fn parse(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.split(':').collect();
        if !(2..=3).contains(&fields.len()) || fields.iter().any(|field| field.len() != 2) {
            return None;
        }
        let mut numbers = [0u32; 3];
        for (number, field) in numbers.iter_mut().zip(&fields) {
            *number = field.bytes().all(|byte| byte.is_ascii_digit()).then(|| field.parse().ok()).flatten()?;
        }
        let [hours, minutes, seconds] = numbers;
        let total = hours * 3_600 + minutes * 60 + seconds;
        (minutes < 60 && seconds < 60 && total <= 86_400).then_some(Self { seconds: total })
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hours, minutes, seconds) = (self.seconds / 3_600, self.seconds / 60 % 60, self.seconds % 60);
        write!(out, "{hours:02}:{minutes:02}")?;
        if seconds > 0 { write!(out, ":{seconds:02}") } else { Ok(()) }
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

struct TimeOfDayVisitor;

impl Visitor<'_> for TimeOfDayVisitor {
    type Value = TimeOfDay;
    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a local time of day such as 08:00")
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<TimeOfDay, E> {
        TimeOfDay::parse(text).ok_or_else(|| E::custom(format!("\"{text}\" is not a time of day from 00:00 to 24:00")))
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(TimeOfDayVisitor)
    }
}

impl JsonSchema for TimeOfDay {
    fn schema_name() -> Cow<'static, str> {
        "TimeOfDay".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string", "format": "time-of-day", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$|^24:00(:00)?$",
            "description": "A local time of day, HH:MM or HH:MM:SS; 24:00 is the end of the day."
        })
    }
}
