//! The whole way: instance, program, answer, plan; against known best plans and brute force.

use super::allocation::{Allocation, bucket_count};
use super::buckets::Buckets;
use super::*;
use crate::model::{
    Amount, ChangeoverRule, ChangeoverSet, Duration as Period, Instance, InstanceBuilder, Line, MinimumRun, Named,
    Order, Rate, Route, RouteOperation, Variant,
};
use crate::plan::{Fate, OpIdx};
use crate::problem::{ItemIdx, LineIdx, OrderIdx};
use crate::proof::demand::Demand;
pub(super) use crate::proof::tests::{at, hours, instance, plain_line};
use crate::schedule::Schedule;
use crate::units::{IdVec, Money};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

fn money(amount: i64) -> Money {
    Money(amount * Money::SCALE)
}

/// An order of one item, due after some hours, 24 a day (1 an hour) late.
fn order(id: &str, variant: &str, quantity: i64, due: i64) -> Order {
    Order::new(id).item(variant, quantity).due(at(due)).late_cost_per_day(money(24))
}

/// A changeover of some time and cost whenever the colour changes.
fn colours(minutes: i64, cost: i64) -> ChangeoverSet {
    let rule = ChangeoverRule {
        attribute: "colour".to_string(),
        time: Some(Period(Seconds(minutes * 60))),
        cost: Some(money(cost)),
        ..ChangeoverRule::default()
    };
    ChangeoverSet { id: "paint".to_string(), rules: vec![rule], ..ChangeoverSet::default() }
}

fn quick() -> Limits {
    Limits { seconds: Some(30.0), relative_gap: 0.0, ..Limits::default() }
}

/// The allocation's plan and its exact schedule.
fn allocated(instance: &Instance) -> (Problem, Plan, Schedule) {
    let problem = Problem::new(instance);
    let plan = allocate(&problem, None, &quick(), &|| false).unwrap().expect("a plan");
    let schedule = evaluate(&problem, &plan).expect("a feasible plan");
    (problem, plan, schedule)
}

/// The cheapest plan of single-operation items in one lot each, by trying everything.
fn brute_force(problem: &Problem) -> (usize, Money) {
    fn extend(problem: &Problem, plan: &Plan, open: &[ItemIdx], best: &mut Option<(usize, Money)>) {
        let Some((&item, rest)) = open.split_first() else {
            if let Ok(schedule) = evaluate(problem, plan) {
                *best = Some(best.map_or(schedule.value(), |known| known.min(schedule.value())));
            }
            return;
        };
        let mut base = plan.clone();
        let lot = base.add_lot(problem, item, 0, problem.items[item].remaining);
        let operation = base.operation(lot, 0);
        for mode in problem.modes(problem.kind_of(item, 0)) {
            for position in 0..=base.sequences[mode.line].len() {
                let mut next = base.clone();
                next.sequences[mode.line].insert(position, operation);
                extend(problem, &next, rest, best);
            }
        }
    }
    let orders: Vec<OrderIdx> = problem.orders.ids().collect();
    let mut best = None;
    for mask in 0u32..1 << orders.len() {
        let mut plan = Plan::empty(problem);
        let made: Vec<OrderIdx> = orders.iter().copied().filter(|order| mask >> order.0 & 1 == 1).collect();
        made.iter().for_each(|&order| plan.fates[order] = Fate::Made);
        let items: Vec<ItemIdx> = made.iter().flat_map(|&order| problem.orders[order].items()).collect();
        extend(problem, &plan, &items, &mut best);
    }
    best.expect("the plan that makes nothing")
}

fn line_of(plan: &Plan, operation: OpIdx) -> LineIdx {
    plan.sequences.enumerate().find(|(_, sequence)| sequence.contains(&operation)).expect("it is in a sequence").0
}

#[test]
fn the_fast_line_gets_what_it_is_fast_at() {
    let rate = |variant: &str, units: i64| {
        let mut matches = Named::default();
        matches.entries.insert("variant".to_string(), variant.to_string());
        Rate { matches: Some(matches), units_per_hour: Some(Amount::whole(units)), ..Rate::default() }
    };
    let built = instance()
        .line(Line::new("a").rate(rate("x", 60)).rate(rate("y", 20)))
        .line(Line::new("b").rate(rate("x", 20)).rate(rate("y", 60)))
        .variant(Variant::new("x"))
        .variant(Variant::new("y"))
        .order(order("1", "x", 120, 2))
        .order(order("2", "y", 120, 2))
        .order(order("3", "x", 120, 4))
        .order(order("4", "y", 120, 4))
        .build();
    let (problem, _, schedule) = allocated(&built);
    // 2 h each on the right line, two in a row: on time to the second, nothing costs.
    assert_eq!(schedule.value(), (0, Money::ZERO));
    assert_eq!(brute_force(&problem), schedule.value());
}

#[test]
fn colours_go_to_lines_of_their_own() {
    let mut builder = instance().changeover_set(colours(120, 50));
    for line in ["a", "b"] {
        builder = builder.line(plain_line(line, 60).changeovers("paint"));
    }
    for colour in ["red", "blue"] {
        builder = builder.variant(Variant::new(colour).attribute("colour", colour));
    }
    for number in 0..6 {
        let colour = if number % 2 == 0 { "red" } else { "blue" };
        builder = builder.order(order(&number.to_string(), colour, 60, 3));
    }
    let (_, plan, schedule) = allocated(&builder.build());
    assert_eq!(schedule.cost.changeover, Money::ZERO, "{plan:?}");
    // Three hours on each line, all due at three.
    assert_eq!(schedule.value(), (0, Money::ZERO));
}

#[test]
fn what_does_not_fit_is_rejected_the_cheapest_first() {
    let mut builder = instance().line(plain_line("a", 10)).variant(Variant::new("v"));
    for number in 0..4 {
        // 4 h each, all due at 8 h, 100 an hour late: two fit.
        let late = order(&number.to_string(), "v", 40, 8).late_cost_per_day(money(2_400));
        builder = builder.order(late.reject_cost(money(10 + number)));
    }
    let (problem, plan, schedule) = allocated(&builder.build());
    assert_eq!(schedule.value(), (0, money(21)), "the two cheapest are rejected");
    assert_eq!(brute_force(&problem), schedule.value());
    assert_eq!(plan.fates.as_slice(), [Fate::LeftOut, Fate::LeftOut, Fate::Made, Fate::Made]);
}

#[test]
fn a_kit_is_made_on_two_lines_at_once() {
    let built = instance()
        .line(plain_line("a", 10))
        .line(plain_line("b", 10))
        .variant(Variant::new("v"))
        .order(order("kit", "v", 40, 4).item("v", 40))
        .build();
    let (_, plan, schedule) = allocated(&built);
    assert_eq!(schedule.value(), (0, Money::ZERO));
    assert_ne!(line_of(&plan, OpIdx(0)), line_of(&plan, OpIdx(1)));
}

#[test]
fn a_large_order_is_split_where_it_pays_and_its_parts_join_where_not() {
    let mut split = order("big", "v", 80, 4);
    split.items[0].maximum_lots = 2;
    let one = instance().line(plain_line("a", 10)).variant(Variant::new("v")).order(split);
    let (_, plan, _) = allocated(&one.clone().build());
    assert_eq!(plan.lots.len(), 1, "on one line in one lot");
    let (_, plan, schedule) = allocated(&one.line(plain_line("b", 10)).build());
    assert_eq!(schedule.value(), (0, Money::ZERO), "40 pieces in 4 h on each line");
    assert_eq!(plan.lots.iter().map(|lot| (lot.number, lot.quantity)).collect::<Vec<_>>(), [(0, 40), (1, 40)]);
}

fn two_stages() -> InstanceBuilder {
    let step = |id: &str, after: &[&str]| RouteOperation {
        id: id.to_string(),
        stage: Some(id.to_string()),
        after: after.iter().map(ToString::to_string).collect(),
        ..RouteOperation::default()
    };
    let route = Route { id: "r".to_string(), operations: vec![step("cut", &[]), step("sew", &["cut"])], meta: None };
    let staged = |id: &str, stage: &str, rate: i64| Line { stage: Some(stage.to_string()), ..plain_line(id, rate) };
    let variant = Variant { route: Some("r".to_string()), ..Variant::new("v") };
    instance()
        .route(route)
        .line(staged("cut", "cut", 40))
        .line(staged("sew-1", "sew", 20))
        .line(staged("sew-2", "sew", 20))
        .variant(variant)
}

#[test]
fn two_stages_follow_one_another() {
    // Cut 1 h, sew 2 h: the k-th cut ends at k, the two sewing lines take turns: done at 3, 4, 5 and 6.
    let mut builder = two_stages();
    for (number, due) in [3, 4, 5, 6].into_iter().enumerate() {
        builder = builder.order(order(&number.to_string(), "v", 40, due));
    }
    let (_, plan, schedule) = allocated(&builder.build());
    assert_eq!(schedule.value(), (0, Money::ZERO), "{plan:?} {:?}", schedule.operations);
}

#[test]
fn an_order_that_cannot_be_made_does_not_hold_up_the_others() {
    let built = instance()
        .line(plain_line("a", 10))
        .variant(Variant::new("v"))
        .variant(Variant {
            requires: Some(crate::model::Requires::Every(vec!["magic".to_string()])),
            ..Variant::new("w")
        })
        .order(order("1", "v", 10, 1))
        .order(order("2", "w", 10, 1))
        .build();
    let (_, plan, schedule) = allocated(&built);
    assert_eq!(schedule.value(), (1, Money::ZERO));
    assert_eq!(plan.fates.as_slice(), [Fate::Made, Fate::LeftOut]);
}

#[test]
fn nothing_to_do_gives_nothing_to_do() {
    let none = |built: Instance| allocate(&Problem::new(&built), None, &quick(), &|| false);
    assert_eq!(none(instance().build()).map(|plan| plan.is_some()), Ok(false), "no orders, no lines");
    let unmakable = instance().variant(Variant::new("v")).order(order("1", "v", 1, 1)).build();
    assert_eq!(none(unmakable).map(|plan| plan.is_some()), Ok(false), "no line that could make anything");
}

#[test]
fn huge_costs_are_survived() {
    let huge = Money(9_000_000_000_000_000);
    let line = Line { cost_per_hour: huge, ..plain_line("a", 10) };
    let dear = order("1", "v", 100, 1).late_cost_per_day(huge).reject_cost(huge);
    let built = instance().line(line).variant(Variant::new("v")).order(dear).order(order("2", "v", 10, 1)).build();
    let problem = Problem::new(&built);
    let plan = allocate(&problem, None, &quick(), &|| false).unwrap();
    // Money at the edge of i64 may price no plan at all; what matters is that nothing panics on the way.
    assert!(plan.is_none_or(|plan| plan.fates.len() == 2));
}

#[test]
fn a_cancelled_call_says_so() {
    let problem = Problem::new(&random_instance(1, 8, 2));
    assert!(matches!(allocate(&problem, None, &quick(), &|| true), Err(MipError::Cancelled)));
}

/// Orders of four colours with releases and due dates, some of which may be rejected, on lines of different speeds.
pub(super) fn random_instance(seed: u64, orders: usize, lines: usize) -> Instance {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut builder = instance().changeover_set(colours(30, 5));
    for line in 0..lines {
        let mut made = plain_line(&format!("l{line}"), random.random_range(20..60)).changeovers("paint");
        made.cost_per_hour = money(random.random_range(1..5));
        builder = builder.line(made);
    }
    for colour in 0..4 {
        builder = builder.variant(Variant::new(format!("v{colour}")).attribute("colour", format!("c{colour}")));
    }
    add_orders(builder, &mut random, orders, lines)
}

/// The same with a minimum run of a colour on every line.
fn with_minimum_runs(instance: &Instance, quantity: i64) -> Instance {
    let mut instance = instance.clone();
    for line in &mut instance.lines {
        let shortfall_cost_per_unit = money(3);
        line.minimum_run = Some(MinimumRun { by: "colour".to_string(), quantity, shortfall_cost_per_unit, meta: None });
    }
    instance
}

fn add_orders(mut builder: InstanceBuilder, random: &mut Xoshiro256PlusPlus, orders: usize, lines: usize) -> Instance {
    let span = (orders / lines).max(2) as i64;
    for number in 0..orders {
        let variant = format!("v{}", random.random_range(0..4));
        let release = random.random_range(0..span);
        let due = release + random.random_range(2..span + 3);
        let mut made = order(&format!("o{number}"), &variant, random.random_range(10..90), due);
        made.release = Some(at(release));
        made.late_cost_per_day = Some(money(random.random_range(50..500)));
        if random.random_range(0..4) == 0 {
            made.reject_cost = Some(money(random.random_range(10..100)));
        }
        builder = builder.order(made);
    }
    builder.build()
}

#[test]
fn small_random_plans_are_never_better_than_the_best_and_near_it() {
    let (mut ours, mut best) = (0, 0);
    for seed in 0..12 {
        let instance = random_instance(seed, 5, 2);
        let (problem, _, schedule) = allocated(&instance);
        let optimum = brute_force(&problem);
        assert!(optimum <= schedule.value(), "seed {seed}: the allocation beats brute force: the plan is not one");
        assert_eq!(schedule.unplanned, 0, "seed {seed}");
        ours += schedule.cost.total.0;
        best += optimum.1.0;
    }
    assert!(ours * 100 <= best * 125, "{ours} against {best}: more than a quarter from the best on average");
}

/// Six orders of two colours on two lines, with no changeovers and all the time in the world: only what runs lack costs anything.
#[test]
fn orders_are_pooled_to_full_runs() {
    let mut builder = instance().line(plain_line("a", 10)).line(plain_line("b", 10));
    for colour in ["red", "blue"] {
        builder = builder.variant(Variant::new(colour).attribute("colour", colour));
        for number in 0..3 {
            builder = builder.order(order(&format!("{colour}{number}"), colour, 40, 400));
        }
    }
    let built = builder.build();
    let (.., schedule) = allocated(&with_minimum_runs(&built, 120));
    assert_eq!(schedule.value(), (0, Money::ZERO), "a run of each colour");
    // Of 140 that make a run, 20 are lacking in each.
    let (.., schedule) = allocated(&with_minimum_runs(&built, 140));
    assert_eq!(schedule.value(), (0, money(2 * 20 * 3)));
}

/// Of a plan of which nothing but short runs costs anything, the program's least cost is no more than the plan's.
#[test]
fn what_runs_lack_in_the_program_is_a_lower_bound() {
    let mut tight = 0;
    for seed in 0..20 {
        let mut instance = with_minimum_runs(&random_instance(seed, 10, 2), [90, 150, 260][seed as usize % 3]);
        for line in &mut instance.lines {
            (line.cost_per_hour, line.changeovers) = (Money::ZERO, None);
        }
        for order in &mut instance.orders {
            (order.due, order.late_cost_per_day, order.reject_cost) = (None, None, None);
        }
        let problem = Problem::new(&instance);
        let plan = random_plan(&problem, seed, 2);
        let schedule = evaluate(&problem, &plan).unwrap();
        assert_eq!(schedule.cost.total, schedule.cost.short_run);
        let demand = Demand::new(&problem, Some(&plan));
        let buckets = Buckets::new(&problem, &demand, 8, None);
        let allocation = Allocation::new(&problem, &demand, &buckets, None);
        let start = allocation.start(&allocation.places_in(&plan, &schedule));
        let charged = allocation.costs.clone();
        let (mut program, _) = allocation.into_program(start.clone());
        program
            .constraints
            .extend(start.iter().map(|&(variable, value)| (good_lp::Expression::from(variable)).eq(value)));
        let asked = charged.iter().map(|&(variable, _)| variable).collect();
        let values = highs::best_values(program, asked, &Limits::default(), None, &|| false).unwrap();
        let values = values.expect("a real plan is a solution");
        let said: f64 = charged.iter().zip(values).map(|(&(_, cost), value)| cost * value).sum();
        let costs = schedule.cost.short_run.to_f64();
        assert!(said <= costs + 1e-3, "seed {seed}: {said} is said to be the least, {costs} it costs");
        tight += usize::from(said > costs - 1e-3 && costs > 0.0);
    }
    assert!(tight > 0, "never what it costs");
}

/// Every order on some line, somewhere.
fn random_plan(problem: &Problem, seed: u64, lines: u32) -> Plan {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut plan = Plan::empty(problem);
    for order in problem.orders.ids() {
        for lot in plan.add_order(problem, order, |_| 1) {
            let operation = plan.operation(lot, 0);
            let line = LineIdx(random.random_range(0..lines));
            let position = random.random_range(0..=plan.sequences[line].len());
            plan.sequences[line].insert(position, operation);
        }
    }
    plan
}

/// Who sees what runs lack makes better plans than who does not.
#[test]
fn what_runs_lack_is_in_the_cost() {
    let mut with = 0;
    for seed in 0..6 {
        let plain = random_instance(seed, 5, 2);
        let instance = with_minimum_runs(&plain, 100);
        let (problem, plan, schedule) = allocated(&instance);
        assert!(brute_force(&problem) <= schedule.value(), "seed {seed}");
        let (_, blind, _) = allocated(&plain);
        let blind = evaluate(&problem, &blind).unwrap();
        with += i32::from(schedule.value() < blind.value()) - i32::from(schedule.value() > blind.value());
        assert!(plan.fates.iter().all(|fate| *fate != Fate::LeftOut) || schedule.cost.rejection > Money::ZERO);
    }
    assert!(with >= 3, "who sees runs plans them better than who does not: {with} more often of 6");
}

/// The decisions a plan stands for satisfy every constraint: fixed to them, the program has a solution.
#[test]
fn every_plan_is_a_solution_of_the_constraints() {
    for seed in 0..20 {
        let instance = random_instance(seed / 2, 12, 3);
        let problem = Problem::new(&if seed % 2 == 0 { instance } else { with_minimum_runs(&instance, 150) });
        let plan = random_plan(&problem, seed, 3);
        let schedule = evaluate(&problem, &plan).unwrap();
        let demand = Demand::new(&problem, Some(&plan));
        let buckets = Buckets::new(&problem, &demand, 12, None);
        let allocation = Allocation::new(&problem, &demand, &buckets, None);
        let places = allocation.places_in(&plan, &schedule);
        assert!(places.places.iter().all(Option::is_some), "seed {seed}: every operation has a place");
        let start = allocation.start(&places);
        let asked = allocation.asked();
        let (mut program, key) = allocation.into_program(start.clone());
        for &(variable, value) in &start {
            program.constraints.push((good_lp::Expression::from(variable)).geq(value));
        }
        let values = highs::minimise(program, asked, &Limits::default(), None, &|| false).unwrap();
        let values = values.unwrap_or_else(|| panic!("seed {seed}: a real plan breaks a constraint"));
        assert_eq!(key.read(&values).places, places.places);
    }
}

#[test]
fn an_incumbent_is_where_it_starts_and_node_limits_give_the_same_plan_every_time() {
    let problem = Problem::new(&random_instance(3, 8, 2));
    let limits = Limits { nodes: Some(1), relative_gap: 0.05, ..Limits::default() };
    let first = allocate(&problem, None, &limits, &|| false).unwrap().expect("a plan");
    let again = |threads, incumbent: Option<&Plan>| {
        allocate(&problem, incumbent, &Limits { threads, ..limits }, &|| false).unwrap().expect("a plan")
    };
    assert_eq!(again(2, None).sequences, first.sequences, "on two threads");
    let from_first = again(1, Some(&first));
    assert_eq!(again(2, Some(&first)).sequences, from_first.sequences);
    assert!(evaluate(&problem, &from_first).is_ok());
}

#[test]
fn a_time_limit_ends_it_with_a_plan_or_none() {
    let problem = Problem::new(&random_instance(5, 60, 5));
    let limits = Limits { seconds: Some(2.0), relative_gap: 0.0, ..Limits::default() };
    match allocate(&problem, None, &limits, &|| false) {
        Ok(Some(plan)) => assert!(evaluate(&problem, &plan).is_ok()),
        Ok(None) | Err(MipError::Overrun) => {}
        Err(error) => panic!("{error}"),
    }
}

/// `cargo test --lib mip::tests::measurements -- --ignored --nocapture` prints the table of `docs/mip.md`.
#[test]
#[ignore = "prints measurements"]
fn measurements() {
    eprintln!("orders lines buckets decisions constraints   state s   solve s   unplanned cost   (due-date rule)");
    for (orders, lines) in [(25, 4), (50, 5), (10, 2)] {
        for seed in 1..=2 {
            let problem = Problem::new(&random_instance(seed, orders, lines));
            let begun = Instant::now();
            let demand = Demand::new(&problem, None);
            let count = bucket_count(&problem, &demand, MOST_DECISIONS).unwrap_or(0);
            let buckets = Buckets::new(&problem, &demand, count, None);
            let allocation = Allocation::new(&problem, &demand, &buckets, None);
            let (decisions, constraints) = (allocation.decisions(), allocation.constraints());
            let stated = begun.elapsed().as_secs_f64();
            let limits = Limits { seconds: Some(20.0), ..Limits::default() };
            let begun = Instant::now();
            let plan = allocate(&problem, None, &limits, &|| false);
            let solved = begun.elapsed().as_secs_f64();
            let value = plan.map(|plan| plan.map(|plan| evaluate(&problem, &plan).map(|s| s.value())));
            let rule = due_date_rule(&problem).1;
            eprintln!(
                "{orders:6} {lines:5} {:7} {decisions:9} {constraints:11} {stated:9.3} {solved:9.2}   {value:?}   {rule}",
                buckets.count()
            );
        }
    }
}

/// Earliest due date first, on the line that ends it first: what a spreadsheet does.
fn due_date_rule(problem: &Problem) -> (usize, Money) {
    let mut orders: Vec<OrderIdx> = problem.orders.ids().collect();
    orders.sort_by_key(|&order| problem.orders[order].due);
    let mut plan = Plan::empty(problem);
    let mut free: IdVec<LineIdx, Seconds> = problem.lines.iter().map(|line| line.available_from).collect();
    for order in orders {
        for lot in plan.add_order(problem, order, |_| 1) {
            let operation = plan.operation(lot, 0);
            let ends = problem.lines.ids().filter_map(|line| {
                let mut tried = plan.clone();
                tried.sequences[line].push(operation);
                let rate = problem.rate_on(tried.kind(problem, operation), line)?;
                let start = free[line].max(problem.orders[order].release);
                Some((start + rate.run_time(tried.lots[lot].quantity), line))
            });
            let (end, line) = ends.min().expect("a line");
            free[line] = end;
            plan.sequences[line].push(operation);
        }
    }
    evaluate(problem, &plan).expect("no deadlines here").value()
}
