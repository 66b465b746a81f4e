//! Stocks of materials: how much has arrived by when, and from when on an amount can be had.

use super::{SiteIdx, SupplyIdx};
use crate::model::Instance;
use crate::units::{IdVec, Seconds};
use rustc_hash::FxHashMap;

/// One stock.
#[derive(Clone, Debug)]
pub(crate) struct Supply {
    /// Instants and, from each on, all that has come so far in millionths; the first is "ever since".
    arrived: Vec<(Seconds, i64)>,
    /// Whether all orders together could want more than there is at the start: only then can it delay anything.
    pub scarce: bool,
    /// What facts from `start` on take, in millionths: gone before anything decided takes.
    pub reserved: i64,
    /// The same, fact by fact: when it starts, and what it takes.
    pub facts: Vec<(Seconds, i64)>,
}

impl Supply {
    /// From when on `amount` millionths in all are there for decided operations; none: they never are.
    pub fn available_from(&self, amount: i64) -> Option<Seconds> {
        let amount = amount.saturating_add(self.reserved);
        let index = self.arrived.partition_point(|&(_, total)| total < amount);
        self.arrived.get(index).map(|&(from, _)| from)
    }

    /// What decided operations may have taken in all by `instant`, in millionths; below zero where facts took more.
    #[cfg(feature = "mip")]
    pub fn available_by(&self, instant: Seconds) -> i64 {
        let index = self.arrived.partition_point(|&(from, _)| from <= instant);
        self.arrived[index.max(1) - 1].1.saturating_sub(self.reserved)
    }

    /// All that has come by an instant, in millionths.
    pub fn arrived_by(&self, instant: Seconds) -> i64 {
        let index = self.arrived.partition_point(|&(from, _)| from <= instant);
        self.arrived[index - 1].1
    }

    /// The last instant before `instant` at which something came; the first entry, "ever since", does not count.
    pub fn arrival_before(&self, instant: Seconds) -> Option<Seconds> {
        let index = self.arrived.partition_point(|&(from, _)| from < instant);
        (index > 1).then(|| self.arrived[index - 1].0)
    }

    /// What is there at the start, in millionths.
    pub fn stock(&self) -> i64 {
        self.arrived[0].1
    }
}

/// Which stock a material's use at a site draws on: the site's own, else the one of no site.
#[derive(Clone, Debug, Default)]
pub(crate) struct SupplyLookup {
    by_material: Vec<Entry>,
}

#[derive(Clone, Debug, Default)]
struct Entry {
    general: Option<SupplyIdx>,
    of_site: Vec<(SiteIdx, SupplyIdx)>,
}

impl SupplyLookup {
    /// The stock of a material for a line of `site`; none: the line cannot run what needs it.
    pub fn supply(&self, material: u32, site: Option<SiteIdx>) -> Option<SupplyIdx> {
        let entry = &self.by_material[material as usize];
        let own = site.and_then(|site| entry.of_site.iter().find(|(of, _)| *of == site));
        own.map(|&(_, supply)| supply).or(entry.general)
    }
}

/// Compiles stocks; `scarce` is set later, when the demand is known. Also returns material numbers by name.
pub(super) fn compile<'a>(
    instance: &'a Instance,
    sites: &FxHashMap<&str, SiteIdx>,
) -> (IdVec<SupplyIdx, Supply>, SupplyLookup, FxHashMap<&'a str, u32>) {
    let mut supplies = IdVec::new();
    let mut lookup = SupplyLookup::default();
    let mut names: FxHashMap<&str, u32> = FxHashMap::default();
    for material in &instance.materials {
        let mut arrivals: Vec<(Seconds, i64)> =
            material.arrivals.iter().map(|arrival| (arrival.at.seconds, arrival.quantity.0)).collect();
        arrivals.sort_unstable();
        let mut total = material.stock.0;
        let mut arrived = vec![(Seconds(i64::MIN), total)];
        for (at, quantity) in arrivals {
            total = total.saturating_add(quantity);
            arrived.push((at, total));
        }
        let supply = supplies.push(Supply { arrived, scarce: true, reserved: 0, facts: Vec::new() });
        let next = names.len() as u32;
        let number = *names.entry(material.id.as_str()).or_insert(next);
        if number == next {
            lookup.by_material.push(Entry::default());
        }
        let entry = &mut lookup.by_material[number as usize];
        match material.site.as_deref() {
            Some(site) => entry.of_site.push((sites[site], supply)),
            None => entry.general = Some(supply),
        }
    }
    (supplies, lookup, names)
}

impl SupplyLookup {
    /// How many materials there are: their numbers are those below.
    pub fn materials(&self) -> u32 {
        self.by_material.len() as u32
    }

    /// The supplies a material may be drawn from.
    pub fn all_of(&self, material: u32) -> impl Iterator<Item = SupplyIdx> + '_ {
        let entry = &self.by_material[material as usize];
        entry.general.into_iter().chain(entry.of_site.iter().map(|&(_, supply)| supply))
    }
}

/// Marks the supplies that cannot run out as not scarce. `demand` is the most that may be taken, by supply.
pub(super) fn mark_scarce(supplies: &mut IdVec<SupplyIdx, Supply>, demand: &[i128]) {
    for (supply, most) in supplies.iter_mut().zip(demand) {
        supply.scarce = *most > i128::from(supply.stock());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Five pieces ever since, three more at 10, one at 20; facts take two.
    fn supply() -> Supply {
        let arrived = vec![(Seconds(i64::MIN), 5), (Seconds(10), 8), (Seconds(20), 9)];
        Supply { arrived, scarce: false, reserved: 2, facts: vec![(Seconds(3), 2)] }
    }

    #[test]
    fn an_amount_is_there_once_so_much_has_come_besides_what_facts_take() {
        let from = |amount| supply().available_from(amount).map(|from| from.0);
        assert_eq!([3, 4, 6, 7, 8].map(from), [Some(i64::MIN), Some(10), Some(10), Some(20), None]);
        assert_eq!([9, 10, 19, 20].map(|at| supply().arrived_by(Seconds(at))), [5, 8, 8, 9]);
        assert_eq!(supply().stock(), 5);
    }

    #[test]
    fn what_was_there_ever_since_is_no_arrival() {
        let before = |instant| supply().arrival_before(Seconds(instant)).map(|at| at.0);
        assert_eq!([10, 11, 20, 21].map(before), [None, Some(10), Some(10), Some(20)]);
    }

    #[test]
    fn what_can_be_wanted_in_all_decides_what_is_scarce() {
        let mut supplies: IdVec<SupplyIdx, Supply> = [supply(), supply()].into_iter().collect();
        mark_scarce(&mut supplies, &[5, 6]);
        assert_eq!(supplies.iter().map(|supply| supply.scarce).collect::<Vec<_>>(), [false, true]);
    }
}
