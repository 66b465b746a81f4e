//! `lotwise report`: the plan as a picture.

use super::exit::{Exit, Failure};
use super::files::{self, Destination};
use super::solve;
use clap::Args;
use lotwise::report::svg::{GanttOptions, gantt_svg};
use std::path::PathBuf;

/// Draws a plan: an SVG picture of every line's lots over time.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lotwise report instance.json plan.json -o plan.svg
  lotwise report instance.json plan.json --colour-by fabric -o plan.svg")]
pub struct Arguments {
    /// The instance; - for stdin.
    instance: PathBuf,
    /// The plan; - for stdin.
    plan: PathBuf,
    /// Where the picture goes; stdout without it.
    #[arg(short, long, value_name = "SVG")]
    output: Option<PathBuf>,
    /// The attribute lots are coloured by, or `variant` [default: the first that a changeover rule names].
    #[arg(long, value_name = "ATTRIBUTE")]
    colour_by: Option<String>,
}

/// Runs it.
///
/// # Errors
/// Exits 1 and 2.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let inputs = [arguments.instance.as_path(), arguments.plan.as_path()];
    files::at_most_one_stdin(&inputs)?;
    let destination = Destination::prepare(arguments.output.as_deref(), &inputs)?;
    let instance = solve::instance(&arguments.instance)?;
    let plan = solve::plan(&arguments.plan)?;
    let options = GanttOptions { colour_by: arguments.colour_by.clone(), ..GanttOptions::default() };
    let picture = gantt_svg(&instance, &plan, &options);
    destination.write(|out| out.write_all(picture.as_bytes()))?;
    Ok(Exit::Done)
}
