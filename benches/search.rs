//! How many exact prices of changes one core works out in a second.
//!
//! `cargo bench --bench search`: insertions, of an order that is not in the plan at a random place of a line that can run
//! it; and relocations, a lot taken out of one place and put into another, both lines priced exactly. By lots on a line, by calendar, by tightness, and for kits; in full, and as the search asks
//! for them, with what it would accept at most. Throughput in prices a second.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lotwise::generate::{Parameters, generate};
use lotwise::measure::{InsertionPrices, RelocationPrices};
use lotwise::model::Instance;
use std::hint::black_box;

/// Prices a sample.
const PRICES: u64 = 20_000;

fn parallel(orders: usize, lines: usize, set: &[(&str, &str)]) -> Instance {
    let set = set.iter().map(|&(name, value)| (name.to_string(), value.to_string())).collect();
    let asked = Parameters { orders: Some(orders), lines: Some(lines), set, ..Parameters::default() };
    generate("parallel", &asked).unwrap_or_else(|faults| unreachable!("the sizes are in range: {faults:?}"))
}

fn measure(criterion: &mut Criterion, group: &str, name: &str, instance: &Instance) {
    let (Some(mut insertions), Some(mut relocations)) =
        (InsertionPrices::new(instance), RelocationPrices::new(instance))
    else {
        unreachable!("parallel lines are separable")
    };
    let mut group = criterion.benchmark_group(group);
    group.sample_size(10).throughput(Throughput::Elements(PRICES));
    let mut bench = |lots: f64, what: &str, price: &mut dyn FnMut() -> (u64, i64)| {
        group.bench_function(BenchmarkId::new(format!("{name}, {lots:.0} lots a line"), what), |bencher| {
            bencher.iter(|| black_box(price()));
        });
    };
    let lots = insertions.lots_per_line();
    bench(lots, "insertions in full", &mut || insertions.price(PRICES));
    bench(lots, "insertions up to 1", &mut || insertions.price_up_to(PRICES, 10_000));
    let lots = relocations.lots_per_line();
    bench(lots, "relocations in full", &mut || relocations.price(PRICES));
    bench(lots, "relocations up to 1", &mut || relocations.price_up_to(PRICES, 10_000));
    group.finish();
}

fn prices(criterion: &mut Criterion) {
    if !std::env::args().any(|argument| argument == "--bench") {
        // `cargo test` runs every benchmark once, to see that it runs: one size shows that.
        return measure(criterion, "length", "10", &parallel(100, 10, &[]));
    }
    for lots in [10, 30, 100, 300, 1_000] {
        measure(criterion, "length", &format!("{lots}"), &parallel(lots * 10, 10, &[]));
    }
    for tardiness in ["20", "60", "80"] {
        measure(criterion, "tightness", tardiness, &parallel(1_000, 10, &[("tardiness_percent", tardiness)]));
    }
    for calendar in ["open", "two-shift"] {
        let set = [("calendar", calendar), ("tardiness_percent", "60")];
        measure(criterion, "calendar", calendar, &parallel(1_000, 10, &set));
    }
}

criterion_group!(benches, prices);
criterion_main!(benches);
