//! What couples the lines: operations of a route in order, journeys between sites, materials that come in time.

use super::allocation::{Allocation, Choice, money, operation_name};
use super::names::Names;
use crate::problem::SiteIdx;
use crate::units::Seconds;
use good_lp::Variable;

/// Adds the constraints between operations and on materials.
pub(super) fn constrain(allocation: &mut Allocation<'_>) {
    for lot in 0..allocation.demand.lots.len() {
        let facts = &allocation.demand.lots[lot];
        let route = allocation.problem.route_of(facts.item);
        for (index, step) in route.steps.iter().enumerate() {
            for &before in &step.after {
                // A predecessor that is a fact is in the earliest start already.
                if let (Some(before), Some(after)) = (facts.steps[usize::from(before)], facts.steps[index]) {
                    follow(allocation, before, after, step.lag);
                    travel(allocation, before, after, facts.quantity);
                }
            }
        }
    }
    take_materials(allocation);
}

/// What has ended by the end of bucket `t` had its predecessor end early enough for lag and run:
/// `sum over t' <= t of x[after, t'] <= sum over s with begin[s] < end[t] - lag - run of x[before, s]`.
fn follow(allocation: &mut Allocation<'_>, before: usize, after: usize, lag: Seconds) {
    let (buckets, demand) = (allocation.buckets, allocation.demand);
    let shortest = allocation.choices_of(after).iter().map(|choice| choice.mode.run).min();
    let Some(shortest) = shortest else { return };
    let befores: Vec<Choice> = allocation.choices_of(before).to_vec();
    let afters: Vec<Choice> = allocation.choices_of(after).to_vec();
    for bucket in 0..buckets.count() {
        let latest = buckets.end(bucket) - lag - shortest;
        let in_time = |choice: &&Choice| buckets.begin(choice.bucket) < latest && choice.mode.earliest_end <= latest;
        let done: Vec<(Variable, f64)> =
            afters.iter().filter(|choice| choice.bucket <= bucket).map(|choice| (choice.variable, 1.0)).collect();
        let ready: Vec<(Variable, f64)> =
            befores.iter().filter(in_time).map(|choice| (choice.variable, -1.0)).collect();
        if !done.is_empty() && ready.len() < befores.len() {
            let name = |names: &Names| format!("after.{}.{before}.t{bucket}", operation_name(demand, names, after));
            allocation.at_most(name, done.into_iter().chain(ready), 0.0);
        }
    }
}

/// Pairs of sites without a way are not both chosen; a way that costs is paid where both ends are.
fn travel(allocation: &mut Allocation<'_>, before: usize, after: usize, quantity: i64) {
    let (problem, demand) = (allocation.problem, allocation.demand);
    let site = |choice: &Choice| problem.lines[choice.mode.line].site;
    let by_site = |operation: usize| -> Vec<(Option<SiteIdx>, Vec<Variable>)> {
        let mut sites: Vec<(Option<SiteIdx>, Vec<Variable>)> = Vec::new();
        for choice in allocation.choices_of(operation) {
            match sites.iter_mut().find(|(known, _)| *known == site(choice)) {
                Some((_, variables)) => variables.push(choice.variable),
                None => sites.push((site(choice), vec![choice.variable])),
            }
        }
        sites
    };
    let (froms, tos) = (by_site(before), by_site(after));
    let place = |site: Option<SiteIdx>| site.map_or_else(|| "none".to_string(), |site| site.0.to_string());
    for (from, leaving) in &froms {
        let leaving = || leaving.iter().map(|&variable| (variable, 1.0));
        let mut unreachable = Vec::new();
        for (to, arriving) in &tos {
            let arriving = arriving.iter().map(|&variable| (variable, 1.0));
            match problem.places.transit(*from, *to) {
                None => unreachable.extend(arriving),
                Some(journey) if journey.cost_per_unit.0 > 0 => {
                    let cost = money(journey.cost_per_unit.times(quantity));
                    let name = |names: &Names| {
                        let what = operation_name(demand, names, after);
                        format!("travel.{what}.{before}.from_{}.to_{}", place(*from), place(*to))
                    };
                    let travelled = allocation.amount(name, 1.0, cost);
                    allocation.at_most(name, leaving().chain(arriving).chain([(travelled, -1.0)]), 1.0);
                }
                Some(_) => {}
            }
        }
        if !unreachable.is_empty() {
            let name = |names: &Names| {
                let what = operation_name(demand, names, after);
                format!("no_way.{what}.{before}.from_{}", place(*from))
            };
            allocation.at_most(name, leaving().chain(unreachable), 1.0);
        }
    }
}

/// What has ended by the end of a bucket has started by then, and its material had come:
/// `sum over t' <= t of amount x[o, t'] <= arrived by end[t]`, for each supply that can run out.
fn take_materials(allocation: &mut Allocation<'_>) {
    let (problem, buckets) = (allocation.problem, allocation.buckets);
    for (id, supply) in problem.supplies.enumerate().filter(|(_, supply)| supply.scarce) {
        let mut takers: Vec<(usize, Variable, f64)> = Vec::new();
        for choice in &allocation.choices {
            let facts = &allocation.demand.operations[choice.operation];
            let line = &problem.lines[choice.mode.line];
            let quantity = allocation.demand.lots[facts.lot].quantity;
            let pieces =
                problem.rate_on(facts.kind, choice.mode.line).map_or(quantity, |rate| rate.pieces_run(quantity));
            let drawn = problem.kinds[facts.kind].takes.iter();
            let drawn = drawn.filter(|&&(material, _)| problem.supply_lookup.supply(material, line.site) == Some(id));
            let amount = drawn.fold(0i64, |sum, &(_, per)| sum.saturating_add(per.saturating_mul(pieces)));
            if amount > 0 {
                takers.push((choice.bucket, choice.variable, amount as f64));
            }
        }
        // Numbers near 1, whatever the unit the material is counted in.
        let largest = takers.iter().map(|&(_, _, amount)| amount).fold(1.0, f64::max);
        for bucket in 0..buckets.count() {
            let taken: Vec<(Variable, f64)> =
                takers.iter().filter(|taker| taker.0 <= bucket).map(|taker| (taker.1, taker.2 / largest)).collect();
            let come = supply.available_by(buckets.end(bucket)).max(0) as f64 / largest;
            if taken.iter().map(|&(_, amount)| amount).sum::<f64>() > come {
                allocation.at_most(|_| format!("supply.{}.t{bucket}", id.0), taken, come);
            }
        }
    }
}
