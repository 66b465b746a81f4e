//! Public benchmark files become instances whose cost is the published objective, to the last digit.
//!
//! Each format has one module and one function from bytes to an instance. They agree on the units: one unit of time
//! is one second from [`START`] on (a period of lot sizing is a day), and prices are chosen so that a plan's cost *is*
//! the makespan, the weighted tardiness, the weighted completion time or the lot sizing cost. `docs/import.md` has
//! each mapping in words.
//!
//! A benchmark file has no redundancy but its own length, so a reader that stops at the last number it wants accepts
//! files that say something else. Here every number has a range, whatever is said twice must agree, and nothing may be
//! left over. The first fault ends the reading of a file of bare numbers: what follows it can no longer be told apart.
//!
//! Not known here: best known values, which stand beside the files and are `bench`'s business, and compressed files.

mod fjsp;
mod psp;
mod twct;
mod upmsp;
mod words;
mod wt;

pub use fjsp::import_fjsp;
pub use psp::import_psp;
pub use twct::import_twct;
pub use upmsp::import_upmsp;
pub use wt::{WT_JOBS, import_wt, wt_count, wt_jobs};

use crate::diagnostic::{Diagnostic, codes};
use crate::model::{Amount, Instance, Instant, Named, Objective, Order, Rate, Variant};
use crate::units::{DAY, Money, Seconds};

/// The first instant of every public instance: 2026-01-01T00:00:00Z.
pub const START: Instant = Instant { seconds: Seconds(1_767_225_600), offset_seconds: 0 };

/// The largest number accepted as a time, a weight or a cost.
const LARGEST: i64 = 1_000_000_000;
/// The longest horizon an instance may have, in days; `validate` has the same.
const LONGEST_HORIZON: i64 = 36_600;
/// What a plan is charged per hour where the objective is the makespan: one per second.
const MAKESPAN: Money = Money(3_600 * Money::SCALE);

/// A public benchmark format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PublicFormat {
    /// Unrelated parallel machines with sequence-dependent setups, makespan (Vallada and Ruiz).
    Upmsp,
    /// One machine, total weighted tardiness (OR-Library); many instances in one file.
    Wt,
    /// Discrete lot sizing with holding and changeover cost (CSPLib 058).
    Psp,
    /// Flexible job shop, makespan (Brandimarte, Hurink).
    Fjsp,
    /// Unrelated parallel machines, total weighted completion time.
    Twct,
}

impl PublicFormat {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Upmsp, Self::Wt, Self::Psp, Self::Fjsp, Self::Twct];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Upmsp => "upmsp",
            Self::Wt => "wt",
            Self::Psp => "psp",
            Self::Fjsp => "fjsp",
            Self::Twct => "twct",
        }
    }

    /// The format of a file, by its name's ending and how its text begins; none where it looks like none of them.
    ///
    /// It only tells the formats apart: a file it recognises may still be refused.
    pub fn recognise(file: &str, text: &[u8]) -> Option<Self> {
        let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
        match ending.as_str() {
            "psp" => Some(Self::Psp),
            "fjs" => Some(Self::Fjsp),
            "csv" if text.starts_with(b"job,weight,") => Some(Self::Twct),
            "txt" if wt_jobs(file).is_some() => Some(Self::Wt),
            "txt" if text.split(u8::is_ascii_whitespace).any(|word| word == b"SSD") => Some(Self::Upmsp),
            "txt" if looks_like_a_shop(text) => Some(Self::Fjsp),
            _ => None,
        }
    }
}

/// Makes an instance of a file of one instance; its cost is the published objective.
///
/// # Errors
/// The file's faults, each with its line. A file of several instances is one: [`import_wt`] chooses among them.
pub fn import_public(format: PublicFormat, text: &[u8], name: &str) -> Result<Instance, Vec<Diagnostic>> {
    match format {
        PublicFormat::Upmsp => import_upmsp(text, name),
        PublicFormat::Wt => import_wt(text, name, WT_JOBS, None),
        PublicFormat::Psp => import_psp(text, name),
        PublicFormat::Fjsp => import_fjsp(text, name),
        PublicFormat::Twct => import_twct(text, name),
    }
}

/// Nothing but numbers, and two or three of them on the first line.
fn looks_like_a_shop(text: &[u8]) -> bool {
    let numeric = |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_whitespace() || *byte == b'.';
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or(&[]);
    let words = first.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).count();
    (2..=3).contains(&words) && text.iter().all(numeric)
}

/// The instant so many units of time after the start.
fn at(seconds: i64) -> Instant {
    Instant::utc(START.seconds + Seconds(seconds))
}

/// An instance without orders.
fn instance(name: &str) -> Instance {
    Instance { name: Some(name.to_string()), ..Instance::new(START) }
}

/// The objective of a makespan: its cost is the number of seconds.
fn makespan() -> Objective {
    Objective { makespan_cost_per_hour: MAKESPAN, ..Objective::default() }
}

/// An order of one piece of the variant it is named after, and the variant.
fn job(id: &str) -> (Variant, Order) {
    (Variant::new(id), Order::new(id).item(id, 1))
}

/// The rate at which what matches takes so many seconds a piece.
fn rate<const N: usize>(matches: [(&str, String); N], seconds: i64) -> Rate {
    Rate { matches: Some(Named::from(matches)), seconds_per_unit: Some(Amount::whole(seconds)), ..Rate::default() }
}

/// What a unit of time late costs, as a price per day.
fn per_second(weight: i64) -> Money {
    Money(weight * DAY.0 * Money::SCALE)
}

/// The `end` that leaves room for `work` seconds on one machine: none where the default of 366 days does.
fn end_for(work: i64) -> Result<Option<Instant>, Diagnostic> {
    if work <= 366 * DAY.0 {
        Ok(None)
    } else if work <= LONGEST_HORIZON * DAY.0 {
        Ok(Some(at(work)))
    } else {
        Err(Diagnostic::error(
            codes::IMPORT_PUBLIC_RANGE,
            "",
            format!("The jobs could take {work} seconds one after the other, more than {LONGEST_HORIZON} days."),
            "Count time in larger units.",
        ))
    }
}

/// Refuses a problem of more than `limit` of something, before anything of that size is made.
fn at_most(limit: i64, count: i64, what: &str) -> Result<(), Diagnostic> {
    if count <= limit {
        return Ok(());
    }
    Err(Diagnostic::error(
        codes::IMPORT_PUBLIC_RANGE,
        "",
        format!("The file announces {count} {what}; at most {limit} are read."),
        "Check the first numbers of the file; make larger instances through the library.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_apart() {
        for (file, text, format) in [
            ("a.psp", "", Some(PublicFormat::Psp)),
            ("wt40.txt", "1 2 3", Some(PublicFormat::Wt)),
            ("wtopt40.txt", " 913\n 1225\n", None),
            ("I_1.txt", "1 1 1\n1\n0 5\nSSD\nM0\n0\n", Some(PublicFormat::Upmsp)),
            ("solution.txt", "2\n1 0\n1 1\n\nTotal makespan: 7\n", None),
            ("mk01.txt", "10 6\n6 2 0 5 2 4\n", Some(PublicFormat::Fjsp)),
            ("mk01.txt", "10\t6 2.5\r\n6 2 0 5 2 4\r\n", Some(PublicFormat::Fjsp)),
            ("4_40_1.csv", "job,weight,m1\n", Some(PublicFormat::Twct)),
            ("best.csv", "file,jobs\n", None),
            ("README.md", "2 2\n", None),
            ("", "", None),
        ] {
            assert_eq!(PublicFormat::recognise(file, text.as_bytes()), format, "{file}");
        }
    }

    #[test]
    fn the_start_is_what_it_says() {
        assert_eq!(START.to_string(), "2026-01-01T00:00:00Z");
    }

    #[test]
    fn a_longer_horizon_is_given_where_it_is_needed() {
        assert_eq!(end_for(366 * 86_400), Ok(None));
        assert_eq!(end_for(367 * 86_400), Ok(Some(at(367 * 86_400))));
        assert_eq!(end_for(36_601 * 86_400).unwrap_err().code, codes::IMPORT_PUBLIC_RANGE);
    }
}
