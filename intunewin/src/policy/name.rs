//! Names of entries: the rules for each, and the comparison of many as Windows compares them.

use super::{Violation, rules};
use std::collections::HashMap;
use std::collections::hash_map::{Entry, RandomState};
use std::hash::BuildHasher;
use std::path::PathBuf;
use unicode_normalization::UnicodeNormalization;
use waybill_schemas::codes::Code;
use waybill_schemas::is_invisible;

/// An entry's name that keeps every rule about names: it is relative, and the same file on every system.
///
/// Both `/` and `\` are separators on every system, because Microsoft's own tool writes `\`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryName {
    path: String,
    folder: bool,
}

/// The longest component in UTF-16 units, which is NTFS's limit.
const COMPONENT_UNITS: usize = 255;

/// The longest name in UTF-16 units. As the most components, it is far more than installers have, and still fast for
/// 200,000 names.
const NAME_UNITS: usize = 1_024;

impl EntryName {
    /// The most components of a name, folders and file together.
    pub const MOST_COMPONENTS: usize = 64;

    /// Checks a raw name; `utf8` is the entry's flag 0x800.
    ///
    /// # Errors
    /// The first rule about names that it breaks.
    pub fn parse(raw: &[u8], utf8: bool) -> Result<Self, Violation> {
        let refuse = |rule, detail: &str| Violation::entry(rule, raw, detail);
        let text = std::str::from_utf8(raw).map_err(|_| {
            refuse(&rules::NAME_ENCODING, if utf8 { "not UTF-8" } else { "neither ASCII nor UTF-8" })
        })?;
        if text.is_empty() {
            return Err(refuse(&rules::NAME_EMPTY, ""));
        }
        // Bytes are counted first: a name of few bytes has few units, and most names are short.
        if text.len() > NAME_UNITS && text.encode_utf16().count() > NAME_UNITS {
            return Err(refuse(&rules::NAME_TOO_LONG, "over 1,024 units"));
        }
        if text.starts_with(is_separator) {
            return Err(refuse(&rules::NAME_ABSOLUTE, ""));
        }
        if has_drive(text) {
            return Err(refuse(&rules::NAME_DRIVE, ""));
        }
        let folder = text.ends_with(is_separator);
        // One separator at the end marks a folder; a second would be an empty component.
        let trimmed = if folder { &text[..text.len() - 1] } else { text };
        if trimmed.matches(is_separator).count() >= Self::MOST_COMPONENTS {
            return Err(refuse(&rules::NAME_TOO_LONG, "over 64 components"));
        }
        for component in trimmed.split(is_separator) {
            check_component(component).map_err(|rule| refuse(rule, ""))?;
        }
        Ok(Self { path: trimmed.replace('\\', "/"), folder })
    }

    /// The name with `/` between its components and no `/` at the end.
    pub fn as_str(&self) -> &str {
        &self.path
    }

    /// The name as listings show it: that of a folder ends in `/`.
    pub fn listed(&self) -> String {
        format!("{}{}", self.path, if self.folder { "/" } else { "" })
    }

    /// Whether the raw name ended in a separator.
    pub fn is_folder(&self) -> bool {
        self.folder
    }

    /// The name as a relative path of this system.
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

fn check_component(component: &str) -> Result<(), &'static Code> {
    let breaks = |rule, broken: bool| if broken { Err(rule) } else { Ok(()) };
    breaks(&rules::NAME_EMPTY, component.is_empty())?;
    breaks(&rules::NAME_PARENT, component == "..")?;
    breaks(&rules::NAME_COLON, component.contains(':'))?;
    breaks(&rules::NAME_CONTROL, component.contains(char::is_control))?;
    breaks(&rules::NAME_CHARACTER, component.contains(['<', '>', '"', '|', '?', '*']))?;
    breaks(&rules::NAME_RESERVED, is_reserved(component))?;
    breaks(&rules::NAME_TRAILING, component.ends_with(['.', ' ']))?;
    breaks(&rules::NAME_TOO_LONG, component.encode_utf16().count() > COMPONENT_UNITS)
}

/// Whether a component is a device name, with any extension and with spaces before it: `nul`, `COM1.txt`, `CON .log`,
/// `LPT¹`.
fn is_reserved(component: &str) -> bool {
    let stem = component.split('.').next().unwrap_or_default().trim_end_matches(' ').to_uppercase();
    if matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") {
        return true;
    }
    // Windows takes superscript digits for digits here.
    let number = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    number.is_some_and(|number| {
        let mut digits = number.chars();
        matches!(digits.next(), Some('0'..='9' | '¹' | '²' | '³')) && digits.next().is_none()
    })
}

/// A set of names, compared as Windows compares them, without case and in NFC, and without invisible characters: nobody
/// can tell two names apart that differ by those alone, and macOS' HFS+ takes them for one.
///
/// Holds 64 bits for each name instead of the name, so that 200,000 names take about 8 MB. Two different names with the
/// same bits would be refused as duplicates (about one archive in a thousand million at that size), never accepted.
#[derive(Debug, Default)]
pub struct NameSet {
    seen: HashMap<u64, Kind>,
    keys: RandomState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
    /// A folder that has no entry of its own, but contains other entries.
    Implied,
}

impl NameSet {
    /// Adds a name to the set.
    ///
    /// # Errors
    /// [`NAME_DUPLICATE`](rules::NAME_DUPLICATE) where the name is in the set; [`NAME_PREFIX`](rules::NAME_PREFIX)
    /// where a file would also be a folder.
    pub fn insert(&mut self, name: &EntryName) -> Result<(), Violation> {
        let refuse = |rule| Violation::entry(rule, name.as_str().as_bytes(), "");
        let folded = visible(fold_name(name.as_str()));
        let mut components = folded.split('/').peekable();
        let mut key = 0; // of the path so far, so that each component is hashed once
        while let Some(component) = components.next() {
            key = self.keys.hash_one((key, component));
            let is_parent = components.peek().is_some();
            if is_parent && *self.seen.entry(key).or_insert(Kind::Implied) == Kind::File {
                return Err(refuse(&rules::NAME_PREFIX));
            }
        }
        let kind = if name.is_folder() { Kind::Folder } else { Kind::File };
        match self.seen.entry(key) {
            Entry::Vacant(place) => {
                place.insert(kind);
                Ok(())
            }
            Entry::Occupied(mut place) => match (*place.get(), kind) {
                (Kind::Implied, Kind::Folder) => {
                    place.insert(kind);
                    Ok(())
                }
                (Kind::File, Kind::File) | (Kind::Folder, Kind::Folder) => {
                    Err(refuse(&rules::NAME_DUPLICATE))
                }
                _ => Err(refuse(&rules::NAME_PREFIX)),
            },
        }
    }

    /// Number of names in the set, including folders that have no entry of their own.
    pub(crate) fn len(&self) -> u64 {
        self.seen.len() as u64
    }
}

/// The name without [invisible characters](is_invisible).
fn visible(mut name: String) -> String {
    if !name.is_ascii() {
        name.retain(|character| !is_invisible(character));
    }
    name
}

/// The name as it is compared: upper case, then lower case, one character for one as NTFS does it, then NFC.
pub fn fold_name(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    name.nfc().map(fold_character).nfc().collect()
}

fn fold_character(character: char) -> char {
    let single = |mut mapped: Box<dyn Iterator<Item = char>>, original| match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => original,
    };
    // NTFS compares by a table of upper-case characters. The step to lower case makes equal what shares an upper case;
    // characters that would become two (ß) stay as they are.
    let upper = single(Box::new(character.to_uppercase()), character);
    single(Box::new(upper.to_lowercase()), upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(raw: &str) -> Option<&'static Code> {
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
            ("", &rules::NAME_EMPTY),
            ("a//b", &rules::NAME_EMPTY),
            ("a/b//", &rules::NAME_EMPTY),
            ("/etc/passwd", &rules::NAME_ABSOLUTE),
            (r"\\server\share", &rules::NAME_ABSOLUTE),
            (r"\\?\C:\x", &rules::NAME_ABSOLUTE),
            ("C:/x", &rules::NAME_DRIVE),
            ("c:x", &rules::NAME_DRIVE),
            (r"a\..\b", &rules::NAME_PARENT),
            ("a/..", &rules::NAME_PARENT),
            ("a.txt:stream", &rules::NAME_COLON),
            ("a\0b", &rules::NAME_CONTROL),
            ("a\u{7f}", &rules::NAME_CONTROL),
            ("what?", &rules::NAME_CHARACTER),
            ("dir/NUL", &rules::NAME_RESERVED),
            ("con .txt", &rules::NAME_RESERVED),
            ("lpt³.x.y", &rules::NAME_RESERVED),
            ("CONIN$", &rules::NAME_RESERVED),
            ("a./b", &rules::NAME_TRAILING),
            ("a/./b", &rules::NAME_TRAILING),
            ("a /b", &rules::NAME_TRAILING),
        ] {
            assert_eq!(rule(raw), Some(expected), "{raw:?}");
        }
        assert_eq!(rule(&"x".repeat(255)), None);
        assert_eq!(rule(&"x".repeat(256)), Some(&rules::NAME_TOO_LONG));
        assert_eq!(rule(&"😀".repeat(128)), Some(&rules::NAME_TOO_LONG));
        let deep = |components| vec!["a"; components].join("/");
        assert_eq!((rule(&deep(64)), rule(&deep(65))), (None, Some(&rules::NAME_TOO_LONG)));
        let long = |last| format!("{0}/{0}/{0}/{0}/{1}", "x".repeat(200), "y".repeat(last));
        assert_eq!((rule(&long(220)), rule(&long(221))), (None, Some(&rules::NAME_TOO_LONG)));
        assert_eq!(rule(&"a/".repeat(32_000)), Some(&rules::NAME_TOO_LONG));
    }

    #[test]
    fn encoding_follows_the_flag() {
        assert!(EntryName::parse(b"caf\xe9.txt", false).is_err());
        assert!(EntryName::parse("café.txt".as_bytes(), false).is_ok());
    }

    fn outcome(names: &[&str]) -> Option<&'static Code> {
        let mut set = NameSet::default();
        names.iter().find_map(|name| {
            let name = EntryName::parse(name.as_bytes(), true).unwrap();
            set.insert(&name).err().map(|violation| violation.rule)
        })
    }

    #[test]
    fn the_same_file_on_windows_is_a_duplicate() {
        assert_eq!(outcome(&["a/b.txt", r"A\B.TXT"]), Some(&rules::NAME_DUPLICATE));
        assert_eq!(outcome(&["é.txt", "e\u{301}.txt"]), Some(&rules::NAME_DUPLICATE));
        assert_eq!(outcome(&["Ärger/x", "ärger/X"]), Some(&rules::NAME_DUPLICATE));
        assert_eq!(outcome(&["d/", "D/"]), Some(&rules::NAME_DUPLICATE));
        for hidden in "\u{ad}\u{200b}\u{200d}\u{202e}\u{2060}\u{2066}\u{feff}\u{e0041}".chars() {
            assert_eq!(outcome(&["d/a.txt", &format!("d/a{hidden}.txt")]), Some(&rules::NAME_DUPLICATE));
            assert_eq!(outcome(&["a", &format!("{hidden}A/b")]), Some(&rules::NAME_PREFIX));
            assert_eq!(outcome(&[&format!("a{hidden}b"), "a", "b"]), None);
        }
        assert_eq!(outcome(&["straße", "strasse", "a/b", "a/c", "ab"]), None);
    }

    #[test]
    fn a_file_cannot_be_a_folder() {
        assert_eq!(outcome(&["a", "A/b"]), Some(&rules::NAME_PREFIX));
        assert_eq!(outcome(&["a/b/c", "a/B"]), Some(&rules::NAME_PREFIX));
        assert_eq!(outcome(&["a/", "a"]), Some(&rules::NAME_PREFIX));
        assert_eq!(outcome(&["a/b", "a/", "a/c/"]), None);
    }
}
