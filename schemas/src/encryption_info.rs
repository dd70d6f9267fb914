//! What is needed to authenticate and decrypt a content: Detection.xml's `EncryptionInfo`, Graph's `fileEncryptionInfo`.

use crate::bytes::{EncryptionKey, FileDigest, InitializationVector, Mac, MacKey};
use serde::{Deserialize, Serialize};

/// The one profile there is: AES-256-CBC, HMAC-SHA-256 over IV ‖ ciphertext.
pub const PROFILE_IDENTIFIER: &str = "ProfileVersion1";

/// The one digest algorithm there is.
pub const FILE_DIGEST_ALGORITHM: &str = "SHA256";

/// Keys, IV, MAC and digest of one content. JSON names are those of Graph's `fileEncryptionInfo`.
///
/// `Debug` shows no key. Serialising it writes the keys: only documents that are meant to carry them do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[cfg_attr(
    feature = "json-schema",
    schemars(description = "Keys, IV, MAC and digest of one content: Graph's fileEncryptionInfo.")
)]
pub struct EncryptionInfo {
    /// Decrypts the content.
    pub encryption_key: EncryptionKey,
    /// Authenticates the content.
    pub mac_key: MacKey,
    /// Equal to bytes 32..48 of the content.
    pub initialization_vector: InitializationVector,
    /// Equal to bytes 0..32 of the content.
    pub mac: Mac,
    /// Always `ProfileVersion1`.
    pub profile_identifier: Profile,
    /// SHA-256 of the payload.
    pub file_digest: FileDigest,
    /// Always `SHA256`.
    pub file_digest_algorithm: DigestAlgorithm,
}

/// The encryption profile; another one is refused when the document is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub enum Profile {
    /// AES-256-CBC with PKCS#7, HMAC-SHA-256.
    #[default]
    #[serde(rename = "ProfileVersion1")]
    Version1,
}

/// The digest's algorithm; another one is refused when the document is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub enum DigestAlgorithm {
    /// SHA-256.
    #[default]
    #[serde(rename = "SHA256")]
    Sha256,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_graphs_and_debug_holds_no_key() {
        let info = EncryptionInfo {
            encryption_key: EncryptionKey::new([1; 32]),
            mac_key: MacKey::new([2; 32]),
            initialization_vector: InitializationVector::new([3; 16]),
            mac: Mac::new([4; 32]),
            profile_identifier: Profile::Version1,
            file_digest: FileDigest::new([5; 32]),
            file_digest_algorithm: DigestAlgorithm::Sha256,
        };
        let json = serde_json::to_value(&info).unwrap();
        assert_eq!(json["profileIdentifier"], PROFILE_IDENTIFIER);
        assert_eq!(json["fileDigestAlgorithm"], FILE_DIGEST_ALGORITHM);
        assert_eq!(serde_json::from_value::<EncryptionInfo>(json).unwrap(), info);
        let debug = format!("{info:?}");
        assert!(debug.contains("encryption_key: [redacted]") && debug.contains("mac_key: [redacted]"));
    }
}
