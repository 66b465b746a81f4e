//! Exact arithmetic of the checker's own: quotients of 128-bit integers, rounded where `docs/format.md` says so.
//!
//! A product of two 64-bit numbers always fits, so terms are computed wide and cut to 64 bits once; whatever a plan
//! claims, nothing wraps and nothing panics.

use crate::model::{Amount, Rate};
use crate::units::Money;

/// Seconds of an hour.
pub(super) const HOUR: i128 = 3_600;
/// Seconds of a day.
pub(super) const DAY: i128 = 86_400;
const MILLION: i128 = 1_000_000;

/// `value` as 64 bits, cut to the nearest end of the range.
pub(super) fn cut(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

/// The smallest integer that is not below `numerator / denominator`.
fn quotient_up(numerator: i128, denominator: i128) -> i128 {
    let whole = numerator.div_euclid(denominator);
    if numerator.rem_euclid(denominator) == 0 { whole } else { whole + 1 }
}

/// The integer nearest to `numerator / denominator`, halves up.
pub(super) fn quotient_half_up(numerator: i128, denominator: i128) -> i128 {
    let whole = numerator.div_euclid(denominator);
    let rest = numerator.rem_euclid(denominator);
    if rest >= denominator - rest { whole + 1 } else { whole }
}

/// What `price` per `unit_seconds` comes to over `seconds`, in ten-thousandths, halves up.
pub(super) fn price_over(price: Money, seconds: i64, unit_seconds: i128) -> i64 {
    cut(quotient_half_up(i128::from(price.0) * i128::from(seconds), unit_seconds))
}

/// `price x count`, in ten-thousandths.
pub(super) fn price_of(price: Money, count: i64) -> i64 {
    cut(i128::from(price.0) * i128::from(count))
}

/// Pieces to run so that `quantity` good ones come out.
pub(super) fn pieces_run(quantity: i64, rate: &Rate) -> Option<i64> {
    let Amount(good) = rate.yield_share;
    (good > 0).then(|| cut(quotient_up(i128::from(quantity.max(0)) * MILLION, i128::from(good))))
}

/// Working seconds of a run of `pieces`: at least one.
pub(super) fn run_seconds(pieces: i64, rate: &Rate) -> Option<i64> {
    let pieces = i128::from(pieces);
    let moving = match (rate.seconds_per_unit, rate.units_per_hour) {
        (Some(Amount(seconds)), _) => quotient_up(pieces * i128::from(seconds), MILLION),
        (None, Some(Amount(units))) if units > 0 => quotient_up(pieces * HOUR * MILLION, i128::from(units)),
        _ => return None,
    };
    Some(cut(moving + i128::from(rate.fixed_time.0.0)).max(1))
}

/// `(cost - bound) / cost` in ten-thousandths, halves up; nothing where `cost` is nothing.
pub(super) fn gap(cost: Money, bound: Money) -> i128 {
    let (cost, bound) = (i128::from(cost.0), i128::from(bound.0));
    if cost == bound || cost <= 0 { 0 } else { quotient_half_up((cost - bound) * 10_000, cost) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_up_and_extremes_do_not_wrap() {
        assert_eq!(quotient_half_up(1, 2), 1);
        assert_eq!(quotient_half_up(1_799, 3_600), 0);
        assert_eq!(quotient_half_up(-1, 2), 0);
        assert_eq!(price_over(Money(i64::MAX), i64::MAX, HOUR), i64::MAX);
        assert_eq!(price_of(Money(i64::MAX), i64::MAX), i64::MAX);
        assert_eq!(price_of(Money(i64::MIN), i64::MAX), i64::MIN);
    }

    #[test]
    fn yield_and_rates_round_up() {
        let rate = Rate {
            units_per_hour: Some(Amount(55_000_000)),
            yield_share: Amount(980_000),
            fixed_time: crate::model::Duration(crate::units::Seconds(300)),
            ..Rate::default()
        };
        // 120 / 0.98 = 122.449: 123 pieces; 123 x 3600 / 55 = 8050.909: 8051, plus 300.
        assert_eq!(pieces_run(120, &rate), Some(123));
        assert_eq!(run_seconds(123, &rate), Some(8_351));
        assert_eq!(run_seconds(i64::MAX, &rate), Some(i64::MAX));
        assert_eq!(pieces_run(i64::MAX, &Rate { yield_share: Amount(1), ..Rate::default() }), Some(i64::MAX));
        assert_eq!(run_seconds(5, &Rate::default()), None);
        // A checker is given instances nobody has validated.
        assert_eq!(pieces_run(5, &Rate { yield_share: Amount(0), ..Rate::default() }), None);
        assert_eq!(run_seconds(5, &Rate { units_per_hour: Some(Amount(0)), ..Rate::default() }), None);
    }

    #[test]
    fn a_run_takes_at_least_a_second() {
        let rate = Rate { seconds_per_unit: Some(Amount(0)), ..Rate::default() };
        assert_eq!(run_seconds(10, &rate), Some(1));
    }
}
