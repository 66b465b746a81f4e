//! A fault in somebody's data: what it is called, where it stands, what it means and what to do about it.
//!
//! Bad data is never an exception here: a reader, `validate` and `verify` return every fault at once as a list of
//! these. The codes are stable names that scripts may match on; `docs/errors.md` lists them all.

use schemars::JsonSchema;
use serde::Serialize;
use std::fmt;

/// How much a fault matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing wrong, but worth knowing: a default that decides money.
    Note,
    /// Probably not what was meant; the file is used as it stands.
    Warning,
    /// The file cannot be used (or, with `order` set, that order cannot).
    Error,
}

/// One fault: a stable code, where it stands, one sentence, and a remedy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Diagnostic {
    /// Stable name, e.g. `unknown-line`; one of [`codes::ALL`].
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// JSON pointer (RFC 6901) into the file; empty for the file as a whole. For a table, `/line/17`.
    pub pointer: String,
    /// One sentence that says what is wrong, with the values concerned.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
    /// The id of the one order this concerns, where it concerns nothing else: such an order can be set aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
}

impl Diagnostic {
    /// An error at `pointer`.
    pub fn error(
        code: &'static str,
        pointer: impl Into<String>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        debug_assert!(codes::ALL.iter().any(|(known, _)| *known == code), "unregistered code {code}");
        Self {
            code,
            severity: Severity::Error,
            pointer: pointer.into(),
            message: message.into(),
            remedy: remedy.into(),
            order: None,
        }
    }

    /// The same with another severity.
    #[must_use]
    pub fn with_severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Marks the fault as concerning one order alone.
    #[must_use]
    pub fn for_order(mut self, order: impl Into<String>) -> Self {
        self.order = Some(order.into());
        self
    }

    /// Whether it forbids using the file as it stands.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(out, "{severity}[{}] {}: {} {}", self.code, self.pointer, self.message, self.remedy)
    }
}

/// Appends one reference token to a JSON pointer, escaped as RFC 6901 asks.
pub fn join_pointer(base: &str, token: impl fmt::Display) -> String {
    let token = token.to_string();
    if token.contains(['~', '/']) {
        format!("{base}/{}", token.replace('~', "~0").replace('/', "~1"))
    } else {
        format!("{base}/{token}")
    }
}

/// The known name nearest to `wanted`, where one is near enough to be a slip of the pen.
///
/// Uses the Damerau-Levenshtein distance; the threshold grows with the length of the name.
pub fn did_you_mean<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = 1 + wanted.chars().count() / 4;
    known
        .into_iter()
        .filter(|name| name.len().abs_diff(wanted.len()) <= limit * 4)
        .map(|name| {
            let distance =
                if name.eq_ignore_ascii_case(wanted) { 0 } else { strsim::damerau_levenshtein(wanted, name) };
            (distance, name)
        })
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Every code there is, with the sentence `docs/errors.md` opens with.
pub mod codes {
    macro_rules! codes {
        ($($name:ident = $code:literal, $summary:literal;)*) => {
            $(#[doc = $summary] pub const $name: &str = $code;)*
            /// Every code with its summary, in the order of the documentation.
            pub const ALL: &[(&str, &str)] = &[$(($code, $summary)),*];
        };
    }
    codes! {
        // The file as text.
        SYNTAX = "syntax", "The text is not JSON (or nests deeper than 128 levels).";
        FILE_TOO_LARGE = "file-too-large", "The file is larger than the reader accepts.";
        FORMAT_VERSION = "format-version", "`format` names a version this program does not read.";
        UNKNOWN_FIELD = "unknown-field", "An object has a field the format does not know.";
        DUPLICATE_KEY = "duplicate-key", "An object names the same key twice.";
        MISSING_FIELD = "missing-field", "A required field is absent.";
        WRONG_TYPE = "wrong-type", "A value has the wrong JSON type.";
        BAD_VALUE = "bad-value", "A value cannot be read as what the field asks for (instant, duration, decimal, choice).";
        NEGATIVE_NUMBER = "negative-number", "A number that must not be negative is.";
        TOO_PRECISE = "too-precise", "A decimal has more places or digits than the format keeps.";
        OUT_OF_RANGE = "out-of-range", "A number, instant or duration is outside the range the program computes with.";
        // The parameters of a generator.
        UNKNOWN_GENERATOR = "unknown-generator", "There is no generator of that name.";
        UNKNOWN_PARAMETER = "unknown-parameter", "The generator has no parameter of that name.";
        BAD_PARAMETER = "bad-parameter", "The value of a generator's parameter is not of its kind, out of its range, or given twice.";
    }
}
