use super::content_name::ContentNameFault;
use crate::bytes::BytesError;
use crate::codes::{Classified, Code, documents};

/// Why a Detection.xml is refused: one variant a fault. No message holds key material.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DetectionXmlError {
    /// Larger than [`super::DETECTION_XML_LIMIT`].
    #[error("Detection.xml is {actual} bytes long where {limit} are allowed")]
    TooLarge {
        /// Its length.
        actual: usize,
        /// The bound.
        limit: usize,
    },
    /// UTF-16, with or without a byte order mark.
    #[error("Detection.xml is UTF-16; it has to be UTF-8")]
    Utf16,
    /// Bytes that are not UTF-8.
    #[error("Detection.xml is not UTF-8 at byte {offset}")]
    NotUtf8 {
        /// Of the first wrong byte.
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
        /// Its code point.
        code: u32,
    },
    /// Not well-formed XML.
    #[error("Detection.xml is not well-formed at byte {offset}: {reason}")]
    NotWellFormed {
        /// Where, in bytes.
        offset: u64,
        /// What rule it breaks.
        reason: &'static str,
    },
    /// A document type declaration.
    #[error("Detection.xml holds a DOCTYPE")]
    Doctype,
    /// A reference to an entity that is not one of XML's five.
    #[error("Detection.xml refers to an entity of its own at byte {offset}")]
    Entity {
        /// Where, in bytes.
        offset: u64,
    },
    /// Elements nested deeper than the bound.
    #[error("the elements of Detection.xml are nested deeper than {limit}")]
    TooDeep {
        /// The bound.
        limit: usize,
    },
    /// More elements, or attributes of one element, than the bound.
    #[error("Detection.xml holds more than {limit} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The bound.
        limit: usize,
    },
    /// No element at all.
    #[error("Detection.xml holds no element")]
    NoRoot,
    /// Another root than `ApplicationInfo`.
    #[error("the root of Detection.xml is {name}; it has to be ApplicationInfo")]
    WrongRoot {
        /// What it is.
        name: String,
    },
    /// A second root element.
    #[error("Detection.xml has a second root element, {name}")]
    SecondRoot {
        /// What it is.
        name: String,
    },
    /// Text before or after the root.
    #[error("Detection.xml holds text outside its root at byte {offset}")]
    TextOutsideRoot {
        /// Where, in bytes.
        offset: u64,
    },
    /// Text where only elements belong.
    #[error("{element} holds text; only elements belong there")]
    MisplacedText {
        /// In which element.
        element: &'static str,
    },
    /// Elements where only text belongs.
    #[error("{field} holds elements; only text belongs there")]
    NestedElements {
        /// In which element.
        field: &'static str,
    },
    /// A field occurs twice.
    #[error("{field} occurs twice in {parent}")]
    Duplicate {
        /// Where.
        parent: &'static str,
        /// The field's element.
        field: &'static str,
    },
    /// A required field is not there, or empty where it may not be.
    #[error("{field} is missing from {parent}")]
    Missing {
        /// Where.
        parent: &'static str,
        /// The field's element.
        field: &'static str,
    },
    /// A key, IV, MAC or digest that is not base64 of its length.
    #[error("{field} is not what it should be")]
    Bytes {
        /// The field's element.
        field: &'static str,
        /// What is wrong with it.
        #[source]
        source: BytesError,
    },
    /// A size that is no number, negative or absurd.
    #[error("UnencryptedContentSize is {found:?}; a number of bytes up to {limit} is needed")]
    Size {
        /// What it is, cut short.
        found: String,
        /// The largest that is read.
        limit: u64,
    },
    /// Another encryption profile.
    #[error("ProfileIdentifier is {found:?}; only \"ProfileVersion1\" is known")]
    Profile {
        /// What it is, cut short.
        found: String,
    },
    /// Another digest algorithm.
    #[error("FileDigestAlgorithm is {found:?}; only \"SHA256\" is known")]
    DigestAlgorithm {
        /// What it is, cut short.
        found: String,
    },
    /// `FileName` is not the name of one file.
    #[error("FileName {found:?} is not the name of a file")]
    FileName {
        /// What it is, cut short.
        found: String,
        /// Why not.
        #[source]
        source: ContentNameFault,
    },
}

/// A value from the document for a message: never so much of it that a key could show.
pub(super) fn shown(text: &str) -> String {
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

/// Why a Detection.xml cannot be written: what was asked for could not be read again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DetectionXmlWriteError {
    /// A character that XML cannot hold.
    #[error("{field} holds the character U+{code:04X}, which XML forbids")]
    Character {
        /// The field's element.
        field: &'static str,
        /// The character's code point.
        code: u32,
    },
    /// `FileName` is not the name of one file.
    #[error("FileName {found:?} is not the name of a file")]
    FileName {
        /// What it is, cut short.
        found: String,
        /// Why not.
        #[source]
        source: ContentNameFault,
    },
    /// No setup file is named.
    #[error("SetupFile is empty")]
    NoSetupFile,
    /// The payload is larger than anything that is read.
    #[error("UnencryptedContentSize is {actual}; at most {limit} bytes are read")]
    Size {
        /// What it is.
        actual: u64,
        /// The largest that is read.
        limit: u64,
    },
    /// The document would be larger than what is read.
    #[error("Detection.xml would be {actual} bytes long where {limit} are allowed")]
    TooLarge {
        /// Its length.
        actual: usize,
        /// The bound.
        limit: usize,
    },
}

impl Classified for DetectionXmlWriteError {
    fn code(&self) -> &'static Code {
        &documents::DETECTION_XML_UNWRITABLE
    }
}
