//! When the next try may come: a pure function of history, time and policy (docs/retry.md).
//!
//! | what the newest attempt came to | the schedule |
//! |---|---|
//! | done, already so, not applicable, waiting for something, interrupted | runs whenever it is asked |
//! | an exit code with an interval of its own | waits that long; it is no quick try |
//! | type retry, or an end that nobody saw or judged | 3 more tries, 5 minutes apart, then the long wait |
//! | everything else: failed, unmapped, not borne out, over its time, cannot tell | the long wait: 24 hours |
//!
//! After the long wait a new round of quick tries begins. An attempt that a person asked for forgets everything before it:
//! the caller does not ask [`next_try`] then.

mod report;
mod schedule;

pub use report::next_try_report;

use crate::{AttemptRecord, RetryPolicy};
use jiff::Timestamp;
use schedule::{Standing, Wait};

/// May the schedule run it?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Now.
    RunNow,
    /// A quick try, or one after an exit code's own interval, then.
    WaitUntil(Timestamp),
    /// The long wait, until then.
    GiveUpUntil(Timestamp),
}

/// Decides from the attempts of one app and one intent (oldest first), the time and the policy.
///
/// It has no memory of its own, so it survives restarts. It compares instants, so daylight saving time is nothing to it.
/// Where the clock was set forward, it may run sooner. An attempt from the future says that the clock was set back, and
/// nothing about how long ago it was: it may run, for waiting until that clock is caught up with could take years. So
/// nothing ever waits longer than its interval, and a time once told is kept.
pub fn next_try(history: &[AttemptRecord], now: Timestamp, policy: &RetryPolicy) -> Decision {
    let standing = Standing::after(history, policy);
    match (standing.wait, standing.due(policy, now)) {
        (Wait::Quick | Wait::Own(_), Some(until)) => Decision::WaitUntil(until),
        (Wait::Long, Some(until)) => Decision::GiveUpUntil(until),
        (Wait::None, _) | (_, None) => Decision::RunNow,
    }
}

#[cfg(test)]
mod tests;
