use crate::content::{AuthenticateError, ContentError};
use waybill_context::Cancelled;
use waybill_schemas::codes::{Classified, Code, package};

/// Why a content was not received.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiveError {
    /// The private file could not be made, read or written.
    #[error("cannot keep the content on disk")]
    Io(#[from] std::io::Error),
    /// Interrupted.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The file is a link or belongs to somebody else.
    #[error("the partial file is not ours: {why}")]
    Foreign {
        /// What is wrong with it.
        why: &'static str,
    },
    /// Another content than the encryption info describes.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// More bytes than the content has.
    #[error("more than the content's {expected} bytes arrived")]
    TooLong {
        /// The content's size in bytes.
        expected: u64,
    },
    /// Fewer bytes than the content has.
    #[error("{actual} of {expected} bytes are there")]
    Incomplete {
        /// The content's size in bytes.
        expected: u64,
        /// Bytes received.
        actual: u64,
    },
    /// Not a piece of the content, or of another length.
    #[error("piece {index} has {expected} bytes, {actual} were given")]
    Piece {
        /// Its number, from 0.
        index: u64,
        /// Bytes it has; 0 where the content has no such piece.
        expected: u64,
        /// Bytes that were given.
        actual: u64,
    },
    /// A document of the pieces of another content.
    #[error("the pieces are those of {actual} bytes, the content has {expected}")]
    Pieces {
        /// The content's size in bytes.
        expected: u64,
        /// The content's size in bytes that the document tells.
        actual: u64,
    },
    /// All bytes arrived, and a check failed.
    #[error(transparent)]
    Authenticate(#[from] AuthenticateError),
}

impl Classified for ReceiveError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Io(_) => &package::RECEIVE_FAILED,
            Self::Cancelled(_) => &package::INTERRUPTED,
            Self::Foreign { .. } => &package::PARTIAL_FOREIGN,
            Self::Content(error) => error.code(),
            Self::TooLong { .. } | Self::Incomplete { .. } | Self::Piece { .. } | Self::Pieces { .. } => {
                &package::CONTENT_LENGTH
            }
            Self::Authenticate(error) => error.code(),
        }
    }
}
