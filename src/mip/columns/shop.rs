//! What the bound knows of a problem: lots, lines and prices, as data of its own that may change threads.
//!
//! One operation per lot, one lot per item. Whatever is left out (holding costs, moved starts, minimum runs, scarce
//! materials) only makes plans cheaper here than they are, and all overtime is open for nothing: so a bound on the
//! plans of a shop is a bound on the plans of its problem. What cannot be left out that way, lots of a size still to be
//! decided and routes, is not covered.

use super::line::{LARGEST, Line, Mode};
use super::order::{followers, reachable};
use super::pricing::Column;
use crate::mip::gcd;
use crate::plan::{Plan, lots_of_item};
use crate::problem::{ItemIdx, LineIdx, Order, OrderIdx, Problem};
use crate::schedule::price_line;
use crate::units::{DAY, Money, Pieces, Seconds};
use rustc_hash::FxHashMap;

/// A set of lots, one bit each.
pub(super) type Lots = u128;
/// Some lots as a set.
pub(super) fn set_of<L: Copy + Into<usize>>(lots: &[L]) -> Lots {
    lots.iter().fold(0, |set, &lot| set | 1 << lot.into())
}
/// As many lots as a [`Lots`] can tell apart.
const MOST_LOTS: usize = 128;
/// An instant after all others.
pub(super) const NEVER: i64 = 1 << 60;

/// Lots, orders and lines.
#[derive(Clone, Debug)]
pub(super) struct Shop {
    /// What every plan costs besides: facts, and what has come too late already.
    pub base: i64,
    /// The order of each lot.
    pub order_of: Vec<usize>,
    /// The item of each lot.
    pub items: Vec<ItemIdx>,
    pub orders: Vec<OrderFacts>,
    /// Lines that are alike are one, with the lines it stands for.
    pub lines: Vec<Line>,
    /// The latest end of a fact, or the start.
    pub fixed_end: i64,
    pub start: i64,
    pub makespan_cost_per_hour: i64,
}

/// An order with at least one lot.
#[derive(Clone, Debug)]
pub(super) struct OrderFacts {
    pub order: OrderIdx,
    pub lots: Vec<usize>,
    due: i64,
    deadline: i64,
    pub late_cost_per_day: i64,
    pub late_cost_once: i64,
    /// When the latest of what nobody decides about is delivered.
    elsewhere: i64,
    /// What that costs, whatever else is decided; part of the base.
    sunk: i64,
    /// What leaving it out costs, less what is sunk; none: it must be made.
    pub reject: Option<i64>,
}

impl OrderFacts {
    /// The price of the order's lateness if this lot were the last to be delivered, less what is sunk.
    #[inline]
    pub fn late_cost(&self, delivery: i64) -> i64 {
        self.price(delivery.max(self.elsewhere)) - self.sunk
    }

    /// Whether being late costs the same at any instant.
    pub fn is_charged_like(&self, other: &Self) -> bool {
        // What is sunk follows from these.
        let charged = |order: &Self| (order.due, order.late_cost_per_day, order.late_cost_once, order.elsewhere);
        charged(self) == charged(other)
    }

    fn price(&self, delivery: i64) -> i64 {
        if delivery <= self.due {
            return 0;
        }
        Money(self.late_cost_per_day).pro_rata(Seconds(delivery - self.due), DAY).0 + self.late_cost_once
    }
}

impl Shop {
    /// The shop of a problem; none where a bound on it would be none on the problem, or it is too large.
    pub fn new(problem: &Problem) -> Option<Self> {
        let mut shop = Self {
            base: 0,
            order_of: Vec::new(),
            items: Vec::new(),
            orders: Vec::new(),
            lines: Vec::new(),
            fixed_end: problem.start.0,
            start: problem.start.0,
            makespan_cost_per_hour: problem.makespan_cost_per_hour.0,
        };
        let mut lots: Vec<(ItemIdx, u32, Pieces)> = Vec::new();
        for (id, order) in problem.orders.enumerate() {
            shop.add_order(problem, id, order, &mut lots)?;
        }
        shop.items = lots.iter().map(|&(item, ..)| item).collect();
        let nothing = Plan::empty(problem);
        for (id, line) in problem.lines.enumerate() {
            let facts = price_line(problem, &nothing, id);
            shop.base = shop.base.checked_add(facts.production.0)?.checked_add(facts.changeover.0)?;
            shop.fixed_end = line.facts.iter().map(|fact| fact.end.0).fold(shop.fixed_end, i64::max);
            let line = shop.line(problem, id, &lots)?;
            let alike = |other: &&mut Line| other.is_like(&line);
            match shop.lines.iter_mut().find(alike) {
                Some(other) => other.same.push(id),
                None => shop.lines.push(line),
            }
        }
        let size = |line: &Line| line.modes.iter().all(|mode| mode.cost < LARGEST && mode.run < LARGEST);
        (shop.base < LARGEST && shop.lines.iter().all(size)).then_some(shop)
    }

    /// What is left to plan when a line makes a plan: its lots need not be made any more, at no cost, and the line makes no
    /// others.
    pub fn with(&self, column: &Column) -> Self {
        let mut rest = self.clone();
        rest.base += column.cost;
        for &lot in &column.lots {
            let lot = usize::from(lot);
            rest.orders[self.order_of[lot]].reject = Some(0);
            rest.lines.iter_mut().for_each(|line| line.forbid(lot));
        }
        let line = &mut rest.lines[column.line];
        line.same.pop();
        if line.same.is_empty() {
            (0..self.order_of.len()).for_each(|lot| line.forbid(lot));
        }
        rest
    }

    fn add_order(
        &mut self,
        problem: &Problem,
        id: OrderIdx,
        order: &Order,
        lots: &mut Vec<(ItemIdx, u32, Pieces)>,
    ) -> Option<()> {
        let mut elsewhere = if order.delivered_at_start { problem.start.0 } else { i64::MIN };
        let first = lots.len();
        for item in order.items().filter(|&item| problem.items[item].remaining > 0) {
            if problem.route_of(item).steps.len() != 1 {
                return None;
            }
            let whole = lots_of_item(problem, item, 1);
            if lots_of_item(problem, item, 2).len() > whole.len() {
                return None;
            }
            let frozen = problem.items[item].frozen_lots.iter().map(|&lot| &problem.baseline.lots[lot as usize]);
            for lot in frozen {
                let operation = lot.operations.first().copied().flatten()?;
                let journey = problem.places.delivery(problem.lines[operation.line].site, order.region);
                let journey = journey.unwrap_or_default();
                elsewhere = elsewhere.max(operation.end.0 + journey.time.0);
                self.base = self.base.checked_add(journey.cost_per_unit.times(lot.quantity).0)?;
            }
            let known = problem.items[item].frozen_lots.len();
            lots.extend(whole.into_iter().skip(known).map(|(number, quantity)| (item, number, quantity)));
        }
        let mut facts = OrderFacts {
            order: id,
            lots: (first..lots.len()).collect(),
            due: order.due.map_or(NEVER, |due| due.0),
            deadline: order.deadline.map_or(NEVER, |deadline| deadline.0),
            late_cost_per_day: order.late_cost_per_day.0,
            late_cost_once: order.late_cost_once.0,
            elsewhere,
            sunk: 0,
            reject: None,
        };
        if lots.len() > MOST_LOTS || order.late_cost_per_day.0 > LARGEST || order.late_cost_once.0 > LARGEST {
            return None;
        }
        facts.sunk = facts.price(elsewhere);
        self.base = self.base.checked_add(facts.sunk)?;
        facts.reject = order.reject_cost.map(|cost| cost.0 - facts.sunk);
        if facts.reject.is_some_and(|cost| cost.abs() > LARGEST) {
            return None;
        }
        if !facts.lots.is_empty() {
            self.order_of.extend(facts.lots.iter().map(|_| self.orders.len()));
            self.orders.push(facts);
        }
        Some(())
    }

    fn line(&self, problem: &Problem, id: LineIdx, lots: &[(ItemIdx, u32, Pieces)]) -> Option<Line> {
        let facts = &problem.lines[id];
        let open = problem.open_time(facts, 0..facts.overtime.len());
        let windows: Vec<(i64, i64)> = open.windows().map(|window| (window.from.0, window.to.0)).collect();
        let mut before = vec![0];
        before.extend(windows.iter().scan(0, |sum, &(from, to)| {
            *sum += to - from;
            Some(*sum)
        }));
        let mut line = Line {
            same: vec![id],
            rigid: facts.pausable || windows.len() == 1,
            windows,
            before,
            free: 0,
            initial: 0,
            classes: 0,
            seconds: Vec::new(),
            costs: Vec::new(),
            modes: Vec::new(),
            able: Vec::new(),
            followers: Vec::new(),
            reachable: Vec::new(),
        };
        line.free = line.worked_before(facts.available_from.0);
        let mut class_numbers: FxHashMap<u32, u16> = FxHashMap::default();
        for (lot, &written) in lots.iter().enumerate() {
            let mode = self.mode(problem, &line, id, lot, written, &mut class_numbers);
            if mode.run > 0 {
                line.able.push(lot);
            }
            line.modes.push(mode);
        }
        line.tabulate(problem, id, &class_numbers)?;
        line.followers = followers(self, &line);
        line.reachable = reachable(&line.followers);
        Some(line)
    }

    fn mode(
        &self,
        problem: &Problem,
        line: &Line,
        id: LineIdx,
        lot: usize,
        (item, number, quantity): (ItemIdx, u32, Pieces),
        class_numbers: &mut FxHashMap<u32, u16>,
    ) -> Mode {
        let facts = &problem.lines[id];
        let kind = problem.kind_of(item, 0);
        let order = &self.orders[self.order_of[lot]];
        let written = &problem.orders[order.order];
        let (Some(rate), Some(journey)) =
            (problem.rate_on(kind, id), problem.places.delivery(facts.site, written.region))
        else {
            return Mode::default();
        };
        let mut cost = problem.run_cost(facts, rate, quantity) + journey.cost_per_unit.times(quantity);
        let baseline = problem.baseline.by_key.get(&(item, number)).map(|&lot| &problem.baseline.lots[lot as usize]);
        if let Some(known) = baseline.and_then(|lot| lot.operations.first().copied().flatten())
            && known.line != id
        {
            cost += problem.baseline.line_change_cost;
        }
        let next = class_numbers.len() as u16;
        let class = *class_numbers.entry(problem.class_on(facts, kind).0).or_insert(next);
        // The sunk part of the price allows for a delivery as late as what lies elsewhere.
        let free_of_charge = if order.sunk > 0 { order.elsewhere } else { order.due };
        let in_time = |instant: i64| line.worked_before(instant.saturating_sub(journey.time.0));
        let mode = Mode {
            run: rate.run_time(quantity).0,
            cost: cost.0,
            journey: journey.time.0,
            class,
            earliest: line.worked_before(written.release.0),
            on_time: in_time(free_of_charge),
            last: in_time(order.deadline).min(line.total()),
        };
        let alone = line.place(line.free.max(mode.earliest), mode.run);
        if alone > mode.last { Mode::default() } else { mode }
    }
}

impl Shop {
    /// The same shop where nothing costs anything but leaving out an order that must be made: whether it can be made.
    pub fn timing_only(&self) -> Self {
        let mut shop = self.clone();
        shop.base = 0;
        for order in &mut shop.orders {
            order.reject = order.reject.map(|_| 0);
        }
        let must: Vec<bool> = self.order_of.iter().map(|&order| self.orders[order].reject.is_none()).collect();
        for line in &mut shop.lines {
            line.costs.iter_mut().for_each(|cost| *cost = 0);
            line.modes.iter_mut().for_each(|mode| (mode.cost, mode.on_time) = (0, mode.last));
            line.able.retain(|&lot| must[lot]);
        }
        shop
    }

    /// A cost no plan is below, whatever its times.
    pub fn floor(&self) -> i64 {
        let cheapest = |&lot: &usize| {
            let able = self.lines.iter().map(|line| &line.modes[lot]).filter(|mode| mode.run > 0);
            able.map(|mode| mode.cost).min().unwrap_or(0)
        };
        let of_order = |order: &OrderFacts| {
            let made: i64 = order.lots.iter().map(cheapest).sum();
            order.reject.map_or(made, |reject| made.min(reject))
        };
        self.base + self.orders.iter().map(of_order).sum::<i64>()
    }

    /// What the costs of all plans differ by is a multiple of this.
    pub fn step(&self) -> i64 {
        let mut step = 0;
        for line in &self.lines {
            step = line.costs.iter().copied().fold(step, gcd);
            step = line.able.iter().map(|&lot| line.modes[lot].cost).fold(step, gcd);
            // Lateness is a multiple of what all times are multiples of, on a line that is open without a break.
            let single = line.windows.len() == 1;
            let opens = line.windows.first().map_or(0, |window| window.0);
            let grid = line.seconds.iter().copied().fold(line.free, gcd);
            for &lot in line.able.iter() {
                let (mode, order) = (&line.modes[lot], &self.orders[self.order_of[lot]]);
                if order.due >= NEVER {
                    continue;
                }
                let runs = line.able.iter().map(|&lot| &line.modes[lot]);
                let grid = runs.fold(grid, |grid, mode| gcd(gcd(grid, mode.run), mode.earliest));
                let grid = gcd(grid, order.due - mode.journey - opens);
                let of_grid = i128::from(order.late_cost_per_day) * i128::from(grid);
                let exact = single && order.elsewhere <= order.due && of_grid % i128::from(DAY.0) == 0;
                step = gcd(step, order.late_cost_once);
                step = gcd(step, if exact { (of_grid / i128::from(DAY.0)) as i64 } else { 1 });
            }
        }
        self.orders.iter().filter_map(|order| order.reject).fold(step, gcd).max(1)
    }

    /// The line plans of a plan, as columns; those that a shop cannot have are left out.
    pub fn columns_of(&self, plan: &Plan) -> Vec<Column> {
        let lot_of: FxHashMap<ItemIdx, u8> = self.items.iter().copied().zip(0u8..).collect();
        let column = |place: usize, id: LineIdx| {
            let item = |&operation| plan.lots[plan.operations[operation].lot].item;
            let lots: Option<Vec<u8>> =
                plan.sequences[id].iter().map(|operation| lot_of.get(&item(operation)).copied()).collect();
            Column::new(self, place, lots?)
        };
        let lines = self.lines.iter().enumerate();
        lines.flat_map(|(place, line)| line.same.iter().filter_map(move |&id| column(place, id))).collect()
    }
}
