//! The stages of a content: encrypted, then authenticated, then read or unpacked. Each stage consumes the one before.

mod authenticate;
mod payload;

pub(crate) use authenticate::{Expected, conclude};
pub(crate) use payload::Payload;
pub use payload::PayloadReader;

use crate::crypto::BLOCK;
use crate::policy::{ArchivePolicy, Violation};
use crate::source::{SharedSource, Source};
use authenticate::authenticate;
use std::io::Write;
use std::sync::Arc;
use waybill_context::{Cancelled, Context};
use waybill_schemas::codes::{Classified, Code, package};
use waybill_schemas::{EncryptionInfo, FileDigest, Mac};

/// Bytes before the ciphertext: the MAC (32) and the IV (16).
pub(crate) const HEADER: u64 = 48;

/// A content and the encryption info that belongs to it. Nothing of it is trusted yet.
///
/// Carries its own [`EncryptionInfo`], so that it cannot be paired with the keys of another.
///
/// ```
/// # use intunewin::{EncryptedContent, ContentError, ArchivePolicy};
/// # use waybill_schemas::{EncryptionInfo, EncryptionKey, FileDigest, InitializationVector, Mac, MacKey};
/// # let info = EncryptionInfo {
/// #     encryption_key: EncryptionKey::new([1; 32]), mac_key: MacKey::new([2; 32]),
/// #     initialization_vector: InitializationVector::new([0; 16]), mac: Mac::new([0; 32]),
/// #     profile_identifier: Default::default(), file_digest: FileDigest::new([0; 32]),
/// #     file_digest_algorithm: Default::default(),
/// # };
/// let cut = vec![0; 50];
/// let error = EncryptedContent::new(cut, info, None, &ArchivePolicy::default()).unwrap_err();
/// assert!(matches!(error, ContentError::Shape { len: 50 }));
/// ```
pub struct EncryptedContent {
    pub(crate) source: SharedSource,
    info: EncryptionInfo,
    expected: Expected,
}

impl EncryptedContent {
    /// Pairs a bare content with its encryption info. `payload_size` is `UnencryptedContentSize`, where it is known.
    ///
    /// # Errors
    /// A length or first 48 bytes that cannot be those of the described content; a content over the policy's limit.
    pub fn new(
        source: impl Source + 'static,
        info: EncryptionInfo,
        payload_size: Option<u64>,
        policy: &ArchivePolicy,
    ) -> Result<Self, ContentError> {
        Self::shared(Arc::new(source), info, Expected { payload_size, crc: None }, policy)
    }

    pub(crate) fn shared(
        source: SharedSource,
        info: EncryptionInfo,
        expected: Expected,
        policy: &ArchivePolicy,
    ) -> Result<Self, ContentError> {
        check_size(source.len(), policy)?;
        let mut header = [0; HEADER as usize];
        source.read_exact_at(&mut header, 0)?;
        check_header(&header, &info)?;
        Ok(Self { source, info, expected })
    }

    /// Size of the content in bytes, its header included.
    pub fn content_size(&self) -> u64 {
        self.source.len()
    }

    /// The keys, MAC and file digest of the content.
    pub fn encryption_info(&self) -> &EncryptionInfo {
        &self.info
    }

    /// Reads the whole content once, on two threads, and checks in this order: MAC (in constant time), padding, file
    /// digest, payload size, and the package's CRC. Writes no plaintext, and takes 2 MiB of memory at any size.
    ///
    /// # Errors
    /// The first check that fails; I/O; interruption.
    pub fn authenticate(self, context: &Context<'_>) -> Result<AuthenticatedContent, AuthenticateError> {
        self.authenticate_into(&mut std::io::sink(), context)
    }

    /// As [`EncryptedContent::authenticate`], and writes every byte of the content to `copy` in the same pass, its
    /// header first. The copy must not be used unless this succeeds.
    ///
    /// # Errors
    /// Those of [`EncryptedContent::authenticate`]; [`AuthenticateError::Copy`] where `copy` fails.
    pub fn authenticate_into(
        self,
        copy: &mut dyn Write,
        context: &Context<'_>,
    ) -> Result<AuthenticatedContent, AuthenticateError> {
        let payload_size = authenticate(&*self.source, &self.info, self.expected, copy, context)?;
        let payload = Payload::new(Arc::clone(&self.source), &self.info.encryption_key, payload_size);
        Ok(AuthenticatedContent::new(payload, self.info))
    }
}

impl std::fmt::Debug for EncryptedContent {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "EncryptedContent({} bytes, MAC {})", self.content_size(), self.info.mac)
    }
}

/// Checks that a length is that of a content, and is within the policy's limit.
pub(crate) fn check_size(len: u64, policy: &ArchivePolicy) -> Result<(), ContentError> {
    policy.check_package_size(len).map_err(ContentError::Limit)?;
    check_shape(len)
}

/// Checks that a length is that of a content: a header and at least one block.
pub(crate) fn check_shape(len: u64) -> Result<(), ContentError> {
    let blocks = len.checked_sub(HEADER).filter(|bytes| *bytes > 0 && bytes.is_multiple_of(BLOCK as u64));
    if blocks.is_some() { Ok(()) } else { Err(ContentError::Shape { len }) }
}

/// Checks that a content of `len` bytes can hold a payload of the size that Detection.xml says, padding included.
pub(crate) fn check_payload_size(len: u64, payload: u64) -> Result<(), ContentError> {
    let block = BLOCK as u64;
    let expected = (payload / block).saturating_add(1).saturating_mul(block).saturating_add(HEADER);
    if len == expected { Ok(()) } else { Err(ContentError::Size { len, payload }) }
}

/// Compares the first 48 bytes with the encryption info, so that another content is refused before it is read.
pub(crate) fn check_header(
    header: &[u8; HEADER as usize],
    info: &EncryptionInfo,
) -> Result<(), ContentError> {
    let (mac, iv) = header.split_at(32);
    for (field, expected, actual) in [
        ("MAC", info.mac.as_bytes().as_slice(), mac),
        ("IV", info.initialization_vector.as_bytes().as_slice(), iv),
    ] {
        if expected != actual {
            return Err(ContentError::Header { field, expected: hex(expected), actual: hex(actual) });
        }
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A content whose MAC, padding, file digest and size are those of its encryption info.
///
/// Keeps the very handle that was authenticated, not a path. What is proved is integrity by the encryption info, not
/// who made it.
///
/// [`EncryptedContent::authenticate`](crate::EncryptedContent::authenticate) and
/// [`ContentReceiver::finish`](crate::ContentReceiver::finish) are the only ways to get one:
///
/// ```
/// fn unpack_later(content: intunewin::EncryptedContent, context: &waybill_context::Context<'_>) {
///     let _reader = content.authenticate(context).map(|content| content.payload());
/// }
/// ```
///
/// The payload of a content that is not authenticated cannot be read:
///
/// ```compile_fail,E0599
/// fn unpack_later(content: intunewin::EncryptedContent, context: &waybill_context::Context<'_>) {
///     let _reader = content.payload();
/// }
/// ```
pub struct AuthenticatedContent {
    pub(crate) payload: Payload,
    info: EncryptionInfo,
}

impl AuthenticatedContent {
    pub(crate) fn new(payload: Payload, info: EncryptionInfo) -> Self {
        Self { payload, info }
    }

    /// A reader of the payload (the inner zip), which decrypts as it reads.
    pub fn payload(&self) -> PayloadReader {
        PayloadReader::new(self.payload.clone())
    }

    /// The payload's size in bytes.
    pub fn payload_size(&self) -> u64 {
        crate::Source::len(&self.payload)
    }

    /// The keys, MAC and file digest of the content.
    pub fn encryption_info(&self) -> &EncryptionInfo {
        &self.info
    }
}

impl std::fmt::Debug for AuthenticatedContent {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "AuthenticatedContent({} bytes of payload, MAC {})",
            self.payload_size(),
            self.info.mac
        )
    }
}

/// Why bytes cannot be the content that an encryption info describes. Nothing was decrypted to find out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContentError {
    /// The content could not be read.
    #[error("cannot read the content")]
    Io(#[from] std::io::Error),
    /// The length is not that of a 48-byte header and at least one 16-byte block.
    #[error("the content has {len} bytes: not a 48-byte header and whole 16-byte blocks")]
    Shape {
        /// The content's length in bytes.
        len: u64,
    },
    /// The content is longer or shorter than the payload that Detection.xml describes.
    #[error(
        "the content has {len} bytes, which a payload of {payload} bytes (UnencryptedContentSize) does not give"
    )]
    Size {
        /// The content's length in bytes.
        len: u64,
        /// `UnencryptedContentSize`, in bytes.
        payload: u64,
    },
    /// The content is larger than the policy allows.
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
            Self::Size { .. } => &package::SIZE_MISMATCH,
            Self::Limit(violation) => violation.rule,
            Self::Header { .. } => &package::CONTENT_HEADER,
        }
    }
}

/// Why a content was not authenticated. Each variant is the check that failed; the checks before it passed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthenticateError {
    /// The content could not be read to its end.
    #[error("cannot read the content")]
    Io(#[from] std::io::Error),
    /// The writer for the copy returned an error.
    #[error("cannot write the copy of the content")]
    Copy(#[source] std::io::Error),
    /// The caller's cancel flag was set.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The MAC does not fit: the content was changed, or the MAC key is another content's.
    #[error("MAC mismatch: expected {expected}, got {actual}")]
    Mac {
        /// The MAC in the encryption info.
        expected: Mac,
        /// The MAC of IV and ciphertext.
        actual: Mac,
    },
    /// The MAC fits, but the plaintext does not end in PKCS#7 padding: the encryption key is not the content's.
    #[error("the padding of the decrypted content is not PKCS#7: wrong encryption key?")]
    Padding,
    /// The MAC fits, but the payload is another one than the encryption info describes.
    #[error("file digest mismatch: expected {expected}, got {actual}")]
    Digest {
        /// The file digest in the encryption info.
        expected: FileDigest,
        /// The SHA-256 of the payload.
        actual: FileDigest,
    },
    /// The payload has another size than Detection.xml says.
    #[error("the payload has {actual} bytes, UnencryptedContentSize says {expected}")]
    Size {
        /// `UnencryptedContentSize`, in bytes.
        expected: u64,
        /// The payload's actual size in bytes.
        actual: u64,
    },
    /// The content is authentic, but the CRC-32 in the package's zip headers is another one.
    #[error("CRC mismatch in the package: expected {expected:08x}, got {actual:08x}")]
    Crc {
        /// The CRC-32 in the package's zip headers.
        expected: u32,
        /// The CRC-32 of the content.
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

#[cfg(test)]
mod tests;
