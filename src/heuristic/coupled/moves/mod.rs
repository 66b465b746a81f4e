//! One file per move: each changes a timetable and knows nothing of prices.
//!
//! A move takes operations out and puts them in again, inside the windows in which nobody can wait for himself; whoever
//! called it settles the timetable and keeps the change or takes it back.

mod block;
mod divide;
mod lot;
mod order;
mod overtime;
mod recreate;
mod relocate;
mod swap;
mod takers;

use super::draw::Draw;

/// A move: none where it found nothing to change.
pub(super) type Move = fn(&mut Draw<'_, '_>) -> Option<()>;

/// The moves with their names and how often each is drawn (parts of a hundred).
pub(super) const MOVES: &[(&str, Move, u32)] = &[
    ("relocate", relocate::propose, 51),
    ("swap", swap::propose, 19),
    ("block", block::propose, 10),
    ("lot", lot::propose, 7),
    ("takers", takers::propose, 4),
    ("order", order::propose, 4),
    ("recreate", recreate::propose, 2),
    ("divide", divide::propose, 1),
    ("overtime", overtime::propose, 2),
];
