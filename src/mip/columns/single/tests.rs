//! One line against trying every sequence.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use super::climb::{Climb, Summit};
use super::ground::{Ground, IMPOSSIBLE};
use super::polish::polished;
use super::table::Table;
use super::{ON_TABLE, Single};
use crate::mip::columns::generation::Effort;
use rand::{RngExt as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use std::cell::RefCell;
use std::sync::atomic::{AtomicI64, Ordering};

struct Draw(Xoshiro256PlusPlus);

impl Draw {
    fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }
    fn below(&mut self, most: usize) -> usize {
        self.0.random_range(0..most)
    }
}

/// Up to seven lots; by chance with releases, setup classes, deadlines, costs that jump or grow ever faster.
fn any_ground(draw: &mut Draw) -> Ground {
    let lots = 3 + draw.below(5);
    let classes = if draw.below(2) == 0 { 1 } else { 1 + draw.below(3) };
    let (released, longest, deadlines) = (draw.below(3) == 0, 1 + draw.below(6), draw.below(4) == 0);
    let runs: Vec<usize> = (0..lots).map(|_| 1 + draw.below(longest)).collect();
    let all: usize = runs.iter().sum();
    let points = if released { 2 * all } else { all } + 3 * lots + 1;
    let lot = |(number, &run): (usize, &usize)| {
        // All classes occur, the last one too.
        let class = if number < classes { number } else { draw.below(classes) } as u16;
        let earliest = if released { draw.below(all) } else { 0 };
        let (due, once, weight) = (draw.below(all + 1), draw.below(6) as i64, draw.below(5) as i64);
        let power = 1 + draw.below(2) as u32;
        let last = if deadlines { all / 2 + draw.below(points) } else { points };
        let cost = |end: usize| match end {
            0 => IMPOSSIBLE,
            end if end > last => IMPOSSIBLE,
            end if end <= due => 3,
            end => 3 + once + weight * ((end - due) as i64).pow(power),
        };
        (run, earliest, class, (0..points).map(cost).collect())
    };
    let lots: Vec<_> = runs.iter().enumerate().map(lot).collect();
    let mut setup = |most: usize| (0..(classes + 1) * classes).map(|_| draw.below(most)).collect::<Vec<_>>();
    let setups = if classes > 1 { setup(3) } else { vec![0; 2] };
    let costs = if classes > 1 { setup(5) } else { vec![0; 2] };
    Ground::of(&lots, setups, costs.into_iter().map(|cost| cost as i64).collect())
}

fn cost_of(ground: &Ground, sequence: &[u8]) -> Option<i64> {
    let (mut at, mut class, mut cost) = (0, ground.initial, 0);
    for &lot in sequence {
        let lot = usize::from(lot);
        let end = ground.end(at, class, lot);
        let into = ground.classes_of[lot];
        cost += ground.own(lot, end) + ground.setup_costs(class)[usize::from(into)];
        (at, class) = (end, into);
        if cost >= IMPOSSIBLE {
            return None;
        }
    }
    Some(cost)
}

/// The least cost of all sequences.
fn optimum(ground: &Ground, begun: &mut Vec<u8>) -> Option<i64> {
    if begun.len() == ground.lots {
        return cost_of(ground, begun);
    }
    let mut best = None;
    for lot in 0..ground.lots as u8 {
        if !begun.contains(&lot) {
            begun.push(lot);
            let cost = optimum(ground, begun);
            best = best.into_iter().chain(cost).min();
            begun.pop();
        }
    }
    best
}

#[test]
fn the_bound_is_the_optimum_and_the_plan_is_found() {
    let mut draw = Draw::new(1);
    let (mut hard, mut tried) = (0, 0);
    for _ in 0..1_500 {
        let ground = any_ground(&mut draw);
        let Some(best) = optimum(&ground, &mut Vec::new()) else { continue };
        tried += 1;
        let slack = [0, 1, 5, 1_000][draw.below(4)];
        let (told, plan) = (AtomicI64::new(i64::MIN), RefCell::new(None));
        let tell = |bound: i64| {
            told.fetch_max(bound, Ordering::Relaxed);
        };
        let cost = || Some(best + slack);
        let mut effort = Effort { cost: &cost, tell: &tell, ..Effort::unlimited() };
        let single = Single::on(ground.clone(), 0, 1);
        single.run(&mut effort, &|lots| *plan.borrow_mut() = Some(lots));
        assert_eq!(told.into_inner(), best, "the bound is not the optimum\n{ground:?}");
        if slack > 0 {
            let plan = plan.into_inner().unwrap();
            assert_eq!(cost_of(&ground, &plan), Some(best), "{plan:?} is not the best\n{ground:?}");
        }
        let (mut table, mut climb) = (Table::new(&single.ground), Climb::new(ground.lots, ground.most_price));
        let summit = climb.climb(ON_TABLE[0], best - 1, &mut |prices| {
            table.fill(&single.ground, prices);
            Some(table.cheapest(&single.ground))
        });
        assert!(climb.bound <= best, "the table is above the optimum\n{ground:?}");
        hard += usize::from(summit == Summit::Reached);
    }
    assert!(tried > 1_000 && hard > 100, "{tried} possible, {hard} of them beyond the table");
}

#[test]
fn a_polished_plan_makes_every_lot_once_at_its_cost() {
    let mut draw = Draw::new(2);
    for _ in 0..300 {
        let ground = any_ground(&mut draw);
        let relaxed: Vec<u8> = (0..ground.lots).map(|_| draw.below(ground.lots) as u8).collect();
        let Some((cost, mut plan)) = polished(&ground, &relaxed) else { continue };
        assert_eq!(cost_of(&ground, &plan), Some(cost));
        plan.sort_unstable();
        assert_eq!(plan, (0..ground.lots as u8).collect::<Vec<_>>());
    }
}

/// Whatever a climb is told, prices stay where sums of them are no danger.
#[test]
fn prices_keep_within_their_limit() {
    let mut climb = Climb::new(3, 1_000);
    climb.climb(ON_TABLE[0], 1 << 54, &mut |_| Some((-(1 << 50), vec![0, 0, 1])));
    assert!(climb.prices.iter().all(|price| price.abs() <= 1_000), "{:?}", climb.prices);
}
