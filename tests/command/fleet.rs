//! `solve --ndjson` from outside: a plan a line, in order, as a call for each line alone makes it; one bad line harms no other.

use crate::process::PROGRAM;
use serde_json::Value;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(PROGRAM).current_dir(folder).args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// Small instances, one a line; the third is cut off, the fifth has an order that fits no line of it.
fn lines(folder: &Path) -> Vec<String> {
    let mut lines: Vec<String> = (1..=6)
        .map(|seed| {
            let seed = seed.to_string();
            let file = format!("{seed}.json");
            let made =
                run(folder, &["generate", "parallel", "--orders", "12", "--lines", "3", "--seed", &seed, "-o", &file]);
            assert!(made.status.success(), "{made:?}");
            let instance: Value = serde_json::from_slice(&fs::read(folder.join(file)).unwrap()).unwrap();
            instance.to_string()
        })
        .collect();
    lines[2].truncate(100);
    lines[4] = lines[4].replacen("\"variant\":\"", "\"variant\":\"nowhere-", 1);
    lines
}

const EFFORT: [&str; 4] = ["--iterations", "500", "--seed", "7"];

#[test]
fn each_line_gets_the_plan_it_gets_alone_and_faults_stay_on_their_lines() {
    let folder = tempfile::tempdir().unwrap();
    let lines = lines(folder.path());
    fs::write(folder.path().join("plants.ndjson"), lines.join("\n") + "\n").unwrap();
    let mut answers = Vec::new();
    for threads in ["1", "3"] {
        let call = ["solve", "plants.ndjson", "--ndjson", "--threads", threads];
        let output = run(folder.path(), &[&call[..], &EFFORT].concat());
        assert_eq!(output.status.code(), Some(2), "the gravest of the lines' ends: {output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("6 lines answered; 2 not planned whole (line 3, 5)"), "{said}");
        answers.push(String::from_utf8(output.stdout).unwrap());
    }
    assert_eq!(answers[0], answers[1], "the number of threads changes nothing");
    let answers: Vec<Value> = answers[0].lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), lines.len());
    for (number, (line, answer)) in lines.iter().zip(&answers).enumerate() {
        fs::write(folder.path().join("one.json"), line).unwrap();
        let alone = run(folder.path(), &[&["solve", "one.json", "--threads", "1", "-q"][..], &EFFORT].concat());
        let mut alone: Value = serde_json::from_slice(&alone.stdout).unwrap();
        if let Some(error) = alone.get_mut("error") {
            assert!([2, 4].contains(&number), "{error}");
            // Messages name the file, or the line.
            error["message"] = answer["error"]["message"].clone();
        }
        assert_eq!(&alone, answer, "line {}", number + 1);
    }
}

#[test]
fn a_file_of_answers_is_written_whole() {
    let folder = tempfile::tempdir().unwrap();
    let lines = lines(folder.path());
    fs::write(folder.path().join("plants.ndjson"), lines[..2].join("\n")).unwrap();
    let call = ["solve", "plants.ndjson", "--ndjson", "-o", "plans.ndjson"];
    let output = run(folder.path(), &[&call[..], &EFFORT].concat());
    assert!(output.status.success() && output.stdout.is_empty(), "{output:?}");
    assert_eq!(fs::read_to_string(folder.path().join("plans.ndjson")).unwrap().lines().count(), 2);
}

#[test]
fn answers_come_while_the_input_is_still_open_and_a_closed_output_ends_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let lines = lines(folder.path());
    let call = ["solve", "-", "--ndjson", "--threads", "1"];
    let mut child = Command::new(PROGRAM)
        .args([&call[..], &EFFORT].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = child.stdout.take().unwrap();
    writeln!(input, "{}", lines[0]).unwrap();
    let mut first = [0; 1];
    output.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"{");
    // Nobody listens any more: the next answer cannot be written, and the call ends though its input stays open.
    drop(output);
    writeln!(input, "{}", lines[1]).unwrap();
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "the call hangs");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(status.code(), Some(1));
}
