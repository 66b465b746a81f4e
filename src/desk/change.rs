//! Changes that would help an order, and what the plan becomes under one: the proof of every remedy.
//!
//! A change edits the instance (or only the plan, where it needs nothing new) and says which decisions follow: the same
//! ones timed anew, or the order taken out and put in again where it is on time at least cost. One that is left out is made
//! anyway (`made_anyway`).

use super::DeskError;
use super::facts::own_calendar;
use super::insertion::{Inserted, Room, insert_on_time};
use super::made_anyway::MadeAnyway;
use super::standing::{Standing, sound_part};
use crate::diagnostic::{Diagnostic, codes};
use crate::model::{Amount, Instance, Instant, OvertimeWindow};
use crate::plan::{Fate, Plan};
use crate::problem::{LineIdx, OrderIdx, Problem};
use crate::schedule::{Schedule, settle};
use crate::solution::Solution;
use crate::solve::solution_of;
use crate::units::{Id, Money};
use serde::Serialize;
use std::borrow::Cow;

/// A change that makes an order on time.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// Promise it for later.
    Promise {
        /// The order.
        order: String,
        /// The promise that is kept.
        due: Instant,
    },
    /// Allow its delivery until later.
    Deadline {
        /// The order.
        order: String,
        /// The deadline that is kept.
        deadline: Instant,
    },
    /// Release it earlier.
    Release {
        /// The order.
        order: String,
        /// The latest release that suffices, to the minute.
        release: Instant,
    },
    /// Open lines longer.
    Overtime {
        /// The windows: none can be left out, and none that is new made a minute shorter.
        windows: Vec<OpenedWindow>,
    },
    /// Have more of a material at the start.
    Material {
        /// The material.
        material: String,
        /// Its site, where the stock has one.
        #[serde(skip_serializing_if = "Option::is_none")]
        site: Option<String>,
        /// How much more, in whole units of the material.
        more: Amount,
    },
    /// Make a line capable of it.
    Capability {
        /// The line.
        line: String,
        /// What it must offer besides.
        offers: Vec<String>,
    },
    /// Refuse it less cheaply.
    RejectCost {
        /// The order.
        order: String,
        /// From this price on it pays to make it.
        reject_cost: Money,
    },
    /// Put it ahead of others: the plan alone changes.
    Ahead {
        /// The order.
        order: String,
    },
}

/// A window in which a line works besides its open time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpenedWindow {
    /// The line.
    pub line: String,
    /// Its first second.
    pub from: Instant,
    /// The second after its last.
    pub to: Instant,
    /// Whether the calendar has it as overtime already, at its price; a new one costs nothing here.
    pub existing: bool,
}

/// Applies a change to an instance and its plan: the changed instance, and the plan that shows the order on time.
///
/// # Errors
/// [`DeskError::Instance`] and [`DeskError::Plan`] for what is given, [`DeskError::Question`] where the change does not help.
pub fn apply_change(
    instance: &Instance,
    solution: &Solution,
    order: &str,
    change: &Change,
) -> Result<(Instance, Solution), DeskError> {
    let standing = Standing::open(instance, solution)?;
    let fault = |message: String| {
        let remedy = "Take a remedy that `explain` names for this instance and plan.";
        DeskError::Question(vec![Diagnostic::error(codes::QUESTION_ORDER, "", message, remedy)])
    };
    let id = standing.order(order).ok_or_else(|| fault(format!("The instance has no order \"{order}\".")))?;
    let no_plan = || fault("The change leaves no plan.".to_string());
    let changed = applied(&standing, id, change, None).ok_or_else(no_plan)?;
    let (instance, _) = edited(&standing.instance, change).ok_or_else(no_plan)?;
    let (instance, _) = sound_part(&instance)?;
    let solution = solution_of(&instance, &changed.problem, &changed.plan, &changed.schedule);
    Ok((instance, solution))
}

/// What an instance compiles to under a change, and the plan that follows.
pub(super) struct Changed<'s> {
    pub problem: Cow<'s, Problem>,
    pub plan: Plan,
    pub schedule: Schedule,
}

impl Changed<'_> {
    /// Whether an order is delivered by its promise.
    pub fn is_on_time(&self, order: OrderIdx) -> bool {
        let due = self.problem.orders[order].due;
        self.schedule.deliveries[order].is_some_and(|delivery| due.is_none_or(|due| delivery <= due))
    }
}

/// What follows from a change; none where no plan does. `room` is that of the plan as it stands, where it is known.
pub(super) fn applied<'s>(
    standing: &'s Standing,
    order: OrderIdx,
    change: &Change,
    room: Option<&Room<'_>>,
) -> Option<Changed<'s>> {
    if let (Change::Ahead { .. }, Some(room)) = (change, room) {
        let Inserted { plan, schedule } = room.insert_on_time(order)?;
        return Some(Changed { problem: Cow::Borrowed(&standing.problem), plan, schedule });
    }
    let (problem, plan) = prepared(standing, change)?;
    if standing.plan.fates[order] != Fate::Made {
        let instance = edited(&standing.instance, change)?.0;
        let anyway = MadeAnyway { instance: &instance, problem: &problem, plan: &plan, order };
        let Inserted { plan, schedule } = anyway.ways(&Room::new(&problem, &plan)?).on_time?;
        return Some(Changed { problem, plan, schedule });
    }
    if matches!(change, Change::Capability { .. } | Change::RejectCost { .. } | Change::Ahead { .. }) {
        let Inserted { plan, schedule } = insert_on_time(&problem, &plan, order)?;
        return Some(Changed { problem, plan, schedule });
    }
    settled(problem, plan)
}

/// What follows from a change to nobody's order in particular: the same decisions timed anew. None where no plan does.
pub(super) fn retimed_under<'s>(standing: &'s Standing, change: &Change) -> Option<Changed<'s>> {
    let (problem, plan) = prepared(standing, change)?;
    settled(problem, plan)
}

fn settled(problem: Cow<'_, Problem>, mut plan: Plan) -> Option<Changed<'_>> {
    let schedule = settle(&problem, &mut plan).ok()?;
    Some(Changed { problem, plan, schedule })
}

/// The changed problem, and the decisions with the overtime that is opened by it.
fn prepared<'s>(standing: &'s Standing, change: &Change) -> Option<(Cow<'s, Problem>, Plan)> {
    let (problem, opened) = compiled(standing, change)?;
    let mut plan = standing.plan.clone();
    for (line, window) in opened {
        plan.overtime[line].push(window);
        plan.overtime[line].sort_unstable();
        plan.overtime[line].dedup();
    }
    Some((problem, plan))
}

/// Windows of overtime, by line and position.
type Windows = Vec<(LineIdx, usize)>;

/// What the instance compiles to under a change, and the overtime windows the plan then opens. What concerns one order's
/// promise, or nothing but the plan, is not compiled anew.
fn compiled<'s>(standing: &'s Standing, change: &Change) -> Option<(Cow<'s, Problem>, Windows)> {
    if matches!(change, Change::Ahead { .. }) {
        return Some((Cow::Borrowed(&standing.problem), Vec::new()));
    }
    let promised = |order: &OrderIdx| standing.problem.orders[*order].due.is_some();
    if let Change::Promise { order, due } = change
        && let Some(order) = standing.order(order).filter(promised)
    {
        let mut problem = standing.problem.clone();
        problem.orders[order].due = Some(due.seconds);
        return Some((Cow::Owned(problem), Vec::new()));
    }
    let (instance, opened) = edited(&standing.instance, change)?;
    Some((Cow::Owned(Problem::new(&instance)), opened))
}

/// The instance under a change, and the overtime windows the plan then opens, by their places.
pub(super) fn edited(instance: &Instance, change: &Change) -> Option<(Instance, Windows)> {
    let mut instance = instance.clone();
    let opened = edit(&mut instance, change)?;
    Some((instance, opened))
}

/// Writes the change into the instance; the overtime windows the plan then opens, by their places.
fn edit(instance: &mut Instance, change: &Change) -> Option<Windows> {
    let order = |instance: &Instance, id: &str| instance.orders.iter().position(|order| order.id == id);
    match change {
        Change::Promise { order: id, due } => {
            let place = order(instance, id)?;
            instance.orders[place].due = Some(*due);
        }
        Change::Deadline { order: id, deadline } => {
            let place = order(instance, id)?;
            instance.orders[place].deadline = Some(*deadline);
        }
        Change::Release { order: id, release } => {
            let place = order(instance, id)?;
            instance.orders[place].release = Some(*release);
        }
        Change::RejectCost { order: id, reject_cost } => {
            let place = order(instance, id)?;
            instance.orders[place].reject_cost = Some(*reject_cost);
        }
        Change::Material { material, site, more } => {
            let stock = instance.materials.iter_mut().find(|stock| stock.id == *material && stock.site == *site)?;
            stock.stock = Amount(stock.stock.0.checked_add(more.0)?);
        }
        Change::Capability { line, offers } => {
            let line = instance.lines.iter_mut().find(|one| one.id == *line)?;
            line.offers.extend(offers.iter().cloned());
        }
        Change::Overtime { windows } => return windows.iter().map(|window| open(instance, window)).collect(),
        Change::Ahead { .. } => {}
    }
    Some(Vec::new())
}

/// The place of an overtime window among its line's, where it is new at the end.
fn open(instance: &mut Instance, window: &OpenedWindow) -> Option<(LineIdx, usize)> {
    let line = instance.lines.iter().position(|line| line.id == window.line)?;
    if window.existing {
        let id = instance.lines[line].calendar.as_deref()?;
        let calendar = instance.calendars.iter().find(|calendar| calendar.id == id)?;
        let place = calendar.overtime.iter().position(|known| known.from == window.from)?;
        return Some((LineIdx::at(line), place));
    }
    let (from, to, reason) = (window.from, window.to, Some("asked for".to_string()));
    let calendar = own_calendar(instance, line);
    calendar.overtime.push(OvertimeWindow { from, to, cost: Money::ZERO, reason, meta: None });
    Some((LineIdx::at(line), calendar.overtime.len() - 1))
}
