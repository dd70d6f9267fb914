//! Names of parameters that hold a word for a secret.

use super::text::Line;

/// The words of the spec, and those that PowerShell and HTTP put before a secret.
const WORDS: [&str; 12] = [
    "key",
    "pass",
    "pwd",
    "token",
    "secret",
    "pin",
    "serial",
    "licence",
    "license",
    "credential",
    "securestring",
    "bearer",
];

/// Names that are a secret's as they stand: the signature of a signed URL.
const WHOLE: [&str; 2] = ["sig", "signature"];

/// Switches whose name holds such a word and that take no value: msiexec's own.
const WITHOUT_VALUE: [&str; 1] = ["passive"];

/// Whether the name of a parameter or variable says that its value is a secret.
pub fn holds_secret_word(name: &str) -> bool {
    let lower = name.to_lowercase();
    WHOLE.contains(&lower.as_str()) || WORDS.iter().any(|word| lower.contains(word))
}

/// A name in a line: letters, digits, `_`, `-` and `.`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Name<'a> {
    /// Its first letter, without the signs of a switch.
    pub(super) start: usize,
    /// Behind its last letter.
    pub(super) end: usize,
    /// Without the signs of a switch.
    pub(super) text: &'a str,
    /// Where the signs of its switch begin (`/`, `-`, `--`), where it is one.
    pub(super) switch: Option<usize>,
}

impl<'a> Name<'a> {
    /// Every name in the line that is wanted.
    pub(super) fn all(line: &Line<'a>, is_wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = Self> {
        let text = line.text;
        let mut from = 0;
        std::iter::from_fn(move || {
            loop {
                let start = from + text[from..].find(is_letter)?;
                let end = text[start..].find(|c| !is_letter(c)).map_or(text.len(), |length| start + length);
                from = end;
                if let Some(name) = Self::of(text, start, end).filter(|name| is_wanted(name.text)) {
                    return Some(name);
                }
            }
        })
    }

    fn of(text: &'a str, run: usize, end: usize) -> Option<Self> {
        let end = run + text[run..end].trim_end_matches('.').len();
        let bare = text[run..end].trim_start_matches('-');
        let start = end - bare.len();
        // PowerShell takes the dashes of word processors for its own.
        let sign = text[..run].chars().next_back().filter(|c| matches!(c, '/' | '–' | '—' | '―'));
        let signs = if start > run { Some(run) } else { sign.map(|sign| run - sign.len_utf8()) };
        let begins_word =
            |at: &usize| !text[..*at].ends_with(|c: char| is_letter(c) || matches!(c, '\\' | '/'));
        (!bare.is_empty()).then_some(Self { start, end, text: bare, switch: signs.filter(begins_word) })
    }

    /// Whether the word behind it is its value.
    pub(super) fn takes_next_word(&self) -> bool {
        let lower = self.text.to_lowercase();
        let is_switch = self.switch.is_some() && !WITHOUT_VALUE.contains(&lower.as_str());
        is_switch || lower == "bearer" || lower.ends_with("securestring")
    }

    /// Where the parameter begins, signs of a switch included.
    pub(super) fn begin(&self) -> usize {
        self.switch.unwrap_or(self.start)
    }
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}
