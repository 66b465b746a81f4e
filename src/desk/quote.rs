//! Quotes: when an order that is not there yet could be delivered, and what it would cost the plan at several dates.
//!
//! The order is put into the plan as it stands (`insertion`): nobody changes lines or overtakes anybody, but others may
//! start later, and what that costs is in the price. Accepting a quote writes the same plan it was priced by.

use super::DeskError;
use super::explain::differences;
use super::insertion::{Inserted, Moved, Room, moved};
use super::standing::{Standing, sound_part};
use crate::diagnostic::{Diagnostic, codes};
use crate::model::read::{ReadError, read_value};
use crate::model::{Duration, Instance, Instant, Order};
use crate::plan::Plan;
use crate::problem::{OrderIdx, Problem};
use crate::solution::Solution;
use crate::solve::solution_of;
use crate::units::{DAY, Id, Money, Seconds};
use crate::validate::validate;
use rayon::prelude::*;
use serde::Serialize;

/// Days after the earliest promise at which a price is told, where no dates are asked for.
const LADDER: [i64; 5] = [1, 2, 4, 7, 14];

/// Which dates to price.
#[derive(Clone, Debug, Default)]
pub struct QuoteOptions {
    /// The promises asked for; without any: the order's own, and some days after the earliest.
    pub dates: Vec<Instant>,
    /// Threads to use; the machine's cores without it.
    pub threads: Option<usize>,
}

/// When an order could be delivered, at what price.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Quotes {
    /// The order.
    pub order: String,
    /// The earliest promise that can be kept, whatever it costs; none where the order fits nowhere.
    pub earliest: Option<Quote>,
    /// What it costs at the dates asked for, or at some; those that cannot be kept are left out.
    pub dates: Vec<Quote>,
    /// Where it costs least, without a promise.
    pub cheapest: Option<Quote>,
}

/// A promise with its price.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Quote {
    /// The promise.
    pub by: Instant,
    /// When it would be delivered.
    pub delivery: Instant,
    /// What the plan would cost more, harm to others included.
    pub price: Money,
    /// The same by terms: name and difference, those that differ.
    pub terms: Vec<(String, Money)>,
    /// Orders that would be later past their promises than they are.
    pub harmed: Vec<Harm>,
}

/// An order that is later because of another.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Harm {
    /// The order.
    pub order: String,
    /// How late it would be.
    pub lateness: Duration,
    /// How late it is without.
    pub before: Duration,
}

/// A quote accepted.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Accepted {
    /// The quote.
    pub quote: Quote,
    /// What starts at another time than before.
    pub moved: Vec<MovedOperation>,
    /// The instance with the order, promised for the date.
    #[serde(skip)]
    pub instance: Instance,
    /// Its plan.
    #[serde(skip)]
    pub solution: Solution,
}

/// An operation that starts at another time, or on another line.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MovedOperation {
    /// Its order.
    pub order: String,
    /// Its item.
    pub item: String,
    /// Its lot's number.
    pub lot: u32,
    /// Its line before.
    pub line_before: String,
    /// Its line.
    pub line: String,
    /// When it started.
    pub start_before: Instant,
    /// When it starts.
    pub start: Instant,
}

/// Reads an order from JSON text: one object as in an instance's `orders`.
///
/// # Errors
/// Every fault of form at once.
pub fn read_order(text: &[u8]) -> Result<Order, ReadError> {
    read_value(text)
}

/// Prices an order that the instance does not have.
///
/// # Errors
/// [`DeskError::Instance`], [`DeskError::Plan`]; [`DeskError::Question`] with every fault of the order.
pub fn quote(
    instance: &Instance,
    solution: &Solution,
    order: &Order,
    options: &QuoteOptions,
) -> Result<Quotes, DeskError> {
    let asker = Asker::new(instance, solution, order)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads.unwrap_or(0))
        .build()
        .map_err(|fault| DeskError::Internal(format!("no worker threads: {fault}")))?;
    let room = asker.room();
    let plans = room.as_ref().map_or_else(Vec::new, |room| pool.install(|| asker.plans(room)));
    let quotes: Vec<Quote> = plans.iter().map(|made| asker.quoted(&made.inserted, None)).collect();
    let earliest = quotes.iter().min_by_key(|quote| (quote.delivery, quote.price)).cloned();
    let cheapest = quotes.iter().min_by_key(|quote| (quote.price, quote.delivery)).cloned();
    let mut dates = options.dates.clone();
    if let Some(earliest) = earliest.as_ref().filter(|_| dates.is_empty()) {
        let later =
            |days: &i64| Instant { seconds: earliest.delivery.seconds + Seconds(days * DAY.0), ..earliest.delivery };
        dates.extend(order.due.into_iter().chain(LADDER.iter().map(later)));
        dates.sort();
        dates.dedup();
    }
    let dates = pool.install(|| {
        let kept = |by: &Instant| {
            let made = asker.by(by.seconds, room.as_ref()?, &plans)?;
            Some(asker.quoted(&made, Some(*by)))
        };
        dates.par_iter().filter_map(kept).collect()
    });
    Ok(Quotes { order: order.id.clone(), earliest, dates, cheapest })
}

/// Accepts an order for a date, or as early as it can be: the instance with it and the plan it was priced by.
///
/// # Errors
/// As [`quote`]; [`DeskError::Question`] also where the date cannot be kept.
pub fn accept(
    instance: &Instance,
    solution: &Solution,
    order: &Order,
    by: Option<Instant>,
) -> Result<Accepted, DeskError> {
    let asker = Asker::new(instance, solution, order)?;
    let refused = |message: String| {
        let remedy = "Accept a date that `quote` lists.";
        DeskError::Question(vec![Diagnostic::error(codes::QUESTION_VALUE, "/due", message, remedy)])
    };
    let room = asker.room();
    let made = room.as_ref().and_then(|room| {
        let plans = asker.plans(room);
        match by {
            Some(by) => asker.by(by.seconds, room, &plans),
            None => plans.into_iter().map(|made| made.inserted).min_by_key(|made| asker.rank(made)),
        }
    });
    let made = made.ok_or_else(|| match by {
        Some(by) => refused(format!("The order {} cannot be delivered by {by}.", order.id)),
        None => refused(format!("There is no place for the order {}.", order.id)),
    })?;
    let quote = asker.quoted(&made, by);
    let mut instance = instance.clone();
    instance.orders.push(Order { due: Some(quote.by), ..asker.asked.clone() });
    let (sound, _) = sound_part(&instance)?;
    let problem = Problem::new(&sound);
    let mut plan = made.plan.clone();
    let schedule = crate::schedule::settle(&problem, &mut plan)
        .map_err(|fault| DeskError::Internal(format!("the plan cannot be timed: {:?}", fault.orders)))?;
    let before = (&asker.standing.plan, &asker.standing.schedule);
    let moves = moved(&problem, before, (&plan, &schedule)).into_iter();
    let moved = moves.map(|one| asker.told(one, &plan, &schedule)).collect();
    let solution = solution_of(&sound, &problem, &plan, &schedule);
    Ok(Accepted { quote, moved, instance, solution })
}

/// A plan with the order, and by when it was asked to deliver it.
struct Made {
    by: Option<Seconds>,
    inserted: Inserted,
}

/// A plan beside which an order stands that is not in it.
struct Asker {
    /// The instance has the order last, without a promise; the plan leaves it out.
    standing: Standing,
    order: OrderIdx,
    /// The order as it was asked for.
    asked: Order,
}

impl Asker {
    fn new(instance: &Instance, solution: &Solution, order: &Order) -> Result<Self, DeskError> {
        let before = Standing::open(instance, solution)?;
        let mut instance = before.instance;
        if instance.orders.iter().any(|known| known.id == order.id) {
            let message = format!("The instance has an order \"{}\" already.", order.id);
            let remedy = "Give the new order an id of its own.";
            return Err(DeskError::Question(vec![Diagnostic::error(codes::QUESTION_ORDER, "/id", message, remedy)]));
        }
        // The date comes with the quote, and with it the price of being late.
        let (due, late_cost_per_day, late_cost_once) = (None, None, None);
        let holding_cost_per_day = Money::ZERO;
        let asked = order.clone();
        instance.orders.push(Order { due, late_cost_per_day, late_cost_once, holding_cost_per_day, ..order.clone() });
        let prefix = format!("/orders/{}", instance.orders.len() - 1);
        let own = |fault: Diagnostic| {
            let pointer = fault.pointer.strip_prefix(&prefix).unwrap_or(&fault.pointer).to_string();
            Diagnostic { pointer, ..fault }
        };
        let faults: Vec<Diagnostic> = validate(&instance).into_iter().filter(Diagnostic::is_error).map(own).collect();
        if !faults.is_empty() {
            return Err(DeskError::Question(faults));
        }
        let standing = Standing::compile(instance, solution)?;
        let order = OrderIdx::at(standing.instance.orders.len() - 1);
        Ok(Self { standing, order, asked })
    }

    /// No delivery is before it.
    fn start(&self) -> Seconds {
        self.standing.problem.start
    }

    /// The plan the order can be put into; none where it cannot be timed.
    fn room(&self) -> Option<Room<'_>> {
        Room::new(&self.standing.problem, &self.standing.plan)
    }

    /// Plans with the order: as early as it can be, within some days of that, and where it costs least.
    fn plans(&self, room: &Room<'_>) -> Vec<Made> {
        let Some(earliest) = room.insert_by(self.order, self.start()) else { return Vec::new() };
        let delivery = earliest.schedule.deliveries[self.order].unwrap_or(self.start());
        let asked = LADDER.par_iter().map(|days| Some(delivery + Seconds(days * DAY.0))).chain([None]);
        let made = |by: Option<Seconds>| {
            let inserted = by.map_or_else(|| room.insert(self.order), |by| room.insert_by(self.order, by))?;
            Some(Made { by, inserted })
        };
        let mut plans = vec![Made { by: Some(self.start()), inserted: earliest }];
        plans.extend(asked.filter_map(made).collect::<Vec<_>>());
        plans
    }

    /// The cheapest plan that delivers the order by an instant: one made for it, or one that does so anyway.
    fn by(&self, by: Seconds, room: &Room<'_>, plans: &[Made]) -> Option<Inserted> {
        let known = plans.iter().any(|made| made.by == Some(by));
        let own = if known { None } else { room.insert_by(self.order, by) };
        let all = plans.iter().map(|made| &made.inserted).chain(&own);
        let in_time = all.filter(|made| self.rank(made).0 <= by);
        in_time.min_by_key(|made| (made.schedule.cost.total, self.rank(made))).cloned()
    }

    /// Plans by when they deliver the order, then by cost.
    fn rank(&self, made: &Inserted) -> (Seconds, Money) {
        (made.schedule.deliveries[self.order].unwrap_or(Seconds::MAX), made.schedule.cost.total)
    }

    /// The quote of a plan with the order; without a date it promises the delivery itself.
    fn quoted(&self, made: &Inserted, by: Option<Instant>) -> Quote {
        let Standing { problem, schedule, instance, .. } = &self.standing;
        let instant = |seconds: Seconds| Instant::in_zone(seconds, &problem.zone);
        let delivery = instant(made.schedule.deliveries[self.order].unwrap_or(problem.end));
        let lateness = |order: OrderIdx, schedule: &crate::schedule::Schedule| {
            let late = schedule.deliveries[order].zip(problem.orders[order].due).map(|(at, due)| at - due);
            late.unwrap_or(Seconds::ZERO).max(Seconds::ZERO)
        };
        let harmed = problem.orders.ids().filter_map(|order| {
            let (before, after) = (lateness(order, schedule), lateness(order, &made.schedule));
            (after > before).then(|| Harm {
                order: instance.orders[order.position()].id.clone(),
                lateness: Duration(after),
                before: Duration(before),
            })
        });
        let refusal = problem.orders[self.order].reject_cost.unwrap_or(Money::ZERO);
        Quote {
            by: by.unwrap_or(delivery),
            delivery,
            price: made.schedule.cost.total - schedule.cost.total + refusal,
            terms: differences(&schedule.cost, &made.schedule.cost),
            harmed: harmed.collect(),
        }
    }

    fn told(&self, one: Moved, plan: &Plan, schedule: &crate::schedule::Schedule) -> MovedOperation {
        let Standing { problem, instance, schedule: before, .. } = &self.standing;
        let lot = plan.lots[plan.operations[one.after].lot];
        let order = problem.items[lot.item].order;
        let place = (lot.item.0 - problem.orders[order].items.start) as usize;
        let (was, is) = (&before.operations[one.before], &schedule.operations[one.after]);
        let line = |line: crate::problem::LineIdx| instance.lines[line.position()].id.clone();
        MovedOperation {
            order: instance.orders[order.position()].id.clone(),
            item: instance.orders[order.position()].items[place].name(place),
            lot: lot.number,
            line_before: line(was.line),
            line: line(is.line),
            start_before: Instant::in_zone(was.start, &problem.zone),
            start: Instant::in_zone(is.start, &problem.zone),
        }
    }
}
