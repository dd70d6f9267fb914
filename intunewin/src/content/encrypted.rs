use super::authenticate::{Expected, authenticate};
use super::{AuthenticateError, AuthenticatedContent, ContentError, HEADER, Payload};
use crate::crypto::BLOCK;
use crate::policy::ArchivePolicy;
use crate::source::{SharedSource, Source};
use std::io::Write;
use std::sync::Arc;
use waybill_context::Context;
use waybill_schemas::EncryptionInfo;

/// A content and the encryption info that belongs to it; nothing of it is trusted yet.
///
/// Carries its own [`EncryptionInfo`], so that nobody pairs it with foreign keys.
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
    source: SharedSource,
    info: EncryptionInfo,
    expected: Expected,
}

impl EncryptedContent {
    /// Pairs a bare content with its encryption info. `payload_size` is `UnencryptedContentSize` where it is known.
    ///
    /// # Errors
    /// Where length or the first 48 bytes are not those of the described content, or it is over the policy's limit.
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
        judge(source.len(), policy)?;
        let mut header = [0; HEADER as usize];
        source.read_exact_at(&mut header, 0)?;
        check_header(&header, &info)?;
        Ok(Self { source, info, expected })
    }

    #[cfg(test)]
    pub(crate) fn source(&self) -> &dyn Source {
        &*self.source
    }

    /// The content's length in bytes, its header included.
    pub fn content_size(&self) -> u64 {
        self.source.len()
    }

    /// Keys, MAC and digest of the content.
    pub fn encryption_info(&self) -> &EncryptionInfo {
        &self.info
    }

    /// Reads the whole content once, on two threads, and checks in this order: MAC (in constant time), padding,
    /// file digest, payload size, and the package's CRC. No plaintext is written; 2 MiB of memory whatever the size.
    ///
    /// # Errors
    /// The first check that fails; I/O; interruption.
    pub fn authenticate(self, context: &Context<'_>) -> Result<AuthenticatedContent, AuthenticateError> {
        self.authenticate_into(&mut std::io::sink(), context)
    }

    /// As [`EncryptedContent::authenticate`]; in the same read every byte of the content, its header first, goes to
    /// `copy` in order. What `copy` took is worth nothing unless this succeeds.
    ///
    /// # Errors
    /// As [`EncryptedContent::authenticate`]; [`AuthenticateError::Copy`] where `copy` fails.
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

/// A content is a header and at least one block, and within the policy's limit.
pub(crate) fn judge(len: u64, policy: &ArchivePolicy) -> Result<(), ContentError> {
    policy.check_package_size(len).map_err(ContentError::Limit)?;
    judge_shape(len)
}

/// A content is a header and at least one block.
pub(crate) fn judge_shape(len: u64) -> Result<(), ContentError> {
    let blocks = len.checked_sub(HEADER).filter(|bytes| *bytes > 0 && bytes.is_multiple_of(BLOCK as u64));
    if blocks.is_some() { Ok(()) } else { Err(ContentError::Shape { len }) }
}

/// The first 48 bytes say which content this is; another one is refused before it is read.
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
