//! Text from outside, made safe to print.

use std::borrow::Cow;

/// `text` with control characters and those that turn the reading direction written out, so that no name in a
/// package plays with the terminal. Tabs and line breaks are written out too: a value is one line.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_unsafe(character) {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
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
}
