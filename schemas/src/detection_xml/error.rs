//! What is wrong, or merely unusual, about a Detection.xml.

use crate::codes::{Classified, Code, documents};
use crate::json_text::Quoted;
use crate::keys::BytesError;
use std::fmt;

/// Why a Detection.xml is refused, with one variant for each fault. No message holds key material.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DetectionXmlError {
    /// The document is larger than [`super::DETECTION_XML_LIMIT`].
    #[error("Detection.xml is {actual} bytes long where {limit} are allowed")]
    TooLarge {
        /// The length of the document in bytes.
        actual: usize,
        /// The largest length that is read, in bytes.
        limit: usize,
    },
    /// UTF-16, with or without a byte order mark.
    #[error("Detection.xml is UTF-16; it has to be UTF-8")]
    Utf16,
    /// Bytes that are not UTF-8.
    #[error("Detection.xml is not UTF-8 at byte {offset}")]
    NotUtf8 {
        /// The offset of the first wrong byte.
        offset: usize,
    },
    /// The declaration names another encoding than UTF-8.
    #[error("Detection.xml declares another encoding than UTF-8")]
    Encoding,
    /// The declaration names another version than 1.0.
    #[error("Detection.xml declares another version of XML than 1.0")]
    Version,
    /// A character that XML cannot hold, raw or as a reference.
    #[error("Detection.xml holds the character U+{code:04X}, which XML forbids")]
    Character {
        /// The code point of the character.
        code: u32,
    },
    /// The document breaks a rule of XML.
    #[error("Detection.xml is not well-formed at byte {offset}: {reason}")]
    NotWellFormed {
        /// The offset of the fault in bytes.
        offset: u64,
        /// The rule that is broken.
        reason: &'static str,
    },
    /// A document type declaration.
    #[error("Detection.xml holds a DOCTYPE")]
    Doctype,
    /// A reference to an entity that is not one of XML's five.
    #[error("Detection.xml refers to an entity of its own at byte {offset}")]
    Entity {
        /// The offset of the reference in bytes.
        offset: u64,
    },
    /// Elements nested deeper than the bound.
    #[error("the elements of Detection.xml are nested deeper than {limit}")]
    TooDeep {
        /// How many levels are allowed.
        limit: usize,
    },
    /// More elements, or attributes of one element, than the bound.
    #[error("Detection.xml holds more than {limit} {what}")]
    TooMany {
        /// What there is too much of: `elements`, or `attributes of one element`.
        what: &'static str,
        /// How many of them are allowed.
        limit: usize,
    },
    /// No element at all.
    #[error("Detection.xml holds no element")]
    NoRoot,
    /// Another root than `ApplicationInfo`.
    #[error("the root of Detection.xml is {name}; it has to be ApplicationInfo")]
    WrongRoot {
        /// The name of the root element.
        name: String,
    },
    /// A second root element.
    #[error("Detection.xml has a second root element, {name}")]
    SecondRoot {
        /// The name of the second root element.
        name: String,
    },
    /// Text before or after the root.
    #[error("Detection.xml holds text outside its root at byte {offset}")]
    TextOutsideRoot {
        /// The offset of the text in bytes.
        offset: u64,
    },
    /// Text where only elements belong.
    #[error("{element} holds text; only elements belong there")]
    MisplacedText {
        /// The element that holds the text.
        element: &'static str,
    },
    /// Elements where only text belongs.
    #[error("{field} holds elements; only text belongs there")]
    NestedElements {
        /// The element that holds the elements.
        field: &'static str,
    },
    /// A field occurs twice.
    #[error("{field} occurs twice in {parent}")]
    Duplicate {
        /// The element that the field stands in.
        parent: &'static str,
        /// The name of the field's element.
        field: &'static str,
    },
    /// A required field is not there, or empty where it may not be.
    #[error("{field} is missing from {parent}")]
    Missing {
        /// The element that the field belongs in.
        parent: &'static str,
        /// The name of the field's element.
        field: &'static str,
    },
    /// A key, IV, MAC or digest that is not base64 of its length.
    #[error("{field} is not what it should be")]
    Bytes {
        /// The name of the field's element.
        field: &'static str,
        /// What is wrong with it.
        #[source]
        source: BytesError,
    },
    /// A size that is no number, negative or absurd.
    #[error("UnencryptedContentSize is {found}; a number of bytes up to {limit} is needed", found = Quoted(found))]
    Size {
        /// The value, cut short.
        found: String,
        /// The largest that is read.
        limit: u64,
    },
    /// An encryption profile that is not known.
    #[error("ProfileIdentifier is {found}; only \"ProfileVersion1\" is known", found = Quoted(found))]
    Profile {
        /// The value, cut short.
        found: String,
    },
    /// A digest algorithm that is not known.
    #[error("FileDigestAlgorithm is {found}; only \"SHA256\" is known", found = Quoted(found))]
    DigestAlgorithm {
        /// The value, cut short.
        found: String,
    },
    /// `FileName` is not the name of one file.
    #[error("FileName {found} is not the name of a file", found = Quoted(found))]
    FileName {
        /// The value, cut short.
        found: String,
        /// The rule that it breaks.
        #[source]
        source: ContentNameFault,
    },
}

/// A value from the document for a message: never so much of it that a key could show.
pub(super) fn shown(text: &str) -> String {
    // A key in base64 has 44 characters and an IV 24: what is shown is shorter than either, so a value in the wrong
    // element does not give one away.
    const LIMIT: usize = 20;
    match text.char_indices().nth(LIMIT) {
        None => text.to_owned(),
        Some(_) => format!("({} characters)", text.chars().count()),
    }
}

impl Classified for DetectionXmlError {
    fn code(&self) -> &'static Code {
        match self {
            Self::TooLarge { .. }
            | Self::Utf16
            | Self::NotUtf8 { .. }
            | Self::Encoding
            | Self::Version
            | Self::Character { .. }
            | Self::NotWellFormed { .. } => &documents::DETECTION_XML_UNREADABLE,
            Self::Doctype | Self::Entity { .. } | Self::TooDeep { .. } | Self::TooMany { .. } => {
                &documents::DETECTION_XML_FORBIDDEN
            }
            Self::NoRoot
            | Self::WrongRoot { .. }
            | Self::SecondRoot { .. }
            | Self::TextOutsideRoot { .. }
            | Self::MisplacedText { .. }
            | Self::NestedElements { .. }
            | Self::Duplicate { .. }
            | Self::Missing { .. } => &documents::DETECTION_XML_SHAPE,
            Self::Bytes { .. }
            | Self::Size { .. }
            | Self::Profile { .. }
            | Self::DigestAlgorithm { .. }
            | Self::FileName { .. } => &documents::DETECTION_XML_VALUE,
        }
    }
}

/// Why a Detection.xml cannot be written: [`super::ApplicationInfo::read`] would refuse it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DetectionXmlWriteError {
    /// A character that XML cannot hold.
    #[error("{field} holds the character U+{code:04X}, which XML forbids")]
    Character {
        /// The name of the field's element.
        field: &'static str,
        /// The character's code point.
        code: u32,
    },
    /// `FileName` is not the name of one file.
    #[error("FileName {found} is not the name of a file", found = Quoted(found))]
    FileName {
        /// The value, cut short.
        found: String,
        /// The rule that it breaks.
        #[source]
        source: ContentNameFault,
    },
    /// The name of the setup file is empty.
    #[error("SetupFile is empty")]
    NoSetupFile,
    /// The payload is larger than anything that is read.
    #[error("UnencryptedContentSize is {actual}; at most {limit} bytes are read")]
    Size {
        /// The size of the payload in bytes.
        actual: u64,
        /// The largest that is read.
        limit: u64,
    },
    /// The document would be larger than what is read.
    #[error("Detection.xml would be {actual} bytes long where {limit} are allowed")]
    TooLarge {
        /// The length of the document in bytes.
        actual: usize,
        /// The largest length that is read, in bytes.
        limit: usize,
    },
}

impl Classified for DetectionXmlWriteError {
    fn code(&self) -> &'static Code {
        &documents::DETECTION_XML_UNWRITABLE
    }
}

/// The longest name a file can have on NTFS, in UTF-16 units.
const NAME_LIMIT: usize = 255;

/// Why a `FileName` is not the name of one file (`docs/package-format.md`, reader case 12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContentNameFault {
    /// The name is empty.
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
    /// A control character, which no file name on Windows holds.
    #[error("it holds a control character")]
    Control,
    /// The name is longer than any file name on NTFS.
    #[error("it is longer than 255 UTF-16 units")]
    TooLong,
}

/// Whether `name` names one file, on every host.
pub(super) fn check_content_name(name: &str) -> Result<(), ContentNameFault> {
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

/// A harmless deviation from the shape that Microsoft's tool writes. The document is accepted; `waybill lint` reports
/// it as WB403.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DetectionXmlNote {
    /// The document begins with a UTF-8 byte order mark.
    ByteOrderMark,
    /// The document begins with an XML declaration.
    Declaration,
    /// Lines end in LF; Microsoft's tool writes CRLF on Windows, LF elsewhere.
    LineFeeds,
    /// The root's namespaces or attributes differ, or stand in another order.
    RootAttributes,
    /// `ToolVersion` is missing or empty.
    MissingToolVersion,
    /// The known children of `parent` stand in another order.
    ElementOrder {
        /// The element whose children they are.
        parent: &'static str,
    },
    /// An element that the format does not know; its content is ignored.
    UnknownElement {
        /// The element it stands in.
        parent: &'static str,
        /// The name of the unknown element.
        name: String,
    },
    /// The base64 of a field lacks its padding.
    UnpaddedBase64 {
        /// The name of the field's element.
        field: &'static str,
    },
    /// A field of `MsiInfo` holds something other than a boolean or a context, and is taken as missing.
    UnreadableValue {
        /// The name of the field's element.
        field: &'static str,
    },
    /// Space, comments or spellings that no other note names.
    Layout,
}

impl fmt::Display for DetectionXmlNote {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByteOrderMark => formatter.write_str("Detection.xml begins with a byte order mark"),
            Self::Declaration => formatter.write_str("Detection.xml begins with an XML declaration"),
            Self::LineFeeds => formatter.write_str("the lines of Detection.xml end in LF, not CRLF"),
            Self::RootAttributes => formatter.write_str(
                "the namespaces of ApplicationInfo differ from Microsoft's or stand in another order",
            ),
            Self::MissingToolVersion => formatter.write_str("ApplicationInfo has no ToolVersion"),
            Self::ElementOrder { parent } => {
                write!(formatter, "the elements of {parent} stand in another order")
            }
            Self::UnknownElement { parent, name } => {
                write!(formatter, "{parent} holds an unknown element {name}")
            }
            Self::UnpaddedBase64 { field } => write!(formatter, "the base64 of {field} lacks its padding"),
            Self::UnreadableValue { field } => {
                write!(formatter, "the value of {field} is not one that it can have")
            }
            Self::Layout => formatter.write_str("Detection.xml is laid out in another way than Microsoft's"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_name_passes_and_every_path_is_refused() {
        assert_eq!(check_content_name("IntunePackage.intunewin"), Ok(()));
        assert_eq!(check_content_name("Über..setup 1.intunewin"), Ok(()));
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
            assert_eq!(check_content_name(name), Err(fault), "{name}");
        }
    }
}
