//! What the fuzz targets do with their bytes. tests/fuzz_bodies.rs runs the same over a corpus of seeds.
//!
//! Nothing may panic; a file is either refused with faults or planned, and a plan passes the independent check, before
//! and after it has been written and read back.

use lotwise::import::{ImportOptions, Start, import_orders, read_mapping, read_plant};
use lotwise::model::{Instance, read_instance, read_instance_setting_aside};
use lotwise::solution::read_solution;
use lotwise::solve::{Method, Options, SolveError, solve};
use lotwise::validate::{has_errors, validate};
use lotwise::verify::{left_shift_breaches, verify};

/// What became of the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// They are no file of the kind.
    Unreadable,
    /// They are one, with faults.
    Invalid,
    /// They led to a sound plan (or, from a dump, to a sound instance).
    Planned,
}

/// More lots than this take the time of many small files without showing more.
const MOST_LOTS: u64 = 2_000;

/// Bytes as an instance file: read, validated, solved by dispatch and by the search, checked.
pub fn instance(bytes: &[u8]) -> End {
    let instance = match read_instance(bytes) {
        Ok(instance) => instance,
        Err(refused) => {
            assert!(!refused.faults.is_empty(), "refused without a fault");
            // The way of `--set-aside`: the orders of sound form, if only some are not.
            let Ok((rest, faults)) = read_instance_setting_aside(bytes) else { return End::Unreadable };
            assert!(!faults.is_empty(), "set aside without a fault");
            rest
        }
    };
    let again = serde_json::to_vec(&instance).expect("an instance is JSON");
    let again = read_instance(&again).expect("what was read can be read again");
    assert!(again == instance, "an instance comes back from its file as it was");
    let faults = validate(&instance);
    let lots =
        instance.orders.iter().flat_map(|order| &order.items).map(|item| u64::from(item.maximum_lots).min(MOST_LOTS));
    if lots.sum::<u64>() > MOST_LOTS {
        return End::Invalid;
    }
    for method in [Method::Dispatch, Method::Heuristic] {
        planned(&instance, method, has_errors(&faults));
    }
    if has_errors(&faults) { End::Invalid } else { End::Planned }
}

/// Solves an instance and holds the plan to the checker.
fn planned(instance: &Instance, method: Method, faulty: bool) {
    let options = Options {
        method,
        time_limit: None,
        iterations: Some(60),
        threads: Some(1),
        set_aside: faulty,
        ..Options::default()
    };
    match solve(instance, &options, &mut |_| {}) {
        Ok(outcome) => {
            let plan = outcome.solution;
            assert!(plan.run.faults.is_empty(), "{method:?}: {:?}", plan.run.faults);
            let text = serde_json::to_vec(&plan).expect("a plan is JSON");
            let read = read_solution(&text).expect("a plan that was written can be read");
            assert!(read == plan, "{method:?}: a plan comes back from its file as it was");
            assert_eq!(outcome.set_aside.is_empty(), !faulty);
            if !faulty {
                let verification = verify(instance, &read);
                assert!(verification.is_sound(), "{method:?}: {:?}", verification.breaches);
                let early = left_shift_breaches(instance, &read);
                assert!(early.is_empty(), "{method:?}: {early:?}");
            }
        }
        Err(SolveError::Invalid(faults)) => assert!(faulty && !faults.is_empty(), "{method:?}: {faults:?}"),
        Err(fault) => panic!("{method:?}: {fault}"),
    }
}

/// Bytes as an order dump, into the plant and by the mapping of tests/import.
pub fn import(bytes: &[u8]) -> End {
    let plant = read_plant(include_bytes!("../tests/import/plant.json")).expect("the plant is sound");
    let mapping = read_mapping(include_bytes!("../tests/import/mapping.json")).expect("the mapping is sound");
    let mut end = End::Unreadable;
    for (strict, start, date_format) in [(false, Start::Midnight, Some("d/m/Y")), (true, Start::Plant, None)] {
        let date_format = date_format.map(|format| format.parse().expect("a date format"));
        let options = ImportOptions {
            strict,
            start,
            date_format,
            pseudonymise: Some("key".to_string()),
            ..ImportOptions::default()
        };
        match import_orders(bytes, plant.clone(), &mapping, &options) {
            Ok(imported) => {
                assert!(!imported.instance.orders.is_empty(), "an import without orders is refused");
                let _ = imported.report.to_string();
                // What is imported may have faults of meaning (a due date before the start), never of form.
                let text = serde_json::to_vec(&imported.instance).expect("an instance is JSON");
                let read = read_instance(&text).unwrap_or_else(|fault| panic!("{:?}", fault.faults));
                assert!(read == imported.instance, "an instance comes back from its file as it was");
                validate(&read);
                end = End::Planned;
            }
            Err(faults) => assert!(!faults.is_empty(), "refused without a fault"),
        }
    }
    end
}
