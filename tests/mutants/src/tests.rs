//! What each test comes by, and how long it takes.

use crate::copy::Programs;
use crate::kept::{read_or_default, write};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use std::{fs, thread};

/// A test without any change.
#[derive(Serialize, Deserialize)]
pub struct Test {
    pub passes: bool,
    pub seconds: f64,
    /// The changes it comes by.
    pub reaches: Vec<u32>,
}

/// Tests by program and name.
pub type Tests = BTreeMap<String, BTreeMap<String, Test>>;

/// A call of a program of tests, in the folder and with the settings that cargo would give it.
pub fn command(work: &Path, program: &Path) -> Command {
    let mut command = Command::new(program);
    let tree = work.join("tree");
    command.current_dir(&tree).env("CARGO_MANIFEST_DIR", tree).env("LOTWISE_CASES", "40");
    command.stdin(Stdio::null()).stderr(Stdio::null());
    command
}

/// Runs every test by itself, once.
pub fn record(work: &Path, programs: &Programs, jobs: usize) -> Result<Tests, Box<dyn Error>> {
    let path = work.join("tests.json");
    let mut tests: Tests = read_or_default(&path)?;
    let mut left = Vec::new();
    for (program, at) in programs {
        let listed = command(work, at).arg("--list").output()?;
        for name in String::from_utf8(listed.stdout)?.lines().filter_map(|line| line.strip_suffix(": test")) {
            if !tests.get(program).is_some_and(|of| of.contains_key(name)) {
                left.push((program.clone(), name.to_string(), at.clone()));
            }
        }
    }
    eprintln!("{} tests to look at", left.len());
    let next = AtomicUsize::new(0);
    let done = Mutex::new(&mut tests);
    thread::scope(|scope| {
        for job in 0..jobs {
            let (left, next, done, path) = (&left, &next, &done, &path);
            let log = work.join(format!("log.{job}"));
            scope.spawn(move || {
                while let Some((program, name, at)) = left.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let test = look_at(work, at, name, &log);
                    let mut tests = done.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                    tests.entry(program.clone()).or_default().insert(name.clone(), test);
                    // Should this be the last that is written, the next call looks at the rest.
                    let _ = write(path, &**tests);
                }
            });
        }
    });
    Ok(tests)
}

fn look_at(work: &Path, program: &Path, name: &str, log: &PathBuf) -> Test {
    let _ = fs::remove_file(log);
    let start = Instant::now();
    let mut call = command(work, program);
    let call = call.args(["--exact", name, "--test-threads", "1"]).env("MUTANT_LOG", log).stdout(Stdio::null());
    let passes = call.status().is_ok_and(|status| status.success());
    let seconds = start.elapsed().as_secs_f64();
    let mut reaches: Vec<u32> =
        fs::read_to_string(log).unwrap_or_default().lines().filter_map(|line| line.parse().ok()).collect();
    reaches.sort_unstable();
    reaches.dedup();
    Test { passes, seconds, reaches }
}
