//! Versions as installers write them, made fit for app.json and for rules.

use waybill_intune::VersionNumber;

/// The text without what version resources put around it: `1, 3, 0, 0` (as resource compilers write it) is `1.3.0.0`,
/// `v2.1` is `2.1`. Other texts stay as they are; `None` where nothing is left, or where the text is a name or an
/// unfilled template and not a version.
pub(crate) fn tidy_version(text: &str) -> Option<String> {
    let text = text.trim_matches(|one: char| one.is_whitespace() || one == '\0');
    let bare = match text.strip_prefix(['v', 'V']) {
        Some(rest) if rest.starts_with(|one: char| one.is_ascii_digit()) => rest,
        _ => text,
    };
    let parts: Vec<&str> = bare.split(['.', ',']).map(str::trim).collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|one| one.is_ascii_digit());
    if parts.iter().all(is_number) {
        return Some(parts.join("."));
    }
    bare.starts_with(|one: char| one.is_ascii_digit()).then(|| bare.to_owned())
}

/// The version as a rule can compare it; `None` for a text that is not two to four numbers, such as `2024`, `3.1-beta`
/// or one of five parts. A rule without a version then looks only whether the app is there.
pub(crate) fn comparable_version(text: &str) -> Option<String> {
    text.parse::<VersionNumber>().ok().map(|version| version.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_tidied() {
        for (text, tidy) in [
            ("1, 3, 0, 0", Some("1.3.0.0")),
            ("1,3,0,0", Some("1.3.0.0")),
            (" 1.2.3 \0", Some("1.2.3")),
            ("v2.1.0", Some("2.1.0")),
            ("2.5 beta", Some("2.5 beta")),
            ("3.1-beta, 4", Some("3.1-beta, 4")),
            ("010.20", Some("010.20")),
            ("@VERSION@", None),
            ("Version 1", None),
            ("", None),
        ] {
            assert_eq!(tidy_version(text).as_deref(), tidy, "{text:?}");
        }
    }

    #[test]
    fn only_two_to_four_numbers_are_compared() {
        for (text, version) in [
            ("1.2", Some("1.2")),
            ("25.01.00.0", Some("25.1.0.0")),
            ("6.10.0.252.3", None),
            ("2024", None),
            ("3.1-beta", None),
            ("1.99999999999", None),
            ("latest", None),
        ] {
            assert_eq!(comparable_version(text).as_deref(), version, "{text:?}");
        }
    }
}
