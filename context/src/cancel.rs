use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the user wants to stop; looked at once a block in every long loop.
pub trait Cancel: Send + Sync {
    /// True from the moment the work should end.
    fn is_cancelled(&self) -> bool;
}

/// Nobody cancels.
impl Cancel for () {
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// A flag that a signal handler or another thread sets.
impl Cancel for AtomicBool {
    fn is_cancelled(&self) -> bool {
        self.load(Ordering::Relaxed)
    }
}

/// The work was cancelled: nothing half-done stays behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancelled;

impl std::fmt::Display for Cancelled {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("interrupted")
    }
}

impl std::error::Error for Cancelled {}
