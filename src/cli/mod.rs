//! The command: arguments, files, signals, progress; one file per subcommand, each a thin call into the library.
//!
//! Results go to stdout or `-o FILE`, everything else to stderr. It knows nothing of how plans are made: whatever it
//! needs, a service that links the library can have too. `docs/format.md`, "Command line", is its contract.

mod bench;
mod check;
mod compare;
mod desk;
mod exit;
mod export;
mod files;
mod fleet;
mod generate;
mod import;
mod log_table;
mod merge;
mod partition;
mod percent;
mod progress;
mod report;
mod schema;
mod signals;
mod solve;
mod stdout;
mod summary;
mod text;
mod time_limit;
mod validate;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};
use exit::{Exit, Failure};
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::time::Instant;

/// Plans small-batch, multi-variant orders onto production lines.
#[derive(Debug, Parser)]
#[command(name = "lotwise", version, max_term_width = 110, subcommand_required = true, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Example:
  lotwise solve instance.json -o plan.json
  lotwise check instance.json plan.json

Files are - for stdin or stdout. Exit status:
  0  done                        4  orders that must be made are unplanned
  1  internal fault              5  check found a breach
  2  bad input                   6  done, with orders set aside
  3  proved infeasible";

#[derive(Debug, Subcommand)]
enum Command {
    Solve(solve::Arguments),
    Check(check::Arguments),
    Validate(validate::Arguments),
    Report(report::Arguments),
    Export(export::Arguments),
    Compare(compare::Arguments),
    Explain(desk::explain::Arguments),
    Bottlenecks(Box<desk::bottlenecks::Arguments>),
    Quote(desk::quote::Arguments),
    Agility(Box<desk::agility::Arguments>),
    Replan(Box<desk::replan::Arguments>),
    Partition(partition::Arguments),
    Merge(merge::Arguments),
    Import(import::Arguments),
    Generate(generate::Arguments),
    Bench(bench::Arguments),
    Schema(schema::Arguments),
}

/// Runs the command of this process, which began at `started`.
pub fn main(started: Instant) -> ExitCode {
    stdout::keep();
    panic::set_hook(Box::new(|fault| text::say(&format!("lotwise: internal fault: {}\n", one_line(fault)))));
    let ended = guarded(|| run(started)).unwrap_or_else(Failure::report);
    ended.into()
}

fn run(started: Instant) -> Result<Exit, Failure> {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(refusal) => return refused(&refusal),
    };
    match arguments.command {
        Command::Solve(arguments) => solve::run(&arguments, started),
        Command::Check(arguments) => check::run(&arguments),
        Command::Validate(arguments) => validate::run(&arguments),
        Command::Report(arguments) => report::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Compare(arguments) => compare::run(&arguments),
        Command::Explain(arguments) => desk::explain::run(&arguments),
        Command::Bottlenecks(arguments) => desk::bottlenecks::run(&arguments, started),
        Command::Quote(arguments) => desk::quote::run(&arguments),
        Command::Agility(arguments) => desk::agility::run(&arguments, started),
        Command::Replan(arguments) => desk::replan::run(&arguments, started),
        Command::Partition(arguments) => partition::run(&arguments),
        Command::Merge(arguments) => merge::run(&arguments, started),
        Command::Import(arguments) => import::run(&arguments),
        Command::Generate(arguments) => generate::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Schema(arguments) => schema::run(&arguments),
    }
}

/// What clap answers instead of arguments: help and version on stdout, or a call it cannot read.
fn refused(refusal: &clap::Error) -> Result<Exit, Failure> {
    match refusal.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            files::answer(&refusal.render().to_string())?;
            Ok(Exit::Done)
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            text::say(&refusal.render().to_string());
            Err(Failure::usage("No subcommand was given; `lotwise --help` lists them."))
        }
        _ => {
            let rendered = refusal.render().to_string();
            let (said, _usage) = rendered.split_once("\nUsage:").unwrap_or((&rendered, ""));
            let said = said.strip_prefix("error: ").unwrap_or(said);
            let mut message: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            message.retain(|line| !line.starts_with("For more information"));
            Err(Failure::usage(format!("{}; --help shows the usage.", message.join(" "))))
        }
    }
}

/// A panic becomes a failure like any other: exit 1 and the document.
fn guarded(run: impl FnOnce() -> Result<Exit, Failure>) -> Result<Exit, Failure> {
    panic::catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
        files::abandon();
        Err(Failure::internal("The program failed; please report it with the files that led here."))
    })
}

fn one_line(fault: &panic::PanicHookInfo<'_>) -> String {
    let place = fault.location().map_or_else(String::new, |place| format!(" ({}:{})", place.file(), place.line()));
    let said = fault.payload();
    let said = said.downcast_ref::<&str>().copied().or_else(|| said.downcast_ref::<String>().map(String::as_str));
    format!("{}{place}", text::printable(said.unwrap_or("no message")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent_and_every_subcommand_shows_an_example() {
        let mut command = Arguments::command();
        command.build();
        command.clone().debug_assert();
        for subcommand in command.get_subcommands_mut().filter(|subcommand| subcommand.get_name() != "help") {
            let help = subcommand.render_long_help().to_string();
            let example = format!("\n  lotwise {}", subcommand.get_name());
            assert!(help.contains("Example") && help.contains(&example), "{help}");
        }
    }

    #[test]
    fn a_panic_is_a_fault_of_the_program() {
        let failure = guarded(|| panic!("a broken invariant")).unwrap_err();
        assert_eq!(failure.exit(), Exit::Fault);
    }
}
