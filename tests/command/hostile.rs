//! Files nobody means well with, through the command: exit 2, one JSON document with all faults, no panic, no delay.

use assert_cmd::Command;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Far more than any of these files takes, far less than a quadratic step over a large one would.
const PATIENCE: Duration = Duration::from_secs(60);

/// The documents' faults: code and pointer of each.
struct Refusal {
    issues: Vec<(String, String)>,
}

impl Refusal {
    #[track_caller]
    fn has(&self, code: &str, pointer: &str) -> &Self {
        let has = self.issues.iter().any(|(c, p)| c == code && p == pointer);
        assert!(has, "no {code} at {pointer} in {:?}", self.issues);
        self
    }
}

/// Hands `content` to a subcommand as a file and takes its refusal.
#[track_caller]
fn refused_by(call: &[&str], content: &[u8]) -> Refusal {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("instance.json"), content).unwrap();
    refusal(&folder, call)
}

/// `solve`, and `validate` alike.
#[track_caller]
fn refused(content: &[u8]) -> Refusal {
    let validated = refused_by(&["validate", "instance.json"], content);
    let solved = refused_by(&["solve", "instance.json", "--iterations", "10"], content);
    assert_eq!(validated.issues, solved.issues, "validate and solve find the same faults");
    solved
}

#[track_caller]
fn refusal(folder: &TempDir, call: &[&str]) -> Refusal {
    let began = Instant::now();
    let mut command = Command::cargo_bin("lotwise").unwrap();
    let output = command.current_dir(folder.path()).args(call).timeout(PATIENCE).output().unwrap();
    let head = |text: &[u8]| String::from_utf8_lossy(&text[..text.len().min(2_000)]).into_owned();
    assert_eq!(output.status.code(), Some(2), "{call:?} {} {}", head(&output.stdout), head(&output.stderr));
    assert!(began.elapsed() < PATIENCE);
    let said = head(&output.stderr);
    assert!(!said.contains("panicked") && said.contains("lotwise: "), "{said}");
    // Who looks at a terminal sees the first few.
    assert!(output.stderr.len() < 1 << 16, "{} bytes said", output.stderr.len());
    let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|fault| panic!("{fault}"));
    let issues = document["error"]["issues"].as_array().unwrap();
    assert!(!issues.is_empty() || document["error"]["code"] == "file-unreadable", "{document}");
    let pair = |issue: &Value| {
        assert!(!issue["message"].as_str().unwrap().is_empty() && !issue["remedy"].as_str().unwrap().is_empty());
        (issue["code"].as_str().unwrap().to_string(), issue["pointer"].as_str().unwrap().to_string())
    };
    Refusal { issues: issues.iter().map(pair).collect() }
}

/// A sound instance of one line and one order.
fn sound() -> Value {
    json!({
        "format": "lotwise/1", "start": "2026-11-23T08:00:00Z",
        "lines": [{ "id": "press", "cost_per_hour": 10, "rates": [{ "units_per_hour": 60 }] }],
        "variants": [{ "id": "mug" }],
        "orders": [{ "id": "A", "items": [{ "variant": "mug", "quantity": 5 }] }],
    })
}

/// The sound instance with the value at `pointer`, which must be there, replaced by literal JSON text.
fn with(pointer: &str, literal: &str) -> Vec<u8> {
    let mut instance = sound();
    *instance.pointer_mut(pointer).unwrap() = json!("@here@");
    instance.to_string().replace("\"@here@\"", literal).into_bytes()
}

#[test]
fn the_sound_instance_is_sound() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("instance.json"), sound().to_string()).unwrap();
    let call = ["solve", "instance.json", "--iterations", "10"];
    Command::cargo_bin("lotwise").unwrap().current_dir(folder.path()).args(call).assert().code(0);
}

#[test]
fn nothing_and_next_to_nothing() {
    for content in
        ["", " ", "\n\n", "null", "0", "\"\"", "[]", "{}", "{", "}", "true", "nul", "{}{}", "[[]]", "\u{feff}"]
    {
        refused(content.as_bytes());
    }
    assert_eq!(refused(b"{}").has("missing-field", "").issues.len(), 5, "each required field");
}

#[test]
fn a_directory_or_nothing_in_place_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("folder")).unwrap();
    for call in [
        &["solve", "folder"][..],
        &["solve", "nowhere.json"],
        &["validate", "folder"],
        &["check", "folder", "folder"],
        &["report", "folder", "nowhere.json"],
        &["import", "orders", "folder", "--plant", "folder", "--mapping", "folder"],
    ] {
        refusal(&folder, call);
    }
}

#[test]
fn nesting_without_end() {
    for (open, count) in [("[", 100), ("[", 100_000), ("{\"a\":", 100_000), ("{\"meta\":[", 100_000)] {
        refused(open.repeat(count).as_bytes());
    }
    // Closed properly, and where anything is allowed.
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    refused(deep.as_bytes());
    let text = sound().to_string().replacen('{', &format!("{{\"meta\":{deep},"), 1);
    refused(text.as_bytes());
}

#[test]
fn numbers_out_of_this_world() {
    let literals =
        ["1e308", "1e400", "-1e400", "1e-400", "-5", "-0.5", "123456789012345678901234567890", "9.5", "1e999999999"];
    for literal in literals {
        refused(&with("/orders/0/items/0/quantity", literal));
    }
    for literal in ["1e308", "1e400", "-1", "0", "1e-9", "-1e308", "0.0000001"] {
        refused(&with("/lines/0/rates/0/units_per_hour", literal));
    }
    for literal in ["1e308", "1e400", "-1", "0.00001", "1e17"] {
        refused(&with("/lines/0/cost_per_hour", literal));
    }
    for literal in ["NaN", "Infinity", "-Infinity", "+5", "05", "0x10", "1.", ".5", "1e", "--1"] {
        let refusal = refused(&with("/orders/0/items/0/quantity", literal));
        let (code, pointer) = &refusal.issues[0];
        assert!(code == "syntax" && pointer.starts_with("/orders/0/items/0"), "{literal}: {code} at {pointer}");
    }
    refused(&with("/orders/0/items/0/quantity", "-5")).has("negative-number", "/orders/0/items/0/quantity");
}

#[test]
fn dates_no_calendar_knows() {
    let years = ["9999-12-31T23:59:59Z", "-9999-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z"];
    let others =
        ["2026-02-30T08:00:00Z", "2026-11-23T25:00:00Z", "2026-11-23", "2026-11-23T08:00:00", "tomorrow", "", "💡"];
    for text in years.into_iter().chain(others) {
        refused(&with("/start", &json!(text).to_string()));
    }
    for text in ["P9999999999D", "PT1e9S", "P1Y", "P-1D", "-PT5M", "PT", "P", "5", "PT9223372036854775807S"] {
        let mut instance = sound();
        instance["lines"][0]["rates"][0]["fixed_time"] = json!(text);
        refused(instance.to_string().as_bytes());
    }
}

#[test]
fn empty_lists_everywhere() {
    let mut instance = sound();
    for list in ["lines", "variants"] {
        instance[list] = json!([]);
    }
    refused(instance.to_string().as_bytes());
    let emptied = [("/lines", ""), ("/lines/0/rates", "/lines/0/rates"), ("/orders/0/items", "/orders/0/items")];
    for (pointer, _) in emptied {
        refused(&with(pointer, "[]"));
    }
    // No orders are a plan of nothing, and so are empty lists of what need not be there.
    let mut instance = sound();
    for list in ["orders", "calendars", "sites", "transits", "changeovers", "routes", "materials"] {
        instance[list] = json!([]);
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("instance.json"), instance.to_string()).unwrap();
    let call = ["solve", "instance.json", "--iterations", "10"];
    Command::cargo_bin("lotwise").unwrap().current_dir(folder.path()).args(call).assert().code(0);
}

#[test]
fn keys_and_ids_named_twice() {
    let text = sound().to_string().replacen("\"quantity\":5", "\"quantity\":5,\"quantity\":6", 1);
    refused(text.as_bytes()).has("duplicate-key", "/orders/0/items/0/quantity");
    let mut instance = sound();
    let order = instance["orders"][0].clone();
    instance["orders"] = vec![order; 20_000].into();
    assert!(!refused(instance.to_string().as_bytes()).issues.is_empty());
}

#[test]
fn other_encodings_and_bytes_that_are_none() {
    let text = sound().to_string();
    let sixteen = |order: fn(u16) -> [u8; 2], mark: bool| -> Vec<u8> {
        let mark = mark.then_some(0xfeff_u16);
        mark.into_iter().chain(text.encode_utf16()).flat_map(order).collect()
    };
    refused(&sixteen(u16::to_le_bytes, true));
    refused(&sixteen(u16::to_be_bytes, true));
    refused(&sixteen(u16::to_le_bytes, false));
    refused(&[0]);
    refused(&[0; 4_096]);
    refused(&[0xff; 4_096]);
    refused(text.replace("mug", "m\0g").as_bytes());
    let mut lone = text.clone().into_bytes();
    let place = text.find("mug").unwrap();
    lone[place] = 0xe9;
    refused(&lone);
    refused(text.replace("mug", "\\ud800").as_bytes());
    // Cut off anywhere it is refused; a mark before it does no harm.
    for cut in (0..text.len()).step_by(37) {
        refused_by(&["validate", "instance.json"], &text.as_bytes()[..cut]);
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("instance.json"), format!("\u{feff}{text}")).unwrap();
    Command::cargo_bin("lotwise")
        .unwrap()
        .current_dir(folder.path())
        .args(["validate", "instance.json"])
        .assert()
        .code(0);
}

#[test]
fn fifty_megabytes_of_junk() {
    const BYTES: usize = 50 << 20;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let noise: Vec<u8> = (0..BYTES)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        })
        .collect();
    refused_by(&["solve", "instance.json"], &noise);
    refused_by(&["solve", "instance.json"], &vec![b'['; BYTES]);
    refused_by(&["solve", "instance.json"], &vec![b' '; BYTES]);
    refused_by(&["solve", "instance.json"], &vec![b'7'; BYTES]);
    let zeros = format!("{{\"orders\":[{}0]}}", "0,".repeat(BYTES / 2));
    refused_by(&["solve", "instance.json"], zeros.as_bytes());
    let keys: String = (0..BYTES / 16).map(|index| format!("\"k{index:010}\":1,")).collect();
    refused_by(&["solve", "instance.json"], format!("{{{keys}\"z\":1}}").as_bytes());
    let orders = "{\"id\":\"A\",\"items\":[{\"variant\":\"mug\",\"quantity\":-1}]},".repeat(BYTES / 56);
    let file = format!(
        "{{\"format\":\"lotwise/1\",\"start\":\"2026-11-23T08:00:00Z\",\"lines\":[],\"variants\":[],\"orders\":[{}{{}}]}}",
        orders
    );
    refused_by(&["solve", "instance.json"], file.as_bytes());
}

#[test]
fn plans_and_dumps_are_no_better() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("instance.json"), sound().to_string()).unwrap();
    let contents: [&[u8]; 7] = [
        b"",
        b"{}",
        b"[]",
        b"\0\0\0",
        b"{\"format\":\"lotwise-plan/1\"}",
        &[b'['; 200_000],
        b"{\"format\":\"lotwise/1\"}",
    ];
    for content in contents {
        std::fs::write(folder.path().join("plan.json"), content).unwrap();
        refusal(&folder, &["check", "instance.json", "plan.json"]);
        refusal(&folder, &["report", "instance.json", "plan.json"]);
        refusal(&folder, &["solve", "instance.json", "--start", "plan.json", "--iterations", "10"]);
    }
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import");
    let (plant, mapping) = (data.join("plant.json"), data.join("mapping.json"));
    let (plant, mapping) = (plant.to_string_lossy(), mapping.to_string_lossy());
    let dumps: [&[u8]; 6] = [b"", b"\n", b"\0\0\0\0", &[0xff; 1_000], b"\"", &[b';'; 1_000_000]];
    for dump in dumps {
        std::fs::write(folder.path().join("dump.csv"), dump).unwrap();
        refusal(&folder, &["import", "orders", "dump.csv", "--plant", &plant, "--mapping", &mapping]);
    }
}
