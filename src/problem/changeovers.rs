//! Setup classes: variants alike in the attributes a changeover set names are one class, and only classes are compared.
//!
//! Up to [`DENSE_CLASSES`] classes the times and costs stand in a table. Above, a pair is looked up attribute by
//! attribute, so 5,000 classes never make 25 million entries; an attribute's rules are found by hashing the pair.

use super::KindIdx;
use super::symbols::{MISSING, Row, Symbols};
use crate::dense_id;
use crate::model::{self, Combine};
use crate::units::{Id, IdVec, Money, Seconds};
use rustc_hash::FxHashMap;

dense_id!(
    /// A setup class within one changeover set.
    ClassIdx
);

/// Largest number of classes whose pairs are kept in a table (2^20 entries of 16 bytes).
const DENSE_CLASSES: usize = 1_024;

/// Working time and cost between two lots, the line's hours not included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changeover {
    /// Working time.
    pub time: Seconds,
    /// Cost besides the line's hours.
    pub cost: Money,
}

impl Changeover {
    /// Nothing to do.
    pub const NONE: Self = Self { time: Seconds::ZERO, cost: Money::ZERO };
}

/// A compiled changeover set.
#[derive(Clone, Debug)]
pub(crate) struct Changeovers {
    class_of: IdVec<KindIdx, ClassIdx>,
    /// Values of the named attributes, class by class.
    class_values: Vec<u32>,
    classes: usize,
    attributes: Vec<AttributeRules>,
    combine: Combine,
    /// All pairs, row by row; empty above [`DENSE_CLASSES`].
    table: Vec<Changeover>,
}

impl Changeovers {
    /// Compiles a set for the given kinds and the other states (setup states, facts of lost variants).
    ///
    /// Returns the classes of `states` in their order.
    pub(super) fn new<'a>(
        set: &'a model::ChangeoverSet,
        symbols: &mut Symbols<'a>,
        kinds: &IdVec<KindIdx, Row>,
        states: &[Row],
    ) -> (Self, Vec<ClassIdx>) {
        let mut numbers: Vec<u32> = Vec::new();
        for rule in &set.rules {
            let number = symbols.attribute(&rule.attribute);
            if !numbers.contains(&number) {
                numbers.push(number);
            }
        }
        let attributes: Vec<AttributeRules> =
            numbers.iter().map(|&number| AttributeRules::new(set, number, symbols)).collect();
        let mut known: FxHashMap<Vec<u32>, ClassIdx> = FxHashMap::default();
        let mut class_values = Vec::new();
        let mut classify = |row: &Row| {
            let values: Vec<u32> = numbers.iter().map(|&number| row.get(number)).collect();
            let next = ClassIdx::at(known.len());
            *known.entry(values).or_insert_with_key(|values| {
                class_values.extend_from_slice(values);
                next
            })
        };
        let class_of = kinds.iter().map(&mut classify).collect();
        let of_states = states.iter().map(&mut classify).collect();
        let classes = known.len();
        let mut compiled =
            Self { class_of, class_values, classes, attributes, combine: set.combine, table: Vec::new() };
        if classes <= DENSE_CLASSES {
            let ids = || (0..classes).map(ClassIdx::at);
            compiled.table = ids()
                .flat_map(|from| ids().map(move |to| (from, to)))
                .map(|(from, to)| compiled.look_up(from, to))
                .collect();
        }
        (compiled, of_states)
    }

    /// The class of a kind.
    pub fn class_of(&self, kind: KindIdx) -> ClassIdx {
        self.class_of[kind]
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// What lies between two classes.
    pub fn between(&self, from: ClassIdx, to: ClassIdx) -> Changeover {
        if self.table.is_empty() {
            self.look_up(from, to)
        } else {
            self.table[from.position() * self.classes + to.position()]
        }
    }

    fn look_up(&self, from: ClassIdx, to: ClassIdx) -> Changeover {
        let count = self.attributes.len();
        let row = |class: ClassIdx| &self.class_values[class.position() * count..(class.position() + 1) * count];
        let mut result = Changeover::NONE;
        for (rules, (&before, &after)) in self.attributes.iter().zip(row(from).iter().zip(row(to))) {
            let one = rules.between(before, after);
            match self.combine {
                Combine::Sum => {
                    result.time += one.time;
                    result.cost += one.cost;
                }
                Combine::Max => {
                    result.time = result.time.max(one.time);
                    result.cost = result.cost.max(one.cost);
                }
            }
        }
        result
    }
}

/// The rules about one attribute, found by the pair of values; numbers are positions in the set: the lowest counts.
#[derive(Clone, Debug, Default)]
struct AttributeRules {
    both: FxHashMap<(u32, u32), Numbered>,
    from: FxHashMap<u32, Numbered>,
    to: FxHashMap<u32, Numbered>,
    any: Option<Numbered>,
    matrices: Vec<Matrix>,
}

#[derive(Clone, Copy, Debug)]
struct Numbered {
    rule: usize,
    changeover: Changeover,
}

#[derive(Clone, Debug)]
struct Matrix {
    rule: usize,
    /// Row (and column) of a value.
    rows: FxHashMap<u32, usize>,
    seconds: Vec<Vec<u32>>,
    costs: Vec<Vec<Money>>,
}

impl AttributeRules {
    fn new<'a>(set: &'a model::ChangeoverSet, attribute: u32, symbols: &mut Symbols<'a>) -> Self {
        let mut compiled = Self::default();
        for (rule, written) in set.rules.iter().enumerate() {
            if symbols.known_attribute(&written.attribute) != Some(attribute) {
                continue;
            }
            if let Some(values) = &written.values {
                let rows =
                    values.iter().enumerate().map(|(row, value)| (symbols.value(attribute, value), row)).collect();
                let (seconds, costs) =
                    (written.seconds.clone().unwrap_or_default(), written.costs.clone().unwrap_or_default());
                compiled.matrices.push(Matrix { rule, rows, seconds, costs });
                continue;
            }
            let changeover = Changeover {
                time: written.time.map_or(Seconds::ZERO, |time| time.0),
                cost: written.cost.unwrap_or(Money::ZERO),
            };
            let numbered = Numbered { rule, changeover };
            let mut value = |name: &'a Option<String>| name.as_deref().map(|name| symbols.value(attribute, name));
            // Of two rules for the same pair the first counts: later ones never replace it.
            match (value(&written.from), value(&written.to)) {
                (Some(from), Some(to)) => {
                    compiled.both.entry((from, to)).or_insert(numbered);
                }
                (Some(from), None) => {
                    compiled.from.entry(from).or_insert(numbered);
                }
                (None, Some(to)) => {
                    compiled.to.entry(to).or_insert(numbered);
                }
                (None, None) => {
                    compiled.any.get_or_insert(numbered);
                }
            }
        }
        compiled
    }

    fn between(&self, before: u32, after: u32) -> Changeover {
        let mut found: Option<Numbered> = None;
        let mut offer = |candidate: Option<Numbered>| {
            if let Some(candidate) = candidate
                && found.is_none_or(|best| candidate.rule < best.rule)
            {
                found = Some(candidate);
            }
        };
        // A rule without a matrix never matches equal values; a missing value is none that a rule can name.
        if before != after {
            offer(self.both.get(&(before, after)).copied());
            offer(self.from.get(&before).copied());
            offer(self.to.get(&after).copied());
            offer(self.any);
        }
        for matrix in &self.matrices {
            if before == MISSING || after == MISSING {
                break;
            }
            if let (Some(&row), Some(&column)) = (matrix.rows.get(&before), matrix.rows.get(&after)) {
                let time = matrix.seconds.get(row).map_or(0, |row| i64::from(row[column]));
                let cost = matrix.costs.get(row).map_or(Money::ZERO, |row| row[column]);
                offer(Some(Numbered { rule: matrix.rule, changeover: Changeover { time: Seconds(time), cost } }));
            }
        }
        found.map_or(Changeover::NONE, |numbered| numbered.changeover)
    }
}
