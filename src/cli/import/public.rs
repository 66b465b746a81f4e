//! `lotwise import upmsp|wt|psp|fjsp|twct`: a public benchmark file becomes an instance.

use crate::cli::exit::{Exit, Failure};
use crate::cli::files::{self, Destination};
use clap::Args;
use lotwise::import::public::{PublicFormat, WT_JOBS, import_public, import_wt, wt_jobs};
use std::path::{Path, PathBuf};

/// A file of one instance.
#[derive(Debug, Args)]
pub struct File {
    /// The benchmark file; - for stdin. Compressed files are unpacked first: gunzip.
    file: PathBuf,
    /// Where the instance goes; stdout without it.
    #[arg(short, long, value_name = "INSTANCE")]
    output: Option<PathBuf>,
}

/// A file of many instances.
#[derive(Debug, Args)]
pub struct ManyInOne {
    #[command(flatten)]
    file: File,
    /// Which of the file's instances, from 1.
    #[arg(long, value_name = "K")]
    instance: Option<usize>,
    /// Jobs of each instance [default: as in the file's name, wt40.txt; else 40].
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
}

/// Imports a file of one instance.
///
/// # Errors
/// Exits 1 and 2.
pub fn run(format: PublicFormat, arguments: &File) -> Result<Exit, Failure> {
    let destination = Destination::prepare(arguments.output.as_deref(), &[&arguments.file])?;
    let text = files::read(&arguments.file)?;
    let instance = import_public(format, &text, &stem(&arguments.file))
        .map_err(|issues| Failure::bad_file(&files::name(&arguments.file), issues))?;
    destination.write_json(&instance)?;
    Ok(Exit::Done)
}

/// Imports one of a file's instances.
///
/// # Errors
/// Exits 1 and 2.
pub fn run_wt(arguments: &ManyInOne) -> Result<Exit, Failure> {
    let File { file, output } = &arguments.file;
    let destination = Destination::prepare(output.as_deref(), &[file])?;
    let text = files::read(file)?;
    let name = match arguments.instance {
        Some(number) => format!("{}-{number}", stem(file)),
        None => stem(file),
    };
    let instance = import_wt(&text, &name, jobs(file, arguments.jobs), arguments.instance)
        .map_err(|issues| Failure::bad_file(&files::name(file), issues))?;
    destination.write_json(&instance)?;
    Ok(Exit::Done)
}

/// Jobs of each instance of a file: what was asked for, else what its name says.
fn jobs(file: &Path, asked: Option<usize>) -> usize {
    let by_name = || file.file_name().and_then(|name| wt_jobs(&name.to_string_lossy()));
    asked.or_else(by_name).unwrap_or(WT_JOBS)
}

/// What the instance is called: the file's name without its ending.
fn stem(file: &Path) -> String {
    Path::new(&files::name(file)).file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}
