//! Which lots need not come right after which: where two that stand side by side had better change places, whenever they are made.
//!
//! Every plan becomes one without such pairs by changing places until there is none, and costs no more then; so a line need only be
//! asked for plans without them, and the bound holds. For that the rule must hold at any time, for a label stands for
//! others that end at another, and it must lead somewhere: all of it goes by one order of the lots, by what a second of
//! each costs (W. E. Smith, "Various optimizers for single-stage production", *Naval Research Logistics Quarterly* 3, 1956).
//! Where all lots are late whatever is done, as with weighted completion times, nothing is left but that order.

use super::line::Line;
use super::shop::{Lots, OrderFacts, Shop, set_of};
use crate::units::DAY;

/// For each lot those that may come right after it on a line.
pub(super) fn followers(shop: &Shop, line: &Line) -> Vec<Lots> {
    let able = set_of(&line.able);
    let of_lot = |first: usize| {
        let gives_way = |&&second: &&usize| gives_way(shop, line, first, second);
        line.able.iter().filter(gives_way).fold(able & !(1 << first), |set, &second| set & !(1 << second))
    };
    (0..shop.order_of.len()).map(of_lot).collect()
}

/// Whether a plan that makes `first` right before `second` never costs less than with the two changed round.
fn gives_way(shop: &Shop, line: &Line, first: usize, second: usize) -> bool {
    let (before, after) = (&line.modes[first], &line.modes[second]);
    let (early, late) = (&shop.orders[shop.order_of[first]], &shop.orders[shop.order_of[second]]);
    // Nothing else may notice: not the line, not a release, not a deadline, not the other lots of an order.
    let alone = early.lots.len() == 1 && late.lots.len() == 1;
    let released = before.earliest <= line.free && after.earliest <= line.free;
    if !(alone && line.rigid && released && before.class == after.class && before.last >= after.last) {
        return false;
    }
    let within = line.seconds[usize::from(before.class) * (line.classes + 1)];
    // What the second would be earlier by, and the first later.
    let (earlier, later) = (within + before.run, within + after.run);
    let weight = |order: &OrderFacts, by: i64| i128::from(order.late_cost_per_day) * i128::from(by);
    let (saved, lost) = (weight(late, earlier), weight(early, later));
    if (lost, after.run, second) >= (saved, before.run, first) {
        return false;
    }
    let alike = early.is_charged_like(late) && before.journey == after.journey;
    // Charged alike, the shorter one goes first. Else the second must be late at any rate, the first not be charged once more,
    // and what is saved outweigh roundings, of which there are none where lateness grows by whole amounts a second: what is
    // saved and what is lost are each less than 1 off, and come to a whole amount.
    let whole = |order: &OrderFacts| order.late_cost_per_day % DAY.0 == 0;
    let exact = whole(early) && whole(late) || saved - lost >= i128::from(DAY.0);
    let always_late = after.on_time <= line.free + after.run;
    alike || line.windows.len() == 1 && exact && always_late && early.late_cost_once == 0
}

/// For each lot those that may come at any time after it, where these may come right after each.
pub(super) fn reachable(followers: &[Lots]) -> Vec<Lots> {
    let mut reached = followers.to_vec();
    for between in 0..reached.len() {
        let on = reached[between];
        reached.iter_mut().filter(|from| **from >> between & 1 == 1).for_each(|from| *from |= on);
    }
    reached
}
