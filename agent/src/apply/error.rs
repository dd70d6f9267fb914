use waybill_disk::LockError;
use waybill_installer_runner::{JournalError, RunnerError};
use waybill_schemas::codes::{Classified, Code, root};

/// Why it came to no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// Another apply is at work below this root.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The runner came to none.
    #[error(transparent)]
    Runner(#[from] RunnerError),
    /// What was tried before cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl Classified for ApplyError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Lock(error) => error.code(),
            Self::Runner(error) => error.code(),
            Self::Journal(_) => &root::STATE_FAILED,
        }
    }
}
