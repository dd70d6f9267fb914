//! What `waybill inspect` tells of a package.

use super::entry::EntryReport;
use crate::bytes::{EncryptionKey, FileDigest, InitializationVector, Mac, MacKey};
use crate::detection_xml::{ApplicationInfo, MsiInfo};
use crate::encryption_info::{DigestAlgorithm, EncryptionInfo, Profile};
use serde::{Deserialize, Serialize};

/// What a package, or a bare content with given encryption info, says of itself.
///
/// `E` is how the entries come: a list, or something that yields them while they are written, so that a payload of
/// 200,000 entries takes no more memory than a small one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct InspectReport<E = Vec<EntryReport>> {
    /// The file that was inspected, as it was named.
    pub package: String,
    /// Its size in bytes.
    pub package_size: u64,
    /// Bytes of the encrypted content.
    pub content_size: u64,
    /// Detection.xml; absent for a bare content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detection: Option<DetectionReport>,
    /// MAC, IV and digest under Graph's names; the keys only where they were asked for.
    pub file_encryption_info: ShownEncryptionInfo,
    /// Where the outer zip differs from the shape that Intune takes.
    pub deviations: Vec<String>,
    /// What is unusual about Detection.xml.
    pub notes: Vec<String>,
    /// The payload; absent where only Detection.xml was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<PayloadReport>,
    /// Every entry in its order, where they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entries: Option<E>,
}

/// What Detection.xml says, but for the encryption info.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DetectionReport {
    /// The MSI's product name, else the setup file's name.
    pub name: String,
    /// Only other tools write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Version of the tool that made the package.
    pub tool_version: String,
    /// What the package installs with.
    pub setup_file: String,
    /// The content's name in the package.
    pub file_name: String,
    /// Bytes of the payload, as declared.
    pub unencrypted_content_size: u64,
    /// What the MSI says of itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub msi_info: Option<MsiInfo>,
}

impl From<&ApplicationInfo> for DetectionReport {
    fn from(info: &ApplicationInfo) -> Self {
        Self {
            name: info.name.clone(),
            description: info.description.clone(),
            tool_version: info.tool_version.clone(),
            setup_file: info.setup_file.clone(),
            file_name: info.file_name.clone(),
            unencrypted_content_size: info.unencrypted_content_size,
            msi_info: info.msi_info.clone(),
        }
    }
}

/// Encryption info for a report: with the keys it is Graph's `fileEncryptionInfo`, which
/// [`encryption_info_from`](crate::encryption_info_from) reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ShownEncryptionInfo {
    /// Decrypts the content; secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption_key: Option<EncryptionKey>,
    /// Authenticates the content; secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac_key: Option<MacKey>,
    /// The initialization vector.
    pub initialization_vector: InitializationVector,
    /// The MAC, a content's identity.
    pub mac: Mac,
    /// The profile.
    pub profile_identifier: Profile,
    /// SHA-256 of the payload.
    pub file_digest: FileDigest,
    /// The digest's algorithm.
    pub file_digest_algorithm: DigestAlgorithm,
}

impl ShownEncryptionInfo {
    /// Everything but the keys.
    pub fn redacted(info: &EncryptionInfo) -> Self {
        Self {
            encryption_key: None,
            mac_key: None,
            initialization_vector: info.initialization_vector,
            mac: info.mac,
            profile_identifier: info.profile_identifier,
            file_digest: info.file_digest,
            file_digest_algorithm: info.file_digest_algorithm,
        }
    }

    /// Everything, the keys too: only where a person asked for them.
    pub fn with_keys(info: &EncryptionInfo) -> Self {
        Self {
            encryption_key: Some(info.encryption_key.clone()),
            mac_key: Some(info.mac_key.clone()),
            ..Self::redacted(info)
        }
    }
}

/// The payload of an authentic content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PayloadReport {
    /// Bytes of the payload, the inner zip.
    pub size: u64,
    /// Entries that are files.
    pub files: u64,
    /// Entries that are folders: packages name only the empty ones.
    pub folders: u64,
    /// Bytes of all files together.
    pub unpacked_size: u64,
    /// The largest files, at most ten, the largest first.
    pub largest: Vec<EntryReport>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info() -> EncryptionInfo {
        EncryptionInfo {
            encryption_key: EncryptionKey::new([1; 32]),
            mac_key: MacKey::new([2; 32]),
            initialization_vector: InitializationVector::new([3; 16]),
            mac: Mac::new([4; 32]),
            profile_identifier: Profile::Version1,
            file_digest: FileDigest::new([5; 32]),
            file_digest_algorithm: DigestAlgorithm::Sha256,
        }
    }

    #[test]
    fn keys_are_absent_unless_asked_for() {
        let redacted = serde_json::to_value(ShownEncryptionInfo::redacted(&info())).unwrap();
        assert!(redacted.get("encryptionKey").is_none() && redacted.get("macKey").is_none());
        let whole = serde_json::to_vec(&ShownEncryptionInfo::with_keys(&info())).unwrap();
        assert_eq!(crate::encryption_info_from(&whole).unwrap().encryption_info, info());
    }
}
