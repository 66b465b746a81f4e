//! The quantities everything is counted in: whole seconds, ten-thousandths of money, pieces, and dense ids.
//!
//! Timing and cost are integer arithmetic throughout, so that two machines, two builds and the independent
//! checker agree to the last digit. `validate` bounds every input so that no sum can leave `i64`; the operators
//! here are therefore plain ones, and builds with debug assertions panic on an overflow that slips through.
//! This module knows nothing of calendars, orders or JSON.

use std::fmt;
use std::iter::Sum;
use std::marker::PhantomData;
use std::ops::{Add, AddAssign, Index, IndexMut, Neg, Sub, SubAssign};

/// Whole seconds: a duration, or an instant counted from the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seconds(pub i64);

/// Money in ten-thousandths of the instance's currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(pub i64);

/// A count of pieces.
pub type Pieces = i64;

/// Seconds in an hour, the unit of `cost_per_hour`.
pub const HOUR: Seconds = Seconds(3_600);
/// Seconds in a day (`P1D`), the unit of `late_cost_per_day`.
pub const DAY: Seconds = Seconds(86_400);
/// Millionths: how material amounts, yields and rates are counted (6 decimal places).
pub const MICRO: i64 = 1_000_000;

macro_rules! linear {
    ($type:ident) => {
        impl $type {
            /// Zero.
            pub const ZERO: Self = Self(0);
            /// The largest value; stands for "never" or "not priced".
            pub const MAX: Self = Self(i64::MAX);
            /// Sum, or `None` where it would leave `i64`.
            pub fn checked_add(self, other: Self) -> Option<Self> {
                self.0.checked_add(other.0).map(Self)
            }
        }
        impl Add for $type {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }
        impl Sub for $type {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0 - other.0)
            }
        }
        impl Neg for $type {
            type Output = Self;
            fn neg(self) -> Self {
                Self(-self.0)
            }
        }
        impl AddAssign for $type {
            fn add_assign(&mut self, other: Self) {
                self.0 += other.0;
            }
        }
        impl SubAssign for $type {
            fn sub_assign(&mut self, other: Self) {
                self.0 -= other.0;
            }
        }
        impl Sum for $type {
            fn sum<I: Iterator<Item = Self>>(values: I) -> Self {
                values.fold(Self::ZERO, Add::add)
            }
        }
    };
}

linear!(Seconds);
linear!(Money);

impl Money {
    /// Ten-thousandths in one unit of currency.
    pub const SCALE: i64 = 10_000;

    /// `self x time / per`, rounded half up to a ten-thousandth: what a price per hour or day comes to over `time`.
    ///
    /// Saturates at [`Money::MAX`] where the product leaves `i64`.
    #[inline]
    pub fn pro_rata(self, time: Seconds, per: Seconds) -> Money {
        let half = per.0 / 2;
        // Prices and times of real plants fit 64 bits; the wide path is for the rest.
        match self.0.checked_mul(time.0).and_then(|product| product.checked_add(half)) {
            Some(product) if product >= 0 => Money(product / per.0),
            Some(product) => Money(product.div_euclid(per.0)),
            None => self.pro_rata_wide(time, per),
        }
    }

    #[cold]
    fn pro_rata_wide(self, time: Seconds, per: Seconds) -> Money {
        let half = per.0 / 2;
        let wide = (i128::from(self.0) * i128::from(time.0) + i128::from(half)).div_euclid(i128::from(per.0));
        Money(i64::try_from(wide).unwrap_or(i64::MAX))
    }

    /// `self x count`, saturating.
    pub fn times(self, count: Pieces) -> Money {
        Money(self.0.saturating_mul(count))
    }

    /// The value as a float, for display and statistics only.
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / Self::SCALE as f64
    }
}

impl fmt::Display for Money {
    /// Decimal without trailing zeros: `1234.5`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, rest) = (self.0.unsigned_abs() / 10_000, self.0.unsigned_abs() % 10_000);
        let text = if rest == 0 {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}.{}", format!("{rest:04}").trim_end_matches('0'))
        };
        out.pad(&text)
    }
}

/// `ceil(a x b / divisor)` for non-negative `a`, `b` and positive `divisor`, exact; saturates at `i64::MAX`.
pub fn mul_div_ceil(a: i64, b: i64, divisor: i64) -> i64 {
    if let Some(product) = a.checked_mul(b).and_then(|product| product.checked_add(divisor - 1)) {
        return product / divisor;
    }
    let wide = (i128::from(a) * i128::from(b) + i128::from(divisor - 1)) / i128::from(divisor);
    i64::try_from(wide).unwrap_or(i64::MAX)
}

/// A dense id: the position of a thing in its table.
pub trait Id: Copy + Eq {
    /// The id of the thing at `position`; positions past `u32::MAX` do not occur (validated counts).
    fn at(position: usize) -> Self;
    /// The position this id stands for.
    fn position(self) -> usize;
}

/// Declares a dense `u32` id type.
#[macro_export]
#[doc(hidden)]
macro_rules! dense_id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);
        impl $crate::units::Id for $name {
            fn at(position: usize) -> Self {
                debug_assert!(u32::try_from(position).is_ok(), "dense ids are 32 bits wide");
                Self(position as u32)
            }
            fn position(self) -> usize {
                self.0 as usize
            }
        }
    };
}

/// A vector indexed by one kind of dense id only.
#[derive(Clone, PartialEq, Eq)]
pub struct IdVec<I, T> {
    items: Vec<T>,
    id: PhantomData<fn(I)>,
}

impl<I: Id, T> IdVec<I, T> {
    /// An empty table.
    pub fn new() -> Self {
        Self::from(Vec::new())
    }
    /// A table of `count` copies of `value`.
    pub fn filled(value: T, count: usize) -> Self
    where
        T: Clone,
    {
        Self::from(vec![value; count])
    }
    /// Appends and returns the new id.
    pub fn push(&mut self, item: T) -> I {
        self.items.push(item);
        I::at(self.items.len() - 1)
    }
    /// Drops the entries from `count` on.
    pub fn truncate(&mut self, count: usize) {
        self.items.truncate(count);
    }
    /// Number of entries.
    pub fn len(&self) -> usize {
        self.items.len()
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
    /// All ids, in order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = I> + ExactSizeIterator + use<I, T> {
        (0..self.items.len()).map(I::at)
    }
    /// All entries, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }
    /// All entries, mutably, in order.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.items.iter_mut()
    }
    /// Ids with their entries, in order.
    pub fn enumerate(&self) -> impl DoubleEndedIterator<Item = (I, &T)> + ExactSizeIterator {
        self.items.iter().enumerate().map(|(position, item)| (I::at(position), item))
    }
    /// The entries as a slice.
    pub fn as_slice(&self) -> &[T] {
        &self.items
    }
}

impl<I: Id, T> Default for IdVec<I, T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I, T> From<Vec<T>> for IdVec<I, T> {
    fn from(items: Vec<T>) -> Self {
        Self { items, id: PhantomData }
    }
}

impl<I: Id, T> FromIterator<T> for IdVec<I, T> {
    fn from_iter<S: IntoIterator<Item = T>>(items: S) -> Self {
        Self::from(items.into_iter().collect::<Vec<T>>())
    }
}

impl<I: Id, T> Index<I> for IdVec<I, T> {
    type Output = T;
    fn index(&self, id: I) -> &T {
        &self.items[id.position()]
    }
}

impl<I: Id, T> IndexMut<I> for IdVec<I, T> {
    fn index_mut(&mut self, id: I) -> &mut T {
        &mut self.items[id.position()]
    }
}

impl<I, T: fmt::Debug> fmt::Debug for IdVec<I, T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.items.fmt(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pro_rata_rounds_half_up_on_both_paths() {
        // 1 ten-thousandth per hour over 1,800 s is exactly one half: up.
        assert_eq!(Money(1).pro_rata(Seconds(1_800), HOUR), Money(1));
        assert_eq!(Money(1).pro_rata(Seconds(1_799), HOUR), Money(0));
        let wide = Money(4_000_000_000_000_000).pro_rata(Seconds(7_200), HOUR);
        assert_eq!(wide, Money(8_000_000_000_000_000));
    }

    #[test]
    fn mul_div_ceil_is_exact_on_both_paths() {
        assert_eq!(mul_div_ceil(120, 3_600 * MICRO, 55 * MICRO), 7_855); // 7854.54..
        assert_eq!(mul_div_ceil(10, 3, 3), 10);
        assert_eq!(mul_div_ceil(i64::MAX / 2, 10, 10), i64::MAX / 2);
    }

    #[test]
    fn money_prints_without_trailing_zeros() {
        assert_eq!(Money(12_345_000).to_string(), "1234.5");
        assert_eq!(Money(-5).to_string(), "-0.0005");
        assert_eq!(Money(30_000).to_string(), "3");
    }
}
