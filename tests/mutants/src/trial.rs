//! One change after another: the tests that come by it until one fails, first those that are quick and have noticed much of its file
//! (L. Zhang, D. Marinov, S. Khurshid, Faster mutation testing inspired by test prioritization and reduction, ISSTA 2013).

use crate::Options;
use crate::copy::Programs;
use crate::kept::{read_or_default, write};
use crate::names::Mutants;
use crate::tests::{Tests, command};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};
use std::{sync::mpsc, thread};

/// What came of a change.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It is not in the build: it does not compile, or stands where no switch can.
    NotBuilt,
    /// No test comes by it.
    Unreached,
    /// This test fails.
    Noticed(String),
    /// These tests do not end.
    Hangs(String),
    /// None of so many tests fails; so many others were beyond the budget.
    Missed { tried: usize, left: usize },
}

/// Outcomes by the name of the change.
pub type Outcomes = BTreeMap<String, Outcome>;

/// Tries whatever has no outcome yet, or none that counts.
pub fn run(
    work: &Path,
    mutants: &Mutants,
    left_out: &BTreeSet<u32>,
    programs: &Programs,
    tests: &Tests,
    options: &Options,
) -> Result<(), Box<dyn Error>> {
    let path = work.join("results.json");
    let mut outcomes: Outcomes = read_or_default(&path)?;
    let wanted = |name: &str| {
        let untried = match outcomes.get(name) {
            Some(Outcome::Missed { .. } | Outcome::Unreached) => options.again,
            outcome => outcome.is_none(),
        };
        untried && options.only.as_ref().is_none_or(|only| name.contains(only.as_str()))
    };
    let left: Vec<(u32, &str)> =
        mutants.iter().map(|(id, mutant)| (*id, mutant.name.as_str())).filter(|(_, name)| wanted(name)).collect();
    let mut by_change: BTreeMap<u32, Vec<Reached>> = BTreeMap::new();
    // What kills calls, or looks at the clock, would fail by itself now and then on cores that are busy.
    for (program, of) in tests {
        for (name, test) in of.iter().filter(|(name, test)| test.passes && !name.starts_with("faults::")) {
            for &id in &test.reaches {
                by_change.entry(id).or_default().push(Reached { seconds: test.seconds, program, name });
            }
        }
    }
    let trier = Trier { work, programs, budget: Duration::from_secs_f64(options.budget), sound: Mutex::default() };
    let mut notices = Notices::new();
    for mutant in mutants.values() {
        if let Some(outcome) = outcomes.get(&mutant.name) {
            count_notice(&mut notices, &mutant.file, outcome);
        }
    }
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Done { outcomes: &mut outcomes, notices, count: 0 });
    thread::scope(|scope| {
        for _ in 0..options.jobs {
            scope.spawn(|| {
                while let Some(&(id, name)) = left.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let file = mutants[&id].file.as_str();
                    let outcome = match by_change.get(&id) {
                        _ if left_out.contains(&id) => Outcome::NotBuilt,
                        None => Outcome::Unreached,
                        Some(tests) => trier.outcome(id, &in_order(tests, lock(&done).notices.get(file))),
                    };
                    let mut done = lock(&done);
                    count_notice(&mut done.notices, file, &outcome);
                    done.outcomes.insert(name.to_string(), outcome);
                    done.count += 1;
                    if done.count.is_multiple_of(20) || done.count == left.len() {
                        eprintln!("{} of {}", done.count, left.len());
                        let _ = write(&path, &*done.outcomes);
                    }
                }
            });
        }
    });
    write(&path, &outcomes)
}

/// How many changes of a file each test has noticed.
type Notices<'a> = BTreeMap<&'a str, BTreeMap<String, u32>>;

fn count_notice<'a>(notices: &mut Notices<'a>, file: &'a str, outcome: &Outcome) {
    if let Outcome::Noticed(test) = outcome {
        *notices.entry(file).or_default().entry(test.clone()).or_default() += 1;
    }
}

struct Done<'a> {
    outcomes: &'a mut Outcomes,
    notices: Notices<'a>,
    count: usize,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// A test that comes by a change.
#[derive(Clone, Copy)]
struct Reached<'a> {
    seconds: f64,
    program: &'a str,
    name: &'a str,
}

/// Tests by the seconds they take for what they have noticed in the same file.
fn in_order<'a>(tests: &[Reached<'a>], noticed: Option<&BTreeMap<String, u32>>) -> Vec<Reached<'a>> {
    let mut ordered: Vec<(f64, Reached)> = tests
        .iter()
        .map(|test| {
            let words = words_for(test.program, test.name);
            let noticed = noticed.and_then(|noticed| noticed.get(&words)).copied().unwrap_or(0);
            (test.seconds / f64::from(1 + noticed), *test)
        })
        .collect();
    ordered.sort_by(|a, b| a.0.total_cmp(&b.0));
    ordered.into_iter().map(|(_, test)| test).collect()
}

fn words_for(program: &str, test: &str) -> String {
    format!("{program} {test}")
}

struct Trier<'a> {
    work: &'a Path,
    programs: &'a Programs,
    budget: Duration,
    /// Tests that passed when they were run again without the change they had noticed.
    sound: Mutex<BTreeSet<String>>,
}

impl Trier<'_> {
    fn outcome(&self, id: u32, tests: &[Reached]) -> Outcome {
        let until = Instant::now() + self.budget;
        let (mut tried, mut at_once) = (0, 0.6);
        while tried < tests.len() {
            // Some at a time: starting a program takes as long as many a test.
            let (mut seconds, mut calls) = (0.0, BTreeMap::<&str, (f64, Vec<&str>)>::new());
            let mut count = 0;
            for test in &tests[tried..] {
                if count > 0 && seconds + test.seconds > at_once {
                    break;
                }
                seconds += test.seconds;
                count += 1;
                let call = calls.entry(test.program).or_default();
                call.0 += test.seconds;
                call.1.push(test.name);
            }
            let mut calls: Vec<_> = calls.into_iter().collect();
            calls.sort_by(|a, b| a.1.0.total_cmp(&b.1.0));
            for (program, (takes, names)) in calls {
                if Instant::now() + Duration::from_secs_f64(takes) > until {
                    return Outcome::Missed { tried, left: tests.len() - tried };
                }
                if let Some(outcome) = self.outcome_of(id, program, &names, takes) {
                    return outcome;
                }
            }
            tried += count;
            at_once = (at_once * 2.5).min(8.0);
        }
        Outcome::Missed { tried, left: 0 }
    }

    /// Runs tests of a program with the change; nothing if all pass, or fail without it as well.
    fn outcome_of(&self, id: u32, program: &str, names: &[&str], takes: f64) -> Option<Outcome> {
        let mut names = names.to_vec();
        while !names.is_empty() {
            let Failed(outcome, at_fault) = self.call(id, program, &names, takes)?;
            // Tests that look at a clock fail now and then where cores are busy.
            if at_fault.is_none_or(|test| self.is_sound(program, test, takes)) {
                return Some(outcome);
            }
            names.retain(|name| Some(*name) != at_fault);
        }
        None
    }

    /// Whether a test passes without any change; asked once.
    fn is_sound(&self, program: &str, test: &str, takes: f64) -> bool {
        let words = words_for(program, test);
        if lock(&self.sound).contains(&words) {
            return true;
        }
        let sound = self.call(0, program, &[test], takes).is_none();
        if sound {
            lock(&self.sound).insert(words);
        }
        sound
    }

    /// Runs tests of a program with a change, or 0 for none; nothing if all pass.
    fn call<'n>(&self, id: u32, program: &str, names: &[&'n str], takes: f64) -> Option<Failed<'n>> {
        let mut call = command(self.work, &self.programs[program]);
        call.args(["--exact", "--test-threads", "1"]).args(names).env("MUTANT", id.to_string()).stdout(Stdio::piped());
        let Ok(mut child) = call.spawn() else {
            return Some(Failed(Outcome::Noticed(format!("{program}: did not start")), None));
        };
        let lines = child.stdout.take().map(BufReader::new);
        let (send, receive) = mpsc::channel();
        // The reader ends when the program does.
        thread::spawn(move || {
            for line in lines.into_iter().flat_map(BufRead::lines).map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        let hangs = Instant::now() + Duration::from_secs_f64(takes * 8.0 + 20.0);
        let failed = loop {
            match receive.recv_timeout(hangs.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    let words: Vec<&str> = line.split_whitespace().collect();
                    if let ["test", name, .., "FAILED"] = words[..] {
                        let at_fault = names.iter().copied().find(|known| *known == name);
                        break Some(Failed(Outcome::Noticed(words_for(program, name)), at_fault));
                    }
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    break Some(Failed(Outcome::Hangs(words_for(program, names[0])), None));
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => break None,
            }
        };
        if failed.is_some() {
            let _ = child.kill();
        }
        let ended = child.wait();
        if failed.is_none() && !ended.is_ok_and(|status| status.success()) {
            let words = format!("{program}: ends by itself, at {} or behind", names[0]);
            return Some(Failed(Outcome::Noticed(words), None));
        }
        failed
    }
}

/// What came of a call in which not all passed, and the test that fails, if it is known.
struct Failed<'a>(Outcome, Option<&'a str>);
