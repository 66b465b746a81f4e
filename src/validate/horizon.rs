//! The frame of the file: start, end and time zone.

use crate::diagnostic::{Diagnostic, codes, did_you_mean};
use crate::model::Instance;
use crate::units::DAY;
use jiff::tz::TimeZone;

/// The longest horizon in days, about a century: calendars are expanded day by day.
const MAXIMUM_DAYS: i64 = 36_600;

/// The time zone, where the frame is sound enough to read calendars in it.
pub(super) fn check(instance: &Instance, faults: &mut Vec<Diagnostic>) -> Option<TimeZone> {
    let length = instance.horizon_end() - instance.start.seconds;
    if length.0 <= 0 {
        faults.push(Diagnostic::error(
            codes::EMPTY_HORIZON,
            "/end",
            format!("The end {} is not after the start {}.", shown_end(instance), instance.start),
            "Move the end after the start, or leave it out for 366 days.",
        ));
    } else if length.0 > MAXIMUM_DAYS * DAY.0 {
        faults.push(Diagnostic::error(
            codes::HORIZON_TOO_LONG,
            "/end",
            format!("From start to end are {} days; at most {MAXIMUM_DAYS} are planned.", length.0 / DAY.0),
            "Move the end nearer to the start.",
        ));
    }
    let zone = match instance.time_zone.as_deref() {
        None => Some(TimeZone::UTC),
        Some(name) => TimeZone::get(name).ok().or_else(|| {
            faults.push(unknown_zone(name));
            None
        }),
    };
    zone.filter(|_| (1..=MAXIMUM_DAYS * DAY.0).contains(&length.0))
}

fn shown_end(instance: &Instance) -> String {
    instance.end.map_or_else(String::new, |end| end.to_string())
}

fn unknown_zone(name: &str) -> Diagnostic {
    let known: Vec<String> = jiff::tz::db().available().map(|zone| zone.to_string()).collect();
    // A city alone is the commonest slip: "Berlin" for "Europe/Berlin".
    let by_city = known.iter().find(|zone| zone.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(name)));
    let remedy = match by_city.map(String::as_str).or_else(|| did_you_mean(name, known.iter().map(String::as_str))) {
        Some(zone) => format!("Did you mean \"{zone}\"?"),
        None => "Write an IANA name such as \"Europe/Berlin\", or leave it out for UTC.".to_string(),
    };
    let message = format!("There is no time zone \"{name}\".");
    Diagnostic::error(codes::UNKNOWN_TIME_ZONE, "/time_zone", message, remedy)
}
