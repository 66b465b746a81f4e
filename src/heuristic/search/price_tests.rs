//! Every price is what the changed plan costs when it is simulated from scratch; a limit on it hides nothing that would have
//! been cheap enough, and changes no price.

use super::ground_plan::{GroundPlan, arrangement_of, left_out_of, line_plans, worth};
use super::tests::setting;
use crate::generate::{Parameters, all_features_but, generate};
use crate::heuristic::construct::{Allowance, Constructed, construct};
use crate::heuristic::moves::{Draw, Neighbours, moves_for};
use crate::model::{Instance, Instant};
use crate::plan::Plan;
use crate::problem::{LineIdx, OrderIdx, Problem};
use crate::schedule::incremental::{Ground, Proposal, State};
use crate::schedule::{Schedule, evaluate, settle};
use crate::units::{DAY, Id as _, Money, Seconds};
use rand::{RngExt as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Changes drawn in each instance.
const DRAWS: usize = 1_500;

/// What pricing changes of one instance came to.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    priced: usize,
    impossible: usize,
    refused: usize,
    overtime: usize,
    with_overtime: usize,
    ends: usize,
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
    // Without what stood between, two lots may need a changeover so long that the line comes past its horizon.
    let Ok(timed) = evaluate(&problem, &fewer) else { return };
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
    let ends =
        |state: &State| -> Vec<i64> { (0..ground.lines.len()).map(|line| state.line_end(ground, line)).collect() };
    for _ in 0..DRAWS {
        proposal.clear();
        // What lines end after is counted from here on.
        let target = state.last_end() - random.random_range(0..7_200);
        state.aim_at(target);
        let propose = moves[random.random_range(0..moves.len())];
        let mut draw = Draw { ground, state: &state, neighbours: &neighbours, last_line: 20, random: &mut random };
        if !propose(&mut draw, &mut proposal) {
            continue;
        }
        // Overtime may change with a line's lots and with those of others; the moves change it alone.
        let mut with_overtime = false;
        if proposal.may_toggle() && random.random_bool(0.1) {
            let line = random.random_range(0..ground.lines.len());
            let windows = ground.lines[line].overtime.len() as u32;
            with_overtime = windows > 0;
            if with_overtime {
                proposal.toggle(line, random.random_range(0..windows));
            }
        }
        let price = state.price(ground, &mut proposal, i64::MAX);
        let anew = State::new(ground, &proposal.decided_on(&state)).map(|anew| anew.cost() - state.cost());
        assert_eq!(price.map(|price| price.delta), anew, "{name}: {proposal:?}");
        let Some(price) = price else {
            tally.impossible += 1;
            continue;
        };
        tally.priced += 1;
        tally.with_overtime += usize::from(with_overtime);
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
            let before = ends(&state);
            state.apply(ground, &proposal, price);
            if ground.makespan_cost_per_hour > 0 {
                let after = ends(&state);
                let sum_of = |ends: &[i64], from: i64| ends.iter().map(|&end| (end - from).max(0)).sum::<i64>();
                let changed = |from: i64| sum_of(&after, from) - sum_of(&before, from);
                assert_eq!((price.ends, price.over), (changed(0), changed(target)), "{name}: {proposal:?}");
                let last = after.iter().copied().filter(|&end| end > ground.start).fold(ground.other_end, i64::max);
                assert_eq!((state.last_end(), price.last_end), (last, last), "{name}: {proposal:?}");
                tally.ends += 1;
            }
            assert!(state.tails_hold(ground), "{name}: {proposal:?}");
            tally.applied += 1;
            if tally.applied.is_multiple_of(20) {
                agree(&state);
            }
            tally.overtime += usize::from(state.arrangement().opened != opened);
        }
    }
}

/// Settings of tiny instances of all that lines may have that stand alone.
fn alone() -> Vec<(String, String)> {
    vec![("features".to_string(), all_features_but(&["stages", "holding", "materials"]).to_string())]
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
            for (number, order) in instance.orders.iter_mut().step_by(3).enumerate() {
                // Every fifth before it is due.
                let later = if number % 5 == 4 { -DAY.0 / 4 } else { DAY.0 / 2 };
                order.deadline = order.due.map(|due| Instant::utc(due.seconds + Seconds(later)));
            }
        }
        price_changes(&format!("{generator} {parameters:?}"), &instance, 0.05, &mut tally);
    };
    for seed in 0..100 {
        of("anything", &Parameters { seed, set: alone(), ..Parameters::default() });
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
    let Tally { priced, impossible, refused, overtime, with_overtime, ends, applied } = tally;
    assert!(priced > 10_000 && impossible > 50 && refused > 5_000 && applied > 3_000, "{tally:?}");
    assert!(overtime > 30 && with_overtime > 1_000 && ends > 1_000, "{tally:?}");
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
        // Some late, and on time after many a change.
        vec![("items", "2"), ("promise_days", "2"), ("load_percent", "60"), ("changeover_percent", "100")],
    ];
    for seed in 0..32 {
        let shape = &shapes[seed % 4];
        let parameters = Parameters {
            seed: seed as u64,
            orders: Some(4 + seed % 7),
            lines: Some(2 + seed / 3 % 3),
            set: setting(shape),
            ..Parameters::default()
        };
        let mut instance = generate("plant", &parameters).unwrap();
        // On lines that must finish before closing, one lot may save more than the lot before it is earlier by.
        instance.lines.iter_mut().for_each(|line| line.pausable = seed / 4 % 3 != 0);
        price_changes(&format!("{parameters:?}"), &instance, 0.4, &mut tally);
    }
    assert!(tally.priced > 10_000 && tally.refused > 5_000 && tally.applied > 5_000, "{tally:?}");
}

#[test]
fn who_is_delivered_at_its_deadline_or_ends_with_the_horizon_to_the_second_is_in_time() {
    let mut in_time = 0;
    let tiny = (0..60).map(|seed| ("anything", Parameters { seed, set: alone(), ..Parameters::default() }));
    let plants =
        (0..4).map(|seed| ("plant", Parameters { seed, orders: Some(30), lines: Some(3), ..Parameters::default() }));
    for (generator, parameters) in tiny.chain(plants) {
        let mut instance = generate(generator, &parameters).unwrap();
        let problem = Problem::new(&instance);
        let Constructed { plan, schedule, .. } = construct(&problem, Allowance::UNLIMITED);
        if !super::covers(&problem) || GroundPlan::new(&problem, &plan, &schedule).is_none() {
            continue;
        }
        for (order, delivery) in instance.orders.iter_mut().zip(schedule.deliveries.iter()) {
            order.deadline = delivery.map(Instant::utc);
        }
        // And the horizon ends with the last of all.
        instance.end = schedule.operations.iter().map(|timed| timed.end).max().map(Instant::utc).or(instance.end);
        let problem = Problem::new(&instance);
        let timed = evaluate(&problem, &plan).unwrap();
        assert!(GroundPlan::new(&problem, &plan, &timed).is_some(), "{generator} {parameters:?}");
        in_time += 1;
    }
    assert!(in_time > 30, "{in_time}");
}

/// A late kit of which one item is begun and takes ten hours, the rest one hour on another line; both are on their way for two.
fn begun_kit() -> Instance {
    let text = r#"{"format":"lotwise/1","start":"2026-11-23T08:00:00Z",
        "sites":[{"id":"here","deliveries":[{"region":"north","time":"PT2H"}]}],
        "lines":[{"id":"one","site":"here","rates":[{"match":{"variant":"slow"},"seconds_per_unit":36000}]},
            {"id":"two","site":"here","rates":[{"match":{"variant":"quick"},"seconds_per_unit":3600}]}],
        "variants":[{"id":"slow"},{"id":"quick"}],
        "orders":[{"id":"kit","region":"north","due":"2026-11-23T08:30:00Z","late_cost_per_day":240,"reject_cost":10000,
                "items":[{"variant":"slow","quantity":1},{"variant":"quick","quantity":1}]},
            {"id":"plain","region":"north","due":"2026-11-23T09:00:00Z","late_cost_per_day":24,"items":[{"variant":"quick","quantity":1}]}],
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
