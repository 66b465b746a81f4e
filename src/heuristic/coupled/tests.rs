//! What is given up before it is timed in full would have been too dear, and what is not costs what it costs in full.

use super::trial::draw;
use crate::generate::{Parameters, generate};
use crate::heuristic::construct::{Allowance, construct};
use crate::problem::Problem;
use crate::schedule::network::{Most, Network, OpId, Timetable};
use rand::{RngExt as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Moves tried in each plant.
const MOVES: usize = 600;

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
        for _ in 0..MOVES {
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
