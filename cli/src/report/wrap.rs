//! Long sentences in lines that a person can read.

use super::printable::printable;
use std::io::{self, Write};

/// Characters in a line, whatever the terminal: long enough for a path, short enough for the eye.
const WIDTH: usize = 96;

/// Writes `text` word by word: the first line behind `first`, the others `indent` spaces in.
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
