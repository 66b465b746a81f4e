//! Order allocation as a mixed-integer program: who makes what, roughly when.
//!
//! The core decision is `x[operation, line, bucket]`, 1 where the operation runs on the line and ends in the bucket.
//! Around it stand `capacity` (line time, changeovers, overtime), `coupling` (routes, journeys, materials) and `runs`
//! (minimum runs); this file holds the choices themselves, what becomes of orders, and the costs. Counting ends and summing work from the first
//! bucket on makes every real plan a solution of the constraints (tested), so an incumbent can always be the start; the
//! *costs* are estimates by bucket and no bound. In the notation of lot sizing: big buckets with setup carry-over
//! (Pochet & Wolsey, Production Planning by Mixed Integer Programming, 2006; Suerie & Stadtler, Management Science
//! 49(8), 2003), whole lots in place of quantities. `docs/mip.md` writes it out.

use super::buckets::{Buckets, FEWEST, MOST};
use super::names::{Names, Naming};
use super::{capacity, coupling, runs};
use crate::problem::{LineIdx, OrderIdx, Problem};
use crate::proof::demand::{Demand, DemandMode};
use crate::units::{HOUR, IdVec, Money, Seconds};
use good_lp::{Constraint, Expression, ProblemVariables, Variable, VariableDefinition, variable};
use std::ops::Range;

/// Objective coefficients are scaled down to this where some are larger.
pub(super) const LARGEST_COST: f64 = 1e7;
/// A cost above this counts as this: beside it nothing else would be seen.
const COST_CAP: f64 = 1e10;

/// One place an operation could have: it runs on `line` and ends in `bucket`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    /// Position of the operation in the demand.
    pub operation: usize,
    /// The line, with its run time.
    pub mode: DemandMode,
    /// The bucket of its end.
    pub bucket: usize,
    /// 1 where it is taken.
    pub variable: Variable,
}

/// The program under construction, and afterwards the key to its answer.
pub(super) struct Allocation<'p> {
    /// The problem.
    pub problem: &'p Problem,
    /// What is to be allocated.
    pub demand: &'p Demand,
    /// When.
    pub buckets: &'p Buckets,
    /// What variables and constraints are called; none where nobody reads them.
    naming: Naming<'p>,
    /// All places, operation by operation, in the order of lines and buckets.
    pub choices: Vec<Choice>,
    /// Positions in `choices` of each operation.
    of_operation: Vec<Range<usize>>,
    /// Positions in `choices` of each line.
    pub of_line: IdVec<LineIdx, Vec<usize>>,
    /// 1 where an order is left out; none for orders of which nothing is left.
    pub(super) left_out: IdVec<OrderIdx, Option<Variable>>,
    /// 1 where a line opens an overtime window.
    pub overtime: Vec<(LineIdx, usize, Variable)>,
    /// All variables.
    pub(super) variables: ProblemVariables,
    /// What a unit of each costs.
    pub(super) costs: Vec<(Variable, f64)>,
    /// What must hold.
    pub(super) constraints: Vec<Constraint>,
}

impl<'p> Allocation<'p> {
    /// States the program.
    pub fn new(problem: &'p Problem, demand: &'p Demand, buckets: &'p Buckets, naming: Naming<'p>) -> Self {
        let mut allocation = Self {
            problem,
            demand,
            buckets,
            naming,
            choices: Vec::new(),
            of_operation: Vec::new(),
            of_line: IdVec::filled(Vec::new(), problem.lines.len()),
            left_out: IdVec::filled(None, problem.orders.len()),
            overtime: Vec::new(),
            variables: ProblemVariables::new(),
            costs: Vec::new(),
            constraints: Vec::new(),
        };
        allocation.add_overtime();
        allocation.add_choices();
        allocation.make_or_leave_out();
        allocation.price_deliveries();
        capacity::constrain(&mut allocation);
        coupling::constrain(&mut allocation);
        runs::constrain(&mut allocation);
        allocation
    }

    /// A variable from 0 to `most`, at a cost for each unit.
    pub fn amount(&mut self, name: impl FnOnce(&Names) -> String, most: f64, cost: f64) -> Variable {
        self.variable(name, variable().min(0.0).max(most), cost)
    }

    /// A yes or no, at a cost for yes.
    fn decision(&mut self, name: impl FnOnce(&Names) -> String, cost: f64) -> Variable {
        self.variable(name, variable().binary(), cost)
    }

    fn variable(&mut self, name: impl FnOnce(&Names) -> String, kind: VariableDefinition, cost: f64) -> Variable {
        let named = match self.naming {
            Some(names) => kind.name(name(names)),
            None => kind,
        };
        let variable = self.variables.add(named);
        self.charge(variable, cost);
        variable
    }

    /// Adds to what a unit of a variable costs.
    fn charge(&mut self, variable: Variable, cost: f64) {
        if cost != 0.0 {
            self.costs.push((variable, if cost.is_finite() { cost.min(COST_CAP) } else { COST_CAP }));
        }
    }

    /// Demands `sum of terms <= bound`.
    pub fn at_most(
        &mut self,
        name: impl FnOnce(&Names) -> String,
        terms: impl IntoIterator<Item = (Variable, f64)>,
        bound: f64,
    ) {
        self.demand_that(name, sum(terms).leq(bound));
    }

    /// Demands `sum of terms = bound`.
    pub fn exactly(
        &mut self,
        name: impl FnOnce(&Names) -> String,
        terms: impl IntoIterator<Item = (Variable, f64)>,
        bound: f64,
    ) {
        self.demand_that(name, sum(terms).eq(bound));
    }

    fn demand_that(&mut self, name: impl FnOnce(&Names) -> String, constraint: Constraint) {
        self.constraints.push(match self.naming {
            Some(names) => constraint.set_name(name(names)),
            None => constraint,
        });
    }

    /// The places of an operation.
    pub fn choices_of(&self, operation: usize) -> &[Choice] {
        &self.choices[self.of_operation[operation].clone()]
    }

    fn add_overtime(&mut self) {
        let problem = self.problem;
        for (id, line) in problem.lines.enumerate() {
            for (window, overtime) in line.overtime.iter().enumerate() {
                if overtime.span.to > line.available_from && overtime.span.from < problem.end {
                    let name = |names: &Names| format!("overtime.{}.{window}", names.line(id));
                    let variable = self.decision(name, money(overtime.cost));
                    self.overtime.push((id, window, variable));
                }
            }
        }
    }

    /// `x[o, l, t]` for each operation, each line that can run it, and each bucket in which the line works, not before
    /// the earliest end there nor after the order's deadline.
    fn add_choices(&mut self) {
        let works = self.working_buckets();
        let demand = self.demand;
        for (operation, facts) in demand.operations.iter().enumerate() {
            let first = self.choices.len();
            let order = &self.problem.orders[self.demand.order_of(operation)];
            let last_step = self.demand.is_last(self.problem, operation);
            for mode in &facts.modes {
                for bucket in self.buckets.of(mode.earliest_end)..self.buckets.count() {
                    let earliest = mode.earliest_end.max(self.buckets.begin(bucket) + Seconds(1));
                    if last_step && order.deadline.is_some_and(|deadline| earliest + mode.delivery > deadline) {
                        break;
                    }
                    if !works[mode.line][bucket] {
                        continue;
                    }
                    let end = self.expected_end(mode, bucket);
                    let moved = self.demand.start_change_cost(self.problem, operation, mode, end);
                    let name = |names: &Names| {
                        let what = operation_name(demand, names, operation);
                        format!("run.{what}.{}.t{bucket}", names.line(mode.line))
                    };
                    let variable = self.decision(name, money(mode.cost) + money(moved));
                    self.of_line[mode.line].push(self.choices.len());
                    self.choices.push(Choice { operation, mode: *mode, bucket, variable });
                }
            }
            self.of_operation.push(first..self.choices.len());
        }
    }

    /// In which buckets each line has open time, or overtime it may open.
    fn working_buckets(&self) -> IdVec<LineIdx, Vec<bool>> {
        let buckets = self.buckets;
        let works = self.problem.lines.enumerate().map(|(id, line)| {
            let overtime_in = |bucket: usize| {
                let meets = |o: &crate::problem::Overtime| {
                    o.span.from.max(line.available_from) < buckets.end(bucket) && o.span.to > buckets.begin(bucket)
                };
                line.overtime.iter().any(meets)
            };
            let open = |bucket| buckets.capacity_between(id, bucket, bucket) > Seconds::ZERO || overtime_in(bucket);
            (0..buckets.count()).map(open).collect()
        });
        works.collect()
    }

    /// When an operation in a bucket is taken to end.
    fn expected_end(&self, mode: &DemandMode, bucket: usize) -> Seconds {
        self.buckets.expected_end(mode.line, bucket).max(mode.earliest_end).min(self.buckets.end(bucket))
    }

    /// Each operation of an order has one place, or the order is left out whole: `sum x[o, ., .] + r = 1`.
    fn make_or_leave_out(&mut self) {
        let penalty = self.unplanned_penalty();
        let (problem, demand) = (self.problem, self.demand);
        for (id, order) in problem.orders.enumerate().filter(|(_, order)| !order.nothing_left) {
            let cost = order.reject_cost.map_or(penalty, money);
            let name = |names: &Names| format!("leave_out.{}", names.order(id));
            let left_out = self.decision(name, cost);
            self.left_out[id] = Some(left_out);
            for &lot in &demand.lots_of[id] {
                for &operation in demand.lots[lot].steps.iter().flatten() {
                    let places: Vec<_> = self.choices_of(operation).iter().map(|c| (c.variable, 1.0)).collect();
                    let name = |names: &Names| format!("place.{}", operation_name(demand, names, operation));
                    self.exactly(name, places.into_iter().chain([(left_out, 1.0)]), 1.0);
                }
            }
        }
    }

    /// What leaving out an order that must be made is charged: more than the dearest order at its worst. Several
    /// orders can still outweigh one, so the decoder counts unplanned orders first.
    fn unplanned_penalty(&self) -> f64 {
        let worst = |(id, order): (OrderIdx, &crate::problem::Order)| {
            let operations = self.demand.lots_of[id].iter().flat_map(|&lot| &self.demand.lots[lot].steps);
            let modes = operations.flatten().filter_map(|&operation| {
                let modes = self.demand.operations[operation].modes.iter();
                modes.map(|mode| money(mode.cost) + self.run_alone(mode.line)).reduce(f64::max)
            });
            let last = self.buckets.begin(self.buckets.count() - 1);
            let late = money(order.delivery_cost(last.max(order.due.unwrap_or(last))).0);
            modes.sum::<f64>() + late + order.reject_cost.map_or(0.0, money)
        };
        let dearest = self.problem.orders.enumerate().map(worst).fold(1.0, f64::max);
        (10.0 * dearest).min(COST_CAP)
    }

    /// What a run of nearly nothing lacks on a line.
    fn run_alone(&self, line: LineIdx) -> f64 {
        let minimum = self.problem.lines[line].minimum_run;
        minimum.map_or(0.0, |minimum| money(minimum.shortfall_cost_per_unit) * minimum.quantity as f64)
    }

    /// Lateness and holding by the expected delivery of each choice.
    ///
    /// An order of one lot is charged on its choices. Of several lots the latest counts, and as the charge only grows
    /// with time the order's is the largest of its lots': `c >= sum charge[o, l, t] x[o, l, t]` for each. Holding would
    /// need the earliness of the latest; each lot carries its share of its own instead.
    fn price_deliveries(&mut self) {
        let (problem, demand) = (self.problem, self.demand);
        for (id, order) in problem.orders.enumerate().filter(|(_, order)| order.due.is_some()) {
            let lots = &demand.lots_of[id];
            let latest =
                (lots.len() > 1).then(|| self.amount(|names| format!("late.{}", names.order(id)), f64::INFINITY, 1.0));
            for &lot in lots {
                let last = problem.route_of(demand.lots[lot].item).last;
                let Some(operation) = demand.lots[lot].steps[usize::from(last)] else { continue };
                let mut charges = Vec::new();
                for choice in self.choices_of(operation) {
                    let delivery = self.expected_end(&choice.mode, choice.bucket) + choice.mode.delivery;
                    let (late, held) = order.delivery_cost(delivery);
                    charges.push((choice.variable, money(late).min(COST_CAP), money(held) / lots.len() as f64));
                }
                for &(variable, late, held) in &charges {
                    self.charge(variable, held + if latest.is_none() { late } else { 0.0 });
                }
                if let Some(latest) = latest {
                    let late = charges.into_iter().filter(|charge| charge.1 > 0.0).map(|charge| (charge.0, charge.1));
                    let name = |names: &Names| format!("late.{}", operation_name(demand, names, operation));
                    self.at_most(name, late.chain([(latest, -1.0)]), 0.0);
                }
            }
        }
        if self.problem.makespan_cost_per_hour > Money::ZERO {
            self.price_makespan();
        }
    }

    /// `m >= sum end[o, l, t] x[o, l, t]` for each operation nothing waits for, in hours. Where a line is open without
    /// a break `capacity` adds its whole load, which says more.
    fn price_makespan(&mut self) {
        let makespan =
            self.amount(|_| "makespan.hours".to_string(), f64::INFINITY, money(self.problem.makespan_cost_per_hour));
        let (start, demand) = (self.problem.start, self.demand);
        for operation in 0..self.demand.operations.len() {
            if self.demand.is_last(self.problem, operation) {
                let ends: Vec<(Variable, f64)> = self
                    .choices_of(operation)
                    .iter()
                    .filter(|choice| !capacity::is_unbroken(self.problem, choice.mode.line))
                    .map(|choice| (choice.variable, hours(self.expected_end(&choice.mode, choice.bucket) - start)))
                    .collect();
                let name = |names: &Names| format!("last.{}", operation_name(demand, names, operation));
                self.at_most(name, ends.into_iter().chain([(makespan, -1.0)]), 0.0);
            }
        }
        capacity::bound_makespan(self, makespan);
    }

    /// How many yes-or-no decisions it has.
    #[cfg(test)]
    pub fn decisions(&self) -> usize {
        self.choices.len() + self.overtime.len() + self.left_out.iter().flatten().count()
    }

    /// How many constraints it has.
    #[cfg(test)]
    pub fn constraints(&self) -> usize {
        self.constraints.len()
    }
}

/// What an operation is called: its order, its lot's place in the order, its step.
pub(super) fn operation_name(demand: &Demand, names: &Names, operation: usize) -> String {
    let facts = &demand.operations[operation];
    let order = demand.lots[facts.lot].order;
    let place = demand.lots_of[order].iter().position(|&lot| lot == facts.lot).unwrap_or_default();
    format!("{}.{place}.{}", names.order(order), facts.step)
}

/// How many buckets keep the program within `decisions`; none where even the fewest do not.
pub(super) fn bucket_count(problem: &Problem, demand: &Demand, decisions: usize) -> Option<usize> {
    let places: usize = demand.operations.iter().map(|operation| operation.modes.len()).sum();
    if places == 0 || places * FEWEST > decisions {
        return None;
    }
    // More than a few buckets per operation of a line tell nothing apart.
    let lines = problem.lines.len().max(1);
    let useful = 6 + 3 * demand.operations.len() / lines;
    Some((decisions / places).min(useful).clamp(FEWEST, MOST))
}

/// Money as the solver sees it: units of currency.
pub(super) fn money(amount: Money) -> f64 {
    amount.to_f64().min(COST_CAP)
}

/// Time as the solver sees it: hours, so that work and capacity are numbers of like size.
pub(super) fn hours(time: Seconds) -> f64 {
    time.0 as f64 / HOUR.0 as f64
}

pub(super) fn sum(terms: impl IntoIterator<Item = (Variable, f64)>) -> Expression {
    let mut sum = Expression::default();
    for (variable, factor) in terms {
        sum.add_mul(factor, variable);
    }
    sum
}
