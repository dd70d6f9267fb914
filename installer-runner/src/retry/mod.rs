//! When the next try may come: a pure function of history, time and policy.

use crate::AttemptRecord;
use jiff::Timestamp;
use std::time::Duration;

/// How often and how far apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Further quick tries after one of type retry: 3.
    pub quick_tries: u32,
    /// Between quick tries: 5 minutes.
    pub quick_interval: Duration,
    /// The long wait: 24 hours.
    pub long_interval: Duration,
    /// Own intervals for exit codes: a deferral (1602, 60012) need not cost 24 hours.
    pub by_code: Vec<(u32, Duration)>,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            quick_tries: 3,
            quick_interval: Duration::from_secs(300),
            long_interval: Duration::from_secs(24 * 3600),
            by_code: Vec::new(),
        }
    }
}

/// May the schedule run it?
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Now.
    RunNow,
    /// A quick try, then.
    WaitUntil(Timestamp),
    /// The long wait, until then.
    GiveUpUntil(Timestamp),
}

/// Decides from the app's attempts (oldest first), the time and the policy. Survives restarts (it has no memory of its
/// own), clocks that are set back or forward (nothing waits longer than its interval from now) and daylight saving
/// time (instants, not local times).
pub fn next_try(_history: &[AttemptRecord], _now: Timestamp, _policy: &RetryPolicy) -> Decision {
    todo!()
}
