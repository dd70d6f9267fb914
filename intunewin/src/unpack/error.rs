use crate::archive::ArchiveError;
use crate::zip::ZipError;
use std::io;
use waybill_context::Cancelled;
use waybill_disk::StagingError;
use waybill_schemas::codes::{Classified, Code, package};

/// Why a payload was not unpacked. Except after [`StagingError::Move`] nothing stays behind.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnpackError {
    /// The payload breaks rules, or could not be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// Interrupted.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The folder did not come into its place.
    #[error(transparent)]
    Staging(StagingError),
    /// A file or folder could not be written.
    #[error("cannot write {entry}")]
    Write {
        /// The entry's name.
        entry: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The caller's record of what is unpacked could not be kept.
    #[error("cannot record what is unpacked")]
    Record(#[source] io::Error),
}

impl From<StagingError> for UnpackError {
    fn from(error: StagingError) -> Self {
        match error {
            StagingError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            other => Self::Staging(other),
        }
    }
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
            Self::Staging(error) => error.code(),
            Self::Write { .. } | Self::Record(_) => &package::UNPACK_FAILED,
        }
    }
}
