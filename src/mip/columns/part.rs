//! Some of all plans, and what a column generation of its own says of them.

use super::closing::{Closed, close};
use super::generation::{Effort, Ending, Generation, Known};
use super::pricing::Column;
use super::shop::{NEVER, Shop};

/// The share of the gap by which cuts must raise the bound to be gone on with.
const WORTH_CUTTING: f64 = 0.1;
/// The share of the program's value within which the bound of a part is as good as it: the last digits cost as much as all
/// before, and splitting once more gains more than they do.
pub(super) const PRECISION: f64 = 1e-3;
/// The share of the gap at which trying everything was too much, at which it is tried again.
const WORTH_TRYING_AGAIN: f64 = 0.7;

/// Hears of line plans that together may make a better plan, and of what they come to.
pub(super) type Better<'a> = &'a (dyn Fn(&[Column], i64) + Sync);

/// Some of all plans.
#[derive(Clone)]
pub(super) struct Part {
    pub shop: Shop,
    pub known: Known,
    /// The gap at which trying everything was too much.
    pub too_wide: i64,
    /// Whether it is bounded roughly, to be split again or done with soon.
    pub roughly: bool,
}

impl Part {
    /// The part bounded by column generation, with cuts while they are worth it, unless it is to be bounded roughly; where
    /// the gap is small, everything is tried.
    pub fn explored(&self, effort: &mut Effort<'_>, better: Better<'_>) -> Self {
        let mut generation = Generation::new(&self.shop, &self.known, NEVER);
        let mut too_wide = self.too_wide;
        let mut before = i64::MIN;
        // What it came to last: where a round of cuts is too much, what there was before it.
        let mut settled = None;
        while generation.run(effort) == Ending::Converged {
            let (bound, Some((duals, least))) = (generation.bound, &generation.centre) else { break };
            let gap = (effort.cost)().unwrap_or(i64::MAX).saturating_sub(bound);
            if gap <= 0 {
                break;
            }
            if gap as f64 <= too_wide as f64 * WORTH_TRYING_AGAIN {
                match close(&self.shop, (duals, least), NEVER, gap, effort) {
                    Closed::Proved => return self.bounded_by(bound + gap),
                    Closed::Better(columns, excess) => {
                        better(&columns, bound + excess);
                        return self.bounded_by(bound + excess);
                    }
                    Closed::Open => too_wide = gap,
                }
            }
            let is_worth_it = before == i64::MIN || (bound - before) as f64 >= gap as f64 * WORTH_CUTTING;
            settled = Some(generation.known());
            if self.roughly || !is_worth_it || !generation.cut() {
                break;
            }
            before = bound;
        }
        // The bound and the prices it comes from go together: what is tried later is measured by these prices.
        let (bound, centre) = (generation.bound, generation.centre.clone());
        let known = Known { bound, centre, ..settled.unwrap_or_else(|| generation.known()) };
        Self { shop: self.shop.clone(), known, too_wide, roughly: self.roughly }
    }

    /// The part with all that can be said of it: there is nothing left to split.
    fn bounded_by(&self, bound: i64) -> Self {
        let mut done = self.clone();
        done.known = Known { bound, columns: Vec::new(), shares: Vec::new(), ..done.known };
        done
    }
}
