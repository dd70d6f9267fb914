use std::io;
use std::path::PathBuf;
use waybill_agent::StateError;
use waybill_schemas::codes::{Classified, Code, rehearsal};

/// Why there was no rehearsal. What stops one under way is in its report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RehearsalError {
    /// The folder for the rehearsal's own files cannot be made.
    #[error("cannot make {} for the rehearsal", path.display())]
    Root {
        /// The folder, or the one that a temporary one was to be made in.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// What remembers attempts cannot be opened there.
    #[error(transparent)]
    State(#[from] StateError),
}

impl Classified for RehearsalError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Root { .. } => &rehearsal::REHEARSAL_FOLDER,
            Self::State(error) => error.code(),
        }
    }
}
