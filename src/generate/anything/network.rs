//! Where lines stand and what products are made from.

use super::{anchor_of, is_anchor, operations_of, variant_of};
use crate::generate::shifts::{after, seconds};
use crate::generate::stream::Stream;
use crate::model::{Amount, Arrival, Delivery, Instance, Material, MaterialUse, Site, Transit};
use crate::units::{HOUR, Money};
use std::collections::BTreeSet;

const REGIONS: [&str; 2] = ["east", "west"];

/// Sites, deliveries and transits, such that the anchors reach one another and every region.
pub(super) fn sites(instance: &mut Instance, stream: &mut Stream) {
    let names = ["north", "south"];
    // Either the anchors share a site, or all of the sites are joined both ways.
    let together = stream.chance(50);
    for index in 0..instance.lines.len() {
        let anchor = is_anchor(instance, index);
        let drawn = stream.below(if anchor { 2 } else { 3 });
        let site = if anchor && together { 0 } else { drawn };
        instance.lines[index].site = names.get(site).map(ToString::to_string);
    }
    for name in names {
        let mut deliveries = Vec::new();
        if stream.chance(65) {
            for region in REGIONS {
                deliveries.push(Delivery {
                    region: region.to_string(),
                    time: seconds(*stream.pick(&[0, 1_800, 86_400, 172_800])),
                    cost_per_unit: Money(*stream.pick(&[0, 4_000, 12_345])),
                    meta: None,
                });
            }
            // Only the site without anchors may leave a region out.
            let has_anchor = |index| is_anchor(instance, index) && instance.lines[index].site.as_deref() == Some(name);
            if !(0..instance.lines.len()).any(has_anchor) && stream.chance(50) {
                deliveries.pop();
            }
        }
        instance.sites.push(Site { id: name.to_string(), deliveries, meta: None });
    }
    for (from, to) in [("north", "south"), ("south", "north")] {
        if !together || stream.chance(60) {
            instance.transits.push(Transit {
                from: from.to_string(),
                to: to.to_string(),
                time: seconds(*stream.pick(&[0, 3_600, 14_400])),
                cost_per_unit: Money(*stream.pick(&[0, 1_000, 3_333])),
                meta: None,
            });
        }
    }
    for order in &mut instance.orders {
        order.region = stream.chance(70).then(|| stream.pick(&REGIONS).to_string());
    }
}

/// Materials for some variants: enough of them for the anchors' sites, though not all at once; elsewhere perhaps not.
pub(super) fn materials(instance: &mut Instance, stream: &mut Stream) {
    let names = ["cloth", "thread"];
    for index in 0..instance.variants.len() {
        let operations = operations_of(instance, &instance.variants[index]);
        for name in names {
            if stream.chance(50) {
                continue;
            }
            let operation = stream.pick(&operations).clone();
            instance.variants[index].materials.push(MaterialUse {
                id: name.to_string(),
                per_unit: Amount(*stream.pick(&[1_400_000, 1, 333_333, 2_000_000, 999_999])),
                operation: operation.filter(|_| stream.chance(60)),
                meta: None,
            });
        }
    }
    for name in names {
        let need = need(instance, name);
        let sites: Vec<String> = instance.sites.iter().map(|site| site.id.clone()).collect();
        let mut entries: Vec<Option<String>> = sites.into_iter().filter(|_| stream.chance(50)).map(Some).collect();
        // Lines whose site has no entry take from the one without a site.
        let served = |site: &Option<String>| entries.contains(site);
        if !instance.lines.iter().all(|line| served(&line.site)) || stream.chance(30) {
            entries.push(None);
        }
        let anchors: BTreeSet<Option<String>> = (0..instance.lines.len())
            .filter(|line| is_anchor(instance, *line))
            .map(|line| instance.lines[line].site.clone())
            .collect();
        for site in entries.clone() {
            let serves = |anchor: &Option<String>| *anchor == site || (site.is_none() && !entries.contains(anchor));
            let enough = anchors.iter().any(serves) || stream.chance(50);
            instance.materials.push(stock(instance, name, site, if enough { need } else { need / 3 }, stream));
        }
    }
}

fn stock(instance: &Instance, name: &str, site: Option<String>, supply: i64, stream: &mut Stream) -> Material {
    let at_start = supply / 100 * stream.between(0, 100);
    let mut arrivals = Vec::new();
    let mut rest = supply - at_start;
    while rest > 0 {
        let quantity = if arrivals.len() == 2 { rest } else { (rest / 2).max(1) };
        let at = after(instance.start, stream.between(-6, 144) * HOUR.0);
        arrivals.push(Arrival { at, quantity: Amount(quantity), meta: None });
        rest -= quantity;
    }
    Material { id: name.to_string(), site, stock: Amount(at_start), arrivals, meta: None }
}

/// What all orders together can take of a material, in millionths: yields are at least a half, so at most two pieces
/// are run for each one ordered.
fn need(instance: &Instance, name: &str) -> i64 {
    let items = instance.orders.iter().flat_map(|order| &order.items);
    items
        .map(|item| {
            let uses = variant_of(instance, &item.variant).materials.iter().filter(|used| used.id == name);
            uses.map(|used| used.per_unit.0).sum::<i64>() * 2 * item.quantity
        })
        .sum()
}

/// Adds to the stock a line takes `name` from, so that work already begun there has what it needs.
pub(super) fn replenish(instance: &mut Instance, variant: &str, operation: Option<&str>, quantity: i64) {
    let variant = variant_of(instance, variant).clone();
    let operations = operations_of(instance, &variant);
    let first = operations.first().cloned().flatten();
    let site = anchor_of(instance, &variant, operation).site.clone();
    for used in &variant.materials {
        if used.operation.as_ref().or(first.as_ref()).map(String::as_str) != operation {
            continue;
        }
        let own = |entry: &Material| entry.id == used.id && entry.site == site;
        let common = |entry: &Material| entry.id == used.id && entry.site.is_none();
        let entries = &instance.materials;
        if let Some(index) = entries.iter().position(own).or_else(|| entries.iter().position(common)) {
            instance.materials[index].stock.0 += used.per_unit.0 * 2 * quantity;
        }
    }
}
