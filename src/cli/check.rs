//! `lotwise check`: a plan against its instance, everything recomputed from the two files.

use super::exit::{Exit, Failure, issue_lines};
use super::files;
use super::solve;
use super::text::{Format, printable};
use clap::Args;
use lotwise::diagnostic::Diagnostic;
use lotwise::model::Instance;
use lotwise::report::text::{count, counted, money};
use lotwise::solution::{CostBreakdown, OrderStatus, Solution};
use lotwise::validate::validate;
use lotwise::verify::{Verification, verify};
use serde::Serialize;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Recomputes a plan from the two files alone and lists every breach of the rules.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lotwise check instance.json plan.json
  lotwise solve instance.json | lotwise check instance.json - --format text

Exit status 5 with a breach, 0 without. Orders set aside for faults of their own may stay in
the instance.")]
pub struct Arguments {
    /// The instance; - for stdin.
    instance: PathBuf,
    /// The plan; - for stdin.
    plan: PathBuf,
    /// Text on a terminal, else JSON.
    #[arg(long, value_enum)]
    format: Option<Format>,
}

#[derive(Serialize)]
struct Answer<'a> {
    accepted: bool,
    cost: &'a CostBreakdown,
    unplanned: usize,
}

/// Runs it.
///
/// # Errors
/// Exits 1, 2 and 5.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    files::at_most_one_stdin(&[&arguments.instance, &arguments.plan])?;
    let instance = solve::instance(&arguments.instance)?;
    let plan = solve::plan(&arguments.plan)?;
    must_be_valid(&instance, &plan, &arguments.instance)?;
    let verification = verify(&instance, &plan);
    let name = files::name(&arguments.plan);
    match Format::on_stdout(arguments.format) {
        Format::Text => {
            files::answer(&text(&name, &verification))?;
            Ok(if verification.is_sound() { Exit::Done } else { Exit::Breach })
        }
        Format::Json if verification.is_sound() => {
            let answer = Answer { accepted: true, cost: &verification.cost, unplanned: verification.unplanned };
            files::Destination::Stdout.write_json(&answer)?;
            Ok(Exit::Done)
        }
        Format::Json => {
            let message = format!("{name} has {}.", counted_breaches(&verification));
            Err(Failure::new(Exit::Breach, "breach", message).with_issues(verification.breaches))
        }
    }
}

/// Refuses an instance with errors, but for those of orders the plan leaves out: that is how `--set-aside` plans look.
fn must_be_valid(instance: &Instance, plan: &Solution, path: &Path) -> Result<(), Failure> {
    let issues = validate(instance);
    let unplanned = plan.orders.iter().filter(|order| order.status == OrderStatus::Unplanned);
    let unplanned: HashSet<&str> = unplanned.map(|order| order.id.as_str()).collect();
    let excused =
        |issue: &Diagnostic| !issue.is_error() || issue.order.as_deref().is_some_and(|id| unplanned.contains(id));
    if issues.iter().all(excused) { Ok(()) } else { Err(Failure::bad_file(&files::name(path), issues)) }
}

fn text(name: &str, verification: &Verification) -> String {
    let cost = money(verification.cost.total);
    let unplanned = match verification.unplanned {
        0 => String::new(),
        number => format!(", {} unplanned", counted(number, "order")),
    };
    if verification.is_sound() {
        return printable(&format!("{name}: accepted, cost {cost}{unplanned}")).into_owned() + "\n";
    }
    let breaches = counted_breaches(verification);
    let head = format!("{name}: refused, {breaches}; recomputed cost {cost}{unplanned}");
    format!("{}\n{}", printable(&head), issue_lines(&verification.breaches, usize::MAX))
}

fn counted_breaches(verification: &Verification) -> String {
    let number = verification.breaches.len();
    if number == 1 { "1 breach".to_string() } else { format!("{} breaches", count(number)) }
}
