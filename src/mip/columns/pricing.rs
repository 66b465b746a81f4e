//! The line plans that are worth more than they cost, under the prices of the lots: labels over working time.
//!
//! A label is the beginning of a line's plan: the working second at which the line is free, its setup class, the cost
//! less the prices of the lots made so far, and which of those it remembers. A lot that is remembered is not made again.
//! What is remembered after making `j` is what was before as far as it lies in `j`'s neighbourhood, and `j` (ng-routes:
//! R. Baldacci, A. Mingozzi, R. Roberti, "New route relaxation and pricing strategies for the vehicle routing problem",
//! *Operations Research* 59(5), 2011). With small neighbourhoods plans may make a lot twice, which only lowers the
//! least; with all lots in all neighbourhoods none does.
//!
//! Being earlier, cheaper and remembering less is never worse, because every cost grows with time: such a label stands
//! for the other; where prices of cuts could still catch up with it, only if it stays cheaper. Times are exact: there is
//! no grid to round to.

use super::completion::Completion;
use super::cuts::Penalties;
use super::duals::{Duals, late_cost};
use super::line::Line;
use super::shop::{Lots, Shop, set_of};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A line's whole plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    /// Which line of the shop.
    pub line: usize,
    pub lots: Vec<u8>,
    /// Everything but the lateness of lots of kits.
    pub cost: i64,
    /// Lots of kits that are late, and what that costs if nothing of their order is later.
    pub late: Vec<(u8, i64)>,
}

impl Column {
    /// The plan of a line that makes some lots in this order; none where one cannot end in time.
    pub fn new(shop: &Shop, place: usize, lots: Vec<u8>) -> Option<Self> {
        let line = &shop.lines[place];
        let (mut time, mut class) = (line.free, line.initial);
        let mut column = Self { line: place, cost: 0, late: Vec::new(), lots: Vec::new() };
        for &written in &lots {
            let lot = usize::from(written);
            if line.modes[lot].run == 0 {
                return None;
            }
            let (end, setup_cost) = line.run(time, class, lot)?;
            let late = late_cost(shop, line, lot, end);
            column.cost += setup_cost + line.modes[lot].cost;
            if shop.orders[shop.order_of[lot]].lots.len() == 1 {
                column.cost += late;
            } else if late > 0 {
                column.late.push((written, late));
            }
            (time, class) = (end, line.modes[lot].class);
        }
        column.lots = lots;
        Some(column)
    }

    /// The instants at which its lots end; where one cannot end in time, none from it on.
    pub fn ends<'a>(&'a self, shop: &'a Shop) -> impl Iterator<Item = i64> + 'a {
        let line = &shop.lines[self.line];
        self.lots.iter().scan((line.free, line.initial), |(time, class), &lot| {
            let (end, _) = line.run(*time, *class, usize::from(lot))?;
            (*time, *class) = (end, line.modes[usize::from(lot)].class);
            Some(line.instant_of(end))
        })
    }

    /// The instant at which it ends; before all others where it makes nothing.
    pub fn end(&self, shop: &Shop) -> i64 {
        self.ends(shop).last().unwrap_or(i64::MIN)
    }

    /// Whether it makes no lot twice.
    pub fn is_once(&self) -> bool {
        self.set().count_ones() as usize == self.lots.len()
    }

    /// The lots it makes.
    pub fn set(&self) -> Lots {
        set_of(&self.lots)
    }

    /// Whether the neighbourhoods let it make what it makes.
    pub fn is_remembered(&self, neighbourhoods: &[Lots]) -> bool {
        let mut memory: Lots = 0;
        self.lots.iter().all(|&lot| {
            let again = memory >> lot & 1 == 1;
            memory = memory & neighbourhoods[usize::from(lot)] | 1 << lot;
            !again
        })
    }
}

/// What is asked of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'a> {
    /// For each lot the lots still remembered after making it.
    pub neighbourhoods: &'a [Lots],
    /// Only plans that come to less are of interest.
    pub below: i64,
    /// Plans end by this working second.
    pub limit: i64,
    /// Whether plans that make different lots are all wanted, each set at its cheapest, and none twice; then all lots must
    /// be in all neighbourhoods.
    pub every_set: bool,
    /// Labels at most; then the answer is not complete.
    pub labels: usize,
    /// How many plans are returned at most.
    pub columns: usize,
}

/// A line's answer.
#[derive(Clone, Debug)]
pub(super) struct Priced {
    /// No plan of the line comes to less than this, but for such as have lots side by side that had better change places: they
    /// may charge a cut more then. None where there were too many labels.
    pub least: Option<i64>,
    /// The plans that come to least, and what they come to.
    pub columns: Vec<(i64, Vec<u8>)>,
    /// Extensions tried.
    pub work: u64,
}

#[derive(Clone, Copy)]
struct Label {
    cost: i64,
    /// The part of it that is paid for cuts.
    paid: i64,
    memory: Lots,
    /// The cuts of which one lot is remembered.
    open: u128,
    parent: u32,
    class: u16,
    lot: u8,
}

const ROOT: u32 = u32::MAX;

/// All plans of a line that come to less than asked, as far as they are not dominated.
pub(super) fn price(shop: &Shop, line: &Line, duals: &Duals, question: Question<'_>) -> Priced {
    let completion = Completion::new(shop, line, duals, question.limit);
    let penalties = Penalties::new(duals, shop.order_of.len());
    let first = Label { cost: 0, paid: 0, memory: 0, open: 0, parent: ROOT, class: line.initial, lot: u8::MAX };
    let mut labels = vec![first];
    let mut waiting: BinaryHeap<Reverse<(i64, u32)>> = BinaryHeap::from([Reverse((line.free, 0))]);
    let mut fronts: Vec<Front> = vec![Front::default(); line.classes + 1];
    let mut sets = Sets::default();
    let mut found: Vec<(i64, u32)> = Vec::new();
    let mut work = completion.work();
    // All orders of the lots of a set are wanted where each set is.
    let after =
        |lot: u8| if question.every_set || lot == u8::MAX { Lots::MAX } else { line.followers[usize::from(lot)] };
    while let Some(Reverse((time, id))) = waiting.pop() {
        let label = labels[id as usize];
        let front = &mut fronts[usize::from(label.class)];
        let stands = if question.every_set {
            sets.enter(label.class, label.memory, label.cost - label.paid)
        } else {
            let entering = Standing { memory: label.memory, after: after(label.lot), open: label.open };
            front.enter(label.cost, entering, &penalties)
        };
        if !stands {
            continue;
        }
        if label.cost < question.below {
            found.push((label.cost, id));
        }
        work += line.able.len() as u64;
        let open_to = after(label.lot) & !label.memory;
        for &lot in line.able.iter().filter(|&&lot| open_to >> lot & 1 == 1) {
            let Some((end, setup_cost)) = line.run(time, label.class, lot) else { continue };
            let (open, toll) = penalties.after(label.open, lot);
            let cost = label.cost + setup_cost + duals.lot_cost(shop, line, lot, end) + toll;
            let remembered = label.memory & question.neighbourhoods[lot] | 1 << lot;
            let memory = if question.every_set { remembered } else { remembered & line.reachable[lot] };
            let class = line.modes[lot].class;
            let rest = completion.least(line, end, class, remembered | !after(lot as u8));
            if end > completion.horizon || cost + rest >= question.below {
                continue;
            }
            waiting.push(Reverse((end, labels.len() as u32)));
            let paid = label.paid + toll;
            labels.push(Label { cost, paid, memory, open, parent: id, class, lot: lot as u8 });
        }
        if labels.len() > question.labels {
            let columns = trace(&labels, found, question.columns);
            return Priced { least: None, columns, work };
        }
    }
    let least = found.iter().map(|&(cost, _)| cost).fold(question.below, i64::min);
    Priced { least: Some(least), columns: trace(&labels, found, question.columns), work }
}

/// The plans of the cheapest labels.
fn trace(labels: &[Label], mut found: Vec<(i64, u32)>, most: usize) -> Vec<(i64, Vec<u8>)> {
    found.sort_unstable();
    found.truncate(most);
    let plan = |(cost, id): (i64, u32)| {
        let mut lots = Vec::new();
        let mut at = id;
        while labels[at as usize].parent != ROOT {
            lots.push(labels[at as usize].lot);
            at = labels[at as usize].parent;
        }
        lots.reverse();
        (cost, lots)
    };
    found.into_iter().map(plan).collect()
}

/// The labels of one class that no other stands for, cheapest last; all of them were there earlier. So taking one in moves
/// only those that were looked at to see whether it stands: later labels have made more and tend to be cheaper, and the
/// other way round a front of a hundred thousand was moved for most of them.
#[derive(Clone, Debug, Default)]
struct Front {
    labels: Vec<(i64, Standing)>,
}

/// What a label allows to come after it.
#[derive(Clone, Copy, Debug)]
struct Standing {
    /// Lots that are not made again.
    memory: Lots,
    /// Lots that may come right after it.
    after: Lots,
    /// The cuts of which one lot is remembered.
    open: u128,
}

impl Front {
    /// Takes a label in, unless another stands for it.
    fn enter(&mut self, cost: i64, entering: Standing, penalties: &Penalties) -> bool {
        let Standing { memory, after, open } = entering;
        let allowed = after & !memory;
        let place = self.labels.partition_point(|&(other, ..)| other > cost);
        let stands = |&(other, known): &(i64, Standing)| {
            known.memory & !memory == 0
                && allowed & !known.after == 0
                && (known.open & !open == 0 || other + penalties.sum(known.open & !open) <= cost)
        };
        if self.labels[place..].iter().rev().any(stands) {
            return false;
        }
        self.labels.insert(place, (cost, entering));
        true
    }
}

/// The cheapest label of each class and set of lots; all of them were there earlier.
#[derive(Default)]
struct Sets {
    cheapest: FxHashMap<(u16, Lots), i64>,
}

impl Sets {
    /// Takes a label in, unless one that makes the same stands for it.
    fn enter(&mut self, class: u16, lots: Lots, cost: i64) -> bool {
        let known = self.cheapest.entry((class, lots)).or_insert(i64::MAX);
        let better = cost < *known;
        *known = cost.min(*known);
        better
    }
}
