use crate::policy::Violation;
use waybill_context::Cancelled;
use waybill_schemas::codes::{Classified, Code, package};
use waybill_schemas::{FileDigest, Mac};

/// Why bytes cannot be the content that an encryption info describes; nothing was decrypted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContentError {
    /// The content could not be read.
    #[error("cannot read the content")]
    Io(#[from] std::io::Error),
    /// Not 48 bytes and whole AES blocks.
    #[error("the content has {len} bytes: not a 48-byte header and whole 16-byte blocks")]
    Shape {
        /// The content's length in bytes.
        len: u64,
    },
    /// Larger than the policy allows.
    #[error("the content is refused: {0}")]
    Limit(Violation),
    /// The first 48 bytes are not the MAC and IV of the encryption info.
    #[error("the content starts with {field} {actual}, the encryption info says {expected}")]
    Header {
        /// `MAC` or `IV`.
        field: &'static str,
        /// From the encryption info, in hexadecimal digits.
        expected: String,
        /// From the content, in hexadecimal digits.
        actual: String,
    },
}

impl Classified for ContentError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Io(_) => &package::CONTENT_UNREADABLE,
            Self::Shape { .. } => &package::CONTENT_SHAPE,
            Self::Limit(violation) => violation.rule.code(),
            Self::Header { .. } => &package::CONTENT_HEADER,
        }
    }
}

/// Why a content was not authenticated. Each variant names the check that failed; the checks before it held.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthenticateError {
    /// The content could not be read to its end.
    #[error("cannot read the content")]
    Io(#[from] std::io::Error),
    /// The copy that was asked for could not be written.
    #[error("cannot write the copy of the content")]
    Copy(#[source] std::io::Error),
    /// Interrupted.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The content is not what its maker sealed.
    #[error("MAC mismatch: expected {expected}, got {actual}")]
    Mac {
        /// From the encryption info.
        expected: Mac,
        /// Computed over IV and ciphertext.
        actual: Mac,
    },
    /// The MAC holds, yet the plaintext does not end in PKCS#7 padding: the encryption key is not the content's.
    #[error("the padding of the decrypted content is not PKCS#7: wrong encryption key?")]
    Padding,
    /// The MAC holds, yet the payload is another one than the encryption info describes.
    #[error("file digest mismatch: expected {expected}, got {actual}")]
    Digest {
        /// From the encryption info.
        expected: FileDigest,
        /// Computed over the payload.
        actual: FileDigest,
    },
    /// The payload has another size than Detection.xml says.
    #[error("the payload has {actual} bytes, UnencryptedContentSize says {expected}")]
    Size {
        /// From Detection.xml.
        expected: u64,
        /// Counted.
        actual: u64,
    },
    /// The content is authentic, yet the package's own CRC for it is another one.
    #[error("CRC mismatch in the package: expected {expected:08x}, got {actual:08x}")]
    Crc {
        /// From the package's zip headers.
        expected: u32,
        /// Computed over the content.
        actual: u32,
    },
}

impl Classified for AuthenticateError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Io(_) => &package::CONTENT_UNREADABLE,
            Self::Copy(_) => &package::RECEIVE_FAILED,
            Self::Cancelled(_) => &package::INTERRUPTED,
            Self::Mac { .. } => &package::MAC_MISMATCH,
            Self::Padding => &package::PADDING_INVALID,
            Self::Digest { .. } => &package::DIGEST_MISMATCH,
            Self::Size { .. } => &package::SIZE_MISMATCH,
            Self::Crc { .. } => &waybill_schemas::codes::archive::DATA_CRC,
        }
    }
}
