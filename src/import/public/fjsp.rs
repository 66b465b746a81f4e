//! Flexible job shop, makespan: the files of Brandimarte and Hurink.
//!
//! P. Brandimarte (1993), DOI 10.1007/BF02023073; J. Hurink, B. Jurisch, M. Thole (1994), DOI 10.1007/BF01719451. A job
//! is an order of one piece with a route of its own; a machine is a line with a rate per operation it can run, for one
//! machine may run several operations of a job at different speeds.
//!
//! Machines count from 0 in some copies of these files and from 1 in others, and some have the mean number of
//! alternatives as a third number on the first line. Both are taken as they come: machines keep the file's numbers.

use super::words::{Words, shape};
use super::{LARGEST, at_most, end_for, instance, job, makespan, rate};
use crate::diagnostic::{Diagnostic, codes};
use crate::model::{Instance, Line, Route, RouteOperation};

/// Jobs, machines, operations of a job that are read at most.
const MOST: i64 = 100_000;

/// A line that can run an operation, and how long it takes.
struct Alternative {
    machine: i64,
    time: i64,
}

/// A file's numbers.
struct Shop {
    machines: i64,
    /// The alternatives of each job's operations.
    jobs: Vec<Vec<Vec<Alternative>>>,
}

/// Makes an instance of a file of a flexible job shop; its cost is the makespan.
///
/// Jobs are the orders `J1`, `J2`, ..., their operations `1`, `2`, ...; machines are the lines `M` with the file's
/// number. A machine that nothing runs on is left out.
///
/// # Errors
/// The file's first fault, with its line.
pub fn import_fjsp(text: &[u8], name: &str) -> Result<Instance, Vec<Diagnostic>> {
    read(text).and_then(|shop| shop.instance(name)).map_err(|fault| vec![fault])
}

fn read(text: &[u8]) -> Result<Shop, Diagnostic> {
    let mut words = Words::open(text)?;
    let jobs = words.integer(format_args!("the number of jobs"), 1..=MOST)?;
    let machines = words.integer(format_args!("the number of machines"), 1..=MOST)?;
    if words.goes_on() {
        mean_of_alternatives(&mut words)?;
    }
    let mut shop = Shop { machines, jobs: Vec::new() };
    for number in 1..=jobs {
        ends_its_line(&words, format_args!("job {}", number - 1))?;
        shop.jobs.push(read_job(&mut words, number, machines)?);
    }
    words.end()?;
    shop.agrees_where_machines_begin()?;
    Ok(shop)
}

/// The third number of the first line, which says nothing that the rows do not.
fn mean_of_alternatives(words: &mut Words<'_>) -> Result<(), Diagnostic> {
    let word = words.take(format_args!("the mean number of alternatives"))?;
    if word.text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return Ok(());
    }
    let message = format!("Line {}: the third number of the first line is no decimal.", word.line);
    let remedy = "Write jobs and machines on the first line, and at most the mean number of alternatives.";
    Err(Diagnostic::error(codes::IMPORT_PUBLIC_NUMBER, super::words::pointer(word.line), message, remedy))
}

/// Each job has a line of its own, which shows a wrong count where it is made.
fn ends_its_line(words: &Words<'_>, what: std::fmt::Arguments<'_>) -> Result<(), Diagnostic> {
    if !words.goes_on() {
        return Ok(());
    }
    let what = if words.line() == 1 { "the first line".to_string() } else { what.to_string() };
    let message = format!("Line {}: numbers are left over behind {what}.", words.line());
    Err(shape(words.line(), message, "Check the counts of operations and alternatives; a job takes one line."))
}

fn read_job(words: &mut Words<'_>, job: i64, machines: i64) -> Result<Vec<Vec<Alternative>>, Diagnostic> {
    let count = words.integer(format_args!("the number of operations of job {job}"), 1..=MOST)?;
    let line = words.line();
    let mut operations = Vec::new();
    for operation in 1..=count {
        let ways = words
            .integer(format_args!("the number of alternatives of operation {operation} of job {job}"), 1..=machines)?;
        let mut alternatives: Vec<Alternative> = Vec::new();
        for _ in 0..ways {
            let machine =
                words.integer(format_args!("a machine of operation {operation} of job {job}"), 0..=machines)?;
            let time = words.integer(format_args!("a time of operation {operation} of job {job}"), 1..=LARGEST)?;
            alternatives.push(Alternative { machine, time });
        }
        let mut known: Vec<i64> = alternatives.iter().map(|alternative| alternative.machine).collect();
        known.sort_unstable();
        if let Some(twice) = known.windows(2).find(|pair| pair[0] == pair[1]) {
            let message = format!("Line {line}: operation {operation} of job {job} has machine {} twice.", twice[0]);
            return Err(shape(line, message, "Keep one of the two times."));
        }
        operations.push(alternatives);
    }
    if words.line() != line {
        let message = format!("Line {line}: job {job} has {count} operations and goes on behind its line.");
        return Err(shape(line, message, "Check the counts of operations and alternatives; a job takes one line."));
    }
    Ok(operations)
}

impl Shop {
    fn alternatives(&self) -> impl Iterator<Item = &Alternative> {
        self.jobs.iter().flatten().flatten()
    }

    /// Machines 0 and m cannot both be there if there are m.
    fn agrees_where_machines_begin(&self) -> Result<(), Diagnostic> {
        let has = |number: i64| self.alternatives().any(|alternative| alternative.machine == number);
        if has(0) && has(self.machines) {
            let message = format!("There are {0} machines, and both 0 and {0} are used.", self.machines);
            let remedy = "Count machines from 0 or from 1, or correct their number.";
            return Err(Diagnostic::error(codes::IMPORT_PUBLIC_SHAPE, "", message, remedy));
        }
        Ok(())
    }

    fn instance(self, name: &str) -> Result<Instance, Diagnostic> {
        at_most(MOST * 10, self.alternatives().count() as i64, "alternatives")?;
        let longest = |operation: &Vec<Alternative>| operation.iter().map(|way| way.time).max().unwrap_or(0);
        let work: i64 = self.jobs.iter().flatten().map(longest).sum();
        let mut instance = Instance { end: end_for(work)?, objective: makespan(), ..instance(name) };
        let mut rates: Vec<Vec<_>> = (0..=self.machines).map(|_| Vec::new()).collect();
        for (number, operations) in (1..).zip(&self.jobs) {
            let id = format!("J{number}");
            let mut route = Route { id: id.clone(), ..Route::default() };
            for (position, alternatives) in (1..).zip(operations) {
                let after = (1..position).last().map(|before: usize| before.to_string()).into_iter().collect();
                route.operations.push(RouteOperation { id: position.to_string(), after, ..RouteOperation::default() });
                for Alternative { machine, time } in alternatives {
                    let matches = [("variant", id.clone()), ("operation", position.to_string())];
                    rates[*machine as usize].push(rate(matches, *time));
                }
            }
            let (mut variant, order) = job(&id);
            variant.route = Some(id);
            instance.routes.push(route);
            instance.variants.push(variant);
            instance.orders.push(order);
        }
        let used = rates.into_iter().enumerate().filter(|(_, rates)| !rates.is_empty());
        instance.lines = used.map(|(machine, rates)| Line { rates, ..Line::new(format!("M{machine}")) }).collect();
        Ok(instance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "2 3\n2 1 0 4 2 1 3 2 5 \n1 1 1 6\n";

    fn refused(text: &str) -> (&'static str, String) {
        let fault = import_fjsp(text.as_bytes(), "small").unwrap_err().remove(0);
        (fault.code, fault.pointer)
    }

    #[test]
    fn a_machine_has_a_rate_per_operation() {
        let instance = import_fjsp(SMALL.as_bytes(), "small").unwrap();
        assert_eq!(instance.routes[0].operations[1].after, ["1"]);
        let line = &instance.lines[1];
        assert_eq!((line.id.as_str(), line.rates.len()), ("M1", 2));
        let matches = line.rates[0].matches.as_ref().unwrap();
        assert_eq!((matches.get("variant").unwrap().as_str(), matches.get("operation").unwrap().as_str()), ("J1", "2"));
        assert_eq!(crate::validate::validate(&instance), []);
    }

    #[test]
    fn copies_that_count_from_one_or_state_a_mean_are_the_same_problem() {
        let from_one = import_fjsp(b"2 3 1.3\n2 1 1 4 2 2 3 3 5\n1 1 2 6", "small").unwrap();
        let from_zero = import_fjsp(SMALL.as_bytes(), "small").unwrap();
        let rates = |instance: &Instance| instance.lines.iter().map(|line| line.rates.clone()).collect::<Vec<_>>();
        assert_eq!(rates(&from_one), rates(&from_zero));
    }

    #[test]
    fn each_part_is_checked() {
        for (from, to, code, pointer) in [
            ("2 3\n", "3 3\n", codes::IMPORT_PUBLIC_SHORT, "/line/3"),
            ("2 3\n", "1 3\n", codes::IMPORT_PUBLIC_LEFT_OVER, "/line/3"),
            ("2 3\n", "2 3 x\n", codes::IMPORT_PUBLIC_NUMBER, "/line/1"),
            ("2 3\n", "2 3 1 1\n", codes::IMPORT_PUBLIC_SHAPE, "/line/1"),
            ("2 3\n", "2 2\n", codes::IMPORT_PUBLIC_SHAPE, ""),
            ("2 1 0 4", "1 1 0 4", codes::IMPORT_PUBLIC_SHAPE, "/line/2"),
            ("2 1 0 4", "3 1 0 4", codes::IMPORT_PUBLIC_SHAPE, "/line/2"),
            ("2 1 3 2 5", "2 1 3 1 5", codes::IMPORT_PUBLIC_SHAPE, "/line/2"),
            ("1 1 1 6", "1 1 4 6", codes::IMPORT_PUBLIC_RANGE, "/line/3"),
            ("1 1 1 6", "1 1 1 0", codes::IMPORT_PUBLIC_RANGE, "/line/3"),
            ("1 1 1 6", "1 0", codes::IMPORT_PUBLIC_RANGE, "/line/3"),
        ] {
            let text = SMALL.replacen(from, to, 1);
            assert_eq!(refused(&text), (code, pointer.to_string()), "{from:?} as {to:?}");
        }
    }
}
