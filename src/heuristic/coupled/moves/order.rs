//! An order that may be refused is refused, or one that is left out comes back.

use crate::heuristic::coupled::draw::Draw;

/// Leaves an order out, or brings one back.
pub(super) fn propose(draw: &mut Draw<'_, '_>) -> Option<()> {
    let network = draw.network;
    // Most orders are made: a few are looked at for one that is not, or that may be left out.
    for _ in 0..16 {
        let order = draw.below(network.orders.len()) as u32;
        let facts = &network.orders[order as usize];
        if facts.lots.is_empty() {
            continue;
        }
        if !draw.timetable.made()[order as usize] {
            draw.timetable.make(network, order);
            draw.settle_rest()?;
            for lot in draw.lots_to_make(order) {
                draw.put_in_lot(lot, 0, None)?;
            }
            return Some(());
        }
        if facts.left_out_cost < network.unplanned_penalty && draw.chance(25) {
            draw.timetable.leave_out(network, order);
            return Some(());
        }
    }
    None
}
