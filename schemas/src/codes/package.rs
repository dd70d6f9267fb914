//! Reading, authenticating and unpacking packages.

use super::{Class, Code};

/// The package could not be read.
pub const PACKAGE_UNREADABLE: Code = Code {
    id: "package-unreadable",
    class: Class::Machine,
    meaning: "the package could not be read",
    causes: &[
        "the disk or the network share reported an error",
        "the file was removed or cut while it was read",
    ],
    hint: "check the disk and the path, then try again",
};

/// The file is not an `.intunewin` package.
pub const NOT_A_PACKAGE: Code = Code {
    id: "not-a-package",
    class: Class::Refused,
    meaning: "the file is not an .intunewin package",
    causes: &["another kind of file", "a download that was cut or replaced by an error page"],
    hint: "pack the installer's folder with `waybill pack`, or fetch the file again",
};

/// The file looks like a bare encrypted content: there is no Detection.xml with its keys around it.
pub const CONTENT_ALONE: Code = Code {
    id: "content-alone",
    class: Class::Refused,
    meaning: "the file looks like a bare encrypted content: there is no Detection.xml with its keys around it",
    causes: &["the file was taken out of a package, or from Intune's storage, by itself"],
    hint: "give the keys with `--encryption-info <Detection.xml|json>`",
};

/// The package holds no IntuneWinPackage/Metadata/Detection.xml.
pub const METADATA_MISSING: Code = Code {
    id: "metadata-missing",
    class: Class::Refused,
    meaning: "the package holds no IntuneWinPackage/Metadata/Detection.xml",
    causes: &["an ordinary zip with the wrong ending", "a package that another tool wrote wrongly"],
    hint: "pack the source folder again",
};

/// The package does not hold the content that Detection.xml names.
pub const CONTENT_MISSING: Code = Code {
    id: "content-missing",
    class: Class::Refused,
    meaning: "the package does not hold the content that Detection.xml names",
    causes: &["a package that was edited or that another tool wrote wrongly"],
    hint: "pack the source folder again",
};

/// The encrypted content could not be read.
pub const CONTENT_UNREADABLE: Code = Code {
    id: "content-unreadable",
    class: Class::Machine,
    meaning: "the encrypted content could not be read",
    causes: &["the disk or the network share reported an error", "the file was cut while it was read"],
    hint: "check the disk and the path, then try again",
};

/// The content is not a 48-byte header and whole 16-byte blocks.
pub const CONTENT_SHAPE: Code = Code {
    id: "content-shape",
    class: Class::Refused,
    meaning: "the content is not a 48-byte header and whole 16-byte blocks",
    causes: &["a cut file", "a content that another tool wrote wrongly"],
    hint: "fetch the content again, or pack the source folder again",
};

/// The content's first 48 bytes are not the MAC and IV of its encryption info: it is another content.
pub const CONTENT_HEADER: Code = Code {
    id: "content-header",
    class: Class::Integrity,
    meaning: "the content's first 48 bytes are not the MAC and IV of its encryption info: it is another content",
    causes: &[
        "a content paired with the document of another package or version",
        "a replaced or altered file",
    ],
    hint: "get content and document of one and the same package",
};

/// The content is not what its maker sealed.
pub const MAC_MISMATCH: Code = Code {
    id: "mac-mismatch",
    class: Class::Integrity,
    meaning: "the content is not what its maker sealed",
    causes: &["bytes changed on the way or on the disk", "a document of another package", "tampering"],
    hint: "fetch it again; if it fails again, get it anew from whoever made it",
};

/// The MAC holds but the decrypted content does not end as it should.
pub const PADDING_INVALID: Code = Code {
    id: "padding-invalid",
    class: Class::Refused,
    meaning: "the MAC holds but the decrypted content does not end as it should",
    causes: &["a wrong encryption key beside the right MAC key", "a tool that pads wrongly"],
    hint: "pack the source folder again with `waybill pack`",
};

/// The payload is not the one the encryption info describes.
pub const DIGEST_MISMATCH: Code = Code {
    id: "digest-mismatch",
    class: Class::Integrity,
    meaning: "the payload is not the one the encryption info describes",
    causes: &["a document of another package", "a tool that computes the digest over something else"],
    hint: "get content and document of one and the same package",
};

/// The payload's size differs from UnencryptedContentSize.
pub const SIZE_MISMATCH: Code = Code {
    id: "size-mismatch",
    class: Class::Refused,
    meaning: "the payload's size differs from UnencryptedContentSize",
    causes: &["a tool that writes the sum of the files instead of the payload's size"],
    hint: "pack the source folder again with `waybill pack`",
};

/// The payload does not hold the setup file that Detection.xml names.
pub const SETUP_FILE_ABSENT: Code = Code {
    id: "setup-file-absent",
    class: Class::Refused,
    meaning: "the payload does not hold the setup file that Detection.xml names",
    causes: &["a Detection.xml that was edited", "a tool that packed another folder"],
    hint: "pack the source folder again with `waybill pack`; `waybill unpack` takes the files out all the same",
};

/// The work was interrupted; nothing half-done was left in its place.
pub const INTERRUPTED: Code = Code {
    id: "interrupted",
    class: Class::Interrupted,
    meaning: "the work was interrupted; nothing half-done was left in its place",
    causes: &["Ctrl-C"],
    hint: "run the same command again",
};

/// The destination is there already and is not empty.
pub const DESTINATION_EXISTS: Code = Code {
    id: "destination-exists",
    class: Class::Usage,
    meaning: "the destination is there already and is not empty",
    causes: &["an earlier run", "a wrong path"],
    hint: "choose another destination, or give --force to replace it",
};

/// The destination cannot hold an unpacked folder.
pub const DESTINATION_UNUSABLE: Code = Code {
    id: "destination-unusable",
    class: Class::Usage,
    meaning: "the destination cannot hold an unpacked folder",
    causes: &["it is a file or a link", "it is the root of a volume"],
    hint: "name a folder that does not exist yet",
};

/// The partial file could not be made, read or written.
pub const RECEIVE_FAILED: Code = Code {
    id: "receive-failed",
    class: Class::Machine,
    meaning: "the partial file could not be made, read or written",
    causes: &["the disk is full", "no permission on the folder", "a file is there already"],
    hint: "make room or choose another folder, then run the same command again",
};

/// The partial file is a link or belongs to somebody else.
pub const PARTIAL_FOREIGN: Code = Code {
    id: "partial-foreign",
    class: Class::Refused,
    meaning: "the partial file is a link or belongs to somebody else",
    causes: &["a folder that other users may write to"],
    hint: "remove the file, and receive into a folder that is yours alone",
};

/// Another number of bytes arrived than the content has.
pub const CONTENT_LENGTH: Code = Code {
    id: "content-length",
    class: Class::Integrity,
    meaning: "another number of bytes arrived than the content has",
    causes: &["a cut transfer", "another content under the same address"],
    hint: "go on with the transfer, or get content and document of one and the same package",
};

/// A file could not be written while unpacking.
pub const UNPACK_FAILED: Code = Code {
    id: "unpack-failed",
    class: Class::Machine,
    meaning: "a file could not be written while unpacking",
    causes: &["the disk is full", "no permission on the folder", "a virus scanner holds a file"],
    hint: "make room or choose another folder, then run the same command again",
};

/// The unpacked folder could not be moved into place.
pub const MOVE_FAILED: Code = Code {
    id: "move-failed",
    class: Class::Machine,
    meaning: "the unpacked folder could not be moved into place",
    causes: &["a program holds a file in it open"],
    hint: "close the program and run the same command again; until then the unpacked files are in the staging folder \
           that the message names",
};

/// A private staging folder or file could not be made.
pub const STAGING_FAILED: Code = Code {
    id: "staging-failed",
    class: Class::Machine,
    meaning: "a private staging folder or file could not be made",
    causes: &["no permission on the folder", "the disk is full"],
    hint: "choose a destination that you may write to",
};

pub(super) const ALL: &[&Code] = &[
    &PACKAGE_UNREADABLE,
    &NOT_A_PACKAGE,
    &CONTENT_ALONE,
    &METADATA_MISSING,
    &CONTENT_MISSING,
    &CONTENT_UNREADABLE,
    &CONTENT_SHAPE,
    &CONTENT_HEADER,
    &MAC_MISMATCH,
    &PADDING_INVALID,
    &DIGEST_MISMATCH,
    &SIZE_MISMATCH,
    &SETUP_FILE_ABSENT,
    &INTERRUPTED,
    &DESTINATION_EXISTS,
    &DESTINATION_UNUSABLE,
    &RECEIVE_FAILED,
    &PARTIAL_FOREIGN,
    &CONTENT_LENGTH,
    &UNPACK_FAILED,
    &MOVE_FAILED,
    &STAGING_FAILED,
];
