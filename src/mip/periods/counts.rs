//! Every plan of a row that costs no more than a limit, by how many lots of each kind have been made.
//!
//! Two beginnings that have made as many lots of each kind and end with the same kind can be continued in the same ways, so the
//! cheaper one stands for both (as in the exact programs for single machines of S. Tanaka, S. Fujikuma, M. Araki,
//! *Journal of Scheduling* 12(6), 2009). Period by period all such states are kept whose cost so far, with what `Rest` says
//! must still be paid, is within the limit: prices cancel out, for path and walks have seen the same events.

use super::Effort;
use super::relaxation::Rest;
use super::row::{NEVER, Row};
use rustc_hash::FxHashMap;

/// States of all periods together at most: about 100 MB with what leads to them.
const MOST_STATES: usize = 4_000_000;
/// States between two looks at whether to stop.
const STRIDE: usize = 1 << 12;

/// What became of it.
pub(super) enum Found {
    /// No plan costs that little.
    Nothing,
    /// The cheapest plan: what it costs, and its kinds in order.
    Plan(i64, Vec<usize>),
    /// There were too many states; no plan costs less than this.
    TooMany(i64),
    /// It was stopped.
    Stopped,
}

/// Lots made of each kind and the kind made last, in a few bits each.
type Key = u128;

/// Where the bits of a key are.
struct Layout {
    shifts: Vec<u32>,
    masks: Vec<Key>,
    last: u32,
}

impl Layout {
    /// None where they are too many.
    fn new(row: &Row) -> Option<Self> {
        let bits = |most: usize| usize::BITS - most.leading_zeros();
        let mut layout = Self { shifts: Vec::new(), masks: Vec::new(), last: 0 };
        for kind in &row.kinds {
            let width = bits(kind.items.len());
            layout.shifts.push(layout.last);
            layout.masks.push((1 << width) - 1);
            layout.last += width;
            if layout.last > Key::BITS {
                return None;
            }
        }
        (layout.last + bits(row.kinds.len()) <= Key::BITS).then_some(layout)
    }

    fn read(&self, key: Key, made: &mut [usize]) -> usize {
        for ((made, &shift), &mask) in made.iter_mut().zip(&self.shifts).zip(&self.masks) {
            *made = (key >> shift & mask) as usize;
        }
        (key >> self.last) as usize
    }

    /// One more lot of a kind.
    fn after(&self, key: Key, kind: usize) -> Key {
        let counts = key & ((1 << self.last) - 1);
        (counts + (1 << self.shifts[kind])) | ((kind as Key) << self.last)
    }
}

/// A state: what it costs at least to be there, and how.
#[derive(Clone, Copy)]
struct Reached {
    key: Key,
    cost: i64,
}

/// What leads to a state: the state of the period before, and what was made.
#[derive(Clone, Copy)]
struct Step {
    from: u32,
    kind: u16,
}

const IDLE: u16 = u16::MAX;

/// States of a period as they are found.
#[derive(Default)]
struct Layer {
    place: FxHashMap<Key, u32>,
    reached: Vec<Reached>,
    steps: Vec<Step>,
    /// The least cost of a plan through any of them.
    least: i64,
}

impl Layer {
    fn reach(&mut self, reached: Reached, step: Step, through: i64) {
        self.least = self.least.min(through);
        let place = *self.place.entry(reached.key).or_insert(self.reached.len() as u32) as usize;
        if place == self.reached.len() {
            self.reached.push(reached);
            self.steps.push(step);
        } else if reached.cost < self.reached[place].cost {
            self.reached[place] = reached;
            self.steps[place] = step;
        }
    }
}

/// The cheapest plan that costs at most `limit`.
pub(super) fn search(row: &Row, rest: &Rest, limit: i64, effort: &mut Effort<'_>) -> Found {
    let kinds = row.kinds.len();
    let Some(layout) = Layout::new(row) else { return Found::TooMany(i64::MIN) };
    let start = Reached { key: (kinds as Key) << layout.last, cost: 0 };
    let mut layer = Layer { reached: vec![start], ..Layer::default() };
    let mut trail: Vec<Vec<Step>> = Vec::new();
    let (mut states, mut least) = (1, i64::MIN);
    for period in 0..row.periods {
        let mut next = Layer { least: i64::MAX, ..Layer::default() };
        let mut made = vec![0; kinds];
        for (from, &reached) in layer.reached.iter().enumerate() {
            if from % STRIDE == STRIDE - 1 || from + 1 == layer.reached.len() {
                effort.work = effort.work.saturating_sub((from % STRIDE + 1) as u64);
                if effort.is_over() {
                    return Found::Stopped;
                }
            }
            let last = layout.read(reached.key, &mut made);
            extend(row, rest, (period, last, &made), reached.cost, &mut |kind, cost, through| {
                if through <= limit {
                    let step = Step { from: from as u32, kind: kind.map_or(IDLE, |kind| kind as u16) };
                    let key = kind.map_or(reached.key, |kind| layout.after(reached.key, kind));
                    next.reach(Reached { key, cost }, step, through);
                }
            });
            if states + next.reached.len() > MOST_STATES {
                return Found::TooMany(least);
            }
        }
        if next.reached.is_empty() {
            return Found::Nothing;
        }
        states += next.reached.len();
        least = next.least.min(limit);
        trail.push(std::mem::take(&mut next.steps));
        layer = next;
    }
    let best = layer.reached.iter().enumerate().min_by_key(|(place, reached)| (reached.cost, *place));
    best.map_or(Found::Nothing, |(place, reached)| Found::Plan(reached.cost, back(&trail, place)))
}

/// Offers each way to spend a period: the kind made or none, the cost so far, and that of the cheapest plan it can lead to.
fn extend(
    row: &Row,
    rest: &Rest,
    (period, last, made): (usize, usize, &[usize]),
    cost: i64,
    offer: &mut dyn FnMut(Option<usize>, i64, i64),
) {
    let walk = |kind: usize, made: usize, is_last: bool| rest.of_walk(row, kind, period + 1, (made, is_last));
    let is_possible = |rest: i64| rest < NEVER / 2;
    // With every kind but the last one as it is; at most one may need its next lot now.
    let (mut others, mut urgent) = (0, None);
    for kind in (0..row.kinds.len()).filter(|&kind| kind != last) {
        let stays = walk(kind, made[kind], false);
        if is_possible(stays) {
            others += stays;
        } else if urgent.replace(kind).is_some() {
            return;
        }
    }
    let (stays_last, left) =
        if last < row.kinds.len() { (walk(last, made[last], true), walk(last, made[last], false)) } else { (0, 0) };
    if urgent.is_none() && is_possible(stays_last) {
        offer(None, cost, cost + others + stays_last + rest.of_path(period + 1, last));
    }
    for kind in (0..row.kinds.len()).filter(|&kind| urgent.is_none_or(|urgent| urgent == kind)) {
        if made[kind] >= row.kinds[kind].items.len() {
            continue;
        }
        let lot = row.kinds[kind].cost(made[kind], period);
        let own = walk(kind, made[kind] + 1, true);
        if lot >= NEVER || !is_possible(own) {
            continue;
        }
        let mut through = others + own;
        if kind != last {
            if !is_possible(left) {
                continue;
            }
            through += left;
            if urgent.is_none() {
                through -= walk(kind, made[kind], false);
            }
        }
        let cost = cost + lot + row.seam(last, kind);
        offer(Some(kind), cost, cost + through + rest.of_path(period + 1, kind));
    }
}

/// The kinds that led to a state of the last period.
fn back(trail: &[Vec<Step>], place: usize) -> Vec<usize> {
    let mut place = place;
    let mut sequence = Vec::new();
    for steps in trail.iter().rev() {
        let step = steps[place];
        if step.kind != IDLE {
            sequence.push(usize::from(step.kind));
        }
        place = step.from as usize;
    }
    sequence.reverse();
    sequence
}
