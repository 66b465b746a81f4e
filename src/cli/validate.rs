//! `lotwise validate`: everything that is wrong with an instance, at once.

use super::exit::{Exit, Failure, issue_lines};
use super::files;
use super::solve;
use super::text::Format;
use clap::Args;
use lotwise::diagnostic::{Diagnostic, Severity};
use lotwise::report::text::counted;
use lotwise::validate::validate;
use serde::Serialize;
use std::path::PathBuf;

/// Lists every fault of an instance: errors, warnings and notes.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lotwise validate instance.json
  lotwise validate instance.json --format json | jq '.issues[].pointer'

Exit status 2 with errors, 0 without.")]
pub struct Arguments {
    /// The instance; - for stdin.
    instance: PathBuf,
    /// Text on a terminal, else JSON.
    #[arg(long, value_enum)]
    format: Option<Format>,
}

#[derive(Serialize)]
struct Answer<'a> {
    valid: bool,
    issues: &'a [Diagnostic],
}

/// Runs it.
///
/// # Errors
/// Exits 1 and 2.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let format = Format::on_stdout(arguments.format);
    let name = files::name(&arguments.instance);
    let issues = match solve::instance(&arguments.instance) {
        Ok(instance) => validate(&instance),
        // Faults of form are an answer like any other; a file that cannot be read is not.
        Err(failure) if format == Format::Text && !failure.issues().is_empty() => failure.issues().to_vec(),
        Err(failure) => return Err(failure),
    };
    let of = |severity| issues.iter().filter(|issue| issue.severity == severity).count();
    let errors = of(Severity::Error);
    match format {
        Format::Text => {
            let counts = [(errors, "error"), (of(Severity::Warning), "warning"), (of(Severity::Note), "note")];
            let counts = counts.map(|(number, noun)| counted(number, noun)).join(", ");
            let text = format!("{}{name}: {counts}\n", issue_lines(&issues, usize::MAX));
            files::answer(&text)?;
            Ok(if errors > 0 { Exit::BadInput } else { Exit::Done })
        }
        Format::Json if errors > 0 => Err(Failure::bad_file(&name, issues)),
        Format::Json => {
            files::Destination::Stdout.write_json(&Answer { valid: true, issues: &issues })?;
            Ok(Exit::Done)
        }
    }
}
