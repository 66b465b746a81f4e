//! One file per move: each proposes a splice of one or two sequences and knows nothing of prices.
//!
//! A move draws what it changes from the random stream it is given, narrowed by [`Neighbours`]: lots that would stand
//! well next to each other, because they share a line and a setup class, or are due at about the same time.

mod divide;
mod edits;
mod exchange;
mod fit;
mod insert;
mod neighbours;
mod overtime;
mod recall;
mod relocate;
mod segment;
mod swap;
mod tails;

pub(crate) use neighbours::Neighbours;

use crate::heuristic::random::below;
use crate::schedule::incremental::{Ground, LotId, Proposal, State};
use rand::RngExt as _;
use rand_xoshiro::Xoshiro256PlusPlus;

/// What a move draws from.
pub(crate) struct Draw<'a> {
    pub ground: &'a Ground,
    pub state: &'a State,
    pub neighbours: &'a Neighbours,
    /// How often, in a hundred, a lot is drawn from the line that ends last.
    pub last_line: usize,
    pub random: &'a mut Xoshiro256PlusPlus,
}

/// A move: fills the proposal, or says that it found nothing to change.
pub(crate) type Move = fn(&mut Draw<'_>, &mut Proposal) -> bool;

/// The moves with their names and how often each is drawn, relative to the others.
const MOVES: &[(&str, Move, u32)] = &[
    ("relocate", relocate::propose, 45),
    ("swap", swap::propose, 30),
    ("tails", tails::propose, 20),
    ("recall", recall::propose, 5),
];

/// The same where the makespan is all that times cost: no lot has a time of its own, and what counts is the line on
/// which it runs fast and the place where it needs little changeover.
const MAKESPAN_MOVES: &[(&str, Move, u32)] = &[
    ("relocate", relocate::propose, 5),
    ("swap", swap::propose, 5),
    ("tails", tails::propose, 10),
    ("recall", recall::propose, 2),
    ("insert", insert::propose, 40),
    ("exchange", exchange::propose, 30),
    ("segment", segment::propose, 100),
];

/// Moves only some plans have a use for: drawn besides the others where there is one.
const OCCASIONAL: &[(&str, Move, u32, Use)] = &[
    ("divide", divide::propose, 8, |ground| !ground.divided.is_empty()),
    ("overtime", overtime::propose, 8, |ground| ground.lines.iter().any(|line| !line.overtime.is_empty())),
];

/// Whether a plan has a use for a move.
type Use = fn(&Ground) -> bool;

/// The moves a plan has a use for, each as often as it has parts.
pub(crate) fn moves_for(ground: &Ground) -> Vec<Move> {
    let occasional = OCCASIONAL.iter().filter(|(.., use_for)| use_for(ground));
    let occasional = occasional.map(|&(_, propose, share, _)| (propose, share));
    let moves = if ground.charges_only_makespan() { MAKESPAN_MOVES } else { MOVES };
    let shares = moves.iter().map(|&(_, propose, share)| (propose, share)).chain(occasional);
    shares.flat_map(|(propose, share)| std::iter::repeat_n(propose, share as usize)).collect()
}

/// The longest block that moves at once.
const LONGEST_BLOCK: usize = 12;

impl Draw<'_> {
    /// A number below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        below(self.random, bound)
    }

    /// Whether an event of the given chance in a hundred happens.
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// A block length: mostly one, rarely many.
    fn block_length(&mut self) -> usize {
        let bits = self.random.random::<u32>().trailing_ones() as usize;
        (1 + bits + if bits > 2 { self.below(LONGEST_BLOCK) } else { 0 }).min(LONGEST_BLOCK)
    }

    /// A lot of some order that is in the plan.
    fn lot(&mut self) -> Option<(LotId, usize, usize)> {
        let count = self.state.standing().len();
        if count == 0 {
            return None;
        }
        let lot = if self.last_line > 0 && self.chance(self.last_line) {
            self.lot_of_last_line()?
        } else {
            let pick = self.below(count);
            self.state.standing()[pick]
        };
        let (line, place) = self.state.place(lot)?;
        Some((lot, line, place))
    }

    /// A lot of the line that ends last: where a makespan is charged, only what happens there can lower it.
    fn lot_of_last_line(&mut self) -> Option<LotId> {
        let lines = 0..self.ground.lines.len();
        let line = lines.max_by_key(|&line| (self.state.line_end(self.ground, line), line))?;
        let sequence = self.state.sequence(line);
        if sequence.is_empty() {
            return None;
        }
        let place = self.below(sequence.len());
        Some(self.state.sequence(line)[place])
    }

    /// Where a neighbour stands: one of its item's lots, where that is made in others.
    fn place_of_neighbour(&mut self, lot: LotId) -> Option<(usize, usize)> {
        let place = self.state.place(lot);
        if place.is_some() {
            return place;
        }
        let divided = self.ground.divided.get(self.ground.lots[lot as usize].divided as usize)?;
        let lots = &divided.forms[self.state.form(divided)?];
        let pick = self.below(lots.len());
        self.state.place(lots[pick])
    }

    /// A line that can run a lot, for which there is one.
    fn line_for(&mut self, lot: LotId) -> usize {
        let pick = self.below(self.ground.eligible(lot).len());
        usize::from(self.ground.eligible(lot)[pick])
    }

    /// A place for a lot that has none: behind a lot near it, or anywhere on a line that can run it.
    fn somewhere(&mut self, lot: LotId) -> Option<(usize, usize)> {
        let near = self.neighbours.of(lot).len();
        if near > 0 && self.chance(70) {
            let pick = self.below(near);
            let neighbour = self.place_of_neighbour(self.neighbours.of(lot)[pick]);
            if let Some((line, place)) = neighbour.filter(|&(line, _)| self.ground.mode(lot, line).exists()) {
                return Some((line, place + 1));
            }
        }
        if self.ground.eligible(lot).is_empty() {
            return None;
        }
        let line = self.line_for(lot);
        Some((line, self.below(self.state.sequence(line).len() + 1)))
    }

    /// Whether a line can run all of some lots.
    fn can_run(&self, line: usize, lots: &[LotId]) -> bool {
        lots.iter().all(|&lot| self.ground.mode(lot, line).exists())
    }
}

/// Proposes that a block that stands at a place of a line goes before an old place of a line; whether that
/// changes anything.
fn move_block(
    proposal: &mut Proposal,
    block: &[LotId],
    (line, place): (usize, usize),
    (target, behind): (usize, usize),
) -> bool {
    let (lots, end) = (block.iter().copied(), place + block.len());
    if target != line {
        proposal.splice(line, place, end);
        proposal.splice(target, behind, behind).lots(lots);
    } else if behind < place {
        proposal.splice(line, behind, end).lots(lots).own(behind, place);
    } else if behind > end {
        proposal.splice(line, place, behind).own(end, behind).lots(lots);
    } else {
        return false;
    }
    true
}
