use crate::{DownloadError, LocateError, PlaceError};
use intunewin::AuthenticateError;
use std::error::Error;
use std::fmt;
use std::io;
use std::path::Path;
use waybill_disk::{LockError, RootError, SpaceError};
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
    /// Any of these in mid-way: another call goes on from what is held.
    #[error(transparent)]
    Unfinished(Unfinished),
}

/// An error in spite of which a part of the content, or all of it, stays here. It reads as that error does.
#[derive(Debug)]
pub struct Unfinished {
    /// Bytes that are held.
    pub held: u64,
    /// Bytes of the content.
    pub size: u64,
    /// What stopped it.
    pub error: Box<FetchError>,
}

impl fmt::Display for Unfinished {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(formatter)
    }
}

impl Error for Unfinished {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
    }
}

impl FetchError {
    /// What another call goes on from, where this one left anything.
    pub fn unfinished(&self) -> Option<&Unfinished> {
        match self {
            Self::Unfinished(unfinished) => Some(unfinished),
            _ => None,
        }
    }

    /// This error, with what `partial` holds of a content of `size` bytes.
    pub(crate) fn holding(self, partial: &Path, size: u64) -> Self {
        match partial.symlink_metadata() {
            Ok(partial) if (1..=size).contains(&partial.len()) => {
                Self::Unfinished(Unfinished { held: partial.len(), size, error: Box::new(self) })
            }
            _ => self,
        }
    }
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
            Self::Unfinished(unfinished) => unfinished.error.code(),
        }
    }
}
