//! From text to model: serde where the file is sound, a second pass that collects every fault where it is not.
//!
//! Serde stops at the first fault, which is right for the one reading that matters and wrong for a planner with
//! forty typing errors; so a file that serde refuses is read again by [`super::walk`] against the schema.

use super::instance::{FORMAT, Instance};
use super::{faults, shape, walk};
use crate::diagnostic::{Diagnostic, codes};
use serde::de::DeserializeOwned;

/// The largest file that is read: 512 MiB, about two million orders.
pub const MAXIMUM_FILE_BYTES: usize = 512 << 20;

/// Why a file could not be read: all of its faults.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{} faults in the file", .faults.len())]
pub struct ReadError {
    /// Every fault found, in the order of the file.
    pub faults: Vec<Diagnostic>,
}

impl From<Diagnostic> for ReadError {
    fn from(fault: Diagnostic) -> Self {
        Self { faults: vec![fault] }
    }
}

/// Reads an instance from JSON text, with or without a byte-order mark.
///
/// # Errors
/// Every fault of form at once; what the fields mean together is for `validate`. Faults inside one order carry its
/// id. At most a thousand are listed.
pub fn read_instance(text: &[u8]) -> Result<Instance, ReadError> {
    read_file(text, super::schema::instance_schema, FORMAT, |instance: &Instance| &instance.format)
}

/// Reads a file of type `T`, whose `schema` and `format` are given.
pub(crate) fn read_file<T: DeserializeOwned>(
    bytes: &[u8],
    schema: fn() -> schemars::Schema,
    version: &'static str,
    format_of: fn(&T) -> &String,
) -> Result<T, ReadError> {
    let text = decode(bytes)?;
    let fault = match serde_json::from_str::<T>(text) {
        Ok(value) if format_of(&value) == version => return Ok(value),
        Ok(value) => return Err(faults::version_fault(format_of(&value), version).into()),
        Err(fault) => fault,
    };
    let mut found = walk::walk(text, &shape::compile(&schema(), version));
    if found.is_empty() {
        // Serde refuses what the schema allows: a gap between the two. The file is refused all the same.
        found.push(Diagnostic::error(
            codes::BAD_VALUE,
            "",
            format!("The file cannot be read: {fault}."),
            "Correct the file at that place.",
        ));
    }
    Err(ReadError { faults: found })
}

/// The text of a file: UTF-8 less its byte-order mark.
fn decode(bytes: &[u8]) -> Result<&str, ReadError> {
    if bytes.len() > MAXIMUM_FILE_BYTES {
        return Err(Diagnostic::error(
            codes::FILE_TOO_LARGE,
            "",
            format!("The file has {} bytes; at most {MAXIMUM_FILE_BYTES} are read.", bytes.len()),
            "Split it, or make the program an instance through the library.",
        )
        .into());
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|fault| {
        let line = 1 + bytes[..fault.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        Diagnostic::error(
            codes::NOT_UTF8,
            "",
            format!("The text is not UTF-8 at byte {} (line {line}).", fault.valid_up_to()),
            "Save the file as UTF-8.",
        )
    })?;
    if text.trim_ascii().is_empty() {
        return Err(Diagnostic::error(codes::SYNTAX, "", "The file is empty.", "Write a JSON object into it.").into());
    }
    Ok(text)
}
