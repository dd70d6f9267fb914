//! Why no app is made from a manifest.

use super::manifest::ManifestError;
use crate::init::{AppWriteError, InitError};
use intunewin::{ArchiveError, UnpackError};
use std::io;
use std::path::PathBuf;
use waybill_context::Cancelled;
use waybill_disk::{LockError, shown};
use waybill_schemas::Quoted;
use waybill_schemas::codes::{Classified, Code, package, source, winget as codes};
use waybill_transport::TransportError;

/// Why no app was made from a manifest, or none was updated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WingetError {
    /// The manifest cannot be used.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// No installer is usable, or none meets the wishes.
    #[error("no installer of the manifest can be taken: {}", dropped.join("; "))]
    NoInstaller {
        /// Each installer in words, and why it cannot be taken.
        dropped: Vec<String>,
    },
    /// The only installer is of a type that does not become a Win32 app.
    #[error("an installer of type {kind} does not become a Win32 app")]
    ForeignType {
        /// The type: `font`, `pwa` or `msstore`.
        kind: &'static str,
    },
    /// Several installers are equally fit.
    #[error("several installers are equally fit: {}", installers.join("; "))]
    Ambiguous {
        /// The installers in words.
        installers: Vec<String>,
    },
    /// The installer may not, or cannot, be downloaded by a program.
    #[error("the installer is not downloaded: {why}")]
    NoDownload {
        /// Why not, as a clause.
        why: String,
    },
    /// The file is not the one of the manifest.
    #[error("{what} has the SHA-256 {found} instead of {expected}")]
    Hash {
        /// The file, or the URL without its query.
        what: String,
        /// The digest of the manifest, in lower-case hexadecimal digits.
        expected: String,
        /// The file's digest.
        found: String,
    },
    /// No silent command can be made.
    #[error("no silent command can be made: {why}")]
    Switches {
        /// Why not, as a clause.
        why: String,
    },
    /// The installer needs to be told where to install.
    #[error("the installer needs a folder to install into (InstallLocationRequired)")]
    LocationRequired,
    /// A folder was given, and the installer has no switch for one.
    #[error(
        "--install-location cannot be passed on: an installer of type {kind} has no switch for it in the manifest"
    )]
    NoLocationSwitch {
        /// The installer's type.
        kind: String,
    },
    /// The installer must not run elevated.
    #[error("the installer must not run with an administrator's rights (elevationProhibited)")]
    Elevation,
    /// The zip does not hold what the manifest says.
    #[error("the zip does not hold {name}: {why}", name = Quoted(name))]
    Nested {
        /// RelativeFilePath of the manifest.
        name: String,
        /// What is wrong, as a clause.
        why: &'static str,
    },
    /// The zip breaks a rule for archives, or cannot be read.
    #[error("the zip is refused")]
    Archive(#[from] ArchiveError),
    /// The zip cannot be unpacked.
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    /// The download failed.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// There is no record of how the app was made, or it is of another package.
    #[error("{}: {why}", shown(path))]
    Record {
        /// The record.
        path: PathBuf,
        /// What is wrong, as a clause.
        why: String,
    },
    /// The folder holds another app, or files of the same name.
    #[error("{} is there already", shown(path))]
    Exists {
        /// What is there.
        path: PathBuf,
    },
    /// A file cannot be read or written.
    #[error("cannot use {}", shown(path))]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// Another run makes the same app.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The app's document cannot be read, merged or written.
    #[error(transparent)]
    Document(Box<InitError>),
    /// The caller's cancel flag was set.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl From<InitError> for WingetError {
    fn from(error: InitError) -> Self {
        Self::Document(Box::new(error))
    }
}

impl From<AppWriteError> for WingetError {
    fn from(error: AppWriteError) -> Self {
        InitError::from(error).into()
    }
}

impl WingetError {
    pub(super) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}

impl Classified for WingetError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Manifest(error) => error.code(),
            Self::NoInstaller { .. } => &codes::WINGET_NO_INSTALLER,
            Self::ForeignType { .. } => &codes::WINGET_FOREIGN_TYPE,
            Self::Ambiguous { .. } => &codes::WINGET_AMBIGUOUS,
            Self::NoDownload { .. } => &codes::WINGET_NO_DOWNLOAD,
            Self::Hash { .. } => &codes::WINGET_HASH,
            Self::Switches { .. } => &codes::WINGET_SWITCHES,
            Self::LocationRequired | Self::NoLocationSwitch { .. } => &codes::WINGET_LOCATION,
            Self::Elevation => &codes::WINGET_ELEVATION,
            Self::Nested { .. } => &codes::WINGET_NESTED,
            Self::Archive(error) => error.code(),
            Self::Unpack(error) => error.code(),
            Self::Transport(error) => error.code(),
            Self::Record { .. } => &codes::WINGET_RECORD,
            Self::Exists { .. } => &source::APP_EXISTS,
            Self::Io { .. } => &codes::WINGET_IO,
            Self::Lock(error) => error.code(),
            Self::Document(error) => error.code(),
            Self::Cancelled(_) => &package::INTERRUPTED,
        }
    }
}
