//! Every price is what the changed plan costs when it is simulated from scratch; a limit on it hides nothing that would have
//! been cheap enough, and changes no price. What makes lines stand alone, and what groups of them take in and leave out.

use super::ground_plan::{GroundPlan, arrangement_of, left_out_of, line_plans, worth};
use super::guidance::Guidance;
use super::tempering::{Ladder, RUNGS};
use super::{Annealing, TEMPERED_PACE, improve_groups};
use crate::generate::{Parameters, features_of_anything, generate};
use crate::heuristic::construct::{Allowance, Constructed, construct};
use crate::heuristic::moves::{Draw, Neighbours, moves_for};
use crate::heuristic::replicas::{EPOCHS, Effort, Epoch, Replica as _};
use crate::model::{
    Amount, Baseline, Instance, Instant, Item, LotEntry, Material, MaterialUse, OperationEntry, Route, RouteOperation,
};
use crate::plan::{Fate, Plan};
use crate::problem::{LineIdx, OrderIdx, Problem};
use crate::schedule::incremental::{Ground, Proposal, State};
use crate::schedule::{Schedule, evaluate, settle};
use crate::units::{DAY, Id as _, MICRO, Money, Seconds};
use rand::{RngExt as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Settings of a generator, by name.
fn setting(settings: &[(&str, &str)]) -> Vec<(String, String)> {
    settings.iter().map(|&(name, value)| (name.to_string(), value.to_string())).collect()
}

/// Changes drawn in each instance.
const DRAWS: usize = 1_500;

/// What pricing changes of one instance came to.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    priced: usize,
    impossible: usize,
    refused: usize,
    overtime: usize,
    applied: usize,
}

/// Prices changes of a constructed plan: of all its lines, of the first half of them, and of all without every third order. Goes on from
/// what costs no more, and from such a share of the rest.
fn price_changes(name: &str, instance: &Instance, share: f64, tally: &mut Tally) {
    let problem = Problem::new(instance);
    if !super::covers(&problem) {
        return;
    }
    let Constructed { plan, schedule, .. } = construct(&problem, Allowance::UNLIMITED);
    let mut of_whole = |plan: &GroundPlan| {
        // Asserts that the reference says the same, and that the plan leads back to the state.
        let agree = |state: &State| {
            let (finished, _) = plan.finish(&problem, &state.arrangement()).expect(name);
            let again = plan.state_of(&finished).map(|again| again.arrangement());
            assert_eq!(again, plan.ground.divided.is_empty().then(|| state.arrangement()), "{name}");
        };
        price_changes_of(name, &plan.ground, plan.state.clone(), (share, &agree), tally);
    };
    GroundPlan::new(&problem, &plan, &schedule).iter().for_each(&mut of_whole);
    let out: Vec<OrderIdx> =
        problem.orders.ids().step_by(3).filter(|&order| !problem.orders[order].nothing_left).collect();
    let fewer = plan.without(&problem, &out);
    let timed = evaluate(&problem, &fewer).unwrap();
    GroundPlan::new(&problem, &fewer, &timed).iter().for_each(&mut of_whole);
    let half = problem.lines.len() / 2;
    price_changes_on_part(name, &problem, (&plan, &schedule), &lines_of(&problem, |line| line < half), share, tally);
    price_changes_on_part(name, &problem, (&fewer, &timed), &lines_of(&problem, |line| line >= half), share, tally);
    price_changes_on_part(name, &problem, (&fewer, &timed), &lines_of(&problem, |line| line % 2 == 0), share, tally);
}

fn lines_of(problem: &Problem, is_one: impl Fn(usize) -> bool) -> Vec<LineIdx> {
    problem.lines.ids().filter(|line| is_one(line.position())).collect()
}

/// Prices changes of some lines of a plan, and of what it leaves out, while all else stands still.
fn price_changes_on_part(
    name: &str,
    problem: &Problem,
    (plan, schedule): (&Plan, &Schedule),
    lines: &[LineIdx],
    share: f64,
    tally: &mut Tally,
) {
    let left_out: Vec<OrderIdx> = problem.orders.ids().filter(|&order| schedule.deliveries[order].is_none()).collect();
    let ground = Ground::new(problem, plan, schedule, lines, &left_out);
    let Some(state) = State::new(&ground, &arrangement_of(plan, lines)) else { return };
    let before = state.cost();
    // Asserts that the whole plan costs as much more as prices say.
    let agree = |state: &State| {
        let lines = line_plans(&ground, &state.arrangement());
        let mut changed = plan.rearranged(problem, &lines, &left_out_of(&ground, state));
        let timed = settle(problem, &mut changed).expect(name);
        assert_eq!(worth(timed.value()) - worth(schedule.value()), state.cost() - before, "{name}");
    };
    price_changes_of(name, &ground, state, (share, &agree), tally);
}

/// Prices changes without a limit, with a limit just met, just missed and drawn; goes on from what costs no more and from a share of
/// the rest, of which `agree` hears every twentieth.
fn price_changes_of(
    name: &str,
    ground: &Ground,
    mut state: State,
    (share, agree): (f64, &dyn Fn(&State)),
    tally: &mut Tally,
) {
    let (moves, neighbours) = (moves_for(ground), Neighbours::new(ground));
    let mut proposal = Proposal::default();
    let mut random = Xoshiro256PlusPlus::seed_from_u64(11);
    if ground.orders.is_empty() {
        return;
    }
    for _ in 0..DRAWS {
        proposal.clear();
        let propose = moves[random.random_range(0..moves.len())];
        let (last_line, random) = (20, &mut random);
        let mut draw = Draw { ground, state: &state, neighbours: &neighbours, last_line, random };
        if !propose(&mut draw, &mut proposal) {
            continue;
        }
        let price = state.price(ground, &mut proposal, i64::MAX);
        let anew = State::new(ground, &proposal.decided_on(&state)).map(|anew| anew.cost() - state.cost());
        assert_eq!(price.map(|price| price.delta), anew, "{name}: {proposal:?}");
        let Some(price) = price else {
            tally.impossible += 1;
            continue;
        };
        tally.priced += 1;
        let spread = price.delta.unsigned_abs().max(100) as i64;
        let drawn = price.delta.saturating_add(random.random_range(-spread..=spread));
        for most in [price.delta, price.delta - 1, drawn] {
            let limited = state.price(ground, &mut proposal, most);
            let allowed = limited == Some(price) || (limited.is_none() && price.delta > most);
            assert!(allowed, "{name}: {price:?} is {limited:?} with {most}: {proposal:?}");
            tally.refused += usize::from(limited.is_none());
        }
        if price.delta <= 0 || random.random_bool(share) {
            let opened = state.arrangement().opened;
            state.apply(ground, &proposal, price);
            tally.applied += 1;
            if tally.applied.is_multiple_of(20) {
                agree(&state);
            }
            tally.overtime += usize::from(state.arrangement().opened != opened);
        }
    }
}

#[test]
fn prices_are_exact_and_a_limit_hides_none_that_meets_it() {
    let mut tally = Tally::default();
    let mut of = |generator: &str, parameters: &Parameters| {
        let mut instance = generate(generator, parameters).unwrap();
        if let Some(before) = &mut instance.baseline {
            before.start_change_cost_per_hour = Money::ZERO;
        }
        if generator != "anything" {
            // Deadlines that many a change breaks, and that leave some orders out.
            for order in instance.orders.iter_mut().step_by(3) {
                order.deadline = order.due.map(|due| Instant::utc(due.seconds + Seconds(DAY.0 / 2)));
            }
        }
        price_changes(&format!("{generator} {parameters:?}"), &instance, 0.05, &mut tally);
    };
    // Tiny instances of all that lines may have that stand alone.
    let coupling = ["stages", "holding", "materials"];
    let alone =
        features_of_anything().enumerate().filter(|(_, name)| !coupling.contains(name)).map(|(bit, _)| 1_i64 << bit);
    let set = vec![("features".to_string(), alone.sum::<i64>().to_string())];
    for seed in 0..100 {
        of("anything", &Parameters { seed, set: set.clone(), ..Parameters::default() });
    }
    let plants = [
        ("parallel", vec![("tardiness_percent", "70")]),
        ("parallel", vec![("calendar", "two-shift"), ("tardiness_percent", "60")]),
        ("plant", vec![("overtime", "evenings"), ("load_percent", "110")]),
        ("plant", vec![("bulk_percent", "20"), ("promise_days", "5"), ("overtime", "evenings")]),
        // Late kits, each with many lots on few lines.
        ("plant", vec![("items", "12"), ("promise_days", "2"), ("load_percent", "150"), ("lines", "2")]),
        ("plant", vec![("items", "4"), ("promise_days", "1"), ("load_percent", "100"), ("lines", "3")]),
    ];
    for (generator, settings) in plants {
        let set = setting(&settings);
        let lines = settings.iter().all(|&(name, _)| name != "lines").then_some(4);
        of(generator, &Parameters { seed: 3, orders: Some(60), lines, set, ..Parameters::default() });
    }
    price_changes("begun kit", &begun_kit(), 0.05, &mut tally);
    println!("{tally:?}");
    let Tally { priced, impossible, refused, overtime, applied } = tally;
    assert!(priced > 10_000 && impossible > 50 && refused > 5_000 && overtime > 30 && applied > 3_000, "{tally:?}");
}

/// What decides when an order is complete changes most where there are few orders, each of several lots on several lines, most of
/// them late, and where plans that are dearer are gone on from too.
#[test]
fn prices_of_late_kits_are_exact() {
    let mut tally = Tally::default();
    let shapes = [
        vec![("items", "3"), ("promise_days", "1"), ("load_percent", "150"), ("overtime", "evenings")],
        vec![("items", "5"), ("promise_days", "2"), ("load_percent", "200"), ("deadline_percent", "0")],
        vec![("items", "2"), ("promise_days", "1"), ("load_percent", "120"), ("changeover_percent", "200")],
    ];
    for seed in 0..24 {
        let shape = &shapes[seed % 3];
        let parameters = Parameters {
            seed: seed as u64,
            orders: Some(4 + seed % 7),
            lines: Some(2 + seed / 3 % 3),
            set: setting(shape),
            ..Parameters::default()
        };
        price_changes(&format!("{parameters:?}"), &generate("plant", &parameters).unwrap(), 0.4, &mut tally);
    }
    assert!(tally.priced > 10_000 && tally.refused > 5_000 && tally.applied > 5_000, "{tally:?}");
}

/// A late kit of which one item is begun and takes ten hours, the rest one hour on another line.
fn begun_kit() -> Instance {
    let text = r#"{"format":"lotwise/1","start":"2026-11-23T08:00:00Z",
        "lines":[{"id":"one","rates":[{"match":{"variant":"slow"},"seconds_per_unit":36000}]},
            {"id":"two","rates":[{"match":{"variant":"quick"},"seconds_per_unit":3600}]}],
        "variants":[{"id":"slow"},{"id":"quick"}],
        "orders":[{"id":"kit","due":"2026-11-23T08:30:00Z","late_cost_per_day":240,"reject_cost":10000,
                "items":[{"variant":"slow","quantity":1},{"variant":"quick","quantity":1}]},
            {"id":"plain","due":"2026-11-23T09:00:00Z","late_cost_per_day":24,"items":[{"variant":"quick","quantity":1}]}],
        "baseline":{"frozen_until":"2026-11-23T08:01:00Z","lots":[{"order":"kit","item":"0","quantity":1,"operations":[
            {"line":"one","start":"2026-11-23T08:00:00Z","end":"2026-11-23T18:00:00Z"}]}]}}"#;
    crate::model::read_instance(text.as_bytes()).unwrap()
}

#[test]
fn the_first_place_that_is_not_over_is_that_of_the_first_lot_that_ends_later() {
    let set = setting(&[("calendar", "two-shift"), ("tardiness_percent", "60")]);
    let asked = Parameters { orders: Some(40), lines: Some(3), set, ..Parameters::default() };
    let problem = Problem::new(&generate("parallel", &asked).unwrap());
    let Constructed { plan, schedule, .. } = construct(&problem, Allowance::UNLIMITED);
    let GroundPlan { state, .. } = GroundPlan::new(&problem, &plan, &schedule).unwrap();
    let ends: Vec<Vec<i64>> =
        (0..3).map(|line| (0..state.sequence(line).len()).map(|place| state.end_at(line, place)).collect()).collect();
    for instant in ends.iter().flatten().flat_map(|&end| [end - 1, end, end + 1]) {
        for (line, ends) in ends.iter().enumerate() {
            let before = ends.iter().take_while(|&&end| end < instant).count();
            assert_eq!(state.first_behind(line, instant - 1), before);
        }
    }
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
