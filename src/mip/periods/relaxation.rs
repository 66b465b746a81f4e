//! A row taken apart: the sequence of kinds by itself, each kind's lots by themselves, and prices that make them agree.
//!
//! A plan is a path through the periods (which kind each makes, or none; the kind made last is remembered over idle periods),
//! and it is one walk per kind (how many of its lots have been made, and whether it was made last). Three events show in
//! both: in a period a kind is *begun* (another was made last), *continued*, or *left* (it was made last, and another is
//! begun). The path pays changeovers, the walks pay what lots cost in their periods. For any prices of events, the path refunded them
//! and the walks charged, the cheapest path and the cheapest walks together cost no more than any plan (Lagrangian
//! decomposition: M. Guignard, S. Kim, *Mathematical Programming* 39, 1987). Both are dynamic programs over whole numbers, so every
//! prices give a proved bound, and the best are those of a linear program that has all of the single-kind structure
//! (convex hull of discrete lot sizing with start-ups: C. P. M. van Hoesel, R. Kuik, M. Salomon, L. N. Van Wassenhove, *Discrete Applied Mathematics* 48,
//! 1994) and of the changeovers (network formulation: L. A. Wolsey, *European Journal of Operational Research* 99, 1997).

use super::Effort;
use super::row::{NEVER, Row};

/// Begun, continued, left.
const EVENTS: usize = 3;
const BEGUN: usize = 0;
const CONTINUED: usize = 1;
const LEFT: usize = 2;
/// No price is further from 0.
const LARGEST_PRICE: i64 = 1 << 44;
/// What there is to do in a period counts as one extension of a label this many times.
const STEPS_PER_EXTENSION: u64 = 32;
/// Steps without a better bound after which it goes back to the best prices.
const PATIENCE: usize = 400;
/// Steps after which a better bound is told.
const TELLING: usize = 500;

/// Prices of events, by kind, period and event.
pub(super) type Prices = Vec<[i64; EVENTS]>;

/// How to follow subgradients: so many steps of a length that falls from `first` by e to the power of `fall`, each along this step's
/// subgradient and `keep` of the direction before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    pub steps: usize,
    pub first: f64,
    pub fall: f64,
    pub keep: f64,
}

/// The best prices so far of a row.
pub(super) struct Relaxation<'r> {
    row: &'r Row,
    pub prices: Prices,
    /// What no plan of the row costs less than.
    pub bound: i64,
    room: Room,
}

/// Room to work in.
#[derive(Default)]
struct Room {
    values: Vec<i64>,
    left: Vec<i64>,
    walk: Vec<i64>,
    steps: Vec<u8>,
    /// By kind, period and event: in the walks, less in the path.
    apart: Vec<[i32; EVENTS]>,
}

impl<'r> Relaxation<'r> {
    /// Prices at which changeovers are charged to the kind they lead to, at their least.
    pub fn new(row: &'r Row) -> Self {
        let kinds = row.kinds.len();
        let mut prices = Vec::with_capacity(kinds * row.periods);
        for kind in 0..kinds {
            let least = (0..=kinds).filter(|&before| before != kind).map(|before| row.seam(before, kind)).min();
            prices.extend((0..row.periods).map(|_| [least.unwrap_or(0), 0, 0]));
        }
        let mut relaxation = Self { row, prices: Vec::new(), bound: i64::MIN, room: Room::default() };
        relaxation.bound = relaxation.bound_at(&prices);
        relaxation.prices = prices;
        relaxation
    }

    /// The bound at given prices; what is apart is left in the room.
    fn bound_at(&mut self, prices: &Prices) -> i64 {
        self.room.apart.clear();
        self.room.apart.resize(prices.len(), [0; EVENTS]);
        let mut bound = path(self.row, prices, &mut self.room);
        for kind in 0..self.row.kinds.len() {
            bound = bound.saturating_add(walk(self.row, kind, prices, &mut self.room));
        }
        bound
    }

    /// What a step counts.
    fn work(&self) -> u64 {
        let kinds = self.row.kinds.len();
        let states: usize = self.row.kinds.iter().map(|kind| kind.items.len() * 2).sum();
        ((self.row.periods * (kinds * kinds + states)) as u64 / STEPS_PER_EXTENSION).max(1)
    }

    /// Improves prices until the bound reaches `target()`, which also says how far it may be; `tell` hears of it now and then.
    pub fn ascend(&mut self, pace: Pace, effort: &mut Effort<'_>, target: &dyn Fn() -> i64, tell: &mut dyn FnMut(i64)) {
        let work = self.work();
        let steps = pace.steps.min(usize::try_from(effort.work / work).unwrap_or(usize::MAX));
        let mut prices = self.prices.clone();
        let mut direction = vec![[0.0f64; EVENTS]; prices.len()];
        let mut idle = 0;
        for step in 0..steps {
            let target = target();
            if self.bound >= target || effort.is_over() {
                return;
            }
            effort.work = effort.work.saturating_sub(work);
            let bound = self.bound_at(&prices);
            idle += 1;
            if step % TELLING == TELLING - 1 {
                tell(self.bound);
            }
            if bound > self.bound {
                (self.bound, idle) = (bound, 0);
                self.prices.clone_from(&prices);
            }
            let apart = &self.room.apart;
            let length: i64 = apart.iter().flatten().map(|&part| i64::from(part * part)).sum();
            if length == 0 {
                // Path and walks are one plan: no prices do better.
                return;
            }
            let late = step * 2 > steps;
            if late && idle > PATIENCE {
                prices.clone_from(&self.prices);
                direction.fill([0.0; EVENTS]);
                idle = 0;
                continue;
            }
            let scale = pace.first * (-pace.fall * step as f64 / steps as f64).exp();
            let stride = scale * (target - self.bound).max(self.row.step) as f64 / length as f64;
            for ((price, direction), apart) in prices.iter_mut().zip(&mut direction).zip(apart) {
                for event in 0..EVENTS {
                    direction[event] = pace.keep * direction[event] + (1.0 - pace.keep) * f64::from(apart[event]);
                    let moved = price[event] + (stride * direction[event]).round() as i64;
                    price[event] = moved.clamp(-LARGEST_PRICE, LARGEST_PRICE);
                }
            }
        }
    }
}

/// The cheapest path with the prices of its events refunded; its events are counted off.
fn path(row: &Row, prices: &Prices, room: &mut Room) -> i64 {
    let (kinds, periods) = (row.kinds.len(), row.periods);
    let width = kinds + 1;
    // By period and kind made last: what the path costs so far, and the same if another kind is begun.
    room.values.clear();
    room.values.resize(width * (periods + 1), NEVER);
    room.values[kinds] = 0;
    room.left.clear();
    room.left.resize(width * periods, 0);
    for period in 0..periods {
        let (now, then) = room.values[period * width..].split_at_mut(width);
        let left = &mut room.left[period * width..][..width];
        for (kind, left) in left.iter_mut().enumerate() {
            *left = now[kind] - if kind < kinds { prices[kind * periods + period][LEFT] } else { 0 };
        }
        for kind in 0..kinds {
            let own = prices[kind * periods + period];
            let seams = &row.seams[kind * width..][..width];
            let cheapest = |range: std::ops::Range<usize>| {
                let pairs = left[range.clone()].iter().zip(&seams[range]);
                pairs.fold(NEVER, |least, (left, seam)| least.min(left + seam))
            };
            let begun = cheapest(0..kind).min(cheapest(kind + 1..width)) - own[BEGUN];
            let continued = now[kind] + seams[kind] - own[CONTINUED];
            then[kind] = now[kind].min(continued).min(begun);
        }
        then[kinds] = now[kinds];
    }
    let ends = &room.values[periods * width..];
    let (mut last, mut least) = (kinds, ends[kinds]);
    for (kind, &value) in ends.iter().enumerate() {
        if value < least {
            (last, least) = (kind, value);
        }
    }
    for period in (0..periods).rev() {
        let (now, value) = (&room.values[period * width..], room.values[(period + 1) * width + last]);
        if last == kinds || now[last] == value {
            continue;
        }
        let own = prices[last * periods + period];
        if now[last] + row.seam(last, last) - own[CONTINUED] == value {
            room.apart[last * periods + period][CONTINUED] -= 1;
            continue;
        }
        room.apart[last * periods + period][BEGUN] -= 1;
        let left = &room.left[period * width..][..width];
        let leads = |&before: &usize| before != last && left[before] + row.seam(before, last) - own[BEGUN] == value;
        let before = (0..width).find(leads).unwrap_or(kinds);
        if before < kinds {
            room.apart[before * periods + period][LEFT] -= 1;
        }
        last = before;
    }
    least
}

/// The five steps of a walk: still not the last, left, still the last, continued, begun.
const STAYS_OFF: u8 = 0;
const LEAVES: u8 = 1;
const STAYS_ON: u8 = 2;
const CONTINUES: u8 = 3;
const BEGINS: u8 = 4;

/// The cheapest walk of a kind with the prices of its events; they are counted.
fn walk(row: &Row, number: usize, prices: &Prices, room: &mut Room) -> i64 {
    let (kind, periods) = (&row.kinds[number], row.periods);
    let lots = kind.items.len();
    // By lots made, and whether it was made last.
    let width = (lots + 1) * 2;
    room.walk.clear();
    room.walk.resize(width * 2, NEVER);
    room.walk[0] = 0;
    room.steps.clear();
    room.steps.resize(width * periods, STAYS_OFF);
    for period in 0..periods {
        let (even, odd) = room.walk.split_at_mut(width);
        let (now, then) = if period % 2 == 0 { (&*even, odd) } else { (&*odd, even) };
        let steps = &mut room.steps[period * width..(period + 1) * width];
        let [begun, continued, left] = prices[number * periods + period];
        then.fill(NEVER);
        for made in kind.must[period + 1]..=kind.can[period + 1] {
            let (off, on) = (made * 2, made * 2 + 1);
            let leaves = now[on] + left;
            (then[off], steps[off]) = if leaves < now[off] { (leaves, LEAVES) } else { (now[off], STAYS_OFF) };
            (then[on], steps[on]) = (now[on], STAYS_ON);
            let cost = if made > 0 { kind.cost(made - 1, period) } else { NEVER };
            if cost < NEVER {
                let (continues, begins) = (now[on - 2] + continued + cost, now[off - 2] + begun + cost);
                if continues < then[on] {
                    (then[on], steps[on]) = (continues, CONTINUES);
                }
                if begins < then[on] {
                    (then[on], steps[on]) = (begins, BEGINS);
                }
            }
            then[off] = then[off].min(NEVER);
            then[on] = then[on].min(NEVER);
        }
    }
    let last = &room.walk[(periods % 2) * width..][..width];
    let mut at = if last[lots * 2] < last[lots * 2 + 1] { lots * 2 } else { lots * 2 + 1 };
    let least = last[at];
    for period in (0..periods).rev() {
        let apart = &mut room.apart[number * periods + period];
        match room.steps[period * width + at] {
            LEAVES => {
                apart[LEFT] += 1;
                at += 1;
            }
            CONTINUES => {
                apart[CONTINUED] += 1;
                at -= 2;
            }
            BEGINS => {
                apart[BEGUN] += 1;
                at -= 3;
            }
            _ => {}
        }
    }
    least
}

/// What the rest of a path, and of every walk, costs at least: together, of every plan with that beginning.
pub(super) struct Rest {
    /// By period and kind made last (the number of kinds: none yet).
    path: Vec<i64>,
    /// By kind; by period, lots made, and whether it was made last.
    walks: Vec<Vec<i64>>,
    kinds: usize,
}

impl Rest {
    /// At given prices.
    pub fn new(row: &Row, prices: &Prices) -> Self {
        let kinds = row.kinds.len();
        let path = path_rest(row, prices);
        let walks = (0..kinds).map(|kind| walk_rest(row, kind, prices)).collect();
        Self { path, walks, kinds }
    }

    /// Of the path before a period.
    #[inline]
    pub fn of_path(&self, period: usize, last: usize) -> i64 {
        self.path[period * (self.kinds + 1) + last]
    }

    /// Of a kind's walk before a period; [`NEVER`] or more where it cannot be finished.
    #[inline]
    pub fn of_walk(&self, row: &Row, kind: usize, period: usize, (made, is_last): (usize, bool)) -> i64 {
        let width = (row.kinds[kind].items.len() + 1) * 2;
        self.walks[kind][period * width + made * 2 + usize::from(is_last)]
    }
}

fn path_rest(row: &Row, prices: &Prices) -> Vec<i64> {
    let (kinds, periods) = (row.kinds.len(), row.periods);
    let mut rest = vec![0; (periods + 1) * (kinds + 1)];
    for period in (0..periods).rev() {
        for last in 0..=kinds {
            let after = &rest[(period + 1) * (kinds + 1)..];
            let left = if last < kinds { prices[last * periods + period][LEFT] } else { 0 };
            let mut least = after[last];
            for kind in 0..kinds {
                let own = prices[kind * periods + period];
                let refund = if kind == last { own[CONTINUED] } else { own[BEGUN] + left };
                least = least.min(after[kind] + row.seam(last, kind) - refund);
            }
            rest[period * (kinds + 1) + last] = least;
        }
    }
    rest
}

fn walk_rest(row: &Row, number: usize, prices: &Prices) -> Vec<i64> {
    let (kind, periods) = (&row.kinds[number], row.periods);
    let lots = kind.items.len();
    let width = (lots + 1) * 2;
    let mut rest = vec![NEVER; (periods + 1) * width];
    rest[periods * width + lots * 2..].fill(0);
    for period in (0..periods).rev() {
        let [begun, continued, left] = prices[number * periods + period];
        let (now, after) = rest[period * width..].split_at_mut(width);
        for made in kind.must[period]..=kind.can[period] {
            let cost = if made < lots { kind.cost(made, period) } else { NEVER };
            let next = if cost < NEVER { after[made * 2 + 3] + cost } else { NEVER };
            let (off, on) = (after[made * 2], after[made * 2 + 1]);
            now[made * 2] = off.min(next + begun).min(NEVER);
            now[made * 2 + 1] = on.min(off + left).min(next + continued).min(NEVER);
        }
    }
    rest
}
