//! The working clock against the reference's, and its bounds against what the clock itself does.

use super::lateness::{Lateness, NEVER};
use super::line::{ANY_CLASS, Clock, LineFacts, OvertimeFacts};
use super::sequence::Step;
use crate::generate::{Parameters, generate};
use crate::problem::{LineIdx, Problem};
use crate::schedule::LineClock;
use crate::units::{DAY, Seconds};
use rand::{RngExt as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// A line of the problem, laid out for the clock.
fn facts_of(problem: &Problem, line: LineIdx, mean_run: i64) -> LineFacts {
    let facts = &problem.lines[line];
    let clock = LineClock::new(problem, facts, &[]);
    let overtime = facts.overtime.iter().map(|window| {
        let (from, to) = (window.span.from.max(problem.start).0, window.span.to.min(problem.end).0);
        OvertimeFacts { from, to: to.max(from), cost: window.cost.0 }
    });
    LineFacts {
        line,
        windows: clock.open.windows().map(|window| (window.from.0, window.to.0)).collect(),
        pausable: facts.pausable,
        mean_run,
        available_from: facts.available_from.0,
        initial_class: ANY_CLASS,
        table: None,
        minimum_run: None,
        overtime: overtime.collect(),
    }
}

/// Lines of random problems with some of their overtime opened: the facts, the clock, the reference's.
fn clocks(seeds: u64, mut look_at: impl FnMut(&LineFacts, &Clock, &LineClock<'_>, &mut Xoshiro256PlusPlus)) {
    for seed in 0..seeds {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let problem = Problem::new(&generate("anything", &Parameters { seed, ..Parameters::default() }).unwrap());
        for (id, line) in problem.lines.enumerate() {
            let facts = facts_of(&problem, id, random.random_range(1..20_000));
            let all: Vec<usize> = (0..line.overtime.len()).collect();
            let some: Vec<usize> = all.iter().copied().filter(|_| random.random_bool(0.5)).collect();
            for opened in [vec![], some, all] {
                let positions: Vec<u32> = opened.iter().map(|&window| window as u32).collect();
                let clock = facts.clock(&positions);
                if clock.total() > 0 {
                    look_at(&facts, &clock, &LineClock::new(&problem, line, &opened), &mut random);
                }
            }
        }
    }
}

#[test]
fn working_seconds_are_those_of_the_reference() {
    let (mut places, mut skips, mut with_overtime) = (0, 0, 0);
    clocks(60, |facts, clock, reference, random| {
        assert_eq!(clock.total(), reference.open.total().0);
        let plain = facts.clock(&[]);
        let windows: Vec<_> = reference.open.windows().collect();
        let added = clock.total() - plain.total();
        assert_eq!(clock.has_overtime(), added > 0);
        with_overtime += usize::from(added > 0);
        assert_eq!(clock.cost, clock.opened.iter().map(|&window| facts.overtime[window as usize].cost).sum::<i64>());
        assert_eq!(clock.first_second, reference.open.working_before(Seconds(facts.available_from)).0);
        let edges: Vec<i64> = windows.iter().flat_map(|window| [window.from.0, window.to.0]).collect();
        for _ in 0..60 {
            // At an edge of a window, a second beside it, or anywhere near.
            let beside = [0, 1, -1, random.random_range(-9_000..9_000)][random.random_range(0..4)];
            let instant = edges[random.random_range(0..edges.len())] + beside;
            assert_eq!(clock.worked_before(instant), reference.open.working_before(Seconds(instant)).0, "{instant}");
            assert_eq!(clock.added_before(instant), clock.worked_before(instant) - plain.worked_before(instant));
            let worked = random.random_range(1..=clock.total());
            let over = clock.instant_of(worked);
            assert_eq!((clock.worked_before(over), clock.worked_before(over - 1)), (worked, worked - 1));
            let window = clock.window_of(worked);
            let span = &windows[window as usize];
            assert!(span.from.0 < over && over <= span.to.0, "{over} {span:?}");
            for guess in window.saturating_sub(2)..(window + 3).min(windows.len() as u32) {
                assert_eq!(clock.instant_near(guess, worked), over);
            }
            // Work from then on, up to longer than most windows.
            let most = random.random_range(1..60_000);
            let work = random.random_range(1..=most);
            let end = clock.place(worked, work);
            match reference.place(Seconds(over), Seconds(work)) {
                Some(placed) => assert_eq!(end, clock.worked_before(placed.to.0), "{worked} {work}"),
                None => assert!(end > clock.total(), "{worked} {work}"),
            }
            places += 1;
            skips += usize::from(end > worked + work && end <= clock.total());
            assert_eq!(clock.place(worked, 0), worked);
        }
    });
    assert!(places > 10_000 && skips > 100 && with_overtime > 20, "{places} {skips} {with_overtime}");
}

/// A lot that ends somewhere, by a clock, behind a line that comes to it at `came`.
fn step(clock: &Clock, came: i64, (setup, run, earliest): (i64, i64, i64), lateness: Lateness) -> Option<Step> {
    let end = clock.place(clock.place(came, setup).max(earliest), run);
    (end <= clock.total()).then(|| Step {
        lot: 0,
        class: 0,
        setup,
        run,
        earliest,
        latest: 0,
        end,
        due_end: 0,
        setup_cost: 0,
        run_cost: 0,
        late: 0,
        spent: 0,
        window: clock.window_of(end),
        kit: false,
        lateness,
    })
}

#[test]
fn a_lot_is_earlier_by_no_more_than_its_line_until_it_fits_and_saves_no_more_than_it_may_jump_back_over() {
    let (mut fits, mut jumps) = (0, 0);
    // A second costs a ten-thousandth.
    let lateness = Lateness { most: NEVER, cost_per_day: DAY.0, cost_once: 0 };
    clocks(60, |_, clock, _, random| {
        for _ in 0..60 {
            let came = random.random_range(0..clock.total());
            let setup = if random.random_bool(0.5) { random.random_range(1..7_200) } else { 0 };
            let earliest = if random.random_bool(0.3) { came + random.random_range(-9_000..9_000) } else { 0 };
            let times = (setup, random.random_range(1..30_000), earliest);
            let Some(now) = step(clock, came, times, lateness) else { continue };
            let most = clock.fits_earlier_by(&now, now.end - now.run - now.setup - came);
            for _ in 0..8 {
                let most_tried = most.clamp(0, came);
                let by = if random.random_bool(0.3) { most_tried } else { random.random_range(0..=most_tried) };
                let Some(earlier) = step(clock, came - by, times, lateness) else { continue };
                assert!(by >= most || now.end - earlier.end <= by, "{by} of {most}: {now:?}, {earlier:?}");
                fits += usize::from(by >= most && now.end - earlier.end > by);
            }
            for _ in 0..4 {
                let by = random.random_range(0..=clock.near.min(now.end - 1));
                let saved = clock.instant_of(now.end) - clock.instant_of(now.end - by) - by;
                assert!(saved <= clock.jump_cost(&now), "{by}: {saved}, {}", clock.jump_cost(&now));
                jumps += usize::from(saved > 0);
            }
        }
    });
    assert!(fits > 50 && jumps > 50, "{fits} {jumps}");
}
