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
