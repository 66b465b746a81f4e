//! What lies between two neighbouring lots on a line, read straight from the rules.

use crate::model::{ChangeoverRule, ChangeoverSet, Combine, Named, Variant};
use rustc_hash::FxHashMap as HashMap;

/// What a line is set up for: where a value of an attribute is looked up.
#[derive(Clone, Copy)]
pub(super) enum Setup<'a> {
    /// A lot of a variant at one of its operations.
    Made(&'a Variant, Option<&'a str>),
    /// The line's `setup_state`.
    State(&'a Named<String>),
    /// Something nobody knows any more: every attribute is missing.
    Unknown,
}

impl<'a> Setup<'a> {
    /// The value of `attribute`; a missing one is a value of its own.
    pub(super) fn value(self, attribute: &str) -> Option<&'a str> {
        match (self, attribute) {
            (Self::Unknown, _) => None,
            (Self::State(state), _) => state.get(attribute).map(String::as_str),
            (Self::Made(variant, _), "variant") => Some(&variant.id),
            (Self::Made(_, operation), "operation") => operation,
            (Self::Made(variant, _), _) => variant.attributes.as_ref()?.get(attribute).map(String::as_str),
        }
    }
}

/// Working time and cost of a changeover, the line's hours not yet in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Changeover {
    /// Working seconds.
    pub(super) seconds: i64,
    /// Ten-thousandths.
    pub(super) cost: i64,
}

/// A changeover set with its rules grouped by attribute, in the order of the file.
pub(super) struct RuleBook<'a> {
    combine: Combine,
    by_attribute: Vec<(&'a str, Vec<Rule<'a>>)>,
}

struct Rule<'a> {
    rule: &'a ChangeoverRule,
    /// Row and column of each value, for a matrix.
    places: Option<HashMap<&'a str, usize>>,
}

impl<'a> RuleBook<'a> {
    /// Groups the rules of `set`.
    pub(super) fn new(set: &'a ChangeoverSet) -> Self {
        let mut by_attribute: Vec<(&str, Vec<Rule>)> = Vec::new();
        let mut groups: HashMap<&str, usize> = HashMap::default();
        for rule in &set.rules {
            let group = *groups.entry(&rule.attribute).or_insert_with(|| {
                by_attribute.push((&rule.attribute, Vec::new()));
                by_attribute.len() - 1
            });
            let places = rule
                .values
                .as_ref()
                .map(|values| values.iter().enumerate().map(|(place, value)| (value.as_str(), place)).collect());
            by_attribute[group].1.push(Rule { rule, places });
        }
        Self { combine: set.combine, by_attribute }
    }

    /// What it takes to go from `before` to `after`.
    pub(super) fn between(&self, before: Setup, after: Setup) -> Changeover {
        let mut whole = Changeover::default();
        for (attribute, rules) in &self.by_attribute {
            let (from, to) = (before.value(attribute), after.value(attribute));
            let Some(part) = rules.iter().find_map(|rule| rule.between(from, to)) else { continue };
            whole = match self.combine {
                Combine::Sum => Changeover {
                    seconds: whole.seconds.saturating_add(part.seconds),
                    cost: whole.cost.saturating_add(part.cost),
                },
                Combine::Max => {
                    Changeover { seconds: whole.seconds.max(part.seconds), cost: whole.cost.max(part.cost) }
                }
            };
        }
        whole
    }
}

impl Rule<'_> {
    /// What the rule says of a pair of values; nothing where it does not match.
    fn between(&self, from: Option<&str>, to: Option<&str>) -> Option<Changeover> {
        if let Some(places) = &self.places {
            let (row, column) = (*places.get(from?)?, *places.get(to?)?);
            let seconds = self.rule.seconds.as_ref().and_then(|rows| rows.get(row)?.get(column));
            let cost = self.rule.costs.as_ref().and_then(|rows| rows.get(row)?.get(column));
            return Some(Changeover {
                seconds: seconds.map_or(0, |&seconds| i64::from(seconds)),
                cost: cost.map_or(0, |cost| cost.0),
            });
        }
        let agrees = |wanted: &Option<String>, value| wanted.as_deref().is_none_or(|wanted| Some(wanted) == value);
        (from != to && agrees(&self.rule.from, from) && agrees(&self.rule.to, to)).then(|| Changeover {
            seconds: self.rule.time.map_or(0, |time| time.0.0),
            cost: self.rule.cost.map_or(0, |cost| cost.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(combine: &str, rules: &str) -> ChangeoverSet {
        serde_json::from_str(&format!(r#"{{"id": "s", "combine": "{combine}", "rules": {rules}}}"#)).unwrap()
    }
    fn state(pairs: &[(&str, &str)]) -> Named<String> {
        pairs.iter().map(|&(name, value)| (name, value.to_string())).collect()
    }

    #[test]
    fn the_first_rule_that_matches_counts_and_equal_values_never_match_without_a_matrix() {
        let set = book(
            "sum",
            r#"[{"attribute": "colour", "from": "black", "time": "PT9M"}, {"attribute": "colour", "time": "PT1M", "cost": 2},
                {"attribute": "print", "values": ["a", "b"], "seconds": [[5, 7], [11, 13]]}]"#,
        );
        let rules = RuleBook::new(&set);
        let between = |from: &[(&str, &str)], to: &[(&str, &str)]| {
            let (from, to) = (state(from), state(to));
            rules.between(Setup::State(&from), Setup::State(&to))
        };
        assert_eq!(between(&[("colour", "black")], &[("colour", "white")]), Changeover { seconds: 540, cost: 0 });
        assert_eq!(between(&[("colour", "black")], &[]), Changeover { seconds: 540, cost: 0 });
        assert_eq!(between(&[], &[("colour", "black")]), Changeover { seconds: 60, cost: 20_000 });
        assert_eq!(between(&[("colour", "red")], &[("colour", "red")]), Changeover::default());
        assert_eq!(between(&[("print", "b")], &[("print", "b")]), Changeover { seconds: 13, cost: 0 });
        assert_eq!(between(&[("print", "b")], &[("print", "z")]), Changeover::default());
    }

    #[test]
    fn the_maximum_is_taken_of_time_and_cost_each_on_its_own() {
        let set = book(
            "max",
            r#"[{"attribute": "x", "time": "PT9M", "cost": 1}, {"attribute": "y", "time": "PT1M", "cost": 2}]"#,
        );
        let (from, to) = (state(&[]), state(&[("x", "1"), ("y", "1")]));
        let whole = RuleBook::new(&set).between(Setup::State(&from), Setup::State(&to));
        assert_eq!(whole, Changeover { seconds: 540, cost: 20_000 });
    }
}
