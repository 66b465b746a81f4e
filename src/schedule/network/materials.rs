//! Who takes scarce materials first, kept up to date: from when on each taker's are there.
//!
//! As in the reference: the k-th to take from a supply waits until what has come covers the first k.

use super::facts::{Network, OpId};
use super::journal::Done;
use super::timetable::Timetable;
use crate::problem::SupplyIdx;
use rustc_hash::FxHashMap;

/// A taker of one supply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taker {
    pub operation: OpId,
    /// Millionths.
    pub amount: i64,
    /// From when on they are there; [`i64::MAX`] where they never are.
    pub from: i64,
}

impl Timetable {
    /// The takers of a supply, first to take first.
    pub fn takers(&self, supply: u32) -> &[Taker] {
        &self.takers[supply as usize]
    }

    /// An operation stands in a mode: it enters the lists that mode takes from and leaves all others.
    ///
    /// A new taker stands before the first that starts later than `about`.
    pub(super) fn take(&mut self, network: &Network<'_>, operation: OpId, mode: Option<u32>, about: i64) {
        if network.takes.is_empty() {
            return;
        }
        let takes = self.takes_of(network, mode);
        let standing = self.takes_of(network, self.taking[operation as usize]);
        for &(supply, _) in standing.iter().filter(|(supply, _)| takes.iter().all(|(other, _)| other != supply)) {
            self.take_off(network, supply, operation);
        }
        for &(supply, amount) in takes {
            if standing.iter().any(|&(other, _)| other == supply) {
                self.change_amount(network, supply, operation, amount);
            } else {
                let starts = |taker: &Taker| self.here[taker.operation as usize].start;
                let list = &self.takers[supply as usize];
                let place = list.iter().position(|taker| starts(taker) > about).unwrap_or(list.len());
                self.put_on(network, supply, place, Taker { operation, amount, from: i64::MIN });
            }
        }
        let before = std::mem::replace(&mut self.taking[operation as usize], mode);
        self.journal.done.push(Done::Taking { operation, before });
        self.refloor(network, operation);
    }

    fn takes_of<'n>(&self, network: &'n Network<'_>, mode: Option<u32>) -> &'n [(u32, i64)] {
        mode.map_or(&[][..], |mode| network.takes_of(mode))
    }

    /// Puts the takers of a supply in the given order, those it does not name behind.
    pub(super) fn arrange(&mut self, network: &Network<'_>, supply: u32, order: &[OpId]) {
        let ranks: FxHashMap<OpId, usize> = order.iter().enumerate().map(|(rank, &taker)| (taker, rank)).collect();
        let rank = |taker: &Taker| ranks.get(&taker.operation).copied().unwrap_or(usize::MAX);
        self.takers[supply as usize].sort_by_key(rank);
        self.recount(network, supply, 0);
    }

    /// Lets a taker take at another place of a supply's list.
    pub fn retake(&mut self, network: &Network<'_>, supply: u32, from: usize, to: usize) {
        let taker = self.takers[supply as usize][from];
        self.remove_taker(supply, from);
        self.insert_taker(supply, to, taker);
        self.recount(network, supply, from.min(to));
    }

    /// The place of an operation in a supply's list.
    pub fn place_of_taker(&self, supply: u32, operation: OpId) -> Option<usize> {
        self.takers[supply as usize].iter().position(|taker| taker.operation == operation)
    }

    fn take_off(&mut self, network: &Network<'_>, supply: u32, operation: OpId) {
        if let Some(place) = self.place_of_taker(supply, operation) {
            self.remove_taker(supply, place);
            self.recount(network, supply, place);
        }
    }

    fn put_on(&mut self, network: &Network<'_>, supply: u32, place: usize, taker: Taker) {
        self.insert_taker(supply, place, taker);
        self.recount(network, supply, place);
    }

    fn remove_taker(&mut self, supply: u32, place: usize) {
        let taker = self.takers[supply as usize].remove(place);
        self.journal.done.push(Done::TakerOut { supply, place: place as u32, taker });
    }

    fn insert_taker(&mut self, supply: u32, place: usize, taker: Taker) {
        self.takers[supply as usize].insert(place, taker);
        self.journal.done.push(Done::TakerIn { supply, place: place as u32 });
    }

    fn change_amount(&mut self, network: &Network<'_>, supply: u32, operation: OpId, amount: i64) {
        let Some(place) = self.place_of_taker(supply, operation) else { return };
        let before = self.takers[supply as usize][place];
        if before.amount != amount {
            self.journal.done.push(Done::TakerChanged { supply, place: place as u32, before });
            self.takers[supply as usize][place].amount = amount;
            self.recount(network, supply, place);
        }
    }

    /// Counts again, from a place of a supply's list on, from when on each taker's materials are there.
    pub(super) fn recount(&mut self, network: &Network<'_>, supply: u32, from: usize) {
        let facts = &network.problem.supplies[SupplyIdx(supply)];
        let mut taken: i64 =
            self.takers[supply as usize][..from].iter().fold(0, |sum, taker| sum.saturating_add(taker.amount));
        for place in from..self.takers[supply as usize].len() {
            let before = self.takers[supply as usize][place];
            taken = taken.saturating_add(before.amount);
            let there = facts.available_from(taken).map_or(i64::MAX, |from| from.0);
            if there != before.from {
                self.journal.done.push(Done::TakerChanged { supply, place: place as u32, before });
                self.takers[supply as usize][place].from = there;
                self.refloor(network, before.operation);
            }
        }
    }

    /// An operation's run starts no earlier than its release, and than its materials are there.
    fn refloor(&mut self, network: &Network<'_>, operation: OpId) {
        let release = network.operations[operation as usize].release;
        let of = |&(supply, _): &(u32, i64)| {
            let place = self.place_of_taker(supply, operation);
            place.map_or(i64::MIN, |place| self.takers[supply as usize][place].from)
        };
        let takes = self.takes_of(network, self.taking[operation as usize]);
        let floor = takes.iter().map(of).fold(release, i64::max);
        let before = self.floors[operation as usize];
        if floor != before {
            self.journal.done.push(Done::Floor { operation, before });
            self.floors[operation as usize] = floor;
            self.mark(operation);
        }
    }
}
