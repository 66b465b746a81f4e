//! One replica: simulated annealing with exact prices (Kirkpatrick, Gelatt, Vecchi 1983).
//!
//! Temperatures calibrate themselves on the instance: from one at which a typical worsening is often taken to one at
//! which it never is.

use super::guidance::Guidance;
use super::recombination::Gathered;
use crate::heuristic::moves::{Draw, Move, Neighbours, moves_for};
use crate::heuristic::random::stream;
use crate::heuristic::replicas::{Replica, Temperatures};
use crate::schedule::incremental::{Arrangement, Ground, Price, Proposal, State};
use rand::RngExt as _;
use rand_xoshiro::Xoshiro256PlusPlus;

/// One replica of the search.
#[repr(align(4096))]
pub(crate) struct Annealing<'g> {
    ground: &'g Ground,
    neighbours: &'g Neighbours,
    /// The moves drawn, each as often as its share.
    moves: Vec<Move>,
    state: State,
    best_cost: i64,
    /// The best plan; none while the plan at hand is the best.
    best: Option<Arrangement>,
    random: Xoshiro256PlusPlus,
    proposal: Proposal,
    iterations: u64,
    guidance: Guidance,
    /// The lines' plans come across while cold; none where nobody asks for them.
    pub gathered: Option<Gathered>,
}

/// How much hotter a single cooling begins and ends than one of many.
const HEAT_OF_MANY: f64 = 3.0;
/// How much colder it ends where all is late whatever is done: elsewhere the least worsenings are of lots that are hardly late,
/// there every change costs something and none of them is small (`docs/experiments.md`).
const COLD_OF_LATE: f64 = 0.1;
/// Moves drawn to calibrate.
const SAMPLES: usize = 4_000;
/// Moves for each lot after which a plan has melted if it ever does.
const PROBES_PER_LOT: u64 = 5;
/// A plan has melted when it costs more than before by its cost over this.
const MELTED: i64 = 20;
/// How often the first temperature is halved at most.
const MOST_HALVINGS: usize = 6;

impl<'g> Annealing<'g> {
    /// A replica that begins at `state`, with the stream named by seed and number.
    pub fn new(ground: &'g Ground, neighbours: &'g Neighbours, mut state: State, seed: u64, replica: u64) -> Self {
        let random = stream(seed, replica);
        let guidance = Guidance::of(ground);
        guidance.aim(&mut state);
        Self {
            ground,
            neighbours,
            moves: moves_for(ground),
            best_cost: state.cost(),
            best: None,
            state,
            random,
            proposal: Proposal::default(),
            iterations: 0,
            guidance,
            gathered: None,
        }
    }

    /// Temperatures for this instance, from a sample of moves; unless the plan at hand may melt, none at which it does.
    pub fn calibrate(&mut self, may_melt: bool) -> Temperatures {
        if let Some((first, last)) = self.guidance.temperatures() {
            return Temperatures { first, last };
        }
        let mut worse: Vec<f64> = Vec::with_capacity(SAMPLES);
        for _ in 0..SAMPLES {
            if let Some(price) = self.propose(i64::MAX) {
                let change = self.guidance.energy(price);
                if change > 0.0 && price.delta < crate::schedule::incremental::UNPLANNED_PENALTY / 2 {
                    worse.push(change);
                }
            }
        }
        worse.sort_by(f64::total_cmp);
        let quantile = |share: f64| worse.get((worse.len() as f64 * share) as usize).copied();
        // What is cooled but once has time for a hotter start, and most of what is found is found before the coldest end.
        let heat = if may_melt { 1.0 } else { HEAT_OF_MANY };
        let first = quantile(0.15).unwrap_or(1.0).max(1.0) * heat;
        let first = if may_melt { first } else { self.unmelted(first) };
        let last = (quantile(0.01).unwrap_or(1.0) * 0.1 * heat).max(1e-3).min(first / 10.0);
        let last = if self.ground.is_all_late() { last * COLD_OF_LATE } else { last };
        Temperatures { first, last }
    }

    /// A temperature halved until the plan at hand no longer melts at it: where construction has found most of what there is
    /// to find, a hotter search only has to find it again.
    fn unmelted(&mut self, first: f64) -> f64 {
        let (start, cost) = (self.state.clone(), self.state.cost());
        let probe = (self.state.standing().len() as u64 * PROBES_PER_LOT).clamp(2_000, 20_000);
        let most = cost.saturating_add(cost / MELTED);
        let mut temperature = first;
        for _ in 0..MOST_HALVINGS {
            self.run(probe, (temperature, temperature));
            let melts = self.state.cost() > most;
            self.keep_best();
            self.state = start.clone();
            if !melts {
                break;
            }
            temperature /= 2.0;
        }
        temperature
    }

    /// Whether acceptance goes by the cost and nothing else, so that plans can be compared.
    pub fn goes_by_cost(&self) -> bool {
        matches!(self.guidance, Guidance::Cost)
    }

    /// Goes on from a plan.
    pub fn take_up(&mut self, state: State) {
        self.keep_best();
        self.state = state;
        self.note_best();
    }

    /// The best plan found.
    pub fn best_arrangement(&self) -> Arrangement {
        self.best.clone().unwrap_or_else(|| self.state.arrangement())
    }

    /// Before the plan at hand is left: remembers it, if it is the best.
    fn keep_best(&mut self) {
        if self.best.is_none() {
            self.best = Some(self.state.arrangement());
        }
    }

    /// After a change: the plan at hand may be the best.
    fn note_best(&mut self) {
        if self.state.cost() < self.best_cost {
            self.best_cost = self.state.cost();
            self.best = None;
            self.guidance.aim(&mut self.state);
        }
    }

    /// Draws a move and prices it; none where there is none, or it cannot be done or costs more than `most`.
    fn propose(&mut self, most: i64) -> Option<Price> {
        self.proposal.clear();
        let mut draw = Draw {
            ground: self.ground,
            state: &self.state,
            neighbours: self.neighbours,
            last_line: self.guidance.last_line(),
            random: &mut self.random,
        };
        let propose = self.moves[draw.below(self.moves.len())];
        let proposed = propose(&mut draw, &mut self.proposal);
        if proposed { self.state.price(self.ground, &mut self.proposal, most) } else { None }
    }
}

impl Replica for Annealing<'_> {
    fn run(&mut self, iterations: u64, (from, to): (f64, f64)) {
        let factor = if iterations > 1 { (to / from).powf(1.0 / iterations as f64) } else { 1.0 };
        let mut temperature = from;
        for _ in 0..iterations {
            temperature *= factor;
            self.iterations += 1;
            // What may be accepted is drawn first, so that pricing can stop where the price is past it.
            let most = -temperature * self.random.random::<f64>().ln();
            let Some(price) = self.propose(self.guidance.most(most)) else { continue };
            let change = self.guidance.energy(price);
            if change > 0.0 && change > most {
                continue;
            }
            if price.delta > 0 {
                self.keep_best();
            }
            self.state.apply(self.ground, &self.proposal, price);
            self.note_best();
        }
        if let Some(gathered) = &mut self.gathered {
            gathered.add(&self.state, temperature);
        }
    }

    fn iterations(&self) -> u64 {
        self.iterations
    }

    fn best_cost(&self) -> i64 {
        self.best_cost
    }

    fn current_cost(&self) -> i64 {
        self.state.cost()
    }

    fn go_on_from(&mut self, other: &Self) {
        self.take_up(other.state.clone());
    }
}
