//! How answers are said to a person: instants, money with its currency, lists that are cut and say so.

use lotwise::model::{Instance, Instant};
use lotwise::report::text::money;
use lotwise::units::Money;

/// An instant as people write it, in the offset it carries: `Tue 24 Nov 14:30`.
pub fn when(instant: Instant) -> String {
    let Ok(time) = jiff::Timestamp::from_second(instant.seconds.0) else { return instant.to_string() };
    let Ok(offset) = jiff::tz::Offset::from_seconds(instant.offset_seconds) else { return instant.to_string() };
    let local = offset.to_datetime(time);
    let seconds = if local.second() == 0 { String::new() } else { format!(":{:02}", local.second()) };
    format!("{}{seconds}", local.strftime("%a %-d %b %H:%M"))
}

/// Money with the instance's currency.
pub fn price(instance: &Instance, amount: Money) -> String {
    match &instance.currency {
        Some(currency) => format!("{currency} {}", money(amount)),
        None => money(amount),
    }
}

/// The first `most` of a list, and how many are left.
pub fn listed(names: &[String], most: usize) -> String {
    let shown = names.iter().take(most).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(most) {
        0 => shown,
        left => format!("{shown} and {left} more"),
    }
}

/// A difference in money, with its sign.
pub fn signed(amount: Money) -> String {
    let shown = money(amount);
    if shown.starts_with('-') || shown == "0" { shown } else { format!("+{shown}") }
}
