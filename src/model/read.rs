//! From text to model: serde where the file is sound, a second pass that collects every fault where it is not.
//!
//! Serde stops at the first fault, which is right for the one reading that matters and wrong for a planner with
//! forty typing errors; so a file that serde refuses is read again by `walk` against the schema.

use super::instance::{FORMAT, Instance};
use super::strict::Strict;
use super::{faults, shape, walk};
use crate::diagnostic::{Diagnostic, codes};
use rustc_hash::FxHashSet;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The largest file that is read: 512 MiB, about two million orders.
pub const MAXIMUM_FILE_BYTES: usize = 512 << 20;

/// Why a file could not be read: all of its faults.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{} faults in the file", .faults.len())]
pub struct ReadError {
    /// Every fault found, in the order of the file.
    pub faults: Vec<Diagnostic>,
}

impl From<Diagnostic> for ReadError {
    fn from(fault: Diagnostic) -> Self {
        Self { faults: vec![fault] }
    }
}

/// Reads an instance from JSON text, with or without a byte-order mark.
///
/// # Errors
/// Every fault of form at once; what the fields mean together is for `validate`. Faults inside one order carry its
/// id. At most a thousand are listed.
pub fn read_instance(text: &[u8]) -> Result<Instance, ReadError> {
    read_file(text, super::schema::instance_schema, FORMAT, |instance: &Instance| &instance.format)
}

/// Reads an instance without the orders whose form is faulty, and gives those with the first fault of each.
///
/// What `validate` then says points into the file without them. The rest of the file is as it was.
///
/// # Errors
/// Every fault, where one of them is not an order's own (or is that of an order without a readable id).
pub fn read_instance_setting_aside(text: &[u8]) -> Result<(Instance, Vec<(String, Diagnostic)>), ReadError> {
    let refused = match read_instance(text) {
        Ok(instance) => return Ok((instance, Vec::new())),
        Err(refused) => refused,
    };
    let mut reasons: Vec<(String, Diagnostic)> = Vec::new();
    let mut positions = FxHashSet::default();
    for fault in &refused.faults {
        let position = fault.pointer.split('/').nth(2).and_then(|token| token.parse::<usize>().ok());
        let (Some(order), Some(position)) = (&fault.order, position) else { return Err(refused) };
        if positions.insert(position) {
            reasons.push((order.clone(), fault.clone()));
        }
    }
    // A tree forgets keys named twice; but those that are left have none, or there were a fault.
    let mut tree: serde_json::Value = serde_json::from_str(decode(text)?).map_err(|_| refused.clone())?;
    if let Some(orders) = tree.get_mut("orders").and_then(serde_json::Value::as_array_mut) {
        let mut position = 0..;
        orders.retain(|_| position.next().is_none_or(|position| !positions.contains(&position)));
    }
    Instance::deserialize(Strict(tree)).map(|instance| (instance, reasons)).map_err(|_| refused)
}

/// Reads a file of type `T`, whose `schema` and `format` are given.
pub(crate) fn read_file<T: DeserializeOwned>(
    bytes: &[u8],
    schema: fn() -> schemars::Schema,
    version: &'static str,
    format_of: fn(&T) -> &String,
) -> Result<T, ReadError> {
    let text = decode(bytes)?;
    let fault = match deserialize::<T>(text) {
        Ok(value) if format_of(&value) == version => return Ok(value),
        Ok(value) => return Err(faults::version_fault(format_of(&value), version).into()),
        Err(fault) => fault,
    };
    let mut found = walk::walk(text, &shape::compile(&schema(), version));
    if found.is_empty() {
        // Serde refuses what the schema allows: a gap between the two. The file is refused all the same.
        found.push(Diagnostic::error(
            codes::BAD_VALUE,
            "",
            format!("The file cannot be read: {fault}."),
            "Correct the file at that place.",
        ));
    }
    Err(ReadError { faults: found })
}

/// Reads a value that is no file of its own and names no format, such as one order.
pub(crate) fn read_value<T: DeserializeOwned + schemars::JsonSchema>(bytes: &[u8]) -> Result<T, ReadError> {
    let text = decode(bytes)?;
    let fault = match deserialize::<T>(text) {
        Ok(value) => return Ok(value),
        Err(fault) => fault,
    };
    let mut found = walk::walk(text, &shape::compile(&super::schema::file_schema::<T>(), FORMAT));
    if found.is_empty() {
        let message = format!("The file cannot be read: {fault}.");
        found.push(Diagnostic::error(codes::BAD_VALUE, "", message, "Correct the file at that place."));
    }
    Err(ReadError { faults: found })
}

fn deserialize<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    let mut parser = serde_json::Deserializer::from_str(text);
    let value = T::deserialize(Strict(&mut parser))?;
    parser.end().map(|()| value)
}

/// The text of a file: UTF-8 less its byte-order mark.
fn decode(bytes: &[u8]) -> Result<&str, ReadError> {
    if bytes.len() > MAXIMUM_FILE_BYTES {
        return Err(Diagnostic::error(
            codes::FILE_TOO_LARGE,
            "",
            format!("The file has {} bytes; at most {MAXIMUM_FILE_BYTES} are read.", bytes.len()),
            "Split it, or make the program an instance through the library.",
        )
        .into());
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|fault| {
        let line = 1 + bytes[..fault.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        Diagnostic::error(
            codes::NOT_UTF8,
            "",
            format!("The text is not UTF-8 at byte {} (line {line}).", fault.valid_up_to()),
            "Save the file as UTF-8.",
        )
    })?;
    if text.trim_ascii().is_empty() {
        return Err(Diagnostic::error(codes::SYNTAX, "", "The file is empty.", "Write a JSON object into it.").into());
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solution::{self, Solution, plan_schema};
    use serde_json::{Value, json};

    const INSTANCE: &str = include_str!("../../tests/files/every-field.json");
    const PLAN: &str = include_str!("../../tests/files/every-field-plan.json");

    /// Serde refuses `text` exactly when the walk finds a fault.
    fn agree<T: DeserializeOwned>(text: &str, shape: &shape::Shape, format: fn(&T) -> &String, version: &str) {
        let read = deserialize::<T>(text);
        let refused = read.as_ref().map_or(true, |value| format(value) != version);
        let found = walk::walk(text, shape);
        assert_eq!(refused, !found.is_empty(), "serde: {:?}\nwalk: {found:#?}\n{text}", read.err());
    }

    /// Every place of a file with every kind of junk put there, taken away, doubled, or joined by a stranger.
    fn mutations(value: &Value) -> Vec<String> {
        let junk: Vec<Value> = vec![
            json!(null),
            json!(true),
            json!(0),
            json!(7),
            json!(-3),
            json!(1.5),
            json!(2.0),
            json!(-0.0),
            json!(1e-9),
            json!(5_000_000_000_u64),
            json!(u64::MAX),
            json!(1e20),
            json!(1e308),
            json!(""),
            json!("12"),
            json!("P1Y"),
            json!("2026-11-23"),
            json!("2600-01-01T00:00:00Z"),
            json!("24:01"),
            json!([]),
            json!([null]),
            json!({}),
            json!({"meta": {"meta": null}}),
            json!({"sum": null}),
        ];
        let mut texts = Vec::new();
        for pointer in places(value, String::new()) {
            for replacement in &junk {
                let mut changed = value.clone();
                *changed.pointer_mut(&pointer).unwrap() = replacement.clone();
                texts.push(changed.to_string());
            }
            let mut longer = value.clone();
            if let Some(object) = longer.pointer_mut(&pointer).unwrap().as_object_mut() {
                object.insert("stranger".to_string(), json!(1));
                texts.push(longer.to_string());
                for key in value.pointer(&pointer).unwrap().as_object().unwrap().keys() {
                    let mut shorter = value.clone();
                    shorter.pointer_mut(&pointer).unwrap().as_object_mut().unwrap().remove(key);
                    texts.push(shorter.to_string());
                    let mut doubled = value.clone();
                    let object = doubled.pointer_mut(&pointer).unwrap().as_object_mut().unwrap();
                    let entry = object.get(key).cloned().unwrap();
                    object.insert("\u{1}".to_string(), entry);
                    texts.push(doubled.to_string().replace("\"\\u0001\"", &json!(key).to_string()));
                }
            }
        }
        texts
    }

    fn places(value: &Value, base: String) -> Vec<String> {
        let mut found = vec![base.clone()];
        match value {
            Value::Array(list) => {
                for (index, element) in list.iter().enumerate() {
                    found.extend(places(element, format!("{base}/{index}")));
                }
            }
            Value::Object(object) => {
                for (key, element) in object {
                    found.extend(places(element, format!("{base}/{key}")));
                }
            }
            _ => {}
        }
        found
    }

    #[test]
    fn serde_accepts_an_instance_exactly_where_the_walk_finds_nothing() {
        let shape = shape::compile(&super::super::schema::instance_schema(), FORMAT);
        let texts = mutations(&serde_json::from_str(INSTANCE).unwrap());
        assert!(texts.len() > 3_000, "{}", texts.len());
        for text in texts {
            agree::<Instance>(&text, &shape, |instance| &instance.format, FORMAT);
        }
    }

    #[test]
    fn serde_accepts_a_plan_exactly_where_the_walk_finds_nothing() {
        let shape = shape::compile(&plan_schema(), solution::FORMAT);
        for text in mutations(&serde_json::from_str(PLAN).unwrap()) {
            agree::<Solution>(&text, &shape, |solution| &solution.format, solution::FORMAT);
        }
    }

    fn first_fault(text: &[u8]) -> Diagnostic {
        read_instance(text).unwrap_err().faults.remove(0)
    }

    #[test]
    fn a_byte_order_mark_is_no_fault_and_other_encodings_are() {
        assert!(read_instance(format!("\u{feff}{INSTANCE}").as_bytes()).is_ok());
        assert_eq!(first_fault(b"\xFF\xFE{\0}\0").code, codes::NOT_UTF8);
        assert_eq!(first_fault(b"{\n\"name\": \"M\xFCnchen\"}").message, "The text is not UTF-8 at byte 12 (line 2).");
        assert_eq!(first_fault(b"").message, "The file is empty.");
    }

    #[test]
    fn broken_text_says_where() {
        let fault = first_fault(br#"{"format": "lotwise/1", "orders": [{"id": "a", "items": [{"quantity": 1e400}]}]}"#);
        assert_eq!((fault.code, fault.pointer.as_str()), (codes::OUT_OF_RANGE, "/orders/0/items/0/quantity"));
        let fault = first_fault(br#"{"format": "lotwise/1", "orders": [{"id": "a" "items": 1}]}"#);
        assert_eq!((fault.code, fault.pointer.as_str()), (codes::SYNTAX, "/orders/0"));
    }

    #[test]
    fn huge_junk_is_refused_and_the_list_is_bounded() {
        for (unit, code) in [("[", codes::WRONG_TYPE), ("{\"meta\":", codes::SYNTAX), ("\u{0}", codes::SYNTAX)] {
            let faults = read_instance(unit.repeat(200_000).as_bytes()).unwrap_err().faults;
            assert_eq!(faults[0].code, code, "{faults:?}");
        }
        let many = format!("{{\"format\": \"lotwise/1\", \"orders\": [{}0]}}", "0,".repeat(200_000));
        let faults = read_instance(many.as_bytes()).unwrap_err().faults;
        assert_eq!(faults.len(), walk::MAXIMUM_LISTED + 1);
        assert_eq!(faults.last().unwrap().code, codes::MORE_FAULTS);
        // The pages of a zeroed vector are never touched: its length alone refuses it.
        assert_eq!(first_fault(&vec![0; MAXIMUM_FILE_BYTES + 1]).code, codes::FILE_TOO_LARGE);
    }

    #[test]
    fn orders_of_faulty_form_can_be_set_aside_and_the_rest_is_read_as_it_stands() {
        let whole = read_instance(INSTANCE.as_bytes()).unwrap();
        let faulty = INSTANCE.replace("\"due\": \"2026-11-30T18:00:00+08:00\"", "\"due\": \"soon\", \"du\": 1");
        let (rest, reasons) = read_instance_setting_aside(faulty.as_bytes()).unwrap();
        assert_eq!(reasons.len(), 1);
        assert_eq!((reasons[0].0.as_str(), reasons[0].1.code), ("SO-1001", codes::BAD_VALUE));
        assert_eq!(rest, Instance { orders: whole.orders[1..].to_vec(), ..whole });
        let worse = faulty.replace("\"pausable\": true", "\"pausable\": \"yes\"");
        assert_eq!(read_instance_setting_aside(worse.as_bytes()).unwrap_err().faults.len(), 3);
    }

    #[test]
    fn faults_inside_an_order_carry_its_id_even_where_it_comes_last() {
        let text = r#"{"format": "lotwise/1", "start": "2026-11-23T08:00:00Z", "lines": [], "variants": [],
            "orders": [{"due": "tomorrow", "items": [], "id": "SO-7"}, {"id": "SO-8", "items": [{"variant": "x"}]}]}"#;
        let faults = read_instance(text.as_bytes()).unwrap_err().faults;
        let found: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.order.as_deref())).collect();
        assert_eq!(found, [("/orders/0/due", Some("SO-7")), ("/orders/1/items/0", Some("SO-8"))]);
    }
}
