//! Where to begin to look for an instant among windows.

use crate::units::Seconds;
use std::ops::Range;

/// Instants in spans of equal length, a power of two, and for each span the first window that ends after its beginning: of
/// an even calendar few windows are left to look at, of any other no more than there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Index {
    origin: i64,
    /// Binary logarithm of the spans' length.
    shift: u32,
    first: Vec<u32>,
}

/// Spans for each window, about.
const SPANS: i64 = 2;

impl Index {
    /// The index of windows, each from and to, sorted and disjoint.
    pub fn new(windows: impl ExactSizeIterator<Item = (Seconds, Seconds)> + Clone) -> Self {
        let ends = || windows.clone().map(|window| window.1.0);
        let (Some((Seconds(origin), _)), Some(last)) = (windows.clone().next(), ends().last()) else {
            return Self { origin: 0, shift: 0, first: Vec::new() };
        };
        let length = (last - origin) / (windows.len() as i64 * SPANS);
        let shift = (length.max(1) as u64).next_power_of_two().trailing_zeros();
        let (mut next, mut window) = (ends().peekable(), 0);
        let of_span = |span: i64| {
            while next.next_if(|&end| end <= origin + (span << shift)).is_some() {
                window += 1;
            }
            window
        };
        Self { origin, shift, first: (0..=(last - origin) >> shift).map(of_span).collect() }
    }

    /// Among `count` windows the first that ends after an instant is one of these, or the one behind them.
    #[inline]
    pub fn range(&self, instant: Seconds, count: usize) -> Range<usize> {
        let Some(last) = self.first.len().checked_sub(1) else { return 0..count };
        let span = (instant.0.saturating_sub(self.origin).max(0) >> self.shift) as usize;
        let to = self.first.get(span.saturating_add(1)).map_or(count, |&window| window as usize);
        self.first[span.min(last)] as usize..to
    }
}
