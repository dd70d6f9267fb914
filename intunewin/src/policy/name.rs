use super::{Rule, Violation};
use std::path::PathBuf;

/// An entry's name that every rule about names allows: relative, the same file on every host.
///
/// Separators are `/` and `\` alike, on every host (Microsoft's own tool writes `\`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryName {
    path: String,
    folder: bool,
}

/// Longest component, in UTF-16 units: what NTFS holds.
const COMPONENT_UNITS: usize = 255;

/// Longest name and most components: far beyond what installers have, and what a judge can bear 200,000 times.
const NAME_UNITS: usize = 1_024;
const MOST_COMPONENTS: usize = 64;

impl EntryName {
    /// Judges a raw name; `utf8` is the entry's flag 0x800.
    ///
    /// # Errors
    /// The first rule about names that it breaks.
    pub fn parse(raw: &[u8], utf8: bool) -> Result<Self, Violation> {
        let refuse = |rule, detail: &str| Violation::entry(rule, raw, detail);
        let text = std::str::from_utf8(raw).map_err(|_| {
            refuse(Rule::NameEncoding, if utf8 { "not UTF-8" } else { "neither ASCII nor UTF-8" })
        })?;
        if text.is_empty() {
            return Err(refuse(Rule::NameEmpty, ""));
        }
        if text.len() > NAME_UNITS && text.encode_utf16().count() > NAME_UNITS {
            return Err(refuse(Rule::NameTooLong, "over 1,024 units"));
        }
        if text.starts_with(is_separator) {
            return Err(refuse(Rule::NameAbsolute, ""));
        }
        if has_drive(text) {
            return Err(refuse(Rule::NameDrive, ""));
        }
        let folder = text.ends_with(is_separator);
        let trimmed = if folder { &text[..text.len() - 1] } else { text };
        if trimmed.matches(is_separator).count() >= MOST_COMPONENTS {
            return Err(refuse(Rule::NameTooLong, "over 64 components"));
        }
        for component in trimmed.split(is_separator) {
            check_component(component).map_err(|rule| refuse(rule, ""))?;
        }
        Ok(Self { path: trimmed.replace('\\', "/"), folder })
    }

    /// The name with `/` between its components and none at the end.
    pub fn as_str(&self) -> &str {
        &self.path
    }

    /// The name as listings show it: a folder's ends in `/`.
    pub fn listed(&self) -> String {
        format!("{}{}", self.path, if self.folder { "/" } else { "" })
    }

    /// True where the raw name ended in a separator.
    pub fn is_folder(&self) -> bool {
        self.folder
    }

    /// The name as a relative path of this host.
    pub fn to_path(&self) -> PathBuf {
        self.path.split('/').collect()
    }
}

impl std::fmt::Display for EntryName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.path)
    }
}

fn is_separator(character: char) -> bool {
    matches!(character, '/' | '\\')
}

fn has_drive(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(char::is_alphabetic) && characters.next() == Some(':')
}

fn check_component(component: &str) -> Result<(), Rule> {
    let breaks = |rule, broken: bool| if broken { Err(rule) } else { Ok(()) };
    breaks(Rule::NameEmpty, component.is_empty())?;
    breaks(Rule::NameParent, component == "..")?;
    breaks(Rule::NameColon, component.contains(':'))?;
    breaks(Rule::NameControl, component.contains(char::is_control))?;
    breaks(Rule::NameCharacter, component.contains(['<', '>', '"', '|', '?', '*']))?;
    breaks(Rule::NameReserved, is_reserved(component))?;
    breaks(Rule::NameTrailing, component.ends_with(['.', ' ']))?;
    breaks(Rule::NameTooLong, component.encode_utf16().count() > COMPONENT_UNITS)
}

/// Device names, with any extension and with spaces before it: `nul`, `COM1.txt`, `CON .log`, `LPT¹`.
fn is_reserved(component: &str) -> bool {
    let stem = component.split('.').next().unwrap_or_default().trim_end_matches(' ').to_uppercase();
    if matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") {
        return true;
    }
    let number = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    number.is_some_and(|number| {
        let mut digits = number.chars();
        matches!(digits.next(), Some('0'..='9' | '¹' | '²' | '³')) && digits.next().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(raw: &str) -> Option<Rule> {
        EntryName::parse(raw.as_bytes(), true).err().map(|violation| violation.rule)
    }

    #[test]
    fn good_names_come_out_with_slashes() {
        for (raw, path, folder) in [
            ("setup.exe", "setup.exe", false),
            (r"a\b c\d.txt", "a/b c/d.txt", false),
            (r"empty\", "empty", true),
            ("Über Ordner/日本語 файл.txt", "Über Ordner/日本語 файл.txt", false),
            ("com10.txt", "com10.txt", false),
            ("console/.git/..a", "console/.git/..a", false),
        ] {
            let name = EntryName::parse(raw.as_bytes(), true).unwrap();
            assert_eq!((name.as_str(), name.is_folder()), (path, folder), "{raw}");
        }
    }

    #[test]
    fn bad_names_are_refused_by_their_rule() {
        for (raw, expected) in [
            ("", Rule::NameEmpty),
            ("a//b", Rule::NameEmpty),
            ("a/b//", Rule::NameEmpty),
            ("/etc/passwd", Rule::NameAbsolute),
            (r"\\server\share", Rule::NameAbsolute),
            (r"\\?\C:\x", Rule::NameAbsolute),
            ("C:/x", Rule::NameDrive),
            ("c:x", Rule::NameDrive),
            (r"a\..\b", Rule::NameParent),
            ("a/..", Rule::NameParent),
            ("a.txt:stream", Rule::NameColon),
            ("a\0b", Rule::NameControl),
            ("a\u{7f}", Rule::NameControl),
            ("what?", Rule::NameCharacter),
            ("dir/NUL", Rule::NameReserved),
            ("con .txt", Rule::NameReserved),
            ("lpt³.x.y", Rule::NameReserved),
            ("CONIN$", Rule::NameReserved),
            ("a./b", Rule::NameTrailing),
            ("a/./b", Rule::NameTrailing),
            ("a /b", Rule::NameTrailing),
        ] {
            assert_eq!(rule(raw), Some(expected), "{raw:?}");
        }
        assert_eq!(rule(&"x".repeat(255)), None);
        assert_eq!(rule(&"x".repeat(256)), Some(Rule::NameTooLong));
        assert_eq!(rule(&"😀".repeat(128)), Some(Rule::NameTooLong));
        let deep = |components| vec!["a"; components].join("/");
        assert_eq!((rule(&deep(64)), rule(&deep(65))), (None, Some(Rule::NameTooLong)));
        let long = |last| format!("{0}/{0}/{0}/{0}/{1}", "x".repeat(200), "y".repeat(last));
        assert_eq!((rule(&long(220)), rule(&long(221))), (None, Some(Rule::NameTooLong)));
        assert_eq!(rule(&"a/".repeat(32_000)), Some(Rule::NameTooLong));
    }

    #[test]
    fn encoding_follows_the_flag() {
        assert!(EntryName::parse(b"caf\xe9.txt", false).is_err());
        assert!(EntryName::parse("café.txt".as_bytes(), false).is_ok());
    }
}
