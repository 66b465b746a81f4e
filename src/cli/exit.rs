//! How a call ends: the exit status, and what a failing call says on stdout and stderr.

use super::text::{printable, say};
use super::{files, stdout};
use lotwise::diagnostic::{Diagnostic, Severity};
use lotwise::report::text::counted;
use serde::Serialize;
use std::fmt::Write as _;
use std::process::ExitCode;

/// The exit statuses of `docs/format.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done; also when a signal or limit ended the search.
    Done = 0,
    /// A fault of the program or of the machine: a full disk, a closed pipe, a panic.
    Fault = 1,
    /// The arguments or the files cannot be used.
    BadInput = 2,
    /// Proved: the orders that must be made cannot all be.
    Infeasible = 3,
    /// Orders that must be made are unplanned, and nothing is proved.
    Unplanned = 4,
    /// `check` found a breach.
    Breach = 5,
    /// Done, with orders set aside.
    SetAside = 6,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a call failed. Boxed inside, because it is the rare half of every `Result` here.
#[derive(Debug)]
pub struct Failure(Box<Parts>);

#[derive(Debug)]
struct Parts {
    exit: Exit,
    code: &'static str,
    message: String,
    issues: Vec<Diagnostic>,
    /// Whether stdout already holds an answer of its own, to which no second document may be added.
    answered: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    error: Body<'a>,
}

#[derive(Serialize)]
struct Body<'a> {
    code: &'a str,
    message: &'a str,
    issues: &'a [Diagnostic],
}

/// Issues shown on stderr; all of them are in the JSON.
const SHOWN: usize = 20;

impl Failure {
    /// A failure without issues.
    pub fn new(exit: Exit, code: &'static str, message: impl Into<String>) -> Self {
        Self(Box::new(Parts { exit, code, message: message.into(), issues: Vec::new(), answered: false }))
    }
    /// A call that cannot be understood.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::BadInput, "usage", message)
    }
    /// A fault of the program.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Exit::Fault, "internal", message)
    }
    /// A file with faults: all of them.
    pub fn bad_file(name: &str, issues: Vec<Diagnostic>) -> Self {
        let errors = issues.iter().filter(|issue| issue.is_error()).count();
        Self::new(Exit::BadInput, "bad-input", format!("{name} has {}.", counted(errors, "error"))).with_issues(issues)
    }
    /// The same with the issues behind it.
    #[must_use]
    pub fn with_issues(mut self, issues: Vec<Diagnostic>) -> Self {
        self.0.issues = issues;
        self
    }
    /// The same, where stdout already holds the call's answer.
    #[must_use]
    pub fn answered(mut self, answered: bool) -> Self {
        self.0.answered = answered;
        self
    }
    /// The same with another sentence at the end of the message.
    #[must_use]
    pub fn advising(mut self, advice: &str) -> Self {
        self.0.message.push(' ');
        self.0.message.push_str(advice);
        self
    }
    /// The issues behind it.
    pub fn issues(&self) -> &[Diagnostic] {
        &self.0.issues
    }
    /// What the call ends with.
    pub fn exit(&self) -> Exit {
        self.0.exit
    }

    /// The document a failing call prints.
    pub fn document(&self) -> Vec<u8> {
        let mut text = serde_json::to_vec_pretty(&self.body()).unwrap_or_default();
        text.push(b'\n');
        text
    }

    /// The same on one line, without its end.
    pub fn document_line(&self) -> Vec<u8> {
        serde_json::to_vec(&self.body()).unwrap_or_default()
    }

    fn body(&self) -> Document<'_> {
        let Parts { code, message, issues, .. } = &*self.0;
        Document { error: Body { code, message, issues } }
    }

    /// Says it: the document on stdout, the message on stderr; returns the exit status.
    pub fn report(self) -> Exit {
        // Where stdout is a screen, the document itself shows the issues.
        let listed = self.0.answered || !stdout::is_terminal();
        say(&self.sentences(listed));
        if !self.0.answered {
            // A stdout that is gone cannot be told so; the exit status and stderr still say it.
            let _ = files::write_stdout(&self.document());
        }
        self.0.exit
    }

    fn sentences(&self, listed: bool) -> String {
        let mut text = format!("lotwise: {}\n", printable(&self.0.message));
        if listed {
            text.push_str(&issue_lines(&self.0.issues, SHOWN));
        }
        text
    }
}

/// Issues as text, errors first, at most `limit` of them.
pub fn issue_lines(issues: &[Diagnostic], limit: usize) -> String {
    let mut text = String::new();
    let mut sorted: Vec<&Diagnostic> = issues.iter().collect();
    sorted.sort_by_key(|issue| std::cmp::Reverse(issue.severity));
    for issue in sorted.iter().take(limit) {
        let severity = match issue.severity {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        let place = if issue.pointer.is_empty() { String::new() } else { format!(" at {}", issue.pointer) };
        let line = format!("{severity}[{}]{place}: {}", issue.code, issue.message);
        let _ = writeln!(text, "  {}", printable(&line));
        if !issue.remedy.is_empty() {
            let _ = writeln!(text, "      {}", printable(&issue.remedy));
        }
    }
    if issues.len() > limit {
        let _ = writeln!(text, "  … and {} more", issues.len() - limit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use lotwise::diagnostic::codes;

    #[test]
    fn the_document_has_the_shape_of_the_contract() {
        let issue = Diagnostic::error(codes::MISSING_FIELD, "/orders/0", "`id` is missing.", "Add it.");
        let failure = Failure::bad_file("day.json", vec![issue]);
        let document: serde_json::Value = serde_json::from_slice(&failure.document()).unwrap();
        assert_eq!(document["error"]["code"], "bad-input");
        assert_eq!(document["error"]["message"], "day.json has 1 error.");
        let shown = &document["error"]["issues"][0];
        let fields: Vec<_> = shown.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, ["code", "message", "pointer", "remedy", "severity"]);
    }

    #[test]
    fn long_lists_are_cut_and_say_so_and_errors_come_first() {
        let note = |index: usize| {
            Diagnostic::error(codes::BAD_VALUE, format!("/{index}"), "x", "").with_severity(Severity::Note)
        };
        let mut issues: Vec<_> = (0..30).map(note).collect();
        issues.push(Diagnostic::error(codes::SYNTAX, "", "Not JSON.", "Mend it."));
        let text = issue_lines(&issues, 5);
        assert!(text.starts_with("  error[syntax]: Not JSON.\n      Mend it.\n"), "{text}");
        assert!(text.ends_with("  … and 26 more\n"), "{text}");
    }

    #[test]
    fn a_hostile_name_cannot_steer_the_terminal() {
        let failure = Failure::usage("no line \u{1b}[2Jevil");
        assert!(!failure.sentences(false).contains('\u{1b}'));
    }
}
