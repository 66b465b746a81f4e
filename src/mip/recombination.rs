//! Which plans of single lines make the best plan together: a set covering program.
//!
//! `min sum cost[p] x[p] + sum left_out[o] r[o]` subject to
//! - each order: `sum(p makes o) x[p] + r[o] >= 1`, without `r[o]` where it must be made;
//! - each line: `sum(p of l) x[p] <= 1`.
//!
//! Covering instead of partitioning, for a plan that makes an order twice is a plan with room. First the linear
//! program over all plans there are: one whose reduced cost is above what lies between its value and the best plan
//! known is in no better choice. Of the others those of least reduced cost enter the program in whole numbers, which
//! starts from the best plan known. What it chooses is timed and priced by whoever asked.

use super::highs::{LinearProgram, Program, apart, minimise};
use super::{Limits, MipError};
use crate::plan::pool::Pool;
use good_lp::{Expression, ProblemVariables, Variable, constraint, variable};
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// Ten-thousandths in the program's unit of money.
const SCALE: f64 = 10_000.0;
/// Plans in the program in whole numbers at most: with ten times as many it finds nothing in its seconds.
const MOST_CHOICES: usize = 3_000;
/// Shares of the cost below which a difference is none.
const PRECISION: f64 = 1e-6;

/// A better choice of the pool than what is known, as positions in it; none where none was found within the limits.
///
/// # Errors
/// See [`MipError`].
pub(crate) fn choose(
    pool: Pool,
    limits: &Limits,
    cancelled: &(dyn Fn() -> bool + Sync),
) -> Result<Option<Vec<usize>>, MipError> {
    let deadline = limits.deadline();
    let Some(cost) = cost_of(&pool, &pool.known) else { return Ok(None) };
    let pool = Arc::new(pool);
    let priced = Arc::clone(&pool);
    let Some((value, reduced)) = apart("recombination", deadline, cancelled, move || Ok(reduced_costs(&priced)))?
    else {
        return Ok(None);
    };
    let slack = cost - value;
    if slack <= PRECISION * cost.abs() {
        return Ok(None);
    }
    let known: FxHashSet<usize> = pool.known.iter().copied().collect();
    let mut places: Vec<usize> =
        (0..reduced.len()).filter(|place| reduced[*place] < slack && !known.contains(place)).collect();
    places.sort_by(|&a, &b| reduced[a].total_cmp(&reduced[b]).then(a.cmp(&b)));
    places.truncate(MOST_CHOICES);
    places.extend(&pool.known);
    let (program, decisions) = cover(&pool, &places);
    let Some(values) = minimise(program, decisions, limits, deadline, cancelled)? else { return Ok(None) };
    let chosen: Vec<usize> =
        places.iter().zip(&values).filter(|(_, value)| **value > 0.5).map(|(&place, _)| place).collect();
    Ok(cost_of(&pool, &chosen).is_some_and(|new| new < cost).then_some(chosen))
}

/// What a choice costs; none where it leaves out an order that must be made.
fn cost_of(pool: &Pool, chosen: &[usize]) -> Option<f64> {
    let mut made = vec![false; pool.left_out.len()];
    let mut cost = 0.0;
    for &place in chosen {
        cost += pool.choices[place].cost as f64 / SCALE;
        pool.choices[place].orders.iter().for_each(|&order| made[order as usize] = true);
    }
    for (_, left_out) in made.iter().zip(&pool.left_out).filter(|(made, _)| !**made) {
        cost += (*left_out)? as f64 / SCALE;
    }
    Some(cost)
}

/// The value of the linear program, and the reduced cost of each plan in it; none where the solver fails.
fn reduced_costs(pool: &Pool) -> Option<(f64, Vec<f64>)> {
    let orders = pool.left_out.len();
    let mut low = vec![1.0; orders];
    low.extend(vec![-1.0; pool.lines]);
    let mut program = LinearProgram::new(&low);
    for (order, cost) in pool.left_out.iter().enumerate() {
        if let Some(cost) = cost {
            program.add(*cost as f64 / SCALE, f64::INFINITY, &[(order, 1.0)]);
        }
    }
    for choice in &pool.choices {
        let mut entries: Vec<(usize, f64)> = choice.orders.iter().map(|&order| (order as usize, 1.0)).collect();
        entries.push((orders + choice.line, -1.0));
        program.add(choice.cost as f64 / SCALE, f64::INFINITY, &entries);
    }
    let answer = program.solve()?;
    let reduced = |choice: &crate::plan::pool::LineChoice| {
        let prices: f64 = choice.orders.iter().map(|&order| answer.duals[order as usize]).sum();
        choice.cost as f64 / SCALE - prices + answer.duals[orders + choice.line]
    };
    Some((answer.value, pool.choices.iter().map(reduced).collect()))
}

/// The program in whole numbers over some of the plans, and its decision for each.
fn cover(pool: &Pool, places: &[usize]) -> (Program, Vec<Variable>) {
    let mut variables = ProblemVariables::new();
    let mut objective = Expression::default();
    let mut covered: Vec<Expression> = vec![Expression::default(); pool.left_out.len()];
    let mut on_line: Vec<Expression> = vec![Expression::default(); pool.lines];
    let known: FxHashSet<usize> = pool.known.iter().copied().collect();
    let (mut decisions, mut start) = (Vec::new(), Vec::new());
    for place in places {
        let choice = &pool.choices[*place];
        let taken = variables.add(variable().binary());
        objective += choice.cost as f64 / SCALE * taken;
        choice.orders.iter().for_each(|&order| covered[order as usize] += taken);
        on_line[choice.line] += taken;
        decisions.push(taken);
        start.extend(known.contains(place).then_some((taken, 1.0)));
    }
    for (order, cost) in pool.left_out.iter().enumerate() {
        if let Some(cost) = cost {
            let left_out = variables.add(variable().min(0.0).max(1.0));
            objective += *cost as f64 / SCALE * left_out;
            covered[order] += left_out;
        }
    }
    let mut constraints: Vec<_> = covered.into_iter().map(|sum| constraint!(sum >= 1)).collect();
    constraints.extend(on_line.into_iter().map(|sum| constraint!(sum <= 1)));
    (Program { variables, objective, constraints, start }, decisions)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

    use super::*;
    use crate::plan::pool::LineChoice;
    use rand::{RngExt as _, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    /// The cheapest choice, trying all.
    fn cheapest(pool: &Pool, line: usize, chosen: &mut Vec<usize>) -> Option<f64> {
        if line == pool.lines {
            return cost_of(pool, chosen);
        }
        let mut best = cheapest(pool, line + 1, chosen);
        for place in (0..pool.choices.len()).filter(|&place| pool.choices[place].line == line) {
            chosen.push(place);
            let cost = cheapest(pool, line + 1, chosen);
            best = best.into_iter().chain(cost).reduce(f64::min);
            chosen.pop();
        }
        best
    }

    #[test]
    fn the_cheapest_choice_is_found_or_known() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
        let mut better = 0;
        for _ in 0..60 {
            let (lines, orders) = (3, 6);
            let mut choice = |line: usize| {
                let made: Vec<u32> = (0..orders).filter(|_| random.random_range(0..5) < 2).collect();
                LineChoice { line, cost: random.random_range(0..100_000) + made.len() as i64 * 10_000, orders: made }
            };
            let choices: Vec<LineChoice> = (0..lines * 7).map(|number| choice(number % lines)).collect();
            let left_out = (0..orders).map(|_| Some(random.random_range(10_000..200_000))).collect();
            let pool = Pool { lines, left_out, choices, known: vec![0, 1, 2] };
            let best = cheapest(&pool, 0, &mut Vec::new()).unwrap();
            let limits = Limits { relative_gap: 0.0, nodes: Some(10_000), ..Limits::default() };
            let known = cost_of(&pool, &pool.known).unwrap();
            let chosen = choose(pool.clone(), &limits, &|| false).unwrap();
            let found = chosen.map_or(known, |chosen| cost_of(&pool, &chosen).unwrap());
            assert!((found - best).abs() < 1e-6, "{found} instead of {best}: {pool:?}");
            better += usize::from(found < known);
        }
        assert!(better > 40, "{better} of 60 were better than what was known");
    }

    #[test]
    fn who_must_be_made_is_made() {
        let choice = |line, orders: &[u32], cost| LineChoice { line, orders: orders.to_vec(), cost };
        let choices = vec![choice(0, &[0, 1], 90_000), choice(0, &[0], 10_000), choice(1, &[1], 20_000)];
        let pool = Pool { lines: 2, left_out: vec![None, None], choices, known: vec![0] };
        let limits = Limits { nodes: Some(100), ..Limits::default() };
        assert_eq!(
            choose(pool, &limits, &|| false).unwrap().map(|mut chosen| {
                chosen.sort_unstable();
                chosen
            }),
            Some(vec![1, 2])
        );
    }
}
