//! The `lotwise` command: parse, run, exit code.

mod cli;

use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    // Time limits count from here, so nothing stands before it.
    cli::main(Instant::now())
}
