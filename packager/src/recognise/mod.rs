//! Recognises what a setup file is, by its bytes.
//!
//! Reads only headers, resource directories and a limited part of the rest: 9 MiB at most, even of a setup program of
//! several GB.

mod program;
mod switches;
#[cfg(test)]
mod tests;

use crate::msi::{ContainerKind, container_kind};
use program::read_at;
use std::io::{BufReader, Read, Seek};
use std::path::Path;
use waybill_intune::path::extension;
use waybill_pe::Program;
use waybill_schemas::codes::{Classified, Code, source};
use waybill_schemas::open_regular;

pub use switches::ProposedCommands;
pub use waybill_schemas::report::pack::Confidence;

/// The kind of a setup file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InstallerKind {
    /// A Windows Installer package (.msi).
    Msi,
    /// A Windows Installer patch (.msp).
    MsiPatch,
    /// A Windows Installer transform (.mst), which is no setup file by itself.
    MsiTransform,
    /// A program made by NSIS, the Nullsoft Scriptable Install System.
    Nsis,
    /// A program made by Inno Setup.
    InnoSetup,
    /// A bundle made by WiX Burn.
    Burn,
    /// A program made by InstallShield.
    InstallShield,
    /// A program made by Squirrel.Windows, Clowd.Squirrel or Velopack.
    Squirrel,
    /// A program of another or an unknown maker.
    Program,
    /// A PowerShell script (.ps1).
    PowerShell,
    /// A command script (.cmd, .bat).
    Batch,
    /// A script for Windows Script Host (.vbs, .vbe, .js, .jse, .wsf).
    WindowsScript,
    /// A package of the PowerShell App Deployment Toolkit, by its launcher or its script.
    AppDeployToolkit,
    /// A file of registry entries (.reg).
    RegistryFile,
    /// A file of any other kind.
    Unknown,
}

impl std::fmt::Display for InstallerKind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Msi => "an MSI",
            Self::MsiPatch => "an MSI patch",
            Self::MsiTransform => "an MSI transform",
            Self::Nsis => "an NSIS installer",
            Self::InnoSetup => "an Inno Setup installer",
            Self::Burn => "a WiX Burn bundle",
            Self::InstallShield => "an InstallShield installer",
            Self::Squirrel => "a Squirrel installer",
            Self::Program => "a program",
            Self::PowerShell => "a PowerShell script",
            Self::Batch => "a command script",
            Self::WindowsScript => "a Windows Script Host script",
            Self::AppDeployToolkit => "a PSAppDeployToolkit package",
            Self::RegistryFile => "a file of registry entries",
            Self::Unknown => "of no known kind",
        })
    }
}

/// A recognised setup file.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Installer {
    /// The toolkit that made it, or what else it is.
    pub kind: InstallerKind,
    /// How certain the kind is.
    pub confidence: Confidence,
    /// What the kind was recognised by, as a phrase.
    pub evidence: &'static str,
    /// Its headers and version, where it is a program.
    pub program: Option<Program>,
    /// The identifier of a Burn bundle, a GUID in braces, which names its key under `Uninstall` in the registry.
    pub bundle_id: Option<String>,
}

impl Installer {
    fn new(kind: InstallerKind, confidence: Confidence, evidence: &'static str) -> Self {
        Self { kind, confidence, evidence, program: None, bundle_id: None }
    }
}

/// A setup file that could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[error("the setup file {name} cannot be read")]
pub struct RecogniseError {
    name: String,
    #[source]
    source: std::io::Error,
}

impl Classified for RecogniseError {
    fn code(&self) -> &'static Code {
        &source::SOURCE_UNREADABLE
    }
}

/// Recognises the file at `path`.
///
/// # Errors
/// A file that cannot be opened or read. Its bytes never cause an error.
pub fn recognise(path: &Path) -> Result<Installer, RecogniseError> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let installer = open_regular(path).and_then(|file| recognise_bytes(&name, &mut BufReader::new(file)));
    installer.map_err(|source| RecogniseError { name, source })
}

/// As [`recognise`], from any reader; `name` decides for scripts, whose bytes have no marks.
///
/// # Errors
/// I/O of the reader.
pub fn recognise_bytes<R: Read + Seek>(name: &str, reader: &mut R) -> std::io::Result<Installer> {
    let head = read_at(reader, 0, 4096)?;
    // A program's headers say more than its name, and nothing else begins like this.
    if head.starts_with(b"MZ") {
        return program::recognise(reader);
    }
    reader.rewind()?;
    Ok(match container_kind(reader) {
        Ok(Some(kind)) => compound(kind),
        Ok(None) => by_name(name, &head),
        Err(_) => Installer::new(InstallerKind::Unknown, Confidence::Likely, "a damaged compound file"),
    })
}

fn compound(kind: ContainerKind) -> Installer {
    let kind = match kind {
        ContainerKind::Installer => InstallerKind::Msi,
        ContainerKind::Patch => InstallerKind::MsiPatch,
        ContainerKind::Transform => InstallerKind::MsiTransform,
        ContainerKind::Other => InstallerKind::Unknown,
    };
    Installer::new(kind, Confidence::Certain, "the class of its root storage")
}

/// Recognises a script by its extension, if it is text.
fn by_name(name: &str, head: &[u8]) -> Installer {
    let kind = match extension(name).as_str() {
        "ps1" => InstallerKind::PowerShell,
        "cmd" | "bat" => InstallerKind::Batch,
        "vbs" | "vbe" | "js" | "jse" | "wsf" => InstallerKind::WindowsScript,
        "reg" => InstallerKind::RegistryFile,
        _ => InstallerKind::Unknown,
    };
    // UTF-16 with a byte order mark, or a text without zero bytes.
    let is_text = head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]) || !head.contains(&0);
    // A binary file with the name of a script could not run.
    if is_text {
        Installer::new(kind, Confidence::Guess, "its name")
    } else {
        Installer::new(InstallerKind::Unknown, Confidence::Likely, "binary content without a known mark")
    }
}
