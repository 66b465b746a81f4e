//! Which lots would stand well behind which: granular neighbourhoods (Toth and Vigo 2003) for lots on lines.

use crate::schedule::incremental::{Ground, LotId, NEVER, UNDIVIDED};
use rayon::prelude::*;

/// For each lot, the lots it would follow best, nearest first. Of an item with several forms the first lot of the first
/// form is named for whichever stands, and all its lots have the same neighbours.
#[derive(Clone, Debug)]
pub(crate) struct Neighbours {
    width: usize,
    lists: Vec<LotId>,
    lengths: Vec<u16>,
    /// As [`Ground::eligible`], the line on which a lot runs fastest first.
    lines_by_run: Vec<u16>,
}

/// How many neighbours a lot has.
const WIDTH: usize = 24;
/// Above this many lots, only so many candidates by due date are looked at for each.
const CANDIDATES: usize = 400;

impl Neighbours {
    /// Measures who is near whom: changeover time between the two, and how far their due dates are apart.
    pub fn new(ground: &Ground) -> Self {
        let heads: Vec<LotId> = (0..ground.lots.len() as LotId).filter(|&lot| head(ground, lot) == lot).collect();
        let count = heads.len();
        let width = WIDTH.min(count.saturating_sub(1));
        let due = |lot: LotId| {
            let order = ground.order(lot);
            (order.due + order.lateness.most.min(0)).min(ground.start + (1 << 40))
        };
        let mut by_due = heads.clone();
        by_due.sort_by_key(|&lot| (due(lot), lot));
        let mut rank = vec![0; ground.lots.len()];
        for (place, &lot) in by_due.iter().enumerate() {
            rank[lot as usize] = place;
        }
        let scale = Scale::new(ground);
        let lists: Vec<Vec<LotId>> = heads
            .par_iter()
            .map(|&lot| {
                let centre = rank[lot as usize];
                let from = centre.saturating_sub(CANDIDATES / 2);
                let near = &by_due[from..(from + CANDIDATES).min(count)];
                let mut scored: Vec<(i64, LotId)> = near
                    .iter()
                    .filter(|&&other| other != lot)
                    .filter_map(|&other| {
                        let setup = changeover(ground, other, lot)?;
                        let apart = (due(lot) - due(other)).abs();
                        Some((setup.saturating_mul(scale.setup) + apart / scale.due, other))
                    })
                    .collect();
                scored.sort_unstable();
                scored.into_iter().take(width).map(|(_, other)| other).collect()
            })
            .collect();
        let lots = ground.lots.len();
        let (mut flat, mut lengths, mut row) = (vec![0; lots * width], vec![0; lots], vec![0; lots]);
        for (number, &lot) in heads.iter().enumerate() {
            row[lot as usize] = number;
        }
        for lot in 0..lots {
            let list = &lists[row[head(ground, lot as LotId) as usize]];
            lengths[lot] = list.len() as u16;
            flat[lot * width..lot * width + list.len()].copy_from_slice(list);
        }
        let mut lines_by_run = ground.eligible.clone();
        for lot in 0..lots as LotId {
            let (from, to) = ground.lots[lot as usize].eligible;
            let run = |&line: &u16| (ground.mode(lot, usize::from(line)).run, line);
            lines_by_run[from as usize..to as usize].sort_unstable_by_key(run);
        }
        Self { width, lists: flat, lengths, lines_by_run }
    }

    /// The lines that can run a lot, the one on which it runs fastest first.
    pub fn lines_by_run(&self, ground: &Ground, lot: LotId) -> &[u16] {
        let (from, to) = ground.lots[lot as usize].eligible;
        &self.lines_by_run[from as usize..to as usize]
    }

    /// The lots that a lot would follow best.
    pub fn of(&self, lot: LotId) -> &[LotId] {
        let from = lot as usize * self.width;
        &self.lists[from..from + self.lengths[lot as usize] as usize]
    }
}

/// The lot that is named for a lot as a neighbour.
fn head(ground: &Ground, lot: LotId) -> LotId {
    match ground.lots[lot as usize].divided {
        UNDIVIDED => lot,
        divided => ground.divided[divided as usize].forms[0][0],
    }
}

/// How due dates and changeovers are weighed: a mean changeover counts as much as a tenth of the spread of due dates.
struct Scale {
    setup: i64,
    due: i64,
}

impl Scale {
    fn new(ground: &Ground) -> Self {
        let dues = || ground.orders.iter().map(|order| order.due).filter(|&due| due < NEVER);
        let spread = dues().max().unwrap_or(0) - dues().min().unwrap_or(0);
        let seconds: Vec<i64> =
            ground.tables.iter().flat_map(|table| table.seconds.iter().map(|&seconds| i64::from(seconds))).collect();
        let mean = seconds.iter().sum::<i64>() / (seconds.len() as i64).max(1);
        if mean == 0 {
            return Self { setup: 0, due: 1 };
        }
        // Both in units of a mean changeover divided by 16.
        Self { setup: 16, due: (spread / (mean * 160).max(1)).max(1) }
    }
}

/// The least changeover time from one lot to another on any line that can run both; none where there is no such line.
fn changeover(ground: &Ground, from: LotId, to: LotId) -> Option<i64> {
    ground
        .eligible(to)
        .iter()
        .map(|&line| usize::from(line))
        .filter(|&line| ground.mode(from, line).exists())
        .map(|line| match ground.lines[line].table {
            Some(table) => {
                let table = &ground.tables[table];
                let (from, to) = (ground.mode(from, line).class as usize, ground.mode(to, line).class as usize);
                i64::from(table.seconds[from * table.classes + to])
            }
            None => 0,
        })
        .min()
}
