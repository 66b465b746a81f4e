//! Pricing against trying every sequence, and the bound against trying every plan of one line.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use super::duals::{Duals, WHOLE, weighted};
use super::pricing::{Column, Question, price};
use super::shop::{Lots, NEVER, Shop};
use crate::model::Instance;
use crate::problem::Problem;
use rand::{RngExt as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::json;

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
    Duals { prices, weights }.made_valid(shop)
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
        lasts: None,
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
    for _ in 0..150 {
        let shop = shop(&mut random);
        let lots = shop.order_of.len();
        let duals = any_duals(&shop, &mut random);
        let mut best = 0;
        let mut sets: std::collections::BTreeMap<Lots, i64> = std::collections::BTreeMap::new();
        each_sequence(lots, &mut Vec::new(), &mut |sequence| {
            if let Some(column) = Column::new(&shop, 0, sequence.to_vec()) {
                let worth = column.worth(&duals);
                best = best.min(worth);
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
        let (_, columns) = least_of(&shop, &duals, &vec![Lots::MAX; lots], true);
        for (set, worth) in sets {
            let mine = columns.iter().filter(|(_, lots)| lots.iter().fold(0, |set: Lots, &lot| set | 1 << lot) == set);
            assert_eq!(mine.map(|(worth, _)| *worth).min(), Some(worth), "of every set the cheapest\n{shop:#?}");
        }
    }
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
            let mut cost = shop.base + column.cost;
            for order in &shop.orders {
                let made = order.lots.iter().filter(|&&lot| sequence.contains(&(lot as u8))).count();
                if made == 0 {
                    cost += order.reject.unwrap();
                } else if made < order.lots.len() {
                    return;
                }
                let late = column.late.iter().filter(|(lot, _)| order.lots.contains(&usize::from(*lot)));
                cost += late.map(|&(_, late)| late).max().unwrap_or(0);
            }
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
