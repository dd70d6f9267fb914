//! JSON that is safe to print: characters that control a terminal or turn the direction of reading are escaped in it.

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use std::io::{self, Write};

/// Writes a document as JSON, indented for people or on one line. Besides what JSON demands, DEL, the control characters
/// from U+0080 to U+009F (some terminals obey them), line separators and characters that turn the direction of reading
/// are written as escapes, which every reader of JSON turns back.
///
/// # Errors
/// I/O; a value that JSON cannot hold.
pub fn write_json<T: Serialize + ?Sized>(
    out: impl Write,
    document: &T,
    indented: bool,
) -> serde_json::Result<()> {
    if indented {
        document.serialize(&mut Serializer::with_formatter(out, Safe(PrettyFormatter::new())))
    } else {
        document.serialize(&mut Serializer::with_formatter(out, Safe(CompactFormatter)))
    }
}

/// Whether a character may make a terminal do or show something else than the text says: control characters, and those
/// that turn the direction of reading or break the line.
pub fn controls_terminal(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// A formatter that escapes what [`controls_terminal`]; it is laid out as the formatter within.
struct Safe<F>(F);

impl<F: Formatter> Formatter for Safe<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(controls_terminal) {
            writer.write_all(&rest.as_bytes()[..at])?;
            let Some(character) = rest[at..].chars().next() else { break };
            // All of them lie below U+10000, so one escape of four digits holds each.
            write!(writer, "\\u{:04x}", u32::from(character))?;
            rest = &rest[at + character.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

/// A name, path or word in quotation marks, for a message to people: as it is, so that a path of Windows keeps its single
/// backslashes, and only what [controls a terminal](controls_terminal) is escaped.
#[derive(Debug, Clone, Copy)]
pub struct Quoted<'a>(pub &'a str);

impl std::fmt::Display for Quoted<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use std::fmt::Write as _;
        formatter.write_char('"')?;
        for character in self.0.chars() {
            if controls_terminal(character) {
                write!(formatter, "{}", character.escape_default())?;
            } else {
                formatter.write_char(character)?;
            }
        }
        formatter.write_char('"')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_path_keeps_its_backslashes_and_controls_nothing() {
        for (text, quoted) in [
            (r"sub\x.msi", "\"sub\\x.msi\""),
            ("Größe’s.exe", "\"Größe’s.exe\""),
            ("a\u{1b}[31m\n", "\"a\\u{1b}[31m\\n\""),
            ("", "\"\""),
        ] {
            assert_eq!(Quoted(text).to_string(), quoted);
        }
    }
    use serde_json::{Value, json};

    fn written(document: &Value, indented: bool) -> String {
        let mut bytes = Vec::new();
        write_json(&mut bytes, document, indented).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn what_a_terminal_obeys_is_escaped_and_read_back() {
        let text: String = (0..0x2100).filter_map(char::from_u32).collect();
        let document = json!({ "name\u{9b}31m": [text, "日本語 Ü 🦀"], "empty": {}, "none": [] });
        for indented in [false, true] {
            let json = written(&document, indented);
            let obeyed: Vec<char> = json.chars().filter(|c| controls_terminal(*c) && *c != '\n').collect();
            assert!(obeyed.is_empty(), "{obeyed:?}");
            assert!(json.contains("\\u009b31m") && json.contains("日本語 Ü 🦀"));
            assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), document);
        }
    }

    #[test]
    fn the_layout_is_that_of_serde_json() {
        let document = json!({ "a": [1, { "b": null }], "c": {}, "d": [], "e": "\"\n\\" });
        assert_eq!(written(&document, true), serde_json::to_string_pretty(&document).unwrap());
        assert_eq!(written(&document, false), serde_json::to_string(&document).unwrap());
    }
}
