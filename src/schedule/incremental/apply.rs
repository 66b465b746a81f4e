//! A priced change carried out; builds with debug assertions compare with the same decisions made from scratch.

use super::ground::{Ground, LotId};
use super::price::Price;
use super::proposal::{Division, Proposal};
use super::state::{LEFT_OUT, NOWHERE, State};
use smallvec::SmallVec;

impl State {
    /// Carries out a change that was just priced.
    pub fn apply(&mut self, ground: &Ground, proposal: &Proposal, price: Price) {
        let Proposal { splices, pieces, lots, .. } = proposal;
        self.cost += price.delta;
        let mut kits: SmallVec<[u32; 32]> = SmallVec::new();
        self.take_away(ground, proposal, &mut kits);
        let toggled = proposal.overtime.as_ref().map(|toggle| {
            self.sequences[toggle.line].clock = toggle.clock.clone();
            toggle.line
        });
        for splice in splices {
            let pieces = &pieces[splice.pieces.0..splice.pieces.1];
            let middle: SmallVec<[LotId; 64]> =
                pieces.iter().flat_map(|&piece| self.lots_of(splice.line, piece, lots)).copied().collect();
            replace(&mut self.sequences[splice.line].lots, splice.from, splice.resume, &middle);
            if toggled != Some(splice.line) {
                let timed = self.retime(ground, splice.line, splice.from, &mut |order| kits.push(order));
                assert!(timed.is_some(), "a priced change can be timed");
            }
        }
        if let Some(line) = toggled {
            let timed = self.retime(ground, line, 0, &mut |order| kits.push(order));
            assert!(timed.is_some(), "a priced change can be timed");
        }
        for lot in proposal.come_or_go(ground) {
            self.note_standing(lot);
        }
        kits.sort_unstable();
        kits.dedup();
        for order in kits {
            let completion = self.completion_of(ground, order);
            let before = std::mem::replace(&mut self.completions[order as usize], completion);
            let facts = &ground.orders[order as usize];
            // Late before or after: what its lots may be delayed by changes wherever they stand.
            if before > facts.due || completion > facts.due {
                for &lot in &facts.lots {
                    if let Some(sequence) = self.sequences.get_mut(self.places[lot as usize].0 as usize) {
                        sequence.stale = true;
                    }
                }
            }
        }
        self.last_end = self.latest_end(ground);
        #[cfg(debug_assertions)]
        self.assert_as_new(ground, price);
    }

    /// Before a change: gives the lots that stand nowhere afterwards no place, and collects the orders that come back or
    /// are divided otherwise.
    fn take_away(&mut self, ground: &Ground, proposal: &Proposal, kits: &mut SmallVec<[u32; 32]>) {
        let mut away = |lots: &[LotId]| {
            for &lot in lots {
                self.places[lot as usize].0 = NOWHERE;
                self.deliveries[lot as usize] = LEFT_OUT;
            }
        };
        if let Some(order) = proposal.leaves {
            away(&ground.orders[order as usize].lots);
            self.completions[order as usize] = LEFT_OUT;
        }
        if let Some(Division { divided, from, .. }) = proposal.divides {
            away(&ground.divided[divided].forms[from]);
            kits.push(ground.divided[divided].order);
        }
        kits.extend(proposal.returns);
    }

    /// The reference for every applied change: the same sequences, simulated from scratch.
    #[cfg(debug_assertions)]
    fn assert_as_new(&self, ground: &Ground, price: Price) {
        let new = Self::new(ground, &self.arrangement());
        assert_eq!(new.map(|new| new.cost), Some(self.cost), "the price of an applied change is its cost");
        let makespan = ground.makespan_cost_per_hour > 0;
        assert!(!makespan || self.last_end == price.last_end, "the priced end is the applied one");
    }
}

#[cfg(test)]
impl Proposal {
    /// Whether a line may open or close overtime besides.
    pub fn may_toggle(&self) -> bool {
        self.overtime.is_none() && self.leaves.is_none() && self.returns.is_none() && self.divides.is_none()
    }

    /// What would be decided were this carried out, whatever it costs and whether or not it can be timed. A reference, so
    /// it flips windows and replaces places by itself.
    pub fn decided_on(&self, state: &State) -> super::state::Arrangement {
        let mut decided = state.arrangement();
        for splice in &self.splices {
            let pieces = &self.pieces[splice.pieces.0..splice.pieces.1];
            let lots = pieces.iter().flat_map(|&piece| state.lots_of(splice.line, piece, &self.lots)).copied();
            let lots: Vec<LotId> = lots.collect();
            decided.sequences[splice.line].splice(splice.from..splice.resume, lots);
        }
        if let Some(toggle) = &self.overtime {
            let opened = &mut decided.opened[toggle.line];
            for &window in &toggle.windows {
                match opened.iter().position(|&known| known == window) {
                    Some(place) => drop(opened.remove(place)),
                    None => opened.push(window),
                }
            }
            opened.sort_unstable();
        }
        decided
    }
}

/// Replaces the places `from..resume` by `middle`.
fn replace(lots: &mut Vec<LotId>, from: usize, resume: usize, middle: &[LotId]) {
    let kept = middle.len().min(resume - from);
    lots[from..from + kept].copy_from_slice(&middle[..kept]);
    if resume - from > kept {
        lots.drain(from + kept..resume);
    } else {
        lots.splice(from + kept..from + kept, middle[kept..].iter().copied());
    }
}
