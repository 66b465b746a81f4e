//! The independent checker: a plan against its instance, everything recomputed from the two files alone.
//!
//! It shares no arithmetic with the planner. Calendars are laid out here by a sweep of their own, working time is
//! walked window by window, terms are 128-bit quotients; of the crate it knows `units`, `model`, `solution` and
//! `diagnostic`. That two programs which have only the contract in common give the same answer is the point. It does
//! not know how plans are made, and says nothing of how good one is; [`left_shift_breaches`] alone asks whether an
//! operation could start earlier.
//!
//! The instance is taken as valid (`validate` judges it); one that is not gives a useless answer, never a panic. A
//! plan may claim anything: numbers are cut at 64 bits after each term, and each check is linear or a sort.
//!
//! # Readings
//!
//! Where the contract leaves a choice, this is how it is read.
//!
//! - *Names.* Of two things of one name the first counts. A lot's operations may be listed in any order.
//! - *Lot numbers.* Lots of an item with a frozen operation keep the baseline's numbers; the others take the smallest
//!   numbers from 0 that are left, each once. Without frozen lots that is 0, 1, 2 without gaps.
//! - *Lots.* `maximum_lots` counts frozen lots too; `minimum_lot` is not asked of them.
//! - *Facts.* A fact is compared, never judged. Facts come first on their line, by start, end, order, item, lot and
//!   operation; the changeover after the last of them is an ordinary one. A baseline operation on a line that is gone
//!   is nothing. Of two baseline entries for one operation the first counts.
//! - *Facts nobody makes* (their order is unplanned or gone, or has nothing left of the item) hold the line, set its
//!   state and take material from `start` on; with a known variant they cost production, changeover and short runs,
//!   but no transit, delivery or change. Without one, every attribute is missing (`variant` and `operation` too) and
//!   nothing is charged: not the changeover to it, and no run made of such facts alone; in a run with others its
//!   pieces count.
//! - *A fact without a rate* on its line, or on a line that could not run it (stage, `requires`, no entry of its
//!   material), costs no production; its pieces run are its quantity.
//! - *Orders.* An item with nothing left is delivered at `start`, so an order can be late or early by it. An order that
//!   has a `reject_cost` may be unplanned (set aside, or frozen in part and not to be finished); it then costs nothing.
//! - *Materials.* An arrival before `start` counts. A shortage that facts alone cause is no breach; once the plan has
//!   taken of that material it is.
//! - *Sites.* A line without a site and one with a site are a pair that is not listed. Each `after` edge between
//!   different sites pays its transit. A fact that could not be delivered is delivered at once and free.
//! - *Overtime* may be opened without being used; it is charged all the same.
//! - *Status.* `feasible` with a bound equal to the cost is a breach, for then it is optimal. `kpis`, `run` and what
//!   `lines` say besides overtime are not judged.

mod breach;
mod catalog;
mod changeover;
mod exact;
mod flow;
mod left_shift;
mod lines;
mod lots;
mod open_time;
mod orders;
mod reading;
mod stated;

pub use left_shift::left_shift_breaches;

use crate::diagnostic::Diagnostic;
use crate::model::{Instance, Instant, Order};
use crate::solution::{CostBreakdown, OrderStatus, Solution};
use crate::units::{Money, Seconds};
use breach::Breaches;
use catalog::Catalog;
use exact::HOUR;
use reading::Reading;

/// What a plan comes to, and everything that is wrong with it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Verification {
    /// The cost as recomputed, whatever the plan states.
    pub cost: CostBreakdown,
    /// Every breach, with a code that begins with `breach-` and a pointer into the plan file.
    pub breaches: Vec<Diagnostic>,
    /// What becomes of each order, in the order of the instance.
    pub orders: Vec<OrderVerdict>,
    /// Orders that must be made and are not.
    pub unplanned: usize,
}

impl Verification {
    /// Whether the plan holds and says the truth about itself.
    pub fn is_sound(&self) -> bool {
        self.breaches.is_empty()
    }
}

/// What becomes of an order, as recomputed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OrderVerdict {
    /// The order.
    pub id: String,
    /// On time, late, rejected or unplanned.
    pub status: OrderStatus,
    /// When it is delivered; none when it is not, or when the plan does not say.
    pub delivery: Option<Seconds>,
    /// How late it is.
    pub lateness: Seconds,
    /// Lateness, holding and rejection cost.
    pub cost: Money,
}

impl OrderVerdict {
    fn left_out(order: &Order, status: OrderStatus, cost: Money) -> Self {
        Self { id: order.id.clone(), status, delivery: None, lateness: Seconds::ZERO, cost }
    }
}

/// Recomputes what `solution` comes to on `instance` and lists every breach.
pub fn verify(instance: &Instance, solution: &Solution) -> Verification {
    let names = catalog::item_names(instance);
    let catalog = Catalog::new(instance, &names);
    let mut checker = Checker::new(&catalog, solution);
    checker.check_header();
    lots::check(&catalog, &checker.reading, &mut checker.breaches);
    checker.check_lines();
    checker.check_routes();
    checker.check_materials();
    let orders = checker.check_orders();
    checker.price_changes();
    checker.price_makespan();
    let cost = checker.costs.breakdown();
    let unplanned = orders.iter().filter(|order| order.status == OrderStatus::Unplanned).count();
    checker.compare_costs(&cost);
    checker.check_claims(&cost, unplanned);
    Verification { cost, breaches: checker.breaches.0, orders, unplanned }
}

/// The two files side by side, and what has been found so far.
struct Checker<'a> {
    catalog: &'a Catalog<'a>,
    solution: &'a Solution,
    reading: Reading<'a>,
    /// By line: the overtime windows it opens.
    overtime: Vec<Vec<(i64, i64)>>,
    /// No work begins earlier.
    start: i64,
    /// No operation ends later.
    end: i64,
    costs: Costs,
    breaches: Breaches,
}

impl<'a> Checker<'a> {
    fn new(catalog: &'a Catalog<'a>, solution: &'a Solution) -> Self {
        let mut breaches = Breaches::default();
        let reading = Reading::new(catalog, solution, &mut breaches);
        let (overtime, cost) = stated::overtime(catalog, solution, &mut breaches);
        let start = catalog.instance.start.seconds.0;
        let end = catalog.instance.end.map_or(start.saturating_add(366 * 86_400), |end| end.seconds.0);
        let costs = Costs { overtime: cost, ..Costs::default() };
        Self { catalog, solution, reading, overtime, start, end, costs, breaches }
    }

    /// An instant as people read it, in the offset of the instance's start.
    fn show(&self, instant: i64) -> String {
        Instant { seconds: Seconds(instant), ..self.catalog.instance.start }.to_string()
    }

    fn price_makespan(&mut self) {
        let last = self.reading.tasks.iter().map(|task| task.end).max().unwrap_or(self.start);
        let span = last.saturating_sub(self.start).max(0);
        let price = self.catalog.instance.objective.makespan_cost_per_hour;
        self.costs.makespan = i128::from(exact::price_over(price, span, HOUR));
    }
}

/// The cost terms while they are added up, in ten-thousandths.
#[derive(Clone, Copy, Debug, Default)]
struct Costs {
    production: i128,
    changeover: i128,
    overtime: i128,
    lateness: i128,
    holding: i128,
    rejection: i128,
    short_run: i128,
    transport: i128,
    baseline: i128,
    makespan: i128,
}

impl Costs {
    fn breakdown(&self) -> CostBreakdown {
        let money = |cost: i128| Money(exact::cut(cost));
        let total = self.production
            + self.changeover
            + self.overtime
            + self.lateness
            + self.holding
            + self.rejection
            + self.short_run
            + self.transport
            + self.baseline
            + self.makespan;
        CostBreakdown {
            total: money(total),
            production: money(self.production),
            changeover: money(self.changeover),
            overtime: money(self.overtime),
            lateness: money(self.lateness),
            holding: money(self.holding),
            rejection: money(self.rejection),
            short_run: money(self.short_run),
            transport: money(self.transport),
            baseline: money(self.baseline),
            makespan: money(self.makespan),
        }
    }
}
