use std::io;
use waybill_schemas::DetectionXmlWriteError;
use waybill_schemas::codes::{Classified, Code, pack};

/// Why a package or a payload could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The medium refused bytes.
    #[error("cannot write the package")]
    Io(#[source] io::Error),
    /// The system gave no random bytes for the keys.
    #[error("the system gives no random bytes for the keys")]
    Random(#[source] io::Error),
    /// An entry name that no zip can hold.
    #[error("entry name of {length} bytes: the format holds at most 65535")]
    NameTooLong {
        /// Bytes of the name in UTF-8.
        length: usize,
    },
    /// An entry's data is not as long as announced.
    #[error("{name}: announced as {expected} bytes, written as {actual}")]
    EntryLength {
        /// The entry.
        name: String,
        /// Bytes that its header or the caller promised.
        expected: u64,
        /// Bytes that came.
        actual: u64,
    },
    /// A name, setup file or MSI fact that Detection.xml cannot hold.
    #[error("Detection.xml cannot be written")]
    Metadata(#[source] DetectionXmlWriteError),
    /// Calls in an order that makes no archive: data without an entry, an entry inside an entry.
    #[error("{call} while {state}")]
    Order {
        /// What was called.
        call: &'static str,
        /// What the writer was doing.
        state: &'static str,
    },
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<DetectionXmlWriteError> for WriteError {
    fn from(error: DetectionXmlWriteError) -> Self {
        Self::Metadata(error)
    }
}

impl Classified for WriteError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Io(_) => &pack::WRITE_FAILED,
            Self::Random(_) => &pack::NO_RANDOM,
            Self::NameTooLong { .. } => &pack::ENTRY_NAME_LENGTH,
            Self::Metadata(error) => error.code(),
            Self::EntryLength { .. } | Self::Order { .. } => &pack::WRITER_MISUSED,
        }
    }
}
