//! How long each step from file to plan takes, on generated plants of growing size.
//!
//! `cargo bench --bench spine`; one group per step, one row per size, throughput in orders, so that growth which is
//! not linear shows. `construct` is all of `solve` but the search (validating, compiling, the rules, checking), by the
//! plain rule of a spreadsheet and by all rules. benches/spine.sh times the whole command.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lotwise::generate::{Parameters, generate};
use lotwise::model::{Instance, read_instance};
use lotwise::solution::{Solution, read_solution};
use lotwise::solve::{Method, Options, solve};
use lotwise::validate::validate;
use lotwise::verify::verify;
use serde::Serialize;
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
    // `cargo test` runs every benchmark once, to see that it runs: the smallest size shows that.
    let measured = std::env::args().any(|argument| argument == "--bench");
    for (orders, lines) in SIZES.into_iter().take(if measured { SIZES.len() } else { 1 }) {
        let input = prepare(plant(orders, lines));
        group.throughput(Throughput::Elements(orders as u64));
        group.bench_with_input(BenchmarkId::from_parameter(format!("{orders}x{lines}")), &input, |bencher, input| {
            bencher.iter(|| step(input));
        });
    }
    group.finish();
}

fn text(file: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(file).unwrap_or_else(|fault| unreachable!("a file is JSON: {fault}"))
}

/// The plan of a method without search.
fn plan(instance: &Instance, method: Method) -> Solution {
    let options = Options { method, time_limit: None, iterations: Some(1), ..Options::default() };
    match solve(instance, &options, &mut |_| {}) {
        Ok(outcome) => outcome.solution,
        Err(fault) => unreachable!("a generated plant can be planned: {fault}"),
    }
}

fn dispatched(instance: Instance) -> (Instance, Solution) {
    let solution = plan(&instance, Method::Dispatch);
    (instance, solution)
}

fn generating(criterion: &mut Criterion) {
    let sizes = |instance: Instance| (instance.orders.len(), instance.lines.len());
    measure(criterion, "generate", sizes, |(orders, lines)| {
        black_box(plant(*orders, *lines));
    });
}

fn reading(criterion: &mut Criterion) {
    let of_plant = |instance: Instance| text(&instance);
    measure(criterion, "read-instance", of_plant, |text| {
        black_box(read_instance(text).is_ok());
    });
    let of_plan = |instance: Instance| text(&plan(&instance, Method::Dispatch));
    measure(criterion, "read-plan", of_plan, |text| {
        black_box(read_solution(text).is_ok());
    });
}

fn validating(criterion: &mut Criterion) {
    let itself = |instance: Instance| instance;
    measure(criterion, "validate", itself, |instance| {
        black_box(validate(instance));
    });
}

fn constructing(criterion: &mut Criterion) {
    for (name, method) in [("construct-dispatch", Method::Dispatch), ("construct-heuristic", Method::Heuristic)] {
        let itself = |instance: Instance| instance;
        measure(criterion, name, itself, |instance| {
            black_box(plan(instance, method));
        });
    }
}

fn checking(criterion: &mut Criterion) {
    measure(criterion, "verify", dispatched, |(instance, solution)| {
        black_box(verify(instance, solution));
    });
}

fn writing(criterion: &mut Criterion) {
    measure(criterion, "write-plan", dispatched, |(_, solution)| {
        black_box(text(solution));
    });
}

criterion_group!(spine, generating, reading, validating, constructing, checking, writing);
criterion_main!(spine);
