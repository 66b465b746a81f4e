//! How much more, or less, a plant can take: flexibility and adaptability, measured by planning resampled demand.
//!
//! After SCOR's agility metrics: *upside flexibility* is the days until a sustained, unplanned increase in quantity is
//! delivered with every promise kept again; *upside adaptability* the largest increase that is within a number of days;
//! *downside adaptability* the largest decrease that does not make a piece dearer. Demand is a stream resampled, order
//! by order and seeded, from the orders of the instance: some days as they are to fill the lines, then the increase.
//! Each stream is planned whole, so the answer is that of a planner who knew what was coming; materials are taken to
//! follow demand, and no baseline is in force.

use super::DeskError;
use super::standing::sound_part;
use crate::diagnostic::{Diagnostic, codes};
use crate::model::{Instance, Instant, Order};
use crate::solution::{OrderStatus, Solution};
use crate::solve::{Options, Progress, solve};
use crate::units::{DAY, Money, Seconds};
use rand::{RngExt as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rustc_hash::FxHashSet;
use serde::Serialize;

/// What to measure.
#[derive(Clone)]
pub struct AgilityOptions {
    /// The increase, and the decrease of its mirror, in hundredths: 25 for a quarter more.
    pub increase_percent: u32,
    /// Within so many days an increase counts as sustained.
    pub within_days: u32,
    /// Over how many days the instance's orders came in; without it, by their releases, or the time to their last promise.
    pub demand_days: Option<u32>,
    /// Streams that are drawn.
    pub samples: u32,
    /// The largest increase looked for, in hundredths.
    pub most_percent: u32,
    /// By how much a piece may be dearer under a decrease, in hundredths.
    pub tolerance_percent: u32,
    /// How each stream is planned; its seed is the first stream's.
    pub search: Options,
}

impl Default for AgilityOptions {
    /// A quarter more, 30 days, five streams, up to twice as much again, 5 % dearer, 2,000 iterations.
    fn default() -> Self {
        let search = Options { time_limit: None, iterations: Some(2_000), ..Options::default() };
        Self {
            increase_percent: 25,
            within_days: 30,
            demand_days: None,
            samples: 5,
            most_percent: 200,
            tolerance_percent: 5,
            search,
        }
    }
}

/// The answer.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Agility {
    /// Orders a day, as the streams have them without an increase.
    pub orders_per_day: f64,
    /// Days before the increase, in which the lines fill.
    pub filling_days: u32,
    /// The increase asked for, in hundredths.
    pub increase_percent: u32,
    /// Within so many days an increase counts as sustained.
    pub within_days: u32,
    /// Stream by stream.
    pub samples: Vec<Sample>,
    /// Days until every promise is kept again under the increase; none in it: not within the days.
    pub days_needed: Spread,
    /// The largest increase sustained within the days, in hundredths.
    pub largest_increase: Spread,
    /// The largest decrease under which a piece is not dearer than tolerated, in hundredths.
    pub largest_decrease: Spread,
}

/// One stream.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Sample {
    /// Its seed.
    pub seed: u64,
    /// Whether every promise is kept without any increase.
    pub keeps_promises_as_it_is: bool,
    /// Days until every promise is kept again; none: not within the days.
    pub days_needed: Option<u32>,
    /// The largest increase sustained within the days, in hundredths; none where not even the demand as it is is.
    pub largest_increase: Option<u32>,
    /// The largest decrease under which a piece is not dearer than tolerated, in hundredths.
    pub largest_decrease: u32,
    /// What a piece costs as it is.
    pub cost_per_piece: Money,
    /// What it costs under a decrease as large as the increase asked for.
    pub cost_per_piece_less: Money,
    /// The line that is fullest just above the largest increase (or under demand as it is, where that is too much).
    pub limiting_line: Option<String>,
    /// How full it is, from the increase to the last promise.
    pub limiting_load: f64,
}

/// Least, median and most of the streams; none where a stream has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Spread {
    /// The worst stream's.
    pub least: Option<u32>,
    /// The stream in the middle.
    pub median: Option<u32>,
    /// The best stream's.
    pub most: Option<u32>,
}

impl Spread {
    /// Of values in any order, with none above all (days) or below all (shares).
    fn of(mut values: Vec<Option<u32>>, none_is_most: bool) -> Self {
        values.sort_by_key(|value| (value.is_none() == none_is_most, *value));
        let at = |place: usize| values.get(place).copied().flatten();
        Self { least: at(0), median: at(values.len().saturating_sub(1) / 2), most: at(values.len().saturating_sub(1)) }
    }
}

/// Measures how much more or less a plant can take.
///
/// # Errors
/// [`DeskError::Instance`] for faults of the instance, [`DeskError::Question`] where it has no orders with a promise.
pub fn agility(
    instance: &Instance,
    options: &AgilityOptions,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Agility, DeskError> {
    let (instance, _) = sound_part(instance)?;
    let plant = Plant::new(instance, options)?;
    let mut samples = Vec::new();
    for number in 0..options.samples.max(1) {
        let seed = options.search.seed.wrapping_add(u64::from(number));
        samples.push(Stream { plant: &plant, options, seed }.measure(progress)?);
    }
    let of =
        |value: fn(&Sample) -> Option<u32>, none_is_most| Spread::of(samples.iter().map(value).collect(), none_is_most);
    Ok(Agility {
        orders_per_day: (plant.per_day() * 100.0).round() / 100.0,
        filling_days: plant.filling_days,
        increase_percent: options.increase_percent,
        within_days: options.within_days,
        days_needed: of(|sample| sample.days_needed, true),
        largest_increase: of(|sample| sample.largest_increase, false),
        largest_decrease: of(|sample| Some(sample.largest_decrease), false),
        samples,
    })
}

/// The plant and its orders as templates of demand.
struct Plant {
    instance: Instance,
    /// Orders over so many days.
    demand_days: u32,
    filling_days: u32,
}

impl Plant {
    fn new(mut instance: Instance, options: &AgilityOptions) -> Result<Self, DeskError> {
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

    fn per_day(&self) -> f64 {
        self.instance.orders.len() as f64 / f64::from(self.demand_days)
    }

    /// The number of orders that have come by the end of a day, at a share of the demand in hundredths.
    fn by_day(&self, days: u32, percent: u32) -> usize {
        self.instance.orders.len() * days as usize * percent as usize / (self.demand_days as usize * 100)
    }
}

/// One stream of demand.
struct Stream<'a> {
    plant: &'a Plant,
    options: &'a AgilityOptions,
    seed: u64,
}

/// A stream that has been planned.
struct Planned {
    instance: Instance,
    solution: Solution,
    /// Orders after the filling, with the day they came, from 0 on, that are not delivered in time.
    broken: Vec<u32>,
}

impl Stream<'_> {
    fn measure(&self, progress: &mut dyn FnMut(&Progress)) -> Result<Sample, DeskError> {
        let options = self.options;
        let within = options.within_days;
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
            keeps_promises_as_it_is: as_it_is.broken.is_empty(),
            days_needed: asked.days_needed(within),
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
        let within = self.options.within_days;
        if as_it_is.days_needed(within).is_none() {
            return Ok(None);
        }
        let (mut kept, mut broken) = match asked.days_needed(within) {
            Some(_) => (self.options.increase_percent, self.options.most_percent + 1),
            None => (0, self.options.increase_percent),
        };
        while broken > kept + 1 {
            let middle = kept + (broken - kept) / 2;
            if self.planned(100 + middle, progress)?.days_needed(within).is_some() {
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
        let broken = solution.orders.iter().zip(&days).filter(|(entry, _)| entry.status != OrderStatus::OnTime);
        let broken = broken.filter_map(|(_, day)| day.checked_sub(self.plant.filling_days)).collect();
        Ok(Planned { instance, solution, broken })
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

impl Planned {
    /// The days until every promise is kept again; none where that is not within so many.
    fn days_needed(&self, within: u32) -> Option<u32> {
        let needed = self.broken.iter().max().map_or(0, |day| day + 1);
        (needed <= within).then_some(needed)
    }

    fn cost_per_piece(&self) -> Money {
        Money(self.solution.cost.total.0 / self.solution.kpis.pieces.max(1))
    }

    /// The fullest line from the increase on, by working time over open time.
    fn fullest(&self, plant: &Plant) -> (Option<String>, f64) {
        let problem = crate::problem::Problem::new(&self.instance);
        let from = self.instance.start.seconds + Seconds(i64::from(plant.filling_days) * DAY.0);
        let to = self.instance.orders.iter().filter_map(|order| order.due).map(|due| due.seconds).max().unwrap_or(from);
        let mut fullest: (Option<String>, f64) = (None, 0.0);
        let used: FxHashSet<&str> = self
            .solution
            .lots
            .iter()
            .flat_map(|lot| &lot.operations)
            .map(|operation| operation.line.as_str())
            .collect();
        for (id, line) in problem.lines.enumerate() {
            let name = &self.instance.lines[crate::units::Id::position(id)].id;
            if !used.contains(name.as_str()) {
                continue;
            }
            let open = &problem.calendars[line.calendar];
            let operations = self.solution.lots.iter().flat_map(|lot| &lot.operations);
            let busy: i64 = operations
                .filter(|operation| operation.line == *name)
                .map(|operation| {
                    let first = operation.setup_start.unwrap_or(operation.start).seconds.max(from);
                    open.working_between(first, operation.end.seconds.min(to).max(first)).0
                })
                .sum();
            let load = busy as f64 / open.working_between(from, to.max(from)).0.max(1) as f64;
            if load > fullest.1 {
                fullest = (Some(name.clone()), load);
            }
        }
        (fullest.0, (fullest.1 * 10_000.0).round() / 10_000.0)
    }
}
