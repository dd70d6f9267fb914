//! The errors of packing a source folder.

use crate::init::AppWriteError;
use crate::setup_file::SetupFileError;
use crate::walk::{WalkError, one_a_line};
use intunewin::{Violation, WriteError};
use std::io;
use std::path::PathBuf;
use waybill_context::Cancelled;
use waybill_disk::shown;
use waybill_schemas::Quoted;
use waybill_schemas::codes::{Classified, Code, pack, source};

/// Why a source folder could not be packed. No package is left behind, except after [`PackError::DocumentNotFilled`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// The source folder cannot be listed, or holds entries that cannot be packed.
    #[error(transparent)]
    Walk(#[from] WalkError),
    /// The setup file is missing or cannot be used.
    #[error(transparent)]
    SetupFile(#[from] SetupFileError),
    /// The app's document names no setup file.
    #[error("{} names no setup file", shown(document))]
    NoSetupFileNamed {
        /// The path of the document.
        document: PathBuf,
    },
    /// The package is complete and in its place, but the app's document could not be filled in.
    #[error("{} was written, but not what app.json says of it", shown(package))]
    DocumentNotFilled {
        /// The path of the package.
        package: PathBuf,
        /// Why the document could not be filled in.
        #[source]
        source: AppWriteError,
    },
    /// The names or their number break the archive policy; holds every violation.
    #[error("{}", refused(.0))]
    Refused(Vec<Violation>),
    /// The output exists, and may not be replaced.
    #[error("{} exists already", shown(.0))]
    OutputExists(PathBuf),
    /// The output cannot be made or moved into place.
    #[error("cannot write {}", shown(path))]
    Output {
        /// The path of the package, or of the folder for it.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// The package's bytes could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A file has changed since it was listed.
    #[error("{name} {change} while it was packed", name = Quoted(name))]
    Changed {
        /// The file's name, relative to the source folder.
        name: String,
        /// How it differs from what was listed.
        change: FileChange,
    },
    /// A file cannot be read.
    #[error("{name} cannot be read", name = Quoted(name))]
    Unreadable {
        /// The file's name, relative to the source folder.
        name: String,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// The encoder failed, which is an error of this program.
    #[error("{name} cannot be deflated", name = Quoted(name))]
    Deflate {
        /// The file's name, relative to the source folder.
        name: String,
    },
    /// A thread ended before its work did, which is an error of this program.
    #[error("a packing thread ended before its work did")]
    ThreadLost,
    /// The caller's cancel flag was set.
    #[error("packing was interrupted")]
    Cancelled,
}

/// How a file differs from what was listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileChange {
    /// It does not exist any more.
    Vanished,
    /// It has another size.
    Size {
        /// Size in bytes when it was listed.
        listed: u64,
        /// Size in bytes when it was read.
        now: u64,
    },
    /// It has another time of modification, and the same size.
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

/// Violations of one rule have the code of that rule, a mixture has the general one.
fn shared_code(violations: &[Violation]) -> &'static Code {
    match violations {
        [first, rest @ ..] if rest.iter().all(|other| other.rule == first.rule) => first.rule,
        _ => &source::SOURCE_REFUSED,
    }
}
