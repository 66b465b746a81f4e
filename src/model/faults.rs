//! Faults of a file as text: broken JSON, another version of the format.

use crate::diagnostic::{Diagnostic, codes};

/// What the JSON parser stopped at, as a diagnostic.
pub(crate) fn syntax_fault(fault: &serde_json::Error, pointer: String) -> Diagnostic {
    let what = fault.to_string();
    if what.starts_with("number out of range") {
        let (line, column) = (fault.line(), fault.column());
        return Diagnostic::error(
            codes::OUT_OF_RANGE,
            pointer,
            format!("The number at line {line} column {column} is too large to be read."),
            "Correct the number; what follows it in the file has not been looked at.",
        );
    }
    if what.starts_with("recursion limit exceeded") {
        return Diagnostic::error(
            codes::SYNTAX,
            pointer.chars().take(200).collect::<String>(),
            format!("The text nests deeper than 128 levels at line {} column {}.", fault.line(), fault.column()),
            "Write it with fewer levels.",
        );
    }
    Diagnostic::error(
        codes::SYNTAX,
        pointer,
        format!("The text is not JSON: {what}."),
        "Correct the text there; what follows it has not been looked at.",
    )
}

/// `format` names another version than the one that is read.
pub(crate) fn version_fault(found: &str, version: &str) -> Diagnostic {
    let remedy = format!("Write \"format\": \"{version}\", or read the file with the program it was made for.");
    Diagnostic::error(
        codes::FORMAT_VERSION,
        "/format",
        format!("{} is not \"{version}\", the format that is read here.", quoted(found)),
        remedy,
    )
}

/// `text` in quotes, shortened where it is long.
pub(crate) fn quoted(text: &str) -> String {
    if text.chars().count() <= 60 {
        format!("\"{text}\"")
    } else {
        format!("\"{}...\"", text.chars().take(57).collect::<String>())
    }
}
