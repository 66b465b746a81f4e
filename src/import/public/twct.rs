//! Unrelated parallel machines, total weighted completion time: a table with a row per job.
//!
//! The table is that of the sheets "Weights" and "Processing times" of the instances of Y. Yu, X. Li, R. Baldacci, W.
//! Sun, J. Tang, Z. Wu, H. Zhu, side by side as CSV. A job is an order due at the start, whose lateness is therefore its
//! completion time. Rows stand on their own, so here all faults are reported at once.

use super::words::{integer, pointer, shape, shortened, text_of};
use super::{LARGEST, START, at_most, end_for, instance, job, per_second, rate};
use crate::diagnostic::{Diagnostic, codes};
use crate::model::{Instance, Line};

/// Processing times read at most.
const MOST_TIMES: i64 = 1_000_000;
/// Faults reported at most.
const MOST_FAULTS: usize = 100;

/// One row.
struct Job {
    weight: i64,
    times: Vec<i64>,
}

/// Makes an instance of a table `job,weight,m1,...`; its cost is the total weighted completion time.
///
/// Jobs are the orders `J1`, `J2`, ..., machines the lines `M1`, `M2`, ...
///
/// # Errors
/// Every fault of the table, each with its line.
pub fn import_twct(text: &[u8], name: &str) -> Result<Instance, Vec<Diagnostic>> {
    let text = text_of(text).map_err(|fault| vec![fault])?;
    let mut lines = (1..).zip(text.lines());
    let machines =
        lines.next().map_or_else(|| Err(empty()), |(_, header)| machines(header)).map_err(|fault| vec![fault])?;
    let mut rows = lines.filter(|(_, row)| !row.trim().is_empty()).peekable();
    if rows.peek().is_none() {
        return Err(vec![empty()]);
    }
    let (mut jobs, mut faults) = (Vec::new(), Vec::new());
    for (number, (line, row)) in (1..).zip(rows) {
        match at_most(MOST_TIMES, number * machines as i64, "processing times") {
            Ok(()) => {}
            Err(fault) => return Err(vec![fault]),
        }
        match read_job(row, line, number, machines) {
            Ok(job) => jobs.push(job),
            Err(fault) => faults.push(fault),
        }
        if faults.len() == MOST_FAULTS {
            break;
        }
    }
    if faults.is_empty() { build(&jobs, machines, name).map_err(|fault| vec![fault]) } else { Err(faults) }
}

fn empty() -> Diagnostic {
    let remedy = "Write a header job,weight,m1,... and a row per job.";
    Diagnostic::error(codes::IMPORT_PUBLIC_SHORT, pointer(1), "The table holds no job.", remedy)
}

/// How many machines the header names.
fn machines(header: &str) -> Result<usize, Diagnostic> {
    let wrong = |column: usize, cell: &str, expected: &str| {
        let message = format!("Line 1: column {column} is {:?}, not {expected}.", shortened(cell));
        shape(1, message, "The header is job,weight,m1,m2,... with a column per machine.")
    };
    let mut count = 0;
    for (column, cell) in header.split(',').map(str::trim).enumerate() {
        let expected = match column {
            0 => "job".to_string(),
            1 => "weight".to_string(),
            machine => format!("m{}", machine - 1),
        };
        if cell != expected {
            return Err(wrong(column + 1, cell, &expected));
        }
        count = column;
    }
    if count < 2 { Err(wrong(count + 2, "", if count == 0 { "weight" } else { "m1" })) } else { Ok(count - 1) }
}

fn read_job(row: &str, line: usize, number: i64, machines: usize) -> Result<Job, Diagnostic> {
    let cells = row.split(',').count();
    if cells != machines + 2 {
        let message = format!("Line {line} has {cells} cells, the header {}.", machines + 2);
        return Err(shape(line, message, "Give the row a cell per column."));
    }
    let mut cells = row.split(',').map(str::trim);
    let mut next = |what: std::fmt::Arguments<'_>, range| integer(cells.next().unwrap_or(""), line, what, range);
    let job = next(format_args!("the job's number"), 0..=LARGEST)?;
    if job != number {
        let message = format!("Line {line}: job {job} stands in row {number}.");
        return Err(shape(line, message, "Number the jobs 1, 2, 3 by their rows."));
    }
    let weight = next(format_args!("the weight of job {job}"), 0..=LARGEST)?;
    let times = (1..=machines)
        .map(|machine| next(format_args!("the time of job {job} on machine {machine}"), 1..=LARGEST))
        .collect::<Result<_, _>>()?;
    Ok(Job { weight, times })
}

fn build(jobs: &[Job], machines: usize, name: &str) -> Result<Instance, Diagnostic> {
    let work = jobs.iter().map(|job| job.times.iter().max().copied().unwrap_or(0)).sum();
    let mut instance = Instance { end: end_for(work)?, ..instance(name) };
    instance.lines = (1..=machines).map(|machine| Line::new(format!("M{machine}"))).collect();
    for (number, Job { weight, times }) in (1..).zip(jobs) {
        let id = format!("J{number}");
        let (variant, order) = job(&id);
        instance.variants.push(variant);
        instance.orders.push(order.due(START).late_cost_per_day(per_second(*weight)));
        for (line, time) in instance.lines.iter_mut().zip(times) {
            line.rates.push(rate([("variant", id.clone())], *time));
        }
    }
    Ok(instance)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Vec<(&'static str, String)> {
        let faults = import_twct(text.as_bytes(), "small").unwrap_err();
        faults.into_iter().map(|fault| (fault.code, fault.pointer)).collect()
    }

    #[test]
    fn completion_is_lateness_against_the_start() {
        let instance = import_twct(b"job,weight,m1,m2\r\n1,3,5,4\r\n2,1,2,9\r\n\r\n", "small").unwrap();
        assert_eq!((instance.lines.len(), instance.orders[0].due), (2, Some(START)));
        assert_eq!(instance.orders[0].late_cost_per_day.unwrap().to_string(), "259200");
        assert_eq!(crate::validate::validate(&instance), []);
    }

    #[test]
    fn all_rows_are_looked_at() {
        let text = "job,weight,m1\n1,3,5,7\n3,1,1\n3,x,1\n4,1,0\n";
        let at = |code, line: usize| (code, format!("/line/{line}"));
        assert_eq!(
            refused(text),
            [
                at(codes::IMPORT_PUBLIC_SHAPE, 2),
                at(codes::IMPORT_PUBLIC_SHAPE, 3),
                at(codes::IMPORT_PUBLIC_NUMBER, 4),
                at(codes::IMPORT_PUBLIC_RANGE, 5)
            ]
        );
    }

    #[test]
    fn a_header_of_another_table_is_refused() {
        for header in ["", "job", "job,weight", "job,weight,m2", "jobs,weight,m1", "job,weight,m1,"] {
            assert_eq!(refused(&format!("{header}\n1,1,1\n"))[0].0, codes::IMPORT_PUBLIC_SHAPE, "{header}");
        }
        assert_eq!(refused("job,weight,m1\n\n")[0].0, codes::IMPORT_PUBLIC_SHORT);
        assert_eq!(refused("")[0].0, codes::IMPORT_PUBLIC_SHORT);
    }
}
