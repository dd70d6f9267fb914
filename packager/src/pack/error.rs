//! Why a source folder could not be packed.

use crate::init::AppWriteError;
use crate::setup_file::SetupFileError;
use crate::walk::{WalkError, one_a_line};
use intunewin::{Violation, WriteError};
use std::io;
use std::path::PathBuf;
use waybill_context::Cancelled;
use waybill_disk::shown;
use waybill_schemas::codes::{Classified, Code, pack, source};

/// Why a source folder could not be packed. No output is left behind, whatever the reason (but for
/// [`PackError::DocumentNotFilled`], which says so).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// The source folder cannot be listed, or holds what cannot be packed.
    #[error(transparent)]
    Walk(#[from] WalkError),
    /// There is no usable setup file.
    #[error(transparent)]
    SetupFile(#[from] SetupFileError),
    /// The app's document does not say which file to start.
    #[error("{} names no setup file", shown(document))]
    NoSetupFileNamed {
        /// The document.
        document: PathBuf,
    },
    /// The package is complete and in its place; only the app's document is not up to date.
    #[error("{} was written, but not what app.json says of it", shown(package))]
    DocumentNotFilled {
        /// The package.
        package: PathBuf,
        /// What is wrong with the document.
        #[source]
        source: AppWriteError,
    },
    /// Names or counts that unpack would refuse; all of them.
    #[error("{}", refused(.0))]
    Refused(Vec<Violation>),
    /// The output is there and was not to be replaced.
    #[error("{} exists already", shown(.0))]
    OutputExists(PathBuf),
    /// The output cannot be made.
    #[error("cannot write {}", shown(path))]
    Output {
        /// The package, or the folder for it.
        path: PathBuf,
        /// What the system reports.
        #[source]
        source: io::Error,
    },
    /// The package's bytes could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A file is not what was listed.
    #[error("{name:?} {change} while it was packed")]
    Changed {
        /// Its name in the source folder.
        name: String,
        /// How it differs from what was listed.
        change: FileChange,
    },
    /// A file cannot be read.
    #[error("{name:?} cannot be read")]
    Unreadable {
        /// Its name in the source folder.
        name: String,
        /// What the system reports.
        #[source]
        source: io::Error,
    },
    /// The encoder failed: a fault of ours.
    #[error("{name:?} cannot be deflated")]
    Deflate {
        /// Its name in the source folder.
        name: String,
    },
    /// A thread ended before its work did: a fault of ours.
    #[error("a packing thread ended before its work did")]
    ThreadLost,
    /// The user wants to stop.
    #[error("packing was interrupted")]
    Cancelled,
}

/// How a file differs from what was listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileChange {
    /// It is not there any more.
    Vanished,
    /// It has another size.
    Size {
        /// Bytes when it was listed.
        listed: u64,
        /// Bytes when it was read.
        now: u64,
    },
    /// It was written to, and is as long as before.
    Modified,
}

impl std::fmt::Display for FileChange {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Vanished => formatter.write_str("vanished"),
            Self::Size { listed, now } if now > listed => {
                write!(formatter, "grew from {listed} to {now} bytes")
            }
            Self::Size { listed, now } => write!(formatter, "shrank from {listed} to {now} bytes"),
            Self::Modified => formatter.write_str("was changed"),
        }
    }
}

fn refused(violations: &[Violation]) -> String {
    format!("cannot pack: {}", one_a_line(violations, violations.len() as u64))
}

impl From<Cancelled> for PackError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl Classified for PackError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Walk(error) => error.code(),
            Self::SetupFile(error) => error.code(),
            Self::DocumentNotFilled { source: error, .. } => error.code(),
            Self::NoSetupFileNamed { .. } => &pack::APP_WITHOUT_SETUP_FILE,
            Self::Refused(violations) => shared_code(violations),
            Self::OutputExists(_) => &pack::OUTPUT_EXISTS,
            Self::Output { .. } => &pack::OUTPUT_UNUSABLE,
            Self::Write(error) => error.code(),
            Self::Changed { .. } => &pack::SOURCE_CHANGED,
            Self::Unreadable { .. } => &source::SOURCE_UNREADABLE,
            Self::Deflate { .. } | Self::ThreadLost => &pack::PACK_FAULT,
            Self::Cancelled => &pack::PACK_CANCELLED,
        }
    }
}

/// Violations of one rule share its code, a mixture is refused as such.
fn shared_code(violations: &[Violation]) -> &'static Code {
    match violations {
        [first, rest @ ..] if rest.iter().all(|other| other.rule == first.rule) => first.rule,
        _ => &source::SOURCE_REFUSED,
    }
}
