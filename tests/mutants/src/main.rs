//! Mutation testing in one build. `cargo mutants --list --json` says what may be changed; here all of it is written into one copy
//! of the sources, each change behind a switch that an environment variable turns on (mutant schemata: R. H. Untch, A. J. Offutt,
//! M. J. Harrold, ISSTA 1993). So nothing is compiled for a change, and since the copy can note which changes a test comes by, only
//! those tests are run that could notice one, until one fails.
//!
//! Folders of WORK: `tree` (the copy), `target` (what it is built to); files: `left_out.json` (changes that do not compile),
//! `tests.json` (what each test comes by), `names.json` (the list these two go by), `results.json`. A call goes on where the
//! last one ended; once the sources have changed it looks at the tests anew, and keeps what came of changes that are still named so.
//! A test that was changed is looked at again once `tests.json` is removed.

mod copy;
mod kept;
mod names;
mod report;
mod switches;
mod tests;
mod trial;

use clap::Parser;
use std::error::Error;
use std::path::PathBuf;

#[derive(Parser)]
#[command(about = "Tries all changes that cargo-mutants lists, in one build")]
struct Options {
    /// What `cargo mutants --list --json` wrote
    list: PathBuf,
    /// Folder for the copy, its build and the results
    work: PathBuf,
    /// Tests at a time
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// Seconds of a change's tests: none is begun that would take longer than is left
    #[arg(long, default_value_t = 30.0)]
    budget: f64,
    /// Only changes whose name has this in it
    #[arg(long)]
    only: Option<String>,
    /// Also what no test noticed in an earlier call
    #[arg(long)]
    again: bool,
    /// Built without the integer programs and the command, whose tests are left out: builds and tests are shorter
    #[arg(long)]
    without_mip: bool,
    /// Only the report of what is there
    #[arg(long)]
    report: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    std::fs::create_dir_all(&options.work)?;
    let work = options.work.canonicalize()?;
    let mutants = names::read(&options.list)?;
    if !options.report {
        names::forget_other_lists(&work, &mutants)?;
        let copy = copy::SourceCopy::new(&work, &mutants, options.without_mip)?;
        let left_out = copy.compile(&mutants)?;
        let programs = copy.build_tests()?;
        let tests = tests::record(&work, &programs, options.jobs)?;
        trial::run(&work, &mutants, &left_out, &programs, &tests, &options)?;
    }
    report::print(&work, &mutants)
}
