//! The rules of the archive policy (`docs/archive-policy.md`): one entry for each.

use super::{Class, Code};

const fn rule(
    id: &'static str,
    meaning: &'static str,
    causes: &'static [&'static str],
    hint: &'static str,
) -> Code {
    Code { id, class: Class::Refused, meaning, causes, hint }
}

/// An entry name is empty or has an empty component.
pub const NAME_EMPTY: Code = rule(
    "name-empty",
    "an entry name is empty or has an empty component",
    &["the archive was written by a faulty program"],
    "pack the folder again with waybill pack",
);
/// An entry name is absolute: it starts at a root, a share or a device path.
pub const NAME_ABSOLUTE: Code = rule(
    "name-absolute",
    "an entry name is absolute: it starts at a root, a share or a device path",
    &["the archive was written with absolute paths"],
    "pack the folder with names relative to it",
);
/// An entry name starts with a drive letter.
pub const NAME_DRIVE: Code = rule(
    "name-drive",
    "an entry name starts with a drive letter",
    &["the archive was written with absolute paths"],
    "pack the folder with names relative to it",
);
/// An entry name holds a `..` component.
pub const NAME_PARENT: Code = rule(
    "name-parent",
    "an entry name holds a `..` component",
    &["the archive tries to write outside its folder"],
    "do not unpack it; ask whoever made it",
);
/// An entry name holds a colon: on Windows an alternate data stream.
pub const NAME_COLON: Code = rule(
    "name-colon",
    "an entry name holds a colon: on Windows an alternate data stream",
    &["a file name from a system that allows colons"],
    "rename the file in the source folder",
);
/// An entry name holds a control character.
pub const NAME_CONTROL: Code = rule(
    "name-control",
    "an entry name holds a control character",
    &["a file name from a system that allows them"],
    "rename the file in the source folder",
);
/// An entry name holds one of < > " | ? *, which Windows refuses.
pub const NAME_CHARACTER: Code = rule(
    "name-character",
    "an entry name holds one of < > \" | ? *, which Windows refuses",
    &["a file name from a system that allows them"],
    "rename the file in the source folder",
);
/// An entry name is a device name on Windows (CON, NUL, COM1 and so on).
pub const NAME_RESERVED: Code = rule(
    "name-reserved",
    "an entry name is a device name on Windows (CON, NUL, COM1 and so on)",
    &["a file name from a system that allows it"],
    "rename the file in the source folder",
);
/// A name component ends in a dot or a space, which Windows drops.
pub const NAME_TRAILING: Code = rule(
    "name-trailing",
    "a name component ends in a dot or a space, which Windows drops",
    &["a file name from a system that allows it"],
    "rename the file in the source folder",
);
/// A name or one of its components is too long.
pub const NAME_TOO_LONG: Code = rule(
    "name-too-long",
    "a name is too long: over 255 UTF-16 units in a component, 1,024 in all, or 64 components",
    &["a generated file name"],
    "shorten the name in the source folder",
);
/// An entry name is not in the encoding its flags promise.
pub const NAME_ENCODING: Code = rule(
    "name-encoding",
    "an entry name is not in the encoding its flags promise",
    &["the archive was written by a program with a local code page"],
    "pack the folder again with waybill pack",
);
/// Two entries are the same file on Windows (case and composition do not count).
pub const NAME_DUPLICATE: Code = rule(
    "name-duplicate",
    "two entries are the same file on Windows (case and composition do not count)",
    &["files that differ in case only, from a case-sensitive disk"],
    "rename one of the files in the source folder",
);
/// An entry is a file here and a folder there.
pub const NAME_PREFIX: Code = rule(
    "name-prefix",
    "an entry is a file here and a folder there",
    &["the archive was written by a faulty program"],
    "pack the folder again with waybill pack",
);
/// An entry is a symbolic link, a device or another special file.
pub const TYPE_SPECIAL: Code = rule(
    "type-special",
    "an entry is a symbolic link, a device or another special file",
    &["the archive was made of a Unix folder that holds links"],
    "replace the link by the file it points to",
);
/// An entry's name says folder and its mode or data says file, or the other way round.
pub const TYPE_MISMATCH: Code = rule(
    "type-mismatch",
    "an entry's name says folder and its mode or data says file, or the other way round",
    &["the archive was written by a faulty program"],
    "pack the folder again with waybill pack",
);
/// An entry is encrypted inside the archive.
pub const ENTRY_ENCRYPTED: Code = rule(
    "entry-encrypted",
    "an entry is encrypted inside the archive",
    &["a zip with a password was packed as the payload"],
    "pack the plain files; the package encrypts them anyway",
);
/// An entry uses another compression method than stored or deflated.
pub const ENTRY_METHOD: Code = rule(
    "entry-method",
    "an entry uses another compression method than stored or deflated",
    &["the archive was made by a newer or special compressor"],
    "pack the folder again with waybill pack",
);
/// No end-of-central-directory record: not a zip archive, or cut short.
pub const END_MISSING: Code = rule(
    "end-missing",
    "no end-of-central-directory record: not a zip archive, or cut short",
    &["the file is another kind of file; the download was cut"],
    "check the file's size and fetch it again",
);
/// More than one end-of-central-directory record: readers would see different archives.
pub const END_AMBIGUOUS: Code = rule(
    "end-ambiguous",
    "more than one end-of-central-directory record: readers would see different archives",
    &["two archives were glued together to hide one"],
    "do not unpack it; ask whoever made it",
);
/// Bytes before the first entry belong to none.
pub const JUNK_BEFORE: Code = rule(
    "junk-before",
    "bytes before the first entry belong to none",
    &["a self-extracting archive, or something hidden"],
    "pack the folder again with waybill pack",
);
/// Bytes after the end record belong to nothing.
pub const JUNK_AFTER: Code = rule(
    "junk-after",
    "bytes after the end record belong to nothing",
    &["something was appended to the file"],
    "fetch the file again, or pack it again",
);
/// Bytes between the entries belong to none.
pub const JUNK_BETWEEN: Code = rule(
    "junk-between",
    "bytes between the entries belong to none",
    &["an archive that was edited in place, or something hidden"],
    "pack the folder again with waybill pack",
);
/// The archive says that it spans several disks.
pub const MULTI_DISK: Code = rule(
    "multi-disk",
    "the archive says that it spans several disks",
    &["a split archive"],
    "join the parts, or pack the folder again",
);
/// The archive holds another number of entries than it declares.
pub const COUNT_MISMATCH: Code = rule(
    "count-mismatch",
    "the archive holds another number of entries than it declares",
    &["the archive was damaged or edited"],
    "fetch the file again, or pack it again",
);
/// The central directory is not where or not as long as the archive says.
pub const DIRECTORY_MISMATCH: Code = rule(
    "directory-mismatch",
    "the central directory is not where or not as long as the archive says",
    &["the archive was damaged or edited"],
    "fetch the file again, or pack it again",
);
/// The 64-bit sizes or offsets contradict the rest.
pub const ZIP64_MISMATCH: Code = rule(
    "zip64-mismatch",
    "the 64-bit sizes or offsets contradict the rest",
    &["the archive was written by a faulty program"],
    "pack the folder again with waybill pack",
);
/// An entry's local header differs from the central directory.
pub const LOCAL_MISMATCH: Code = rule(
    "local-mismatch",
    "an entry's local header differs from the central directory",
    &["the archive was edited so that readers see different files"],
    "do not unpack it; ask whoever made it",
);
/// An entry's data descriptor differs from the central directory.
pub const DESCRIPTOR_MISMATCH: Code = rule(
    "descriptor-mismatch",
    "an entry's data descriptor differs from the central directory",
    &["the archive was damaged or edited"],
    "fetch the file again, or pack it again",
);
/// Two entries share the same bytes.
pub const ENTRY_OVERLAP: Code = rule(
    "entry-overlap",
    "two entries share the same bytes",
    &["a decompression bomb"],
    "do not unpack it; ask whoever made it",
);
/// An entry carries a second name that differs from the first.
pub const UNICODE_PATH: Code = rule(
    "unicode-path",
    "an entry carries a second name that differs from the first",
    &["the archive was edited so that readers see different names"],
    "do not unpack it; ask whoever made it",
);
/// More entries than the limit.
pub const LIMIT_ENTRIES: Code = rule(
    "limit-entries",
    "more entries than the limit",
    &["a folder with very many small files, or a bomb"],
    "raise the limit, or put the files into an archive of their own",
);
/// Larger than the limit for a package.
pub const LIMIT_PACKAGE: Code = rule(
    "limit-package",
    "larger than the limit for a package",
    &["a very large application, or the wrong folder"],
    "raise the limit; Intune itself takes 30 GB at most",
);
/// More unpacked bytes than the limit.
pub const LIMIT_UNPACKED: Code = rule(
    "limit-unpacked",
    "more unpacked bytes than the limit",
    &["a very large application, or a bomb"],
    "raise the limit if the content is what you expect",
);
/// An entry unpacks to more than deflate can hold.
pub const LIMIT_RATIO: Code = rule(
    "limit-ratio",
    "an entry unpacks to more than deflate can hold",
    &["a decompression bomb"],
    "do not unpack it; ask whoever made it",
);
/// An entry's bytes do not match its CRC.
pub const DATA_CRC: Code = rule(
    "data-crc",
    "an entry's bytes do not match its CRC",
    &["the archive was damaged before it was packed"],
    "fetch the file again, or pack it again",
);
/// An entry unpacks to another size than it declares.
pub const DATA_SIZE: Code = rule(
    "data-size",
    "an entry unpacks to another size than it declares",
    &["the archive was damaged, or lies about sizes"],
    "fetch the file again, or pack it again",
);
/// An entry's compressed data is not valid deflate.
pub const DATA_DEFLATE: Code = rule(
    "data-deflate",
    "an entry's compressed data is not valid deflate",
    &["the archive was damaged before it was packed"],
    "fetch the file again, or pack it again",
);

pub(super) const ALL: &[&Code] = &[
    &NAME_EMPTY,
    &NAME_ABSOLUTE,
    &NAME_DRIVE,
    &NAME_PARENT,
    &NAME_COLON,
    &NAME_CONTROL,
    &NAME_CHARACTER,
    &NAME_RESERVED,
    &NAME_TRAILING,
    &NAME_TOO_LONG,
    &NAME_ENCODING,
    &NAME_DUPLICATE,
    &NAME_PREFIX,
    &TYPE_SPECIAL,
    &TYPE_MISMATCH,
    &ENTRY_ENCRYPTED,
    &ENTRY_METHOD,
    &END_MISSING,
    &END_AMBIGUOUS,
    &JUNK_BEFORE,
    &JUNK_AFTER,
    &JUNK_BETWEEN,
    &MULTI_DISK,
    &COUNT_MISMATCH,
    &DIRECTORY_MISMATCH,
    &ZIP64_MISMATCH,
    &LOCAL_MISMATCH,
    &DESCRIPTOR_MISMATCH,
    &ENTRY_OVERLAP,
    &UNICODE_PATH,
    &LIMIT_ENTRIES,
    &LIMIT_PACKAGE,
    &LIMIT_UNPACKED,
    &LIMIT_RATIO,
    &DATA_CRC,
    &DATA_SIZE,
    &DATA_DEFLATE,
];
