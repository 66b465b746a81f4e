//! Line plans as columns: a proved lower bound on the cost of every plan, by column generation.
//!
//! One column is one line's whole plan. `shop` holds what the bound knows of the problem, `duals` why any prices give a
//! proved bound, `pricing` finds the plans a line would choose under prices (`completion` lets it stop early), `master`
//! suggests prices, `generation` is the loop between them, `branching` parts all plans in two, `tree` bounds the parts
//! (`part`) and `diving` makes plans on the way.
//! All proofs are integer arithmetic on integer prices; what the solver says is a hint. See `docs/mip.md`.
//!
//! Knows no search, and no plan but as sequences.

mod branching;
mod closing;
mod completion;
mod cuts;
mod diving;
mod duals;
mod generation;
mod line;
mod makespan;
mod master;
mod order;
mod part;
mod pricing;
mod shop;
mod single;
#[cfg(test)]
mod tests;
mod tree;
mod trial;

pub(crate) use trial::with_column_pricing;

use super::prover::{News, Prover};
use super::rounded_up;
use crate::plan::Plan;
use crate::problem::{LineIdx, Problem};
use crate::units::Money;
use generation::{Effort, Generation, Known};
use pricing::Column;
use shop::Shop;
use single::Single;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::mpsc::Sender;

/// Begins to prove a bound for a problem, from the line plans of `incumbent`, whose cost is `cost`, `floor` a
/// bound known before; none where the problem is not covered or no thread is to be had.
///
/// With `work` (extensions of labels) what it says depends on the arguments alone, and no clock is read.
pub(super) fn start(
    problem: &Problem,
    incumbent: &Plan,
    (cost, floor): (Money, Money),
    work: Option<u64>,
    threads: usize,
) -> Option<Prover> {
    let shop = Shop::new(problem)?;
    let known = shop.columns_of(incumbent);
    #[cfg(test)]
    let fault = super::highs::faults::linear();
    Prover::spawn("columns", cost, move |stop, cost, news| {
        #[cfg(test)]
        super::highs::faults::inject_linear(fault);
        let step = if shop.makespan_cost_per_hour > 0 { 1 } else { shop.step() };
        // One thread is the thread at hand; where there are to be more and none are to be had, it has to do.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).thread_name(|_| "bound".to_string());
        let pool = if threads > 1 { pool.build().ok() } else { None };
        let proof = Proof { shop: &shop, known, stop, cost, news, step, pool };
        proof.run(work.unwrap_or(u64::MAX), floor.0);
    })
}

/// What a proof works with.
struct Proof<'a> {
    shop: &'a Shop,
    known: Vec<Column>,
    stop: &'a AtomicBool,
    cost: &'a AtomicI64,
    news: &'a Sender<News>,
    /// What plans' costs differ by is a multiple of this.
    step: i64,
    pool: Option<rayon::ThreadPool>,
}

impl Proof<'_> {
    fn run(&self, work: u64, floor: i64) {
        let shop = self.shop;
        let go_on = || !self.stop.load(Ordering::Relaxed);
        let cost = || Some(self.cost.load(Ordering::Relaxed));
        let tell = |bound: i64| self.tell(bound);
        if shop.order_of.is_empty() {
            return;
        }
        let beside_search = work == u64::MAX;
        let (pool, base) = (self.pool.as_ref(), Effort::unlimited());
        let mut effort =
            Effort { go_on: &go_on, work, beside_search, known: floor, cost: &cost, tell: &tell, pool, ..base };
        if shop.makespan_cost_per_hour > 0 {
            let others = self.others(&mut effort);
            if let Some(columns) = makespan::run(shop, &self.known, others, &mut effort) {
                self.tell_plan(&columns);
            }
        } else if let Some(single) = Single::new(shop) {
            single.run(&mut effort, &|lots| {
                Column::new(shop, 0, lots).into_iter().for_each(|column| self.tell_plan(&[column]))
            });
        } else {
            self.generate(&mut effort);
        }
    }

    /// A bound on everything but the makespan.
    fn others(&self, effort: &mut Effort<'_>) -> i64 {
        let floor = self.shop.floor();
        let charged: i64 = self.known.iter().map(|column| column.cost).sum::<i64>() + self.shop.base;
        if charged <= floor && self.known.iter().all(|column| column.late.is_empty()) {
            return floor;
        }
        let (work, nothing) = (effort.work / 2, |_| {});
        let mut own = Effort { work, known: floor, cost: &|| None, tell: &nothing, ..*effort };
        let known = Known::of(self.shop, self.known.clone(), self.caps());
        let mut generation = Generation::new(self.shop, &known, shop::NEVER);
        generation.run(&mut own);
        effort.work = effort.work - work + own.work;
        floor.max(generation.bound)
    }

    /// Column generation, branching, and every combination of what is left where the gap is small.
    fn generate(&self, effort: &mut Effort<'_>) {
        // A bound within a step of the cost proves it.
        let needed = || Some(self.cost.load(Ordering::Relaxed) - self.step + 1);
        let mut own = Effort { cost: &needed, ..*effort };
        let known = Known::of(self.shop, self.known.clone(), self.caps());
        tree::search(self.shop, known, i64::MAX, &mut own, &|columns, cost| {
            // Known here at once, so that what is proved depends on no listener. A plan costs no less than in the shop: if it
            // costs more, the bound ends at what it would cost there.
            self.cost.fetch_min(cost, Ordering::Relaxed);
            self.tell_plan(columns);
        });
    }

    /// What lots are bought at to begin with.
    fn caps(&self) -> Vec<i64> {
        let lots = self.shop.order_of.len();
        let cost = self.cost.load(Ordering::Relaxed) - self.shop.base;
        vec![(cost * 3 / lots as i64).max(10_000); lots]
    }

    fn tell(&self, bound: i64) {
        let least = self.shop.base + rounded_up(bound - self.shop.base, self.step);
        // Nobody may be listening any more.
        let _ = self.news.send(News::Bound(Money(least)));
    }

    fn tell_plan(&self, columns: &[Column]) {
        let mut free: Vec<Vec<LineIdx>> = self.shop.lines.iter().map(|line| line.same.clone()).collect();
        let plan = columns.iter().filter_map(|column| {
            let line = free[column.line].pop()?;
            Some((line, column.lots.iter().map(|&lot| self.shop.items[usize::from(lot)]).collect()))
        });
        let _ = self.news.send(News::Plan(plan.collect()));
    }
}
