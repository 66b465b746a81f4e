//! How numbers are written for people: counts and money in groups of three, shares, spans of time.
//!
//! For reading only: nothing is computed with what these return.

use crate::units::{Money, Seconds};

/// A count with its digits in groups of three.
pub fn count(value: impl TryInto<i64>) -> String {
    let value: i64 = value.try_into().unwrap_or(i64::MAX);
    let digits = value.unsigned_abs().to_string();
    let mut shown = String::from(if value < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// Money to two places, half up, with its digits in groups.
pub fn money(value: Money) -> String {
    let cents = (value.0 + 50).div_euclid(100);
    let (whole, rest) = (cents / 100, (cents % 100).abs());
    let sign = if cents < 0 && whole == 0 { "-" } else { "" };
    if rest == 0 { format!("{sign}{}", count(whole)) } else { format!("{sign}{}.{rest:02}", count(whole)) }
}

/// A count with its noun: `1 lot`, `3 lots`.
pub fn counted(value: usize, noun: &str) -> String {
    let plural = if value == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(value))
}

/// A span of time by its two largest units: `3h 20m`.
pub fn span(length: Seconds) -> String {
    let total = length.0.max(0);
    let units = [(total / 86_400, "d"), (total / 3_600 % 24, "h"), (total / 60 % 60, "m"), (total % 60, "s")];
    let first = units.iter().position(|(amount, _)| *amount > 0).unwrap_or(3);
    let shown: Vec<String> = units[first..]
        .iter()
        .take(2)
        .enumerate()
        .filter(|(index, (amount, _))| *index == 0 || *amount > 0)
        .map(|(_, (amount, unit))| format!("{amount}{unit}"))
        .collect();
    shown.join(" ")
}

/// `part` of `whole` in per cent, to one place.
pub fn per_cent(part: usize, whole: usize) -> String {
    if part >= whole {
        return "100 %".to_string();
    }
    // One late order in ten thousand must not read 100.0 %.
    let tenths = (part * 2_000 / whole).div_ceil(2).min(999);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_rounded_half_up() {
        assert_eq!(count(0_i64), "0");
        assert_eq!(count(1_234_567_usize), "1,234,567");
        assert_eq!(count(-1_000_i64), "-1,000");
        assert_eq!(money(Money(12_345_050)), "1,234.51");
        assert_eq!(money(Money(12_345_049)), "1,234.50");
        assert_eq!(money(Money(30_000)), "3");
        assert_eq!(money(Money(-5_000)), "-0.50");
        assert_eq!(per_cent(128, 131), "97.7 %");
        assert_eq!(per_cent(131, 131), "100 %");
        assert_eq!(per_cent(9_999, 10_000), "99.9 %");
        assert_eq!(per_cent(2, 3), "66.7 %");
        assert_eq!(counted(1, "lot") + ", " + &counted(2_000, "line"), "1 lot, 2,000 lines");
    }

    #[test]
    fn spans_name_two_units() {
        assert_eq!(span(Seconds(0)), "0s");
        assert_eq!(span(Seconds(12_000)), "3h 20m");
        assert_eq!(span(Seconds(86_400 + 59)), "1d");
        assert_eq!(span(Seconds(90_000)), "1d 1h");
    }
}
