//! Whether an operation could start earlier at its place, the rest unchanged, at no more cost (rule 11).
//!
//! For tests and for the curious: a plan that waits is a valid plan. Costs are compared before they are rounded, so
//! that waiting a second which saves less than 0.0001 counts as saving. The changeover of an operation moves with it.

use super::Checker;
use super::catalog::{self, Catalog};
use super::lines::{changeovers, open_times, sequences};
use super::open_time::OpenTime;
use crate::diagnostic::{Diagnostic, codes};
use crate::model::{Instance, Line};
use crate::solution::Solution;
use crate::units::Money;
use rustc_hash::FxHashMap as HashMap;

/// Every operation that could start earlier, the rest unchanged, at no more cost.
///
/// Expects a plan in which [`verify`](super::verify) finds no breach; of another one the answer says little.
pub fn left_shift_breaches(instance: &Instance, solution: &Solution) -> Vec<Diagnostic> {
    let names = catalog::item_names(instance);
    let catalog = Catalog::new(instance, &names);
    let mut checker = Checker::new(&catalog, solution);
    checker.breaches.0.clear();
    let shifts = Shifts::new(&mut checker).find();
    checker.breaches.0.clear();
    for (task, earlier) in shifts {
        let task = &checker.reading.tasks[task];
        let message = format!("{} could start at {} at no more cost.", task.title(), checker.show(earlier));
        checker.breaches.add(codes::BREACH_LEFT_SHIFT, format!("{}/start", task.pointer()), message);
    }
    checker.breaches.0
}

/// What bounds each operation from below, and what its place in time costs.
struct Shifts<'c, 'a> {
    /// By entry of `materials`: instants with the stock from then on, in order; the first is the beginning of time.
    stock: HashMap<usize, Vec<(i64, i128)>>,
    /// By task: what it takes of each entry of `materials`.
    takes: HashMap<usize, Vec<(usize, i128)>>,
    /// By task: its lot.
    lot_of: HashMap<usize, usize>,
    checker: &'c Checker<'a>,
}

impl<'c, 'a> Shifts<'c, 'a> {
    fn new(checker: &'c mut Checker<'a>) -> Self {
        let events = checker.material_events();
        let mut stock: HashMap<usize, Vec<(i64, i128)>> = HashMap::default();
        let mut takes: HashMap<usize, Vec<(usize, i128)>> = HashMap::default();
        for event in events {
            let first = i128::from(checker.catalog.instance.materials[event.entry].stock.0);
            let levels = stock.entry(event.entry).or_insert_with(|| vec![(i64::MIN, first)]);
            let level = levels.last().map_or(first, |&(_, level)| level);
            match event.task {
                Some(task) => {
                    // A variant may list a material twice: the operation needs both amounts together.
                    let of_task = takes.entry(task).or_default();
                    match of_task.iter_mut().find(|(entry, _)| *entry == event.entry) {
                        Some((_, amount)) => *amount = amount.saturating_add(event.amount),
                        None => of_task.push((event.entry, event.amount)),
                    }
                    levels.push((event.at, level.saturating_sub(event.amount)));
                }
                None => levels.push((event.at, level.saturating_add(event.amount))),
            }
        }
        let mut lot_of = HashMap::default();
        for (index, lot) in checker.reading.lots.iter().enumerate() {
            lot_of.extend(lot.tasks.iter().flatten().map(|&task| (task, index)));
        }
        Self { stock, takes, lot_of, checker }
    }

    /// Tasks with an earlier start that costs no more.
    fn find(&self) -> Vec<(usize, i64)> {
        let (checker, mut found) = (self.checker, Vec::new());
        let open_times = open_times(checker);
        let sequences = sequences(&checker.reading.tasks, open_times.len());
        for (index, sequence) in sequences.iter().enumerate() {
            let line = &checker.catalog.instance.lines[index];
            let available = line.available_from.map_or(checker.start, |from| from.seconds.0);
            let mut free_from = available.max(checker.start);
            for (&task, changeover) in sequence.iter().zip(changeovers(checker, line, sequence)) {
                if !checker.reading.tasks[task].frozen {
                    found.extend(self.earlier(line, &open_times[index], task, changeover.seconds, free_from));
                }
                free_from = free_from.max(checker.reading.tasks[task].end);
            }
        }
        found
    }

    /// An earlier start of `index` on a line that is free from `free_from`, if there is one at no more cost.
    fn earlier(
        &self,
        line: &Line,
        open: &OpenTime,
        index: usize,
        changeover: i64,
        free_from: i64,
    ) -> Option<(usize, i64)> {
        let task = &self.checker.reading.tasks[index];
        let seconds = task.seconds?;
        let set_up = match changeover {
            0 => free_from,
            work => open.earliest(free_from, work, line.pausable)?.1,
        };
        let ready = set_up.max(self.released(index)).max(self.waits_until(index)).max(self.stocked_from(index));
        let (first, _) = open.earliest(ready, seconds, line.pausable)?;
        if first >= task.start {
            return None;
        }
        let place = |from: i64| {
            let placed = open.earliest(from.max(first), seconds, line.pausable);
            placed.filter(|&(start, _)| start < task.start)
        };
        // Cost is linear between the ends of the range, the start in the baseline and the end that delivers at `due`.
        let before = self.checker.reading.baseline.get(&task.key).map(|entry| entry.start.seconds.0);
        let due = self.latest_start_for_due(index, first, &place);
        let candidates = [Some(first), open.second_before(task.start), before, due];
        let now = self.cost(index, task.start, task.end);
        candidates
            .into_iter()
            .flatten()
            .filter_map(place)
            .find_map(|(start, end)| (self.cost(index, start, end) <= now).then_some((index, start)))
    }

    fn released(&self, index: usize) -> i64 {
        let order = self.checker.reading.tasks[index].order.map(|order| &self.checker.catalog.instance.orders[order]);
        order.and_then(|order| order.release).map_or(i64::MIN, |release| release.seconds.0)
    }

    /// When everything the operation waits for has ended, with lag and transit.
    fn waits_until(&self, index: usize) -> i64 {
        let (reading, catalog) = (&self.checker.reading, self.checker.catalog);
        let site = |task: usize| catalog.instance.lines[reading.tasks[task].line].site.as_deref();
        let (Some(&lot), Some(step)) = (self.lot_of.get(&index), reading.tasks[index].step) else { return i64::MIN };
        let lot = &reading.lots[lot];
        let step = &catalog.steps(lot.variant)[step];
        let waits = step.after.iter().filter_map(|&before| {
            let before = lot.tasks[before]?;
            let journey = catalog.transit(site(before), site(index))?;
            Some(reading.tasks[before].end.saturating_add(step.lag).saturating_add(journey.seconds))
        });
        waits.max().unwrap_or(i64::MIN)
    }

    /// From when on, without a gap until it starts, there is enough of everything it takes.
    fn stocked_from(&self, index: usize) -> i64 {
        let start = self.checker.reading.tasks[index].start;
        let takes = self.takes.get(&index).into_iter().flatten();
        let from = takes.map(|&(entry, amount)| {
            let levels = &self.stock[&entry];
            let mut enough_from = start;
            for (place, &(at, level)) in levels.iter().enumerate().rev() {
                // Of several levels at one instant the last one counts.
                let last = levels.get(place + 1).is_none_or(|&(next, _)| next > at);
                if at < start && last {
                    if level < amount {
                        break;
                    }
                    enough_from = at;
                }
            }
            enough_from
        });
        from.max().unwrap_or(i64::MIN)
    }

    /// The latest start from `first` on with which the lot arrives by its order's `due`.
    fn latest_start_for_due(&self, index: usize, first: i64, place: &dyn Fn(i64) -> Option<(i64, i64)>) -> Option<i64> {
        let task = &self.checker.reading.tasks[index];
        let order = &self.checker.catalog.instance.orders[task.order?];
        let due = order.due?.seconds.0;
        let (mut low, mut high) = (first, task.start);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            let arrives = place(middle).map(|(_, end)| self.arrival(index, end));
            if arrives.is_some_and(|arrival| arrival <= due) { low = middle } else { high = middle }
        }
        Some(low)
    }

    fn arrival(&self, index: usize, end: i64) -> i64 {
        let (task, catalog) = (&self.checker.reading.tasks[index], self.checker.catalog);
        let site = catalog.instance.lines[task.line].site.as_deref();
        let region = task.order.and_then(|order| catalog.instance.orders[order].region.as_deref());
        end.saturating_add(catalog.delivery(site, region).unwrap_or_default().seconds)
    }

    /// What depends on when one operation runs: its order's lateness or holding, its change to the baseline and the
    /// makespan; in 86,400ths of a ten-thousandth, not rounded.
    fn cost(&self, index: usize, start: i64, end: i64) -> i128 {
        let (reading, instance) = (&self.checker.reading, self.checker.catalog.instance);
        let task = &reading.tasks[index];
        let mut cost = 0;
        if let (Some(baseline), Some(before)) = (&instance.baseline, reading.baseline.get(&task.key)) {
            let moved = i128::from(start.abs_diff(before.start.seconds.0));
            cost = per_hour(baseline.start_change_cost_per_hour, moved);
        }
        let others = reading.tasks.iter().enumerate().filter(|&(other, _)| other != index).map(|(_, task)| task.end);
        let span = others.chain([end]).max().map_or(0, |last| last.saturating_sub(self.checker.start).max(0));
        cost.saturating_add(per_hour(instance.objective.makespan_cost_per_hour, i128::from(span)))
            .saturating_add(self.timeliness(index, end))
    }

    fn timeliness(&self, index: usize, end: i64) -> i128 {
        let (reading, catalog) = (&self.checker.reading, self.checker.catalog);
        let Some(order_index) = reading.tasks[index].order else { return 0 };
        let order = &catalog.instance.orders[order_index];
        let Some(due) = order.due.map(|due| due.seconds.0) else { return 0 };
        let first = reading.lots.partition_point(|lot| lot.order < order_index);
        let lots = reading.lots[first..].iter().take_while(|lot| lot.order == order_index);
        let last_tasks = lots.flat_map(|lot| {
            let steps = catalog.steps(lot.variant).iter().zip(&lot.tasks);
            steps.filter(|(step, _)| step.is_last).filter_map(|(_, task)| *task)
        });
        let arrivals =
            last_tasks.map(|task| self.arrival(task, if task == index { end } else { reading.tasks[task].end }));
        let nothing_left = (0..order.items.len()).any(|item| catalog.left_of(order_index, item) == 0);
        let delivered = arrivals.chain(nothing_left.then_some(self.checker.start)).max().unwrap_or(end);
        if delivered > due {
            let (per_day, once) = self.checker.late_costs(order);
            let pro_rata = i128::from(per_day.0) * i128::from(delivered.saturating_sub(due));
            pro_rata.saturating_add(i128::from(once.0) * 86_400)
        } else {
            i128::from(order.holding_cost_per_day.0) * i128::from(due.saturating_sub(delivered))
        }
    }
}

/// A price per hour over `seconds`, in 86,400ths of a ten-thousandth.
fn per_hour(price: Money, seconds: i128) -> i128 {
    i128::from(price.0).saturating_mul(seconds).saturating_mul(24)
}
