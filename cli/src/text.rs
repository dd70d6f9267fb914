//! Text for people: safe to print, wrapped, in columns, with readable numbers and colours.

use anstyle::{AnsiColor, Style};
use std::borrow::Cow;
use std::io::{self, Write};
use waybill_schemas::controls_terminal;
pub(crate) use waybill_schemas::{Bytes, counted, exactly, grouped};

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
    fn durations_read_well() {
        assert_eq!([0.08, 1.23, 125.0].map(lasted), ["80 ms", "1.2 s", "2 min 5 s"]);
    }
}
