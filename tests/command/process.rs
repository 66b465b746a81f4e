//! The command as a process of its own, in a folder of its own.

use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_lotwise");

/// A folder with an instance in it.
pub struct Desk {
    pub folder: TempDir,
}

impl Desk {
    pub fn new(instance: &Value) -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        fs::write(desk.path("instance.json"), instance.to_string()).unwrap();
        desk
    }
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.current_dir(self.folder.path()).args(arguments).stdin(Stdio::null());
        command
    }
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }
    /// Solves to `plan.json` within few iterations.
    pub fn solve(&self) -> Output {
        self.run(&["solve", "instance.json", "-o", "plan.json", "--iterations", "200"])
    }
    pub fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&fs::read(self.path(name)).unwrap()).unwrap()
    }
}

pub fn status(output: &Output) -> i32 {
    output.status.code().expect("an exit status")
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

pub fn stdout_json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|fault| panic!("{fault}: {output:?}"))
}

/// The document of a failing call; checks its shape on the way.
#[track_caller]
pub fn error_of(output: &Output, exit: i32) -> Value {
    assert_eq!(status(output), exit, "{output:?}");
    let document = stdout_json(output);
    let error = &document["error"];
    assert_eq!(document.as_object().unwrap().len(), 1);
    assert!(error["code"].is_string() && error["message"].is_string() && error["issues"].is_array(), "{error}");
    for issue in error["issues"].as_array().unwrap() {
        for field in ["code", "severity", "pointer", "message", "remedy"] {
            assert!(issue[field].is_string(), "{field} in {issue}");
        }
    }
    assert!(stderr(output).lines().any(|line| line.starts_with("lotwise: ")), "{output:?}");
    error.clone()
}

/// `orders` mugs of two colours on two lines, an hour of changeover between colours, due one after the other.
pub fn mugs(orders: usize) -> Value {
    let line = |id: &str| json!({ "id": id, "changeovers": "paint", "cost_per_hour": 10, "rates": [{ "units_per_hour": 30 }] });
    let order = |index: usize| {
        let variant = if index.is_multiple_of(2) { "red" } else { "blue" };
        json!({ "id": format!("SO-{index}"), "customer": "Confidential & Sons", "due": "2026-11-24T08:00:00Z",
            "items": [{ "variant": variant, "quantity": 20 + index % 7 }] })
    };
    json!({
        "format": "lotwise/1", "name": "mugs", "start": "2026-11-23T08:00:00Z",
        "changeovers": [{ "id": "paint", "rules": [{ "attribute": "colour", "time": "PT1H", "cost": 5 }] }],
        "lines": [line("kiln-1"), line("kiln-2")],
        "variants": [{ "id": "red", "attributes": { "colour": "red" } }, { "id": "blue", "attributes": { "colour": "blue" } }],
        "orders": (0..orders).map(order).collect::<Vec<_>>(),
    })
}
