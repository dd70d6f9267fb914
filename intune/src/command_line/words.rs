//! Words of a command line, as C programs on Windows see them.

/// One word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// As it stands in the line.
    pub raw: String,
    /// Without its quotes.
    pub text: String,
}

impl Word {
    /// Whether a quote stands anywhere in it.
    pub fn is_quoted(&self) -> bool {
        self.raw.contains('"')
    }

    /// The switch that it is, in lower case without `/` or `-`; nothing where it is none.
    pub fn switch(&self) -> Option<String> {
        self.text.strip_prefix(['/', '-']).map(str::to_lowercase)
    }
}

/// Splits at blanks outside quotes. `\"` is a quote that does not count.
pub(super) fn split(line: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let (mut raw, mut in_quotes, mut escaped) = (String::new(), false, false);
    for character in line.chars() {
        if character.is_whitespace() && !in_quotes {
            push(&mut words, &mut raw);
            continue;
        }
        in_quotes ^= character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        raw.push(character);
    }
    push(&mut words, &mut raw);
    words
}

/// The words, those that hold blanks in their quotes taken apart again: `/v"/qn A=b"`.
pub fn flattened(words: &[Word]) -> Vec<Word> {
    let parts = |word: &Word| match word.text.contains(char::is_whitespace) {
        true => split(&word.text),
        false => vec![word.clone()],
    };
    words.iter().flat_map(parts).collect()
}

fn push(words: &mut Vec<Word>, raw: &mut String) {
    if !raw.is_empty() {
        let raw = std::mem::take(raw);
        words.push(Word { text: strip_quotes(&raw), raw });
    }
}

/// Without its quotes; `\"` stays a quote.
pub(super) fn strip_quotes(raw: &str) -> String {
    raw.replace("\\\"", "\u{0}").replace('"', "").replace('\u{0}', "\"")
}
