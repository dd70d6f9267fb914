//! How often an app is tried again, and which outcomes leave it to be tried (docs/retry.md).

use std::time::Duration;
use waybill_schemas::app::AppDocument;
use waybill_schemas::report::install::AttemptOutcome;

/// How often an app is tried again, and how long the waits between tries are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How many quick tries follow an attempt that ended with a code of type `retry`. Default: 3, the `MaxRetries` of the
    /// agent's device policy. Microsoft's page on adding Win32 apps says that the agent "will attempt to install the app three
    /// times", which may be meant with or without the first (docs/fidelity.md).
    pub quick_tries: u32,
    /// The wait before each quick try. Default: 5 minutes.
    pub quick_interval: Duration,
    /// The wait after a failure, and after the last quick try. Default: 24 hours.
    pub long_interval: Duration,
    /// Exit codes that have a wait of their own, so that a deferral (1602, 60012) need not cost 24 hours. Where a code
    /// is listed twice, the first entry counts.
    pub by_code: Vec<(u32, Duration)>,
}

/// The values of Intune's agent (docs/retry.md).
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

impl RetryPolicy {
    /// The values of the app's `retry`, and those of Intune's agent for fields that it does not set.
    pub fn from_app(app: &AppDocument) -> Self {
        let mut policy = Self::default();
        let Some(own) = &app.retry else { return policy };
        let minutes = |minutes: std::num::NonZeroU32| Duration::from_secs(u64::from(minutes.get()) * 60);
        policy.quick_tries = own.max_retries.unwrap_or(policy.quick_tries);
        policy.quick_interval = own.retry_interval_in_minutes.map_or(policy.quick_interval, minutes);
        policy.long_interval = own.long_interval_in_minutes.map_or(policy.long_interval, minutes);
        policy.by_code = own
            .return_codes
            .iter()
            .map(|code| (code.bits(), minutes(code.retry_interval_in_minutes)))
            .collect();
        policy
    }

    /// The wait after this exit code, if `by_code` has one.
    pub fn own_interval(&self, exit_code: u32) -> Option<Duration> {
        self.by_code.iter().find(|(code, _)| *code == exit_code).map(|(_, interval)| *interval)
    }
}

/// What the outcome of an attempt means for the schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScheduleEffect {
    /// The app is as wanted, or another try could not change the result: none is planned.
    Settled,
    /// The attempt decided nothing, so an earlier wait continues.
    Unchanged,
    /// The app is tried again after the quick interval, as long as quick tries are left.
    TryAgainSoon,
    /// The app is tried again after the long interval.
    LongWait,
}

impl ScheduleEffect {
    /// The effect of each outcome. The exit code's own interval, if there is one, replaces the wait.
    pub const fn of_outcome(outcome: AttemptOutcome) -> Self {
        // An outcome that is not in this list waits long: a version that does not know it must not try again and again.
        match outcome {
            AttemptOutcome::AlreadyInstalled
            | AttemptOutcome::Installed
            | AttemptOutcome::AlreadyAbsent
            | AttemptOutcome::Uninstalled
            | AttemptOutcome::NotApplicable
            | AttemptOutcome::DoneDespiteCode => Self::Settled,
            AttemptOutcome::Waiting | AttemptOutcome::WouldRun | AttemptOutcome::Interrupted => {
                Self::Unchanged
            }
            AttemptOutcome::RetryLater => Self::TryAgainSoon,
            // Failed, not borne out, over its time, refused, cannot tell; and what a later version may add.
            _ => Self::LongWait,
        }
    }

    /// Whether the schedule may still have a next try.
    pub const fn leaves_open(self) -> bool {
        !matches!(self, Self::Settled)
    }
}
