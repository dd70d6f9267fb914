use intunewin::{ContentError, OpenError};
use std::io;
use std::path::PathBuf;
use waybill_schemas::DocumentError;
use waybill_schemas::codes::{Classified, Code, command, fetch, root};
use waybill_transport::TransportError;

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
