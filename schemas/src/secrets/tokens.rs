//! Secrets that are known by their shape, without any name.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::ops::Range;

/// A token in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is, for a finding: "a GitHub token".
    pub kind: &'static str,
    /// Where it stands, in bytes.
    pub span: Range<usize>,
}

/// How tokens begin, and how many letters follow at least. The numbers are a little below those of real tokens (36 after
/// `ghp_`, 20 after `glpat-`), so that a prefix which is only mentioned is not found.
const PREFIXES: [(&str, usize, &str); 14] = [
    ("ghp_", 30, "a GitHub token"),
    ("gho_", 30, "a GitHub token"),
    ("ghs_", 30, "a GitHub token"),
    ("ghu_", 30, "a GitHub token"),
    ("ghr_", 30, "a GitHub token"),
    ("github_pat_", 30, "a GitHub token"),
    ("glpat-", 18, "a GitLab token"),
    ("xoxb-", 20, "a Slack token"),
    ("xoxp-", 20, "a Slack token"),
    ("npm_", 34, "an npm token"),
    ("pypi-AgE", 60, "a PyPI token"),
    ("sk_live_", 20, "a Stripe key"),
    ("dop_v1_", 60, "a DigitalOcean token"),
    ("hvs.", 24, "a Vault token"),
];

/// The tokens in the text that their shape gives away: those of well-known services, AWS access keys and JSON web tokens.
/// Takes time linear in the text.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    for (prefix, least, kind) in PREFIXES {
        runs(text, prefix, &mut |run| {
            let long_enough = run.len() >= prefix.len() + least;
            found.extend(long_enough.then_some(Token { kind, span: run }));
        });
    }
    runs(text, "AKIA", &mut |run| {
        let letters = &text[run.clone()];
        // Exactly twenty capitals and digits; with one more it is another word that begins alike.
        let length = letters.bytes().take_while(|c| c.is_ascii_uppercase() || c.is_ascii_digit()).count();
        let span = run.start..run.start + length;
        let is_key = length == 20 && begins_word(text, run.start);
        found.extend(is_key.then_some(Token { kind: "an AWS access key", span }));
    });
    // The header of a token is a JSON object, and `{"` is `eyJ` in base64.
    runs(text, "eyJ", &mut |run| {
        let letters = &text[run.clone()];
        let parts = letters.split('.').filter(|part| part.len() > 8).count();
        let is_token = begins_word(text, run.start) && letters.len() > 60 && parts >= 2;
        found.extend(is_token.then_some(Token { kind: "a JSON web token", span: run }));
    });
    found
}

fn begins_word(text: &str, at: usize) -> bool {
    !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric())
}

/// Gives each run of a token's letters that begins with `prefix`. They do not overlap.
fn runs(text: &str, prefix: &str, give: &mut dyn FnMut(Range<usize>)) {
    let mut from = 0;
    while let Some(length) = text[from..].find(prefix) {
        let start = from + length;
        let is_letter = |c: &u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.');
        let end = start + text.as_bytes()[start..].iter().take_while(|c| is_letter(c)).count();
        give(start..end);
        from = end;
    }
}

/// The commands in base64 behind `-EncodedCommand` and its short forms, decoded, with the places where they stand.
pub(super) fn encoded_commands(line: &str) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    let (mut from, mut is_behind_switch) = (0, false);
    for word in line.split(char::is_whitespace) {
        let start = from;
        from += word.len() + line[start + word.len()..].chars().next().map_or(0, char::len_utf8);
        if word.is_empty() {
            continue;
        }
        let bare = word.trim_matches(['"', '\'']);
        if is_behind_switch && let Some(text) = decoded(bare) {
            found.push((start..start + word.len(), text));
        }
        is_behind_switch = is_encoded_command(bare);
    }
    found
}

/// PowerShell takes each beginning of the switch's name, and `-ec`.
fn is_encoded_command(word: &str) -> bool {
    let name = word.strip_prefix(['-', '/', '–', '—', '―']).map(str::to_ascii_lowercase);
    name.is_some_and(|name| !name.is_empty() && (name == "ec" || "encodedcommand".starts_with(&name)))
}

/// A text of UTF-16 in base64.
fn decoded(base64: &str) -> Option<String> {
    let bytes = STANDARD_NO_PAD.decode(base64.trim_end_matches('=')).ok().filter(|bytes| bytes.len() >= 8)?;
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    Some(String::from_utf16_lossy(&units))
}
