use crate::layout::CacheNameError;
use crate::manifest::{FolderFault, ManifestError};
use intunewin::{ArchiveError, UnpackError};
use std::io;
use std::path::PathBuf;
use waybill_context::Cancelled;
use waybill_disk::StagingError;
use waybill_disk::space::{self, SpaceError};
use waybill_schemas::codes::{Classified, Code, package, root};

/// Why a content's files are not in their place. The encrypted content stays.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlaceError {
    /// A name that no folder of the cache has.
    #[error(transparent)]
    Name(#[from] CacheNameError),
    /// Too little room for the files.
    #[error(transparent)]
    Space(#[from] SpaceError),
    /// The payload breaks rules, or could not be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The destination cannot be one or is filled, or the files could not be written or moved.
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    /// The manifest cannot be written or read.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The folder is there, of this content, and was changed.
    #[error("{} was unpacked from this content and changed since: {fault}", path.display())]
    Damaged {
        /// The folder.
        path: PathBuf,
        /// What was found first.
        fault: FolderFault,
    },
    /// A damaged folder of the cache could not be moved aside.
    #[error("cannot move {} aside, which is not what was unpacked", path.display())]
    Aside {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Interrupted.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl From<StagingError> for PlaceError {
    fn from(error: StagingError) -> Self {
        Self::Unpack(error.into())
    }
}

impl Classified for PlaceError {
    fn code(&self) -> &'static Code {
        match self {
            full if space::is_full(full) => &root::DISK_FULL,
            Self::Name(error) => error.code(),
            Self::Space(error) => error.code(),
            Self::Archive(error) => error.code(),
            Self::Unpack(error) => error.code(),
            Self::Manifest(error) => error.code(),
            Self::Damaged { .. } => &root::FOLDER_DAMAGED,
            Self::Aside { .. } => &package::MOVE_FAILED,
            Self::Cancelled(_) => &package::INTERRUPTED,
        }
    }
}
