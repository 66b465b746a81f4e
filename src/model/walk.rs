//! One pass over a faulty file that notes every fault of form and stops at none but broken JSON.
//!
//! The pass streams: it holds the path it is on and the faults it found, never a tree, so a huge file of junk costs
//! time in proportion to its length and next to no memory. What it cannot do is go on after text that is not JSON.

use super::faults::{quoted, syntax_fault, version_fault};
use super::scalar::{ScalarError, scaled_decimal, scaled_integer};
use super::shape::{Field, Shape};
use crate::diagnostic::{Diagnostic, codes, did_you_mean, join_pointer};
use rustc_hash::FxHashSet;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// How many faults are listed; the rest are counted.
pub(crate) const MAXIMUM_LISTED: usize = 1_000;

/// Checks JSON text against `shape`.
pub(crate) fn walk(text: &str, shape: &Shape) -> Vec<Diagnostic> {
    let mut walk = Walk::default();
    let mut parser = serde_json::Deserializer::from_str(text);
    let outcome = Check { walk: &mut walk, shape }.deserialize(&mut parser).and_then(|()| {
        walk.path.clear();
        parser.end()
    });
    if let Err(fault) = outcome {
        let pointer = walk.pointer();
        walk.faults.push(syntax_fault(&fault, pointer));
    }
    if walk.omitted > 0 {
        walk.faults.push(Diagnostic::error(
            codes::MORE_FAULTS,
            "",
            format!("The file has {} more faults, which are not listed.", walk.omitted),
            "Correct the listed ones first.",
        ));
    }
    walk.faults
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Null,
    Flag,
    Number,
    Text,
    List,
    Object,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Flag => "true or false",
            Self::Number => "a number",
            Self::Text => "text",
            Self::List => "a list",
            Self::Object => "an object",
        }
    }
}

impl Shape {
    /// The JSON type it is written in; `None`: any.
    fn kind(&self) -> Option<Kind> {
        match self {
            Self::Anything | Self::Either(_) => None,
            Self::Null => Some(Kind::Null),
            Self::Flag => Some(Kind::Flag),
            Self::Text | Self::Version(_) | Self::Notation(_) | Self::Choice(_) => Some(Kind::Text),
            Self::Decimal { .. } | Self::Whole { .. } | Self::Float => Some(Kind::Number),
            Self::List(_) => Some(Kind::List),
            Self::Record(_) | Self::Names(_) => Some(Kind::Object),
        }
    }

    fn expected(&self) -> String {
        match self {
            Self::Either(shapes) => shapes.iter().map(Self::expected).collect::<Vec<_>>().join(" or "),
            Self::Whole { .. } => "a whole number".to_string(),
            Self::Notation(notation) => notation.name().to_string(),
            Self::Choice(_) => "a word".to_string(),
            Self::Version(version) => format!("\"{version}\""),
            other => other.kind().map_or("any value", Kind::name).to_string(),
        }
    }

    /// The form among alternatives that is written in JSON type `kind`.
    fn written_as(&self, kind: Kind) -> Option<&Shape> {
        match self {
            Self::Either(shapes) => shapes.iter().find_map(|shape| shape.written_as(kind)),
            other => other.kind().is_none_or(|own| own == kind).then_some(other),
        }
    }
}

enum Token {
    Key(String),
    Index(usize),
}

#[derive(Default)]
struct Walk {
    path: Vec<Token>,
    faults: Vec<Diagnostic>,
    omitted: usize,
    /// The `id` of the order the pass is in.
    order: Option<String>,
}

impl Walk {
    fn pointer(&self) -> String {
        self.path.iter().fold(String::new(), |pointer, token| match token {
            Token::Key(key) => join_pointer(&pointer, key),
            Token::Index(index) => join_pointer(&pointer, index),
        })
    }

    fn note(&mut self, code: &'static str, message: String, remedy: impl Into<String>) {
        let pointer = self.pointer();
        self.note_at(code, pointer, message, remedy);
    }

    fn note_at(&mut self, code: &'static str, pointer: String, message: String, remedy: impl Into<String>) {
        if !self.is_full() {
            self.faults.push(Diagnostic::error(code, pointer, message, remedy));
        }
    }

    /// Counts a fault that finds no room in the list: of millions, none but the listed ones are worded.
    fn is_full(&mut self) -> bool {
        let full = self.faults.len() == MAXIMUM_LISTED;
        self.omitted += usize::from(full);
        full
    }

    fn is_in_orders(&self) -> bool {
        matches!(self.path.as_slice(), [Token::Key(key)] if key == "orders")
    }

    fn is_order_id(&self) -> bool {
        matches!(self.path.as_slice(), [Token::Key(orders), Token::Index(_), Token::Key(id)] if orders == "orders" && id == "id")
    }
}

struct Check<'a> {
    walk: &'a mut Walk,
    shape: &'a Shape,
}

impl<'de> DeserializeSeed<'de> for Check<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'a> Check<'a> {
    /// The form the value is held to, or a fault where its JSON type is wrong.
    fn form(&mut self, kind: Kind, shown: impl FnOnce() -> String) -> Option<&'a Shape> {
        let shape = self.shape;
        let found = shape.written_as(kind);
        if found.is_none() && !self.walk.is_full() {
            let (shown, expected) = (shown(), shape.expected());
            let quoted_number = kind == Kind::Text && shape.kind() == Some(Kind::Number);
            let remedy = match kind {
                Kind::Null => "Leave the field out, or give it a value.".to_string(),
                _ if quoted_number => "Write the number without quotes.".to_string(),
                _ => format!("Write {expected}."),
            };
            self.walk.note(codes::WRONG_TYPE, format!("{shown} stands where {expected} is expected."), remedy);
        }
        found
    }

    fn number(mut self, value: Number) {
        let refused = match self.form(Kind::Number, || value.to_string()) {
            Some(Shape::Decimal { scale }) => value.scaled(*scale).err(),
            Some(Shape::Whole { least, most }) => return self.whole(value, *least, *most),
            _ => None,
        };
        if let Some(fault) = refused {
            let remedy = match fault.code {
                codes::NEGATIVE_NUMBER => "Write a number that is 0 or more.",
                codes::TOO_PRECISE => "Round it.",
                _ => "Write a smaller number.",
            };
            self.walk.note(fault.code, format!("{value} {fault}."), remedy);
        }
    }

    fn whole(&mut self, value: Number, least: i64, most: u64) {
        let (code, what, remedy) = match value {
            Number::Float(float) if float.fract() != 0.0 || float.abs() < 9e15 => (
                codes::WRONG_TYPE,
                "stands where a whole number is expected".to_string(),
                "Write it without a decimal point or exponent.",
            ),
            Number::Below(value) if value < least && least == 0 => {
                (codes::NEGATIVE_NUMBER, "is negative".to_string(), "Write a number that is 0 or more.")
            }
            Number::Below(value) if value >= least => return,
            Number::Whole(value) if value <= most => return,
            _ => (codes::OUT_OF_RANGE, format!("is outside {least} to {most}"), "Write a number nearer to zero."),
        };
        self.walk.note(code, format!("{value} {what}."), remedy);
    }

    fn text(mut self, text: &str) {
        let shown = || quoted(text);
        match self.form(Kind::Text, shown) {
            Some(Shape::Notation(notation)) => {
                if let Err(fault) = notation.check(text) {
                    let remedy = notation.remedy(fault.code);
                    self.walk.note(fault.code, format!("{} {fault}.", shown()), remedy);
                }
            }
            Some(Shape::Choice(words)) if !words.iter().any(|word| word == text) => {
                let list = words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ");
                let remedy = match did_you_mean(text, words.iter().map(String::as_str)) {
                    Some(word) => format!("Did you mean \"{word}\"?"),
                    None => "Write one of these words.".to_string(),
                };
                self.walk.note(codes::BAD_VALUE, format!("{} is none of {list}.", shown()), remedy);
            }
            Some(Shape::Version(version)) if text != *version => self.walk.faults.push(version_fault(text, version)),
            _ => {}
        }
        if self.walk.is_order_id() {
            self.walk.order = Some(text.to_string());
        }
    }
}

#[derive(Clone, Copy)]
enum Number {
    Whole(u64),
    Below(i64),
    Float(f64),
}

impl Number {
    fn scaled(self, scale: i64) -> Result<i64, ScalarError> {
        match self {
            Self::Whole(value) => scaled_integer(value, scale),
            Self::Below(_) => Err(ScalarError { code: codes::NEGATIVE_NUMBER, message: "is negative".to_string() }),
            Self::Float(value) => scaled_decimal(value, scale),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(value) => value.fmt(out),
            Self::Below(value) => value.fmt(out),
            // Debug switches to an exponent where Display would write 308 zeros.
            Self::Float(value) => fmt::Debug::fmt(value, out),
        }
    }
}

impl<'de> Visitor<'de> for Check<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any JSON value")
    }
    fn visit_unit<E>(mut self) -> Result<(), E> {
        self.form(Kind::Null, || "null".to_string());
        Ok(())
    }
    fn visit_bool<E>(mut self, value: bool) -> Result<(), E> {
        self.form(Kind::Flag, || value.to_string());
        Ok(())
    }
    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.number(Number::Whole(value));
        Ok(())
    }
    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.number(u64::try_from(value).map_or(Number::Below(value), Number::Whole));
        Ok(())
    }
    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.number(Number::Float(value));
        Ok(())
    }
    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.text(value);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        let element = match self.form(Kind::List, || "A list".to_string()) {
            Some(Shape::List(element)) => element,
            Some(_) => &Shape::Anything,
            None => {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                return Ok(());
            }
        };
        for index in 0.. {
            let first_fault = self.walk.is_in_orders().then_some(self.walk.faults.len());
            self.walk.path.push(Token::Index(index));
            if seq.next_element_seed(Check { walk: &mut *self.walk, shape: element })?.is_none() {
                self.walk.path.pop();
                break;
            }
            self.walk.path.pop();
            if let Some(first) = first_fault
                && let Some(order) = self.walk.order.take()
            {
                self.walk.faults[first..].iter_mut().for_each(|fault| fault.order = Some(order.clone()));
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        match self.form(Kind::Object, || "An object".to_string()) {
            Some(Shape::Record(fields)) => self.record(fields, map),
            Some(Shape::Names(values)) => self.names(values, map),
            Some(_) => self.names(&Shape::Anything, map),
            None => {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(())
            }
        }
    }
}

impl Check<'_> {
    fn record<'de, A: MapAccess<'de>>(mut self, fields: &[Field], mut map: A) -> Result<(), A::Error> {
        let mut seen = vec![false; fields.len()];
        while let Some(key) = map.next_key::<String>()? {
            let position = fields.iter().position(|field| field.name == key);
            self.walk.path.push(Token::Key(key));
            match position {
                Some(position) if seen[position] => {
                    self.repeated();
                    map.next_value::<IgnoredAny>()?;
                }
                Some(position) => {
                    seen[position] = true;
                    map.next_value_seed(Check { walk: &mut *self.walk, shape: &fields[position].shape })?;
                }
                None => {
                    self.unknown(fields);
                    map.next_value::<IgnoredAny>()?;
                }
            }
            self.walk.path.pop();
        }
        for (field, _) in fields.iter().zip(&seen).filter(|(field, seen)| field.required && !**seen) {
            let remedy = format!("Add \"{}\": {}.", field.name, field.shape.expected());
            self.walk.note(codes::MISSING_FIELD, format!("The object has no field \"{}\".", field.name), remedy);
        }
        Ok(())
    }

    fn names<'de, A: MapAccess<'de>>(mut self, values: &Shape, mut map: A) -> Result<(), A::Error> {
        let free = matches!(values, Shape::Anything);
        let mut seen = FxHashSet::default();
        while let Some(key) = map.next_key::<String>()? {
            let shape = if key == "meta" && !free { &Shape::Anything } else { values };
            self.walk.path.push(Token::Key(key.clone()));
            if seen.insert(key) {
                map.next_value_seed(Check { walk: &mut *self.walk, shape })?;
            } else {
                self.repeated();
                map.next_value::<IgnoredAny>()?;
            }
            self.walk.path.pop();
        }
        Ok(())
    }

    fn last_key(&self) -> &str {
        match self.walk.path.last() {
            Some(Token::Key(key)) => key,
            _ => unreachable!("called with a key on the path"),
        }
    }

    fn repeated(&mut self) {
        let message = format!("The key {} comes twice in one object.", quoted(self.last_key()));
        self.walk.note(codes::DUPLICATE_KEY, message, "Keep one of the two.");
    }

    fn unknown(&mut self, fields: &[Field]) {
        if self.walk.is_full() {
            return;
        }
        let key = self.last_key();
        let message = format!("There is no field {} here.", quoted(key));
        let remedy = match did_you_mean(key, fields.iter().map(|field| field.name.as_str())) {
            Some(name) => format!("Did you mean \"{name}\"? What is free goes into \"meta\"."),
            None => "Remove it, or put it into \"meta\".".to_string(),
        };
        self.walk.note(codes::UNKNOWN_FIELD, message, remedy);
    }
}
