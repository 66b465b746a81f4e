//! Files that one call leaves and the next one reads.

use std::error::Error;
use std::fs;
use std::path::Path;

/// Reads what an earlier call left, or nothing.
pub fn read_or_default<T: Default + serde::de::DeserializeOwned>(path: &Path) -> Result<T, Box<dyn Error>> {
    if !path.exists() {
        return Ok(T::default());
    }
    Ok(serde_json::from_slice(&fs::read(path)?)?)
}

/// Writes a file whole or not at all.
pub fn write<T: serde::Serialize>(path: &Path, value: &T) -> Result<(), Box<dyn Error>> {
    let new = path.with_extension("new");
    fs::write(&new, serde_json::to_vec(value)?)?;
    Ok(fs::rename(new, path)?)
}
