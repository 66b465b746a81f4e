//! One walk after another: the best move that is not tabu, until nothing better has come for a while.

use super::pool::{Kept, Pool};
use super::reinsert::{self, Place};
use super::sequencing::Sequencing;
use crate::heuristic::random::stream;
use crate::heuristic::replicas::Replica;
use crate::plan::Plan;
use crate::schedule::network::{Network, OpId};
use rand::RngExt as _;
use rand_xoshiro::Xoshiro256PlusPlus;

/// A replica: its plan, its pool, what is tabu.
#[repr(align(4096))]
pub(super) struct Walk<'n, 'p> {
    network: &'n Network<'p>,
    plan: Sequencing,
    /// The best of all walks, and of this one.
    best: (i64, Vec<Vec<OpId>>),
    best_of_walk: Kept,
    pool: Pool,
    /// Until which move an operation may not be put into each mode.
    tabu: Vec<u64>,
    moves: u64,
    /// Moves since the walk last found something better.
    idle: u64,
    floor: i64,
    path: Vec<OpId>,
    random: Xoshiro256PlusPlus,
}

/// A walk ends after so many moves without a better plan.
const PATIENCE: u64 = 3_000;
/// Moves for which an operation stays away from where it was, at least; more on long paths and with many lines to go to.
const LEAST_TENURE: u64 = 4;
/// Moves at random by which the first walks' beginnings differ, besides one for every four operations.
const SHAKES: usize = 4;

impl<'n, 'p> Walk<'n, 'p> {
    /// A walk from a plan, with the stream named by seed and number.
    pub fn new(network: &'n Network<'p>, plan: Sequencing, floor: i64, (seed, number): (u64, u64)) -> Self {
        let random = stream(seed, number);
        Self {
            network,
            best: (plan.last_end(), plan.sequences().to_vec()),
            best_of_walk: Kept::of(&plan),
            pool: Pool::default(),
            tabu: vec![0; network.modes.len()],
            moves: 0,
            idle: 0,
            floor,
            path: Vec::new(),
            random,
            plan,
        }
    }

    /// The best plan found.
    pub fn best_plan(&self, network: &Network<'_>) -> Plan {
        plan_of(network, &self.best.1)
    }

    /// The plan it stands on.
    #[cfg(test)]
    pub fn plan_at_hand(&self, network: &Network<'_>) -> Plan {
        plan_of(network, self.plan.sequences())
    }

    /// The times of the plan it stands on.
    #[cfg(test)]
    pub fn slots(&self) -> &[super::sequencing::Slot] {
        self.plan.slots()
    }

    /// One move; false where there is none.
    fn step(&mut self) -> bool {
        self.find_path();
        let Some(chosen) = self.choose() else { return false };
        let from = *self.plan.slot(chosen.operation);
        let tenure = self.tenure(chosen.operation);
        self.tabu[from.mode as usize] = self.moves + tenure;
        self.plan.put(self.network, chosen.operation, chosen.mode, chosen.place);
        if self.plan.retime(self.network).is_none() {
            // It cannot be done after all: back, and not again for a while.
            self.plan.put(self.network, chosen.operation, from.mode, from.place as usize);
            self.tabu[chosen.mode as usize] = self.moves + tenure;
            return self.plan.retime(self.network).is_some();
        }
        true
    }

    fn tenure(&mut self, operation: OpId) -> u64 {
        let modes = self.network.modes_of(operation).len();
        let base = (self.path.len() + modes) as u64 / 2 + LEAST_TENURE;
        base + self.random.random_range(0..=base / 2)
    }

    /// Some critical path, last operation first.
    fn find_path(&mut self) {
        self.path.clear();
        let plan = &self.plan;
        let ends =
            |sequence: &Vec<OpId>| sequence.last().copied().filter(|&last| plan.slot(last).end == plan.last_end());
        let lasts = plan.sequences().iter().filter_map(ends);
        let mut next = pick(lasts, &mut self.random);
        while let Some(operation) = next {
            self.path.push(operation);
            next = pick(held_by(self.network, plan, operation), &mut self.random);
        }
    }

    /// The move that is not tabu with the least delay; any of several. A tabu one where it promises the best plan of all, or
    /// at random where nothing else is left.
    fn choose(&mut self) -> Option<Place> {
        let mut chosen: Option<Place> = None;
        let mut alike = 0;
        let mut fallback = None;
        let mut seen = 0;
        let (network, plan, random) = (self.network, &self.plan, &mut self.random);
        let (tabu, moves) = (&self.tabu, self.moves);
        let aspired = self.best.0 - plan.last_end();
        for &operation in &self.path {
            reinsert::places(network, plan, operation, &mut |place: Place| {
                if tabu[place.mode as usize] > moves && place.delay >= aspired {
                    seen += 1;
                    if random.random_range(0..seen) == 0 {
                        fallback = Some(place);
                    }
                    return;
                }
                match chosen {
                    Some(known) if known.delay < place.delay => return,
                    Some(known) if known.delay == place.delay => alike += 1,
                    _ => alike = 1,
                }
                if alike == 1 || random.random_range(0..alike) == 0 {
                    chosen = Some(place);
                }
            });
        }
        chosen.or(fallback)
    }

    /// The walk has found what it could: its best joins the pool, and the next begins.
    fn begin_anew(&mut self) {
        self.pool.offer(self.best_of_walk.clone());
        self.tabu.fill(0);
        self.idle = 0;
        if self.pool.is_full()
            && let Some(between) = self.pool.between(self.network, &mut self.random)
        {
            self.plan = between;
        } else {
            self.shake();
        }
        self.best_of_walk = Kept::of(&self.plan);
    }

    /// Moves at random, whatever they cost.
    fn shake(&mut self) {
        for _ in 0..SHAKES + self.plan.slots().len() / 4 {
            let operation = self.random.random_range(0..self.plan.slots().len()) as OpId;
            let mut places = Vec::new();
            reinsert::places(self.network, &self.plan, operation, &mut |place| places.push(place));
            let Some(place) = pick(places.into_iter(), &mut self.random) else { continue };
            let from = *self.plan.slot(operation);
            self.plan.put(self.network, operation, place.mode, place.place);
            if self.plan.retime(self.network).is_none() {
                self.plan.put(self.network, operation, from.mode, from.place as usize);
                let _ = self.plan.retime(self.network);
            }
        }
    }

    fn note_best(&mut self) {
        if self.plan.last_end() < self.best_of_walk.last_end {
            self.idle = 0;
            self.best_of_walk = Kept::of(&self.plan);
        }
        if self.plan.last_end() < self.best.0 {
            self.best = (self.plan.last_end(), self.plan.sequences().to_vec());
        }
    }
}

/// The plan of some sequences in which every order is made and nothing is scarce.
fn plan_of(network: &Network<'_>, sequences: &[Vec<OpId>]) -> Plan {
    let takings = vec![Vec::new(); network.problem.supplies.len()];
    network.plan_of((sequences, &takings, &vec![true; network.orders.len()]), &[])
}

/// What keeps an operation from starting earlier.
fn held_by<'a>(network: &'a Network<'_>, plan: &'a Sequencing, operation: OpId) -> impl Iterator<Item = OpId> + 'a {
    let slot = plan.slot(operation);
    let line = &network.lines[slot.line as usize];
    let (free, class) = plan.front(network, slot.line, slot.place as usize);
    let setup = network.setup_time(line, class, network.modes[slot.mode as usize].class);
    let set_up = line.open.set_up(free, setup);
    let by_line = plan.before(operation).filter(|_| set_up >= slot.ready);
    let arrives = move |wait: &&crate::schedule::network::Wait| {
        let from = plan.slot(wait.before);
        let travel = if network.places > 1 { network.transit(from.line, slot.line).time } else { 0 };
        slot.ready >= set_up && from.end + wait.lag + travel >= slot.ready
    };
    let by_route = network.waits_of(operation).iter().filter(arrives).map(|wait| wait.before);
    by_line.into_iter().chain(by_route)
}

/// Any of some, each as likely.
fn pick<T>(some: impl Iterator<Item = T>, random: &mut Xoshiro256PlusPlus) -> Option<T> {
    let mut picked = None;
    for (seen, one) in some.enumerate() {
        if seen == 0 || random.random_range(0..=seen) == 0 {
            picked = Some(one);
        }
    }
    picked
}

impl Replica for Walk<'_, '_> {
    // There is no temperature.
    fn run(&mut self, iterations: u64, _: (f64, f64)) {
        for _ in 0..iterations {
            self.moves += 1;
            if self.best.0 <= self.floor {
                continue;
            }
            self.idle += 1;
            if !self.step() || self.idle > PATIENCE {
                self.begin_anew();
            }
            self.note_best();
        }
    }

    fn iterations(&self) -> u64 {
        self.moves
    }

    fn best_cost(&self) -> i64 {
        self.best.0
    }

    fn current_cost(&self) -> i64 {
        self.best.0
    }

    fn go_on_from(&mut self, other: &Self) {
        self.pool.offer(other.best_of_walk.clone());
    }
}
