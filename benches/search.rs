//! How many exact prices of changes one core works out in a second.
//!
//! `cargo bench --bench search`: insertions, of an order that is not in the plan at a random place of a line that can run
//! it; and relocations, a lot taken out of one place and put into another, both lines priced exactly. By lots on a line,
//! by calendar, by tightness and in kits; in full, and as the search asks for them, with what it would accept at most. Throughput in
//! prices a second.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lotwise::generate::{Parameters, generate};
use lotwise::measure::Prices;
use lotwise::model::Instance;
use std::hint::black_box;

/// Prices a sample.
const PRICES: u64 = 20_000;

fn parallel(orders: usize, lines: usize, set: &[(&str, &str)]) -> Instance {
    made("parallel", orders, lines, set)
}

fn made(generator: &str, orders: usize, lines: usize, set: &[(&str, &str)]) -> Instance {
    let set = set.iter().map(|&(name, value)| (name.to_string(), value.to_string())).collect();
    let asked = Parameters { orders: Some(orders), lines: Some(lines), set, ..Parameters::default() };
    generate(generator, &asked).unwrap_or_else(|faults| unreachable!("the sizes are in range: {faults:?}"))
}

fn measure(criterion: &mut Criterion, group: &str, name: &str, instance: &Instance) {
    let mut group = criterion.benchmark_group(group);
    group.sample_size(10).throughput(Throughput::Elements(PRICES));
    for (what, prices) in
        [("insertions", Prices::of_insertions(instance)), ("relocations", Prices::of_relocations(instance))]
    {
        // Kits are not inserted.
        let Some(mut prices) = prices else { continue };
        let lots = prices.lots_per_line();
        let id = |how: &str| BenchmarkId::new(format!("{name}, {lots:.0} lots a line"), format!("{what} {how}"));
        group.bench_function(id("in full"), |bencher| bencher.iter(|| black_box(prices.price(PRICES))));
        group.bench_function(id("up to 1"), |bencher| bencher.iter(|| black_box(prices.price_up_to(PRICES, 10_000))));
    }
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
    // A lot that may not pause is looked for a window, and what stands behind it does not move by the same time any more.
    let mut whole = parallel(1_000, 10, &[("calendar", "two-shift"), ("tardiness_percent", "60")]);
    whole.lines.iter_mut().for_each(|line| line.pausable = false);
    measure(criterion, "calendar", "two-shift, not pausable", &whole);
    // From 1 to so many lots an order, each order as late as its last lot.
    for (items, orders) in [("1", 1_000), ("12", 154)] {
        let set = [("items", items), ("promise_days", "2"), ("load_percent", "120")];
        measure(criterion, "kits", items, &made("plant", orders, 10, &set));
    }
}

criterion_group!(benches, prices);
criterion_main!(benches);
