//! Dates as dumps write them.
//!
//! A format is stated once for a table, or recognised by [`super::date_survey`]; a cell is then read in that one way.

use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Years a dump's dates may lie in: wide enough for history and promises, narrow enough for the format's instants.
const YEARS: std::ops::RangeInclusive<u32> = 1970..=2300;

/// The order of a date's fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldOrder {
    /// Year, month, day.
    YearFirst,
    /// Day, month, year.
    DayFirst,
    /// Month, day, year.
    MonthFirst,
}

/// How dates are written, e.g. `d/m/Y`: the order of the fields, the sign between them, the year's digits.
///
/// A time of day may follow every date (`T` or blanks, `HH:MM[:SS]`, `AM`/`PM`, an offset); it is recognised, not stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DateFormat {
    /// The order of the fields.
    pub order: FieldOrder,
    /// `/`, `-` or `.`; none: eight digits in a row.
    pub separator: Option<char>,
    /// Whether the year is written in two digits, meaning 1970 to 2069.
    pub two_digit_year: bool,
}

impl fmt::Display for DateFormat {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let year = if self.two_digit_year { "y" } else { "Y" };
        let [a, b, c] = match self.order {
            FieldOrder::YearFirst => [year, "m", "d"],
            FieldOrder::DayFirst => ["d", "m", year],
            FieldOrder::MonthFirst => ["m", "d", year],
        };
        let sign = self.separator.map_or(String::new(), String::from);
        write!(out, "{a}{sign}{b}{sign}{c}")
    }
}

impl FromStr for DateFormat {
    type Err = String;
    /// Reads `d/m/Y`, `%d/%m/%Y`, `dd/mm/yyyy` or `ISO`; what follows the date (a time's pattern) is ignored.
    fn from_str(text: &str) -> Result<Self, String> {
        let refuse = || format!("{} is not a date format such as d/m/Y, m/d/Y or Y-m-d", super::shown(text));
        if text.eq_ignore_ascii_case("iso") {
            return "Y-m-d".parse();
        }
        let bare: String = text.trim().chars().filter(|sign| *sign != '%').collect();
        let bare = bare.split(['T', ' ']).next().unwrap_or_default();
        let separators: Vec<char> = bare.chars().filter(|sign| !sign.is_ascii_alphabetic()).collect();
        let separator = separators.first().copied();
        let sound = match separators.as_slice() {
            [] => true,
            [a, b] => a == b && matches!(a, '/' | '-' | '.'),
            _ => false,
        };
        let letters: Vec<char> = bare.chars().filter(char::is_ascii_alphabetic).collect();
        let runs: Vec<&[char]> = letters.chunk_by(|a, b| a.eq_ignore_ascii_case(b)).collect();
        let year = runs.iter().find(|run| run[0].eq_ignore_ascii_case(&'y'));
        let two_digit_year = year.is_some_and(|run| matches!(run, ['y'] | [_, _]));
        let shape: String = runs.iter().map(|run| run[0].to_ascii_lowercase()).collect();
        let order = match shape.as_str() {
            "ymd" => FieldOrder::YearFirst,
            "dmy" => FieldOrder::DayFirst,
            "mdy" => FieldOrder::MonthFirst,
            _ => return Err(refuse()),
        };
        let compact_year_first = separator.is_some() || (order == FieldOrder::YearFirst && !two_digit_year);
        if sound && compact_year_first { Ok(Self { order, separator, two_digit_year }) } else { Err(refuse()) }
    }
}

impl TryFrom<String> for DateFormat {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<DateFormat> for String {
    fn from(format: DateFormat) -> Self {
        format.to_string()
    }
}

/// What a cell says: a local date, its time of day where one is written, and an offset where one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub date: Date,
    pub time: Option<Time>,
    pub offset_seconds: Option<i32>,
}

impl Moment {
    /// Date and time; midnight where no time is written.
    pub fn datetime(&self) -> DateTime {
        self.date.to_datetime(self.time.unwrap_or(Time::midnight()))
    }
}

/// Reads a cell written in `format`.
pub(super) fn parse(cell: &str, format: DateFormat) -> Option<Moment> {
    let shape = Shape::of(cell)?;
    if shape.separator != format.separator {
        return None;
    }
    let [a, b, c] = shape.fields;
    let (year, month, day) = match format.order {
        FieldOrder::YearFirst => (a, b, c),
        FieldOrder::DayFirst => (c, b, a),
        FieldOrder::MonthFirst => (c, a, b),
    };
    let full_year = match (format.two_digit_year, year.digits) {
        (false, 4) => year.value,
        (true, 2) => year.value + if year.value < 70 { 2000 } else { 1900 },
        _ => return None,
    };
    if month.digits > 2 || day.digits > 2 || !YEARS.contains(&full_year) {
        return None;
    }
    let date = Date::new(full_year as i16, month.value as i8, day.value as i8).ok()?;
    let (time, offset_seconds) = parse_time(shape.rest)?;
    Some(Moment { date, time, offset_seconds })
}

/// One number of a date.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub value: u32,
    pub digits: usize,
}

/// A cell taken apart: three numbers, the sign between them, and what follows.
pub(super) struct Shape<'a> {
    pub fields: [Field; 3],
    pub separator: Option<char>,
    rest: &'a str,
}

impl<'a> Shape<'a> {
    pub fn of(cell: &'a str) -> Option<Self> {
        let text = cell.trim();
        let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
        if end == 8 {
            let field =
                |from: usize, to: usize| Some(Field { value: text.get(from..to)?.parse().ok()?, digits: to - from });
            return Some(Self {
                fields: [field(0, 4)?, field(4, 6)?, field(6, 8)?],
                separator: None,
                rest: &text[8..],
            });
        }
        let (first, rest) = number(text)?;
        let separator = rest.chars().next().filter(|sign| matches!(sign, '/' | '-' | '.'))?;
        let (second, rest) = number(&rest[1..])?;
        let (third, rest) = number(rest.strip_prefix(separator)?)?;
        Some(Self { fields: [first, second, third], separator: Some(separator), rest })
    }
}

fn number(text: &str) -> Option<(Field, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=4).contains(&digits) {
        return None;
    }
    Some((Field { value: text[..digits].parse().ok()?, digits }, &text[digits..]))
}

/// Reads what follows a date: nothing, or a time of day with or without an offset; `None` where it is neither.
fn parse_time(rest: &str) -> Option<(Option<Time>, Option<i32>)> {
    let text = rest.trim_end();
    if text.is_empty() {
        return Some((None, None));
    }
    if !text.starts_with(['T', 't', ' ']) {
        return None;
    }
    let (hour, text) = number(text[1..].trim_start())?;
    let (minute, text) = number(text.strip_prefix(':')?)?;
    let (second, text) = match text.strip_prefix(':') {
        Some(text) => number(text)?,
        None => (Field { value: 0, digits: 2 }, text),
    };
    let text = match text.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|sign: char| sign.is_ascii_digit()),
        None => text,
    };
    if hour.digits > 2 || minute.digits != 2 || second.digits != 2 {
        return None;
    }
    let suffix = text.trim().to_ascii_uppercase();
    let half = |afternoon: u32| (1..=12).contains(&hour.value).then_some(hour.value % 12 + afternoon);
    let (hour, offset) = match suffix.as_str() {
        "" => (hour.value, None),
        "AM" | "A.M." => (half(0)?, None),
        "PM" | "P.M." => (half(12)?, None),
        "Z" | "UTC" => (hour.value, Some(0)),
        other => (hour.value, Some(parse_offset(other)?)),
    };
    let time = Time::new(i8::try_from(hour).ok()?, minute.value as i8, second.value as i8, 0).ok()?;
    Some((Some(time), offset))
}

/// `+01:00`, `-0530` or `+01` in seconds.
fn parse_offset(text: &str) -> Option<i32> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = text[1..].chars().filter(|sign| *sign != ':').collect();
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = (digits[..2].parse::<i32>().ok()?, digits[2..].parse::<i32>().unwrap_or(0));
    (hours <= 18 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cell: &str, format: &str) -> Option<String> {
        parse(cell, format.parse().unwrap()).map(|moment| moment.datetime().to_string())
    }

    #[test]
    fn cells_are_read_as_the_format_says() {
        for (cell, format, expected) in [
            ("1/12/2010 08:26", "d/m/Y", "2010-12-01T08:26:00"),
            ("1/12/2010 8:26 PM", "m/d/Y", "2010-01-12T20:26:00"),
            ("12/31/2010 12:00 am", "mm/dd/yyyy", "2010-12-31T00:00:00"),
            ("2010-12-01T08:26:59.123", "Y-m-d", "2010-12-01T08:26:59"),
            ("2010-12-01", "ISO", "2010-12-01T00:00:00"),
            (" 1.2.2010 ", "d.m.Y", "2010-02-01T00:00:00"),
            ("20101201", "Ymd", "2010-12-01T00:00:00"),
            ("1/12/10", "%d/%m/%y", "2010-12-01T00:00:00"),
            ("1/12/99", "dd/mm/yy HH:MM", "1999-12-01T00:00:00"),
        ] {
            assert_eq!(read(cell, format).as_deref(), Some(expected), "{cell} as {format}");
        }
    }

    #[test]
    fn offsets_are_kept() {
        let moment = parse("2010-12-01T08:26:00+05:30", "Y-m-d".parse().unwrap()).unwrap();
        assert_eq!(moment.offset_seconds, Some(19_800));
        assert_eq!(parse("2010-12-01 08:26Z", "Y-m-d".parse().unwrap()).unwrap().offset_seconds, Some(0));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for cell in [
            "31/2/2010",
            "13/13/2010",
            "0/1/2010",
            "1/12/10",
            "1-12-2010",
            "1/12/2010x",
            "1/12/2010 25:00",
            "",
            "x",
            "1/12/2010 08:26 XM",
            "1/12/2010 13:00 PM",
            "1/12/9999",
            "1//2010",
            "1/12/2010 08:26 +99",
            "１/12/2010",
        ] {
            assert_eq!(read(cell, "d/m/Y"), None, "{cell}");
        }
        for format in ["d/m", "d/m-Y", "dmY", "ymd", "d m Y", "", "H:M", "Y/m/d/", "d:m:Y"] {
            assert!(format.parse::<DateFormat>().is_err(), "{format}");
        }
    }

    #[test]
    fn formats_print_as_they_are_read() {
        for text in ["d/m/Y", "m/d/Y", "Y-m-d", "d.m.Y", "Ymd", "d/m/y"] {
            assert_eq!(text.parse::<DateFormat>().unwrap().to_string(), text);
        }
    }
}
