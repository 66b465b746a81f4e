//! Colours by value: the Okabe-Ito palette (Okabe, Ito 2008), which the common forms of colour blindness keep apart,
//! and two more shades of each where there are more values than colours.
//!
//! A value's colour comes from its name, so that it stays the same from picture to picture; where two names fall on
//! one colour and there are colours left, the later name takes the next free one.

use rustc_hash::FxHashMap;

/// Colours of the palette, without its black, which marks changeovers and lateness.
const BASE: [[u8; 3]; 7] = [
    [0x00, 0x72, 0xb2],
    [0xe6, 0x9f, 0x00],
    [0x00, 0x9e, 0x73],
    [0xcc, 0x79, 0xa7],
    [0x56, 0xb4, 0xe9],
    [0xd5, 0x5e, 0x00],
    [0xf0, 0xe4, 0x42],
];
/// What has no value.
const NONE: [u8; 3] = [0x9a, 0x9a, 0x9a];

/// The colour of each value.
#[derive(Debug)]
pub(in crate::report) struct Palette<'a> {
    colours: FxHashMap<&'a str, [u8; 3]>,
}

impl<'a> Palette<'a> {
    /// Colours for `values`.
    pub(in crate::report) fn new(values: impl IntoIterator<Item = &'a str>) -> Self {
        let mut values: Vec<&str> = values.into_iter().collect();
        values.sort_unstable();
        values.dedup();
        let shades = if values.len() <= BASE.len() { 1 } else { 3 };
        let count = BASE.len() * shades;
        let mut taken = vec![false; count];
        let colours = values
            .iter()
            .enumerate()
            .map(|(position, value)| {
                let wished = (name_hash(value) % count as u64) as usize;
                let free = (0..count).map(|step| (wished + step) % count).find(|&index| !taken[index]);
                // More values than colours: the first ones share with the rest.
                let index = if position < count { free.unwrap_or(wished) } else { wished };
                taken[index] = true;
                (*value, shade(BASE[index % BASE.len()], index / BASE.len()))
            })
            .collect();
        Self { colours }
    }

    /// The colour of `value`, as `#rrggbb`.
    pub(in crate::report) fn fill(&self, value: Option<&str>) -> String {
        let [red, green, blue] = self.rgb(value);
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    /// Black or white, whichever is read on the colour of `value`.
    pub(in crate::report) fn ink(&self, value: Option<&str>) -> &'static str {
        let [red, green, blue] = self.rgb(value).map(u32::from);
        // Luma of BT.601, in thousandths.
        if red * 299 + green * 587 + blue * 114 > 125_000 { "#000" } else { "#fff" }
    }

    fn rgb(&self, value: Option<&str>) -> [u8; 3] {
        value.and_then(|value| self.colours.get(value)).copied().unwrap_or(NONE)
    }
}

/// The colour itself, lighter, darker.
fn shade(colour: [u8; 3], shade: usize) -> [u8; 3] {
    colour.map(|channel| match shade {
        0 => channel,
        1 => channel + (255 - channel) / 2,
        _ => channel - channel / 5 * 2,
    })
}

/// FNV-1a: the same on every platform and in every version, which the standard library's does not promise.
fn name_hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn few_values_never_share_a_colour() {
        let names: Vec<String> = (0..21).map(|index| format!("value {index}")).collect();
        for count in [1, 5, 7, 8, 21] {
            let palette = Palette::new(names[..count].iter().map(String::as_str));
            let fills: BTreeSet<String> = names[..count].iter().map(|name| palette.fill(Some(name))).collect();
            assert_eq!(fills.len(), count);
        }
    }

    #[test]
    fn many_values_all_have_a_colour_and_a_missing_one_is_grey() {
        let names: Vec<String> = (0..500).map(|index| format!("value {index}")).collect();
        let palette = Palette::new(names.iter().map(String::as_str));
        assert!(names.iter().all(|name| palette.fill(Some(name)) != palette.fill(None)));
        assert_eq!(palette.fill(None), "#9a9a9a");
    }
}
