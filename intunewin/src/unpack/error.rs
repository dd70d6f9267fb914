use crate::archive::ArchiveError;
use crate::zip::ZipError;
use std::io;
use std::path::PathBuf;
use waybill_context::Cancelled;
use waybill_schemas::codes::{Classified, Code, package};

/// Why a payload was not unpacked. Except after [`UnpackError::Move`] nothing stays behind.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnpackError {
    /// The payload breaks rules, or could not be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// Interrupted.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The destination cannot be one: no name of its own, a file, a link.
    #[error("{} cannot be the destination: {why}", path.display())]
    Destination {
        /// The destination.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The destination holds something already, and `force` was not given.
    #[error("{} is there already and is not empty", path.display())]
    Exists {
        /// The destination.
        path: PathBuf,
    },
    /// No private staging beside the destination.
    #[error("cannot make a staging folder in {}", folder.display())]
    Staging {
        /// The destination's parent.
        folder: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file or folder could not be written.
    #[error("cannot write {entry}")]
    Write {
        /// The entry's name.
        entry: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The files could not be made to survive a loss of power.
    #[error("cannot settle the unpacked files on the disk")]
    Settle {
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The caller's record of what is unpacked could not be kept.
    #[error("cannot record what is unpacked")]
    Record(#[source] io::Error),
    /// Everything is unpacked, but could not be moved into place; the staging folder is kept.
    #[error("cannot move {} to {}; the unpacked files stay there", staging.display(), destination.display())]
    Move {
        /// Where the unpacked files are.
        staging: PathBuf,
        /// Where they should be.
        destination: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl From<ZipError> for UnpackError {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            other => Self::Archive(other.into()),
        }
    }
}

impl Classified for UnpackError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Archive(error) => error.code(),
            Self::Cancelled(_) => &package::INTERRUPTED,
            Self::Destination { .. } => &package::DESTINATION_UNUSABLE,
            Self::Exists { .. } => &package::DESTINATION_EXISTS,
            Self::Staging { .. } => &package::STAGING_FAILED,
            Self::Write { .. } | Self::Settle { .. } | Self::Record(_) => &package::UNPACK_FAILED,
            Self::Move { .. } => &package::MOVE_FAILED,
        }
    }
}
