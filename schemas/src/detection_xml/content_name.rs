/// The longest name a file can have on NTFS, in UTF-16 units.
const NAME_LIMIT: usize = 255;

/// Why a `FileName` is not the name of one file (`docs/package-format.md`, reader case 12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContentNameFault {
    /// Nothing there.
    #[error("it is empty")]
    Empty,
    /// `.` or `..`.
    #[error("it leads to a folder")]
    Dots,
    /// `/` or `\`: a path, relative or absolute.
    #[error("it is a path")]
    Separator,
    /// A drive or an alternate data stream.
    #[error("it holds a colon")]
    Colon,
    /// A control character.
    #[error("it holds a control character")]
    Control,
    /// Longer than any file name.
    #[error("it is longer than 255 UTF-16 units")]
    TooLong,
}

/// Whether `name` names one file, on every host.
pub(super) fn check(name: &str) -> Result<(), ContentNameFault> {
    match name {
        "" => Err(ContentNameFault::Empty),
        "." | ".." => Err(ContentNameFault::Dots),
        _ if name.contains(['/', '\\']) => Err(ContentNameFault::Separator),
        _ if name.contains(':') => Err(ContentNameFault::Colon),
        _ if name.chars().any(char::is_control) => Err(ContentNameFault::Control),
        _ if name.encode_utf16().count() > NAME_LIMIT => Err(ContentNameFault::TooLong),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_name_passes_and_every_path_is_refused() {
        assert_eq!(check("IntunePackage.intunewin"), Ok(()));
        assert_eq!(check("Über..setup 1.intunewin"), Ok(()));
        for (name, fault) in [
            ("", ContentNameFault::Empty),
            ("..", ContentNameFault::Dots),
            ("../x", ContentNameFault::Separator),
            ("/etc/passwd", ContentNameFault::Separator),
            ("a\\b", ContentNameFault::Separator),
            ("C:x", ContentNameFault::Colon),
            ("a\u{7}", ContentNameFault::Control),
            (&"a".repeat(256), ContentNameFault::TooLong),
        ] {
            assert_eq!(check(name), Err(fault), "{name}");
        }
    }
}
