//! One bad file per diagnostic code (some have several): code, pointer, sentence and remedy are all fixed.
//!
//! `UPDATE_EXPECTED=1 cargo test --test library diagnostics::` writes what the program says now; read the difference.

use lotwise::diagnostic::{Diagnostic, codes};
use lotwise::model::read_instance;
use lotwise::validate::validate;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Codes of other rooms, which have tests of their own.
const ELSEWHERE: [&str; 10] = [
    "import-",
    "breach-",
    "actual-",
    "replan-",
    "question-",
    "part-",
    "unplanned-order",
    "unknown-generator",
    "unknown-parameter",
    "bad-parameter",
];
/// Produced where a file in the repository would be too large: see `model::read`.
const WITHOUT_FILE: [&str; 1] = [codes::FILE_TOO_LARGE];

fn manifest() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn is_ours(code: &str) -> bool {
    !ELSEWHERE.iter().any(|prefix| code.starts_with(prefix))
}

fn bad_files() -> Vec<PathBuf> {
    let folder = std::fs::read_dir(manifest().join("tests/bad")).unwrap();
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files
}

fn faults_of(path: &Path) -> Vec<Diagnostic> {
    match read_instance(&std::fs::read(path).unwrap()) {
        Ok(instance) => validate(&instance),
        Err(refused) => refused.faults,
    }
}

/// As the file beside each bad one has it: the first twenty faults, and the last where there are more.
fn shown(faults: &[Diagnostic]) -> String {
    let mut text = String::new();
    let listed = faults.iter().take(20).chain(faults.iter().skip(20).last());
    for fault in listed {
        let order = fault.order.as_deref().map_or_else(String::new, |order| format!(" (order {order:?})"));
        let severity = format!("{:?}", fault.severity).to_lowercase();
        let pointer = if fault.pointer.is_empty() { "the file" } else { &fault.pointer };
        writeln!(text, "{severity} {} at {pointer}{order}\n  {}\n  {}", fault.code, fault.message, fault.remedy)
            .unwrap();
    }
    text
}

#[test]
fn each_bad_file_says_what_it_always_said() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut changed = Vec::new();
    for path in bad_files() {
        let (now, expected) = (shown(&faults_of(&path)), path.with_extension("expected"));
        if update {
            std::fs::write(&expected, &now).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != now {
            changed.push(format!("{}:\n{now}", path.display()));
        }
    }
    assert!(changed.is_empty(), "these differ from the .expected beside them:\n{}", changed.join("\n"));
}

#[test]
fn each_bad_file_shows_the_code_it_is_named_after() {
    for path in bad_files() {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let faults = faults_of(&path);
        let named = |code: &str| stem == code || stem.strip_prefix(code).is_some_and(|rest| rest.starts_with('-'));
        assert!(faults.iter().any(|fault| named(fault.code)), "{stem}: {faults:#?}");
    }
}

#[test]
fn every_code_can_be_produced() {
    let produced: BTreeSet<&str> =
        bad_files().iter().flat_map(|path| faults_of(path)).map(|fault| fault.code).collect();
    let missing: Vec<&str> = codes::ALL
        .iter()
        .map(|(code, _)| *code)
        .filter(|code| is_ours(code) && !WITHOUT_FILE.contains(code) && !produced.contains(code))
        .collect();
    assert!(missing.is_empty(), "no file in tests/bad produces {missing:?}");
}

#[test]
fn every_code_is_documented_with_its_severity_and_every_documented_code_exists() {
    let page = std::fs::read_to_string(manifest().join("docs/errors.md")).unwrap();
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    for (code, _) in codes::ALL.iter().filter(|(code, _)| is_ours(code)) {
        assert!(rows.iter().any(|row| row[0] == format!("`{code}`")), "docs/errors.md does not list {code}");
    }
    for row in &rows {
        let code = row[0].trim_matches('`');
        assert!(
            codes::ALL.iter().any(|(known, _)| *known == code),
            "docs/errors.md lists {code}, which does not exist"
        );
        assert_eq!(row.len(), 4, "{code}: code, severity, meaning, remedy");
    }
    let of_the_desk =
        |code: &str| ["actual-", "replan-", "question-", "part-"].iter().any(|prefix| code.starts_with(prefix));
    for (code, _) in codes::ALL.iter().filter(|(code, _)| of_the_desk(code)) {
        assert!(rows.iter().any(|row| row[0] == format!("`{code}`")), "docs/errors.md does not list {code}");
    }
    for fault in bad_files().iter().flat_map(|path| faults_of(path)) {
        let row = rows.iter().find(|row| row[0].trim_matches('`') == fault.code).unwrap();
        let severity = format!("{:?}", fault.severity).to_lowercase();
        assert!(row[1].contains(&severity), "docs/errors.md does not say that {} can be a {severity}", fault.code);
    }
}

#[test]
fn a_file_with_every_field_has_no_faults() {
    let faults = faults_of(&manifest().join("tests/files/every-field.json"));
    assert!(faults.is_empty(), "{}", shown(&faults));
}
