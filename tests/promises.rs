//! What is promised on paper: the README's commands run as they are written.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};

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

#[test]
fn the_commands_of_the_readme_run_as_they_are_written() {
    use std::os::unix::fs::symlink;
    use std::process::Command;
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let blocks = readme.split("\n```sh\n").skip(1).map(|rest| rest.split("\n```").next().unwrap());
    let commands: Vec<&str> = blocks.flat_map(str::lines).filter(|line| !line.starts_with('#')).collect();
    assert!(commands.len() >= 4, "the commands are found: {commands:?}");
    // A clone as the README sees it: its files, the command on the path, and an instance with its plan of any name.
    let clone = tempfile::tempdir().unwrap();
    for name in ["instances", "docs", "tests", "Makefile", ".ci"] {
        symlink(root().join(name), clone.path().join(name)).unwrap();
    }
    std::fs::copy(root().join("instances/three-orders/instance.json"), clone.path().join("instance.json")).unwrap();
    let bin = clone.path().join("bin");
    std::fs::create_dir(&bin).unwrap();
    symlink(env!("CARGO_BIN_EXE_lotwise"), bin.join("lotwise")).unwrap();
    // The script goes to the folder it lies in; here that is the clone.
    std::fs::create_dir(clone.path().join("scripts")).unwrap();
    std::fs::copy(root().join(".ci/demo"), clone.path().join("scripts/demo")).unwrap();
    let path =
        format!("{}:{}:{}", bin.display(), clone.path().join("scripts").display(), std::env::var("PATH").unwrap());
    for command in commands {
        let instead = INSTEAD.iter().find(|(written, _)| *written == command);
        let Some(run) = instead.map_or(Some(command), |(_, instead)| *instead) else { continue };
        let run = run.replace("demo lotwise", &format!("demo {}", bin.join("lotwise").display()));
        let output =
            Command::new("sh").args(["-euc", &run]).env("PATH", &path).current_dir(clone.path()).output().unwrap();
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
