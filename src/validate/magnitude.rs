//! Numbers that are each in range but whose sums would not be.
//!
//! Everything downstream adds plain `i64`s. Here the dearest and slowest that a plan could come to is added up in
//! `i128`, far above what any plan costs; what stays below the limits can overflow nowhere.

use super::eligibility::Eligibility;
use super::order::has_work;
use crate::diagnostic::{Diagnostic, codes};
use crate::model::scalar::{DURATION_MAX, INSTANT_RANGE};
use crate::model::{Item, Order, Rate};
use crate::units::MICRO;
use rustc_hash::{FxHashMap, FxHashSet};

/// What any sum may come to at most: a quarter of `i64`, so that two of them can still be added.
const LIMIT: i128 = (i64::MAX / 4) as i128;
/// What one order may come to in seconds of work: 30,000 years on one line.
const ORDER_LIMIT: i128 = 1_000_000_000_000;
/// The longest time between two instants of a plan: a delivery after the last instant, a due date at the first.
const LONGEST: i128 = (INSTANT_RANGE.end - INSTANT_RANGE.start) as i128 + 2 * DURATION_MAX.0 as i128;

/// Judges the sums.
pub(super) fn check(lines: &Eligibility<'_>, faulty: &FxHashSet<String>, faults: &mut Vec<Diagnostic>) {
    let bounds = Bounds::new(lines);
    check_materials(lines, faults);
    let mut total = bounds.plant_cost;
    let mut work = 0;
    let mut classes: FxHashMap<usize, Worst> = FxHashMap::default();
    for (index, order) in lines.instance.orders.iter().enumerate().filter(|(_, order)| !faulty.contains(&order.id)) {
        let mut sum = Sum { cost: order_cost(lines, order), seconds: 0, material: 0 };
        for item in order.items.iter().filter(|_| has_work(order)) {
            let Some(variant) = lines.variant(&item.variant) else { continue };
            let worst = classes.entry(lines.class(variant)).or_insert_with(|| Worst::new(lines, variant));
            sum.add(&bounds, worst, item);
        }
        if sum.seconds > ORDER_LIMIT || sum.cost > LIMIT / 16 || sum.material > LIMIT / 16 {
            let what = if sum.seconds > ORDER_LIMIT {
                "working time on its slowest lines"
            } else if sum.material > LIMIT / 16 {
                "need of material"
            } else {
                "cost at its worst"
            };
            let message =
                format!("The order \"{}\" has a {what} outside the range the program computes with.", order.id);
            let remedy = "Write smaller quantities, times or costs.";
            let fault = Diagnostic::error(codes::OUT_OF_RANGE, format!("/orders/{index}"), message, remedy);
            faults.push(fault.for_order(&order.id));
            continue;
        }
        total += sum.cost;
        work += sum.seconds;
    }
    if total > LIMIT || work > LIMIT {
        faults.push(Diagnostic::error(
            codes::OUT_OF_RANGE,
            "",
            "Costs or working times could add up to more than the program computes with.",
            "Write money in a larger unit, or plan fewer orders at once.",
        ));
    }
}

fn check_materials(lines: &Eligibility<'_>, faults: &mut Vec<Diagnostic>) {
    for (index, material) in lines.instance.materials.iter().enumerate() {
        let arrivals: i128 = material.arrivals.iter().map(|arrival| i128::from(arrival.quantity.0)).sum();
        if i128::from(material.stock.0) + arrivals > LIMIT {
            faults.push(Diagnostic::error(
                codes::OUT_OF_RANGE,
                format!("/materials/{index}"),
                format!("Stock and arrivals of \"{}\" add up to more than the program computes with.", material.id),
                "Count the material in a larger unit.",
            ));
        }
    }
}

/// What an order may cost besides its lots.
fn order_cost(lines: &Eligibility<'_>, order: &Order) -> i128 {
    let wide = |money: Option<crate::units::Money>| money.map_or(0, |money| i128::from(money.0));
    let per_day = order.late_cost_per_day.unwrap_or(lines.instance.objective.late_cost_per_day);
    // Only facts of a baseline, and due dates, may lie before the start.
    let start = lines.instance.start.seconds.0;
    let first = order.due.map_or(start, |due| due.seconds.0.min(start));
    let before = if lines.instance.baseline.is_some() { 0 } else { first - INSTANT_RANGE.start };
    let days = (LONGEST - i128::from(before)) / 86_400 + 1;
    (i128::from(per_day.0) + i128::from(order.holding_cost_per_day.0)) * days
        + wide(order.late_cost_once)
        + wide(order.reject_cost)
}

/// What holds for every lot of the plant.
struct Bounds {
    /// Dearest hour of any line.
    hour: i128,
    /// Longest and dearest changeover of any line, all its rules together.
    changeover_seconds: i128,
    changeover_cost: i128,
    /// Dearest short run of any line.
    shortfall: i128,
    /// Dearest transit, and delivery, per piece.
    transit: i128,
    delivery: i128,
    /// Dearest change to one operation of the baseline.
    baseline: i128,
    /// What does not depend on orders: overtime and makespan.
    plant_cost: i128,
}

impl Bounds {
    fn new(lines: &Eligibility<'_>) -> Self {
        let instance = lines.instance;
        let most = |values: &mut dyn Iterator<Item = i128>| values.max().unwrap_or(0);
        let rules = || instance.changeovers.iter().map(|set| &set.rules);
        let overtime: FxHashMap<&str, i128> = instance
            .calendars
            .iter()
            .map(|calendar| (calendar.id.as_str(), calendar.overtime.iter().map(|w| i128::from(w.cost.0)).sum()))
            .collect();
        let opened = instance.lines.iter().filter_map(|line| overtime.get(line.calendar.as_deref()?));
        let makespan = i128::from(instance.objective.makespan_cost_per_hour.0) * (LONGEST / 3_600 + 1);
        let runs = instance.lines.iter().filter_map(|line| line.minimum_run.as_ref());
        let delivery = instance.sites.iter().flat_map(|site| &site.deliveries);
        Self {
            hour: most(&mut instance.lines.iter().map(|line| i128::from(line.cost_per_hour.0))),
            changeover_seconds: most(&mut rules().map(|set| set.iter().map(|rule| longest(rule).0).sum())),
            changeover_cost: most(&mut rules().map(|set| set.iter().map(|rule| longest(rule).1).sum())),
            shortfall: most(&mut runs.map(|run| i128::from(run.quantity) * i128::from(run.shortfall_cost_per_unit.0))),
            transit: most(&mut instance.transits.iter().map(|transit| i128::from(transit.cost_per_unit.0))),
            delivery: most(&mut delivery.map(|delivery| i128::from(delivery.cost_per_unit.0))),
            baseline: instance.baseline.as_ref().map_or(0, |baseline| {
                i128::from(baseline.line_change_cost.0)
                    + i128::from(baseline.start_change_cost_per_hour.0) * (LONGEST / 3_600 + 1)
            }),
            plant_cost: makespan + opened.sum::<i128>(),
        }
    }
}

/// The longest time and the highest cost of one rule.
fn longest(rule: &crate::model::ChangeoverRule) -> (i128, i128) {
    let seconds = rule.seconds.iter().flatten().flatten().copied().max().unwrap_or(0);
    let cost = rule.costs.iter().flatten().flatten().map(|cost| cost.0).max().unwrap_or(0);
    let time = rule.time.map_or(0, |time| time.0.0).max(i64::from(seconds));
    (i128::from(time), i128::from(rule.cost.map_or(0, |cost| cost.0).max(cost)))
}

/// The worst a lot of a variant can meet, over all operations and the lines that can run them.
#[derive(Default)]
struct Worst {
    operations: i128,
    /// Millionths of a second per piece ordered, and seconds per lot.
    micro_seconds_per_piece: i128,
    fixed: i128,
    cost_per_piece: i128,
    material_per_piece: i128,
    arcs: i128,
}

impl Worst {
    fn new(lines: &Eligibility<'_>, variant: usize) -> Self {
        let mut worst = Self::default();
        for (step, choices) in lines.steps(variant).iter().zip(lines.choices(variant)) {
            let most = |of: &dyn Fn(&Rate) -> i128| choices.iter().map(|choice| of(choice.rate)).max().unwrap_or(0);
            let per_unit: i128 = lines.materials(variant, step).map(|(_, per_unit)| i128::from(per_unit)).sum();
            worst.operations += 1;
            worst.arcs += step.after.len() as i128;
            worst.micro_seconds_per_piece += most(&|rate| micro_seconds(rate) * pieces_run_per_piece(rate));
            worst.fixed += most(&|rate| i128::from(rate.fixed_time.0.0) + 2);
            worst.cost_per_piece += most(&|rate| i128::from(rate.cost_per_unit.0) * pieces_run_per_piece(rate));
            worst.material_per_piece += most(&|rate| per_unit * pieces_run_per_piece(rate));
        }
        worst
    }
}

/// Millionths of a second a piece takes, rounded up.
fn micro_seconds(rate: &Rate) -> i128 {
    match (rate.seconds_per_unit, rate.units_per_hour) {
        (Some(seconds), _) => i128::from(seconds.0),
        (None, Some(units)) => 3_600 * i128::from(MICRO) * i128::from(MICRO) / i128::from(units.0.max(1)) + 1,
        (None, None) => 0,
    }
}

/// Pieces run for one good piece, rounded up.
fn pieces_run_per_piece(rate: &Rate) -> i128 {
    i128::from(MICRO) / i128::from(rate.yield_share.0.max(1)) + 1
}

struct Sum {
    cost: i128,
    seconds: i128,
    material: i128,
}

impl Sum {
    fn add(&mut self, bounds: &Bounds, worst: &Worst, item: &Item) {
        let pieces = i128::from(item.remaining());
        let lots = i128::from(most_lots(item));
        let runs = lots * worst.operations;
        let run_seconds = pieces.saturating_mul(worst.micro_seconds_per_piece) / i128::from(MICRO) + lots * worst.fixed;
        let seconds = run_seconds + runs * bounds.changeover_seconds;
        self.seconds += seconds;
        self.material = self.material.saturating_add(pieces.saturating_mul(worst.material_per_piece));
        // Saturating: a product of four numbers at their limits leaves even 128 bits.
        let hours = seconds / 3_600 + runs;
        let terms = [
            hours.saturating_mul(bounds.hour),
            pieces.saturating_mul(worst.cost_per_piece + bounds.transit * worst.arcs + bounds.delivery),
            runs.saturating_mul(bounds.changeover_cost + bounds.shortfall + bounds.baseline),
        ];
        self.cost = terms.into_iter().fold(self.cost, i128::saturating_add);
    }
}

/// Into how many lots an item can be split at most.
pub(super) fn most_lots(item: &Item) -> i64 {
    (item.remaining() / item.minimum_lot.max(1)).clamp(1, i64::from(item.maximum_lots.max(1)))
}
