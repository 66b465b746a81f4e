//! How long each step from file to plan takes, on generated plants of growing size.
//!
//! `cargo bench --bench spine`; one group per step, one row per size, throughput in orders, so that growth which is
//! not linear shows.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lotwise::generate::{Parameters, generate};
use lotwise::model::{Instance, read_instance};
use std::hint::black_box;

/// Orders and lines of the plants measured.
const SIZES: [(usize, usize); 3] = [(1_000, 10), (10_000, 50), (100_000, 200)];

fn plant(orders: usize, lines: usize) -> Instance {
    let asked = Parameters { orders: Some(orders), lines: Some(lines), ..Parameters::default() };
    generate("plant", &asked).unwrap_or_else(|faults| unreachable!("the sizes are in range: {faults:?}"))
}

/// Measures `step` on what `prepare` makes of each plant.
fn measure<T>(criterion: &mut Criterion, name: &str, prepare: impl Fn(Instance) -> T, step: impl Fn(&T)) {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10);
    for (orders, lines) in SIZES {
        let input = prepare(plant(orders, lines));
        group.throughput(Throughput::Elements(orders as u64));
        group.bench_with_input(BenchmarkId::from_parameter(format!("{orders}x{lines}")), &input, |bencher, input| {
            bencher.iter(|| step(input));
        });
    }
    group.finish();
}

fn text(instance: &Instance) -> Vec<u8> {
    serde_json::to_vec(instance).unwrap_or_else(|fault| unreachable!("an instance is JSON: {fault}"))
}

fn generating(criterion: &mut Criterion) {
    let sizes = |instance: Instance| (instance.orders.len(), instance.lines.len());
    measure(criterion, "generate", sizes, |(orders, lines)| {
        black_box(plant(*orders, *lines));
    });
}

fn parsing(criterion: &mut Criterion) {
    measure(
        criterion,
        "parse",
        |instance| text(&instance),
        |text| {
            black_box(read_instance(text).is_ok());
        },
    );
}

fn writing(criterion: &mut Criterion) {
    measure(
        criterion,
        "write",
        |instance| instance,
        |instance| {
            black_box(text(instance));
        },
    );
}

criterion_group!(spine, generating, parsing, writing);
criterion_main!(spine);
