//! Packages with fixed keys, whose payload may be any bytes.

use intunewin::{PackageKeys, PackageMetadata, PackageWriter, WriteError};
use std::io::{Cursor, Write};
use std::time::SystemTime;
use waybill_schemas::{EncryptionInfo, EncryptionKey, InitializationVector, MacKey};

/// A package in memory, and where its content is.
#[derive(Debug, Clone)]
pub struct SealedPackage {
    /// The bytes of the whole package.
    pub bytes: Vec<u8>,
    /// The offset of the content in the package.
    pub content_start: usize,
    /// The length of the content in bytes.
    pub content_len: usize,
    /// The encryption info: keys, MAC and file digest.
    pub info: EncryptionInfo,
}

impl SealedPackage {
    /// The bytes of the encrypted content.
    pub fn content(&self) -> &[u8] {
        &self.bytes[self.content_start..self.content_start + self.content_len]
    }
}

/// Makes a package around `payload`; `seed` selects the keys.
///
/// # Errors
/// None in practice, because everything is in memory.
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
