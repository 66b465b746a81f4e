//! Exact prices of changes where lines are coupled: routes, kits, scarce materials.
//!
//! Timing is a longest path through the operation graph: an operation waits for the one before it on its line and for
//! those before it on its route. A change takes operations out of sequences and puts them elsewhere; what starts at
//! another time because of it is timed anew, from the first operation it moves on, in the order of the starts, and
//! only where an end has moved. So a change is priced in the time its effects take, and taken back from a journal.
//!
//! Circles are refused cheaply: places are offered only inside a window in which, by the times at hand, nobody can end
//! up waiting for himself (Mastrolilli and Gambardella 2000, with starts and ends for heads and tails), and what slips
//! through two changes at once never settles and is given up.
//!
//! Holding costs are those of `waiting`, an estimate where the reference's `delay` stops short; what moved starts cost is
//! left out. Builds with debug assertions compare every change that is kept with the reference's earliest timing.

#[cfg(debug_assertions)]
mod agree;
mod build;
mod facts;
mod journal;
mod line;
mod materials;
mod open_time;
mod propagate;
mod rows;
mod timetable;
#[cfg(test)]
mod timetable_tests;
mod waiting;
#[cfg(test)]
mod waiting_tests;

pub(crate) use facts::{Network, OpId, Wait};
pub(crate) use open_time::Overtime;
pub(crate) use propagate::Most;
pub(crate) use timetable::{Costs, Timetable};
