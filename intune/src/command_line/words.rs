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
pub fn words(line: &str) -> Vec<Word> {
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

/// The first word that only a shell understands: `&&`, `||`, `|`, `&`, `<` and redirections. Words in quotes do not
/// count, and neither does an `&` or `>` within a word, which URLs and properties hold.
pub fn shell_operator(words: &[Word]) -> Option<&str> {
    const REDIRECTIONS: [&str; 6] = ["&&", "||", ">", "1>", "2>", "*>"];
    let is_operator = |word: &&str| {
        matches!(*word, "&&" | "||" | "|" | "&" | "<")
            || word.ends_with("&&")
            || REDIRECTIONS.iter().any(|operator| word.starts_with(operator))
    };
    words.iter().filter(|word| !word.is_quoted()).map(|word| word.raw.as_str()).find(is_operator)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The runner took any sign outside quotes for a shell's, lint only words of their own: an `&` in a URL is the
    /// program's argument.
    #[test]
    fn only_words_of_their_own_are_a_shells() {
        for (line, operator) in [
            ("setup.exe /S && reg import a.reg", Some("&&")),
            ("setup.exe > log.txt", Some(">")),
            ("setup.exe 2>nul", Some("2>nul")),
            ("setup.exe < answers.txt", Some("<")),
            ("a | b || c", Some("|")),
            ("\"a\" & \"b\"", Some("&")),
            ("setup.exe A=\"b & c\" /S", None),
            ("setup.exe /URL=https://a/?b=1&c=2", None),
            ("setup.exe /E=<none>", None),
        ] {
            assert_eq!(shell_operator(&words(line)), operator, "{line}");
        }
    }
}
