//! Demand resampled from a plant's orders, and how much of it the plant takes.

use super::planned::Planned;
use super::{AgilityOptions, Sample};
use crate::desk::DeskError;
use crate::diagnostic::{Diagnostic, codes};
use crate::model::{Instance, Instant, Order};
use crate::solve::{Options, Progress, solve};
use crate::units::{DAY, Seconds};
use rand::{RngExt as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// The plant and its orders as templates of demand.
pub(super) struct Plant {
    pub instance: Instance,
    /// Orders over so many days.
    demand_days: u32,
    pub filling_days: u32,
}

impl Plant {
    pub fn new(mut instance: Instance, options: &AgilityOptions) -> Result<Self, DeskError> {
        let start = instance.start;
        let lead = |order: &Order| order.due.map(|due| (due.seconds - order.release.unwrap_or(start).seconds).0);
        let longest = instance.orders.iter().filter_map(lead).max().filter(|&longest| longest > 0);
        let Some(longest) = longest else {
            let message = "No order of the instance has a promise after its release.";
            let fault = Diagnostic::error(codes::QUESTION_VALUE, "/orders", message, "Give orders a `due`.");
            return Err(DeskError::Question(vec![fault]));
        };
        instance.baseline = None;
        instance.materials.clear();
        instance.variants.iter_mut().for_each(|variant| variant.materials.clear());
        instance.lines.iter_mut().for_each(|line| line.available_from = None);
        let days = |seconds: i64| u32::try_from((seconds + DAY.0 - 1) / DAY.0).unwrap_or(u32::MAX).max(1);
        let releases = instance.orders.iter().filter_map(|order| order.release);
        let last_release = releases.map(|release| (release.seconds - start.seconds).0).max().unwrap_or(0);
        let dues = instance.orders.iter().filter_map(|order| order.due);
        let last_due = dues.map(|due| (due.seconds - start.seconds).0).max().unwrap_or(DAY.0);
        let span = if last_release >= DAY.0 { last_release } else { last_due };
        let demand_days = options.demand_days.unwrap_or_else(|| days(span)).max(1);
        Ok(Self { instance, demand_days, filling_days: days(longest).min(14) })
    }

    pub fn per_day(&self) -> f64 {
        self.instance.orders.len() as f64 / f64::from(self.demand_days)
    }

    /// The number of orders that have come by the end of a day, at a share of the demand in hundredths.
    fn by_day(&self, days: u32, percent: u32) -> usize {
        self.instance.orders.len() * days as usize * percent as usize / (self.demand_days as usize * 100)
    }
}

/// One stream of demand.
pub(super) struct Stream<'a> {
    pub plant: &'a Plant,
    pub options: &'a AgilityOptions,
    pub seed: u64,
}

impl Stream<'_> {
    /// All of it for this stream.
    pub fn measure(&self, progress: &mut dyn FnMut(&Progress)) -> Result<Sample, DeskError> {
        let options = self.options;
        let (within, keep) = (options.within_days, options.keep_percent);
        let as_it_is = self.planned(100, progress)?;
        let asked = self.planned(100 + options.increase_percent, progress)?;
        let largest_increase = self.largest_increase(&as_it_is, &asked, progress)?;
        let (limiting_line, limiting_load) = match largest_increase {
            Some(percent) if percent < options.most_percent => {
                self.planned(101 + percent, progress)?.fullest(self.plant)
            }
            Some(_) => self.planned(100 + options.most_percent, progress)?.fullest(self.plant),
            None => as_it_is.fullest(self.plant),
        };
        let less = self.planned(100u32.saturating_sub(options.increase_percent).max(1), progress)?;
        Ok(Sample {
            seed: self.seed,
            kept_as_it_is: as_it_is.kept_share(),
            impossible: as_it_is.impossible,
            days_needed: asked.days_needed(within, keep),
            largest_increase,
            largest_decrease: self.largest_decrease(&as_it_is, progress)?,
            cost_per_piece: as_it_is.cost_per_piece(),
            cost_per_piece_less: less.cost_per_piece(),
            limiting_line,
            limiting_load,
        })
    }

    /// The largest increase under which promises are kept again within the days, by halving.
    fn largest_increase(
        &self,
        as_it_is: &Planned,
        asked: &Planned,
        progress: &mut dyn FnMut(&Progress),
    ) -> Result<Option<u32>, DeskError> {
        let (within, keep) = (self.options.within_days, self.options.keep_percent);
        if as_it_is.days_needed(within, keep).is_none() {
            return Ok(None);
        }
        let (mut kept, mut broken) = match asked.days_needed(within, keep) {
            Some(_) => (self.options.increase_percent, self.options.most_percent + 1),
            None => (0, self.options.increase_percent),
        };
        while broken > kept + 1 {
            let middle = kept + (broken - kept) / 2;
            if self.planned(100 + middle, progress)?.days_needed(within, keep).is_some() {
                kept = middle;
            } else {
                broken = middle;
            }
        }
        Ok(Some(kept))
    }

    /// The largest decrease under which a piece is not dearer than tolerated, by halving to 5 in a hundred.
    fn largest_decrease(&self, as_it_is: &Planned, progress: &mut dyn FnMut(&Progress)) -> Result<u32, DeskError> {
        let most = i128::from(as_it_is.cost_per_piece().0) * i128::from(100 + self.options.tolerance_percent) / 100;
        let (mut cheap, mut dear) = (0, 20);
        while dear > cheap + 1 {
            let middle = cheap + (dear - cheap) / 2;
            if i128::from(self.planned(100 - 5 * middle, progress)?.cost_per_piece().0) <= most {
                cheap = middle;
            } else {
                dear = middle;
            }
        }
        Ok(5 * cheap)
    }

    fn planned(&self, percent: u32, progress: &mut dyn FnMut(&Progress)) -> Result<Planned, DeskError> {
        let (instance, days) = self.demand(percent);
        let options = Options { seed: self.seed, ..self.options.search.clone() };
        let solution = solve(&instance, &options, progress)?.solution;
        Ok(Planned::new(instance, solution, &days, self.plant.filling_days))
    }

    /// The instance of the stream at a share of the demand, and the day each order came. More holds all that less does.
    fn demand(&self, percent: u32) -> (Instance, Vec<u32>) {
        let plant = self.plant;
        let base = &plant.instance;
        // A week behind the days shows whether promises go on being kept.
        let days = plant.filling_days + self.options.within_days + 7;
        let mut random = Xoshiro256PlusPlus::seed_from_u64(self.seed);
        let mut orders = Vec::new();
        let mut came = Vec::new();
        for day in 0..days {
            let most = plant.by_day(day + 1, 300) - plant.by_day(day, 300);
            let percent = if day < plant.filling_days { 100 } else { percent };
            let taken = plant.by_day(day + 1, percent) - plant.by_day(day, percent);
            for number in 0..most.max(taken) {
                let template = &base.orders[random.random_range(0..base.orders.len())];
                if number < taken {
                    orders.push(shifted(template, base.start, day, orders.len()));
                    came.push(day);
                }
            }
        }
        let horizon = Seconds((i64::from(days) + 90) * DAY.0);
        let end = Instant { seconds: base.start.seconds + horizon, ..base.start };
        let instance = Instance { orders, end: Some(end), ..base.clone() };
        (instance, came)
    }
}

/// An order like another that comes on a day.
fn shifted(template: &Order, start: Instant, day: u32, number: usize) -> Order {
    let release = template.release.unwrap_or(start).seconds.max(start.seconds);
    let hour = Seconds((release - start.seconds).0.rem_euclid(DAY.0));
    let came = start.seconds + Seconds(i64::from(day) * DAY.0) + hour;
    let moved = |at: Instant| Instant { seconds: at.seconds - release + came, ..at };
    let mut order = Order { id: format!("{}#{number}", template.id), ..template.clone() };
    order.release = Some(Instant { seconds: came, ..start });
    order.due = template.due.map(moved);
    order.deadline = template.deadline.map(moved);
    order.items.iter_mut().for_each(|item| item.done = 0);
    order
}
