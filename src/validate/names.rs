//! Who is called what: an index per kind, its duplicates noted as it is made.

use crate::diagnostic::{Diagnostic, codes, did_you_mean};
use crate::model::Instance;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::fmt::Display;

/// How many different unknown names are compared with the known ones; beyond, the list is long enough to speak for
/// itself, and 100,000 slips among 5,000 names must not take minutes.
const MAXIMUM_SUGGESTIONS: usize = 100;

/// The things of one kind by id.
pub(super) struct Index<'a> {
    /// What one of them is called in a sentence.
    kind: &'static str,
    /// Where they are looked for, as the end of a sentence.
    within: &'static str,
    positions: FxHashMap<&'a str, usize>,
    /// In the order of the file, so that suggestions are stable.
    listed: Vec<&'a str>,
    suggested: RefCell<FxHashMap<String, Option<String>>>,
}

impl<'a> Index<'a> {
    /// Indexes `ids`; the first of several alike counts.
    pub(super) fn new(kind: &'static str, ids: impl IntoIterator<Item = &'a str>) -> Self {
        let mut index = Self {
            kind,
            within: "",
            positions: FxHashMap::default(),
            listed: Vec::new(),
            suggested: RefCell::default(),
        };
        for id in ids {
            index.insert(id);
        }
        index
    }

    /// The same, looked for in a place.
    pub(super) fn within(mut self, place: &'static str) -> Self {
        self.within = place;
        self
    }

    /// The position of the first thing of that name, where this one is not it.
    fn insert(&mut self, id: &'a str) -> Option<usize> {
        let position = self.listed.len();
        self.listed.push(id);
        let first = *self.positions.entry(id).or_insert(position);
        (first != position).then_some(first)
    }

    /// Where `id` stands in the file.
    pub(super) fn get(&self, id: &str) -> Option<usize> {
        self.positions.get(id).copied()
    }

    /// Whether there is such a thing.
    pub(super) fn contains(&self, id: &str) -> bool {
        self.positions.contains_key(id)
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// Notes a reference to a thing that is not there.
    pub(super) fn refer(&self, code: &'static str, pointer: impl Into<String>, wanted: &str) -> Option<Diagnostic> {
        (!self.contains(wanted)).then(|| {
            let message = format!("There is no {} \"{wanted}\"{}.", self.kind, self.within);
            Diagnostic::error(code, pointer, message, self.remedy(wanted))
        })
    }

    /// "Did you mean", or what else to do about an unknown name.
    pub(super) fn remedy(&self, wanted: &str) -> String {
        match self.suggestion(wanted) {
            Some(name) => format!("Did you mean \"{name}\"?"),
            None => format!("List the {} or correct the name.", self.kind),
        }
    }

    fn suggestion(&self, wanted: &str) -> Option<String> {
        let mut suggested = self.suggested.borrow_mut();
        if let Some(known) = suggested.get(wanted) {
            return known.clone();
        }
        if suggested.len() >= MAXIMUM_SUGGESTIONS {
            return None;
        }
        let found = did_you_mean(wanted, self.listed.iter().copied()).map(str::to_string);
        suggested.insert(wanted.to_string(), found.clone());
        found
    }
}

/// Every kind of thing the file names.
pub(super) struct Names<'a> {
    pub(super) calendars: Index<'a>,
    pub(super) sites: Index<'a>,
    pub(super) changeovers: Index<'a>,
    pub(super) lines: Index<'a>,
    pub(super) routes: Index<'a>,
    pub(super) materials: Index<'a>,
    pub(super) variants: Index<'a>,
    pub(super) orders: Index<'a>,
    /// Regions that sites deliver to.
    pub(super) regions: Index<'a>,
    /// Attributes of variants.
    pub(super) attributes: Index<'a>,
    /// Operations of routes.
    pub(super) operations: Index<'a>,
}

impl<'a> Names<'a> {
    /// Indexes `instance` and notes empty and repeated ids.
    pub(super) fn collect(instance: &'a Instance, faults: &mut Vec<Diagnostic>) -> Self {
        let calendars = instance.calendars.iter().map(|calendar| calendar.id.as_str());
        let sites = instance.sites.iter().map(|site| site.id.as_str());
        let changeovers = instance.changeovers.iter().map(|set| set.id.as_str());
        let lines = instance.lines.iter().map(|line| line.id.as_str());
        let routes = instance.routes.iter().map(|route| route.id.as_str());
        let variants = instance.variants.iter().map(|variant| variant.id.as_str());
        let orders = instance.orders.iter().map(|order| order.id.as_str());
        let regions = instance.sites.iter().flat_map(|site| &site.deliveries).map(|delivery| delivery.region.as_str());
        let attributes = instance.variants.iter().filter_map(|variant| variant.attributes.as_ref());
        let operations = instance.routes.iter().flat_map(|route| &route.operations);
        Self {
            calendars: unique("calendar", "/calendars", calendars, faults),
            sites: unique("site", "/sites", sites, faults),
            changeovers: unique("changeover set", "/changeovers", changeovers, faults),
            lines: unique("line", "/lines", lines, faults),
            routes: unique("route", "/routes", routes, faults),
            // Materials may come once per site: `material` looks for duplicates.
            materials: Index::new("material", instance.materials.iter().map(|material| material.id.as_str())),
            variants: unique("variant", "/variants", variants, faults),
            orders: unique_orders(orders, faults),
            regions: Index::new("region", regions),
            attributes: Index::new("attribute", attributes.flat_map(|named| named.entries.keys()).map(String::as_str)),
            operations: Index::new("operation", operations.map(|operation| operation.id.as_str())),
        }
    }
}

/// Indexes `ids` and notes those that are empty or come again.
pub(super) fn unique<'a>(
    kind: &'static str,
    base: &str,
    ids: impl Iterator<Item = &'a str>,
    faults: &mut Vec<Diagnostic>,
) -> Index<'a> {
    let mut index = Index::new(kind, []);
    for (position, id) in ids.enumerate() {
        let first = index.insert(id);
        if let Some(fault) = name_fault(kind, base, position, id, first) {
            faults.push(fault);
        }
    }
    index
}

/// The same for orders, each fault marked as its order's own.
fn unique_orders<'a>(ids: impl Iterator<Item = &'a str>, faults: &mut Vec<Diagnostic>) -> Index<'a> {
    let mut index = Index::new("order", []);
    for (position, id) in ids.enumerate() {
        let first = index.insert(id);
        faults.extend(name_fault("order", "/orders", position, id, first).map(|fault| fault.for_order(id)));
    }
    index
}

/// What is wrong with the id of the thing at `position`, whose name `first` bears already.
pub(super) fn name_fault(
    kind: &str,
    base: impl Display,
    position: usize,
    id: &str,
    first: Option<usize>,
) -> Option<Diagnostic> {
    let pointer = format!("{base}/{position}/id");
    if id.is_empty() {
        let message = format!("The {kind} has an empty id.");
        return Some(Diagnostic::error(codes::EMPTY_NAME, pointer, message, "Give it a name."));
    }
    first.map(|first| {
        let message = format!("The {kind} \"{id}\" is already at {base}/{first}.");
        Diagnostic::error(codes::DUPLICATE_ID, pointer, message, "Rename one of the two, or remove it.")
    })
}
