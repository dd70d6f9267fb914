use intunewin::ReceiveError;
use std::io;
use waybill_context::Cancelled;
use waybill_schemas::codes::{Classified, Code, fetch, package, root};
use waybill_transport::TransportError;

/// Why a content is not here. URLs are told without their query: it may be a token.
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
