//! The planner's desk on the command line: one file per question, and how answers are said in words.

pub mod agility;
pub mod bottlenecks;
pub mod explain;
pub mod quote;
pub mod replan;
mod search;
mod wording;

pub use search::Search;
pub(super) use wording::when;

use super::exit::{Exit, Failure};
use super::files;
use super::text::{Format, printable};
use lotwise::desk::DeskError;
use lotwise::model::{Duration, Instant};
use serde::Serialize;
use std::path::Path;

/// The files a question is about, for messages.
#[derive(Clone, Copy, Debug)]
struct Files<'a> {
    instance: &'a Path,
    plan: Option<&'a Path>,
    question: Option<&'a Path>,
}

impl Files<'_> {
    /// A question without an answer as the failure of a call.
    fn refuse(&self, fault: DeskError) -> Failure {
        let name = |path: Option<&Path>| path.map_or_else(|| "The call".to_string(), files::name);
        match fault {
            DeskError::Instance(issues) => Failure::bad_file(&files::name(self.instance), issues),
            DeskError::Plan(issues) => {
                let message = format!("{} does not hold on {}.", name(self.plan), files::name(self.instance));
                Failure::new(Exit::Breach, "breach", message).with_issues(issues)
            }
            DeskError::Question(issues) => Failure::bad_file(&name(self.question), issues),
            DeskError::Internal(message) => Failure::internal(message),
            // The enum may grow: whatever else there is, is the program's to explain.
            other => Failure::internal(other.to_string()),
        }
    }
}

/// Says an answer on stdout: in words for a person, as JSON for a program.
fn answer(format: Option<Format>, value: &impl Serialize, words: impl FnOnce() -> String) -> Result<(), Failure> {
    match Format::on_stdout(format) {
        Format::Text => files::answer(&lines_of(&words())),
        Format::Json => files::Destination::Stdout.write_json(value),
    }
}

/// Text whose lines hold nothing that steers a terminal.
fn lines_of(words: &str) -> String {
    let mut text: String = words.lines().map(|line| format!("{}\n", printable(line).trim_end())).collect();
    if text.is_empty() {
        text.push('\n');
    }
    text
}

/// Reads an instant of the command line.
fn instant(text: &str) -> Result<Instant, String> {
    Instant::parse(text).map_err(|fault| format!("{text} {fault}"))
}

/// Reads a span of time of the command line: 4h, 30m, P1D.
fn span(text: &str) -> Result<Duration, String> {
    let length = super::time_limit::parse(text)?;
    i64::try_from(length.as_secs())
        .map(|seconds| Duration(lotwise::units::Seconds(seconds)))
        .map_err(|_| "that is too long".to_string())
}

/// Reads money of the command line.
fn money(text: &str) -> Result<lotwise::units::Money, String> {
    serde_json::from_str(text).map_err(|_| format!("{text} is no amount of money of at most 4 decimal places"))
}
