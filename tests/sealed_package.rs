//! Any bytes as the payload of a package with fixed keys, sealed by the crate itself.

use intunewin::{PackageKeys, PackageMetadata, PackageWriter, WriteError};
use std::io::{Cursor, Write};
use std::time::SystemTime;
use waybill_schemas::{EncryptionInfo, EncryptionKey, InitializationVector, MacKey};

/// A package in memory and the parts of it.
#[derive(Debug, Clone)]
pub struct SealedPackage {
    /// The whole package.
    pub bytes: Vec<u8>,
    /// Where the content starts in it.
    pub content_start: usize,
    /// The content's length.
    pub content_len: usize,
    /// Its keys, MAC and digest.
    pub info: EncryptionInfo,
}

impl SealedPackage {
    /// The encrypted content.
    pub fn content(&self) -> &[u8] {
        &self.bytes[self.content_start..self.content_start + self.content_len]
    }
}

/// Seals `payload`; `seed` chooses the keys.
///
/// # Errors
/// None that memory can give.
pub fn seal(payload: &[u8], setup_file: &str, seed: u8) -> Result<SealedPackage, WriteError> {
    let keys = PackageKeys::for_test_vectors(
        EncryptionKey::new([seed; 32]),
        MacKey::new([seed ^ 0xff; 32]),
        InitializationVector::new([seed ^ 0x55; 16]),
    );
    let mut writer = PackageWriter::with_keys(Cursor::new(Vec::new()), keys)?;
    writer.write_all(payload)?;
    let written = writer.finish(PackageMetadata {
        name: setup_file.into(),
        setup_file: setup_file.into(),
        msi_info: None,
        written: SystemTime::UNIX_EPOCH,
    })?;
    let bytes = written.out.into_inner();
    let header = |at: usize| usize::from(bytes[at]) + 256 * usize::from(bytes[at + 1]);
    let content_start = 30 + header(26) + header(28);
    let content_len = written.content_len as usize;
    Ok(SealedPackage { bytes, content_start, content_len, info: written.info.encryption_info })
}
