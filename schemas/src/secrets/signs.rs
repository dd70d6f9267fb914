//! What stands between a name and its value: blanks and signs, in the spellings that command lines, output, URLs and
//! markup have.

use super::steps;

/// Blanks that are written out.
const WRITTEN_BLANKS: [&str; 7] = ["%20", "%09", "%C2%A0", "&nbsp;", "&#160;", r"\u00a0", r"\u0020"];

/// Signs that give a value, the longer before the shorter that they begin with.
const SIGNS: [&str; 42] = [
    "-->", "==>", "::=", "=>", "=&gt;", "-&gt;", "->", "<-", ":=", "+=", "?=", "==", "=", ":", "→", "⇒", "➔",
    "⟶", "≔", "∶", "﹕", "﹦", "：", "＝", "%3D", "%3A", "%253D", "%253A", "&#61;", "&#58;", "&#x3d;",
    "&#x3a;", "&equals;", "&colon;", "&lt;-", r"\\u003d", r"\\u003a", r"\u003d", r"\u003a", r"\x3d", r"\x3a",
    "%u003d",
];

/// Quotes that are written out; they may close behind a name before its sign.
const WRITTEN_QUOTES: [&str; 9] =
    ["&quot;", "&apos;", "&#34;", "&#39;", r"\\u0022", r"\u0022", r"\u0027", "%22", "%27"];

/// What may close behind a name before its sign: `%NAME%=`, `${NAME}=`, `$h[NAME] =`, `**Name**:`.
const CLOSERS: [char; 9] = ['}', ')', ']', '%', '!', '*', '`', '^', '#'];

/// The longest index: `NAME[0]=`, `$h['a'] =`. An index may hold a name itself, hence at most so many side by side.
const LONGEST_INDEX: usize = 64;
const MOST_INDICES: usize = 8;

/// Where the blanks that begin at `at` end.
pub(super) fn behind_blanks(text: &str, mut at: usize) -> usize {
    while let Some(length) = blank(&text[at..]) {
        at += length;
    }
    at
}

/// The length of the blank that the text begins with.
fn blank(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    // Programs print other blanks than the two of the keyboard: a no-break space before a colon, a zero-width space.
    if is_blank(first) {
        return Some(first.len_utf8());
    }
    WRITTEN_BLANKS.iter().find(|written| begins(text, written)).map(|written| written.len())
}

/// Whether a character is a blank of any width.
pub(super) fn is_blank(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{fffd}')
}

/// Where the sign that gives a value ends, if one follows at `at` behind closing signs, an index and blanks.
pub(super) fn behind_sign(text: &str, at: usize) -> Option<usize> {
    let mut at = at;
    let mut indices = 0;
    loop {
        let rest = &text[at..];
        indices += usize::from(rest.starts_with('['));
        if indices > MOST_INDICES {
            return None;
        }
        if let Some(sign) = SIGNS.iter().find(|sign| begins(rest, sign)) {
            return Some(at + sign.len());
        }
        let length = skipped(rest)?;
        steps::count(length);
        at += length;
    }
}

/// The length of what may stand before a sign: a blank, a sign that closes, an index.
fn skipped(rest: &str) -> Option<usize> {
    if let Some(length) = blank(rest) {
        return Some(length);
    }
    if let Some(quote) = WRITTEN_QUOTES.iter().find(|quote| begins(rest, quote)) {
        return Some(quote.len());
    }
    if rest.starts_with(r"\t") {
        return Some(2);
    }
    if rest.starts_with(r"\=") || rest.starts_with(r"\:") {
        return Some(1);
    }
    let first = rest.chars().next()?;
    if first == '[' {
        let within = &rest[..rest.floor_char_boundary(LONGEST_INDEX)];
        return within.find(']').map(|end| end + 1);
    }
    CLOSERS.contains(&first).then_some(1)
}

/// Whether the text begins with the sign, in any case.
fn begins(text: &str, sign: &str) -> bool {
    text.as_bytes().get(..sign.len()).is_some_and(|head| head.eq_ignore_ascii_case(sign.as_bytes()))
}
