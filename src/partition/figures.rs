//! What a cut severs, in figures: how even the parts are, which choices are gone, which stocks are shared out.

use super::part::Portion;
use super::ties::Survey;
use crate::model::{Duration, Instance};
use crate::problem::{LineIdx, OrderIdx, Problem, SupplyIdx};
use crate::units::{Id, IdVec, Seconds};
use serde::Serialize;
use std::collections::BTreeSet;

/// What a cut severs.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Cut {
    /// Parts asked for.
    pub asked: usize,
    /// Independent components of the instance: what never meets.
    pub components: usize,
    /// The parts.
    pub parts: Vec<PartFigures>,
    /// By how much the part with most work exceeds the mean, as a share of it.
    pub imbalance: f64,
    /// Orders that lines of several parts could make (some operation of them).
    pub border_orders: usize,
    /// The share of the choices of a line, weighted by work, that an order has lost with its part.
    pub eligibility_lost: f64,
    /// What sharing the orders out over the parts costs more than over all lines at once, as a share of that, by a rough
    /// clock without changeovers: an estimate, and the price of the cut only in kind.
    pub rough_loss: f64,
    /// Orders no part can make whole, all of them such as may be rejected: for the merge to put in.
    pub homeless_orders: Vec<String>,
    /// Stocks that can run out and that several parts need.
    pub shared_materials: Vec<SharedMaterial>,
}

/// One part.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct PartFigures {
    /// From 1.
    pub number: usize,
    /// Its orders.
    pub orders: usize,
    /// Its lines.
    pub lines: usize,
    /// Sites they stand at.
    pub sites: usize,
    /// Work of its orders where they were shared out to over all lines.
    pub work: Duration,
}

/// A stock that is shared out.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct SharedMaterial {
    /// The material.
    pub id: String,
    /// Whose stock it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// The numbers of the parts that need some.
    pub parts: Vec<usize>,
}

/// What partitioning found out on its way.
pub(super) struct Known<'a> {
    pub asked: usize,
    pub components: usize,
    pub survey: &'a Survey,
    pub rough_cost: i128,
    pub homeless: &'a [OrderIdx],
}

/// The part each line is in.
pub(super) type PartOfLine = IdVec<LineIdx, usize>;

/// Whether lines of more than one part could make some operation of an order.
pub(super) fn is_on_the_border(problem: &Problem, order: OrderIdx, part_of: &PartOfLine) -> bool {
    problem.orders[order].items().any(|item| {
        (0..problem.route_of(item).steps.len()).any(|step| {
            let modes = problem.modes(problem.kind_of(item, step));
            modes.windows(2).any(|pair| part_of[pair[0].line] != part_of[pair[1].line])
        })
    })
}

/// The figures of a cut.
pub(super) fn cut(instance: &Instance, problem: &Problem, portions: &[Portion], known: Known<'_>) -> Cut {
    let mut part_of: PartOfLine = IdVec::filled(0, problem.lines.len());
    for (part, portion) in portions.iter().enumerate() {
        portion.lines.iter().for_each(|&line| part_of[line] = part);
    }
    let survey = known.survey;
    let work_of = |portion: &Portion| portion.orders.iter().map(|&order| survey.work[order].0).sum::<i64>();
    let figures = |(index, portion): (usize, &Portion)| PartFigures {
        number: index + 1,
        orders: portion.orders.len(),
        lines: portion.lines.len(),
        sites: portion.lines.iter().filter_map(|&line| problem.lines[line].site).collect::<BTreeSet<_>>().len(),
        work: Duration(Seconds(work_of(portion))),
    };
    let most = portions.iter().map(work_of).max().unwrap_or(0) as f64;
    let all: i64 = portions.iter().map(work_of).sum();
    let mean = all as f64 / portions.len().max(1) as f64;
    let (mut lost, mut weighed) = (0.0, 0.0);
    for (part, portion) in portions.iter().enumerate() {
        for &order in &portion.orders {
            let share = share_lost(problem, order, part, &part_of);
            lost += share * survey.work[order].0 as f64;
            weighed += survey.work[order].0 as f64;
        }
    }
    let on_border = problem.orders.ids().filter(|&order| is_on_the_border(problem, order, &part_of)).count();
    let whole = survey.cost as f64;
    let ratio = |value: f64, of: f64| if of > 0.0 { (value / of * 10_000.0).round() / 10_000.0 } else { 0.0 };
    Cut {
        asked: known.asked,
        components: known.components,
        parts: portions.iter().enumerate().map(figures).collect(),
        imbalance: ratio(most - mean, mean),
        border_orders: on_border,
        eligibility_lost: ratio(lost, weighed),
        rough_loss: ratio(known.rough_cost as f64 - whole, whole),
        homeless_orders: known.homeless.iter().map(|order| instance.orders[order.position()].id.clone()).collect(),
        shared_materials: shared(instance, problem, portions),
    }
}

/// The share of an order's choices of a line that lie outside its part, the mean over its operations.
fn share_lost(problem: &Problem, order: OrderIdx, part: usize, part_of: &PartOfLine) -> f64 {
    let (mut lost, mut operations) = (0.0, 0);
    for item in problem.orders[order].items() {
        for step in 0..problem.route_of(item).steps.len() {
            let modes = problem.modes(problem.kind_of(item, step));
            let gone = modes.iter().filter(|mode| part_of[mode.line] != part).count();
            lost += gone as f64 / modes.len().max(1) as f64;
            operations += 1;
        }
    }
    lost / f64::from(operations.max(1))
}

fn shared(instance: &Instance, problem: &Problem, portions: &[Portion]) -> Vec<SharedMaterial> {
    let of = |(at, material): (usize, &crate::model::Material)| {
        let supply = SupplyIdx::at(at);
        let needs = |portion: &Portion| portion.needs.get(&supply).is_some_and(|&need| need > 0);
        let parts: Vec<usize> =
            portions.iter().enumerate().filter(|(_, portion)| needs(portion)).map(|(part, _)| part + 1).collect();
        (problem.supplies[supply].scarce && parts.len() > 1).then(|| SharedMaterial {
            id: material.id.clone(),
            site: material.site.clone(),
            parts,
        })
    };
    instance.materials.iter().enumerate().filter_map(of).collect()
}
