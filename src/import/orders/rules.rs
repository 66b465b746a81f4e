//! A mapping made ready for use: patterns compiled, every fault of the mapping found before the dump is opened.
//!
//! The `regex` crate matches in time linear in the text, so no pattern and no description can stall an import.

use super::mapping::{Charge, Derivation, Mapping, Rule, Source};
use crate::diagnostic::{Diagnostic, codes, join_pointer};
use crate::model::Variant;
use crate::model::{Meta, Named, Requires};
use regex::{Regex, RegexBuilder};

/// The mapping's patterns, compiled.
#[derive(Debug)]
pub(super) struct Rules {
    only: Vec<Regex>,
    except: Vec<Regex>,
    region: CompiledDerivation,
    attributes: Vec<(String, CompiledDerivation)>,
    route: Option<CompiledDerivation>,
    requires: Vec<CompiledRule>,
    keep_description: bool,
}

#[derive(Debug)]
struct CompiledDerivation {
    rules: Vec<CompiledRule>,
    default: Option<String>,
    case: super::mapping::Case,
}

#[derive(Debug)]
struct CompiledRule {
    source: Source,
    pattern: Regex,
    value: String,
}

/// The texts rules search.
#[derive(Clone, Copy, Debug, Default)]
struct Texts<'a> {
    code: &'a str,
    description: &'a str,
    region: &'a str,
}

impl Rules {
    /// Compiles the mapping's patterns and checks what serde cannot.
    ///
    /// # Errors
    /// Every fault, as [`codes::IMPORT_MAPPING`].
    pub fn new(mapping: &Mapping) -> Result<Self, Vec<Diagnostic>> {
        let mut compiler = Compiler { faults: Vec::new() };
        let whole = |pattern: &String| format!("^(?:{pattern})$");
        let products = &mapping.products;
        let rules = Self {
            only: compiler.patterns(products.only.iter().map(whole), "/products/only"),
            except: compiler.patterns(products.except.iter().map(whole), "/products/except"),
            region: compiler.derivation(&mapping.orders.region, "/orders/region", &[Source::Region]),
            attributes: mapping
                .variants
                .attributes
                .iter()
                .map(|(name, derivation)| {
                    let pointer = join_pointer("/variants/attributes", name);
                    (name.to_string(), compiler.derivation(derivation, &pointer, &[Source::Code, Source::Description]))
                })
                .collect(),
            route: mapping.variants.route.as_ref().map(|derivation| {
                compiler.derivation(derivation, "/variants/route", &[Source::Code, Source::Description])
            }),
            requires: compiler.rules(
                &mapping.variants.requires,
                "/variants/requires",
                &[Source::Code, Source::Description],
            ),
            keep_description: mapping.variants.keep_description,
        };
        compiler.amounts(mapping);
        if compiler.faults.is_empty() { Ok(rules) } else { Err(compiler.faults) }
    }

    /// Whether `code` (folded) is a product's.
    pub fn is_product(&self, code: &str) -> bool {
        (self.only.is_empty() || self.only.iter().any(|pattern| pattern.is_match(code)))
            && !self.except.iter().any(|pattern| pattern.is_match(code))
    }

    /// The region that the region column's text stands for; none where it is blank and no rule or default gives one.
    pub fn region(&self, text: &str) -> Option<String> {
        let own = (!text.is_empty()).then(|| text.to_string());
        self.region.derive(Texts { region: text, ..Texts::default() }).or(own)
    }

    /// The variant that `code` with `description` stands for.
    pub fn variant(&self, code: &str, description: &str) -> Variant {
        let texts = Texts { code, description, region: "" };
        let derived = self.attributes.iter().filter_map(|(name, rules)| Some((name.clone(), rules.derive(texts)?)));
        let attributes: Named<String> = derived.collect();
        let mut requires: Vec<String> = Vec::new();
        for value in self.requires.iter().filter_map(|rule| rule.derive(texts)) {
            if !requires.contains(&value) {
                requires.push(value);
            }
        }
        let described = self.keep_description && !description.is_empty();
        Variant {
            id: code.to_string(),
            route: self.route.as_ref().and_then(|route| route.derive(texts)),
            requires: (!requires.is_empty()).then_some(Requires::Every(requires)),
            attributes: (!attributes.is_empty()).then_some(attributes),
            materials: Vec::new(),
            meta: described.then(|| Meta(serde_json::json!({ "description": description }))),
        }
    }
}

impl CompiledDerivation {
    fn derive(&self, texts: Texts<'_>) -> Option<String> {
        let found = self.rules.iter().find_map(|rule| rule.derive(texts));
        found.or_else(|| self.default.clone()).map(|value| self.case.fold(&value))
    }
}

impl CompiledRule {
    fn derive(&self, texts: Texts<'_>) -> Option<String> {
        let text = match self.source {
            Source::Code => texts.code,
            Source::Description => texts.description,
            Source::Region => texts.region,
        };
        let captures = self.pattern.captures(text)?;
        let mut value = String::new();
        captures.expand(&self.value, &mut value);
        Some(value)
    }
}

struct Compiler {
    faults: Vec<Diagnostic>,
}

impl Compiler {
    fn fault(&mut self, pointer: String, message: String, remedy: &str) {
        self.faults.push(Diagnostic::error(codes::IMPORT_MAPPING, pointer, message, remedy));
    }

    fn patterns(&mut self, patterns: impl Iterator<Item = String>, pointer: &str) -> Vec<Regex> {
        patterns
            .enumerate()
            .filter_map(|(index, pattern)| self.pattern(&pattern, join_pointer(pointer, index)))
            .collect()
    }

    fn pattern(&mut self, pattern: &str, pointer: String) -> Option<Regex> {
        match RegexBuilder::new(pattern).case_insensitive(true).build() {
            Ok(regex) => Some(regex),
            Err(fault) => {
                let reason = fault.to_string();
                let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
                let message = format!("The pattern {} is no regular expression: {reason}.", super::shown(pattern));
                self.fault(pointer, message, "Correct the pattern; a sign with a meaning of its own is escaped by \\.");
                None
            }
        }
    }

    fn derivation(&mut self, derivation: &Derivation, pointer: &str, allowed: &[Source]) -> CompiledDerivation {
        CompiledDerivation {
            rules: self.rules(&derivation.rules, &join_pointer(pointer, "rules"), allowed),
            default: derivation.default.clone(),
            case: derivation.case,
        }
    }

    fn rules(&mut self, rules: &[Rule], pointer: &str, allowed: &[Source]) -> Vec<CompiledRule> {
        let mut compiled = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            let pointer = join_pointer(pointer, index);
            if !allowed.contains(&rule.source) {
                let message = format!("A rule here cannot search the {}.", format!("{:?}", rule.source).to_lowercase());
                let remedy = "Rules for regions search `region`; rules for variants search `code` or `description`.";
                self.fault(join_pointer(&pointer, "in"), message, remedy);
            }
            if let Some(pattern) = self.pattern(&rule.pattern, join_pointer(&pointer, "pattern")) {
                compiled.push(CompiledRule { source: rule.source, pattern, value: rule.value.clone() });
            }
        }
        compiled
    }

    fn amounts(&mut self, mapping: &Mapping) {
        let orders = &mapping.orders;
        let charges: [(&str, &Option<Charge>); 4] = [
            ("late_cost_per_day", &orders.late_cost_per_day),
            ("late_cost_once", &orders.late_cost_once),
            ("holding_cost_per_day", &orders.holding_cost_per_day),
            ("reject_cost", &orders.reject_cost),
        ];
        for (name, charge) in charges {
            if charge.is_some_and(|charge| charge.share.0 > 0) && mapping.columns.price.is_none() {
                let message = format!("{name} is a share of the order's value, but no price column is mapped.");
                self.fault(join_pointer("/orders", name), message, "Map `columns.price`, or give `at_least` alone.");
            }
        }
        for (name, count) in [("maximum_lots", orders.maximum_lots.map(i64::from)), ("minimum_lot", orders.minimum_lot)]
        {
            if count.is_some_and(|count| count < 1) {
                self.fault(join_pointer("/orders", name), format!("{name} is below 1."), "Give a count of 1 or more.");
            }
        }
        let due = mapping.columns.due.is_some() || orders.promise.is_some();
        if orders.holding_cost_per_day.is_some() && !due {
            let message = "A holding cost needs a due date, and neither a promise nor a due column gives one.";
            self.fault("/orders/holding_cost_per_day".into(), message.into(), "Give `orders.promise`.");
        }
        if mapping.variants.attributes.entries.contains_key("meta") {
            let message = "No attribute may be called meta.".to_string();
            self.fault("/variants/attributes/meta".into(), message, "Choose another name.");
        }
    }
}
