//! What the rest of a line's plan saves at most, by time and setup class: what makes labels die early.
//!
//! Backward over a grid of working seconds, times rounded down to the grid and lots forgotten as soon as they are
//! made, but for the one made last. Starting earlier never costs more, so every value is a lower bound.

use super::duals::Duals;
use super::line::Line;
use super::shop::{Lots, Shop};

/// "No lot."
const NO_LOT: u8 = u8::MAX;
/// Entries times lots of a table at most.
const MOST_WORK: usize = 12_000_000;
/// Grid points beyond which nothing is gained.
const ENOUGH_STEPS: i64 = 700;

/// The least cost to come, less the prices of the lots to come; at most 0, for a plan may end anywhere.
#[derive(Clone, Copy, Debug)]
struct Rest {
    least: i64,
    /// The lot by which it begins.
    first: u8,
    /// The least of those that begin otherwise.
    second: i64,
}

/// The table of one line.
pub(super) struct Completion {
    width: i64,
    steps: usize,
    rows: usize,
    rest: Vec<Rest>,
    /// What everything to come saves at most, where there is no table.
    flat: i64,
    /// No plan of the line ends later.
    pub horizon: i64,
}

impl Completion {
    /// The table of a line under some prices, its plans ending by the working second `limit`.
    pub fn new(shop: &Shop, line: &Line, duals: &Duals, limit: i64) -> Self {
        let horizon = latest_end(line).min(limit);
        let saved = |&lot: &usize| (line.modes[lot].cost - duals.prices[lot]).min(0);
        let flat = line.able.iter().map(saved).sum();
        let rows = line.classes + 1;
        let shortest = line.able.iter().map(|&lot| line.modes[lot].run).min().unwrap_or(1);
        // Within a step of the grid no run may begin and end, or the table would have to know itself.
        let mut table = Self { width: 1, steps: 0, rows, rest: Vec::new(), flat, horizon };
        let span = (horizon - line.free).max(0) + 1;
        let affordable = (MOST_WORK / (rows * line.able.len()).max(1)) as i64;
        let width = (span / ENOUGH_STEPS.min(affordable).max(1) + 1).min(shortest);
        if span / width > affordable.saturating_mul(4) {
            return table;
        }
        table.width = width;
        table.steps = (span / width + 1) as usize;
        table.rest = vec![Rest { least: 0, first: NO_LOT, second: 0 }; table.steps * rows];
        for step in (0..table.steps).rev() {
            let from = line.free + step as i64 * width;
            // Only before anything is made is the line in the state it is found in.
            for class in 0..if step == 0 { rows } else { rows - 1 } {
                table.rest[step * rows + class] = table.rest_from(shop, line, duals, from, class as u16);
            }
        }
        table
    }

    fn rest_from(&self, shop: &Shop, line: &Line, duals: &Duals, from: i64, class: u16) -> Rest {
        let mut rest = Rest { least: 0, first: NO_LOT, second: 0 };
        for &lot in &line.able {
            let Some((end, setup_cost)) = line.run(from, class, lot).filter(|&(end, _)| end <= self.horizon) else {
                continue;
            };
            let after = self.rest[self.position(line, end, line.modes[lot].class)];
            let after = if usize::from(after.first) == lot { after.second } else { after.least };
            let cost = setup_cost + duals.lot_cost(shop, line, lot, end) + after;
            if cost < rest.least {
                rest = Rest { least: cost, first: lot as u8, second: rest.least };
            } else if cost < rest.second {
                rest.second = cost;
            }
        }
        rest
    }

    /// Extensions tried to fill it.
    pub fn work(&self) -> u64 {
        self.rest.len() as u64
    }

    fn position(&self, line: &Line, time: i64, class: u16) -> usize {
        let step = (((time - line.free) / self.width) as usize).min(self.steps - 1);
        step * self.rows + usize::from(class)
    }

    /// A lower bound on what comes after a working second, without the given lots at its beginning.
    #[inline]
    pub fn least(&self, line: &Line, time: i64, class: u16, made: Lots) -> i64 {
        if self.rest.is_empty() {
            return self.flat;
        }
        let rest = &self.rest[self.position(line, time, class)];
        if rest.first != NO_LOT && made >> rest.first & 1 == 1 { rest.second } else { rest.least }
    }
}

/// No plan of a line that makes every lot once at most ends later, as long as it waits for nothing but releases.
pub(super) fn latest_end(line: &Line) -> i64 {
    let last = line.able.iter().map(|&lot| line.modes[lot].last).max().unwrap_or(line.free);
    if !line.is_rigid() {
        return last;
    }
    let longest_setup = |class: u16| {
        (0..=line.classes).map(|from| line.seconds[from * line.classes + usize::from(class)]).max().unwrap_or(0)
    };
    let work: i64 = line.able.iter().map(|&lot| line.modes[lot].run + longest_setup(line.modes[lot].class)).sum();
    let released = line.able.iter().map(|&lot| line.modes[lot].earliest).max().unwrap_or(0);
    last.min(line.free.max(released) + work)
}
