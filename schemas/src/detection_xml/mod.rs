//! Detection.xml, the metadata of a package: read as leniently as the wild demands, written exactly as Microsoft does.
//!
//! ```
//! use waybill_schemas::{ApplicationInfo, DetectionXmlError};
//!
//! let page = b"<!DOCTYPE html><html><body>Please sign in</body></html>";
//! assert!(matches!(ApplicationInfo::read(page), Err(DetectionXmlError::Doctype)));
//! ```

mod element;
mod error;
mod msi_info;
mod read;
mod write;

pub use error::{ContentNameFault, DetectionXmlError, DetectionXmlWriteError, Note};
pub use msi_info::{MsiExecutionContext, MsiInfo};

use crate::encryption_info::EncryptionInfo;
use zeroize::Zeroizing;

/// The largest Detection.xml that is read, in bytes; real ones stay under 4 KiB.
pub const DETECTION_XML_LIMIT: usize = 1024 * 1024;

/// The version of Microsoft's tool whose shape is written.
pub const TOOL_VERSION: &str = "1.8.7.0";

/// The name of a content in a package, and what its `FileName` says.
pub const CONTENT_FILE_NAME: &str = "IntunePackage.intunewin";

/// What Detection.xml says of a package. Holds the keys: `Debug` redacts them, dropping wipes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationInfo {
    /// `ToolVersion`, e.g. [`TOOL_VERSION`]; empty where the attribute is missing, which then stays so.
    pub tool_version: String,
    /// The MSI's product name, else the setup file's name.
    pub name: String,
    /// Only other tools write it.
    pub description: Option<String>,
    /// Length of the payload (the inner zip) in bytes; never the sum of its files.
    pub unencrypted_content_size: u64,
    /// The content's name below `IntuneWinPackage/Contents`: one file name, never a path.
    pub file_name: String,
    /// The setup file, as the packager named it; may differ from its entry in case.
    pub setup_file: String,
    /// Keys, IV, MAC and digest of the content.
    pub encryption_info: EncryptionInfo,
    /// What the setup file is, where it is an MSI.
    pub msi_info: Option<MsiInfo>,
}

/// A Detection.xml that was read: what it says, and what is odd about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetectionXml {
    /// What it says.
    pub info: ApplicationInfo,
    /// Harmless deviations from Microsoft's shape, in the order they were met; empty for what [`ApplicationInfo::write`] made.
    pub notes: Vec<Note>,
}

impl ApplicationInfo {
    /// Reads a Detection.xml: every variation known from the wild, nothing hostile.
    ///
    /// # Errors
    /// One variant a fault; no message holds key material.
    pub fn read(bytes: &[u8]) -> Result<DetectionXml, DetectionXmlError> {
        read::read(bytes)
    }

    /// Writes exactly the shape of Microsoft's tool: UTF-8, no BOM, no declaration, CRLF, two spaces, no final newline.
    ///
    /// What it wrote, [`Self::read`] gives back unchanged and without notes. In one thing it is stricter than
    /// Microsoft's tool: line breaks inside a value are written as `&#xD;` and `&#xA;`, so that they survive.
    ///
    /// # Errors
    /// A character that XML cannot hold, or a value that [`Self::read`] would refuse.
    pub fn write(&self) -> Result<Zeroizing<Vec<u8>>, DetectionXmlWriteError> {
        write::write(self)
    }
}
