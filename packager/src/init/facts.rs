//! The installer's facts within commands and other texts: exchanged when an installer takes another's place.

use waybill_intune::right_line::quoted;

/// A fact that changed: how it was written, and how it is now.
pub(crate) type ChangedFact = (String, String);

/// `line`, which was drafted for the new facts, as it would have been for the old ones.
pub(super) fn with_old_facts(line: &str, facts: &[ChangedFact]) -> String {
    // A name may need quotation marks where the other one needs none.
    let pairs = facts
        .iter()
        .flat_map(|(old, new)| [(quoted(new), quoted(old)), (new.clone(), old.clone())])
        .collect::<Vec<_>>();
    exchanged(line, &pairs)
}

/// `text` with each fact as it is now.
pub(crate) fn with_new_facts(text: &str, facts: &[ChangedFact]) -> String {
    exchanged(text, facts)
}

/// `text` with the first of each pair exchanged for the second, in any case of ASCII letters: a GUID is written in
/// either. In one pass, because a new fact may hold an old one.
fn exchanged(text: &str, pairs: &[(String, String)]) -> String {
    let haystack = text.to_ascii_lowercase();
    let needles: Vec<String> = pairs.iter().map(|(old, _)| old.to_ascii_lowercase()).collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        let is_here = |needle: &&String| !needle.is_empty() && is_whole(&haystack, at, needle);
        // The longest, so that a name does not hide another that begins with it.
        let found = needles.iter().filter(is_here).max_by_key(|needle| needle.len());
        match found.and_then(|found| needles.iter().position(|needle| needle == found)) {
            Some(index) => {
                out.push_str(&pairs[index].1);
                at += needles[index].len();
            }
            None => {
                out.push(letter);
                at += letter.len_utf8();
            }
        }
    }
    out
}

/// Whether `needle` is at this place of `text`, and no part of a longer name: `setup.exe` is none of `my-setup.exe`.
fn is_whole(text: &str, at: usize, needle: &str) -> bool {
    let of_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
    let (before, rest) = text.split_at(at);
    let Some(behind) = rest.strip_prefix(needle) else { return false };
    // A batch file writes its own folder before the name, without a separator.
    let begins = !needle.starts_with(of_name)
        || before.ends_with("%~dp0")
        || !before.ends_with(|letter: char| of_name(letter) || letter == '.');
    begins && (!needle.ends_with(of_name) || !behind.starts_with(of_name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_exchanged_in_one_pass_and_as_whole_names() {
        let fact = |old: &str, new: &str| vec![(old.to_owned(), new.to_owned())];
        let shrunk = fact("my-setup.exe", "setup.exe");
        assert_eq!(with_old_facts("setup.exe /S", &shrunk), "my-setup.exe /S");
        assert_eq!(with_new_facts("MY-setup.exe /S", &shrunk), "setup.exe /S");
        assert_eq!(with_old_facts("setup.exe /S", &fact("my setup.exe", "setup.exe")), "\"my setup.exe\" /S");
        let grown = fact("setup.exe", "my-setup.exe");
        assert_eq!(
            with_new_facts("my-setup.exe & %~dp0setup.exe", &grown),
            "my-setup.exe & %~dp0my-setup.exe"
        );
        let chain = [fact("a.msi", "b.msi"), fact("b.msi", "c.msi")].concat();
        assert_eq!(with_new_facts("a.msi b.msi /x{é}", &chain), "b.msi c.msi /x{é}");
    }
}
