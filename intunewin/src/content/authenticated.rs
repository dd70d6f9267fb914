use super::{Payload, PayloadReader};
use waybill_schemas::EncryptionInfo;

/// A content whose MAC, padding, file digest and size are right: what its maker sealed, by the keys of its document.
///
/// Keeps the very handle that was authenticated, not a path. Integrity against the document is proved, origin never.
///
/// There is no other way to it than [`EncryptedContent::authenticate`](crate::EncryptedContent::authenticate):
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
    payload: Payload,
    info: EncryptionInfo,
}

impl AuthenticatedContent {
    pub(crate) fn new(payload: Payload, info: EncryptionInfo) -> Self {
        Self { payload, info }
    }

    pub(crate) fn source(&self) -> &Payload {
        &self.payload
    }

    /// Reads the payload, the inner zip, decrypting as it goes.
    pub fn payload(&self) -> PayloadReader {
        PayloadReader::new(self.payload.clone())
    }

    /// The payload's size in bytes.
    pub fn payload_size(&self) -> u64 {
        crate::Source::len(&self.payload)
    }

    /// Keys, MAC and digest of the content.
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
