//! What the documents say is true: their files read and are valid, their plans hold and are what `solve` makes, their
//! links lead somewhere, and no field of the formats is left unexplained.

use lotwise::diagnostic::{Diagnostic, codes};
use lotwise::model::schema::instance_schema;
use lotwise::solution::plan_schema;
use lotwise::{Instance, Options, read_instance, read_solution, solve, validate, verify};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A fenced block: where it stands, what its fence says, what is in it.
struct Block {
    place: String,
    info: String,
    text: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
}

/// README, CHANGELOG and everything in docs and instances, by path from the root.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![PathBuf::from("README.md"), PathBuf::from("CHANGELOG.md")];
    let instances = std::fs::read_dir(root().join("instances")).unwrap().map(|entry| entry.unwrap());
    let instances = instances.filter(|entry| entry.path().is_dir());
    let instances = instances.map(|entry| format!("instances/{}", entry.file_name().to_string_lossy()));
    for folder in ["docs", "instances"].map(str::to_string).into_iter().chain(instances) {
        let entries = std::fs::read_dir(root().join(&folder)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name());
        pages.extend(
            names.map(|name| Path::new(&folder).join(name)).filter(|path| path.extension().is_some_and(|e| e == "md")),
        );
    }
    pages.sort();
    assert!(pages.len() > 8, "the pages are found: {pages:?}");
    pages
}

fn blocks(page: &Path) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (number, line) in read(page).lines().enumerate() {
        match (line.strip_prefix("```"), open) {
            (Some(info), false) => {
                let place = format!("{}:{}", page.display(), number + 1);
                blocks.push(Block { place, info: info.trim().to_string(), text: String::new() });
                open = true;
            }
            (Some(_), true) => open = false,
            (None, true) => {
                let text = &mut blocks.last_mut().unwrap().text;
                text.push_str(line);
                text.push('\n');
            }
            (None, false) => {}
        }
    }
    assert!(!open, "{}: a fence is not closed", page.display());
    blocks
}

fn all_blocks() -> Vec<Block> {
    pages().iter().flat_map(|page| blocks(page)).collect()
}

fn instance_of(block: &Block) -> Instance {
    read_instance(block.text.as_bytes()).unwrap_or_else(|fault| panic!("{}: {:?}", block.place, fault.faults))
}

/// The only block whose fence says `info`.
fn block(page: &str, info: &str) -> Block {
    let mut found: Vec<Block> = blocks(Path::new(page)).into_iter().filter(|block| block.info == info).collect();
    assert_eq!(found.len(), 1, "{page}: one block of {info}");
    found.remove(0)
}

#[test]
fn json_blocks_are_json_and_those_of_instances_and_plans_are_sound() {
    let mut instances = 0;
    for block in all_blocks().iter().filter(|block| block.info.split(' ').next() == Some("json")) {
        let value: Result<Value, _> = serde_json::from_str(&block.text);
        assert!(value.is_ok(), "{}: {value:?}", block.place);
        match block.info.split(' ').nth(1) {
            Some("instance") => {
                let faults = validate(&instance_of(block));
                // A price that is left to its default is worth a note, nothing else is.
                let odd: Vec<&Diagnostic> =
                    faults.iter().filter(|fault| fault.code != codes::LATE_COST_DEFAULT).collect();
                assert!(odd.is_empty(), "{}: {odd:?}", block.place);
                instances += 1;
            }
            Some("plan") => {
                let plan = read_solution(block.text.as_bytes());
                let plan = plan.unwrap_or_else(|fault| panic!("{}: {:?}", block.place, fault.faults));
                assert_eq!(plan.cost.total, plan.cost.summed().total, "{}: the terms add up", block.place);
            }
            Some(other) => panic!("{}: what is `{other}`?", block.place),
            None => {}
        }
    }
    assert!(instances >= 10, "{instances} instances were looked at");
}

#[test]
fn every_instance_of_the_documents_is_planned_whole() {
    for block in all_blocks().iter().filter(|block| block.info.starts_with("json instance")) {
        let instance = instance_of(block);
        let options = Options { time_limit: None, iterations: Some(1_000), ..Options::default() };
        let outcome =
            solve(&instance, &options, &mut |_| {}).unwrap_or_else(|fault| panic!("{}: {fault}", block.place));
        assert_eq!(outcome.solution.kpis.unplanned, 0, "{}", block.place);
    }
}

#[test]
fn the_three_orders_of_the_readme_are_the_file_and_their_plan_is_what_solve_makes() {
    let shown = block("README.md", "json instance three-orders");
    assert_eq!(shown.text, read("instances/three-orders/instance.json"));
    let instance = instance_of(&shown);
    let shown = block("README.md", "json plan three-orders");
    let plan = read_solution(shown.text.as_bytes()).unwrap();
    let verification = verify(&instance, &plan);
    assert!(verification.is_sound(), "{:?}", verification.breaches);
    let options = Options { time_limit: None, iterations: Some(10_000), ..Options::default() };
    let made = serde_json::to_value(solve(&instance, &options, &mut |_| {}).unwrap().solution).unwrap();
    let shown: Value = serde_json::from_str(&shown.text).unwrap();
    // Without the integer programs less is proved.
    let proved = ["status", "bound", "gap"];
    let shown_here = |field: &String| cfg!(feature = "mip") || !proved.contains(&field.as_str());
    for (field, value) in shown.as_object().unwrap().iter().filter(|(field, _)| shown_here(field)) {
        assert_eq!(value, &made[field], "{field}");
    }
}

#[test]
fn the_example_of_the_readme_is_the_one_that_is_run_in_the_crates_documentation() {
    let shown = block("README.md", "rust").text;
    let source = read("src/lib.rs");
    let documented: String = source
        .lines()
        .filter_map(|line| line.strip_prefix("//!"))
        .map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line)))
        .collect();
    assert!(documented.contains(&format!("```\n{shown}```\n")), "README and src/lib.rs show different examples");
}

#[test]
fn every_field_of_both_formats_is_explained() {
    let page = read("docs/format.md");
    let mut unexplained = BTreeSet::new();
    for schema in [instance_schema(), plan_schema()] {
        let mut names = BTreeSet::new();
        collect_properties(schema.as_value(), &mut names);
        assert!(names.len() > 30, "the schema's fields are found");
        unexplained.extend(names.into_iter().filter(|name| !page.contains(&format!("`{name}`"))));
    }
    assert!(unexplained.is_empty(), "docs/format.md says nothing of {unexplained:?}");
}

/// Every name under `properties`, and every word of an enumeration.
fn collect_properties(schema: &Value, names: &mut BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            names.extend(
                fields.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.clone()),
            );
            fields.values().for_each(|value| collect_properties(value, names));
        }
        Value::Array(list) => list.iter().for_each(|value| collect_properties(value, names)),
        _ => {}
    }
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest = read("Cargo.toml");
    let page = read("docs/architecture.md");
    let (_, list) = manifest.split_once("\n[dependencies]\n").unwrap();
    let list = list.split("\n[").next().unwrap();
    let missing: Vec<&str> = list
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name)
        .filter(|name| !page.contains(&format!("| `{name}` |")))
        .collect();
    assert!(list.lines().count() > 10 && missing.is_empty(), "docs/architecture.md gives no reason for {missing:?}");
}

#[test]
fn links_between_the_documents_lead_somewhere() {
    let mut broken = Vec::new();
    for page in pages() {
        let text = read(&page);
        let folder = root().join(page.parent().unwrap());
        for (begin, _) in text.match_indices("](") {
            let target = text[begin + 2..].split([')', ' ']).next().unwrap();
            // The package leaves the pictures out.
            if target.contains("://")
                || target.starts_with('#')
                || target.contains("docs/img/") && !root().join("docs/img").exists()
            {
                continue;
            }
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let path = folder.join(file);
            if !path.exists() {
                broken.push(format!("{}: {target}", page.display()));
            } else if !heading.is_empty() && !anchors(&std::fs::read_to_string(&path).unwrap()).contains(heading) {
                broken.push(format!("{}: {target}: no such heading", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// The anchors a page's headings get: lower case, blanks as hyphens, signs dropped.
fn anchors(page: &str) -> BTreeSet<String> {
    let headings = page.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let letter = |letter: char| match letter {
        ' ' => Some('-'),
        '-' | '_' => Some(letter),
        _ => letter.is_alphanumeric().then(|| letter.to_ascii_lowercase()),
    };
    headings.map(|heading| heading.chars().filter_map(letter).collect()).collect()
}

#[test]
fn the_exit_statuses_are_the_same_wherever_they_are_listed() {
    let statuses = |page: &str| -> Vec<String> {
        let rows = read(page);
        let cells =
            rows.lines().filter_map(|line| line.strip_prefix("| ")).map(|line| line.split(" |").next().unwrap());
        cells.filter(|cell| cell.len() == 1 && cell.chars().all(|c| c.is_ascii_digit())).map(String::from).collect()
    };
    let expected: Vec<String> = (0..=6).map(|status| status.to_string()).collect();
    assert_eq!(statuses("README.md"), expected);
    assert_eq!(statuses("docs/format.md"), expected);
}
