//! `lotwise import plan`: the report's lot table becomes a plan again.

use crate::cli::exit::{Exit, Failure};
use crate::cli::files::{self, Destination};
use crate::cli::solve;
use clap::Args;
use lotwise::import::read_lots;
use lotwise::report::tables::plan_of_lots;
use std::path::PathBuf;

/// A lot table as `lotwise report --csv` writes it becomes a plan: for a baseline, or to start from.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  lotwise report instance.json plan.json --csv lots.csv
  lotwise import plan lots.csv --instance instance.json -o edited.json
  lotwise check instance.json edited.json

What is read are the columns order, item, lot, quantity, operation, line, setup_start, start, end
and overtime; costs and what becomes of the orders are computed anew.")]
pub struct Arguments {
    /// The table; - for stdin.
    table: PathBuf,
    /// The instance the lots are of.
    #[arg(long, value_name = "INSTANCE")]
    instance: PathBuf,
    /// Where the plan goes; stdout without it.
    #[arg(short, long, value_name = "PLAN")]
    output: Option<PathBuf>,
}

/// Runs it.
///
/// # Errors
/// Exits 1 and 2.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let inputs = [arguments.table.as_path(), arguments.instance.as_path()];
    files::at_most_one_stdin(&inputs)?;
    let destination = Destination::prepare(arguments.output.as_deref(), &inputs)?;
    let instance = solve::instance(&arguments.instance)?;
    let table = read_lots(&files::read(&arguments.table)?)
        .map_err(|issues| Failure::bad_file(&files::name(&arguments.table), issues))?;
    destination.write_json(&plan_of_lots(&instance, table))?;
    Ok(Exit::Done)
}
