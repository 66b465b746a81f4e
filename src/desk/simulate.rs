//! What would happen to a plan on lines that are slower than planned, or break down: actuals that nobody reported.
//!
//! For trying out what replanning makes of bad days. Sequences are kept; whatever comes late pushes what is behind it.

use super::actuals::{ActualOperation, Actuals, Down, Unreported};
use super::facts::{Setting, check_instant, close_down, happenings, without_plan};
use super::standing::sound_part;
use super::{DeskError, actuals};
use crate::model::{Instance, Instant};
use crate::solution::Solution;
use rustc_hash::FxHashMap;

/// How a day really goes.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    /// Lines that are slower or faster than their rates: name, and the real speed in hundredths of the planned.
    pub pace: Vec<(String, u32)>,
    /// When lines are down.
    pub down: Vec<Down>,
}

/// Carries a plan out until an instant, and reports on it as a shop floor would: every operation that has begun.
///
/// # Errors
/// As [`super::facts_of`].
pub fn simulate(
    instance: &Instance,
    solution: &Solution,
    at: Instant,
    conditions: &Conditions,
) -> Result<Actuals, DeskError> {
    check_instant(instance, at)?;
    let broken = Actuals { down: conditions.down.clone(), ..Actuals::default() };
    actuals::check(&broken, instance, solution, at)?;
    let mut real = instance.clone();
    for down in &conditions.down {
        if let Some(line) = real.lines.iter().position(|line| line.id == down.line) {
            close_down(&mut real, line, down, at);
        }
    }
    let (real, _) = sound_part(&without_plan(&real))?;
    let pace: FxHashMap<&str, u32> = conditions.pace.iter().map(|(line, pace)| (line.as_str(), *pace)).collect();
    let pace: Vec<u32> = real.lines.iter().map(|line| pace.get(line.id.as_str()).copied().unwrap_or(100)).collect();
    let setting = Setting { at: at.seconds, frozen_until: at.seconds, actuals: &broken, previous: None, pace: &pace };
    let happened = happenings(&real, solution, &setting);
    let as_written = |seconds| Instant { seconds, ..at };
    let begun = happened.iter().filter(|happening| happening.start < at.seconds);
    let operations = begun.map(|happening| {
        let lot = &solution.lots[happening.lot];
        let ended = happening.end <= at.seconds;
        // Of a run that goes on, the share of its time that has passed.
        let (passed, whole) = ((at.seconds - happening.start).0, (happening.end - happening.start).0.max(1));
        let pieces = (lot.quantity.saturating_mul(passed) / whole).min(lot.quantity - 1);
        ActualOperation {
            order: lot.order.clone(),
            item: lot.item.clone(),
            lot: lot.lot,
            operation: lot.operations[happening.operation].operation.clone(),
            line: Some(real.lines[happening.line].id.clone()),
            start: as_written(happening.start),
            end: ended.then(|| as_written(happening.end)),
            pieces: (!ended).then_some(pieces),
            meta: None,
        }
    });
    let operations = operations.collect();
    let still_down = conditions.down.iter().filter(|down| down.to > at).cloned().collect();
    Ok(Actuals { operations, down: still_down, unreported: Unreported::NotBegun, ..Actuals::default() })
}
