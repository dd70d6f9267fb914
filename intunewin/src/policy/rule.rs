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
