//! What `init` drafted, what `pack` did, and what to type into the portal.

use crate::MsiInfo;
use crate::app::{AppDocument, FilledField};
use serde::{Deserialize, Serialize};

/// What packing did, and what to type into the portal. It holds no key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PackReport {
    /// The package, as its path was given.
    pub package: String,
    /// The app's name in Detection.xml.
    pub name: String,
    /// The setup file, relative to the source folder, as Detection.xml has it.
    pub setup_file: String,
    /// The sizes of package, content, payload and source folder.
    pub sizes: PackSizes,
    /// Files and folders in the payload.
    pub entries: PackEntries,
    /// What of the source folder is not in the package.
    pub left_out: LeftOutReport,
    /// The ten largest files, largest first.
    pub largest: Vec<NamedSize>,
    /// SHA-256 of the payload, in hexadecimal digits.
    pub file_digest: String,
    /// The MAC over IV and ciphertext, in hexadecimal digits.
    pub mac: String,
    /// What the setup file says of itself, where it is an MSI that could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msi_info: Option<MsiInfo>,
    /// What to type into the portal.
    pub portal: PortalFields,
    /// The app.json that was filled in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_document: Option<String>,
    /// The fields of it that were changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filled_fields: Vec<FilledField>,
    /// What the packager should know: nothing that stopped the work.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<PackNote>,
    /// Where the time went.
    pub seconds: PackSeconds,
}

/// Sizes in bytes, from the outside in.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PackSizes {
    /// The package file.
    pub package: u64,
    /// The encrypted content in it.
    pub content: u64,
    /// The payload (inner zip); Detection.xml calls it UnencryptedContentSize.
    pub payload: u64,
    /// The files of the source folder.
    pub source: u64,
    /// `payload` by `source`; 0 for a source without bytes.
    pub ratio: f64,
}

/// Entries of the payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PackEntries {
    /// The number of files.
    pub files: u64,
    /// Those of them that are kept as they are, because deflate would not make them smaller.
    pub stored_files: u64,
    /// Folders with an entry of their own.
    pub folders: u64,
}

/// What of the source folder was left out of the package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct LeftOutReport {
    /// Files, those below folders that were left out included.
    pub files: u64,
    /// The first of them; a folder stands for all below it.
    pub first: Vec<LeftOutItem>,
}

/// One thing that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct LeftOutItem {
    /// Relative name; a folder's ends in `/`.
    pub name: String,
    /// Files it stands for.
    pub files: u64,
    /// Why it was left out.
    pub why: String,
}

/// A file and its size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct NamedSize {
    /// The name relative to the source folder.
    pub name: String,
    /// The size in bytes.
    pub size: u64,
}

/// What the portal asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PortalFields {
    /// The app's name, where its document has one or the setup file says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who makes the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// The version that users see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The command line that installs the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub install_command: Option<String>,
    /// The command line that uninstalls the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uninstall_command: Option<String>,
    /// Detection rules, each in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub detection: Vec<String>,
    /// False where the commands are guesses by the kind of installer: try them before you rely on them.
    pub verified: bool,
}

/// Something the packager should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PackNote {
    /// The id in the table of codes, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What it is about, one sentence.
    pub message: String,
}

/// Seconds spent in each stage.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PackSeconds {
    /// Listing the source folder.
    #[serde(serialize_with = "super::in_milliseconds")]
    pub scan: f64,
    /// Reading, deflating, sealing, writing.
    #[serde(serialize_with = "super::in_milliseconds")]
    pub pack: f64,
    /// Making it durable and moving it into place.
    #[serde(serialize_with = "super::in_milliseconds")]
    pub publish: f64,
}

/// A drafted app document and what to look at in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct InitReport {
    /// The path at which the document was written.
    pub document: String,
    /// What the setup file is.
    pub installer: InstallerReport,
    /// The document as it was drafted.
    pub app: AppDocument,
    /// What to know and to look at, most important first.
    pub notes: Vec<String>,
    /// What `--update` changed and kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update: Option<UpdateReport>,
    /// The manifest of winget that the app was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub winget: Option<WingetReport>,
}

/// The manifest that an app was made from, and the choice among its installers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct WingetReport {
    /// PackageIdentifier.
    pub package_identifier: String,
    /// PackageVersion.
    pub package_version: String,
    /// The installer that was taken: its number in the manifest, type, architecture, scope, locale.
    pub chosen: String,
    /// The others, each with the reason why it was not taken.
    pub dropped: Vec<String>,
}

/// What an update did to a document that was there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdateReport {
    /// The fields that have another value now.
    pub changes: Vec<FieldUpdate>,
    /// The fields that stay as somebody edited them, although the draft has another value now.
    pub kept: Vec<KeptEdit>,
}

/// A field that has another value now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct FieldUpdate {
    /// The JSON pointer of the field, e.g. `/rules/0/productVersion`.
    pub field: String,
    /// What it was, cut after 200 letters; absent where it was not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it is; absent where it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// A field that stays as it was edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct KeptEdit {
    /// The JSON pointer of the field.
    pub field: String,
    /// What stands there; absent where it was taken out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yours: Option<String>,
    /// What the draft has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed: Option<String>,
}

/// What a setup file is, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct InstallerReport {
    /// In words, e.g. `an NSIS installer`.
    pub kind: String,
    /// How sure the recognition is.
    pub confidence: Confidence,
    /// By what it was recognised.
    pub evidence: String,
}

/// How sure a recognition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Confidence {
    /// It was recognised by the file's name alone.
    Guess,
    /// It was recognised by what the file says of itself.
    Likely,
    /// It was recognised by a structure that the installer's own code looks for.
    Certain,
}
