//! What is given up before it is timed in full would have been too dear, and what is not costs what it costs in full; what a change
//! comes to is what the reference says, and what is taken back leaves nothing behind. What is told of where operations stand holds.

use super::clocks::Clocks;
use super::draw::{Draw, Kin};
use super::moves::MOVES;
use super::trial::draw;
use crate::generate::{Parameters, generate};
use crate::heuristic::construct::{Allowance, construct};
use crate::model::{Instance, Instant};
use crate::problem::Problem;
use crate::schedule::network::{Costs, Most, Network, OpId, Timetable, Wait};
use crate::schedule::{Infeasible, Obstacle, evaluate_roughly};
use crate::units::Seconds;
use rand::{RngExt as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Relocations tried in each plant.
const RELOCATIONS: usize = 600;

/// An operation goes to another place in the two steps of a move, at most for `most`; what it then costs by what is priced early.
fn relocate(
    timetable: &mut Timetable,
    network: &Network<'_>,
    (operation, mode, place): (OpId, u32, usize),
    most: i64,
) -> Option<i64> {
    timetable.take_out(network, operation);
    timetable.settle_early(network, Most::ANYTHING)?;
    timetable.put_in(network, operation, mode, place);
    timetable.settle_within(network, Most::of(most))?;
    let costs = timetable.costs();
    Some(costs.steady + costs.late + costs.makespan)
}

#[test]
fn only_what_is_too_dear_is_given_up() {
    let (mut refused, mut accepted) = (0, 0);
    for (name, orders) in [("garment", 12), ("cluster", 12), ("xunxi", 15), ("shangpin", 2), ("farm", 20)] {
        let parameters = Parameters { seed: 5, orders: Some(orders), ..Parameters::default() };
        let instance = generate(name, &parameters).unwrap();
        let problem = Problem::new(&instance);
        let made = construct(&problem, Allowance::UNLIMITED);
        let network = Network::new(&problem, &made.plan);
        let mut timetable = network.timetable(&made.plan).unwrap();
        let mut random = Xoshiro256PlusPlus::seed_from_u64(7);
        for _ in 0..RELOCATIONS {
            let Some((operation, mode)) = draw(&network, &timetable, &mut random) else { continue };
            let line = network.modes[mode as usize].line;
            let here = timetable.here(operation);
            let (first, last) = timetable.window(&network, operation, line);
            let last = if here.line == line { last.min(timetable.sequence(line).len() - 1).max(first) } else { last };
            let to = (operation, mode, random.random_range(first..=last));
            let in_full = relocate(&mut timetable, &network, to, i64::MAX);
            timetable.take_back();
            let Some(cost) = in_full else { continue };
            assert_eq!(relocate(&mut timetable, &network, to, cost), in_full, "{name}: {to:?}");
            timetable.take_back();
            assert_eq!(relocate(&mut timetable, &network, to, cost - 1), None, "{name}: {to:?}");
            timetable.take_back();
            refused += 1;
            if random.random_bool(0.1) && relocate(&mut timetable, &network, to, cost).is_some() {
                timetable.keep(&network);
                accepted += 1;
            } else {
                timetable.take_back();
            }
        }
    }
    assert!(refused > 1_000 && accepted > 50, "{refused} {accepted}");
}

/// So many random instances, and a small plant of each kind whose lines are coupled.
fn plants(random: u64) -> impl Iterator<Item = (String, Instance)> {
    let anything = (0..random).map(|seed| (format!("anything {seed}"), "anything", seed, None));
    let coupled = [("garment", 8), ("cluster", 8), ("xunxi", 10), ("shangpin", 2), ("farm", 12)];
    let coupled = coupled.map(|(name, orders)| (name.to_string(), name, 9, Some(orders)));
    anything.chain(coupled).map(|(told, name, seed, orders)| {
        (told, generate(name, &Parameters { seed, orders, ..Parameters::default() }).unwrap())
    })
}

/// All of a timetable that a change may touch: sequences, takings, which orders are made, costs; where operations are, and when.
type Seen = (Vec<Vec<OpId>>, Vec<Vec<OpId>>, Vec<bool>, Costs, Vec<Option<(u32, u32, i64, i64)>>, Vec<i64>);

fn seen(network: &Network<'_>, timetable: &Timetable) -> Seen {
    let place = |operation: usize| {
        let here = timetable.here(operation as OpId);
        here.is_placed().then_some((here.line, here.place, here.start, here.end))
    };
    let completions = (0..network.orders.len() as u32).map(|order| timetable.completion(order));
    (
        timetable.sequences().to_vec(),
        timetable.takings(),
        timetable.made().to_vec(),
        timetable.costs(),
        (0..network.operations.len()).map(place).collect(),
        completions.collect(),
    )
}

/// What changes of plans came to.
#[derive(Default, Debug)]
struct Tally {
    timed: usize,
    refused: usize,
    circles: usize,
    kept: usize,
}

/// An operation goes to any place of any line that can run it, inside the window in which nobody waits for himself or not: whether
/// it is inside.
fn anywhere(network: &Network<'_>, timetable: &mut Timetable, random: &mut Xoshiro256PlusPlus) -> Option<bool> {
    let (operation, mode) = draw(network, timetable, random)?;
    let line = network.modes[mode as usize].line;
    timetable.take_out(network, operation);
    let (first, last) = timetable.window(network, operation, line);
    let place = random.random_range(0..=timetable.sequence(line).len());
    timetable.put_in(network, operation, mode, place);
    Some((first..=last).contains(&place))
}

/// Draws changes of a constructed plan by the moves of the search and to any place, and goes on from some of them. Those that are kept
/// are compared with the reference by `keep`.
fn change(name: &str, instance: &Instance, tally: &mut Tally) {
    let problem = Problem::new(instance);
    let made = construct(&problem, Allowance::UNLIMITED);
    let mut network = Network::new(&problem, &made.plan);
    network.add_forms();
    let Some(mut timetable) = network.timetable(&made.plan).filter(|_| !network.operations.is_empty()) else { return };
    let (kin, mut clocks, mut path) = (Kin::new(&network), Clocks::default(), Vec::new());
    let mut random = Xoshiro256PlusPlus::seed_from_u64(3);
    for _ in 0..250 {
        let before = seen(&network, &timetable);
        let inside = if random.random_bool(0.4) {
            anywhere(&network, &mut timetable, &mut random)
        } else {
            let (move_name, propose, _) = MOVES[random.random_range(0..MOVES.len())];
            let mut draw = Draw {
                network: &network,
                timetable: &mut timetable,
                kin: &kin,
                random: &mut random,
                clocks: &mut clocks,
                path: &mut path,
                most: i64::MAX,
                later_most: i64::MAX,
            };
            // What goes back in together may come to wait for one another.
            propose(&mut draw).map(|()| move_name == "relocate")
        };
        let settled = inside.and_then(|_| timetable.settle(&network));
        if let Some(inside) = inside {
            let decided = (timetable.sequences(), &timetable.takings()[..], timetable.made());
            let plan = network.plan_of(decided, timetable.overtime());
            let reference = evaluate_roughly(&problem, &plan);
            assert_eq!(settled.is_some(), reference.is_ok(), "{name}: {reference:?}");
            if let Err(Infeasible { orders }) = reference {
                let circle = orders.iter().any(|&(_, obstacle)| obstacle == Obstacle::Circle);
                assert!(!(circle && inside), "{name}: inside its window nobody waits for himself");
                tally.refused += 1;
                tally.circles += usize::from(circle);
            } else {
                tally.timed += 1;
            }
        }
        if settled.is_some() && random.random_bool(0.5) {
            timetable.keep(&network);
            tally.kept += 1;
        } else {
            timetable.take_back();
            assert_eq!(seen(&network, &timetable), before, "{name}: what is taken back leaves nothing behind");
        }
    }
}

#[test]
fn a_change_comes_to_what_the_reference_says_or_is_taken_back_whole() {
    let mut tally = Tally::default();
    for (name, instance) in plants(150) {
        change(&name, &instance, &mut tally);
    }
    println!("{tally:?}");
    let Tally { timed, refused, circles, kept } = tally;
    assert!(timed > 10_000 && refused > 500 && circles > 200 && kept > 5_000, "{timed} {refused} {circles} {kept}");
}

/// What is told of an operation is what its neighbours make of it: no start before what it waits for has come, and named is who,
/// moved away, would let it start earlier.
fn look_at(name: &str, network: &Network<'_>, timetable: &Timetable, operation: OpId, named: &mut [usize; 2]) {
    let here = timetable.here(operation);
    let line = &network.lines[here.line as usize];
    let mode = &network.modes[here.mode as usize];
    let before = (here.place as usize).checked_sub(1).map(|place| timetable.sequence(here.line)[place]);
    let (free, class) = before.map_or((line.available_from, line.initial_class), |before| {
        let before = timetable.here(before);
        (before.end, network.modes[before.mode as usize].class)
    });
    let setup = network.setup_time(line, class, mode.class);
    let starts = |free, ready| {
        timetable.open_time(network, here.line).next(free, setup, ready, mode.run).map(|(start, _)| start)
    };
    let arrival = |wait: &Wait| {
        let from = timetable.here(wait.before);
        from.end + wait.lag + network.transit(from.line, here.line).time
    };
    let waits = || network.waits_of(operation).iter().filter(|wait| timetable.here(wait.before).is_placed());
    let latest = waits().map(arrival).max();
    let release = network.operations[operation as usize].release;
    let ready = timetable.ready(network, operation, here.line);
    assert!(ready >= release && latest.is_none_or(|latest| ready >= latest), "{name} {operation}: {ready}");
    if network.problem.supplies.is_empty() {
        assert_eq!(ready, latest.map_or(release, |latest| latest.max(release)), "{name} {operation}");
    }
    let earliest = starts(free, ready).unwrap();
    assert!(earliest <= here.start, "{name} {operation}: it starts before it can");

    let (by_line, by_route) = timetable.held_by(network, operation);
    assert!(by_line.is_none() || by_line == before, "{name} {operation}: {by_line:?}");
    if before.is_some() && starts(line.available_from, ready).is_some_and(|start| start < earliest) {
        assert_eq!(by_line, before, "{name} {operation}: it waits for its line");
        named[0] += 1;
    }
    if let Some(by_route) = by_route {
        let wait = waits().find(|wait| wait.before == by_route).unwrap();
        assert_eq!(arrival(wait), ready, "{name} {operation}: {by_route} does not hold it");
        assert!(!network.operations[by_route as usize].is_fact, "{name} {operation}");
        named[1] += 1;
    } else if latest == Some(ready) && starts(free, release).is_some_and(|start| start < earliest) {
        let is_fact = |wait: &Wait| network.operations[wait.before as usize].is_fact;
        assert!(
            waits().any(|wait| arrival(wait) == ready && is_fact(wait)),
            "{name} {operation}: it waits on its route"
        );
    }
}

#[test]
fn who_holds_an_operation_is_named() {
    let mut named = [0; 2];
    let (mut ends, mut put_in) = (0, 0);
    for (name, instance) in plants(60) {
        let problem = Problem::new(&instance);
        let made = construct(&problem, Allowance::UNLIMITED);
        let network = Network::new(&problem, &made.plan);
        let Some(mut timetable) = network.timetable(&made.plan) else { continue };
        for operation in 0..network.operations.len() as OpId {
            let here = timetable.here(operation);
            if !here.is_placed() || network.operations[operation as usize].is_fact {
                continue;
            }
            look_at(&name, &network, &timetable, operation, &mut named);
            timetable.take_out(&network, operation);
            timetable.put_in(&network, operation, here.mode, here.place as usize);
            if let Some(end) = timetable.time_put_in(&network, operation) {
                assert!(end <= here.end && end == timetable.here(operation).end, "{name}: {end}, {here:?}");
                put_in += 1;
            }
            timetable.take_back();
        }
        if network.makespan_cost_per_hour > 0 {
            let last_of = |line: &Vec<OpId>| line.last().map_or(0, |&last| timetable.here(last).end - network.start);
            assert_eq!(timetable.costs().ends, timetable.sequences().iter().map(last_of).sum::<i64>(), "{name}");
            ends += 1;
        }
    }
    assert!(named.iter().all(|&named| named > 100) && ends > 20 && put_in > 500, "{named:?} {ends} {put_in}");
}

#[test]
fn who_is_delivered_at_its_deadline_to_the_second_is_in_time() {
    let (mut same, mut refused) = (0, 0);
    for (name, mut instance) in plants(60) {
        let problem = Problem::new(&instance);
        let plan = construct(&problem, Allowance::UNLIMITED).plan;
        let network = Network::new(&problem, &plan);
        let Some(timetable) = network.timetable(&plan).filter(|_| !network.operations.is_empty()) else { continue };
        let mut with_deadlines = |earlier: i64| {
            for (number, order) in (0..).zip(&mut instance.orders) {
                let completion = Some(timetable.completion(number)).filter(|&completion| completion > i64::MIN);
                order.deadline = completion.map(|completion| Instant::utc(Seconds(completion - earlier)));
            }
            Problem::new(&instance)
        };
        let (exact, too_early) = (with_deadlines(0), with_deadlines(1));
        let network = Network::new(&exact, &plan);
        let mut timetable = network.timetable(&plan).expect(&name);
        let cost = timetable.costs().total();
        for operation in 0..network.operations.len() as OpId {
            let here = timetable.here(operation);
            if !here.is_placed() || network.operations[operation as usize].is_fact {
                continue;
            }
            timetable.take_out(&network, operation);
            timetable.put_in(&network, operation, here.mode, here.place as usize);
            assert_eq!(timetable.settle(&network), Some(cost), "{name} {operation}");
            timetable.take_back();
            same += 1;
        }
        if Network::new(&too_early, &plan).timetable(&plan).is_some() {
            assert!(evaluate_roughly(&too_early, &plan).is_ok(), "{name}");
        } else {
            refused += 1;
        }
    }
    assert!(same > 500 && refused > 40, "{same} {refused}");
}
