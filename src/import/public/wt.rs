//! One machine, total weighted tardiness: the files `wt40`, `wt50` and `wt100` of OR-Library.
//!
//! H. Crauwels, C. Potts, L. Van Wassenhove (1998), INFORMS Journal on Computing 10. A file is instance after
//! instance without any header: as many processing times as there are jobs, as many weights, as many due dates. How
//! many jobs stands in the file's name alone, so the count of its numbers is all there is to check it by.

use super::words::{Words, shape};
use super::{LARGEST, at, end_for, instance, job, per_second, rate};
use crate::diagnostic::{Diagnostic, codes};
use crate::model::{Instance, Line};

/// The jobs of an instance where nothing else is said: those of `wt40.txt`.
pub const WT_JOBS: usize = 40;

/// The jobs of each instance of a file by its name (`wt40.txt`: 40); none for names of another form.
pub fn wt_jobs(file: &str) -> Option<usize> {
    let digits = file.strip_prefix("wt")?.strip_suffix(".txt")?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|jobs| plain && (1..=10_000).contains(jobs))
}

/// How many instances of `jobs` jobs a file holds.
///
/// # Errors
/// The file's first fault: it is read whole.
pub fn wt_count(text: &[u8], jobs: usize) -> Result<usize, Vec<Diagnostic>> {
    read(text, jobs, None).map(|(count, _)| count).map_err(|fault| vec![fault])
}

/// Makes an instance of one of a file's, `number` from 1 as OR-Library counts; its cost is the total weighted
/// tardiness. `number` may be left out of a file of one.
///
/// Jobs are the orders `J1`, `J2`, ..., the machine is the line `M1`.
///
/// # Errors
/// The file's first fault, with its line (it is read whole), or a number it does not have.
pub fn import_wt(text: &[u8], name: &str, jobs: usize, number: Option<usize>) -> Result<Instance, Vec<Diagnostic>> {
    read(text, jobs, Some(number.unwrap_or(1)))
        .and_then(|(count, chosen)| match (chosen, number) {
            (Some(_), None) if count > 1 => Err(no_such(count, "and none is chosen")),
            (Some(chosen), _) => build(&chosen, name),
            (None, _) => Err(no_such(count, &format!("and number {} is not among them", number.unwrap_or(1)))),
        })
        .map_err(|fault| vec![fault])
}

fn no_such(count: usize, what: &str) -> Diagnostic {
    Diagnostic::error(
        codes::IMPORT_PUBLIC_INSTANCE,
        "",
        format!("The file holds {count} instances, {what}."),
        format!("Choose one: --instance 1 to {count}."),
    )
}

/// One job's numbers.
#[derive(Clone, Copy, Default)]
struct Job {
    time: i64,
    weight: i64,
    due: i64,
}

/// Reads the file to its end: how many instances it holds, and the one asked for.
fn read(text: &[u8], jobs: usize, number: Option<usize>) -> Result<(usize, Option<Vec<Job>>), Diagnostic> {
    let mut words = Words::open(text)?;
    let mut count = 0;
    let mut chosen = None;
    if jobs == 0 {
        return Err(shape(1, "Instances of no jobs are asked for.", "Say how many jobs an instance has: --jobs 40."));
    }
    while count == 0 || words.peek().is_some() {
        count += 1;
        // Made as the numbers come, for `jobs` may be anything.
        let mut instance: Vec<Job> = Vec::new();
        for job in 1..=jobs {
            let time = words.integer(format_args!("the time of job {job} of instance {count}"), 1..=LARGEST)?;
            instance.push(Job { time, ..Job::default() });
        }
        for (job, entry) in (1..).zip(&mut instance) {
            entry.weight = words.integer(format_args!("the weight of job {job} of instance {count}"), 0..=LARGEST)?;
        }
        for (job, entry) in (1..).zip(&mut instance) {
            entry.due = words.integer(format_args!("the due date of job {job} of instance {count}"), 0..=LARGEST)?;
        }
        if number == Some(count) {
            chosen = Some(instance);
        }
    }
    Ok((count, chosen))
}

fn build(jobs: &[Job], name: &str) -> Result<Instance, Diagnostic> {
    let mut instance = Instance { end: end_for(jobs.iter().map(|job| job.time).sum())?, ..instance(name) };
    let mut line = Line::new("M1");
    for (number, Job { time, weight, due }) in (1..).zip(jobs) {
        let id = format!("J{number}");
        let (variant, order) = job(&id);
        instance.variants.push(variant);
        instance.orders.push(order.due(at(*due)).late_cost_per_day(per_second(*weight)));
        line.rates.push(rate([("variant", id)], *time));
    }
    instance.lines.push(line);
    Ok(instance)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &[u8] = b" 3 2\n 1 5\n 3 4\n\n 1 1\n 1 1\n 0 0\n";

    fn refused(text: &[u8], jobs: usize, number: Option<usize>) -> &'static str {
        import_wt(text, "two", jobs, number).unwrap_err().remove(0).code
    }

    #[test]
    fn instances_follow_one_another_times_first() {
        assert_eq!(wt_count(TWO, 2), Ok(2));
        let instance = import_wt(TWO, "two-1", 2, Some(1)).unwrap();
        assert_eq!(instance.orders[1].due, Some(at(4)));
        assert_eq!(instance.orders[1].late_cost_per_day.map(|cost| cost.to_string()).as_deref(), Some("432000"));
        assert_eq!(crate::validate::validate(&instance), []);
        assert_eq!(import_wt(TWO, "two-2", 2, Some(2)).unwrap().orders[0].due, Some(at(0)));
        assert!(import_wt(b"1 1 1", "one", 1, None).is_ok());
    }

    #[test]
    fn a_wrong_count_is_noticed() {
        assert_eq!(refused(TWO, 2, None), codes::IMPORT_PUBLIC_INSTANCE);
        assert_eq!(refused(TWO, 2, Some(3)), codes::IMPORT_PUBLIC_INSTANCE);
        assert_eq!(refused(TWO, 2, Some(0)), codes::IMPORT_PUBLIC_INSTANCE);
        assert_eq!(refused(&TWO[..TWO.len() - 3], 2, Some(1)), codes::IMPORT_PUBLIC_SHORT);
        assert_eq!(refused(b"3 2 1 5 3 4 1 1", 3, Some(1)), codes::IMPORT_PUBLIC_SHORT);
        assert_eq!(refused(b"", 2, Some(1)), codes::IMPORT_PUBLIC_SHORT);
        assert_eq!(refused(TWO, 0, Some(1)), codes::IMPORT_PUBLIC_SHAPE);
        assert_eq!(refused(b"1 2 3", usize::MAX, Some(1)), codes::IMPORT_PUBLIC_SHORT);
        assert_eq!(refused(b"0 1 1", 1, None), codes::IMPORT_PUBLIC_RANGE);
    }

    #[test]
    fn the_name_says_how_many_jobs() {
        assert_eq!((wt_jobs("wt40.txt"), wt_jobs("wt100.txt")), (Some(40), Some(100)));
        assert_eq!((wt_jobs("wtopt40.txt"), wt_jobs("wt.txt"), wt_jobs("wt0.txt")), (None, None, None));
    }
}
