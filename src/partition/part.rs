//! A part as an instance of its own: its lines and orders, what they refer to, its share of the materials, its baseline.

use super::identity::Identity;
use crate::model::{Amount, Arrival, Baseline, Instance, LotEntry, Material, Meta};
use crate::problem::{LineIdx, OrderIdx, Problem, SupplyIdx};
use crate::units::Id;
use rustc_hash::{FxHashMap, FxHashSet};

/// What a part is made of.
pub(super) struct Portion {
    pub orders: Vec<OrderIdx>,
    pub lines: Vec<LineIdx>,
    /// What its orders take of each stock, in millionths.
    pub needs: FxHashMap<SupplyIdx, i128>,
}

/// What all parts need of each stock, in millionths.
pub(super) type Needs = FxHashMap<SupplyIdx, i128>;

/// The instance of a part.
pub(super) fn instance_of(
    whole: &Instance,
    problem: &Problem,
    portion: &Portion,
    all_needs: &Needs,
    identity: &Identity,
) -> Instance {
    let orders: Vec<_> = portion.orders.iter().map(|order| whole.orders[order.position()].clone()).collect();
    let lines: Vec<_> = portion.lines.iter().map(|line| whole.lines[line.position()].clone()).collect();
    let own_lines: FxHashSet<&str> = lines.iter().map(|line| line.id.as_str()).collect();
    let own_orders: FxHashSet<&str> = orders.iter().map(|order| order.id.as_str()).collect();
    let baseline = whole.baseline.as_ref().map(|known| baseline_of(known, whole, (&own_orders, &own_lines)));
    let sites: FxHashSet<&str> = lines.iter().filter_map(|line| line.site.as_deref()).collect();
    let mut used: FxHashSet<&str> =
        orders.iter().flat_map(|order| &order.items).map(|item| item.variant.as_str()).collect();
    let past = baseline.iter().flat_map(|baseline| &baseline.lots).filter_map(|lot| lot.variant.as_deref());
    used.extend(past);
    let variants: Vec<_> =
        whole.variants.iter().filter(|variant| used.contains(variant.id.as_str())).cloned().collect();
    let routes: FxHashSet<&str> = variants.iter().filter_map(|variant| variant.route.as_deref()).collect();
    let calendars: FxHashSet<&str> = lines.iter().filter_map(|line| line.calendar.as_deref()).collect();
    let changeovers: FxHashSet<&str> = lines.iter().filter_map(|line| line.changeovers.as_deref()).collect();
    let taken: FxHashSet<&str> =
        variants.iter().flat_map(|variant| &variant.materials).map(|taken| taken.id.as_str()).collect();
    let is_own_site = |site: &str| sites.contains(site);
    let materials = whole.materials.iter().enumerate().filter(|(_, material)| taken.contains(material.id.as_str()));
    let materials: Vec<Material> = materials
        .map(|(at, material)| share_of(material, SupplyIdx::at(at), problem, &portion.needs, all_needs))
        .collect();
    // A stock at a site whose lines are elsewhere is listed all the same, so that no variant names what is not there.
    let stocked: FxHashSet<&str> = materials.iter().filter_map(|material| material.site.as_deref()).collect();
    Instance {
        format: whole.format.clone(),
        name: Some(identity.name()),
        currency: whole.currency.clone(),
        time_zone: whole.time_zone.clone(),
        start: whole.start,
        end: whole.end,
        objective: whole.objective.clone(),
        calendars: (whole.calendars.iter()).filter(|one| calendars.contains(one.id.as_str())).cloned().collect(),
        sites: (whole.sites.iter())
            .filter(|site| is_own_site(&site.id) || stocked.contains(site.id.as_str()))
            .cloned()
            .collect(),
        transits: (whole.transits.iter())
            .filter(|transit| is_own_site(&transit.from) && is_own_site(&transit.to))
            .cloned()
            .collect(),
        changeovers: (whole.changeovers.iter()).filter(|one| changeovers.contains(one.id.as_str())).cloned().collect(),
        routes: (whole.routes.iter()).filter(|route| routes.contains(route.id.as_str())).cloned().collect(),
        materials,
        variants,
        baseline,
        lines,
        orders,
        meta: Some(Meta(serde_json::json!({
            "part": { "of": identity.whole, "number": identity.number, "parts": identity.parts },
        }))),
    }
}

/// What of the plan in force concerns a part: lots of its orders, and what lost orders have begun on its lines. Operations
/// on lines of other parts are left out: there is nothing frozen among them, and what the baseline does not know costs nothing.
fn baseline_of(
    whole: &Baseline,
    instance: &Instance,
    (orders, lines): (&FxHashSet<&str>, &FxHashSet<&str>),
) -> Baseline {
    let known: FxHashSet<&str> = instance.orders.iter().map(|order| order.id.as_str()).collect();
    let of_part = |lot: &LotEntry| {
        let lost = !known.contains(lot.order.as_str());
        if !lost && !orders.contains(lot.order.as_str()) {
            return None;
        }
        let mut lot = lot.clone();
        lot.operations.retain(|operation| lines.contains(operation.line.as_str()));
        (!lot.operations.is_empty()).then_some(lot)
    };
    Baseline { lots: whole.lots.iter().filter_map(of_part).collect(), ..whole_but_lots(whole) }
}

fn whole_but_lots(whole: &Baseline) -> Baseline {
    Baseline {
        frozen_until: whole.frozen_until,
        line_change_cost: whole.line_change_cost,
        start_change_cost_per_hour: whole.start_change_cost_per_hour,
        lots: Vec::new(),
        meta: whole.meta.clone(),
    }
}

/// A part's share of a stock: all of one that cannot run out or that only this part needs, else as large a share of what has
/// come by any instant as it has of the need, rounded down. The shares together are never more than there is, and where there
/// is enough for all, each has enough.
fn share_of(whole: &Material, supply: SupplyIdx, problem: &Problem, needs: &Needs, all: &Needs) -> Material {
    let need = needs.get(&supply).copied().unwrap_or(0);
    let total = all.get(&supply).copied().unwrap_or(0);
    if !problem.supplies[supply].scarce || total == 0 || need == total {
        return whole.clone();
    }
    let part = |amount: i128| (amount * need / total) as i64;
    let mut so_far = i128::from(whole.stock.0);
    let stock = Amount(part(so_far));
    let mut arrivals = whole.arrivals.clone();
    arrivals.sort_by_key(|arrival| arrival.at);
    for arrival in &mut arrivals {
        let before = part(so_far);
        so_far += i128::from(arrival.quantity.0);
        arrival.quantity = Amount(part(so_far) - before);
    }
    arrivals.retain(|arrival: &Arrival| arrival.quantity.0 > 0);
    Material { stock, arrivals, ..whole.clone() }
}
