//! `lotwise import`: what another program wrote becomes an instance. One file for order dumps, one for lot tables, one for benchmarks.

mod orders;
mod plan;
mod public;

use super::exit::{Exit, Failure};
use clap::{Args, Subcommand};
use lotwise::import::public::PublicFormat;

/// Turns files of other programs into instances.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lotwise import orders dump.csv --plant plant.json --mapping mapping.json -o instance.json
  lotwise import plan lots.csv --instance instance.json -o plan.json
  lotwise import fjsp mk01.txt -o mk01.json")]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Orders(Box<orders::Arguments>),
    Plan(plan::Arguments),
    /// Unrelated parallel machines with setups, makespan (Vallada and Ruiz).
    #[command(after_help = "\
Example:
  lotwise import upmsp I_6_2_S_1-124_1.txt -o instance.json")]
    Upmsp(public::File),
    /// One machine, total weighted tardiness (OR-Library); the file holds many instances.
    #[command(after_help = "\
Example:
  lotwise import wt wt40.txt --instance 19 -o wt40-19.json")]
    Wt(public::ManyInOne),
    /// Discrete lot sizing, holding and changeover cost (CSPLib 058).
    #[command(after_help = "\
Example:
  lotwise import psp pigment15a.psp -o pigment15a.json")]
    Psp(public::File),
    /// Flexible job shop, makespan (Brandimarte, Hurink).
    #[command(after_help = "\
Example:
  lotwise import fjsp mk01.txt -o mk01.json")]
    Fjsp(public::File),
    /// Unrelated parallel machines, total weighted completion time.
    #[command(after_help = "\
Example:
  lotwise import twct 4_40_1.csv -o instance.json")]
    Twct(public::File),
}

/// Runs it.
///
/// # Errors
/// Exits 1 and 2.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    match &arguments.what {
        What::Orders(arguments) => orders::run(arguments),
        What::Plan(arguments) => plan::run(arguments),
        What::Upmsp(file) => public::run(PublicFormat::Upmsp, file),
        What::Wt(arguments) => public::run_wt(arguments),
        What::Psp(file) => public::run(PublicFormat::Psp, file),
        What::Fjsp(file) => public::run(PublicFormat::Fjsp, file),
        What::Twct(file) => public::run(PublicFormat::Twct, file),
    }
}
