//! Orders that are left out: what the plan would be with them, and why it is not that.

use super::causes::{Cause, CauseCode};
use super::{Desk, Explanation};
use crate::desk::change::Change;
use crate::desk::insertion::{Inserted, insert};
use crate::desk::made_anyway::{MadeAnyway, Ways};
use crate::model::{Duration, Instant};
use crate::problem::OrderIdx;
use crate::solution::{CostBreakdown, OrderStatus};
use crate::units::{Id, Money, Seconds};
use serde::Serialize;

/// A plan with an order that is left out made: nobody else changes lines or places, unless a brief search has found that
/// better.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Alternative {
    /// When it would be delivered.
    pub delivery: Instant,
    /// How late that is.
    pub lateness: Duration,
    /// What the plan would cost more, leaving the order out not counted.
    pub cost: Money,
    /// The same by terms: name and difference, those that differ; of `rejection` that of other orders.
    pub terms: Vec<(String, Money)>,
    /// Orders that would be late or left out and are on time now.
    pub harmed: Vec<String>,
}

impl Desk<'_> {
    /// Why an order is left out.
    pub(super) fn explain_left_out(&self, order: OrderIdx, explanation: &mut Explanation) {
        if !explanation.in_full {
            // Its price says it was refused; what making it would cost takes a plan to know.
            return;
        }
        let standing = self.standing;
        let problem = &standing.problem;
        let anyway = MadeAnyway { instance: &standing.instance, problem, plan: &standing.plan, order };
        let ways = self.room().map_or(Ways { cheapest: None, on_time: None }, |room| anyway.ways(room));
        let Ways { cheapest, on_time } = ways;
        let refusal = problem.orders[order].reject_cost;
        let alternatives: Vec<Alternative> =
            [&cheapest, &on_time].into_iter().flatten().filter_map(|made| self.alternative(order, made)).collect();
        let least = alternatives.iter().map(|made| made.cost).min();
        match (least, refusal, explanation.status) {
            (Some(least), Some(refusal), _) if least < refusal => {
                explanation.causes.push(Cause::new(CauseCode::SearchMissed, true));
            }
            (Some(_), Some(_), OrderStatus::Rejected) => {
                explanation.causes.push(Cause::new(CauseCode::CheaperToRefuse, true));
            }
            (Some(_), ..) => explanation.causes.push(Cause::new(CauseCode::SearchMissed, true)),
            (None, ..) => self.without_place(order, explanation),
        }
        let due = problem.orders[order].due;
        let is_late = |made: &Inserted| made.schedule.deliveries[order].zip(due).is_some_and(|(at, due)| at > due);
        let name = self.order_name(order);
        if let Some(made) = on_time.as_ref().filter(|made| refusal.is_some() && !is_late(made)) {
            let price = self.alternative(order, made).map_or(Money::ZERO, |price| price.cost);
            let change = Change::RejectCost { order: name.clone(), reject_cost: price.max(Money::ZERO) };
            explanation.remedies.extend(self.proved(order, change));
        }
        // A promise that making it keeps where that is cheapest, or as early as putting it in finds.
        let late = [&cheapest, &on_time].into_iter().flatten().find(|made| is_late(made));
        if let Some(delivery) = late.and_then(|made| made.schedule.deliveries[order]) {
            let change = Change::Promise { order: name, due: self.instant(delivery) };
            explanation.remedies.extend(self.proved(order, change));
        }
        explanation.alternatives = alternatives;
        explanation.alternatives.dedup_by_key(|made| (made.delivery, made.cost));
    }

    /// An order that fits nowhere beside the others: its deadline, or nothing helps.
    fn without_place(&self, order: OrderIdx, explanation: &mut Explanation) {
        let mut free = self.standing.problem.clone();
        free.orders[order].deadline = None;
        let made = insert(&free, &self.standing.plan, order);
        let delivery = made.and_then(|made| made.schedule.deliveries[order]);
        let deadline = self.standing.problem.orders[order].deadline;
        match delivery.zip(deadline) {
            Some((delivery, deadline)) if delivery > deadline => {
                let mut cause = Cause::new(CauseCode::Deadline, true);
                cause.delivery_without = Some(self.instant(delivery));
                explanation.causes.push(cause);
                let order_name = self.order_name(order);
                let change = Change::Deadline { order: order_name, deadline: self.instant(delivery) };
                let remedy = self.proved_by(order, change, |changed| changed.schedule.deliveries[order].is_some());
                explanation.remedies.extend(remedy);
            }
            _ => explanation.causes.push(Cause::new(CauseCode::Impossible, true)),
        }
    }

    fn alternative(&self, order: OrderIdx, made: &Inserted) -> Option<Alternative> {
        let standing = self.standing;
        let facts = &standing.problem.orders[order];
        let delivery = made.schedule.deliveries[order]?;
        let in_time = |other: OrderIdx| {
            let due = standing.problem.orders[other].due;
            made.schedule.deliveries[other].is_some_and(|delivery| due.is_none_or(|due| delivery <= due))
        };
        let others = standing.problem.orders.ids().filter(|&other| other != order && !in_time(other));
        let harmed = others.filter(|other| self.entries.orders[other.position()].status == OrderStatus::OnTime);
        let (before, after) = (standing.schedule.cost, made.schedule.cost);
        let refusal = facts.reject_cost.unwrap_or(Money::ZERO);
        let mut terms = differences(&before, &after);
        // Others that are refused for it, or no longer.
        let others_refused = after.rejection - before.rejection + refusal;
        if others_refused != Money::ZERO {
            terms.push(("rejection".to_string(), others_refused));
        }
        Some(Alternative {
            delivery: self.instant(delivery),
            lateness: Duration((delivery - facts.due.unwrap_or(delivery)).max(Seconds::ZERO)),
            cost: after.total - before.total + refusal,
            terms,
            harmed: harmed.map(|other| self.order_name(other)).collect(),
        })
    }
}

/// The terms in which two costs differ, refusals apart.
pub(in crate::desk) fn differences(before: &CostBreakdown, after: &CostBreakdown) -> Vec<(String, Money)> {
    let pairs = before.terms().into_iter().zip(after.terms());
    let differences = pairs.map(|((name, before), (_, after))| (name.to_string(), after - before));
    differences.filter(|(name, difference)| *difference != Money::ZERO && name != "rejection").collect()
}
