//! `lotwise replan`: yesterday's plan and what happened become tonight's instance and tonight's plan.

use super::search::Search;
use super::wording::{listed, price, when};
use super::{Files, instant, money, span};
use crate::cli::exit::{Exit, Failure, issue_lines};
use crate::cli::files::{self, Destination};
use crate::cli::progress::Reporter;
use crate::cli::solve;
use crate::cli::text::{Format, say};
use clap::Args;
use lotwise::desk::{Actuals, ReplanOptions, Replanned, facts_of, read_actuals, replan};
use lotwise::model::{Duration, Instance, Instant};
use lotwise::report::text::{count, counted, span as spanned};
use lotwise::solution::{Kpis, Solution};
use lotwise::units::Money;
use serde::Serialize;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant as Clock;

/// Plans on from a plan and what has happened since.
///
/// INSTANCE is the one the plan was made for, with orders added, changed or taken out since. What has happened is
/// written into a new instance: finished pieces, what runs, what is frozen, the state of each line, lines that are
/// down. The search then begins with what is left of the plan.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lotwise replan today.json --baseline plan.json --at 2026-11-24T06:00:00Z \\
      --actuals actuals.json --frozen 4h --instance-output tonight.json -o tonight-plan.json
  lotwise replan today.json --baseline plan.json --at 2026-11-24T06:00:00Z --facts-only \\
      --instance-output tonight.json

docs/desk.md says what a file of actuals holds. Exit status as for solve.")]
pub struct Arguments {
    /// The instance the plan was made for, with the orders as they are now; - for stdin.
    instance: PathBuf,
    /// The plan in force.
    #[arg(long, value_name = "PLAN")]
    baseline: PathBuf,
    /// The instant at which planning goes on.
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    at: Instant,
    /// What happened; without it everything went as planned.
    #[arg(long, value_name = "FILE")]
    actuals: Option<PathBuf>,
    /// From the instant on, so long nothing of the plan may change: 4h, 30m, P1D.
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "0")]
    frozen: Duration,
    /// What it costs to put an operation on another line [default: as the instance's baseline has it, else a fifth of the
    /// median cost of a day late].
    #[arg(long, value_name = "MONEY", value_parser = money)]
    line_change_cost: Option<Money>,
    /// What it costs to move a start by an hour [default: likewise, a two-hundredth].
    #[arg(long, value_name = "MONEY", value_parser = money)]
    start_change_cost: Option<Money>,
    /// The instance the plan was made for, where orders that run have been taken out of INSTANCE: it says what they are of.
    #[arg(long, value_name = "INSTANCE")]
    previous: Option<PathBuf>,
    /// By how much a start may move and count as untouched.
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "1h")]
    tolerance: Duration,
    /// Where the instance with its facts goes: the one the new plan is for.
    #[arg(long, value_name = "INSTANCE")]
    instance_output: PathBuf,
    /// Writes the instance with its facts and makes no plan.
    #[arg(long, conflicts_with = "output")]
    facts_only: bool,
    /// Where the new plan goes; stdout without it.
    #[arg(short, long, value_name = "PLAN")]
    output: Option<PathBuf>,
    /// Text on a terminal, else JSON: what was found, once the files are written.
    #[arg(long, value_enum)]
    format: Option<Format>,
    #[command(flatten)]
    search: Search,
}

/// What is said besides the files.
#[derive(Serialize)]
struct Answer<'a> {
    at: Instant,
    #[serde(flatten)]
    replanned: &'a Replanned,
    cost: Money,
    kpis: &'a Kpis,
}

/// Runs it in a process that began at `started`.
///
/// # Errors
/// Exits 1, 2 and 4.
pub fn run(arguments: &Arguments, started: Clock) -> Result<Exit, Failure> {
    let paths: Vec<&Path> = [Some(&arguments.instance), Some(&arguments.baseline), arguments.actuals.as_ref()]
        .into_iter()
        .chain([arguments.previous.as_ref()])
        .flatten()
        .map(PathBuf::as_path)
        .collect();
    files::at_most_one_stdin(&paths)?;
    let instance_destination = Destination::prepare(Some(&arguments.instance_output), &paths)?;
    let destination = Destination::prepare(arguments.output.as_deref(), &paths)?;
    if !arguments.facts_only && instance_destination.is_stdout() && destination.is_stdout() {
        return Err(Failure::usage("The instance and the plan cannot both go to stdout; give -o."));
    }
    let instance = solve::instance(&arguments.instance)?;
    let baseline = solve::plan(&arguments.baseline)?;
    let actuals = arguments.actuals.as_deref().map(actuals).transpose()?.unwrap_or_default();
    let options = ReplanOptions {
        frozen: arguments.frozen.0,
        line_change_cost: arguments.line_change_cost,
        start_change_cost_per_hour: arguments.start_change_cost,
        previous: arguments.previous.as_deref().map(solve::instance).transpose()?,
        tolerance: arguments.tolerance.0,
    };
    let files = Files {
        instance: &arguments.instance,
        plan: Some(&arguments.baseline),
        question: arguments.actuals.as_deref(),
    };
    if arguments.facts_only {
        let facts = facts_of(&instance, &baseline, arguments.at, &actuals, &options).map_err(|f| files.refuse(f))?;
        instance_destination.write_json(&facts.instance)?;
        say(&issue_lines(&facts.warnings, 10));
        if !instance_destination.is_stdout() {
            super::answer(arguments.format, &facts, || facts_words(&facts.delivered.len(), &facts.noted))?;
        }
        return Ok(Exit::Done);
    }
    let search = arguments.search.options(started)?;
    let replanned = {
        let mut reporter = Reporter::new(arguments.search.progress, arguments.search.quiet);
        let mut tell = |progress: &_| reporter.show(progress);
        replan(&instance, &baseline, arguments.at, &actuals, (&options, &search), &mut tell)
            .map_err(|fault| files.refuse(fault))?
    };
    instance_destination.write_json(&replanned.facts.instance)?;
    destination.write_json(&replanned.outcome.solution)?;
    say(&issue_lines(&replanned.facts.warnings, 10));
    let solution = &replanned.outcome.solution;
    let words = || words(&replanned, solution);
    if destination.is_stdout() || instance_destination.is_stdout() {
        say(&super::lines_of(&words()));
        return solve::ended(&replanned.outcome, true);
    }
    let (cost, kpis) = (solution.cost.total, &solution.kpis);
    super::answer(arguments.format, &Answer { at: arguments.at, replanned: &replanned, cost, kpis }, words)?;
    solve::ended(&replanned.outcome, true)
}

/// Reads actuals.
fn actuals(path: &Path) -> Result<Actuals, Failure> {
    read_actuals(&files::read(path)?).map_err(|fault| Failure::bad_file(&files::name(path), fault.faults))
}

fn facts_words(delivered: &usize, noted: &[String]) -> String {
    let mut text = format!("delivered {}\n", counted(*delivered, "order"));
    for note in noted {
        let _ = writeln!(text, "note      {note}");
    }
    text
}

fn words(replanned: &Replanned, solution: &Solution) -> String {
    let (facts, stability) = (&replanned.facts, &replanned.stability);
    let instance: &Instance = &facts.instance;
    let kpis = &solution.kpis;
    let mut text = String::new();
    let late: Vec<_> = facts.delivered.iter().filter(|order| order.lateness.0.0 > 0).collect();
    let _ = writeln!(
        text,
        "delivered {} since the plan was made, {} of them late",
        counted(facts.delivered.len(), "order"),
        count(late.len())
    );
    for order in late.iter().take(5) {
        let at = order.at.map_or_else(String::new, |at| format!(" on {}", when(at)));
        let _ = writeln!(text, "          {}{at}, {} late", order.order, spanned(order.lateness.0));
    }
    for (name, orders) in [("added", &replanned.added), ("cancelled", &replanned.cancelled)] {
        if !orders.is_empty() {
            let _ = writeln!(text, "{name:<9} {}: {}", counted(orders.len(), "order"), listed(orders, 6));
        }
    }
    for note in &facts.noted {
        let _ = writeln!(text, "note      {note}");
    }
    let _ = writeln!(text, "cost      {}", price(instance, solution.cost.total));
    let _ = writeln!(
        text,
        "orders    {} on time, {} late, {} rejected, {} unplanned",
        count(kpis.on_time),
        count(kpis.late),
        count(kpis.rejected),
        count(kpis.unplanned)
    );
    let _ = writeln!(
        text,
        "kept      {} of {} untouched ({:.1} %), {} on their lines, starts moved by {:.1} h in the mean",
        count(stability.untouched),
        counted(stability.kept_lots, "lot"),
        stability.untouched_share * 100.0,
        count(stability.on_their_lines),
        stability.mean_move_hours
    );
    text
}
