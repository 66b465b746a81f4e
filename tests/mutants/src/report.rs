//! Scores by room, and what no test noticed.

use crate::kept::read_or_default;
use crate::names::Mutants;
use crate::trial::{Outcome, Outcomes};
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

#[derive(Default)]
struct Score {
    not_built: usize,
    noticed: usize,
    hang: usize,
    unreached: usize,
    missed: usize,
    beyond: usize,
}

impl Score {
    fn count(&mut self, outcome: &Outcome) {
        let which = match outcome {
            Outcome::NotBuilt => &mut self.not_built,
            Outcome::Noticed(_) => &mut self.noticed,
            Outcome::Hangs(_) => &mut self.hang,
            Outcome::Unreached => &mut self.unreached,
            Outcome::Missed { left: 0, .. } => &mut self.missed,
            Outcome::Missed { .. } => &mut self.beyond,
        };
        *which += 1;
    }
}

/// Prints both.
pub fn print(work: &Path, mutants: &Mutants) -> Result<(), Box<dyn Error>> {
    let outcomes: Outcomes = read_or_default(&work.join("results.json"))?;
    let mut rooms: BTreeMap<&str, Score> = BTreeMap::new();
    let mut out = String::new();
    let tried = || mutants.values().filter_map(|mutant| Some((mutant, outcomes.get(&mutant.name)?)));
    for (mutant, outcome) in tried() {
        let room = mutant.file.split('/').nth(1).unwrap_or(&mutant.file);
        rooms.entry(room).or_default().count(outcome);
        rooms.entry("all").or_default().count(outcome);
    }
    writeln!(
        out,
        "| room | not built | noticed | hang | no test fails | beyond the budget | no test comes by | noticed or hang |"
    )?;
    writeln!(out, "|---|---:|---:|---:|---:|---:|---:|---:|")?;
    for (room, score) in &rooms {
        let Score { not_built, noticed, hang, unreached, missed, beyond } = score;
        let all = noticed + hang + unreached + missed + beyond;
        let share = 100 * (noticed + hang) / all.max(1);
        writeln!(
            out,
            "| {room} | {not_built} | {noticed} | {hang} | {missed} | {beyond} | {unreached} | {share} % of {all} |"
        )?;
    }
    writeln!(out, "\n{} of {} have not been tried.\n", mutants.len() - tried().count(), mutants.len())?;
    for (mutant, outcome) in tried() {
        match outcome {
            Outcome::Unreached => writeln!(out, "{}: no test comes by", mutant.name)?,
            Outcome::Missed { tried, left } => writeln!(out, "{}: {tried} tests pass, {left} not run", mutant.name)?,
            _ => {}
        }
    }
    // Who reads only the beginning has read enough.
    let _ = std::io::stdout().write_all(out.as_bytes());
    Ok(())
}
