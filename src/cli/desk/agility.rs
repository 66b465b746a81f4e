//! `lotwise agility`: how much more, or less, a plant can take.

use super::Files;
use super::search::Search;
use super::wording::price;
use crate::cli::exit::{Exit, Failure};
use crate::cli::percent;
use crate::cli::progress::Reporter;
use crate::cli::solve;
use crate::cli::text::Format;
use clap::Args;
use lotwise::desk::agility::Spread;
use lotwise::desk::{Agility, AgilityOptions, agility};
use lotwise::model::Instance;
use lotwise::report::text::counted;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Instant as Clock;

/// Measures how much more, or less, a plant can take with every promise kept.
///
/// Demand is resampled from the instance's orders, seeded: some days as it is, then the increase, for good. Each stream
/// is planned whole; docs/desk.md says what that means and what it leaves out.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lotwise agility instance.json --increase 25%
  lotwise agility instance.json --increase 10% --within 20 --samples 9 --seed 7 --format text")]
pub struct Arguments {
    /// The instance; - for stdin.
    instance: PathBuf,
    /// The increase whose days are measured, and the decrease of its mirror.
    #[arg(long, value_name = "PERCENT", value_parser = up_to_200, default_value = "25%")]
    increase: u32,
    /// Within so many days an increase counts as sustained.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=365), default_value_t = 30)]
    within: u32,
    /// Over how many days the instance's orders came in [default: by their releases, or to the last promise].
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3_660))]
    demand_days: Option<u32>,
    /// How many streams are drawn.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000), default_value_t = 5)]
    samples: u32,
    /// The largest increase looked for.
    #[arg(long, value_name = "PERCENT", value_parser = up_to_200, default_value = "200%")]
    most: u32,
    /// Of how many in a hundred orders the promise has to be kept.
    #[arg(long, value_name = "PERCENT", value_parser = up_to_200, default_value = "100%")]
    keep: u32,
    /// By how much a piece may be dearer when there is less to make.
    #[arg(long, value_name = "PERCENT", value_parser = up_to_200, default_value = "5%")]
    tolerance: u32,
    /// Text on a terminal, else JSON.
    #[arg(long, value_enum)]
    format: Option<Format>,
    #[command(flatten)]
    search: Search,
}

/// Iterations of each search where nothing is said.
const ITERATIONS: u64 = 2_000;

/// No more than is looked for.
fn up_to_200(text: &str) -> Result<u32, String> {
    let number = percent::parse(text)?;
    if number <= 200 { Ok(number) } else { Err(format!("{text} is more than 200%")) }
}

/// Runs it in a process that began at `started`.
///
/// # Errors
/// Exits 1 and 2.
pub fn run(arguments: &Arguments, started: Clock) -> Result<Exit, Failure> {
    let instance = solve::instance(&arguments.instance)?;
    let files = Files { instance: &arguments.instance, plan: None, question: Some(&arguments.instance) };
    let options = AgilityOptions {
        increase_percent: arguments.increase,
        within_days: arguments.within,
        demand_days: arguments.demand_days,
        samples: arguments.samples,
        most_percent: arguments.most.max(arguments.increase),
        keep_percent: arguments.keep.min(100),
        tolerance_percent: arguments.tolerance,
        search: arguments.search.measuring(started, ITERATIONS)?,
    };
    let found = {
        let mut reporter = Reporter::new(arguments.search.progress, arguments.search.quiet);
        agility(&instance, &options, &mut |progress| reporter.show(progress)).map_err(|fault| files.refuse(fault))?
    };
    super::answer(arguments.format, &found, || words(&instance, &found))?;
    Ok(Exit::Done)
}

fn words(instance: &Instance, found: &Agility) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "demand    {:.1} orders a day, resampled; {} fill the lines, then {} % more",
        found.orders_per_day,
        counted(found.filling_days as usize, "day"),
        found.increase_percent
    );
    let [least, median, most] = found.kept_as_it_is.map(|share| share * 100.0);
    let _ = writeln!(text, "as it is  {median:.1} % of promises are kept in the median ({least:.1} to {most:.1} %)");
    let impossible: usize = found.samples.iter().map(|sample| sample.impossible).sum();
    if impossible > 0 {
        let _ = writeln!(
            text,
            "          {} of the streams could not be on time even in an empty plant, and are not counted",
            counted(impossible, "order")
        );
    }
    let within = found.within_days;
    let promises = match found.keep_percent {
        100 => "every promise is".to_string(),
        share => format!("{share} % of promises are"),
    };
    let days = |value: Option<u32>| {
        value.map_or_else(
            || format!("never within {}", counted(within as usize, "day")),
            |days| format!("after {}", counted(days as usize, "day")),
        )
    };
    let share = |value: Option<u32>| {
        value.map_or_else(|| "none, not even demand as it is".to_string(), |share| format!("{share} %"))
    };
    let lines = [
        (format!("upside flexibility    {promises} kept again"), spread_words(&found.days_needed, days)),
        (
            format!("upside adaptability   the largest increase within {within} days"),
            spread_words(&found.largest_increase, share),
        ),
        (
            "downside              the largest decrease without a dearer piece".to_string(),
            spread_words(&found.largest_decrease, share),
        ),
    ];
    for (what, said) in lines {
        let _ = writeln!(text, "{what}: {said}");
    }
    for sample in &found.samples {
        let limit = sample.limiting_line.as_deref().unwrap_or("nothing");
        let _ = writeln!(
            text,
            "  seed {:<6} {}, up to {}, {limit} {:.0} % full then; a piece {} now, {} with {} % less",
            sample.seed,
            sample.days_needed.map_or_else(|| "never".to_string(), |days| counted(days as usize, "day")),
            sample.largest_increase.map_or_else(|| "none".to_string(), |most| format!("+{most} %")),
            sample.limiting_load * 100.0,
            price(instance, sample.cost_per_piece),
            price(instance, sample.cost_per_piece_less),
            found.increase_percent
        );
    }
    if found.largest_increase.median.is_none() {
        text.push_str(
            "not even demand as it is: search longer (--iterations), say over how many days these orders came in \
             (--demand-days), or ask for fewer promises (--keep 98%)\n",
        );
    }
    text
}

fn spread_words(spread: &Spread, said: impl Fn(Option<u32>) -> String) -> String {
    let [least, median, most] = [spread.least, spread.median, spread.most].map(said);
    if least == most {
        format!("{median} in every stream")
    } else {
        format!("{median} in the median ({least} to {most})")
    }
}
