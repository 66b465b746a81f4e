//! A file of words between blanks and line ends, read one by one, each with the line it stands on.
//!
//! Nothing is collected: a file costs what is made of it, and a first number that announces a million rows costs
//! nothing until they are there.

use crate::diagnostic::{Diagnostic, codes};
use std::fmt::{Arguments, Display};
use std::iter::Enumerate;
use std::ops::RangeInclusive;
use std::str::{Lines, SplitAsciiWhitespace};

/// One word and its line, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word<'a> {
    pub text: &'a str,
    pub line: usize,
}

/// The words of a file, in order.
pub(super) struct Words<'a> {
    lines: Enumerate<Lines<'a>>,
    row: SplitAsciiWhitespace<'a>,
    /// The line of `row`.
    row_line: usize,
    next: Option<Word<'a>>,
    /// The line of the word taken last.
    last_line: usize,
}

/// The file as text.
///
/// # Errors
/// For bytes that are compressed or not text.
pub(super) fn text_of(bytes: &[u8]) -> Result<&str, Diagnostic> {
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let (message, remedy) = ("The file is compressed.", "Unpack it first: gunzip FILE.");
        return Err(Diagnostic::error(codes::IMPORT_PUBLIC_TEXT, "", message, remedy));
    }
    let text = std::str::from_utf8(bytes).map_err(|fault| {
        let line = 1 + bytes[..fault.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        let message = format!("Line {line} holds bytes that are no text.");
        Diagnostic::error(codes::IMPORT_PUBLIC_TEXT, pointer(line), message, "Check that this is the file meant.")
    })?;
    Ok(text.trim_start_matches('\u{feff}'))
}

/// Where a line is pointed to.
pub(super) fn pointer(line: usize) -> String {
    format!("/line/{line}")
}

/// A fault of what a file says, against itself or its format.
pub(super) fn shape(line: usize, message: impl Into<String>, remedy: &str) -> Diagnostic {
    Diagnostic::error(codes::IMPORT_PUBLIC_SHAPE, pointer(line), message, remedy)
}

/// Reads a whole number within a range.
///
/// # Errors
/// For other text and numbers outside.
pub(super) fn integer(
    text: &str,
    line: usize,
    what: impl Display,
    range: RangeInclusive<i64>,
) -> Result<i64, Diagnostic> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let message = format!("Line {line}: {what} should be a whole number and is {:?}.", shortened(text));
        let remedy = "Correct the number; check that the file is of this format.";
        return Err(Diagnostic::error(codes::IMPORT_PUBLIC_NUMBER, pointer(line), message, remedy));
    }
    // All digits: what does not parse is too large for any range.
    text.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
        let (low, high) = range.into_inner();
        let message = format!("Line {line}: {what} is {}, not within {low} to {high}.", shortened(text));
        let remedy = "Correct the number; check that the numbers before it are complete.";
        Diagnostic::error(codes::IMPORT_PUBLIC_RANGE, pointer(line), message, remedy)
    })
}

/// Enough of a word to recognise it by.
pub(super) fn shortened(text: &str) -> String {
    let mut letters = text.chars();
    let start: String = letters.by_ref().take(24).collect();
    if letters.next().is_some() { start + "..." } else { start }
}

impl<'a> Words<'a> {
    /// The words of a file.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Diagnostic> {
        let text = text_of(bytes)?;
        let mut words = Self {
            lines: text.lines().enumerate(),
            row: "".split_ascii_whitespace(),
            row_line: 0,
            next: None,
            last_line: 1,
        };
        words.next = words.fetch();
        Ok(words)
    }

    fn fetch(&mut self) -> Option<Word<'a>> {
        loop {
            if let Some(text) = self.row.next() {
                return Some(Word { text, line: self.row_line });
            }
            let (index, row) = self.lines.next()?;
            self.row_line = index + 1;
            self.row = row.split_ascii_whitespace();
        }
    }

    /// The next word, which stays where it is.
    pub fn peek(&self) -> Option<Word<'a>> {
        self.next
    }

    /// The line of the word taken last.
    pub fn line(&self) -> usize {
        self.last_line
    }

    /// Whether the next word stands on the line of the last one.
    pub fn goes_on(&self) -> bool {
        self.next.is_some_and(|word| word.line == self.last_line)
    }

    /// Takes the next word; `what` says what it should be.
    ///
    /// # Errors
    /// At the end of the file.
    pub fn take(&mut self, what: Arguments<'_>) -> Result<Word<'a>, Diagnostic> {
        let Some(word) = self.next else {
            let message = format!("The file ends where {what} should stand.");
            let remedy = "Fetch the file again; check the counts in its first lines.";
            return Err(Diagnostic::error(codes::IMPORT_PUBLIC_SHORT, pointer(self.last_line), message, remedy));
        };
        self.last_line = word.line;
        self.next = self.fetch();
        Ok(word)
    }

    /// Takes a whole number within a range.
    ///
    /// # Errors
    /// At the end of the file, for other text, for numbers outside.
    pub fn integer(&mut self, what: Arguments<'_>, range: RangeInclusive<i64>) -> Result<i64, Diagnostic> {
        let word = self.take(what)?;
        integer(word.text, word.line, what, range)
    }

    /// Takes a word that must be `expected`.
    ///
    /// # Errors
    /// For any other.
    pub fn expect(&mut self, expected: &str) -> Result<(), Diagnostic> {
        let word = self.take(format_args!("the word {expected}"))?;
        if word.text == expected {
            return Ok(());
        }
        let message = format!("Line {}: {:?} stands where {expected} should.", word.line, shortened(word.text));
        Err(shape(word.line, message, "Check that the rows before it are complete, and of the announced length."))
    }

    /// Makes sure that nothing is left.
    ///
    /// # Errors
    /// Otherwise.
    pub fn end(&mut self) -> Result<(), Diagnostic> {
        let Some(word) = self.next else { return Ok(()) };
        let message =
            format!("Line {}: {:?} is left over after the last number expected.", word.line, shortened(word.text));
        let remedy = "Check the counts in the first lines against the rows: one of the two is wrong.";
        Err(Diagnostic::error(codes::IMPORT_PUBLIC_LEFT_OVER, pointer(word.line), message, remedy))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_know_their_lines() {
        let mut words = Words::open(b"\n 7\t8 \r\n\n-9").unwrap();
        assert_eq!(words.integer(format_args!("a"), 0..=9), Ok(7));
        assert!(words.goes_on());
        assert_eq!(words.integer(format_args!("b"), 0..=9), Ok(8));
        assert!(!words.goes_on());
        let fault = words.integer(format_args!("the last"), 0..=9).unwrap_err();
        assert_eq!((fault.code, fault.pointer.as_str()), (codes::IMPORT_PUBLIC_RANGE, "/line/4"));
        assert_eq!(fault.message, "Line 4: the last is -9, not within 0 to 9.");
        assert_eq!(words.take(format_args!("more")).unwrap_err().code, codes::IMPORT_PUBLIC_SHORT);
        assert_eq!(words.end(), Ok(()));
    }

    #[test]
    fn what_is_no_number_is_told_from_what_is_too_large() {
        for (text, code) in [
            ("1.5", codes::IMPORT_PUBLIC_NUMBER),
            ("x", codes::IMPORT_PUBLIC_NUMBER),
            ("-", codes::IMPORT_PUBLIC_NUMBER),
            ("+1", codes::IMPORT_PUBLIC_NUMBER),
            ("99999999999999999999999", codes::IMPORT_PUBLIC_RANGE),
            ("-1", codes::IMPORT_PUBLIC_RANGE),
        ] {
            assert_eq!(integer(text, 1, "it", 0..=10).unwrap_err().code, code, "{text}");
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert!(text_of(&[0x1f, 0x8b, 8]).unwrap_err().remedy.contains("gunzip"));
        assert_eq!(text_of(b"1\n2\xff").unwrap_err().pointer, "/line/2");
        assert_eq!(text_of("\u{feff}1".as_bytes()), Ok("1"));
    }
}
