//! Sites: journeys between them, and deliveries from them to regions.

use super::{RegionIdx, SiteIdx};
use crate::model::Instance;
use crate::units::{Id, Money, Seconds};
use rustc_hash::FxHashMap;

/// What a journey or a delivery takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Journey {
    /// Elapsed time.
    pub time: Seconds,
    /// Per piece of the lot's quantity.
    pub cost_per_unit: Money,
}

/// Transits and deliveries as tables; what cannot be done is absent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    sites: usize,
    regions: usize,
    transits: Vec<Option<Journey>>,
    deliveries: Vec<Option<Journey>>,
}

impl Places {
    /// Compiles sites and transits; also returns the numbers of sites and regions by name.
    pub fn new(instance: &Instance) -> (Self, FxHashMap<&str, SiteIdx>, FxHashMap<&str, RegionIdx>) {
        let site_names: FxHashMap<&str, SiteIdx> =
            instance.sites.iter().enumerate().map(|(index, site)| (site.id.as_str(), SiteIdx::at(index))).collect();
        let mut region_names: FxHashMap<&str, RegionIdx> = FxHashMap::default();
        let listed = instance.sites.iter().flat_map(|site| site.deliveries.iter().map(|d| d.region.as_str()));
        for region in listed.chain(instance.orders.iter().filter_map(|order| order.region.as_deref())) {
            let next = RegionIdx::at(region_names.len());
            region_names.entry(region).or_insert(next);
        }
        let (sites, regions) = (instance.sites.len(), region_names.len());
        let mut transits = vec![None; sites * sites];
        for transit in &instance.transits {
            let (from, to) = (site_names[transit.from.as_str()].0 as usize, site_names[transit.to.as_str()].0 as usize);
            transits[from * sites + to] = Some(Journey { time: transit.time.0, cost_per_unit: transit.cost_per_unit });
        }
        let mut deliveries = vec![None; sites * regions];
        for (index, site) in instance.sites.iter().enumerate() {
            let row = &mut deliveries[index * regions..(index + 1) * regions];
            if site.deliveries.is_empty() {
                row.fill(Some(Journey::default()));
            }
            for delivery in &site.deliveries {
                row[region_names[delivery.region.as_str()].0 as usize] =
                    Some(Journey { time: delivery.time.0, cost_per_unit: delivery.cost_per_unit });
            }
        }
        (Self { sites, regions, transits, deliveries }, site_names, region_names)
    }

    /// The journey between two lines' sites; none where that pair cannot be used.
    pub fn transit(&self, from: Option<SiteIdx>, to: Option<SiteIdx>) -> Option<Journey> {
        match (from, to) {
            (from, to) if from == to => Some(Journey::default()),
            (Some(from), Some(to)) => self.transits[from.position() * self.sites + to.position()],
            // A line without a site and one with: no pair of sites that could be listed.
            _ => None,
        }
    }

    /// The delivery from a site to a region; none where the site lists only other regions.
    pub fn delivery(&self, site: Option<SiteIdx>, region: Option<RegionIdx>) -> Option<Journey> {
        match (site, region) {
            (Some(site), Some(region)) => self.deliveries[site.position() * self.regions + region.position()],
            _ => Some(Journey::default()),
        }
    }
}
