//! What makes lines stand alone, what groups of them take in and leave out, and what a search comes to by iterations and by time.

use super::ground_plan::GroundPlan;
use super::guidance::Guidance;
use super::tempering::{Ladder, RUNGS};
use super::{Annealing, TEMPERED_PACE, improve_groups};
use crate::generate::{Parameters, generate};
use crate::heuristic::construct::{Allowance, Constructed, construct};
use crate::heuristic::moves::Neighbours;
use crate::heuristic::replicas::{EPOCHS, Effort, Epoch, Replica as _};
use crate::model::{
    Amount, Baseline, Instance, Instant, Item, LotEntry, Material, MaterialUse, OperationEntry, Route, RouteOperation,
};
use crate::plan::{Fate, Plan};
use crate::problem::{OrderIdx, Problem};
use crate::schedule::{Schedule, evaluate};
use crate::units::{MICRO, Money, Seconds};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Settings of a generator, by name.
pub(super) fn setting(settings: &[(&str, &str)]) -> Vec<(String, String)> {
    settings.iter().map(|&(name, value)| (name.to_string(), value.to_string())).collect()
}

/// First and last temperature, over what the second past a target costs, where the makespan alone counts and every lot takes an hour, on
/// one line with changeovers of so many seconds, which takes two hours, and on one without.
fn heat_with_changeovers_of(seconds: u32) -> (f64, f64) {
    let text = format!(
        r#"{{"format":"lotwise/1","start":"2026-11-23T08:00:00Z","objective":{{"makespan_cost_per_hour":3600}},
        "changeovers":[{{"id":"set","rules":[{{"attribute":"class","time":"PT{seconds}S"}}]}}],
        "lines":[{{"id":"quick","rates":[{{"seconds_per_unit":3600}}]}},
            {{"id":"slow","changeovers":"set","rates":[{{"seconds_per_unit":7200}}]}}],
        "variants":[{{"id":"a","attributes":{{"class":"a"}}}},{{"id":"b","attributes":{{"class":"b"}}}}],
        "orders":[{{"id":"1","items":[{{"variant":"a","quantity":1}}]}},{{"id":"2","items":[{{"variant":"b","quantity":1}}]}}]}}"#
    );
    let problem = Problem::new(&crate::model::read_instance(text.as_bytes()).unwrap());
    let Constructed { plan, schedule, .. } = construct(&problem, Allowance::UNLIMITED);
    let GroundPlan { ground, .. } = GroundPlan::new(&problem, &plan, &schedule).unwrap();
    let (first, last) = Guidance::of(&ground).temperatures().unwrap();
    // One of money, in ten-thousandths.
    let second = 10_000.0;
    (first / second, last / second)
}

#[test]
fn short_changeovers_are_searched_until_it_is_colder() {
    // The mean over both lines is half of it, and short is less than two lots.
    assert_eq!(heat_with_changeovers_of(4 * 3_600 + 1), (2_520.0, 360.0));
    assert_eq!(heat_with_changeovers_of(4 * 3_600 - 1), (2_520.0, 72.0));
}

/// A plant of forty orders that may be refused, on four lines.
fn small_plant(change: impl Fn(usize, &mut crate::model::Order)) -> Problem {
    let set = setting(&[("load_percent", "60"), ("reject_percent", "100"), ("deadline_percent", "0")]);
    let asked = Parameters { orders: Some(40), lines: Some(4), set, ..Parameters::default() };
    let mut instance = generate("plant", &asked).unwrap();
    instance.orders.iter_mut().enumerate().for_each(|(index, order)| change(index, order));
    Problem::new(&instance)
}

/// What is done with so many iterations on so many threads.
fn with_effort<R>(iterations: u64, threads: usize, run: impl FnOnce(Effort<'_>) -> R) -> R {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    run(Effort {
        seed: 1,
        iterations: Some(iterations),
        remaining: &|| None,
        used: Duration::ZERO,
        cancelled: &|| false,
        pool: &pool,
        chooser: None,
        arrived: &|| None,
    })
}

/// What two groups of lines, each by itself, make of a plan.
fn by_groups(problem: &Problem, plan: &Plan) -> (Plan, Schedule) {
    let lines: Vec<_> = problem.lines.ids().collect();
    let groups = [(lines[..2].to_vec(), 3), (lines[2..].to_vec(), 4)];
    let schedule = evaluate(problem, plan).unwrap();
    let (_, better) =
        with_effort(40_000, 1, |effort| improve_groups(problem, (plan, &schedule), &groups, (0.4, 20_000), effort));
    let (plan, schedule) = better.unwrap();
    assert_eq!(evaluate(problem, &plan).unwrap().value(), schedule.value());
    (plan, schedule)
}

/// The orders that a plan leaves out, which are those that it makes no lots of.
fn left_out(problem: &Problem, plan: &Plan, schedule: &Schedule) -> Vec<OrderIdx> {
    let left_out: Vec<OrderIdx> = problem.orders.ids().filter(|&order| plan.fates[order] == Fate::LeftOut).collect();
    for order in problem.orders.ids() {
        let has_lots = plan.lots.iter().any(|lot| problem.items[lot.item].order == order);
        assert_eq!(has_lots, !left_out.contains(&order), "{order:?}");
        assert_eq!(schedule.deliveries[order].is_some(), has_lots, "{order:?}");
    }
    left_out
}

#[test]
fn groups_take_in_what_is_left_out() {
    let problem = small_plant(|_, order| order.reject_cost = Some(Money(10_000 * Money::SCALE)));
    let made = construct(&problem, Allowance::UNLIMITED);
    let out: Vec<OrderIdx> = problem.orders.ids().step_by(4).collect();
    let (plan, schedule) = by_groups(&problem, &made.plan.without(&problem, &out));
    assert!(left_out(&problem, &plan, &schedule).is_empty());
}

#[test]
fn groups_leave_out_what_is_begun_and_not_worth_it() {
    // Part of each third order is delivered by the start; the rest costs next to nothing to refuse.
    let problem = small_plant(|index, order| {
        order.reject_cost = Some(Money(10_000 * Money::SCALE));
        if index % 3 == 0 {
            order.items.push(Item { quantity: 5, done: 5, ..order.items[0].clone() });
            order.reject_cost = Some(Money(1));
        }
    });
    let mut plan = construct(&problem, Allowance::UNLIMITED).plan;
    let refused: Vec<OrderIdx> = problem.orders.ids().filter(|&order| plan.fates[order] == Fate::LeftOut).collect();
    for order in refused {
        // Construction knows what it is worth: here it stands at the end of a line that can make it.
        let lots = plan.add_order(&problem, order, |_| 1);
        for lot in lots {
            let line = problem.modes(problem.kind_of(plan.lots[lot].item, 0))[0].line;
            let operation = plan.operation(lot, 0);
            plan.sequences[line].push(operation);
        }
    }
    let (plan, schedule) = by_groups(&problem, &plan);
    let out = left_out(&problem, &plan, &schedule);
    assert!(out.len() >= 10 && out.iter().all(|order| order.0 % 3 == 0), "{out:?}");
}

#[test]
fn lines_stand_alone_unless_something_ties_them() {
    let parameters = Parameters { orders: Some(8), lines: Some(2), ..Parameters::default() };
    let stand_alone = |change: &dyn Fn(&mut Instance)| {
        let mut instance = generate("parallel", &parameters).unwrap();
        change(&mut instance);
        super::covers(&Problem::new(&instance))
    };
    assert!(stand_alone(&|_| ()));
    assert!(!stand_alone(&|instance| instance.orders[3].holding_cost_per_day = Money(1)));
    let route = |steps: usize| {
        let name = |step: usize| format!("{step}");
        let after = |step: usize| step.checked_sub(1).map(name).into_iter().collect();
        let operation =
            |step: usize| RouteOperation { id: name(step), after: after(step), ..RouteOperation::default() };
        Route { id: "route".to_string(), operations: (0..steps).map(operation).collect(), meta: None }
    };
    let through = |instance: &mut Instance| instance.variants[0].route = Some("route".to_string());
    // Of two steps, but nobody goes it; of one step; of two.
    assert!(stand_alone(&|instance| instance.routes.push(route(2))));
    assert!(stand_alone(&|instance| (instance.routes.push(route(1)), through(instance)).1));
    assert!(!stand_alone(&|instance| (instance.routes.push(route(2)), through(instance)).1));
    let material = |stock: i64| {
        move |instance: &mut Instance| {
            let stock = Amount(stock * MICRO);
            instance.materials.push(Material { id: "felt".to_string(), stock, ..Material::default() });
            let taken = MaterialUse { id: "felt".to_string(), per_unit: Amount(MICRO), operation: None, meta: None };
            instance.variants.iter_mut().for_each(|variant| variant.materials.push(taken.clone()));
        }
    };
    // Enough for all; for some.
    assert!(stand_alone(&material(1_000_000_000)));
    assert!(!stand_alone(&material(1)));
    let before = |start_change: i64, lots: usize| {
        move |instance: &mut Instance| {
            let (line, start) = (instance.lines[0].id.clone(), instance.start);
            let end = Instant::utc(start.seconds + Seconds(3_600));
            let operation = OperationEntry { operation: None, line, setup_start: None, start, end, meta: None };
            let order = instance.orders[0].id.clone();
            let quantity = instance.orders[0].items[0].quantity;
            let lot =
                LotEntry { order, item: "0".to_string(), quantity, operations: vec![operation], ..LotEntry::default() };
            instance.baseline = Some(Baseline {
                start_change_cost_per_hour: Money(start_change),
                lots: vec![lot; lots],
                ..Baseline::default()
            });
        }
    };
    assert!(stand_alone(&before(0, 1)));
    assert!(stand_alone(&before(1, 0)));
    assert!(!stand_alone(&before(1, 1)));
}

/// Orders of which so many in a hundred are late whatever is done.
fn late_orders(orders: usize, lines: usize, percent: &str) -> Problem {
    let set = setting(&[("tardiness_percent", percent)]);
    let asked = Parameters { orders: Some(orders), lines: Some(lines), set, ..Parameters::default() };
    Problem::new(&generate("parallel", &asked).unwrap())
}

#[test]
fn plans_wander_up_and_down_the_ladder() {
    let problem = late_orders(20, 2, "90");
    let Constructed { plan, schedule, .. } = construct(&problem, Allowance::UNLIMITED);
    let GroundPlan { ground, state, .. } = GroundPlan::new(&problem, &plan, &schedule).unwrap();
    let neighbours = Neighbours::new(&ground);
    let replica = |number: usize| Annealing::new(&ground, &neighbours, state.clone(), 1, number as u64);
    let mut replicas: Vec<_> = (0..RUNGS).map(replica).collect();
    let mut ladder = Ladder::new(replica(RUNGS).calibrate(true), 1);
    let (mut at_foot, mut costs) = (Vec::new(), [0_i64; 2]);
    with_effort(480_000, 2, |effort| {
        for epoch in 0..EPOCHS {
            ladder.run_part(&mut replicas, effort, (epoch, (0, 1), None), TEMPERED_PACE);
            let (top, foot) = (ladder.replicas()[0], ladder.replicas()[RUNGS - 1]);
            let mut all = ladder.replicas().to_vec();
            all.sort_unstable();
            assert!(all.into_iter().eq(0..RUNGS), "each replica on one rung");
            if epoch >= EPOCHS / 2 {
                at_foot.push(foot);
                costs[0] += replicas[top].current_cost();
                costs[1] += replicas[foot].current_cost();
            }
        }
    });
    assert_eq!(replicas.iter().map(Annealing::iterations).sum::<u64>(), 480_000);
    assert!(costs[0] > costs[1] * 11 / 10, "hot plans cost more than cold ones: {costs:?}");
    at_foot.sort_unstable();
    at_foot.dedup();
    assert!(at_foot.len() >= 4, "at the foot were {at_foot:?}");
}

#[test]
fn many_iterations_for_few_lots_come_to_the_same_plan_on_any_number_of_threads() {
    let problem = late_orders(9, 2, "90");
    // The last first: much is left to be found.
    let mut plan = construct(&problem, Allowance::UNLIMITED).plan;
    plan.sequences.iter_mut().for_each(|sequence| sequence.reverse());
    let schedule = evaluate(&problem, &plan).unwrap();
    let mut found = Vec::new();
    // Cooled down; tempered, on one thread and on three.
    for (iterations, threads) in [(200_000, 1), (240_000, 1), (240_000, 3)] {
        let mut best = (0, schedule.value(), plan.sequences.clone());
        with_effort(iterations, threads, |effort| {
            super::search(&problem, &plan, &schedule, effort, &mut |epoch| {
                best.0 = epoch.iterations;
                if let Some((plan, schedule)) = epoch.better {
                    (best.1, best.2) = (schedule.value(), plan.sequences.clone());
                }
            });
        });
        assert!(best.1 < schedule.value());
        found.push(best);
    }
    assert_eq!(found[1], found[2]);
    assert_eq!((found[1].0, found[1].1), (240_000, found[0].1), "as good as what is cooled down: the optimum");
}

type Search = fn(&Problem, &Plan, &Schedule, Effort<'_>, &mut dyn FnMut(Epoch));

#[test]
fn iterations_come_to_the_same_plan_on_any_number_of_threads() {
    // Replicas that meet, and groups of lines, at most eight each, that are put together anew each round.
    let cases: [(_, Search); 2] =
        [(late_orders(90, 5, "70"), super::search), (late_orders(90, 20, "70"), super::regions::search)];
    for (problem, search) in cases {
        let Constructed { plan, schedule, .. } = construct(&problem, Allowance::UNLIMITED);
        let found = [1, 3].map(|threads| {
            let (mut best, mut better) = ((schedule.value(), plan.sequences.clone()), 0);
            with_effort(100_000, threads, |effort| {
                search(&problem, &plan, &schedule, effort, &mut |epoch| {
                    if let Some((plan, schedule)) = epoch.better {
                        assert_eq!(evaluate(&problem, &plan).unwrap().value(), schedule.value());
                        (best, better) = ((schedule.value(), plan.sequences.clone()), better + 1);
                    }
                });
            });
            assert!(better > 2 && best.0 < schedule.value(), "{better} times better");
            best
        });
        assert_eq!(found[0], found[1]);
    }
}

#[test]
fn a_good_plan_is_there_early_in_a_time_limit() {
    // Too many lots for plans to be exchanged. A second goes by with each look at the clock, so that no other clock decides.
    const SECONDS: u64 = 600;
    let problem = late_orders(120, 6, "70");
    let Constructed { plan, schedule, .. } = construct(&problem, Allowance::UNLIMITED);
    let looks = AtomicU64::new(0);
    let remaining = || Some(Duration::from_secs(SECONDS.saturating_sub(looks.fetch_add(1, Ordering::Relaxed))));
    let mut costs = vec![(0.0, schedule.value().1)];
    with_effort(0, 1, |effort| {
        let effort = Effort { iterations: None, remaining: &remaining, ..effort };
        super::search(&problem, &plan, &schedule, effort, &mut |epoch| {
            let cost = epoch.better.map_or(costs[costs.len() - 1].1, |(_, schedule)| schedule.value().1);
            costs.push((epoch.done, cost));
        });
    });
    let gained = |share: f64| {
        let (_, cost) = *costs.iter().rfind(|(done, _)| *done <= share).unwrap();
        (costs[0].1 - cost).0 as f64
    };
    let early = gained(0.15) / gained(1.0);
    // 0.95; with one long cooling 0.71.
    assert!(early > 0.85, "{early}: {costs:?}");
}
