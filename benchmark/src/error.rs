//! Why nothing was measured.

use std::io;
use std::path::PathBuf;
use waybill_context::Cancelled;
use waybill_schemas::codes::{Classified, Code, benchmark, package};

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BenchError {
    /// A folder or file of the benchmark.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was to be done.
        doing: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The disk is too small.
    #[error("{} has {} MiB free, and {} are needed at once", folder.display(), available >> 20, needed >> 20)]
    NoRoom {
        /// The folder.
        folder: PathBuf,
        /// Bytes that are free.
        available: u64,
        /// Bytes that are needed at the fullest moment.
        needed: u64,
    },
    /// The process of a stage could not be started or talked to.
    #[error("{what} cannot be measured: its process cannot be run")]
    Process {
        /// The stage or limit.
        what: String,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A stage failed.
    #[error("{what} failed: {message}")]
    Stage {
        /// The stage or limit.
        what: String,
        /// What its process said.
        message: String,
        /// What that was, where it is one of packing's or fetching's own errors.
        code: Option<&'static Code>,
    },
    /// Interrupted.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Classified for BenchError {
    fn code(&self) -> &'static Code {
        match self {
            Self::NoRoom { .. } => &benchmark::NO_ROOM,
            Self::Cancelled(_) => &package::INTERRUPTED,
            Self::Stage { code: Some(code), .. } => code,
            Self::Io { .. } | Self::Process { .. } | Self::Stage { .. } => &benchmark::STAGE_FAILED,
        }
    }
}

/// For `map_err`: what was done, and with what.
pub(crate) fn failed<'a>(
    doing: &'static str,
    path: &'a std::path::Path,
) -> impl FnOnce(io::Error) -> BenchError + 'a {
    move |source| BenchError::Io { doing, path: path.to_owned(), source }
}
