//! What acceptance goes by: the cost, and where a makespan is charged something smoother than it.
//!
//! A makespan is a maximum over lines: most changes leave it as it is, and a search that goes by it alone walks blind.
//! Where it is all that times cost, the search aims at ending a second before the best plan does: each line is
//! charged for its own seconds past that target, which makes lines separable, and a little for every second of its end,
//! so that slack is gathered elsewhere (targets: Hochbaum and Shmoys 1987; the sum of ends as the second criterion:
//! Santos, Toffolo, Silva, Vanden Berghe 2019). Beside other costs the makespan is kept, with the sum of ends.

use crate::schedule::incremental::{Ground, Price, State};

/// What acceptance goes by.
#[derive(Clone, Copy, Debug)]
pub(super) enum Guidance {
    /// The cost.
    Cost,
    /// The cost, and a share of it for each second of a line's end.
    Ends(f64),
    /// Instead of the makespan, seconds past a target.
    Target(Target),
}

/// What is charged where a target is aimed at, in ten-thousandths.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    /// For a second of a line past the target.
    over: f64,
    /// For a second of a line's end.
    end: f64,
    /// First and last temperature.
    heat: (f64, f64),
}

/// What a second of a line's end counts against a second of makespan, over the number of lines.
const END_SHARE: f64 = 0.5;
/// The same where a target is aimed at, and where changeovers are short: which line is fastest for which lot decides more than
/// what follows what, and the less all lines work together, the earlier the last one ends.
const END_SHARE_WITH_TARGET: f64 = 2.0;
const END_SHARE_WITH_SHORT_CHANGEOVERS: f64 = 4.0;
/// First and last temperature, in what the mean time of a lot past the target costs: a hot search moves lots for nothing, a cold
/// one no longer moves any. Between short changeovers there is still something to choose when it is colder.
const FIRST_HEAT: f64 = 0.7;
const LAST_HEAT: f64 = 0.1;
const LAST_HEAT_WITH_SHORT_CHANGEOVERS: f64 = 0.02;
/// The mean changeover is short where it takes less than so many lots do (`docs/experiments.md`).
const SHORT: f64 = 2.0;

impl Guidance {
    /// What a ground asks for.
    pub fn of(ground: &Ground) -> Self {
        let per_second = ground.makespan_cost_per_hour as f64 / 3_600.0;
        let lines = ground.lines.len().max(1) as f64;
        if ground.makespan_cost_per_hour == 0 {
            Self::Cost
        } else if ground.charges_only_makespan() {
            let time = ground.mean_time();
            let (share, last) = match ground.mean_changeover() < SHORT * time {
                true => (END_SHARE_WITH_SHORT_CHANGEOVERS, LAST_HEAT_WITH_SHORT_CHANGEOVERS),
                false => (END_SHARE_WITH_TARGET, LAST_HEAT),
            };
            let lot = (per_second * time).max(1.0);
            let heat = (FIRST_HEAT * lot, last * lot);
            Self::Target(Target { over: per_second, end: share * per_second / lines, heat })
        } else {
            Self::Ends(END_SHARE * per_second / lines)
        }
    }

    /// A change as acceptance sees it, in ten-thousandths.
    pub fn energy(self, price: Price) -> f64 {
        match self {
            Self::Cost => price.delta as f64,
            Self::Ends(end) => price.delta as f64 + end * price.ends as f64,
            Self::Target(Target { over, end, .. }) => {
                (price.delta - price.makespan) as f64 + over * price.over as f64 + end * price.ends as f64
            }
        }
    }

    /// The dearest price that may be accepted where what acceptance sees may be `most`.
    pub fn most(self, most: f64) -> i64 {
        match self {
            Self::Cost => most as i64,
            Self::Ends(_) | Self::Target(..) => i64::MAX,
        }
    }

    /// Sets the target for a plan that is the best so far.
    pub fn aim(self, state: &mut State) {
        if let Self::Target(..) = self {
            state.aim_at(state.last_end() - 1);
        }
    }

    /// How often, in a hundred, moves begin on the line that ends last.
    pub fn last_line(self) -> usize {
        match self {
            Self::Cost => 0,
            Self::Ends(_) => 50,
            Self::Target(..) => 10,
        }
    }

    /// First and last temperature where they follow from the ground, in ten-thousandths.
    pub fn temperatures(self) -> Option<(f64, f64)> {
        match self {
            Self::Target(target) => Some(target.heat),
            Self::Cost | Self::Ends(_) => None,
        }
    }
}
