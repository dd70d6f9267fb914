//! What `waybill init` drafted.

use crate::app::AppDocument;
use serde::{Deserialize, Serialize};

/// A drafted app document and what to look at in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct InitReport {
    /// Where it was written.
    pub document: String,
    /// What the setup file is.
    pub installer: InstallerReport,
    /// The document itself.
    pub app: AppDocument,
    /// What to know and to look at, most important first.
    pub notes: Vec<String>,
}

/// What a setup file is, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct InstallerReport {
    /// In words, e.g. `an NSIS installer`.
    pub kind: String,
    /// How sure that is.
    pub confidence: Confidence,
    /// By what it was recognised.
    pub evidence: String,
}

/// How sure a recognition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Confidence {
    /// By the file's name alone.
    Guess,
    /// By what the file says of itself.
    Likely,
    /// By a structure that the installer's own code looks for.
    Certain,
}
