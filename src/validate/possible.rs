//! Orders that no plan can make, found before one is tried.
//!
//! Each order is held alone against lines, sites, calendars and materials. One that must be made and cannot is an
//! error of its own, which `--set-aside` cures; one with a `reject_cost` will be rejected, which is worth a warning.
//! Orders with frozen operations are left alone: facts are not checked.

use super::baseline::frozen_orders;
use super::eligibility::{Choice, Eligibility, Step};
use super::magnitude::most_lots;
use super::order::has_work;
use super::timing::{BestCase, Journey, Misfit, pieces_run, run_time};
use crate::diagnostic::{Diagnostic, Severity, codes};
use crate::model::{Amount, Delivery, Duration, Instant, Item, Order, Transit};
use crate::units::{Pieces, Seconds};
use jiff::tz::TimeZone;
use rustc_hash::{FxHashMap, FxHashSet};

/// A reason why a variant cannot be made for a region.
struct Obstacle {
    code: &'static str,
    message: String,
    remedy: &'static str,
}

/// What is tried orders with.
struct Trial<'a, 'e> {
    lines: &'e Eligibility<'a>,
    best: BestCase<'a>,
    transits: FxHashMap<(&'a str, &'a str), &'a Transit>,
    /// Deliveries of each line's site; none listed: everywhere, at once.
    deliveries: Vec<&'a [Delivery]>,
    /// Journeys by variant and region: thousands of orders share a few.
    journeys: FxHashMap<(usize, Option<&'a str>), Result<Journey<'a>, Obstacle>>,
    /// First entry and all that ever comes of each material, in millionths.
    supply: FxHashMap<&'a str, (usize, i128)>,
    zone: &'e TimeZone,
}

/// Judges what orders ask for together with the plant.
pub(super) fn check(
    lines: &Eligibility<'_>,
    zone: &TimeZone,
    faulty: &FxHashSet<String>,
    faults: &mut Vec<Diagnostic>,
) {
    let instance = lines.instance;
    let mut trial = Trial::new(lines, zone);
    let frozen = frozen_orders(instance);
    // What the orders that must be made need of each material, together.
    let mut needed: FxHashMap<&str, i128> = FxHashMap::default();
    for (index, order) in instance.orders.iter().enumerate() {
        if faulty.contains(&order.id) || frozen.contains(order.id.as_str()) || !has_work(order) {
            continue;
        }
        let first = faults.len();
        let need = trial.check_order(order, &format!("/orders/{index}"), faults);
        for fault in &mut faults[first..] {
            fault.order = Some(order.id.clone());
            if order.reject_cost.is_some() {
                fault.severity = Severity::Warning;
                fault.remedy = format!("It will be rejected at its cost. To have it made: {}", fault.remedy);
            }
        }
        if order.reject_cost.is_none() && faults.len() == first {
            for (material, amount) in need {
                *needed.entry(material).or_default() += amount;
            }
        }
    }
    for (material, (index, supply)) in sorted_supply(&trial.supply) {
        let need = needed.get(material).copied().unwrap_or(0);
        if need > supply {
            let message = format!(
                "The orders that must be made need {} of \"{material}\" together, but only {} ever comes.",
                amount(need),
                amount(supply)
            );
            let remedy = "Add an arrival, or allow some of them to be rejected.";
            let fault = Diagnostic::error(codes::MATERIAL_SHORT, format!("/materials/{index}"), message, remedy);
            faults.push(fault.with_severity(Severity::Warning));
        }
    }
}

fn sorted_supply<'a>(supply: &FxHashMap<&'a str, (usize, i128)>) -> Vec<(&'a str, (usize, i128))> {
    let mut entries: Vec<_> = supply.iter().map(|(id, entry)| (*id, *entry)).collect();
    entries.sort_unstable_by_key(|(_, (index, _))| *index);
    entries
}

/// Millionths as the decimal they stand for.
fn amount(micro: i128) -> Amount {
    Amount(i64::try_from(micro).unwrap_or(i64::MAX))
}

impl<'a, 'e> Trial<'a, 'e> {
    fn new(lines: &'e Eligibility<'a>, zone: &'e TimeZone) -> Self {
        let instance = lines.instance;
        let transits =
            instance.transits.iter().map(|transit| ((transit.from.as_str(), transit.to.as_str()), transit)).collect();
        let sites: FxHashMap<&str, &[Delivery]> =
            instance.sites.iter().map(|site| (site.id.as_str(), site.deliveries.as_slice())).collect();
        let deliveries = instance.lines.iter().map(|line| line.site.as_deref().map_or(&[][..], |id| sites[id]));
        let mut supply: FxHashMap<&str, (usize, i128)> = FxHashMap::default();
        let end = instance.horizon_end();
        for (index, material) in instance.materials.iter().enumerate() {
            let arrivals = material.arrivals.iter().filter(|arrival| arrival.at.seconds < end);
            let total =
                i128::from(material.stock.0) + arrivals.map(|arrival| i128::from(arrival.quantity.0)).sum::<i128>();
            supply.entry(&material.id).or_insert((index, 0)).1 += total;
        }
        Self {
            lines,
            best: BestCase::new(instance, zone),
            transits,
            deliveries: deliveries.collect(),
            journeys: FxHashMap::default(),
            supply,
            zone,
        }
    }

    /// Notes what makes `order` impossible; the materials it needs at least, in millionths.
    fn check_order(&mut self, order: &'a Order, base: &str, faults: &mut Vec<Diagnostic>) -> Vec<(&'a str, i128)> {
        let mut need: Vec<(&'a str, i128)> = Vec::new();
        for (at, item) in order.items.iter().enumerate().filter(|(_, item)| item.remaining() > 0) {
            let base = format!("{base}/items/{at}");
            let Some(variant) = self.lines.variant(&item.variant) else { continue };
            let key = (variant, order.region.as_deref());
            if !self.journeys.contains_key(&key) {
                let journey = self.journey(variant, order.region.as_deref());
                self.journeys.insert(key, journey);
            }
            match &self.journeys[&key] {
                Err(obstacle) => {
                    faults.push(Diagnostic::error(obstacle.code, base, obstacle.message.clone(), obstacle.remedy));
                }
                Ok(journey) => {
                    faults.extend(self.check_time(order, item, variant, journey, &base));
                    self.add_need(variant, journey, item, &mut need);
                }
            }
        }
        for &(material, wanted) in &need {
            let supply = self.supply.get(material).map_or(0, |(_, total)| *total);
            if wanted > supply {
                let message = format!(
                    "The order \"{}\" needs {} of \"{material}\", but only {} ever comes.",
                    order.id,
                    amount(wanted),
                    amount(supply)
                );
                let remedy = "Add an arrival within the horizon, or order less.";
                faults.push(Diagnostic::error(codes::MATERIAL_SHORT, base, message, remedy));
            }
        }
        need
    }

    fn add_need(&self, variant: usize, journey: &Journey<'_>, item: &Item, need: &mut Vec<(&'a str, i128)>) {
        for (step, choices) in self.lines.steps(variant).iter().zip(&journey.choices) {
            for (material, per_unit) in self.lines.materials(variant, step) {
                let fewest = choices.iter().map(|choice| pieces_run(choice.rate, item.remaining())).min().unwrap_or(0);
                let amount = i128::from(per_unit) * i128::from(fewest);
                match need.iter_mut().find(|(id, _)| *id == material) {
                    Some(entry) => entry.1 += amount,
                    None => need.push((material, amount)),
                }
            }
        }
    }

    /// Who can make `variant` for `region`, and how it gets there.
    fn journey(&self, variant: usize, region: Option<&str>) -> Result<Journey<'a>, Obstacle> {
        let steps = self.lines.steps(variant);
        let mut choices = self.lines.choices(variant).to_vec();
        let id = &self.lines.instance.variants[variant].id;
        if let Some(at) = choices.iter().position(Vec::is_empty) {
            let message = format!(
                "No line can run {} of \"{id}\": {}.",
                shown(&steps[at]),
                self.lines.obstacle(variant, &steps[at])
            );
            let remedy = "Add what is missing to a line, or correct the variant.";
            return Err(Obstacle { code: codes::NO_ELIGIBLE_LINE, message, remedy });
        }
        let last = choices.len() - 1;
        choices[last].retain(|choice| self.delivery(choice.line, region).is_some());
        if choices[last].is_empty() {
            let region = region.unwrap_or_default();
            let message = format!("No line that can finish \"{id}\" stands at a site that delivers to \"{region}\".");
            let remedy = "Add the region to the `deliveries` of such a site, or correct the order's region.";
            return Err(Obstacle { code: codes::NO_DELIVERY, message, remedy });
        }
        self.connect(steps, &mut choices).map_err(|(before, after)| Obstacle {
            code: codes::NO_TRANSIT,
            message: format!(
                "\"{id}\" cannot get from {} to {}: no listed transit connects the lines that can run them.",
                shown(&steps[before]),
                shown(&steps[after])
            ),
            remedy: "List a transit between their sites, in that direction.",
        })?;
        let transit = steps
            .iter()
            .enumerate()
            .map(|(at, step)| step.after.iter().map(|before| self.shortest(&choices[*before], &choices[at])).collect());
        let deliveries = choices[last].iter().filter_map(|choice| self.delivery(choice.line, region));
        Ok(Journey { transit: transit.collect(), delivery: deliveries.min().unwrap_or(Seconds::ZERO), choices })
    }

    /// Drops lines that no line of a neighbouring operation connects to, until none is left to drop.
    fn connect(&self, steps: &[Step<'_>], choices: &mut [Vec<Choice<'a>>]) -> Result<(), (usize, usize)> {
        loop {
            let mut dropped = false;
            for (at, step) in steps.iter().enumerate() {
                for &before in &step.after {
                    let (mut earlier, mut later) =
                        (std::mem::take(&mut choices[before]), std::mem::take(&mut choices[at]));
                    let count = earlier.len() + later.len();
                    let (from, to) = (self.sites(&earlier), self.sites(&later));
                    earlier.retain(|choice| to.iter().any(|to| self.transit(self.site(choice), *to).is_some()));
                    later.retain(|choice| from.iter().any(|from| self.transit(*from, self.site(choice)).is_some()));
                    dropped |= earlier.len() + later.len() < count;
                    let cut = earlier.is_empty() || later.is_empty();
                    (choices[before], choices[at]) = (earlier, later);
                    if cut {
                        return Err((before, at));
                    }
                }
            }
            if !dropped {
                return Ok(());
            }
        }
    }

    fn site(&self, choice: &Choice<'_>) -> Option<&'a str> {
        self.lines.instance.lines[choice.line].site.as_deref()
    }

    fn sites(&self, choices: &[Choice<'_>]) -> Vec<Option<&'a str>> {
        let mut sites: Vec<_> = choices.iter().map(|choice| self.site(choice)).collect();
        sites.sort_unstable();
        sites.dedup();
        sites
    }

    fn transit(&self, from: Option<&'a str>, to: Option<&'a str>) -> Option<Seconds> {
        if from == to {
            return Some(Seconds::ZERO);
        }
        self.transits.get(&(from?, to?)).map(|transit| transit.time.0)
    }

    fn shortest(&self, from: &[Choice<'_>], to: &[Choice<'_>]) -> Seconds {
        let to = self.sites(to);
        let pairs = self.sites(from).into_iter().flat_map(|from| to.iter().map(move |to| (from, *to)));
        pairs.filter_map(|(from, to)| self.transit(from, to)).min().unwrap_or(Seconds::ZERO)
    }

    fn delivery(&self, line: usize, region: Option<&str>) -> Option<Seconds> {
        let listed = self.deliveries[line];
        match region {
            Some(region) if !listed.is_empty() => {
                listed.iter().find(|delivery| delivery.region == region).map(|delivery| delivery.time.0)
            }
            _ => Some(Seconds::ZERO),
        }
    }

    /// Whether `item` can end within the horizon and be delivered by the order's deadline.
    fn check_time(
        &self,
        order: &Order,
        item: &Item,
        variant: usize,
        journey: &Journey<'_>,
        base: &str,
    ) -> Option<Diagnostic> {
        let start = self.lines.instance.start.seconds;
        let begin = order.release.map_or(start, |release| release.seconds.max(start));
        let steps = self.lines.steps(variant);
        let pieces = smallest_largest_lot(item);
        let in_time = |end: Seconds| order.deadline.is_none_or(|deadline| end + journey.delivery <= deadline.seconds);
        if self.best.earliest_end(steps, journey, begin, pieces, false).is_ok_and(in_time) {
            return None;
        }
        let lots = if pieces == item.remaining() { counted(pieces) } else { format!("a lot of {}", counted(pieces)) };
        let end = match self.best.earliest_end(steps, journey, begin, pieces, true) {
            Ok(end) if in_time(end) => return None,
            Ok(end) => end + journey.delivery,
            Err((at, misfit)) => {
                return Some(self.no_place(&steps[at], &journey.choices[at], item, pieces, misfit, base));
            }
        };
        let deadline = order.deadline?;
        let message = format!(
            "The order \"{}\" has its deadline at {deadline}, but {lots} of \"{}\" cannot be delivered before {} even on free lines.",
            order.id,
            item.variant,
            Instant { seconds: end, offset_seconds: deadline.offset_seconds }
        );
        let remedy = "Move the deadline, split the item into more lots, or add capacity.";
        Some(Diagnostic::error(codes::DEADLINE_IMPOSSIBLE, base, message, remedy))
    }

    fn no_place(
        &self,
        step: &Step<'_>,
        choices: &[Choice<'_>],
        item: &Item,
        pieces: Pieces,
        misfit: Misfit,
        base: &str,
    ) -> Diagnostic {
        let fastest = choices.iter().map(|choice| run_time(choice.rate, pieces)).min().unwrap_or(Seconds::ZERO);
        let (what, time) = (shown(step), Duration(fastest));
        match misfit {
            Misfit::TooLong => Diagnostic::error(
                codes::LOT_TOO_LONG,
                base,
                format!(
                    "A lot of {} of \"{}\" takes {time} in {what} on lines that cannot pause and are open {} at most.",
                    counted(pieces),
                    item.variant,
                    Duration(self.best.longest_window(choices))
                ),
                "Allow more lots (`maximum_lots`), or a longer window.",
            ),
            Misfit::NoTime => Diagnostic::error(
                codes::CANNOT_END,
                base,
                format!(
                    "{} of \"{}\" cannot end by {}, not even on free lines ({what} takes {time}).",
                    counted(pieces),
                    item.variant,
                    Instant::in_zone(self.lines.instance.horizon_end(), self.zone)
                ),
                "Move `end`, release the order earlier, or order less.",
            ),
        }
    }
}

/// A step in a sentence.
fn shown(step: &Step<'_>) -> String {
    step.name.map_or_else(|| "the operation".to_string(), |name| format!("operation \"{name}\""))
}

/// Pieces in a sentence.
fn counted(pieces: Pieces) -> String {
    if pieces == 1 { "1 piece".to_string() } else { format!("{pieces} pieces") }
}

/// The pieces of the largest lot when the item is split as evenly as its limits allow.
fn smallest_largest_lot(item: &Item) -> Pieces {
    let lots = most_lots(item);
    (item.remaining() + lots - 1) / lots
}
