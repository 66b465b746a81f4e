//! Why orders are late or left out, and the smallest changes that would make them on time.
//!
//! Causes are counterfactuals: one is taken away and the plan timed anew (`schedule::what_if`); it is a cause where the
//! delivery comes forward, and *the* cause where that alone makes the order on time. For orders that are left out the
//! counterfactual is the plan with the order made all the same where it costs least (`made_anyway`). A remedy is stated
//! only after it has been applied and the order found on time.

mod alone;
mod capabilities;
mod causes;
mod chain;
mod holders;
mod refused;
mod remedies;

pub use causes::{Cause, CauseCode};
pub use chain::{ChainStep, HeldBy};
pub use refused::Alternative;
pub(super) use refused::differences;
pub use remedies::Remedy;

use super::DeskError;
use super::change::Change;
use super::insertion::Room;
use super::standing::Standing;
use crate::diagnostic::{Diagnostic, codes, did_you_mean};
use crate::model::{Duration, Instance, Instant};
use crate::problem::{OrderIdx, Problem};
use crate::schedule::what_if::WhatIf;
use crate::solution::{OrderStatus, Reason, Solution};
use crate::units::{Id, Money, Seconds};
use rayon::prelude::*;
use serde::Serialize;
use std::sync::OnceLock;

/// What to explain, and how much of it.
#[derive(Clone, Debug)]
pub struct ExplainOptions {
    /// The one order to explain; without it, every order that is late or left out.
    pub order: Option<String>,
    /// So many orders, the dearest first, get their remedies and alternatives; the others their causes.
    pub most: usize,
    /// Threads to use; the machine's cores without it.
    pub threads: Option<usize>,
}

impl Default for ExplainOptions {
    /// All that are late or left out, the fifty dearest in full.
    fn default() -> Self {
        Self { order: None, most: 50, threads: None }
    }
}

/// The answer.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Explanations {
    /// By what they cost, dearest first; orders that must be made and are not come before all.
    pub orders: Vec<Explanation>,
}

/// What became of an order, and why.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The order.
    pub order: String,
    /// What became of it.
    pub status: OrderStatus,
    /// When it is promised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Instant>,
    /// When it is delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Instant>,
    /// How late that is.
    pub lateness: Duration,
    /// What that costs, or what leaving it out does.
    pub cost: Money,
    /// Why it is unplanned, where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Why it is late: those that alone decide come first.
    pub causes: Vec<Cause>,
    /// What would make it on time.
    pub remedies: Vec<Remedy>,
    /// For an order that is left out: the plan with it made all the same, first where it costs least, then on time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<Alternative>,
    /// What its delivery waited for, last first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<ChainStep>,
    /// Its lots, operation by operation.
    pub timeline: Vec<TimelineEntry>,
    /// Whether remedies and alternatives were looked for.
    pub in_full: bool,
}

/// One operation of an order.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct TimelineEntry {
    /// Its item.
    pub item: String,
    /// What that is of.
    pub variant: String,
    /// Its lot's number.
    pub lot: u32,
    /// Pieces.
    pub quantity: i64,
    /// Its name in the route.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Its line.
    pub line: String,
    /// First second of its changeover.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setup_start: Option<Instant>,
    /// First second of its run.
    pub start: Instant,
    /// The second after its last.
    pub end: Instant,
}

/// Explains a plan's orders.
///
/// # Errors
/// [`DeskError::Instance`], [`DeskError::Plan`], and [`DeskError::Question`] for an order that is not there.
pub fn explain(instance: &Instance, solution: &Solution, options: &ExplainOptions) -> Result<Explanations, DeskError> {
    let standing = Standing::open(instance, solution)?;
    let desk = Desk::new(&standing);
    let asked: Vec<OrderIdx> = match &options.order {
        Some(id) => {
            if let Some((_, fault)) = standing.set_aside.iter().find(|(order, _)| order == id) {
                return Ok(Explanations { orders: vec![desk.set_aside(id, fault)] });
            }
            vec![standing.order(id).ok_or_else(|| unknown_order(instance, id))?]
        }
        None => desk.worst_first(),
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads.unwrap_or(0))
        .build()
        .map_err(|fault| DeskError::Internal(format!("no worker threads: {fault}")))?;
    let mut orders: Vec<Explanation> = pool.install(|| {
        let told = asked.par_iter().enumerate();
        told.map(|(place, &order)| desk.explain(order, place < options.most)).collect()
    });
    if options.order.is_none() {
        let set_aside = standing.set_aside.iter().map(|(id, fault)| desk.set_aside(id, fault));
        orders.splice(0..0, set_aside);
    }
    Ok(Explanations { orders })
}

/// The fault of a question about an order that is not there.
pub(super) fn unknown_order(instance: &Instance, id: &str) -> DeskError {
    let remedy = match did_you_mean(id, instance.orders.iter().map(|order| order.id.as_str())) {
        Some(near) => format!("Did you mean \"{near}\"?"),
        None => "Name an order of the instance.".to_string(),
    };
    let message = format!("There is no order \"{id}\".");
    DeskError::Question(vec![Diagnostic::error(codes::QUESTION_ORDER, "", message, remedy)])
}

/// A plan with what its orders are asked by.
struct Desk<'s> {
    standing: &'s Standing,
    what_if: WhatIf<'s>,
    entries: Solution,
    /// The plan for orders to be put into, once the first is.
    room: OnceLock<Option<Room<'s>>>,
}

impl<'s> Desk<'s> {
    fn new(standing: &'s Standing) -> Self {
        let what_if = WhatIf::new(&standing.problem, &standing.plan);
        Self { standing, what_if, entries: standing.solution(), room: OnceLock::new() }
    }

    fn room(&self) -> Option<&Room<'s>> {
        self.room.get_or_init(|| Room::new(&self.standing.problem, &self.standing.plan)).as_ref()
    }

    fn problem(&self) -> &Problem {
        &self.standing.problem
    }

    fn instant(&self, seconds: Seconds) -> Instant {
        Instant::in_zone(seconds, &self.problem().zone)
    }

    fn order_name(&self, order: OrderIdx) -> String {
        self.standing.instance.orders[order.position()].id.clone()
    }

    fn line_name(&self, line: crate::problem::LineIdx) -> String {
        self.standing.instance.lines[line.position()].id.clone()
    }

    /// Orders that are late or left out: those that must be made and are not first, then by cost.
    fn worst_first(&self) -> Vec<OrderIdx> {
        let mut orders: Vec<OrderIdx> = self.problem().orders.ids().collect();
        orders.retain(|order| self.entries.orders[order.position()].status != OrderStatus::OnTime);
        orders.sort_by_key(|order| {
            let entry = &self.entries.orders[order.position()];
            (entry.status != OrderStatus::Unplanned, std::cmp::Reverse(entry.cost), *order)
        });
        orders
    }

    fn explain(&self, order: OrderIdx, in_full: bool) -> Explanation {
        let entry = &self.entries.orders[order.position()];
        let written = &self.standing.instance.orders[order.position()];
        let mut explanation = Explanation {
            order: entry.id.clone(),
            status: entry.status,
            due: written.due,
            delivery: entry.delivery,
            lateness: entry.lateness,
            cost: entry.cost,
            reason: entry.reason.clone(),
            causes: Vec::new(),
            remedies: Vec::new(),
            alternatives: Vec::new(),
            chain: Vec::new(),
            timeline: self.timeline(&entry.id),
            in_full,
        };
        match entry.status {
            OrderStatus::OnTime => {}
            OrderStatus::Late => self.explain_late(order, &mut explanation),
            OrderStatus::Rejected | OrderStatus::Unplanned => self.explain_left_out(order, &mut explanation),
        }
        explanation
    }

    fn explain_late(&self, order: OrderIdx, explanation: &mut Explanation) {
        let behind = self.what_if.behind(order);
        let Some(due) = self.problem().orders[order].due else { return };
        let Some(base) = self.what_if.ask(&behind, &Default::default()) else { return };
        let late = causes::Late { desk: self, order, due, behind, base };
        explanation.chain = late.chain();
        explanation.causes = late.causes();
        if explanation.in_full {
            explanation.remedies = late.remedies(&explanation.causes);
            let missed =
                |remedy: &Remedy| matches!(remedy.change, Change::Ahead { .. }) && remedy.plan_cost < Money::ZERO;
            if explanation.remedies.iter().any(missed) {
                explanation.causes.push(Cause::new(CauseCode::SearchMissed, true));
            }
        }
    }

    /// An order set aside for faults of its own.
    fn set_aside(&self, id: &str, fault: &Diagnostic) -> Explanation {
        let reason = Reason { code: fault.code.to_string(), message: format!("{} {}", fault.message, fault.remedy) };
        Explanation {
            order: id.to_string(),
            status: OrderStatus::Unplanned,
            due: None,
            delivery: None,
            lateness: Duration::default(),
            cost: Money::ZERO,
            reason: Some(reason),
            causes: vec![Cause::new(CauseCode::SetAside, true)],
            remedies: Vec::new(),
            alternatives: Vec::new(),
            chain: Vec::new(),
            timeline: Vec::new(),
            in_full: true,
        }
    }

    fn timeline(&self, id: &str) -> Vec<TimelineEntry> {
        let order = self.standing.instance.orders.iter().find(|order| order.id == id);
        let variant = |name: &str| {
            let items = order.iter().flat_map(|order| order.items.iter().enumerate());
            items.filter(|(at, item)| item.name(*at) == name).map(|(_, item)| item.variant.clone()).next()
        };
        let lots = self.entries.lots.iter().filter(|lot| lot.order == id);
        let mut entries: Vec<TimelineEntry> = lots
            .flat_map(|lot| lot.operations.iter().map(move |operation| (lot, operation)))
            .map(|(lot, operation)| TimelineEntry {
                item: lot.item.clone(),
                variant: variant(&lot.item).unwrap_or_default(),
                lot: lot.lot,
                quantity: lot.quantity,
                operation: operation.operation.clone(),
                line: operation.line.clone(),
                setup_start: operation.setup_start,
                start: operation.start,
                end: operation.end,
            })
            .collect();
        entries.sort_by_key(|entry| (entry.start, entry.end));
        entries
    }
}
