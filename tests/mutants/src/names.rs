//! The list of changes.

use crate::kept::{read_or_default, write};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

/// A place of a source: line and column from 1, in characters.
#[derive(Deserialize, Clone, Copy)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

/// From a place to before another.
#[derive(Deserialize, Clone, Copy)]
pub struct Span {
    pub start: Place,
    pub end: Place,
}

/// A change, as cargo-mutants lists it.
#[derive(Deserialize)]
pub struct Mutant {
    pub file: String,
    pub genre: String,
    pub name: String,
    pub replacement: String,
    pub span: Span,
}

/// Changes by their number, which is their place in the list, from 1.
pub type Mutants = BTreeMap<u32, Mutant>;

/// Reads the list.
pub fn read(path: &Path) -> Result<Mutants, Box<dyn Error>> {
    let list: Vec<Mutant> = serde_json::from_slice(&fs::read(path)?)?;
    Ok((1..).zip(list).collect())
}

/// What an earlier call left goes by numbers, but for outcomes, which go by names: with another list it is forgotten.
pub fn forget_other_lists(work: &Path, mutants: &Mutants) -> Result<(), Box<dyn Error>> {
    let path = work.join("names.json");
    let names: Vec<&str> = mutants.values().map(|mutant| mutant.name.as_str()).collect();
    let before: Vec<String> = read_or_default(&path)?;
    if before != names {
        for file in ["left_out.json", "tests.json"].map(|name| work.join(name)).iter().filter(|file| file.exists()) {
            fs::remove_file(file)?;
        }
        write(&path, &names)?;
    }
    Ok(())
}
