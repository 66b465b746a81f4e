//! One change after another: the tests that come by it, the quickest first, until one fails.

use crate::Options;
use crate::copy::Programs;
use crate::names::{Mutants, read_or_default, write};
use crate::tests::{Tests, command};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
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
    let mut by_change: BTreeMap<u32, Vec<(f64, &str, &str)>> = BTreeMap::new();
    // What kills calls, or looks at the clock, would fail by itself now and then on cores that are busy.
    for (program, of) in tests {
        for (name, test) in of.iter().filter(|(name, test)| test.passes && !name.starts_with("faults::")) {
            for &id in &test.reaches {
                by_change.entry(id).or_default().push((test.seconds, program, name));
            }
        }
    }
    for tests in by_change.values_mut() {
        tests.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    let trier = Trier { work, programs, budget: options.budget };
    let (next, done) = (AtomicUsize::new(0), Mutex::new((&mut outcomes, 0_usize)));
    thread::scope(|scope| {
        for _ in 0..options.jobs {
            scope.spawn(|| {
                while let Some(&(id, name)) = left.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = match by_change.get(&id) {
                        _ if left_out.contains(&id) => Outcome::NotBuilt,
                        None => Outcome::Unreached,
                        Some(tests) => trier.outcome(id, tests),
                    };
                    let mut done = done.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                    done.0.insert(name.to_string(), outcome);
                    done.1 += 1;
                    if done.1.is_multiple_of(20) || done.1 == left.len() {
                        eprintln!("{} of {}", done.1, left.len());
                        let _ = write(&path, &*done.0);
                    }
                }
            });
        }
    });
    write(&path, &outcomes)
}

struct Trier<'a> {
    work: &'a Path,
    programs: &'a Programs,
    budget: f64,
}

impl Trier<'_> {
    fn outcome(&self, id: u32, tests: &[(f64, &str, &str)]) -> Outcome {
        let (mut tried, mut spent, mut at_once) = (0, 0.0, 0.6);
        while tried < tests.len() {
            // Some at a time: starting a program takes as long as many a test.
            let (mut seconds, mut calls) = (0.0, BTreeMap::<&str, (f64, Vec<&str>)>::new());
            let mut count = 0;
            for (takes, program, name) in &tests[tried..] {
                if count > 0 && seconds + takes > at_once {
                    break;
                }
                seconds += takes;
                count += 1;
                let call = calls.entry(program).or_default();
                call.0 += takes;
                call.1.push(name);
            }
            if tried > 0 && spent + seconds > self.budget {
                break;
            }
            let mut calls: Vec<_> = calls.into_iter().collect();
            calls.sort_by(|a, b| a.1.0.total_cmp(&b.1.0));
            for (program, (takes, names)) in calls {
                if let Some(outcome) = self.outcome_of(id, program, &names, takes) {
                    return outcome;
                }
            }
            tried += count;
            spent += seconds;
            at_once = (at_once * 2.5).min(8.0);
        }
        Outcome::Missed { tried, left: tests.len() - tried }
    }

    /// Runs tests of a program with the change; nothing if all pass, or fail without it as well.
    fn outcome_of(&self, id: u32, program: &str, names: &[&str], takes: f64) -> Option<Outcome> {
        let mut names = names.to_vec();
        while let Some((outcome, at_fault)) = self.call(id, program, &names, takes) {
            // Tests that look at a clock fail now and then where cores are busy.
            let by_itself = at_fault.is_some_and(|test| self.call(0, program, &[test], takes).is_some());
            if !by_itself {
                return Some(outcome);
            }
            names.retain(|name| Some(*name) != at_fault);
            if names.is_empty() {
                break;
            }
        }
        None
    }

    /// Runs tests of a program with a change, or 0 for none: nothing if all pass, else also the one that fails, if it is known.
    fn call<'n>(&self, id: u32, program: &str, names: &[&'n str], takes: f64) -> Option<(Outcome, Option<&'n str>)> {
        let mut call = command(self.work, &self.programs[program]);
        call.args(["--exact", "--test-threads", "1"]).args(names).env("MUTANT", id.to_string()).stdout(Stdio::piped());
        let Ok(mut child) = call.spawn() else {
            return Some((Outcome::Noticed(format!("{program}: did not start")), None));
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
        let until = Instant::now() + Duration::from_secs_f64(takes * 8.0 + 20.0);
        let outcome = loop {
            match receive.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    let words: Vec<&str> = line.split_whitespace().collect();
                    if let ["test", name, .., "FAILED"] = words[..] {
                        let at_fault = names.iter().copied().find(|known| *known == name);
                        break Some((Outcome::Noticed(format!("{program} {name}")), at_fault));
                    }
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    break Some((Outcome::Hangs(format!("{program} {}", names[0])), None));
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => break None,
            }
        };
        if outcome.is_some() {
            let _ = child.kill();
        }
        let ended = child.wait();
        match outcome {
            None if !ended.is_ok_and(|status| status.success()) => {
                Some((Outcome::Noticed(format!("{program}: ends by itself, at {} or behind", names[0])), None))
            }
            outcome => outcome,
        }
    }
}
