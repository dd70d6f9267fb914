//! What a terminal does not show of a text: sequences that set colours and titles, and control characters. They may stand
//! within a name, which a reader then does not know although everybody sees it.

use std::borrow::Cow;

const ESCAPE: char = '\u{1b}';
/// Begins a sequence as `ESC [` does.
const CSI: char = '\u{9b}';

/// The text without the control sequences of terminals (ECMA-48) and without control characters, but for tabs and the ends
/// of lines.
pub fn without_terminal_signs(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unseen) {
        return Cow::Borrowed(text);
    }
    let mut seen = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(is_unseen) {
        seen.push_str(&rest[..at]);
        rest = behind_sequence(&rest[at..]);
    }
    seen.push_str(rest);
    Cow::Owned(seen)
}

fn is_unseen(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\r' | '\t')
}

/// The text behind the sequence or the control character that it begins with.
fn behind_sequence(text: &str) -> &str {
    let mut letters = text.chars();
    let (first, second) = (letters.next(), letters.clone().next());
    let behind = letters.as_str();
    match (first, second) {
        (Some(CSI), _) => behind_parameters(behind),
        (Some(ESCAPE), Some('[')) => behind_parameters(&behind[1..]),
        (Some(ESCAPE), Some(']' | 'P' | 'X' | '^' | '_')) => behind_string(&behind[1..]),
        // `ESC ( B` and its like choose a set of characters.
        (Some(ESCAPE), Some(' '..='/')) => {
            let rest = behind.trim_start_matches(|c| matches!(c, ' '..='/'));
            rest.strip_prefix(|c| matches!(c, '0'..='~')).unwrap_or(rest)
        }
        (Some(ESCAPE), Some('0'..='~')) => &behind[1..],
        _ => behind,
    }
}

/// Behind the parameters of a control sequence and the letter that ends it.
fn behind_parameters(text: &str) -> &str {
    let rest = text.trim_start_matches(|c| matches!(c, ' '..='?'));
    rest.strip_prefix(|c| matches!(c, '@'..='~')).unwrap_or(rest)
}

/// Behind a string that BEL or `ESC \` ends. Where nothing ends it in its line, it is text.
fn behind_string(text: &str) -> &str {
    let Some(end) = text.find(char::is_control) else { return text };
    let rest = &text[end..];
    let ended = rest
        .strip_prefix('\u{7}')
        .or_else(|| rest.strip_prefix("\u{1b}\\"))
        .or_else(|| rest.strip_prefix('\u{9c}'));
    ended.unwrap_or(text)
}
