//! Who can run what: stages, capabilities, the first matching rate, and material entries for the line's site.

use super::symbols::{Row, Symbols};
use super::{LineIdx, Mode, ModeSetIdx, Rate, RateIdx, SiteIdx, supply::SupplyLookup};
use crate::model::{self, Instance};
use crate::units::{Id, IdVec};
use rustc_hash::{FxHashMap, FxHashSet};

/// What decides who can run a kind; kinds alike in it share a mode set.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Signature<'a> {
    /// The stage its line must work in.
    pub stage: Option<&'a str>,
    /// What its line must offer, sorted.
    pub requires: Vec<&'a str>,
    /// Values of the attributes that some rate matches on.
    pub matched: Vec<u32>,
    /// Materials it takes, sorted.
    pub materials: Vec<u32>,
}

/// The lines as the signatures see them.
pub(super) struct Lines<'a> {
    lines: Vec<LineFacts<'a>>,
    by_stage: FxHashMap<Option<&'a str>, Vec<u32>>,
    /// Attributes some rate matches on.
    pub matched: Vec<u32>,
    known: FxHashMap<Signature<'a>, ModeSetIdx>,
    sets: FxHashMap<Vec<Mode>, ModeSetIdx>,
    /// The mode sets so far.
    pub mode_sets: IdVec<ModeSetIdx, Vec<Mode>>,
}

struct LineFacts<'a> {
    offers: FxHashSet<&'a str>,
    site: Option<SiteIdx>,
    /// Rates in the order of the file: what must agree (position in `matched`, value), and the compiled rate.
    rates: Vec<(Vec<(usize, u32)>, RateIdx)>,
    /// Positions in `rates` by the value of the attribute most of them match on; benchmarks have one rate per variant.
    index: Option<RateIndex>,
}

struct RateIndex {
    attribute: usize,
    by_value: FxHashMap<u32, Vec<u32>>,
    /// Rates that do not match on the attribute.
    others: Vec<u32>,
}

impl<'a> Lines<'a> {
    /// Compiles every line's rates into `rates`.
    pub fn new(
        instance: &'a Instance,
        symbols: &mut Symbols<'a>,
        sites: &FxHashMap<&str, SiteIdx>,
        rates: &mut IdVec<RateIdx, Rate>,
    ) -> Self {
        let mut matched: Vec<u32> = Vec::new();
        let mut lines = Vec::with_capacity(instance.lines.len());
        let mut by_stage: FxHashMap<Option<&str>, Vec<u32>> = FxHashMap::default();
        for (position, line) in instance.lines.iter().enumerate() {
            by_stage.entry(line.stage.as_deref()).or_default().push(position as u32);
            let compiled = line.rates.iter().map(|rate| {
                let conditions = rate.matches.iter().flat_map(model::Named::iter).map(|(name, value)| {
                    let attribute = symbols.attribute(name);
                    let place = matched.iter().position(|&known| known == attribute).unwrap_or_else(|| {
                        matched.push(attribute);
                        matched.len() - 1
                    });
                    (place, symbols.value(attribute, value))
                });
                (conditions.collect::<Vec<_>>(), rates.push(compile_rate(rate)))
            });
            let rates: Vec<_> = compiled.collect();
            lines.push(LineFacts {
                offers: line.offers.iter().map(String::as_str).collect(),
                site: line.site.as_deref().map(|site| sites[site]),
                index: RateIndex::new(&rates),
                rates,
            });
        }
        Self {
            lines,
            by_stage,
            matched,
            known: FxHashMap::default(),
            sets: FxHashMap::default(),
            mode_sets: IdVec::new(),
        }
    }

    /// The values of a row that rates match on.
    pub fn matched_values(&self, row: &Row) -> Vec<u32> {
        self.matched.iter().map(|&attribute| row.get(attribute)).collect()
    }

    /// The mode set of a signature.
    pub fn mode_set(&mut self, signature: Signature<'a>, supplies: &SupplyLookup) -> ModeSetIdx {
        if let Some(&known) = self.known.get(&signature) {
            return known;
        }
        let mut modes = Vec::new();
        for &position in self.by_stage.get(&signature.stage).map_or(&[][..], Vec::as_slice) {
            let line = &self.lines[position as usize];
            let able = signature.requires.iter().all(|capability| line.offers.contains(capability))
                && signature.materials.iter().all(|&material| supplies.supply(material, line.site).is_some());
            if able && let Some(rate) = line.first_match(&signature.matched) {
                modes.push(Mode { line: LineIdx::at(position as usize), rate });
            }
        }
        let set = *self.sets.entry(modes).or_insert_with_key(|modes| self.mode_sets.push(modes.clone()));
        self.known.insert(signature, set);
        set
    }
}

impl LineFacts<'_> {
    fn first_match(&self, values: &[u32]) -> Option<RateIdx> {
        let agrees =
            |&position: &u32| self.rates[position as usize].0.iter().all(|&(place, value)| values[place] == value);
        let position = match &self.index {
            None => (0..self.rates.len() as u32).find(agrees),
            Some(index) => {
                let own =
                    index.by_value.get(&values[index.attribute]).and_then(|list| list.iter().copied().find(agrees));
                let other = index.others.iter().copied().find(agrees);
                own.into_iter().chain(other).min()
            }
        };
        position.map(|position| self.rates[position as usize].1)
    }
}

impl RateIndex {
    /// An index on the attribute most rates match on, where there are enough rates to pay for it.
    fn new(rates: &[(Vec<(usize, u32)>, RateIdx)]) -> Option<Self> {
        if rates.len() < 8 {
            return None;
        }
        let mut counts: FxHashMap<usize, usize> = FxHashMap::default();
        for &(place, _) in rates.iter().flat_map(|(conditions, _)| conditions) {
            *counts.entry(place).or_default() += 1;
        }
        let attribute = counts.into_iter().max_by_key(|&(place, count)| (count, std::cmp::Reverse(place)))?.0;
        let mut index = Self { attribute, by_value: FxHashMap::default(), others: Vec::new() };
        for (position, (conditions, _)) in rates.iter().enumerate() {
            match conditions.iter().find(|(place, _)| *place == attribute) {
                Some(&(_, value)) => index.by_value.entry(value).or_default().push(position as u32),
                None => index.others.push(position as u32),
            }
        }
        Some(index)
    }
}

fn compile_rate(rate: &model::Rate) -> Rate {
    Rate {
        fixed: rate.fixed_time.0,
        yield_micro: rate.yield_share.0,
        cost_per_unit: rate.cost_per_unit,
        ..Rate::new(rate.seconds_per_unit.map(|amount| amount.0), rate.units_per_hour.map(|amount| amount.0))
    }
}
