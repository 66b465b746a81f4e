//! Shops so small that every plan of them can be tried, and the best of all those plans.
//!
//! A third implementation of timing, for the few rules these shops use: minute by minute, each operation as early as
//! its place allows, which is best where nothing is gained by waiting (no holding costs, no baseline). What a plan
//! costs and whether it may be is asked of `verify`, which also catches this file where it is wrong.

use lotwise::diagnostic::codes;
use lotwise::model::{Duration, Instance, Instant, LotEntry, OperationEntry};
use lotwise::solution::{
    CostBreakdown, FORMAT, Kpis, LineEntry, OrderEntry, OrderStatus, Reason, Run, Solution, Status,
};
use lotwise::units::{Money, Seconds};
use lotwise::verify::verify;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::HashMap;

/// 2026-11-23T08:00:00Z.
const START: i64 = 1_795_420_800;
const COLOURS: [&str; 3] = ["red", "white", "black"];

/// A line; times are minutes from the start.
#[derive(Clone, Debug)]
pub struct Line {
    pub name: String,
    pub minutes_per_piece: i64,
    pub fixed: i64,
    pub cost_per_hour: i64,
    pub available_from: i64,
    pub setup: Option<usize>,
    /// Closed from and to.
    pub closed: Option<(i64, i64)>,
    /// Overtime at the beginning of the closed time: its length and cost.
    pub overtime: Option<(i64, i64)>,
    pub pausable: bool,
    /// Whether it can make the last colour; the first line of a stage always can.
    pub makes_all: bool,
    pub minimum_run: Option<i64>,
}

/// An order; times are minutes from the start.
#[derive(Clone, Debug)]
pub struct Order {
    pub name: String,
    pub items: Vec<(usize, i64)>,
    pub release: i64,
    pub due: Option<i64>,
    pub late_cost: i64,
    pub late_once: i64,
    pub deadline: Option<i64>,
    pub reject_cost: Option<i64>,
    /// Whether its first two items are the two lots of one.
    pub is_split: bool,
}

/// A shop of one stage, or of two where every piece is cut and then packed.
#[derive(Clone, Debug)]
pub struct Shop {
    pub lag: Option<i64>,
    pub lines: Vec<Line>,
    pub orders: Vec<Order>,
    /// Minutes and cost from colour to colour.
    pub changeovers: Vec<Vec<(i64, i64)>>,
    pub makespan_cost: i64,
    /// The colours in the order the file lists them.
    pub variants: Vec<usize>,
    /// The order whose first item may be made in two lots.
    pub split: Option<usize>,
}

/// At most this many operations.
pub const MOST_OPERATIONS: usize = 4;

fn line() -> impl Strategy<Value = Line> {
    let work = (1i64..6, prop_oneof![Just(0i64), 1i64..20], 0i64..30, prop_oneof![2 => Just(0i64), 1 => 0i64..90]);
    let closed = option::of((0i64..200, 30i64..240).prop_map(|(from, length)| (from, from + length)));
    let extra = (option::of((10i64..30, 1i64..40)), any::<bool>(), any::<bool>(), option::of(2i64..40));
    (work, option::of(0usize..3), closed, extra).prop_map(
        |((minutes_per_piece, fixed, cost_per_hour, available_from), setup, closed, extra)| {
            let (overtime, pausable, makes_all, minimum_run) = extra;
            let name = String::new();
            let overtime = overtime.filter(|_| closed.is_some());
            Line {
                name,
                minutes_per_piece,
                fixed,
                cost_per_hour,
                available_from,
                setup,
                closed,
                overtime,
                pausable,
                makes_all,
                minimum_run,
            }
        },
    )
}

fn order() -> impl Strategy<Value = Order> {
    let items = vec((0usize..3, 1i64..25), 1..3);
    let dates =
        (prop_oneof![Just(0i64), 0i64..120], option::weighted(0.8, 20i64..300), option::weighted(0.2, 120i64..400));
    let costs = (1i64..5_000, prop_oneof![2 => Just(0i64), 1 => 1i64..50], option::weighted(0.4, 1i64..400));
    (items, dates, costs).prop_map(|(items, (release, due, deadline), (late_cost, late_once, reject_cost))| {
        let name = String::new();
        Order { name, items, release, due, late_cost, late_once, deadline, reject_cost, is_split: false }
    })
}

/// Any tiny shop.
pub fn any_shop() -> impl Strategy<Value = Shop> {
    let changeovers = vec(vec((prop_oneof![Just(0i64), 1i64..60], 0i64..20), 3), 3);
    let makespan = prop_oneof![3 => Just(0i64), 1 => 1i64..60];
    (option::weighted(0.3, 0i64..40), vec(line(), 1..3), vec(order(), 1..5), changeovers, makespan).prop_map(
        |(lag, mut lines, mut orders, changeovers, makespan_cost)| {
            if lag.is_some() {
                // The first line cuts, all the others pack.
                let first = lines[0].clone();
                lines.insert(0, first);
            }
            let steps = if lag.is_some() { 2 } else { 1 };
            let mut left = MOST_OPERATIONS;
            for order in &mut orders {
                order.items.truncate(left / steps);
                left -= order.items.len() * steps;
            }
            orders.retain(|order| !order.items.is_empty());
            let mut shop =
                Shop { lag, lines, orders, changeovers, makespan_cost, variants: vec![0, 1, 2], split: None };
            shop.name_in_order();
            shop
        },
    )
}

/// Any tiny shop of one stage in which an item may be split.
pub fn any_splitting_shop() -> impl Strategy<Value = Shop> {
    any_shop().prop_filter_map("one stage", |mut shop| {
        let mut left = MOST_OPERATIONS - 1;
        for order in &mut shop.orders {
            order.items.truncate(left);
            left -= order.items.len();
        }
        shop.orders.retain(|order| !order.items.is_empty());
        shop.split = Some(0);
        shop.lag.is_none().then_some(shop)
    })
}

/// An operation: order, item, step.
type Operation = (usize, usize, usize);

impl Shop {
    fn name_in_order(&mut self) {
        self.lines.iter_mut().enumerate().for_each(|(index, line)| line.name = format!("line-{index}"));
        self.orders.iter_mut().enumerate().for_each(|(index, order)| order.name = format!("order-{index}"));
        for index in 0..self.lines.len() {
            // Of each stage one line can make everything.
            self.lines[index].makes_all |= index == 0 || (self.lag.is_some() && index == 1);
        }
    }

    fn stage(&self, line: &Line) -> Option<usize> {
        self.lag.map(|_| usize::from(!line.name.ends_with("-0")))
    }

    fn can_make(&self, line: &Line, colour: usize, step: usize) -> bool {
        self.stage(line).is_none_or(|stage| stage == step) && (line.makes_all || colour < 2)
    }

    /// The same shop with its lines, orders and colours listed the other way round.
    pub fn reversed(&self) -> Self {
        let mut shop = self.clone();
        shop.lines.reverse();
        shop.orders.reverse();
        shop.variants.reverse();
        shop.split = shop.split.map(|order| shop.orders.len() - 1 - order);
        shop
    }

    /// The shop as a file; every id begins with `prefix`.
    pub fn instance(&self, prefix: &str) -> Instance {
        let at = |minutes: i64| Instant::utc(Seconds(START + 60 * minutes)).to_string();
        let calendar = |line: &Line| {
            let closed: Vec<Value> =
                line.closed.iter().map(|&(from, to)| json!({ "from": at(from), "to": at(to) })).collect();
            let overtime = overtime_of(line)
                .map(|(from, to, cost)| json!({ "from": at(from), "to": at(to), "cost": cost }))
                .into_iter();
            json!({ "id": format!("{prefix}{}", line.name), "closed": closed, "overtime": overtime.collect::<Vec<_>>() })
        };
        let line = |line: &Line| {
            let rate = |matching: Value| {
                json!({ "match": matching, "seconds_per_unit": 60 * line.minutes_per_piece,
                "fixed_time": format!("PT{}M", line.fixed) })
            };
            let mut value = json!({ "id": format!("{prefix}{}", line.name), "calendar": format!("{prefix}{}", line.name),
                "changeovers": format!("{prefix}paint"), "cost_per_hour": line.cost_per_hour,
                "available_from": at(line.available_from), "pausable": line.pausable,
                "rates": if line.makes_all { vec![rate(json!({}))] }
                    else { COLOURS[..2].iter().map(|colour| rate(json!({ "colour": colour }))).collect() } });
            if let Some(stage) = self.stage(line) {
                value["stage"] = json!(["cut", "pack"][stage]);
            }
            if let Some(setup) = line.setup {
                value["setup_state"] = json!({ "colour": COLOURS[setup] });
            }
            if let Some(quantity) = line.minimum_run {
                value["minimum_run"] = json!({ "by": "colour", "quantity": quantity, "shortfall_cost_per_unit": 0.5 });
            }
            value
        };
        let order = |(index, order): (usize, &Order)| {
            let item = |&(colour, quantity): &(usize, i64)| json!({ "variant": format!("{prefix}{}", COLOURS[colour]), "quantity": quantity });
            let mut value = json!({ "id": format!("{prefix}{}", order.name), "release": at(order.release),
                "items": order.items.iter().map(item).collect::<Vec<_>>() });
            if self.split == Some(index) {
                value["items"][0]["maximum_lots"] = json!(2);
            }
            if let Some(due) = order.due {
                value["due"] = json!(at(due));
                value["late_cost_per_day"] = json!(order.late_cost);
                value["late_cost_once"] = json!(order.late_once);
            }
            if let Some(deadline) = order.deadline {
                value["deadline"] = json!(at(deadline.max(order.release + 1)));
            }
            if let Some(cost) = order.reject_cost {
                value["reject_cost"] = json!(cost);
            }
            value
        };
        let variant = |&colour: &usize| {
            let mut value =
                json!({ "id": format!("{prefix}{}", COLOURS[colour]), "attributes": { "colour": COLOURS[colour] } });
            if self.lag.is_some() {
                value["route"] = json!(format!("{prefix}route"));
            }
            value
        };
        let rules: Vec<Value> = (0..9)
            .map(|index| (index / 3, index % 3))
            .filter(|(from, to)| from != to)
            .map(|(from, to)| {
                let (minutes, cost) = self.changeovers[from][to];
                json!({ "attribute": "colour", "from": COLOURS[from], "to": COLOURS[to], "time": format!("PT{minutes}M"), "cost": cost })
            })
            .collect();
        let routes = self.lag.map(|lag| {
            json!({ "id": format!("{prefix}route"), "operations": [
                { "id": "cut", "stage": "cut" }, { "id": "pack", "stage": "pack", "after": ["cut"], "lag": format!("PT{lag}M") }] })
        });
        serde_json::from_value(json!({
            "format": "lotwise/1", "start": at(0), "objective": { "makespan_cost_per_hour": self.makespan_cost },
            "calendars": self.lines.iter().map(calendar).collect::<Vec<_>>(),
            "changeovers": [{ "id": format!("{prefix}paint"), "rules": rules }],
            "routes": routes.into_iter().collect::<Vec<_>>(),
            "lines": self.lines.iter().map(line).collect::<Vec<_>>(),
            "variants": self.variants.iter().map(variant).collect::<Vec<_>>(),
            "orders": self.orders.iter().enumerate().map(order).collect::<Vec<_>>(),
        }))
        .expect("a tiny shop is an instance")
    }

    /// The least number of unplanned orders of all plans, and the least cost of those.
    pub fn optimum(&self, prefix: &str) -> (usize, Money) {
        let instance = self.instance(prefix);
        let mut best: Option<(usize, Money)> = None;
        for shop in self.divisions() {
            let value = shop.best_plan(&instance, prefix);
            best = Some(best.map_or(value, |best| best.min(value)));
        }
        best.expect("every shop is a division of itself")
    }

    /// The shop with the item that may be split in each of its lots.
    fn divisions(&self) -> Vec<Self> {
        let mut all = vec![self.clone()];
        let Some(order) = self.split else { return all };
        let (colour, quantity) = self.orders[order].items[0];
        for part in 1..=quantity / 2 {
            let mut shop = self.clone();
            shop.orders[order].items.splice(..1, [(colour, quantity - part), (colour, part)]);
            shop.orders[order].is_split = true;
            all.push(shop);
        }
        all
    }

    fn best_plan(&self, instance: &Instance, prefix: &str) -> (usize, Money) {
        let mut best: Option<(usize, Money)> = None;
        for left_out in 0..1u32 << self.orders.len() {
            let made: Vec<usize> = (0..self.orders.len()).filter(|order| left_out >> order & 1 == 0).collect();
            let mut sequences = vec![Vec::new(); self.lines.len()];
            let steps = if self.lag.is_some() { 2 } else { 1 };
            let operations: Vec<Operation> = made
                .iter()
                .flat_map(|&order| (0..self.orders[order].items.len()).map(move |item| (order, item)))
                .flat_map(|(order, item)| (0..steps).map(move |step| (order, item, step)))
                .collect();
            self.each_arrangement(&operations, &mut sequences, &mut |sequences| {
                for opened in 0..1u32 << self.lines.len() {
                    let useless = |(index, line): (usize, &Line)| {
                        opened >> index & 1 == 1 && (line.overtime.is_none() || sequences[index].is_empty())
                    };
                    if self.lines.iter().enumerate().any(useless) {
                        continue;
                    }
                    let plan = self.plan(prefix, sequences, opened, left_out);
                    if let Some(value) = value_of(instance, &plan) {
                        best = Some(best.map_or(value, |best| best.min(value)));
                    }
                }
            });
        }
        best.expect("the plan that makes nothing is always one")
    }

    /// Calls `each` with every way to put the operations on lines that can run them, in every order.
    fn each_arrangement(
        &self,
        operations: &[Operation],
        sequences: &mut Vec<Vec<Operation>>,
        each: &mut dyn FnMut(&[Vec<Operation>]),
    ) {
        let Some((&operation, others)) = operations.split_first() else { return each(sequences) };
        let colour = self.orders[operation.0].items[operation.1].0;
        for line in 0..self.lines.len() {
            if self.can_make(&self.lines[line], colour, operation.2) {
                for place in 0..=sequences[line].len() {
                    sequences[line].insert(place, operation);
                    self.each_arrangement(others, sequences, each);
                    sequences[line].remove(place);
                }
            }
        }
    }

    /// The plan that runs `sequences`, each operation as early as it can be.
    fn plan(&self, prefix: &str, sequences: &[Vec<Operation>], opened: u32, left_out: u32) -> Solution {
        let at = |minutes: i64| Instant::utc(Seconds(START + 60 * minutes));
        let mut ends: HashMap<Operation, i64> = HashMap::new();
        let mut timed: HashMap<Operation, OperationEntry> = HashMap::new();
        // Whatever packs waits for what cuts, never the other way round.
        let mut by_stage: Vec<usize> = (0..self.lines.len()).collect();
        by_stage.sort_by_key(|&line| self.stage(&self.lines[line]));
        for index in by_stage {
            let line = &self.lines[index];
            let (mut free, mut colour) = (line.available_from, line.setup);
            for &operation in &sequences[index] {
                let (order, item, step) = operation;
                let (next, quantity) = self.orders[order].items[item];
                let (setup, _) = colour.filter(|&now| now != next).map_or((0, 0), |now| self.changeovers[now][next]);
                let opened = opened >> index & 1 == 1;
                let setup_span = (setup > 0).then(|| line.place(free, setup, opened));
                let mut ready = setup_span.map_or(free, |(_, end)| end).max(self.orders[order].release);
                if step == 1 {
                    ready = ready.max(ends[&(order, item, 0)] + self.lag.unwrap_or(0));
                }
                let (start, end) = line.place(ready, quantity * line.minutes_per_piece + line.fixed, opened);
                ends.insert(operation, end);
                (free, colour) = (end, Some(next));
                let entry = OperationEntry {
                    operation: self.lag.map(|_| ["cut", "pack"][step].to_string()),
                    line: format!("{prefix}{}", line.name),
                    setup_start: setup_span.map(|(start, _)| at(start)),
                    start: at(start),
                    end: at(end),
                    meta: None,
                };
                timed.insert(operation, entry);
            }
        }
        let steps = if self.lag.is_some() { 2 } else { 1 };
        let lots = self.orders.iter().enumerate().filter(|(order, _)| left_out >> order & 1 == 0).flat_map(
            |(order, facts)| {
                let timed = &timed;
                facts.items.iter().enumerate().map(move |(item, &(_, quantity))| LotEntry {
                    order: format!("{prefix}{}", facts.name),
                    item: item.saturating_sub(usize::from(facts.is_split)).to_string(),
                    lot: u32::from(facts.is_split && item == 1),
                    quantity,
                    operations: (0..steps).map(|step| timed[&(order, item, step)].clone()).collect(),
                    ..LotEntry::default()
                })
            },
        );
        let orders = self.orders.iter().enumerate().map(|(order, facts)| OrderEntry {
            id: format!("{prefix}{}", facts.name),
            status: match (left_out >> order & 1, facts.reject_cost) {
                (0, _) => OrderStatus::OnTime,
                (_, Some(_)) => OrderStatus::Rejected,
                (_, None) => OrderStatus::Unplanned,
            },
            delivery: None,
            lateness: Duration::default(),
            cost: Money::ZERO,
            reason: Some(Reason { code: "left-out".to_string(), message: "It is left out here.".to_string() }),
        });
        let lines = self.lines.iter().enumerate().map(|(index, line)| LineEntry {
            id: format!("{prefix}{}", line.name),
            overtime: overtime_of(line)
                .filter(|_| opened >> index & 1 == 1)
                .map(|(from, ..)| at(from))
                .into_iter()
                .collect(),
            operations: 0,
            run_time: Duration::default(),
            changeover_time: Duration::default(),
            changeovers: 0,
        });
        Solution {
            format: FORMAT.to_string(),
            instance: None,
            status: Status::Unknown,
            cost: CostBreakdown::default(),
            bound: None,
            gap: None,
            clash: None,
            lots: lots.collect(),
            orders: orders.collect(),
            lines: lines.collect(),
            kpis: Kpis::default(),
            run: Run::default(),
            meta: None,
        }
    }
}

/// When a line's overtime begins and ends, and what it costs.
fn overtime_of(line: &Line) -> Option<(i64, i64, i64)> {
    let ((from, to), (length, cost)) = (line.closed?, line.overtime?);
    Some((from, (from + length).min(to), cost))
}

impl Line {
    fn is_open(&self, minute: i64, opened: bool) -> bool {
        let overtime = overtime_of(self).filter(|_| opened).is_some_and(|(from, to, _)| (from..to).contains(&minute));
        overtime || !self.closed.is_some_and(|(from, to)| (from..to).contains(&minute))
    }

    /// The first and the last minute's end of `work` minutes not begun before `ready`.
    fn place(&self, ready: i64, work: i64, opened: bool) -> (i64, i64) {
        assert!(work > 0);
        if !self.pausable {
            let fits = |&start: &i64| (start..start + work).all(|minute| self.is_open(minute, opened));
            let start = (ready..).find(fits).expect("after the closed time it is open for ever");
            return (start, start + work);
        }
        let mut worked = (ready..).filter(|&minute| self.is_open(minute, opened));
        let start = worked.next().expect("open for ever");
        let last = if work == 1 { start } else { worked.nth(work as usize - 2).expect("open for ever") };
        (start, last + 1)
    }
}

/// What a plan comes to, if it is one: what it says about itself is not judged.
fn value_of(instance: &Instance, plan: &Solution) -> Option<(usize, Money)> {
    let verification = verify(instance, plan);
    for breach in &verification.breaches {
        match breach.code {
            codes::BREACH_COST
            | codes::BREACH_STATUS
            | codes::BREACH_ORDER_STATUS
            | codes::BREACH_ORDER_DELIVERY
            | codes::BREACH_ORDER_LATENESS
            | codes::BREACH_ORDER_COST => {}
            codes::BREACH_DEADLINE => return None,
            _ => panic!("the timing of tiny shops is wrong: {breach}"),
        }
    }
    Some((verification.unplanned, verification.cost.total))
}
