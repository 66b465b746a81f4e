//! The scalars of the file: instants, durations, money and amounts, each read exactly or refused.
//!
//! A decimal is read through the shortest text of the `f64` the JSON parser hands over, which is what the planner
//! wrote for up to 15 digits; serde_json's `arbitrary_precision` would force itself on every service that links us.

use crate::units::{MICRO, Money, Seconds};
use jiff::fmt::temporal::DateTimeParser;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// Why a scalar was refused: the diagnostic's code and the rest of the sentence after the value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ScalarError {
    /// One of the codes of [`crate::diagnostic::codes`].
    pub code: &'static str,
    /// What is wrong, as a clause.
    pub message: String,
}

fn refuse<T>(code: &'static str, message: impl Into<String>) -> Result<T, ScalarError> {
    Err(ScalarError { code, message: message.into() })
}

use crate::diagnostic::codes;

/// An instant of the file, RFC 3339 with an offset, in whole seconds.
///
/// Ordered and compared by the second it names; the offset is kept only to write it back as it was.
#[derive(Clone, Copy, Debug)]
pub struct Instant {
    /// Seconds since the Unix epoch.
    pub seconds: Seconds,
    /// Offset from UTC in seconds, east positive.
    pub offset_seconds: i32,
}

/// The instants the program computes with: the years 1900 to 2500. Wide enough for every plan, narrow enough that no
/// sum of an instant and a validated duration leaves `i64`.
pub const INSTANT_RANGE: std::ops::Range<i64> = -2_208_988_800..16_725_225_600;
/// The longest duration accepted: 100 years.
pub const DURATION_MAX: Seconds = Seconds(36_525 * 86_400);

impl Instant {
    /// The instant `seconds` after the epoch, written in UTC.
    pub fn utc(seconds: Seconds) -> Self {
        Self { seconds, offset_seconds: 0 }
    }

    /// The instant as local time of `zone`.
    pub fn in_zone(seconds: Seconds, zone: &jiff::tz::TimeZone) -> Self {
        let offset = jiff::Timestamp::from_second(seconds.0).map_or(0, |timestamp| zone.to_offset(timestamp).seconds());
        Self { seconds, offset_seconds: offset }
    }

    /// Reads RFC 3339 text: date, `T`, time to the second, offset.
    ///
    /// # Errors
    /// [`codes::BAD_VALUE`] for other text, a fraction of a second or a leap second; [`codes::OUT_OF_RANGE`] outside
    /// [`INSTANT_RANGE`].
    pub fn parse(text: &str) -> Result<Self, ScalarError> {
        let bytes = text.as_bytes();
        let shaped = bytes.len() >= 20
            && bytes.is_ascii()
            && bytes[4] == b'-'
            && bytes[7] == b'-'
            && matches!(bytes[10], b'T' | b't' | b' ')
            && bytes[13] == b':'
            && bytes[16] == b':'
            && !text.contains(['[', ',']);
        if !shaped {
            return refuse(codes::BAD_VALUE, "is not an RFC 3339 instant such as 2026-11-23T08:00:00+08:00");
        }
        if &bytes[17..19] == b"60" {
            return refuse(codes::BAD_VALUE, "names a leap second, which the format does not keep");
        }
        static PARSER: DateTimeParser = DateTimeParser::new();
        let pieces = PARSER.parse_pieces(bytes).map_err(|_| ScalarError {
            code: codes::BAD_VALUE,
            message: "is not a date and time that exists".into(),
        })?;
        let (Some(time), Some(offset)) = (pieces.time(), pieces.to_numeric_offset()) else {
            return refuse(codes::BAD_VALUE, "lacks a time or an offset such as +08:00 or Z");
        };
        if time.subsec_nanosecond() != 0 {
            return refuse(codes::BAD_VALUE, "has a fraction of a second; the format keeps whole seconds");
        }
        let seconds = offset
            .to_timestamp(pieces.date().to_datetime(time))
            .map_err(|_| ScalarError {
                code: codes::OUT_OF_RANGE,
                message: "is outside the years 1900 to 2500".into(),
            })?
            .as_second();
        if !INSTANT_RANGE.contains(&seconds) {
            return refuse(codes::OUT_OF_RANGE, "is outside the years 1900 to 2500");
        }
        Ok(Self { seconds: Seconds(seconds), offset_seconds: offset.seconds() })
    }
}

impl PartialEq for Instant {
    fn eq(&self, other: &Self) -> bool {
        self.seconds == other.seconds
    }
}
impl Eq for Instant {}
impl PartialOrd for Instant {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Instant {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.seconds.cmp(&other.seconds)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, offset) = (if self.offset_seconds < 0 { '-' } else { '+' }, self.offset_seconds.unsigned_abs());
        let shown = jiff::tz::Offset::from_seconds(self.offset_seconds)
            .ok()
            .zip(jiff::Timestamp::from_second(self.seconds.0).ok())
            .map(|(offset, timestamp)| offset.to_datetime(timestamp));
        let Some(time) = shown else { return write!(out, "{} s", self.seconds.0) };
        write!(
            out,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            time.year(),
            time.month(),
            time.day(),
            time.hour(),
            time.minute(),
            time.second()
        )?;
        // RFC 3339 offsets are whole minutes; historical local mean times are not and do not reach plans.
        if self.offset_seconds == 0 {
            out.write_str("Z")
        } else {
            write!(out, "{sign}{:02}:{:02}", offset / 3600, offset / 60 % 60)
        }
    }
}

/// A duration of the file, ISO 8601 (`"PT45M"`, `"P1D"`), in whole seconds, not negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(pub Seconds);

impl Duration {
    /// Reads ISO 8601 text in weeks, days, hours, minutes and seconds; a day is 86,400 seconds.
    ///
    /// # Errors
    /// [`codes::BAD_VALUE`] for other text, months, years or fractions of a second; [`codes::NEGATIVE_NUMBER`];
    /// [`codes::OUT_OF_RANGE`] above [`DURATION_MAX`].
    pub fn parse(text: &str) -> Result<Self, ScalarError> {
        let parsed: Result<jiff::Span, _> = if text.starts_with(['P', '+', '-']) { text.parse() } else { "".parse() };
        let Ok(span) = parsed else {
            return refuse(codes::BAD_VALUE, "is not an ISO 8601 duration such as PT45M or P1D");
        };
        if span.get_years() != 0 || span.get_months() != 0 {
            return refuse(codes::BAD_VALUE, "counts in months or years, which have no fixed length; use days");
        }
        if span.get_milliseconds() != 0 || span.get_microseconds() != 0 || span.get_nanoseconds() != 0 {
            return refuse(codes::BAD_VALUE, "has a fraction of a second; the format keeps whole seconds");
        }
        let days = i64::from(span.get_weeks()) * 7 + i64::from(span.get_days());
        let total = days * 86_400 + i64::from(span.get_hours()) * 3_600 + span.get_minutes() * 60 + span.get_seconds();
        if total < 0 {
            return refuse(codes::NEGATIVE_NUMBER, "is negative");
        }
        if total > DURATION_MAX.0 {
            return refuse(codes::OUT_OF_RANGE, "is longer than 100 years");
        }
        Ok(Self(Seconds(total)))
    }

    /// Reads what a plan comes to: above the limit as it is written, in days and the time of day behind them.
    ///
    /// # Errors
    /// As for [`Duration::parse`], but for the limit.
    pub(crate) fn parse_total(text: &str) -> Result<Self, ScalarError> {
        let long = || {
            let (days, rest) = text.strip_prefix('P')?.split_once('D')?;
            let days: i64 = days.bytes().all(|digit| digit.is_ascii_digit()).then(|| days.parse().ok())??;
            let time = |rest: &str| Self::parse(&format!("P{rest}")).ok().filter(|_| rest.starts_with('T'));
            let rest = if rest.is_empty() { 0 } else { time(rest)?.0.0 };
            days.checked_mul(86_400)?.checked_add(rest)
        };
        match long() {
            Some(total) if total > DURATION_MAX.0 => Ok(Self(Seconds(total))),
            _ => Self::parse(text),
        }
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.0.0;
        if total == 0 {
            return out.write_str("PT0S");
        }
        let (days, hours, minutes, seconds) = (total / 86_400, total / 3_600 % 24, total / 60 % 60, total % 60);
        out.write_str("P")?;
        if days > 0 {
            write!(out, "{days}D")?;
        }
        if total % 86_400 > 0 {
            out.write_str("T")?;
        }
        for (count, unit) in [(hours, 'H'), (minutes, 'M'), (seconds, 'S')] {
            if count > 0 {
                write!(out, "{count}{unit}")?;
            }
        }
        Ok(())
    }
}

/// A decimal of at most 6 places, counted in millionths: rates, yields, material amounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(pub i64);

impl Amount {
    /// One.
    pub const ONE: Self = Self(MICRO);
    /// Whether this is one (the default yield).
    pub fn is_one(&self) -> bool {
        self.0 == MICRO
    }
    /// The amount of `count` whole units.
    pub fn whole(count: i64) -> Self {
        Self(count * MICRO)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, rest) = (self.0.unsigned_abs() / 1_000_000, self.0.unsigned_abs() % 1_000_000);
        if rest == 0 {
            write!(out, "{sign}{whole}")
        } else {
            write!(out, "{sign}{whole}.{}", format!("{rest:06}").trim_end_matches('0'))
        }
    }
}

/// Digits that every JSON library keeps, for a double does.
const SAFE_DIGITS: usize = 15;

/// Reads a JSON number as a whole count of `1 / scale`, exactly.
///
/// # Errors
/// [`codes::NEGATIVE_NUMBER`], [`codes::TOO_PRECISE`] (more places than `scale` has, or more than 15 digits),
/// [`codes::OUT_OF_RANGE`].
pub fn scaled_decimal(value: f64, scale: i64) -> Result<i64, ScalarError> {
    if value.is_nan() || value.is_infinite() {
        return refuse(codes::OUT_OF_RANGE, "is not a finite number");
    }
    if value < 0.0 {
        return refuse(codes::NEGATIVE_NUMBER, "is negative");
    }
    if value >= 1e15 {
        return refuse(codes::OUT_OF_RANGE, "is larger than 999,999,999,999,999");
    }
    // The shortest decimal text of `value`: `{}` never uses an exponent and reads back to the same float.
    let text = format!("{value}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let places = scale.ilog10() as usize;
    if fraction.len() > places {
        return refuse(codes::TOO_PRECISE, format!("has more than {places} decimal places"));
    }
    if !fraction.is_empty() && whole.trim_start_matches('0').len() + fraction.len() > SAFE_DIGITS {
        return refuse(codes::TOO_PRECISE, "has more than 15 digits");
    }
    let digits: i128 = format!("{whole}{fraction:0<places$}")
        .parse()
        .map_err(|_| ScalarError { code: codes::OUT_OF_RANGE, message: "is out of range".into() })?;
    i64::try_from(digits).or_else(|_| refuse(codes::OUT_OF_RANGE, "is out of range"))
}

/// Reads a whole JSON number as a count of `1 / scale`.
///
/// # Errors
/// [`codes::OUT_OF_RANGE`].
pub(crate) fn scaled_integer(value: u64, scale: i64) -> Result<i64, ScalarError> {
    i64::try_from(value)
        .ok()
        .and_then(|value| value.checked_mul(scale))
        .map_or_else(|| refuse(codes::OUT_OF_RANGE, "is out of range"), Ok)
}

/// Reads money of more than 15 digits from its text: what a plan comes to may be so much, though nothing it is made of is.
///
/// # Errors
/// [`codes::BAD_VALUE`] where it is another text, or not the shortest one of that money: a number stands for what has fewer digits.
pub(crate) fn long_money(text: &str) -> Result<i64, ScalarError> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let value = format!("{whole}{fraction:0<4}").parse().ok();
    value
        .filter(|&value| value >= 0 && text_of_long(Money(value)).as_deref() == Some(text))
        .map_or_else(|| refuse(codes::BAD_VALUE, "is no decimal of more than 15 digits"), Ok)
}

/// The text of money that has more digits than a JSON number keeps.
fn text_of_long(money: Money) -> Option<String> {
    let may_be_long = money.0.unsigned_abs() >= 10_u64.pow(SAFE_DIGITS as u32);
    let text = may_be_long.then(|| money.to_string());
    text.filter(|text| text.bytes().filter(u8::is_ascii_digit).count() > SAFE_DIGITS)
}

/// The schema of money in a plan, where a sum may have more digits than a JSON number keeps.
pub(crate) fn schema_of_plan_money() -> serde_json::Value {
    serde_json::json!({
        "type": ["number", "string"], "minimum": 0, "pattern": "^[0-9]{1,15}(\\.[0-9]{1,4})?$", "format": "money",
        "description": "Money in the instance's currency, at most 4 decimal places; with more than 15 digits it is text, so that \
            no digit is lost."
    })
}

/// The schema of durations in a plan: an order may be later, and a line at work for longer, than any duration of an instance.
pub(crate) fn schema_of_plan_duration() -> serde_json::Value {
    serde_json::json!({
        "type": "string", "format": "total-duration", "description": "Duration: ISO 8601 in days, hours, minutes and seconds."
    })
}

/// Reads a duration that a plan comes to.
pub(crate) fn total_duration<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    from.deserialize_str(TextVisitor { expected: "an ISO 8601 duration", parse: Duration::parse_total })
}

struct DecimalVisitor {
    scale: i64,
}

impl Visitor<'_> for DecimalVisitor {
    type Value = i64;
    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "a number of at most {} decimal places", self.scale.ilog10())
    }
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<i64, E> {
        scaled_integer(value, self.scale).map_err(|fault| E::custom(format!("{value} {fault}")))
    }
    fn visit_i64<E: de::Error>(self, value: i64) -> Result<i64, E> {
        u64::try_from(value)
            .map_err(|_| E::custom(format!("{value} is negative")))
            .and_then(|value| self.visit_u64(value))
    }
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<i64, E> {
        scaled_decimal(value, self.scale).map_err(|fault| E::custom(format!("{value} {fault}")))
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<i64, E> {
        if self.scale != Money::SCALE {
            return Err(E::invalid_type(de::Unexpected::Str(text), &self));
        }
        long_money(text).map_err(|fault| E::custom(format!("\"{text}\" {fault}")))
    }
}

/// Writes a scaled integer as the shortest JSON number that reads back to it.
fn write_scaled<S: Serializer>(value: i64, scale: i64, out: S) -> Result<S::Ok, S::Error> {
    if value % scale == 0 { out.serialize_i64(value / scale) } else { out.serialize_f64(value as f64 / scale as f64) }
}

struct TextVisitor<T> {
    expected: &'static str,
    parse: fn(&str) -> Result<T, ScalarError>,
}

impl<T> Visitor<'_> for TextVisitor<T> {
    type Value = T;
    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.expected)
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        (self.parse)(text).map_err(|fault| E::custom(format!("\"{text}\" {fault}")))
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(TextVisitor { expected: "an RFC 3339 instant", parse: Instant::parse })
    }
}
impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(TextVisitor { expected: "an ISO 8601 duration", parse: Duration::parse })
    }
}
impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(DecimalVisitor { scale: Money::SCALE }).map(Money)
    }
}
impl Serialize for Money {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match text_of_long(*self) {
            Some(text) => out.serialize_str(&text),
            None => write_scaled(self.0, Money::SCALE, out),
        }
    }
}
impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(DecimalVisitor { scale: MICRO }).map(Amount)
    }
}
impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        write_scaled(self.0, MICRO, out)
    }
}

macro_rules! scalar_schema {
    ($type:ty, $name:literal, $schema:tt) => {
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

scalar_schema!(Instant, "Instant", {
    "type": "string", "format": "date-time",
    "description": "An instant, RFC 3339 with an offset, in whole seconds, e.g. 2026-11-23T08:00:00+08:00."
});
scalar_schema!(Duration, "Duration", {
    "type": "string", "format": "duration",
    "description": "A duration, ISO 8601 in weeks, days, hours, minutes and seconds, e.g. PT45M or P1D; a day is 86,400 s."
});
scalar_schema!(Money, "Money", {
    "type": "number", "minimum": 0, "format": "money",
    "description": "Money in the instance's currency, at most 4 decimal places."
});
scalar_schema!(Amount, "Amount", {
    "type": "number", "minimum": 0, "format": "amount",
    "description": "A decimal of at most 6 places."
});

/// Reads an optional field that, where it is written, must hold a value: `null` is refused.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// Whether a field holds its default and need not be written.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Serde default of a flag that is on unless turned off.
pub(crate) fn yes() -> bool {
    true
}

/// Whether such a flag need not be written.
pub(crate) fn is_true(flag: &bool) -> bool {
    *flag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_keep_their_offset() {
        let instant = Instant::parse("2026-11-23T08:00:00+08:00").unwrap();
        assert_eq!(instant.seconds, Seconds(1_795_392_000));
        assert_eq!(instant.to_string(), "2026-11-23T08:00:00+08:00");
        assert_eq!(Instant::parse("2026-11-23T00:00:00Z").unwrap(), instant);
        for bad in [
            "2026-11-23",
            "2026-11-23T08:00:00",
            "2026-02-30T08:00:00Z",
            "2026-11-23T08:00:00.5Z",
            "x",
            "",
            "9999-01-01T00:00:00Z",
            "2026-11-23T08:00:60Z",
            "2026-11-23T08:00:00+08:00[Asia/Shanghai]",
        ] {
            assert!(Instant::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn durations_read_and_write() {
        for (text, seconds) in [("PT45M", 2_700), ("P1D", 86_400), ("P1DT2H3M4S", 93_784), ("PT0S", 0)] {
            assert_eq!(Duration::parse(text).unwrap().0, Seconds(seconds));
            assert_eq!(Duration(Seconds(seconds)).to_string(), text);
        }
        assert_eq!(Duration::parse("P2W").unwrap().0, Seconds(14 * 86_400));
        for bad in ["P1M", "PT0.5S", "-PT1H", "45M", "", "P", "P200Y", "P99999999D", "1 hour"] {
            assert!(Duration::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_a_plan_comes_to_may_be_longer_than_any_duration() {
        for seconds in [0, 2_700, 93_784, DURATION_MAX.0, DURATION_MAX.0 + 1, 1_441_597 * 86_400 + 70_755, i64::MAX] {
            let text = Duration(Seconds(seconds)).to_string();
            assert_eq!(Duration::parse_total(&text), Ok(Duration(Seconds(seconds))), "{text}");
            assert_eq!(Duration::parse(&text).is_ok(), seconds <= DURATION_MAX.0, "{text}");
        }
        for bad in ["P+99999D", "P-99999D", "P99999DT", "P99999D1D", "P999999999999999D", "P99999D2W", "-P99999D"] {
            assert!(Duration::parse_total(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn decimals_are_exact_or_refused() {
        assert_eq!(scaled_decimal(0.1, 10_000), Ok(1_000));
        assert_eq!(scaled_decimal(2.55, 10_000), Ok(25_500));
        assert_eq!(scaled_decimal(0.000001, MICRO), Ok(1));
        assert!(scaled_decimal(0.00001, 10_000).is_err());
        assert!(scaled_decimal(0.1 + 0.2, 10_000).is_err());
        assert!(scaled_decimal(1e308, 10_000).is_err());
        assert!(scaled_decimal(-0.5, 10_000).is_err());
    }

    #[test]
    fn money_of_any_size_comes_back_as_it_was() {
        let written = |value: i64| serde_json::to_string(&Money(value)).unwrap();
        assert_eq!(written(2_577_980_377_307_692), "\"257798037730.7692\"");
        assert_eq!(written(9_999_999_999_999_990), "999999999999.999");
        assert_eq!(written(-2_577_980_377_307_692), "\"-257798037730.7692\"");
        let around = |value: i64| [value - 1, value, value + 1, value + 10_000];
        for value in
            (0..62).flat_map(|bits| around(1 << bits)).chain((0..19).flat_map(|power| around(10_i64.pow(power))))
        {
            let again: Money = serde_json::from_str(&written(value)).unwrap_or_else(|fault| panic!("{value}: {fault}"));
            assert_eq!(again, Money(value));
        }
        for text in [
            "\"1\"",
            "\"12.5\"",
            "\"257798037730.76920\"",
            "\"0257798037730.7692\"",
            "\"2577980377307692.\"",
            "\"25779803773.07692\"",
            "\"-257798037730.7692\"",
            "\"99999999999999999999\"",
            "\"\"",
            "\"x\"",
            "257798037730.7692",
        ] {
            assert!(serde_json::from_str::<Money>(text).is_err(), "{text}");
        }
        assert!(serde_json::from_str::<Amount>("\"2577980377.307692\"").is_err());
    }
}
