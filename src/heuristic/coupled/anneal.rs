//! One replica: simulated annealing in which a move is done, settled, and taken back unless it is accepted.

use super::clocks::Clocks;
use super::draw::{Draw, Kin};
use super::moves::MOVES;
use crate::heuristic::random::stream;
use crate::heuristic::replicas::{Replica, Temperatures};
use crate::plan::Plan;
use crate::schedule::network::{Costs, Most, Network, OpId, Overtime, Timetable};
use rand::RngExt as _;
use rand_xoshiro::Xoshiro256PlusPlus;
use std::sync::Arc;
use std::time::Duration;

/// The decisions of a timetable.
struct Decisions {
    sequences: Vec<Vec<OpId>>,
    takings: Vec<Vec<OpId>>,
    made: Vec<bool>,
    overtime: Vec<Option<Arc<Overtime>>>,
}

impl Decisions {
    fn of(timetable: &Timetable) -> Self {
        Self {
            sequences: timetable.sequences().to_vec(),
            takings: timetable.takings(),
            made: timetable.made().to_vec(),
            overtime: timetable.overtime().to_vec(),
        }
    }
}

/// One replica of the search.
#[repr(align(4096))]
pub(super) struct Annealing<'n, 'p> {
    network: &'n Network<'p>,
    kin: &'n Kin,
    timetable: Timetable,
    best_cost: i64,
    /// The best plan; none while the plan at hand is the best.
    best: Option<Decisions>,
    random: Xoshiro256PlusPlus,
    clocks: Clocks,
    path: Vec<OpId>,
    iterations: u64,
    guide: f64,
}

/// How much searching there is to come.
pub(super) struct Prospects<'a> {
    /// Whether there is time.
    pub go_on: &'a dyn Fn() -> bool,
    /// Moves the replica will make, where that is known.
    pub iterations: Option<u64>,
    /// Time left; none without a limit.
    pub remaining: &'a dyn Fn() -> Option<Duration>,
}

/// Up to so many operations a move is trusted to save all lateness, holding and makespan costs; on larger plans, where
/// it touches a part, that much less.
const HOPEFUL_OPERATIONS: f64 = 500.0;
/// Moves for each pair of operations in which a plan cools down well from the hottest temperature; with fewer it begins colder in
/// proportion, for what a hot search undoes must be found again. And the least of it.
const COOLS_WELL: f64 = 0.13;
const LEAST_HEAT: f64 = 0.05;
/// Moves drawn to calibrate, at most; fewer on large plans, where each takes longer.
const SAMPLES: usize = 2_000;
/// Samples times operations.
const SAMPLED_OPERATIONS: usize = 1_000_000;

impl<'n, 'p> Annealing<'n, 'p> {
    /// A replica that begins at `timetable`, with the stream named by seed and number.
    pub fn new(network: &'n Network<'p>, kin: &'n Kin, timetable: Timetable, seed: u64, replica: u64) -> Self {
        let random = stream(seed, replica);
        // Plans of equal makespan differ in how full the other lines are; a second of it counts this share of a
        // second of makespan.
        let makespan_per_second = network.makespan_cost_per_hour as f64 / 3_600.0;
        let guide = 0.1 * makespan_per_second / network.lines.len().max(1) as f64;
        Self {
            network,
            kin,
            best_cost: timetable.cost(),
            best: None,
            timetable,
            random,
            clocks: Clocks::default(),
            path: Vec::new(),
            iterations: 0,
            guide,
        }
    }

    /// Temperatures for this instance, from a sample of moves that ends early where there is no more time.
    pub fn calibrate(&mut self, prospects: &Prospects<'_>) -> Temperatures {
        let before = self.timetable.costs();
        let mut worse: Vec<f64> = Vec::with_capacity(SAMPLES);
        let samples = (SAMPLED_OPERATIONS / self.network.operations.len().max(1)).clamp(50, SAMPLES);
        self.sample(samples, f64::INFINITY, prospects, &mut |replica, costs| {
            let change = replica.change(before, costs);
            if change > 0.0 && change < (replica.network.unplanned_penalty / 2) as f64 {
                worse.push(change);
            }
        });
        worse.sort_by(f64::total_cmp);
        let quantile = |share: f64| worse.get((worse.len() as f64 * share) as usize).copied();
        let hottest = quantile(0.2).unwrap_or(1.0).max(1.0);
        let first = hottest * self.heat(samples / 2, hottest, prospects);
        let last = (quantile(0.01).unwrap_or(1.0) * 0.15).max(1e-3).min(first / 20.0);
        Temperatures { first, last }
    }

    /// Proposes and takes back up to so many moves, of which `see` hears what those cost that can be done; how many.
    fn sample(
        &mut self,
        most_moves: usize,
        most: f64,
        prospects: &Prospects<'_>,
        see: &mut dyn FnMut(&Self, Costs),
    ) -> usize {
        let mut moves = 0;
        while moves < most_moves && (moves % 8 != 0 || (prospects.go_on)()) {
            moves += 1;
            if let Some(costs) = self.propose(most) {
                see(self, costs);
            }
            self.timetable.take_back();
        }
        moves
    }

    /// Which part of the hottest temperature to begin with: a sample tells how many moves the time is enough for.
    fn heat(&mut self, samples: usize, hottest: f64, prospects: &Prospects<'_>) -> f64 {
        let moves = match prospects.iterations {
            Some(iterations) => iterations as f64,
            None => {
                let Some(before) = (prospects.remaining)() else { return 1.0 };
                let sampled = self.sample(samples, hottest, prospects, &mut |_, _| {});
                let left = (prospects.remaining)().unwrap_or_default();
                left.as_secs_f64() * sampled as f64 / before.saturating_sub(left).as_secs_f64().max(1e-9)
            }
        };
        let pairs = (self.network.operations.len().max(1) as f64).powi(2);
        (moves / (pairs * COOLS_WELL)).clamp(LEAST_HEAT, 1.0)
    }

    /// The best plan found.
    pub fn best_plan(&self, network: &Network<'_>) -> Plan {
        let at_hand;
        let best = match &self.best {
            Some(best) => best,
            None => {
                at_hand = Decisions::of(&self.timetable);
                &at_hand
            }
        };
        network.plan_of((&best.sequences, &best.takings, &best.made), &best.overtime)
    }

    /// Before the plan at hand is left: remembers it, if it is the best.
    fn keep_best(&mut self) {
        if self.best.is_none() {
            self.best = Some(Decisions::of(&self.timetable));
        }
    }

    /// After a change: the plan at hand may be the best.
    fn note_best(&mut self) {
        if self.timetable.cost() < self.best_cost {
            self.best_cost = self.timetable.cost();
            self.best = None;
        }
    }

    /// What acceptance goes by: the cost, and where a makespan is charged the ends of all lines.
    fn change(&self, before: Costs, after: Costs) -> f64 {
        (after.total() - before.total()) as f64 + self.guide * (after.ends - before.ends) as f64
    }

    /// Draws a move, does it and settles it: what the plan would then cost; none where there is none, or it cannot be
    /// done. Either way it is still to be kept or taken back.
    fn propose(&mut self, most: f64) -> Option<Costs> {
        let costs = self.timetable.costs();
        // What depends on times can fall by no more than there is of it; a move of one operation wins but little of that.
        let share = (HOPEFUL_OPERATIONS / self.network.operations.len() as f64).min(1.0);
        let hope = (costs.late + costs.holding + costs.makespan) as f64 * share;
        let steady_most = (costs.steady as f64 + most + hope).min(i64::MAX as f64) as i64;
        let later_most = if self.guide > 0.0 {
            i64::MAX
        } else {
            ((costs.steady + costs.late + costs.holding) as f64 + most).min(i64::MAX as f64) as i64
        };
        let mut pick = self.random.random_range(0..100u32);
        let mut draw = Draw {
            network: self.network,
            timetable: &mut self.timetable,
            kin: self.kin,
            random: &mut self.random,
            clocks: &mut self.clocks,
            path: &mut self.path,
            most: i64::MAX,
            later_most,
        };
        for (_, propose, share) in MOVES {
            if pick < *share {
                propose(&mut draw)?;
                let later = draw.most;
                self.timetable.settle_within(self.network, Most { steady: steady_most, later, early: later_most })?;
                return Some(self.timetable.costs());
            }
            pick -= share;
        }
        None
    }
}

impl Replica for Annealing<'_, '_> {
    // Strides are short: the temperature falls between them only.
    fn run(&mut self, iterations: u64, (temperature, _): (f64, f64)) {
        for _ in 0..iterations {
            self.iterations += 1;
            let before = self.timetable.costs();
            let most = -temperature * self.random.random::<f64>().ln();
            let Some(costs) = self.propose(most) else {
                self.timetable.take_back();
                continue;
            };
            let change = self.change(before, costs);
            if change > 0.0 && change > most {
                self.timetable.take_back();
                continue;
            }
            if costs.total() > before.total() && self.best.is_none() {
                let mut left = self.timetable.clone();
                left.take_back();
                self.best = Some(Decisions::of(&left));
            }
            self.timetable.keep(self.network);
            self.note_best();
        }
    }

    fn iterations(&self) -> u64 {
        self.iterations
    }

    fn best_cost(&self) -> i64 {
        self.best_cost
    }

    fn current_cost(&self) -> i64 {
        self.timetable.cost()
    }

    fn go_on_from(&mut self, other: &Self) {
        self.keep_best();
        self.timetable = other.timetable.clone();
        self.note_best();
    }
}
