//! A week of nights at the giftware works: each night's plan follows from the last and from what really happened, beside
//! a works that plans from scratch every night.
//!
//! `cargo run --release --example week [SECONDS]` (of search each night; 20 without it)
//!
//! The first four nights bring orders of four real days (1, 2, 3 and 5 December 2010), every fourth of them, for the
//! invented works is no larger than that; the last three bring orders drawn again from those, seeded, and are labelled
//! `resampled`. Some lines turn out slower than planned, and one press breaks down for a day and a half.

use lotwise::desk::actuals::{Actuals, Down};
use lotwise::desk::replan::{Delivered, stability};
use lotwise::desk::{Conditions, ReplanOptions, facts_of, replan, simulate};
use lotwise::import::{ImportOptions, Start, import_orders, read_mapping, read_plant};
use lotwise::model::{Instance, Instant, Order};
use lotwise::solution::{OrderStatus, Solution};
use lotwise::solve::{Method, Options, solve};
use lotwise::units::{Money, Seconds};
use rand::{RngExt as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

/// The nights: the instant at which each plan is made, and the real day behind it.
const NIGHTS: [(&str, Option<&str>); 7] = [
    ("2010-12-02T00:00:00Z", Some("2010-12-01")),
    ("2010-12-03T00:00:00Z", Some("2010-12-02")),
    ("2010-12-04T00:00:00Z", Some("2010-12-03")),
    ("2010-12-06T00:00:00Z", Some("2010-12-05")),
    ("2010-12-07T00:00:00Z", None),
    ("2010-12-08T00:00:00Z", None),
    ("2010-12-09T00:00:00Z", None),
];
/// Of the real orders one in so many is taken.
const ONE_IN: usize = 4;
/// Lines that are slower than their rates, in hundredths, day by day.
const SLOW: [&[(&str, u32)]; 6] = [
    &[("kiln-1", 85)],
    &[("kiln-1", 85), ("sew-2", 90)],
    &[("bench-1", 80)],
    &[("press-2", 90)],
    &[("kiln-2", 85), ("fold-1", 90)],
    &[("sew-1", 85)],
];
/// The press that breaks down, known from the night in between on.
const BREAKDOWN: (&str, &str, &str) = ("press-1", "2010-12-06T14:00:00Z", "2010-12-08T02:00:00Z");

type Failed = Box<dyn Error>;

/// How a works plans its nights.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    /// From the plan before.
    Replan,
    /// From scratch: what has begun stands, everything else is open.
    Scratch,
}

/// A works in the middle of the week.
struct Works {
    instance: Instance,
    plan: Solution,
    delivered: Vec<Delivered>,
    /// Orders promised so far.
    promised: usize,
}

/// What a night came to.
struct Night {
    orders: usize,
    lots: usize,
    late: usize,
    untouched: f64,
    on_lines: f64,
}

fn main() -> Result<(), Failed> {
    let seconds = std::env::args().nth(1).map_or(Ok(20), |text| text.parse())?;
    let arrivals = arrivals()?;
    println!("night       orders             replanned from the last          planned from scratch");
    println!("            in                 late  untouched  on its line     late  untouched  on its line");
    let mut works: HashMap<&str, Works> = HashMap::new();
    let mut shares: HashMap<&str, Vec<f64>> = HashMap::new();
    for (night, (orders, label)) in arrivals.iter().enumerate() {
        let mut told = Vec::new();
        for (name, way) in [("replan", Way::Replan), ("scratch", Way::Scratch)] {
            let before = works.remove(name);
            let (after, result) = one_night(before, night, orders, way, seconds)?;
            works.insert(name, after);
            if night > 0 {
                shares.entry(name).or_default().push(result.untouched);
            }
            told.push(result);
        }
        let at = NIGHTS[night].0.split('T').next().unwrap_or_default();
        print!("{at}  {:>4} {label:<12}", told[0].orders);
        for one in &told {
            if night == 0 {
                print!("  {:>5} {:>10} {:>12}  ", one.late, "", "");
            } else {
                print!("  {:>5} {:>9.1}% {:>11.1}%  ", one.late, one.untouched * 100.0, one.on_lines * 100.0);
            }
        }
        println!("  ({} lots)", told[0].lots);
    }
    for (name, title) in [("replan", "replanned from the last"), ("scratch", "planned from scratch")] {
        let Some(works) = works.get(name) else { continue };
        let late = works.delivered.iter().filter(|order| order.lateness.0.0 > 0).count();
        let open = |status| works.plan.orders.iter().filter(|order| order.status == status).count();
        let missed = late + open(OrderStatus::Late) + open(OrderStatus::Rejected) + open(OrderStatus::Unplanned);
        let share = 1.0 - missed as f64 / works.promised as f64;
        let kept = shares.get(name).map_or(0.0, |shares| shares.iter().sum::<f64>() / shares.len() as f64);
        println!(
            "{title}: {:.1} % of {} orders on time ({} delivered late, {} to be, {} turned down); {:.1} % of kept lots untouched in the mean",
            share * 100.0,
            works.promised,
            late,
            open(OrderStatus::Late),
            open(OrderStatus::Rejected),
            kept * 100.0
        );
    }
    Ok(())
}

/// The orders of each night, with a label that says whether they are real.
fn arrivals() -> Result<Vec<(Vec<Order>, &'static str)>, Failed> {
    let mut nights: Vec<(Vec<Order>, &'static str)> = Vec::new();
    let mut pool: Vec<(Order, Instant)> = Vec::new();
    let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
    for (at, day) in NIGHTS {
        let at = Instant::parse(at)?;
        if let Some(day) = day {
            let orders: Vec<Order> = imported(day, at)?.orders.into_iter().step_by(ONE_IN).collect();
            pool.extend(orders.iter().map(|order| (order.clone(), at)));
            nights.push((orders, "real"));
            continue;
        }
        let count = pool.len() / 4;
        let orders = (0..count).map(|number| {
            let (order, came) = &pool[random.random_range(0..pool.len())];
            let later =
                |instant: Instant| Instant { seconds: instant.seconds + (at.seconds - came.seconds), ..instant };
            Order {
                id: format!("{}-again-{}-{number}", order.id, nights.len()),
                release: order.release.map(later),
                due: order.due.map(later),
                deadline: order.deadline.map(later),
                ..order.clone()
            }
        });
        nights.push((orders.collect(), "resampled"));
    }
    Ok(nights)
}

/// The works with the orders of a real day.
fn imported(day: &str, at: Instant) -> Result<Instance, Failed> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("instances/giftware");
    let plant = read_plant(&std::fs::read(folder.join("plant.json"))?)?;
    let mapping = read_mapping(&std::fs::read(folder.join("mapping.json"))?).map_err(|_| "the mapping")?;
    let dump = std::fs::read(folder.join(format!("orders-{day}.csv")))?;
    let options = ImportOptions { start: Start::At(at), pseudonymise: Some(String::new()), ..ImportOptions::default() };
    let imported = import_orders(&dump, plant, &mapping, &options).map_err(|faults| format!("{faults:?}"))?;
    Ok(imported.instance)
}

/// Every variant of the four real days, so that orders of any of them can be added.
fn works_of_all_days() -> Result<Instance, Failed> {
    let mut works: Option<Instance> = None;
    for (at, day) in NIGHTS {
        let Some(day) = day else { continue };
        let of_day = imported(day, Instant::parse(at)?)?;
        match &mut works {
            None => works = Some(of_day),
            Some(works) => {
                let known: std::collections::HashSet<String> =
                    works.variants.iter().map(|one| one.id.clone()).collect();
                works.variants.extend(of_day.variants.into_iter().filter(|one| !known.contains(&one.id)));
            }
        }
    }
    works.ok_or_else(|| "no day".into())
}

fn one_night(
    before: Option<Works>,
    night: usize,
    orders: &[Order],
    way: Way,
    seconds: u64,
) -> Result<(Works, Night), Failed> {
    let options =
        Options { method: Method::Heuristic, time_limit: Some(Duration::from_secs(seconds)), ..Options::default() };
    let Some(mut works) = before else {
        let instance = Instance { orders: orders.to_vec(), ..works_of_all_days()? };
        let plan = solve(&instance, &options, &mut |_| {})?.solution;
        let result = night_of(&plan, orders.len(), (1.0, 1.0));
        return Ok((Works { instance, plan, delivered: Vec::new(), promised: orders.len() }, result));
    };
    let at = Instant::parse(NIGHTS[night].0)?;
    let (line, from, to) = BREAKDOWN;
    let (from, to) = (Instant::parse(from)?, Instant::parse(to)?);
    let down = Down { line: line.to_string(), from, to, reason: Some("a bearing".to_string()), meta: None };
    let conditions = Conditions {
        pace: SLOW[night - 1].iter().map(|&(line, pace)| (line.to_string(), pace)).collect(),
        down: if from < at { vec![down] } else { Vec::new() },
    };
    let actuals: Actuals = simulate(&works.instance, &works.plan, at, &conditions)?;
    works.instance.orders.extend(orders.iter().cloned());
    works.promised += orders.len();
    let (facts, plan) = match way {
        Way::Replan => {
            let asked = ReplanOptions::default();
            let made = replan(&works.instance, &works.plan, at, &actuals, (&asked, &options), &mut |_| {})?;
            (made.facts, made.outcome.solution)
        }
        Way::Scratch => {
            let free = Some(Money::ZERO);
            let asked =
                ReplanOptions { line_change_cost: free, start_change_cost_per_hour: free, ..ReplanOptions::default() };
            let facts = facts_of(&works.instance, &works.plan, at, &actuals, &asked)?;
            let plan = solve(&facts.instance, &options, &mut |_| {})?.solution;
            (facts, plan)
        }
    };
    let kept = stability(&facts.instance, &plan, Seconds(3_600));
    let on_lines = kept.on_their_lines as f64 / kept.kept_lots.max(1) as f64;
    let result = night_of(&plan, orders.len(), (kept.untouched_share, on_lines));
    works.delivered.extend(facts.delivered);
    Ok((Works { instance: facts.instance, plan, ..works }, result))
}

fn night_of(plan: &Solution, orders: usize, (untouched, on_lines): (f64, f64)) -> Night {
    let (lots, late) = (plan.lots.len(), plan.kpis.late + plan.kpis.rejected);
    Night { orders, lots, late, untouched, on_lines }
}
