//! Named streams of random numbers, all from one seed.
//!
//! Each thing that is drawn has a stream of its own, told by its name and, for tables, its row. One order more, or
//! one parameter changed, therefore leaves every other draw as it was. All draws are integer arithmetic and cost one
//! step of the generator each, so a seed gives the same instance on every platform, and versions of `rand`, whose
//! distributions may change, have no say.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// The seed, from which streams are named.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Streams {
    seed: u64,
}

impl Streams {
    /// All streams of `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The stream called `name`.
    pub(crate) fn named(&self, name: &str) -> Stream {
        self.at(name, usize::MAX)
    }

    /// The stream of row `index` of the table called `name`.
    pub(crate) fn at(&self, name: &str, index: usize) -> Stream {
        // FNV-1a over the name and the row, then SplitMix64's finaliser over that and the seed.
        let bytes = name.bytes().chain((index as u64).to_le_bytes());
        let hash = bytes
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        Stream(Xoshiro256PlusPlus::seed_from_u64(mixed(hash ^ mixed(self.seed))))
    }
}

fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// One stream of random numbers.
#[derive(Clone, Debug)]
pub(crate) struct Stream(Xoshiro256PlusPlus);

impl Stream {
    /// A number below `count`, all alike (to within 2^-32 for every count used here).
    pub(crate) fn below(&mut self, count: usize) -> usize {
        assert!(count > 0, "there is nothing to choose from");
        ((u128::from(self.0.next_u64()) * count as u128) >> 64) as usize
    }

    /// A number from `least` to `most`, both possible.
    pub(crate) fn between(&mut self, least: i64, most: i64) -> i64 {
        assert!(least <= most, "the range {least} to {most} is empty");
        least + self.below((most - least) as usize + 1) as i64
    }

    /// True `percent` times in a hundred.
    pub(crate) fn chance(&mut self, percent: i64) -> bool {
        self.between(0, 99) < percent
    }

    /// One of `choices`.
    pub(crate) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }

    /// A position, each as often as its share of the last of `cumulative` weights.
    pub(crate) fn weighted(&mut self, cumulative: &[i64]) -> usize {
        let total = cumulative.last().copied().unwrap_or(0);
        let drawn = self.between(0, total - 1);
        cumulative.partition_point(|sum| *sum <= drawn)
    }

    /// Puts `items` in random order (Fisher and Yates).
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_named_and_stand_still() {
        let streams = Streams::new(1);
        let numbers = |mut stream: Stream| (0..4).map(|_| stream.between(0, 999)).collect::<Vec<_>>();
        assert_eq!(numbers(streams.named("due")), numbers(streams.named("due")));
        assert_ne!(numbers(streams.named("due")), numbers(streams.named("release")));
        assert_ne!(numbers(streams.at("due", 0)), numbers(streams.at("due", 1)));
        assert_ne!(numbers(streams.named("due")), numbers(Streams::new(2).named("due")));
    }

    #[test]
    fn draws_reach_both_ends_and_follow_their_weights() {
        let mut stream = Streams::new(7).named("test");
        let drawn: Vec<i64> = (0..1_000).map(|_| stream.between(-1, 2)).collect();
        assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&-1), Some(&2)));
        let mut counts = [0; 3];
        (0..10_000).for_each(|_| counts[stream.weighted(&[60, 60, 100])] += 1);
        assert_eq!(counts[1], 0);
        assert!((5_700..6_300).contains(&counts[0]), "{counts:?}");
    }
}
