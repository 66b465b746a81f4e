//! How things are said on a terminal: which format, to which stream, and text that cannot steer it.

use super::stdout;
use clap::ValueEnum;
use std::borrow::Cow;
use std::io::{IsTerminal, Write};

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl Format {
    /// The one asked for, else text where stdout is a terminal.
    pub fn on_stdout(asked: Option<Self>) -> Self {
        asked.unwrap_or(if stdout::is_terminal() { Self::Text } else { Self::Json })
    }
    /// The one asked for, else text where stderr is a terminal.
    pub fn on_stderr(asked: Option<Self>) -> Self {
        asked.unwrap_or(if std::io::stderr().is_terminal() { Self::Text } else { Self::Json })
    }
}

/// Writes to stderr. A stderr that is gone is nobody's to tell, so a failure is dropped here, and only here
/// (`eprintln!` would panic).
pub fn say(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// The text with control characters written out: names come from files, and a file must not steer the terminal.
pub fn printable(text: &str) -> Cow<'_, str> {
    let hostile =
        |letter: char| letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if !text.contains(hostile) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().fold(String::with_capacity(text.len() + 8), |mut shown, letter| {
        if hostile(letter) {
            shown.extend(letter.escape_default())
        } else {
            shown.push(letter)
        }
        shown
    }))
}

/// A word for the shell: quoted where it holds anything a shell would read.
pub fn shell_word(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./+=:,@%".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_string()
    } else {
        format!("'{}'", printable(text).replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_direction_marks_are_written_out() {
        assert_eq!(printable("plain é"), "plain é");
        assert_eq!(printable("a\u{1b}[31m\n"), r"a\u{1b}[31m\n");
        assert_eq!(printable("\u{202e}x"), r"\u{202e}x");
    }

    #[test]
    fn words_survive_a_shell() {
        assert_eq!(shell_word("out/plan.json"), "out/plan.json");
        assert_eq!(shell_word("it's mine.json"), r"'it'\''s mine.json'");
    }
}
