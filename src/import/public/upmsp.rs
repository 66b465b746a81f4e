//! Unrelated parallel machines with sequence-dependent setups, makespan: the files of Vallada and Ruiz.
//!
//! E. Vallada, R. Ruiz (2011), European Journal of Operational Research 211(3). A job is an order of one piece of a
//! variant of its own; a machine is a line with a changeover matrix over the attribute `job`. The setup before a
//! machine's first job is none, as the published solutions have it; a file that puts one on the diagonal says
//! something else and is refused.

use super::words::{Words, shape};
use super::{LARGEST, at_most, end_for, instance, job, makespan, rate};
use crate::diagnostic::Diagnostic;
use crate::model::{ChangeoverRule, ChangeoverSet, Instance, Line};

/// What is read at most: processing times, and entries of all setup matrices.
const MOST_TIMES: i64 = 1_000_000;
const MOST_SETUPS: i64 = 100_000_000;

/// A file's numbers, by machine and job.
struct Machines {
    jobs: usize,
    /// Processing time of each job on each machine.
    times: Vec<Vec<i64>>,
    /// Setup on each machine before the job of the column when it follows that of the row.
    setups: Vec<Vec<Vec<u32>>>,
}

/// Makes an instance of a file of unrelated parallel machines; its cost is the makespan.
///
/// Jobs are the orders `J0`, `J1`, ..., machines the lines `M0`, `M1`, ..., as the file counts them.
///
/// # Errors
/// The file's first fault, with its line.
pub fn import_upmsp(text: &[u8], name: &str) -> Result<Instance, Vec<Diagnostic>> {
    read(text).and_then(|machines| machines.instance(name)).map_err(|fault| vec![fault])
}

fn read(text: &[u8]) -> Result<Machines, Diagnostic> {
    let mut words = Words::open(text)?;
    let jobs = words.integer(format_args!("the number of jobs"), 1..=LARGEST)?;
    let machines = words.integer(format_args!("the number of machines"), 1..=LARGEST)?;
    words.integer(format_args!("the third number"), 1..=1)?;
    words.integer(format_args!("the number of machines, repeated,"), machines..=machines)?;
    at_most(MOST_TIMES, jobs * machines, "processing times")?;
    at_most(MOST_SETUPS, jobs.saturating_mul(jobs * machines), "setup times")?;
    let (jobs, count) = (jobs as usize, machines as usize);
    let mut times = vec![Vec::new(); count];
    for job in 0..jobs {
        for (machine, times) in times.iter_mut().enumerate() {
            let number = machine as i64;
            words.integer(format_args!("the machine of pair {machine} of job {job}"), number..=number)?;
            times.push(words.integer(format_args!("the time of job {job} on machine {machine}"), 1..=LARGEST)?);
        }
    }
    words.expect("SSD")?;
    let setups = (0..count).map(|machine| matrix(&mut words, machine, jobs)).collect::<Result<_, _>>()?;
    words.end()?;
    Ok(Machines { jobs, times, setups })
}

/// One machine's matrix, under its heading.
fn matrix(words: &mut Words<'_>, machine: usize, jobs: usize) -> Result<Vec<Vec<u32>>, Diagnostic> {
    words.expect(&format!("M{machine}"))?;
    let mut rows = Vec::new();
    for before in 0..jobs {
        let mut row = Vec::new();
        for after in 0..jobs {
            let seconds = words.integer(
                format_args!("the setup from job {before} to job {after} on machine {machine}"),
                0..=LARGEST,
            )?;
            if before == after && seconds != 0 {
                let message = format!("Line {}: the setup from job {before} to itself is {seconds}.", words.line());
                let remedy = "Write 0: in this format nothing precedes a machine's first job.";
                return Err(shape(words.line(), message, remedy));
            }
            row.push(seconds as u32);
        }
        rows.push(row);
    }
    Ok(rows)
}

impl Machines {
    /// More than any sequence of all jobs on one machine takes.
    fn longest(&self) -> i64 {
        let longest = |job: usize| {
            let time = self.times.iter().map(|times| times[job]).max().unwrap_or(0);
            let setup = self.setups.iter().flatten().map(|row| row[job]).max().unwrap_or(0);
            time + i64::from(setup)
        };
        (0..self.jobs).map(longest).sum()
    }

    fn instance(self, name: &str) -> Result<Instance, Diagnostic> {
        let mut instance = Instance { end: end_for(self.longest())?, objective: makespan(), ..instance(name) };
        let names: Vec<String> = (0..self.jobs).map(|job| format!("J{job}")).collect();
        for name in &names {
            let (variant, order) = job(name);
            instance.variants.push(variant.attribute("job", name));
            instance.orders.push(order);
        }
        for (machine, (times, setups)) in self.times.into_iter().zip(self.setups).enumerate() {
            let id = format!("M{machine}");
            let mut line = Line::new(&id).changeovers(&id);
            line.rates = names.iter().zip(times).map(|(job, time)| rate([("variant", job.clone())], time)).collect();
            instance.lines.push(line);
            let rule = ChangeoverRule {
                attribute: "job".to_string(),
                values: Some(names.clone()),
                seconds: Some(setups),
                ..ChangeoverRule::default()
            };
            instance.changeovers.push(ChangeoverSet { id, rules: vec![rule], ..ChangeoverSet::default() });
        }
        Ok(instance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::codes;

    const SMALL: &str = "2 2 1\n2\n0 5 1 6\n0 7 1 3\nSSD\nM0\n0 4\n9 0\nM1\n0 1\n2 0\n";

    fn refused(text: &str) -> (&'static str, String) {
        let fault = import_upmsp(text.as_bytes(), "small").unwrap_err().remove(0);
        (fault.code, fault.pointer)
    }

    #[test]
    fn rows_are_what_comes_before_and_columns_what_comes_after() {
        let instance = import_upmsp(SMALL.as_bytes(), "small").unwrap();
        assert_eq!(instance.changeovers[0].rules[0].seconds, Some(vec![vec![0, 4], vec![9, 0]]));
        assert_eq!(instance.lines[1].rates[0].seconds_per_unit, Some(crate::model::Amount::whole(6)));
        assert!(instance.lines[0].setup_state.is_none());
        assert_eq!(crate::validate::validate(&instance), []);
    }

    #[test]
    fn what_the_file_says_twice_must_agree() {
        for (from, to, code, line) in [
            ("\n2\n", "\n3\n", codes::IMPORT_PUBLIC_RANGE, 2),
            ("2 2 1", "2 2 4", codes::IMPORT_PUBLIC_RANGE, 1),
            ("1 6", "0 6", codes::IMPORT_PUBLIC_RANGE, 3),
            ("0 7", "0 0", codes::IMPORT_PUBLIC_RANGE, 4),
            ("SSD", "SDS", codes::IMPORT_PUBLIC_SHAPE, 5),
            ("9 0", "9 1", codes::IMPORT_PUBLIC_SHAPE, 8),
            ("M1", "M2", codes::IMPORT_PUBLIC_SHAPE, 9),
            ("9 0\n", "9 0 0\n", codes::IMPORT_PUBLIC_SHAPE, 8),
            ("2 0\n", "2 0\n0\n", codes::IMPORT_PUBLIC_LEFT_OVER, 12),
            ("2 0\n", "2\n", codes::IMPORT_PUBLIC_SHORT, 11),
            ("0 4", "0 4.5", codes::IMPORT_PUBLIC_NUMBER, 7),
        ] {
            let text = SMALL.replacen(from, to, 1);
            assert_ne!(text, SMALL);
            assert_eq!(refused(&text), (code, format!("/line/{line}")), "{from:?} as {to:?}");
        }
        assert_eq!(refused("999999999 999999999 1\n999999999\n"), (codes::IMPORT_PUBLIC_RANGE, String::new()));
        assert_eq!(refused("").0, codes::IMPORT_PUBLIC_SHORT);
    }
}
