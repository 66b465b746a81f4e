//! Which line can run which operation of which variant, by stage, offers, rate and material.
//!
//! Worked out once per class of variants alike, and only for those ordered. Rates are found through one of the pairs they match, so that a
//! line with a rate for each of 5,000 variants costs no more than one with a single rate.

use crate::model::{Instance, Line, MaterialUse, Rate, Requires, Variant};
use crate::units::Seconds;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::OnceCell;

/// One operation of a variant.
pub(super) struct Step<'a> {
    /// Its name; none without a route.
    pub(super) name: Option<&'a str>,
    pub(super) stage: Option<&'a str>,
    /// Positions of the steps it waits for; they come before it.
    pub(super) after: Vec<usize>,
    pub(super) lag: Seconds,
    /// Whether the route lists it first: materials without an operation are taken here.
    is_first_listed: bool,
}

/// A line that can run a step, and the rate at which it does.
#[derive(Clone, Copy)]
pub(super) struct Choice<'a> {
    pub(super) line: usize,
    pub(super) rate: &'a Rate,
}

/// Lines and variants of an instance whose references are sound.
pub(super) struct Eligibility<'a> {
    pub(super) instance: &'a Instance,
    variants: FxHashMap<&'a str, usize>,
    /// Steps by route, in an order in which each comes after those it waits for; the last ends the route.
    routes: FxHashMap<&'a str, Vec<Step<'a>>>,
    single: Vec<Step<'a>>,
    lines: Vec<LineRates<'a>>,
    materials: FxHashSet<(&'a str, Option<&'a str>)>,
    /// By variant: variants that no line can tell apart share a class.
    classes: Vec<usize>,
    choices: Vec<OnceCell<Vec<Vec<Choice<'a>>>>>,
}

/// A line's rates by the first pair each matches; those that match everything apart.
struct LineRates<'a> {
    offers: FxHashSet<&'a str>,
    by_pair: FxHashMap<(&'a str, &'a str), Vec<usize>>,
    for_all: Option<usize>,
}

impl<'a> LineRates<'a> {
    fn new(line: &'a Line) -> Self {
        let mut rates = Self {
            offers: line.offers.iter().map(String::as_str).collect(),
            by_pair: FxHashMap::default(),
            for_all: None,
        };
        for (at, rate) in line.rates.iter().enumerate() {
            // "variant" sorts after most attributes and is the most telling pair: prefer it.
            let named = rate.matches.as_ref();
            let variant = named.and_then(|named| named.get("variant")).map(|value| ("variant", value.as_str()));
            let any = || named.and_then(|named| named.iter().next()).map(|(name, value)| (name, value.as_str()));
            match variant.or_else(any) {
                Some(pair) => rates.by_pair.entry(pair).or_default().push(at),
                None => rates.for_all = rates.for_all.or(Some(at)),
            }
        }
        rates
    }

    /// The first rate of `line` that matches.
    fn find(&self, line: &'a Line, variant: &Variant, step: &Step<'_>) -> Option<&'a Rate> {
        if self.by_pair.is_empty() {
            return self.for_all.map(|at| &line.rates[at]);
        }
        let attributes = variant.attributes.iter().flat_map(|named| named.iter());
        let pairs = attributes
            .map(|(name, value)| (name, value.as_str()))
            .chain([("variant", variant.id.as_str())])
            .chain(step.name.map(|name| ("operation", name)));
        let listed = pairs.filter_map(|pair| self.by_pair.get(&pair)).flatten().copied();
        let agrees = |at: &usize| self.for_all.is_none_or(|all| *at < all) && matches(&line.rates[*at], variant, step);
        listed.filter(agrees).min().or(self.for_all).map(|at| &line.rates[at])
    }
}

fn matches(rate: &Rate, variant: &Variant, step: &Step<'_>) -> bool {
    rate.matches.iter().flat_map(|named| named.iter()).all(|(name, value)| match name {
        "variant" => variant.id == *value,
        "operation" => step.name == Some(value.as_str()),
        _ => variant.attributes.as_ref().and_then(|named| named.get(name)) == Some(value),
    })
}

impl<'a> Eligibility<'a> {
    /// Prepares the lines of `instance`.
    pub(super) fn new(instance: &'a Instance) -> Self {
        let variants = instance.variants.iter().enumerate().map(|(at, variant)| (variant.id.as_str(), at)).collect();
        let routes = instance.routes.iter().map(|route| (route.id.as_str(), steps_of(route))).collect();
        let single =
            vec![Step { name: None, stage: None, after: Vec::new(), lag: Seconds::ZERO, is_first_listed: true }];
        let (classes, count) = classes_of(instance);
        Self {
            instance,
            variants,
            routes,
            single,
            lines: instance.lines.iter().map(LineRates::new).collect(),
            materials: instance.materials.iter().map(|entry| (entry.id.as_str(), entry.site.as_deref())).collect(),
            classes,
            choices: (0..count).map(|_| OnceCell::new()).collect(),
        }
    }

    /// The position of a variant.
    pub(super) fn variant(&self, id: &str) -> Option<usize> {
        self.variants.get(id).copied()
    }

    /// The class of variants that no line can tell this one from, nor by what it takes.
    pub(super) fn class(&self, variant: usize) -> usize {
        self.classes[variant]
    }

    /// The operations of a variant, each after those it waits for.
    pub(super) fn steps(&self, variant: usize) -> &[Step<'a>] {
        let route = self.instance.variants[variant].route.as_deref();
        route.and_then(|id| self.routes.get(id)).unwrap_or(&self.single)
    }

    /// The lines that can run each operation of a variant, wherever it then goes.
    pub(super) fn choices(&self, variant: usize) -> &[Vec<Choice<'a>>] {
        self.choices[self.classes[variant]].get_or_init(|| {
            self.steps(variant)
                .iter()
                .map(|step| (0..self.lines.len()).filter_map(|line| self.choice(line, variant, step)).collect())
                .collect()
        })
    }

    fn choice(&self, line: usize, variant: usize, step: &Step<'_>) -> Option<Choice<'a>> {
        let (written, item) = (&self.instance.lines[line], &self.instance.variants[variant]);
        let suits = written.stage.as_deref() == step.stage
            && missing_offers(&self.lines[line].offers, item, step).next().is_none();
        let rate = suits.then(|| self.lines[line].find(written, item, step)).flatten()?;
        self.missing_material(written, item, step).is_none().then_some(Choice { line, rate })
    }

    /// Materials a step takes, with what each piece takes of them.
    pub(super) fn materials(&self, variant: usize, step: &Step<'_>) -> impl Iterator<Item = (&'a str, i64)> {
        taken(&self.instance.variants[variant], step)
    }

    fn missing_material(&self, line: &'a Line, variant: &'a Variant, step: &Step<'_>) -> Option<&'a str> {
        taken(variant, step)
            .map(|(id, _)| id)
            .find(|id| !self.materials.contains(&(*id, line.site.as_deref())) && !self.materials.contains(&(*id, None)))
    }

    /// What keeps the nearest line from running a step that none can run.
    pub(super) fn obstacle(&self, variant: usize, step: &Step<'_>) -> String {
        let item = &self.instance.variants[variant];
        let in_stage = |line: &&Line| line.stage.as_deref() == step.stage;
        let nearest = self
            .instance
            .lines
            .iter()
            .zip(&self.lines)
            .filter(|(line, _)| in_stage(line))
            // How far it gets: the requirement it fails on, then how much of that it lacks.
            .min_by_key(|(line, rates)| {
                let lacking = missing_offers(&rates.offers, item, step).count();
                (lacking, usize::from(rates.find(line, item, step).is_none()))
            });
        let Some((line, rates)) = nearest else {
            return match step.stage {
                Some(stage) => format!("no line works in stage \"{stage}\""),
                None => "every line works in a stage of its own, and the operation has none".to_string(),
            };
        };
        let lacking: Vec<String> =
            missing_offers(&rates.offers, item, step).map(|offer| format!("\"{offer}\"")).collect();
        if !lacking.is_empty() {
            format!("the nearest line, \"{}\", does not offer {}", line.id, lacking.join(" and "))
        } else if rates.find(line, item, step).is_none() {
            format!("the nearest line, \"{}\", has no rate that matches", line.id)
        } else {
            let site = line.site.as_deref().map_or_else(String::new, |site| format!(" at its site \"{site}\""));
            let material = self.missing_material(line, item, step).unwrap_or_default();
            format!("the nearest line, \"{}\", has no entry of the material \"{material}\"{site}", line.id)
        }
    }
}

/// Puts variants into classes alike in all that decides who can run them: route, requirements, materials, and of
/// attributes and the id only what some rate matches. 5,000 variants often make a few dozen.
fn classes_of<'i>(instance: &'i Instance) -> (Vec<usize>, usize) {
    let pairs: FxHashSet<(&str, &str)> = instance
        .lines
        .iter()
        .flat_map(|line| &line.rates)
        .filter_map(|rate| rate.matches.as_ref())
        .flat_map(|named| named.iter())
        .map(|(name, value)| (name, value.as_str()))
        .collect();
    let mut known = FxHashMap::default();
    let classes = instance.variants.iter().map(|variant| {
        let attributes = variant.attributes.iter().flat_map(|named| named.iter());
        let own = attributes.map(|(name, value)| (name, value.as_str())).chain([("variant", variant.id.as_str())]);
        let matched: Vec<(&str, &str)> = own.filter(|pair| pairs.contains(pair)).collect();
        let requires: Vec<(&str, &[String])> = match &variant.requires {
            None => Vec::new(),
            Some(Requires::Every(list)) => vec![("", list)],
            Some(Requires::ByOperation(named)) => named.iter().map(|(name, list)| (name, list.as_slice())).collect(),
        };
        let used = |used: &'i MaterialUse| (used.id.as_str(), used.operation.as_deref(), used.per_unit);
        let materials: Vec<_> = variant.materials.iter().map(used).collect();
        let by_operation = matches!(variant.requires, Some(Requires::ByOperation(_)));
        let next = known.len();
        *known.entry((variant.route.as_deref(), by_operation, requires, materials, matched)).or_insert(next)
    });
    let classes: Vec<usize> = classes.collect();
    let count = known.len();
    (classes, count)
}

fn missing_offers<'v>(
    offers: &FxHashSet<&str>,
    variant: &'v Variant,
    step: &Step<'_>,
) -> impl Iterator<Item = &'v str> {
    let required = variant.requires.as_ref().map_or(&[][..], |requires: &Requires| requires.of(step.name));
    required.iter().map(String::as_str).filter(|offer| !offers.contains(offer))
}

fn taken<'v>(variant: &'v Variant, step: &Step<'_>) -> impl Iterator<Item = (&'v str, i64)> {
    let (name, first) = (step.name, step.is_first_listed);
    let here = variant.materials.iter().filter(move |used| match used.operation.as_deref() {
        None => first,
        operation => operation == name,
    });
    here.map(|used| (used.id.as_str(), used.per_unit.0))
}

/// The operations of a route without cycles, each after those it waits for, otherwise in the order of the file.
fn steps_of(route: &crate::model::Route) -> Vec<Step<'_>> {
    let mut places: FxHashMap<&str, usize> = FxHashMap::default();
    let mut steps: Vec<Step<'_>> = Vec::with_capacity(route.operations.len());
    while steps.len() < route.operations.len() {
        let before = steps.len();
        for (at, operation) in route.operations.iter().enumerate() {
            let waits = operation.after.iter().map(|id| places.get(id.as_str()).copied()).collect::<Option<Vec<_>>>();
            if let (false, Some(after)) = (places.contains_key(operation.id.as_str()), waits) {
                places.insert(&operation.id, steps.len());
                let stage = operation.stage.as_deref();
                let name = Some(operation.id.as_str());
                steps.push(Step { name, stage, after, lag: operation.lag.0, is_first_listed: at == 0 });
            }
        }
        assert!(steps.len() > before, "routes with cycles have been refused");
    }
    steps
}
