//! Parts of a problem that never meet: no line, no scarce material and no order in common.

use super::{OrderIdx, Problem};
use crate::units::Id;
use petgraph::unionfind::UnionFind;
use rustc_hash::FxHashMap;

/// The orders of each independent component, in the order of their first order.
///
/// Orders meet where they share a line that either can use, or a stock that can run out. The makespan is a cost over
/// all of them but does not make one's timing depend on another's; who splits must add it up.
pub(crate) fn components(problem: &Problem) -> Vec<Vec<OrderIdx>> {
    let (lines, supplies) = (problem.lines.len(), problem.supplies.len());
    let mut sets = UnionFind::<usize>::new(lines + supplies + problem.orders.len());
    for (id, order) in problem.orders.enumerate() {
        let own = lines + supplies + id.position();
        for item in order.items() {
            for step in 0..problem.route_of(item).steps.len() {
                let kind = problem.kind_of(item, step);
                for mode in problem.modes(kind) {
                    sets.union(own, mode.line.position());
                }
                for &(material, _) in &problem.kinds[kind].takes {
                    for supply in problem.supply_lookup.all_of(material) {
                        if problem.supplies[supply].scarce {
                            sets.union(own, lines + supply.position());
                        }
                    }
                }
            }
        }
    }
    let mut places: FxHashMap<usize, usize> = FxHashMap::default();
    let mut result: Vec<Vec<OrderIdx>> = Vec::new();
    for id in problem.orders.ids() {
        let root = sets.find_mut(lines + supplies + id.position());
        let place = *places.entry(root).or_insert_with(|| {
            result.push(Vec::new());
            result.len() - 1
        });
        result[place].push(id);
    }
    result
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

    use super::*;
    use crate::model::read_instance;
    use serde_json::{Value, json};

    /// Three orders: two for a cutter of their own each, and one for whom the third says what it needs.
    fn parts(third: Value, stock: u64) -> Vec<Vec<usize>> {
        let file = json!({
            "format": "lotwise/1", "start": "2026-11-23T08:00:00Z",
            "lines": [
                { "id": "silk", "offers": ["silk"], "rates": [{ "units_per_hour": 60 }] },
                { "id": "felt", "offers": ["felt"], "rates": [{ "units_per_hour": 60 }] },
                { "id": "wool", "offers": ["wool"], "rates": [{ "units_per_hour": 60 }] }
            ],
            "materials": [
                { "id": "thread", "stock": stock, "arrivals": [{ "at": "2026-11-24T08:00:00Z", "quantity": 20 }] },
                { "id": "ribbon", "stock": 21 }
            ],
            "variants": [
                { "id": "scarf", "requires": ["wool"], "materials": [{ "id": "thread", "per_unit": 1 }] },
                { "id": "tie", "requires": ["silk"], "materials": [{ "id": "ribbon", "per_unit": 1 }] },
                { "id": "hat", "requires": ["felt"] },
                { "id": "cap", "requires": ["felt"], "materials": [{ "id": "thread", "per_unit": 1 }] },
                { "id": "veil", "requires": ["felt"], "materials": [{ "id": "ribbon", "per_unit": 1 }] }
            ],
            "orders": [
                { "id": "A", "items": [{ "variant": "scarf", "quantity": 10 }] },
                { "id": "B", "items": [{ "variant": "tie", "quantity": 10 }] },
                { "id": "C", "items": third }
            ]
        });
        let problem = Problem::new(&read_instance(file.to_string().as_bytes()).unwrap());
        components(&problem).into_iter().map(|part| part.into_iter().map(Id::position).collect()).collect()
    }

    #[test]
    fn what_shares_no_line_and_no_scarce_material_never_meets() {
        let item = |variant: &str| json!({ "variant": variant, "quantity": 10 });
        assert_eq!(parts(json!([item("hat")]), 0), [vec![0], vec![1], vec![2]]);
        assert_eq!(parts(json!([item("hat"), item("tie")]), 0), [vec![0], vec![1, 2]]);
        assert_eq!(parts(json!([item("scarf")]), 100), [vec![0, 2], vec![1]]);
        assert_eq!(parts(json!([item("cap")]), 21), [vec![0, 2], vec![1]], "thread may run out");
        assert_eq!(parts(json!([item("veil")]), 22), [vec![0], vec![1, 2]], "ribbon may run out");
        // Each lot may run a piece more than it needs.
        assert_eq!(parts(json!([item("cap")]), 22), [vec![0], vec![1], vec![2]], "there is enough thread");
    }
}
