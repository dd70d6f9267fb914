use std::time::Duration;
use waybill_context::Context;
use waybill_system::{Running, Wait};

/// How often a waiting loop looks up.
const SLICE: Duration = Duration::from_millis(250);

/// What waiting for a program came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waited {
    /// It ended with this code.
    Ended(u32),
    /// It still runs, and its time is over.
    TimedOut,
    /// It still runs, and we are asked to stop.
    Interrupted,
    /// The system does not say.
    Unknown,
}

/// Waits in slices, so that somebody can stop it. Time is the sum of the slices that were waited: a clock that is set
/// neither shortens nor lengthens it.
pub(crate) struct Patience<'a> {
    context: &'a Context<'a>,
}

impl<'a> Patience<'a> {
    pub(crate) fn new(context: &'a Context<'a>) -> Self {
        Self { context }
    }

    /// Waits for a program, `limit` at most.
    pub(crate) fn wait(&self, running: &mut dyn Running, limit: Duration) -> Waited {
        let mut left = limit;
        loop {
            let slice = SLICE.min(left);
            match running.wait(slice) {
                Ok(Wait::Ended(code)) => return Waited::Ended(code),
                Ok(Wait::Running) if left == slice => return Waited::TimedOut,
                Ok(Wait::Running) => left -= slice,
                Err(_) => return Waited::Unknown,
            }
            if self.context.check().is_err() {
                return Waited::Interrupted;
            }
        }
    }

    /// Sleeps until `is_over` says so; false where `limit` passed or somebody stopped it before.
    pub(crate) fn until(&self, limit: Duration, is_over: impl FnMut() -> bool) -> bool {
        self.context.sleep_until(limit, is_over).unwrap_or(false)
    }
}
