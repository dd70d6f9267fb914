//! Why a content could not be published.

use crate::store::StoreError;
use crate::{CONTENT, PIECES};
use intunewin::{ArchiveError, AuthenticateError};
use std::path::PathBuf;
use waybill_context::Cancelled;
use waybill_disk::shown;
use waybill_schemas::codes::{Classified, Code, package, publish};
use waybill_schemas::{ContentUrlFault, DocumentError};

/// Why a content could not be published. Whatever the reason, nothing half is left under a final name. No message
/// holds a key or the query of a URL.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The content is not authentic: nothing of it was published.
    #[error(transparent)]
    Authenticate(AuthenticateError),
    /// The content's archive breaks the policy: no device would unpack it.
    #[error(transparent)]
    Archive(ArchiveError),
    /// A size that no document can hold.
    #[error("the content cannot be described")]
    Describe(#[from] DocumentError),
    /// What is published under the content's MAC is not the content.
    #[error("{location}: {damage}")]
    Damaged {
        /// Where the content's objects are.
        location: String,
        /// What is wrong with it.
        damage: Damage,
    },
    /// The public tree cannot be read or written, or holds something else where the content belongs; or the document
    /// cannot be read or written.
    #[error(transparent)]
    Store(StoreError),
    /// The document is there, says something else and was not to be replaced.
    #[error("{} exists already and {says}", shown(document))]
    DocumentExists {
        /// The document.
        document: PathBuf,
        /// What it says instead.
        says: &'static str,
    },
    /// The document would lie in the public tree, which [`with_keys`](crate::PublishRequest::with_keys) does not allow.
    #[error("{} would lie in the public tree {}", shown(document), shown(public))]
    KeysInPublic {
        /// The document.
        document: PathBuf,
        /// The public tree.
        public: PathBuf,
    },
    /// No relative URL leads from the document to the content, and there is no base URL.
    #[error("{} does not lie above {}, and no base URL is given", shown(document), shown(public))]
    OutOfReach {
        /// The document.
        document: PathBuf,
        /// The public tree.
        public: PathBuf,
    },
    /// The base URL does not begin with a scheme.
    #[error("the base URL does not begin with http:// or https://")]
    BaseUrlRelative,
    /// No URL of a content can be made with the base URL, or with the folder names on the way.
    #[error("the content has no usable URL")]
    Url(#[source] ContentUrlFault),
    /// The user wants to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl From<StoreError> for PublishError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            error => Self::Store(error),
        }
    }
}

impl From<ArchiveError> for PublishError {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            error => Self::Archive(error),
        }
    }
}

impl Classified for PublishError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Authenticate(error) => error.code(),
            Self::Archive(error) => error.code(),
            Self::Describe(error) => error.code(),
            Self::Damaged { .. } => &publish::PUBLISHED_DAMAGED,
            Self::Store(StoreError::Occupied { .. }) => &publish::PUBLIC_FOLDER_UNUSABLE,
            Self::Store(_) => &publish::PUBLISH_FAILED,
            Self::DocumentExists { .. } => &publish::CONTENT_DOCUMENT_EXISTS,
            Self::KeysInPublic { .. } => &publish::KEYS_IN_PUBLIC,
            Self::OutOfReach { .. } => &publish::CONTENT_OUT_OF_REACH,
            Self::BaseUrlRelative | Self::Url(_) => &publish::BASE_URL,
            Self::Cancelled(_) => &package::INTERRUPTED,
        }
    }
}

/// What is wrong with one published file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// It is not there, or it is a link, a folder or a device.
    #[error("there is no file {file}")]
    Missing {
        /// The name of the object.
        file: &'static str,
    },
    /// The content has another length.
    #[error("{} has {actual} bytes, the content has {expected}", CONTENT)]
    Length {
        /// Bytes of the content.
        expected: u64,
        /// Bytes that are there.
        actual: u64,
    },
    /// Pieces of the content are other bytes.
    #[error("{wrong} of {of} pieces of {} are not the content's, the first is piece {first}", CONTENT)]
    Pieces {
        /// How many pieces differ.
        wrong: usize,
        /// How many pieces the content has.
        of: usize,
        /// The first that differs, counted from 0.
        first: usize,
    },
    /// pieces.json cannot be read, or is another content's.
    #[error("{} does not describe the content", PIECES)]
    Description,
}
