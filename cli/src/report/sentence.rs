//! Phrases of the tables as sentences.

use std::borrow::Cow;

/// Begins with a capital and ends with a full stop.
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
