//! Text for people: safe to print, wrapped, in columns, with readable numbers and colours.

use anstyle::{AnsiColor, Style};
use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};
use waybill_schemas::controls_terminal;

/// The style of a check that failed.
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
/// The style of something that should be different.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// The style of a check that passed, or of success.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// The style of something worth knowing.
pub(crate) const NOTE: Style = AnsiColor::Cyan.on_default().bold();
/// The style of what should be seen first.
pub(crate) const STRONG: Style = Style::new().bold();
/// The style of what may be skipped.
pub(crate) const FAINT: Style = Style::new().dimmed();

/// Escapes control characters, tabs, line breaks and characters that change the reading direction, so that no name in a
/// package can control the terminal. The result is one line.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(controls_terminal) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if controls_terminal(character) {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

/// The types that the JSON parser names, and what people call them.
const TYPES: [(&str, &str); 13] = [
    ("struct ", "an object"),
    ("internally tagged enum ", "an object"),
    ("a map", "an object"),
    ("map", "an object"),
    ("a sequence", "a list"),
    ("sequence", "a list"),
    ("tuple ", "a list"),
    ("boolean ", "true or false"),
    ("a boolean", "true or false"),
    ("enum ", "one of the known words"),
    ("i", "a whole number"),
    ("u", "a whole number"),
    ("f", "a number"),
];

/// `text` with the words of the JSON parser about a value of another type replaced: `invalid type: map, expected a
/// sequence at line 1 column 9` becomes `an object where a list belongs, at line 1 column 9`.
pub(crate) fn in_plain_words(text: &str) -> Cow<'_, str> {
    let plain = || {
        let (before, rest) = text.split_once("invalid type: ")?;
        let (found, rest) = rest.split_once(", expected ")?;
        let (wanted, place) = match rest.rsplit_once(" at line ") {
            Some((wanted, place)) => (wanted, format!(", at line {place}")),
            None => (rest, String::new()),
        };
        Some(format!("{before}{} where {} belongs{place}", type_in_words(found), type_in_words(wanted)))
    };
    plain().map_or(Cow::Borrowed(text), Cow::Owned)
}

fn type_in_words(name: &str) -> String {
    let is_number = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
    let is = |(kind, _): &&(&str, &str)| match name.strip_prefix(kind) {
        Some(rest) if kind.len() == 1 => is_number(rest) || rest == "size",
        Some(rest) => rest.is_empty() || kind.ends_with(' '),
        None => false,
    };
    match TYPES.iter().find(is) {
        // The value that was found stands behind its type: boolean `true`.
        Some((kind, _)) if *kind == "boolean " => name.trim_start_matches("boolean ").to_owned(),
        Some((_, words)) => (*words).to_owned(),
        None => name
            .replace("integer `", "the number `")
            .replace("floating point `", "the number `")
            .replace("string \"", "the text \""),
    }
}

/// Characters in a line, at any width of the terminal: enough for a path, and easy to read.
const WIDTH: usize = 96;

/// Writes `text` wrapped at words: the first line after `first`, the others indented by `indent` spaces.
pub(crate) fn write_wrapped(first: &str, indent: usize, text: &str, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{first}")?;
    let text = printable(text);
    let mut column = indent;
    for (index, word) in text.split(' ').enumerate() {
        let length = word.chars().count();
        if index > 0 && column + 1 + length > WIDTH {
            write!(out, "\n{:indent$}", "")?;
            column = indent;
        } else if index > 0 {
            write!(out, " ")?;
            column += 1;
        }
        write!(out, "{word}")?;
        column += length;
    }
    writeln!(out)
}

/// Writes a heading and the lines below it, each after `mark`; writes nothing where there are no lines.
pub(crate) fn write_list(
    title: &str,
    style: Style,
    mark: &str,
    lines: &[impl AsRef<str>],
    out: &mut dyn Write,
) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{STRONG}{title}{STRONG:#}")?;
    let mark = format!("  {style}{mark}{style:#} ");
    lines.iter().try_for_each(|line| write_wrapped(&mark, 4, line.as_ref(), out))
}

/// The text with a capital at its beginning and a full stop at its end.
pub(crate) fn sentence(text: &str) -> Cow<'_, str> {
    let mut characters = text.chars();
    let Some(first) = characters.next() else { return Cow::Borrowed(text) };
    let first_word_is_name = text.split(' ').next().is_some_and(|word| word.contains(['.', '_', '`', '-']));
    let closed = text.ends_with(['.', '?', '!', ':', ']', '>']);
    if closed && (first.is_uppercase() || first_word_is_name) {
        return Cow::Borrowed(text);
    }
    let capital: String = if first_word_is_name { first.to_string() } else { first.to_uppercase().collect() };
    let stop = if closed { "" } else { "." };
    Cow::Owned(format!("{capital}{}{stop}", characters.as_str()))
}

/// Rows of a label and a value, with the values in one column.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    rows: Vec<(String, String)>,
}

impl Fields {
    /// Adds a row. The value is made safe to print.
    pub(crate) fn add(&mut self, label: &str, value: impl AsRef<str>) {
        self.rows.push((label.to_owned(), printable(value.as_ref()).into_owned()));
    }

    /// Adds a row if there is a value.
    pub(crate) fn add_some(&mut self, label: &str, value: Option<impl AsRef<str>>) {
        if let Some(value) = value {
            self.add(label, value);
        }
    }

    /// Writes the rows, indented by `indent` spaces.
    pub(crate) fn write(&self, indent: usize, out: &mut dyn Write) -> io::Result<()> {
        let width = self.rows.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
        for (label, value) in &self.rows {
            writeln!(out, "{:indent$}{FAINT}{label:width$}{FAINT:#}  {value}", "")?;
        }
        Ok(())
    }
}

/// A number of bytes, printed in its largest binary unit with one decimal: `1.4 MiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bytes(pub(crate) u64);

const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];

impl fmt::Display for Bytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&in_units(self.0))
    }
}

fn in_units(bytes: u64) -> String {
    if bytes < 1024 {
        let unit = if bytes == 1 { "byte" } else { "bytes" };
        return format!("{bytes} {unit}");
    }
    let (mut value, mut unit) = (bytes as f64 / 1024.0, 0);
    // A value from here on would be rounded to 1024.0 of the smaller unit.
    while value >= 1023.95 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// As [`Bytes`], with the exact number where it was rounded: `1.4 MiB (1,467,392 bytes)`.
pub(crate) fn exactly(bytes: u64) -> String {
    match bytes {
        ..1024 => in_units(bytes),
        _ => format!("{} ({} bytes)", in_units(bytes), grouped(bytes)),
    }
}

/// A number with separated thousands: `200,000`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

/// A number and its noun: `1 file`, `2,000 files`.
pub(crate) fn counted(number: u64, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", grouped(number))
}

/// A duration: `80 ms`, `1.2 s`, `2 min 5 s`.
pub(crate) fn lasted(seconds: f64) -> String {
    match seconds {
        // Up to the values that would be rounded to `1000 ms` and `60.0 s`.
        ..0.9995 => format!("{:.0} ms", seconds.max(0.0) * 1000.0),
        ..59.95 => format!("{seconds:.1} s"),
        _ => format!("{} min {:.0} s", (seconds / 60.0) as u64, seconds % 60.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parser_speaks_of_json_and_not_of_rust() {
        for (said, plain) in [
            (
                "invalid type: map, expected a sequence at line 1 column 9",
                "an object where a list belongs, at line 1 column 9",
            ),
            (
                "invalid type: sequence, expected struct AppDocument at line 1 column 0",
                "a list where an object belongs, at line 1 column 0",
            ),
            (
                "a.json: invalid type: string \"x\", expected i64",
                "a.json: the text \"x\" where a whole number belongs",
            ),
            (
                "invalid type: integer `5`, expected a string at line 1 column 2",
                "the number `5` where a string belongs, at line 1 column 2",
            ),
            ("invalid type: boolean `true`, expected u32", "`true` where a whole number belongs"),
            ("invalid type: null, expected f64", "null where a number belongs"),
            ("invalid type: null, expected int", "null where int belongs"),
            ("the type is invalid", "the type is invalid"),
        ] {
            assert_eq!(in_plain_words(said), plain);
        }
    }

    #[test]
    fn control_and_direction_are_written_out_and_the_rest_stays() {
        assert!(matches!(printable("Über Ordner/日本語.txt"), Cow::Borrowed(_)));
        assert_eq!(printable("a\u{1b}[31m\u{9b}b\r\n"), "a\\u{1b}[31m\\u{9b}b\\r\\n");
        assert_eq!(printable("exe\u{202e}txt"), "exe\\u{202e}txt");
    }

    #[test]
    fn words_stay_whole_and_lines_stay_short() {
        let text = "word ".repeat(60) + &"x".repeat(120);
        let mut out = Vec::new();
        write_wrapped("  - ", 4, &text, &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        let lines: Vec<_> = out.lines().collect();
        assert!(lines.iter().rev().skip(1).all(|line| line.len() <= WIDTH), "{out}");
        assert!(lines[0].starts_with("  - word") && lines[1].starts_with("    word"));
        assert_eq!(
            lines.iter().map(|line| line.trim_start_matches("  - ").trim()).collect::<Vec<_>>().join(" "),
            text
        );
    }

    #[test]
    fn meanings_read_as_sentences() {
        assert_eq!(
            sentence("the content is not what its maker sealed"),
            "The content is not what its maker sealed."
        );
        assert_eq!(sentence("msi.dll is missing"), "msi.dll is missing.");
        assert!(matches!(sentence("Already one."), Cow::Borrowed(_)));
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn bytes_read_well_at_every_border() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (1023, "1023 bytes"),
            (1024, "1.0 KiB"),
            (1_048_575, "1.0 MiB"),
            (30 << 30, "30.0 GiB"),
            (u64::MAX, "16384.0 PiB"),
        ] {
            assert_eq!(Bytes(bytes).to_string(), text);
        }
        assert_eq!([0.08, 1.23, 125.0].map(lasted), ["80 ms", "1.2 s", "2 min 5 s"]);
        assert_eq!(exactly(1_467_392), "1.4 MiB (1,467,392 bytes)");
        assert_eq!((counted(1, "file"), counted(200_000, "file")), ("1 file".into(), "200,000 files".into()));
    }
}
