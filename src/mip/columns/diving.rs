//! Diving: plans made of the line plans the linear program takes, one line after the other.
//!
//! The line plan taken with the largest share is fixed, its lots leave the shop with it, and column generation goes on in
//! what is left: line plans that fit the fixed ones are found where choosing among those known finds none. Where few lines
//! are left the gap is small and everything is tried (`closing`). Then the next best line plans are fixed in its place, a few
//! times on each way down, and those given up on stay so below (diving with limited discrepancies: R. Sadykov, F. Vanderbeck,
//! A. Pessoa, I. Tahiri, E. Uchoa, "Primal heuristics for branch and price: the assets of diving methods", *INFORMS Journal
//! on Computing* 31(2), 2019).
//!
//! A heuristic: it proves nothing of the shop it begins with.

use super::generation::{Effort, Known};
use super::master::{NEGLIGIBLE, in_use};
use super::part::{Better, PRECISION, Part};
use super::pricing::Column;
use super::shop::{Lots, Shop};

/// How often a way down from all plans turns aside, and one from a part of them.
pub(super) const FROM_ALL: usize = 2;
pub(super) const FROM_A_PART: usize = 1;

/// Looks for plans of a part that has been bounded, turning aside at most so often on each way down and doing no more than
/// some work, for with many lines there are hundreds of ways; none where orders are of several lots, whose lateness no line
/// knows alone. Returns the work done.
pub(super) fn dive(part: &Part, (aside, most): (usize, u64), effort: &mut Effort<'_>, better: Better<'_>) -> u64 {
    if part.shop.orders.iter().any(|order| order.lots.len() > 1) {
        return 0;
    }
    let given = effort.work.min(most);
    let mut own = Effort { work: given, tell: &|_| {}, precision: PRECISION, ..*effort };
    Dive { made: Vec::new(), passed_over: Vec::new(), better }.descend(part, aside, &mut own);
    let done = given - own.work;
    effort.work -= done;
    done
}

/// A way down.
struct Dive<'a> {
    /// The line plans that are fixed.
    made: Vec<Column>,
    /// Those that were and shall not be again.
    passed_over: Vec<Column>,
    better: Better<'a>,
}

impl Dive<'_> {
    fn descend(&mut self, part: &Part, aside: usize, effort: &mut Effort<'_>) {
        // A part of which everything has been tried has no shares.
        if part.known.shares.is_empty() {
            return;
        }
        let taken = taken(&part.known);
        if let Some(columns) = whole_plan(&part.shop, &taken) {
            self.tell(&part.shop, columns);
            return;
        }
        let passed_over = self.passed_over.len();
        let candidates = taken.iter().map(|&(column, _)| column).filter(|column| column.is_once());
        let mut turned = 0;
        for column in candidates {
            if turned > aside || effort.is_over() {
                break;
            }
            if self.passed_over.contains(column) {
                continue;
            }
            self.made.push(column.clone());
            self.fix(part, column, aside - turned, effort);
            self.made.pop();
            self.passed_over.push(column.clone());
            turned += 1;
        }
        self.passed_over.truncate(passed_over);
    }

    /// Goes on in what is left when a line's plan is fixed.
    fn fix(&mut self, part: &Part, column: &Column, aside: usize, effort: &mut Effort<'_>) {
        let known = Known { shares: Vec::new(), ..part.known.clone() };
        let rest = Part { shop: part.shop.with(column), known, too_wide: i64::MAX, roughly: true };
        effort.known = part.known.bound;
        let (made, better) = (&self.made, self.better);
        let rest = rest.explored(effort, &|columns, cost| {
            let all: Vec<Column> = made.iter().chain(columns).cloned().collect();
            better(&all, cost);
        });
        if (effort.cost)().is_none_or(|cost| rest.known.bound < cost) {
            self.descend(&rest, aside, effort);
        }
    }

    fn tell(&self, shop: &Shop, columns: Vec<Column>) {
        let made = columns.iter().fold(0, |made, column| made | column.set());
        let left_out = shop.orders.iter().filter(|order| made >> order.lots[0] & 1 == 0);
        let Some(left_out) = left_out.map(|order| order.reject).sum::<Option<i64>>() else { return };
        let cost = shop.base + columns.iter().map(|column| column.cost).sum::<i64>() + left_out;
        let all: Vec<Column> = self.made.iter().cloned().chain(columns).collect();
        (self.better)(&all, cost);
    }
}

/// The line plans in use, the largest shares first.
fn taken(known: &Known) -> Vec<(&Column, f64)> {
    let mut taken: Vec<(&Column, f64)> = in_use(&known.columns, &known.shares).collect();
    taken.sort_by(|a, b| b.1.total_cmp(&a.1));
    taken
}

/// The plan where no line plan is in use by a part of one; what two lines would make stays with the first.
fn whole_plan(shop: &Shop, taken: &[(&Column, f64)]) -> Option<Vec<Column>> {
    let is_whole = |share: f64| (share - share.round()).abs() < NEGLIGIBLE;
    if !taken.iter().all(|&(_, share)| is_whole(share)) {
        return None;
    }
    let mut made: Lots = 0;
    let mut columns = Vec::new();
    for &(column, _) in taken {
        let new = |lot: &u8| {
            let before = made;
            made |= 1 << *lot;
            before != made
        };
        columns.push(Column::new(shop, column.line, column.lots.iter().copied().filter(new).collect())?);
    }
    Some(columns)
}
