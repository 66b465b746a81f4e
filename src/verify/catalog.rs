//! Where things stand in an instance: names to positions, routes as steps, and what each line can run.
//!
//! Nothing here is checked: of two things of one name the first counts, a name that leads nowhere leads to nothing.

use super::changeover::{RuleBook, Setup};
use crate::model::{Calendar, Instance, Line, Rate, Route, Site, Variant};
use jiff::tz::TimeZone;
use rustc_hash::FxHashMap as HashMap;
use std::borrow::Cow;
use std::cell::RefCell;

/// So many items of an order are looked through; more are looked up.
const FEW: usize = 8;

/// One operation of a route, its predecessors by position.
pub(super) struct Step<'a> {
    /// Its name; none without a route.
    pub(super) name: Option<&'a str>,
    /// The stage of the lines that can run it.
    pub(super) stage: Option<&'a str>,
    /// What must have ended.
    pub(super) after: Vec<usize>,
    /// Elapsed time that must pass after that.
    pub(super) lag: i64,
    /// Whether nothing waits for it: delivery starts there.
    pub(super) is_last: bool,
}

/// Why a line cannot run an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inability {
    /// It works in another stage.
    Stage,
    /// It does not offer what the variant requires.
    Requires,
    /// None of its rates matches.
    Rate,
}

/// Whether a line can run an operation, and the first of its rates that matches, known even where it cannot.
#[derive(Clone, Copy)]
pub(super) struct Ability<'a> {
    /// The rate that counts.
    pub(super) rate: Option<&'a Rate>,
    /// What it lacks.
    pub(super) inability: Option<Inability>,
}

/// What it takes to get a lot from one line to the next, or to its order's region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Journey {
    /// Elapsed seconds.
    pub(super) seconds: i64,
    /// Ten-thousandths per piece.
    pub(super) cost_per_unit: i64,
}

/// The names of every order's items; an item without an id is known by its index.
pub(super) fn item_names(instance: &Instance) -> Vec<Vec<Cow<'_, str>>> {
    let mut names = Vec::with_capacity(instance.orders.len());
    for order in &instance.orders {
        let items = order.items.iter().enumerate();
        names.push(
            items
                .map(|(index, item)| match &item.id {
                    Some(id) => Cow::Borrowed(id.as_str()),
                    None => Cow::Owned(index.to_string()),
                })
                .collect(),
        );
    }
    names
}

/// The instance, by name and by position.
pub(super) struct Catalog<'a> {
    pub(super) instance: &'a Instance,
    pub(super) names: &'a [Vec<Cow<'a, str>>],
    pub(super) zone: TimeZone,
    pub(super) orders: HashMap<&'a str, usize>,
    pub(super) lines: HashMap<&'a str, usize>,
    pub(super) variants: HashMap<&'a str, usize>,
    /// Items of orders with more than a [`FEW`] of them.
    items: HashMap<(usize, &'a str), usize>,
    calendars: HashMap<&'a str, &'a Calendar>,
    rule_books: HashMap<&'a str, RuleBook<'a>>,
    sites: HashMap<&'a str, &'a Site>,
    transits: HashMap<(&'a str, &'a str), Journey>,
    routes: Vec<Vec<Step<'a>>>,
    /// The route of each variant; the last one is the single operation without a name.
    route_of: Vec<usize>,
    abilities: RefCell<HashMap<(usize, usize, usize), Ability<'a>>>,
}

/// Positions by name; the first of a name counts.
fn positions<'a, T>(things: &'a [T], name: impl Fn(&'a T) -> &'a str) -> HashMap<&'a str, usize> {
    let mut found = HashMap::default();
    found.reserve(things.len());
    for (position, thing) in things.iter().enumerate() {
        found.entry(name(thing)).or_insert(position);
    }
    found
}

impl<'a> Catalog<'a> {
    /// Looks through `instance` once.
    pub(super) fn new(instance: &'a Instance, names: &'a [Vec<Cow<'a, str>>]) -> Self {
        let route_positions = positions(&instance.routes, |route| &route.id);
        let mut routes: Vec<Vec<Step>> = instance.routes.iter().map(steps).collect();
        routes.push(vec![Step { name: None, stage: None, after: Vec::new(), lag: 0, is_last: true }]);
        let route_of = instance.variants.iter().map(|variant| {
            let route = variant.route.as_deref().and_then(|route| route_positions.get(route));
            route.copied().unwrap_or(instance.routes.len())
        });
        let mut items = HashMap::default();
        for (order, names) in names.iter().enumerate().filter(|(_, names)| names.len() > FEW) {
            for (item, name) in names.iter().enumerate() {
                items.entry((order, name.as_ref())).or_insert(item);
            }
        }
        let mut transits = HashMap::default();
        for transit in &instance.transits {
            let journey = Journey { seconds: transit.time.0.0, cost_per_unit: transit.cost_per_unit.0 };
            transits.entry((transit.from.as_str(), transit.to.as_str())).or_insert(journey);
        }
        Self {
            instance,
            names,
            zone: instance.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC),
            orders: positions(&instance.orders, |order| &order.id),
            lines: positions(&instance.lines, |line| &line.id),
            variants: positions(&instance.variants, |variant| &variant.id),
            items,
            calendars: instance.calendars.iter().rev().map(|calendar| (calendar.id.as_str(), calendar)).collect(),
            rule_books: instance.changeovers.iter().rev().map(|set| (set.id.as_str(), RuleBook::new(set))).collect(),
            sites: instance.sites.iter().rev().map(|site| (site.id.as_str(), site)).collect(),
            transits,
            route_of: route_of.collect(),
            routes,
            abilities: RefCell::default(),
        }
    }

    /// The position of an item within its order.
    pub(super) fn item(&self, order: usize, name: &str) -> Option<usize> {
        let names = self.names.get(order)?;
        if names.len() <= FEW {
            return names.iter().position(|known| known == name);
        }
        // The key borrows for as long as the catalog; a shorter borrow serves to look it up.
        let items: &HashMap<(usize, &str), usize> = &self.items;
        items.get(&(order, name)).copied()
    }

    /// Pieces of an item that are left to make.
    pub(super) fn left_of(&self, order: usize, item: usize) -> i64 {
        let item = &self.instance.orders[order].items[item];
        item.quantity.saturating_sub(item.done).max(0)
    }

    /// The operations of a variant.
    pub(super) fn steps(&self, variant: usize) -> &[Step<'a>] {
        &self.routes[self.route_of[variant]]
    }

    /// The calendar of a line.
    pub(super) fn calendar(&self, line: &Line) -> Option<&'a Calendar> {
        self.calendars.get(line.calendar.as_deref()?).copied()
    }

    /// The changeover rules of a line.
    pub(super) fn rule_book(&self, line: &Line) -> Option<&RuleBook<'a>> {
        self.rule_books.get(line.changeovers.as_deref()?)
    }

    /// From one site to another in that direction; nothing where it is not listed.
    pub(super) fn transit(&self, from: Option<&str>, to: Option<&str>) -> Option<Journey> {
        if from == to {
            return Some(Journey::default());
        }
        let transits: &HashMap<(&str, &str), Journey> = &self.transits;
        transits.get(&(from?, to?)).copied()
    }

    /// From a site to a region; nothing where the site delivers to others only.
    pub(super) fn delivery(&self, site: Option<&str>, region: Option<&str>) -> Option<Journey> {
        let listed = site.and_then(|site| self.sites.get(site)).map_or(&[][..], |site| &site.deliveries);
        let (Some(region), false) = (region, listed.is_empty()) else { return Some(Journey::default()) };
        let delivery = listed.iter().find(|delivery| delivery.region == region)?;
        Some(Journey { seconds: delivery.time.0.0, cost_per_unit: delivery.cost_per_unit.0 })
    }

    /// Whether and how fast `line` runs step `step` of `variant`.
    pub(super) fn ability(&self, variant: usize, step: usize, line: usize) -> Ability<'a> {
        *self.abilities.borrow_mut().entry((variant, step, line)).or_insert_with(|| {
            let step = &self.steps(variant)[step];
            ability(&self.instance.variants[variant], step, &self.instance.lines[line])
        })
    }

    /// Whether `line` is able to run step `step` of `variant` and has an entry of every material it takes.
    pub(super) fn could_run(&self, variant: usize, step: usize, line: usize) -> bool {
        let site = &self.instance.lines[line].site;
        let name = self.steps(variant)[step].name;
        let uses = &self.instance.variants[variant].materials;
        let mut here = uses.iter().filter(|used| used.operation.as_deref().map_or(step == 0, |own| Some(own) == name));
        let has_entry = |id: &String| {
            self.instance.materials.iter().any(|entry| entry.id == *id && (entry.site.is_none() || entry.site == *site))
        };
        self.ability(variant, step, line).inability.is_none() && here.all(|used| has_entry(&used.id))
    }
}

/// A route's operations with `after` as positions; names it does not have are left out.
fn steps(route: &Route) -> Vec<Step<'_>> {
    let places = positions(&route.operations, |operation| &operation.id);
    let mut steps: Vec<Step> = Vec::with_capacity(route.operations.len());
    for operation in &route.operations {
        steps.push(Step {
            name: Some(&operation.id),
            stage: operation.stage.as_deref(),
            after: operation.after.iter().filter_map(|name| places.get(name.as_str()).copied()).collect(),
            lag: operation.lag.0.0,
            is_last: true,
        });
    }
    for step in 0..steps.len() {
        for before in steps[step].after.clone() {
            steps[before].is_last = false;
        }
    }
    steps
}

fn ability<'a>(variant: &'a Variant, step: &Step<'a>, line: &'a Line) -> Ability<'a> {
    let lot = Setup::Made(variant, step.name);
    let rate = line.rates.iter().find(|rate| {
        let wanted = rate.matches.iter().flat_map(|matches| matches.iter());
        wanted.into_iter().all(|(name, value)| lot.value(name) == Some(value.as_str()))
    });
    let required = variant.requires.as_ref().map_or(&[][..], |requires| requires.of(step.name));
    let inability = if step.stage != line.stage.as_deref() {
        Some(Inability::Stage)
    } else if !required.iter().all(|capability| line.offers.contains(capability)) {
        Some(Inability::Requires)
    } else {
        rate.is_none().then_some(Inability::Rate)
    };
    Ability { rate, inability }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_could_run_what_its_site_has_materials_for() {
        let instance: Instance = serde_json::from_str(
            r#"{"format": "lotwise/1", "start": "2026-11-23T08:00:00Z", "sites": [{"id": "north"}, {"id": "south"}],
                "lines": [{"id": "n", "site": "north", "rates": [{"seconds_per_unit": 60}]},
                          {"id": "s", "site": "south", "rates": [{"seconds_per_unit": 60}]},
                          {"id": "unable", "site": "north", "rates": []}],
                "materials": [{"id": "felt", "site": "north", "stock": 1}, {"id": "foil", "stock": 1}],
                "variants": [{"id": "hat", "materials": [{"id": "felt", "per_unit": 1}, {"id": "foil", "per_unit": 1}]},
                             {"id": "bag", "materials": [{"id": "foil", "per_unit": 1}]}],
                "orders": []}"#,
        )
        .unwrap();
        let catalog = Catalog::new(&instance, &[]);
        let could_run = |variant| [0, 1, 2].map(|line| catalog.could_run(variant, 0, line));
        assert_eq!(could_run(0), [true, false, false], "felt is at the northern site alone");
        assert_eq!(could_run(1), [true, true, false], "foil is anywhere");
    }
}
