//! How long the stages inside a solve take, each by itself, on instances of growing size.
//!
//! `cargo bench --bench stages`: compiling an instance; constructing a plan; an epoch of one replica of the search, where lines are
//! separable and where operations wait for one another; the price of a relocation in the latter; pricing every line's
//! plans once in column generation. benches/spine.rs has the stages the library's face shows, benches/search.rs the
//! prices of insertions.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lotwise::generate::{Parameters, generate};
use lotwise::measure::Compiled;
use lotwise::model::Instance;

/// Proposals of an epoch that is measured, where lines are separable and where they are not.
const PROPOSALS: u64 = 200_000;
const COUPLED_PROPOSALS: u64 = 2_000;
/// Relocations a sample prices in a coupled plan.
const RELOCATIONS: u64 = 1_000;
/// Extensions of labels after which the prices are taken that lines are asked at.
#[cfg(feature = "mip")]
const EXTENSIONS: u64 = 30_000_000;

fn made(kind: &str, orders: usize, lines: Option<usize>) -> Instance {
    let asked = Parameters { orders: Some(orders), lines, ..Parameters::default() };
    generate(kind, &asked).unwrap_or_else(|faults| unreachable!("the sizes are in range: {faults:?}"))
}

/// The sizes that are measured; `cargo test` runs every benchmark once, to see that it runs: the first shows that.
fn sizes<T>(all: &[T]) -> &[T] {
    let measured = std::env::args().any(|argument| argument == "--bench");
    &all[..if measured { all.len() } else { 1 }]
}

/// Measures `step`, which does `elements` of something, under a name and a size.
fn measure<T>(criterion: &mut Criterion, name: &str, (size, elements): (String, u64), mut step: impl FnMut() -> T) {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10).throughput(Throughput::Elements(elements));
    group.bench_function(BenchmarkId::from_parameter(size), |bencher| bencher.iter(&mut step));
    group.finish();
}

fn compiling(criterion: &mut Criterion) {
    for &(orders, lines) in sizes(&[(1_000, 10), (10_000, 50), (100_000, 200)]) {
        let instance = made("plant", orders, Some(lines));
        let size = (format!("{orders}x{lines}"), orders as u64);
        measure(criterion, "compile", size, || Compiled::new(&instance));
    }
}

fn constructing(criterion: &mut Criterion) {
    for &(orders, lines) in sizes(&[(1_000, 10), (10_000, 50), (100_000, 200)]) {
        let compiled = Compiled::new(&made("plant", orders, Some(lines)));
        let size = (format!("{orders}x{lines}"), orders as u64);
        measure(criterion, "construct", size, || compiled.construct());
    }
}

fn searching(criterion: &mut Criterion) {
    for &(orders, lines) in sizes(&[(50, 5), (200, 10), (1_000, 10), (4_000, 40)]) {
        let compiled = Compiled::new(&made("parallel", orders, Some(lines)));
        let size = (format!("{orders}x{lines}"), PROPOSALS);
        let measured = compiled.with_epochs(|epoch| {
            measure(criterion, "epoch", size, || epoch(PROPOSALS));
        });
        assert!(measured.is_some(), "parallel lines can be searched");
    }
    for &orders in sizes(&[30, 100, 300, 1_000]) {
        let compiled = Compiled::new(&made("garment", orders, None));
        let measured = compiled.with_epochs(|epoch| {
            let size = (format!("{orders}"), COUPLED_PROPOSALS);
            measure(criterion, "epoch-routes", size, || epoch(COUPLED_PROPOSALS));
        });
        assert!(measured.is_some(), "garments can be searched");
    }
}

fn pricing_routes(criterion: &mut Criterion) {
    for &orders in sizes(&[30, 100, 300, 1_000]) {
        let compiled = Compiled::new(&made("garment", orders, None));
        let measured = compiled.with_coupled_prices(|price| {
            let size = (format!("{orders}"), RELOCATIONS);
            measure(criterion, "relocate-routes", size, || price(RELOCATIONS));
        });
        assert!(measured.is_some(), "garments can be timed");
    }
}

/// Without the integer programs there are no columns.
#[cfg(not(feature = "mip"))]
fn pricing_columns(_: &mut Criterion) {}

#[cfg(feature = "mip")]
fn pricing_columns(criterion: &mut Criterion) {
    for &(orders, lines) in sizes(&[(12, 2), (25, 4), (50, 5), (80, 8)]) {
        let compiled = Compiled::new(&made("parallel", orders, Some(lines)));
        let measured = compiled.with_column_pricing(EXTENSIONS, |price| {
            let size = (format!("{orders}x{lines}"), price());
            measure(criterion, "price-columns", size, price);
        });
        assert!(measured.is_some(), "column generation covers parallel lines");
    }
}

criterion_group!(stages, compiling, constructing, searching, pricing_routes, pricing_columns);
criterion_main!(stages);
