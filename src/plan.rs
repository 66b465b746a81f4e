//! Decisions and nothing else: lots, each line's sequence, who takes scarce materials first, overtime, what is left out.
//!
//! A plan holds no times and no costs; `schedule` derives both. Facts (operations the baseline has begun) are part of
//! their lots but stand in no sequence: nobody decides about them.

pub(crate) mod pool;

use crate::dense_id;
use crate::problem::{BaselineOperation, ItemIdx, KindIdx, LineIdx, OrderIdx, Problem, SupplyIdx};
use crate::units::{IdVec, Pieces};
use rustc_hash::FxHashSet;

dense_id!(
    /// A lot of a plan.
    LotIdx
);
dense_id!(
    /// An operation of a lot.
    OpIdx
);

/// A plan for a problem.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Lots of the orders that are made.
    pub lots: IdVec<LotIdx, Lot>,
    /// Their operations, lot by lot, in the order of the route.
    pub operations: IdVec<OpIdx, Operation>,
    /// What each line runs, in order, after its facts.
    pub sequences: IdVec<LineIdx, Vec<OpIdx>>,
    /// Who takes from each scarce supply, in order, after the facts.
    pub takings: IdVec<SupplyIdx, Vec<OpIdx>>,
    /// Overtime windows each line opens: positions in the line's list, sorted.
    pub overtime: IdVec<LineIdx, Vec<usize>>,
    /// What becomes of each order.
    pub fates: IdVec<OrderIdx, Fate>,
}

/// Pieces of an item that go through the route together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lot {
    /// The item.
    pub item: ItemIdx,
    /// Its number within the item.
    pub number: u32,
    /// Pieces to deliver.
    pub quantity: Pieces,
    /// Its first operation; the others follow.
    pub first_operation: OpIdx,
    /// The lot of the baseline with the same item and number.
    pub baseline: Option<u32>,
}

/// What a lot is wherever it runs: some pieces of an item, with a number among its lots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Portion {
    /// The item.
    pub item: ItemIdx,
    /// Its number within the item.
    pub number: u32,
    /// Pieces to deliver.
    pub quantity: Pieces,
}

/// What a line does: the lots it runs, in order, and the overtime it opens (sorted positions).
#[derive(Clone, Debug)]
pub(crate) struct LinePlan {
    /// The line.
    pub line: LineIdx,
    /// What it runs.
    pub lots: Vec<Portion>,
    /// What it opens.
    pub overtime: Vec<usize>,
}

/// One step of a lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Operation {
    /// The lot.
    pub lot: LotIdx,
    /// The step of its route.
    pub step: u16,
}

/// What becomes of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is made: lots for all that is left of it are in the plan.
    Made,
    /// It is left out: rejected at its price, or unplanned where it must be made.
    LeftOut,
}

impl Plan {
    /// The plan that makes nothing (but orders of which nothing is left).
    pub fn empty(problem: &Problem) -> Self {
        let fate = |order: &crate::problem::Order| if order.nothing_left { Fate::Made } else { Fate::LeftOut };
        Self {
            lots: IdVec::new(),
            operations: IdVec::new(),
            sequences: IdVec::filled(Vec::new(), problem.lines.len()),
            takings: IdVec::filled(Vec::new(), problem.supplies.len()),
            overtime: IdVec::filled(Vec::new(), problem.lines.len()),
            fates: problem.orders.iter().map(fate).collect(),
        }
    }

    /// Adds a lot with its operations; they stand in no sequence yet.
    pub fn add_lot(&mut self, problem: &Problem, item: ItemIdx, number: u32, quantity: Pieces) -> LotIdx {
        let first_operation = OpIdx(self.operations.len() as u32);
        let baseline = problem.baseline.by_key.get(&(item, number)).copied();
        let lot = self.lots.push(Lot { item, number, quantity, first_operation, baseline });
        for step in 0..problem.route_of(item).steps.len() {
            self.operations.push(Operation { lot, step: step as u16 });
        }
        lot
    }

    /// Adds the lots of an item: its frozen lots as they are, the rest in `parts` nearly equal lots (or as many as the
    /// item allows).
    pub fn add_item(&mut self, problem: &Problem, item: ItemIdx, parts: u32) -> Vec<LotIdx> {
        let lots = lots_of_item(problem, item, parts);
        lots.into_iter().map(|(number, quantity)| self.add_lot(problem, item, number, quantity)).collect()
    }

    /// Adds the lots of an order, each item in `parts(item)` of them, marks it as made and returns the lots.
    pub fn add_order(&mut self, problem: &Problem, order: OrderIdx, parts: impl Fn(ItemIdx) -> u32) -> Vec<LotIdx> {
        let items = problem.orders[order].items();
        let lots = items.flat_map(|item| self.add_item(problem, item, parts(item))).collect();
        self.fates[order] = Fate::Made;
        lots
    }

    /// Drops the lots added last; their operations stand in no sequence any more.
    pub fn truncate(&mut self, lots: usize, operations: usize) {
        self.lots.truncate(lots);
        self.operations.truncate(operations);
    }

    /// The operation of a step of a lot.
    pub fn operation(&self, lot: LotIdx, step: usize) -> OpIdx {
        OpIdx(self.lots[lot].first_operation.0 + step as u32)
    }

    /// The kind an operation runs.
    pub fn kind(&self, problem: &Problem, operation: OpIdx) -> KindIdx {
        let Operation { lot, step } = self.operations[operation];
        problem.kind_of(self.lots[lot].item, usize::from(step))
    }

    /// Whether no operation takes from a scarce supply.
    pub fn takes_nothing_scarce(&self) -> bool {
        self.takings.iter().all(Vec::is_empty)
    }

    /// Where the baseline has an operation, if it knows it.
    pub fn baseline_of<'p>(&self, problem: &'p Problem, operation: OpIdx) -> Option<&'p BaselineOperation> {
        let Operation { lot, step } = self.operations[operation];
        let known = &problem.baseline.lots[self.lots[lot].baseline? as usize];
        known.operations.get(usize::from(step))?.as_ref()
    }

    /// Whether an operation is a fact.
    pub fn is_fact(&self, problem: &Problem, operation: OpIdx) -> bool {
        self.baseline_of(problem, operation).is_some_and(|known| known.frozen)
    }

    /// The same plan with some lines otherwise, and with some orders left out; whatever else has a lot on these lines
    /// is made. Every lot must be one operation.
    #[must_use]
    pub fn rearranged(&self, problem: &Problem, lines: &[LinePlan], left_out: &[OrderIdx]) -> Self {
        let portion = |&operation: &OpIdx| self.lots[self.operations[operation].lot].portion();
        let mut sequences: IdVec<LineIdx, Option<Vec<Portion>>> = IdVec::filled(None, self.sequences.len());
        let mut plan = Plan::empty(problem);
        plan.overtime.clone_from(&self.overtime);
        for LinePlan { line, lots, overtime } in lines {
            sequences[*line] = Some(lots.clone());
            plan.overtime[*line].clone_from(overtime);
        }
        plan.fates.clone_from(&self.fates);
        let mut places: Vec<(Portion, LineIdx, usize)> = Vec::new();
        for (line, before) in self.sequences.enumerate() {
            let sequence = sequences[line].take().unwrap_or_else(|| before.iter().map(portion).collect());
            plan.sequences[line] = vec![OpIdx(0); sequence.len()];
            places.extend(sequence.iter().enumerate().map(|(place, &portion)| (portion, line, place)));
        }
        // Lots in the order of the items, wherever they stand.
        places.sort_unstable_by_key(|&(portion, line, place)| (portion, line.0, place));
        for &(Portion { item, number, quantity }, line, place) in &places {
            let lot = plan.add_lot(problem, item, number, quantity);
            plan.sequences[line][place] = plan.operation(lot, 0);
            plan.fates[problem.items[item].order] = Fate::Made;
        }
        for &order in left_out {
            plan.fates[order] = Fate::LeftOut;
        }
        // Facts stand in no sequence.
        for (item, facts) in problem.items.enumerate().filter(|(_, facts)| !facts.frozen_lots.is_empty()) {
            if plan.fates[facts.order] == Fate::Made {
                for &lot in &facts.frozen_lots {
                    let known = &problem.baseline.lots[lot as usize];
                    plan.add_lot(problem, item, known.number, known.quantity);
                }
            }
        }
        plan
    }

    /// The same plan with some orders left out instead of made.
    #[must_use]
    pub fn without(&self, problem: &Problem, left_out: &[OrderIdx]) -> Self {
        let mut leaves = IdVec::filled(false, problem.orders.len());
        for &order in left_out {
            leaves[order] = true;
        }
        let mut plan = self.retaining(problem, |lot| !leaves[problem.items[self.lots[lot].item].order]);
        for &order in left_out {
            plan.fates[order] = Fate::LeftOut;
        }
        plan
    }

    /// The same plan with some of its lots only; fates stay as they are.
    #[must_use]
    pub fn retaining(&self, problem: &Problem, keeps: impl Fn(LotIdx) -> bool) -> Self {
        let mut plan = Plan::empty(problem);
        let mut renumbered: Vec<Option<OpIdx>> = vec![None; self.operations.len()];
        for (_, lot) in self.lots.enumerate().filter(|&(id, _)| keeps(id)) {
            let new = plan.add_lot(problem, lot.item, lot.number, lot.quantity);
            for step in 0..problem.route_of(lot.item).steps.len() {
                renumbered[lot.first_operation.0 as usize + step] = Some(plan.operation(new, step));
            }
        }
        let renumber = |list: &Vec<OpIdx>| list.iter().filter_map(|op| renumbered[op.0 as usize]).collect();
        plan.sequences = self.sequences.iter().map(renumber).collect();
        plan.takings = self.takings.iter().map(renumber).collect();
        plan.overtime.clone_from(&self.overtime);
        plan.fates.clone_from(&self.fates);
        plan
    }
}

impl Lot {
    /// What it is wherever it runs.
    pub fn portion(&self) -> Portion {
        Portion { item: self.item, number: self.number, quantity: self.quantity }
    }
}

/// Numbers and quantities of an item's lots: the frozen ones, and the rest in at most `parts` nearly equal lots of at
/// least the minimum lot. Ask for few: an item may be allowed thousands of millions.
pub(crate) fn lots_of_item(problem: &Problem, item: ItemIdx, parts: u32) -> Vec<(u32, Pieces)> {
    let facts = &problem.items[item];
    let mut lots: Vec<(u32, Pieces)> = facts
        .frozen_lots
        .iter()
        .map(|&lot| &problem.baseline.lots[lot as usize])
        .map(|lot| (lot.number, lot.quantity))
        .collect();
    let rest = facts.remaining - lots.iter().map(|&(_, quantity)| quantity).sum::<Pieces>();
    if rest <= 0 {
        return lots;
    }
    let room = i64::from(facts.maximum_lots).saturating_sub(lots.len() as i64).max(1);
    let parts = i64::from(parts).min(room).min((rest / facts.minimum_lot.max(1)).max(1)).max(1);
    let taken: FxHashSet<u32> = lots.iter().map(|&(number, _)| number).collect();
    let free = (0..=u32::MAX).filter(|number| !taken.contains(number));
    // The first lots take the pieces that do not divide.
    lots.extend(free.zip(0..parts).map(|(number, part)| (number, rest / parts + i64::from(part < rest % parts))));
    lots
}
