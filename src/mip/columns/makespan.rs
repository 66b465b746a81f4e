//! The last end: instants by which the lines cannot have done what must be done.
//!
//! For an instant it is asked whether all lots that must be made fit on the lines by then. The linear program over the
//! lines' plans that end in time, lots bought at a price where no plan makes them, gives a bound on what must be
//! bought; where it is above nothing, they do not fit (a dual bound as for bin packing). The instant is sought by
//! halving. Below so many lots all sets a line can make in time are tried in every combination, which decides it.

use super::closing::{Closed, close};
use super::duals::Duals;
use super::generation::{Effort, Generation, Known};
use super::pricing::Column;
use super::shop::Shop;
use crate::units::{HOUR, Money, Seconds};

/// Lots up to which every combination is tried.
const FEW_LOTS: usize = 13;
/// What a lot is bought at.
const CAP: i64 = 10_000;

/// Whether the lots that must be made fit by an instant.
enum Fits {
    No,
    /// With these line plans.
    Yes(Vec<Column>),
    Unknown,
}

/// Raises the bound by the makespan's part: `others` is a bound on everything else. Returns better line plans if it
/// comes across any.
pub(super) fn run(shop: &Shop, known: &[Column], others: i64, effort: &mut Effort<'_>) -> Option<Vec<Column>> {
    let timing = shop.timing_only();
    let total = |end: i64| {
        let makespan = Money(shop.makespan_cost_per_hour).pro_rata(Seconds(end - shop.start), HOUR);
        others.saturating_add(makespan.0)
    };
    // The bound known before says that nothing ends earlier than `low`; a plan that is better ends by `high`.
    let cost = (effort.cost)().unwrap_or(i64::MAX);
    let first_with = |least: i64| {
        let (mut low, mut high) = (shop.start, shop.start + (1 << 40));
        while low < high {
            let middle = low + (high - low) / 2;
            if total(middle) >= least { high = middle } else { low = middle + 1 }
        }
        low
    };
    let mut low = first_with(effort.known).max(shop.fixed_end);
    let mut high = first_with(cost) - 1;
    let mut better = None;
    // The first question is the last one: whether the best plan known is optimal.
    let mut ask = high;
    while low <= high && !effort.is_over() {
        match fits(&timing, known, ask, effort) {
            Fits::No => {
                low = ask + 1;
                (effort.tell)(total(low));
            }
            Fits::Yes(columns) => {
                better = Some(columns);
                high = ask - 1;
            }
            Fits::Unknown => high = ask - 1,
        }
        ask = low + (high - low) / 2;
    }
    better
}

fn fits(timing: &Shop, known: &[Column], by: i64, effort: &mut Effort<'_>) -> Fits {
    let lots = timing.order_of.len();
    let must = timing.orders.iter().filter(|order| order.reject.is_none()).map(|order| order.lots.len()).sum::<usize>();
    if must <= FEW_LOTS {
        let nothing = Duals::none(timing);
        return match close(timing, (&nothing, &vec![0; timing.lines.len()]), by, 1, effort) {
            Closed::Proved => Fits::No,
            Closed::Better(columns, _) => Fits::Yes(columns),
            Closed::Open => Fits::Unknown,
        };
    }
    let plans = known.iter().filter_map(|column| Column::new(timing, column.line, column.lots.clone()));
    let plans = plans.filter(|column| column.end(timing) <= by).collect();
    let mut generation = Generation::new(timing, &Known::of(timing, plans, vec![CAP; lots]), by);
    let mut own = Effort { beside_search: false, known: 0, cost: &|| Some(1), tell: &|_| {}, ..*effort };
    generation.run(&mut own);
    effort.work = own.work;
    if generation.bound >= 1 { Fits::No } else { Fits::Unknown }
}
