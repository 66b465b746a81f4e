//! List scheduling: lots in an order, each operation at the end of the line where it ends first or costs least.
//!
//! Orders due within one window are taken class by class, so that equal setups stand together: the wider the window,
//! the fewer changeovers and the later the urgent ones.

use super::shop::{Preview, Shop};
use super::{Constructed, GoOn};
use crate::plan::{Fate, LotIdx, OpIdx};
use crate::problem::{ItemIdx, OrderIdx, Problem};
use crate::schedule::Obstacle;
use crate::units::{DAY, Money, Seconds};
use rustc_hash::FxHashSet;

/// One list-scheduling rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    name: &'static str,
    /// Orders due within such a window are taken class by class.
    window: Seconds,
    choice: Choice,
    /// Whether large items are split where that brings delivery forward.
    split: bool,
}

/// The most lots an item is split into while constructing; search may go further.
const MOST_PARTS: i64 = 8;

/// An item at the ends of its lines.
#[derive(Clone, Copy, Debug)]
struct Placed {
    delivery: Seconds,
    cost: Money,
}

impl Placed {
    /// What it costs with its lateness.
    fn price(self, problem: &Problem, order: OrderIdx) -> Money {
        self.cost + problem.orders[order].delivery_cost(self.delivery).0
    }
}

/// Which line an operation goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// The line that is free first: what a spreadsheet does.
    FreeFirst,
    /// The line on which it ends first.
    EndsFirst,
    /// The line on which run, changeover, journeys and lateness cost least, the line's time counted at a price.
    Cheapest,
}

impl Rule {
    /// A rule that takes orders due within a window class by class; whether it splits large items.
    pub const fn new(name: &'static str, window: Seconds, choice: Choice, split: bool) -> Self {
        Self { name, window, choice, split }
    }
}

/// What splits for what can be made, and the first plan where nothing else is.
pub(super) const BY_DUE_DATE: Rule = Rule::new("list-due", Seconds(1), Choice::EndsFirst, true);

/// The rule that looks at lines least: of many lines only those free first are asked for a price. On the largest instances
/// it has its plan long before the others, which may then run out of time.
pub(super) const FREE_FIRST: Rule = Rule::new("list-free", Seconds(1), Choice::FreeFirst, false);

/// Earliest due date first, each operation on the line that is free first, nothing refused that fits: the plan a
/// planner's spreadsheet makes.
pub(crate) fn earliest_due_date(problem: &Problem) -> Constructed {
    let rule = Rule { name: "dispatch", ..FREE_FIRST };
    rule.build(problem, &rule.sequence(problem), &|| true).settled(problem)
}

/// What keeps an order from being made even with every line to itself; none where nothing does.
pub(crate) fn alone(problem: &Problem, order: OrderIdx) -> Option<Obstacle> {
    let mut shop = Shop::new(problem);
    problem.orders[order].items().find_map(|item| BY_DUE_DATE.place_item(&mut shop, item).err())
}

impl Rule {
    /// Builds the plan, then once more with the must-make orders that were squeezed out put first, as far as time goes.
    pub fn apply(self, problem: &Problem, go_on: GoOn<'_>) -> Constructed {
        let order = self.sequence(problem);
        let first = self.build(problem, &order, go_on);
        if first.schedule.unplanned == 0 || !go_on() {
            return first;
        }
        let missed = |id: OrderIdx| first.plan.fates[id] == Fate::LeftOut && problem.orders[id].reject_cost.is_none();
        let (mut urgent, rest): (Vec<_>, Vec<_>) = order.into_iter().partition(|&(order, _)| missed(order));
        urgent.extend(rest);
        let second = self.build(problem, &urgent, go_on);
        if second.schedule.value() < first.schedule.value() { second } else { first }
    }

    /// Items in the order they are taken: by due window, then class, then due date.
    fn sequence(self, problem: &Problem) -> Vec<(OrderIdx, u32)> {
        let mut keyed: Vec<_> = problem
            .orders
            .enumerate()
            .flat_map(|(id, order)| order.items().enumerate().map(move |(place, item)| (id, place as u32, item)))
            .map(|(id, place, item)| {
                let due = due_of(problem, id);
                let window = (due.0 - problem.start.0).div_euclid(self.window.0);
                let kind = problem.kind_of(item, 0);
                let family = if self.window.0 > 1 { family_of(problem, kind) } else { (0, 0) };
                ((window, family, due, id, place), (id, place))
            })
            .collect();
        keyed.sort_unstable();
        keyed.into_iter().map(|(_, entry)| entry).collect()
    }

    fn build(self, problem: &Problem, sequence: &[(OrderIdx, u32)], go_on: GoOn<'_>) -> Constructed {
        let mut shop = Shop::new(problem);
        let mut failed: FxHashSet<OrderIdx> = FxHashSet::default();
        for (position, &(order, place)) in sequence.iter().enumerate() {
            if problem.orders[order].nothing_left || failed.contains(&order) {
                continue;
            }
            if !go_on() {
                // Orders of several items may have some placed already; what is not whole does not count.
                let left = sequence[position..].iter().map(|&(order, _)| order);
                failed.extend(left.filter(|&order| !problem.orders[order].nothing_left));
                break;
            }
            let item = ItemIdx(problem.orders[order].items.start + place);
            if self.place_item(&mut shop, item).is_err() {
                failed.insert(order);
            }
        }
        let (plan, schedule) = shop.finish(&failed);
        Constructed { rule: self.name, plan, schedule }
    }

    /// Appends an item: whole, or in the number of lots that costs least where it is late whole and may be split.
    fn place_item(self, shop: &mut Shop<'_>, item: ItemIdx) -> Result<(), Obstacle> {
        let problem = shop.problem;
        let facts = &problem.items[item];
        let order = &problem.orders[facts.order];
        let mark = shop.mark();
        let whole = self.place_lots(shop, item, 1);
        let on_time = whole.is_ok_and(|placed| order.due.is_none_or(|due| placed.delivery <= due));
        let most = i64::from(facts.maximum_lots).min(facts.remaining / facts.minimum_lot.max(1)).min(MOST_PARTS);
        if on_time || !self.split || most < 2 {
            return whole.map(|_| ());
        }
        let mut best = whole.ok().map(|placed| (placed.price(problem, facts.order), 1));
        let mut standing = 1;
        for parts in 2..=most as u32 {
            shop.roll_back(&mark);
            standing = parts;
            let split = self.place_lots(shop, item, parts).map(|placed| (placed.price(problem, facts.order), parts));
            best = best.into_iter().chain(split).min();
        }
        let Some((_, parts)) = best else { return whole.map(|_| ()) };
        if parts != standing {
            shop.roll_back(&mark);
            self.place_lots(shop, item, parts)?;
        }
        Ok(())
    }

    fn place_lots(self, shop: &mut Shop<'_>, item: ItemIdx, parts: u32) -> Result<Placed, Obstacle> {
        let mut placed = Placed { delivery: shop.problem.start, cost: Money::ZERO };
        for lot in shop.open_item(item, parts) {
            let cost = self.place_lot(shop, lot)?;
            placed.cost += cost;
            placed.delivery = placed.delivery.max(shop.delivery(lot).ok_or(Obstacle::Delivery)?);
        }
        Ok(placed)
    }

    /// Appends every operation of a lot, predecessors first, and returns their cost, unless one fits nowhere or the
    /// deadline passes.
    fn place_lot(self, shop: &mut Shop<'_>, lot: LotIdx) -> Result<Money, Obstacle> {
        let item = shop.plan.lots[lot].item;
        let route = shop.problem.route_of(item);
        let mut cost = Money::ZERO;
        for &step in &route.topological {
            let operation = shop.plan.operation(lot, usize::from(step));
            if shop.placed(operation).is_some() {
                continue;
            }
            let best = self.choose(shop, operation, step == route.last).ok_or_else(|| shop.obstacle(operation))?;
            cost += best.cost;
            shop.append(operation, &best);
        }
        let delivery = shop.delivery(lot).ok_or(Obstacle::Delivery)?;
        let deadline = shop.problem.orders[shop.problem.items[item].order].deadline;
        if deadline.is_none_or(|deadline| delivery <= deadline) { Ok(cost) } else { Err(Obstacle::Deadline) }
    }

    fn choose(self, shop: &Shop<'_>, operation: OpIdx, is_last: bool) -> Option<Preview> {
        let problem = shop.problem;
        let kind = shop.plan.kind(problem, operation);
        let mut best: Option<((i64, i64), Preview)> = None;
        for &mode in problem.modes(kind) {
            let worse_than = match (&best, self.choice) {
                (Some((_, best)), Choice::EndsFirst) => best.end,
                _ => Seconds::MAX,
            };
            if let (Some((key, _)), Choice::FreeFirst) = (&best, self.choice)
                && shop.free_at(mode.line).0 >= key.0
            {
                continue;
            }
            let Some(preview) = shop.preview(operation, mode, worse_than) else { continue };
            let key = match self.choice {
                Choice::FreeFirst => (shop.free_at(mode.line).0, 0),
                Choice::EndsFirst => (preview.end.0, preview.cost.0),
                Choice::Cheapest => (price(shop, operation, &preview, is_last).0, preview.end.0),
            };
            if best.is_none_or(|(least, _)| key < least) {
                best = Some((key, preview));
            }
        }
        best.map(|(_, preview)| preview)
    }
}

/// What an operation costs at the end of a line: its own cost, lateness if it ends its lot, and the line's time.
fn price(shop: &Shop<'_>, operation: OpIdx, preview: &Preview, is_last: bool) -> Money {
    let problem = shop.problem;
    let lot = shop.plan.lots[shop.plan.operations[operation].lot];
    let order = &problem.orders[problem.items[lot.item].order];
    let mut price = preview.cost;
    if is_last {
        let site = problem.lines[preview.mode.line].site;
        let journey = problem.places.delivery(site, order.region).unwrap_or_default();
        price += order.delivery_cost(preview.end + journey.time).0;
    }
    // Time taken from a line is time somebody later may be late by: an hour counts as an hour of this order's delay.
    price + order.late_cost_per_day.pro_rata(preview.occupied, DAY)
}

/// When an order should be delivered: its due date, its deadline, or never in particular.
fn due_of(problem: &Problem, order: OrderIdx) -> Seconds {
    let order = &problem.orders[order];
    order.due.or(order.deadline).unwrap_or(problem.end).min(order.deadline.unwrap_or(problem.end)).max(order.release)
}

/// What tells families apart: who can run a kind, and its setup class and run value there.
fn family_of(problem: &Problem, kind: crate::problem::KindIdx) -> (u32, u32) {
    let modes = problem.kinds[kind].modes;
    let class = problem.modes(kind).first().map_or(0, |mode| {
        let line = &problem.lines[mode.line];
        problem.class_on(line, kind).0
    });
    (modes.0, class)
}
