//! The plan read against the instance: what becomes of each order, its lots, and every operation on its line.
//!
//! An operation is a task, be it the plan's or a fact of the baseline. Names that lead nowhere are breaches and leave
//! nothing behind, so that the checks that follow see only what exists.

use super::breach::Breaches;
use super::catalog::Catalog;
use super::changeover::Setup;
use super::exact;
use crate::diagnostic::codes;
use crate::model::{LotEntry, OperationEntry, Rate};
use crate::solution::{OrderStatus, Solution};
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

/// What the plan says becomes of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is delivered.
    Made,
    /// It is left out at its price.
    Rejected,
    /// It must be made and is not.
    Unplanned,
}

/// One operation of one lot on its line.
pub(super) struct Task<'a> {
    /// Order, item, lot and operation, as the file names them.
    pub(super) key: Key<'a>,
    /// Where the plan lists it: lot and operation; a fact need not be listed.
    pub(super) place: Option<(usize, usize)>,
    /// Its order; none where the instance does not have it any more.
    pub(super) order: Option<usize>,
    pub(super) variant: Option<usize>,
    /// Which operation of the variant's route it is.
    pub(super) step: Option<usize>,
    pub(super) line: usize,
    pub(super) setup_start: Option<i64>,
    pub(super) start: i64,
    pub(super) end: i64,
    /// Pieces run: the lot's quantity, and what yield asks for besides.
    pub(super) pieces: i64,
    /// Working seconds of the run; none where nobody knows.
    pub(super) seconds: Option<i64>,
    pub(super) rate: Option<&'a Rate>,
    /// Whether the baseline starts it before `frozen_until`.
    pub(super) frozen: bool,
}

/// Order, item, lot, operation.
pub(super) type Key<'a> = (&'a str, &'a str, u32, Option<&'a str>);

impl<'a> Task<'a> {
    /// What the line is set up for while it runs.
    pub(super) fn setup(&self, catalog: &Catalog<'a>) -> Setup<'a> {
        let operation = self.key.3;
        self.variant.map_or(Setup::Unknown, |variant| Setup::Made(&catalog.instance.variants[variant], operation))
    }

    /// The pointer to it in the plan file.
    pub(super) fn pointer(&self) -> String {
        self.place.map_or_else(|| "/lots".into(), |(lot, operation)| format!("/lots/{lot}/operations/{operation}"))
    }

    /// Its name in a sentence.
    pub(super) fn title(&self) -> String {
        let (order, item, lot, operation) = self.key;
        let operation = operation.map_or_else(String::new, |name| format!("{name} of "));
        format!("{operation}order {order} item {item} lot {lot}")
    }
}

/// A lot of an order that is made.
pub(super) struct Lot {
    /// Its position in the plan's `lots`.
    pub(super) index: usize,
    pub(super) order: usize,
    pub(super) item: usize,
    pub(super) number: u32,
    pub(super) quantity: i64,
    pub(super) variant: usize,
    /// Its task for each operation of the route, where there is one.
    pub(super) tasks: Vec<Option<usize>>,
    /// Whether one of its operations is frozen in the baseline.
    pub(super) has_frozen: bool,
}

/// The plan, resolved.
pub(super) struct Reading<'a> {
    /// By order of the instance.
    pub(super) fates: Vec<Fate>,
    /// By order of the instance: its position in the plan's `orders`.
    pub(super) entries: Vec<Option<usize>>,
    /// Sorted by order, item and number.
    pub(super) lots: Vec<Lot>,
    pub(super) tasks: Vec<Task<'a>>,
    /// What the baseline says of each operation.
    pub(super) baseline: HashMap<Key<'a>, &'a OperationEntry>,
    /// Facts by name.
    facts: HashMap<Key<'a>, usize>,
    /// Pieces of each baseline lot with a frozen operation.
    frozen_lots: HashMap<(&'a str, &'a str, u32), i64>,
    /// Facts the plan lists.
    listed: HashSet<usize>,
}

impl<'a> Reading<'a> {
    /// Reads `solution`, noting what does not exist or is there twice.
    pub(super) fn new(catalog: &Catalog<'a>, solution: &'a Solution, breaches: &mut Breaches) -> Self {
        let (fates, entries) = fates(catalog, solution, breaches);
        let mut reading = Self {
            fates,
            entries,
            lots: Vec::with_capacity(solution.lots.len()),
            tasks: Vec::with_capacity(solution.lots.len()),
            baseline: HashMap::default(),
            facts: HashMap::default(),
            frozen_lots: HashMap::default(),
            listed: HashSet::default(),
        };
        reading.read_baseline(catalog);
        for (index, entry) in solution.lots.iter().enumerate() {
            reading.read_lot(catalog, index, entry, breaches);
        }
        reading.lots.sort_by_key(|lot| (lot.order, lot.item, lot.number, lot.index));
        reading.require_facts(catalog, breaches);
        reading
    }

    fn read_baseline(&mut self, catalog: &Catalog<'a>) {
        let Some(baseline) = &catalog.instance.baseline else { return };
        for lot in &baseline.lots {
            let order = catalog.orders.get(lot.order.as_str()).copied();
            let item = order.and_then(|order| catalog.item(order, &lot.item).map(|item| (order, item)));
            let variant = match item {
                Some((order, item)) => Some(catalog.instance.orders[order].items[item].variant.as_str()),
                None => lot.variant.as_deref(),
            };
            let variant = variant.and_then(|name| catalog.variants.get(name).copied());
            for entry in &lot.operations {
                let key = (lot.order.as_str(), lot.item.as_str(), lot.lot, entry.operation.as_deref());
                if self.baseline.contains_key(&key) {
                    continue;
                }
                self.baseline.insert(key, entry);
                let frozen = baseline.frozen_until.is_some_and(|until| entry.start < until);
                let Some(&line) = catalog.lines.get(entry.line.as_str()).filter(|_| frozen) else { continue };
                self.facts.insert(key, self.tasks.len());
                self.frozen_lots.entry((key.0, key.1, key.2)).or_insert(lot.quantity);
                let mut task = task(catalog, key, variant, line, entry, lot.quantity, true);
                task.order = item.map(|(order, _)| order);
                self.tasks.push(task);
            }
        }
    }

    fn read_lot(&mut self, catalog: &Catalog<'a>, index: usize, entry: &'a LotEntry, breaches: &mut Breaches) {
        let Some(mut lot) = self.resolve_lot(catalog, index, entry, breaches) else { return };
        let pointer = format!("/lots/{index}");
        let steps = catalog.steps(lot.variant);
        let mut seen = vec![false; steps.len()];
        for (position, operation) in entry.operations.iter().enumerate() {
            let name = operation.operation.as_deref();
            let here = steps.get(position).filter(|step| step.name == name).map(|_| position);
            let step = here.or_else(|| steps.iter().position(|step| step.name == name));
            let Some(step) = step.filter(|&step| !std::mem::replace(&mut seen[step], true)) else {
                let what = if step.is_some() { "is there twice" } else { "is not in the route" };
                let message = format!("Operation {} {what}.", name.unwrap_or("without a name"));
                breaches.add(codes::BREACH_OPERATIONS, format!("{pointer}/operations/{position}"), message);
                continue;
            };
            let key = (entry.order.as_str(), entry.item.as_str(), entry.lot, name);
            if let Some(&fact) = self.facts.get(&key) {
                self.listed.insert(fact);
                self.tasks[fact].place = Some((index, position));
                lot.tasks[step] = Some(fact);
                self.compare_fact(key, operation, &format!("{pointer}/operations/{position}"), breaches);
                continue;
            }
            let Some(&line) = catalog.lines.get(operation.line.as_str()) else {
                let message = format!("There is no line {}.", operation.line);
                breaches.add(codes::BREACH_UNKNOWN_LINE, format!("{pointer}/operations/{position}/line"), message);
                continue;
            };
            let mut task = task(catalog, key, Some(lot.variant), line, operation, entry.quantity, false);
            (task.order, task.place) = (Some(lot.order), Some((index, position)));
            lot.tasks[step] = Some(self.tasks.len());
            self.tasks.push(task);
        }
        if let Some(missing) = seen.iter().position(|seen| !seen) {
            let message = format!("Operation {} is missing.", steps[missing].name.unwrap_or("without a name"));
            breaches.add(codes::BREACH_OPERATIONS, format!("{pointer}/operations"), message);
        }
        self.lots.push(lot);
    }

    /// The lot's order, item and variant, if all three exist and the order is made.
    fn resolve_lot(
        &self,
        catalog: &Catalog<'a>,
        index: usize,
        entry: &'a LotEntry,
        breaches: &mut Breaches,
    ) -> Option<Lot> {
        let pointer = format!("/lots/{index}");
        let Some(&order) = catalog.orders.get(entry.order.as_str()) else {
            let message = format!("There is no order {}.", entry.order);
            breaches.add(codes::BREACH_UNKNOWN_ORDER, format!("{pointer}/order"), message);
            return None;
        };
        if self.fates[order] != Fate::Made {
            let message = format!("Order {} is left out but has a lot.", entry.order);
            breaches.add(codes::BREACH_LEFT_OUT_LOT, pointer, message);
            return None;
        }
        let Some(item) = catalog.item(order, &entry.item) else {
            let message = format!("Order {} has no item {}.", entry.order, entry.item);
            breaches.add(codes::BREACH_UNKNOWN_ITEM, format!("{pointer}/item"), message);
            return None;
        };
        let name = catalog.instance.orders[order].items[item].variant.as_str();
        let variant = catalog.variants.get(name).copied();
        if variant.is_none() || entry.variant.as_deref().is_some_and(|stated| stated != name) {
            let message = format!("The item's variant is {name}, and the instance must have it.");
            breaches.add(codes::BREACH_VARIANT, format!("{pointer}/variant"), message);
        }
        let variant = variant?;
        let frozen = self.frozen_lots.get(&(entry.order.as_str(), entry.item.as_str(), entry.lot));
        if let Some(&quantity) = frozen.filter(|&&quantity| quantity != entry.quantity) {
            let message = format!("The lot has a frozen operation and keeps its {quantity} pieces.");
            breaches.add(codes::BREACH_FROZEN_CHANGED, format!("{pointer}/quantity"), message);
        }
        Some(Lot {
            index,
            order,
            item,
            number: entry.lot,
            quantity: entry.quantity,
            variant,
            tasks: vec![None; catalog.steps(variant).len()],
            has_frozen: frozen.is_some(),
        })
    }

    fn compare_fact(&self, key: Key<'a>, stated: &OperationEntry, pointer: &str, breaches: &mut Breaches) {
        let fact = self.baseline[&key];
        let same = stated.line == fact.line
            && stated.setup_start == fact.setup_start
            && (stated.start, stated.end) == (fact.start, fact.end);
        if !same {
            let message = format!("It is frozen: on {} from {} to {}.", fact.line, fact.start, fact.end);
            breaches.add(codes::BREACH_FROZEN_CHANGED, pointer, message);
        }
    }

    /// Every fact of an order that is made must be in the plan; an order with one cannot be rejected.
    fn require_facts(&self, catalog: &Catalog<'a>, breaches: &mut Breaches) {
        let mut rejected = HashSet::default();
        for (index, task) in self.tasks.iter().enumerate().take_while(|(_, task)| task.frozen) {
            let Some(order) = task.order else { continue };
            if self.fates[order] == Fate::Rejected && rejected.insert(order) {
                let pointer = self.entries[order].map_or_else(String::new, |entry| format!("/orders/{entry}/status"));
                let message = format!("Order {} has a frozen operation.", task.key.0);
                breaches.add(codes::BREACH_FROZEN_REJECTED, pointer, message);
            }
            let item = catalog.item(order, task.key.1);
            let has_work = item.is_some_and(|item| catalog.left_of(order, item) > 0);
            if self.fates[order] == Fate::Made && has_work && !self.listed.contains(&index) {
                let message = format!("The frozen operation {} is not in the plan.", task.title());
                breaches.add(codes::BREACH_FROZEN_MISSING, "/lots", message);
            }
        }
    }
}

/// An operation of the plan or the baseline as a task; who it belongs to is for the caller.
fn task<'a>(
    catalog: &Catalog<'a>,
    key: Key<'a>,
    variant: Option<usize>,
    line: usize,
    entry: &OperationEntry,
    quantity: i64,
    frozen: bool,
) -> Task<'a> {
    let step = variant.and_then(|variant| catalog.steps(variant).iter().position(|step| step.name == key.3));
    // A fact is where it is, able line or not; but a line that could not run it has no rate for it.
    let able = |variant, step| !frozen || catalog.could_run(variant, step, line);
    let rate = variant.zip(step).filter(|&(variant, step)| able(variant, step));
    let rate = rate.and_then(|(variant, step)| catalog.ability(variant, step, line).rate);
    let pieces = rate.and_then(|rate| exact::pieces_run(quantity, rate)).unwrap_or(quantity.max(0));
    Task {
        key,
        place: None,
        order: None,
        variant,
        step,
        line,
        setup_start: entry.setup_start.map(|instant| instant.seconds.0),
        start: entry.start.seconds.0,
        end: entry.end.seconds.0,
        pieces,
        seconds: rate.and_then(|rate| exact::run_seconds(pieces, rate)),
        rate,
        frozen,
    }
}

/// What the plan's `orders` say of each order of the instance, and where.
fn fates(catalog: &Catalog, solution: &Solution, breaches: &mut Breaches) -> (Vec<Fate>, Vec<Option<usize>>) {
    let count = catalog.instance.orders.len();
    let (mut fates, mut entries) = (vec![Fate::Unplanned; count], vec![None; count]);
    for (index, entry) in solution.orders.iter().enumerate() {
        let pointer = format!("/orders/{index}/id");
        let Some(&order) = catalog.orders.get(entry.id.as_str()) else {
            breaches.add(codes::BREACH_UNKNOWN_ORDER, pointer, format!("There is no order {}.", entry.id));
            continue;
        };
        if entries[order].is_some() {
            breaches.add(codes::BREACH_ORDER_TWICE, pointer, format!("Order {} is listed before.", entry.id));
            continue;
        }
        entries[order] = Some(index);
        fates[order] = match entry.status {
            OrderStatus::OnTime | OrderStatus::Late => Fate::Made,
            OrderStatus::Rejected => Fate::Rejected,
            OrderStatus::Unplanned => Fate::Unplanned,
        };
    }
    // An order nobody speaks of is made if it has lots.
    for lot in &solution.lots {
        if let Some(&order) = catalog.orders.get(lot.order.as_str())
            && entries[order].is_none()
        {
            fates[order] = Fate::Made;
        }
    }
    for (order, _) in entries.iter().enumerate().filter(|(_, entry)| entry.is_none()) {
        let message = format!("Order {} is not listed.", catalog.instance.orders[order].id);
        breaches.add(codes::BREACH_ORDER_MISSING, "/orders", message);
    }
    (fates, entries)
}
