//! Attribute names and values as small numbers, while an instance is compiled.

use rustc_hash::FxHashMap;

/// The value of an attribute a variant does not have: a value of its own.
pub(super) const MISSING: u32 = 0;

/// Attributes and, for each, its values. `variant` and `operation` are attributes like any other.
#[derive(Default)]
pub(in crate::problem) struct Symbols<'a> {
    attributes: FxHashMap<&'a str, u32>,
    values: Vec<FxHashMap<&'a str, u32>>,
}

impl<'a> Symbols<'a> {
    /// The number of an attribute, new or known.
    pub fn attribute(&mut self, name: &'a str) -> u32 {
        let next = self.values.len() as u32;
        let number = *self.attributes.entry(name).or_insert(next);
        if number == next {
            self.values.push(FxHashMap::default());
        }
        number
    }

    /// The number of an attribute, where some rule, rate or run names it.
    pub fn known_attribute(&self, name: &str) -> Option<u32> {
        self.attributes.get(name).copied()
    }

    /// The number of a value of an attribute, new or known; from 1 on.
    pub fn value(&mut self, attribute: u32, value: &'a str) -> u32 {
        let values = &mut self.values[attribute as usize];
        let next = values.len() as u32 + 1;
        *values.entry(value).or_insert(next)
    }
}

/// The values of one kind (or setup state): pairs of attribute and value, sorted; what is absent is [`MISSING`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::problem) struct Row(Vec<(u32, u32)>);

impl Row {
    pub fn new(mut pairs: Vec<(u32, u32)>) -> Self {
        pairs.sort_unstable();
        Self(pairs)
    }

    /// The value of an attribute.
    pub fn get(&self, attribute: u32) -> u32 {
        self.0.binary_search_by_key(&attribute, |pair| pair.0).map_or(MISSING, |position| self.0[position].1)
    }
}
