//! From a plan and what happened to the instance of the next one: what is finished, what runs, what is frozen.
//!
//! First the plan is carried on to the instant (`happenings`), then the instance is written as `docs/format.md` says:
//! finished pieces go to `done`, what has begun becomes facts of the baseline, lines get the state they were left in and
//! the time they are down. Orders of which nothing is left leave the instance and are listed as delivered.

mod downtime;
mod happenings;
mod materials;
mod work;

pub(super) use downtime::{close_down, own_calendar};
pub(super) use happenings::{Happening, Setting, happenings};

use super::actuals::{self, Actuals};
use super::replan::{Delivered, ReplanOptions};
use super::standing::sound_part;
use super::{DeskError, replan};
use crate::diagnostic::{Diagnostic, codes};
use crate::model::{Baseline, Duration, Instance, Instant, LotEntry, Named};
use crate::solution::Solution;
use crate::units::{Money, Seconds};
use rustc_hash::FxHashMap;

/// The instance of the next plan, and how it came about.
pub(super) struct Facts {
    /// The instance with its facts.
    pub instance: Instance,
    /// Orders of which nothing is left.
    pub delivered: Vec<Delivered>,
    /// What the planner should know: quantities raised, reports that contradict each other.
    pub noted: Vec<String>,
    /// Warnings about the actuals.
    pub warnings: Vec<Diagnostic>,
}

/// Writes into the instance what has become of a plan by an instant.
///
/// # Errors
/// Faults of the instance, of the actuals or of the instant: all of them.
pub(super) fn facts(
    instance: &Instance,
    baseline: &Solution,
    at: Instant,
    actuals: &Actuals,
    options: &ReplanOptions,
) -> Result<Facts, DeskError> {
    check_instant(instance, at)?;
    let warnings = actuals::check(actuals, instance, baseline, at)?;
    let mut next = instance.clone();
    for down in &actuals.down {
        if let Some(line) = next.lines.iter().position(|line| line.id == down.line) {
            close_down(&mut next, line, down, at);
        }
    }
    let frozen_until = at.seconds + options.frozen;
    let previous = options.previous.as_ref();
    let setting = Setting { at: at.seconds, frozen_until, actuals, previous, pace: &[] };
    let (sound, _) = sound_part(&without_plan(&next))?;
    let happened = happenings(&sound, baseline, &setting);
    next.start = at;
    let mut writer = Writer::new(next, baseline, &happened, setting);
    writer.lots();
    writer.quantities();
    writer.lines();
    if instance.start < at {
        materials::take(&mut writer.instance, instance.start.seconds, at.seconds, &happened);
    }
    writer.baseline(options, Instant { seconds: frozen_until, ..at });
    let delivered = writer.deliver();
    let Writer { instance, noted, .. } = writer;
    Ok(Facts { instance, delivered, noted, warnings })
}

pub(super) fn check_instant(instance: &Instance, at: Instant) -> Result<(), DeskError> {
    if at >= instance.start && at.seconds < instance.horizon_end() {
        return Ok(());
    }
    let message = format!("{at} is not between the instance's start {} and its end.", instance.start);
    let remedy = "Give the instant at which planning goes on; replan INSTANCE is the one the plan was made for.";
    Err(DeskError::Question(vec![Diagnostic::error(codes::REPLAN_INSTANT, "", message, remedy)]))
}

/// The instance without the plan in force: its facts are judged anew.
pub(super) fn without_plan(instance: &Instance) -> Instance {
    Instance { baseline: None, ..instance.clone() }
}

/// Where nobody says what changes cost: an operation on another line costs a fifth of what a day late does, a start
/// moved by an hour a two-hundredth (an eighth, moved by a day): enough that a plan is not turned over for pennies, and
/// little beside a promise.
const LINE_CHANGE: i64 = 5;
const START_CHANGE: i64 = 200;

/// The median of what orders with a promise are charged for a day late.
fn median_late_cost(instance: &Instance) -> Money {
    let promised = instance.orders.iter().filter(|order| order.due.is_some());
    let mut costs: Vec<Money> = promised
        .map(|order| match (order.late_cost_per_day, order.late_cost_once) {
            (None, None) => instance.objective.late_cost_per_day,
            (per_day, once) => per_day.or(once).unwrap_or_default(),
        })
        .collect();
    costs.sort_unstable();
    costs.get(costs.len() / 2).copied().unwrap_or_default()
}

/// The instance while it is written.
struct Writer<'a> {
    instance: Instance,
    baseline: &'a Solution,
    happened: &'a [Happening<'a>],
    setting: Setting<'a>,
    /// Happenings by lot of the baseline.
    of_lot: Vec<Vec<usize>>,
    /// Order and item by their names.
    items: FxHashMap<(&'a str, &'a str), (usize, usize)>,
    /// Lots of the next baseline: what is frozen in it or not.
    lots: Vec<(LotEntry, bool)>,
    /// Last delivery seen, by order.
    last_end: FxHashMap<usize, Seconds>,
    noted: Vec<String>,
}

impl<'a> Writer<'a> {
    fn new(instance: Instance, baseline: &'a Solution, happened: &'a [Happening<'a>], setting: Setting<'a>) -> Self {
        let mut of_lot = vec![Vec::new(); baseline.lots.len()];
        for (index, happening) in happened.iter().enumerate() {
            of_lot[happening.lot].push(index);
        }
        let places = work::places(&instance);
        let mut items = FxHashMap::default();
        for lot in &baseline.lots {
            if let Some(&place) = places.get(&(lot.order.clone(), lot.item.clone())) {
                items.insert((lot.order.as_str(), lot.item.as_str()), place);
            }
        }
        let (lots, last_end, noted) = (Vec::new(), FxHashMap::default(), Vec::new());
        Self { instance, baseline, happened, setting, of_lot, items, lots, last_end, noted }
    }

    /// Sorts every lot: finished, frozen, still to come, or gone with its order.
    fn lots(&mut self) {
        let (at, frozen_until) = (self.setting.at, self.setting.frozen_until);
        for (index, lot) in self.baseline.lots.iter().enumerate() {
            let of_lot: Vec<&Happening<'_>> = self.of_lot[index].iter().map(|&place| &self.happened[place]).collect();
            let Some(&(order, item)) = self.items.get(&(lot.order.as_str(), lot.item.as_str())) else {
                self.lost_lot(lot, &of_lot);
                continue;
            };
            let good = of_lot.iter().filter_map(|happening| happening.good).min().unwrap_or(lot.quantity);
            if of_lot.len() == lot.operations.len() && of_lot.iter().all(|happening| happening.end <= at) {
                self.instance.orders[order].items[item].done += good;
                let end = of_lot.iter().map(|happening| happening.end + happening.delivery).max().unwrap_or(at);
                let last = self.last_end.entry(order).or_insert(end);
                *last = end.max(*last);
                continue;
            }
            let fact = of_lot.iter().any(|happening| happening.start < frozen_until);
            let mut entry = self.entry(lot, &of_lot, |_| true);
            entry.quantity = if fact { good } else { lot.quantity };
            if entry.quantity > 0 {
                self.lots.push((entry, fact));
            }
        }
    }

    /// A lot of an order that is gone: what runs of it holds its line until it ends.
    fn lost_lot(&mut self, lot: &LotEntry, of_lot: &[&Happening<'_>]) {
        let at = self.setting.at;
        if !of_lot.iter().any(|happening| happening.start < at && happening.end > at) {
            return;
        }
        let mut entry = self.entry(lot, of_lot, |happening| happening.start < at);
        entry.variant = of_lot.iter().find_map(|happening| happening.variant.map(str::to_string)).or(entry.variant);
        if entry.variant.is_none() {
            let order = &lot.order;
            self.noted.push(format!(
                "What runs of the order {order}, which is gone, is of an unknown variant: its line's state is taken as unknown too."
            ));
        }
        self.lots.push((entry, true));
    }

    /// A lot with the times that happened, or are to be expected.
    fn entry(&self, lot: &LotEntry, of_lot: &[&Happening<'_>], kept: impl Fn(&Happening<'_>) -> bool) -> LotEntry {
        let mut entry = LotEntry { operations: Vec::new(), ..lot.clone() };
        for happening in of_lot.iter().filter(|happening| kept(happening)) {
            let mut operation = lot.operations[happening.operation].clone();
            let as_written = |seconds: Seconds| Instant { seconds, ..self.instance.start };
            operation.line = self.instance.lines[happening.line].id.clone();
            operation.setup_start = happening.setup_start.map(as_written);
            (operation.start, operation.end) = (as_written(happening.start), as_written(happening.end));
            entry.operations.push(operation);
        }
        entry
    }

    /// What is frozen must fit what is left of its item; lots that may move take the smallest numbers left.
    fn quantities(&mut self) {
        let mut frozen: FxHashMap<(usize, usize), (u32, i64, Vec<u32>)> = FxHashMap::default();
        for (lot, fact) in self.lots.iter().filter(|(_, fact)| *fact) {
            let Some(&place) = self.items.get(&(lot.order.as_str(), lot.item.as_str())) else { continue };
            let (count, pieces, numbers) = frozen.entry(place).or_default();
            debug_assert!(*fact);
            *count += 1;
            *pieces += lot.quantity;
            numbers.push(lot.lot);
        }
        let mut sorted: Vec<_> = frozen.iter().collect();
        sorted.sort_unstable_by_key(|(place, _)| **place);
        for (&(order, index), &(count, pieces, _)) in sorted {
            let id = self.instance.orders[order].id.clone();
            let item = &mut self.instance.orders[order].items[index];
            if item.remaining() < pieces {
                self.noted.push(format!(
                    "Order {id}, item {}: {} pieces are made or begun, more than the {} ordered.",
                    item.name(index),
                    item.done + pieces,
                    item.quantity
                ));
                item.quantity = item.done + pieces;
            }
            let rest = item.remaining() - pieces;
            item.maximum_lots = item.maximum_lots.max(count + u32::from(rest > 0));
        }
        let mut next: FxHashMap<(usize, usize), u32> = FxHashMap::default();
        for (lot, _) in self.lots.iter_mut().filter(|(_, fact)| !*fact) {
            let Some(&place) = self.items.get(&(lot.order.as_str(), lot.item.as_str())) else { continue };
            let taken = frozen.get(&place).map_or(&[][..], |(_, _, numbers)| numbers.as_slice());
            let number = next.entry(place).or_default();
            while taken.contains(number) {
                *number += 1;
            }
            lot.lot = *number;
            *number += 1;
        }
    }

    /// The state each line was left in by what is finished on it.
    fn lines(&mut self) {
        let at = self.setting.at;
        for line in 0..self.instance.lines.len() {
            let of_line = || self.happened.iter().filter(|happening| happening.line == line);
            let finished = of_line().filter(|happening| happening.end <= at);
            let Some(last) = finished.max_by_key(|happening| (happening.end, happening.start)) else { continue };
            let lot = &self.baseline.lots[last.lot];
            let is_kept =
                |(kept, _): &(LotEntry, bool)| (&kept.order, &kept.item, kept.lot) == (&lot.order, &lot.item, lot.lot);
            let id = &self.instance.lines[line].id;
            let earlier_fact = self.lots.iter().filter(|(_, fact)| *fact).flat_map(|(kept, _)| &kept.operations);
            let earlier_fact = earlier_fact.filter(|fact| fact.line == *id && fact.start.seconds < last.start).count();
            if self.lots.iter().any(is_kept) {
                continue;
            }
            if earlier_fact > 0 {
                // Facts come first on their line; this finished lot came after them and left the state.
                let mut entry = self.entry(lot, &[last], |_| true);
                entry.order = format!("{}#finished", lot.order);
                entry.variant = last.variant.map(str::to_string);
                self.lots.push((entry, true));
                continue;
            }
            let attributes = last.variant.and_then(|id| self.instance.variants.iter().find(|one| one.id == id));
            let mut state: Named<String> = attributes.and_then(|one| one.attributes.clone()).unwrap_or_default();
            state.meta = None;
            if let Some(variant) = last.variant {
                state.entries.insert("variant".to_string(), variant.to_string());
            }
            if let Some(name) = &lot.operations[last.operation].operation {
                state.entries.insert("operation".to_string(), name.clone());
            }
            self.instance.lines[line].setup_state = Some(state);
        }
    }

    fn baseline(&mut self, options: &ReplanOptions, frozen_until: Instant) {
        let before = self.instance.baseline.take().unwrap_or_default();
        let mut lots: Vec<LotEntry> = std::mem::take(&mut self.lots).into_iter().map(|(lot, _)| lot).collect();
        lots.sort_by(|a, b| (&a.order, &a.item, a.lot).cmp(&(&b.order, &b.item, b.lot)));
        let late_cost = median_late_cost(&self.instance);
        let known = |price: Money| Some(price).filter(|_| before != Baseline::default());
        let line_change = options.line_change_cost.or(known(before.line_change_cost));
        let start_change = options.start_change_cost_per_hour.or(known(before.start_change_cost_per_hour));
        self.instance.baseline = Some(Baseline {
            frozen_until: Some(frozen_until),
            line_change_cost: line_change.unwrap_or(Money(late_cost.0 / LINE_CHANGE)),
            start_change_cost_per_hour: start_change.unwrap_or(Money(late_cost.0 / START_CHANGE)),
            lots,
            meta: before.meta,
        });
    }

    /// Takes the orders of which nothing is left out of the instance.
    fn deliver(&mut self) -> Vec<Delivered> {
        let mut delivered = Vec::new();
        let mut index = 0;
        let (last_end, start) = (&self.last_end, self.instance.start);
        self.instance.orders.retain(|order| {
            let at = last_end.get(&index).map(|&seconds| Instant { seconds, ..start });
            index += 1;
            let over = order.items.iter().all(|item| item.remaining() == 0);
            if over {
                let lateness = at.zip(order.due).map_or(Seconds::ZERO, |(at, due)| at.seconds - due.seconds);
                let lateness = Duration(lateness.max(Seconds::ZERO));
                delivered.push(replan::Delivered { order: order.id.clone(), at, lateness });
            }
            !over
        });
        delivered
    }
}
