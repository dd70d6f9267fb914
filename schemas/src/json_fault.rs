//! What is wrong with a JSON text, in plain words: the parser's own messages name Rust's types and quote values.
//!
//! Every document of Waybill that is JSON describes its faults with this module, so that a comma too many reads alike in an app's
//! document, in a content.json and in a baseline.

use serde_json::error::Category;
use std::fmt;

/// What is wrong with a JSON text, and where. No value is quoted: it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonFault {
    /// The line of the fault, from 1; 0 where it is not known.
    pub line: usize,
    /// The column of the fault in bytes, from 1; 0 at the beginning of a line, or where it is not known.
    pub column: usize,
    /// What is wrong, e.g. `a comma or a closing brace is missing`.
    pub reason: String,
    /// Whether the text is no JSON at all, and not JSON of another form.
    pub is_syntax: bool,
}

impl From<&serde_json::Error> for JsonFault {
    fn from(error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let is_syntax = !matches!(error.classify(), Category::Data);
        let message = error.to_string();
        let message = without_position(&message);
        let reason = match (line, column) {
            (1, 0) if error.is_eof() => "it is empty".to_owned(),
            _ if is_syntax => syntax(message).to_owned(),
            _ => plain_reason(message),
        };
        Self { line, column, reason, is_syntax }
    }
}

impl JsonFault {
    /// The fault of `error` in `text`, the document that was read: a comment, which other tools take, is called one.
    pub(crate) fn in_text(error: &serde_json::Error, text: &[u8]) -> Self {
        let fault = Self::from(error);
        let line = text.split(|byte| *byte == b'\n').nth(fault.line.saturating_sub(1)).unwrap_or_default();
        let at = line.get(fault.column.saturating_sub(1)..).unwrap_or_default();
        let is_comment = [&b"//"[..], b"/*", b"#"].iter().any(|begin| at.starts_with(begin));
        match fault.is_syntax && fault.column > 0 && is_comment {
            true => Self { reason: "JSON has no comments: take this one out".to_owned(), ..fault },
            false => fault,
        }
    }
}

impl fmt::Display for JsonFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (0, _) | (1, 0) => formatter.write_str(&self.reason),
            (line, 0) => write!(formatter, "line {line}: {}", self.reason),
            (line, column) => write!(formatter, "line {line}, column {column}: {}", self.reason),
        }
    }
}

impl std::error::Error for JsonFault {}

/// `message` without the position that serde_json puts behind it.
fn without_position(message: &str) -> &str {
    message.rsplit_once(" at line ").map_or(message, |(reason, _)| reason)
}

/// What a text that is no JSON lacks at the place where the parser stopped. The parser's messages are a closed list, and
/// none of them quotes the text.
fn syntax(message: &str) -> &'static str {
    match message {
        "EOF while parsing a list" => "it ends within a list: a closing bracket `]` is missing",
        "EOF while parsing an object" => "it ends within an object: a closing brace `}` is missing",
        "EOF while parsing a string" => "it ends within a text: a closing quotation mark is missing",
        "EOF while parsing a value" => "it ends where a value should stand",
        "expected `:`" => "a colon is missing after the name of a field",
        "expected `,` or `]`" => "a comma or a closing bracket `]` is missing before this place",
        "expected `,` or `}`" => "a comma or a closing brace `}` is missing before this place",
        "expected ident" | "expected value" | "expected `\"`" => {
            "here should be a value: text in double quotes, a number, true, false, null, a list or an object"
        }
        "invalid escape" => {
            "a text holds a single backslash; write each backslash of a Windows path twice, as in `C:\\\\App`"
        }
        "invalid number" | "number out of range" => "a number is not written as JSON has it, or is too large",
        "control character (\\u0000-\\u001F) found while parsing a string" => {
            "a text holds a line break, a tab or another control character; write it as \\n or \\t, or close the text before it"
        }
        "key must be a string" => "here should be the name of a field, in double quotes",
        "trailing comma" => "there is a comma too many: nothing follows it",
        "trailing characters" => "something follows after the end of the document",
        "recursion limit exceeded" => "lists and objects lie in one another more than 128 deep",
        "lone leading surrogate in hex escape"
        | "unexpected end of hex escape"
        | "invalid unicode code point" => "a \\u in a text stands for no character",
        _ => "the text is not JSON here",
    }
}

/// The most characters of a field's name that are told.
const MOST_OF_A_NAME: usize = 80;

/// A message of serde in plain words. It quotes no value, because a value may be a secret, and the name of an unknown field;
/// a message of our own is returned as it is.
pub(crate) fn plain_reason(message: &str) -> String {
    let message = without_position(message);
    if let Some((name, known)) =
        message.strip_prefix("unknown field `").and_then(|rest| rest.rsplit_once("`, expected "))
    {
        let name: String = name.chars().take(MOST_OF_A_NAME).collect();
        return format!(
            "the field `{name}` is not known here; known are {}",
            known.trim_start_matches("one of ")
        );
    }
    known_reason(message).unwrap_or_else(|| message.to_owned())
}

/// A message of serde about a document that holds keys. Of messages of our own only those are told that can hold nothing
/// from the document.
pub(crate) fn closed_reason(message: &str) -> String {
    let message = without_position(message);
    let is_length =
        message.ends_with("are needed") && message.starts_with(|first: char| first.is_ascii_digit());
    match known_reason(message) {
        Some(reason) => reason,
        None if is_length || message.starts_with("not base64") => message.to_owned(),
        None => "a field holds a value of another type, or one that it cannot have".to_owned(),
    }
}

/// A message that serde makes. The document cannot imitate one, because serde puts its own words first; what is quoted of
/// it are names of our own fields alone.
fn known_reason(message: &str) -> Option<String> {
    let parts = |prefix| message.strip_prefix(prefix).and_then(|rest: &str| rest.rsplit_once(", expected "));
    let name = |prefix| message.strip_prefix(prefix).and_then(|rest: &str| rest.split('`').next());
    if let Some((found, wanted)) = parts("invalid type: ") {
        return Some(format!("it is {}, and {} belongs there", kind_of(found), wanted_kind(wanted)));
    }
    if let Some((found, wanted)) = parts("invalid value: ").or_else(|| parts("invalid length ")) {
        if let Some(most) = most_of(wanted).filter(|_| found.starts_with("integer `") && !found.contains('-'))
        {
            return Some(format!("it cannot have this value; a whole number up to {most} belongs there"));
        }
        return Some(format!("it cannot have this value; {} belongs there", wanted_kind(wanted)));
    }
    if let Some(known) = message.strip_prefix("unknown variant `").and_then(after_expected) {
        return Some(format!("it is none of the words that are known here: {known}"));
    }
    if let Some(known) = message.strip_prefix("unknown field `").and_then(after_expected) {
        return Some(format!("a field is not known here; known are {known}"));
    }
    match (name("missing field `"), name("duplicate field `")) {
        (Some(field), _) => Some(format!("`{field}` is missing")),
        (_, Some(field)) => Some(format!("`{field}` stands twice")),
        _ if message.starts_with("data did not match any variant") => {
            Some("it has none of the forms that are known here".to_owned())
        }
        _ => None,
    }
}

/// The largest number of a type of Rust that is smaller than JSON's own numbers.
fn most_of(wanted: &str) -> Option<u64> {
    Some(match wanted {
        "u8" => u8::MAX.into(),
        "u16" => u16::MAX.into(),
        "u32" => u32::MAX.into(),
        "i8" => i8::MAX.cast_unsigned().into(),
        "i16" => i16::MAX.cast_unsigned().into(),
        "i32" => i32::MAX.cast_unsigned().into(),
        _ => return None,
    })
}

/// The words behind the last `expected`, which are our own.
fn after_expected(rest: &str) -> Option<&str> {
    let (_, known) = rest.rsplit_once("`, expected ")?;
    Some(known.trim_start_matches("one of "))
}

/// The kind of JSON value that serde found, e.g. for `integer \`7\``.
fn kind_of(found: &str) -> &'static str {
    match found.split(' ').next().unwrap_or_default() {
        "boolean" => "true or false",
        "integer" => "a number",
        "floating" => "a number with a fraction",
        "string" | "str" | "character" => "text",
        "map" => "an object",
        "sequence" => "a list",
        "null" | "unit" | "Option" => "null",
        _ => "another kind of value",
    }
}

/// The kind of JSON value that a type of Rust is read from.
fn wanted_kind(wanted: &str) -> &'static str {
    let begins = |words: &[&str]| words.iter().any(|word| wanted.starts_with(word));
    match wanted {
        "a string" | "string" | "str" | "a borrowed string" | "a character" | "path string" => "text",
        "a boolean" => "true or false",
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => "a whole number from 0",
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a map" => "an object",
        "a sequence" => "a list",
        "null" | "unit" => "null",
        nonzero if nonzero.contains("nonzero") => "a whole number from 1",
        _ if begins(&["tuple struct ", "tuple ", "a tuple", "an array", "fewer ", "array "]) => "a list",
        _ if begins(&["struct ", "internally tagged", "adjacently tagged"]) => "an object",
        _ if begins(&["enum ", "variant "]) => "one of the known words",
        _ => "another kind of value",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[test]
    fn no_word_of_rust_and_no_value_is_left() {
        for (message, plain) in [
            (
                "invalid type: string \"hunter2, expected u32\", expected u32 at line 3 column 9",
                "it is text, and a whole number from 0 belongs there",
            ),
            ("invalid type: map, expected a sequence", "it is an object, and a list belongs there"),
            (
                "invalid type: string \"x\", expected struct InstallExperience",
                "it is text, and an object belongs there",
            ),
            (
                "invalid value: integer `0`, expected a nonzero u32",
                "it cannot have this value; a whole number from 1 belongs there",
            ),
            (
                "invalid value: integer `5000000000`, expected u32",
                "it cannot have this value; a whole number up to 4294967295 belongs there",
            ),
            (
                "invalid value: integer `-1`, expected u32",
                "it cannot have this value; a whole number from 0 belongs there",
            ),
            (
                "invalid type: floating point `1.5`, expected i64",
                "it is a number with a fraction, and a whole number belongs there",
            ),
            ("missing field `returnCode` at line 1 column 2", "`returnCode` is missing"),
            ("duplicate field `a`", "`a` stands twice"),
            (
                "unknown variant `hunter2`, expected one of `a`, `b`",
                "it is none of the words that are known here: `a`, `b`",
            ),
            ("unknown field `md5`, expected `a`", "the field `md5` is not known here; known are `a`"),
            (
                "data did not match any variant of untagged enum X",
                "it has none of the forms that are known here",
            ),
            ("4294967296 is no exit code of 32 bits", "4294967296 is no exit code of 32 bits"),
        ] {
            assert_eq!(plain_reason(message), plain);
        }
    }

    #[test]
    fn a_comment_is_called_one() {
        for (text, is_comment) in [
            ("{ // c\n}", true),
            ("{\"a\": 1, // c\n\"b\": 2}", true),
            ("{\"a\": 1 // c\n}", true),
            ("{\"a\": 1\n/* c */}", true),
            ("{\"a\": # c\n1}", true),
            ("{\"a\": 1} // c", true),
            ("{\"a\": /x}", false),
            ("{\"a\": \"//", false),
            ("{", false),
            ("", false),
        ] {
            let error = serde_json::from_str::<serde_json::Value>(text).unwrap_err();
            let reason = JsonFault::in_text(&error, text.as_bytes()).reason;
            assert_eq!(reason.contains("comments"), is_comment, "{text}: {error}");
        }
    }

    /// As a document with fields of every kind.
    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "it is only read")]
    struct Sample {
        list: Vec<u32>,
        pair: (u8, u8),
        word: Word,
    }

    #[derive(Debug, Deserialize)]
    enum Word {
        One,
        Two,
    }

    #[test]
    fn every_fault_has_its_place_and_what_belongs_there() {
        for (text, told) in [
            ("", "it is empty"),
            ("\n", "line 2: it ends where a value should stand"),
            ("{", "line 1, column 1: it ends within an object: a closing brace `}` is missing"),
            ("[1", "line 1, column 2: it ends within a list: a closing bracket `]` is missing"),
            ("\"a", "line 1, column 2: it ends within a text: a closing quotation mark is missing"),
            ("{\"a\" 1}", "line 1, column 6: a colon is missing after the name of a field"),
            (
                "{\"a\": 1\n\"b\": 2}",
                "line 2, column 1: a comma or a closing brace `}` is missing before this place",
            ),
            ("[1 2]", "line 1, column 4: a comma or a closing bracket `]` is missing before this place"),
            (
                "{\"a\": x}",
                "line 1, column 7: here should be a value: text in double quotes, a number, true, false, null, a \
                 list or an object",
            ),
            (
                r#"{"a": "C:\App"}"#,
                "line 1, column 11: a text holds a single backslash; write each backslash of a Windows path twice, \
                 as in `C:\\\\App`",
            ),
            (
                "{\"a\": \"x\ny\"}",
                "line 2: a text holds a line break, a tab or another control character; write it as \\n or \\t, or \
                 close the text before it",
            ),
            ("{a: 1}", "line 1, column 2: here should be the name of a field, in double quotes"),
            ("[1,]", "line 1, column 4: there is a comma too many: nothing follows it"),
            ("{} x", "line 1, column 4: something follows after the end of the document"),
            ("[01]", "line 1, column 3: a number is not written as JSON has it, or is too large"),
        ] {
            let error = serde_json::from_str::<serde_json::Value>(text).unwrap_err();
            let fault = JsonFault::from(&error);
            assert_eq!((fault.to_string().as_str(), fault.is_syntax), (told, true), "{text}: {error}");
        }
        for (text, told) in [
            ("7", "line 1, column 1: it is a number, and an object belongs there"),
            ("{\"list\": 7}", "line 1, column 10: it is a number, and a list belongs there"),
            ("{\"list\": [], \"pair\": 7}", "line 1, column 22: it is a number, and a list belongs there"),
            (
                "{\"word\": \"Three\"}",
                "line 1, column 16: it is none of the words that are known here: `One` or `Two`",
            ),
            (
                "{\"list\": [], \"pair\": [1]}",
                "line 1, column 24: it cannot have this value; a list belongs there",
            ),
        ] {
            let error = serde_json::from_str::<Sample>(text).unwrap_err();
            let fault = JsonFault::from(&error);
            assert_eq!((fault.to_string().as_str(), fault.is_syntax), (told, false), "{text}: {error}");
        }
    }
}
