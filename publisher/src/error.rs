//! Why a content could not be published.

use super::there::Damage;
use crate::into_place::NotMoved;
use crate::shown_path::shown;
use intunewin::{ArchiveError, AuthenticateError};
use std::io;
use std::path::{Path, PathBuf};
use waybill_context::Cancelled;
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
    #[error("{}: {damage}", shown(folder))]
    Damaged {
        /// The content's public folder.
        folder: PathBuf,
        /// What is wrong with it.
        damage: Damage,
    },
    /// The public folder, or the content's in it, is none.
    #[error("{} cannot be a public folder: {why}", shown(path))]
    NoFolder {
        /// The path.
        path: PathBuf,
        /// What it is instead.
        why: &'static str,
    },
    /// The document is there, says something else and was not to be replaced.
    #[error("{} exists already and {says}", shown(document))]
    DocumentExists {
        /// The document.
        document: PathBuf,
        /// What it says instead.
        says: &'static str,
    },
    /// The document would lie in the public tree, which nobody asked for.
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
    /// A file or folder cannot be made, read or written.
    #[error("cannot write {}", shown(path))]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file that was published before cannot be read.
    #[error("cannot read {}", shown(path))]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The user wants to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl PublishError {
    pub(super) fn write(path: &Path, source: io::Error) -> Self {
        Self::Write { path: path.to_path_buf(), source }
    }

    pub(super) fn read(path: &Path, source: io::Error) -> Self {
        Self::Read { path: path.to_path_buf(), source }
    }

    pub(super) fn not_moved(path: &Path, refused: NotMoved) -> Self {
        match refused {
            NotMoved::Io(source) => Self::write(path, source),
            NotMoved::Cancelled => Self::Cancelled(Cancelled),
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
            Self::NoFolder { .. } => &publish::PUBLIC_FOLDER_UNUSABLE,
            Self::DocumentExists { .. } => &publish::CONTENT_DOCUMENT_EXISTS,
            Self::KeysInPublic { .. } => &publish::KEYS_IN_PUBLIC,
            Self::OutOfReach { .. } => &publish::CONTENT_OUT_OF_REACH,
            Self::BaseUrlRelative | Self::Url(_) => &publish::BASE_URL,
            Self::Write { .. } | Self::Read { .. } => &publish::PUBLISH_FAILED,
            Self::Cancelled(_) => &package::INTERRUPTED,
        }
    }
}
