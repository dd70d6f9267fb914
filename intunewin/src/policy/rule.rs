//! Violations of the archive policy. The rules themselves are in the table of codes.

use waybill_schemas::codes::Code;
use waybill_schemas::{controls_terminal, is_invisible};

/// A broken rule of the archive policy.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The rule that is broken, one of [`rules`](crate::rules).
    pub rule: &'static Code,
    /// The entry's name, escaped and cut to 200 characters; `None` where the archive as a whole breaks the rule.
    pub entry: Option<String>,
    /// What was found, with both values where two differ; empty where the rule says everything.
    pub detail: String,
}

impl Violation {
    /// A violation by the archive as a whole.
    pub(crate) fn archive(rule: &'static Code, detail: impl Into<String>) -> Self {
        Self { rule, entry: None, detail: detail.into() }
    }

    /// A violation by the entry called `raw`.
    pub(crate) fn entry(rule: &'static Code, raw: &[u8], detail: impl Into<String>) -> Self {
        Self { rule, entry: Some(shown(raw)), detail: detail.into() }
    }
}

impl std::fmt::Display for Violation {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(entry) = &self.entry {
            write!(formatter, "`{entry}`: ")?;
        }
        formatter.write_str(self.rule.meaning)?;
        if !self.detail.is_empty() {
            write!(formatter, " ({})", self.detail)?;
        }
        write!(formatter, " [{}]", self.rule.id)
    }
}

/// A raw name made safe to print: without control characters and invalid bytes, and 200 characters at most.
pub(crate) fn shown(raw: &[u8]) -> String {
    const MOST: usize = 200;
    let text = String::from_utf8_lossy(raw);
    let mut shown: String = text.chars().take(MOST).flat_map(escape).collect();
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}

fn escape(character: char) -> impl Iterator<Item = char> {
    // Marks of direction can make `exe.txt` look like `txt.exe`, and invisible ones two names alike.
    let escaped = controls_terminal(character) || is_invisible(character);
    let plain = (!escaped).then_some(character);
    escaped.then(|| character.escape_unicode()).into_iter().flatten().chain(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules;

    #[test]
    fn a_name_cannot_play_with_the_terminal() {
        assert_eq!(shown(b"a\x1b[31m\xff"), "a\\u{1b}[31m\u{fffd}");
        assert_eq!(shown("exe\u{202e}txt".as_bytes()), "exe\\u{202e}txt");
        assert_eq!(shown("a\u{200b}\u{200d}b".as_bytes()), "a\\u{200b}\\u{200d}b");
        assert_eq!(shown(&[b'x'; 300]).chars().count(), 201);
    }

    #[test]
    fn a_violation_says_what_where_and_which() {
        let violation = Violation::entry(&rules::NAME_DRIVE, b"C:\\x", "");
        assert_eq!(violation.to_string(), "`C:\\x`: an entry name starts with a drive letter [name-drive]");
    }
}
