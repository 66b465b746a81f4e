//! Order lines to an instance: lines of one order become its items, codes become variants, promises become due dates.
//!
//! Orders stand in the order in which the dump first names them, items likewise, variants likewise after the plant's.

use super::lines::{Line, Lines};
use super::mapping::{Charge, Mapping, OrderRules, PromiseFrom, Repeated};
use super::pseudonym::Pseudonyms;
use super::report::ImportReport;
use super::rules::Rules;
use super::{ImportOptions, Start, shown};
use crate::diagnostic::{Diagnostic, codes};
use crate::model::{Instance, Instant, Item, Order};
use crate::units::{Money, Seconds};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rustc_hash::{FxHashMap, FxHashSet};

/// What orders are made with.
pub(super) struct Assembly<'a> {
    pub mapping: &'a Mapping,
    pub options: &'a ImportOptions,
    pub rules: &'a Rules,
    pub zone: &'a TimeZone,
}

/// An order under way.
struct Draft {
    order: Order,
    customer: Option<u32>,
    region: Option<u32>,
    placed: Option<Timestamp>,
    due: Option<Timestamp>,
    value: Money,
    in_two_minds: bool,
}

impl Assembly<'_> {
    /// Adds the orders of `lines` to `plant`.
    ///
    /// # Errors
    /// [`codes::IMPORT_ORDER_EXISTS`] for every order the plant holds already, [`codes::IMPORT_OUT_OF_RANGE`] where a
    /// date leaves the years the format keeps.
    pub fn assemble(
        &self,
        lines: &Lines,
        plant: Instance,
        report: &mut ImportReport,
    ) -> Result<Instance, Vec<Diagnostic>> {
        let mut instance = plant;
        let mut drafts = self.drafts(lines, report);
        self.place_in_time(&mut drafts, &mut instance, report)?;
        let pseudonyms = self.options.pseudonymise.as_deref().map(Pseudonyms::new);
        let mut customers = FxHashSet::default();
        let existing: FxHashSet<String> = instance.orders.iter().map(|order| order.id.clone()).collect();
        let mut faults = Vec::new();
        for mut draft in drafts {
            if existing.contains(&draft.order.id) {
                let message = format!("The plant already holds an order {}.", shown(&draft.order.id));
                let remedy = "Take it out of the plant file, or out of the dump.";
                faults.push(Diagnostic::error(codes::IMPORT_ORDER_EXISTS, "", message, remedy));
                continue;
            }
            self.price(&mut draft);
            let customer = draft.customer.map(|customer| lines.customers.get(customer));
            draft.order.customer =
                customer.map(|name| pseudonyms.as_ref().map_or(name.to_string(), |codes| codes.code(name)));
            customers.extend(draft.customer);
            draft.order.region = self.rules.region(draft.region.map_or("", |region| lines.regions.get(region)));
            report.orders.in_two_minds += usize::from(draft.in_two_minds);
            report.orders.orders += 1;
            report.orders.items += draft.order.items.len();
            report.orders.pieces += draft.order.items.iter().map(|item| item.quantity).sum::<i64>();
            instance.orders.push(draft.order);
        }
        report.orders.customers = customers.len();
        report.orders.start = Some(instance.start);
        self.add_variants(lines, &mut instance, report);
        if faults.is_empty() { Ok(instance) } else { Err(faults) }
    }

    fn drafts(&self, lines: &Lines, report: &mut ImportReport) -> Vec<Draft> {
        let mut drafts: Vec<Draft> = Vec::new();
        // Every order's draft, and every order and code's item: an order all of whose lines were returned has none.
        let mut known: Vec<Option<usize>> = vec![None; lines.orders.len()];
        let mut items: FxHashMap<(u32, u32), usize> = FxHashMap::default();
        for line in &lines.sales {
            let index = *known[line.order as usize].get_or_insert_with(|| {
                drafts.push(Draft::new(lines.orders.get(line.order), line));
                drafts.len() - 1
            });
            let draft = &mut drafts[index];
            draft.take(line);
            report.rows.used += 1;
            let next = draft.order.items.len();
            let place = match self.mapping.lines.repeated {
                Repeated::Merge => *items.entry((line.order, line.code)).or_insert(next),
                Repeated::Keep => next,
            };
            if place < next {
                draft.order.items[place].quantity += line.pieces;
                report.rows.merged += 1;
            } else {
                let variant = lines.codes.get(line.code).to_string();
                draft.order.items.push(Item { variant, quantity: line.pieces, ..Item::default() });
            }
        }
        drafts
    }

    /// Sets the start, and release, due date and deadline of every order.
    fn place_in_time(
        &self,
        drafts: &mut [Draft],
        instance: &mut Instance,
        report: &mut ImportReport,
    ) -> Result<(), Vec<Diagnostic>> {
        let placed = drafts.iter().filter_map(|draft| draft.placed);
        let first_last = placed.clone().min().zip(placed.max());
        let local = |time: Timestamp| Instant::in_zone(Seconds(time.as_second()), self.zone);
        report.orders.placed = first_last.map(|(first, last)| (local(first), local(last)));
        match (self.options.start, first_last) {
            (Start::Plant, _) => {}
            (Start::At(start), _) => instance.start = start,
            (Start::Midnight, Some((_, last))) => {
                let midnight = last.to_zoned(self.zone.clone()).tomorrow().and_then(|next| next.start_of_day());
                let midnight = midnight.map_err(|_| vec![out_of_range("the midnight after the last order")])?;
                instance.start = local(midnight.timestamp());
            }
            (Start::Midnight, None) => {
                let message = "Without order dates there is no midnight after the last order.";
                let remedy = "Give the start itself, or map `columns.date`.";
                return Err(vec![Diagnostic::error(codes::IMPORT_OPTIONS, "", message, remedy)]);
            }
        }
        let days = match first_last {
            Some((_, last)) if self.options.shift => days_between(last, instance.start, self.zone),
            _ => 0,
        };
        report.orders.shifted_days = days;
        for draft in drafts {
            self.promise(draft, instance.start, days)?;
        }
        Ok(())
    }

    fn promise(&self, draft: &mut Draft, start: Instant, days: i64) -> Result<(), Vec<Diagnostic>> {
        let rules = &self.mapping.orders;
        let moved = |time: Option<Timestamp>| {
            time.map(|time| moved_by(time, days, self.zone).map(|time| Seconds(time.as_second()))).transpose()
        };
        let refuse = |_| vec![out_of_range(&format!("a date of order {}", shown(&draft.order.id)))];
        let placed = moved(draft.placed).map_err(refuse)?;
        let due = moved(draft.due).map_err(refuse)?;
        let base = match rules.promise_from {
            PromiseFrom::Order => placed.unwrap_or(start.seconds),
            PromiseFrom::Start => start.seconds,
        };
        let local = |time: Seconds| Instant::in_zone(time, self.zone);
        draft.order.release = placed.filter(|placed| *placed > start.seconds).map(local);
        draft.order.due = due.or(rules.promise.map(|promise| base + promise.0)).map(local);
        draft.order.deadline = rules.deadline.map(|deadline| local(base + deadline.0));
        let range = crate::model::scalar::INSTANT_RANGE;
        let instants = [draft.order.release, draft.order.due, draft.order.deadline];
        if instants.into_iter().flatten().all(|instant| range.contains(&instant.seconds.0)) {
            Ok(())
        } else {
            Err(vec![out_of_range(&format!("a date of order {}", shown(&draft.order.id)))])
        }
    }

    fn price(&self, draft: &mut Draft) {
        let OrderRules { maximum_lots, minimum_lot, .. } = self.mapping.orders;
        let charge = |rule: Option<Charge>| rule.map(|charge| charge.on(draft.value));
        let rules = &self.mapping.orders;
        // Without a due date an order is neither late nor early, and a price for it would be a fault.
        if draft.order.due.is_some() {
            draft.order.late_cost_per_day = charge(rules.late_cost_per_day);
            draft.order.late_cost_once = charge(rules.late_cost_once);
            draft.order.holding_cost_per_day = charge(rules.holding_cost_per_day).unwrap_or_default();
        }
        draft.order.reject_cost = charge(rules.reject_cost);
        let minimum = minimum_lot.unwrap_or(1);
        for item in &mut draft.order.items {
            let fits = u32::try_from(item.quantity / minimum).unwrap_or(u32::MAX);
            let lots = maximum_lots.unwrap_or(1).min(fits);
            if lots > 1 {
                (item.maximum_lots, item.minimum_lot) = (lots, minimum);
            }
        }
    }

    fn add_variants(&self, lines: &Lines, instance: &mut Instance, report: &mut ImportReport) {
        let defined: FxHashSet<String> = instance.variants.iter().map(|variant| variant.id.clone()).collect();
        let mut seen = vec![false; lines.codes.len()];
        for line in &lines.sales {
            if std::mem::replace(&mut seen[line.code as usize], true) {
                continue;
            }
            report.orders.variants += 1;
            let code = lines.codes.get(line.code);
            if defined.contains(code) {
                report.orders.variants_from_plant += 1;
            } else {
                instance.variants.push(self.rules.variant(code, lines.description(line.code)));
            }
        }
    }
}

impl Draft {
    fn new(id: &str, line: &Line) -> Self {
        Self {
            order: Order::new(id),
            customer: line.customer,
            region: line.region,
            placed: line.placed,
            due: line.due,
            value: Money::ZERO,
            in_two_minds: false,
        }
    }

    /// Takes what `line` says of the whole order: the earliest dates, the first customer and region, its value.
    fn take(&mut self, line: &Line) {
        self.placed = self.placed.into_iter().chain(line.placed).min();
        self.due = self.due.into_iter().chain(line.due).min();
        for (own, other) in [(&mut self.customer, line.customer), (&mut self.region, line.region)] {
            *own = own.or(other);
            self.in_two_minds |= other.is_some_and(|other| *own != Some(other));
        }
        let worth = line.price.times(line.pieces);
        self.value = self.value.checked_add(worth).unwrap_or(Money::MAX);
    }
}

/// The whole days by which `last` moves so as to fall on the latest time not after `start`.
fn days_between(last: Timestamp, start: Instant, zone: &TimeZone) -> i64 {
    let date = |seconds: i64| {
        let time = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
        zone.to_datetime(time)
    };
    let (from, to) = (date(last.as_second()), date(start.seconds.0));
    let days = from.date().until(to.date()).map_or(0, |span| i64::from(span.get_days()));
    days - i64::from(from.time() > to.time())
}

/// `time` moved by whole local days, so that a shop's nine o'clock stays nine o'clock.
fn moved_by(time: Timestamp, days: i64, zone: &TimeZone) -> Result<Timestamp, jiff::Error> {
    if days == 0 {
        return Ok(time);
    }
    zone.to_ambiguous_timestamp(zone.to_datetime(time).checked_add(days.days())?).compatible()
}

fn out_of_range(what: &str) -> Diagnostic {
    Diagnostic::error(
        codes::IMPORT_OUT_OF_RANGE,
        "",
        format!("{what} leaves the years the format keeps (1900 to 2500)."),
        "Correct the dates of the dump, the promise, or the start.",
    )
}
