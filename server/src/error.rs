use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use waybill_schemas::codes::{Classified, Code, serve};

/// Why a folder cannot be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The folder cannot be opened, or is none.
    #[error("cannot serve {}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's word.
        source: io::Error,
    },
    /// No thread, no timer, no event queue.
    #[error("cannot start the server")]
    Runtime {
        /// The system's word.
        source: io::Error,
    },
}

impl Classified for ServeError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Folder { .. } => &serve::SERVE_FOLDER,
            Self::Listen { .. } => &serve::SERVE_LISTEN,
            Self::Runtime { .. } => &serve::SERVE_RUNTIME,
        }
    }
}
