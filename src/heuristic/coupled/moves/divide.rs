//! An item in other lots: split, so that its stages overlap or two lines share it, or merged, so that it sets up once.

use super::relocate;
use crate::heuristic::coupled::draw::Draw;

/// Draws of an item.
const LOOKS: usize = 4;
/// Places tried for each operation.
const PLACES: usize = 3;

/// Takes out the lots an item is made in and puts in those of another form.
pub(super) fn propose(draw: &mut Draw<'_, '_>) -> Option<()> {
    let network = draw.network;
    if network.divided.is_empty() {
        return relocate::propose(draw);
    }
    let operation = draw.operation()?;
    let lot = network.operations[operation as usize].lot;
    let mut forms = network.forms_of(lot);
    for _ in 0..LOOKS {
        if forms.is_none() {
            let drawn = &network.divided[draw.below(network.divided.len())];
            forms = drawn.iter().any(|form| draw.timetable.stands(network, form[0])).then_some(drawn.as_slice());
        }
    }
    let forms = forms?;
    let standing = forms.iter().position(|form| draw.timetable.stands(network, form[0]))?;
    let other = if draw.chance(50) { draw.near(standing, (0, forms.len() - 1)) } else { draw.below(forms.len()) };
    let other = if other == standing { (standing + 1) % forms.len() } else { other };
    for &lot in &forms[standing] {
        draw.timetable.drop_lot(network, lot);
    }
    draw.timetable.settle(network)?;
    for &lot in &forms[other] {
        draw.fit_lot(lot, PLACES, draw.later_most)?;
    }
    Some(())
}
