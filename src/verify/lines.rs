//! What happens on each line: one thing at a time, in open time, with its changeovers and runs (rules 2 to 6).
//!
//! Work that overlaps the lot before it is a breach and is not timed any further. So the walks through a line's open
//! windows never cross, and together they are no longer than the line's calendar, whatever a plan claims.

use super::Checker;
use super::catalog::Inability;
use super::changeover::{Changeover, Setup};
use super::exact::{self, HOUR};
use super::open_time::{Misfit, OpenTime};
use super::reading::Task;
use crate::diagnostic::codes;
use crate::model::Line;
use rustc_hash::FxHashMap as HashMap;
use std::rc::Rc;

/// Tasks of each line in the order of their times, facts first.
pub(super) fn sequences(tasks: &[Task], lines: usize) -> Vec<Vec<usize>> {
    let mut sequences = vec![Vec::new(); lines];
    for (index, task) in tasks.iter().enumerate() {
        sequences[task.line].push(index);
    }
    for sequence in &mut sequences {
        sequence.sort_by_key(|&index| {
            let task = &tasks[index];
            (!task.frozen, task.start, task.end, task.key)
        });
    }
    sequences
}

/// The changeover before each task of one line, in the order of its sequence.
pub(super) fn changeovers(checker: &Checker, line: &Line, sequence: &[usize]) -> Vec<Changeover> {
    let rules = checker.catalog.rule_book(line);
    let mut before = line.setup_state.as_ref().map(Setup::State);
    let mut found = Vec::with_capacity(sequence.len());
    for &index in sequence {
        let after = checker.reading.tasks[index].setup(checker.catalog);
        let pair = before.zip(rules);
        found.push(pair.map_or_else(Changeover::default, |(before, rules)| rules.between(before, after)));
        before = Some(after);
    }
    found
}

/// The open time of every line, with the overtime the plan opens; lines that share a calendar share the answer.
pub(super) fn open_times(checker: &Checker) -> Vec<Rc<OpenTime>> {
    let catalog = checker.catalog;
    let last = checker.reading.tasks.iter().map(|task| task.end).max().unwrap_or(checker.start);
    let (from, to) = (checker.start, last.min(checker.end));
    let always = Rc::new(OpenTime::always());
    let mut shared: HashMap<&str, Rc<OpenTime>> = HashMap::default();
    let of_line = |(line, opened): (&Line, &Vec<(i64, i64)>)| {
        let Some(calendar) = catalog.calendar(line) else { return Rc::clone(&always) };
        let open = || Rc::new(OpenTime::of(calendar, &catalog.zone, from, to, opened));
        if opened.is_empty() { Rc::clone(shared.entry(&calendar.id).or_insert_with(open)) } else { open() }
    };
    catalog.instance.lines.iter().zip(&checker.overtime).map(of_line).collect()
}

impl Checker<'_> {
    /// Checks and prices every line.
    pub(super) fn check_lines(&mut self) {
        let sequences = sequences(&self.reading.tasks, self.catalog.instance.lines.len());
        let open_times = open_times(self);
        for (index, sequence) in sequences.iter().enumerate() {
            let line = &self.catalog.instance.lines[index];
            self.check_line(line, &open_times[index], sequence);
            self.price_runs(line, sequence);
        }
    }

    fn check_line(&mut self, line: &Line, open: &OpenTime, sequence: &[usize]) {
        let changeovers = changeovers(self, line, sequence);
        let tasks = &self.reading.tasks;
        let frozen_end =
            sequence.iter().map(|&index| &tasks[index]).filter(|task| task.frozen).map(|task| task.end).max();
        let mut busy_until = None;
        for (&index, &changeover) in sequence.iter().zip(&changeovers) {
            self.price_task(line, index, changeover);
            let task = &self.reading.tasks[index];
            let end = task.end;
            if !task.frozen {
                self.check_ability(index);
                if self.check_bounds(line, index, changeover, busy_until, frozen_end) {
                    self.check_changeover(line, open, index, changeover);
                    self.check_run(line, open, index);
                }
            }
            busy_until = busy_until.max(Some(end));
        }
    }

    /// Production and changeover, by computed durations; what nobody knows any more costs nothing.
    fn price_task(&mut self, line: &Line, index: usize, changeover: Changeover) {
        let task = &self.reading.tasks[index];
        if task.variant.is_none() {
            return;
        }
        if let (Some(rate), Some(seconds)) = (task.rate, task.seconds) {
            self.costs.production += i128::from(exact::price_over(line.cost_per_hour, seconds, HOUR));
            self.costs.production += i128::from(exact::price_of(rate.cost_per_unit, task.pieces));
        }
        self.costs.changeover += i128::from(changeover.cost);
        self.costs.changeover += i128::from(exact::price_over(line.cost_per_hour, changeover.seconds, HOUR));
    }

    /// Rule 2: whether the line can run it at all.
    fn check_ability(&mut self, index: usize) {
        let task = &self.reading.tasks[index];
        let (Some(variant), Some(step)) = (task.variant, task.step) else { return };
        let (code, lacks) = match self.catalog.ability(variant, step, task.line).inability {
            None if task.seconds.is_some() => return,
            Some(Inability::Stage) => (codes::BREACH_STAGE, "works in another stage than"),
            Some(Inability::Requires) => (codes::BREACH_REQUIRES, "does not offer what is required by"),
            Some(Inability::Rate) | None => (codes::BREACH_RATE, "has no rate for"),
        };
        let message = format!("Line {} {lacks} {}.", self.catalog.instance.lines[task.line].id, task.title());
        self.breaches.add(code, format!("{}/line", task.pointer()), message);
    }

    /// Bounds on when work may take place; whether it lies after the lot before it.
    fn check_bounds(
        &mut self,
        line: &Line,
        index: usize,
        changeover: Changeover,
        busy_until: Option<i64>,
        frozen_end: Option<i64>,
    ) -> bool {
        let task = &self.reading.tasks[index];
        let setup = task.setup_start.filter(|_| changeover.seconds > 0);
        let begin = setup.map_or(task.start, |setup| setup.min(task.start));
        let at = if setup.is_some() { "setup_start" } else { "start" };
        let mut claims = Vec::new();
        if begin < self.start {
            claims.push((codes::BREACH_BEFORE_START, at, self.start, "begins before the start,"));
        }
        if let Some(from) = line.available_from.map(|from| from.seconds.0).filter(|&from| begin < from) {
            claims.push((codes::BREACH_BEFORE_AVAILABLE, at, from, "begins before its line is available,"));
        }
        let release = task.order.and_then(|order| self.catalog.instance.orders[order].release);
        if let Some(release) = release.map(|release| release.seconds.0).filter(|&release| task.start < release) {
            claims.push((codes::BREACH_BEFORE_RELEASE, "start", release, "starts before its release,"));
        }
        if task.end > self.end {
            claims.push((codes::BREACH_AFTER_END, "end", self.end, "ends after the end,"));
        }
        let mut apart = true;
        if let Some(frozen_end) = frozen_end.filter(|&frozen_end| begin < frozen_end) {
            claims.push((codes::BREACH_FROZEN_LINE, at, frozen_end, "begins before the line's last frozen end,"));
            apart = false;
        } else if let Some(busy_until) = busy_until.filter(|&busy_until| begin < busy_until) {
            claims.push((codes::BREACH_OVERLAP, at, busy_until, "begins before the work before it ends,"));
            apart = false;
        }
        for (code, field, limit, clause) in claims {
            let message = format!("The work for {} {clause} {}.", task.title(), self.show(limit));
            self.breaches.add(code, format!("{}/{field}", task.pointer()), message);
        }
        apart
    }

    /// Rule 3: a changeover that takes time is there, in open time, and over when the run starts.
    fn check_changeover(&mut self, line: &Line, open: &OpenTime, index: usize, changeover: Changeover) {
        let task = &self.reading.tasks[index];
        let seconds = changeover.seconds;
        let (code, clause) = match (task.setup_start, seconds > 0) {
            (None, false) => return,
            (None, true) => (codes::BREACH_CHANGEOVER_MISSING, "is not there"),
            (Some(_), false) => (codes::BREACH_CHANGEOVER_NEEDLESS, "needs no time"),
            (Some(setup), true) => match open.finish(setup, seconds, line.pausable, task.start) {
                Ok(end) if end <= task.start => return,
                Ok(_) | Err(Misfit::NoTimeLeft) => (codes::BREACH_CHANGEOVER_TIME, "is not over when the run starts"),
                Err(Misfit::Closed) => (codes::BREACH_CLOSED, "begins while the line is closed"),
                Err(Misfit::TooLong) => (codes::BREACH_UNPAUSABLE, "does not fit before closing"),
            },
        };
        let message = format!("The changeover to {}, {seconds} s, {clause}.", task.title());
        self.breaches.add(code, format!("{}/setup_start", task.pointer()), message);
    }

    /// Rules 1 to 3: a run starts in open time and ends exactly when its working time is over.
    fn check_run(&mut self, line: &Line, open: &OpenTime, index: usize) {
        let task = &self.reading.tasks[index];
        let Some(seconds) = task.seconds else { return };
        let (code, field, clause) = match open.finish(task.start, seconds, line.pausable, task.end) {
            Ok(end) if end == task.end => return,
            Ok(end) => (codes::BREACH_RUN_END, "end", format!("ends at {}", self.show(end))),
            Err(Misfit::NoTimeLeft) => (codes::BREACH_RUN_END, "end", "ends later".to_string()),
            Err(Misfit::Closed) => (codes::BREACH_CLOSED, "start", "starts while the line is closed".to_string()),
            Err(Misfit::TooLong) => (codes::BREACH_UNPAUSABLE, "start", "does not fit before closing".to_string()),
        };
        let message = format!("The run of {}, {seconds} s, {clause}.", task.title());
        self.breaches.add(code, format!("{}/{field}", task.pointer()), message);
    }

    /// Rule 6: neighbours alike form a run; a short one pays for what it lacks. A run of which nothing is known any
    /// more costs nothing.
    fn price_runs(&mut self, line: &Line, sequence: &[usize]) {
        let Some(minimum) = &line.minimum_run else { return };
        let tasks = &self.reading.tasks;
        let value = |index: usize| tasks[index].setup(self.catalog).value(&minimum.by);
        for run in sequence.chunk_by(|&a, &b| value(a) == value(b)) {
            let pieces: i128 = run.iter().map(|&index| i128::from(tasks[index].pieces)).sum();
            let lacking = exact::cut((i128::from(minimum.quantity) - pieces).max(0));
            if run.iter().any(|&index| tasks[index].variant.is_some()) {
                self.costs.short_run += i128::from(exact::price_of(minimum.shortfall_cost_per_unit, lacking));
            }
        }
    }
}
