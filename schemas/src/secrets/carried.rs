//! Secrets whose value stands on the lines behind their name: `Password:` with the value below it, an element of
//! markup, a list, a column of a table, a private key.

use super::line::{Line, Name};
use super::signs::{behind_sign, is_blank};
use super::{LONGEST_LINE, holds_secret_word, names};

/// How many lines of a list or of a table are masked behind their name.
const MOST_LINES: usize = 64;
/// How many lines of a private key are masked. The longest in use has 100.
const MOST_OF_KEY: usize = 400;

/// What a line says about the next.
#[derive(Debug, Default)]
pub(super) struct Carried {
    expected: Expected,
    /// The line before held a secret's name and may head a table.
    heads_table: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// No secret.
    #[default]
    Nothing,
    /// The next line that is not empty, and then those that are indented more than `indent`.
    Block { indent: usize, is_begun: bool, left: usize },
    /// The lines to the next empty one.
    Table { left: usize },
    /// The lines to the end of a private key.
    Key { left: usize },
}

impl Carried {
    /// Where in this line the masking begins, if the lines before it say that it is a secret.
    pub(super) fn masks(&self, line: &str) -> Option<usize> {
        let bare = line.trim();
        let indent = line.len() - line.trim_start().len();
        let is_masked = !bare.is_empty()
            && match self.expected {
                Expected::Nothing => false,
                Expected::Block { indent: of_name, is_begun, .. } => {
                    !is_rule(bare) && (!is_begun || indent > of_name || bare.starts_with("- "))
                }
                Expected::Table { .. } => true,
                Expected::Key { .. } => !bare.starts_with("-----"),
            };
        is_masked.then_some(indent)
    }

    /// Takes note of what a line says about the next.
    pub(super) fn read(&mut self, line: &str) {
        let bare = line.trim();
        if bare.contains("-----BEGIN ") && bare.ends_with("PRIVATE KEY-----") {
            self.expected = Expected::Key { left: MOST_OF_KEY };
            return;
        }
        if self.heads_table && is_rule(bare) {
            (self.expected, self.heads_table) = (Expected::Table { left: MOST_LINES }, false);
            return;
        }
        self.expected = self.behind(line, bare);
        if self.expected == Expected::Nothing {
            self.expected = expected(line).unwrap_or_default();
        }
        if !bare.is_empty() {
            self.heads_table =
                bare.len() <= LONGEST_LINE && Name::all(&Line::new(line), holds_secret_word).next().is_some();
        }
    }

    /// What is still expected behind this line.
    fn behind(&self, line: &str, bare: &str) -> Expected {
        let is_empty = bare.is_empty();
        match self.expected {
            Expected::Key { left } if left > 0 && !bare.contains("-----END") => {
                Expected::Key { left: left - 1 }
            }
            Expected::Table { left } if left > 0 && !is_empty => Expected::Table { left: left - 1 },
            Expected::Block { indent, is_begun, left } if left > 0 => {
                let goes_on = is_empty && !is_begun || self.masks(line).is_some();
                if goes_on {
                    Expected::Block { indent, is_begun: is_begun || !is_empty, left: left - 1 }
                } else {
                    Expected::Nothing
                }
            }
            _ => Expected::Nothing,
        }
    }
}

/// The rule below the heads of a table.
fn is_rule(bare: &str) -> bool {
    bare.len() >= 3
        && bare.contains("--") | bare.contains("==") | bare.contains("──")
        && bare.chars().all(|c| matches!(c, '-' | '=' | '+' | '|' | ' ' | ':' | '─' | '│' | '┼'))
}

/// Signs that may stand alone where the value begins on the next line: quotes and brackets that open, a line that is
/// continued, a block of YAML, a here-string.
const OPENING: &str = "\"'`\\^|>-{[(,@<";

/// What the last name in the line expects of the next line.
fn expected(line: &str) -> Option<Expected> {
    let text = line.trim_end();
    let indent = line.len() - line.trim_start().len();
    // Only the end of a long line can be a name whose value is to come.
    let tail = &text[text.ceil_char_boundary(text.len().saturating_sub(LONGEST_LINE))..];
    let line = Line::new(tail);
    let name = Name::all(&line, holds_secret_word).last()?;
    let behind = name.end + line.quote_at(name.end).map_or(0, super::line::Quote::len);
    let attributes = tail[behind..].strip_suffix('>').filter(|attributes| !attributes.contains('>'));
    let is_element = tail[..name.start].ends_with('<') && attributes.is_some();
    let signed = behind_sign(tail, behind);
    let rest = tail[signed.unwrap_or(behind)..].trim_start_matches(|c| OPENING.contains(c) || is_blank(c));
    let is_open = rest.is_empty() || rest.starts_with("![CDATA[") && rest.len() == 8;
    let continues = tail.ends_with(['\\', '^', '`', ',']);
    let is_alone = tail.trim_start().len() <= tail.len() - name.begin() + 2 && behind == tail.len();
    let says_so = signed.is_some()
        || names::gives_next_word(name.text) && (is_alone || continues)
        || name.switch.is_some() && continues;
    let opens_quote = signed.is_some_and(|at| line.is_open_at(at));
    (is_element || is_open && says_so || opens_quote).then_some(Expected::Block {
        indent,
        is_begun: false,
        left: MOST_LINES,
    })
}
