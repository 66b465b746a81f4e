//! From a validated instance to a problem, noun by noun.

use super::baseline::{Baseline, BaselineLot, BaselineOperation, Fact};
use super::changeovers::{Changeovers, ClassIdx};
use super::eligibility::{Lines, Signature};
use super::symbols::{Row, Symbols};
use super::*;
use crate::model;
use crate::units::Id;
use crate::working_time::expand;
use rustc_hash::FxHashMap;
use std::borrow::Cow;

/// Compiles `instance`, which has no errors.
pub(super) fn compile(instance: &Instance) -> Problem {
    let zone = instance.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
    let (start, end) = (instance.start.seconds, instance.horizon_end());
    let (places, site_names, region_names) = Places::new(instance);
    let (mut supplies, supply_lookup, material_names) = supply::compile(instance, &site_names);
    let mut symbols = Symbols::default();
    let mut rates = IdVec::new();
    let mut eligibility = Lines::new(instance, &mut symbols, &site_names, &mut rates);
    let runs_by = register_attributes(instance, &mut symbols);

    let (routes, route_names) = compile_routes(instance);
    let variants = compile_variants(instance, &routes, &route_names);
    let rows = kind_rows(instance, &mut symbols, &route_names);
    let kinds = compile_kinds(instance, &mut eligibility, &supply_lookup, &material_names, &route_names, &rows);
    let run_values = runs_by.iter().map(|&attribute| rows.iter().map(|row| row.get(attribute)).collect()).collect();

    let variant_names: FxHashMap<&str, VariantIdx> = names(instance.variants.iter().map(|variant| &variant.id));
    let (items, orders) = compile_orders(instance, &variant_names, &region_names);
    let mut problem = Problem {
        start,
        end,
        makespan_cost_per_hour: instance.objective.makespan_cost_per_hour,
        lines: IdVec::new(),
        calendars: IdVec::new(),
        changeovers: IdVec::new(),
        run_values,
        routes,
        variants,
        kinds,
        rates,
        mode_sets: eligibility.mode_sets,
        orders,
        items,
        supplies: IdVec::new(),
        supply_lookup,
        places,
        baseline: Baseline::default(),
        zone,
    };
    let states = setup_states(instance, &mut symbols);
    let mut state_classes: Vec<Vec<ClassIdx>> = Vec::new();
    for set in &instance.changeovers {
        let (compiled, classes) = Changeovers::new(set, &mut symbols, &rows, &states);
        problem.changeovers.push(compiled);
        state_classes.push(classes);
    }
    compile_lines(instance, &mut problem, &runs_by, &symbols, &site_names, &state_classes);
    compile_baseline(instance, &mut problem, &variant_names, &state_classes);
    let demand = demand(&problem, supplies.len());
    supply::mark_scarce(&mut supplies, &demand);
    reserve_for_facts(&problem, &mut supplies);
    problem.supplies = supplies;
    problem
}

fn names<'a, I: Id>(ids: impl Iterator<Item = &'a String>) -> FxHashMap<&'a str, I> {
    ids.enumerate().map(|(index, id)| (id.as_str(), I::at(index))).collect()
}

/// Registers every attribute a rule or a run names, so that rows keep its values; returns those of runs, each once.
fn register_attributes<'a>(instance: &'a Instance, symbols: &mut Symbols<'a>) -> Vec<u32> {
    for rule in instance.changeovers.iter().flat_map(|set| &set.rules) {
        symbols.attribute(&rule.attribute);
    }
    let mut runs_by = Vec::new();
    for run in instance.lines.iter().filter_map(|line| line.minimum_run.as_ref()) {
        let attribute = symbols.attribute(&run.by);
        if !runs_by.contains(&attribute) {
            runs_by.push(attribute);
        }
    }
    runs_by
}

/// Routes by name; the first is the implicit one.
fn compile_routes(instance: &Instance) -> (IdVec<RouteIdx, Route>, FxHashMap<&str, &model::Route>) {
    let mut routes = IdVec::new();
    routes.push(Route::single());
    for route in &instance.routes {
        routes.push(Route::new(route));
    }
    (routes, instance.routes.iter().map(|route| (route.id.as_str(), route)).collect())
}

fn compile_variants(
    instance: &Instance,
    routes: &IdVec<RouteIdx, Route>,
    written: &FxHashMap<&str, &model::Route>,
) -> IdVec<VariantIdx, Variant> {
    let numbers: FxHashMap<&str, RouteIdx> =
        instance.routes.iter().enumerate().map(|(index, route)| (route.id.as_str(), RouteIdx::at(index + 1))).collect();
    let mut first_kind = KindIdx(0);
    debug_assert_eq!(written.len() + 1, routes.len(), "every route has a name of its own");
    let compiled = instance.variants.iter().map(|variant| {
        let route = variant.route.as_deref().map_or(RouteIdx(0), |name| numbers[name]);
        let compiled = Variant { route, first_kind };
        first_kind = KindIdx(first_kind.0 + routes[route].steps.len() as u32);
        compiled
    });
    compiled.collect()
}

/// The steps of a variant as written: name and stage; one of neither without a route.
fn steps_of<'a>(
    variant: &'a model::Variant,
    routes: &FxHashMap<&'a str, &'a model::Route>,
) -> Vec<(Option<&'a str>, Option<&'a str>)> {
    match variant.route.as_deref().map(|name| routes[name]) {
        Some(route) => route.operations.iter().map(|step| (Some(step.id.as_str()), step.stage.as_deref())).collect(),
        None => vec![(None, None)],
    }
}

/// The values of the named attributes, kind by kind.
fn kind_rows<'a>(
    instance: &'a Instance,
    symbols: &mut Symbols<'a>,
    routes: &FxHashMap<&'a str, &'a model::Route>,
) -> IdVec<KindIdx, Row> {
    let (by_variant, by_operation) = (symbols.known_attribute("variant"), symbols.known_attribute("operation"));
    let mut rows = IdVec::new();
    for variant in &instance.variants {
        let mut pairs = Vec::new();
        for (name, value) in variant.attributes.iter().flat_map(model::Named::iter) {
            if let Some(attribute) = symbols.known_attribute(name) {
                pairs.push((attribute, symbols.value(attribute, value)));
            }
        }
        if let Some(attribute) = by_variant {
            pairs.push((attribute, symbols.value(attribute, &variant.id)));
        }
        for (operation, _) in steps_of(variant, routes) {
            let mut pairs = pairs.clone();
            if let (Some(attribute), Some(operation)) = (by_operation, operation) {
                pairs.push((attribute, symbols.value(attribute, operation)));
            }
            rows.push(Row::new(pairs));
        }
    }
    rows
}

fn compile_kinds<'a>(
    instance: &'a Instance,
    eligibility: &mut Lines<'a>,
    supplies: &supply::SupplyLookup,
    materials: &FxHashMap<&str, u32>,
    routes: &FxHashMap<&'a str, &'a model::Route>,
    rows: &IdVec<KindIdx, Row>,
) -> IdVec<KindIdx, Kind> {
    let mut kinds: IdVec<KindIdx, Kind> = IdVec::new();
    for variant in &instance.variants {
        for (index, (operation, stage)) in steps_of(variant, routes).into_iter().enumerate() {
            let takes: Vec<(u32, i64)> = variant
                .materials
                .iter()
                .filter(|taken| taken.operation.as_deref().map_or(index == 0, |name| Some(name) == operation))
                .map(|taken| (materials[taken.id.as_str()], taken.per_unit.0))
                .collect();
            let required = variant.requires.as_ref().map_or(&[][..], |requires| requires.of(operation));
            let mut requires: Vec<&str> = required.iter().map(String::as_str).collect();
            requires.sort_unstable();
            let mut needed: Vec<u32> = takes.iter().map(|&(material, _)| material).collect();
            needed.sort_unstable();
            let matched = eligibility.matched_values(&rows[KindIdx::at(kinds.len())]);
            let modes = eligibility.mode_set(Signature { stage, requires, matched, materials: needed }, supplies);
            kinds.push(Kind { modes, takes });
        }
    }
    kinds
}

fn compile_orders(
    instance: &Instance,
    variants: &FxHashMap<&str, VariantIdx>,
    regions: &FxHashMap<&str, RegionIdx>,
) -> (IdVec<ItemIdx, Item>, IdVec<OrderIdx, Order>) {
    let mut items = IdVec::new();
    let mut orders = IdVec::new();
    for (index, order) in instance.orders.iter().enumerate() {
        let first = items.len() as u32;
        for item in &order.items {
            items.push(Item {
                order: OrderIdx::at(index),
                variant: variants[item.variant.as_str()],
                remaining: item.remaining(),
                maximum_lots: item.maximum_lots,
                minimum_lot: item.minimum_lot,
                frozen_lots: Vec::new(),
            });
        }
        let unpriced = order.late_cost_per_day.is_none() && order.late_cost_once.is_none();
        let default = if unpriced { instance.objective.late_cost_per_day } else { Money::ZERO };
        let nothing_left = order.items.iter().all(|item| item.remaining() == 0);
        orders.push(Order {
            release: order
                .release
                .map_or(instance.start.seconds, |release| release.seconds)
                .max(instance.start.seconds),
            due: order.due.map(|due| due.seconds),
            deadline: order.deadline.filter(|_| !nothing_left).map(|deadline| deadline.seconds),
            late_cost_per_day: order.late_cost_per_day.unwrap_or(default),
            late_cost_once: order.late_cost_once.unwrap_or(Money::ZERO),
            holding_cost_per_day: order.holding_cost_per_day,
            reject_cost: order.reject_cost.filter(|_| !nothing_left),
            region: order.region.as_deref().map(|region| regions[region]),
            items: first..items.len() as u32,
            delivered_at_start: order.items.iter().any(|item| item.remaining() == 0),
            nothing_left,
        });
    }
    (items, orders)
}

/// Setup states of lines in their order, then the state in which every attribute is missing.
fn setup_states<'a>(instance: &'a Instance, symbols: &mut Symbols<'a>) -> Vec<Row> {
    let state = |line: &'a model::Line| {
        let mut pairs = Vec::new();
        for (name, value) in line.setup_state.iter().flat_map(model::Named::iter) {
            if let Some(attribute) = symbols.known_attribute(name) {
                pairs.push((attribute, symbols.value(attribute, value)));
            }
        }
        Row::new(pairs)
    };
    instance.lines.iter().map(state).chain(std::iter::once(Row::default())).collect()
}

fn compile_lines(
    instance: &Instance,
    problem: &mut Problem,
    runs_by: &[u32],
    symbols: &Symbols<'_>,
    sites: &FxHashMap<&str, SiteIdx>,
    state_classes: &[Vec<ClassIdx>],
) {
    let (start, end) = (problem.start, problem.end);
    problem.calendars.push(WorkingTime::always(start, end));
    let mut calendar_names: FxHashMap<&str, (CalendarIdx, Vec<Overtime>)> = FxHashMap::default();
    for calendar in &instance.calendars {
        let expanded = expand(calendar, &problem.zone, start, end);
        let costs = calendar.overtime.iter().map(|window| window.cost);
        let overtime = expanded.overtime.into_iter().zip(costs).map(|(span, cost)| Overtime { span, cost }).collect();
        calendar_names.insert(&calendar.id, (problem.calendars.push(expanded.open), overtime));
    }
    let set_names: FxHashMap<&str, ChangeoversIdx> = names(instance.changeovers.iter().map(|set| &set.id));
    for (index, line) in instance.lines.iter().enumerate() {
        let (calendar, overtime) =
            line.calendar.as_deref().map_or((CalendarIdx(0), Vec::new()), |name| calendar_names[name].clone());
        let changeovers = line.changeovers.as_deref().map(|name| set_names[name]);
        let set_up = line.setup_state.is_some();
        let minimum_run = line.minimum_run.as_ref().and_then(|run| {
            let attribute = symbols.known_attribute(&run.by)?;
            let by = runs_by.iter().position(|&known| known == attribute)?;
            let shortfall_cost_per_unit = run.shortfall_cost_per_unit;
            Some(MinimumRun { by, quantity: run.quantity, shortfall_cost_per_unit })
        });
        let setup_class = changeovers.filter(|_| set_up).map(|set| state_classes[set.position()][index]);
        problem.lines.push(Line {
            calendar,
            overtime,
            changeovers,
            setup_class,
            initial_class: setup_class,
            cost_per_hour: line.cost_per_hour,
            pausable: line.pausable,
            available_from: line.available_from.map_or(start, |from| from.seconds.max(start)),
            site: line.site.as_deref().map(|site| sites[site]),
            minimum_run,
            facts: Vec::new(),
        });
    }
}

fn compile_baseline(
    instance: &Instance,
    problem: &mut Problem,
    variants: &FxHashMap<&str, VariantIdx>,
    state_classes: &[Vec<ClassIdx>],
) {
    let Some(written) = &instance.baseline else { return };
    let frozen_until = written.frozen_until.map(|until| until.seconds);
    let line_names: FxHashMap<&str, LineIdx> = names(instance.lines.iter().map(|line| &line.id));
    let item_names = item_names(instance);
    let routes: FxHashMap<&str, &model::Route> =
        instance.routes.iter().map(|route| (route.id.as_str(), route)).collect();
    let mut baseline = Baseline {
        line_change_cost: written.line_change_cost,
        start_change_cost_per_hour: written.start_change_cost_per_hour,
        ..Baseline::default()
    };
    let mut facts: Vec<(LineIdx, Fact)> = Vec::new();
    for lot in &written.lots {
        let item = item_names.get(&(lot.order.as_str(), Cow::Borrowed(lot.item.as_str()))).copied();
        let variant = match item {
            Some(item) => Some(problem.items[item].variant),
            None => lot.variant.as_deref().and_then(|name| variants.get(name).copied()),
        };
        let steps = variant.map_or_else(Vec::new, |variant| steps_of(&instance.variants[variant.position()], &routes));
        let mut operations = vec![None; steps.len()];
        for operation in &lot.operations {
            let Some(&line) = line_names.get(operation.line.as_str()) else { continue };
            let step = steps.iter().position(|(name, _)| *name == operation.operation.as_deref());
            let compiled = BaselineOperation {
                line,
                setup_start: operation.setup_start.map(|instant| instant.seconds),
                start: operation.start.seconds,
                end: operation.end.seconds,
                frozen: frozen_until.is_some_and(|until| operation.start.seconds < until),
            };
            if compiled.frozen {
                let kind = variant.zip(step).map(|(variant, step)| problem.variants[variant].kind(step));
                let class = fact_class(problem, line, kind, state_classes);
                let (start, end) = (compiled.start, compiled.end);
                facts.push((line, Fact { kind, class, quantity: lot.quantity, start, end }));
            }
            if let Some(step) = step {
                operations[step] = Some(compiled);
            }
        }
        if let Some(item) = item {
            let position = baseline.lots.len() as u32;
            let compiled = BaselineLot { number: lot.lot, quantity: lot.quantity, operations };
            if compiled.is_frozen() {
                problem.items[item].frozen_lots.push(position);
            }
            baseline.by_key.insert((item, lot.lot), position);
            baseline.lots.push(compiled);
        }
    }
    // Facts on a line stand in the order of their starts; ties keep the order of the file.
    facts.sort_by_key(|(line, fact)| (*line, fact.start, fact.end));
    for (line, fact) in facts {
        let line = &mut problem.lines[line];
        line.available_from = line.available_from.max(fact.end);
        line.initial_class = line.changeovers.map(|_| fact.class);
        line.facts.push(fact);
    }
    problem.baseline = baseline;
    freeze_orders(problem);
}

fn fact_class(problem: &Problem, line: LineIdx, kind: Option<KindIdx>, state_classes: &[Vec<ClassIdx>]) -> ClassIdx {
    let Some(set) = problem.lines[line].changeovers else { return ClassIdx(0) };
    match kind {
        Some(kind) => problem.changeovers[set].class_of(kind),
        // The state after the lines' own: every attribute missing.
        None => state_classes[set.position()][problem.lines.len()],
    }
}

/// Items by order and name.
fn item_names(instance: &Instance) -> FxHashMap<(&str, Cow<'_, str>), ItemIdx> {
    let items = instance.orders.iter().flat_map(|order| {
        order.items.iter().enumerate().map(|(index, item)| {
            let name = item.id.as_deref().map_or_else(|| index.to_string().into(), Cow::Borrowed);
            (order.id.as_str(), name)
        })
    });
    items.enumerate().map(|(index, key)| (key, ItemIdx::at(index))).collect()
}

/// What facts mean for their orders: those cannot be rejected, and have no deadline once all of them is a fact.
fn freeze_orders(problem: &mut Problem) {
    let Problem { orders, items, baseline, .. } = problem;
    for order in orders.iter_mut() {
        let mut any = false;
        let mut all = true;
        for item in order.items() {
            let lots = items[item].frozen_lots.iter().map(|&lot| &baseline.lots[lot as usize]);
            any |= lots.len() > 0;
            let settled: Pieces = lots.filter(|lot| lot.is_all_frozen()).map(|lot| lot.quantity).sum();
            all &= settled >= items[item].remaining;
        }
        if any {
            order.reject_cost = None;
        }
        if all {
            order.deadline = None;
        }
    }
}

/// Facts from `start` on take their materials before anything decided does.
fn reserve_for_facts(problem: &Problem, supplies: &mut IdVec<SupplyIdx, Supply>) {
    for (id, line) in problem.lines.enumerate() {
        for fact in line.facts.iter().filter(|fact| fact.start >= problem.start) {
            let Some(kind) = fact.kind else { continue };
            for &(material, per_unit) in &problem.kinds[kind].takes {
                if let Some(supply) = problem.supply_lookup.supply(material, line.site) {
                    let pieces = problem.rate_on(kind, id).map_or(fact.quantity, |rate| rate.pieces_run(fact.quantity));
                    let amount = per_unit.saturating_mul(pieces);
                    supplies[supply].reserved += amount;
                    supplies[supply].facts.push((fact.start, amount));
                }
            }
        }
    }
}

/// The most that may be taken from each supply by all orders and facts, in millionths.
fn demand(problem: &Problem, supplies: usize) -> Vec<i128> {
    let mut demand = vec![0i128; supplies];
    let mut add = |kind: KindIdx, quantity: Pieces, lots: u32| {
        for &(material, per_unit) in &problem.kinds[kind].takes {
            let pieces = problem.modes(kind).iter().map(|mode| problem.rates[mode.rate].pieces_run(quantity)).max();
            // Each lot rounds its pieces run up on its own.
            let most = i128::from(pieces.unwrap_or(quantity)) + i128::from(lots);
            for supply in problem.supply_lookup.all_of(material) {
                demand[supply.position()] += most * i128::from(per_unit);
            }
        }
    };
    for (id, item) in problem.items.enumerate() {
        for step in 0..problem.route_of(id).steps.len() {
            add(problem.kind_of(id, step), item.remaining, item.maximum_lots);
        }
    }
    for fact in problem.lines.iter().flat_map(|line| &line.facts) {
        if let Some(kind) = fact.kind {
            add(kind, fact.quantity, 1);
        }
    }
    demand
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_deadline_holds_until_all_of_an_order_is_a_fact() {
        let lot = |order: &str, item: &str| {
            json!({"order": order, "item": item, "quantity": 1, "operations":
                [{"line": "one", "start": "2026-11-23T06:00:00Z", "end": "2026-11-23T07:00:00Z"}]})
        };
        let order = |id: &str, items: usize| {
            let items = vec![json!({"variant": "mug", "quantity": 1}); items];
            json!({"id": id, "deadline": "2026-11-24T08:00:00Z", "reject_cost": 5, "items": items})
        };
        let instance = json!({"format": "lotwise/1", "start": "2026-11-23T08:00:00Z",
            "lines": [{"id": "one", "rates": [{"seconds_per_unit": 3600}]}], "variants": [{"id": "mug"}],
            "orders": [order("none", 1), order("first", 2), order("last", 2), order("all", 2)],
            "baseline": {"frozen_until": "2026-11-23T08:00:00Z",
                "lots": [lot("first", "0"), lot("last", "1"), lot("all", "0"), lot("all", "1")]}});
        let problem = Problem::new(&serde_json::from_value(instance).unwrap());
        let bound = |order: &Order| (order.deadline.is_some(), order.reject_cost.is_some());
        let bounds: Vec<_> = problem.orders.iter().map(bound).collect();
        assert_eq!(bounds, [(true, true), (true, false), (true, false), (false, false)]);
    }
}
