//! Errors of a fetch, one enum for each step: locating, downloading, putting the files into place.

use crate::layout::CacheNameError;
use intunewin::{ArchiveError, AuthenticateError, ContentError, OpenError, ReceiveError, UnpackError};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{fmt, io};
use waybill_context::Cancelled;
use waybill_disk::space::{self, SpaceError};
use waybill_disk::{LockError, RootError, StagingError};
use waybill_schemas::DocumentError;
use waybill_schemas::codes::{Classified, Code, command, fetch, package, root, unreadable};
use waybill_transport::TransportError;

/// Why a fetch left no new content folder.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The root of state and downloads cannot be used.
    #[error(transparent)]
    Root(#[from] RootError),
    /// The document, package or URL does not lead to a content.
    #[error(transparent)]
    Locate(#[from] LocateError),
    /// Another process held a lock until the wait was over, or a lock file cannot be used.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// There is too little free space for the encrypted content, the unpacked files or both.
    #[error(transparent)]
    Space(#[from] SpaceError),
    /// The content could not be downloaded whole.
    #[error(transparent)]
    Download(#[from] DownloadError),
    /// A content that is on this machine already failed authentication.
    #[error(transparent)]
    Authenticate(#[from] AuthenticateError),
    /// The content was authenticated, but its files are not in place.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The files are in place, but the encrypted content or its journal could not be removed.
    #[error("the files are in place, but the encrypted content could not be removed")]
    State(#[source] io::Error),
    /// Any other error, where bytes of the content are held: the next fetch continues from them.
    #[error(transparent)]
    Unfinished(Unfinished),
}

/// An error after which bytes of the content are still held. It prints as [`Unfinished::error`] does.
#[derive(Debug)]
pub struct Unfinished {
    /// Bytes of the content that are held.
    pub held: u64,
    /// Size of the content in bytes.
    pub size: u64,
    /// The error that ended the fetch.
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
    /// The held bytes that the next fetch continues from; `None` where nothing is held.
    pub fn unfinished(&self) -> Option<&Unfinished> {
        match self {
            Self::Unfinished(unfinished) => Some(unfinished),
            _ => None,
        }
    }

    /// Wraps this error in [`FetchError::Unfinished`] if `partial` holds bytes of a content of `size` bytes.
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

/// Why a content could not be downloaded. Every URL in it is without its query, which may be a token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DownloadError {
    /// The caller's cancel flag was set. The bytes that are held stay.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// A request failed for good, or its answer cannot be used.
    #[error(transparent)]
    Transport(TransportError),
    /// The URL leads to another content now. The bytes of the former one stay.
    #[error("{url} leads to another content now; the {held} bytes of the former one are kept")]
    Replaced {
        /// The content's URL, without its query.
        url: String,
        /// Bytes of the former content that are held.
        held: u64,
    },
    /// A received block could not be written, or the bytes cannot be those of the content.
    #[error(transparent)]
    Receive(#[from] ReceiveError),
    /// All bytes were received, authentication failed, and fetching bad pieces or the whole again did not help. Nothing
    /// is held.
    #[error("{url} is not what was sealed: {evidence}")]
    Integrity {
        /// The content's URL, without its query.
        url: String,
        /// What was fetched again and what came, for the person who publishes the content.
        evidence: String,
        /// The check that failed: MAC, padding or digest.
        #[source]
        source: ReceiveError,
    },
    /// The disk is full. The bytes that are held stay.
    #[error("no room for the content; the {held} bytes that are here stay")]
    Full {
        /// Bytes of the content that are held.
        held: u64,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// The partial file or its journal could not be written, read or removed.
    #[error("cannot keep the state of the download")]
    State(#[source] io::Error),
}

/// Reports an interruption as [`DownloadError::Cancelled`], wherever it was noticed.
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

/// Why a document, package or URL does not lead to a content.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LocateError {
    /// A document, a package or the content beside a document cannot be read on this machine.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file that cannot be read.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// The document or package cannot be used as it is or where it is.
    #[error("{place} is neither a content.json nor a package: {why}")]
    Unusable {
        /// The document's or package's path, or its URL without the query.
        place: String,
        /// Why it cannot be used.
        why: &'static str,
    },
    /// The content.json is not valid.
    #[error("{place} is no content.json that can be used")]
    Document {
        /// The document's path, or its URL without the query.
        place: String,
        /// What is wrong with the document.
        #[source]
        source: DocumentError,
    },
    /// The package is not valid.
    #[error("{place} is no package that can be used")]
    Package {
        /// The package's path, or its URL without the query.
        place: String,
        /// What is wrong with the package.
        #[source]
        source: OpenError,
    },
    /// The file beside a document is not the content that it describes.
    #[error("{} is not the content of its document", path.display())]
    Content {
        /// The file that the document's relative URL names.
        path: PathBuf,
        /// What does not fit: its size or its first bytes.
        #[source]
        source: ContentError,
    },
    /// The document was read again for a fresh URL, and describes another content now.
    #[error("{place} describes another content now")]
    OtherContent {
        /// The document's path, or its URL without the query.
        place: String,
    },
    /// There is too little free space for a package that must be downloaded whole.
    #[error(transparent)]
    Space(#[from] waybill_disk::SpaceError),
    /// A package that must be downloaded whole could not be written to a temporary file.
    #[error("cannot keep the package on disk")]
    Keep(#[source] io::Error),
    /// A request failed for good, or its answer cannot be used.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

impl Classified for LocateError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Read { source, .. } => unreadable(source, &command::INPUT_UNREADABLE),
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
    /// The app or revision cannot name a folder of the cache.
    #[error(transparent)]
    Name(#[from] CacheNameError),
    /// There is too little free space for the unpacked files.
    #[error(transparent)]
    Space(#[from] SpaceError),
    /// The payload breaks the archive policy, or could not be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The destination is unusable or filled, or the files could not be written or moved.
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    /// The manifest cannot be read or written.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The destination was unpacked from this content and was changed since.
    #[error("{} was unpacked from this content and changed since: {fault}", path.display())]
    Damaged {
        /// The destination's absolute path.
        path: PathBuf,
        /// The first change that was found.
        fault: FolderFault,
    },
    /// A damaged folder of the cache could not be moved aside.
    #[error("cannot move {} aside, which is not what was unpacked", path.display())]
    Aside {
        /// The damaged folder's absolute path.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// The caller's cancel flag was set.
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

/// Why a folder could not be compared with its manifest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// The manifest cannot be read or written.
    #[error("cannot use the manifest {}", path.display())]
    Io {
        /// The manifest's path.
        path: PathBuf,
        /// The system's error, or what is damaged in the manifest.
        #[source]
        source: io::Error,
    },
    /// The caller's cancel flag was set.
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

/// How a folder differs from its manifest. Names are relative to the folder.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FolderFault {
    /// A file or folder is missing.
    #[error("{0} is missing")]
    Missing(String),
    /// There is a link or another kind of entry where a file or folder should be.
    #[error("{0} is a link, or something else than was unpacked")]
    Kind(String),
    /// A file has another size.
    #[error("{name} has {actual} bytes instead of {expected}")]
    Size {
        /// The name of the file.
        name: String,
        /// Size in bytes when it was unpacked.
        expected: u64,
        /// Size in bytes now.
        actual: u64,
    },
    /// A file has other bytes of the same size.
    #[error("{0} has other contents")]
    Content(String),
    /// A file or folder cannot be read.
    #[error("{0} cannot be read")]
    Unreadable(String),
    /// There are more files or empty folders than were unpacked.
    #[error("{actual} files and empty folders are there instead of {expected}")]
    Added {
        /// Number of files and empty folders that were unpacked.
        expected: u64,
        /// Number of files and empty folders now.
        actual: u64,
    },
    /// The manifest contradicts itself, so the folder cannot be judged; holds the contradiction.
    #[error("its manifest is damaged ({0})")]
    Manifest(String),
}
