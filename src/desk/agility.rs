//! How much more, or less, a plant can take: flexibility and adaptability, measured by planning resampled demand.
//!
//! After SCOR's agility metrics: *upside flexibility* is the days until a sustained, unplanned increase in quantity is
//! delivered with every promise kept again; *upside adaptability* the largest increase that is within a number of days;
//! *downside adaptability* the largest decrease that does not make a piece dearer. Demand is a stream resampled, order
//! by order and seeded, from the orders of the instance: some days as they are to fill the lines, then the increase.
//! Each stream is planned whole, so the answer is that of a planner who knew what was coming; materials are taken to
//! follow demand, and no baseline is in force. Orders come on other days of the week than their templates did, so some
//! promises cannot be kept by any plant with these calendars: those are found and left out of account.

mod planned;
mod stream;

use super::DeskError;
use super::standing::sound_part;
use crate::model::Instance;
use crate::solve::{Options, Progress};
use crate::units::Money;
use serde::Serialize;
use stream::{Plant, Stream};

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
    /// Of how many in a hundred orders the promise has to be kept; 100 for every one.
    pub keep_percent: u32,
    /// By how much a piece may be dearer under a decrease, in hundredths.
    pub tolerance_percent: u32,
    /// How each stream is planned; its seed is the first stream's.
    pub search: Options,
}

impl Default for AgilityOptions {
    /// A quarter more, 30 days, five streams, up to twice as much again, every promise, 5 % dearer, 2,000 iterations.
    fn default() -> Self {
        let search = Options { time_limit: None, iterations: Some(2_000), ..Options::default() };
        Self {
            increase_percent: 25,
            within_days: 30,
            demand_days: None,
            samples: 5,
            most_percent: 200,
            keep_percent: 100,
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
    /// Of how many in a hundred orders the promise had to be kept.
    pub keep_percent: u32,
    /// The share of promises that is kept without any increase: least, median and most of the streams.
    pub kept_as_it_is: [f64; 3],
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
    /// The share of promises that is kept without any increase.
    pub kept_as_it_is: f64,
    /// Orders of that stream that not even an empty plant delivers in time (a weekend comes between, say); they are not counted.
    pub impossible: usize,
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
    let mut kept: Vec<f64> = samples.iter().map(|sample| sample.kept_as_it_is).collect();
    kept.sort_by(f64::total_cmp);
    let at = |place: usize| kept.get(place).copied().unwrap_or(1.0);
    Ok(Agility {
        kept_as_it_is: [at(0), at(kept.len().saturating_sub(1) / 2), at(kept.len().saturating_sub(1))],
        keep_percent: options.keep_percent,
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
