//! What an order's lateness costs, laid out for the innermost loop.

use crate::units::{DAY, Money, Seconds};

/// "Never": an instant after all others, far enough from the end of `i64` that instants can be told apart by
/// subtraction.
pub(crate) const NEVER: i64 = 1 << 60;

/// The price of an order's lateness.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lateness {
    /// Latest lateness its deadline allows.
    pub most: i64,
    pub cost_per_day: i64,
    pub cost_once: i64,
}

impl Lateness {
    /// What being late by so many seconds costs; nothing where that is not above 0.
    #[inline]
    pub fn cost(&self, late: i64) -> i64 {
        if late <= 0 {
            return 0;
        }
        Money(self.cost_per_day).pro_rata(Seconds(late), DAY).0 + self.cost_once
    }
}
