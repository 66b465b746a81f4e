//! What a delivery waited for, step by step from its end back to what nothing came before.

use super::causes::Late;
use crate::model::{Duration, Instant};
use crate::plan::OpIdx;
use crate::schedule::what_if::{Answer, Hold, Step};
use crate::units::{Id, Seconds};
use rustc_hash::FxHashMap;
use serde::Serialize;

/// The longest chain that is told.
const TOLD: usize = 40;

/// One step of the way to a delivery.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ChainStep {
    /// Whose it is.
    pub order: String,
    /// Its item.
    pub item: String,
    /// Its lot's number.
    pub lot: u32,
    /// Its name in the route.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Its line.
    pub line: String,
    /// Working time of its changeover.
    pub changeover: Duration,
    /// First second of its run.
    pub start: Instant,
    /// The second after its last.
    pub end: Instant,
    /// What it waited for last.
    pub held_by: HeldBy,
    /// The material, where that is it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub material: Option<String>,
}

/// What an operation waited for last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HeldBy {
    /// The lot before it on its line: the next step of the chain.
    Line,
    /// The line itself: the start of planning, or when the line is there.
    Available,
    /// The step before it on its route: the next step of the chain.
    Route,
    /// A material.
    Material,
    /// Its order's release.
    Release,
    /// Nothing: it had begun already.
    Fact,
}

impl Late<'_, '_> {
    /// The chain of the lot that is delivered last.
    pub fn chain(&self) -> Vec<ChainStep> {
        let Some(last) = self.last_operation(&self.base) else { return Vec::new() };
        self.walk(&self.base, last).iter().take(TOLD).map(|(operation, step)| self.told(*operation, step)).collect()
    }

    /// What ends the lot that is delivered last.
    fn last_operation(&self, answer: &Answer) -> Option<OpIdx> {
        let &(lot, _) = answer.deliveries.iter().max_by_key(|(lot, delivery)| (*delivery, *lot))?;
        Some(self.ends(lot))
    }

    /// The operation that ends a lot.
    pub(super) fn ends(&self, lot: crate::plan::LotIdx) -> OpIdx {
        let plan = &self.desk.standing.plan;
        let route = self.desk.problem().route_of(plan.lots[lot].item);
        plan.operation(lot, usize::from(route.last))
    }

    /// The way from an operation back to what nothing came before.
    pub(super) fn walk(&self, answer: &Answer, from: OpIdx) -> Vec<(OpIdx, Step)> {
        let times: FxHashMap<OpIdx, Step> = answer.times.iter().copied().collect();
        let mut chain = Vec::new();
        let mut at = Some(from);
        while let Some((operation, step)) = at.and_then(|operation| Some((operation, *times.get(&operation)?))) {
            chain.push((operation, step));
            at = match step.held_by {
                Hold::Line(before) | Hold::Route(before) => Some(before),
                Hold::Available | Hold::Material(_) | Hold::Release | Hold::Fact => None,
            };
        }
        chain
    }

    fn told(&self, operation: OpIdx, step: &Step) -> ChainStep {
        let standing = self.desk.standing;
        let (plan, problem, instance) = (&standing.plan, &standing.problem, &standing.instance);
        let lot = plan.lots[plan.operations[operation].lot];
        let order = problem.items[lot.item].order;
        let place = (lot.item.0 - problem.orders[order].items.start) as usize;
        let route = problem.written_route(lot.item).map(|route| &instance.routes[route]);
        let name = route.map(|route| route.operations[usize::from(plan.operations[operation].step)].id.clone());
        let (held_by, material) = match step.held_by {
            Hold::Line(_) => (HeldBy::Line, None),
            Hold::Available => (HeldBy::Available, None),
            Hold::Route(_) => (HeldBy::Route, None),
            Hold::Material(supply) => (HeldBy::Material, Some(instance.materials[supply.position()].id.clone())),
            Hold::Release => (HeldBy::Release, None),
            Hold::Fact => (HeldBy::Fact, None),
        };
        ChainStep {
            order: self.desk.order_name(order),
            item: instance.orders[order.position()].items[place].name(place),
            lot: lot.number,
            operation: name,
            line: self.desk.line_name(step.line),
            changeover: Duration(step.setup_time.max(Seconds::ZERO)),
            start: self.desk.instant(step.start),
            end: self.desk.instant(step.end),
            held_by,
            material,
        }
    }
}
