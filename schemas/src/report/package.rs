//! What reading a package reports: `inspect`, `inspect --diff`, `verify` and `unpack`.

use super::ReportedError;
use crate::detection_xml::{ApplicationInfo, MsiInfo};
use crate::keys::{DigestAlgorithm, EncryptionInfo, Profile};
use crate::keys::{EncryptionKey, FileDigest, InitializationVector, Mac, MacKey};
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
    /// The size of that file in bytes.
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
    /// A description, which only other tools write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Version of the tool that made the package.
    pub tool_version: String,
    /// The setup file, as Detection.xml names it.
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
    /// The AES-256 key that decrypts the content; secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption_key: Option<EncryptionKey>,
    /// The HMAC-SHA-256 key that authenticates the content; secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac_key: Option<MacKey>,
    /// The initialization vector: bytes 32..48 of the content.
    pub initialization_vector: InitializationVector,
    /// The MAC, a content's identity.
    pub mac: Mac,
    /// The encryption profile: always `ProfileVersion1`.
    pub profile_identifier: Profile,
    /// SHA-256 of the payload.
    pub file_digest: FileDigest,
    /// The algorithm of the file digest: always `SHA256`.
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

/// A file or folder in a payload, as its central directory declares it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EntryReport {
    /// Its name, with `/`; a folder's ends in one.
    pub name: String,
    /// The size of the file when unpacked, in bytes.
    pub size: u64,
    /// Bytes in the payload.
    pub compressed_size: u64,
    /// CRC-32 of the unpacked bytes, eight hexadecimal digits.
    pub crc32: String,
    /// When it was last changed, in UTC; absent where the entry does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
}

/// How one package differs from another. Keys, MAC and digest differ always and are not compared.
///
/// `E` is how the changes come, as in [`InspectReport`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DiffReport<E = Vec<EntryChange>> {
    /// The older package, as it was named.
    pub old: String,
    /// The newer package, as it was named.
    pub new: String,
    /// True where both payloads are the same, byte for byte.
    pub same_payload: bool,
    /// What differs in Detection.xml and in the sizes.
    pub metadata: Vec<FieldChange>,
    /// How many files differ.
    pub files: ChangeCounts,
    /// Every file that differs.
    pub changes: E,
}

/// One value that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct FieldChange {
    /// Its element in Detection.xml, or the size that differs.
    pub field: String,
    /// What it was; absent where it was not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// What it is now; absent where it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
}

/// How many entries were added, removed and changed, folders that are entries of their own among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChangeCounts {
    /// Entries only in the newer package.
    pub added: u64,
    /// Entries only in the older package.
    pub removed: u64,
    /// Entries in both packages, with another size or CRC.
    pub changed: u64,
    /// Entries that are the same in both packages.
    pub unchanged: u64,
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Change {
    /// The entry is only in the newer package.
    Added,
    /// The entry is only in the older package.
    Removed,
    /// The entry is in both packages, with another size or CRC.
    Changed,
}

/// One entry that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EntryChange {
    /// What became of it.
    pub change: Change,
    /// Its name, with `/`; a folder's ends in one.
    pub name: String,
    /// Unpacked bytes in the older package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_size: Option<u64>,
    /// Unpacked bytes in the newer one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_size: Option<u64>,
}

/// The verdict over one or several packages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct VerifyReport {
    /// The packages, in the order in which they were given.
    pub packages: Vec<VerifiedPackage>,
    /// The error that decides the exit code, where a package failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ReportedError>,
}

/// The verdict over one package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct VerifiedPackage {
    /// The package, as it was named.
    pub package: String,
    /// True where no check failed.
    pub ok: bool,
    /// Every check in the order in which they are made.
    pub checks: Vec<Check>,
    /// What stopped it, where one failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ReportedError>,
}

/// One check and its outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// Which check it is.
    pub check: CheckName,
    /// Whether the check holds.
    pub outcome: CheckOutcome,
    /// What was seen, where there is something to report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// The checks, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum CheckName {
    /// The outer zip and Detection.xml are well formed, the content has a header and whole blocks.
    Shape,
    /// The content is what its maker sealed.
    Mac,
    /// The decrypted content ends as it should.
    Padding,
    /// The payload is the one that the encryption info describes.
    Digest,
    /// The payload is as long as declared.
    Size,
    /// The package's CRC for its content holds.
    Crc,
    /// Names, structure and declared sizes of the payload keep the archive policy.
    Policy,
    /// Every entry inflates to its size and CRC; only with `--deep`.
    Data,
    /// The setup file is in the payload.
    SetupFile,
}

impl CheckName {
    /// All of them, in their order.
    pub const ALL: [Self; 9] = [
        Self::Shape,
        Self::Mac,
        Self::Padding,
        Self::Digest,
        Self::Size,
        Self::Crc,
        Self::Policy,
        Self::Data,
        Self::SetupFile,
    ];

    /// Its name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Shape => "shape",
            Self::Mac => "MAC",
            Self::Padding => "padding",
            Self::Digest => "digest",
            Self::Size => "size",
            Self::Crc => "CRC",
            Self::Policy => "policy",
            Self::Data => "data",
            Self::SetupFile => "setup file",
        }
    }
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "json-schema", schemars(rename = "Outcome"))]
pub enum CheckOutcome {
    /// What the check is about holds.
    Ok,
    /// It holds, and there is something worth knowing.
    Warning,
    /// It does not hold.
    Failed,
    /// It was not made: not asked for, nothing to check against, or an earlier one failed.
    Skipped,
}

impl CheckOutcome {
    /// Its name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// What was unpacked, and where to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UnpackReport {
    /// The package, as it was named.
    pub package: String,
    /// The folder that holds the files now; with `--payload-only` the inner zip itself.
    pub output: String,
    /// Whether the payload was written as it is, an ordinary zip, instead of its files.
    pub payload_only: bool,
    /// Files that were written.
    pub files: u64,
    /// Bytes that were written.
    pub bytes: u64,
    /// The setup file, relative to the folder, where the package says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup_file: Option<String>,
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
