//! Relaxed plans as paths: states of the line and what may come after each, as far as a better plan may pass there.
//!
//! A state is the lot made last, when it ended, and which lots are remembered to have been made.
//! Under prices a state or a step whose cheapest plan comes to more than a limit is on the way of no plan below it, and
//! is gone for good. Remembering more multiplies the states; what is left of those below the limit is much less: S. Tanaka,
//! S. Fujikuma, M. Araki, "An exact algorithm for single-machine scheduling without machine idle time", *Journal of
//! Scheduling* 12(6), 2009 (successive sublimation).

use super::exchange::{Precedence, better_arranged, better_exchanged};
use super::ground::{Ground, IMPOSSIBLE};
use super::memory::Memory;
use super::table::Table;
use crate::mip::columns::shop::Lots;
use smallvec::SmallVec;

/// No node.
const NOWHERE: u32 = u32::MAX;
/// The lot of the beginning.
const NO_LOT: u8 = u8::MAX;

/// A state.
#[derive(Clone, Copy)]
struct Node {
    /// The lots that are remembered to have been made.
    made: Lots,
    end: u32,
    class: u16,
    lot: u8,
    /// The lot before it, where the states are told apart by it.
    previous: u8,
}

/// States in the order of time, the beginning first.
pub(super) struct Network<'g> {
    ground: &'g Ground,
    precedence: &'g Precedence,
    pub memory: Memory,
    nodes: Vec<Node>,
    /// What a node's lot costs.
    own: Vec<i64>,
    /// The steps of node `n` lead to the nodes `next[first[n]..first[n + 1]]`.
    first: Vec<u32>,
    next: Vec<u32>,
    /// Under the prices last asked about: what comes after a node at least, and that with the node's own lot.
    after: Vec<i64>,
    enter: Vec<i64>,
}

impl<'g> Network<'g> {
    /// The states of plans in which no lot follows itself, as far as they come to at most `limit` less the prices of
    /// their lots; none where there are too many steps. The table has been filled under the same prices.
    pub fn new(
        (ground, precedence): (&'g Ground, &'g Precedence),
        table: &Table,
        (prices, limit): (&[i64], i64),
        most: usize,
    ) -> Option<Self> {
        let lots = ground.lots;
        let mut network = Self::empty(ground, precedence, Memory::new(lots));
        // By end and lot: what plans up to there cost at least, the number of the node.
        let mut arrive = vec![IMPOSSIBLE; ground.points * lots];
        let mut numbers = vec![NOWHERE; ground.points * lots];
        for place in 0..=ground.points * lots {
            // The beginning comes before all places.
            let (node, cost) = match place.checked_sub(1) {
                None => (Node { made: 0, end: 0, class: ground.initial, lot: NO_LOT, previous: NO_LOT }, 0),
                Some(place) if arrive[place] >= IMPOSSIBLE => continue,
                Some(place) => {
                    let (end, lot) = (place / lots, place % lots);
                    numbers[place] = network.nodes.len() as u32;
                    (
                        Node {
                            made: 1 << lot,
                            end: end as u32,
                            class: ground.classes_of[lot],
                            lot: lot as u8,
                            previous: NO_LOT,
                        },
                        arrive[place],
                    )
                }
            };
            network.push(node);
            let (from, over) = (node.end as usize, network.before(&node));
            let setup_costs = ground.setup_costs(node.class);
            for (lot, price) in prices.iter().enumerate() {
                if usize::from(node.lot) == lot || over >> lot & 1 == 1 {
                    continue;
                }
                let end = ground.end(from, node.class, lot);
                let own = ground.own(lot, end);
                if own >= IMPOSSIBLE {
                    continue;
                }
                let until = cost + setup_costs[usize::from(ground.classes_of[lot])] + own - price;
                if until + table.after(ground, lot, end) > limit
                    || node.lot != NO_LOT && better_exchanged(ground, (usize::from(node.lot), from), lot)
                {
                    continue;
                }
                let place = end * lots + lot;
                arrive[place] = arrive[place].min(until);
                network.next.push(place as u32);
            }
            network.first.push(network.next.len() as u32);
            if network.next.len() > most {
                return None;
            }
        }
        network.next.iter_mut().for_each(|next| *next = numbers[*next as usize]);
        Some(network)
    }

    fn empty(ground: &'g Ground, precedence: &'g Precedence, memory: Memory) -> Self {
        let (nodes, own, after, enter) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { ground, precedence, memory, nodes, own, first: vec![0], next: Vec::new(), after, enter }
    }

    fn push(&mut self, node: Node) {
        self.own.push(if node.lot == NO_LOT { 0 } else { self.ground.own(usize::from(node.lot), node.end as usize) });
        self.nodes.push(node);
    }

    /// The lots that have been made where a node is on the way of an optimal plan.
    fn before(&self, node: &Node) -> Lots {
        if node.lot == NO_LOT { 0 } else { self.precedence.before(usize::from(node.lot), node.end as usize) }
    }

    fn steps_of(&self, node: usize) -> &[u32] {
        &self.next[self.first[node] as usize..self.first[node + 1] as usize]
    }

    /// How many steps there are.
    pub fn steps(&self) -> usize {
        self.next.len()
    }

    /// What is to come, from the last state to the first.
    fn look_back(&mut self, prices: &[i64]) {
        let count = self.nodes.len();
        self.after.resize(count, 0);
        self.enter.resize(count, 0);
        let free = self.ground.setup_costs.iter().all(|&cost| cost == 0);
        for node in (0..count).rev() {
            let Node { made, end, class, lot, .. } = self.nodes[node];
            let exact = self.memory.exact;
            let over = made & exact == exact && self.ground.may_end(end as usize);
            let stop = if over { 0 } else { IMPOSSIBLE };
            let steps = self.steps_of(node).iter().map(|&next| next as usize);
            let least = if free {
                steps.fold(stop, |least, next| least.min(self.enter[next]))
            } else {
                let costs = self.ground.setup_costs(class);
                steps.fold(stop, |least, next| least.min(self.enter[next] + costs[usize::from(self.nodes[next].class)]))
            };
            self.after[node] = least.min(IMPOSSIBLE);
            let price = if lot == NO_LOT { 0 } else { prices[usize::from(lot)] };
            self.enter[node] = self.after[node] + self.own[node] - price;
        }
    }

    /// The cheapest plan under some prices and what it comes to; [`IMPOSSIBLE`] where there is none.
    pub fn cheapest(&mut self, prices: &[i64]) -> (i64, Vec<u8>) {
        self.look_back(prices);
        let mut plan = Vec::new();
        let Some(&least) = self.after.first().filter(|&&least| least < IMPOSSIBLE) else {
            return (IMPOSSIBLE, plan);
        };
        let mut node = 0;
        loop {
            let costs = self.ground.setup_costs(self.nodes[node].class);
            let cost = |next: usize| self.enter[next] + costs[usize::from(self.nodes[next].class)];
            let mut steps = self.steps_of(node).iter().map(|&next| next as usize);
            let Some(next) = steps.find(|&next| cost(next) == self.after[node]) else { return (least, plan) };
            plan.push(self.nodes[next].lot);
            node = next;
        }
    }

    /// Forgets what lies on the way of no plan that comes to at most `limit` under some prices.
    pub fn narrow(&mut self, prices: &[i64], limit: i64) {
        self.look_back(prices);
        let ground = self.ground;
        let count = self.nodes.len();
        let mut arrive = vec![IMPOSSIBLE; count];
        arrive.iter_mut().take(1).for_each(|first| *first = 0);
        let mut numbers = vec![NOWHERE; count];
        let mut kept = Self::empty(ground, self.precedence, self.memory.clone());
        for node in 0..count {
            // Nothing that is left leads there.
            if arrive[node] >= IMPOSSIBLE {
                continue;
            }
            numbers[node] = kept.nodes.len() as u32;
            kept.push(self.nodes[node]);
            let Node { class, lot, .. } = self.nodes[node];
            let price = if lot == NO_LOT { 0 } else { prices[usize::from(lot)] };
            let costs = ground.setup_costs(class);
            let until = arrive[node] + self.own[node] - price;
            for &next in self.steps_of(node) {
                let to = next as usize;
                let cost = until + costs[usize::from(self.nodes[to].class)];
                if cost + self.enter[to] <= limit {
                    arrive[to] = arrive[to].min(cost);
                    kept.next.push(next);
                }
            }
            kept.first.push(kept.next.len() as u32);
        }
        kept.next.iter_mut().for_each(|next| *next = numbers[*next as usize]);
        *self = kept;
    }

    /// The network whose paths remember more, as far as its plans come to at most `limit` under some prices; none where
    /// there are too many steps. It has been narrowed under these prices.
    pub fn remembering(&mut self, memory: Memory, below: (&[i64], i64), most: usize) -> Option<Self> {
        self.grown(memory, false, below, most)
    }

    /// The network whose states know the last two lots, without three lots in a row that would better be made in another
    /// order.
    pub fn paired(&mut self, below: (&[i64], i64), most: usize) -> Option<Self> {
        self.grown(self.memory.clone(), true, below, most)
    }

    fn grown(&mut self, memory: Memory, pairs: bool, (prices, limit): (&[i64], i64), most: usize) -> Option<Self> {
        self.look_back(prices);
        let ground = self.ground;
        let exact = memory.exact;
        let mut grown = Self::empty(ground, self.precedence, memory.clone());
        // By node: the states it becomes, what plans up to there cost at least; the number of the first of them.
        let mut states: Vec<SmallVec<[(Lots, u8, i64); 2]>> = vec![SmallVec::new(); self.nodes.len()];
        let mut numbers = vec![NOWHERE; self.nodes.len()];
        states.iter_mut().take(1).for_each(|first| first.push((0, NO_LOT, 0)));
        // Where each step leads: the node, and which of its states.
        let mut leads: Vec<u32> = Vec::new();
        for node in 0..self.nodes.len() {
            numbers[node] = grown.nodes.len() as u32;
            let here = std::mem::take(&mut states[node]);
            let Node { class, lot, end, .. } = self.nodes[node];
            let costs = ground.setup_costs(class);
            let price = if lot == NO_LOT { 0 } else { prices[usize::from(lot)] };
            for &(made, previous, arrived) in &here {
                grown.push(Node { made, previous, ..self.nodes[node] });
                let worse = |third: u8| {
                    let two = (usize::from(previous), usize::from(lot), end as usize);
                    previous == third || better_arranged(ground, two, usize::from(third))
                };
                let until = arrived + self.own[node] - price;
                for &next in self.steps_of(node) {
                    let to = &self.nodes[next as usize];
                    let bit: Lots = 1 << to.lot;
                    let cost = until + costs[usize::from(to.class)];
                    let again = made & bit != 0;
                    let missing = self.before(to) & exact & !made != 0;
                    if again
                        || missing
                        || cost + self.enter[next as usize] > limit
                        || pairs && previous != NO_LOT && worse(to.lot)
                    {
                        continue;
                    }
                    let after = memory.after(made, to.lot);
                    let before = if pairs { lot } else { to.previous };
                    let there = &mut states[next as usize];
                    let place = match there.iter().position(|state| state.0 == after && state.1 == before) {
                        Some(place) => place,
                        None => {
                            there.push((after, before, i64::MAX));
                            there.len() - 1
                        }
                    };
                    there[place].2 = there[place].2.min(cost);
                    grown.next.push(next);
                    leads.push(place as u32);
                }
                grown.first.push(grown.next.len() as u32);
            }
            if grown.next.len() > most {
                return None;
            }
        }
        for (next, place) in grown.next.iter_mut().zip(leads) {
            *next = numbers[*next as usize] + place;
        }
        Some(grown)
    }

    /// Whether no plan is left.
    pub fn is_empty(&self) -> bool {
        self.next.is_empty()
    }
}
