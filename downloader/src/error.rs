use waybill_context::Cancelled;
use waybill_schemas::codes::{Classified, Code, package};

/// Why there is no content folder.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// Interrupted; what is held stays.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Classified for FetchError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Cancelled(_) => &package::INTERRUPTED,
        }
    }
}
