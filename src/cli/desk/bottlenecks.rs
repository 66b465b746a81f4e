//! `lotwise bottlenecks`: where a plan is tight, and what an hour more would be worth.

use super::Files;
use super::search::Search;
use super::wording::{price, when};
use crate::cli::exit::{Exit, Failure};
use crate::cli::files;
use crate::cli::progress::Reporter;
use crate::cli::solve;
use crate::cli::text::Format;
use clap::Args;
use lotwise::desk::bottlenecks::Load;
use lotwise::desk::{BottleneckOptions, Bottlenecks, bottlenecks};
use lotwise::model::{Duration, Instance};
use lotwise::report::text::count;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Instant as Clock;

/// Says where a plan is tight: load by line, stage and week, what an hour more is worth, the dearest changeovers.
///
/// An hour's worth is measured: it is opened for nothing, and the plan searched on with it and without it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lotwise bottlenecks instance.json plan.json
  lotwise bottlenecks instance.json plan.json --lines 12 --iterations 200000 --format text")]
pub struct Arguments {
    /// The instance; - for stdin.
    instance: PathBuf,
    /// The plan; - for stdin.
    plan: PathBuf,
    /// On how many lines, the fullest first, more time is measured.
    #[arg(long, value_name = "N", default_value_t = 4)]
    lines: usize,
    /// How much more time.
    #[arg(long, value_name = "TIME", value_parser = super::span, default_value = "1h")]
    hour: Duration,
    /// Text on a terminal, else JSON.
    #[arg(long, value_enum)]
    format: Option<Format>,
    #[command(flatten)]
    search: Search,
}

/// Iterations of each search where nothing is said.
const ITERATIONS: u64 = 20_000;

/// Runs it in a process that began at `started`.
///
/// # Errors
/// Exits 1, 2 and 5.
pub fn run(arguments: &Arguments, started: Clock) -> Result<Exit, Failure> {
    files::at_most_one_stdin(&[&arguments.instance, &arguments.plan])?;
    let instance = solve::instance(&arguments.instance)?;
    let plan = solve::plan(&arguments.plan)?;
    let files = Files { instance: &arguments.instance, plan: Some(&arguments.plan), question: None };
    let search = arguments.search.measuring(started, ITERATIONS)?;
    let options =
        BottleneckOptions { lines: arguments.lines, hour: arguments.hour.0, search, ..BottleneckOptions::default() };
    let found = {
        let mut reporter = Reporter::new(arguments.search.progress, arguments.search.quiet);
        bottlenecks(&instance, &plan, &options, &mut |progress| reporter.show(progress))
            .map_err(|fault| files.refuse(fault))?
    };
    super::answer(arguments.format, &found, || words(&instance, &found))?;
    Ok(Exit::Done)
}

fn words(instance: &Instance, found: &Bottlenecks) -> String {
    let mut text = String::new();
    for (title, loads) in [("line", &found.lines), ("stage", &found.stages)] {
        if loads.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{title:<16} {:>6} {:>9} {:>9} {:>9}   by week", "load", "open h", "runs h", "change h");
        for load in loads {
            text.push_str(&load_line(load));
        }
        text.push('\n');
    }
    let _ = writeln!(text, "an hour more, for nothing");
    for hour in &found.hours {
        let _ = writeln!(
            text,
            "  {:<14} {} to {}: worth {} (the plan as it is: {})",
            hour.line,
            when(hour.from),
            when(hour.to),
            price(instance, hour.worth),
            price(instance, hour.retimed)
        );
    }
    if found.hours.is_empty() {
        text.push_str("  no line has closed time in which it could work\n");
    }
    let _ = writeln!(text, "\nchangeovers that take most");
    for one in &found.changeovers {
        let changes: Vec<String> =
            one.changes.iter().map(|(attribute, from, to)| format!("{attribute} {from} to {to}")).collect();
        let _ = writeln!(
            text,
            "  {:<14} {:>6.2} h, {}, {}: {}",
            one.line,
            one.hours,
            if one.count == 1 { "once".to_string() } else { format!("{} times", count(one.count)) },
            price(instance, one.cost),
            changes.join(", ")
        );
    }
    text
}

fn load_line(load: &Load) -> String {
    let weeks: Vec<String> = load.weeks.iter().map(|week| format!("{:.0} %", week.load * 100.0)).collect();
    format!(
        "{:<16} {:>4.0} % {:>9.2} {:>9.2} {:>9.2}   {}\n",
        load.name,
        load.load * 100.0,
        load.open_hours,
        load.run_hours,
        load.changeover_hours,
        weeks.join(", ")
    )
}
