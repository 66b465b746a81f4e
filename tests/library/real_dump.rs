//! The real order dump, each of its four days and all of them at once: imported, solved, accepted by the checker.
//!
//! The dump is data shared beside the repository (`LOTWISE_DATA`, or `../shared/data`); where it is not, the tests
//! pass with a note. The slice in instances/giftware is always there and stands for the first day.

use lotwise::import::{ImportOptions, Start, import_orders, read_mapping, read_plant};
use lotwise::model::{Instance, Instant};
use lotwise::solution::OrderStatus;
use lotwise::solve::{Method, Options, solve};
use lotwise::verify::verify;
use std::path::{Path, PathBuf};

fn works() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("instances/giftware")
}

/// The whole dump; none where the shared data is not there.
fn dump() -> Option<Vec<u8>> {
    let data = std::env::var_os("LOTWISE_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let dump = std::fs::read(data.join("orders/online-retail-2010-12.csv")).ok();
    if dump.is_none() {
        println!("skipped: no order dump in {}", data.display());
    }
    dump
}

/// Orders placed from one day of December 2010 to another, planned in the night after.
fn import(dump: &[u8], from: i8, to: i8) -> Instance {
    let plant = read_plant(&std::fs::read(works().join("plant.json")).unwrap()).unwrap();
    let mapping = read_mapping(&std::fs::read(works().join("mapping.json")).unwrap()).unwrap();
    let date = |day| jiff::civil::date(2010, 12, day);
    let night = Instant::parse(&format!("2010-12-{:02}T00:00:00Z", to + 1)).unwrap();
    let options = ImportOptions {
        from: Some(date(from)),
        to: Some(date(to)),
        start: Start::At(night),
        pseudonymise: Some(String::new()),
        ..ImportOptions::default()
    };
    import_orders(dump, plant, &mapping, &options)
        .unwrap_or_else(|faults| panic!("{from} to {to}: {faults:?}"))
        .instance
}

/// Solves by both methods and has both plans checked; gives their costs, before and after.
fn plan(instance: &Instance, iterations: u64) -> (i64, i64) {
    let solved = |method| {
        let options =
            Options { method, time_limit: None, iterations: Some(iterations), threads: Some(2), ..Options::default() };
        let outcome = solve(instance, &options, &mut |_| {}).unwrap();
        let verification = verify(instance, &outcome.solution);
        assert!(verification.is_sound(), "{method:?}: {:?}", &verification.breaches[0]);
        assert!(outcome.is_complete() && outcome.solution.run.faults.is_empty(), "{:?}", outcome.solution.run);
        let entries = instance.orders.iter().zip(&outcome.solution.orders);
        let made = entries.filter(|(_, entry)| entry.status != OrderStatus::Rejected).map(|(order, _)| order);
        let pieces: i64 = made.flat_map(|order| &order.items).map(|item| item.remaining()).sum();
        assert_eq!(outcome.solution.kpis.pieces, pieces, "everything but what is turned down is planned");
        outcome.solution.cost.total.0
    };
    let (before, after) = (solved(Method::Dispatch), solved(Method::Heuristic));
    assert!(after <= before, "the search is never behind the spreadsheet: {before} {after}");
    (before, after)
}

#[test]
fn the_slice_that_comes_with_the_program_is_the_first_day() {
    let slice = std::fs::read(works().join("orders-2010-12-01.csv")).unwrap();
    let instance = import(&slice, 1, 1);
    assert_eq!(instance.orders.len(), 127);
    if let Some(dump) = dump() {
        assert_eq!(import(&dump, 1, 1), instance);
    }
    plan(&instance, 200);
}

#[test]
fn each_day_imports_and_solves() {
    let Some(dump) = dump() else { return };
    let mut orders = 0;
    // Nobody ordered on Saturday the 4th.
    for day in [2, 3, 5] {
        let instance = import(&dump, day, day);
        orders += instance.orders.len();
        let (before, after) = plan(&instance, 200);
        println!("{day} December: {} orders, {before} by due date, {after} searched", instance.orders.len());
    }
    assert!(orders > 200, "{orders}");
}

#[test]
fn all_four_days_in_one_plan() {
    let Some(dump) = dump() else { return };
    let instance = import(&dump, 1, 5);
    assert!(instance.orders.len() > 350, "{}", instance.orders.len());
    let (before, after) = plan(&instance, 100);
    println!("{} orders, {before} by due date, {after} searched", instance.orders.len());
}
