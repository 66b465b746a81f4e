//! How a limit of time is written on the command line: `30s`, `2m30s`, `1h`, `45` (seconds) or `PT30S`.

use std::time::Duration;

/// A year: longer than any search, and far from overflow.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);

/// Reads a limit of time.
///
/// # Errors
/// A sentence for the person who typed it.
pub fn parse(text: &str) -> Result<Duration, String> {
    let refusal = || format!("`{text}` is no time such as 30s, 2m30s, 1h or PT30S");
    let limit = if text.starts_with(['P', 'p']) {
        let span = lotwise::model::Duration::parse(text).map_err(|_| refusal())?;
        Duration::from_secs(u64::try_from(span.0.0).map_err(|_| refusal())?)
    } else if let Some(seconds) = seconds(text) {
        seconds
    } else {
        units(text).ok_or_else(refusal)?
    };
    if limit > LONGEST { Err("at most a year".to_string()) } else { Ok(limit) }
}

/// `30` or `0.5`.
fn seconds(text: &str) -> Option<Duration> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let seconds: f64 = text.parse().ok().filter(|_| digits)?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// `1h2m3.5s`: each unit at most once, the largest first.
fn units(text: &str) -> Option<Duration> {
    let mut total = Duration::ZERO;
    let mut rest = text;
    let mut earlier = f64::INFINITY;
    while !rest.is_empty() {
        let split = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
        let amount = seconds(&rest[..split])?;
        let after = &rest[split..];
        let (unit, length) = [("ms", 0.001), ("h", 3_600.0), ("m", 60.0), ("s", 1.0), ("d", 86_400.0)]
            .into_iter()
            .find(|(unit, _)| after.starts_with(unit))?;
        if length >= earlier {
            return None;
        }
        earlier = length;
        total = total.checked_add(Duration::try_from_secs_f64(amount.as_secs_f64() * length).ok()?)?;
        rest = &after[unit.len()..];
    }
    (earlier < f64::INFINITY).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_to_write_a_limit() {
        for (text, milliseconds) in [
            ("30s", 30_000),
            ("5m", 300_000),
            ("2m30s", 150_000),
            ("1h", 3_600_000),
            ("45", 45_000),
            ("0.5", 500),
            ("250ms", 250),
            ("1.5m", 90_000),
            ("PT30S", 30_000),
            ("PT1H30M", 5_400_000),
            ("0", 0),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
    }

    #[test]
    fn what_is_no_limit() {
        for text in ["", "s", "30x", "30s5m", "5s5s", "-3", "1e3", "NaN", "inf", "PT", "9999999999h", "P1Y", "1..2"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
