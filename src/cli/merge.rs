//! `lotwise merge`: the plans of the parts become the plan of the whole.

use super::desk::Search;
use super::exit::{Exit, Failure};
use super::files::{self, Destination};
use super::partition::{is_lines, refuse};
use super::solve;
use super::text::say;
use clap::Args;
use lotwise::diagnostic::{Diagnostic, codes};
use lotwise::partition::{Merged, merge};
use lotwise::read_solution;
use lotwise::report::text::{count, counted, money};
use lotwise::solution::Solution;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Puts the plans of an instance's parts together, repairs across the cut and checks the whole.
///
/// INSTANCE is the one that was partitioned. Times and costs are worked out anew on it; the search then looks only where the cut
/// went through, late and rejected orders first.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lotwise merge network.json plans/part-*.json -o plan.json
  lotwise merge network.json plans.ndjson --time-limit 2m -o plan.json
  lotwise merge network.json plans.ndjson --iterations 1000000 --seed 1 -o plan.json

Exit status: 2 where a part is missing, given twice, or not of this instance as it is now; 4 where orders that must be made
are in no part's plan and found no place.")]
pub struct Arguments {
    /// The instance that was partitioned; - for stdin.
    instance: PathBuf,
    /// The plans of its parts, in any order: files, or .ndjson files with a plan a line.
    #[arg(required = true)]
    parts: Vec<PathBuf>,
    /// Where the plan goes; stdout without it.
    #[arg(short, long, value_name = "PLAN")]
    output: Option<PathBuf>,
    #[command(flatten)]
    search: Search,
}

/// Runs it in a process that began at `started`.
///
/// # Errors
/// Exits 1, 2 and 4.
pub fn run(arguments: &Arguments, started: Instant) -> Result<Exit, Failure> {
    let mut paths: Vec<&Path> = vec![&arguments.instance];
    paths.extend(arguments.parts.iter().map(PathBuf::as_path));
    files::at_most_one_stdin(&paths)?;
    let destination = Destination::prepare(arguments.output.as_deref(), &paths)?;
    let options = arguments.search.options(started)?;
    let instance = solve::instance(&arguments.instance)?;
    let mut plans = Vec::new();
    for path in &arguments.parts {
        let text = files::read(path)?;
        if is_lines(path) {
            let lines = text.split(|&byte| byte == b'\n').enumerate();
            for (number, line) in lines.filter(|(_, line)| !line.trim_ascii().is_empty()) {
                plans.push(plan(line, &format!("{} line {}", files::name(path), number + 1))?);
            }
        } else {
            plans.push(plan(&text, &files::name(path))?);
        }
    }
    let merged = merge(&instance, &plans, &options).map_err(|fault| refuse(fault, &arguments.instance, "The plans"))?;
    destination.write_json(&merged.solution)?;
    if !arguments.search.quiet {
        say(&words(&merged));
    }
    let unplanned = merged.solution.kpis.unplanned;
    if unplanned > 0 {
        let message = format!("{} that must be made are not in the plan; the others are.", counted(unplanned, "order"));
        return Err(Failure::new(Exit::Unplanned, "unplanned", message).answered(destination.is_stdout()));
    }
    Ok(Exit::Done)
}

/// A part's plan; where an answer without a plan stands in its place, what that says.
fn plan(text: &[u8], name: &str) -> Result<Solution, Failure> {
    read_solution(text).map_err(|fault| {
        let document: Option<serde_json::Value> = serde_json::from_slice(text).ok();
        let Some(error) = document.as_ref().and_then(|document| document.get("error")) else {
            return Failure::bad_file(name, fault.faults);
        };
        let said = error.get("message").and_then(serde_json::Value::as_str).unwrap_or("it does not say why.");
        let message = format!("This part has no plan: {said}");
        let remedy = "Plan the part again and give its plan.";
        Failure::bad_file(name, vec![Diagnostic::error(codes::PART_FAILED, "/error", message, remedy)])
    })
}

fn words(merged: &Merged) -> String {
    let (solution, before) = (&merged.solution, merged.put_together.total);
    let kpis = &solution.kpis;
    let mut text = String::new();
    let _ = writeln!(
        text,
        "cost     {} as the parts say, {} put together, {} repaired",
        money(merged.stated),
        money(before),
        money(solution.cost.total)
    );
    let _ = writeln!(
        text,
        "border   {} more than one part could make, {} put in that parts had left out, {} iterations",
        counted(merged.border_orders, "order"),
        count(merged.recalled),
        count(merged.iterations as usize)
    );
    let _ = writeln!(
        text,
        "orders   {} on time, {} late, {} rejected, {} unplanned",
        count(kpis.on_time),
        count(kpis.late),
        count(kpis.rejected),
        count(kpis.unplanned)
    );
    text
}
