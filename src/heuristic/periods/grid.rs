//! Rows of periods with what stands in each, and the price of changing a stretch of them.

use crate::plan::Plan;
use crate::schedule::Schedule;
use crate::schedule::network::{Network, OpId};
use crate::units::Id;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Nothing stands in a period.
pub(super) const IDLE: u32 = u32::MAX;
/// What a lot costs where it cannot stand: so much more than plans cost that no search stays there.
const FORBIDDEN: i64 = 1 << 44;
/// Entries of the table of costs, at most: 64 MB.
const MOST_COSTS: usize = 8_000_000;

/// A row: what does not change.
#[derive(Debug)]
struct Row {
    line: u32,
    periods: usize,
    /// Lots by kind, in the order in which they are due.
    kinds: Vec<Vec<u32>>,
    /// A lot's place among its kind.
    rank: Vec<u32>,
    /// The operation of each lot.
    operations: Vec<OpId>,
    /// Of each lot in each period.
    costs: Vec<i64>,
    /// Between kinds, and from the line's first state: the last row.
    seams: Vec<i64>,
}

/// A row with what stands in it.
#[derive(Clone, Debug)]
struct Standing {
    row: Arc<Row>,
    /// Kind and lot of each period.
    kinds: Vec<u32>,
    lots: Vec<u32>,
    /// Where each lot stands.
    period_of: Vec<u32>,
}

/// All rows, and room for a change.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    rows: Vec<Standing>,
    /// Lines there are, those without a row included.
    lines: usize,
    cost: i64,
    /// What a stretch is to hold: kinds, then lots.
    change: Change,
    /// The next lot of each kind to be given out, valid where `seen` says so.
    next: Vec<u32>,
    seen: Vec<u64>,
    tick: u64,
}

/// What a stretch of a row is to hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Change {
    pub row: usize,
    pub from: usize,
    pub kinds: Vec<u32>,
    lots: Vec<u32>,
    delta: i64,
}

/// What makes lots alike: class, costs per day and once, release.
type Likeness = (u32, i64, i64, i64, i64);

impl Grid {
    /// The rows of a plan; none where their tables would be too large.
    pub fn new(network: &Network<'_>, start: &Plan, schedule: &Schedule) -> Option<Self> {
        let mut rows = Vec::new();
        let mut costs = 0;
        for (line, sequence) in start.sequences.enumerate().filter(|(_, sequence)| !sequence.is_empty()) {
            let operations: Vec<OpId> = sequence.iter().map(|operation| operation.0).collect();
            let ends = periods(network, line.0, &operations)?;
            costs += operations.len() * ends.len();
            if costs > MOST_COSTS {
                return None;
            }
            let row = Row::new(network, line.0, operations, &ends);
            rows.push(Standing::new(row, &ends, schedule));
        }
        let most = rows.iter().map(|row| row.row.kinds.len()).max()?;
        let (next, seen) = (vec![0; most], vec![0; most]);
        let mut grid =
            Self { rows, lines: network.lines.len(), cost: 0, change: Change::default(), next, seen, tick: 0 };
        grid.cost = (0..grid.rows.len()).map(|row| grid.rows[row].cost()).sum();
        Some(grid)
    }

    /// What all lots and changeovers cost.
    pub fn cost(&self) -> i64 {
        self.cost
    }

    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Kinds of a row's periods.
    pub fn kinds(&self, row: usize) -> &[u32] {
        &self.rows[row].kinds
    }

    /// Where the lots of a kind stand: any of them by number.
    pub fn period_of_kind(&self, row: usize, kind: u32, number: usize) -> usize {
        let standing = &self.rows[row];
        standing.period_of[standing.row.kinds[kind as usize][number] as usize] as usize
    }

    /// How many lots a kind has.
    pub fn lots_of_kind(&self, row: usize, kind: u32) -> usize {
        self.rows[row].row.kinds[kind as usize].len()
    }

    /// What each line runs, as sequences of operations.
    pub fn sequences(&self) -> Vec<Vec<OpId>> {
        let mut sequences = vec![Vec::new(); self.lines];
        for standing in &self.rows {
            let lots = standing.lots.iter().filter(|&&lot| lot != IDLE);
            sequences[standing.row.line as usize] = lots.map(|&lot| standing.row.operations[lot as usize]).collect();
        }
        sequences
    }

    /// Room to write down what a stretch is to hold: the kinds that stand in it, in another order.
    pub fn begin(&mut self, row: usize, from: usize) -> &mut Vec<u32> {
        self.change.row = row;
        self.change.from = from;
        self.change.kinds.clear();
        &mut self.change.kinds
    }

    /// The kinds of a row and room for a change at once.
    pub fn begin_with(&mut self, row: usize, from: usize) -> (&[u32], &mut Vec<u32>) {
        self.begin(row, from);
        (&self.rows[row].kinds, &mut self.change.kinds)
    }

    /// What the change would cost more.
    pub fn price(&mut self) -> i64 {
        let change = &mut self.change;
        let standing = &self.rows[change.row];
        let row = &*standing.row;
        self.tick += 1;
        let (from, past) = (change.from, change.from + change.kinds.len());
        let before = standing.kinds[..from].iter().rev().find(|&&kind| kind != IDLE);
        let before = before.map_or(row.kinds.len(), |&kind| kind as usize);
        let mut delta = 0;
        let mut last = before;
        for period in from..past {
            let (kind, lot) = (standing.kinds[period], standing.lots[period]);
            if kind == IDLE {
                continue;
            }
            delta -= row.costs[lot as usize * row.periods + period] + row.seam(last, kind as usize);
            last = kind as usize;
            if self.seen[kind as usize] != self.tick {
                self.seen[kind as usize] = self.tick;
                self.next[kind as usize] = row.rank[lot as usize];
            }
        }
        let after = standing.kinds[past..].iter().find(|&&kind| kind != IDLE).map(|&kind| kind as usize);
        delta -= after.map_or(0, |after| row.seam(last, after));
        last = before;
        change.lots.clear();
        for (offset, &kind) in change.kinds.iter().enumerate() {
            if kind == IDLE {
                change.lots.push(IDLE);
                continue;
            }
            let rank = self.next[kind as usize];
            self.next[kind as usize] = rank + 1;
            let lot = row.kinds[kind as usize][rank as usize];
            change.lots.push(lot);
            delta += row.costs[lot as usize * row.periods + from + offset] + row.seam(last, kind as usize);
            last = kind as usize;
        }
        delta += after.map_or(0, |after| row.seam(last, after));
        change.delta = delta;
        delta
    }

    /// Makes the change that was priced last.
    pub fn apply(&mut self) {
        let change = &self.change;
        let standing = &mut self.rows[change.row];
        for (offset, (&kind, &lot)) in change.kinds.iter().zip(&change.lots).enumerate() {
            let period = change.from + offset;
            (standing.kinds[period], standing.lots[period]) = (kind, lot);
            if lot != IDLE {
                standing.period_of[lot as usize] = period as u32;
            }
        }
        self.cost += change.delta;
        debug_assert_eq!(self.cost, self.rows.iter().map(Standing::cost).sum::<i64>(), "the price of a change");
    }
}

/// The ends of a line's periods: as many as its lots could need.
fn periods(network: &Network<'_>, line: u32, operations: &[OpId]) -> Option<Vec<i64>> {
    let facts = &network.lines[line as usize];
    let run = network.modes_of(*operations.first()?)[0].run;
    let latest = |&operation: &OpId| {
        let facts = &network.operations[operation as usize];
        let order = &network.orders[facts.order as usize];
        let due = if order.due < network.end { order.due } else { network.start };
        due.max(facts.release)
    };
    let latest = operations.iter().map(latest).max()?;
    let mut ends = Vec::new();
    let (mut free, mut after) = (facts.available_from, 0);
    // Past the last due date there is room for all that are late.
    while after < operations.len() && ends.len() * operations.len() <= MOST_COSTS {
        let Some((_, end)) = facts.open.next(free, 0, free, run) else { break };
        ends.push(end);
        after += usize::from(end > latest);
        free = end;
    }
    (ends.len() >= operations.len()).then_some(ends)
}

impl Row {
    fn new(network: &Network<'_>, line: u32, operations: Vec<OpId>, ends: &[i64]) -> Arc<Self> {
        let facts = &network.lines[line as usize];
        let order_of = |operation: OpId| &network.orders[network.operations[operation as usize].order as usize];
        let mut known: FxHashMap<Likeness, usize> = FxHashMap::default();
        let mut kinds: Vec<Vec<u32>> = Vec::new();
        let mut classes = Vec::new();
        for (lot, &operation) in operations.iter().enumerate() {
            let (order, mode) = (order_of(operation), &network.modes_of(operation)[0]);
            let release = network.operations[operation as usize].release;
            let costs = (order.late_cost_per_day, order.late_cost_once, order.holding_cost_per_day);
            let kind = *known.entry((mode.class, costs.0, costs.1, costs.2, release)).or_insert_with(|| {
                kinds.push(Vec::new());
                classes.push(mode.class);
                kinds.len() - 1
            });
            kinds[kind].push(lot as u32);
        }
        let mut rank = vec![0; operations.len()];
        for lots in &mut kinds {
            lots.sort_by_key(|&lot| {
                let operation = operations[lot as usize];
                let (order, journey) = (order_of(operation), network.modes_of(operation)[0].journey);
                (order.due.min(order.deadline) - journey, lot)
            });
            for (place, &lot) in lots.iter().enumerate() {
                rank[lot as usize] = place as u32;
            }
        }
        let mut costs = Vec::with_capacity(operations.len() * ends.len());
        for &operation in &operations {
            costs.extend(ends.iter().map(|&end| cost_of(network, operation, end)));
        }
        let firsts = classes.iter().copied().chain([facts.initial_class]);
        let seams = firsts.flat_map(|from| classes.iter().map(move |&to| network.setup_cost(facts, from, to)));
        let seams = seams.collect();
        Arc::new(Self { line, periods: ends.len(), kinds, rank, operations, costs, seams })
    }

    #[inline]
    fn seam(&self, from: usize, to: usize) -> i64 {
        self.seams[from * self.kinds.len() + to]
    }
}

/// What a lot costs that ends then.
fn cost_of(network: &Network<'_>, operation: OpId, end: i64) -> i64 {
    let facts = &network.operations[operation as usize];
    let order = &network.orders[facts.order as usize];
    let mode = &network.modes_of(operation)[0];
    let delivery = end + mode.journey;
    let latest = network.lines[mode.line as usize].open.latest(end, mode.run);
    if delivery > order.deadline || latest.is_none_or(|(start, _)| start < facts.release) {
        return FORBIDDEN;
    }
    order.late_cost(delivery) + order.holding_cost(delivery)
}

impl Standing {
    /// A row as the schedule has it: from the last lot backwards each in the last free period that ends no later than it does.
    fn new(row: Arc<Row>, ends: &[i64], schedule: &Schedule) -> Self {
        let count = row.operations.len();
        let mut kind_of = vec![0; count];
        for (kind, lots) in row.kinds.iter().enumerate() {
            for &lot in lots {
                kind_of[lot as usize] = kind as u32;
            }
        }
        let mut standing = Self {
            kinds: vec![IDLE; row.periods],
            lots: vec![IDLE; row.periods],
            period_of: vec![0; count],
            row: row.clone(),
        };
        // Lots are numbered as the plan has them.
        let mut past = row.periods;
        for lot in (0..count).rev() {
            let end = schedule.operations[Id::at(row.operations[lot] as usize)].end.0;
            let fits = ends[..past].partition_point(|&other| other <= end);
            let period = fits.max(lot + 1) - 1;
            standing.kinds[period] = kind_of[lot];
            past = period;
        }
        let mut given = vec![0; row.kinds.len()];
        for period in 0..row.periods {
            let kind = standing.kinds[period];
            if kind != IDLE {
                let lot = row.kinds[kind as usize][given[kind as usize]];
                given[kind as usize] += 1;
                standing.lots[period] = lot;
                standing.period_of[lot as usize] = period as u32;
            }
        }
        standing
    }

    /// What it costs, from scratch.
    fn cost(&self) -> i64 {
        let row = &*self.row;
        let (mut cost, mut last) = (0, row.kinds.len());
        for (period, (&kind, &lot)) in
            self.kinds.iter().zip(&self.lots).enumerate().filter(|(_, (kind, _))| **kind != IDLE)
        {
            cost += row.costs[lot as usize * row.periods + period] + row.seam(last, kind as usize);
            last = kind as usize;
        }
        cost
    }
}
