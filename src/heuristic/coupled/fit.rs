//! Lots that stand nowhere go in where they cost least of some places drawn: what ruin and recreate, and other forms, are
//! made of.

use super::draw::Draw;
use crate::plan::LotIdx;
use crate::schedule::network::OpId;
use smallvec::SmallVec;

/// Lots, mostly few.
pub(super) type LotList = SmallVec<[u32; 8]>;

impl Draw<'_, '_> {
    /// The lots to make an order in: of an item that may be made in several forms those of one of them.
    pub fn lots_to_make(&mut self, order: u32) -> LotList {
        let network = self.network;
        let mut chosen: SmallVec<[(u32, usize); 4]> = SmallVec::new();
        let mut lots = LotList::new();
        for &lot in &network.orders[order as usize].lots {
            let Some(forms) = network.forms_of(lot) else {
                lots.push(lot);
                continue;
            };
            let divided = network.lots[lot as usize].divided;
            let known = chosen.iter().find(|(known, _)| *known == divided).map(|(_, form)| *form);
            let form = known.unwrap_or_else(|| {
                // Few lots are the rule.
                let form = if self.chance(60) { 0 } else { self.below(forms.len()) };
                chosen.push((divided, form));
                form
            });
            if forms[form].contains(&lot) {
                lots.push(lot);
            }
        }
        lots
    }

    /// Puts all operations of a lot, none of which stands in a sequence, where each costs least, or ends first, of some
    /// places drawn. None where one of them cannot be put at any of them, or all cost more than `most`. The timetable must be
    /// settled, and is then.
    pub fn fit_lot(&mut self, lot: u32, places: usize, most: i64) -> Option<()> {
        let network = self.network;
        let route = network.problem.route_of(network.plan.lots[LotIdx(lot)].item);
        let soon = self.chance(50);
        for &step in &route.topological {
            let operation = network.lots[lot as usize].first + u32::from(step);
            if !network.operations[operation as usize].is_fact {
                self.fit(operation, places, soon, most)?;
            }
        }
        Some(())
    }

    /// Puts an operation at the best of some places; `soon` says that those before the last of their lot go by their end.
    fn fit(&mut self, operation: OpId, places: usize, soon: bool, most: i64) -> Option<()> {
        let network = self.network;
        let by_end = soon && !network.operations[operation as usize].is_last;
        let before = self.timetable.point();
        let mut best: Option<((i64, i64), u32, usize)> = None;
        for _ in 0..places {
            let mode = self.mode(operation, 0)?;
            let place = self.place_to_fit(operation, mode);
            self.timetable.put_in(network, operation, mode, place);
            let value = if by_end {
                self.timetable.time_put_in(network, operation).map(|end| (end, 0))
            } else {
                let most = best.map_or(most, |((cost, _), _, _)| cost);
                self.settle_put(most).map(|cost| (cost, self.timetable.here(operation).end))
            };
            if let Some(value) = value.filter(|value| best.is_none_or(|(known, _, _)| *value < known)) {
                best = Some((value, mode, place));
            }
            self.timetable.take_back_to(before);
        }
        let (_, mode, place) = best?;
        self.timetable.put_in(network, operation, mode, place);
        self.settle_put(most).map(|_| ())
    }

    /// Mostly where it could begin as soon as it may.
    fn place_to_fit(&mut self, operation: OpId, mode: u32) -> usize {
        if self.chance(50) {
            return self.place(operation, mode);
        }
        let line = self.network.modes[mode as usize].line;
        let window = self.timetable.window(self.network, operation, line);
        let place = self.ready_place(operation, line);
        self.near(place, window)
    }
}
