//! How fast the plans of lines are priced, for benchmarks: at the prices column generation has come to.

use super::generation::{Effort, Generation, Known};
use super::pricing::price;
use super::shop::{NEVER, Shop};
use crate::plan::Plan;
use crate::problem::Problem;

/// Lends one pricing of every line, at the best prices of a column generation of so many extensions of labels from the
/// line plans of a known plan: how many extensions it tries. None where the problem is not covered, or nothing was priced.
pub(crate) fn with_column_pricing<R>(
    problem: &Problem,
    known: &Plan,
    work: u64,
    measure: impl FnOnce(&dyn Fn() -> u64) -> R,
) -> Option<R> {
    let shop = Shop::new(problem)?;
    let mut effort = Effort { work, known: i64::MIN / 2, ..Effort::unlimited() };
    let columns = shop.columns_of(known);
    let caps = vec![10_000; shop.order_of.len()];
    let mut generation = Generation::new(&shop, &Known::of(&shop, columns, caps), NEVER);
    generation.run(&mut effort);
    let (duals, answers) = generation.centre.as_ref()?;
    let price_all = || {
        let of_line = |(place, &answer): (usize, &i64)| {
            let line = &shop.lines[place];
            price(&shop, line, duals, generation.question(line, answer)).work
        };
        answers.iter().enumerate().map(of_line).sum()
    };
    Some(measure(&price_all))
}
