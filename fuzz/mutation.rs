//! Changes to a file that leave it nearly what it was: to a JSON file by its tree, to anything else by its bytes.
//!
//! Bytes changed at random make files that are refused on the first line; a value put in another's place makes files
//! that get all the way to the planner. A seed always makes the same change.

use serde_json::Value;

/// Values that have hurt somebody.
const VALUES: [&str; 32] = [
    "0",
    "1",
    "2",
    "-1",
    "0.5",
    "0.0001",
    "0.000001",
    "1000000",
    "86400",
    "2147483648",
    "4294967295",
    "999999999999",
    "9007199254740993",
    "9223372036854775807",
    "1e15",
    "1e308",
    "true",
    "false",
    "null",
    "[]",
    "{}",
    "\"\"",
    "\"PT0S\"",
    "\"PT1S\"",
    "\"P1D\"",
    "\"P36500D\"",
    "\"2026-11-23T08:00:00Z\"",
    "\"1970-01-01T00:00:00Z\"",
    "\"2499-12-31T23:59:59+14:00\"",
    "\"24:00\"",
    "\"variant\"",
    "\"operation\"",
];

/// Pieces of text that mean something in a table.
const PIECES: [&str; 14] = [
    ";",
    ",",
    "\t",
    "\"",
    "\n",
    "\r\n",
    "\u{feff}",
    "-1",
    "1e9",
    "31/12/2026 23:59",
    "2/13/2026",
    "C1;",
    "\0",
    "99999999999999999999",
];

struct Random(u64);

impl Random {
    /// A number below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        // splitmix64: Steele, Lea, Flood 2014.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound.max(1) as u64) as usize
    }
}

/// The bytes with one to three changes.
pub fn mutated(bytes: &[u8], seed: u64) -> Vec<u8> {
    let mut random = Random(seed);
    let changes = 1 + random.below(3);
    if let Ok(mut tree) = serde_json::from_slice::<Value>(bytes).map_err(drop).and_then(containers_only) {
        for _ in 0..changes {
            change_tree(&mut tree, &mut random);
        }
        return tree.to_string().into_bytes();
    }
    let mut changed = bytes.to_vec();
    for _ in 0..changes {
        change_bytes(&mut changed, &mut random);
    }
    changed
}

fn containers_only(tree: Value) -> Result<Value, ()> {
    if tree.is_object() || tree.is_array() { Ok(tree) } else { Err(()) }
}

/// Pointers to everything in the tree but itself.
fn places(value: &Value, pointer: &str, found: &mut Vec<String>) {
    let mut step = |token: &str, value: &Value| {
        let below = format!("{pointer}/{}", token.replace('~', "~0").replace('/', "~1"));
        found.push(below.clone());
        places(value, &below, found);
    };
    match value {
        Value::Array(list) => list.iter().enumerate().for_each(|(index, value)| step(&index.to_string(), value)),
        Value::Object(object) => object.iter().for_each(|(name, value)| step(name, value)),
        _ => {}
    }
}

fn change_tree(tree: &mut Value, random: &mut Random) {
    let mut found = Vec::new();
    places(tree, "", &mut found);
    if found.is_empty() {
        return;
    }
    let pointer = found[random.below(found.len())].clone();
    let last = |pointer: &str| pointer.rsplit('/').next().unwrap_or_default().to_string();
    let name = last(&pointer);
    match random.below(10) {
        // Another field of the same name: a due date for a due date, a line for a line.
        0..=3 => {
            let alike: Vec<&String> = found.iter().filter(|other| last(other) == name).collect();
            let value = tree.pointer(alike[random.below(alike.len())]).cloned();
            put(tree, &pointer, value);
        }
        4..=6 => {
            let value = serde_json::from_str(VALUES[random.below(VALUES.len())]).ok();
            put(tree, &pointer, value);
        }
        7 => {
            let (parent, token) = pointer.rsplit_once('/').unwrap_or_default();
            match tree.pointer_mut(parent) {
                Some(Value::Array(list)) => drop(list.remove(token.parse().unwrap_or(0))),
                Some(Value::Object(object)) => drop(object.remove(token)),
                _ => {}
            }
        }
        8 => {
            let (parent, token) = pointer.rsplit_once('/').unwrap_or_default();
            if let Some(Value::Array(list)) = tree.pointer_mut(parent) {
                let copy = list[token.parse::<usize>().unwrap_or(0)].clone();
                let place = random.below(list.len() + 1);
                list.insert(place, copy);
            }
        }
        _ => {
            let number = tree.pointer(&pointer).and_then(Value::as_i64);
            let scaled = number.map(|number| number.saturating_mul([-1, 2, 10, 1_000][random.below(4)]));
            put(tree, &pointer, scaled.map(Value::from));
        }
    }
}

fn put(tree: &mut Value, pointer: &str, value: Option<Value>) {
    if let (Some(place), Some(value)) = (tree.pointer_mut(pointer), value) {
        *place = value;
    }
}

fn change_bytes(bytes: &mut Vec<u8>, random: &mut Random) {
    let place = random.below(bytes.len() + 1);
    let until = (place + 1 + random.below(40)).min(bytes.len());
    match random.below(5) {
        0 if place < bytes.len() => bytes[place] ^= 1 << random.below(8),
        1 => drop(bytes.drain(place..until.max(place))),
        2 => {
            let copy = bytes[place..until.max(place)].to_vec();
            let target = random.below(bytes.len() + 1);
            bytes.splice(target..target, copy);
        }
        3 => bytes.truncate(place),
        _ => drop(bytes.splice(place..place, PIECES[random.below(PIECES.len())].bytes())),
    }
}
