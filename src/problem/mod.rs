//! The model compiled: dense ids, prefix-summed calendars, setup classes, eligibility, operation graphs.
//!
//! Everything a planner wrote as text is an index here, everything that can be computed once is. A problem is made
//! from a validated instance only and never changes afterwards; searches on many threads share one. It holds no
//! decisions (those are `plan`) and no times (those are `schedule`).

mod baseline;
mod changeovers;
mod compile;
mod components;
mod eligibility;
mod places;
mod route;
mod supply;
mod symbols;

pub(crate) use baseline::{BaselineOperation, Fact};
pub(crate) use changeovers::{Changeover, Changeovers, ClassIdx};
pub(crate) use components::components;
pub(crate) use places::Journey;
pub(crate) use places::Places;
pub(crate) use route::Route;
pub(crate) use supply::Supply;

use crate::dense_id;
use crate::model::Instance;
use crate::units::{HOUR, IdVec, MICRO, Money, Pieces, Seconds, mul_div_ceil};
use crate::working_time::{Span, WorkingTime};
use jiff::tz::TimeZone;
use std::ops::Range;

dense_id!(
    /// A line.
    LineIdx
);
dense_id!(
    /// An order.
    OrderIdx
);
dense_id!(
    /// An item of an order.
    ItemIdx
);
dense_id!(
    /// A variant.
    VariantIdx
);
dense_id!(
    /// A route; the first is the implicit one of a single operation.
    RouteIdx
);
dense_id!(
    /// An operation of a variant: what a line runs.
    KindIdx
);
dense_id!(
    /// A rate of some line.
    RateIdx
);
dense_id!(
    /// A set of lines that can run some kinds, each with its rate.
    ModeSetIdx
);
dense_id!(
    /// A compiled calendar.
    CalendarIdx
);
dense_id!(
    /// A compiled changeover set.
    ChangeoversIdx
);
dense_id!(
    /// A stock of a material.
    SupplyIdx
);
dense_id!(
    /// A site.
    SiteIdx
);
dense_id!(
    /// A region orders go to.
    RegionIdx
);

/// An instance ready to be planned.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    /// First instant anything may happen.
    pub start: Seconds,
    /// No operation ends after it.
    pub end: Seconds,
    /// The zone plans are written in.
    pub zone: TimeZone,
    /// Charged from `start` to the last end.
    pub makespan_cost_per_hour: Money,
    /// What makes things.
    pub lines: IdVec<LineIdx, Line>,
    /// Open time, shared by the lines of a calendar.
    pub calendars: IdVec<CalendarIdx, WorkingTime>,
    /// Setup classes and what lies between them, shared by the lines of a set.
    pub changeovers: IdVec<ChangeoversIdx, Changeovers>,
    /// Value of a minimum run's attribute by kind, one table per attribute; 0 is "missing".
    pub run_values: Vec<IdVec<KindIdx, u32>>,
    /// Operation graphs.
    pub routes: IdVec<RouteIdx, Route>,
    /// What can be ordered.
    pub variants: IdVec<VariantIdx, Variant>,
    /// Operations of variants.
    pub kinds: IdVec<KindIdx, Kind>,
    /// Speeds.
    pub rates: IdVec<RateIdx, Rate>,
    /// Who can run what, each list in the order of the lines.
    pub mode_sets: IdVec<ModeSetIdx, Vec<Mode>>,
    /// What was ordered.
    pub orders: IdVec<OrderIdx, Order>,
    /// Their items, order by order.
    pub items: IdVec<ItemIdx, Item>,
    /// Stocks; only the scarce ones can delay anything.
    pub supplies: IdVec<SupplyIdx, Supply>,
    /// Which stock a material's use draws on, by material and site.
    pub supply_lookup: supply::SupplyLookup,
    /// Transits and deliveries.
    pub places: Places,
    /// The plan in force.
    pub baseline: baseline::Baseline,
}

/// A line.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// Its open time without overtime.
    pub calendar: CalendarIdx,
    /// Windows it may open whole, in the order of the calendar.
    pub overtime: Vec<Overtime>,
    /// What lies between its lots.
    pub changeovers: Option<ChangeoversIdx>,
    /// The class it is set up for before its facts; none: the first needs no changeover.
    pub setup_class: Option<ClassIdx>,
    /// The class it is set up for before the first decided operation; none: the first needs no changeover.
    pub initial_class: Option<ClassIdx>,
    /// For runs and changeovers alike.
    pub cost_per_hour: Money,
    /// Whether work may stop at closing.
    pub pausable: bool,
    /// Nothing that is decided starts earlier: `start`, `available_from`, the end of the last fact.
    pub available_from: Seconds,
    /// Where it stands.
    pub site: Option<SiteIdx>,
    /// The shortest run worth making.
    pub minimum_run: Option<MinimumRun>,
    /// What the baseline has already begun here, in order.
    pub facts: Vec<Fact>,
}

/// An overtime window a line may open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Overtime {
    /// The window.
    pub span: Span,
    /// What opening it costs.
    pub cost: Money,
}

/// The shortest run worth making on a line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MinimumRun {
    /// Which of [`Problem::run_values`] tells runs apart.
    pub by: usize,
    /// Pieces run that make it full.
    pub quantity: Pieces,
    /// For each piece it lacks.
    pub shortfall_cost_per_unit: Money,
}

/// A variant: its operations are the kinds from `first_kind` on, one per step of the route.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variant {
    /// Its operation graph.
    pub route: RouteIdx,
    /// The kind of its first step.
    pub first_kind: KindIdx,
}

impl Variant {
    /// The kind of a step.
    pub fn kind(&self, step: usize) -> KindIdx {
        KindIdx(self.first_kind.0 + step as u32)
    }
}

/// An operation of a variant.
#[derive(Clone, Debug)]
pub(crate) struct Kind {
    /// Who can run it.
    pub modes: ModeSetIdx,
    /// Materials taken at its start: position in the lookup, millionths per piece run.
    pub takes: Vec<(u32, i64)>,
}

/// A line that can run a kind, and how fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Mode {
    /// The line.
    pub line: LineIdx,
    /// Its rate.
    pub rate: RateIdx,
}

/// A speed, exact: working seconds = ceil(pieces x numerator / denominator) + fixed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate {
    numerator: i64,
    denominator: i64,
    fixed: Seconds,
    /// Millionths of good pieces per piece run.
    yield_micro: i64,
    /// Per piece run.
    pub cost_per_unit: Money,
}

impl Rate {
    /// The rate of `seconds_per_unit` or `units_per_hour`, both in millionths.
    pub fn new(seconds_per_unit: Option<i64>, units_per_hour: Option<i64>) -> Self {
        let (numerator, denominator) = match (seconds_per_unit, units_per_hour) {
            (Some(seconds), _) => (seconds, MICRO),
            (None, Some(units)) => (HOUR.0 * MICRO, units.max(1)),
            (None, None) => (0, 1),
        };
        Self { numerator, denominator, fixed: Seconds::ZERO, yield_micro: MICRO, cost_per_unit: Money::ZERO }
    }

    /// Pieces that must be run for `quantity` good ones.
    pub fn pieces_run(&self, quantity: Pieces) -> Pieces {
        if self.yield_micro == MICRO { quantity } else { mul_div_ceil(quantity, MICRO, self.yield_micro) }
    }

    /// Working seconds to run a lot of `quantity`; at least one.
    pub fn run_time(&self, quantity: Pieces) -> Seconds {
        let pieces = self.pieces_run(quantity);
        Seconds((mul_div_ceil(pieces, self.numerator, self.denominator) + self.fixed.0).max(1))
    }

    /// Working seconds that `quantity` takes at least, in however many lots.
    pub fn least_run_time(&self, quantity: Pieces) -> Seconds {
        let run = i128::from(quantity) * i128::from(MICRO) * i128::from(self.numerator);
        let seconds = run / (i128::from(self.yield_micro) * i128::from(self.denominator));
        Seconds((i64::try_from(seconds).unwrap_or(i64::MAX).saturating_add(self.fixed.0)).max(1))
    }
}

/// An order.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    /// No run starts earlier.
    pub release: Seconds,
    /// When it is promised.
    pub due: Option<Seconds>,
    /// Delivery after it is not allowed; none also where all of the order is a fact or nothing is left of it.
    pub deadline: Option<Seconds>,
    /// Per day late.
    pub late_cost_per_day: Money,
    /// Once, when late.
    pub late_cost_once: Money,
    /// Per day early.
    pub holding_cost_per_day: Money,
    /// What leaving it out costs; none: it must be made (as an order with a fact must).
    pub reject_cost: Option<Money>,
    /// Where it goes.
    pub region: Option<RegionIdx>,
    /// Its items.
    pub items: Range<u32>,
    /// Whether some item has nothing left and is delivered at `start`.
    pub delivered_at_start: bool,
    /// Whether nothing is left of it at all.
    pub nothing_left: bool,
}

impl Order {
    /// Its items' ids.
    pub fn items(&self) -> impl DoubleEndedIterator<Item = ItemIdx> + use<> {
        self.items.clone().map(ItemIdx)
    }

    /// What delivery at `delivery` costs: lateness and holding.
    pub fn delivery_cost(&self, delivery: Seconds) -> (Money, Money) {
        let Some(due) = self.due else { return (Money::ZERO, Money::ZERO) };
        if delivery > due {
            let per_day = self.late_cost_per_day.pro_rata(delivery - due, crate::units::DAY);
            (per_day + self.late_cost_once, Money::ZERO)
        } else {
            (Money::ZERO, self.holding_cost_per_day.pro_rata(due - delivery, crate::units::DAY))
        }
    }
}

/// An item.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// Its order.
    pub order: OrderIdx,
    /// What it is.
    pub variant: VariantIdx,
    /// Pieces still to be made.
    pub remaining: Pieces,
    /// Into how many lots it may be split.
    pub maximum_lots: u32,
    /// The smallest lot when it is split.
    pub minimum_lot: Pieces,
    /// Its lots in the baseline that hold a fact: they stay as they are. Positions in [`baseline::Baseline::lots`].
    pub frozen_lots: Vec<u32>,
}

impl Problem {
    /// Compiles an instance that `validate` found no error in.
    pub fn new(instance: &Instance) -> Self {
        compile::compile(instance)
    }

    /// Who can run a kind, in the order of the lines.
    pub fn modes(&self, kind: KindIdx) -> &[Mode] {
        &self.mode_sets[self.kinds[kind].modes]
    }

    /// The rate of a kind on a line, where the line can run it.
    pub fn rate_on(&self, kind: KindIdx, line: LineIdx) -> Option<&Rate> {
        let modes = self.modes(kind);
        let position = modes.binary_search_by_key(&line, |mode| mode.line).ok()?;
        Some(&self.rates[modes[position].rate])
    }

    /// What lies between two kinds on a line; `from` is none before the first decided operation.
    pub fn changeover(&self, line: &Line, from: Option<ClassIdx>, to: ClassIdx) -> Changeover {
        match (line.changeovers, from) {
            (Some(set), Some(from)) => self.changeovers[set].between(from, to),
            _ => Changeover::NONE,
        }
    }

    /// The setup class of a kind on a line; class 0 where nothing is ever changed over.
    pub fn class_on(&self, line: &Line, kind: KindIdx) -> ClassIdx {
        line.changeovers.map_or(ClassIdx(0), |set| self.changeovers[set].class_of(kind))
    }

    /// The cost of a changeover on a line: its own, and the line's hours.
    pub fn changeover_cost(&self, line: &Line, changeover: Changeover) -> Money {
        changeover.cost + line.cost_per_hour.pro_rata(changeover.time, HOUR)
    }

    /// The cost of a run of `quantity` on a line: the line's hours, and its pieces.
    pub fn run_cost(&self, line: &Line, rate: &Rate, quantity: Pieces) -> Money {
        line.cost_per_hour.pro_rata(rate.run_time(quantity), HOUR) + rate.cost_per_unit.times(rate.pieces_run(quantity))
    }

    /// A line's open time with some of its overtime windows (positions in [`Line::overtime`]) opened.
    pub fn open_time(&self, line: &Line, overtime: impl IntoIterator<Item = usize>) -> WorkingTime {
        let spans = overtime.into_iter().map(|window| {
            let span = line.overtime[window].span;
            Span::new(span.from.max(self.start), span.to.min(self.end))
        });
        self.calendars[line.calendar].with(spans)
    }

    /// The kind of a step of an item.
    pub fn kind_of(&self, item: ItemIdx, step: usize) -> KindIdx {
        self.variants[self.items[item].variant].kind(step)
    }

    /// The place of an item's route in the instance; none without a route.
    pub fn written_route(&self, item: ItemIdx) -> Option<usize> {
        // The first compiled route is the implicit one.
        (self.variants[self.items[item].variant].route.0 as usize).checked_sub(1)
    }

    /// The operation graph of an item.
    pub fn route_of(&self, item: ItemIdx) -> &Route {
        &self.routes[self.variants[self.items[item].variant].route]
    }
}
