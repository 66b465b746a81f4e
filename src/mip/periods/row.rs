//! A row of periods: what each lot costs at least in each, and what changeovers cost, as data of its own that may change threads.

use super::slots::{Slot, clock, slots, start_of};
use crate::mip::{gcd, rounded_up};
use crate::plan::{Plan, lots_of_item};
use crate::problem::{ItemIdx, LineIdx, Problem};
use crate::schedule::network::{Network, OpId};
use crate::units::{Id, Money};
use crate::working_time::WorkingTime;

/// A lot cannot be made in a period, or a state cannot be reached: more than any plan costs, prices included.
pub(super) const NEVER: i64 = 1 << 61;
/// Due dates are before.
const NO_DUE_DATE: i64 = 1 << 59;
/// Costs at most: with [`super::slots::MOST_PERIODS`] of them, and as many prices, nothing overflows.
const LARGEST: i64 = 1 << 40;
/// Entries of a row's table at most: 32 MB.
const MOST_COSTS: usize = 4_000_000;
/// Orders at most.
const MOST_ORDERS: usize = 20_000;
/// Kinds of a row at most: a changeover is looked up for every two of them in every period.
const MOST_KINDS: usize = 250;
/// Lots of a kind at most.
const MOST_LOTS: usize = 1 << 12;

/// The rows of a plant.
pub(super) struct Plant {
    /// What every plan costs besides: production and deliveries.
    pub base: i64,
    pub rows: Vec<Row>,
}

/// A line's periods, of which each is idle or holds one lot.
pub(super) struct Row {
    pub line: LineIdx,
    pub periods: usize,
    pub kinds: Vec<Kind>,
    /// Changeover costs: into each kind (row by row) from each kind and, last, from the line's first state.
    pub seams: Vec<i64>,
    /// What costs differ by is a multiple of this.
    pub step: i64,
}

/// Lots of one class that some best plan makes in this order: two that are not could change places and cost no more.
pub(super) struct Kind {
    pub items: Vec<ItemIdx>,
    /// Least cost of each lot (row by row) in each period, [`NEVER`] where it cannot be made.
    costs: Vec<i64>,
    periods: usize,
    /// By period: lots that must have been made before it, and that can have been.
    pub must: Vec<usize>,
    pub can: Vec<usize>,
}

impl Plant {
    /// The rows of a plant; none where it has none, or a bound on them would be none on its plans, or they are too large.
    pub fn new(problem: &Problem, plan: &Plan) -> Option<Self> {
        let whole = |item: ItemIdx| lots_of_item(problem, item, 2).len() == 1;
        // What can be seen without a network first: on large plants one takes its time.
        let plain = problem.orders.len() <= MOST_ORDERS
            && problem.orders.iter().any(|order| order.holding_cost_per_day > Money::ZERO)
            && problem.lines.iter().all(|line| line.facts.is_empty())
            && problem.orders.iter().all(|order| order.reject_cost.is_none() && order.items().all(whole));
        let network = plain.then(|| Network::new(problem, plan)).filter(Network::is_rows_of_periods)?;
        let (mut base, mut rows) = (0i64, Vec::new());
        for line in problem.lines.ids() {
            let on_line = |&operation: &OpId| network.modes_of(operation)[0].line == line.0;
            let operations: Vec<OpId> = (0..network.operations.len() as OpId).filter(on_line).collect();
            for &operation in &operations {
                base = base.checked_add(network.modes_of(operation)[0].cost)?;
            }
            if !operations.is_empty() {
                rows.push(Row::new(&network, line, &operations)?);
            }
        }
        (base.abs() < 1 << 58).then_some(Self { base, rows })
    }
}

/// A lot as the row is made: its class, its item, its costs by period and the first and last of them that are possible.
struct Lot {
    class: u32,
    item: ItemIdx,
    costs: Vec<i64>,
    first: usize,
    last: usize,
}

impl Row {
    fn new(network: &Network<'_>, line: LineIdx, operations: &[OpId]) -> Option<Self> {
        let facts = &network.problem.lines[line];
        let open: WorkingTime = network.problem.open_time(facts, []);
        let clock = clock(&open, facts.pausable);
        let run = network.modes_of(operations[0])[0].run;
        let order_of = |operation: OpId| &network.orders[network.operations[operation as usize].order as usize];
        let due = |&operation: &OpId| {
            let order = order_of(operation);
            let journey = network.modes_of(operation)[0].journey;
            // Without a due date nothing is ever late or early.
            if order.due < NO_DUE_DATE { order.due - journey } else { i64::MIN }
        };
        let latest = operations.iter().map(due).max()?;
        let release = operations.iter().map(|&operation| network.operations[operation as usize].release).max()?;
        // From there on every lot can be made or its deadline has passed, and costs no less in a later period than in an earlier:
        // of the periods after it no plan needs more than there are lots.
        let is_settled = |slot: Slot| {
            slot.earliest > latest && start_of(&clock, slot.latest, run).is_some_and(|start| start >= release)
        };
        if run < 1 {
            return None;
        }
        let line_facts = (facts.pausable, facts.available_from.0);
        let mut slots = slots(&clock, line_facts, run, operations.len(), &is_settled)?;
        let starts: Vec<i64> =
            slots.iter().map(|slot| start_of(&clock, slot.latest, run).unwrap_or(i64::MIN)).collect();
        if slots.len() * operations.len() > MOST_COSTS {
            return None;
        }
        let mut lots = Vec::with_capacity(operations.len());
        for &operation in operations {
            lots.push(lot(network, operation, &slots, &starts)?);
        }
        let last = lots.iter().map(|lot| lot.last + 1).max()?;
        slots.truncate(last);
        let classes_and_kinds = chains(lots, last)?;
        let (classes, kinds): (Vec<u32>, Vec<Kind>) = classes_and_kinds.into_iter().unzip();
        let facts = &network.lines[line.position()];
        let from = || classes.iter().copied().chain([facts.initial_class]);
        let seams: Vec<i64> =
            classes.iter().flat_map(|&to| from().map(move |from| network.setup_cost(facts, from, to))).collect();
        if !seams.iter().all(|seam| (0..LARGEST).contains(seam)) {
            return None;
        }
        let costs = kinds.iter().flat_map(|kind| &kind.costs).copied().filter(|&cost| cost < NEVER);
        let step = costs.chain(seams.iter().copied()).fold(0, gcd).max(1);
        Some(Self { line, periods: last, kinds, seams, step })
    }

    /// What making `kind` after `before` costs; the number of kinds stands for the line's first state.
    #[inline]
    pub fn seam(&self, before: usize, kind: usize) -> i64 {
        self.seams[kind * (self.kinds.len() + 1) + before]
    }

    /// The least that is no less and that a plan can cost.
    pub fn rounded_up(&self, bound: i64) -> i64 {
        rounded_up(bound, self.step)
    }
}

impl Kind {
    /// The least cost of a lot in a period.
    #[inline]
    pub fn cost(&self, lot: usize, period: usize) -> i64 {
        self.costs[lot * self.periods + period]
    }

    /// Lots in the order in which they are made; `periods` of the row.
    fn new(lots: Vec<Lot>, periods: usize) -> Self {
        let before = |bound: &dyn Fn(&Lot) -> usize| -> Vec<usize> {
            (0..=periods).map(|period| lots.partition_point(|lot| bound(lot) < period)).collect()
        };
        let must = before(&|lot| lot.last);
        let can = before(&|lot| lot.first).into_iter().enumerate().map(|(period, can)| can.min(period)).collect();
        let costs = lots.iter().flat_map(|lot| &lot.costs[..periods]).copied().collect();
        Self { items: lots.into_iter().map(|lot| lot.item).collect(), costs, periods, must, can }
    }
}

/// What a lot costs in each period: the least over all ends that lie in it, and holding and lateness fall and rise around the due date.
fn lot(network: &Network<'_>, operation: OpId, slots: &[Slot], starts: &[i64]) -> Option<Lot> {
    let facts = &network.operations[operation as usize];
    let order = &network.orders[facts.order as usize];
    let mode = &network.modes_of(operation)[0];
    let cost = |(slot, &start): (&Slot, &i64)| {
        let by = slot.latest.min(order.deadline - mode.journey);
        if by < slot.earliest || start < facts.release {
            return NEVER;
        }
        let delivery = (order.due - mode.journey).clamp(slot.earliest, by) + mode.journey;
        order.late_cost(delivery) + order.holding_cost(delivery)
    };
    let costs: Vec<i64> = slots.iter().zip(starts).map(cost).collect();
    let possible = |&cost: &i64| cost < NEVER;
    let (first, last) = (costs.iter().position(possible)?, costs.iter().rposition(possible)?);
    let sound = costs[first..=last].iter().all(|cost| (0..LARGEST).contains(cost));
    let item = network.plan.lots[Id::at(facts.lot as usize)].item;
    sound.then_some(Lot { class: mode.class, item, costs, first, last })
}

/// Lots in chains of one class along which it never pays to change the order, each with its class; none where they are too many.
///
/// Of two lots of a chain that stand the other way round, the later one can take the earlier one's period and costs together no
/// more: where one can be made the bounds in time allow the other, and costs are Monge, for neighbours and so for all.
fn chains(mut lots: Vec<Lot>, periods: usize) -> Option<Vec<(u32, Kind)>> {
    lots.sort_by_key(|lot| (lot.class, lot.last, lot.first, lot.item));
    let mut chains: Vec<Vec<Lot>> = Vec::new();
    for lot in lots {
        let fits = |chain: &&mut Vec<Lot>| {
            chain.len() < MOST_LOTS && chain.last().is_some_and(|last| last.class == lot.class && precedes(last, &lot))
        };
        match chains.iter_mut().find(fits) {
            Some(chain) => chain.push(lot),
            None => chains.push(vec![lot]),
        }
        if chains.len() > MOST_KINDS {
            return None;
        }
    }
    Some(chains.into_iter().map(|chain| (chain[0].class, Kind::new(chain, periods))).collect())
}

/// Whether making `one` before `other` is never dearer than the other way round.
fn precedes(one: &Lot, other: &Lot) -> bool {
    let monge =
        |period: usize| one.costs[period] + other.costs[period + 1] <= one.costs[period + 1] + other.costs[period];
    one.first <= other.first && one.last <= other.last && (other.first..one.last).all(monge)
}

impl Plant {
    /// The line plans of kinds in order, one of each row.
    pub fn line_plans(&self, sequences: &[Vec<usize>]) -> super::LinePlans {
        let line = |(row, sequence): (&Row, &Vec<usize>)| {
            let mut made = vec![0; row.kinds.len()];
            let item = |&kind: &usize| {
                made[kind] += 1;
                row.kinds[kind].items[made[kind] - 1]
            };
            (row.line, sequence.iter().map(item).collect())
        };
        self.rows.iter().zip(sequences).map(line).collect()
    }
}

/// What a bound in money is, whatever the rows come to.
pub(super) fn total(plant: &Plant, bounds: impl Iterator<Item = i64>) -> Money {
    Money(plant.base + bounds.sum::<i64>())
}
