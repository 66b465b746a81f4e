//! Forms: in which lots an item that may be split is tried.
//!
//! All forms are laid out as lots beside each other; those of one stand in the sequences. So splitting and merging are
//! changes of sequences like any other.

use crate::plan::{Portion, lots_of_item};
use crate::problem::{ItemIdx, Problem};
use rustc_hash::FxHashMap;

/// In how many lots an item that may be split is tried, besides those it has.
const PARTS: [u32; 8] = [1, 2, 3, 4, 5, 6, 8, 12];
/// What a small lot is of an item that is tried in a large and a small one: one piece in so many.
const SMALL_PARTS: [i64; 3] = [3, 4, 6];

/// A form that is laid out: its lots, and their pieces, most first.
struct Form {
    lots: Vec<u32>,
    pieces: Vec<i64>,
}

/// The forms of every item of which all lots are `given` and that may be made in others: the lots of each, few first.
///
/// `add` lays out a form's lots, by number and pieces, and says which they are; none where there is no room for them.
pub(super) fn lay_out(
    problem: &Problem,
    given: impl Iterator<Item = (u32, Portion)>,
    mut add: impl FnMut(ItemIdx, &[(u32, i64)]) -> Option<Vec<u32>>,
) -> Vec<Vec<Vec<u32>>> {
    let mut standing: FxHashMap<ItemIdx, Form> = FxHashMap::default();
    for (lot, portion) in given {
        let item = &problem.items[portion.item];
        if item.maximum_lots > 1 && item.frozen_lots.is_empty() {
            let form = standing.entry(portion.item).or_insert(Form { lots: Vec::new(), pieces: Vec::new() });
            form.lots.push(lot);
            form.pieces.push(portion.quantity);
        }
    }
    let whole = |(item, form): &(ItemIdx, Form)| form.pieces.iter().sum::<i64>() == problem.items[*item].remaining;
    let mut items: Vec<(ItemIdx, Vec<Form>)> =
        standing.into_iter().filter(whole).map(|(item, form)| (item, vec![form])).collect();
    items.sort_unstable_by_key(|&(item, _)| item);
    for form in items.iter_mut().flat_map(|(_, forms)| forms) {
        form.pieces.sort_unstable_by(|one, other| other.cmp(one));
    }
    // Few lots of every item before many of any: room may not suffice for all.
    for shares in Shares::tried() {
        for (item, forms) in &mut items {
            let lots = shares.lots(problem, *item);
            let pieces: Vec<i64> = lots.iter().map(|&(_, pieces)| pieces).collect();
            if lots.is_empty() || forms.iter().any(|form| form.pieces == pieces) {
                continue;
            }
            forms.extend(add(*item, &lots).map(|lots| Form { lots, pieces }));
        }
    }
    let several = items.into_iter().map(|(_, forms)| forms).filter(|forms| forms.len() > 1);
    several
        .map(|forms| {
            let mut forms: Vec<Vec<u32>> = forms.into_iter().map(|form| form.lots).collect();
            forms.sort_by_key(Vec::len);
            forms
        })
        .collect()
}

/// How an item is shared out over its lots.
#[derive(Clone, Copy)]
enum Shares {
    /// In so many nearly equal lots.
    Equal(u32),
    /// In a large lot and a small one, which is one part in so many: it fits into a gap, or is all that is urgent.
    Small(i64),
}

impl Shares {
    /// The ways that are tried, few lots first.
    fn tried() -> impl Iterator<Item = Self> {
        let nearly_equal = PARTS.iter().map(|&parts| Self::Equal(parts));
        nearly_equal.chain(SMALL_PARTS.iter().map(|&parts| Self::Small(parts)))
    }

    /// Numbers and quantities, the larger first; none where the item may not be made so.
    fn lots(self, problem: &Problem, item: ItemIdx) -> Vec<(u32, i64)> {
        let facts = &problem.items[item];
        match self {
            Self::Equal(parts) => {
                let lots = lots_of_item(problem, item, parts);
                if lots.len() == parts as usize { lots } else { Vec::new() }
            }
            Self::Small(parts) => {
                let small = facts.remaining / parts;
                let fits = small >= facts.minimum_lot.max(1);
                if fits { vec![(0, facts.remaining - small), (1, small)] } else { Vec::new() }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The forms that are laid out where lots of the first item of so many are given: their pieces, few lots first.
    fn forms(given: &[i64]) -> Vec<Vec<Vec<i64>>> {
        let instance = json!({"format": "lotwise/1", "start": "2026-11-23T08:00:00Z",
            "lines": [{"id": "loom", "rates": [{"seconds_per_unit": 60}]}], "variants": [{"id": "mug"}],
            "orders": [{"id": "one", "items": [
                {"variant": "mug", "quantity": 20, "maximum_lots": 3, "minimum_lot": 5}, {"variant": "mug", "quantity": 9}]}]});
        let problem = Problem::new(&serde_json::from_value(instance).unwrap());
        let item = ItemIdx(0);
        let mut pieces = given.to_vec();
        let portions = (0..).zip(given.iter().map(|&quantity| Portion { item, number: 0, quantity }));
        let whole = [(99, Portion { item: ItemIdx(1), number: 0, quantity: 9 })];
        let laid = lay_out(&problem, portions.chain(whole), |item, lots| {
            assert_eq!(item, ItemIdx(0), "an item in one lot has one form");
            let ids = lots.iter().map(|&(_, quantity)| {
                pieces.push(quantity);
                pieces.len() as u32 - 1
            });
            Some(ids.collect())
        });
        let quantities = |form: &Vec<u32>| form.iter().map(|&lot| pieces[lot as usize]).collect();
        laid.iter().map(|of_item| of_item.iter().map(quantities).collect()).collect()
    }

    #[test]
    fn an_item_is_tried_in_few_lots_in_many_and_in_a_large_and_a_small_one() {
        // Of a third and a quarter of it a small lot is five pieces or more, of a sixth it is not.
        let others = [vec![20], vec![10, 10], vec![14, 6], vec![15, 5], vec![7, 7, 6]];
        assert_eq!(forms(&[20]), [others.to_vec()]);
        assert_eq!(
            forms(&[10, 10]),
            [[&[others[1].clone(), others[0].clone()], &others[2..]].concat()].map(|mut forms| {
                forms.sort_by_key(Vec::len);
                forms
            })
        );
        assert_eq!(forms(&[8, 12])[0].len(), 6, "the lots that are there are a form of their own");
    }

    #[test]
    fn an_item_of_which_some_is_missing_stays_as_it_is() {
        assert!(forms(&[10]).is_empty());
        assert!(forms(&[]).is_empty());
    }
}
