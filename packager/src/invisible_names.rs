//! Names that look like others, because they hold characters that show nothing or turn the direction of reading.

use waybill_schemas::is_invisible;

/// The names of a package that hold invisible characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InvisibleNames {
    /// How many there are.
    count: usize,
    /// The first of them.
    pub(crate) first: String,
    /// The first invisible character in it.
    character: char,
}

impl InvisibleNames {
    /// Looks through names; `None` where all characters of all names can be seen.
    pub(crate) fn among<S: AsRef<str>>(names: impl Iterator<Item = S>) -> Option<Self> {
        let mut found: Option<Self> = None;
        for name in names {
            let name = name.as_ref();
            let Some(character) = name.chars().find(|one| !one.is_ascii() && is_invisible(*one)) else {
                continue;
            };
            let known = found.get_or_insert_with(|| Self { count: 0, first: name.to_owned(), character });
            known.count += 1;
        }
        found
    }
}

impl std::fmt::Display for InvisibleNames {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { count, first, character } = self;
        let shown: String = first.chars().map(shown).collect();
        let code = u32::from(*character);
        match count {
            1 => write!(formatter, "the name {shown} holds an invisible character, U+{code:04X}"),
            _ => {
                write!(formatter, "{count} names hold invisible characters, the first {shown}: U+{code:04X}")
            }
        }
    }
}

fn shown(character: char) -> String {
    if is_invisible(character) { character.escape_unicode().to_string() } else { character.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(names: &[&str]) -> Option<String> {
        InvisibleNames::among(names.iter()).map(|found| found.to_string())
    }

    #[test]
    fn what_shows_nothing_is_told_with_its_number() {
        assert_eq!(told(&["setup.exe", "Ärger/日本語 ❤\u{fe0f}.txt", "a\u{a0}b"]), None);
        assert_eq!(
            told(&["a", "gpj\u{202e}.exe"]).unwrap(),
            "the name gpj\\u{202e}.exe holds an invisible character, U+202E"
        );
        assert_eq!(
            told(&["a\u{200d}", "b\u{feff}"]).unwrap(),
            "2 names hold invisible characters, the first a\\u{200d}: U+200D"
        );
        for hidden in "\u{ad}\u{200b}\u{200c}\u{200f}\u{2060}\u{2066}\u{feff}\u{e0041}".chars() {
            assert!(told(&[&hidden.to_string()]).is_some(), "{hidden:?}");
        }
    }
}
