//! `lotwise bench`: many instances, several seeds each, and how far the plans are from the best known.
//!
//! It measures what `solve` does and nothing else: each run is one solve with a clock of its own. What cannot be run
//! stands in the table too, with the reason; a benchmark that leaves out what failed says nothing.

mod best;
mod cases;
mod table;

use super::exit::{Exit, Failure};
use super::files::Destination;
use super::solve::MethodName;
use super::text::{printable, say};
use super::{signals, stdout, time_limit};
use best::BestKnown;
use cases::{Case, Selection};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use lotwise::import::public::PublicFormat;
use lotwise::solution::Status;
use lotwise::solve::{CancelFlag, Options, SolveError, solve};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use table::{Row, Run, Table};

/// Solves instances with several seeds and compares with the best known costs.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lotwise bench instances --time-limit 10s --seeds 3
  lotwise bench wt40.txt --limit 10 --time-limit 2s --format csv -o wt40.csv
  lotwise bench a.json b.json --best best.csv --iterations 100000

A folder's files are recognised: lotwise/1 instances and the public formats of `lotwise import`. Best known costs
come from best.csv or bounds-fjsplib.csv in the file's folder or the one above, and from wtopt40.txt beside wt40.txt.")]
pub struct Arguments {
    /// Instance files, and folders that are searched for them.
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    /// The format of all files [default: recognised].
    #[arg(long, value_enum)]
    from: Option<Source>,
    /// For each run: 30s, 2m30s, 1h, PT30S [default: 10s, none with --iterations].
    #[arg(long, value_name = "TIME", value_parser = time_limit::parse)]
    time_limit: Option<Duration>,
    /// Ends each run after so many iterations.
    #[arg(long, value_name = "N")]
    iterations: Option<u64>,
    /// Runs of each instance, with the seeds 1 to N.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    seeds: u64,
    /// Threads of each run [default: one per core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Which part of the program makes the plans.
    #[arg(long, value_enum, default_value_t = MethodName::Auto)]
    method: MethodName,
    /// At most so many instances of a file that holds many.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Best known costs: a table with the columns `file` and `best_cost`, or for `wt` a list of numbers.
    #[arg(long, value_name = "FILE")]
    best: Option<PathBuf>,
    /// Text on a terminal, else JSON.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Where the table goes; stdout without it.
    #[arg(short, long, value_name = "TABLE")]
    output: Option<PathBuf>,
}

/// What the files are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Source {
    /// lotwise/1 instances.
    Lotwise,
    /// Unrelated parallel machines with setups.
    Upmsp,
    /// One machine, weighted tardiness.
    Wt,
    /// Discrete lot sizing.
    Psp,
    /// Flexible job shop.
    Fjsp,
    /// Parallel machines, weighted completion time.
    Twct,
}

/// How the table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For spreadsheets.
    Csv,
    /// For programs.
    Json,
}

impl Source {
    fn kind(self) -> cases::Kind {
        match self {
            Self::Lotwise => cases::Kind::Lotwise,
            Self::Upmsp => cases::Kind::Public(PublicFormat::Upmsp),
            Self::Wt => cases::Kind::Public(PublicFormat::Wt),
            Self::Psp => cases::Kind::Public(PublicFormat::Psp),
            Self::Fjsp => cases::Kind::Public(PublicFormat::Fjsp),
            Self::Twct => cases::Kind::Public(PublicFormat::Twct),
        }
    }
}

/// What each run may take where nothing is said.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// Runs it.
///
/// # Errors
/// Exits 1 and 2.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let cancel = CancelFlag::default();
    signals::watch(cancel.clone())?;
    let inputs: Vec<&Path> = arguments.paths.iter().chain(&arguments.best).map(PathBuf::as_path).collect();
    let destination = Destination::prepare(arguments.output.as_deref(), &inputs)?;
    let mut best = BestKnown::new(arguments.best.as_deref())?;
    let selection = Selection { kind: arguments.from.map(Source::kind), limit: arguments.limit };
    let cases = cases::gather(&arguments.paths, &selection)?;
    let mut table = Table::new(arguments.seeds, limit(arguments), arguments.iterations);
    let bar = bar(cases.len() as u64 * arguments.seeds);
    for case in &cases {
        table.rows.push(measure(case, best.of(case), arguments, &cancel, &bar));
        if cancel.is_cancelled() {
            break;
        }
    }
    bar.finish_and_clear();
    destination.write(|out| match Format::asked(arguments.format) {
        Format::Text => out.write_all(table.text().as_bytes()),
        Format::Csv => table.csv(out),
        Format::Json => table.json(out),
    })?;
    if table.rows.len() < cases.len() {
        say(&format!("lotwise: ended early, after {} of {} instances.\n", table.rows.len(), cases.len()));
    }
    if table.rows.iter().all(|row| row.runs == 0) && !cancel.is_cancelled() {
        let message = "None of the instances could be planned; the table says why.";
        return Err(Failure::new(Exit::BadInput, "bad-input", message).answered(destination.is_stdout()));
    }
    Ok(Exit::Done)
}

impl Format {
    /// The one asked for, else text where stdout is a terminal.
    fn asked(asked: Option<Self>) -> Self {
        asked.unwrap_or(if stdout::is_terminal() { Self::Text } else { Self::Json })
    }
}

fn limit(arguments: &Arguments) -> Option<Duration> {
    arguments.time_limit.or(arguments.iterations.is_none().then_some(TIME_LIMIT))
}

fn bar(steps: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{elapsed:>4} [{bar:30}] {pos}/{len} {wide_msg}")
        .map_or_else(|_| ProgressStyle::default_bar(), |style| style.progress_chars("=> "));
    ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr_with_hz(10)).with_style(style)
}

/// Solves one instance with every seed.
fn measure(
    case: &Case,
    best: Option<lotwise::units::Money>,
    arguments: &Arguments,
    cancel: &CancelFlag,
    bar: &ProgressBar,
) -> Row {
    let instance = match case.load() {
        Ok(instance) => instance,
        Err(reason) => {
            bar.inc(arguments.seeds);
            return Row::refused(&case.name, best, reason);
        }
    };
    let mut runs = Vec::new();
    for seed in 1..=arguments.seeds {
        bar.set_message(format!("{}, seed {seed}", printable(&case.name)));
        let options = Options {
            time_limit: limit(arguments),
            iterations: arguments.iterations,
            seed,
            threads: arguments.threads.map(usize::from),
            method: arguments.method.into(),
            cancel: cancel.clone(),
            ..Options::default()
        };
        let started = Instant::now();
        let outcome = solve(&instance, &options, &mut |_| bar.tick());
        bar.inc(1);
        // A run that was cut short is no measurement; what was measured before it stands.
        if cancel.is_cancelled() {
            break;
        }
        match outcome {
            Ok(outcome) => runs.push(Run {
                cost: outcome.is_complete().then_some(outcome.solution.cost.total),
                bound: outcome.solution.bound,
                optimal: outcome.solution.status == Status::Optimal,
                searched: outcome.solution.run.iterations.is_some(),
                seconds: started.elapsed().as_secs_f64(),
            }),
            Err(SolveError::Invalid(issues)) => {
                let errors = issues.iter().filter(|issue| issue.is_error());
                let reason = errors.map(ToString::to_string).next().unwrap_or_default();
                return Row::refused(&case.name, best, reason);
            }
            Err(fault) => return Row::refused(&case.name, best, fault.to_string()),
        }
    }
    Row::of(&case.name, best, &runs)
}
