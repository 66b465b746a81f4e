//! `lotwise solve --ndjson`: many instances, one a line; one answer a line, in the same order.
//!
//! A reader, some workers, a writer. Each instance is solved on one thread, as many at a time as there are threads, for
//! that fills the cores best. The reader may be only so many lines ahead of the writer: memory is bounded by those lines and
//! what is made of them, not by the length of the file. A line that cannot be planned is answered by the document a call with
//! it would have printed, and harms no other.

use super::exit::{Exit, Failure};
use super::files::{self, Destination};
use super::text::say;
use lotwise::report::text::counted;
use std::collections::BTreeMap;
use std::io::{self, BufRead};
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Lines that may be under way, for each worker.
const AHEAD: usize = 4;
/// How long a worker waits for a line before it asks whether to stop.
const PATIENCE: Duration = Duration::from_millis(100);
/// The longest line read, in bytes.
const LONGEST_LINE: u64 = 256 << 20;

/// One line's answer: compact JSON without a line's end, and how a call with this line alone would have ended.
pub struct Answer {
    /// The plan or the document of a failure.
    pub json: Vec<u8>,
    /// The exit status.
    pub exit: Exit,
}

impl Answer {
    /// The answer to a line that came to nothing.
    pub fn failed(failure: &Failure) -> Self {
        Self { json: failure.document_line(), exit: failure.exit() }
    }
}

/// What makes an answer of a line, by its number from 1.
pub type Solve<'a> = dyn Fn(u64, &[u8]) -> Answer + Sync + 'a;
/// A line and its number, from 0.
type Numbered<T> = (u64, T);
/// What the reader hands on: a line, or why there is none.
type Line = Result<Vec<u8>, Failure>;

/// How many lines ended how.
#[derive(Debug, Default)]
struct Tally {
    lines: u64,
    /// The numbers, from 1, of the first lines without a plan that can be used as it is.
    first: Vec<u64>,
    failed: u64,
    /// By exit status: whether a line ended so.
    seen: [bool; 7],
}

/// Line numbers named at the end.
const NAMED: usize = 10;

/// Answers every line of `input` with what `solve` makes of it, on so many threads, until `stop` says so; at the end says how
/// many failed.
///
/// # Errors
/// Exit 1 where the input cannot be read or the answers cannot be written.
pub fn run(
    input: &Path,
    destination: &Destination,
    threads: usize,
    (solve, stop): (&Solve<'_>, &(dyn Fn() -> bool + Sync)),
    quiet: bool,
) -> Result<Exit, Failure> {
    let lines = files::lines(input)?;
    let mut tally = Tally::default();
    let mut broken = None;
    destination.write(|out| {
        broken = pump(lines, threads, (solve, stop), &mut |answer| {
            tally.note(answer.exit);
            out.write_all(&answer.json)?;
            out.write_all(b"\n")?;
            out.flush()
        })?;
        Ok(())
    })?;
    if !quiet || tally.failed > 0 {
        say(&tally.sentence());
    }
    if stop() {
        say("lotwise: stopped; lines behind these were not read.\n");
    }
    match broken {
        Some(fault) => Err(Failure::new(Exit::Fault, "read-failed", fault).answered(true)),
        None => Ok(tally.exit()),
    }
}

/// Lets lines flow from the reader through the workers to `write`, in order, until `stop` says so; what broke the input off,
/// if anything did.
fn pump(
    lines: Box<dyn BufRead + Send>,
    threads: usize,
    (solve, stop): (&Solve<'_>, &(dyn Fn() -> bool + Sync)),
    write: &mut dyn FnMut(Answer) -> io::Result<()>,
) -> io::Result<Option<String>> {
    let window = threads * AHEAD;
    let (permit, permits) = sync_channel(window);
    for _ in 0..window {
        let _ = permit.send(());
    }
    let (hand_on, work) = sync_channel::<Numbered<Line>>(window);
    let (answer, answers) = sync_channel::<Numbered<Answer>>(window);
    let broken = Arc::new(Mutex::new(None));
    // Not one of the scope's threads, and never waited for: it may hang in a read for ever.
    let reader = std::thread::Builder::new().name("lines".to_string());
    let told = Arc::clone(&broken);
    reader.spawn(move || {
        let fault = read(lines, &permits, &hand_on);
        *told.lock().unwrap_or_else(PoisonError::into_inner) = fault;
        // Only now do the workers hear that there is no more.
        drop(hand_on);
    })?;
    let work = Mutex::new(work);
    let failed = AtomicBool::new(false);
    let stopped = || stop() || failed.load(Ordering::Relaxed);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (work, answer, stopped) = (&work, answer.clone(), &stopped);
            scope.spawn(move || answer_lines(work, &answer, solve, stopped));
        }
        drop(answer);
        let written = write_in_order(&answers, &permit, write, stop);
        failed.store(written.is_err(), Ordering::Relaxed);
        // Workers that still have answers find nobody to take them, and end.
        drop(answers);
        written
    })?;
    let mut broken = broken.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(broken.take())
}

/// Hands lines on as permits come; what broke the input off, if anything did.
fn read(
    mut lines: Box<dyn BufRead + Send>,
    permits: &Receiver<()>,
    work: &SyncSender<Numbered<Line>>,
) -> Option<String> {
    for number in 0.. {
        permits.recv().ok()?;
        let line = match next_line(&mut *lines) {
            Ok(None) => return None,
            Ok(Some(line)) => line,
            Err(fault) => {
                return Some(format!("The input broke off after {}: {fault}.", counted(number as usize, "line")));
            }
        };
        work.send((number, line)).ok()?;
    }
    None
}

/// The next line without its end; none at the end of the input.
fn next_line(lines: &mut dyn BufRead) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    let length = io::Read::take(&mut *lines, LONGEST_LINE).read_until(b'\n', &mut line)?;
    if length == 0 {
        return Ok(None);
    }
    if line.last() != Some(&b'\n') && length as u64 == LONGEST_LINE {
        skip_line(lines)?;
        let message = format!("The line is longer than {} MiB.", LONGEST_LINE >> 20);
        return Ok(Some(Err(Failure::new(Exit::BadInput, "line-too-long", message))));
    }
    line.pop_if(|byte| *byte == b'\n');
    Ok(Some(Ok(line)))
}

fn skip_line(lines: &mut dyn BufRead) -> io::Result<()> {
    loop {
        let buffer = lines.fill_buf()?;
        let (end, length) = match buffer.iter().position(|&byte| byte == b'\n') {
            Some(place) => (true, place + 1),
            None => (buffer.is_empty(), buffer.len()),
        };
        lines.consume(length);
        if end {
            return Ok(());
        }
    }
}

/// One worker: takes lines until there are none, or until told to stop and none is waiting.
fn answer_lines(
    work: &Mutex<Receiver<Numbered<Line>>>,
    answers: &SyncSender<Numbered<Answer>>,
    solve: &Solve<'_>,
    stopped: &dyn Fn() -> bool,
) {
    loop {
        let next = work.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(PATIENCE);
        let (number, line) = match next {
            Ok(next) => next,
            Err(RecvTimeoutError::Timeout) if !stopped() => continue,
            Err(_) => return,
        };
        let answer = match line {
            Ok(line) => panic::catch_unwind(AssertUnwindSafe(|| solve(number + 1, &line))).unwrap_or_else(|_| {
                Answer::failed(&Failure::internal("The program failed; please report it with this instance."))
            }),
            Err(failure) => Answer::failed(&failure),
        };
        if answers.send((number, answer)).is_err() {
            return;
        }
    }
}

/// Writes answers by their numbers, and gives the reader leave for another line after each unless told to stop.
fn write_in_order(
    answers: &Receiver<Numbered<Answer>>,
    permit: &SyncSender<()>,
    write: &mut dyn FnMut(Answer) -> io::Result<()>,
    stop: &dyn Fn() -> bool,
) -> io::Result<()> {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    for (number, answer) in answers {
        waiting.insert(number, answer);
        while let Some(answer) = waiting.remove(&next) {
            write(answer)?;
            next += 1;
            if !stop() {
                // A reader at the end of its input takes no more.
                let _ = permit.try_send(());
            }
        }
    }
    Ok(())
}

impl Tally {
    fn note(&mut self, exit: Exit) {
        self.lines += 1;
        self.seen[exit as usize] = true;
        if exit != Exit::Done {
            self.failed += 1;
            if self.first.len() < NAMED {
                self.first.push(self.lines);
            }
        }
    }

    fn sentence(&self) -> String {
        let mut text = format!("lotwise: {} answered", counted(self.lines as usize, "line"));
        if self.failed > 0 {
            let numbers: Vec<String> = self.first.iter().map(u64::to_string).collect();
            let more = if self.failed as usize > self.first.len() { ", …" } else { "" };
            text.push_str(&format!("; {} not planned whole (line {}{more})", self.failed, numbers.join(", ")));
        }
        text.push_str(".\n");
        text
    }

    /// The gravest of the lines' ends: a fault of the program, bad input, infeasible, unplanned, set aside, done.
    fn exit(&self) -> Exit {
        [Exit::Fault, Exit::BadInput, Exit::Infeasible, Exit::Unplanned, Exit::SetAside]
            .into_iter()
            .find(|&exit| self.seen[exit as usize])
            .unwrap_or(Exit::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn echo(_: u64, line: &[u8]) -> Answer {
        let text = String::from_utf8_lossy(line).trim().to_string();
        assert!(text != "panic", "as asked");
        // The first lines take longest, so that answers come out of order.
        let number: u64 = text.parse().unwrap_or(0);
        std::thread::sleep(std::time::Duration::from_micros(2_000 / (number + 1)));
        Answer { json: text.into_bytes(), exit: Exit::Done }
    }

    fn answers(text: String, threads: usize) -> Vec<String> {
        let mut out = Vec::new();
        let broken = pump(Box::new(io::Cursor::new(text.into_bytes())), threads, (&echo, &|| false), &mut |answer| {
            out.push(String::from_utf8(answer.json).unwrap());
            Ok(())
        });
        assert_eq!(broken.unwrap(), None);
        out
    }

    #[test]
    fn answers_come_in_the_order_of_the_lines_on_any_number_of_threads() {
        let lines: Vec<String> = (0..100).map(|number| number.to_string()).collect();
        for threads in [1, 3, 8] {
            assert_eq!(answers(lines.join("\n"), threads), lines);
            assert_eq!(answers(lines.join("\n") + "\n", threads), lines);
        }
        assert!(answers(String::new(), 2).is_empty());
    }

    #[test]
    fn a_panic_is_one_lines_answer() {
        let answers = answers("1\npanic\n3\n".to_string(), 2);
        assert_eq!((answers.len(), answers[0].as_str(), answers[2].as_str()), (3, "1", "3"));
        assert!(answers[1].contains("\"internal\""), "{}", answers[1]);
    }

    #[test]
    fn the_reader_is_never_far_ahead_of_the_writer() {
        use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
        struct Endless<'a>(&'a AtomicU64);
        impl io::Read for Endless<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.0.fetch_add(1, SeqCst);
                buffer[..2].copy_from_slice(b"1\n");
                Ok(2)
            }
        }
        static READ: AtomicU64 = AtomicU64::new(0);
        let lines: Box<dyn BufRead + Send> = Box::new(io::BufReader::with_capacity(2, Endless(&READ)));
        let mut written = 0;
        let ended = pump(lines, 2, (&echo, &|| false), &mut |_| {
            written += 1;
            assert!(READ.load(SeqCst) <= written + 2 * AHEAD as u64 + 1);
            if written == 50 { Err(io::Error::other("closed")) } else { Ok(()) }
        });
        assert!(ended.is_err());
    }
}
