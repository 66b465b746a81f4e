//! A model's faults, all of them at once, one file per noun.
//!
//! First each part of the file is judged by itself and by what it refers to, in the order of the file. Where nothing
//! but single orders is at fault, each sound order is then held against the lines, calendars and materials in the
//! most favourable light: what fails even so is impossible before anything is tried. (With a fault in the plant
//! itself that second look would only echo it.) Nothing here searches, and what passes may still not fit together.

mod baseline;
mod calendar;
mod changeover;
mod eligibility;
mod horizon;
mod line;
mod magnitude;
mod material;
mod names;
mod order;
mod possible;
mod route;
mod site;
mod timing;
mod variant;

use crate::diagnostic::Diagnostic;
use crate::model::Instance;
use names::Names;
use rustc_hash::{FxHashMap, FxHashSet};

/// Every fault of `instance`: errors, warnings and notes, in the order of the file.
///
/// What concerns one order alone carries that order's id. An error that does not makes the whole file unusable.
pub fn validate(instance: &Instance) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    let names = Names::collect(instance, &mut faults);
    let zone = horizon::check(instance, &mut faults);
    if let Some(zone) = &zone {
        calendar::check(instance, zone, &mut faults);
    }
    site::check(instance, &names, &mut faults);
    changeover::check(instance, &names, &mut faults);
    line::check(instance, &names, &mut faults);
    route::check(instance, &mut faults);
    material::check(instance, &names, &mut faults);
    variant::check(instance, &names, &mut faults);
    order::check(instance, &names, &mut faults);
    baseline::check(instance, &names, &mut faults);
    let plant_is_sound = !faults.iter().any(|fault| fault.is_error() && fault.order.is_none());
    if let Some(zone) = zone.filter(|_| plant_is_sound) {
        let faulty: FxHashSet<String> =
            faults.iter().filter(|fault| fault.is_error()).filter_map(|fault| fault.order.clone()).collect();
        let lines = eligibility::Eligibility::new(instance);
        magnitude::check(&lines, &faulty, &mut faults);
        let plant_is_sound = !faults.iter().any(|fault| fault.is_error() && fault.order.is_none());
        if plant_is_sound {
            let faulty: FxHashSet<String> =
                faults.iter().filter(|fault| fault.is_error()).filter_map(|fault| fault.order.clone()).collect();
            possible::check(&lines, &zone, &faulty, &mut faults);
        }
    }
    faults.sort_by_cached_key(|fault| place(&fault.pointer));
    faults
}

/// Where a fault stands: its section of the file and the position in it; the rest keeps the order of finding.
fn place(pointer: &str) -> (usize, usize) {
    const SECTIONS: [&str; 10] = [
        "calendars",
        "sites",
        "transits",
        "changeovers",
        "lines",
        "routes",
        "materials",
        "variants",
        "orders",
        "baseline",
    ];
    let mut tokens = pointer.split('/').skip(1);
    let section = tokens.next().and_then(|section| SECTIONS.iter().position(|known| *known == section));
    let position = tokens.next().and_then(|token| token.parse().ok());
    (section.map_or(0, |section| section + 1), position.unwrap_or(0))
}

/// Whether anything forbids using the instance as it stands.
pub fn has_errors(faults: &[Diagnostic]) -> bool {
    faults.iter().any(Diagnostic::is_error)
}

/// The instance without the orders that have errors of their own, and those orders with the first error of each.
///
/// `None` where other errors remain, which no leaving out cures. Of two orders with one id neither can be told to be
/// the right one: both are left out. The rest of the file stays as it is, the baseline's lots of such orders included; those
/// that stand there twice become lots of their own, for what happened holds its line, whatever it is called.
pub fn set_aside(instance: &Instance, faults: &[Diagnostic]) -> Option<(Instance, Vec<(String, Diagnostic)>)> {
    let mut reasons: Vec<(String, Diagnostic)> = Vec::new();
    let mut known: FxHashMap<&str, ()> = FxHashMap::default();
    for fault in faults.iter().filter(|fault| fault.is_error()) {
        let order = fault.order.as_deref()?;
        if known.insert(order, ()).is_none() {
            reasons.push((order.to_string(), fault.clone()));
        }
    }
    let orders = instance.orders.iter().filter(|order| !known.contains_key(order.id.as_str())).cloned().collect();
    let mut rest = Instance { orders, ..shell(instance) };
    if let Some(baseline) = &mut rest.baseline {
        baseline::tell_apart(baseline, |order| known.contains_key(order));
    }
    Some((rest, reasons))
}

/// A copy of everything but the orders, which may be many.
fn shell(instance: &Instance) -> Instance {
    let Instance { format, name, currency, time_zone, start, end, objective, calendars, sites, transits, .. } =
        instance;
    let Instance { changeovers, lines, routes, materials, variants, baseline, meta, .. } = instance;
    Instance {
        format: format.clone(),
        name: name.clone(),
        currency: currency.clone(),
        time_zone: time_zone.clone(),
        start: *start,
        end: *end,
        objective: objective.clone(),
        calendars: calendars.clone(),
        sites: sites.clone(),
        transits: transits.clone(),
        changeovers: changeovers.clone(),
        lines: lines.clone(),
        routes: routes.clone(),
        materials: materials.clone(),
        variants: variants.clone(),
        orders: Vec::new(),
        baseline: baseline.clone(),
        meta: meta.clone(),
    }
}
