//! What the fuzz targets do with their bytes. tests/fuzz_bodies.rs runs the same over a corpus of seeds.
//!
//! Nothing may panic; a file is either refused with faults or planned, and a plan passes the independent check, before
//! and after it has been written and read back.

use lotwise::desk::{CompareOptions, ReplanOptions, compare, facts_of, read_actuals};
use lotwise::generate::{Parameters, generate};
use lotwise::import::public::{PublicFormat, import_public};
use lotwise::import::{ImportOptions, Start, import_orders, read_mapping, read_plant};
use lotwise::model::{Instance, read_instance, read_instance_setting_aside};
use lotwise::report::Register;
use lotwise::solution::{Solution, read_solution};
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

/// More orders than this take the time of many small files without showing more.
const MOST_ORDERS: usize = 2_000;

/// Bytes as an instance file: read, validated, solved by dispatch, by the search and with a bound, checked.
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
    for method in [Method::Dispatch, Method::Heuristic, Method::Auto] {
        planned(&instance, method, has_errors(&faults));
    }
    if has_errors(&faults) { End::Invalid } else { End::Planned }
}

fn brief(method: Method) -> Options {
    Options { method, time_limit: None, iterations: Some(60), threads: Some(1), ..Options::default() }
}

/// Solves an instance and holds the plan to the checker.
fn planned(instance: &Instance, method: Method, faulty: bool) {
    let options = Options { set_aside: faulty, ..brief(method) };
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

/// The instance that uses every field, and a plan of it.
fn every_field() -> (Instance, Solution) {
    let instance = read_instance(include_bytes!("../tests/files/every-field.json"));
    let plan = read_solution(include_bytes!("../tests/files/every-field-plan.json"));
    (
        instance.unwrap_or_else(|fault| panic!("{:?}", fault.faults)),
        plan.unwrap_or_else(|fault| panic!("{:?}", fault.faults)),
    )
}

/// A plan of that instance that passes the check, as a file.
pub fn sound_plan() -> Vec<u8> {
    let outcome = solve(&every_field().0, &brief(Method::Dispatch), &mut |_| {}).expect("the instance is sound");
    serde_json::to_vec(&outcome.solution).expect("a plan is JSON")
}

/// Bytes as a plan of the instance that uses every field: read, checked, compared, drawn, started from.
pub fn plan(bytes: &[u8]) -> End {
    let (instance, known) = every_field();
    let plan = match read_solution(bytes) {
        Ok(plan) => plan,
        Err(refused) => {
            assert!(!refused.faults.is_empty(), "refused without a fault");
            return End::Unreadable;
        }
    };
    let text = serde_json::to_vec(&plan).expect("a plan is JSON");
    assert!(read_solution(&text).expect("what was read can be read again") == plan, "a plan comes back as it was");
    let verification = verify(&instance, &plan);
    left_shift_breaches(&instance, &plan);
    let _ = Register::new(&instance, &plan);
    let _ = compare(&instance, &known, &plan, &CompareOptions::default());
    let options = Options { start: Some(plan.clone()), ..brief(Method::Dispatch) };
    let outcome = solve(&instance, &options, &mut |_| {}).expect("the instance is sound");
    assert!(outcome.solution.run.faults.is_empty(), "{:?}", outcome.solution.run.faults);
    if !verification.is_sound() {
        return End::Invalid;
    }
    // A sound plan is a start that must not be lost.
    let value = |plan: &Solution| (plan.kpis.unplanned, plan.cost.total);
    let (unplanned, cost) = value(&outcome.solution);
    assert!((unplanned, cost) <= (verification.unplanned, verification.cost.total), "a sound start is lost");
    End::Planned
}

/// Bytes as what happened since the plan was made: read, written into the instance, which is then as sound as any.
pub fn actuals(bytes: &[u8]) -> End {
    let (instance, plan) = every_field();
    let actuals = match read_actuals(bytes) {
        Ok(actuals) => actuals,
        Err(refused) => {
            assert!(!refused.faults.is_empty(), "refused without a fault");
            return End::Unreadable;
        }
    };
    let mut end = End::Invalid;
    // When it is asked: at the start, and after the first, the middle and the last operation of the plan.
    let mut ends: Vec<_> = plan.lots.iter().flat_map(|lot| &lot.operations).map(|operation| operation.end).collect();
    ends.sort();
    let asked = [Some(instance.start), ends.first().copied(), ends.get(ends.len() / 2).copied(), ends.last().copied()];
    for at in asked.into_iter().flatten() {
        let Ok(facts) = facts_of(&instance, &plan, at, &actuals, &ReplanOptions::default()) else { continue };
        let faulty = has_errors(&validate(&facts.instance));
        planned(&facts.instance, Method::Dispatch, faulty);
        end = End::Planned;
    }
    end
}

/// Bytes as a public benchmark: the first says which format, the rest is the file.
pub fn public(bytes: &[u8]) -> End {
    let Some((first, rest)) = bytes.split_first() else { return End::Unreadable };
    let format = PublicFormat::ALL[usize::from(*first) % PublicFormat::ALL.len()];
    let instance = match import_public(format, rest, "fuzzed") {
        Ok(instance) => instance,
        Err(faults) => {
            assert!(!faults.is_empty(), "refused without a fault");
            return End::Unreadable;
        }
    };
    let text = serde_json::to_vec(&instance).expect("an instance is JSON");
    let read = read_instance(&text).unwrap_or_else(|fault| panic!("{:?}", fault.faults));
    assert!(read == instance, "an instance comes back from its file as it was");
    let faulty = has_errors(&validate(&instance));
    if instance.orders.len() > MOST_ORDERS {
        return End::Invalid;
    }
    for method in [Method::Dispatch, Method::Auto] {
        planned(&instance, method, faulty);
    }
    if faulty { End::Invalid } else { End::Planned }
}

/// A random instance that uses some of the format's features, with a few of its values changed.
pub fn structured(seed: u64, features: u64, changes: &[u64], mutated: fn(&[u8], u64) -> Vec<u8>) -> End {
    let every = (1u64 << lotwise::generate::features_of_anything().count()) - 1;
    let set = vec![("features".to_string(), (features & every).to_string())];
    let made = generate("anything", &Parameters { seed: seed % (1 << 40), set, ..Parameters::default() });
    let made = made.unwrap_or_else(|faults| panic!("the parameters are in range: {faults:?}"));
    let mut text = serde_json::to_vec(&made).expect("an instance is JSON");
    for change in changes.iter().take(8) {
        text = mutated(&text, *change);
    }
    instance(&text)
}

/// Bytes as a workbook, imported like a dump of text: the file as it is where they begin like an archive; else its parts,
/// a form feed between them (no XML holds one): the first sheet, shared strings, styles, the list of the sheets.
#[cfg(feature = "spreadsheet")]
pub fn workbook(bytes: &[u8]) -> End {
    if bytes.starts_with(b"PK") {
        return import(bytes);
    }
    let mut parts = bytes.splitn(4, |&byte| byte == 0x0c);
    let mut files = vec![("[Content_Types].xml", CONTENT_TYPES), ("_rels/.rels", RELATIONS)];
    files.extend([
        ("xl/_rels/workbook.xml.rels", SHEETS),
        ("xl/worksheets/sheet1.xml", parts.next().unwrap_or_default()),
    ]);
    files.extend(parts.next().map(|strings| ("xl/sharedStrings.xml", strings)));
    files.extend(parts.next().map(|styles| ("xl/styles.xml", styles)));
    files.push(("xl/workbook.xml", parts.next().unwrap_or(WORKBOOK)));
    import(&archive(&files))
}

#[cfg(feature = "spreadsheet")]
const CONTENT_TYPES: &[u8] = br#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#;
#[cfg(feature = "spreadsheet")]
const RELATIONS: &[u8] = br#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
#[cfg(feature = "spreadsheet")]
const WORKBOOK: &[u8] = br#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Orders" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
#[cfg(feature = "spreadsheet")]
const SHEETS: &[u8] = br#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;

/// A ZIP archive of files that are stored as they are (PKWARE, APPNOTE.TXT 6.3.10, 4.3): what is fuzzed is the files, not
/// the compression around them.
#[cfg(feature = "spreadsheet")]
pub fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let offset = out.len() as u32;
        let mut header = Vec::new();
        // Needs 2.0, no flags, stored, midnight on 1 January 1980.
        for field in [20u16, 0, 0, 0, 0x21] {
            header.extend(field.to_le_bytes());
        }
        for field in [crc32(content), content.len() as u32, content.len() as u32] {
            header.extend(field.to_le_bytes());
        }
        header.extend((name.len() as u16).to_le_bytes());
        header.extend(0u16.to_le_bytes());
        out.extend(b"PK\x03\x04");
        out.extend(&header);
        out.extend(name.as_bytes());
        out.extend(*content);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&header);
        // No comment, first disk, no attributes.
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (begin, length, count) = (out.len() as u32, directory.len() as u32, files.len() as u16);
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(length.to_le_bytes());
    out.extend(begin.to_le_bytes());
    out.extend([0, 0]);
    out
}

#[cfg(feature = "spreadsheet")]
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    };
    !bytes.iter().fold(!0, step)
}
