//! The parameters of a generator: what it takes, what was asked for, and what that comes to.

use super::{Generator, Parameters};
use crate::diagnostic::{Diagnostic, codes, did_you_mean, join_pointer};
use std::collections::BTreeMap;
use std::fmt;

/// One parameter of a generator.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name, as `--set name=value` and [`Parameters::set`] take it.
    pub name: &'static str,
    /// What it may be.
    pub range: Range,
    /// What it is when nobody says.
    pub preset: Preset,
    /// What it does, in one sentence.
    pub summary: &'static str,
}

/// The values a parameter may have.
#[derive(Clone, Copy, Debug)]
pub enum Range {
    /// Whole numbers, both ends allowed.
    Integers {
        /// The least.
        least: i64,
        /// The most.
        most: i64,
    },
    /// One of these words.
    Choices(&'static [&'static str]),
}

impl fmt::Display for Range {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integers { least, most } => write!(out, "a whole number from {least} to {most}"),
            Self::Choices(words) => write!(out, "one of {}", words.join(", ")),
        }
    }
}

/// The value of a parameter that nobody set.
#[derive(Clone, Copy, Debug)]
pub enum Preset {
    /// This number.
    Integer(i64),
    /// This word.
    Choice(&'static str),
    /// Worked out from the other parameters, as these words say.
    Derived(&'static str),
}

impl fmt::Display for Preset {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => number.fmt(out),
            Self::Choice(words) | Self::Derived(words) => words.fmt(out),
        }
    }
}

/// A parameter that is a whole number.
pub(crate) const fn integer(
    name: &'static str,
    (least, preset, most): (i64, i64, i64),
    summary: &'static str,
) -> Parameter {
    Parameter { name, range: Range::Integers { least, most }, preset: Preset::Integer(preset), summary }
}

/// A parameter that is a whole number worked out from the others where it is not set.
pub(crate) const fn derived(
    name: &'static str,
    (least, preset, most): (i64, &'static str, i64),
    summary: &'static str,
) -> Parameter {
    Parameter { name, range: Range::Integers { least, most }, preset: Preset::Derived(preset), summary }
}

/// A parameter that is one of some words, by default the first.
pub(crate) const fn choice(name: &'static str, words: &'static [&'static str], summary: &'static str) -> Parameter {
    Parameter { name, range: Range::Choices(words), preset: Preset::Choice(words[0]), summary }
}

#[derive(Clone, Debug, PartialEq)]
enum Value {
    Integer(i64),
    Choice(&'static str),
}

/// The values of a generator's parameters, complete but for those worked out while generating.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The seed of every stream.
    pub(crate) seed: u64,
    values: BTreeMap<&'static str, Value>,
}

impl Settings {
    /// Reads `asked` as parameters of `generator`; returns every fault there is.
    pub(crate) fn read(generator: &Generator, asked: &Parameters) -> Result<Self, Vec<Diagnostic>> {
        let counts = [("orders", asked.orders), ("lines", asked.lines), ("days", asked.days)];
        let counts = counts.iter().filter_map(|(name, count)| {
            count.map(|count| (name.to_string(), count.to_string(), join_pointer("", name)))
        });
        let free = asked.set.iter().map(|(name, text)| (name.clone(), text.clone(), join_pointer("/set", name)));
        let (mut values, mut faults) = (BTreeMap::new(), Vec::new());
        for (name, text, pointer) in counts.chain(free) {
            match read_one(generator, &name, &text, &pointer) {
                Ok((name, value)) => {
                    if values.insert(name, value).is_some() {
                        let message = format!("`{name}` is given twice.");
                        faults.push(Diagnostic::error(codes::BAD_PARAMETER, pointer, message, "Give it once."));
                    }
                }
                Err(fault) => faults.push(fault),
            }
        }
        for parameter in generator.parameters {
            let preset = match parameter.preset {
                Preset::Integer(number) => Value::Integer(number),
                Preset::Choice(word) => Value::Choice(word),
                Preset::Derived(_) => continue,
            };
            values.entry(parameter.name).or_insert(preset);
        }
        if faults.is_empty() { Ok(Self { seed: asked.seed, values }) } else { Err(faults) }
    }

    /// A whole number with a fixed preset.
    pub(crate) fn integer(&self, name: &'static str) -> i64 {
        match self.values.get(name) {
            Some(Value::Integer(number)) => *number,
            other => unreachable!("the generator's table makes {name} a number, not {other:?}"),
        }
    }

    /// A whole number as a count of things.
    pub(crate) fn count(&self, name: &'static str) -> usize {
        self.integer(name) as usize
    }

    /// A whole number, `preset` where it was not set; remembered for [`Settings::to_json`].
    pub(crate) fn integer_or(&mut self, name: &'static str, preset: i64) -> i64 {
        self.values.entry(name).or_insert(Value::Integer(preset));
        self.integer(name)
    }

    /// A whole number that somebody asked for; one nobody asked for stays out of [`Settings::to_json`].
    pub(crate) fn asked(&self, name: &'static str) -> Option<i64> {
        self.values.contains_key(name).then(|| self.integer(name))
    }

    /// A word.
    pub(crate) fn choice(&self, name: &'static str) -> &'static str {
        match self.values.get(name) {
            Some(Value::Choice(word)) => word,
            other => unreachable!("the generator's table makes {name} a word, not {other:?}"),
        }
    }

    /// All values, for the instance's `meta`.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        let entries = self.values.iter().map(|(name, value)| {
            let value = match value {
                Value::Integer(number) => (*number).into(),
                Value::Choice(word) => (*word).into(),
            };
            (name.to_string(), value)
        });
        serde_json::Value::Object(entries.collect())
    }
}

fn read_one(generator: &Generator, name: &str, text: &str, pointer: &str) -> Result<(&'static str, Value), Diagnostic> {
    let known = || generator.parameters.iter().map(|parameter| parameter.name);
    let Some(parameter) = generator.parameters.iter().find(|parameter| parameter.name == name) else {
        let message = format!("The generator `{}` has no parameter `{name}`.", generator.name);
        let remedy = match did_you_mean(name, known()) {
            Some(near) => format!("Did you mean `{near}`?"),
            None => format!("It takes {}.", known().collect::<Vec<_>>().join(", ")),
        };
        return Err(Diagnostic::error(codes::UNKNOWN_PARAMETER, pointer, message, remedy));
    };
    let value = match parameter.range {
        Range::Integers { least, most } => {
            text.parse().ok().filter(|number| (least..=most).contains(number)).map(Value::Integer)
        }
        Range::Choices(words) => words.iter().find(|word| **word == text).map(|word| Value::Choice(word)),
    };
    value.map(|value| (parameter.name, value)).ok_or_else(|| {
        let message = format!("`{text}` is not a value of `{name}`.");
        Diagnostic::error(codes::BAD_PARAMETER, pointer, message, format!("Give {}.", parameter.range))
    })
}
