//! Exact prices of changes, without timing the whole plan again.
//!
//! Where every order item is one operation, and neither scarce material nor holding cost nor moved starts tie lines
//! together, a line's times depend on its own sequence alone. Then a change is a splice of one or a few sequences:
//! its price is the simulation of each changed line from the first place that differs, up to where the old times are
//! met again. What couples lines is kept as what it is: an order's completion is a maximum over its lots, the makespan
//! a maximum over lines. [`evaluate`](super::evaluate) stays the reference. Builds with debug assertions compare: each
//! applied change with its lines simulated from scratch, each plan that leaves the search with the reference.
//!
//! The splice as the one form of a move, priced by one evaluator, follows PyVRP's `Route::Proposal`.

mod apply;
#[cfg(test)]
mod clock_tests;
mod ground;
mod kits;
mod lateness;
mod layout;
mod line;
mod overtime;
mod price;
mod proposal;
mod sequence;
mod state;

pub(crate) use ground::{Ground, LotId, UNDIVIDED};
pub(crate) use lateness::NEVER;
pub(crate) use price::Price;
pub(crate) use proposal::Proposal;
pub(crate) use state::{Arrangement, State};

/// Orders that must be made and are not weigh this much each (in ten-thousandths) in a priced change: more than any
/// plan costs, so that fewer of them always comes first.
pub(crate) const UNPLANNED_PENALTY: i64 = 1 << 56;
