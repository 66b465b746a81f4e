//! `lotwise schema`: the JSON Schemas of the files, from the types that read and write them.

use super::exit::{Exit, Failure};
use super::files::Destination;
use clap::{Args, ValueEnum};
use lotwise::desk::actuals::actuals_schema;
use lotwise::model::schema::instance_schema;
use lotwise::solution::plan_schema;

/// Prints the JSON Schema of a file.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lotwise schema instance > instance.schema.json
  lotwise schema actuals > actuals.schema.json")]
pub struct Arguments {
    /// Which file.
    #[arg(value_enum)]
    file: File,
}

/// The files there are.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum File {
    /// What a planner writes.
    Instance,
    /// What `solve` writes.
    Plan,
    /// What happened since: read by `replan`.
    Actuals,
}

/// Runs it.
///
/// # Errors
/// Exit 1 where stdout cannot be written.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let schema = match arguments.file {
        File::Instance => instance_schema(),
        File::Plan => plan_schema(),
        File::Actuals => actuals_schema(),
    };
    Destination::Stdout.write_json(&schema)?;
    Ok(Exit::Done)
}
