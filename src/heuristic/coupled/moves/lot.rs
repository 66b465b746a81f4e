//! A whole lot anew: all its operations leave their lines and go in again one after another, often all at one site.

use crate::heuristic::coupled::draw::Draw;
use crate::heuristic::coupled::fit::LotList;
use smallvec::smallvec;

/// Takes the operations of a lot, or of all lots of an order, out and puts them in one by one.
pub(super) fn propose(draw: &mut Draw<'_, '_>) -> Option<()> {
    let operation = draw.operation()?;
    let facts = draw.network.operations[operation as usize];
    let network = draw.network;
    let standing = |&&lot: &&u32| draw.timetable.stands(network, lot);
    let mut lots: LotList = network.orders[facts.order as usize].lots.iter().filter(standing).copied().collect();
    let all = lots.len() > 1 && lots.len() < 8 && draw.chance(20);
    if !all {
        lots = smallvec![facts.lot];
    }
    for &lot in &lots {
        let lot = network.lots[lot as usize];
        for operation in (lot.first..lot.past).filter(|&one| !network.operations[one as usize].is_fact) {
            draw.timetable.take_out(network, operation);
        }
    }
    draw.settle_rest()?;
    let site = (network.places > 2 && draw.chance(70)).then(|| 1 + draw.below(network.places - 1));
    for lot in lots {
        draw.put_in_lot(lot, 30, site)?;
    }
    Some(())
}
