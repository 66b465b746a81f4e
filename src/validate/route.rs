//! Routes: operations that exist, in an order without cycles, with one end.

use super::names::{Index, name_fault};
use crate::diagnostic::{Diagnostic, codes};
use crate::model::{Instance, Route};
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::FxHashMap;

/// Judges every route.
pub(super) fn check(instance: &Instance, faults: &mut Vec<Diagnostic>) {
    for (index, route) in instance.routes.iter().enumerate() {
        let base = format!("/routes/{index}");
        let before = faults.len();
        check_operations(route, &base, faults);
        if faults.len() == before {
            check_order(route, &base, faults);
        }
    }
}

fn check_operations(route: &Route, base: &str, faults: &mut Vec<Diagnostic>) {
    if route.operations.is_empty() {
        let message = format!("The route \"{}\" has no operations.", route.id);
        let remedy = "Add an operation, or leave `route` out of its variants.";
        faults.push(Diagnostic::error(codes::EMPTY_ROUTE, format!("{base}/operations"), message, remedy));
    }
    let operations = format!("{base}/operations");
    let known =
        Index::new("operation", route.operations.iter().map(|operation| operation.id.as_str())).within(" in the route");
    for (at, operation) in route.operations.iter().enumerate() {
        let first = known.get(&operation.id).filter(|first| *first != at);
        faults.extend(name_fault("operation", &operations, at, &operation.id, first));
        if operation.id == "meta" {
            faults.push(Diagnostic::error(
                codes::RESERVED_NAME,
                format!("{operations}/{at}/id"),
                "No operation may be called \"meta\".",
                "Rename it.",
            ));
        }
        let mut seen: FxHashMap<&str, usize> = FxHashMap::default();
        for (place, after) in operation.after.iter().enumerate() {
            let pointer = format!("{operations}/{at}/after/{place}");
            if *seen.entry(after).or_insert(place) != place {
                let message = format!("\"{after}\" comes twice in `after`.");
                faults.push(Diagnostic::error(codes::DUPLICATE_ID, pointer, message, "Name it once."));
            } else {
                faults.extend(known.refer(codes::UNKNOWN_OPERATION, pointer, after));
            }
        }
    }
}

/// No operation waits for itself, and exactly one is waited for by none.
fn check_order(route: &Route, base: &str, faults: &mut Vec<Diagnostic>) {
    let positions: FxHashMap<&str, usize> =
        route.operations.iter().enumerate().map(|(at, operation)| (operation.id.as_str(), at)).collect();
    let mut graph = DiGraph::<(), ()>::new();
    for _ in &route.operations {
        graph.add_node(());
    }
    let mut waited_for = vec![false; route.operations.len()];
    for (at, operation) in route.operations.iter().enumerate() {
        for after in &operation.after {
            let before = positions[after.as_str()];
            waited_for[before] = true;
            graph.add_edge(NodeIndex::new(at), NodeIndex::new(before), ());
        }
    }
    let knots: Vec<Vec<NodeIndex>> =
        tarjan_scc(&graph).into_iter().filter(|knot| knot.len() > 1 || graph.contains_edge(knot[0], knot[0])).collect();
    for knot in &knots {
        let cycle = cycle_within(&graph, knot);
        let names: Vec<&str> = cycle.iter().map(|node| route.operations[node.index()].id.as_str()).collect();
        faults.push(Diagnostic::error(
            codes::ROUTE_CYCLE,
            format!("{base}/operations/{}/after", cycle[0].index()),
            format!("In the route \"{}\", {} waits for itself.", route.id, names.join(" waits for ")),
            "Remove one of these from its `after`.",
        ));
    }
    let ends: Vec<&str> = route
        .operations
        .iter()
        .zip(&waited_for)
        .filter(|(_, waited_for)| !**waited_for)
        .map(|(operation, _)| operation.id.as_str())
        .collect();
    if ends.len() > 1 {
        faults.push(Diagnostic::error(
            codes::ROUTE_END,
            format!("{base}/operations"),
            format!(
                "In the route \"{}\" nothing waits for any of {}: it has {} ends.",
                route.id,
                ends.join(", "),
                ends.len()
            ),
            "Let one last operation come after all of them; delivery starts there.",
        ));
    }
}

/// One cycle through the first operation (in file order) of a knot of operations that all wait for each other.
fn cycle_within(graph: &DiGraph<(), ()>, knot: &[NodeIndex]) -> Vec<NodeIndex> {
    let Some(&first) = knot.iter().min() else { unreachable!("a knot has operations") };
    // Breadth first from `first` back to itself: the shortest cycle, which says the most.
    let mut reached_from: FxHashMap<NodeIndex, NodeIndex> = FxHashMap::default();
    let mut queue = std::collections::VecDeque::from([first]);
    while let Some(node) = queue.pop_front() {
        let mut next: Vec<NodeIndex> = graph.neighbors(node).collect();
        next.sort_unstable();
        for neighbour in next {
            if neighbour == first {
                let mut cycle = vec![node];
                while let Some(&previous) = reached_from.get(&cycle[cycle.len() - 1]) {
                    cycle.push(previous);
                }
                cycle.reverse();
                return cycle;
            }
            if knot.contains(&neighbour) && !reached_from.contains_key(&neighbour) {
                reached_from.insert(neighbour, node);
                queue.push_back(neighbour);
            }
        }
    }
    unreachable!("every operation of a knot lies on a cycle")
}
