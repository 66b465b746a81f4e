//! What is promised on paper: the commands of the README and of the desk's page run as they are written.

mod desk;

use crate::process::PROGRAM;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Commands of the README that no test can run as they stand, and what is run instead.
const INSTEAD: [(&str, Option<&str>); 2] = [
    // A release build and a minute of search: its script, with the command that is tested and a second.
    ("make demo", Some("demo lotwise out 2010-12-02T00:00:00Z 2s")),
    // What the tests are run with is built already; it would fill a home folder.
    ("cargo install --path . --locked --no-default-features --features cli", None),
];

/// A clone as the documents see it: its files, the command on the path, and an instance with its plan of any name.
fn documented_clone() -> TempDir {
    let clone = tempfile::tempdir().unwrap();
    for name in ["instances", "docs", "tests", "Makefile", ".ci"] {
        symlink(root().join(name), clone.path().join(name)).unwrap();
    }
    std::fs::copy(root().join("instances/three-orders/instance.json"), clone.path().join("instance.json")).unwrap();
    let bin = clone.path().join("bin");
    std::fs::create_dir(&bin).unwrap();
    symlink(PROGRAM, bin.join("lotwise")).unwrap();
    clone
}

/// Runs a line in that clone as a shell does, the command and its scripts on the path.
fn shell(clone: &Path, line: &str) -> Output {
    let found = std::env::var("PATH").unwrap();
    let path = format!("{}:{}:{found}", clone.join("bin").display(), clone.join("scripts").display());
    Command::new("sh").args(["-euc", line]).env("PATH", path).current_dir(clone).output().unwrap()
}

#[test]
fn the_commands_of_the_readme_run_as_they_are_written() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let blocks = readme.split("\n```sh\n").skip(1).map(|rest| rest.split("\n```").next().unwrap());
    let commands: Vec<&str> = blocks.flat_map(str::lines).filter(|line| !line.starts_with('#')).collect();
    assert!(commands.len() >= 4, "the commands are found: {commands:?}");
    let clone = documented_clone();
    let bin = clone.path().join("bin");
    // The script goes to the folder it lies in; here that is the clone.
    std::fs::create_dir(clone.path().join("scripts")).unwrap();
    std::fs::copy(root().join(".ci/demo"), clone.path().join("scripts/demo")).unwrap();
    for command in commands {
        let instead = INSTEAD.iter().find(|(written, _)| *written == command);
        let Some(run) = instead.map_or(Some(command), |(_, instead)| *instead) else { continue };
        let run = run.replace("demo lotwise", &format!("demo {}", bin.join("lotwise").display()));
        let output = shell(clone.path(), &run);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{command}\n{}{said}", String::from_utf8_lossy(&output.stdout));
    }
    for (written, _) in INSTEAD {
        assert!(readme.contains(written), "the README no longer says `{written}`: nothing need be run instead");
    }
    for made in ["plan.json", "plan.html", "out/plan.json", "out/plan.svg"] {
        assert!(Path::new(&clone.path().join(made)).exists(), "{made} was to be made");
    }
}
