//! Good plans that differ, and plans between two of them.

use super::sequencing::{Sequencing, Slot};
use crate::schedule::network::{Network, OpId};
use rand::RngExt as _;
use rand_xoshiro::Xoshiro256PlusPlus;

/// Plans kept.
const MOST: usize = 12;

/// A plan kept: its makespan, and where and when each operation runs.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub last_end: i64,
    pub slots: Vec<Slot>,
}

impl Kept {
    pub fn of(plan: &Sequencing) -> Self {
        Self { last_end: plan.last_end(), slots: plan.slots().to_vec() }
    }

    /// Operations that stand elsewhere, or on the same line behind another.
    fn distance(&self, other: &Self) -> usize {
        let places = |slot: &Slot| (slot.line, slot.place);
        self.slots.iter().zip(&other.slots).filter(|(one, other)| places(one) != places(other)).count()
    }
}

/// Good plans.
#[derive(Clone, Debug, Default)]
pub(super) struct Pool {
    plans: Vec<Kept>,
}

impl Pool {
    pub fn is_full(&self) -> bool {
        self.plans.len() >= MOST
    }

    /// Takes a plan in: for the worst where there is no more room, or for the one it is nearly alike.
    pub fn offer(&mut self, plan: Kept) {
        let near = plan.slots.len() / 50 + 1;
        let alike = self.plans.iter().position(|other| other.distance(&plan) < near);
        let worst = || (0..self.plans.len()).max_by_key(|&index| self.plans[index].last_end);
        match alike.or_else(|| if self.is_full() { worst() } else { None }) {
            Some(index) if plan.last_end < self.plans[index].last_end => self.plans[index] = plan,
            Some(_) => {}
            None => self.plans.push(plan),
        }
    }

    /// A plan between two of the pool; none where it has but one.
    pub fn between(&self, network: &Network<'_>, random: &mut Xoshiro256PlusPlus) -> Option<Sequencing> {
        let count = self.plans.len();
        if count < 2 {
            return None;
        }
        let one = random.random_range(0..count);
        let other = (one + random.random_range(1..count)) % count;
        let weight = random.random_range(64..=192);
        mixed(network, (&self.plans[one].slots, &self.plans[other].slots), weight, random)
    }
}

/// The plan between two: each operation on the line it has in one of them, in the order of the weighted means of its two
/// starts. On routes and lines alike starts rise from one to the next, and so do their means: nobody can wait for himself.
fn mixed(
    network: &Network<'_>,
    (one, other): (&[Slot], &[Slot]),
    weight: i64,
    random: &mut Xoshiro256PlusPlus,
) -> Option<Sequencing> {
    let mut sequences: Vec<Vec<OpId>> = vec![Vec::new(); network.lines.len()];
    let mut modes = Vec::with_capacity(one.len());
    for (operation, (one, other)) in one.iter().zip(other).enumerate() {
        let slot = if random.random_range(0..256) < weight { other } else { one };
        modes.push(slot.mode);
        sequences[slot.line as usize].push(operation as OpId);
    }
    let start = |operation: &OpId| {
        let (one, other) = (&one[*operation as usize], &other[*operation as usize]);
        (one.start - network.start) * (256 - weight) + (other.start - network.start) * weight
    };
    for sequence in &mut sequences {
        sequence.sort_by_key(start);
    }
    Sequencing::of(network, sequences, &modes)
}
