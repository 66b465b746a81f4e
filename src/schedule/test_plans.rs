//! Plans that no search has seen, for tests.

use crate::plan::Plan;
use crate::problem::Problem;

/// All orders, one behind the other, each operation on the next line that can run it.
pub fn in_turn(problem: &Problem) -> Plan {
    let mut plan = Plan::empty(problem);
    for order in problem.orders.ids().filter(|&order| !problem.orders[order].nothing_left) {
        for lot in plan.add_order(problem, order, |_| 2) {
            for step in 0..problem.route_of(plan.lots[lot].item).steps.len() {
                let operation = plan.operation(lot, step);
                let kind = plan.kind(problem, operation);
                let able =
                    problem.lines.ids().filter(|&line| problem.rate_on(kind, line).is_some()).collect::<Vec<_>>();
                if plan.is_fact(problem, operation) || able.is_empty() {
                    continue;
                }
                let line = able[operation.0 as usize % able.len()];
                plan.sequences[line].push(operation);
                for &(material, _) in &problem.kinds[kind].takes {
                    let supply = problem.supply_lookup.supply(material, problem.lines[line].site);
                    if let Some(supply) = supply.filter(|&supply| problem.supplies[supply].scarce) {
                        plan.takings[supply].retain(|&other| other != operation);
                        plan.takings[supply].push(operation);
                    }
                }
            }
        }
    }
    plan
}
