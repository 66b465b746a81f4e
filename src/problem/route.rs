//! Operation graphs: who waits for whom, and an order in which nobody waits for a later one.

use crate::model;
use crate::units::Seconds;
use petgraph::algo::toposort;
use petgraph::graph::DiGraph;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// A route: steps in the order of the file.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    /// The steps.
    pub steps: Vec<Step>,
    /// Positions of the steps, predecessors first.
    pub topological: Vec<u16>,
    /// The step nothing waits for; delivery starts there.
    pub last: u16,
}

/// One step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Step {
    /// Steps that must have ended.
    pub after: SmallVec<[u16; 2]>,
    /// Steps that wait for this one.
    pub before: SmallVec<[u16; 2]>,
    /// Elapsed time after each of `after` has ended.
    pub lag: Seconds,
}

impl Route {
    /// The route of variants that name none: one operation.
    pub fn single() -> Self {
        Self { steps: vec![Step::default()], topological: vec![0], last: 0 }
    }

    /// Compiles a route that `validate` found acyclic, with one last operation.
    pub fn new(route: &model::Route) -> Self {
        let names: FxHashMap<&str, u16> =
            route.operations.iter().enumerate().map(|(index, step)| (step.id.as_str(), index as u16)).collect();
        let mut steps: Vec<Step> = route
            .operations
            .iter()
            .map(|step| Step {
                after: step.after.iter().map(|name| names[name.as_str()]).collect(),
                before: SmallVec::new(),
                lag: step.lag.0,
            })
            .collect();
        let mut graph = DiGraph::<(), ()>::with_capacity(steps.len(), steps.len());
        let nodes: Vec<_> = steps.iter().map(|_| graph.add_node(())).collect();
        for index in 0..steps.len() {
            for before in steps[index].after.clone() {
                steps[before as usize].before.push(index as u16);
                graph.add_edge(nodes[before as usize], nodes[index], ());
            }
        }
        let order = toposort(&graph, None);
        let topological =
            order.map(|nodes| nodes.into_iter().map(|node| node.index() as u16).collect()).unwrap_or_default();
        let last = steps.iter().position(|step| step.before.is_empty()).unwrap_or(0) as u16;
        Self { steps, topological, last }
    }
}
