//! Pricing against trying every sequence, and the bound against trying every plan of one line.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use super::branching::Split;
use super::closing::{Closed, close};
use super::cuts::{Cut, separate};
use super::diving;
use super::duals::{Duals, WHOLE, weighted};
use super::generation::{Effort, Known};
use super::part::Part;
use super::pricing::{Column, Question, price};
use super::shop::{Lots, NEVER, Shop};
use super::tree;
use crate::generate::{Parameters, generate};
use crate::model::Instance;
use crate::problem::Problem;
use rand::{RngExt as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::json;
use std::sync::atomic::{AtomicI64, Ordering};

/// A line with shifts, three colours and five lots, one of them of a kit.
fn shop(random: &mut Xoshiro256PlusPlus) -> Shop {
    let at = |minutes: i64| format!("2026-11-23T{:02}:{:02}:00Z", 8 + minutes / 60, minutes % 60);
    let colours = ["red", "white", "black"];
    let mut matrix = || {
        let row = |random: &mut Xoshiro256PlusPlus, from: usize| {
            (0..3).map(|to| if to == from { 0 } else { random.random_range(0..2_400) }).collect::<Vec<i64>>()
        };
        (0..3).map(|from| row(random, from)).collect::<Vec<_>>()
    };
    let (seconds, costs) = (matrix(), matrix());
    let mut order = |index: usize| {
        let mut item =
            || json!({ "variant": colours[random.random_range(0..3)], "quantity": random.random_range(1..30) });
        let items = if index == 0 { vec![item(), item()] } else { vec![item()] };
        json!({ "id": format!("order-{index}"), "release": at(random.random_range(0..100)), "items": items,
            "due": at(random.random_range(20..200)), "late_cost_per_day": random.random_range(1..9_000),
            "late_cost_once": random.random_range(0..3), "reject_cost": 500 })
    };
    let orders: Vec<_> = (0..4).map(&mut order).collect();
    let closed = random.random_range(10..200);
    let instance: Instance = serde_json::from_value(json!({
        "format": "lotwise/1", "start": at(0),
        "calendars": [{ "id": "shifts", "closed": [{ "from": at(closed), "to": at(closed + 45) }] }],
        "changeovers": [{ "id": "paint", "rules":
            [{ "attribute": "colour", "values": colours, "seconds": seconds, "costs": costs }] }],
        "lines": [{ "id": "line", "calendar": "shifts", "changeovers": "paint", "pausable": random.random::<bool>(),
            "setup_state": { "colour": "red" }, "cost_per_hour": 3, "rates": [{ "seconds_per_unit": 60 }] }],
        "variants": colours.map(|colour| json!({ "id": colour, "attributes": { "colour": colour } })),
        "orders": orders,
    }))
    .unwrap();
    Shop::new(&Problem::new(&instance)).unwrap()
}

fn any_duals(shop: &Shop, random: &mut Xoshiro256PlusPlus) -> Duals {
    let prices = (0..shop.order_of.len()).map(|_| random.random_range(0..3_000_000)).collect();
    let weights = (0..shop.order_of.len()).map(|_| random.random_range(0..WHOLE)).collect();
    let cuts = (0..random.random_range(0..4)).map(|_| any_cut(shop, random)).collect();
    Duals { prices, weights, cuts }.made_valid(shop)
}

/// Three lots, any memory that holds them, and a price.
fn any_cut(shop: &Shop, random: &mut Xoshiro256PlusPlus) -> (Cut, i64) {
    let mut lots: Lots = 0;
    while lots.count_ones() < 3 {
        lots |= 1 << random.random_range(0..shop.order_of.len());
    }
    (Cut { lots, memory: lots | Lots::from(random.random::<u8>()) }, random.random_range(0..1_500_000))
}

/// Every sequence of different lots.
fn each_sequence(lots: usize, begun: &mut Vec<u8>, each: &mut dyn FnMut(&[u8])) {
    each(begun);
    for lot in 0..lots as u8 {
        if !begun.contains(&lot) {
            begun.push(lot);
            each_sequence(lots, begun, each);
            begun.pop();
        }
    }
}

fn least_of(shop: &Shop, duals: &Duals, neighbourhoods: &[Lots], every_set: bool) -> (i64, Vec<(i64, Vec<u8>)>) {
    let question = Question {
        neighbourhoods,
        below: 0,
        limit: shop.lines[0].worked_before(NEVER),
        every_set,
        labels: 1_000_000,
        columns: usize::MAX,
    };
    let priced = price(shop, &shop.lines[0], duals, question);
    (priced.least.unwrap(), priced.columns)
}

#[test]
fn pricing_finds_the_cheapest_sequence_and_forgetting_only_lowers_it() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
    for _ in 0..80 {
        let shop = shop(&mut random);
        let lots = shop.order_of.len();
        let duals = any_duals(&shop, &mut random);
        let uncut = Duals { cuts: Vec::new(), ..duals.clone() };
        let mut best = 0;
        let mut sets: std::collections::BTreeMap<Lots, i64> = std::collections::BTreeMap::new();
        each_sequence(lots, &mut Vec::new(), &mut |sequence| {
            if let Some(column) = Column::new(&shop, 0, sequence.to_vec()) {
                let worth = column.worth(&duals);
                best = best.min(worth);
                let worth = column.worth(&uncut);
                if worth < 0 {
                    let set = sequence.iter().fold(0, |set, &lot| set | 1 << lot);
                    let known = sets.entry(set).or_insert(worth);
                    *known = worth.min(*known);
                }
            }
        });
        let (least, columns) = least_of(&shop, &duals, &vec![Lots::MAX; lots], false);
        assert_eq!(least, best, "{shop:#?}");
        for (worth, lots) in columns {
            assert_eq!(Column::new(&shop, 0, lots).unwrap().worth(&duals), worth);
        }
        let forgetful: Vec<Lots> = (0..lots).map(|lot| 1 << lot).collect();
        assert!(least_of(&shop, &duals, &forgetful, false).0 <= best);
        let (_, columns) = least_of(&shop, &uncut, &vec![Lots::MAX; lots], true);
        for (set, worth) in sets {
            let mine = columns.iter().filter(|(_, lots)| lots.iter().fold(0, |set: Lots, &lot| set | 1 << lot) == set);
            assert_eq!(mine.map(|(worth, _)| *worth).min(), Some(worth), "of every set the cheapest\n{shop:#?}");
        }
    }
}

/// A line of six lots of two colours at most, some of which are late whatever is done, may be due alike, or are released later.
fn shop_of_late_lots(random: &mut Xoshiro256PlusPlus) -> Shop {
    let at = |minutes: i64| format!("2026-11-23T{:02}:{:02}:00Z", 8 + minutes / 60, minutes % 60);
    // One shop in four is nothing but late lots.
    let mixed = random.random_range(0..4) > 0;
    let (colours, shifts) = (if mixed { 2 } else { 1 }, mixed && random.random::<bool>());
    let order = |index: usize| {
        let release = if mixed && random.random_range(0..8) == 0 { random.random_range(0..40) } else { 0 };
        // 216 a day is 25 ten-thousandths a second; the others are none.
        let rate = [216, 432, 648, 1_000, 217, 431][random.random_range(0..if mixed { 6 } else { 3 })];
        let variant = ["red", "white"][random.random_range(0..colours)];
        let due = [0, 0, 0, 30, 60][random.random_range(0..if mixed { 5 } else { 3 })];
        let mut order = json!({ "id": format!("order-{index}"), "release": at(release), "late_cost_per_day": rate,
            "due": at(due), "late_cost_once": if mixed { random.random_range(0..8) / 7 } else { 0 },
            "items": [{ "variant": variant, "quantity": random.random_range(1..400) }], "reject_cost": 500 });
        if mixed && random.random_range(0..4) == 0 {
            order["deadline"] = json!(at(random.random_range(40..180)));
        }
        order
    };
    let orders: Vec<_> = (0..6).map(order).collect();
    let closed = if shifts { json!([{ "from": at(50), "to": at(95) }]) } else { json!([]) };
    let within = if mixed { random.random_range(0..2) * 73 } else { 0 };
    let variants = ["red", "white"].map(|colour| json!({ "id": colour, "attributes": { "colour": colour } }));
    let instance: Instance = serde_json::from_value(json!({
        "format": "lotwise/1", "start": at(0),
        "calendars": [{ "id": "shifts", "closed": closed }],
        "changeovers": [{ "id": "paint", "rules":
            [{ "attribute": "colour", "values": ["red", "white"], "seconds": [[within, 600], [500, within]] }] }],
        "lines": [{ "id": "line", "calendar": "shifts", "changeovers": "paint", "pausable": true,
            "setup_state": { "colour": "white" }, "rates": [{ "seconds_per_unit": 7 }] }],
        "variants": variants, "orders": orders,
    }))
    .unwrap();
    Shop::new(&Problem::new(&instance)).unwrap()
}

#[test]
fn plans_with_pairs_that_had_better_change_places_are_not_needed() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(7);
    let (mut needless, mut acyclic) = (0, 0);
    for round in 0..200 {
        let mut shop = shop_of_late_lots(&mut random);
        let lots = shop.order_of.len();
        if round % 4 == 3 {
            let (lot, by) = (random.random_range(0..lots), Some(shop.start + 60 * random.random_range(20..150)));
            let (after, by) = if random.random::<bool>() { (by, None) } else { (None, by) };
            shop.lines[0].narrow(lot, after, by);
        }
        let cut = any_duals(&shop, &mut random);
        let duals = Duals { cuts: Vec::new(), ..cut.clone() };
        let line = &shop.lines[0];
        let has_none =
            |lots: &[u8]| lots.windows(2).all(|pair| line.followers[usize::from(pair[0])] >> pair[1] & 1 == 1);
        let (mut best, mut least_cut, mut least_cut_without) = (0, 0, 0);
        each_sequence(lots, &mut Vec::new(), &mut |sequence| {
            if let Some(column) = Column::new(&shop, 0, sequence.to_vec()) {
                best = best.min(column.worth(&duals));
                least_cut = least_cut.min(column.worth(&cut));
                if has_none(sequence) {
                    least_cut_without = least_cut_without.min(column.worth(&cut));
                }
            }
        });
        let others = line.able.len().saturating_sub(1);
        needless += line
            .able
            .iter()
            .map(|&lot| others.saturating_sub(line.followers[lot].count_ones() as usize))
            .sum::<usize>();
        acyclic += usize::from(line.able.iter().all(|&lot| line.reachable[lot] >> lot & 1 == 0));
        assert_eq!(least_of(&shop, &duals, &vec![Lots::MAX; lots], false).0, best, "{shop:#?}");
        // What a cut charges goes by the sequence, so only plans without such pairs count.
        let found = least_of(&shop, &cut, &vec![Lots::MAX; lots], false).0;
        assert!((least_cut..=least_cut_without).contains(&found), "{found} {least_cut} {least_cut_without}\n{shop:#?}");
        let some: Vec<Lots> = (0..lots).map(|lot| random.random::<u64>() as Lots | 1 << lot).collect();
        assert!(least_of(&shop, &cut, &some, false).0 <= least_cut_without, "{shop:#?}");
        // Forgetting at once lowers it, and does not where no lot can come again.
        let forgetful = least_of(&shop, &duals, &vec![0; lots], false).0;
        assert!(forgetful <= best);
        if line.able.iter().all(|&lot| line.reachable[lot] >> lot & 1 == 0) {
            assert_eq!(forgetful, best, "{shop:#?}");
        }
    }
    assert!(needless > 700 && acyclic > 20, "{needless} {acyclic}");
}

/// What the plan of a line costs with the orders it leaves out; none where it makes one in part, or leaves out one that must be made.
fn cost_of(shop: &Shop, column: &Column) -> Option<i64> {
    let mut cost = shop.base + column.cost;
    for order in &shop.orders {
        let made = order.lots.iter().filter(|&&lot| column.lots.contains(&(lot as u8))).count();
        if made == 0 {
            cost += order.reject?;
        } else if made < order.lots.len() {
            return None;
        }
        let late = column.late.iter().filter(|(lot, _)| order.lots.contains(&usize::from(*lot)));
        cost += late.map(|&(_, late)| late).max().unwrap_or(0);
    }
    Some(cost)
}

#[test]
fn any_prices_give_a_bound() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(2);
    for _ in 0..150 {
        let shop = shop(&mut random);
        let duals = any_duals(&shop, &mut random);
        let forgetful: Vec<Lots> = (0..shop.order_of.len()).map(|lot| 1 << lot).collect();
        let bound = duals.without_lines(&shop) + least_of(&shop, &duals, &forgetful, false).0.min(0);
        each_sequence(shop.order_of.len(), &mut Vec::new(), &mut |sequence| {
            let Some(column) = Column::new(&shop, 0, sequence.to_vec()) else { return };
            let Some(cost) = cost_of(&shop, &column) else { return };
            assert!(bound <= cost, "{bound} is above {cost}, what {sequence:?} costs\n{shop:#?}");
        });
    }
}

#[test]
fn weights_round_down() {
    assert_eq!(weighted(10, WHOLE), 10);
    assert_eq!(weighted(10, WHOLE / 3), 3);
    assert_eq!(weighted(1 << 44, WHOLE - 1), (1 << 44) - (1 << 28));
}

#[test]
fn a_cut_counts_pairs_it_remembers() {
    let cut = |memory: Lots| Cut { lots: 0b111, memory };
    assert_eq!(cut(0b111).uses(&[0, 1]), 1);
    assert_eq!(cut(0b111).uses(&[0, 3, 1]), 0, "lot 3 makes it forget");
    assert_eq!(cut(0b1111).uses(&[0, 3, 1]), 1);
    assert_eq!(cut(Lots::MAX).uses(&[0, 5, 1, 2]), 1, "three lots are one pair and a half");
    assert_eq!(cut(Lots::MAX).uses(&[0, 5]), 0);
}

#[test]
fn three_halves_are_cut_off() {
    let column = |lots: Vec<u8>| Column { line: 0, lots, cost: 0, late: Vec::new() };
    let plans = [column(vec![0, 3, 1]), column(vec![1, 2]), column(vec![2, 0])];
    let taken: Vec<(&Column, f64)> = plans.iter().map(|plan| (plan, 0.5)).collect();
    let mut cuts = Vec::new();
    assert!(separate(&mut cuts, &taken, 4));
    assert_eq!(cuts, [Cut { lots: 0b111, memory: 0b1111 }], "and 3 is remembered over, for the first plan to count");
    assert!(!separate(&mut cuts, &taken, 4), "it is there, and remembers enough");
}

/// Whatever the prices, trying everything within a gap finds the best plan within it, or says there is none.
#[test]
fn closing_finds_the_best_plan_within_the_gap() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(3);
    for _ in 0..80 {
        let shop = shop(&mut random);
        let duals = any_duals(&shop, &mut random);
        let (least, _) = least_of(&shop, &duals, &vec![Lots::MAX; shop.order_of.len()], false);
        let bound = duals.without_lines(&shop) + least.min(0);
        let mut best = i64::MAX;
        each_sequence(shop.order_of.len(), &mut Vec::new(), &mut |sequence| {
            if let Some(column) = Column::new(&shop, 0, sequence.to_vec()) {
                best = cost_of(&shop, &column).map_or(best, |cost| best.min(cost));
            }
        });
        let gap = random.random_range(1..4_000_000);
        let mut own = Effort::unlimited();
        match close(&shop, (&duals, &[least]), NEVER, gap, &mut own) {
            Closed::Proved => assert!(best >= bound + gap, "{best} is below {bound} + {gap}\n{shop:#?}"),
            Closed::Better(_, excess) => assert!(bound + excess <= best && excess < gap, "{bound}, {excess}, {best}"),
            Closed::Open => panic!("five lots are not too many"),
        }
    }
}

/// What the best plan of a shop of one line costs; none where there is none.
fn optimum(shop: &Shop) -> Option<i64> {
    let mut best = None;
    each_sequence(shop.order_of.len(), &mut Vec::new(), &mut |sequence| {
        let cost = Column::new(shop, 0, sequence.to_vec()).and_then(|column| cost_of(shop, &column));
        best = best.into_iter().chain(cost).min();
    });
    best
}

#[test]
fn the_best_plan_is_in_one_of_two_parts_and_none_is_cheaper_there() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(5);
    let mut decided = 0;
    for _ in 0..150 {
        let shop = shop(&mut random);
        let best = optimum(&shop).unwrap();
        let lot = random.random_range(0..shop.order_of.len());
        let by = shop.lines[0].instant_of(random.random_range(1..20_000));
        let order = shop.order_of[lot];
        for split in [Split::Time { lot, by }, Split::Line { lot, line: 0 }, Split::Made { order }] {
            let [first, second] = split.parts(&shop).map(|part| optimum(&part).unwrap_or(i64::MAX));
            assert_eq!(first.min(second), best, "{split:?} {shop:#?}");
            decided += usize::from(first != second);
        }
    }
    assert!(decided > 100, "{decided} of 450 splits made a difference");
}

#[test]
fn splitting_alone_comes_to_the_optimum() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(6);
    let mut reached = 0;
    for _ in 0..12 {
        let shop = shop(&mut random);
        let best = optimum(&shop).unwrap();
        let told = AtomicI64::new(i64::MIN);
        let tell = |bound: i64| {
            told.fetch_max(bound, Ordering::Relaxed);
        };
        let mut effort = Effort { work: 20_000_000, cost: &|| Some(best), tell: &tell, ..Effort::unlimited() };
        let known = Known::of(&shop, Vec::new(), vec![10_000; shop.order_of.len()]);
        tree::search(&shop, known, 0, &mut effort, &|_, _| {});
        let told = told.into_inner();
        assert!(told <= best, "{told} is above {best}\n{shop:#?}");
        // The program is in floating point: it ends within a few units of what it could prove.
        reached += usize::from(told >= best - 5);
    }
    assert!(reached >= 10, "{reached} of 12 proved");
}

#[test]
fn wherever_a_part_is_stopped_its_bound_is_that_of_its_prices() {
    let asked = Parameters { orders: Some(20), lines: Some(4), ..Parameters::default() };
    let mut cut = 0;
    for (seed, stop) in (1..3).flat_map(|seed| (40..60).step_by(2).map(move |stop| (seed, stop))) {
        let shop =
            Shop::new(&Problem::new(&generate("parallel", &Parameters { seed, ..asked.clone() }).unwrap())).unwrap();
        let heard = AtomicI64::new(0);
        let tell = |_| {
            heard.fetch_add(1, Ordering::Relaxed);
        };
        let go_on = || heard.load(Ordering::Relaxed) < stop;
        let mut effort = Effort { go_on: &go_on, cost: &|| Some(NEVER), tell: &tell, ..Effort::unlimited() };
        let known = Known::of(&shop, Vec::new(), vec![10_000; shop.order_of.len()]);
        let part = Part { shop: shop.clone(), known, too_wide: 0, roughly: false }.explored(&mut effort, &|_, _| {});
        let Some((duals, least)) = &part.known.centre else { continue };
        let of_lines = shop.lines.iter().zip(least).map(|(line, least)| least.min(&0) * line.same.len() as i64);
        assert_eq!(duals.without_lines(&shop) + of_lines.sum::<i64>(), part.known.bound, "{seed} {stop}");
        cut += usize::from(!duals.cuts.is_empty());
    }
    assert!(cut > 5, "{cut} of 20 stopped after cuts");
}

/// The shop of a generated plant of three lines and twelve orders.
fn plant(seed: u64) -> Shop {
    let parameters = Parameters { seed, orders: Some(12), lines: Some(3), ..Parameters::default() };
    Shop::new(&Problem::new(&generate("parallel", &parameters).unwrap())).unwrap()
}

#[test]
fn a_plan_of_a_line_and_the_rest_of_the_shop_cost_what_they_cost_together() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(7);
    let mut cheaper = 0;
    for _ in 0..40 {
        let mut shop = shop(&mut random);
        // Two lines alike; no kits.
        let twin = shop.lines[0].same[0];
        shop.lines[0].same.push(twin);
        for order in &mut shop.orders {
            order.lots.truncate(1);
        }
        let column = |lots: Vec<u8>| Column::new(&shop, 0, lots);
        let (Some(first), Some(second)) = (column(vec![2, 3]), column(vec![4])) else { continue };
        let rejected = |kept: &[usize]| {
            let left = shop.orders.iter().filter(|order| !kept.contains(&order.lots[0]));
            left.map(|order| order.reject.unwrap()).sum::<i64>()
        };
        let both = shop.with(&first).with(&second);
        assert!(both.lines[0].same.is_empty() && both.lines[0].able.is_empty());
        assert_eq!(both.base, shop.base + first.cost + second.cost);
        assert_eq!(both.orders.iter().map(|order| order.reject.unwrap()).sum::<i64>(), rejected(&[2, 3, 4]));
        let rest = shop.with(&first);
        assert_eq!((rest.lines[0].same.len(), rest.lines[0].modes[2].run, rest.lines[0].modes[3].run), (1, 0, 0));
        cheaper += usize::from(both.base + rejected(&[2, 3, 4]) < shop.base + rejected(&[]));
    }
    assert!(cheaper > 0, "no plan was worth making");
}

#[test]
fn dives_find_plans_that_cost_what_they_say_and_mostly_the_best() {
    let (mut plans, mut best) = (0, 0);
    for seed in 1..=10 {
        let shop = plant(seed);
        let (cheapest, told) = (AtomicI64::new(i64::MAX), AtomicI64::new(i64::MIN));
        let known_cost = || Some(cheapest.load(Ordering::Relaxed));
        let hears = |columns: &[Column], cost: i64| {
            let mut made: Lots = 0;
            let mut sum = shop.base;
            for column in columns {
                let again = Column::new(&shop, column.line, column.lots.clone()).unwrap();
                sum += again.cost;
                for &lot in &column.lots {
                    assert_eq!(made >> lot & 1, 0, "lot {lot} is made twice");
                    made |= 1 << lot;
                }
            }
            let left_out = shop.orders.iter().filter(|order| made >> order.lots[0] & 1 == 0);
            sum += left_out.map(|order| order.reject.unwrap()).sum::<i64>();
            let lines = columns.iter().fold(vec![0; shop.lines.len()], |mut lines, column| {
                lines[column.line] += 1;
                lines
            });
            assert!(lines.iter().zip(&shop.lines).all(|(&plans, line)| plans <= line.same.len()));
            assert_eq!(sum, cost, "seed {seed}");
            cheapest.fetch_min(cost, Ordering::Relaxed);
        };
        let known = Known::of(&shop, Vec::new(), vec![10_000; shop.order_of.len()]);
        let whole = Part { shop: shop.clone(), known: known.clone(), too_wide: 0, roughly: true };
        let mut effort = Effort { work: 200_000_000, cost: &known_cost, ..Effort::unlimited() };
        let whole = whole.explored(&mut effort, &hears);
        let (before, most) = (effort.work, 50_000_000);
        let done = diving::dive(&whole, (diving::FROM_ALL, most), &mut effort, &hears);
        assert!(done <= most && effort.work == before - done);
        let found = cheapest.load(Ordering::Relaxed);
        plans += usize::from(found < i64::MAX);
        let tell = |bound: i64| {
            told.fetch_max(bound, Ordering::Relaxed);
        };
        let mut effort = Effort { tell: &tell, ..effort };
        tree::search(&shop, known, i64::MAX, &mut effort, &hears);
        let (optimum, proved) = (cheapest.into_inner(), told.into_inner());
        assert!(proved <= optimum && found >= optimum, "{proved} {optimum} {found}");
        best += usize::from(found == optimum);
    }
    assert_eq!(plans, 10, "dives without a plan");
    assert!(best >= 8, "{best} of 10 are the best");
}
