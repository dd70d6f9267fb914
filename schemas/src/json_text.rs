//! JSON that is safe to print: characters that control a terminal or turn the direction of reading are escaped in it.

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use std::io::{self, Write};

/// Writes a document as JSON, indented for people or on one line. Besides what JSON demands, DEL, the control characters
/// from U+0080 to U+009F (some terminals obey them), line separators, and characters that show nothing or turn the
/// direction of reading are written as escapes, which every reader of JSON turns back.
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

/// Whether a character may make a terminal or a reader see something else than the text says: control characters, those
/// that break the line, and those that [`is_invisible`] lists, but for the two joiners (U+200C, U+200D), which Persian,
/// Indic scripts and emoji need to look right.
pub fn controls_terminal(character: char) -> bool {
    let is_joiner = matches!(character, '\u{200c}' | '\u{200d}');
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}')
        || (is_invisible(character) && !is_joiner)
}

/// Whether a character shows nothing or turns the direction of reading, so that two texts may differ by it alone and
/// look alike: Unicode's `Default_Ignorable_Code_Point` (17.0) and interlinear annotations, without the variation
/// selectors, which choose between two looks of the character before them.
pub fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}'
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
            // JSON escapes a character above U+FFFF as the two halves that UTF-16 has for it.
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
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
    use serde_json::{Value, json};

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

    fn written(document: &Value, indented: bool) -> String {
        let mut bytes = Vec::new();
        write_json(&mut bytes, document, indented).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn what_a_terminal_obeys_is_escaped_and_read_back() {
        let text: String = (0..0x2100)
            .chain(0xfe00..0x1_0000)
            .chain(0xe_0000..0xe_1000)
            .filter_map(char::from_u32)
            .collect();
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
    fn what_shows_nothing_is_escaped_and_what_scripts_need_is_not() {
        for hidden in
            "\u{ad}\u{200b}\u{200e}\u{2028}\u{202e}\u{2060}\u{2066}\u{3164}\u{feff}\u{e0041}\u{85}".chars()
        {
            assert!(controls_terminal(hidden), "{hidden:?}");
        }
        for plain in "a\u{a0}é👩\u{200d}👧❤\u{fe0f}می\u{200c}شود한\u{3000}".chars() {
            assert!(!controls_terminal(plain), "{plain:?}");
        }
        assert_eq!(written(&json!("a\u{e0041}\u{200b}"), false), r#""a\udb40\udc41\u200b""#);
    }

    #[test]
    fn the_layout_is_that_of_serde_json() {
        let document = json!({ "a": [1, { "b": null }], "c": {}, "d": [], "e": "\"\n\\" });
        assert_eq!(written(&document, true), serde_json::to_string_pretty(&document).unwrap());
        assert_eq!(written(&document, false), serde_json::to_string(&document).unwrap());
    }
}
