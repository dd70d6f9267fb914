//! What every long operation is given: where to report progress, whether to stop, what time it is.
//!
//! Three small traits and no I/O of their own ([`failpoint`] is for tests alone). [`Context::silent`] is the default: nobody watches, nobody
//! cancels, the system's clock.
//!
//! ```
//! use std::sync::atomic::{AtomicBool, Ordering};
//! use waybill_context::{Cancelled, Context, SystemClock};
//!
//! let stop = AtomicBool::new(false);
//! let context = Context::new(&(), &stop, &SystemClock);
//! assert_eq!(context.check(), Ok(()));
//! stop.store(true, Ordering::Relaxed);
//! assert_eq!(context.check(), Err(Cancelled));
//! ```

mod cancel;
mod clock;
pub mod failpoint;
mod progress;

pub use cancel::{Cancel, Cancelled};
pub use clock::{Clock, SystemClock};
pub use progress::{Meter, Progress, Stage};

/// The three together, passed by reference into every long operation.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    progress: &'a dyn Progress,
    cancel: &'a dyn Cancel,
    clock: &'a dyn Clock,
}

impl<'a> Context<'a> {
    /// Builds a context from its parts.
    pub fn new(progress: &'a dyn Progress, cancel: &'a dyn Cancel, clock: &'a dyn Clock) -> Self {
        Self { progress, cancel, clock }
    }

    /// Nobody watches, nobody cancels, the system's clock.
    pub fn silent() -> Context<'static> {
        Context { progress: &(), cancel: &(), clock: &SystemClock }
    }

    /// Where to report progress.
    pub fn progress(&self) -> &'a dyn Progress {
        self.progress
    }

    /// What time it is.
    pub fn clock(&self) -> &'a dyn Clock {
        self.clock
    }

    /// To be asked once a block in every loop.
    ///
    /// # Errors
    /// [`Cancelled`] once the user wants to stop.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.cancel.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }

    /// Starts a stage of `total` bytes (where known); the stage ends when the meter is dropped.
    pub fn meter(&self, stage: Stage, total: Option<u64>) -> Meter<'a> {
        Meter::begin(self.progress, stage, total)
    }
}

impl Default for Context<'_> {
    fn default() -> Self {
        Context::silent()
    }
}
