//! The figures a plan is judged by. `docs/report.md` defines each; this file is where they are computed.
//!
//! Shares and hours are floats to four places, for reading; nothing is decided by them.

use super::register::{OrderRecord, Register, RunRecord};
use crate::model::Duration;
use crate::solution::OrderStatus;
use crate::units::{Pieces, Seconds};
use serde::Serialize;

/// What still counts as on time and in full.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    /// A delivery by `due` and this much later is on time.
    pub time: Duration,
    /// An item of which this share is missing is in full; 0 to 1.
    pub quantity: f64,
}

impl Default for Tolerance {
    /// None: to the second and to the piece.
    fn default() -> Self {
        Self { time: Duration::default(), quantity: 0.0 }
    }
}

/// Figures over a whole plan. All are recomputed from its lots and its `orders`; none is copied from its `kpis`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Kpis {
    /// Orders of the instance.
    pub orders: usize,
    /// Orders the plan delivers by `due`, or without one.
    pub on_time: usize,
    /// Orders the plan delivers after `due`.
    pub late: usize,
    /// Orders left out at their price.
    pub rejected: usize,
    /// Orders that must be made and are not.
    pub unplanned: usize,
    /// `on_time / orders`; 1 without orders.
    pub on_time_share: f64,
    /// Orders on time and in full, within the tolerance.
    pub on_time_in_full: usize,
    /// `on_time_in_full / orders`; 1 without orders.
    pub on_time_in_full_share: f64,
    /// The tolerance of time.
    pub time_tolerance_hours: f64,
    /// The tolerance of quantity.
    pub quantity_tolerance: f64,
    /// Mean lateness of late orders, hours.
    pub mean_lateness_hours: f64,
    /// Largest lateness, hours.
    pub worst_lateness_hours: f64,
    /// Mean time from release to delivery, hours.
    pub mean_lead_time_hours: f64,
    /// Longest time from release to delivery, hours.
    pub longest_lead_time_hours: f64,
    /// Mean time from the first start of an order to its last end, hours.
    pub mean_flow_time_hours: f64,
    /// Pieces in progress, on average from `start` to the last end.
    pub mean_pieces_in_progress: f64,
    /// Most pieces in progress at once.
    pub most_pieces_in_progress: Pieces,
    /// Orders in progress, on average from `start` to the last end.
    pub mean_orders_in_progress: f64,
    /// Most orders in progress at once.
    pub most_orders_in_progress: i64,
    /// Lots in the plan.
    pub lots: usize,
    /// Operations in the plan.
    pub operations: usize,
    /// Pieces in lots.
    pub pieces: Pieces,
    /// Pieces run that become none: what yield takes, over all operations.
    pub scrap_pieces: Pieces,
    /// `scrap_pieces` over all pieces run.
    pub scrap_share: f64,
    /// Pieces in lots, and done before, beyond what was ordered.
    pub overproduction_pieces: Pieces,
    /// Working hours of runs.
    pub run_hours: f64,
    /// Working hours of changeovers.
    pub changeover_hours: f64,
    /// Changeovers that take time.
    pub changeovers: usize,
    /// Changeover hours over run and changeover hours.
    pub changeover_share: f64,
    /// Open hours of all lines from `start` to the last end, opened overtime included.
    pub open_hours: f64,
    /// Run and changeover hours from `start` on over open hours.
    pub utilisation: f64,
    /// Hours of overtime opened.
    pub overtime_hours: f64,
    /// Runs below their line's minimum.
    pub short_runs: usize,
    /// Pieces those runs lack.
    pub short_run_pieces: Pieces,
    /// From `start` to the last end, hours.
    pub makespan_hours: f64,
}

impl Kpis {
    /// The figures of a plan.
    pub fn of(register: &Register<'_>, tolerance: &Tolerance) -> Self {
        let mut kpis = Self {
            orders: register.orders.len(),
            lots: register.lots.len(),
            operations: register.lots.iter().map(|lot| lot.entry.operations.len()).sum(),
            pieces: register.lots.iter().map(|lot| lot.entry.quantity).sum(),
            makespan_hours: ratio(register.horizon().length().0, 3_600),
            ..Self::default()
        };
        kpis.count_orders(register, tolerance);
        kpis.time_orders(register);
        kpis.add_up_work(register);
        kpis.count_in_progress(register);
        kpis
    }

    /// The figures by name, as JSON has them, in the order of the fields.
    pub fn entries(&self) -> Vec<(String, f64)> {
        let value = serde_json::to_value(self).unwrap_or_default();
        let known = value.as_object().into_iter().flatten();
        known.filter_map(|(name, value)| Some((name.clone(), value.as_f64()?))).collect()
    }

    fn count_orders(&mut self, register: &Register<'_>, tolerance: &Tolerance) {
        let of = |status| register.orders.iter().filter(|order| order.status() == status).count();
        self.on_time = of(OrderStatus::OnTime);
        self.late = of(OrderStatus::Late);
        self.rejected = of(OrderStatus::Rejected);
        self.unplanned = of(OrderStatus::Unplanned);
        let kept = |order: &&OrderRecord<'_>| on_time(order, tolerance) && in_full(order, tolerance);
        self.on_time_in_full = register.orders.iter().filter(kept).count();
        let share = |part: usize| if self.orders == 0 { 1.0 } else { ratio(part as i64, self.orders as i64) };
        (self.on_time_share, self.on_time_in_full_share) = (share(self.on_time), share(self.on_time_in_full));
        self.time_tolerance_hours = ratio(tolerance.time.0.0, 3_600);
        self.quantity_tolerance = tolerance.quantity;
        for order in &register.orders {
            let beyond = order.made.iter().zip(&order.order.items).map(|(made, item)| (made - item.quantity).max(0));
            self.overproduction_pieces += beyond.sum::<Pieces>();
        }
    }

    fn time_orders(&mut self, register: &Register<'_>) {
        let lateness: Vec<i64> = register.orders.iter().filter_map(lateness).map(|late| late.0).collect();
        self.mean_lateness_hours = ratio(lateness.iter().sum(), 3_600 * lateness.len() as i64);
        self.worst_lateness_hours = ratio(lateness.iter().copied().max().unwrap_or(0), 3_600);
        let lead = |order: &OrderRecord<'_>| Some((order.delivery()? - release(register, order)).0);
        let leads: Vec<i64> = register.orders.iter().filter_map(lead).collect();
        self.mean_lead_time_hours = ratio(leads.iter().sum(), 3_600 * leads.len() as i64);
        self.longest_lead_time_hours = ratio(leads.iter().copied().max().unwrap_or(0), 3_600);
        let flow = |order: &OrderRecord<'_>| Some((order.completion? - order.first_start?).0);
        let flows: Vec<i64> = register.orders.iter().filter_map(flow).collect();
        self.mean_flow_time_hours = ratio(flows.iter().sum(), 3_600 * flows.len() as i64);
    }

    fn add_up_work(&mut self, register: &Register<'_>) {
        let horizon = register.horizon();
        let (mut run, mut setup, mut open, mut overtime, mut inside) = (0, 0, 0, 0, 0);
        let mut pieces_run = 0;
        for line in &register.lines {
            for record in &register.runs[line.runs.clone()] {
                let changeover = setup_time(record);
                run += record.work.0;
                setup += changeover.0;
                let part = |span: crate::working_time::Span, all: Seconds| match span.from >= horizon.from {
                    true => all.0,
                    false => line.open.working_between(horizon.from, span.to.max(horizon.from)).0,
                };
                inside += part(record.span, record.work) + record.setup.map_or(0, |setup| part(setup, changeover));
                self.changeovers += usize::from(changeover > Seconds::ZERO);
                pieces_run += record.pieces_run;
                self.scrap_pieces += record.scrap(register);
            }
            open += line.open.working_between(horizon.from, horizon.to).0;
            overtime += line.overtime.iter().map(|window| window.length().0).sum::<i64>();
            self.short_runs += line.short_runs.runs;
            self.short_run_pieces += line.short_runs.missing;
        }
        self.run_hours = ratio(run, 3_600);
        self.changeover_hours = ratio(setup, 3_600);
        self.changeover_share = ratio(setup, run + setup);
        self.open_hours = ratio(open, 3_600);
        self.overtime_hours = ratio(overtime, 3_600);
        self.utilisation = ratio(inside, open);
        self.scrap_share = ratio(self.scrap_pieces, pieces_run);
    }

    /// A lot is in progress from its first start to the last end of its whole order: finished pieces wait for the rest.
    fn count_in_progress(&mut self, register: &Register<'_>) {
        let horizon = register.horizon();
        let mut events: Vec<(Seconds, i64, Pieces)> = Vec::new();
        for order in &register.orders {
            let (Some(first), Some(last)) = (order.first_start, order.completion) else { continue };
            events.extend([(first, 1, 0), (last, -1, 0)]);
            for lot in order.lots.iter().map(|&lot| &register.lots[lot]).filter(|lot| lot.start < last) {
                events.extend([(lot.start, 0, lot.entry.quantity), (last, 0, -lot.entry.quantity)]);
            }
        }
        // At one instant, what ends makes room for what begins.
        events.sort_unstable();
        let (mut orders, mut pieces, mut since) = (0_i64, 0_i64, horizon.from);
        let (mut order_seconds, mut piece_seconds) = (0_i128, 0_i128);
        let mut events = events.into_iter().peekable();
        while let Some((at, order, more)) = events.next() {
            let passed = i128::from((at - since).0.max(0));
            order_seconds += passed * i128::from(orders);
            piece_seconds += passed * i128::from(pieces);
            since = since.max(at);
            (orders, pieces) = (orders + order, pieces + more);
            if events.peek().is_none_or(|next| next.0 > at) {
                self.most_orders_in_progress = self.most_orders_in_progress.max(orders);
                self.most_pieces_in_progress = self.most_pieces_in_progress.max(pieces);
            }
        }
        let mean = |sum: i128| match horizon.length().0 {
            0 => 0.0,
            length => rounded(sum as f64 / length as f64),
        };
        (self.mean_orders_in_progress, self.mean_pieces_in_progress) = (mean(order_seconds), mean(piece_seconds));
    }
}

impl RunRecord<'_> {
    /// Pieces it runs that become none.
    fn scrap(&self, register: &Register<'_>) -> Pieces {
        self.lot.map_or(0, |lot| (self.pieces_run - register.lots[lot].entry.quantity).max(0))
    }
}

/// Working time of the changeover before a run: by the rules, where the plan states one.
pub(super) fn setup_time(run: &RunRecord<'_>) -> Seconds {
    if run.setup.is_some() { run.changeover.time } else { Seconds::ZERO }
}

/// How late a delivered order is; none where it is not.
pub(super) fn lateness(order: &OrderRecord<'_>) -> Option<Seconds> {
    let late = order.delivery()? - order.order.due?.seconds;
    (late > Seconds::ZERO).then_some(late)
}

/// From when on an order could be made.
pub(super) fn release(register: &Register<'_>, order: &OrderRecord<'_>) -> Seconds {
    order.order.release.map_or(register.problem.start, |release| release.seconds)
}

/// Whether an order is delivered by `due` and the tolerance.
pub(super) fn on_time(order: &OrderRecord<'_>, tolerance: &Tolerance) -> bool {
    order.delivery().is_some_and(|_| lateness(order).is_none_or(|late| late <= tolerance.time.0))
}

/// Whether no item of an order lacks more than the tolerance.
pub(super) fn in_full(order: &OrderRecord<'_>, tolerance: &Tolerance) -> bool {
    let enough = |(made, item): (&Pieces, &crate::model::Item)| {
        *made >= item.quantity || (item.quantity - made) as f64 <= tolerance.quantity * item.quantity as f64
    };
    order.made.iter().zip(&order.order.items).all(enough)
}

/// `part / whole` to four places; 0 where there is no whole.
pub(super) fn ratio(part: i64, whole: i64) -> f64 {
    if whole <= 0 { 0.0 } else { rounded(part as f64 / whole as f64) }
}

fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}
