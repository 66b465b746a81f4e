//! Decimals as spreadsheets write them: point or comma, thousands, currency signs, minus before, behind or as brackets.
//!
//! Which sign is the decimal one is read off the whole file: `2,55` can only be one thing, `1,234` could be two. Where
//! only the doubtful kind occurs, or proofs of both, the file is refused rather than guessed at.

use crate::diagnostic::{Diagnostic, codes};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The decimal sign of a dump; the other one may stand between thousands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decimal {
    /// `1,234.50`
    #[serde(rename = ".")]
    Point,
    /// `1.234,50`
    #[serde(rename = ",")]
    Comma,
}

impl Decimal {
    fn signs(self) -> (char, char) {
        match self {
            Decimal::Point => ('.', ','),
            Decimal::Comma => (',', '.'),
        }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.signs().0)
    }
}

impl FromStr for Decimal {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "." | "point" => Ok(Self::Point),
            "," | "comma" => Ok(Self::Comma),
            _ => Err(format!("{} is not a decimal sign: use . or ,", super::shown(text))),
        }
    }
}

/// The places kept: ten-thousandths, as money has.
const PLACES: usize = 4;
/// One whole, in the unit [`parse`] answers in.
pub(super) const WHOLE: i64 = 10_000;

/// The bare digits and signs of a cell, and whether it is negative; `None` where anything else is in it.
fn strip(cell: &str) -> Option<(bool, &str)> {
    let blank = |sign: char| sign.is_whitespace() || matches!(sign, '£' | '$' | '€' | '¥');
    let mut text = cell.trim_matches(blank);
    let mut negative = false;
    if let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        (negative, text) = (true, inner.trim_matches(blank));
    } else if let Some(rest) = text.strip_prefix('-').or_else(|| text.strip_suffix('-')) {
        (negative, text) = (true, rest.trim_matches(blank));
    } else if let Some(rest) = text.strip_prefix('+') {
        text = rest.trim_matches(blank);
    }
    let sound = text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','));
    sound.then_some((negative, text))
}

/// A cell in ten-thousandths, half up; `None` where it is no number, ill grouped, or a thousand billion and more.
pub(super) fn parse(cell: &str, decimal: Decimal) -> Option<i64> {
    let (negative, text) = strip(cell)?;
    let (point, thousands) = decimal.signs();
    let (whole, fraction) = text.split_once(point).unwrap_or((text, ""));
    if fraction.contains(['.', ',']) {
        return None;
    }
    let mut groups = whole.split(thousands);
    let mut value: i64 = 0;
    let mut digits = 0;
    let first = groups.next().unwrap_or_default();
    let grouped = whole.len() > first.len();
    if grouped && !(1..=3).contains(&first.len()) {
        return None;
    }
    for (index, group) in std::iter::once(first).chain(groups).enumerate() {
        if index > 0 && group.len() != 3 {
            return None;
        }
        for digit in group.bytes() {
            digits += usize::from(value > 0 || digit != b'0');
            if digits > 12 {
                return None;
            }
            value = value * 10 + i64::from(digit - b'0');
        }
    }
    for place in 0..PLACES {
        value = value * 10 + fraction.as_bytes().get(place).map_or(0, |digit| i64::from(digit - b'0'));
    }
    value += i64::from(fraction.as_bytes().get(PLACES).is_some_and(|digit| *digit >= b'5'));
    Some(if negative { -value } else { value })
}

/// What the numbers of a file say about its decimal sign.
#[derive(Clone, Debug, Default)]
pub(super) struct DecimalSurvey {
    /// First line whose number has only this reading.
    point: Option<u64>,
    comma: Option<u64>,
    /// First line, and its cell, whose one sign could be either.
    doubtful: Option<(u64, String)>,
}

impl DecimalSurvey {
    /// Looks at one cell.
    pub fn see(&mut self, cell: &str, line: u64) {
        let Some((_, text)) = strip(cell) else { return };
        let Some(last) = text.rfind(['.', ',']) else { return };
        let sign = &text[last..=last];
        let before = &text[..last];
        let proves = if before.contains(sign) {
            // Repeated: between thousands, so the other one is the decimal sign.
            if sign == "." { Decimal::Comma } else { Decimal::Point }
        } else if before.contains(['.', ',']) || text.len() - last != 4 || before.is_empty() || before.starts_with('0')
        {
            if sign == "." { Decimal::Point } else { Decimal::Comma }
        } else if before.len() > 3 {
            // `1234,567` cannot be grouped.
            if sign == "." { Decimal::Point } else { Decimal::Comma }
        } else {
            self.doubtful.get_or_insert_with(|| (line, cell.trim().to_string()));
            return;
        };
        match proves {
            Decimal::Point => self.point.get_or_insert(line),
            Decimal::Comma => self.comma.get_or_insert(line),
        };
    }

    /// The file's decimal sign; `None` where no number has one.
    ///
    /// # Errors
    /// [`codes::IMPORT_AMBIGUOUS_DECIMALS`]
    pub fn conclude(self) -> Result<Option<Decimal>, Diagnostic> {
        let remedy = "Say which is the decimal sign: --decimal , or --decimal . (or `table.decimal` in the mapping).";
        let refuse = |line: u64, message: String| {
            Err(Diagnostic::error(codes::IMPORT_AMBIGUOUS_DECIMALS, format!("/line/{line}"), message, remedy))
        };
        match (self.point, self.comma, self.doubtful) {
            (Some(point), Some(comma), _) => refuse(
                comma,
                format!("The number in line {point} has a decimal point, the one in line {comma} a decimal comma."),
            ),
            (Some(_), None, _) => Ok(Some(Decimal::Point)),
            (None, Some(_), _) => Ok(Some(Decimal::Comma)),
            (None, None, Some((line, cell))) => refuse(
                line,
                format!(
                    "{} could be a thousand or a decimal, and no other number of the file decides.",
                    super::shown(&cell)
                ),
            ),
            (None, None, None) => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_every_dress() {
        for (cell, value) in [
            ("2,55", 25_500),
            (" 2,1 ", 21_000),
            ("50", 500_000),
            ("1.234,5", 12_345_000),
            ("1.234.567", 12_345_670_000),
            ("-9360", -93_600_000),
            ("5-", -50_000),
            ("(5)", -50_000),
            ("£3,00", 30_000),
            ("+4", 40_000),
            (",5", 5_000),
            ("0,00005", 1),
            ("0,00004", 0),
        ] {
            assert_eq!(parse(cell, Decimal::Comma), Some(value), "{cell}");
        }
        assert_eq!(parse("1,234.5", Decimal::Point), Some(12_345_000));
        for bad in ["", "-", "abc", "1e5", "12.34,5", "1.23", "1,2,3", "1.2345", "..", "1234567890123", "0x1f", "1 2"] {
            assert_eq!(parse(bad, Decimal::Comma), None, "{bad}");
        }
    }

    fn survey(cells: &[&str]) -> Result<Option<Decimal>, Diagnostic> {
        let mut survey = DecimalSurvey::default();
        for (cell, line) in cells.iter().zip(2..) {
            survey.see(cell, line);
        }
        survey.conclude()
    }

    #[test]
    fn the_whole_file_decides_the_sign() {
        assert_eq!(survey(&["1,234", "2,55"]), Ok(Some(Decimal::Comma)));
        assert_eq!(survey(&["1,234", "2.55"]), Ok(Some(Decimal::Point)));
        assert_eq!(survey(&["1,234,567"]), Ok(Some(Decimal::Point)));
        assert_eq!(survey(&["1.234,56"]), Ok(Some(Decimal::Comma)));
        assert_eq!(survey(&["0,125"]), Ok(Some(Decimal::Comma)));
        assert_eq!(survey(&["12", "x"]), Ok(None));
        assert_eq!(survey(&["3", "1,234"]).unwrap_err().pointer, "/line/3");
        assert_eq!(survey(&["2.55", "2,55"]).unwrap_err().code, codes::IMPORT_AMBIGUOUS_DECIMALS);
    }
}
