//! Plans put together from plans of single lines that were good in different plans.
//!
//! Annealing that is cold stands in one valley; another cooling stands in another, and each may have some lines right. So
//! the lines' plans of all of them are gathered, and a set covering program chooses among them (P. Rousseau, M. Gendreau,
//! D. Feillet, "Solving VRPTWs with constraint programming based column generation", *Annals of Operations Research* 130,
//! 2004, close the same circle; as a step of a local search: A. Subramanian, E. Uchoa, L. Ochi, "A hybrid algorithm for a
//! class of vehicle routing problems", *Computers and Operations Research* 40(10), 2013). Lots chosen twice are taken out
//! where that saves most; the replica that stands worst goes on from what comes of it.
//!
//! Who chooses is not known here.

use super::anneal::Annealing;
use crate::heuristic::replicas::{EPOCHS, Effort, Replica as _, Temperatures, leader, worst};
use crate::plan::pool::{Chooser, LineChoice, Pool};
use crate::schedule::incremental::{Arrangement, Ground, LotId, State, UNPLANNED_PENALTY};
use rustc_hash::{FxHashMap, FxHashSet};

/// What a plan that came of it is said to come from.
pub(super) const SOURCE: &str = "recombination";
/// How far a cooling is when plans are gathered first: before, lines are too far from good.
const COLD: f64 = 0.6;
/// Lines' plans a replica keeps at most, the latest.
const MOST_GATHERED: usize = 4_000;

/// How often is recombined: few lots are cooled down as often.
const TIMES: u64 = 8;

/// Lots of a line in order, and the overtime it opens.
type LinePlan = (usize, Vec<LotId>, Vec<u32>);

/// Plans of single lines that a replica came across.
pub(crate) struct Gathered {
    /// Warmer plans are passed over.
    below: f64,
    /// With what they cost, and when they were seen last.
    plans: FxHashMap<LinePlan, (i64, u64)>,
    seen: u64,
}

impl Gathered {
    /// Takes the plans of all lines of a state.
    pub fn add(&mut self, state: &State, temperature: f64) {
        if temperature > self.below {
            return;
        }
        self.seen += 1;
        let lines = state.arrangement();
        for (line, (lots, opened)) in lines.sequences.into_iter().zip(lines.opened).enumerate() {
            if !lots.is_empty() {
                self.plans.insert((line, lots, opened), (state.line_cost(line), self.seen));
            }
        }
        if self.plans.len() > MOST_GATHERED {
            let mut seen: Vec<u64> = self.plans.values().map(|&(_, seen)| seen).collect();
            let middle = seen.len() / 2;
            let (_, &mut median, _) = seen.select_nth_unstable(middle);
            self.plans.retain(|_, &mut (_, seen)| seen > median);
        }
    }
}

/// The step of a search.
pub(super) struct Recombination<'a> {
    ground: &'a Ground,
    chooser: &'a Chooser<'a>,
    /// Epochs from one to the next.
    every: u64,
}

impl<'a> Recombination<'a> {
    /// For replicas that then gather lines' plans; none where nobody chooses, or plans are no choice of lines' plans.
    pub fn new(
        ground: &'a Ground,
        effort: Effort<'a>,
        replicas: &mut [Annealing<'_>],
        temperatures: Temperatures,
    ) -> Option<Self> {
        let chooser = effort.chooser.filter(|_| ground.is_line_by_line())?;
        for replica in replicas {
            let plans = FxHashMap::default();
            replica.gathered = Some(Gathered { below: temperatures.at(COLD), plans, seen: 0 });
        }
        Some(Self { ground, chooser, every: EPOCHS / TIMES })
    }

    /// Whether to recombine after an epoch: one before the end of each cooling, so that what comes of it is gone on from.
    pub fn is_due(&self, epoch: u64) -> bool {
        epoch % self.every == self.every - 2
    }

    /// Chooses among all that was gathered; whether that gave a plan better than all before.
    pub fn run(&self, replicas: &mut [Annealing<'_>]) -> bool {
        let Some(leader) = leader(replicas) else { return false };
        let (best, cost) = (leader.best_arrangement(), leader.best_cost());
        let Some(state) = State::new(self.ground, &best) else { return false };
        let mut plans: Vec<(LinePlan, i64)> = Vec::new();
        let known =
            |line: usize| ((line, best.sequences[line].clone(), best.opened[line].clone()), state.line_cost(line));
        plans.extend((0..self.ground.lines.len()).map(known).filter(|((_, lots, _), _)| !lots.is_empty()));
        let known: FxHashSet<LinePlan> = plans.iter().map(|(plan, _)| plan.clone()).collect();
        let chosen_before = plans.len();
        for gathered in replicas.iter().filter_map(|replica| replica.gathered.as_ref()) {
            let others = gathered.plans.iter().filter(|(plan, _)| !known.contains(*plan));
            plans.extend(others.map(|(plan, &(cost, _))| (plan.clone(), cost)));
        }
        // The order of a hash map is nobody's business; the choice must not depend on it.
        plans[chosen_before..].sort_unstable();
        plans.dedup();
        let pool = self.pool(&plans, chosen_before);
        let Some(chosen) = (self.chooser)(pool) else { return false };
        let plan = self.without_doubles(chosen.into_iter().filter_map(|place| plans.get(place)));
        let Some(state) = plan.filter(|state| state.cost() < cost) else { return false };
        let Some(worst) = worst(replicas) else { return false };
        replicas[worst].take_up(state);
        true
    }

    fn pool(&self, plans: &[(LinePlan, i64)], chosen_before: usize) -> Pool {
        let order = |&lot: &LotId| self.ground.lots[lot as usize].order;
        let choice = |((line, lots, _), cost): &(LinePlan, i64)| LineChoice {
            line: *line,
            orders: lots.iter().map(order).collect(),
            cost: *cost,
        };
        let price = |cost: i64| (cost < UNPLANNED_PENALTY).then_some(cost);
        Pool {
            lines: self.ground.lines.len(),
            left_out: self.ground.orders.iter().map(|order| price(order.left_out_cost)).collect(),
            choices: plans.iter().map(choice).collect(),
            known: (0..chosen_before).collect(),
        }
    }

    /// The state of chosen plans, each lot where it costs least.
    fn without_doubles<'p>(&self, chosen: impl Iterator<Item = &'p (LinePlan, i64)>) -> Option<State> {
        let lines = self.ground.lines.len();
        let mut plan = Arrangement { sequences: vec![Vec::new(); lines], opened: vec![Vec::new(); lines] };
        for ((line, lots, opened), _) in chosen {
            plan.sequences[*line].clone_from(lots);
            plan.opened[*line].clone_from(opened);
        }
        let mut on: FxHashMap<LotId, Vec<usize>> = FxHashMap::default();
        for (line, lots) in plan.sequences.iter().enumerate() {
            lots.iter().for_each(|&lot| on.entry(lot).or_default().push(line));
        }
        let mut doubles: Vec<(LotId, Vec<usize>)> = on.into_iter().filter(|(_, lines)| lines.len() > 1).collect();
        doubles.sort_unstable();
        for (lot, lines) in doubles {
            let kept_on = |&kept: &usize| {
                let mut plan = plan.clone();
                lines.iter().filter(|&&line| line != kept).for_each(|&line| {
                    plan.sequences[line].retain(|&other| other != lot);
                });
                plan
            };
            let cost = |plan: &Arrangement| self.line_costs(plan, &lines).unwrap_or(i64::MAX);
            plan = lines.iter().map(kept_on).min_by_key(cost)?;
        }
        State::new(self.ground, &plan)
    }

    /// What some lines of a plan cost together, whatever the others do.
    fn line_costs(&self, plan: &Arrangement, lines: &[usize]) -> Option<i64> {
        let mut alone = Arrangement { sequences: vec![Vec::new(); plan.sequences.len()], opened: plan.opened.clone() };
        for &line in lines {
            alone.sequences[line].clone_from(&plan.sequences[line]);
        }
        let state = State::new(self.ground, &alone)?;
        Some(lines.iter().map(|&line| state.line_cost(line)).sum())
    }
}
