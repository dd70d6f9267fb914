use crate::{DownloadError, LocateError, LockError, PlaceError, RootError, SpaceError};
use intunewin::AuthenticateError;
use std::io;
use waybill_schemas::codes::{Classified, Code, root};

/// Why there is no content folder.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The root cannot be used.
    #[error(transparent)]
    Root(#[from] RootError),
    /// It is not known where the content is.
    #[error(transparent)]
    Locate(#[from] LocateError),
    /// Another waybill works on it.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Too little room.
    #[error(transparent)]
    Space(#[from] SpaceError),
    /// The content is not here.
    #[error(transparent)]
    Download(#[from] DownloadError),
    /// A content on this machine is not what was sealed.
    #[error(transparent)]
    Authenticate(#[from] AuthenticateError),
    /// The files are not in place.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The files are in place; what was fetched for them could not be removed.
    #[error("the files are in place, but the encrypted content could not be removed")]
    State(#[source] io::Error),
}

impl Classified for FetchError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Root(error) => error.code(),
            Self::Locate(error) => error.code(),
            Self::Lock(error) => error.code(),
            Self::Space(error) => error.code(),
            Self::Download(error) => error.code(),
            Self::Authenticate(error) => error.code(),
            Self::Place(error) => error.code(),
            Self::State(_) => &root::STATE_FAILED,
        }
    }
}
