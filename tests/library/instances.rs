//! The instances that come with the program: they read, and the small ones hold what their page says.

use lotwise::import::{read_mapping, read_plant};
use lotwise::model::{Instance, read_instance};
use std::collections::BTreeSet;
use std::path::PathBuf;

fn instances() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("instances")
}

fn read(name: &str) -> Instance {
    let text = std::fs::read(instances().join(name).join("instance.json")).unwrap();
    read_instance(&text).unwrap_or_else(|fault| panic!("{name}: {:?}", fault.faults))
}

#[test]
fn small_instances_read_and_carry_their_folders_name() {
    for name in ["three-orders", "lateness", "rejection", "unplanned", "set-aside"] {
        assert_eq!(read(name).name.as_deref(), Some(name));
    }
}

#[test]
fn every_folder_is_listed_on_the_page() {
    let page = std::fs::read_to_string(instances().join("README.md")).unwrap();
    let folders: BTreeSet<String> = std::fs::read_dir(instances())
        .unwrap()
        .filter_map(|entry| entry.ok().filter(|entry| entry.path().is_dir()))
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    for folder in &folders {
        assert!(page.contains(&format!("| `{folder}` |")), "{folder} is not on the page");
    }
}

#[test]
fn three_orders_fit_on_a_screen() {
    let text = std::fs::read_to_string(instances().join("three-orders/instance.json")).unwrap();
    assert!(text.lines().count() <= 24 && text.lines().all(|line| line.len() <= 110));
}

#[test]
fn the_giftware_works_has_a_dozen_lines_and_uses_what_it_defines() {
    let folder = instances().join("giftware");
    let plant = read_plant(&std::fs::read(folder.join("plant.json")).unwrap()).unwrap();
    read_mapping(&std::fs::read(folder.join("mapping.json")).unwrap()).unwrap();
    assert_eq!(plant.lines.len(), 12);
    let used = |pick: fn(&lotwise::model::Line) -> Option<&String>| -> BTreeSet<&str> {
        plant.lines.iter().filter_map(pick).map(String::as_str).collect()
    };
    let calendars: BTreeSet<&str> = plant.calendars.iter().map(|calendar| calendar.id.as_str()).collect();
    let changeovers: BTreeSet<&str> = plant.changeovers.iter().map(|set| set.id.as_str()).collect();
    assert_eq!(used(|line| line.calendar.as_ref()), calendars);
    assert_eq!(used(|line| line.changeovers.as_ref()), changeovers);
    let dump = std::fs::read(folder.join("orders-2010-12-01.csv")).unwrap();
    assert_eq!(dump.iter().filter(|byte| **byte == b'\n').count(), 3_109);
    assert!(std::fs::read_to_string(folder.join("ATTRIBUTION.md")).unwrap().contains("10.24432/C5BW33"));
}
