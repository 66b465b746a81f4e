//! How lots go from operation to operation (rule 1) and what they take on the way (rule 7).

use super::Checker;
use super::exact;
use crate::diagnostic::codes;
use crate::model::MaterialUse;
use rustc_hash::FxHashMap as HashMap;

/// Something that changes the stock of a material: an arrival, or a run that takes from it.
pub(super) struct Event {
    /// The entry of `materials`.
    pub(super) entry: usize,
    pub(super) at: i64,
    /// The run that takes; none for an arrival, which counts first at its instant.
    pub(super) task: Option<usize>,
    /// Millionths.
    pub(super) amount: i128,
}

impl Checker<'_> {
    /// Every operation starts after what it waits for, with lag and transit; transits are paid per piece of the lot.
    pub(super) fn check_routes(&mut self) {
        let catalog = self.catalog;
        for lot in 0..self.reading.lots.len() {
            for (place, step) in catalog.steps(self.reading.lots[lot].variant).iter().enumerate() {
                let Some(task) = self.reading.lots[lot].tasks[place] else { continue };
                for &before in &step.after {
                    let Some(before) = self.reading.lots[lot].tasks[before] else { continue };
                    self.check_precedence(lot, before, task, step.lag);
                }
            }
        }
    }

    fn check_precedence(&mut self, lot: usize, before: usize, after: usize, lag: i64) {
        let lines = &self.catalog.instance.lines;
        let (before, task) = (&self.reading.tasks[before], &self.reading.tasks[after]);
        let (from, to) = (lines[before.line].site.as_deref(), lines[task.line].site.as_deref());
        let Some(journey) = self.catalog.transit(from, to) else {
            if !task.frozen {
                let sites = [from, to].map(|site| site.unwrap_or("no site"));
                let message = format!("{} has no way from {} to {}.", task.title(), sites[0], sites[1]);
                self.breaches.add(codes::BREACH_TRANSIT, format!("{}/line", task.pointer()), message);
            }
            return;
        };
        let cost = i128::from(journey.cost_per_unit) * i128::from(self.reading.lots[lot].quantity);
        self.costs.transport += i128::from(exact::cut(cost));
        let ready = before.end.saturating_add(lag).saturating_add(journey.seconds);
        if !task.frozen && task.start < ready {
            let message = format!("{} can start at {} at the earliest.", task.title(), self.show(ready));
            self.breaches.add(codes::BREACH_PRECEDENCE, format!("{}/start", task.pointer()), message);
        }
    }

    /// At every instant, what has been taken is at most stock plus arrivals so far.
    ///
    /// Facts alone breach nothing: a shortage counts once the plan has taken something too.
    pub(super) fn check_materials(&mut self) {
        let events = self.material_events();
        for entry in events.chunk_by(|a, b| a.entry == b.entry) {
            let material = &self.catalog.instance.materials[entry[0].entry];
            let (mut stock, mut taker) = (i128::from(material.stock.0), None);
            for instant in entry.chunk_by(|a, b| a.at == b.at) {
                for event in instant {
                    stock = if event.task.is_some() {
                        stock.saturating_sub(event.amount)
                    } else {
                        stock.saturating_add(event.amount)
                    };
                    taker = event.task.filter(|&task| !self.reading.tasks[task].frozen).or(taker);
                }
                let Some(task) = taker.filter(|_| stock < 0).map(|task| &self.reading.tasks[task]) else { continue };
                let lacking = exact::quotient_half_up(stock.saturating_neg(), 1_000_000);
                let at = self.show(instant[0].at);
                let message = format!("At {at} about {lacking} more of {} is taken than is there.", material.id);
                self.breaches.add(codes::BREACH_MATERIAL, format!("{}/start", task.pointer()), message);
                break;
            }
        }
    }

    /// Everything that changes stocks, by entry and instant; arrivals come first.
    pub(super) fn material_events(&mut self) -> Vec<Event> {
        let mut events = self.arrivals();
        let takes = self.takes();
        events.extend(takes);
        events.sort_by_key(|event| (event.entry, event.at, event.task));
        events
    }

    fn arrivals(&self) -> Vec<Event> {
        let mut events = Vec::new();
        for (entry, material) in self.catalog.instance.materials.iter().enumerate() {
            for arrival in &material.arrivals {
                let amount = i128::from(arrival.quantity.0);
                events.push(Event { entry, at: arrival.at.seconds.0, task: None, amount });
            }
        }
        events
    }

    /// What every run takes. A fact before `start` has taken already; a line without stock cannot run it.
    fn takes(&mut self) -> Vec<Event> {
        let mut entries: HashMap<(&str, Option<&str>), usize> = HashMap::default();
        for (entry, material) in self.catalog.instance.materials.iter().enumerate() {
            entries.entry((&material.id, material.site.as_deref())).or_insert(entry);
        }
        let mut events = Vec::new();
        for (index, task) in self.reading.tasks.iter().enumerate() {
            let (Some(variant), Some(step)) = (task.variant, task.step) else { continue };
            if task.frozen && task.start < self.start {
                continue;
            }
            let name = self.catalog.steps(variant)[step].name;
            let site = self.catalog.instance.lines[task.line].site.as_deref();
            let is_here = |used: &&MaterialUse| match used.operation.as_deref() {
                None => step == 0,
                named => named == name,
            };
            for used in self.catalog.instance.variants[variant].materials.iter().filter(is_here) {
                let own = entries.get(&(used.id.as_str(), site));
                if let Some(&entry) = own.or_else(|| entries.get(&(used.id.as_str(), None))) {
                    let amount = i128::from(used.per_unit.0) * i128::from(task.pieces);
                    events.push(Event { entry, at: task.start, task: Some(index), amount });
                } else if !task.frozen {
                    let message = format!("There is no {} for {} on its line.", used.id, task.title());
                    let pointer = format!("{}/line", task.pointer());
                    self.breaches.add(codes::BREACH_MATERIAL_SITE, pointer, message);
                }
            }
        }
        events
    }
}
