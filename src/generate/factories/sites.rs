//! Where print-on-demand prints and where its orders go: three sites on a continent, or a ring of as many as wanted.
//!
//! On the ring every site has a region of its own that it is near to; the regions between are as far as there are sites
//! between, and demand differs by region while machines do not, so that what a site cannot print in time its neighbours
//! must. The last region is abroad, near to none.

use crate::generate::parts::{cents, delivery};
use crate::model::Site;
use crate::units::HOUR;

/// The three sites there are unless a network is asked for.
const SITES: [&str; 3] = ["charlotte", "dallas", "reno"];
const REGIONS: [&str; 4] = ["east", "central", "west", "abroad"];
/// Hours from a site to a region, row = site.
const HOURS: [[i64; 4]; 3] = [[20, 32, 56, 96], [32, 20, 32, 96], [56, 32, 20, 96]];
/// Of a hundred orders 40 go east, 25 to the middle, 30 west, 5 abroad; cumulative.
const SHARES: [i64; 4] = [40, 65, 95, 100];
/// On the ring: hours to the own region, more for each site between, the most within the ring, and to abroad.
const OWN: i64 = 20;
const FURTHER: i64 = 12;
const FARTHEST: i64 = 80;
const ABROAD: i64 = 96;

/// Sites, regions, and what lies between.
pub(super) struct Network {
    /// Site ids.
    pub sites: Vec<String>,
    /// Region names; the last is abroad.
    pub regions: Vec<String>,
    /// How often each region is ordered from, cumulative.
    pub shares: Vec<i64>,
    hours: Vec<Vec<i64>>,
}

impl Network {
    /// The three sites, or a ring of so many.
    pub(super) fn new(ring: Option<i64>) -> Self {
        let Some(count) = ring else {
            return Self {
                sites: SITES.map(str::to_string).to_vec(),
                regions: REGIONS.map(str::to_string).to_vec(),
                shares: SHARES.to_vec(),
                hours: HOURS.iter().map(|row| row.to_vec()).collect(),
            };
        };
        let between = |site: i64, region: i64| (site - region).abs().min(count - (site - region).abs());
        let row = |site| {
            let within = (0..count).map(move |region| (OWN + FURTHER * between(site, region)).min(FARTHEST));
            within.chain([ABROAD]).collect()
        };
        // Regions order 3, 4, 5, 3, 4, 5, ... times as often as one another; abroad has a twentieth of all.
        let weights = (0..count).map(|region| 3 + region % 3);
        let within: i64 = weights.clone().sum();
        let running = |sum: &mut i64, weight| {
            *sum += weight;
            Some(*sum)
        };
        Self {
            sites: (1..=count).map(|site| format!("site-{site:02}")).collect(),
            regions: (1..=count).map(|region| format!("region-{region:02}")).chain(["abroad".to_string()]).collect(),
            shares: weights.chain([(within / 19).max(1)]).scan(0, running).collect(),
            hours: (0..count).map(row).collect(),
        }
    }

    /// The sites with their deliveries.
    pub(super) fn sites(&self) -> Vec<Site> {
        let site = |(id, hours): (&String, &Vec<i64>)| Site {
            id: id.clone(),
            deliveries: (self.regions.iter().zip(hours))
                .map(|(region, hours)| delivery(region, hours * HOUR.0, cents(200 + 5 * hours)))
                .collect(),
            meta: None,
        };
        self.sites.iter().zip(&self.hours).map(site).collect()
    }
}
