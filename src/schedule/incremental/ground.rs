//! What does not change while lots move: their modes on each line, the lines' windows, the orders' prices.

use super::lateness::{Lateness, NEVER};
use super::line::LineFacts;
use crate::plan::Portion;
use crate::problem::{OrderIdx, Problem};
use crate::schedule::tables::Table;
use crate::units::{Id, Money};

/// A lot's position in a [`Ground`].
pub(crate) type LotId = u32;

/// "On no line": a mode that does not exist.
const NO_RUN: i64 = 0;

/// A lot on a line.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LotMode {
    /// Working seconds; 0 where the line cannot run it.
    pub run: i64,
    /// Production, delivery, and the line change against the baseline.
    pub cost: i64,
    /// From the end of the run to delivery.
    pub journey: i64,
    /// Setup class on the line.
    pub class: u32,
    /// Pieces run, for minimum runs.
    pub pieces: u32,
    /// Working seconds of the line without overtime before which its release lies: no run starts earlier.
    pub earliest: i64,
    /// Working seconds of the line without overtime by which it must end to be on time, and within any deadline.
    pub latest: i64,
    /// The instant by which it must end to be on time; [`NEVER`](super::NEVER) and more without a due date.
    pub due_end: i64,
}

impl LotMode {
    /// Whether the line can run the lot.
    pub fn exists(&self) -> bool {
        self.run != NO_RUN
    }
}

/// A lot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LotFacts {
    /// Its order's position in the ground.
    pub order: u32,
    /// Position of its item in [`Ground::divided`]; [`UNDIVIDED`] where that has no other lots than these.
    pub divided: u32,
    /// No run starts earlier.
    pub release: i64,
    /// The lines that can run it: a range of [`Ground::eligible`].
    pub eligible: (u32, u32),
    /// Whether its delivery is one of several that complete its order.
    pub kit: bool,
    /// The price of its order's lateness.
    pub lateness: Lateness,
}

/// "Of an item that is made in the lots it has."
pub(crate) const UNDIVIDED: u32 = u32::MAX;

/// An item that may be made in other lots than it is. All lots of one of its forms stand on lines and those of the
/// others nowhere; none stand where its order is left out.
#[derive(Clone, Debug)]
pub(crate) struct Divided {
    /// Its order's position in the ground.
    pub order: u32,
    /// The lots of each form, at least two forms, fewest lots first.
    pub forms: Vec<Vec<LotId>>,
}

/// An order with at least one lot here.
#[derive(Clone, Debug)]
pub(crate) struct OrderFacts {
    /// The order.
    pub order: OrderIdx,
    /// When it is promised; [`NEVER`](super::NEVER) without a due date.
    pub due: i64,
    /// The price of its lateness.
    pub lateness: Lateness,
    /// What leaving it out costs, less what sending off what is begun of it would.
    pub left_out_cost: i64,
    /// Its lots here, those of all forms.
    pub lots: Vec<LotId>,
    /// Its items that have forms: positions in [`Ground::divided`].
    pub divided: Vec<u32>,
    /// The latest delivery of what lies outside the ground (facts, other lines, items with nothing left).
    pub delivered_elsewhere: i64,
    /// Whether its completion is a maximum over several deliveries.
    pub kit: bool,
    /// Whether it can be left out or brought back here: all of it lies in this ground.
    pub whole: bool,
}

impl OrderFacts {
    /// What completion at `completion` costs.
    pub fn late_cost(&self, completion: i64) -> i64 {
        self.lateness.cost(completion.saturating_sub(self.due))
    }

    /// Whether completion at `completion` breaks the deadline.
    pub fn too_late(&self, completion: i64) -> bool {
        completion.saturating_sub(self.due) > self.lateness.most
    }
}

/// The unchanging part.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    pub lots: Vec<LotFacts>,
    /// Lot by lot, what it is in a plan.
    pub portions: Vec<Portion>,
    pub divided: Vec<Divided>,
    /// Lot by lot, a row over the lines.
    pub modes: Vec<LotMode>,
    /// Lot by lot, the lines that can run it.
    pub eligible: Vec<u16>,
    pub lines: Vec<LineFacts>,
    pub tables: Vec<Table>,
    pub orders: Vec<OrderFacts>,
    pub makespan_cost_per_hour: i64,
    pub start: i64,
    /// The latest end of what lies outside (facts, other lines).
    pub other_end: i64,
}

/// Largest number of classes for which a line gets tables of its own.
const MOST_CLASSES: usize = 2_048;

impl Ground {
    /// Whether a problem's lines are separable, so that a ground can be made of it.
    pub fn covers(problem: &Problem) -> bool {
        problem.routes.iter().enumerate().all(|(index, route)| {
            route.steps.len() == 1 || !problem.variants.iter().any(|variant| variant.route.position() == index)
        }) && !problem.supplies.iter().any(|supply| supply.scarce)
            && !problem.orders.iter().any(|order| order.holding_cost_per_day > Money::ZERO)
            && (problem.baseline.lots.is_empty() || problem.baseline.start_change_cost_per_hour == Money::ZERO)
            && problem.changeovers.iter().all(|set| set.classes() <= MOST_CLASSES)
            && problem.lines.len() <= usize::from(u16::MAX)
    }

    /// A cost no plan on this ground is below: every order at its cheapest lines in its cheapest lots, or left out;
    /// nothing late, no changeovers. Where it is reached there is nothing more to search.
    pub fn cost_floor(&self) -> i64 {
        let cheapest = |&lot: &LotId| {
            let lines = self.eligible(lot).iter();
            lines.map(|&line| self.mode(lot, usize::from(line)).cost).min().unwrap_or(super::UNPLANNED_PENALTY)
        };
        let made = |order: &OrderFacts| {
            let plain = order.lots.iter().filter(|&&lot| self.lots[lot as usize].divided == UNDIVIDED);
            let forms = |&divided: &u32| {
                let forms = self.divided[divided as usize].forms.iter();
                forms.map(|lots| lots.iter().map(cheapest).fold(0, i64::saturating_add)).min().unwrap_or(0)
            };
            plain.map(cheapest).chain(order.divided.iter().map(forms)).fold(0, i64::saturating_add)
        };
        self.orders
            .iter()
            .map(|order| {
                let late = order.late_cost(order.delivered_elsewhere);
                if order.whole { made(order).min(order.left_out_cost) } else { made(order) + late }
            })
            .fold(0, i64::saturating_add)
    }

    /// Whether a plan is a choice of one plan for each line: every order is one lot that lies here whole, and nothing is
    /// counted over several lines.
    pub fn is_line_by_line(&self) -> bool {
        self.makespan_cost_per_hour == 0
            && self.divided.is_empty()
            && self.orders.iter().all(|order| order.lots.len() == 1 && order.whole && !order.kit)
    }

    /// Whether the makespan is all that the times of a plan cost.
    pub fn charges_only_makespan(&self) -> bool {
        let free = |order: &OrderFacts| {
            order.due >= NEVER || order.lateness.cost_per_day == 0 && order.lateness.cost_once == 0
        };
        self.makespan_cost_per_hour > 0 && self.orders.iter().all(free)
    }

    /// Whether every order is late whatever is done, and dearer by every second.
    pub fn is_all_late(&self) -> bool {
        self.orders.iter().all(|order| order.due <= self.start && order.lateness.cost_per_day > 0)
    }

    /// The mean over all lots of the least seconds that its run could take.
    pub fn mean_time(&self) -> f64 {
        let least = |lot: LotId| self.eligible(lot).iter().map(|&line| self.mode(lot, usize::from(line)).run).min();
        let sum: i128 = (0..self.lots.len() as LotId).filter_map(least).map(i128::from).sum();
        sum as f64 / self.lots.len().max(1) as f64
    }

    /// The mean changeover time between two classes, over all pairs of them and all lines; none on a line without changeovers.
    /// That of a line on which nothing is set up yet is a class as well.
    pub fn mean_changeover(&self) -> f64 {
        let mean = |table: &Table| {
            let pairs = table.seconds.iter().enumerate().filter(|(pair, _)| pair % (table.classes + 1) != 0);
            let (count, sum) = pairs.fold((0, 0), |(count, sum), (_, &seconds)| (count + 1, sum + u64::from(seconds)));
            sum as f64 / f64::from(count.max(1))
        };
        let means: Vec<f64> = self.tables.iter().map(mean).collect();
        let of_lines = self.lines.iter().map(|line| line.table.map_or(0.0, |table| means[table]));
        of_lines.sum::<f64>() / self.lines.len().max(1) as f64
    }

    /// A lot's mode on a line.
    pub fn mode(&self, lot: LotId, line: usize) -> &LotMode {
        &self.modes[lot as usize * self.lines.len() + line]
    }

    /// The lines that can run a lot.
    pub fn eligible(&self, lot: LotId) -> &[u16] {
        let (from, to) = self.lots[lot as usize].eligible;
        &self.eligible[from as usize..to as usize]
    }

    /// The order of a lot.
    pub fn order(&self, lot: LotId) -> &OrderFacts {
        &self.orders[self.lots[lot as usize].order as usize]
    }
}
