//! Bytes to text: byte order marks, UTF-8, UTF-16, and the single-byte code page spreadsheets of the west still write.
//!
//! UTF-8 checks itself, so text that passes is UTF-8; what does not pass and carries no mark is read as Windows-1252,
//! which reads anything. A NUL byte is in no table: such a file is UTF-16 without a mark, or no text at all.

use crate::diagnostic::{Diagnostic, codes};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use std::borrow::Cow;

/// Text with the name of the encoding it came in.
#[derive(Clone, Debug)]
pub(super) struct Decoded<'a> {
    pub text: Cow<'a, str>,
    /// The encoding's WHATWG name, e.g. `UTF-8` or `windows-1252`.
    pub encoding: &'static str,
    /// Whether a byte order mark stood before it (it is not part of `text`).
    pub marked: bool,
}

/// Decodes a dump; `label` is an encoding's WHATWG label, and where it is given nothing is guessed.
///
/// # Errors
/// [`codes::IMPORT_ENCODING`] for an unknown label, bytes the encoding does not allow, and NUL bytes.
pub(super) fn decode<'a>(dump: &'a [u8], label: Option<&str>) -> Result<Decoded<'a>, Diagnostic> {
    let wanted = label.map(|label| find(label).ok_or_else(|| unknown(label))).transpose()?;
    let mark = Encoding::for_bom(dump);
    let (encoding, body) = match (wanted, mark) {
        (Some(wanted), Some((marked, length))) if wanted == marked => (wanted, &dump[length..]),
        (Some(wanted), _) => (wanted, dump),
        (None, Some((marked, length))) => (marked, &dump[length..]),
        (None, None) if std::str::from_utf8(dump).is_ok() => (UTF_8, dump),
        (None, None) => (WINDOWS_1252, dump),
    };
    let (text, faulty) = encoding.decode_without_bom_handling(body);
    let refuse = |message: String| {
        let remedy = "Name the encoding the dump was written in, e.g. --encoding utf-16le, or export it as UTF-8.";
        Err(Diagnostic::error(codes::IMPORT_ENCODING, "", message, remedy))
    };
    if faulty {
        let line = text.split('\u{FFFD}').next().map_or(1, |before| before.matches('\n').count() + 1);
        return refuse(format!("The dump is not {}: line {line} holds bytes it does not allow.", encoding.name()));
    }
    if text.as_bytes().contains(&0) {
        return refuse(format!("Read as {}, the dump holds NUL characters, which no table does.", encoding.name()));
    }
    Ok(Decoded { text, encoding: encoding.name(), marked: body.len() < dump.len() })
}

fn find(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label_no_replacement(label.trim().as_bytes())
}

fn unknown(label: &str) -> Diagnostic {
    Diagnostic::error(
        codes::IMPORT_ENCODING,
        "",
        format!("{} is not an encoding this program knows.", super::shown(label)),
        "Use a WHATWG label such as utf-8, utf-16le, windows-1252, gb18030 or shift_jis.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn marks_decide_and_are_taken_off() {
        for (bytes, name) in [
            (b"\xEF\xBB\xBFa;\xC3\xBC\n".to_vec(), "UTF-8"),
            (utf16("a;ü\n", false), "UTF-16LE"),
            (utf16("a;ü\n", true), "UTF-16BE"),
        ] {
            let decoded = decode(&bytes, None).unwrap();
            assert_eq!((decoded.text.as_ref(), decoded.encoding, decoded.marked), ("a;ü\n", name, true));
        }
    }

    #[test]
    fn without_a_mark_utf8_is_tried_before_windows_1252() {
        assert_eq!(decode("ü".as_bytes(), None).unwrap().encoding, "UTF-8");
        let decoded = decode(b"\x80 \xFC", None).unwrap();
        assert_eq!((decoded.text.as_ref(), decoded.encoding, decoded.marked), ("€ ü", "windows-1252", false));
    }

    #[test]
    fn a_named_encoding_is_kept_to() {
        assert_eq!(decode(b"\xFC", Some("latin1")).unwrap().text, "ü");
        let fault = decode(b"a\nb\xFC\n", Some("utf-8")).unwrap_err();
        assert_eq!(fault.code, codes::IMPORT_ENCODING);
        assert!(fault.message.contains("line 2"), "{}", fault.message);
        assert_eq!(decode(b"a", Some("klingon")).unwrap_err().code, codes::IMPORT_ENCODING);
        // UTF-16 without a mark: refused until somebody says so.
        let unmarked = &utf16("a;b\n", false)[2..];
        assert_eq!(decode(unmarked, None).unwrap_err().code, codes::IMPORT_ENCODING);
        assert_eq!(decode(unmarked, Some("utf-16le")).unwrap().text, "a;b\n");
    }
}
