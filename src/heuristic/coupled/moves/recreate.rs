//! Ruin and recreate: orders that stand in each other's way leave, and come back in another order, each where it costs
//! least of some places (Christiaens and Vanden Berghe 2020; rivals for time on a line, and for scarce material).
//!
//! What comes first takes the room and the material; what then finds none is left out. So a plan gets from one
//! order that is made to another, which no move of one operation does.

use super::relocate;
use crate::heuristic::coupled::draw::Draw;
use smallvec::SmallVec;

/// Orders that leave, at most, and operations.
const MOST_ORDERS: usize = 4;
const MOST_OPERATIONS: usize = 32;
/// The chance in a hundred that it is tried where all orders drawn are made: it is slow, and then seldom better than
/// moves of one operation.
const ALL_MADE: usize = 10;
/// Places tried for each operation.
const PLACES: usize = 5;
/// Draws of an order that is left out.
const LOOKS: usize = 6;

/// Takes some orders out and brings them back, one of those left out first among them if there is one.
pub(super) fn propose(draw: &mut Draw<'_, '_>) -> Option<()> {
    let waiting = left_out(draw);
    if waiting.is_none() && !draw.chance(ALL_MADE) {
        return relocate::propose(draw);
    }
    let seed = match waiting {
        Some(order) => order,
        None => draw.network.operations[draw.operation()? as usize].order,
    };
    let mut orders: SmallVec<[u32; MOST_ORDERS + 1]> = SmallVec::new();
    if waiting.is_none() {
        ruin(draw, seed)?;
    }
    orders.push(seed);
    for _ in 0..1 + draw.below(MOST_ORDERS - 1) {
        let Some(order) = rival(draw, seed).filter(|order| !orders.contains(order)) else { continue };
        if ruin(draw, order).is_some() {
            orders.push(order);
        }
    }
    draw.timetable.settle(draw.network)?;
    if waiting.is_none() || draw.chance(50) {
        shuffle(draw, &mut orders);
    }
    for order in orders {
        recreate(draw, order);
    }
    Some(())
}

/// Some order that is left out and could be made.
fn left_out(draw: &mut Draw<'_, '_>) -> Option<u32> {
    if draw.chance(30) {
        return None;
    }
    let network = draw.network;
    let drawn = (0..LOOKS).map(|_| draw.below(network.orders.len()) as u32).collect::<SmallVec<[u32; LOOKS]>>();
    drawn.into_iter().find(|&order| !draw.timetable.made()[order as usize] && is_small(draw, order))
}

/// Whether an order may be ruined: it has lots, none of them begun, and not too many.
fn is_small(draw: &Draw<'_, '_>, order: u32) -> bool {
    let network = draw.network;
    let lots = &network.orders[order as usize].lots;
    let standing = lots.iter().filter(|&&lot| draw.timetable.stands(network, lot));
    let operations =
        standing.map(|&lot| network.lots[lot as usize].first..network.lots[lot as usize].past).map(|range| range.len());
    let begun = |lot: &u32| {
        let lot = network.lots[*lot as usize];
        (lot.first..lot.past).any(|operation| network.operations[operation as usize].is_fact)
    };
    !lots.is_empty() && operations.sum::<usize>() <= MOST_OPERATIONS && !lots.iter().any(begun)
}

/// Leaves an order out for now; none where it is not to be.
fn ruin(draw: &mut Draw<'_, '_>, order: u32) -> Option<()> {
    if !draw.timetable.made()[order as usize] || !is_small(draw, order) {
        return None;
    }
    draw.timetable.leave_out(draw.network, order);
    Some(())
}

/// An order in the way of another: one that takes a material it needs, or stands on a line it could run on at about the
/// time it would.
fn rival(draw: &mut Draw<'_, '_>, order: u32) -> Option<u32> {
    let network = draw.network;
    let lots = &network.orders[order as usize].lots;
    let lot = network.lots[lots[draw.below(lots.len())] as usize];
    let operation = lot.first + draw.below((lot.past - lot.first) as usize) as u32;
    let mode = draw.mode(operation, 0)?;
    let takes = network.takes_of(mode);
    let other = if !takes.is_empty() && draw.chance(70) {
        let (supply, _) = takes[draw.below(takes.len())];
        let takers = draw.timetable.takers(supply);
        let count = takers.len();
        let place = (count > 0).then(|| draw.below(count))?;
        draw.timetable.takers(supply)[place].operation
    } else {
        let line = network.modes[mode as usize].line;
        let place = draw.ready_place(operation, line);
        let last = draw.timetable.sequence(line).len().checked_sub(1)?;
        let place = draw.near(place.min(last), (0, last));
        draw.timetable.sequence(line)[place]
    };
    Some(network.operations[other as usize].order)
}

/// Makes an order again, unless that is impossible or leaving it out is cheaper.
fn recreate(draw: &mut Draw<'_, '_>, order: u32) {
    let before = draw.timetable.point();
    let cost = draw.timetable.cost();
    draw.timetable.make(draw.network, order);
    let mut lots = draw.lots_to_make(order);
    shuffle(draw, &mut lots);
    let fits = lots.into_iter().all(|lot| draw.fit_lot(lot, PLACES, cost).is_some());
    if !fits || draw.timetable.cost() > cost {
        draw.timetable.take_back_to(before);
    }
}

fn shuffle<A: smallvec::Array>(draw: &mut Draw<'_, '_>, list: &mut SmallVec<A>) {
    for place in (1..list.len()).rev() {
        list.swap(place, draw.below(place + 1));
    }
}
