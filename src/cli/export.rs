//! `lotwise export`: the allocation program for other solvers.

use super::exit::{Exit, Failure};
use super::files::{self, Destination};
use super::solve;
use clap::Args;
use std::path::PathBuf;

/// Writes the order allocation of an instance as an integer program, for other solvers.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lotwise export instance.json --mps -o allocation.mps
  lotwise export instance.json --lp --buckets 20 | less
  lotwise generate parallel --orders 12 --lines 2 | lotwise export - --lp -o small.lp && highs small.lp")]
pub struct Arguments {
    /// The instance; - for stdin.
    instance: PathBuf,
    /// An LP file.
    #[arg(long, required_unless_present = "mps", conflicts_with = "mps")]
    lp: bool,
    /// An MPS file with free columns.
    #[arg(long)]
    mps: bool,
    /// Time buckets, 4 to 30 [default: as `solve` would take].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(4..=30))]
    buckets: Option<u8>,
    /// Where the program goes; stdout without it.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Runs it.
///
/// # Errors
/// Exits 1 and 2.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let inputs = [arguments.instance.as_path()];
    let destination = Destination::prepare(arguments.output.as_deref(), &inputs)?;
    let instance = solve::instance(&arguments.instance)?;
    let program = program(arguments, &instance)?;
    destination.write(|out| out.write_all(program.as_bytes()))?;
    Ok(Exit::Done)
}

#[cfg(feature = "mip")]
fn program(arguments: &Arguments, instance: &lotwise::model::Instance) -> Result<String, Failure> {
    use lotwise::solve::{ExportError, ProgramFormat, allocation_program};
    let format = if arguments.lp { ProgramFormat::Lp } else { ProgramFormat::Mps };
    let name = files::name(&arguments.instance);
    allocation_program(instance, format, arguments.buckets.map(usize::from)).map_err(|fault| match fault {
        ExportError::Invalid(issues) => Failure::bad_file(&name, issues),
        fault => Failure::new(Exit::BadInput, "bad-input", format!("{name}: {fault}.")),
    })
}

#[cfg(not(feature = "mip"))]
fn program(arguments: &Arguments, _: &lotwise::model::Instance) -> Result<String, Failure> {
    let Arguments { lp, mps, buckets, .. } = arguments;
    debug_assert!(*lp || *mps || buckets.is_none());
    let name = files::name(&arguments.instance);
    Err(Failure::usage(format!("{name} cannot be exported: this lotwise was built without the feature `mip`.")))
}
