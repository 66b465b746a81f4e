//! The best known costs: tables beside the instances, or one that is named.
//!
//! A table has a column `file`, by which a row is found (`brandimarte/mk01.txt` is the file whose path ends so), and
//! one for the cost. Lists such as `wtopt40.txt` have a number per instance. Only what is named must be readable.

use super::cases::{Case, Kind};
use crate::cli::exit::Failure;
use crate::cli::files;
use lotwise::model::scalar::scaled_decimal;
use lotwise::units::Money;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Tables looked for in a file's folder and the one above; the first that has the file counts.
const TABLES: [&str; 2] = ["bounds-fjsplib.csv", "best.csv"];
/// Columns for the cost, the first of them that a table has.
const COSTS: [&str; 4] = ["best_cost", "best_cmax", "best", "cost"];

/// What one file says.
enum Values {
    /// By file.
    Table(Vec<(PathBuf, Money)>),
    /// By instance, from 1.
    List(Vec<Money>),
}

/// The best known costs of all instances asked about so far.
pub struct BestKnown {
    named: Option<Values>,
    found: HashMap<PathBuf, Option<Values>>,
}

impl BestKnown {
    /// Reads the file named, if one is.
    ///
    /// # Errors
    /// Exit 2 where it cannot be read.
    pub fn new(named: Option<&Path>) -> Result<Self, Failure> {
        let named = named.map(|path| {
            read(&files::read(path)?).ok_or_else(|| {
                let wanted = "a table with the columns `file` and `best_cost`, or a list of numbers";
                Failure::usage(format!("{} is not {wanted}.", files::name(path)))
            })
        });
        Ok(Self { named: named.transpose()?, found: HashMap::new() })
    }

    /// The best known cost of a case.
    pub fn of(&mut self, case: &Case) -> Option<Money> {
        if let Some(named) = &self.named {
            return named.of(case);
        }
        let folder = case.path.parent()?;
        let list = if let Kind::OneOfMany { jobs, .. } = case.kind { Some(format!("wtopt{jobs}.txt")) } else { None };
        let tables =
            TABLES.iter().flat_map(|table| [Some(folder), folder.parent()].map(|at| (at, (*table).to_string())));
        let places = list.map(|list| (Some(folder), list)).into_iter().chain(tables);
        let places: Vec<PathBuf> = places.filter_map(|(folder, file)| Some(folder?.join(file))).collect();
        places.into_iter().find_map(|place| {
            let found = self.found.entry(place.clone());
            let values = found.or_insert_with(|| read(&files::read(&place).ok()?));
            values.as_ref()?.of(case)
        })
    }
}

impl Values {
    fn of(&self, case: &Case) -> Option<Money> {
        match (self, case.kind) {
            (Self::List(list), Kind::OneOfMany { number, .. }) => list.get(number - 1).copied(),
            (Self::List(_), _) => None,
            (Self::Table(rows), _) => {
                let named = |file: &Path| case.path.ends_with(file) || Path::new(&case.name) == file;
                rows.iter().find(|(file, _)| named(file)).map(|(_, cost)| *cost)
            }
        }
    }
}

/// Reads a table or a list; none for anything else.
fn read(text: &[u8]) -> Option<Values> {
    let text = std::str::from_utf8(text).ok()?;
    let list: Option<Vec<Money>> = text.split_ascii_whitespace().map(money).collect();
    if let Some(list) = list.filter(|list| !list.is_empty()) {
        return Some(Values::List(list));
    }
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().ok()?.clone();
    let column = |name: &str| header.iter().position(|title| title.trim() == name);
    let file = column("file")?;
    let cost = COSTS.iter().find_map(|name| column(name))?;
    let row = |row: csv::StringRecord| {
        let name = row.get(file)?.trim();
        // A file that was unpacked is the same instance.
        Some((PathBuf::from(name.strip_suffix(".gz").unwrap_or(name)), money(row.get(cost)?.trim())?))
    };
    Some(Values::Table(reader.records().filter_map(Result::ok).filter_map(row).collect()))
}

fn money(text: &str) -> Option<Money> {
    scaled_decimal(text.parse().ok()?, Money::SCALE).ok().map(Money)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(path: &str, kind: Kind) -> Case {
        Case { name: "it".to_string(), path: PathBuf::from(path), kind }
    }

    #[test]
    fn rows_are_found_by_the_end_of_the_path() {
        let values = read(b"file,jobs,best_cmax\nsub/a.txt,3,40\na.txt,3,7.5\nb.txt.gz,3,\nb.txt.gz,3,9\n").unwrap();
        let of = |path: &str| values.of(&case(path, Kind::Lotwise)).map(|cost| cost.to_string());
        assert_eq!(of("x/sub/a.txt").as_deref(), Some("40"));
        assert_eq!(of("x/a.txt").as_deref(), Some("7.5"));
        assert_eq!(of("x/b.txt").as_deref(), Some("9"));
        assert_eq!(of("x/aa.txt"), None);
    }

    #[test]
    fn a_list_has_a_number_per_instance() {
        let values = read(b" 913\n 1225\n\n").unwrap();
        assert_eq!(values.of(&case("wt40.txt", Kind::OneOfMany { jobs: 40, number: 2 })), Some(Money(12_250_000)));
        assert_eq!(values.of(&case("wt40.txt", Kind::OneOfMany { jobs: 40, number: 3 })), None);
        assert_eq!(values.of(&case("a.json", Kind::Lotwise)), None);
    }

    #[test]
    fn other_files_are_neither() {
        for text in ["", "file,jobs\na,1\n", "hello", "best_cost\n1\n"] {
            assert!(read(text.as_bytes()).is_none(), "{text}");
        }
    }
}
