//! Secrets whose value stands on the lines behind their name: `Password:` with the value below it, an element of
//! markup, a list, a column of a table, a value in quotes that goes on, a private key.

use super::fields::{self, MOST_BETWEEN, MOST_OF_KEY, indent};
use super::line::{Line, Name, Quote};
use super::signs::{behind_sign, is_blank};
use super::{LONGEST_LINE, holds_secret_word, names};

/// How many lines of a list or of an element are masked behind their name: more than an output that is kept has.
const MOST_LINES: usize = 1 << 20;
/// How many rows of a table are masked below its heads.
const MOST_ROWS: usize = 1 << 20;

/// What the lines so far say about the next.
#[derive(Debug, Default)]
pub(super) struct Carried {
    expected: Expected,
    /// The line before held a secret's name and may head a table.
    heads_table: bool,
    /// How many more lines may hold the value whose name was a field's value.
    field: usize,
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
enum Expected {
    /// No secret.
    #[default]
    Nothing,
    /// The next line that is not empty, and then those that are indented more than `indent`; in a block of YAML empty ones
    /// may stand between them.
    Block { indent: usize, is_begun: bool, is_scalar: bool, left: usize },
    /// The lines to the next empty one.
    Table { left: usize },
    /// The lines that have as many columns.
    Columns { sign: &'static str, signs: usize, left: usize },
    /// The lines to the end of a private key.
    Key { left: usize },
    /// The lines to the one with the quote that closes the value.
    Quoted { closing: &'static str, left: usize },
    /// The lines to the one with the bracket that closes the value.
    Brackets { depth: usize, left: usize },
    /// The lines to the one that closes the element.
    Element { closing: String, left: usize },
    /// The next line, which the line before goes on with.
    Continued,
}

impl Carried {
    /// Where in this line the masking begins, if the lines before it say that it is a secret.
    pub(super) fn masks(&self, line: &str) -> Option<usize> {
        let bare = line.trim();
        let indent = indent(line);
        let has_letters = bare.contains(|c: char| !is_blank(c) && !"\"'`@,;:()[]{}".contains(c));
        let is_masked = !bare.is_empty()
            && match &self.expected {
                Expected::Nothing => false,
                Expected::Block { indent: of_name, is_begun, .. } => {
                    !is_rule(bare)
                        && !is_sign(bare)
                        && (!is_begun || indent > *of_name || bare.starts_with("- "))
                }
                Expected::Table { .. } | Expected::Continued => true,
                Expected::Columns { sign, signs, .. } => count(bare, sign) >= *signs,
                Expected::Key { .. } => !bare.starts_with("----"),
                Expected::Quoted { .. } | Expected::Brackets { .. } => has_letters,
                Expected::Element { .. } => {
                    !(bare.starts_with("</") && !bare[2..].contains('<') && bare.ends_with('>'))
                }
            };
        let of_field = || fields::value_field(line).filter(|_| self.field > 0);
        is_masked.then_some(indent).or_else(of_field)
    }

    /// Takes note of what a line says about the next. `is_masked` tells whether its end was.
    pub(super) fn read(&mut self, line: &str, is_masked: bool) {
        let bare = line.trim();
        let is_over = fields::ends_record(line) || fields::begins_record(line);
        self.field = if is_over { 0 } else { self.field.saturating_sub(1) };
        if fields::names_secret(line) {
            self.field = MOST_BETWEEN;
        }
        if fields::begins_key(bare) && !fields::ends_key(bare) {
            self.expected = Expected::Key { left: MOST_OF_KEY };
            return;
        }
        if self.heads_table && is_rule(bare) {
            (self.expected, self.heads_table) = (Expected::Table { left: MOST_ROWS }, false);
            return;
        }
        self.expected = self.behind(line, bare);
        if self.expected == Expected::Nothing {
            self.expected = continued(line, is_masked)
                .or_else(|| columns(bare))
                .or_else(|| expected(line))
                .unwrap_or_default();
        }
        if !bare.is_empty() {
            self.heads_table =
                bare.len() <= LONGEST_LINE && Name::all(&Line::new(line), holds_secret_word).next().is_some();
        }
    }

    /// What is still expected behind this line.
    fn behind(&self, line: &str, bare: &str) -> Expected {
        let is_empty = bare.is_empty();
        match self.expected.clone() {
            Expected::Key { left } if left > 0 && !fields::ends_key(bare) => Expected::Key { left: left - 1 },
            Expected::Table { left } if left > 0 && !is_empty => Expected::Table { left: left - 1 },
            Expected::Columns { sign, signs, left } if left > 0 && count(bare, sign) >= signs => {
                Expected::Columns { sign, signs, left: left - 1 }
            }
            // wmic leaves a line free below the heads.
            columns @ Expected::Columns { left: MOST_ROWS, .. } if is_empty => columns,
            Expected::Quoted { closing, left } if left > 0 && !line.contains(closing) => {
                Expected::Quoted { closing, left: left - 1 }
            }
            Expected::Brackets { depth, left } if left > 0 => match depth_behind(line, depth) {
                0 => Expected::Nothing,
                depth => Expected::Brackets { depth, left: left - 1 },
            },
            Expected::Element { closing, left } if left > 0 && !holds(line, &closing) => {
                Expected::Element { closing, left: left - 1 }
            }
            Expected::Block { indent, is_begun, is_scalar, left } if left > 0 => {
                let waits = is_empty && (!is_begun || is_scalar) || !is_begun && is_sign(bare);
                if waits || self.masks(line).is_some() {
                    Expected::Block { indent, is_begun: is_begun || !waits, is_scalar, left: left - 1 }
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

/// Whether a line is no more than a sign between a name and its value.
fn is_sign(bare: &str) -> bool {
    matches!(bare, "=" | ":" | "->" | "=>" | ":=" | "-" | "==")
}

/// Whether the text holds the closing tag, in any case.
fn holds(text: &str, closing: &str) -> bool {
    text.to_lowercase().contains(closing)
}

/// How deep the brackets are behind this line.
fn depth_behind(line: &str, depth: usize) -> usize {
    line.bytes().fold(depth, |depth, byte| match byte {
        b'[' | b'{' | b'(' => depth + 1,
        b']' | b'}' | b')' => depth.saturating_sub(1),
        _ => depth,
    })
}

/// A masked value whose last letter is the sign that a line goes on: `/password:SE^`, and the rest of it below.
fn continued(line: &str, is_masked: bool) -> Option<Expected> {
    let before = line.trim_end().strip_suffix(['^', '`', '\\'])?;
    (is_masked && !before.is_empty() && !before.ends_with(is_blank)).then_some(Expected::Continued)
}

/// How often the sign that parts columns stands in the line; blanks side by side are one.
fn count(bare: &str, sign: &str) -> usize {
    if sign != "  " {
        return bare.matches(sign).count();
    }
    bare.split(sign).filter(|part| !part.trim().is_empty()).count().saturating_sub(1)
}

/// The longest line of heads, and the most columns.
const LONGEST_HEADS: usize = 1024;

/// The heads of columns, one of them a secret's: `User,Password`.
fn columns(bare: &str) -> Option<Expected> {
    if bare.len() > LONGEST_HEADS {
        return None;
    }
    [",", ";", "\t", "|", "  "].into_iter().find_map(|sign| {
        let signs = count(bare, sign);
        let heads = bare
            .split(sign)
            .map(|head| head.trim().trim_matches(['"', '\'']))
            .filter(|head| !head.is_empty());
        let is_table = heads.clone().nth(1).is_some();
        let is_letter = |c: char| {
            c.is_alphanumeric() || matches!(c, '_' | '-' | '.') || c == ' ' && sign.trim().is_empty()
        };
        let is_head = |head: &str| head.len() <= 40 && head.chars().all(is_letter);
        let is_secret = |head: &str| head.split(' ').any(names::gives_next_word);
        (is_table && heads.clone().all(is_head) && heads.clone().any(is_secret))
            .then_some(Expected::Columns { sign, signs, left: MOST_ROWS })
    })
}

/// Signs that may stand alone where the value begins on the next line: quotes and brackets that open, a line that is
/// continued, a block of YAML, a here-string.
const OPENING: &str = "\"'`\\^|>-+{[(,@<";

/// What the last name in the line expects of the next line.
fn expected(line: &str) -> Option<Expected> {
    let text = line.trim_end();
    let indent = indent(line);
    // Only the end of a long line can be a name whose value is to come.
    let tail = &text[text.ceil_char_boundary(text.len().saturating_sub(LONGEST_LINE))..];
    let line = Line::new(tail);
    let name = Name::all(&line, holds_secret_word).last()?;
    let behind = name.end + line.quote_at(name.end).map_or(0, Quote::len);
    let signed = behind_sign(tail, behind);
    if let Some(open) = open_value(tail, &name, behind, signed).or_else(|| element(tail, &name)) {
        return Some(open);
    }
    let attributes = tail[behind..].strip_suffix('>').filter(|attributes| !attributes.contains('>'));
    let is_element = tail[..name.start].ends_with('<') && attributes.is_some();
    let written = &tail[signed.unwrap_or(behind)..];
    let rest = written.trim_start_matches(|c| OPENING.contains(c) || is_blank(c));
    let is_open = rest.is_empty() || rest.starts_with("![CDATA[") && rest.len() == 8;
    let continues = tail.ends_with(['\\', '^', '`', ',']);
    let is_alone = tail.trim_start().len() <= tail.len() - name.begin() + 2 && behind == tail.len();
    let says_so = signed.is_some()
        || names::gives_next_word(name.text) && (is_alone || continues)
        || name.switch.is_some() && (continues || is_argument(tail, &name));
    let opens_quote = signed.is_some_and(|at| line.is_open_at(at));
    // `password: !vault |`
    let is_scalar = signed.is_some() && written.trim_end_matches(['-', '+']).ends_with(['|', '>']);
    let is_expected =
        is_element || is_scalar || is_open && says_so || opens_quote || asks(&name, &tail[behind..]);
    is_expected.then_some(Expected::Block { indent, is_begun: false, is_scalar, left: MOST_LINES })
}

/// `Password?`, `[password]`, `Your password is`, `Password for bob:`: the answer stands on the next line.
fn asks(name: &Name<'_>, behind: &str) -> bool {
    let behind = behind.trim();
    if behind.len() > 96 || !names::gives_next_word(name.text) {
        return false;
    }
    let lower = behind.to_lowercase();
    let is_question = lower.ends_with([':', '?', '>', '：']);
    let whose = ["for ", "of ", "is ", "(", "["].iter().any(|word| lower.starts_with(word));
    matches!(lower.as_str(), "?" | "]" | "is" | "was" | "]:" | "is:" | "follows") || is_question && whose
}

/// Whether a switch is an entry of a list, one a line: `- --password`, `Argument[0]: --password`.
fn is_argument(tail: &str, name: &Name<'_>) -> bool {
    let before = tail[..name.begin()].trim_end_matches(['"', '\'']).trim_end();
    before.is_empty() || before.ends_with([':', '-', '[', '=', ',', '>'])
}

/// A value that opens a quote or a bracket which its line does not close.
fn open_value(tail: &str, name: &Name<'_>, behind: usize, signed: Option<usize>) -> Option<Expected> {
    let is_call = tail[behind..].starts_with('(') && names::gives_next_word(name.text);
    let from = signed.or(is_call.then_some(behind))?;
    let value = tail[from..].trim_start_matches(is_blank);
    for (opening, closing) in [
        ("@'", "'@"),
        ("@\"", "\"@"),
        ("\"\"\"", "\"\"\""),
        ("'''", "'''"),
        ("\\\"", "\\\""),
        ("\"", "\""),
        ("'", "'"),
        ("`", "`"),
    ] {
        if let Some(inner) = value.strip_prefix(opening) {
            let is_open = !inner.contains(closing);
            return is_open.then_some(Expected::Quoted { closing, left: MOST_LINES });
        }
    }
    let brackets = value.trim_start_matches(['@', '$']);
    if !brackets.starts_with(['[', '{', '(']) {
        return None;
    }
    let depth = depth_behind(brackets, 0);
    (depth > 0).then_some(Expected::Brackets { depth, left: MOST_LINES })
}

/// An element that its line does not close, of a name that is a secret's for certain.
fn element(tail: &str, name: &Name<'_>) -> Option<Expected> {
    let opening = tail[..name.start].trim_end_matches(|c: char| c.is_alphanumeric() || c == ':');
    let behind = &tail[name.end..];
    let opened = behind.find('>').filter(|_| opening.ends_with('<') && names::gives_next_word(name.text))?;
    let closing = format!("{}>", name.text.to_lowercase());
    let is_open = !behind[..opened].ends_with('/') && !holds(&behind[opened + 1..], &closing);
    is_open.then_some(Expected::Element { closing, left: MOST_LINES })
}
