//! The plan in force, compiled: facts that hold their lines, and where the rest was to run.

use super::changeovers::ClassIdx;
use super::{ItemIdx, KindIdx, LineIdx};
use crate::units::{Money, Pieces, Seconds};
use rustc_hash::FxHashMap;

/// The compiled baseline; empty where the instance has none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Baseline {
    /// For an operation on another line than in the baseline.
    pub line_change_cost: Money,
    /// For the time by which an operation's start moved.
    pub start_change_cost_per_hour: Money,
    /// The lots of items that are still there.
    pub lots: Vec<BaselineLot>,
    /// Positions in `lots` by item and lot number.
    pub by_key: FxHashMap<(ItemIdx, u32), u32>,
}

/// A lot of the baseline.
#[derive(Clone, Debug)]
pub(crate) struct BaselineLot {
    /// Its number within the item.
    pub number: u32,
    /// Its pieces.
    pub quantity: Pieces,
    /// Its operations, by step of the route; none where the baseline has none.
    pub operations: Vec<Option<BaselineOperation>>,
}

impl BaselineLot {
    /// Whether some operation of it is a fact, so that its number and quantity stay.
    pub fn is_frozen(&self) -> bool {
        self.operations.iter().flatten().any(|operation| operation.frozen)
    }
    /// Whether every operation of it is a fact.
    pub fn is_all_frozen(&self) -> bool {
        self.operations.iter().all(|operation| operation.is_some_and(|operation| operation.frozen))
    }
}

/// An operation of the baseline.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BaselineOperation {
    /// Its line.
    pub line: LineIdx,
    /// First second of its changeover, where it had one.
    pub setup_start: Option<Seconds>,
    /// First second of its run.
    pub start: Seconds,
    /// The second after its last.
    pub end: Seconds,
    /// Whether it is a fact.
    pub frozen: bool,
}

/// An operation that has begun: it holds its line and sets its state, whatever becomes of its order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fact {
    /// What runs; none for a lost order's lot that does not name its variant.
    pub kind: Option<KindIdx>,
    /// The class it leaves the line in.
    pub class: ClassIdx,
    /// The pieces of its lot.
    pub quantity: Pieces,
    /// First second of its run.
    pub start: Seconds,
    /// The second after its last.
    pub end: Seconds,
}
