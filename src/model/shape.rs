//! What a file must look like, compiled from the JSON Schema of its types.
//!
//! The schema is drawn from the very types that serde fills, so a check against it and the reading of the file
//! cannot drift apart by more than a keyword this module does not know; and such a keyword stops the tests.

use super::calendar::TimeOfDay;
use super::scalar::{Duration, Instant, ScalarError, long_money};
use crate::diagnostic::codes;
use crate::units::{MICRO, Money};
use schemars::Schema;
use serde_json::Value;

/// The form of one value.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// Free; only a key named twice is refused.
    Anything,
    /// Absent on purpose.
    Null,
    /// `true` or `false`.
    Flag,
    /// Text.
    Text,
    /// Text that names this version of the format.
    Version(&'static str),
    /// Text in a notation of its own.
    Notation(Notation),
    /// One of these words.
    Choice(Vec<String>),
    /// A decimal that is not negative, kept as a whole count of `1 / scale`.
    Decimal {
        /// 10,000 for money, 1,000,000 for amounts.
        scale: i64,
    },
    /// A whole number between these, both included.
    Whole {
        /// Smallest value.
        least: i64,
        /// Largest value.
        most: u64,
    },
    /// Any number.
    Float,
    /// A list of values of one form.
    List(Box<Shape>),
    /// An object with fields that are all known.
    Record(Vec<Field>),
    /// An object from the planner's names to values of one form, beside a free `meta`.
    Names(Box<Shape>),
    /// One of several, told apart by their JSON types.
    Either(Vec<Shape>),
}

/// A field of a [`Shape::Record`].
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// Its key.
    pub(crate) name: String,
    /// Its form.
    pub(crate) shape: Shape,
    /// Whether it must be there.
    pub(crate) required: bool,
}

/// A scalar that is written as text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Notation {
    /// RFC 3339.
    Instant,
    /// ISO 8601.
    Duration,
    /// The same, of any length.
    TotalDuration,
    /// `HH:MM`.
    TimeOfDay,
    /// Money of more digits than a JSON number keeps.
    LongMoney,
}

impl Notation {
    /// Reads `text` with the scalar's own parser, so that code and sentence agree with serde's.
    pub(crate) fn check(self, text: &str) -> Result<(), ScalarError> {
        match self {
            Self::Instant => Instant::parse(text).map(|_| ()),
            Self::Duration => Duration::parse(text).map(|_| ()),
            Self::TotalDuration => Duration::parse_total(text).map(|_| ()),
            Self::LongMoney => long_money(text).map(|_| ()),
            Self::TimeOfDay => TimeOfDay::parse(text).map(|_| ()).ok_or_else(|| ScalarError {
                code: codes::BAD_VALUE,
                message: "is not a time of day from 00:00 to 24:00".to_string(),
            }),
        }
    }

    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Instant => "an instant",
            Self::Duration | Self::TotalDuration => "a duration",
            Self::TimeOfDay => "a time of day",
            Self::LongMoney => "text of more than 15 digits",
        }
    }

    /// What to write instead of text that was refused with `code`.
    pub(crate) fn remedy(self, code: &str) -> &'static str {
        match self {
            Self::Instant if code == codes::OUT_OF_RANGE => "Write an instant in the years 1900 to 2500.",
            Self::Duration if code == codes::OUT_OF_RANGE => "Write a duration of at most 100 years.",
            Self::Duration | Self::TotalDuration if code == codes::NEGATIVE_NUMBER => {
                "Write a duration that is not negative."
            }
            Self::Instant => "Write an instant with its offset, such as \"2026-11-23T08:00:00+08:00\".",
            Self::Duration | Self::TotalDuration => "Write a duration such as \"PT45M\", \"PT1H30M\" or \"P1D\".",
            Self::LongMoney => {
                "Write a number without quotes; only more than 15 digits stand in quotes, with at most 4 places."
            }
            Self::TimeOfDay => "Write a local time of day such as \"08:00\" or \"24:00\".",
        }
    }
}

/// The form `schema` describes, its `format` field held to `version`.
pub(crate) fn compile(schema: &Schema, version: &'static str) -> Shape {
    let root = schema.as_value();
    let mut shape = compile_value(root, root);
    if let Shape::Record(fields) = &mut shape {
        for field in fields.iter_mut().filter(|field| field.name == "format") {
            field.shape = Shape::Version(version);
        }
    }
    shape
}

/// The types of the formats are trees, so resolving references in place ends.
fn compile_value(schema: &Value, root: &Value) -> Shape {
    if let Some(target) = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix('#')) {
        let found = root.pointer(target);
        return compile_value(found.unwrap_or_else(|| unreachable!("{target} is among the definitions")), root);
    }
    if let Some(words) = choices(schema) {
        return Shape::Choice(words);
    }
    if let Some(alternatives) = schema.get("anyOf").and_then(Value::as_array) {
        return Shape::Either(alternatives.iter().map(|choice| compile_value(choice, root)).collect());
    }
    match schema.get("type") {
        None => Shape::Anything,
        Some(Value::String(name)) => compile_type(name, schema, root),
        Some(Value::Array(names)) => {
            Shape::Either(names.iter().filter_map(Value::as_str).map(|name| compile_type(name, schema, root)).collect())
        }
        Some(other) => unreachable!("a JSON type is a name or a list of names, not {other}"),
    }
}

fn compile_type(name: &str, schema: &Value, root: &Value) -> Shape {
    let format = schema.get("format").and_then(Value::as_str).unwrap_or("");
    match (name, format) {
        ("null", _) => Shape::Null,
        ("boolean", _) => Shape::Flag,
        ("string", "date-time") => Shape::Notation(Notation::Instant),
        ("string", "duration") => Shape::Notation(Notation::Duration),
        ("string", "total-duration") => Shape::Notation(Notation::TotalDuration),
        ("string", "time-of-day") => Shape::Notation(Notation::TimeOfDay),
        ("string", "money") => Shape::Notation(Notation::LongMoney),
        ("string", "") => Shape::Text,
        ("number", "money") => Shape::Decimal { scale: Money::SCALE },
        ("number", "amount") => Shape::Decimal { scale: MICRO },
        ("number", "double") => Shape::Float,
        ("integer", "int64") => Shape::Whole { least: i64::MIN, most: i64::MAX as u64 },
        ("integer", "uint32") => Shape::Whole { least: 0, most: u64::from(u32::MAX) },
        ("integer", "uint" | "uint64") => Shape::Whole { least: 0, most: u64::MAX },
        ("array", _) => Shape::List(Box::new(compile_value(schema.get("items").unwrap_or(&Value::Null), root))),
        ("object", _) => compile_object(schema, root),
        _ => unreachable!("the schema uses type {name} with format {format}, which the reader does not know"),
    }
}

fn compile_object(schema: &Value, root: &Value) -> Shape {
    if let Some(values) = schema.get("additionalProperties").filter(|values| values.is_object()) {
        return Shape::Names(Box::new(compile_value(values, root)));
    }
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let fields = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    Shape::Record(
        fields
            .map(|(name, value)| Field {
                name: name.clone(),
                shape: compile_value(value, root),
                required: required.contains(&name.as_str()),
            })
            .collect(),
    )
}

/// The words of an `enum`, or of a `oneOf` of constants (how schemars draws documented variants).
fn choices(schema: &Value) -> Option<Vec<String>> {
    let text = |value: &Value| value.as_str().map(str::to_string);
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        return words.iter().map(text).collect();
    }
    let alternatives = schema.get("oneOf").and_then(Value::as_array)?;
    let mut words = Vec::new();
    for alternative in alternatives {
        match alternative.get("const") {
            Some(word) => words.push(text(word)?),
            None => words.extend(choices(alternative)?),
        }
    }
    Some(words)
}
