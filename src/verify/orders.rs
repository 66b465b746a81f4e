//! What becomes of each order and what that costs (rules 8 to 10).

use super::exact::{self, DAY, HOUR};
use super::reading::Fate;
use super::{Checker, OrderVerdict};
use crate::diagnostic::codes;
use crate::model::{Duration, Order};
use crate::solution::OrderStatus;
use crate::units::{Money, Seconds};

/// When an order is delivered, as far as the plan says.
struct Delivery {
    at: Option<i64>,
    /// Whether every operation of it is a fact.
    all_frozen: bool,
}

impl Checker<'_> {
    /// Judges every order, in the order of the instance.
    pub(super) fn check_orders(&mut self) -> Vec<OrderVerdict> {
        let mut verdicts = Vec::with_capacity(self.catalog.instance.orders.len());
        let mut first = 0;
        for (index, order) in self.catalog.instance.orders.iter().enumerate() {
            let count = self.reading.lots[first..].iter().take_while(|lot| lot.order == index).count();
            let lots = first..first + count;
            first += count;
            let verdict = match self.reading.fates[index] {
                Fate::Made => self.made(index, order, lots),
                Fate::Rejected => self.rejected(index, order),
                Fate::Unplanned => OrderVerdict::left_out(order, OrderStatus::Unplanned, Money::ZERO),
            };
            self.compare_entry(index, &verdict);
            verdicts.push(verdict);
        }
        verdicts
    }

    fn rejected(&mut self, index: usize, order: &Order) -> OrderVerdict {
        let has_work = (0..order.items.len()).any(|item| self.catalog.left_of(index, item) > 0);
        if order.reject_cost.is_none() || !has_work {
            let why = if has_work { "has no `reject_cost`" } else { "has nothing left to make" };
            let pointer = self.entry_pointer(index, "status");
            self.breaches.add(codes::BREACH_REJECT, pointer, format!("Order {} {why}.", order.id));
        }
        let cost = order.reject_cost.unwrap_or_default();
        self.costs.rejection += i128::from(cost.0);
        OrderVerdict::left_out(order, OrderStatus::Rejected, cost)
    }

    fn made(&mut self, index: usize, order: &Order, lots: std::ops::Range<usize>) -> OrderVerdict {
        let delivery = self.delivery(index, order, lots);
        let mut verdict = OrderVerdict::left_out(order, OrderStatus::OnTime, Money::ZERO);
        let Some(at) = delivery.at else { return verdict };
        verdict.delivery = Some(Seconds(at));
        let has_work = (0..order.items.len()).any(|item| self.catalog.left_of(index, item) > 0);
        let deadline = order.deadline.map(|deadline| deadline.seconds.0).filter(|_| has_work && !delivery.all_frozen);
        if deadline.is_some_and(|deadline| at > deadline) {
            let message = format!("Order {} is delivered at {}, after its deadline.", order.id, self.show(at));
            let pointer = self.entry_pointer(index, "delivery");
            self.breaches.add(codes::BREACH_DEADLINE, pointer, message);
        }
        let Some(due) = order.due.map(|due| due.seconds.0) else { return verdict };
        let cost = if at > due {
            let lateness = at.saturating_sub(due);
            (verdict.status, verdict.lateness) = (OrderStatus::Late, Seconds(lateness));
            let (per_day, once) = self.late_costs(order);
            let cost = i128::from(exact::price_over(per_day, lateness, DAY)) + i128::from(once.0);
            self.costs.lateness += cost;
            cost
        } else {
            let cost = i128::from(exact::price_over(order.holding_cost_per_day, due.saturating_sub(at), DAY));
            self.costs.holding += cost;
            cost
        };
        verdict.cost = Money(exact::cut(cost));
        verdict
    }

    /// What an order is charged per day late, and once: the objective's price where it names neither.
    pub(super) fn late_costs(&self, order: &Order) -> (Money, Money) {
        match (order.late_cost_per_day, order.late_cost_once) {
            (None, None) => (self.catalog.instance.objective.late_cost_per_day, Money::ZERO),
            (per_day, once) => (per_day.unwrap_or_default(), once.unwrap_or_default()),
        }
    }

    /// The last of all deliveries of all lots; unknown where a lot's last operation is not in the plan.
    fn delivery(&mut self, index: usize, order: &Order, lots: std::ops::Range<usize>) -> Delivery {
        let nothing_left = (0..order.items.len()).any(|item| self.catalog.left_of(index, item) == 0);
        let mut latest = (nothing_left || order.items.is_empty()).then_some(self.start);
        let mut complete = true;
        let mut all_frozen = true;
        let mut seen = vec![false; order.items.len()];
        for lot in lots {
            let lot = &self.reading.lots[lot];
            seen[lot.item] = true;
            let frozen = |task: &Option<usize>| task.is_some_and(|task| self.reading.tasks[task].frozen);
            all_frozen &= lot.tasks.iter().all(frozen);
            let steps = self.catalog.steps(lot.variant).iter();
            let last: Vec<Option<usize>> =
                steps.zip(&lot.tasks).filter(|(step, _)| step.is_last).map(|(_, task)| *task).collect();
            let quantity = lot.quantity;
            for task in last {
                complete &= task.is_some();
                let Some(task) = task else { continue };
                latest = latest.max(Some(self.deliver(order, task, quantity)));
            }
        }
        let missing = |item: usize| !seen[item] && self.catalog.left_of(index, item) > 0;
        complete &= !(0..seen.len()).any(missing);
        Delivery { at: latest.filter(|_| complete), all_frozen }
    }

    /// When a lot whose last operation is `task` arrives; the journey is paid per piece.
    fn deliver(&mut self, order: &Order, task: usize, quantity: i64) -> i64 {
        let task = &self.reading.tasks[task];
        let site = self.catalog.instance.lines[task.line].site.as_deref();
        let journey = self.catalog.delivery(site, order.region.as_deref());
        if journey.is_none() && !task.frozen {
            let message = format!("The site of the line does not deliver to the region of order {}.", order.id);
            self.breaches.add(codes::BREACH_DELIVERY_REGION, format!("{}/line", task.pointer()), message);
        }
        let journey = journey.unwrap_or_default();
        let cost = i128::from(journey.cost_per_unit) * i128::from(quantity);
        self.costs.transport += i128::from(exact::cut(cost));
        task.end.saturating_add(journey.seconds)
    }

    /// What the plan says of an order against what becomes of it.
    fn compare_entry(&mut self, index: usize, verdict: &OrderVerdict) {
        let Some(entry) = self.reading.entries[index] else { return };
        let (stated, pointer) = (&self.solution.orders[entry], format!("/orders/{entry}"));
        if stated.status == OrderStatus::Unplanned && stated.reason.is_none() {
            let message = format!("Order {} is unplanned, and nothing says why.", stated.id);
            self.breaches.add(codes::BREACH_REASON, format!("{pointer}/reason"), message);
        }
        if self.reading.fates[index] == Fate::Made && verdict.delivery.is_none() {
            return;
        }
        if stated.status != verdict.status {
            let message = format!("Order {} is {:?}.", stated.id, verdict.status);
            self.breaches.add(codes::BREACH_ORDER_STATUS, format!("{pointer}/status"), message);
        }
        if stated.delivery.map(|delivery| delivery.seconds) != verdict.delivery {
            let shown = verdict.delivery.map_or_else(|| "not delivered".into(), |at| self.show(at.0));
            let message = format!("The delivery of order {} is {shown}.", stated.id);
            self.breaches.add(codes::BREACH_ORDER_DELIVERY, format!("{pointer}/delivery"), message);
        }
        if stated.lateness.0 != verdict.lateness {
            let message = format!("Order {} is {} late.", stated.id, Duration(verdict.lateness));
            self.breaches.add(codes::BREACH_ORDER_LATENESS, format!("{pointer}/lateness"), message);
        }
        if stated.cost != verdict.cost {
            let message = format!("Order {} costs {}, not {}.", stated.id, verdict.cost, stated.cost);
            self.breaches.add(codes::BREACH_ORDER_COST, format!("{pointer}/cost"), message);
        }
    }

    fn entry_pointer(&self, order: usize, field: &str) -> String {
        self.reading.entries[order].map_or_else(|| "/orders".into(), |entry| format!("/orders/{entry}/{field}"))
    }

    /// Rule 10: what it costs that operations which are not facts moved.
    pub(super) fn price_changes(&mut self) {
        let Some(baseline) = &self.catalog.instance.baseline else { return };
        for task in self.reading.tasks.iter().filter(|task| !task.frozen) {
            let Some(before) = self.reading.baseline.get(&task.key) else { continue };
            if before.line != self.catalog.instance.lines[task.line].id {
                self.costs.baseline += i128::from(baseline.line_change_cost.0);
            }
            let moved = exact::cut(i128::from(task.start.abs_diff(before.start.seconds.0)));
            self.costs.baseline += i128::from(exact::price_over(baseline.start_change_cost_per_hour, moved, HOUR));
        }
    }
}
