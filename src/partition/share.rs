//! Shares the orders of a component out over its pieces of lines, most urgent first, each to where it costs least.

use super::dispatch::{Dispatcher, Offer, by_urgency};
use crate::problem::{LineIdx, OrderIdx, Problem, SupplyIdx};
use crate::units::{Id, IdVec};
use rustc_hash::FxHashMap;

/// Which piece each line of a component is in; none for lines of others.
pub(super) type PieceOfLine = IdVec<LineIdx, Option<usize>>;

/// Orders by piece.
pub(super) struct Sharing {
    /// By piece.
    pub orders: Vec<Vec<OrderIdx>>,
    /// By piece, seconds of work.
    pub load: Vec<i64>,
    /// By piece: what its orders take of each stock, in millionths.
    pub needs: Vec<FxHashMap<SupplyIdx, i128>>,
    /// What it would all cost by the rough clock.
    pub cost: i128,
    /// Orders no piece can make whole.
    pub homeless: Vec<OrderIdx>,
    /// Pieces that must become one: an order that must be made, or the facts of one, lie across them.
    pub joined: Vec<Vec<usize>>,
}

/// Shares `orders` out over so many pieces.
pub(super) fn share(problem: &Problem, orders: &[OrderIdx], piece_of: &PieceOfLine, pieces: usize) -> Sharing {
    let mut dispatcher = Dispatcher::new(problem);
    let mut sharing = Sharing {
        orders: vec![Vec::new(); pieces],
        load: vec![0; pieces],
        needs: vec![FxHashMap::default(); pieces],
        cost: 0,
        homeless: Vec::new(),
        joined: Vec::new(),
    };
    for order in by_urgency(problem, orders.to_vec()) {
        let held = pieces_with_facts(problem, order, piece_of);
        if held.len() > 1 {
            sharing.joined.push(held.clone());
        }
        let offers = (0..pieces).filter(|piece| held.is_empty() || held.contains(piece)).filter_map(|piece| {
            let offer = dispatcher.offer(order, &|line| piece_of[line] == Some(piece), &mut |_, _| ())?;
            Some((offer.cost, piece, offer))
        });
        if let Some((cost, piece, offer)) = offers.min_by_key(|&(cost, piece, _)| (cost, piece)) {
            dispatcher.take(&offer);
            sharing.cost += i128::from(cost);
            sharing.give(problem, order, piece, &offer);
        } else {
            sharing.leave_over(problem, order, &dispatcher, piece_of, held.first().copied());
        }
    }
    for orders in &mut sharing.orders {
        orders.sort_unstable();
    }
    sharing
}

impl Sharing {
    fn give(&mut self, problem: &Problem, order: OrderIdx, piece: usize, offer: &Offer) {
        self.orders[piece].push(order);
        for pick in &offer.picks {
            self.load[piece] += pick.run.0;
            for &(material, per_unit) in &problem.kinds[pick.kind].takes {
                if let Some(supply) = problem.supply_lookup.supply(material, problem.lines[pick.line].site) {
                    *self.needs[piece].entry(supply).or_default() += i128::from(per_unit) * i128::from(pick.pieces);
                }
            }
        }
    }

    /// An order no piece can make: one that must be made joins the pieces its lines are in, any other goes along with most
    /// of them and is for the merge to put in.
    fn leave_over(
        &mut self,
        problem: &Problem,
        order: OrderIdx,
        dispatcher: &Dispatcher<'_>,
        piece_of: &PieceOfLine,
        held: Option<usize>,
    ) {
        let whole = dispatcher.offer(order, &|line| piece_of[line].is_some(), &mut |_, _| ());
        let mut across: Vec<usize> =
            whole.iter().flat_map(|offer| &offer.picks).filter_map(|pick| piece_of[pick.line]).collect();
        let piece = held.or(across.first().copied()).unwrap_or(0);
        self.orders[piece].push(order);
        across.sort_unstable();
        across.dedup();
        if across.len() > 1 {
            if problem.orders[order].reject_cost.is_none() {
                self.joined.push(across);
            } else {
                self.homeless.push(order);
            }
        }
    }
}

/// The pieces that hold what of an order has begun.
fn pieces_with_facts(problem: &Problem, order: OrderIdx, piece_of: &PieceOfLine) -> Vec<usize> {
    let lots = problem.orders[order].items().flat_map(|item| &problem.items[item].frozen_lots);
    let known = lots.flat_map(|&lot| problem.baseline.lots[lot as usize].operations.iter().flatten());
    let mut pieces: Vec<usize> = known.filter(|known| known.frozen).filter_map(|known| piece_of[known.line]).collect();
    pieces.sort_unstable();
    pieces.dedup();
    pieces
}

/// The piece each becomes when those that must be one are: numbered without gaps, in their order.
pub(super) fn joined(pieces: usize, joined: &[Vec<usize>]) -> Vec<usize> {
    let mut sets = petgraph::unionfind::UnionFind::<usize>::new(pieces);
    for group in joined {
        group.windows(2).for_each(|pair| {
            sets.union(pair[0], pair[1]);
        });
    }
    let mut numbers: FxHashMap<usize, usize> = FxHashMap::default();
    (0..pieces)
        .map(|piece| {
            let next = numbers.len();
            *numbers.entry(sets.find_mut(piece)).or_insert(next)
        })
        .collect()
}

/// The class of each line: lines that can run the same kinds are of one.
pub(super) fn classes(problem: &Problem, lines: &[LineIdx]) -> Vec<usize> {
    let mut sets: Vec<Vec<u32>> = vec![Vec::new(); problem.lines.len()];
    for (set, modes) in problem.mode_sets.enumerate() {
        modes.iter().for_each(|mode| sets[mode.line.position()].push(set.0));
    }
    let mut known: FxHashMap<&[u32], usize> = FxHashMap::default();
    let mut class = |line: &LineIdx| {
        let next = known.len();
        *known.entry(sets[line.position()].as_slice()).or_insert(next)
    };
    lines.iter().map(&mut class).collect()
}
