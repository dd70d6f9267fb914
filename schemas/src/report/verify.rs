//! What `waybill verify` found: every check by its name.

use super::error::ReportedError;
use serde::{Deserialize, Serialize};

/// The verdict over one or several packages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct VerifyReport {
    /// In the order in which they were given.
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
    /// As it was named.
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
    /// Which.
    pub check: CheckName,
    /// How it ended.
    pub outcome: Outcome,
    /// What was seen, where there is something to tell.
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
pub enum Outcome {
    /// It holds.
    Ok,
    /// It holds, and something is worth knowing.
    Warning,
    /// It does not hold.
    Failed,
    /// It was not made: not asked for, nothing to check against, or an earlier one failed.
    Skipped,
}

impl Outcome {
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
