//! What the fuzz targets do, over seeds and changes to them, as an ordinary test; more of them by `LOTWISE_CASES`.

#[path = "../../fuzz/bodies.rs"]
mod bodies;
#[path = "../../fuzz/mutation.rs"]
mod mutation;

use crate::common::instances::{anything, every_feature};
use bodies::End;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// How many changed files; more by `LOTWISE_CASES`.
fn cases() -> u64 {
    crate::common::cases(1_500)
}

/// The files of a folder with an ending, in order.
fn files(folder: &str, ending: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|found| found == ending));
    paths.sort();
    paths.into_iter().map(|path| (path.display().to_string(), std::fs::read(path).unwrap())).collect()
}

fn instance_seeds() -> Vec<(String, Vec<u8>)> {
    let mut seeds = files("tests/bad", "json");
    seeds.extend(files("tests/files", "json"));
    for name in ["three-orders", "lateness", "rejection", "unplanned", "set-aside"] {
        seeds.extend(files(&format!("instances/{name}"), "json"));
    }
    for (name, text) in files("tests/meaning", "json") {
        let file: serde_json::Value = serde_json::from_slice(&text).unwrap();
        seeds.push((name, file["instance"].to_string().into_bytes()));
    }
    let random = (0..100)
        .map(|seed| (format!("anything {seed}"), serde_json::to_vec(&anything(seed, every_feature())).unwrap()));
    seeds.extend(random);
    seeds
}

/// Runs a body over seeds and their changes; tells how they ended.
fn run(seeds: &[(String, Vec<u8>)], body: fn(&[u8]) -> End) -> HashMap<End, usize> {
    let mut ends = HashMap::new();
    let mut failures = Vec::new();
    let mut one = |name: &str, bytes: &[u8]| match catch_unwind(AssertUnwindSafe(|| body(bytes))) {
        Ok(end) => *ends.entry(end).or_default() += 1,
        Err(_) => failures.push(format!("{name}\n{}", String::from_utf8_lossy(bytes))),
    };
    for (name, bytes) in seeds {
        one(name, bytes);
    }
    for case in 0..cases() {
        let (name, bytes) = &seeds[case as usize % seeds.len()];
        one(&format!("{name}, changed by {case}"), &mutation::mutated(bytes, case));
    }
    println!("{ends:?}");
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures[..failures.len().min(5)].join("\n\n"));
    ends
}

#[test]
fn instances_and_changes_to_them() {
    let ends = run(&instance_seeds(), bodies::instance);
    for end in [End::Unreadable, End::Invalid, End::Planned] {
        assert!(ends.get(&end).is_some_and(|&count| count > 100), "{end:?}: the changes lead everywhere: {ends:?}");
    }
}

#[test]
fn dumps_and_changes_to_them() {
    let mut seeds = files("tests/import", "csv");
    let slice = files("instances/giftware", "csv").remove(0).1;
    seeds.push(("giftware".to_string(), slice[..4_000].to_vec()));
    let ends = run(&seeds, bodies::import);
    assert!(ends.get(&End::Planned).is_some_and(|&count| count > 100), "{ends:?}");
}

fn actual_seeds() -> Vec<(String, Vec<u8>)> {
    let plan: serde_json::Value = serde_json::from_slice(&files("tests/files", "json")[0].1).unwrap();
    let lots = plan["lots"].as_array().unwrap().iter();
    let operations = lots.flat_map(|lot| {
        lot["operations"].as_array().unwrap().iter().map(|operation| {
            let mut told = serde_json::json!({ "order": lot["order"], "item": lot["item"], "lot": lot["lot"], "start": operation["start"], "end": operation["end"], "line": operation["line"] });
            if !operation["operation"].is_null() {
                told["operation"] = operation["operation"].clone();
            }
            told
        })
    });
    let operations: Vec<serde_json::Value> = operations.collect();
    assert!(!operations.is_empty());
    let file = |count: usize, unreported: &str| {
        let line = &operations[0]["line"];
        let down = serde_json::json!({ "line": line, "from": operations[0]["start"], "to": operations[0]["end"] });
        let file = serde_json::json!({ "format": "lotwise-actuals/1", "unreported": unreported,
            "operations": operations[..count], "down": [down] });
        (format!("{count} operations"), file.to_string().into_bytes())
    };
    (0..=operations.len()).flat_map(|count| [file(count, "as_planned"), file(count, "not_begun")]).collect()
}

#[test]
fn plans_and_changes_to_them() {
    let mut seeds = vec![files("tests/files", "json").remove(0)];
    seeds.push(("made".to_string(), bodies::sound_plan()));
    let ends = run(&seeds, bodies::plan);
    for end in [End::Unreadable, End::Invalid, End::Planned] {
        assert!(ends.get(&end).is_some_and(|&count| count > 20), "{end:?}: the changes lead everywhere: {ends:?}");
    }
}

#[test]
fn actuals_and_changes_to_them() {
    let ends = run(&actual_seeds(), bodies::actuals);
    for end in [End::Unreadable, End::Invalid, End::Planned] {
        assert!(ends.get(&end).is_some_and(|&count| count > 20), "{end:?}: the changes lead everywhere: {ends:?}");
    }
}

#[test]
fn public_benchmarks_and_changes_to_them() {
    let mut seeds = Vec::new();
    for (format, name) in [(0, "machines.txt"), (2, "lots.psp"), (3, "shop.txt"), (4, "jobs.csv")] {
        let text = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/public").join(name)).unwrap();
        seeds.push((name.to_string(), [&[format][..], &text].concat()));
    }
    // 40 jobs of one machine: times, weights, due dates.
    let numbers: Vec<String> = (0..120).map(|index| (1 + index * 7 % 50).to_string()).collect();
    seeds.push(("wt40".to_string(), [&[1][..], numbers.join(" ").as_bytes()].concat()));
    let ends = run(&seeds, bodies::public);
    for end in [End::Unreadable, End::Planned] {
        assert!(ends.get(&end).is_some_and(|&count| count > 20), "{end:?}: the changes lead everywhere: {ends:?}");
    }
}

#[test]
fn structured_instances() {
    let mut ends: HashMap<End, usize> = HashMap::new();
    for case in 0..cases() / 3 {
        let changes: Vec<u64> = (0..case % 4).map(|change| case * 8 + change).collect();
        let features = case.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
        *ends.entry(bodies::structured(case, features, &changes, mutation::mutated)).or_default() += 1;
    }
    println!("{ends:?}");
    assert!(ends.get(&End::Planned).is_some_and(|&count| count as u64 * 10 > cases() / 3), "{ends:?}");
}

#[test]
#[cfg(feature = "spreadsheet")]
fn workbooks_and_changes_to_them() {
    let dump = String::from_utf8(files("tests/import", "csv").remove(0).1).unwrap();
    let row = |line: &str| {
        let escaped = |cell: &str| cell.replace('&', "&amp;").replace('<', "&lt;");
        let cell = |cell: &str| format!("<c t=\"inlineStr\"><is><t>{}</t></is></c>", escaped(cell));
        format!("<row>{}</row>", line.split(';').map(cell).collect::<String>())
    };
    let rows: String = dump.trim_start_matches('\u{feff}').lines().take(12).map(row).collect();
    let sheet = format!(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{rows}</sheetData></worksheet>"
    );
    let seeds =
        [("sheet".to_string(), sheet.into_bytes()), files("tests/files/workbook", "txt").remove(0), written_workbook()];
    for (name, bytes) in &seeds {
        assert_eq!(bodies::workbook(bytes), End::Planned, "{name}");
    }
    let ends = run(&seeds, bodies::workbook);
    for end in [End::Unreadable, End::Planned] {
        assert!(ends.get(&end).is_some_and(|&count| count > 20), "{end:?}: the changes lead everywhere: {ends:?}");
    }
}

/// A dump as a workbook that is compressed, as programs write it.
#[cfg(feature = "spreadsheet")]
fn written_workbook() -> (String, Vec<u8>) {
    let dump = String::from_utf8(files("tests/import", "csv").remove(0).1).unwrap();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in (0..).zip(dump.trim_start_matches('\u{feff}').lines().take(12)) {
        for (column, cell) in (0..).zip(line.split(';')) {
            sheet.write(row, column, cell).unwrap();
        }
    }
    ("written".to_string(), book.save_to_buffer().unwrap())
}

#[test]
fn a_change_is_always_the_same_and_mostly_one() {
    let seeds = instance_seeds();
    let changed = |case: u64| mutation::mutated(&seeds[case as usize % seeds.len()].1, case);
    let differing = (0..200).filter(|&case| {
        assert_eq!(changed(case), changed(case));
        changed(case) != seeds[case as usize % seeds.len()].1
    });
    assert!(differing.count() > 150);
}

/// Found by a change of a workbook: the parser's numbers overflow. A row that they can still name was taken for one, and thousands of
/// millions of blank lines before it were written.
#[test]
#[cfg(feature = "spreadsheet")]
fn cells_that_no_sheet_has_are_a_fault_of_the_workbook() {
    for name in ["A4000000000", "A1048577", "XFE1", "A99999999999", "99999999999999999999F1", "AAAAAAAAAAAAAAAA1"] {
        let sheet = format!("<worksheet><sheetData><row><c r=\"{name}\"><v>1</v></c></row></sheetData></worksheet>");
        assert_eq!(bodies::workbook(sheet.as_bytes()), End::Unreadable, "{name}");
    }
}

/// Found by libFuzzer.
#[test]
fn a_plan_by_dispatch_waits_for_nothing() {
    let changed = mutation::mutated;
    assert_eq!(bodies::structured(0xff_ffff_135d, 0xff00_01ff_ffff_ffff, &[], changed), End::Planned);
    let end = bodies::structured(0x656d_6f31_5436_3260, 0x6d73_7a6f_6373_6174, &[0x2022_202c_e322_6174], changed);
    assert_eq!(end, End::Planned);
}

/// Found by libFuzzer.
#[test]
fn a_plan_states_what_it_comes_to() {
    let changed = mutation::mutated;
    // Both have faults: they are planned without the orders concerned.
    let ends = [
        bodies::structured(0xffff_687a_22a7_005b, u64::MAX, &[0x676e_60ff_ff22_6fef], changed),
        bodies::structured(
            0x3030_3830_303a_3831,
            0x6e63_6573_3030_3a5b,
            &[0x8b5f_7265_70bf_bbef, 0x2020_fddf_c5dd_8b96],
            changed,
        ),
    ];
    assert_eq!(ends, [End::Invalid; 2]);
}

#[test]
fn a_plan_of_any_cost_can_be_read_again() {
    let instance = r#"{"format":"lotwise/1","start":"2026-11-23T08:00:00+08:00",
        "lines":[{"id":"L","rates":[{"seconds_per_unit":1,"cost_per_unit":4294967295.0001}]}],"variants":[{"id":"V"}],
        "orders":[{"id":"O","items":[{"variant":"V","quantity":59}]}]}"#;
    assert_eq!(bodies::instance(instance.as_bytes()), End::Planned);
}

#[test]
fn an_order_that_is_centuries_late_can_be_read_again() {
    let due = |year: &str| {
        format!(
            r#"{{"format":"lotwise/1","start":"2400-11-23T08:00:00+08:00","lines":[{{"id":"L","rates":[{{"seconds_per_unit":60}}]}}],
            "variants":[{{"id":"V"}}],"orders":[{{"id":"O","due":"{year}-01-01T00:00:00Z","items":[{{"variant":"V","quantity":59}}]}}]}}"#
        )
    };
    for year in ["2300", "2301", "2000", "1900"] {
        assert_eq!(bodies::instance(due(year).as_bytes()), End::Planned, "{year}");
    }
}

#[test]
fn a_plan_of_lots_without_measure_is_refused_or_drawn() {
    let sound: serde_json::Value = serde_json::from_slice(&bodies::sound_plan()).unwrap();
    for (quantity, end) in [(i64::MAX, End::Unreadable), (i64::MIN, End::Unreadable), (1_000_000_000_000, End::Invalid)]
    {
        let mut plan = sound.clone();
        plan["lots"].as_array_mut().unwrap().iter_mut().for_each(|lot| lot["quantity"] = quantity.into());
        assert_eq!(bodies::plan(&serde_json::to_vec(&plan).unwrap()), end, "{quantity}");
    }
}
