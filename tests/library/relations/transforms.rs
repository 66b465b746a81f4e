//! Changes to an instance that change no plan's worth, and the same change to a plan of it, both as JSON trees.

use lotwise::model::{Duration, Instant};
use lotwise::units::Seconds;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// One of the relations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Every id of a noun gets another name.
    Renamed,
    /// Lists whose order means nothing are turned round.
    Reordered,
    /// Each window of open or closed time becomes two that touch.
    WindowsSplit,
    /// Every instant is three weeks later; clocks are those of UTC.
    Shifted,
    /// All money is thrice as much, where no cost rounds.
    Scaled,
}

pub const RELATIONS: [Relation; 5] =
    [Relation::Renamed, Relation::Reordered, Relation::WindowsSplit, Relation::Shifted, Relation::Scaled];

const WEEKS: i64 = 3 * 7 * 86_400;
/// Costs by the hour and by the day are whole for each second once they are multiples of this.
pub const NOTHING_ROUNDS: i128 = 86_400;
pub const SCALE: i64 = 3;

impl Relation {
    /// The instance the relation is about: one to which it applies. Where money is scaled, so many times as much is there already,
    /// that nothing rounds.
    pub fn base(self, instance: &Value, nothing_rounds: i128) -> Value {
        let mut base = instance.clone();
        match self {
            Self::Shifted => {
                // A week of local clocks may be longer than one of seconds.
                base.as_object_mut().unwrap().remove("time_zone");
            }
            Self::Scaled => {
                if base["objective"]["late_cost_per_day"].is_null() {
                    base["objective"]["late_cost_per_day"] = json!(100);
                }
                scale(&mut base, nothing_rounds, false);
            }
            _ => {}
        }
        base
    }

    /// The changed instance.
    pub fn of_instance(self, base: &Value) -> Value {
        let mut changed = base.clone();
        match self {
            Self::Renamed => rename(&mut changed, &names(base)),
            Self::Reordered => {
                for list in [
                    "orders",
                    "lines",
                    "variants",
                    "calendars",
                    "sites",
                    "transits",
                    "changeovers",
                    "routes",
                    "materials",
                ] {
                    if let Some(list) = changed.get_mut(list).and_then(Value::as_array_mut) {
                        list.reverse();
                    }
                }
            }
            Self::WindowsSplit => {
                for calendar in changed.get_mut("calendars").and_then(Value::as_array_mut).into_iter().flatten() {
                    split_windows(calendar);
                }
            }
            Self::Shifted => shift(&mut changed),
            Self::Scaled => scale(&mut changed, i128::from(SCALE), false),
        }
        changed
    }

    /// The plan of the base as a plan of the changed instance.
    pub fn of_plan(self, base: &Value, plan: &Value) -> Value {
        let mut changed = plan.clone();
        match self {
            Self::Renamed => rename(&mut changed, &names(base)),
            Self::Reordered | Self::WindowsSplit => {}
            Self::Shifted => shift(&mut changed),
            Self::Scaled => scale(&mut changed, i128::from(SCALE), false),
        }
        changed
    }
}

/// The ids of everything that has one but items, which may also be known by their place.
fn names(instance: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut take = |list: &Value| {
        let ids = list.as_array().into_iter().flatten().filter_map(|entry| entry["id"].as_str());
        names.extend(ids.filter(|id| !id.bytes().all(|byte| byte.is_ascii_digit())).map(str::to_string));
    };
    for list in ["orders", "lines", "variants", "calendars", "sites", "changeovers", "routes", "materials"] {
        take(&instance[list]);
    }
    for route in instance["routes"].as_array().into_iter().flatten() {
        take(&route["operations"]);
    }
    names
}

/// Renames every text that is one of the names, also where an attribute happens to have the same value.
fn rename(tree: &mut Value, names: &BTreeSet<String>) {
    match tree {
        Value::String(text) if names.contains(text) => *text = format!("z-{text}"),
        Value::Array(list) => list.iter_mut().for_each(|value| rename(value, names)),
        Value::Object(fields) => {
            let renamed = std::mem::take(fields).into_iter().map(|(key, mut value)| {
                rename(&mut value, names);
                // What is required is listed by operation.
                if key == "requires" && value.is_object() {
                    let by_operation = value.as_object_mut().map(std::mem::take).into_iter().flatten();
                    let name = |key: String| if names.contains(&key) { format!("z-{key}") } else { key };
                    value = by_operation.map(|(key, value)| (name(key), value)).collect();
                }
                (key, value)
            });
            *fields = renamed.collect();
        }
        _ => {}
    }
}

fn shift(tree: &mut Value) {
    match tree {
        Value::String(text) => {
            if let Ok(instant) = Instant::parse(text) {
                *text = Instant::utc(Seconds(instant.seconds.0 + WEEKS)).to_string();
            }
        }
        Value::Array(list) => list.iter_mut().for_each(shift),
        Value::Object(fields) => fields.values_mut().for_each(shift),
        _ => {}
    }
}

/// Multiplies every number that is money: those below a name with `cost` in it, and bounds.
fn scale(tree: &mut Value, factor: i128, is_money: bool) {
    match tree {
        Value::Number(number) if is_money => {
            let whole = (number.as_f64().unwrap() * 10_000.0).round() as i128 * factor;
            let text =
                if whole % 10_000 == 0 { (whole / 10_000).to_string() } else { (whole as f64 / 10_000.0).to_string() };
            *tree = serde_json::from_str(&text).unwrap();
        }
        Value::Array(list) => list.iter_mut().for_each(|value| scale(value, factor, is_money)),
        Value::Object(fields) => {
            for (name, value) in fields {
                // Names that hold no money: the figures about the plan are not judged.
                let inside = is_money || name.contains("cost") || name == "bound";
                scale(value, factor, inside && name != "meta" && name != "kpis");
            }
        }
        _ => {}
    }
}

fn split_windows(calendar: &mut Value) {
    for list in ["open", "closed"] {
        let Some(windows) = calendar.get_mut(list).and_then(Value::as_array_mut) else { continue };
        let halves = windows.iter().flat_map(|window| {
            let at = |field: &str| Instant::parse(window[field].as_str().unwrap()).unwrap().seconds.0;
            let (from, to) = (at("from"), at("to"));
            let middle = Instant::utc(Seconds(from + (to - from) / 2)).to_string();
            if to - from < 2 {
                return vec![window.clone()];
            }
            let (mut first, mut second) = (window.clone(), window.clone());
            (first["to"], second["from"]) = (json!(middle), json!(middle));
            vec![second, first]
        });
        *windows = halves.collect();
    }
    let Some(windows) = calendar.get_mut("weekly").and_then(Value::as_array_mut) else { return };
    let halves = windows.iter().flat_map(|window| {
        let minutes = |field: &str| {
            let text = window[field].as_str().unwrap();
            text[..2].parse::<u32>().unwrap() * 60 + text[3..5].parse::<u32>().unwrap()
        };
        let (from, to) = (minutes("from"), minutes("to"));
        if to < from + 2 {
            return vec![window.clone()];
        }
        let middle = (from + to) / 2;
        let middle = json!(format!("{:02}:{:02}", middle / 60, middle % 60));
        let (mut first, mut second) = (window.clone(), window.clone());
        (first["to"], second["from"]) = (middle.clone(), middle);
        vec![second, first]
    });
    *windows = halves.collect();
}

/// Whether a text of durations is read as one: a check on this file's own trees.
#[test]
fn what_is_shifted_are_instants_and_nothing_else() {
    let mut tree = json!({ "at": "2026-11-23T08:00:00+01:00", "time": "PT45M", "id": "2026", "cost": 1.5 });
    assert!(Duration::parse("PT45M").is_ok());
    shift(&mut tree);
    assert_eq!(tree, json!({ "at": "2026-12-14T07:00:00Z", "time": "PT45M", "id": "2026", "cost": 1.5 }));
    scale(&mut tree, 3, false);
    assert_eq!(tree["cost"], json!(4.5));
}
