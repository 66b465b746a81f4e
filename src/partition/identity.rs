//! Which part of which partition of which instance a plan is of: it stands in the part's name, which plans carry on.

use crate::model::Instance;
use std::io;

/// What a part's name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    /// The name of the whole.
    pub whole: String,
    /// From 1.
    pub number: usize,
    /// Of how many.
    pub parts: usize,
    /// Of the whole as it was partitioned.
    pub fingerprint: u64,
}

impl Identity {
    /// The name of the part.
    pub fn name(&self) -> String {
        format!("{} (part {} of {}, {:016x})", self.whole, self.number, self.parts, self.fingerprint)
    }

    /// What a name says; none where it is no part's.
    pub fn read(name: &str) -> Option<Self> {
        let (whole, rest) = name.rsplit_once(" (part ")?;
        let (number, rest) = rest.split_once(" of ")?;
        let (parts, fingerprint) = rest.strip_suffix(')')?.split_once(", ")?;
        Some(Self {
            whole: whole.to_string(),
            number: number.parse().ok()?,
            parts: parts.parse().ok()?,
            fingerprint: u64::from_str_radix(fingerprint, 16).ok()?,
        })
    }
}

/// What an instance without a name is called in its parts' names.
pub(super) fn name_of(instance: &Instance) -> &str {
    instance.name.as_deref().unwrap_or("instance")
}

/// A number that changes with anything an instance says: FNV-1a (Fowler, Noll and Vo) over its JSON. It guards against a
/// mix-up, not against an adversary.
///
/// # Errors
/// Where the instance cannot be written as JSON.
pub(super) fn fingerprint(instance: &Instance) -> Result<u64, serde_json::Error> {
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    serde_json::to_writer(&mut hash, instance)?;
    Ok(hash.0)
}

struct Fnv(u64);

impl io::Write for Fnv {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_it_was_made_of() {
        let whole = "plant (part 9 of 9, 00) (old)".to_string();
        let identity = Identity { whole, number: 3, parts: 12, fingerprint: 0xab };
        assert_eq!(Identity::read(&identity.name()), Some(identity));
        for other in ["plant", "plant (part 1 of 2)", "plant (part x of 2, 00)", "plant (part 1 of 2, 00) later"] {
            assert_eq!(Identity::read(other), None, "{other}");
        }
    }
}
