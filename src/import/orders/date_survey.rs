//! Which way round a file's dates stand.
//!
//! `1/12/2010` is a day in December or a day in January, and nothing in the cell tells. The whole file may: a day
//! above 12 decides it. Where none does, the importer stops and asks rather than plan eleven months off.

use super::dates::{DateFormat, FieldOrder, Shape};
use crate::diagnostic::{Diagnostic, codes};

/// What the dates of a file say about how they are written.
#[derive(Clone, Debug, Default)]
pub(super) struct DateSurvey {
    families: Vec<Family>,
}

/// Cells alike in separator and in where their year stands.
#[derive(Clone, Debug)]
struct Family {
    separator: Option<char>,
    year: YearPlace,
    cells: u64,
    first: (u64, String),
    /// First lines that read in one order only; and that read in both, but differently.
    day_first: Option<u64>,
    month_first: Option<u64>,
    both: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum YearPlace {
    First,
    Last,
    TwoDigits,
}

impl DateSurvey {
    /// Looks at one cell.
    pub fn see(&mut self, cell: &str, line: u64) {
        let Some(shape) = Shape::of(cell) else { return };
        let [a, b, c] = shape.fields;
        let year = match (a.digits, b.digits, c.digits) {
            (4, 1..=2, 1..=2) => YearPlace::First,
            (1..=2, 1..=2, 4) => YearPlace::Last,
            (1..=2, 1..=2, 1..=2) => YearPlace::TwoDigits,
            _ => return,
        };
        let known = self.families.iter().position(|family| family.separator == shape.separator && family.year == year);
        let index = known.unwrap_or_else(|| {
            let first = (line, cell.trim().to_string());
            let separator = shape.separator;
            let (cells, day_first, month_first, both) = (0, None, None, None);
            self.families.push(Family { separator, year, cells, first, day_first, month_first, both });
            self.families.len() - 1
        });
        let family = &mut self.families[index];
        family.cells += 1;
        let month = 1..=12;
        match (month.contains(&b.value), month.contains(&a.value)) {
            (true, false) if a.value <= 31 => _ = family.day_first.get_or_insert(line),
            (false, true) if b.value <= 31 => _ = family.month_first.get_or_insert(line),
            (true, true) if a.value != b.value => _ = family.both.get_or_insert(line),
            _ => {}
        }
    }

    /// How the file writes its dates: what most of its cells look like; `None` where there is no cell like a date.
    ///
    /// # Errors
    /// [`codes::IMPORT_AMBIGUOUS_DATES`], [`codes::IMPORT_TWO_DIGIT_YEARS`]
    pub fn conclude(self) -> Result<Option<DateFormat>, Diagnostic> {
        let Some(family) = self.families.into_iter().reduce(|a, b| if b.cells > a.cells { b } else { a }) else {
            return Ok(None);
        };
        let format = |order| DateFormat { order, separator: family.separator, two_digit_year: false };
        let sign = family.separator.unwrap_or('/');
        let ask = format!(
            "Say how dates are written: --date-format d{sign}m{sign}Y (day first) or --date-format m{sign}d{sign}Y \
             (month first), or `table.date_format` in the mapping."
        );
        let refuse = |code, line: u64, message: String, remedy: String| {
            Err(Diagnostic::error(code, format!("/line/{line}"), message, remedy))
        };
        let (line, cell) = (family.first.0, super::shown(&family.first.1));
        match (family.year, family.day_first, family.month_first, family.both) {
            (YearPlace::First, ..) => Ok(Some(format(FieldOrder::YearFirst))),
            (YearPlace::TwoDigits, ..) => refuse(
                codes::IMPORT_TWO_DIGIT_YEARS,
                line,
                format!("The dates have years of two digits ({cell}), which does not say which field is the year."),
                format!(
                    "Say how dates are written, e.g. --date-format d{sign}m{sign}y, or export years of four digits."
                ),
            ),
            (YearPlace::Last, Some(day), Some(month), _) => refuse(
                codes::IMPORT_AMBIGUOUS_DATES,
                day.max(month),
                format!("The date in line {day} reads day first only, the one in line {month} month first only."),
                ask,
            ),
            (YearPlace::Last, None, Some(_), _) => Ok(Some(format(FieldOrder::MonthFirst))),
            (YearPlace::Last, None, None, Some(both)) => refuse(
                codes::IMPORT_AMBIGUOUS_DATES,
                both,
                format!(
                    "All dates of the file read day first and month first alike (the first is {cell} in line {line})."
                ),
                ask,
            ),
            (YearPlace::Last, ..) => Ok(Some(format(FieldOrder::DayFirst))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survey(cells: &[&str]) -> Result<Option<String>, Diagnostic> {
        let mut survey = DateSurvey::default();
        for (cell, line) in cells.iter().zip(2..) {
            survey.see(cell, line);
        }
        survey.conclude().map(|format| format.map(|format| format.to_string()))
    }

    #[test]
    fn one_day_above_twelve_decides_for_the_file() {
        assert_eq!(survey(&["1/12/2010", "13/12/2010"]), Ok(Some("d/m/Y".into())));
        assert_eq!(survey(&["1/12/2010", "12/13/2010 10:00"]), Ok(Some("m/d/Y".into())));
        assert_eq!(survey(&["2010-12-01", "x", "1/2/2010"]), Ok(Some("Y-m-d".into())));
        assert_eq!(survey(&["31.1.2010"]), Ok(Some("d.m.Y".into())));
        // Both ways round are the same day: nothing to ask.
        assert_eq!(survey(&["5/5/2010", "12/12/2010"]), Ok(Some("d/m/Y".into())));
        assert_eq!(survey(&["x", ""]), Ok(None));
    }

    #[test]
    fn a_file_that_fits_both_ways_or_neither_is_refused() {
        let fault = survey(&["5/5/2010", "1/12/2010"]).unwrap_err();
        assert_eq!((fault.code, fault.pointer.as_str()), (codes::IMPORT_AMBIGUOUS_DATES, "/line/3"));
        assert!(fault.remedy.contains("--date-format"));
        assert_eq!(survey(&["13/1/2010", "1/13/2010"]).unwrap_err().code, codes::IMPORT_AMBIGUOUS_DATES);
        assert_eq!(survey(&["13/1/10"]).unwrap_err().code, codes::IMPORT_TWO_DIGIT_YEARS);
    }
}
