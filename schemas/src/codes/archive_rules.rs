//! The rules of the archive policy (`docs/archive-policy.md`).

use super::{Class, Code};

errors! {
    /// One entry for each rule of the archive policy (`docs/archive-policy.md`).
    archive:
    NAME_EMPTY = "name-empty", Refused,
        "an entry name is empty or has an empty component",
        ["the archive was written by a faulty program"], "pack the folder again with waybill pack";
    NAME_ABSOLUTE = "name-absolute", Refused,
        "an entry name is absolute: it starts at a root, a share or a device path",
        ["the archive was written with absolute paths"], "pack the folder with names relative to it";
    NAME_DRIVE = "name-drive", Refused,
        "an entry name starts with a drive letter",
        ["the archive was written with absolute paths"], "pack the folder with names relative to it";
    NAME_PARENT = "name-parent", Refused,
        "an entry name holds a `..` component",
        ["the archive tries to write outside its folder"], "do not unpack it; ask whoever made it";
    NAME_COLON = "name-colon", Refused,
        "an entry name holds a colon: on Windows an alternate data stream",
        ["a file name from a system that allows colons"], "rename the file in the source folder";
    NAME_CONTROL = "name-control", Refused,
        "an entry name holds a control character",
        ["a file name from a system that allows them"], "rename the file in the source folder";
    NAME_CHARACTER = "name-character", Refused,
        "an entry name holds one of < > \" | ? *, which Windows refuses",
        ["a file name from a system that allows them"], "rename the file in the source folder";
    NAME_RESERVED = "name-reserved", Refused,
        "an entry name is a device name on Windows (CON, NUL, COM1 and so on)",
        ["a file name from a system that allows it"], "rename the file in the source folder";
    NAME_TRAILING = "name-trailing", Refused,
        "a name component ends in a dot or a space, which Windows drops",
        ["a file name from a system that allows it"], "rename the file in the source folder";
    NAME_TOO_LONG = "name-too-long", Refused,
        "a name is too long: over 255 UTF-16 units in a component, 1,024 in all, or 64 components",
        ["a generated file name"], "shorten the name in the source folder";
    NAME_ENCODING = "name-encoding", Refused,
        "an entry name is not in the encoding its flags promise",
        ["the archive was written by a program with a local code page"], "pack the folder again with waybill pack";
    NAME_DUPLICATE = "name-duplicate", Refused,
        "two entries are the same file on Windows or for another reader (case, composition and invisible characters do not count)",
        ["files that differ in case only, from a case-sensitive disk",
         "a name without the flag for UTF-8 that is another's by a code page"],
        "rename one of the files in the source folder";
    NAME_PREFIX = "name-prefix", Refused,
        "an entry is a file here and a folder there",
        ["the archive was written by a faulty program"], "pack the folder again with waybill pack";
    TYPE_SPECIAL = "type-special", Refused,
        "an entry is a symbolic link, a device or another special file",
        ["the archive was made of a Unix folder that holds links"], "replace the link by the file it points to";
    TYPE_MISMATCH = "type-mismatch", Refused,
        "an entry's name says folder and its attributes or data say file, or the other way round",
        ["the archive was written by a faulty program"], "pack the folder again with waybill pack";
    ENTRY_ENCRYPTED = "entry-encrypted", Refused,
        "an entry is encrypted inside the archive",
        ["a zip with a password was packed as the payload"], "pack the plain files; the package encrypts them anyway";
    ENTRY_METHOD = "entry-method", Refused,
        "an entry uses another compression method than stored or deflated",
        ["the archive was made by a newer or special compressor"], "pack the folder again with waybill pack";
    END_MISSING = "end-missing", Refused,
        "no end-of-central-directory record: not a zip archive, or cut short",
        ["the file is another kind of file; the download was cut"], "check the file's size and fetch it again";
    END_AMBIGUOUS = "end-ambiguous", Refused,
        "more than one end-of-central-directory record: readers would see different archives",
        ["two archives were glued together to hide one"], "do not unpack it; ask whoever made it";
    JUNK_BEFORE = "junk-before", Refused,
        "bytes before the first entry belong to none",
        ["a self-extracting archive, or something hidden"], "pack the folder again with waybill pack";
    JUNK_AFTER = "junk-after", Refused,
        "bytes after the end record belong to nothing",
        ["something was appended to the file"], "fetch the file again, or pack it again";
    JUNK_BETWEEN = "junk-between", Refused,
        "bytes between the entries belong to none",
        ["an archive that was edited in place, or something hidden"], "pack the folder again with waybill pack";
    MULTI_DISK = "multi-disk", Refused,
        "the archive says that it spans several disks",
        ["a split archive"], "join the parts, or pack the folder again";
    COUNT_MISMATCH = "count-mismatch", Refused,
        "the archive holds another number of entries than it declares",
        ["the archive was damaged or edited"], "fetch the file again, or pack it again";
    DIRECTORY_MISMATCH = "directory-mismatch", Refused,
        "the central directory is not where or not as long as the archive says",
        ["the archive was damaged or edited"], "fetch the file again, or pack it again";
    ZIP64_MISMATCH = "zip64-mismatch", Refused,
        "the 64-bit sizes or offsets contradict the rest",
        ["the archive was written by a faulty program"], "pack the folder again with waybill pack";
    LOCAL_MISMATCH = "local-mismatch", Refused,
        "an entry's local header differs from the central directory",
        ["the archive was edited so that readers see different files"], "do not unpack it; ask whoever made it";
    DESCRIPTOR_MISMATCH = "descriptor-mismatch", Refused,
        "an entry's data descriptor differs from the central directory",
        ["the archive was damaged or edited"], "fetch the file again, or pack it again";
    ENTRY_OVERLAP = "entry-overlap", Refused,
        "two entries share the same bytes",
        ["a decompression bomb"], "do not unpack it; ask whoever made it";
    UNICODE_PATH = "unicode-path", Refused,
        "an entry carries a second name that differs from the first",
        ["the archive was edited so that readers see different names"], "do not unpack it; ask whoever made it";
    EXTRA_FIELD = "extra-field", Refused,
        "an extra field of an entry is cut short, or may give it another name, kind or size for some reader",
        ["the archive was edited so that readers see different files", "it was written by a program that few know"],
        "pack the folder again with waybill pack; if you did not make the archive, ask whoever made it";
    ENTRY_VERSION = "entry-version", Refused,
        "an entry needs a version of the zip format that stored and deflated data never need, or was made by a system whose attributes have another meaning",
        ["the archive was edited so that readers leave files out", "it was written by a faulty program"],
        "pack the folder again with waybill pack; if you did not make the archive, ask whoever made it";
    LIMIT_ENTRIES = "limit-entries", Refused,
        "more entries than the limit",
        ["a folder with very many small files, or a bomb"],
        "raise the limit, or put the files into an archive of their own";
    LIMIT_PACKAGE = "limit-package", Refused,
        "larger than the limit for a package",
        ["a very large application, or the wrong folder"], "raise the limit; Intune itself takes 30 GB at most";
    LIMIT_UNPACKED = "limit-unpacked", Refused,
        "more unpacked bytes than the limit",
        ["a very large application, or a bomb"], "raise the limit if the content is what you expect";
    LIMIT_RATIO = "limit-ratio", Refused,
        "an entry unpacks to more than deflate can hold",
        ["a decompression bomb"], "do not unpack it; ask whoever made it";
    DATA_CRC = "data-crc", Refused,
        "an entry's bytes do not match its CRC",
        ["the archive was damaged before it was packed"], "fetch the file again, or pack it again";
    DATA_SIZE = "data-size", Refused,
        "an entry unpacks to another size than it declares",
        ["the archive was damaged, or lies about sizes"], "fetch the file again, or pack it again";
    DATA_DEFLATE = "data-deflate", Refused,
        "an entry's compressed data is not valid deflate",
        ["the archive was damaged before it was packed"], "fetch the file again, or pack it again";
}
