//! What a fetch fails by, step by step: locating, downloading, putting the files into place.

use crate::layout::CacheNameError;
use intunewin::{ArchiveError, AuthenticateError, ContentError, OpenError, ReceiveError, UnpackError};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{fmt, io};
use waybill_context::Cancelled;
use waybill_disk::space::{self, SpaceError};
use waybill_disk::{LockError, RootError, StagingError};
use waybill_schemas::DocumentError;
use waybill_schemas::codes::{Classified, Code, command, fetch, package, root};
use waybill_transport::TransportError;

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

/// Why a content is not here. URLs stand here without their query: it may be a token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DownloadError {
    /// Interrupted; what is held stays.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The requests failed, or what came cannot be used.
    #[error(transparent)]
    Transport(TransportError),
    /// Another content is at the URL now.
    #[error("{url} leads to another content now; the {held} bytes of the former one are kept")]
    Replaced {
        /// What was asked.
        url: String,
        /// Bytes that are held.
        held: u64,
    },
    /// Receiving or judging the content failed.
    #[error(transparent)]
    Receive(#[from] ReceiveError),
    /// All bytes are here, the check failed, and fetching again did not help.
    #[error("{url} is not what was sealed: {evidence}")]
    Integrity {
        /// What was asked.
        url: String,
        /// What was tried and seen.
        evidence: String,
        /// The verdict.
        #[source]
        source: ReceiveError,
    },
    /// The disk is full.
    #[error("no room for the content; the {held} bytes that are here stay")]
    Full {
        /// Bytes that are held.
        held: u64,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// What goes with a partial content could not be written.
    #[error("cannot keep the state of the download")]
    State(#[source] io::Error),
}

/// An interruption is one, wherever it was noticed.
impl From<TransportError> for DownloadError {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            error => Self::Transport(error),
        }
    }
}

impl Classified for DownloadError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Cancelled(_) => &package::INTERRUPTED,
            Self::Transport(error) => error.code(),
            Self::State(_) => &root::STATE_FAILED,
            Self::Replaced { .. } => &fetch::CONTENT_REPLACED,
            Self::Receive(error) | Self::Integrity { source: error, .. } => error.code(),
            Self::Full { .. } => &root::DISK_FULL,
        }
    }
}

/// Why it is not known where a content is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LocateError {
    /// The document or package could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Neither document nor package.
    #[error("{place} is neither a content.json nor a package: {why}")]
    Unusable {
        /// Where.
        place: String,
        /// Why.
        why: &'static str,
    },
    /// The document is not valid.
    #[error("{place} is no content.json that can be used")]
    Document {
        /// Where.
        place: String,
        /// Why.
        #[source]
        source: DocumentError,
    },
    /// The package is not valid.
    #[error("{place} is no package that can be used")]
    Package {
        /// Where.
        place: String,
        /// Why.
        #[source]
        source: OpenError,
    },
    /// The content beside the document is another one.
    #[error("{} is not the content of its document", path.display())]
    Content {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: ContentError,
    },
    /// The document, now, is of another content.
    #[error("{place} describes another content now")]
    OtherContent {
        /// Where.
        place: String,
    },
    /// Too little room for a package that has to be kept whole.
    #[error(transparent)]
    Space(#[from] waybill_disk::SpaceError),
    /// A package that has to be kept whole could not be.
    #[error("cannot keep the package on disk")]
    Keep(#[source] io::Error),
    /// It could not be had from its server.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

impl Classified for LocateError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Read { .. } => &command::INPUT_UNREADABLE,
            Self::Unusable { .. } => &fetch::SOURCE_UNUSABLE,
            Self::Document { source, .. } => source.code(),
            Self::Package { source, .. } => source.code(),
            Self::Content { source, .. } => source.code(),
            Self::OtherContent { .. } => &fetch::CONTENT_REPLACED,
            Self::Keep(source) if waybill_disk::space::is_full(source) => &root::DISK_FULL,
            Self::Keep(_) => &root::STATE_FAILED,
            Self::Space(error) => error.code(),
            Self::Transport(error) => error.code(),
        }
    }
}

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

/// Why a folder was not held against its manifest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// The manifest cannot be read or written.
    #[error("cannot use the manifest {}", path.display())]
    Io {
        /// The manifest.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Interrupted.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Classified for ManifestError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Io { source, .. } if waybill_disk::space::is_full(source) => &root::DISK_FULL,
            Self::Io { .. } => &root::STATE_FAILED,
            Self::Cancelled(_) => &package::INTERRUPTED,
        }
    }
}

/// What is wrong with a folder.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FolderFault {
    /// A file or folder is not there.
    Missing(String),
    /// A link or another kind of thing lies where a file or folder should be.
    Kind(String),
    /// A file is longer or shorter.
    Size {
        /// The file.
        name: String,
        /// Bytes that were unpacked.
        expected: u64,
        /// Bytes that are there.
        actual: u64,
    },
    /// A file has other bytes.
    Content(String),
    /// A file or folder cannot be read.
    Unreadable(String),
    /// Something was added.
    Added {
        /// Files and empty folders that were unpacked.
        expected: u64,
        /// Files and empty folders that are there.
        actual: u64,
    },
    /// The manifest contradicts itself: nothing can be said of the folder.
    Manifest(String),
}

impl fmt::Display for FolderFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(formatter, "{name} is missing"),
            Self::Kind(name) => write!(formatter, "{name} is a link, or something else than was unpacked"),
            Self::Size { name, expected, actual } => {
                write!(formatter, "{name} has {actual} bytes instead of {expected}")
            }
            Self::Content(name) => write!(formatter, "{name} has other contents"),
            Self::Unreadable(name) => write!(formatter, "{name} cannot be read"),
            Self::Added { expected, actual } => {
                write!(formatter, "{actual} files and empty folders are there instead of {expected}")
            }
            Self::Manifest(why) => write!(formatter, "its manifest is damaged ({why})"),
        }
    }
}
