//! The rules of the archive policy, and how a broken one is described.

use waybill_schemas::codes::{Code, archive};

/// A rule of the archive policy; each has its entry in the table of codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// An entry name is empty or has an empty component.
    NameEmpty,
    /// An entry name is absolute: it starts at a root, a share or a device path.
    NameAbsolute,
    /// An entry name starts with a drive letter.
    NameDrive,
    /// An entry name holds a `..` component.
    NameParent,
    /// An entry name holds a colon: on Windows an alternate data stream.
    NameColon,
    /// An entry name holds a control character.
    NameControl,
    /// An entry name holds one of `< > " | ? *`, which Windows refuses.
    NameCharacter,
    /// An entry name is a device name on Windows (CON, NUL, COM1 and so on).
    NameReserved,
    /// A name component ends in a dot or a space, which Windows drops.
    NameTrailing,
    /// A name is too long: over 255 UTF-16 units in a component, 1,024 in all, or 64 components.
    NameTooLong,
    /// An entry name is not in the encoding its flags promise.
    NameEncoding,
    /// Two entries are the same file on Windows (case and composition do not count).
    NameDuplicate,
    /// An entry is a file here and a folder there.
    NamePrefix,
    /// An entry is a symbolic link, a device or another special file.
    TypeSpecial,
    /// An entry's name says folder and its mode or data says file, or the other way round.
    TypeMismatch,
    /// An entry is encrypted inside the archive.
    EntryEncrypted,
    /// An entry uses another compression method than stored or deflated.
    EntryMethod,
    /// No end-of-central-directory record: not a zip archive, or cut short.
    EndMissing,
    /// More than one end-of-central-directory record: readers would see different archives.
    EndAmbiguous,
    /// Bytes before the first entry belong to none.
    JunkBefore,
    /// Bytes after the end record belong to nothing.
    JunkAfter,
    /// Bytes between the entries belong to none.
    JunkBetween,
    /// The archive says that it spans several disks.
    MultiDisk,
    /// The archive holds another number of entries than it declares.
    CountMismatch,
    /// The central directory is not where or not as long as the archive says.
    DirectoryMismatch,
    /// The 64-bit sizes or offsets contradict the rest.
    Zip64Mismatch,
    /// An entry's local header differs from the central directory.
    LocalMismatch,
    /// An entry's data descriptor differs from the central directory.
    DescriptorMismatch,
    /// Two entries share the same bytes.
    EntryOverlap,
    /// An entry carries a second name that differs from the first.
    UnicodePath,
    /// More entries than the limit.
    LimitEntries,
    /// Larger than the limit for a package.
    LimitPackage,
    /// More unpacked bytes than the limit.
    LimitUnpacked,
    /// An entry unpacks to more than deflate can hold.
    LimitRatio,
    /// An entry's bytes do not match its CRC.
    DataCrc,
    /// An entry unpacks to another size than it declares.
    DataSize,
    /// An entry's compressed data is not valid deflate.
    DataDeflate,
}

impl Rule {
    /// Its entry in the table of codes.
    pub const fn code(self) -> &'static Code {
        match self {
            Self::NameEmpty => &archive::NAME_EMPTY,
            Self::NameAbsolute => &archive::NAME_ABSOLUTE,
            Self::NameDrive => &archive::NAME_DRIVE,
            Self::NameParent => &archive::NAME_PARENT,
            Self::NameColon => &archive::NAME_COLON,
            Self::NameControl => &archive::NAME_CONTROL,
            Self::NameCharacter => &archive::NAME_CHARACTER,
            Self::NameReserved => &archive::NAME_RESERVED,
            Self::NameTrailing => &archive::NAME_TRAILING,
            Self::NameTooLong => &archive::NAME_TOO_LONG,
            Self::NameEncoding => &archive::NAME_ENCODING,
            Self::NameDuplicate => &archive::NAME_DUPLICATE,
            Self::NamePrefix => &archive::NAME_PREFIX,
            Self::TypeSpecial => &archive::TYPE_SPECIAL,
            Self::TypeMismatch => &archive::TYPE_MISMATCH,
            Self::EntryEncrypted => &archive::ENTRY_ENCRYPTED,
            Self::EntryMethod => &archive::ENTRY_METHOD,
            Self::EndMissing => &archive::END_MISSING,
            Self::EndAmbiguous => &archive::END_AMBIGUOUS,
            Self::JunkBefore => &archive::JUNK_BEFORE,
            Self::JunkAfter => &archive::JUNK_AFTER,
            Self::JunkBetween => &archive::JUNK_BETWEEN,
            Self::MultiDisk => &archive::MULTI_DISK,
            Self::CountMismatch => &archive::COUNT_MISMATCH,
            Self::DirectoryMismatch => &archive::DIRECTORY_MISMATCH,
            Self::Zip64Mismatch => &archive::ZIP64_MISMATCH,
            Self::LocalMismatch => &archive::LOCAL_MISMATCH,
            Self::DescriptorMismatch => &archive::DESCRIPTOR_MISMATCH,
            Self::EntryOverlap => &archive::ENTRY_OVERLAP,
            Self::UnicodePath => &archive::UNICODE_PATH,
            Self::LimitEntries => &archive::LIMIT_ENTRIES,
            Self::LimitPackage => &archive::LIMIT_PACKAGE,
            Self::LimitUnpacked => &archive::LIMIT_UNPACKED,
            Self::LimitRatio => &archive::LIMIT_RATIO,
            Self::DataCrc => &archive::DATA_CRC,
            Self::DataSize => &archive::DATA_SIZE,
            Self::DataDeflate => &archive::DATA_DEFLATE,
        }
    }

    /// Its stable name, such as `name-drive`.
    pub const fn id(self) -> &'static str {
        self.code().id
    }
}

/// One broken rule: which, where, and what was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The rule.
    pub rule: Rule,
    /// The entry's name, escaped and cut to 200 characters; `None` where the archive as a whole breaks the rule.
    pub entry: Option<String>,
    /// What was seen, with both values where two differ; empty where the rule says it all.
    pub detail: String,
}

impl Violation {
    /// The archive as a whole breaks `rule`.
    pub(crate) fn archive(rule: Rule, detail: impl Into<String>) -> Self {
        Self { rule, entry: None, detail: detail.into() }
    }

    /// The entry called `raw` breaks `rule`.
    pub(crate) fn entry(rule: Rule, raw: &[u8], detail: impl Into<String>) -> Self {
        Self { rule, entry: Some(shown(raw)), detail: detail.into() }
    }
}

impl std::fmt::Display for Violation {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(entry) = &self.entry {
            write!(formatter, "`{entry}`: ")?;
        }
        formatter.write_str(self.rule.code().meaning)?;
        if !self.detail.is_empty() {
            write!(formatter, " ({})", self.detail)?;
        }
        write!(formatter, " [{}]", self.rule.id())
    }
}

/// A raw name made safe to print: no control characters, no invalid bytes, at most 200 characters.
pub(crate) fn shown(raw: &[u8]) -> String {
    const MOST: usize = 200;
    let text = String::from_utf8_lossy(raw);
    let mut shown: String = text.chars().take(MOST).flat_map(escape).collect();
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}

fn escape(character: char) -> impl Iterator<Item = char> {
    let bidirectional =
        matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    // Bidirectional marks can show `exe.txt` for `txt.exe`.
    let escaped = character.is_control() || bidirectional;
    let plain = (!escaped).then_some(character);
    escaped.then(|| character.escape_unicode()).into_iter().flatten().chain(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_play_with_the_terminal() {
        assert_eq!(shown(b"a\x1b[31m\xff"), "a\\u{1b}[31m\u{fffd}");
        assert_eq!(shown("exe\u{202e}txt".as_bytes()), "exe\\u{202e}txt");
        assert_eq!(shown(&[b'x'; 300]).chars().count(), 201);
    }

    #[test]
    fn a_violation_says_what_where_and_which() {
        let violation = Violation::entry(Rule::NameDrive, b"C:\\x", "");
        assert_eq!(violation.to_string(), "`C:\\x`: an entry name starts with a drive letter [name-drive]");
    }
}
